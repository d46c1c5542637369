"""
Declared columns: the legend of a file. A column knows its heading, its aliases, its type and its complaint.

    LEGEND = {
        "order_ref": Text("amazon-order-id", "订单号", identifier=True),
        "placed_at": Moment("purchase-date"),
        "quantity": Whole("quantity", least=0),
    }
    read = typed(sheet.frame, bind(LEGEND, sheet.peek.headings), timezone="Europe/Berlin", currency="EUR")
    read.frame      # row, order_ref, placed_at, quantity: typed, NULL where the cell is empty or the column is absent
    read.rejected   # model.frames.REJECTED, one row a cell that could not be understood

Each column is one polars expression for the spellings that make up nearly every file (`fast`); the distinct cells which
that leaves over, and only those, go through a careful function (`odd`). What neither understands is a complaint.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import polars as pl

from oms.model.frames import REJECTED, empty
from oms.model.money import CURRENCIES, exponent
from oms.sheets.values import amount, moment, whole
from oms.words import _

_BETWEEN = re.compile(r"[\s_\-]+")
#: What a spreadsheet leaves of a long number: `1.23457E+12`. With the plus, so that a sku like `12E5` stays one.
SCIENTIFIC = r"^[+-]?\d(?:[.,]\d+)?[eE]\+\d{1,3}$"
_FORMULA_ERROR = r"^#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!)$"
SHOWN = 80  # characters of a cell that a complaint repeats


def normal(heading: str) -> str:
    """A heading as it is compared: no BOM, case, outer quotes; spaces, dashes and underscores are one `_`."""
    return _BETWEEN.sub("_", heading.replace("\ufeff", "").strip().strip("'’\"").strip().casefold())


def normals(headings: Iterable[str]) -> frozenset[str]:
    """All `headings` as they are compared."""
    return frozenset(map(normal, headings))


@dataclass(frozen=True)
class Env:
    """What a cell needs to know of its file: the zone of times without one, the currency of its amounts."""

    timezone: str
    currency: str


class Column(Protocol):
    """A declared column; `odd` sees only distinct cells that `fast` left NULL."""

    @property
    def headings(self) -> tuple[str, ...]: ...
    @property
    def dtype(self) -> type[pl.DataType]: ...
    @property
    def what(self) -> str: ...
    @property
    def hint(self) -> str | None: ...
    def fast(self, cell: pl.Expr, env: Env) -> pl.Expr: ...
    def odd(self, cell: str, env: Env) -> object: ...


@dataclass(frozen=True, init=False)
class _Declared:
    headings: tuple[str, ...]

    def _name(self, heading: str, aliases: tuple[str, ...]) -> None:
        object.__setattr__(self, "headings", (heading, *aliases))

    @property
    def hint(self) -> str | None:
        return None


@dataclass(frozen=True, init=False)
class Text(_Declared):
    """
    Text as it stands, outer white space gone. Empty cells and the words in `missing` are NULL.

    `identifier`: a number that a spreadsheet has mangled is a complaint, never a guess. `guarded`: one leading
    apostrophe, with which spreadsheets keep zips and phones as text, is taken off (identifiers always), and so is
    `="…"`. `mangled_is_missing`: a mangled phone number is no phone number, and no reason to stop an order.
    """

    identifier: bool
    guarded: bool
    missing: tuple[str, ...]
    mangled_is_missing: bool
    dtype = pl.String

    def __init__(
        self,
        heading: str,
        *aliases: str,
        identifier: bool = False,
        guarded: bool = False,
        missing: Sequence[str] = (),
        mangled_is_missing: bool = False,
    ) -> None:
        self._name(heading, aliases)
        object.__setattr__(self, "identifier", identifier)
        object.__setattr__(self, "guarded", guarded or identifier)
        object.__setattr__(self, "missing", tuple(missing))
        object.__setattr__(self, "mangled_is_missing", mangled_is_missing)

    @property
    def what(self) -> str:
        return _("a spreadsheet has cut this identifier short")

    @property
    def hint(self) -> str | None:
        return _("export the file again and import it unopened, or format the column as text in the spreadsheet")

    def fast(self, cell: pl.Expr, env: Env) -> pl.Expr:
        value = cell
        if self.guarded:
            formula = value.str.starts_with('="') & value.str.ends_with('"')
            value = (
                pl.when(formula).then(value.str.slice(2).str.strip_suffix('"')).otherwise(value.str.strip_prefix("'"))
            )
        if self.identifier or self.mangled_is_missing:
            mangled = value.str.contains(SCIENTIFIC) | value.str.contains(_FORMULA_ERROR)
            value = pl.when(~mangled).then(value)
        empties = ["", *self.missing]
        return pl.when(~value.is_in(empties)).then(value)

    def odd(self, cell: str, env: Env) -> object:
        bare = cell.removeprefix("'")
        if self.identifier and (re.match(SCIENTIFIC, bare) or re.match(_FORMULA_ERROR, bare)):
            return None
        return MISSING


class _Missing:
    """The cell is understood and says nothing: NULL without a complaint."""


MISSING = _Missing()


@dataclass(frozen=True, init=False)
class Moment(_Declared):
    """
    A time as UTC text (model/times.py): ISO-8601 and its relatives, `formats` (strptime) first, spreadsheet serials.

    A cell without an offset is in the file's zone. A date alone is its first second, with `end_of_day` its last.
    """

    formats: tuple[str, ...]
    end_of_day: bool
    missing: tuple[str, ...]
    dtype = pl.String

    def __init__(
        self,
        heading: str,
        *aliases: str,
        formats: Sequence[str] = (),
        end_of_day: bool = False,
        missing: Sequence[str] = (),
    ) -> None:
        self._name(heading, aliases)
        object.__setattr__(self, "formats", tuple(formats))
        object.__setattr__(self, "end_of_day", end_of_day)
        object.__setattr__(self, "missing", tuple(missing))

    @property
    def what(self) -> str:
        return _("not a date and time")

    @property
    def hint(self) -> str | None:
        return _("write it as `2026-11-22 14:00:00 -0500`")

    def fast(self, cell: pl.Expr, env: Env) -> pl.Expr:
        if self.formats:
            return _coalesce([_moment(cell, form, env) for form in self.formats])
        # `2026-11-22T14:00:00+00:00`, `2026-11-22 14:00:00 -0500`: the 19 characters, then the offset as one word.
        seconds = cell.str.slice(0, 10) + " " + cell.str.slice(11, 8)
        offset = cell.str.slice(19).str.strip_chars()
        digits = offset.str.replace(":", "", literal=True)
        offset = pl.when(offset.is_in(["Z", "UTC"])).then(pl.lit("+0000")).otherwise(digits)
        with_offset = seconds + pl.when(offset.str.len_bytes() == 5).then(offset)
        without = pl.when(cell.str.len_bytes() == 19).then(seconds)
        return _coalesce([_moment(with_offset, "%Y-%m-%d %H:%M:%S%z", env), _moment(without, "%Y-%m-%d %H:%M:%S", env)])

    def odd(self, cell: str, env: Env) -> object:
        if cell in self.missing:
            return MISSING
        return moment(cell, env.timezone, self.formats, self.end_of_day)


def _moment(cell: pl.Expr, form: str, env: Env) -> pl.Expr:
    """UTC text by one format; a time in the hour that daylight saving leaves out is NULL and goes through `odd`."""
    found = cell.str.to_datetime(form, strict=False, time_unit="ms")
    if "%z" not in form:
        found = found.dt.replace_time_zone(env.timezone, ambiguous="earliest", non_existent="null")
        found = found.dt.convert_time_zone("UTC")
    return pl.when(found.dt.year().is_between(1990, 2100)).then(found.dt.to_string("%Y-%m-%dT%H:%M:%SZ"))


def _coalesce(found: list[pl.Expr]) -> pl.Expr:
    return found[0] if len(found) == 1 else pl.coalesce(found)


@dataclass(frozen=True, init=False)
class Whole(_Declared):
    """A whole number, at least `least`; `1.0` and `1,000` are whole numbers, `1.5` is none."""

    least: int | None
    missing: tuple[str, ...]
    dtype = pl.Int64

    def __init__(self, heading: str, *aliases: str, least: int | None = 0, missing: Sequence[str] = ()) -> None:
        self._name(heading, aliases)
        object.__setattr__(self, "least", least)
        object.__setattr__(self, "missing", tuple(missing))

    @property
    def what(self) -> str:
        if self.least is None:
            return _("not a whole number")
        return _("not a whole number of {least} or more", least=self.least)

    def fast(self, cell: pl.Expr, env: Env) -> pl.Expr:
        value = pl.when(cell.str.len_bytes() <= 9).then(cell).cast(pl.Int64, strict=False)
        return value if self.least is None else pl.when(value >= self.least).then(value)

    def odd(self, cell: str, env: Env) -> object:
        if cell in self.missing:
            return MISSING
        value = whole(cell)
        return None if value is None or (self.least is not None and value < self.least) else value


@dataclass(frozen=True, init=False)
class Amount(_Declared):
    """
    Money in minor units of the row's currency: `$1,200.50`, `(3.00)`, `-$3.00`, `116,99 €`, `1.112.250 ₫`.

    `decimal` says which sign a lone separator before three digits is: "." (the default), "," or "auto", which
    refuses what could be either.
    """

    decimal: str
    least: int | None
    missing: tuple[str, ...]
    dtype = pl.Int64

    def __init__(
        self, heading: str, *aliases: str, decimal: str = ".", least: int | None = None, missing: Sequence[str] = ()
    ) -> None:
        self._name(heading, aliases)
        object.__setattr__(self, "decimal", decimal)
        object.__setattr__(self, "least", least)
        object.__setattr__(self, "missing", tuple(missing))

    @property
    def what(self) -> str:
        return _("not an amount of money") if self.least is None else _("not an amount of money of 0 or more")

    def fast(self, cell: pl.Expr, env: Env) -> pl.Expr:
        digits = exponent(env.currency)
        if digits == 0:
            plain = r"^-?\d{1,12}$"
        elif self.decimal == ".":
            plain = rf"^-?\d{{1,12}}(?:\.\d{{1,{digits}}}0*)?$"
        else:
            plain = rf"^-?\d{{1,12}}(?:\.\d{{1,{min(digits, 2)}}})?$"
        # Exact: at most 12 + 4 significant digits, rounded to the nearest whole.
        value = (pl.when(cell.str.contains(plain)).then(cell).cast(pl.Float64, strict=False) * 10**digits).round()
        whole_value = value.cast(pl.Int64)
        return whole_value if self.least is None else pl.when(whole_value >= self.least).then(whole_value)

    def odd(self, cell: str, env: Env) -> object:
        if cell in self.missing:
            return MISSING
        value = amount(cell, exponent(env.currency), self.decimal)
        return None if value is None or (self.least is not None and value < self.least) else value


@dataclass(frozen=True, init=False)
class OneOf(_Declared):
    """
    A word of the channel as one of ours. `words` maps theirs (compared without case) to ours.

    Words that are not in `words` are a complaint, unless `other` says what they mean; `other=None` is "nothing".
    """

    words: Mapping[str, str] = field(hash=False)
    other: object
    dtype = pl.String

    def __init__(self, heading: str, *aliases: str, words: Mapping[str, str], other: object = ...) -> None:
        self._name(heading, aliases)
        object.__setattr__(self, "words", {key.strip().casefold(): value for key, value in words.items()})
        object.__setattr__(self, "other", other)

    @property
    def what(self) -> str:
        return _("a word this column never has")

    @property
    def hint(self) -> str | None:
        return _("known words: {words}", words=", ".join(sorted(self.words)))

    def fast(self, cell: pl.Expr, env: Env) -> pl.Expr:
        words = self.words
        return cell.str.to_lowercase().replace_strict(
            list(words.keys()), list(words.values()), default=None, return_dtype=pl.String
        )

    def odd(self, cell: str, env: Env) -> object:
        known = self.words.get(cell.casefold())
        if known is not None:
            return known
        return None if self.other is ... else (MISSING if self.other is None else self.other)


_YES = ("true", "yes", "y", "1", "1.0", "on", "x", "t", "是", "√", "ja", "oui", "si", "sí")
_NO = ("false", "no", "n", "0", "0.0", "off", "f", "否", "nein", "non")


@dataclass(frozen=True, init=False)
class Flag(_Declared):
    """Yes or no, in the words of spreadsheets."""

    dtype = pl.Boolean

    def __init__(self, heading: str, *aliases: str) -> None:
        self._name(heading, aliases)

    @property
    def what(self) -> str:
        return _("neither yes nor no")

    def fast(self, cell: pl.Expr, env: Env) -> pl.Expr:
        word = cell.str.to_lowercase()
        return pl.when(word.is_in(_YES)).then(True).when(word.is_in(_NO)).then(False)

    def odd(self, cell: str, env: Env) -> object:
        return None


@dataclass(frozen=True, init=False)
class CurrencyCode(_Declared):
    """An ISO 4217 code."""

    dtype = pl.String

    def __init__(self, heading: str, *aliases: str) -> None:
        self._name(heading, aliases)

    @property
    def what(self) -> str:
        return _("not a currency")

    @property
    def hint(self) -> str | None:
        return _("use an ISO 4217 code like `USD`")

    def fast(self, cell: pl.Expr, env: Env) -> pl.Expr:
        code = cell.str.to_uppercase()
        return pl.when(code.is_in(list(CURRENCIES))).then(code)

    def odd(self, cell: str, env: Env) -> object:
        return None


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

    values = frame.select(
        bound.legend[name].fast(_cell(bound.headings[name]), env).alias(name) for name in names if name not in mixed
    )
    columns = {name: values[name] for name in values.columns}
    complaints: list[pl.DataFrame] = []
    for name in values.columns:
        columns[name], bad = _odd(frame, bound, name, columns[name], env)
        complaints += bad
    for name in mixed:
        columns[name] = pl.Series(name, [None], pl.Int64).new_from_index(0, frame.height)
        for one in distinct:
            here, among = Env(timezone, one), pl.Series(code) == one
            part = frame.select(pl.when(among).then(bound.legend[name].fast(_cell(bound.headings[name]), here)))
            part_values, bad = _odd(frame, bound, name, part.to_series(), here, among)
            columns[name] = columns[name].zip_with(columns[name].is_not_null(), part_values)
            complaints += bad
    for name, column in bound.legend.items():
        if name not in bound:
            columns[name] = pl.Series(name, [None], column.dtype).new_from_index(0, frame.height)
    done = [frame["row"], *(frame[name] for name in keep), *(columns[name].alias(name) for name in bound.legend)]
    return Typed(pl.DataFrame(done), pl.concat(complaints) if complaints else empty(REJECTED))


def _cell(heading: str) -> pl.Expr:
    return pl.col(heading).str.strip_chars()


def _odd(
    frame: pl.DataFrame, bound: Bound, name: str, values: pl.Series, env: Env, among: pl.Series | None = None
) -> tuple[pl.Series, list[pl.DataFrame]]:
    """Send the distinct cells that `fast` left over through `odd`; the completed values and the complaints."""
    column, heading = bound.legend[name], bound.headings[name]
    left = frame[heading].is_not_null() & values.is_null()
    if among is not None:
        left &= among
    if not left.any():
        return values, []
    some = frame.filter(left).select("row", _cell(heading).str.strip_chars("\ufeff\u200b").alias("cell"))
    texts = [text for text in some["cell"].unique().to_list() if text]
    answers = {text: column.odd(text, env) for text in texts}
    known = {text: answer for text, answer in answers.items() if answer is not None and answer is not MISSING}
    bad = [text for text, answer in answers.items() if answer is None]
    if known:
        cell = pl.when(left).then(_cell(heading).str.strip_chars("\ufeff\u200b"))
        mapped = frame.select(
            cell.replace_strict(list(known), list(known.values()), default=None, return_dtype=column.dtype).alias(name)
        )[name]
        values = values.zip_with(values.is_not_null(), mapped)
    if not bad:
        return values, []
    wrong = some.filter(pl.col("cell").is_in(bad))
    return values, [
        wrong.select(
            "row",
            pl.lit(heading).alias("column"),
            pl.col("cell").str.slice(0, SHOWN).alias("value"),
            pl.lit(column.what).alias("what"),
            pl.lit(column.hint, pl.String).alias("hint"),
        )
    ]


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
