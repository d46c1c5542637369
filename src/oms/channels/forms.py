"""
Forms: files that a channel hands out so that its own stock numbers come back in them.

A form is only as good as its download: it names every listing in the channel's own keys, so a stock file is made from
the newest one, and all in it that is not a number of ours stays as the channel wrote it.

TikTok Shop, Lazada and Shopee hand out a workbook: a row of machine keys, rows that explain them, then a row a variation.
`StockForm` is the declaration of such a workbook; it reads it (as kind `template`) and fills it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import polars as pl

from oms.channels.base import Context, Reading, spotless, table_reading
from oms.model.frames import Schema
from oms.sheets.columns import Bound, Legend, bind, complain, normal, normals, typed
from oms.sheets.patch import filled
from oms.sheets.read import Sheet
from oms.words import _

#: What a form is imported as: its listings.
TEMPLATE: Schema = {"row": pl.Int64, "listing_sku": pl.String, "title": pl.String, "location": pl.String}
#: One row a cell for a number. `column`: its heading. `other_name`: what else it may be mapped as. `place`: what
#: the channel calls the location; NULL: the number is of all of them. `stocked`: the listing is kept there at all.
#: `committed`, `unavailable`: units that the channel counts as there and does not sell.
CELLS: Schema = {
    "row": pl.Int64, "column": pl.String, "listing_sku": pl.String, "other_name": pl.String, "place": pl.String,
    "stocked": pl.Boolean, "committed": pl.Int64, "unavailable": pl.Int64,
}  # fmt: skip


@dataclass(frozen=True)
class Form:
    """A form, understood. `fill` makes the file from `told` (row, column, quantity)."""

    cells: pl.DataFrame  # CELLS
    by_place: bool  # a number is of one location
    whole: bool  # all of it goes back: what is not told goes back as it came, old numbers too
    ending: str
    fill: Callable[[pl.DataFrame], bytes]


class FormReader(Protocol):
    """Who understands the forms of a channel."""

    @property
    def endings(self) -> tuple[str, ...]: ...  # of the files to look for
    @property
    def called(self) -> str: ...  # as the channel calls it, for messages
    @property
    def ages(self) -> bool: ...  # what it says of stock goes back with ours: it must be fresh

    def fits(self, headings: tuple[str, ...]) -> bool:
        """Whether a file with these headings is one."""

    def understand(self, sheet: Sheet, context: Context) -> Form:
        """The cells that take a number, and how they are filled."""


@dataclass(frozen=True)
class StockForm:
    """
    A workbook for stock: machine keys, explanations, then a row a variation.

    `legend` has `id` (the product's, digits: what tells a row of data) and what `listing` is made of, the same way as
    orders name it. `takes` says which headings take a number; where there are several, each is a location's, called as
    its heading or as the label below it (`labels`: so many rows below the keys). `mark` begins a heading that only this
    workbook has beside the legend's.
    """

    format: str
    channel_kind: str | None
    legend: Legend
    listing: pl.Expr
    takes: Callable[[tuple[str, ...]], tuple[str, ...]]
    mark: str
    called: str
    labels: int | None = None
    from_above: tuple[str, ...] = ()  # fields that only the first row of a product has
    endings: tuple[str, ...] = (".xlsx",)
    kind: str = "template"
    ages: bool = True

    def recognises(self, headings: frozenset[str]) -> bool:
        """By the product's id, what names a variation, and the mark."""
        bound = bind(self.legend, headings)
        return "id" in bound and "sku" in bound and any(name.lstrip("*").startswith(self.mark) for name in headings)

    def fits(self, headings: tuple[str, ...]) -> bool:
        """The same of headings as they stand, and a place for its number."""
        return self.recognises(normals(headings)) and bool(self.takes(headings))

    def columns(self, headings: tuple[str, ...]) -> set[str]:
        """What names a listing."""
        return {*bind(self.legend, headings).headings.values(), *self.takes(headings)}

    def read(self, sheet: Sheet, context: Context) -> Reading:
        """Every row below the explanations is a listing."""
        bound = bind(self.legend, sheet.peek.headings)
        explains = self._explains(sheet, bound)
        data = sheet.frame.filter(~explains)
        read = typed(data, bound, timezone=context.timezone, currency=context.currency)
        rows = read.frame
        if self.from_above:
            rows = rows.with_columns(pl.col(name).forward_fill().over("id") for name in self.from_above)
        table = rows.with_columns(listing_sku=self.listing, location=pl.lit(None, pl.String))
        complaints = [
            read.rejected,
            complain(spotless(table, read.rejected), pl.col("id").is_null(), bound.headings["id"], _("no product id")),
            complain(spotless(table, read.rejected), pl.col("listing_sku").is_null() & pl.col("id").is_not_null(),
                     bound.headings["sku"], _("neither sku nor title")),
        ]  # fmt: skip
        return table_reading(
            format=self.format, kind=self.kind, schema=TEMPLATE, sheet=sheet, table=table, complaints=complaints,
            ignored={_("the rows that explain the columns"): sheet.frame["row"].filter(explains)},
        )  # fmt: skip

    def _explains(self, sheet: Sheet, bound: Bound) -> pl.Series:
        """The rows above the first one with a product's id."""
        digits = pl.col(bound.headings["id"]).str.strip_chars().str.contains(r"^'?(\d{5,}|\d\.\d+E\+\d+)$").fill_null(False)
        return sheet.frame.select(digits.cum_sum() == 0).to_series()

    def understand(self, sheet: Sheet, context: Context) -> Form:
        """A cell for each listing and column of numbers."""
        takes = self.takes(sheet.peek.headings)
        places = self._places(sheet, takes)
        listed = self.read(sheet, context).table
        cells = pl.concat(
            listed.select(
                "row", column=pl.lit(name), listing_sku="listing_sku", other_name="listing_sku",
                place=pl.lit(places[name], pl.String), stocked=pl.lit(True), committed=pl.lit(0, pl.Int64),
                unavailable=pl.lit(0, pl.Int64),
            )
            for name in takes
        )  # fmt: skip
        return Form(cells, len(takes) > 1, True, "xlsx", partial(_fill, sheet))

    def _places(self, sheet: Sheet, takes: tuple[str, ...]) -> Mapping[str, str | None]:
        """What each column of numbers is a location's of; one column alone is nobody's."""
        if len(takes) == 1:
            return {takes[0]: None}
        if self.labels is None:
            return {name: name for name in takes}
        below = sheet.frame.filter(pl.col("row") == sheet.peek.header_row + self.labels)
        said = below.row(0, named=True) if below.height else {}
        return {name: (said.get(name) or name).strip() for name in takes}


def _fill(sheet: Sheet, told: pl.DataFrame) -> bytes:
    """The workbook as it was downloaded, with the numbers of `told` in its cells."""
    column = {heading: at for at, heading in enumerate(sheet.peek.headings, 1)}
    told = told.select("row", "column", "quantity")
    return filled(sheet.peek.path, {(row, column[name]): quantity for row, name, quantity in told.iter_rows()})


def starting(*words: str) -> Callable[[tuple[str, ...]], tuple[str, ...]]:
    """For `takes`: the headings that begin with one of `words`, stars before them left out."""
    return lambda headings: tuple(each for each in headings if normal(each.lstrip("*")).startswith(words))
