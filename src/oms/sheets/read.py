"""
From a file to a frame of text cells: encoding, delimiter, heading row, then only the wanted columns.

`peek` looks at the beginning and finds out how the file is written; `load` reads it. Nothing is inferred: every cell
stays the text it is, identifiers with their leading zeros. `row` is the line of the file on which a row starts, or the
row of the sheet, as a person counts them.
"""

import codecs
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from typing import IO, Literal

import polars as pl

from oms.config import Limits
from oms.errors import OverLimit, UnreadableFile
from oms.model.frames import REJECTED, empty
from oms.sheets.encodings import CANDIDATES, encoding_of
from oms.sheets.records import Record, cells_of, records, starts
from oms.sheets.workbook import grid, is_workbook, with_mangled
from oms.words import _

SAMPLE = 1 << 20
PREAMBLE = 25  # records among which the headings are looked for
RAGGED_CHECK = 32 << 20  # bytes up to which short rows are counted for a note
_DELIMITERS = (",", "\t", ";", "|")
_NUMBERISH = re.compile(r"[\d\s.,:/+\-€$£%TZ]*\d[\d\s.,:/+\-€$£%TZ]*")


@dataclass(frozen=True)
class Peek:
    """How a file is written."""

    path: Path
    headings: tuple[str, ...]  # stripped; the second `A` is `A__2`, one without a name `column 7`
    kind: Literal["text", "workbook"]
    encoding: str
    guessed: bool  # the encoding is a guess
    delimiter: str
    quoting: bool
    header_row: int  # the line, or row of the sheet, with the headings, from 1
    notes: tuple[str, ...] = ()
    data_row: int = 0  # the first line after the headings
    line_end: str = "\n"  # "\r" where that alone ends lines
    bom: int = 0
    cells: pl.DataFrame | None = field(default=None, repr=False, compare=False)  # a workbook is read once


@dataclass(frozen=True)
class Sheet:
    """A file as text cells: one String column a heading, and `row`."""

    peek: Peek
    frame: pl.DataFrame
    rejected: pl.DataFrame = field(default_factory=lambda: empty(REJECTED))  # rows that are not whole
    notes: tuple[str, ...] = ()


def peek(path: Path, limits: Limits, encodings: Sequence[str] = CANDIDATES) -> Peek:
    """
    Find the headings of `path`, its encoding and delimiter, from its beginning.

    Raises:
        UnreadableFile: nothing in it that could be headings, or not a workbook after all.
        OverLimit: more columns than `[limits] columns`.
    """
    if is_workbook(path):
        return _peek_workbook(path, limits)
    with path.open("rb") as file:
        sample = file.read(SAMPLE)
        cut = bool(file.read(1))
    return _peek_text(path, sample, cut, limits, encodings)


def _peek_text(path: Path, sample: bytes, cut: bool, limits: Limits, encodings: Sequence[str]) -> Peek:
    found = encoding_of(sample, encodings, cut=cut)
    body = sample[found.bom :]
    if cut and not found.name.startswith(("utf-16", "utf-32")):
        body = body[: max(body.rfind(b"\n"), body.rfind(b"\r")) + 1] or body
    text = body.decode(found.name, "replace")
    line_end = "\r" if "\r" in text and "\n" not in text else "\n"
    lines = text.replace("\r", "\n").splitlines(True) if line_end == "\r" else re.findall(r"[^\n]*\n|[^\n]+", text)
    lines = lines[:5000]
    delimiter, quoting, header = _headings(lines)
    if header is None:
        raise UnreadableFile(_("{file}: no headings found", file=path.name), _("the first row names the columns"))
    names = header.cells
    while len(names) > 1 and not names[-1].strip():  # a spreadsheet pads what stands above with delimiters
        names = names[:-1]
    _within_columns(path, len(names), limits)
    notes: tuple[str, ...] = ()
    if found.guessed:
        notes = (_("encoding guessed as {encoding}: look at names with accents", encoding=found.name),)
    return Peek(
        path=path, headings=_distinct(names), kind="text", encoding=found.name, guessed=found.guessed,
        delimiter=delimiter, quoting=quoting, header_row=header.row, notes=notes,
        data_row=header.row + _height(header, lines, delimiter, quoting), line_end=line_end, bom=found.bom,
    )  # fmt: skip


def _height(header: Record, lines: list[str], delimiter: str, quoting: bool) -> int:
    following = records(lines[header.row - 1 : header.row + 200], delimiter, quoting, header.row, len(header.cells))
    next(following)
    after = next(following, None)
    return after.row - header.row if after else 1


