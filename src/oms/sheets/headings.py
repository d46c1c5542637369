"""
How a file is written: encoding, delimiter, quotes, and the row with the headings, from its beginning.

The headings are found by content: blank lines, `sep=,`, a title or a date range may stand above them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import polars as pl

from oms.config import Limits
from oms.errors import OverLimit, UnreadableFile
from oms.sheets.encodings import CANDIDATES, encoding_of
from oms.sheets.records import Record, records
from oms.sheets.workbook import grid, is_workbook
from oms.words import _

SAMPLE = 1 << 20
PREAMBLE = 25  # records among which the headings are looked for
DELIMITERS = (",", "\t", ";", "|")
_NOTHING = ' \t\r\n,;|"\ufeff'  # with the wrong delimiter, a row of commas is one cell of commas
_NUMBERISH = frozenset("0123456789 .,:/+-€$£%TZ\t\u00a0")
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_HAD_TO_BE = re.compile(r'^"(?:.*(?:""|[,;]).*)?"$')


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


def peek(path: Path, limits: Limits, encodings: Sequence[str] = CANDIDATES, delimiters: Sequence[str] = DELIMITERS) -> Peek:
    """
    Find the headings of `path`, its encoding (of `encodings` where it is not UTF-8) and delimiter, from its beginning.

    Raises:
        UnreadableFile: nothing in it that could be headings, or not a workbook after all.
        OverLimit: more columns than `[limits] columns`.
    """
    if is_workbook(path):
        return _peek_workbook(path, limits)
    with path.open("rb") as file:
        sample = file.read(SAMPLE)
        cut = bool(file.read(1))
    return _peek_text(path, sample, cut, limits, encodings, delimiters)


def _peek_text(
    path: Path, sample: bytes, cut: bool, limits: Limits, encodings: Sequence[str], delimiters: Sequence[str]
) -> Peek:
    found = encoding_of(sample, encodings, cut=cut)
    body = sample[found.bom :]
    if cut and not found.name.startswith(("utf-16", "utf-32")):
        body = body[: max(body.rfind(b"\n"), body.rfind(b"\r")) + 1] or body
    text = body.decode(found.name, "replace")
    line_end = "\r" if "\r" in text and "\n" not in text else "\n"
    lines = text.replace("\r", "\n").splitlines(True) if line_end == "\r" else re.findall(r"[^\n]*\n|[^\n]+", text)
    lines = lines[:5000]
    delimiter, quoting, header = _headings(lines, delimiters)
    if header is None:
        raise UnreadableFile(_("{file}: no headings found", file=path.name), _("the first row names the columns"))
    names = header.cells
    while len(names) > 1 and not names[-1].strip():  # a spreadsheet pads what stands above with delimiters
        names = names[:-1]
    _within_columns(path, len(names), limits)
    return Peek(
        path=path, headings=_distinct(names), kind="text", encoding=found.name, guessed=found.guessed,
        delimiter=delimiter, quoting=quoting, header_row=header.row, notes=(found.note,) if found.note else (),
        data_row=header.row + _height(header, lines, delimiter, quoting), line_end=line_end, bom=found.bom,
    )  # fmt: skip


def _height(header: Record, lines: list[str], delimiter: str, quoting: bool) -> int:
    following = records(lines[header.row - 1 : header.row + 200], delimiter, quoting, header.row, len(header.cells))
    next(following)
    after = next(following, None)
    return after.row - header.row if after else 1


def _headings(lines: list[str], delimiters: Sequence[str] = DELIMITERS) -> tuple[str, bool, Record | None]:
    """
    The delimiter that makes rows even and the heading row widest, whether cells are quoted, and that row.

    Even first: commas in the texts of a file with tabs make wide rows, but no two of the same width.
    """
    best: tuple[str, bool, Record | None] = (",", True, None)
    most = (False, 0)
    for delimiter in delimiters:
        quoting = delimiter != "\t" or _tabs_are_quoted(lines)
        head = []
        for record in records(lines[: PREAMBLE * 20], delimiter, quoting, 1, 0):
            head.append(record)
            if len(head) == PREAMBLE:
                break
        header = _header_among(head)
        if header is not None and (score := (_are_even(head, header), _filled(header))) > most:
            best, most = (delimiter, quoting, header), score
    return best


def _are_even(head: list[Record], header: Record) -> bool:
    """Whether nearly all rows, titles above the headings apart, are as wide as these, and wider than one cell."""
    below = any(_filled(record) for record in head if record.row > header.row)
    rows = [record for record in head if _filled(record) > (below and record.row < header.row)]
    even = sum(1 for record in rows if len(record.cells) == len(header.cells))
    return len(header.cells) > 1 and even > 0 and even >= 0.8 * len(rows)


def _tabs_are_quoted(lines: list[str]) -> bool:
    """
    Amazon writes tabs without quotes, spreadsheets with: then only reading the quotes makes the rows even.

    Where they are even anyway, every cell with a quote must be one that a spreadsheet quotes: all of it, quotes in it doubled.
    """
    some = [line for line in lines[:500] if line.strip()]
    if not any('"' in line for line in some):
        return False
    widths = {line.count("\t") for line in some}
    if len(widths) > 1:
        quoted = {len(record.cells) for record in records(some, "\t", True, 1, 0)}
        return len(quoted) < len(widths)
    cells = [cell for line in some for cell in line.rstrip("\r\n").split("\t") if '"' in cell]
    return all(map(_QUOTED.fullmatch, cells)) and any(map(_HAD_TO_BE.search, cells))


def _filled(record: Record) -> int:
    return sum(1 for cell in record.cells if cell.strip(_NOTHING))


def _is_number(cell: str) -> bool:
    return _NUMBERISH.issuperset(cell) and any(map(str.isdigit, cell))


def _header_among(head: list[Record]) -> Record | None:
    """The first record nearly as full as the fullest, made of words and not of numbers."""
    fullest = max(map(_filled, head), default=0)
    for record in head:
        filled = _filled(record)
        if not filled or (fullest > 1 and filled < max(2, fullest * 0.6)):
            continue
        numbers = sum(1 for cell in record.cells if _is_number(cell))
        if numbers <= filled * 0.3:
            return record
    return next((record for record in head if _filled(record)), None)


def _distinct(names: Sequence[str]) -> tuple[str, ...]:
    """Headings stripped and told apart."""
    seen: dict[str, int] = {}
    found = []
    for index, name in enumerate(names, 1):
        bare = name.replace("\ufeff", "").strip() or f"column {index}"
        if bare in ("row", "*") or (bare.startswith("^") and bare.endswith("$")):
            bare += " "  # `row` is our line number; the others would name columns by a pattern
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
