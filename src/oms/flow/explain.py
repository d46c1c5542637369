"""`oms explain`: an order's way out, or a sku's number."""

from oms.errors import UnknownOrder, UnknownSku
from oms.flow.explain_order import OrderStory, explain_order
from oms.flow.explain_stock import StockStory, explain_stock
from oms.flow.shop import Shop
from oms.store.orders import find_order
from oms.words import _


def explain(shop: Shop, what: str) -> OrderStory | StockStory:
    """
    Explain an order (by what a person calls it), else a sku.

    Raises UnknownOrder where it is neither, AmbiguousRef where several orders are called so.
    """
    with shop.store.read() as conn:
        try:
            order_id = int(find_order(conn, what)["id"])
        except UnknownOrder:
            order_id = None
    if order_id is not None:
        return explain_order(shop, order_id)
    try:
        return explain_stock(shop, what)
    except UnknownSku:
        raise UnknownOrder(
            _("`{what}` is neither an order nor a sku", what=what), _("list them with: oms orders, oms stock")
        ) from None