def _headings(lines: list[str]) -> tuple[str, bool, Record | None]:
    """The delimiter that gives the widest heading row, whether cells are quoted, and that row."""
    best: tuple[str, bool, Record | None] = (",", True, None)
    width = 0
    for delimiter in _DELIMITERS:
        quoting = delimiter != "\t" or _tabs_are_quoted(lines)
        head = []
        for record in records(lines[: PREAMBLE * 20], delimiter, quoting, 1, 0):
            head.append(record)
            if len(head) == PREAMBLE:
                break
        header = _header_among(head)
        if header is not None and (filled := _filled(header)) > width:
            best, width = (delimiter, quoting, header), filled
    return best


def _tabs_are_quoted(lines: list[str]) -> bool:
    """Amazon writes tabs without quotes, spreadsheets with: then only reading the quotes makes the rows even."""
    some = [line for line in lines[:500] if line.strip()]
    if not any('"' in line for line in some):
        return False
    widths = {line.count("\t") for line in some}
    if len(widths) <= 1:
        return False
    quoted = {len(record.cells) for record in records(some, "\t", True, 1, 0)}
    return len(quoted) < len(widths)


def _filled(record: Record) -> int:
    return sum(1 for cell in record.cells if cell.strip())


def _header_among(head: list[Record]) -> Record | None:
    """The first record nearly as full as the fullest, made of words and not of numbers."""
    fullest = max(map(_filled, head), default=0)
    for record in head:
        filled = _filled(record)
        if not filled or (fullest > 1 and filled < max(2, fullest * 0.6)):
            continue
        numbers = sum(1 for cell in record.cells if _NUMBERISH.fullmatch(cell.strip()))
        if numbers <= filled * 0.3:
            return record
    return next((record for record in head if _filled(record)), None)


def _distinct(names: Sequence[str]) -> tuple[str, ...]:
    """Headings stripped and told apart."""
    seen: dict[str, int] = {}
    found = []
    for index, name in enumerate(names, 1):
        bare = name.replace("\ufeff", "").strip() or f"column {index}"
        if bare == "row":  # ours is the line number
            bare = "row "
        seen[bare] = seen.get(bare, 0) + 1
        while seen[bare] > 1 and f"{bare}__{seen[bare]}" in seen:
            seen[bare] += 1
        distinct = bare if seen[bare] == 1 else f"{bare}__{seen[bare]}"
        seen.setdefault(distinct, 1)
        found.append(distinct)
    return tuple(found)


def _within_columns(path: Path, columns: int, limits: Limits) -> None:
    if columns > limits.columns:
        raise OverLimit(
            _(
                "{file}: {count} columns, more than the {limit} allowed",
                file=path.name,
                count=columns,
                limit=limits.columns,
            ),
            _("raise `columns` under [limits] in oms.toml if the file is right"),
        )


def _within_rows(path: Path, rows: int, limits: Limits) -> None:
    if rows > limits.rows:
        raise OverLimit(
            _("{file}: {count} rows, more than the {limit} allowed", file=path.name, count=rows, limit=limits.rows),
            _("export a shorter period, or raise `rows` under [limits] in oms.toml"),
        )


def _peek_workbook(path: Path, limits: Limits) -> Peek:
    cells, notes = grid(path)
    _within_columns(path, cells.width - 1, limits)
    head = [Record(int(row[-1]), [cell or "" for cell in row[:-1]]) for row in cells.head(PREAMBLE).iter_rows()]
    header = _header_among(head)
    if header is None:
        raise UnreadableFile(_("{file}: no headings found", file=path.name), _("the first row names the columns"))
    return Peek(
        path=path, headings=_distinct(header.cells), kind="workbook", encoding="utf-8", guessed=False, delimiter="",
        quoting=False, header_row=header.row, notes=notes, data_row=header.row + 1, cells=cells,
    )  # fmt: skip


def load(peek: Peek, limits: Limits, columns: Collection[str] | None = None) -> Sheet:
    """
    Read the rows under the headings: all columns, or only those of `columns`.

    Blank rows are no rows. A row with too few or too many cells is padded or cut, with a note; a row cut off by the end
    of the file, or with a quote that never closes, is in `rejected`.

    Raises:
        OverLimit: more rows than `[limits] rows`.
        UnreadableFile: not text in the encoding it seemed to have.
    """
    names = [name for name in peek.headings if columns is None or name in columns] or [peek.headings[0]]
    if peek.kind == "workbook":
        return _load_workbook(peek, limits, names)
    source: Path | bytes = peek.path
    if peek.encoding != "utf-8" or peek.line_end == "\r":
        source = _utf8(peek)
    try:
        return _load_text(peek, source, limits, names)
    except UnicodeDecodeError:
        pass
    # The bytes beyond the sample are not UTF-8: look again, at all of it.
    again = encoding_of(peek.path.read_bytes())
    note = _("encoding guessed as {encoding}: look at names with accents", encoding=again.name)
    peek = replace(peek, encoding=again.name, guessed=True, notes=(*peek.notes, note))
    return _load_text(peek, _utf8(peek), limits, names)


