"""
From a file to a frame of text cells: only the wanted columns, every cell the text it is.

Nothing is inferred: identifiers keep their leading zeros. `row` is the line of the file on which a row starts, or the row
of the sheet, as a person counts them. `load` reads a file whole; `parts` reads a long one piece by piece, rows that belong
together in one piece.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import polars as pl

from oms.config import Limits
from oms.errors import OverLimit
from oms.model.frames import REJECTED, empty
from oms.sheets.headings import Peek, peek
from oms.sheets.lines import Lines, count_lines, is_utf8, lines_of, look_again, size_of
from oms.sheets.ragged import judged, long_rows, note_long, short_note, short_rows
from oms.sheets.records import Record, cells_of, records, starts
from oms.sheets.workbook import grid, with_mangled
from oms.words import _

__all__ = ["Peek", "Sheet", "load", "parts", "peek", "short_note"]

RAGGED_CHECK = 32 << 20  # bytes up to which short rows are counted for a note
PART_ROWS = 100_000
WHOLE_BYTES = 32 << 20  # files up to this are one part


@dataclass(frozen=True)
class Sheet:
    """A file as text cells: one String column a heading, and `row`."""

    peek: Peek
    frame: pl.DataFrame
    rejected: pl.DataFrame = field(default_factory=lambda: empty(REJECTED))  # rows that are not whole
    notes: tuple[str, ...] = ()


def load(peek: Peek, limits: Limits, columns: Collection[str] | None = None) -> Sheet:
    """
    Read the rows under the headings: all columns, or only those of `columns`.

    Blank rows are no rows. A row with too few cells is padded, with a note; one with too many, and one cut off by the end
    of the file, or with a quote that never closes, is in `rejected`.

    Raises:
        OverLimit: more rows than `[limits] rows`.
        UnreadableFile: not text in the encoding it seemed to have.
    """
    names = _wanted(peek, columns)
    if peek.kind == "workbook":
        return _load_workbook(peek, limits, names)
    try:
        return _load_text(peek, lines_of(peek), limits, names)
    except UnicodeDecodeError:
        peek = look_again(peek)
        return _load_text(peek, lines_of(peek), limits, names)


def parts(peek: Peek, limits: Limits, columns: Collection[str] | None = None, group: str | None = None) -> Iterator[Sheet]:
    """
    The same as `load`, in sheets of some 100,000 rows, so that a long file never stands in memory whole.

    All rows with the same cell in the column `group` come in the same sheet; where they are scattered over the file, the
    sheets grow with them. Workbooks, short files and files that are not plain UTF-8 come whole.
    """
    cuts = _cuts(peek, limits, group)
    if len(cuts) < 2:
        yield load(peek, limits, columns)
        return
    names = _wanted(peek, columns)
    with lines_of(peek).open() as file:
        first = peek.data_row
        for lines, rows in cuts:
            yield _load_text(peek, Lines(b"".join(islice(file, lines)), 0, first), limits, names, rows)
            first += lines


def _cuts(peek: Peek, limits: Limits, group: str | None) -> list[tuple[int, pl.Series]]:
    """How many lines each part has, and on which its rows start; at most one part where the file comes whole."""
    if peek.kind == "workbook" or size_of(peek.path) <= WHOLE_BYTES or not is_utf8(peek):
        return []
    data = lines_of(peek)
    count, _ended = count_lines(data)
    keys = _scan(peek, data, [group or peek.headings[0]], ragged=True)
    rows = None if keys is None else _row_numbers(peek, data, keys.height, count)
    if keys is None or rows is None:
        return []
    _within_rows(peek.path, keys.height, limits)
    places = pl.int_range(0, keys.height, dtype=pl.Int64, eager=True)
    safe = places  # after which rows the file may be cut
    if group is not None:
        key = pl.col(group).str.strip_chars().str.strip_prefix("'")
        placed = keys.select(key.alias("key")).with_row_index("at").with_columns(pl.col("at").cast(pl.Int64))
        own = pl.when(pl.col("key").is_null()).then("at")
        last = placed.select(own.otherwise(pl.col("at").max().over("key"))).to_series()
        safe = places.filter(last.cum_max() == places)
    wanted = pl.int_range(PART_ROWS - 1, keys.height - 1, PART_ROWS, dtype=pl.Int64, eager=True)
    at = safe.gather(safe.search_sorted(wanted).clip(upper_bound=len(safe) - 1)).unique().sort()
    begins = [0, *(place + 1 for place in at.to_list() if place + 1 < keys.height)]
    pieces = [rows[begin:end] for begin, end in zip(begins, [*begins[1:], keys.height], strict=True)]
    first_lines = [peek.data_row, *(int(piece[0]) for piece in pieces[1:]), peek.data_row + count]
    return [(first_lines[index + 1] - first_lines[index], piece) for index, piece in enumerate(pieces)]


def _wanted(peek: Peek, columns: Collection[str] | None) -> list[str]:
    return [name for name in peek.headings if columns is None or name in columns] or [peek.headings[0]]


def _within_rows(path: Path, rows: int, limits: Limits) -> None:
    if rows > limits.rows:
        raise OverLimit(
            _("{file}: {count} rows, more than the {limit} allowed", file=path.name, count=rows, limit=limits.rows),
            _("export a shorter period, or raise `rows` under [limits] in oms.toml"),
        )


def _load_text(peek: Peek, data: Lines, limits: Limits, names: list[str], known_rows: pl.Series | None = None) -> Sheet:
    """All lines of `data` as a sheet; `known_rows` are the lines on which its rows start, where that is known."""
    count, ended = count_lines(data)
    if count == 0:
        return Sheet(peek, _frame_of(names, []))
    notes: list[str] = []
    wide = False
    frame = _scan(peek, data, names, ragged=False)
    if frame is None and (frame := _scan(peek, data, names, ragged=True)) is not None:
        wide = True
    rows = known_rows
    if frame is not None and (rows is None or len(rows) != frame.height):
        rows = _row_numbers(peek, data, frame.height, count)
    if frame is None or rows is None:
        return _load_carefully(peek, data, limits, names)
    _within_rows(peek.path, frame.height, limits)
    frame = _without_blanks(frame.with_columns(rows.alias("row")), peek, data)
    cut = not ended and frame.height > 0 and frame["row"][-1] == rows[-1]
    rejected = _cut_off(peek, data, int(rows[-1])) if cut else empty(REJECTED)
    if known_rows is None and size_of(data.source) <= RAGGED_CHECK and (short := short_rows(peek, data, rows)):
        notes.append(short_note(short))
    if wide:
        long = long_rows(peek, data, rows)
        complaints, said = judged(long, frame.height, len(peek.headings), peek.delimiter)
        rejected, notes = pl.concat([rejected, complaints]), [*said, *notes]
    return Sheet(peek, frame, rejected, tuple(notes))


def _row_numbers(peek: Peek, data: Lines, records_read: int, lines: int) -> pl.Series | None:
    """The line on which each record starts; None when the fast reader has counted other records than we do."""
    if records_read == lines:
        return pl.int_range(data.first, data.first + lines, dtype=pl.Int64, eager=True)
    with data.open() as file:
        found = starts(file, peek.delimiter) if peek.quoting else None
    if found is None or len(found) != records_read:
        return None
    return pl.Series(found, dtype=pl.Int64) + data.first


def _scan(peek: Peek, data: Lines, names: list[str], *, ragged: bool) -> pl.DataFrame | None:
    """The wanted columns by the fast reader; None when it refuses the file."""
    try:
        return (
            pl.scan_csv(
                data.source, has_header=False, schema=dict.fromkeys(peek.headings, pl.String), separator=peek.delimiter,
                quote_char='"' if peek.quoting else None, skip_lines=data.skip, infer_schema=False,
                truncate_ragged_lines=ragged, missing_columns="insert",
            )
            .select(names)
            .collect(engine="streaming")
            .rechunk()
        )  # fmt: skip
    except pl.exceptions.ComputeError as error:
        if "utf-8" in str(error):
            raise UnicodeDecodeError("utf-8", b"", 0, 1, str(error)) from error
        return None
    except (pl.exceptions.NoDataError, pl.exceptions.SchemaError, pl.exceptions.ShapeError):
        return None


def _without_blanks(frame: pl.DataFrame, peek: Peek, data: Lines) -> pl.DataFrame:
    """Rows in which not one of all columns, wanted or not, says anything are no rows."""
    names = [name for name in frame.columns if name != "row"]
    blank = [pl.col(name).str.strip_chars().fill_null("") == "" for name in names]
    ends = frame.select("row", end=pl.col("row").shift(-1, fill_value=2**62))
    suspects = frame.filter(blank[0]).filter(*blank).join(ends, on="row", how="left").select("row", "end").rows()
    if not suspects:
        return frame
    nothing = f'{peek.delimiter}" \t\r\n'.encode()
    spans = iter(sorted(suspects))
    said: set[int] = set()
    begin, end = next(spans)
    for number, line in data.numbered():
        while number >= end:
            begin, end = next(spans, (2**62, 2**63))
        if number >= begin and line.strip(nothing):
            said.add(begin)
    return frame.filter(~pl.col("row").is_in([row for row, _end in suspects if row not in said]))


def _cut_off(peek: Peek, data: Lines, row: int) -> pl.DataFrame:
    """A complaint when the last record has no line end and too few cells: the file was cut off there."""
    text = b"".join(line for number, line in data.numbered() if number >= row).decode("utf-8", "replace")
    if not text.strip() or len(cells_of(text, peek.delimiter, peek.quoting)) >= len(peek.headings):
        return empty(REJECTED)
    return _complaints([row], _("the file ends in the middle of this row"))


def _complaints(rows: list[int], what: str) -> pl.DataFrame:
    hint = _("download the file again; it must end with a whole row")
    return pl.DataFrame(
        {"row": rows, "column": [None] * len(rows), "value": [None] * len(rows), "what": [what] * len(rows),
         "hint": [hint] * len(rows)}, schema=REJECTED,
    )  # fmt: skip


def _load_carefully(peek: Peek, data: Lines, limits: Limits, names: list[str]) -> Sheet:
    """Record by record, for files whose quotes do not fit together: only the broken records are lost."""
    with data.open() as file:
        physical = file.read().decode("utf-8").split("\n")
    ended = not physical[-1]
    lines = [line + "\n" for line in physical[:-1]] + ([] if ended else [physical[-1]])
    width = len(peek.headings)
    places = [peek.headings.index(name) for name in names]
    kept: list[tuple[str | int | None, ...]] = []
    broken: list[int] = []
    long: dict[int, list[str]] = {}
    short = 0
    last: Record | None = None
    for record in records(lines, peek.delimiter, peek.quoting, data.first, width):
        if not any(cell.strip() for cell in record.cells):
            continue
        last = record
        if record.broken:
            broken.append(record.row)
        else:
            note_long(long, record.row, record.cells, width)
        short += len(record.cells) < width
        cells = [record.cells[place] or None if place < len(record.cells) else None for place in places]
        kept.append((*cells, record.row))
    _within_rows(peek.path, len(kept), limits)
    rejected = [_complaints(broken, _("the quotes of this row do not fit together"))]
    if last is not None and not ended and not last.broken and len(last.cells) < width:
        rejected.append(_complaints([last.row], _("the file ends in the middle of this row")))
    complaints, notes = judged(long, len(kept), width, peek.delimiter)
    if short:
        notes = (*notes, short_note(short))
    return Sheet(peek, _frame_of(names, kept), pl.concat([*rejected, complaints]), notes)


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
