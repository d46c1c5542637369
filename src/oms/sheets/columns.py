"""
Declared columns: the legend of a file, and the frame it makes of the file's text.

    LEGEND = {
        "order_ref": Text("amazon-order-id", "订单号", identifier=True),
        "placed_at": Moment("purchase-date"),
        "quantity": Whole("quantity", least=0),
    }
    read = typed(sheet.frame, bind(LEGEND, sheet.peek.headings), timezone="Europe/Berlin", currency="EUR")
    read.frame      # row, order_ref, placed_at, quantity: typed, NULL where the cell is empty or the column is absent
    read.rejected   # model.frames.REJECTED, one row a cell that could not be understood
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from oms.model.frames import REJECTED, empty
from oms.sheets.cells import MISSING, Amount, Column, CurrencyCode, Env, Flag, Moment, OneOf, Text, Whole
from oms.words import _

__all__ = [
    "Amount", "Bound", "Column", "CurrencyCode", "Flag", "Legend", "Moment", "OneOf", "Text", "Typed", "Whole", "bind",
    "complain", "normal", "normals", "typed",
]  # fmt: skip

_BETWEEN = re.compile(r"[\s_\-]+")
SHOWN = 80  # characters of a cell that a complaint repeats


def normal(heading: str) -> str:
    """A heading as it is compared: no BOM, case, outer quotes; spaces, dashes and underscores are one `_`."""
    return _BETWEEN.sub("_", heading.replace("\ufeff", "").strip().strip("'’\"").strip().casefold())


def normals(headings: Iterable[str]) -> frozenset[str]:
    """All `headings` as they are compared."""
    return frozenset(map(normal, headings))


Legend = Mapping[str, Column]


@dataclass(frozen=True)
class Bound:
    """A legend laid over the headings of one file."""

    legend: Legend
    headings: Mapping[str, str]  # field -> heading as it stands in the file; fields without a column are absent

    def __contains__(self, name: str) -> bool:
        return name in self.headings

    def only(self, *names: str) -> "Bound":
        """The same for some of its fields."""
        return Bound(
            {name: self.legend[name] for name in names},
            {name: heading for name, heading in self.headings.items() if name in names},
        )


def bind(legend: Legend, headings: Iterable[str]) -> Bound:
    """Find each declared column among `headings`: its own heading first, then its aliases in order."""
    present: dict[str, str] = {}
    for heading in headings:
        present.setdefault(normal(heading), heading)
    found: dict[str, str] = {}
    for name, column in legend.items():
        for heading in column.headings:
            if (known := present.get(normal(heading))) is not None:
                found[name] = known
                break
    return Bound(legend, found)


@dataclass(frozen=True)
class Typed:
    """Typed cells and complaints about the others."""

    frame: pl.DataFrame  # row, then one column a field of the legend
    rejected: pl.DataFrame  # REJECTED


def typed(
    frame: pl.DataFrame,
    bound: Bound,
    *,
    timezone: str,
    currency: str,
    currencies: pl.Series | None = None,
    keep: Sequence[str] = (),
) -> Typed:
    """
    Type the text columns of `frame` (with `row`) as `bound` declares.

    Amounts are in `currency`, or row by row in `currencies` (ISO codes, same length as `frame`; NULL = `currency`).
    `keep` are columns of `frame` handed through. All complaints of all cells come back at once.
    """
    code = None if currencies is None else currencies.fill_null(currency)
    distinct = [currency] if code is None else sorted(code.unique().to_list()) or [currency]
    if len(distinct) == 1:
        currency, code = distinct[0], None
    env = Env(timezone, currency)
    names = [name for name in bound.legend if name in bound]
    mixed = [name for name in names if code is not None and isinstance(bound.legend[name], Amount)]

    cells = {name: pl.col(bound.headings[name]) for name in names}
    first = {
        name: bound.legend[name].passes(cells[name], replace(env, sample=_sample(frame[bound.headings[name]])))[0].alias(name)
        for name in names
        if name not in mixed
    }
    # A step of its own: within one, polars would strip a cell again wherever a pass names it.
    stripped = frame.select(map(_cell, dict.fromkeys(bound.headings[name] for name in names)))
    values = stripped.lazy().select(first.values()).collect()  # lazy: only so it computes what passes repeat once
    columns: dict[str, pl.Series] = {}
    complaints: list[pl.DataFrame] = []
    for name in first:
        columns[name], bad = _rest(frame, bound, name, values[name], env)
        complaints += bad
        if isinstance(column := bound.legend[name], Amount):
            complaints += _two_ways(frame, bound.headings[name], column.sign(currency))
    for name in mixed:
        columns[name] = pl.Series(name, [None], pl.Int64).new_from_index(0, frame.height)
        for one in distinct:
            here, among = Env(timezone, one), pl.Series(code) == one
            part = stripped.select(pl.when(among).then(bound.legend[name].passes(cells[name], here)[0])).to_series()
            part, bad = _rest(frame, bound, name, part, here, among)
            columns[name] = columns[name].zip_with(columns[name].is_not_null(), part)
            complaints += bad
    for name, column in bound.legend.items():
        if name not in bound:
            columns[name] = pl.Series(name, [None], column.dtype).new_from_index(0, frame.height)
    done = [frame["row"], *(frame[name] for name in keep), *(columns[name].alias(name) for name in bound.legend)]
    return Typed(pl.DataFrame(done), pl.concat(complaints) if complaints else empty(REJECTED))


def _sample(cells: pl.Series) -> str:
    """The first cell that is not empty."""
    at = cells.is_not_null().arg_max()
    return str(cells[at] or "").strip() if at is not None else ""


def _cell(heading: str) -> pl.Expr:
    return pl.col(heading).str.strip_chars()


def _rest(
    frame: pl.DataFrame, bound: Bound, name: str, values: pl.Series, env: Env, among: pl.Series | None = None
) -> tuple[pl.Series, list[pl.DataFrame]]:
    """The cells that the first pass left over: the later passes, then `odd`; the completed values and the complaints."""
    column, heading = bound.legend[name], bound.headings[name]
    if among is None and values.null_count() == frame[heading].null_count():
        return values, []
    left = frame[heading].is_not_null() & values.is_null()
    if among is not None:
        left &= among
    if not left.any():
        return values, []
    cell = pl.col("cell")
    said = _cell(heading).str.strip_chars("\ufeff\u200b")
    if not isinstance(column, Text):
        said = said.str.strip_prefix("'")  # typed into a spreadsheet so that it stays text
    rest = frame.filter(left).select("row", cell=said)
    rest = rest.with_columns(value=pl.coalesce(column.passes(cell, env)))
    texts = rest.filter(pl.col("value").is_null() & (cell != ""))["cell"].unique().to_list()
    answers = {text: column.odd(text, env) for text in texts}
    known = {text: answer for text, answer in answers.items() if answer is not None and answer is not MISSING}
    bad = [text for text, answer in answers.items() if answer is None]
    if known:
        odd = cell.replace_strict(list(known), list(known.values()), default=None, return_dtype=column.dtype)
        rest = rest.with_columns(value=pl.coalesce("value", odd))
    values = values.scatter(left.arg_true(), rest["value"])
    if not bad:
        return values, []
    wrong = rest.filter(cell.is_in(bad))
    return values, [complain(wrong, pl.lit(True), heading, column.what, column.hint, cell)]


def _two_ways(frame: pl.DataFrame, heading: str, decimal: str) -> list[pl.DataFrame]:
    """
    Complaints about `1.250` and `1,250` in a column whose decimal sign is a point, where other cells have a decimal comma
    (`12,50`): thousands or a fraction, nobody knows. The same the other way round.
    """
    other = {".": ",", ",": "."}.get(decimal)
    cell = frame[heading]
    if other is None or not cell.str.contains(other, literal=True).any():
        return []
    here, there = re.escape(decimal), re.escape(other)
    if not cell.str.contains(rf"^[^\d.,]*(?:\d+|\d{{1,3}}(?:{here}\d{{3}})+){there}\d{{1,2}}[^\d.,]*$").any():
        return []
    unsure = pl.col(heading).str.contains(r"^[^\d.,]*[1-9]\d{0,2}[.,]\d{3}[^\d.,]*$")
    what = _("thousands or a fraction: other amounts of this column have `{sign}` before the cents", sign=other)
    hint = _("`oms import --repair` puts it right where it can be proven; else export the file again and import it unopened")
    return [found] if (found := complain(frame, unsure, heading, what, hint, pl.col(heading))).height else []


def complain(
    frame: pl.DataFrame, when: pl.Expr, column: str, what: str, hint: str | None = None, value: pl.Expr | None = None
) -> pl.DataFrame:
    """One complaint (REJECTED) for every row of `frame` where `when` is true; `value` is what stands in the cell."""
    return frame.filter(when).select(
        pl.col("row").cast(pl.Int64),
        pl.lit(column).alias("column"),
        (pl.lit(None, pl.String) if value is None else value.cast(pl.String).str.slice(0, SHOWN)).alias("value"),
        pl.lit(what).alias("what"),
        pl.lit(hint, pl.String).alias("hint"),
    )
