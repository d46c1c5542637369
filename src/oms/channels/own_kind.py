"""
What the readers of all our own kinds share: recognising, comment rows, blank cells, repeated rows, places, countries.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from oms.channels.base import Context, Reading
from oms.channels.own_words import REASON
from oms.config import Config
from oms.errors import UnknownHeadings
from oms.model.frames import REJECTED, empty
from oms.sheets.columns import Bound, Legend, Moment, bind, complain, typed
from oms.sheets.read import Peek, Sheet
from oms.words import _, plural

COMMENT = "comment"
REPEATED = "repeated row"


@dataclass(frozen=True)
class File:
    """One file of ours while it is read: `frame` has its rows without the comments."""

    sheet: Sheet
    bound: Bound
    frame: pl.DataFrame
    context: Context
    ignored: Mapping[str, pl.Series]
    notes: tuple[str, ...]

    def heading(self, field: str) -> str:
        """What the file calls `field`; our own name where it does not have it."""
        return self.bound.headings.get(field, field)


@dataclass(frozen=True)
class OwnReader:
    """
    A reader of one of our own kinds.

    `signs` says whether headings are of this kind; of each group in `needs` the file must have one heading.
    """

    kind: str
    legend: Legend
    signs: Callable[[frozenset[str]], bool]
    needs: tuple[tuple[str, ...], ...]
    make: Callable[[File], Reading]
    channel_kind: str | None = None

    @property
    def format(self) -> str:
        """`oms-orders` and so on."""
        return f"oms-{self.kind}"

    def recognises(self, headings: frozenset[str]) -> bool:
        """Whether a file with these normalised headings is of this kind."""
        return self.signs(headings)

    def columns(self, headings: tuple[str, ...]) -> set[str]:
        """The declared ones, and the first: a comment stands there."""
        return {*bind(self.legend, headings).headings.values(), headings[0]}

    def lacks(self, headings: Iterable[str]) -> list[str]:
        """The required headings that are missing; of alternatives the first."""
        bound = bind(self.legend, headings)
        return [group[0] for group in self.needs if not any(field in bound for field in group)]

    def read(self, sheet: Sheet, context: Context) -> Reading:
        """The file as frames. Raises UnknownHeadings when a required heading is missing."""
        bound = bind(self.legend, sheet.peek.headings)
        if missing := self.lacks(sheet.peek.headings):
            raise lacking(sheet.peek.path.name, self.kind, missing, sheet.peek.headings)
        said = comments(sheet, bound)
        frame = sheet.frame.filter(~pl.col("row").is_in(said.implode())) if len(said) else sheet.frame
        frame = days_alone(frame, bound, sheet.peek)
        return self.make(File(sheet, bound, frame, context, {COMMENT: said}, left_out(sheet, bound)))


def lacking(file: str, kind: str, missing: Sequence[str], headings: Sequence[str]) -> UnknownHeadings:
    """A file of `kind` without the headings `missing`: says so, and what was found."""
    return UnknownHeadings(
        _("{file}: as a file of {kind} it lacks {missing}; found: {headings}", file=file, kind=kind,
          missing=ticked(missing), headings=ticked(headings[:30])),
        _("`oms template {kind}` writes an empty file with every column explained", kind=kind),
    )  # fmt: skip


def ticked(words: Iterable[str]) -> str:
    """`a`, `b`"""
    return ", ".join(f"`{word}`" for word in words)


def comments(sheet: Sheet, bound: Bound) -> pl.Series:
    """
    The rows that are comments: `#` and a space in the first cell, or `#…` there and nothing else in the row.

    Not every `#`: order numbers like `#1001` begin with it.
    """
    first = pl.col(sheet.peek.headings[0]).str.strip_chars()
    others = [pl.col(name) for name in set(bound.headings.values()) - {sheet.peek.headings[0]}]
    alone = pl.all_horizontal(cell.is_null() | (cell.str.strip_chars() == "") for cell in others) if others else True
    return sheet.frame.filter(first.str.starts_with("#") & (first.str.contains(r"^#\s") | alone))["row"]


#: A day as a workbook gives it.
MIDNIGHT = r"^\s*(\d{4}-\d\d-\d\d) 00:00:00\s*$"


def days_alone(frame: pl.DataFrame, bound: Bound, peek: Peek) -> pl.DataFrame:
    """
    Days of a workbook without the midnight that its cells come with.

    A workbook keeps a day and its midnight alike. Where a day means its end, nobody meant the midnight before; elsewhere
    a column of midnights alone is one of days.
    """
    if peek.kind != "workbook":
        return frame
    times = {
        bound.headings[name]: column for name, column in bound.legend.items() if name in bound and isinstance(column, Moment)
    }
    days = [
        heading for heading, column in times.items()
        if column.end_of_day or frame[heading].str.strip_chars().replace("", None).str.contains(MIDNIGHT).all()
    ]  # fmt: skip
    return frame.with_columns(pl.col(heading).str.replace(MIDNIGHT, "$1") for heading in days)


def left_out(sheet: Sheet, bound: Bound) -> tuple[str, ...]:
    """A note that names the columns nobody asked for."""
    known = set(bound.headings.values())
    others = [name for name in sheet.peek.headings if name not in known and not name.startswith("column ")]
    others = [name for name in others if name != REASON]
    again = [name for name in others if name.rpartition("__")[0] in known and name.rpartition("__")[2].isdigit()]
    others = [name for name in others if name not in again]
    if again:
        twice = ticked(dict.fromkeys(name.rpartition("__")[0] for name in again))
        said = plural(
            "the heading {columns} stands there more than once: the first is read",
            "the headings {columns} stand there more than once: the first is read",
            len(again),
            columns=twice,
        )
        return (said, *_unasked(others))
    return _unasked(others)


def _unasked(others: list[str]) -> tuple[str, ...]:
    return (_("columns left out: {columns}", columns=ticked(others[:30])),) if others else ()


def blanks(file: File, cells: pl.DataFrame, *fields: str) -> list[pl.DataFrame]:
    """A complaint for every row where one of the required `fields` is NULL."""
    return [
        complain(cells, pl.col(field).is_null(), file.heading(field), _("is blank"))
        for field in fields
        if field in file.bound and cells[field].null_count()
    ]


def repeats(
    cells: pl.DataFrame, key: Sequence[str], column: str, complaints: Sequence[pl.DataFrame]
) -> tuple[pl.Series, pl.DataFrame]:
    """
    Rows that say again what an earlier row says, and complaints about rows that contradict each other.

    `key` is what a row is about; rows with a complaint already do not count.
    """
    bad = pl.concat([pl.Series("row", [], pl.Int64), *(each["row"] for each in complaints)]).unique()
    good = cells.filter(~pl.col("row").is_in(bad.implode())) if len(bad) else cells
    again = good.filter(pl.len().over(key) > 1)
    if again.is_empty():
        return pl.Series("row", [], pl.Int64), empty(REJECTED)
    content = [name for name in cells.columns if name != "row"]
    said = pl.struct(content).n_unique().over(key) > 1
    contrary = again.filter(said).sort("row")
    same = again.filter(~said).sort("row").filter(pl.int_range(pl.len()).over(key) > 0)["row"]
    seen: dict[tuple[object, ...], list[int]] = {}
    for values in contrary.select(*key, "row").iter_rows():
        seen.setdefault(values[:-1], []).append(values[-1])
    rows = [(row, next(other for other in rows if other != row)) for rows in seen.values() for row in rows]
    found = pl.DataFrame(
        [(row, column, None, _("row {row} says something else of the same", row=other), _("keep one of the two"))
         for row, other in sorted(rows)],
        schema=REJECTED, orient="row",
    )  # fmt: skip
    return same, found


def place_codes(
    file: File, cells: pl.DataFrame, field: str = "location", *, star: bool = False
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """
    `cells` with the codes of the locations that `field` names by code or name, and complaints about unknown places.

    A blank one is the context's location. `star`: `*` stands for all.
    """
    config = file.context.config
    codes: dict[str, str] = {"*": "*"} if star else {}
    for name in cells[field].drop_nulls().unique().to_list():
        if (code := place_called(config, name, file.context)) is not None:
            codes[name] = code
    unknown = pl.col(field).is_not_null() & ~pl.col(field).is_in(list(codes))
    hint = _("locations: {codes}", codes=", ".join(config.location_codes) or _("none in oms.toml"))
    wrong = complain(cells, unknown, file.heading(field), _("no location of this name"), hint, pl.col(field))
    coded = pl.col(field).replace_strict(list(codes), list(codes.values()), default=None, return_dtype=pl.String)
    filled = coded if star else pl.when(pl.col(field).is_null()).then(pl.lit(file.context.location)).otherwise(coded)
    return cells.with_columns(filled.cast(pl.String).alias(field)), wrong


def place_called(config: Config, name: str, context: Context) -> str | None:
    """The code of the location that is called `name`, by its own name or the channel's."""
    spoken = (context.channel.name, context.channel.kind) if context.channel else ("",)
    return next((place.code for who in spoken if (place := config.location_named(name, who)) is not None), None)


