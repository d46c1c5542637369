"""
Formats of the seller's own: a TOML file in `formats/` fills the declarations that built-in channels make in Python.

    kind = "orders"                      # orders | stock | tracking
    recognise = ["Bestellnr", "Artikel"] # a file with all of these headings is of this format
    [columns]
    order_ref = "Bestellnr"
    placed_at = { heading = "Datum", formats = ["%d.%m.%Y %H:%M"] }
    [statuses]
    "offen" = "ready"

Its name is a kind of channel. Templates of files that we write (`kind = "3pl-orders"`, `"export"`) are left
alone.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from oms.channels import fields
from oms.channels.base import Context, Reader, Reading
from oms.channels.declared import OrderSheet
from oms.channels.format_file import ALLOWED, NEEDED, FormatFile, checked, column_of
from oms.channels.own_kind import File, OwnReader, days_alone, lacking, left_out
from oms.channels.own_stock import STOCK_LONG
from oms.channels.own_tracking import TRACKING
from oms.config import CHANNEL_KINDS
from oms.errors import ConfigError
from oms.sheets.columns import Bound, Legend, bind, normals
from oms.sheets.read import Sheet
from oms.words import _


@dataclass(frozen=True)
class Format:
    """A format file, checked: the reader it makes, and how its files are written."""

    name: str
    form: FormatFile
    reader: Reader

    @property
    def encodings(self) -> tuple[str, ...]:
        """Encodings to try where a file is not UTF-8."""
        return self.form.encodings

    @property
    def delimiter(self) -> str | None:
        """The one sign between cells, where the format says it."""
        return self.form.delimiter


def parse(text: str, name: str, file: str) -> Format | None:
    """The format `name` from the text of its `file`, as format_file.checked does it; None where that is none."""
    form = checked(text, file)
    return None if form is None else Format(name, form, _reader(name, form))


@dataclass(frozen=True)
class Unusable:
    """A format file by which nothing can be read: what is wrong with it, and the headings of the files it is for."""

    name: str
    marks: frozenset[str]  # normalised; empty where the file does not say them
    error: ConfigError
    draft: bool

    def is_for(self, headings: frozenset[str]) -> bool:
        """Whether a file with these normalised headings is one of its files."""
        return bool(self.marks) and self.marks <= headings


@dataclass(frozen=True)
class Formats:
    """The formats of a workspace by name, and those of its files that cannot be used."""

    usable: tuple[Format, ...] = ()
    unusable: tuple[Unusable, ...] = ()


def load(root: Path) -> Formats:
    """The formats of a workspace. What is wrong with one takes nothing from the others."""
    usable, unusable = [], []
    for path in sorted((root / "formats").glob("*.toml")):
        try:
            form = load_one(path)
            if form is not None:
                ready(form)
                usable.append(form)
        except ConfigError as error:
            draft, marks = _said(path)
            unusable.append(Unusable(path.stem, marks, error, draft))
    return Formats(tuple(usable), tuple(unusable))


def ready(form: Format) -> None:
    """ConfigError where `form` is a draft still."""
    if form.form.draft:
        raise ConfigError(_("formats/{name}.toml: `draft = true`: it is not used yet", name=form.name),
                          _("look at every line of it, then take `draft = true` out"))  # fmt: skip


def _said(path: Path) -> tuple[bool, frozenset[str]]:
    """Whether a format file that cannot be used says that it is a draft, and its `recognise` where that can be read."""
    try:
        raw = tomllib.loads(path.read_text("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        return False, frozenset()
    marks = raw.get("recognise")
    texts = [marks] if isinstance(marks, str) else marks if isinstance(marks, list) else []
    return raw.get("draft") is True, normals([each for each in texts if isinstance(each, str)])


def load_one(path: Path) -> Format | None:
    """One file of `formats/`."""
    file = f"formats/{path.name}"
    if path.stem in CHANNEL_KINDS:
        raise ConfigError(_("{file}: `{name}` is a kind of channel that is built in", file=file, name=path.stem),
                          _("call the file otherwise: its name becomes a kind of channel"))  # fmt: skip
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigError(_("{file}: not UTF-8 text", file=file), _("save it as UTF-8")) from None
    return parse(text, path.stem, file)


def _reader(name: str, form: FormatFile) -> Reader:
    legend: Legend = {field: column_of(field, given, form) for field, given in form.columns.items() if given.heading}
    constants = {field: given.value for field, given in form.columns.items() if given.value is not None}
    wanted = normals(form.recognise)
    needed = tuple(
        group for group in NEEDED[form.kind]
        if not any(field in constants for field in group) and (group != ("quantity",) or form.row == "line")
    )  # fmt: skip

    def signs(headings: frozenset[str]) -> bool:
        return wanted <= headings and all(
            any(normals(legend[field].headings) & headings for field in group if field in legend) for group in needed
        )

    if form.kind != "orders":
        base = STOCK_LONG if form.kind == "stock" else TRACKING
        return OwnFormat(name, base, legend, constants, signs, form.zone)
    return OrderSheet(
        name, legend, signs, channel_kind=name, unit_rows=form.row == "unit", first_row=form.order_columns == "first",
        whole_orders=form.whole_orders, timezone=form.zone, currency=form.currency, constants=constants,
    )  # fmt: skip


@dataclass(frozen=True)
class OwnFormat:
    """Counts or tracking in somebody else's columns; understood as our own kinds are."""

    format: str
    base: OwnReader
    legend: Legend
    constants: Mapping[str, str]
    signs: Callable[[frozenset[str]], bool]
    timezone: str | None
    channel_kind: str | None = None

    @property
    def kind(self) -> str:
        """As of our own kind."""
        return self.base.kind

    def recognises(self, headings: frozenset[str]) -> bool:
        """Whether a file with these normalised headings is of this format."""
        return self.signs(headings)

    def columns(self, headings: tuple[str, ...]) -> set[str]:
        """The declared ones."""
        return set(bind(self.legend, headings).headings.values())

    def read(self, sheet: Sheet, context: Context) -> Reading:
        """The file as our own reader of its kind understands it."""
        if self.timezone is not None:
            context = replace(context, timezone=self.timezone)
        bound = bind(self.legend, sheet.peek.headings)
        absent = [group[0] for group in NEEDED[self.kind] if not any(f in bound or f in self.constants for f in group)]
        if absent:
            raise lacking(sheet.peek.path.name, self.kind, absent, sheet.peek.headings)
        made = {f"\x00{field}": text for field, text in self.constants.items()}
        frame = sheet.frame.with_columns(pl.lit(text, pl.String).alias(name) for name, text in made.items())
        everything = {**{field: fields.column(field, field) for field in ALLOWED[self.kind]}, **self.legend}
        bound = Bound(everything, {**bound.headings, **{name[1:]: name for name in made}})
        file = File(sheet, bound, days_alone(frame, bound, sheet.peek), context, {}, left_out(sheet, bound))
        reading = self.base.make(file)
        return replace(
            reading, format=self.format,
            rejected=reading.rejected.with_columns(pl.col("column").str.strip_prefix("\x00")),
        )  # fmt: skip
