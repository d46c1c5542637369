"""
Delimited text record by record, for files that the fast reader refuses: stray quotes, a quote that never closes.

A quoted cell that is never closed costs its own line, not the rest of the file. Everything here takes time in
proportion to the text, however it is written.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

OPEN_LINES = 2000  # a quoted cell longer than this was never closed


@dataclass(frozen=True)
class Record:
    """One record: the line where it starts, its cells, and whether its quotes do not fit together."""

    row: int
    cells: list[str]
    broken: bool = False


def cells_of(text: str, delimiter: str, quoting: bool) -> list[str]:
    """The cells of one record, however its quotes stand: what follows a closing quote belongs to its cell."""
    text = text.rstrip("\r\n")
    if not quoting or '"' not in text:
        return text.split(delimiter)
    found: list[str] = []
    at = 0
    while True:
        cell = ""
        if text[at : at + 1] == '"':
            at += 1
            while True:
                quote = text.find('"', at)
                if quote < 0:
                    return [*found, cell + text[at:]]
                cell += text[at:quote]
                at = quote + 1
                if text[at : at + 1] != '"':
                    break
                cell += '"'
                at += 1
        end = text.find(delimiter, at)
        if end < 0:
            return [*found, cell + text[at:]]
        found.append(cell + text[at:end])
        at = end + 1


def follow(line: str, delimiter: str, is_open: bool) -> tuple[bool, bool]:
    """
    Follow the quotes through one line, which begins inside a quoted cell or not.

    Returns whether it ends inside one, and whether the quotes fit: what follows a closing quote is a delimiter or the end
    of the line. A quote within an unquoted cell is a character like any other.
    """
    at = 0
    while True:
        if not is_open:
            if line[at : at + 1] != '"':
                at = line.find(delimiter + '"', at) + 1
                if at == 0:
                    return False, True
            at, is_open = at + 1, True
        quote = line.find('"', at)
        if quote < 0:
            return True, True
        after = line[quote + 1 : quote + 2]
        if after == '"':
            at = quote + 2
        elif after == delimiter:
            at, is_open = quote + 2, False
        else:
            return False, after in ("\n", "\r", "")


def records(lines: list[str], delimiter: str, quoting: bool, first_row: int, width: int) -> Iterator[Record]:
    """The records of physical `lines` (with their line ends), the first of which is line `first_row` of the file."""
    at = 0
    while at < len(lines):
        end, fits = _end(lines, at, delimiter) if quoting else (at + 1, True)
        cells = cells_of("".join(lines[at:end]), delimiter, quoting)
        broken = not fits and len(cells) != width  # where the cells are clear all the same, they are taken
        yield Record(first_row + at, [cell.rstrip("\r\n") for cell in cells] if not fits else cells, broken)
        at = end


def _end(lines: list[str], at: int, delimiter: str) -> tuple[int, bool]:
    """Where the record that starts at `at` ends (exclusive), and whether its quotes fit; one line where they do not."""
    is_open, fits = follow(lines[at], delimiter, False)
    end = at + 1
    while is_open and fits:
        if end == min(len(lines), at + OPEN_LINES):
            return at + 1, False
        is_open, fits = follow(lines[end], delimiter, True)
        end += 1
    return (end, True) if fits else (at + 1, False)


def starts(lines: Iterable[bytes], delimiter: str) -> list[int] | None:
    """For every record of physical `lines`, the index of the line it starts on; None where quotes do not fit."""
    found: list[int] = []
    is_open = False
    for index, line in enumerate(lines):
        if not is_open:
            found.append(index)
        if b'"' in line:
            is_open, fits = follow(line.decode("latin-1"), delimiter, is_open)
            if not fits:
                return None
    return None if is_open else found