def times_there(file: File, field: str, codes: pl.DataFrame) -> tuple[pl.Series, pl.DataFrame]:
    """
    The times of `field` in the zone of each row's location (`codes`: row, location), else the context's; complaints.

    """
    config, bound = file.context.config, file.bound.only(field)
    zones = {code: config.zone_of(config.location(code)) for code in codes["location"].drop_nulls().unique().to_list()}
    zone = pl.col("location").replace_strict(list(zones), list(zones.values()), default=None, return_dtype=pl.String)
    zoned = codes.select("row", zone=zone.fill_null(file.context.timezone))
    parts, wrong = [], []
    for name in zoned["zone"].unique().sort().to_list():
        rows = zoned.filter(pl.col("zone") == name)["row"]
        cells = typed(file.frame.filter(pl.col("row").is_in(rows.implode())), bound, timezone=name, currency="USD")
        parts.append(cells.frame)
        wrong.append(cells.rejected)
    if not parts:
        return pl.Series(field, [], pl.String), empty(REJECTED)
    times = codes.select("row").join(pl.concat(parts), on="row", how="left", maintain_order="left")
    return times[field], pl.concat(wrong)


def currencies_of(file: File) -> tuple[pl.Series | None, pl.DataFrame]:
    """The currency of each row where the file has such a column, and complaints about it."""
    if "currency" not in file.bound:
        return None, empty(REJECTED)
    cells = typed(file.frame, file.bound.only("currency"), timezone="UTC", currency=file.context.currency)
    return cells.frame["currency"], cells.rejected
