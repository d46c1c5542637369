"""Numbers put into somebody else's workbook: nothing but their cells is another afterwards."""

import re

import openpyxl
import pytest

from oms.errors import UnreadableFile
from oms.sheets.patch import filled, patched
from tests.channels.stock_books import TIKTOK, column, handed_out, parts, with_part

SHEET = "xl/worksheets/sheet1.xml"
NUMBERS = {(6, 6): 0, (7, 6): 12, (8, 6): 3}  # over a number, a text, and nothing


@pytest.fixture
def package():
    """A workbook as TikTok hands it out."""
    return handed_out(TIKTOK)


def cells(xml: bytes) -> list[tuple[bytes, bytes]]:
    """Each cell's reference and its whole element."""
    return [(match[1], match[0]) for match in re.finditer(rb'(?s)<c r="([A-Z]+\d+)"(?:[^>]*/>|.*?</c>)', xml)]


def test_only_the_cells_in_question_change(package):
    """Every other part of the package is the same byte for byte, and so is every other byte of the sheet."""
    before, after = parts(package), parts(patched(package, "Template", NUMBERS))
    old, new = dict(cells(before[SHEET])), dict(cells(after[SHEET]))

    assert list(before) == list(after)
    assert [SHEET] == [name for name in before if before[name] != after[name]]
    assert {b"F6", b"F7", b"F8"} == {name for name in new if old.get(name) != new[name]}
    assert set(old) | {b"F8"} == set(new)
    assert _without(before[SHEET], old) == _without(after[SHEET], new)


def _without(xml: bytes, elements: dict[bytes, bytes]) -> bytes:
    for name in (b"F6", b"F7", b"F8"):
        xml = xml.replace(elements.get(name, b""), b"", 1)
    return xml


def test_what_excel_would_see(package, tmp_path):
    """Zero is a number and stands there; styles, hidden sheet, hidden column, validation and protection survive."""
    (tmp_path / "filled.xlsx").write_bytes(patched(package, "Template", NUMBERS))
    book = openpyxl.load_workbook(tmp_path / "filled.xlsx")
    sheet = book["Template"]

    assert [0, 12, 3] == [sheet[f"F{row}"].value for row in (6, 7, 8)]
    assert "n" == sheet["F7"].data_type
    assert "1729400000000000001" == sheet["A6"].value
    assert "veryHidden" == book["Brand"].sheet_state
    assert 1 == sheet.data_validations.count
    assert sheet.protection.sheet
    assert sheet.column_dimensions["C"].hidden
    assert sheet["G8"].font.b


def test_rows_that_are_all_numbered_one(package):
    """Some exports wrap every cell in a row 1 of its own: a cell goes by its reference."""
    xml = parts(package)[SHEET]
    alone = re.sub(rb"(?s)(<c r=.*?(?:/>|</c>))", rb"\1", re.sub(rb'<row r="\d+"', b'<row r="1"', xml))
    out = parts(patched(with_part(package, SHEET, alone), "Template", {(7, 6): 77}))[SHEET]

    assert b"<v>77</v>" in dict(cells(out))[b"F7"]


def test_names_with_a_prefix(package):
    """`x:c` instead of `c` is the same workbook."""
    xml = parts(package)[SHEET]
    space = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    named = re.sub(rb"<(/?)(row|c|v|sheetData|is|t)\b", rb"<\1x:\2", xml)
    named = named.replace(b'xmlns="', b'xmlns:x="' + space + b'" xmlns="', 1)
    out = parts(patched(with_part(package, SHEET, named), "Template", NUMBERS))[SHEET]

    assert re.search(rb'<x:c r="F6"[^>]*><x:v>0</x:v></x:c>', out)
    assert re.search(rb'<x:c r="F8"[^>]*><x:v>3</x:v></x:c>', out)


def test_empty_columns_on_the_left_do_not_move_the_numbers(tmp_path):
    """A reader leaves them out; the numbers go where the heading stands."""
    path = tmp_path / "moved.xlsx"
    path.write_bytes(handed_out(TIKTOK, before=2))

    assert [0, 12, 3] == column(filled(path, NUMBERS), "H")[5:]


def test_what_was_filled_can_be_filled_again(tmp_path):
    """The same numbers give the same bytes, others only other numbers."""
    path = tmp_path / "book.xlsx"
    path.write_bytes(handed_out(TIKTOK))
    once = filled(path, NUMBERS)
    path.write_bytes(once)

    assert parts(once) == parts(filled(path, NUMBERS))
    assert [5, 12, 3] == column(filled(path, {(6, 6): 5}), "F")[5:]


def test_a_formula_where_a_number_belongs_is_not_overwritten(tmp_path):
    """Somebody has worked in the sheet: said, with the cell."""
    rows = [list(row) for row in TIKTOK]
    rows[5][5] = "=1+1"

    with pytest.raises(UnreadableFile, match="cell F6: a formula"):
        patched(handed_out(rows), "Template", NUMBERS)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda xml: xml.replace(b"</row>", b"", 1), "the sheet is damaged"),
        (lambda xml: xml.replace(b"<worksheet", b"<!DOCTYPE x []><worksheet", 1), "document type of its own"),
        (lambda xml: b"\xff\xfe" + xml.decode().encode("utf-16-le"), "not UTF-8"),
    ],
)
def test_a_sheet_that_is_no_sheet_is_refused(package, change, said):
    """Damaged, dangerous or strange: said, nothing is written."""
    broken = with_part(package, SHEET, change(parts(package)[SHEET]))

    with pytest.raises(UnreadableFile, match=said):
        patched(broken, "Template", NUMBERS)


def test_rows_and_sheets_that_are_not_there(package):
    """A number without a place for it is never dropped in silence."""
    with pytest.raises(UnreadableFile, match="no row 99"):
        patched(package, "Template", {(99, 6): 1})
    with pytest.raises(UnreadableFile, match="no sheet `Stock`"):
        patched(package, "Stock", NUMBERS)


def test_a_cell_that_is_not_there_is_made(package):
    """Behind the last cell before it in its row."""
    xml = parts(package)[SHEET]
    gone = with_part(package, SHEET, re.sub(rb'<c r="F8"[^>]*/>', b"", xml))
    out = parts(patched(gone, "Template", NUMBERS))[SHEET]

    assert re.search(rb'(<c r="E8".*?</c>)<c r="F8"><v>3</v></c><c r="G8"', out)


def test_what_does_not_read_back_is_not_written(tmp_path):
    """A number in a cell with the form of a date is a date: found out before anything is written."""
    path = tmp_path / "dates.xlsx"
    book = openpyxl.Workbook()
    for row in TIKTOK:
        book.active.append(row)
    book.active["F6"].number_format = "yyyy-mm-dd"
    book.save(path)

    with pytest.raises(UnreadableFile, match="numbers put into it do not read back"):
        filled(path, NUMBERS)
