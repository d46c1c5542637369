"""
Our own kinds of file (products, kits, listings, stock, incoming, rates, orders, tracking), welcome on every channel.

Headings in any order and case, in English or Chinese; columns that nobody asked for are left out and named. Each kind
has a module of its own; this one lists the readers.
"""

from oms.channels.base import Reader
from oms.channels.own_catalog import INCOMING, KITS, LISTINGS, LOOSE_PRODUCTS, PRODUCTS, RATES
from oms.channels.own_kind import OwnReader, lacking
from oms.channels.own_orders import LOOSE_ORDERS, ORDERS
from oms.channels.own_stock import STOCK_LONG, STOCK_WIDE
from oms.channels.own_tracking import LOOSE_TRACKING, TRACKING
from oms.channels.own_words import has
from oms.errors import UnknownHeadings
from oms.sheets.columns import bind, normals
from oms.sheets.read import Peek

_OURS: tuple[OwnReader, ...] = (PRODUCTS, KITS, LISTINGS, STOCK_LONG, INCOMING, RATES, ORDERS, TRACKING)
READERS: tuple[Reader, ...] = _OURS
#: Asked one after the other when no reader knows a file: other people's headings, counts with a column a location,
#: lists of products that say nothing but a title.
FALLBACKS: tuple[Reader, ...] = (LOOSE_ORDERS, LOOSE_TRACKING, STOCK_WIDE, LOOSE_PRODUCTS)


#: Of the headings of a kind, so many mean it where but one is lacking.
_MOST = 4
#: Without these a file is not meant to be of the kind, whatever else it has.
_MEANT = {
    "products": ("sku", "title"), "kits": ("kit_sku",), "listings": ("listing_sku", "channel"),
    "stock": ("sku", "location"), "incoming": ("expected_on",), "rates": ("carrier", "weight_to_g"),
    "orders": ("order_ref",), "tracking": ("order_ref", "carrier"),
}  # fmt: skip


def nearly(peek: Peek, as_kind: str | None = None) -> tuple[int, UnknownHeadings] | None:
    """
    For a file that nobody recognises: which of our kinds it is meant to be, and the headings it lacks; before that, how
    many it has.

    None when its headings point at no kind more than at others. `as_kind` is what the user says it is.
    """
    headings = normals(peek.headings)
    scores = []
    for reader in _OURS:
        missing = reader.lacks(peek.headings)
        knows = len(bind(reader.legend, peek.headings).headings)
        if as_kind:
            meant = as_kind in (reader.kind, reader.format)
        else:
            meant = has(headings, *_MEANT[reader.kind]) or (len(missing) == 1 and knows >= _MOST)
        if meant and missing:
            scores.append((knows, reader.kind, missing))
    best = max((score[0] for score in scores), default=0)
    leading = [score for score in scores if score[0] == best]
    if len(leading) != 1:
        return None
    return best, lacking(peek.path.name, leading[0][1], leading[0][2], peek.headings)
