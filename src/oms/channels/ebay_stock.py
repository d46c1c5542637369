"""
eBay's revise file: an action a row, `Revise`, in the columns of its first heading's site and version.

eBay finds a listing by its item number, a variation by its relationship details. Only the download of the active
listings (edit price and quantity) knows both, so it is the form: its rows go back with `Revise` and the number, a
variation under the row of its item. Without one, the custom label stands for the listing, which eBay takes where
inventory is tracked by sku.
"""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

import polars as pl

from oms.channels.base import Context, Reading, table_reading
from oms.channels.forms import CELLS, TEMPLATE, Form
from oms.sheets.columns import Bound, Legend, Text, bind, normal, normals, typed
from oms.sheets.read import Sheet
from oms.sheets.write import csv_bytes
from oms.words import _

if TYPE_CHECKING:
    from oms.channels.stockfile import Asked

_REVISE = "Revise"
#: Currency -> site and country, as the heading of the actions spells them.
_SITES = {
    "USD": ("US", "US"), "GBP": ("UK", "GB"), "EUR": ("Germany", "DE"), "AUD": ("Australia", "AU"), "CAD": ("Canada", "CA"),
}  # fmt: skip
LEGEND: Legend = {
    "item": Text("Item number", "ItemID", "Item ID", "*ItemID", identifier=True, mangled_is_missing=True),
    "sku": Text("Custom label (SKU)", "Custom label", "CustomLabel", "*CustomLabel", identifier=True),
    "title": Text("Title", "*Title"),
    "quantity": Text("Available quantity", "Quantity", "*Quantity"),
    "relationship": Text("Relationship"),
    "details": Text("Relationship details", "RelationshipDetails", "Variation details"),
}


class Revise:
    """A revise file without the download of the listings: custom labels and quantities."""

    ending = "csv"

    def fits(self, listing_sku: pl.Expr) -> pl.Expr:
        """Every sku does."""
        return pl.lit(True)

    def files(self, rows: pl.DataFrame, asked: "Asked") -> Iterator[tuple[str, bytes]]:
        """One file."""
        currency = asked.config.currency_of(asked.channel)
        site, country = _SITES.get(currency, ("US", "US"))
        action = f"*Action(SiteID={site}|Country={country}|Currency={currency}|Version=1193|CC=UTF-8)"
        table = rows.select(pl.lit(_REVISE).alias(action), CustomLabel="listing_sku", Quantity="quantity")
        yield "", csv_bytes(table, neutralise=False)


class ActiveListings:
    """The download of all active listings, for editing price and quantity."""

    format = "ebay-listings"
    kind = "template"
    channel_kind: str | None = "ebay"
    endings = (".csv",)
    called = _("download of active listings")
    ages = False

    def recognises(self, headings: frozenset[str]) -> bool:
        """By its column of actions, and what they are done to."""
        actions = any(heading.lstrip("*").startswith("action(") or heading == "action" for heading in headings)
        bound = bind(LEGEND, headings)
        return actions and "item" in bound and "quantity" in bound

    def fits(self, headings: tuple[str, ...]) -> bool:
        """The same of headings as they stand."""
        return self.recognises(normals(headings))

    def columns(self, headings: tuple[str, ...]) -> set[str]:
        """What names a listing and its number."""
        return set(bind(LEGEND, headings).headings.values())

    def read(self, sheet: Sheet, context: Context) -> Reading:
        """Every row is a listing, but for an item whose variations follow it."""
        bound = bind(LEGEND, sheet.peek.headings)
        rows = _rows(sheet, bound, context)
        parents = rows.filter("parent")["row"]
        table = rows.with_columns(location=pl.lit(None, pl.String))
        return table_reading(
            format=self.format, kind=self.kind, schema=TEMPLATE, sheet=sheet, table=table, complaints=[],
            ignored={_("an item whose variations follow"): parents, _("no custom label, item or title"):
                     rows.filter(pl.col("listing_sku").is_null() & ~pl.col("parent"))["row"]},
        )  # fmt: skip

    def understand(self, sheet: Sheet, context: Context) -> Form:
        """The quantity of each listing that eBay can find again: by its item number or custom label."""
        bound = bind(LEGEND, sheet.peek.headings)
        findable = pl.col("sku").is_not_null() | pl.col("whole_item").is_not_null()
        rows = _rows(sheet, bound, context).filter(~pl.col("parent") & findable)
        cells = rows.select(
            "row", column=pl.lit(bound.headings["quantity"]), listing_sku="listing_sku", other_name="listing_sku",
            place=pl.lit(None, pl.String), stocked=pl.lit(True), committed=pl.lit(0, pl.Int64),
            unavailable=pl.lit(0, pl.Int64),
        ).select(CELLS.keys())  # fmt: skip
        return Form(cells, False, False, "csv", partial(_fill, sheet, bound, context))


def _rows(sheet: Sheet, bound: Bound, context: Context) -> pl.DataFrame:
    """The rows with `group` (of an item and its variations), `parent` (others follow it) and `listing_sku`."""
    rows = typed(sheet.frame, bound, timezone=context.timezone, currency=context.currency).frame
    child = pl.col("relationship").is_not_null()
    rows = rows.with_columns(child=child, group=(~child).cum_sum())
    whole = [pl.col(name).first().over("group") for name in ("item", "title")]
    rows = rows.with_columns(
        parent=~pl.col("child") & pl.col("child").any().over("group"), whole_item=whole[0], whole_title=whole[1]
    )
    variant = pl.when("child").then("details")
    named = [
        pl.when(pl.col(name).is_not_null()).then(pl.concat_str(name, variant, separator=" / ", ignore_nulls=True))
        for name in ("whole_item", "whole_title")
    ]
    return rows.with_columns(listing_sku=pl.coalesce("sku", *named))


def _fill(sheet: Sheet, bound: Bound, context: Context, told: pl.DataFrame) -> bytes:
    """The rows of `told` with their item's, as eBay wrote them, `Revise` before each item."""
    peek = sheet.peek
    action = next(heading for heading in peek.headings if normal(heading).lstrip("*").startswith("action"))
    quantity = bound.headings["quantity"]
    known = _rows(sheet, bound, context).select("row", "group", "parent", "child")
    known = known.join(told.select("row", told="quantity"), on="row", how="left", maintain_order="left")
    wanted = known.filter(pl.col("told").is_not_null() | (pl.col("parent") & pl.col("told").is_not_null().any().over("group")))
    rows = sheet.frame.join(wanted, on="row", maintain_order="left").with_columns(
        pl.when(~pl.col("child")).then(pl.lit(_REVISE)).alias(action),
        pl.when(~pl.col("parent")).then(pl.col("told").cast(pl.String)).alias(quantity),
    )
    return csv_bytes(rows.select(peek.headings), neutralise=False)


ACTIVE_LISTINGS = ActiveListings()
READERS = (ACTIVE_LISTINGS,)
