"""
Stock files in each channel's own shape.

Amazon: price-and-quantity file, tabs, no quotes; a blank price keeps the price. Shopify: the seller's own inventory
export with `On hand (new)` filled in (`On hand` in older exports), because Shopify matches rows by handle and options
and keeps what is blank. All others: listing_sku, quantity, as_of.

Skus stand in these files exactly as the channel spells them: a sku made safe for spreadsheets would be nobody's.
"""

from dataclasses import dataclass

import polars as pl

from oms.channels.base import Context
from oms.channels.shopify import Inventory
from oms.sheets.columns import normal, normals
from oms.sheets.read import Sheet
from oms.sheets.write import csv_bytes

_AMAZON = (
    "sku", "price", "minimum-seller-allowed-price", "maximum-seller-allowed-price", "quantity", "handling-time",
    "fulfillment-channel",
)  # fmt: skip
#: Our word -> headings of the new and the old inventory export, as sheets.columns.normal spells them.
_EXPORT = {
    "title": ("title",),
    "committed": ("committed (not editable)", "committed"),
    "unavailable": ("unavailable (not editable)", "unavailable"),
    "current": ("on hand (current)", "on hand"),
    "new": ("on hand (new)", "on hand"),
    "option1": ("option1 value",),
    "option2": ("option2 value",),
    "option3": ("option3 value",),
}
_NEEDED = ("title", "committed", "unavailable", "new")
_NOT_STOCKED = "not stocked"


def amazon_file(told: pl.DataFrame) -> bytes:
    """The price-and-quantity upload for `told` (listing_sku, quantity); prices stay as they are."""
    filled = {"sku": pl.col("listing_sku"), "quantity": pl.col("quantity")}
    rows = told.select(filled.get(name, pl.lit("")).alias(name) for name in _AMAZON)
    return csv_bytes(rows, delimiter="\t", newline="\n", neutralise=False, quoting=False)


def plain_file(told: pl.DataFrame, as_of: str | None) -> bytes:
    """The stock file of a channel without an upload of its own: listing_sku, quantity, as_of (orders known up to)."""
    rows = told.select("listing_sku", "quantity", as_of=pl.lit(as_of, pl.String))
    return csv_bytes(rows, newline="\n", neutralise=False)


def fits_amazon(listing_sku: pl.Expr) -> pl.Expr:
    """Whether a sku can stand in a file without quotes."""
    return ~listing_sku.str.contains("[\t\r\n]")


@dataclass(frozen=True)
class Export:
    """
    A Shopify inventory export, understood.

    `rows`: row, listing_sku, order_name (how order files call it), place (the location's name), stocked (Boolean),
    committed, unavailable (Int64).
    """

    sheet: Sheet
    names: dict[str, str]  # our word -> the heading of this file
    rows: pl.DataFrame


def is_export(headings: tuple[str, ...]) -> bool:
    """Whether these are the headings of an inventory export, of either generation."""
    return Inventory().recognises(normals(headings)) and set(_NEEDED) <= set(_bound(headings))


def read_export(sheet: Sheet, context: Context) -> Export:
    """Understand an inventory export: listings and locations as its import reads them."""
    names = _bound(sheet.peek.headings)
    named = Inventory().read(sheet, context).table
    cell = {word: pl.col(heading).str.strip_chars().fill_null("") for word, heading in names.items()}
    options = [cell[word] for word in ("option1", "option2", "option3") if word in cell]
    chosen = pl.concat_str(
        [pl.when(~each.is_in(["", "Default Title"])).then(each) for each in options] or [pl.lit("")],
        separator=" / ", ignore_nulls=True,
    )  # fmt: skip
    stocked = ~pl.any_horizontal(cell[word].str.to_lowercase() == _NOT_STOCKED for word in ("current", "new"))
    rows = sheet.frame.select(
        "row",
        order_name=pl.when(chosen == "").then(cell["title"]).otherwise(pl.concat_str(cell["title"], pl.lit(" - "), chosen)),
        stocked=stocked,
        committed=_units(cell["committed"]),
        unavailable=_units(cell["unavailable"]),
    )
    return Export(sheet, names, rows.join(named.select("row", "listing_sku", place="location"), on="row"))


def shopify_file(export: Export, told: pl.DataFrame) -> bytes:
    """The rows of the export that `told` (row, quantity) names, everything else in them as Shopify wrote it."""
    headings = list(export.sheet.peek.headings)
    rows = (
        export.sheet.frame.join(told.select("row", told="quantity"), on="row")
        .sort("row")
        .with_columns(pl.col("told").cast(pl.String).alias(export.names["new"]))
        .select(headings)
    )
    return csv_bytes(rows, newline="\n", neutralise=False)


def _bound(headings: tuple[str, ...]) -> dict[str, str]:
    known = {normal(heading): heading for heading in reversed(headings)}
    wanted = {word: [known[normal(n)] for n in spellings if normal(n) in known] for word, spellings in _EXPORT.items()}
    return {word: found[0] for word, found in wanted.items() if found}


def _units(cell: pl.Expr) -> pl.Expr:
    return cell.str.replace_all(",", "").cast(pl.Int64, strict=False).fill_null(0).clip(lower_bound=0)
