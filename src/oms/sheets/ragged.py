"""
Rows of another width than the headings.

Short ones are filled up, as spreadsheets leave out what is empty at the end. A long one among others that fit has a
delimiter in a cell without quotes: everything behind it stands in the wrong column, so the row is refused. Where most rows
are long, the headings are too few and nothing has moved: what has no heading is left out.
"""

import polars as pl

from oms.model.frames import REJECTED, empty
from oms.sheets.headings import Peek
from oms.sheets.lines import Lines
from oms.sheets.records import cells_of
from oms.words import _, plural

SHOWN = 40  # characters of what stands too far right that a complaint repeats


def short_note(count: int) -> str:
    """What is said of `count` rows that are shorter than the headings."""
    return plural("{count} row has fewer cells than there are headings: the rest was taken as empty",
                  "{count} rows have fewer cells than there are headings: the rest was taken as empty", count)  # fmt: skip


def short_rows(peek: Peek, data: Lines, rows: pl.Series) -> int:
    """How many of the records that start on `rows` have fewer cells than there are headings."""
    width, begin, short = len(peek.headings), set(rows.to_list()), 0
    for number, line in data.numbered():
        # a record that goes on in the next line is left alone: only its other lines say how wide it is
        if line.count(peek.delimiter.encode()) < width - 1 and number in begin and not line.count(b'"') % 2 and line.strip():
            short += len(cells_of(line.decode("utf-8", "replace"), peek.delimiter, peek.quoting)) < width
    return short


def long_rows(peek: Peek, data: Lines, rows: pl.Series) -> dict[int, list[str]]:
    """The records that start on `rows` and say something beyond the last heading: row -> their cells."""
    width, delimiter, begin = len(peek.headings), peek.delimiter.encode(), set(rows.to_list())
    found: dict[int, list[str]] = {}
    record, start = b"", 0

    def judge() -> None:
        if record.count(delimiter) >= width:
            note_long(found, start, cells_of(record.decode("utf-8", "replace"), peek.delimiter, peek.quoting), width)

    for number, line in data.numbered():
        if number in begin:
            judge()
            record, start = line, number
        else:
            record += line
    judge()
    return found


def note_long(found: dict[int, list[str]], row: int, cells: list[str], width: int) -> None:
    """Add a record to `found` where it says something beyond the last of `width` headings."""
    if any(cell.strip() for cell in cells[width:]):
        found[row] = cells


def judged(found: dict[int, list[str]], rows: int, width: int, delimiter: str) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Complaints (REJECTED) about the long ones among so many `rows`; or a note, where most are long."""
    if not found:
        return empty(REJECTED), ()
    if len(found) * 2 > rows:
        return empty(REJECTED), (_("most rows have more cells than there are headings: what has no heading was left out"),)
    hint = _("a cell with `{delimiter}` in it stands between quotes: mend the row, or export the file again",
             delimiter=delimiter.replace("\t", _("tab")))  # fmt: skip
    complaints = [
        (row, None, delimiter.join(cells[width:]).strip()[:SHOWN],
         _("{cells} cells, but {width} headings: its values may stand in wrong columns", cells=len(cells), width=width), hint)
        for row, cells in sorted(found.items())
    ]  # fmt: skip
    return pl.DataFrame(complaints, schema=REJECTED, orient="row"), ()
