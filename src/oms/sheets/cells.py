"""
The types of declared columns: how a cell of text becomes a value, and the complaint when it does not.

`passes` are polars expressions for the spellings that make up nearly every file, each tried on the cells that the one
before left NULL; the distinct cells left over by all of them, and only those, go through `odd`: a value, MISSING for
"says nothing", or None for "not understood".
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from oms.model.money import CURRENCIES, exponent
from oms.sheets.values import amount, moment, whole
from oms.words import _

#: What a spreadsheet leaves of a long number: `1.23457E+12`. With the plus, so that a sku like `12E5` stays one.
SCIENTIFIC = r"^[+-]?\d(?:[.,]\d+)?[eE]\+\d{1,3}$"
FORMULA_ERROR = r"^#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!)$"
_SPREADSHEET = rf'^="|{SCIENTIFIC}|{FORMULA_ERROR}'


@dataclass(frozen=True)
class Env:
    """
    What a cell needs to know of its file: the zone of times without one, the currency of its amounts.

    `sample` is a cell of the column: the spelling to try first.
    """

    timezone: str
    currency: str
    sample: str = ""


class Missing:
    """The cell is understood and says nothing: NULL without a complaint."""


MISSING = Missing()


class Column(ABC):
    """A declared column: its heading, its aliases, the words that stand for an empty cell."""

    dtype: type[pl.DataType] = pl.String
    what = ""  # the complaint
    hint: str | None = None

    def __init__(self, heading: str, *aliases: str, missing: Sequence[str] = ()) -> None:
        self.headings = (heading, *aliases)
        self.missing = tuple(missing)

    @abstractmethod
    def passes(self, cell: pl.Expr, env: Env) -> list[pl.Expr]:
        """Values of `cell`, a stripped String column, for spellings in falling frequency; NULL for all others."""

    def odd(self, cell: str, env: Env) -> object:
        """The value of one cell that is not empty; MISSING; or None: a complaint."""
        return None


class Text(Column):
    """
    Text as it stands, outer white space gone. Empty cells and the words in `missing` are NULL.

    `identifier`: a number that a spreadsheet has mangled is a complaint, never a guess. `guarded`: one leading
    apostrophe, with which spreadsheets keep zips and phones as text, is taken off (identifiers always), and so is
    `="…"`. `mangled_is_missing`: a mangled phone number is no phone number, and no reason to stop an order.
    """

    def __init__(
        self,
        heading: str,
        *aliases: str,
        identifier: bool = False,
        guarded: bool = False,
        missing: Sequence[str] = (),
        mangled_is_missing: bool = False,
    ) -> None:
        super().__init__(heading, *aliases, missing=missing)
        self.identifier = identifier
        self.guarded = guarded or identifier
        self.mangled_is_missing = mangled_is_missing
        self.what = _("a spreadsheet has changed this identifier")
        self.hint = _("export the file again and import it unopened, or format the column as text in the spreadsheet")

    def passes(self, cell: pl.Expr, env: Env) -> list[pl.Expr]:
        value = cell.str.strip_prefix("'") if self.guarded else cell
        said = value != ""
        for word in self.missing:
            said &= value != word
        if self.guarded or self.mangled_is_missing:
            said &= ~value.str.contains(_SPREADSHEET)
        return [pl.when(said).then(value)]

    def odd(self, cell: str, env: Env) -> object:
        bare = cell.removeprefix("'") if self.guarded else cell
        if self.guarded and bare.startswith('="'):
            bare = bare.removeprefix('="').removesuffix('"')
        if re.match(SCIENTIFIC, bare) or re.match(FORMULA_ERROR, bare):
            return None if self.identifier else MISSING if self.mangled_is_missing else bare
        return MISSING if bare in ("", *self.missing) else bare


class Moment(Column):
    """
    A time as UTC text (model/times.py): `formats` (strptime) where given, else ISO-8601; and its relatives, spreadsheet
    serials, month names.

    A cell without an offset is in the file's zone. A date alone is its first second, with `end_of_day` its last.
    """

    def __init__(
        self,
        heading: str,
        *aliases: str,
        formats: Sequence[str] = (),
        end_of_day: bool = False,
        missing: Sequence[str] = (),
    ) -> None:
        super().__init__(heading, *aliases, missing=missing)
        self.formats = tuple(formats)
        self.end_of_day = end_of_day
        self.what = _("not a date and time")
        self.hint = _("write it as `2026-11-22 14:00:00 -0500`")

    def passes(self, cell: pl.Expr, env: Env) -> list[pl.Expr]:
        if self.formats:
            timed = [form for form in self.formats if "%H" in form or "%I" in form]
            days = [form for form in self.formats if form not in timed and not self.end_of_day]
            return [_moment(cell, form, env) for form in (*timed, *days)] or [pl.when(False).then(cell)]
        shortened = cell.str.slice(19).str.replace(":", "", literal=True)
        zulu = pl.when(shortened == "Z").then(pl.lit("+0000")).otherwise(shortened)
        found = [
            _with_offset(cell, "%Y-%m-%d %H:%M:%S", cell.str.slice(20)),
            _with_offset(cell, "%Y-%m-%dT%H:%M:%S", zulu),
            _moment(cell, "%Y-%m-%d %H:%M:%S", env),
            _moment(cell, "%Y-%m-%dT%H:%M:%S", env),
        ]
        likely = (1 if "T" in env.sample else 0) + (0 if len(env.sample) > 19 else 2)
        return [found.pop(likely), *found]

    def odd(self, cell: str, env: Env) -> object:
        return MISSING if cell in self.missing else moment(cell, env.timezone, self.formats, self.end_of_day)


_UTC_TEXT = "%Y-%m-%dT%H:%M:%SZ"


def _moment(cell: pl.Expr, form: str, env: Env) -> pl.Expr:
    """UTC text by one format; a time in the hour that daylight saving leaves out is NULL and goes through `odd`."""
    found = cell.str.to_datetime(form, strict=False, time_unit="ms")
    if "%z" not in form:
        found = found.dt.replace_time_zone(env.timezone, ambiguous="earliest", non_existent="null")
        found = found.dt.convert_time_zone("UTC")
    return pl.when(found.dt.year().is_between(1990, 2100)).then(found.dt.to_string(_UTC_TEXT))


def _with_offset(cell: pl.Expr, form: str, offset: pl.Expr) -> pl.Expr:
    """UTC text of a time of 19 characters in `form` and its `offset` like `-0530`: several times as fast as `%z`."""
    # Every expression stands once, as each would be computed again. This century only: others go through `odd`.
    sane = cell.str.starts_with("20") & (offset.str.len_bytes() == 5)
    digits = offset.cast(pl.Int64, strict=False)
    minutes = digits - 40 * (digits / 100).cast(pl.Int64)  # -0530: -530 + 40 * 5 = -330
    local = cell.str.slice(0, 19).str.to_datetime(form, strict=False, time_unit="ms")
    utc = local.cast(pl.Int64) - minutes * 60_000
    return pl.when(sane).then(utc.cast(pl.Datetime("ms")).dt.to_string(_UTC_TEXT))


#: What one line, count or parcel may hold: beyond it, a barcode has slipped into the column.
MOST = 999_999_999
#: Minor units of one amount, in any currency; thousands of them add up within 64 bits.
MOST_MINOR = 10**15


class Whole(Column):
    """A whole number, at least `least`; `1.0` and `1,000` are whole numbers, `1.5` is none."""

    dtype = pl.Int64

    def __init__(self, heading: str, *aliases: str, least: int | None = 0, missing: Sequence[str] = ()) -> None:
        super().__init__(heading, *aliases, missing=missing)
        self.least = least
        self.what = _("not a whole number")
        if least is not None:
            self.what = _("not a whole number of {least} or more", least=least)

    def passes(self, cell: pl.Expr, env: Env) -> list[pl.Expr]:
        value = cell.cast(pl.Int64, strict=False)
        return [pl.when(value.is_between(-MOST if self.least is None else self.least, MOST)).then(value)]

    def odd(self, cell: str, env: Env) -> object:
        if cell in self.missing:
            return MISSING
        value = whole(cell)
        return value if value is not None and (-MOST if self.least is None else self.least) <= value <= MOST else None


class Amount(Column):
    """
    Money in minor units of the row's currency: `$1,200.50`, `(3.00)`, `-$3.00`, `116,99 €`, `1.112.250 ₫`.

    `decimal` says which sign a lone separator before three digits is: "." (the default), "," or "auto", which
    refuses what could be either.
    """

    dtype = pl.Int64

    def __init__(
        self,
        heading: str,
        *aliases: str,
        decimal: str = ".",
        least: int | None = None,
        missing: Sequence[str] = (),
    ) -> None:
        super().__init__(heading, *aliases, missing=missing)
        self.decimal = decimal
        self.least = least
        self.what = _("not an amount of money") if least is None else _("not an amount of money of 0 or more")

    def passes(self, cell: pl.Expr, env: Env) -> list[pl.Expr]:
        digits = exponent(env.currency)
        if digits == 0:
            plain = r"^-?\d{1,12}$"
        elif self.decimal == ".":
            plain = rf"^-?\d{{1,12}}(?:\.\d{{1,{digits}}}0*)?$"
        else:
            plain = rf"^-?\d{{1,12}}(?:\.\d{{1,{min(digits, 2)}}})?$"
        # Exact: at most 12 + 4 significant digits, rounded to the nearest whole.
        scaled = pl.when(cell.str.contains(plain)).then(cell).cast(pl.Float64, strict=False) * 10**digits
        value = scaled.round().cast(pl.Int64)
        return [pl.when(value.is_between(-MOST_MINOR if self.least is None else self.least, MOST_MINOR)).then(value)]

    def sign(self, currency: str) -> str:
        """The decimal sign of an amount in `currency`; "" where a lone one parts thousands whatever it is, "auto"."""
        return self.decimal if exponent(currency) else ""

    def odd(self, cell: str, env: Env) -> object:
        if cell in self.missing:
            return MISSING
        value = amount(cell, exponent(env.currency), self.decimal)
        least = -MOST_MINOR if self.least is None else self.least
        return value if value is not None and least <= value <= MOST_MINOR else None


class OneOf(Column):
    """
    A word of the channel as one of ours. `words` maps theirs (compared without case) to ours.

    Words that are not in `words` are a complaint, unless `other` says what they mean; `other=None` is "nothing".
    """

    def __init__(self, heading: str, *aliases: str, words: Mapping[str, str], other: object = ...) -> None:
        super().__init__(heading, *aliases)
        self.words = {key.strip().casefold(): value for key, value in words.items()}
        self.other = other
        self.what = _("a word this column is not known to have")
        self.hint = _("known words: {words}", words=", ".join(sorted(self.words)))

    def passes(self, cell: pl.Expr, env: Env) -> list[pl.Expr]:
        theirs, ours = list(self.words), list(self.words.values())
        return [cell.str.to_lowercase().replace_strict(theirs, ours, default=None, return_dtype=pl.String)]

    def odd(self, cell: str, env: Env) -> object:
        if (known := self.words.get(" ".join(cell.casefold().split()))) is not None:
            return known
        return None if self.other is ... else (MISSING if self.other is None else self.other)


_YES = ("true", "yes", "y", "1", "1.0", "on", "x", "t", "是", "√", "ja", "oui", "si", "sí")
_NO = ("false", "no", "n", "0", "0.0", "off", "f", "否", "nein", "non")


class Flag(Column):
    """Yes or no, in the words of spreadsheets."""

    dtype = pl.Boolean

    def __init__(self, heading: str, *aliases: str) -> None:
        super().__init__(heading, *aliases)
        self.what = _("neither yes nor no")

    def passes(self, cell: pl.Expr, env: Env) -> list[pl.Expr]:
        word = cell.str.to_lowercase()
        return [pl.when(word.is_in(_YES)).then(True).when(word.is_in(_NO)).then(False)]


class CurrencyCode(Column):
    """An ISO 4217 code."""

    def __init__(self, heading: str, *aliases: str) -> None:
        super().__init__(heading, *aliases)
        self.what = _("not a currency")
        self.hint = _("use an ISO 4217 code like `USD`")

    def passes(self, cell: pl.Expr, env: Env) -> list[pl.Expr]:
        code = cell.str.to_uppercase()
        return [pl.when(code.is_in(list(CURRENCIES))).then(code)]
