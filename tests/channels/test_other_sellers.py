"""
Files that other sellers have: other columns in another order, saved by other programs, with lines above them.

Every sample goes through the same hands, and says the same afterwards; where a column is missing that is needed, it is
named.
"""

import random
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, time
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from oms.channels import recognise
from oms.channels.base import Reading
from oms.channels.legends import bound_of
from oms.errors import OmsError, UnknownHeadings
from oms.sheets.columns import normal, normals
from oms.sheets.read import load, peek
from oms.sheets.write import csv_bytes, xlsx_bytes

from .reading import LIMITS, read
from .test_contract import SAMPLES, each, facts, is_template

CLEAN = [path for path in SAMPLES if "hostile" not in path.name]


def table(path: Path) -> pl.DataFrame:
    """The cells of a sample."""
    return load(peek(path, LIMITS), LIMITS).frame.drop("row")


def text(frame: pl.DataFrame, delimiter: str = ",", *, quoted: bool = False) -> str:
    """As a spreadsheet writes it."""
    style = "always" if quoted else "necessary"
    return frame.fill_null("").write_csv(separator=delimiter, line_terminator="\r\n", quote_style=style)


def said(reading: Reading) -> tuple[object, ...]:
    """All that came of a file. In a workbook, lines of a cell end in LF."""
    told = repr(facts(reading)).replace("\\r\\n", "\\n")
    return reading.format, reading.rows, reading.rows_rejected, reading.ignored, told


def with_more(frame: pl.DataFrame) -> pl.DataFrame:
    """Columns of the seller's own between and behind the channel's, where a row says more than a footer does."""
    full = pl.sum_horizontal(pl.col(name).fill_null("").str.strip_chars() != "" for name in frame.columns) > 2
    more = frame.with_columns(
        pl.when(full).then(pl.lit("looked at")).alias("Checked by Ida"), pl.lit(None, pl.String).alias("Bemerkung intern")
    )
    at = len(frame.columns) // 2
    return more.select(*frame.columns[:at], "Checked by Ida", *frame.columns[at:], "Bemerkung intern")


def moved(frame: pl.DataFrame, path: Path) -> pl.DataFrame:
    """The columns in another order; comments of our own files stand in the first."""
    first = 1 if path.parent.name == "own" else 0
    names = frame.columns[first:]
    random.Random(5).shuffle(names)
    return frame.select(*frame.columns[:first], *names)


def copies(path: Path) -> Iterator[tuple[str, str, bytes]]:
    """What was done, the name and the bytes of what became of a sample."""
    frame = table(path)
    commas = "," * (frame.width - 1) + "\r\n"
    yield "columns moved", "a.csv", csv_bytes(moved(frame, path), neutralise=False)
    yield "columns added", "a.csv", csv_bytes(with_more(frame), neutralise=False)
    for delimiter in ";\t|":
        yield f"parted by {delimiter!r}", "a.csv", text(frame, delimiter).encode()
    yield "all quoted, with a mark", "a.csv", text(frame, quoted=True).encode("utf-8-sig")
    yield "Unicode text", "a.txt", text(frame, "\t").encode("utf-16")
    yield "blank lines above", "a.csv", ("\r\n\r\n" + text(frame)).encode()
    yield "a line of commas above", "a.csv", (commas + text(frame)).encode()
    yield "a title above", "a.csv", ("Export of November\r\n\r\n" + text(frame)).encode()
    yield "a padded title above", "a.csv", ("Export of November" + commas + text(frame)).encode()
    yield "sep= above", "a.csv", ("sep=;\r\n" + text(frame, ";")).encode()
    yield "blank lines below", "a.csv", (text(frame) + commas * 3).encode()
    yield "spaces around headings", "a.csv", text(frame.rename(lambda name: f"  {name} ")).encode()
    yield "a workbook", "a.xlsx", xlsx_bytes({"Sheet1": frame.fill_null("")}, neutralise=False)


@each(SAMPLES)
def test_whatever_was_done_to_a_file_it_says_the_same(path, tmp_path):
    """Other columns, other programs, lines above and below: the same orders, the same rejected, the same ignored."""
    (tmp_path / "as it is.csv").write_bytes(text(table(path)).encode())
    before = said(read(tmp_path / "as it is.csv"))
    different = []
    for deed, name, data in copies(path):
        (tmp_path / name).write_bytes(data)
        if said(read(tmp_path / name)) != before:
            different.append(deed)

    assert [] == different


@each(CLEAN)
@pytest.mark.parametrize("encoding", ["gb18030", "cp932", "cp1252"])
def test_in_another_encoding_it_is_the_same_or_a_guess_that_is_told(path, tmp_path, encoding):
    """Nothing but letters can be wrong then, and it is said that it was guessed."""
    frame = table(path)
    (tmp_path / "as it is.csv").write_bytes(text(frame).encode())
    try:
        (tmp_path / "a.csv").write_bytes(text(frame).encode(encoding))
    except UnicodeEncodeError:
        return  # nobody saves it so
    before = read(tmp_path / "as it is.csv")
    try:
        after = read(tmp_path / "a.csv")
    except UnknownHeadings:
        assert not "".join(frame.columns).isascii()
        return

    assert (before.format, before.rows, before.rows_rejected) == (after.format, after.rows, after.rows_rejected)
    assert said(before) == said(after) or any("guess" in note for note in after.notes)


