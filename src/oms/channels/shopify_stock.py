"""
Shopify's inventory export as the form in which stock goes back.

Shopify matches rows by handle and options and keeps what is blank, so the file is the export itself, `On hand (new)`
filled in (`On hand` in older exports).
"""

from functools import partial

import polars as pl

from oms.channels.base import Context
from oms.channels.forms import CELLS, Form
from oms.channels.shopify_inventory import Inventory
from oms.sheets.columns import normal, normals
from oms.sheets.read import Sheet
from oms.sheets.write import csv_bytes
from oms.words import _

#: Our word -> headings of the new and the old inventory export.
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
_NEEDED = {"title", "committed", "unavailable", "new"}
_NOT_STOCKED = "not stocked"
_INVENTORY = Inventory()


class InventoryForm:
    """The inventory export, of either generation."""

    endings = (".csv",)
    called = _("inventory export")
    ages = True

    def fits(self, headings: tuple[str, ...]) -> bool:
        """An inventory export with all that its numbers are made of."""
        return _INVENTORY.recognises(normals(headings)) and set(_bound(headings)) >= _NEEDED

    def understand(self, sheet: Sheet, context: Context) -> Form:
        """A cell a variant and location; listings and locations are those of its import."""
        names = _bound(sheet.peek.headings)
        named = _INVENTORY.read(sheet, context).table
        cell = {word: pl.col(heading).str.strip_chars().fill_null("") for word, heading in names.items()}
        options = [cell[word] for word in ("option1", "option2", "option3") if word in cell]
        chosen = pl.concat_str(
            [pl.when(~each.is_in(["", "Default Title"])).then(each) for each in options] or [pl.lit("")],
            separator=" / ", ignore_nulls=True,
        )  # fmt: skip
        stocked = ~pl.any_horizontal(cell[word].str.to_lowercase() == _NOT_STOCKED for word in ("current", "new"))
        title = cell["title"]
        rows = sheet.frame.select(
            "row",
            column=pl.lit(names["new"]),
            other_name=pl.when(chosen == "").then(title).otherwise(pl.concat_str(title, pl.lit(" / "), chosen)),
            stocked=stocked,
            committed=_units(cell["committed"]),
            unavailable=_units(cell["unavailable"]),
        )
        cells = rows.join(named.select("row", "listing_sku", place="location"), on="row").select(CELLS.keys())
        return Form(cells, True, False, "csv", partial(_fill, sheet, names["new"]))


def _fill(sheet: Sheet, column: str, told: pl.DataFrame) -> bytes:
    """The rows of the export that `told` names, everything else in them as Shopify wrote it."""
    rows = sheet.frame.join(told.select("row", told="quantity"), on="row").sort("row")
    filled = rows.with_columns(pl.col("told").cast(pl.String).alias(column)).select(sheet.peek.headings)
    return csv_bytes(filled, newline="\n", neutralise=False)


def _bound(headings: tuple[str, ...]) -> dict[str, str]:
    known = {normal(heading): heading for heading in reversed(headings)}
    wanted = {word: [known[normal(n)] for n in spellings if normal(n) in known] for word, spellings in _EXPORT.items()}
    return {word: found[0] for word, found in wanted.items() if found}


def _units(cell: pl.Expr) -> pl.Expr:
    return cell.str.replace_all(",", "").cast(pl.Int64, strict=False).fill_null(0).clip(lower_bound=0)
