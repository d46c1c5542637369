"""Shopify's inventory CSV: one row a variant and location, the location by its name; it is both the export and the upload."""

import polars as pl

from oms.channels.base import Context, Reading, spotless, table_reading
from oms.channels.forms import TEMPLATE
from oms.sheets.columns import Legend, Text, bind, complain, typed
from oms.sheets.read import Sheet
from oms.words import _

#: The template that `oms sync` fills; the whole file is kept by the caller.
TEMPLATE_LEGEND: Legend = {
    "handle": Text("Handle"),
    "title": Text("Title"),
    "option1": Text("Option1 Value", missing=("Default Title",)),
    "option2": Text("Option2 Value"),
    "option3": Text("Option3 Value"),
    "sku": Text("SKU", identifier=True, missing=("-", "--")),
    "location": Text("Location"),
}


def variant_name() -> pl.Expr:
    """What `Lineitem name` calls a variant: `Title - option / option`; NULL without a title. Of title, option1 to option3."""
    options = pl.concat_str("option1", "option2", "option3", separator=" / ", ignore_nulls=True)
    return pl.when(options == "").then("title").otherwise(pl.concat_str("title", options, separator=" - "))


class Inventory:
    """The inventory CSV: which listings stand at which locations, and the form in which stock goes back."""

    format = "shopify-inventory"
    kind = "template"
    channel_kind: str | None = "shopify"

    def recognises(self, headings: frozenset[str]) -> bool:
        """The same columns in all its versions; the quantities are named differently in each."""
        quantities = any(name.startswith(("on_hand", "available")) for name in headings)
        return {"handle", "title", "sku", "location"} <= headings and quantities

    def columns(self, headings: tuple[str, ...]) -> set[str]:
        """What names a variant and a location."""
        return set(bind(TEMPLATE_LEGEND, headings).headings.values())

    def read(self, sheet: Sheet, context: Context) -> Reading:
        """The listing of a row is its SKU, else what orders call it."""
        bound = bind(TEMPLATE_LEGEND, sheet.peek.headings)
        read = typed(sheet.frame, bound, timezone=context.timezone, currency=context.currency)
        table = read.frame.with_columns(listing_sku=pl.coalesce("sku", variant_name(), "handle"))
        fine = spotless(table, read.rejected)
        complaints = [
            read.rejected,
            complain(fine, pl.col("listing_sku").is_null(), bound.headings["sku"], _("neither SKU nor title")),
            complain(fine, pl.col("location").is_null(), bound.headings["location"], _("no location")),
        ]
        return table_reading(
            format=self.format, kind=self.kind, schema=TEMPLATE, sheet=sheet, table=table, complaints=complaints
        )