def typed_in(cell: str | None, name: str) -> object:
    """A cell as a spreadsheet takes it: a number, a day, a time; no more than it can keep."""
    text = cell or ""
    if re.fullmatch(r"-?(?:0|[1-9]\d{0,10})", text):
        return int(text)
    if re.fullmatch(r"-?(?:0|[1-9]\d{0,8})\.\d{1,2}", text) and "HS" not in name:
        return float(text)
    for form in ("%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"):
        with suppress(ValueError):
            return datetime.strptime(text, form)  # noqa: DTZ007 - spreadsheets know no zones
    if re.fullmatch(r"\d\d:\d\d:\d\d", text):
        return time.fromisoformat(text)
    return text or None


@each(CLEAN)
def test_typed_into_a_spreadsheet_it_says_the_same(path, tmp_path):
    """Numbers, days and times as cells of their own kind: 12.5 is 12.50, a day is no midnight."""
    frame = table(path)
    book = openpyxl.Workbook()
    book.active.append(frame.columns)
    for row in frame.rows():
        book.active.append([typed_in(cell, name) for name, cell in zip(frame.columns, row, strict=True)])
    book.save(tmp_path / "a.xlsx")
    (tmp_path / "a.csv").write_bytes(text(frame).encode())

    assert said(read(tmp_path / "a.csv")) == said(read(tmp_path / "a.xlsx"))


def without(path: Path, tmp_path: Path) -> Iterator[tuple[str, Reading | OmsError]]:
    """A sample without each of its columns: what comes of it."""
    frame = table(path)
    for name in frame.columns:
        (tmp_path / "a.csv").write_bytes(text(frame.drop(name)).encode())
        try:
            yield name, read(tmp_path / "a.csv")
        except OmsError as error:
            yield name, error


@each([path for path in CLEAN if not is_template(path)])
def test_a_column_less_is_read_or_the_file_refused(path, tmp_path):
    """Never as something else, never a row lost; where a column is needed the message says what is lacking."""
    before = read(path)
    known = recognise(peek(path, LIMITS)).columns(peek(path, LIMITS).headings)
    for name, after in without(path, tmp_path):
        if isinstance(after, OmsError):
            assert after.hint, name
            assert "lacks" in after.message or name not in known or len(known) < 8, (name, after.message)
            continue
        accepted = after.rows - after.rows_rejected - sum(after.ignored.values())

        assert before.format == after.format or (before.kind, "oms-stock") == (after.kind, after.format), name
        assert accepted >= 0, name
        assert after.rows == before.rows or before.format == "ebay-orders", name  # a footer lost all of its cells


@each(CLEAN)
def test_a_heading_in_another_language_or_version_is_the_same_heading(path, tmp_path):
    """Each known heading under the last of its other names: as many rows read, or refused; never something else."""
    frame = table(path)
    seen = peek(path, LIMITS)
    before, reader = read(path), recognise(seen)
    bound = bound_of(reader, seen.headings)
    for field, heading in bound.headings.items():
        other = bound.legend[field].headings[-1]
        if normal(other) in normals(frame.columns):
            continue
        (tmp_path / "a.csv").write_bytes(text(frame.rename({heading: other})).encode())
        try:
            after = read(tmp_path / "a.csv")
        except UnknownHeadings:
            continue  # told as such: some names go together only

        assert (before.kind, before.rows) == (after.kind, after.rows), (heading, other)
        assert before.rows_rejected == after.rows_rejected or "3pl-stock" == after.format, (heading, other)  # adds rows up


@each([path for path in CLEAN if not is_template(path)])
def test_a_row_of_totals_changes_nothing(path, tmp_path):
    """`Total` and sums below the rows: rejected or left out, and no order the worse."""
    frame = table(path)
    sums = {
        name: "Total" if at == 0 else "1234.56" if frame[name].str.contains(r"^[\d.,]+$").all() else None
        for at, name in enumerate(frame.columns)
    }
    (tmp_path / "a.csv").write_bytes(text(frame).encode())
    (tmp_path / "b.csv").write_bytes(text(pl.concat([frame, pl.DataFrame(sums, schema=frame.schema)])).encode())
    before, after = read(tmp_path / "a.csv"), read(tmp_path / "b.csv")

    assert before.rows + 1 == after.rows
    assert facts(before) == facts(after) or before.kind in ("products", "listings", "kits")
    assert before.rows_rejected + sum(before.ignored.values()) + 1 == after.rows_rejected + sum(after.ignored.values()) or (
        before.kind in ("products", "listings", "kits")
    )
