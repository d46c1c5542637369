"""
Delimited text record by record, for files that the fast reader refuses: stray quotes, a quote that never closes.

A quoted cell that is never closed costs its own line, not the rest of the file.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

OPEN_LINES = 2000  # a quoted cell longer than this was never closed
csv.field_size_limit(2**31 - 1)


@dataclass(frozen=True)
class Record:
    """One record: the line where it starts, its cells, and whether its quotes do not fit together."""

    row: int
    cells: list[str]
    broken: bool = False


def cells_of(text: str, delimiter: str, quoting: bool, *, strict: bool = False) -> list[str]:
    """The cells of one record; csv.Error when `strict` and its quotes do not fit together."""
    if not quoting:
        return text.rstrip("\r\n").split(delimiter)
    return next(csv.reader([text], delimiter=delimiter, strict=strict), [])


def is_open(text: str, delimiter: str) -> bool:
    """Whether `text` ends inside a quoted cell."""
    try:
        cells_of(text, delimiter, True, strict=True)
    except csv.Error as error:
        return "unexpected end of data" in str(error)
    return False


def records(lines: list[str], delimiter: str, quoting: bool, first_row: int, width: int) -> Iterator[Record]:
    """The records of physical `lines` (with their line ends), the first of which is line `first_row` of the file."""
    at = 0
    while at < len(lines):
        end, broken = at + 1, False
        text = lines[at]
        if quoting and text.count('"') % 2 and is_open(text, delimiter):
            end = _close(lines, at, delimiter)
            broken = end == at
            end = max(end, at + 1)
            text = "".join(lines[at:end])
        cells = cells_of(text, delimiter, quoting)
        if quoting and not broken and len(cells) != width and '"' in text:
            try:
                cells_of(text, delimiter, quoting, strict=True)
            except csv.Error:
                broken = True
        yield Record(first_row + at, [cell.rstrip("\r\n") if broken else cell for cell in cells], broken)
        at = end


def _close(lines: list[str], at: int, delimiter: str) -> int:
    """The end (exclusive) of the record that starts at `at` with an open quote; `at` itself when it never closes."""
    parts, quotes = [lines[at]], lines[at].count('"')
    for end in range(at + 1, min(len(lines), at + OPEN_LINES)):
        parts.append(lines[end])
        here = lines[end].count('"')
        quotes += here
        if here and quotes % 2 == 0:
            try:
                cells_of("".join(parts), delimiter, True, strict=True)
            except csv.Error as error:
                if "unexpected end of data" not in str(error):
                    return at
            else:
                return end + 1
    return at


def starts(lines: Iterable[bytes], delimiter: str) -> list[int]:
    """For every record of physical `lines`, the index of the line it starts on."""
    found: list[int] = []
    pending: list[bytes] = []
    quotes = 0
    for index, line in enumerate(lines):
        here = line.count(b'"')
        if not pending:
            found.append(index)
            if here % 2 and is_open(line.decode("latin-1"), delimiter):
                pending, quotes = [line], here
            continue
        pending.append(line)
        quotes += here
        if here and quotes % 2 == 0 and not is_open(b"".join(pending).decode("latin-1"), delimiter):
            pending = []
    return found
