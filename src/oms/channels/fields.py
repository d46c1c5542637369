"""The fields that a declared orders file may have (declared.py), each with the type of its cells."""

from collections.abc import Mapping, Sequence

from oms.sheets.columns import Amount, Column, CurrencyCode, Legend, Moment, OneOf, Text, Whole

#: What the words of a status column may mean.
READY, SHIPPED, DELIVERED, UNPAID, ON_HOLD = "ready", "shipped", "delivered", "unpaid", "on_hold"
CANCELLED, REFUNDED = "cancelled", "refunded"  # refunded: never to leave, unless the row says when it left
GONE = (SHIPPED, DELIVERED)

IDENTIFIERS = ("order_ref", "channel_order_id", "line_ref", "sku", "catalogue_id")
MOMENTS = ("placed_at", "paid_at", "shipped_at", "cancelled_at", "refunded_at", "changed_at", "ship_by")
AMOUNTS = (
    "subtotal", "discount", "shipping", "tax", "total", "refunded", "unit_price", "line_total", "line_before",
    "line_discount", "line_tax", "line_shipping",
)  # fmt: skip
COUNTS = ("quantity", "refunded_quantity")
WORDS = ("status", "payment_status", "fulfilment")
TEXTS = (
    "method", "service", "tags", "note", "title", "variant", "barcode", "line_note", "shop", "name", "first_name",
    "last_name", "company", "phone", "email", "address1", "address2", "address3", "city", "region", "postcode", "country",
)  # fmt: skip
#: Of a stock file, of a tracking file.
STOCK = ("sku", "on_hand", "location", "counted_at")
TRACKING = ("order_ref", "tracking", "carrier", "sku", "quantity", "shipped_at", "location", "channel", "cost")


def column(
    field: str,
    *headings: str,
    formats: Sequence[str] = (),
    decimal: str = ".",
    words: Mapping[str, str] | None = None,
    missing: Sequence[str] = (),
) -> Column:
    """The declared column of `field` under one of `headings`; the options are those of its type."""
    if field in (*IDENTIFIERS, "tracking"):
        return Text(*headings, identifier=True, missing=missing)
    if field in (*MOMENTS, "counted_at"):
        return Moment(*headings, formats=formats, end_of_day=field in ("ship_by", "counted_at"), missing=missing)
    if field in AMOUNTS:
        least = 0 if field in ("unit_price", "line_total", "line_before") else None
        return Amount(*headings, decimal=decimal, least=least, missing=missing)
    if field == "cost":
        return Amount(*headings, decimal=decimal, least=0, missing=missing)
    if field in COUNTS:
        return Whole(*headings, least=None if field == "refunded_quantity" else 0, missing=missing)
    if field == "on_hand":
        return Whole(*headings, least=None, missing=missing)
    if field == "currency":
        return CurrencyCode(*headings)
    if field == "fulfilment":
        return OneOf(*headings, words=words or {}, other=None)
    if field in WORDS:
        return OneOf(*headings, words=words or {})
    guarded = field in ("barcode", "phone", "postcode")
    return Text(*headings, guarded=guarded, missing=missing, mangled_is_missing=field in ("barcode", "phone"))


ORDER_FIELDS = (*IDENTIFIERS, *MOMENTS, *AMOUNTS, *COUNTS, *WORDS, *TEXTS, "currency")
#: Every field of an orders file, by its own name.
FIELDS: Legend = {field: column(field, field) for field in ORDER_FIELDS}