def _utf8(peek: Peek) -> bytes:
    """The file as UTF-8 with `\\n` as line end, piece by piece."""
    try:
        decoder = codecs.getincrementaldecoder(peek.encoding)("strict")
        out = bytearray()
        with peek.path.open("rb") as file:
            file.seek(peek.bom)
            while piece := file.read(SAMPLE):
                out += decoder.decode(piece).encode()
            out += decoder.decode(b"", True).encode()
    except UnicodeDecodeError as error:
        if peek.guessed and peek.encoding != "iso-8859-1":
            return _utf8(replace(peek, encoding="iso-8859-1"))
        raise UnreadableFile(
            _("{file}: not text in {encoding}, byte {at}", file=peek.path.name, encoding=peek.encoding, at=error.start),
            _("export the file again as UTF-8"),
        ) from error
    if peek.line_end == "\r":
        return bytes(out).replace(b"\r", b"\n")
    return bytes(out)


def _open(source: Path | bytes) -> IO[bytes]:
    return BytesIO(source) if isinstance(source, bytes) else source.open("rb")


def _load_text(peek: Peek, source: Path | bytes, limits: Limits, names: list[str]) -> Sheet:
    lines, whole_end = _count_lines(source)
    skip = peek.data_row - 1
    if lines <= skip:
        return Sheet(peek, _frame_of(names, []))
    notes: list[str] = []
    frame = _scan(peek, source, names, ragged=False)
    if frame is None and (frame := _scan(peek, source, names, ragged=True)) is not None:
        notes.append(_("some rows have more cells than there are headings: the rest was left out"))
    if frame is None:
        return _load_carefully(peek, source, limits, names)
    _within_rows(peek.path, frame.height, limits)
    if frame.height == lines - skip:
        rows = pl.int_range(peek.data_row, peek.data_row + frame.height, dtype=pl.Int64, eager=True)
    else:
        with _open(source) as file:
            for _line in range(skip):
                file.readline()
            found = starts(file, peek.delimiter) if peek.quoting else []
        if len(found) != frame.height:
            return _load_carefully(peek, source, limits, names)
        rows = pl.Series(found, dtype=pl.Int64) + peek.data_row
    frame = _without_blanks(frame.with_columns(rows.alias("row")), peek, source)
    rejected = empty(REJECTED) if whole_end else _cut_off(peek, source, int(rows[-1]))
    if _size(source) <= RAGGED_CHECK and (short := _short_rows(peek, source, rows)):
        notes.append(_short_note(short))
    return Sheet(peek, frame, rejected, tuple(notes))


def _short_note(count: int) -> str:
    return _("{count} rows have fewer cells than there are headings: the rest was taken as empty", count=count)


def _size(source: Path | bytes) -> int:
    return len(source) if isinstance(source, bytes) else source.stat().st_size


def _count_lines(source: Path | bytes) -> tuple[int, bool]:
    """How many lines, and whether the last one ends."""
    count, last = 0, b"\n"
    with _open(source) as file:
        while piece := file.read(SAMPLE << 2):
            count += piece.count(b"\n")
            last = piece[-1:]
    return count + (last != b"\n"), last == b"\n"


def _scan(peek: Peek, source: Path | bytes, names: list[str], *, ragged: bool) -> pl.DataFrame | None:
    """The wanted columns by the fast reader; None when it refuses the file."""
    try:
        return (
            pl.scan_csv(
                source, has_header=False, schema=dict.fromkeys(peek.headings, pl.String), separator=peek.delimiter,
                quote_char='"' if peek.quoting else None, skip_lines=peek.data_row - 1, infer_schema=False,
                truncate_ragged_lines=ragged, missing_columns="insert",
            )
            .select(names)
            .collect(engine="streaming")
        )  # fmt: skip
    except pl.exceptions.ComputeError as error:
        if "utf-8" in str(error):
            raise UnicodeDecodeError("utf-8", b"", 0, 1, str(error)) from error
        return None
    except (pl.exceptions.NoDataError, pl.exceptions.SchemaError, pl.exceptions.ShapeError):
        return None


