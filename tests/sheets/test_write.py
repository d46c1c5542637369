"""What we write can be opened by everybody, says what the frame says, and runs no formula."""

import zipfile
from decimal import Decimal
from io import BytesIO
from xml.etree import ElementTree

import fastexcel
import openpyxl
import polars as pl
import pytest

from oms.errors import OverLimit
from oms.sheets.write import csv_bytes, neutral, neutral_expr, xlsx_bytes

EVIL = ["=1+1", "+CMD()", "-A", "@SUM(A1)", "\t=1", "\r=1", "\n=1"]


def opened(content: bytes, sheet: int = 0) -> list[list[object]]:
    book = openpyxl.load_workbook(BytesIO(content))
    return [[cell.value for cell in row] for row in book.worksheets[sheet].iter_rows()]


@pytest.mark.parametrize("text", EVIL)
def test_what_could_be_a_formula_gets_an_apostrophe(text):
    """A spreadsheet shows it as text and runs nothing."""
    assert "'" + text == neutral(text)
    assert ["'" + text] == pl.DataFrame({"t": [text]}).select(neutral_expr(pl.col("t"))).to_series().to_list()


@pytest.mark.parametrize("text", ["-5", "+3.50", "-1,200.00", "-$3.00", "-5%", "MUG-1", "5=5", "'=1", "中文", "a@b.example"])
def test_plain_numbers_and_ordinary_text_stay(text):
    """Money below zero stays a number, a name stays a name."""
    assert text == neutral(text)
    assert [text] == pl.DataFrame({"t": [text]}).select(neutral_expr(pl.col("t"))).to_series().to_list()


def test_csv_says_what_the_frame_says():
    """Texts with commas, quotes and line breaks come back whole; nothing is an empty cell."""
    frame = pl.DataFrame({"sku": ["007", None], "title": ['Mug, "big"\nblue', "中文"], "quantity": [1, None]})

    assert 'sku,title,quantity\r\n007,"Mug, ""big""\nblue",1\r\n,中文,\r\n'.encode() == csv_bytes(frame)


def test_csv_takes_headings_delimiter_encoding_and_no_quotes():
    """A channel's own spelling: headings that stand twice, tabs without quotes, its encoding."""
    frame = pl.DataFrame({"a": ["x\ty\nz"], "b": ['5" pan']})
    plain = {"delimiter": "\t", "newline": "\n", "quoting": False}

    assert b'n\tn\nx y z\t5" pan\n' == csv_bytes(frame, header=["n", "n"], **plain)
    assert b'x y z\t5" pan\n' == csv_bytes(frame, header=[], **plain)
    assert "商品\r\n".encode("cp932") == csv_bytes(pl.DataFrame({"商品": []}), encoding="cp932")
    assert "\ufeffa\n".encode() == csv_bytes(pl.DataFrame({"a": []}), bom=True, newline="\n")
    with pytest.raises(ValueError, match="1 headings for 2 columns"):
        csv_bytes(frame, header=["a"])


def test_csv_neutralises_unless_told_otherwise():
    """Hostile titles are text; a channel's file keeps its skus as they are."""
    frame = pl.DataFrame({"title": ["=1+1", "ok"], "n": [-1, 2]})

    assert b"title,n\r\n'=1+1,-1\r\nok,2\r\n" == csv_bytes(frame)
    assert b"title,n\r\n=1+1,-1\r\nok,2\r\n" == csv_bytes(frame, neutralise=False)


def test_a_workbook_says_what_the_frame_says():
    """Identifiers are text, numbers are numbers, Chinese and line breaks are whole."""
    frame = pl.DataFrame(
        {
            "sku": ["007", "-A=1", None],
            "title": ["中文 <b>&amp;\n二", " padded ", ""],
            "quantity": [3, None, -1],
            "weight": [1.5, float("nan"), None],
            "price": [Decimal("2.50"), None, Decimal("-1.00")],
            "gift": [True, False, None],
        }
    )

    read = opened(xlsx_bytes({"Pick": frame}))

    assert [
        ["sku", "title", "quantity", "weight", "price", "gift"],
        ["007", "中文 <b>&amp;\n二", 3, 1.5, 2.5, True],
        ["-A=1", " padded ", None, None, None, False],
        [None, None, -1, None, -1, None],
    ] == read


def test_identifiers_are_text_cells_and_headings_stay_in_view():
    """A program that saves the workbook again keeps the leading zeros; the first row is bold and frozen."""
    book = openpyxl.load_workbook(BytesIO(xlsx_bytes({"Pick": pl.DataFrame({"sku": ["007"], "title": ["Mug"]})})))
    sheet = book.worksheets[0]

    assert "@" == sheet["A2"].number_format
    assert "General" == sheet["B2"].number_format
    assert sheet["A1"].font.bold
    assert "A2" == sheet.freeze_panes


