"""The damaged cells of one file, each with what stood there where that can be proven: no store, nothing written."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from oms.channels.base import Reading
from oms.channels.countries import alpha2_all
from oms.core.damage import Finding, Known, is_cut, of_amounts, of_barcode, of_identifier, of_postcode, of_stored_number
from oms.sheets.cells import FORMULA_ERROR, SCIENTIFIC
from oms.sheets.columns import Amount, Bound, Text
from oms.words import _

#: `private`: the cell says where or who somebody is, and appears in no message.
PATCH = {
    "row": pl.Int64, "column": pl.String, "value": pl.String, "repaired": pl.String, "why": pl.String, "private": pl.Boolean,
}  # fmt: skip
#: Fields whose names are known by another kind than skus.
_ORDERS = frozenset(("order_ref", "channel_order_id"))
_LINES = frozenset(("line_ref",))
#: From so many long numbers on, all with zeros after the fifteenth digit, it is no chance.
_MANY = 3


#: What a spreadsheet shows of `3-4`.
_DAY = r"^\d{1,2}-(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)$"


def noticed(reading: Reading) -> dict[str, int]:
    """How many cells look as if a spreadsheet had changed them, by what it did."""
    value = reading.rejected["value"]
    places = reading.orders.select("postcode", "country", "region").drop_nulls(["postcode", "country"])
    short = places.filter(pl.col("postcode").str.contains(r"^[0-9]{2,9}$")).group_by(pl.all()).len("n")
    found = {
        _("long numbers cut short"): int(value.str.contains(SCIENTIFIC).sum()),
        _("formulas that found nothing"): int(value.str.contains(FORMULA_ERROR).sum()),
        _("postcodes without their zeros"): sum(n for *place, n in short.rows() if of_postcode(*place) is not None),
        _("days made of skus"): int(reading.lines["listing_sku"].str.contains(_DAY).sum()),
    }
    return {what: count for what, count in found.items() if count}


@dataclass(frozen=True)
class Facts:
    """What is known to be right, by what it names."""

    orders: Known
    lines: Known
    skus: Known
    barcodes: Known


def damaged(frame: pl.DataFrame, raw: pl.DataFrame, bound: Bound, facts: Facts) -> pl.DataFrame:
    """
    PATCH of the cells of `frame` that a spreadsheet changed, by row and column.

    `raw` has the digits of numbers that a workbook stores as numbers, where `frame` has them in scientific notation.
    """
    found = [pl.DataFrame(schema=PATCH)]
    for name, heading in bound.headings.items():
        column = bound.legend[name]
        cells = frame.select("row", value=pl.col(heading).str.strip_chars().str.strip_prefix("'")).drop_nulls("value")
        if name in ("postcode", "billing_postcode"):
            found.append(_postcodes(frame, cells, heading, bound))
        elif isinstance(column, Text) and column.identifier:
            found.append(_names(cells, raw, name, heading, facts))
        elif type(column) is Amount and column.decimal == ".":
            found.append(_patched(cells, heading, of_amounts(cells["value"].unique())))
    return pl.concat(found).unique(["row", "column"], keep="first").sort("row", "column")


def _names(cells: pl.DataFrame, raw: pl.DataFrame, name: str, heading: str, facts: Facts) -> pl.DataFrame:
    known = facts.orders if name in _ORDERS else facts.lines if name in _LINES else facts.skus
    decide: Callable[[str, Known], Finding | None] = of_identifier
    if name == "barcode":
        known, decide = facts.barcodes, of_barcode
    distinct = cells["value"].unique().sort().to_list()
    found = {cell: finding for cell in distinct if (finding := decide(cell, known)) is not None}
    found |= _all_cut(distinct, known, found)
    digits = raw.select("row", digits=pl.col(heading).str.strip_chars())
    stored = cells.join(digits, on="row").filter((pl.col("value") != pl.col("digits").str.strip_prefix("'"))
                                                 & pl.col("digits").str.contains(r"^\d{16,}$"))  # fmt: skip
    numbers = {text: of_stored_number(text, known) for text in stored["digits"].unique().sort()}
    plain = cells.join(stored, on="row", how="anti", maintain_order="left")
    return pl.concat([
        _patched(plain, heading, found),
        _patched(stored.select("row", value="digits"), heading, numbers),
    ])  # fmt: skip


def _all_cut(cells: Iterable[str], known: Known, found: Mapping[str, Finding]) -> dict[str, Finding]:
    """Numbers that nobody knows, of a column whose long numbers all end in zeros after the fifteenth digit."""
    long = [cell for cell in cells if cell.isascii() and cell.isdigit() and len(cell) > 15]
    if len(long) < _MANY or not all(map(is_cut, long)):
        return {}
    what = _("cut to 15 digits; nothing known becomes that")
    return {cell: Finding(what) for cell in long if cell not in found and cell not in known.names}


def _postcodes(frame: pl.DataFrame, cells: pl.DataFrame, heading: str, bound: Bound) -> pl.DataFrame:
    """Postcodes by the country and region beside them; without a country nothing can be said."""
    billing = "billing_" if heading == bound.headings.get("billing_postcode") else ""
    country = bound.headings.get(f"{billing}country") or bound.headings.get("country")
    region = bound.headings.get(f"{billing}region") or bound.headings.get("region")
    if country is None:
        return pl.DataFrame(schema=PATCH)
    beside = frame.select(
        "row", country=alpha2_all(frame[country].str.strip_chars()),
        region=pl.col(region).str.strip_chars() if region else pl.lit(None, pl.String),
    )  # fmt: skip
    said = cells.filter(pl.col("value").str.contains(r"^\d{2,9}$")).join(beside, on="row").drop_nulls("country")
    rows = []
    for (value, code, area), group in said.group_by("value", "country", "region", maintain_order=True):
        finding = of_postcode(str(value), str(code), None if area is None else str(area))
        if finding is not None:
            rows += [(row, heading, str(value), finding.repaired, finding.why, True) for row in group["row"]]
    return pl.DataFrame(rows, schema=PATCH, orient="row")


def _patched(cells: pl.DataFrame, heading: str, found: Mapping[str, Finding]) -> pl.DataFrame:
    """PATCH of the cells (row, value) that `found` names."""
    table = pl.DataFrame(
        {"value": list(found), "repaired": [f.repaired for f in found.values()], "why": [f.why for f in found.values()]},
        schema={"value": pl.String, "repaired": pl.String, "why": pl.String},
    )
    return cells.join(table, on="value", maintain_order="left").select(
        "row", column=pl.lit(heading), value="value", repaired="repaired", why="why", private=pl.lit(False)
    )