def _without_blanks(frame: pl.DataFrame, peek: Peek, source: Path | bytes) -> pl.DataFrame:
    """Rows in which not one of all columns, wanted or not, says anything are no rows."""
    suspects = frame.filter(pl.all_horizontal(pl.exclude("row").is_null()))["row"]
    if suspects.is_empty():
        return frame
    wanted, blanks = set(suspects.to_list()), []
    nothing = f'{peek.delimiter}" \t\r\n'.encode()
    with _open(source) as file:
        for number, line in enumerate(file, 1):
            if number in wanted and not line.strip(nothing):
                blanks.append(number)
    return frame.filter(~pl.col("row").is_in(blanks))


def _cut_off(peek: Peek, source: Path | bytes, row: int) -> pl.DataFrame:
    """A complaint when the last record has no line end and too few cells: the file was cut off there."""
    with _open(source) as file:
        for number, line in enumerate(file, 1):
            if number == row:
                text = (line + file.read()).decode("utf-8", "replace")
                break
        else:
            return empty(REJECTED)
    cells = cells_of(text, peek.delimiter, peek.quoting)
    if len(cells) >= len(peek.headings) or not text.strip():
        return empty(REJECTED)
    return _complaints([row], _("the file ends in the middle of this row"))


def _short_rows(peek: Peek, source: Path | bytes, rows: pl.Series) -> int:
    width = len(peek.headings)
    begin = set(rows.to_list()) if rows.len() else set()
    short = 0
    with _open(source) as file:
        text = file.read().decode("utf-8", "replace").split("\n")
    for number, line in enumerate(text, 1):
        if number not in begin or not line.strip():
            continue
        if line.count(peek.delimiter) < width - 1 and not (peek.quoting and line.count('"') % 2):
            short += len(cells_of(line, peek.delimiter, peek.quoting)) < width
    return short


def _complaints(rows: list[int], what: str) -> pl.DataFrame:
    hint = _("download the file again; it must end with a whole row")
    return pl.DataFrame(
        {"row": rows, "column": [None] * len(rows), "value": [None] * len(rows), "what": [what] * len(rows),
         "hint": [hint] * len(rows)}, schema=REJECTED,
    )  # fmt: skip


def _load_carefully(peek: Peek, source: Path | bytes, limits: Limits, names: list[str]) -> Sheet:
    """Record by record, for files whose quotes do not fit together: only the broken records are lost."""
    with _open(source) as file:
        text = file.read().decode("utf-8")
    physical = text.split("\n")
    ended = not physical[-1]
    lines = [line + "\n" for line in physical[:-1]] + ([] if ended else [physical[-1]])
    width = len(peek.headings)
    places = [peek.headings.index(name) for name in names]
    kept: list[tuple[str | int | None, ...]] = []
    broken: list[int] = []
    long = short = 0
    last: Record | None = None
    for record in records(lines[peek.data_row - 1 :], peek.delimiter, peek.quoting, peek.data_row, width):
        if not any(cell.strip() for cell in record.cells):
            continue
        last = record
        if record.broken:
            broken.append(record.row)
        long += len(record.cells) > width
        short += len(record.cells) < width
        cells = [record.cells[place] or None if place < len(record.cells) else None for place in places]
        kept.append((*cells, record.row))
    _within_rows(peek.path, len(kept), limits)
    rejected = [_complaints(broken, _("the quotes of this row do not fit together"))]
    if last is not None and not ended and not last.broken and len(last.cells) < width:
        rejected.append(_complaints([last.row], _("the file ends in the middle of this row")))
    notes = []
    if long:
        notes.append(_("some rows have more cells than there are headings: the rest was left out"))
    if short:
        notes.append(_short_note(short))
    return Sheet(peek, _frame_of(names, kept), pl.concat(rejected), tuple(notes))


def _frame_of(names: list[str], rows: list[tuple[str | int | None, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={**dict.fromkeys(names, pl.String), "row": pl.Int64}, orient="row")


def _load_workbook(peek: Peek, limits: Limits, names: list[str]) -> Sheet:
    cells = peek.cells if peek.cells is not None else grid(peek.path)[0]
    below = cells.filter(pl.col("row") >= peek.data_row)
    below = below.filter(~pl.all_horizontal(pl.exclude("row").str.strip_chars().fill_null("") == ""))
    _within_rows(peek.path, below.height, limits)
    places = [cells.columns[peek.headings.index(name)] for name in names]
    frame = below.select(*(pl.col(place).alias(name) for place, name in zip(places, names, strict=True)), "row")
    return Sheet(peek, with_mangled(peek.path, frame, [peek.headings.index(name) for name in names]))