@pytest.mark.parametrize("text", EVIL)
def test_no_cell_of_a_workbook_is_a_formula(text):
    """Neither a title nor a sku runs, whatever a buyer typed."""
    content = xlsx_bytes({"a": pl.DataFrame({"sku": [text], "title": [text]})})
    sheet = openpyxl.load_workbook(BytesIO(content)).worksheets[0]

    assert ["s", "s"] == [cell.data_type for cell in sheet[2]]
    assert "'" == sheet["B2"].value[0]
    assert b"<f>" not in zipfile.ZipFile(BytesIO(content)).read("xl/worksheets/sheet1.xml")


def test_characters_that_xml_forbids_are_left_out():
    """One control character in a note does not make a workbook nobody can open."""
    frame = pl.DataFrame({"note": ["a\x00b\x0b\x1fc\ufffe\uffff", "_x0041_"]})
    content = xlsx_bytes({"a": frame})

    assert "abc" == opened(content)[1][0]
    assert ["abc", "_x0041_"] == fastexcel.read_excel(content).load_sheet(0).to_polars()["note"].to_list()


def test_long_numbers_are_text_and_long_texts_are_cut_where_excel_cuts():
    """A spreadsheet keeps 15 digits of a number and 32,767 characters of a cell."""
    frame = pl.DataFrame({"n": [10**15, 10**15 - 1], "t": ["x" * 40_000, ""]})

    read = opened(xlsx_bytes({"a": frame}))

    assert ["1" + "0" * 15, "x" * 32_767] == read[1]
    assert [10**15 - 1, None] == read[2]


def test_every_part_is_well_formed_and_announced():
    """What strict programs check: XML that parses, a content type and a relation for every part."""
    content = xlsx_bytes({"A & <B>": pl.DataFrame({'"h"<&': ["x"]}), "empty": pl.DataFrame()})
    with zipfile.ZipFile(BytesIO(content)) as archive:
        parts = {name: ElementTree.fromstring(archive.read(name)) for name in archive.namelist()}

    types = {each.get("PartName") for each in parts["[Content_Types].xml"] if each.get("PartName")}
    wanted = {f"/{name}" for name in parts if not name.endswith(".rels") and name != "[Content_Types].xml"}
    targets = {f"/xl/{each.get('Target')}" for each in parts["xl/_rels/workbook.xml.rels"]}

    assert wanted == types
    assert targets <= types


def test_sheet_names_become_what_excel_takes():
    """Forbidden characters, 31 characters, no two alike."""
    frame = pl.DataFrame({"a": [1]})
    names = ["NJ/CA: [all]", "x" * 40, "X" * 40, "", "'quoted'"]

    book = openpyxl.load_workbook(BytesIO(xlsx_bytes(dict.fromkeys(names, frame))))

    assert ["NJ CA   all", "x" * 31, "X" * 29 + " 2", "Sheet4", "quoted"] == book.sheetnames


def test_columns_are_as_wide_as_their_texts():
    """Chinese characters are two wide; a given width wins; nothing is wider than the screen."""
    frame = pl.DataFrame({"title": ["蓝色马克杯蓝色马克杯"], "note": ["y" * 500], "sku": ["A"]})

    book = openpyxl.load_workbook(BytesIO(xlsx_bytes({"a": frame}, widths={"sku": 33})))
    widths = {name: book.worksheets[0].column_dimensions[name].width for name in "ABC"}

    assert {"A": 22, "B": 60, "C": 33} == widths


def test_the_same_frame_gives_the_same_bytes():
    """A document can be written again, byte for byte."""
    frame = pl.DataFrame({"sku": ["A"], "n": [1]})

    assert xlsx_bytes({"a": frame}) == xlsx_bytes({"a": frame})
    assert csv_bytes(frame) == csv_bytes(frame)


def test_rows_keep_their_numbers_beyond_one_slice():
    """Large sheets are written in slices; the last row is where it belongs."""
    frame = pl.DataFrame({"n": range(45_000)})

    read = fastexcel.read_excel(xlsx_bytes({"a": frame})).load_sheet(0).to_polars()

    assert list(range(45_000)) == read.to_series().cast(pl.Int64).to_list()


def test_more_rows_than_a_sheet_holds_are_refused():
    """Nobody gets half a pick list."""
    with pytest.raises(OverLimit, match="more than a sheet can hold"):
        xlsx_bytes({"a": pl.DataFrame({"n": pl.int_range(1_048_576, eager=True)})})


@pytest.mark.parametrize("heading", ["^.*$", "^A$", "*", "row", "\x01row"])
def test_a_heading_that_looks_like_a_pattern_is_a_heading(heading):
    """Neither all columns nor another one."""
    frame = pl.DataFrame({"A": ["x"], heading: ["y"], "n": [1]})
    shown = heading.replace("\x01", "")

    assert [["A", shown, "n"], ["x", "y", 1]] == opened(xlsx_bytes({"Sheet": frame}, identifiers=["A"]))
    assert f"A,{heading},n\r\nx,y,1\r\n".encode() == csv_bytes(frame)
