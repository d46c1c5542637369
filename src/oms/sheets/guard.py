"""
What is looked at before anything opens a file: is it a table at all, is it whole, would it fit into memory.

Goes by content, not by name: a text table called `.xls` is a text table, a sign-in page called `.csv` is not. Reads in
pieces; nothing is unpacked that its own directory does not announce.
"""

import re
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO

from oms.config import Limits
from oms.errors import OverLimit, UnreadableFile
from oms.words import _

HEAD = 4096
PIECE = 1 << 20
MEGABYTE = 1 << 20
#: A workbook packs to a tenth, a bomb to a thousandth; small ones may pack as they like.
MOST_RATIO = 200
RATIO_FROM = 50 * MEGABYTE
MOST_ENTRIES = 10_000

_TEXT_BOMS = (b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")
_MARKUP = re.compile(rb"\s*(?:<!--.*?-->\s*)*<(?P<tag>!doctype\s+html|html|head|body|table|meta|script|div|\?xml)", re.I | re.S)
#: First bytes -> what it is called.
_OTHERS = (
    (b"%PDF", "PDF"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG", "PNG"),
    (b"GIF8", "GIF"),
    (b"{\\rtf", "RTF"),
    (b"SQLite format 3", "SQLite"),
)
_ARCHIVES = ((b"\x1f\x8b", "gzip"), (b"7z\xbc\xaf\x27\x1c", "7z"), (b"Rar!", "RAR"))


def check(path: Path, limits: Limits) -> None:
    """
    Refuse what nobody could read, or what would not fit, before it is opened.

    Raises:
        UnreadableFile: missing, a folder, empty, encrypted, cut off, or not a table.
        OverLimit: larger than `limits.file_mb`, or would unpack to more.
    """
    name = path.name
    if path.is_dir():
        raise UnreadableFile(_("{file}: a folder, not a file", file=name))
    if not path.exists():
        raise UnreadableFile(_("{file}: no such file", file=path), _("check the name and the folder"))
    if not path.is_file():
        raise UnreadableFile(_("{file}: not a file", file=name))
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            _check_content(file, name, size, limits)
    except PermissionError:
        raise UnreadableFile(
            _("{file}: may not be read", file=name), _("close it elsewhere, or give yourself the right to read it")
        ) from None


def _check_content(file: BinaryIO, name: str, size: int, limits: Limits) -> None:
    if size == 0:
        raise UnreadableFile(_("{file}: is empty, 0 bytes", file=name), _("download it again"))
    _within(name, size, limits)
    head = file.read(HEAD)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        _check_zip(file, name, size, limits)
    elif head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        _check_ole(file, name)
    else:
        _check_known(head, name)
        _check_text(file, head, name)


def _within(name: str, size: int, limits: Limits) -> None:
    if size > limits.file_mb * MEGABYTE:
        raise OverLimit(
            _("{file}: {size} MB, more than the {limit} MB allowed", file=name, size=-(-size // MEGABYTE),
              limit=limits.file_mb),
            _("export a shorter period, or raise `file_mb` under [limits] in oms.toml"),
        )  # fmt: skip


def _check_zip(file: BinaryIO, name: str, size: int, limits: Limits) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
    # What zipfile raises for a damaged directory: bad offsets, a method or a name nobody knows.
    except (zipfile.BadZipFile, ValueError, NotImplementedError, UnicodeDecodeError):
        raise UnreadableFile(_("{file}: a workbook that was cut off or damaged", file=name), _("download it again")) from None
    names = {entry.filename for entry in entries}
    _check_kind(names, name)
    if any(entry.flag_bits & 1 for entry in entries):
        raise _encrypted(name)
    whole = sum(entry.file_size for entry in entries)
    bomb = whole > RATIO_FROM and whole > MOST_RATIO * size
    if len(entries) > MOST_ENTRIES or bomb:
        raise OverLimit(
            _("{file}: {size} bytes that would unpack to {whole} MB in {count} parts", file=name, size=size,
              whole=-(-whole // MEGABYTE), count=len(entries)),
            _("no report looks like that: download it again from the channel itself"),
        )  # fmt: skip
    if whole > limits.file_mb * MEGABYTE:
        raise OverLimit(
            _("{file}: unpacks to {size} MB, more than the {limit} MB allowed", file=name,
              size=-(-whole // MEGABYTE), limit=limits.file_mb),
            _("export a shorter period, or raise `file_mb` under [limits] in oms.toml"),
        )  # fmt: skip
    for entry in entries:
        if not _as_long_as_it_says(file, entry, size):
            raise UnreadableFile(_("{file}: a workbook that was cut off or damaged", file=name), _("download it again"))


def _check_kind(names: set[str], name: str) -> None:
    """Of the files that are ZIPs inside, only workbooks go on."""
    inside = {part.replace("\\", "/").casefold() for part in names}
    if any(part.startswith("xl/workbook.") for part in inside):
        return
    if "content.xml" in inside and "mimetype" in inside:  # OpenDocument
        return
    if any(part.startswith("index/") or part == "index.zip" for part in inside):
        raise UnreadableFile(_("{file}: a Numbers document", file=name), _("in Numbers choose Export To, CSV or Excel"))
    if any(part.startswith(("word/", "ppt/")) for part in inside):
        raise UnreadableFile(_("{file}: a text document or slides, not a table", file=name), _("save the table as XLSX or CSV"))
    raise UnreadableFile(_("{file}: a ZIP archive, not a workbook", file=name), _("unpack it and import what is inside"))


def _as_long_as_it_says(file: BinaryIO, entry: zipfile.ZipInfo, size: int) -> bool:
    """
    Whether an entry unpacks to no more than the directory announces.

    Only those are tried that could be large: DEFLATE packs no tighter than 1:1032.
    """
    if entry.compress_type != zipfile.ZIP_DEFLATED or entry.compress_size * 1032 <= max(RATIO_FROM, entry.file_size):
        return True
    file.seek(entry.header_offset)
    local = file.read(30)
    if len(local) < 30 or local[:4] != b"PK\x03\x04" or entry.compress_size > size:
        return False
    file.seek(int.from_bytes(local[26:28], "little") + int.from_bytes(local[28:30], "little"), 1)
    left, unpacked, inflate = entry.compress_size, 0, zlib.decompressobj(-15)
    try:
        while left and not inflate.eof:
            piece = file.read(min(left, PIECE))
            if not piece:
                return False
            left -= len(piece)
            while piece and not inflate.eof:
                unpacked += len(inflate.decompress(piece, PIECE))
                piece = inflate.unconsumed_tail
                if unpacked > entry.file_size:
                    return False
    except zlib.error:
        return False
    return True


def _encrypted(name: str) -> UnreadableFile:
    return UnreadableFile(
        _("{file}: locked with a password", file=name),
        _("open it with the password, save it without one and import that"),
    )


def _check_ole(file: BinaryIO, name: str) -> None:
    """
    A compound file: a workbook of Excel 97, or any newer one under a password, or another program's document.

    Told apart by the names of its streams, found without following its sectors.
    """
    streams = {stream: stream.encode("utf-16-le") for stream in ("EncryptedPackage", "Workbook", "Book")}
    found: set[str] = set()
    locked = False
    tail = b""
    file.seek(0)
    while piece := file.read(PIECE):
        window = tail + piece
        found |= {stream for stream, spelled in streams.items() if spelled in window}
        # The globals of a BIFF8 workbook begin with BOF (20 bytes); FILEPASS right after it means a password.
        at = window.find(b"\x09\x08\x10\x00\x00\x06\x05\x00")
        locked |= at >= 0 and window[at + 20 : at + 22] == b"\x2f\x00"
        tail = window[-64:]
    if "EncryptedPackage" in found or locked:
        raise _encrypted(name)
    if not found:
        raise UnreadableFile(
            _("{file}: an Office document without a workbook in it", file=name), _("save the table as XLSX or CSV")
        )


def _check_known(head: bytes, name: str) -> None:
    """Content with a name of its own that is no table."""
    for magic, called in _OTHERS:
        if head.startswith(magic):
            raise UnreadableFile(
                _("{file}: a {called} file, not a table", file=name, called=called),
                _("download the report as CSV or XLSX"),
            )
    for magic, called in _ARCHIVES:
        if head.startswith(magic):
            raise UnreadableFile(
                _("{file}: packed with {called}", file=name, called=called), _("unpack it and import what is inside")
            )
    text = head
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = head.decode("utf-16", "ignore").encode()
    markup = _MARKUP.match(text.removeprefix(b"\xef\xbb\xbf"))
    if markup is None:
        return
    if markup["tag"].lower() == b"?xml" and b"<html" not in text.lower():
        raise UnreadableFile(_("{file}: XML, not a table", file=name), _("open it in a spreadsheet and save it as XLSX or CSV"))
    raise UnreadableFile(
        _("{file}: a web page, not a table", file=name),
        _("sign in and download the report again, or open the page in a spreadsheet and save it as XLSX or CSV"),
    )


def _check_text(file: BinaryIO, head: bytes, name: str) -> None:
    """No NUL in text, except where a byte order mark says that every other byte may be one."""
    if head.startswith(_TEXT_BOMS):
        return
    file.seek(0)
    line = 1
    while piece := file.read(PIECE):
        at = piece.find(b"\x00")
        if at < 0:
            line += piece.count(b"\n")
            continue
        line += piece.count(b"\n", 0, at)
        if head.count(b"\x00") > len(head) // 4:
            raise UnreadableFile(
                _("{file}: not text, or UTF-16 without its byte order mark", file=name),
                _("open it in a spreadsheet and save it as `CSV UTF-8` or XLSX"),
            )
        raise UnreadableFile(
            _("{file}:{line}: a zero byte, which no text has", file=name, line=line),
            _("the file is damaged: download it again"),
        )
