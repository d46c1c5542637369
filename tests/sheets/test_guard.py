"""What is refused before it is opened, and what may pass."""

import struct
import zipfile
from io import BytesIO
from pathlib import Path

import polars as pl
import pytest

from oms.config import Limits
from oms.errors import OverLimit, UnreadableFile
from oms.sheets.guard import check
from oms.sheets.write import xlsx_bytes

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.fixture
def put(tmp_path):
    def write(name: str, content: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


def refused(path: Path, limits: Limits | None = None) -> tuple[str, str | None]:
    with pytest.raises(UnreadableFile) as caught:
        check(path, limits or Limits())
    return caught.value.message, caught.value.hint


def workbook(rows: int = 3) -> bytes:
    return xlsx_bytes({"Orders": pl.DataFrame({"sku": [f"MUG-{n}" for n in range(rows)]})})


def repacked(content: bytes, changes: dict[str, bytes | None]) -> bytes:
    """A workbook with some parts replaced, or left out (None)."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            data = changes.get(name, source.read(name))
            if data is not None:
                target.writestr(name, data)
        for name, data in changes.items():
            if name not in source.namelist() and data is not None:
                target.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("orders.csv", b"sku,quantity\nMUG,1\n"),
        ("orders.csv", "\ufeff订单号,数量\nA1,1\n".encode()),
        ("orders.txt", "sku\tquantity\n".encode("utf-16")),
        ("orders.csv", "订单号,数量\n".encode("gb18030")),
        ("orders.xlsx", workbook()),
        ("orders.xls", b"sku\tquantity\nMUG\t1\n"),
        ("orders.xls", OLE + bytes(600) + "Workbook".encode("utf-16-le") + bytes(600)),
        ("stock.csv", b"<sku>,on_hand\nMUG,1\n"),
    ],
)
def test_tables_pass_whatever_they_are_called(put, name, content):
    """A table is read by its content, and its name does not matter."""
    check(put(name, content), Limits())


def test_a_missing_file_a_folder_and_an_empty_file_are_named(tmp_path, put):
    """Each says which file it is and what it is instead."""
    (tmp_path / "inbox").mkdir()

    assert ("inbox: a folder, not a file", None) == refused(tmp_path / "inbox")
    assert "no such file" in refused(tmp_path / "orders.csv")[0]
    assert ("orders.csv: is empty, 0 bytes", "download it again") == refused(put("orders.csv", b""))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("report.xls", b"<html><body><table><tr><td>1</td></tr></table>", "a web page"),
        ("report.csv", b"\xef\xbb\xbf\r\n <!DOCTYPE html><title>Sign in</title>", "a web page"),
        ("report.xlsx", "\ufeff<table>".encode("utf-16-le"), "a web page"),
        ("report.xls", b'<?xml version="1.0"?><Workbook/>', "XML"),
        ("report.csv", b"%PDF-1.7", "a PDF file"),
        ("report.csv", b"\xff\xd8\xff\xe0 JFIF", "a JPEG file"),
        ("report.csv", b"\x1f\x8b\x08\x00", "packed with gzip"),
        ("report.xls", OLE + bytes(600) + "WordDocument".encode("utf-16-le"), "without a workbook"),
    ],
)
def test_other_content_is_called_by_its_name(put, name, content, said):
    """A sign-in page saved as a report is told as such, with what to do."""
    message, hint = refused(put(name, content))

    assert message.startswith(f"{name}: ")
    assert said in message
    assert hint


@pytest.mark.parametrize(
    ("inside", "said"),
    [("orders.csv", "a ZIP archive"), ("word/document.xml", "a text document"), ("Index/Document.iwa", "Numbers")],
)
def test_a_zip_that_is_no_workbook_says_what_it_is(put, inside, said):
    """Archives and documents of other programs are not opened as workbooks."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(inside, "x")

    assert said in refused(put("orders.xlsx", out.getvalue()))[0]


@pytest.mark.parametrize(
    "content",
    [
        OLE + bytes(5000) + "EncryptedPackage".encode("utf-16-le") + bytes(100),
        OLE + bytes(504) + b"\x09\x08\x10\x00\x00\x06\x05\x00" + bytes(12) + b"\x2f\x00" + "Workbook".encode("utf-16-le"),
    ],
)
def test_a_locked_workbook_asks_for_a_copy_without_password(put, content):
    """New and old Excel files under a password are recognised, wherever the mark stands."""
    message, hint = refused(put("orders.xlsx", content))

    assert "orders.xlsx: locked with a password" == message
    assert "open it with the password, save it without one and import that" == hint


def test_a_mark_on_the_border_of_two_pieces_is_found(put):
    """Reading in pieces loses nothing between them."""
    mark = "EncryptedPackage".encode("utf-16-le")
    content = OLE + bytes((1 << 20) - len(OLE) - 10) + mark + bytes(10)

    assert "locked" in refused(put("orders.xls", content))[0]


def test_a_workbook_cut_off_by_the_download_is_told(put):
    """Half a workbook is not read as a whole one."""
    whole = workbook(500)

    assert "cut off or damaged" in refused(put("orders.xlsx", whole[: len(whole) // 2]))[0]


def test_a_bomb_is_refused_without_unpacking_it(put):
    """A small file that announces hundreds of megabytes is over the limit."""
    bomb = repacked(workbook(), {"xl/worksheets/sheet1.xml": b" " * (60 << 20)})
    path = put("orders.xlsx", bomb)

    with pytest.raises(OverLimit, match="would unpack to"):
        check(path, Limits())


def test_a_bomb_that_lies_about_its_size_is_refused(put):
    """What an entry unpacks to is tried, not believed."""
    honest = repacked(workbook(), {"xl/worksheets/sheet1.xml": b" " * (60 << 20)})
    lie = honest.replace(struct.pack("<I", 60 << 20), struct.pack("<I", 1 << 20))

    assert "damaged" in refused(put("orders.xlsx", lie))[0]


def test_thousands_of_parts_are_refused(put):
    """A workbook has dozens of parts, not ten thousand."""
    parts: dict[str, bytes | None] = {f"xl/media/{n}.png": b"" for n in range(10_001)}

    assert "10" in refused(put("orders.xlsx", repacked(workbook(), parts)))[0]


def test_the_limit_counts_what_a_workbook_unpacks_to(put):
    """`file_mb` is about memory, so it is about the unpacked size."""
    noise = bytes(range(256)) * 4096 * 2
    path = put("orders.xlsx", repacked(workbook(), {"xl/worksheets/sheet1.xml": noise}))

    message, hint = refused(path, Limits(file_mb=1))

    assert "orders.xlsx: unpacks to 3 MB, more than the 1 MB allowed" == message
    assert "file_mb" in str(hint)


def test_the_limit_counts_the_size_of_a_text_file(put):
    """A text file larger than `file_mb` is not read."""
    path = put("orders.csv", b"sku\n" + b"A" * (1 << 20))

    message, _hint = refused(path, Limits(file_mb=1))

    assert "orders.csv: 2 MB, more than the 1 MB allowed" == message


def test_a_zero_byte_in_text_is_named_with_its_line(put):
    """A damaged file says where; it is not read up to there."""
    path = put("orders.csv", b"sku,quantity\n" + b"MUG,1\n" * 300_000 + b"MUG,\x00\n")

    assert "orders.csv:300002: a zero byte, which no text has" == refused(path)[0]


def test_utf_16_without_its_mark_asks_for_utf_8(put):
    """Every other byte zero is no damage, it is an encoding nobody declared."""
    message, hint = refused(put("orders.csv", "sku,quantity\nMUG,1\n".encode("utf-16-le")))

    assert "UTF-16" in message
    assert "CSV UTF-8" in str(hint)
