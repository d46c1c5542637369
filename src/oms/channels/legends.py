"""What the columns of a file mean to its reader: the legend, laid over the headings."""

from collections.abc import Iterable
from dataclasses import dataclass

from oms.channels import (
    amazon,
    ebay,
    etsy,
    lazada,
    own_stock,
    shipment_files,
    shopee,
    shopee_packing,
    shopify,
    shopify_inventory,
    square,
    temu,
    tiktok,
)  # fmt: skip
from oms.channels.base import Reader
from oms.sheets.columns import Bound, Legend, Text, bind, normals

_LEAST, _SHOWN = 3, 3
_SHOPIFY: Legend = {**shopify.NAME, **shopify.ORDER, **{f"line_{name}": column for name, column in shopify.LINE.items()}}
_LEGENDS: dict[str, Legend] = {
    "amazon": amazon.LEGEND, "ebay": ebay.LEGEND, "etsy": etsy.LEGEND, "lazada": lazada.LEGEND,
    "square": {**square.LEGEND, "day": Text("Date"), "clock": Text("Time")},
    "temu": temu.LEGEND, "tiktok": tiktok.LEGEND, "shopee-packing-list": shopee_packing.ORDER, "shopify-orders": _SHOPIFY,
    "shopify-inventory": shopify_inventory.TEMPLATE_LEGEND, "oms-stock-wide": own_stock.STOCK_LONG.legend,
    "3pl-tracking": shipment_files.LEGEND,
}  # fmt: skip


def bound_of(reader: Reader, headings: tuple[str, ...]) -> Bound:
    """Which of `headings` says what: fields as the reader calls them."""
    if reader.format == "shopee-orders":
        return shopee.bound_to(headings)
    if reader.format == "ebay-orders":
        return ebay.bound_to(headings)
    legend: Legend | None = getattr(reader, "legend", None)
    if legend is None:
        legend = _LEGENDS.get(reader.format) or _LEGENDS[reader.format.split("-")[0]]
    return bind(legend, headings)


@dataclass(frozen=True)
class Nearly:
    """A kind of file that one more heading would make of a file."""

    reader: Reader
    lacks: tuple[str, ...]  # any of them would do
    knows: int  # headings of the file that it reads


def nearly(headings: tuple[str, ...], readers: Iterable[Reader]) -> Nearly | None:
    """
    The one of `readers` that knows most of `headings` and lacks one to take the file; None where none is near.

    It must know a fifth of them, and more than one or two.
    """
    there = normals(headings)
    known: dict[int, list[tuple[Reader, Bound]]] = {}
    for reader in readers:
        bound = bound_of(reader, headings)
        knows = len(set(bound.headings.values()))
        if knows >= max(_LEAST, len(headings) / 5):
            known.setdefault(knows, []).append((reader, bound))
    for reader, bound in known[max(known)] if known else ():
        absent = (column.headings for name, column in bound.legend.items() if name not in bound)
        lacks = [next((each for each in spellings if reader.recognises(there | normals([each]))), None) for spellings in absent]
        if any(lacks):
            return Nearly(reader, tuple(dict.fromkeys(filter(None, lacks)))[:_SHOWN], max(known))
    return None
