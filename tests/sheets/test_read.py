"""Any table a seller has on disk becomes a frame of text cells with its line numbers, or says what is wrong."""

import zipfile
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from oms.config import Limits
from oms.errors import OverLimit, UnreadableFile
from oms.sheets import read as reading
from oms.sheets.read import Sheet, load, parts, peek

LIMITS = Limits()


@pytest.fixture
def put(tmp_path):
    def write(content: str | bytes, name: str = "file.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return write


def sheet_of(path: Path, columns: set[str] | None = None) -> Sheet:
    return load(peek(path, LIMITS), LIMITS, columns)


def cells(sheet: Sheet) -> list[tuple[str | int | None, ...]]:
    return sheet.frame.rows()


def test_identifiers_keep_their_zeros(put):
    """Nothing is taken for a number."""
    sheet = sheet_of(put("sku,zip,n\n000123,00501,1.50\n"))

    assert [("000123", "00501", "1.50", 2)] == cells(sheet)


def test_only_the_wanted_columns_are_read(put):
    """Columns nobody asked for cost nothing."""
    sheet = sheet_of(put("a,b,c\n1,2,3\n"), {"c", "a", "missing"})

    assert ["a", "c", "row"] == sheet.frame.columns


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_line_ends_and_bom_do_not_matter(put, end, bom):
    """Unix, Windows and old Macintosh files read the same."""
    sheet = sheet_of(put(bom + end.join(["sku,on_hand", "A,1", "B,2", ""])))

    assert ("sku", "on_hand") == sheet.peek.headings
    assert [("A", "1", 2), ("B", "2", 3)] == cells(sheet)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_taken_from_the_headings(put, delimiter):
    """Semicolons of a German spreadsheet, tabs of Amazon, bars of a 3PL."""
    text = "\n".join([delimiter.join(["order id", "qty", "price"]), delimiter.join(["1", "2", "3.5"]), ""])
    sheet = sheet_of(put(text))

    assert (delimiter, ("order id", "qty", "price")) == (sheet.peek.delimiter, sheet.peek.headings)
    assert [("1", "2", "3.5", 2)] == cells(sheet)


@pytest.mark.parametrize(
    ("above", "header_row"),
    [
        ("", 1), ("\n\n", 3), (",,\n", 2), ("sep=,\n", 2), ("Orders report,2026-11-01\n\n", 3),
        ('"Nov 1, 2026 ~ Nov 7, 2026"\n', 2),
    ],
)  # fmt: skip
def test_headings_are_found_below_what_stands_above(put, above, header_row):
    """Blank lines, a separator hint or a title are not the headings."""
    sheet = sheet_of(put(above + "order_ref,sku,quantity\n1,A,2\n"))

    assert header_row == sheet.peek.header_row
    assert [("1", "A", "2", header_row + 1)] == cells(sheet)


def test_row_is_the_line_in_the_file(put):
    """Blank lines and cells of several lines count, so that an editor finds the row."""
    text = 'ref,note\n1,"two\nlines"\n\n2,"""quoted"", and\r\n\r\nthree"\n,\n3,plain\n'
    sheet = sheet_of(put(text))

    assert [("1", "two\nlines", 2), ("2", '"quoted", and\r\n\r\nthree', 5), ("3", "plain", 9)] == cells(sheet)


def test_blank_rows_are_no_rows_even_when_other_columns_are_not_read(put):
    """A row is blank when all of its cells are, not only the wanted ones."""
    sheet = sheet_of(put("a,b,c\n,,\n,x,\n1,2,3\n"), {"a"})

    assert [(None, 3), ("1", 4)] == cells(sheet)


def test_tabs_are_read_without_quotes(put):
    """Amazon writes inches and quotes as they are."""
    sheet = sheet_of(put('sku\ttitle\tqty\nA\t15" TV "black"\t1\nB\t"whole"\t2\n', "report.txt"))

    assert ['15" TV "black"', '"whole"'] == sheet.frame["title"].to_list()


def test_tabs_of_a_spreadsheet_are_read_with_quotes(put):
    """Where only quotes make the rows even, they are quotes."""
    sheet = sheet_of(put('sku\tnote\tqty\nA\t"one\ttwo"\t1\nB\tplain\t2\n', "report.tsv"))

    assert ["one\ttwo", "plain"] == sheet.frame["note"].to_list()


def test_rows_of_odd_length_are_padded_or_told(put):
    """A row more or less wide than the headings stops no other."""
    short = sheet_of(put("a,b,c\n1,2\n4,5,6\n"))
    long = sheet_of(put("a,b,c\n1,2,3,4\n4,5,6\n"))

    assert [("1", "2", None, 2), ("4", "5", "6", 3)] == cells(short)
    assert 1 == len(short.notes)
    assert [("1", "2", "3", 2), ("4", "5", "6", 3)] == cells(long)
    assert [2] == long.rejected["row"].to_list()


def test_half_a_row_at_the_end_is_reported(put):
    """A download that broke off does not become an order."""
    sheet = sheet_of(put("ref,sku,qty\n1,A,2\n2,B"))

    assert [3] == sheet.rejected["row"].to_list()
    assert [2, 3] == sheet.frame["row"].to_list()


def test_last_row_without_a_line_end_is_whole(put):
    """Editors that leave the last line end out do no harm."""
    sheet = sheet_of(put("ref,sku,qty\n1,A,2\n2,B,1"))

    assert sheet.rejected.is_empty()
    assert 2 == sheet.frame.height


def test_quote_that_never_closes_costs_its_own_row(put):
    """The rows after it are read all the same."""
    sheet = sheet_of(put('ref,note,qty\n1,fine,2\n2,"open,3\n3,fine,4\n'))

    assert [("1", "fine", "2", 2), ("3", "fine", "4", 4)] == sheet.frame.filter(pl.col("row") != 3).rows()
    assert [3] == sheet.rejected["row"].to_list()


def test_stray_quotes_are_kept_where_the_cells_are_clear(put):
    """A quote inside an unquoted cell is a character like any other."""
    sheet = sheet_of(put('ref,note,qty\n1,15" wide,2\n2,"""ok""",3\n'))

    assert ['15" wide', '"ok"'] == sheet.frame["note"].to_list()


def test_badly_quoted_row_is_reported_and_the_others_read(put):
    """One row that another tool quoted wrongly."""
    sheet = sheet_of(put('ref,note,qty\n1,"a"b,c",2\n2,fine,3\n'))

    assert [2] == sheet.rejected["row"].to_list()
    assert ("2", "fine", "3", 3) == cells(sheet)[-1]


def test_same_heading_twice_is_told_apart(put):
    """Etsy has a `Delivery Discount` twice."""
    found = peek(put("id,Delivery Discount,Delivery Discount, \n1,2,3,4\n"), LIMITS)

    assert ("id", "Delivery Discount", "Delivery Discount__2") == found.headings


@pytest.mark.parametrize("odd", ["*", "^.*$", "row"])
def test_headings_that_mean_something_to_us_are_headings(put, odd):
    """A column called `*` is one column, and not all of them."""
    sheet = load(peek(put(f"id,{odd}\n1,2\n"), LIMITS), LIMITS)

    assert [("1", "2", 2)] == sheet.frame.rows()


@pytest.mark.parametrize(
    ("encoding", "text", "guessed"),
    [
        ("utf-8", "杯子", False),
        ("utf-16", "杯子", False),
        ("cp932", "湯のみ ソーサー", True),
        ("gb18030", "王小明 深圳市南山区", True),
        ("cp1252", "Müller, Größe 5 €", True),
        ("iso-8859-1", "Bjørn Sørensen, Ålesund", True),
    ],
)
def test_encoding_is_found_and_a_guess_is_said(put, encoding, text, guessed):
    """A hundred plain rows and one name: detectors alone get that wrong."""
    rows = "".join(f"{number},plain\n" for number in range(100))
    sheet = sheet_of(put(f'ref,name\n{rows}100,"{text}"\n', encoding=encoding))

    assert text == sheet.frame["name"][-1]
    assert guessed == sheet.peek.guessed
    assert guessed == bool(sheet.peek.notes)


def test_strange_bytes_beyond_the_beginning_are_found(put):
    """A million good bytes do not prove the rest."""
    text = "ref,name\n" + "1,plain\n" * 150_000 + "2,Müller\n"
    sheet = sheet_of(put(text, encoding="cp1252"))

    assert ("Müller", True) == (sheet.frame["name"][-1], sheet.peek.guessed)


def test_long_cells_and_markup_are_kept(put):
    """Five thousand characters and square brackets are text."""
    long = "x" * 6000
    sheet = sheet_of(put(f"ref,title\n1,{long}\n2,[b]Mug[/b] {{not}} <kept>\n3,=1+1\n"))

    assert [long, "[b]Mug[/b] {not} <kept>", "=1+1"] == sheet.frame["title"].to_list()


@pytest.mark.parametrize("content", ["sku,on_hand\n", "sku,on_hand", "sku,on_hand\r\n\r\n"])
def test_headings_alone_are_an_empty_table(put, content):
    """An export of a quiet day."""
    sheet = sheet_of(put(content))

    assert ("sku", "on_hand") == sheet.peek.headings
    assert 0 == sheet.frame.height


@pytest.mark.parametrize("content", ["", "\n\n", ",,,\n,,,\n"])
def test_nothing_to_read_is_said(put, content):
    """No headings, no file."""
    with pytest.raises(UnreadableFile):
        peek(put(content), LIMITS)


def test_too_many_columns_and_rows_are_refused(put):
    """What would not fit is refused, with the limit named."""
    wide = put(",".join(f"c{number}" for number in range(5000)) + "\n", "wide.csv")
    tall = put("a\n" + "1\n" * 50, "tall.csv")

    with pytest.raises(OverLimit, match="5000 columns"):
        peek(wide, LIMITS)
    with pytest.raises(OverLimit, match="50 rows"):
        load(peek(tall, LIMITS), Limits(rows=49))


def _workbook(path: Path, rows: list[list[object]], **more: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    for name, some in {"Sheet": rows, **more}.items():
        page = book.active if name == "Sheet" else book.create_sheet(name)
        for row in some:
            page.append(row)
    book.save(path)
    return path


def test_workbook_cells_are_text_as_the_seller_sees_them(tmp_path):
    """Whole numbers without a point, zeros of text kept, formulas by their value."""
    path = _workbook(tmp_path / "a.xlsx", [["report"], [], ["sku", "qty", "price"], ["00123", 2, 1.5], [123, 3.0, 2]])
    sheet = sheet_of(path)

    assert 3 == sheet.peek.header_row
    assert [("00123", "2", "1.5", 4), ("123", "3", "2", 5)] == cells(sheet)


def test_long_number_of_a_workbook_is_not_believed(tmp_path):
    """A spreadsheet keeps 15 digits of a number; text of the same length is whole."""
    long = "583812345678901234"
    sheet = sheet_of(_workbook(tmp_path / "a.xlsx", [["order_ref", "n"], [long, 1], [int(long), 2]]))

    assert [long, "5.83812E+17"] == sheet.frame["order_ref"].to_list()


def test_stale_dimension_and_rows_numbered_alike(tmp_path):
    """TikTok writes a sheet that says it has one cell, each cell in a row of its own."""
    path = _workbook(tmp_path / "a.xlsx", [["order_ref", "sku"], ["1", "A"], ["2", "B"]])
    with zipfile.ZipFile(path) as book:
        parts_by_name = {name: book.read(name) for name in book.namelist()}
    text = parts_by_name["xl/worksheets/sheet1.xml"].decode()
    text = text.replace('<dimension ref="A1:B3"', '<dimension ref="A1:A1"').replace("</row>", "")
    for number in ("1", "2", "3"):
        text = text.replace(f'<row r="{number}">', "")
    text = text.replace("<c ", '<row r="1"><c ').replace("</c>", "</c></row>")
    with zipfile.ZipFile(path, "w") as book:
        for name, content in parts_by_name.items():
            book.writestr(name, text.encode() if name == "xl/worksheets/sheet1.xml" else content)

    assert [("1", "A", 2), ("2", "B", 3)] == cells(sheet_of(path))


def test_other_sheets_are_named(tmp_path):
    """Only one sheet is read; nobody has to guess which."""
    found = peek(_workbook(tmp_path / "a.xlsx", [["sku", "qty"], ["A", 1]], Notes=[["x", "y"]]), LIMITS)

    assert ("read sheet `Sheet`; not read: `Notes`",) == found.notes


def test_broken_workbook_is_refused(put):
    """Half a ZIP is no workbook."""
    with pytest.raises(UnreadableFile, match="not a workbook"):
        peek(put(b"PK\x03\x04 and then nothing", "a.xlsx"), LIMITS)


@pytest.fixture
def small_parts(monkeypatch):
    """Cut files into parts after a few rows."""
    monkeypatch.setattr(reading, "PART_ROWS", 4)
    monkeypatch.setattr(reading, "WHOLE_BYTES", 0)


def test_parts_of_a_file_are_the_file(put, small_parts):
    """Long files are read in parts with the same rows and line numbers, and a group never falls apart."""
    rows = "".join(f'{number // 3},"line\n{number}"\n' for number in range(20))
    path = put("ref,note\n" + rows)
    found = list(parts(peek(path, LIMITS), LIMITS, None, "ref"))

    assert len(found) > 3
    assert sheet_of(path).frame.rows() == pl.concat([sheet.frame for sheet in found]).rows()
    refs = [set(sheet.frame["ref"]) for sheet in found]
    assert sum(map(len, refs)) == len(set().union(*refs))


def test_scattered_group_stays_in_one_part(put, small_parts):
    """Where the first and the last row are one order, the file is one part."""
    text = "ref,n\nA,1\n" + "".join(f"{number},1\n" for number in range(20)) + "A,2\n"

    assert 1 == len(list(parts(peek(put(text), LIMITS), LIMITS, None, "ref")))


def test_open_quote_in_a_column_nobody_reads_swallows_nothing(put):
    """The rows after it are found all the same."""
    text = 'ref,sku,note\n1,A,"open\n2,B,fine\n3,C,fine\n'

    assert [2, 3, 4] == sheet_of(put(text), {"ref", "sku"}).frame["row"].to_list()


def test_one_damaged_byte_does_not_change_the_encoding(put):
    """A long Chinese file stays Chinese; the damage is said."""
    text = "ref,name\n" + "1,王小明\n" * 20
    sheet = sheet_of(put(text.encode() + b"2,\xff broken\n"))

    assert ("王小明", "\ufffd broken") == (sheet.frame["name"][0], sheet.frame["name"][-1])
    assert ("some bytes are not UTF-8: they stand as `\ufffd`",) == sheet.peek.notes


def test_reading_takes_time_in_proportion(put):
    """Neither thousands of quotes nor a heading of a million digits make it slow."""
    quotes = put("a,b\n" + '1,"x\n' * 20_000, "quotes.csv")
    digits = put("a,b," + "1" * 500_000 + "x\n1,2,3\n", "digits.csv")

    assert 20_000 == sheet_of(quotes).frame.height
    assert 1 == sheet_of(digits).frame.height


def test_guess_that_does_not_hold_is_given_up(put):
    """Japanese at the beginning, something else at the end: judged again by all of it, and said."""
    head = "ref,name\n" + "1,湯のみ\n" * 150_000
    sheet = sheet_of(put(head.encode("cp932") + b"2,\x81 \x85 \n"))

    assert 150_001 == sheet.frame.height
    assert ("encoding guessed as iso-8859-1: look at names with accents",) == sheet.peek.notes


def test_a_row_with_a_comma_too_many_is_refused(put):
    """Its values have moved into wrong columns; the rows beside it are kept, and a comma at the end is nothing."""
    path = put('ref,title,quantity\n1,Mug,2\n2,Mug, blue,3\n3,Lid,4,\n4,"Cup, red",5\n5,"a\nb",6,7,\n')
    sheet = load(peek(path, Limits()), Limits())

    assert [
        (3, None, "3", "4 cells, but 3 headings: its values may stand in wrong columns"),
        (6, None, "7,", "5 cells, but 3 headings: its values may stand in wrong columns"),
    ] == sheet.rejected.select("row", "column", "value", "what").rows()
    assert ((), ["1", "2", "3", "4", "5"]) == (sheet.notes, sheet.frame["ref"].to_list())


def test_headings_that_are_too_few_move_nothing(put):
    """Where most rows are longer than the headings, the rest has no name and is left out, with a note."""
    sheet = load(peek(put("ref,quantity,,\n1,2,a,b\n2,3,c,d\n3,4,,\n"), Limits()), Limits())

    assert (0, ["2", "3", "4"]) == (sheet.rejected.height, sheet.frame["quantity"].to_list())
    assert ("most rows have more cells than there are headings: what has no heading was left out",) == sheet.notes


def test_a_row_that_ends_like_no_other_is_told(put):
    """A lone carriage return among line feeds hides a row in the one before it: that row is refused, not lost."""
    sheet = load(peek(put("ref,quantity\r\n1,2\r\n2,3\r3,4\r\n5,6\r\n"), Limits()), Limits())

    assert [4 - 1] == sheet.rejected["row"].to_list()
