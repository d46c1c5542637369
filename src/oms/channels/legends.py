"""What the columns of a file mean to its reader: the legend, laid over the headings."""

from oms.channels import amazon, ebay, etsy, lazada, own_stock, shopee, shopee_packing, shopify, square, temu, tiktok
from oms.channels.base import Reader
from oms.sheets.columns import Bound, Legend, bind

_SHOPIFY: Legend = {**shopify.NAME, **shopify.ORDER, **{f"line_{name}": column for name, column in shopify.LINE.items()}}
_LEGENDS: dict[str, Legend] = {
    "amazon": amazon.LEGEND, "ebay": ebay.LEGEND, "etsy": etsy.LEGEND, "lazada": lazada.LEGEND, "square": square.LEGEND,
    "temu": temu.LEGEND, "tiktok": tiktok.LEGEND, "shopee-packing-list": shopee_packing.ORDER, "shopify-orders": _SHOPIFY,
    "shopify-inventory": shopify.TEMPLATE_LEGEND, "oms-stock-wide": own_stock.STOCK_LONG.legend,
}  # fmt: skip


def bound_of(reader: Reader, headings: tuple[str, ...]) -> Bound:
    """Which of `headings` says what: fields as the reader calls them."""
    if reader.format == "shopee-orders":
        return shopee.bound_to(headings)
    legend: Legend | None = getattr(reader, "legend", None)
    if legend is None:
        legend = _LEGENDS.get(reader.format) or _LEGENDS[reader.format.split("-")[0]]
    return bind(legend, headings)
