"""
Whole numbers put into the cells of somebody else's workbook, and nothing else changed.

A marketplace takes back the workbook it handed out: with its hidden sheets, validations and key columns. Programs that
read a workbook and save it again drop some of these, so only the bytes of the cells in question are exchanged, inside
the XML of their sheet; every other part of the package is copied as it is.
"""

import re
import zipfile
from collections.abc import Mapping
from copy import copy
from io import BytesIO
from pathlib import Path, PurePosixPath
from xml.parsers import expat

import polars as pl
from defusedxml import ElementTree

from oms.errors import UnreadableFile
from oms.sheets.workbook import shown_cells
from oms.words import _

_RELATIONS = "{http://schemas.openxmlformats.org/package/2006/relationships}"
#: Excel writes the first of these, and the second in "strict" workbooks.
_ID = (
    "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id",
    "{http://purl.oclc.org/ooxml/officeDocument/relationships}id",
)
_TYPE = re.compile(rb"\s+t\s*=\s*(?:\"[^\"]*\"|'[^']*')")

Cell = tuple[int, int]  # row and column, from 1


def filled(path: Path, numbers: Mapping[Cell, int]) -> bytes:
    """
    The workbook at `path` with `numbers` in cells of the sheet that is read; a column is counted among those of `grid`.

    The result is read again: UnreadableFile where anything else in the sheet would be another than before.
    """
    package = path.read_bytes()
    sheet, before = shown_cells(package)
    with zipfile.ZipFile(BytesIO(package)) as archive:
        left_out = _first_column(archive.read(_part(archive, sheet))) - 1
    data = patched(package, sheet, {(row, column + left_out): number for (row, column), number in numbers.items()})
    after = shown_cells(data)[1]
    wanted: dict[int, tuple[list[int], list[str]]] = {}
    for (row, column), number in numbers.items():
        rows, texts = wanted.setdefault(column, ([], []))
        rows.append(row - 1)
        texts.append(str(number))
    expected = before.with_columns(
        pl.Series(before.columns[column - 1], before.to_series(column - 1).scatter(rows, texts))
        for column, (rows, texts) in wanted.items()
    )
    if not expected.equals(after):
        raise UnreadableFile(_("{file}: numbers put into it do not read back as they are", file=path.name),
                             _("download the file again and leave it as it is"))  # fmt: skip
    return data


def patched(package: bytes, sheet: str, numbers: Mapping[Cell, int]) -> bytes:
    """
    `package`, an XLSX, with `numbers` in the cells of the sheet called `sheet`.

    A cell keeps its style. A cell that is not there yet is made behind the last one before it in its row.
    Raises UnreadableFile for a sheet or row that is not there, and for a cell that holds a formula.
    """
    with zipfile.ZipFile(BytesIO(package)) as archive:
        part = _part(archive, sheet)
        buffer = BytesIO()
        with zipfile.ZipFile(buffer, "w") as out:
            out.comment = archive.comment
            for entry in archive.infolist():
                data = archive.read(entry)
                out.writestr(copy(entry), _exchanged(data, numbers) if entry.filename == part else data)
    return buffer.getvalue()


def _part(archive: zipfile.ZipFile, sheet: str) -> str:
    """The part of the package that holds `sheet`."""
    book = _target(archive, "_rels/.rels", PurePosixPath(), kind="/officeDocument")
    tree = ElementTree.fromstring(archive.read(book))
    for element in tree.iter():
        if element.tag.endswith("}sheet") and element.get("name") == sheet:
            relation = next(filter(None, map(element.get, _ID)), "")
            path = PurePosixPath(book)
            return _target(archive, f"{path.parent}/_rels/{path.name}.rels", path.parent, identity=relation)
    raise UnreadableFile(_("the workbook has no sheet `{sheet}`", sheet=sheet))


def _target(archive: zipfile.ZipFile, relations: str, base: PurePosixPath, *, kind: str = "", identity: str = "") -> str:
    for each in ElementTree.fromstring(archive.read(relations)).iter(f"{_RELATIONS}Relationship"):
        if each.get("Id") == identity or (kind and each.get("Type", "").endswith(kind)):
            target = str(each.get("Target", ""))
            return str(PurePosixPath("/") / base / target).lstrip("/")
    raise UnreadableFile(_("the workbook has lost its parts"), _("download it again"))


def _exchanged(xml: bytes, numbers: Mapping[Cell, int]) -> bytes:
    found, before = _places(xml, numbers)
    edits: list[tuple[int, int, bytes]] = []
    for cell, number in sorted(numbers.items()):
        if cell in found:
            begin, end = found[cell]
            edits.append((begin, end, _with_number(xml[begin:end], number, cell)))
        elif cell in before:
            _column, end = before[cell]
            edits.append((end, end, _new_cell(xml, number, cell)))
        else:
            raise UnreadableFile(_("the sheet has no row {row}", row=cell[0]), _("download the file again"))
    pieces, at = [], 0
    for begin, end, text in sorted(edits, key=lambda edit: edit[:2]):
        pieces += [xml[at:begin], text]
        at = end
    return b"".join([*pieces, xml[at:]])


def _places(xml: bytes, numbers: Mapping[Cell, int]) -> tuple[dict[Cell, tuple[int, int]], dict[Cell, tuple[int, int]]]:
    """
    Where the wanted cells stand, from and to, in bytes; and for each the last cell before it in its row: column and end.

    A cell goes by its own reference: some exports number all rows 1, each around a single cell.
    """
    if xml.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableFile(_("the sheet is not UTF-8"), _("download the file again"))
    wanted: dict[int, list[int]] = {}
    for row, column in numbers:
        wanted.setdefault(row, []).append(column)
    found: dict[Cell, tuple[int, int]] = {}
    before: dict[Cell, tuple[int, int]] = {}
    at, begin = (0, 0), 0
    parser = expat.ParserCreate()

    def started(name: str, attributes: dict[str, str]) -> None:
        nonlocal at, begin
        match name.rpartition(":")[2]:
            case "row":
                at = int(attributes.get("r", at[0] + 1)), 0
            case "c":
                at = _cell(attributes.get("r"), (at[0], at[1] + 1))
                begin = parser.CurrentByteIndex

    def ended(name: str) -> None:
        if at[0] not in wanted or name.rpartition(":")[2] != "c":
            return
        end = parser.CurrentByteIndex  # behind an element without content, at the closing tag of any other
        if end == begin or xml.startswith(b"</%s" % name.encode(), end):
            end = xml.index(b">", end) + 1
        if at in numbers:
            found[at] = begin, end
        for column in wanted[at[0]]:
            if before.get((at[0], column), (0, 0))[0] < at[1] < column:
                before[at[0], column] = at[1], end

    parser.StartElementHandler, parser.EndElementHandler = started, ended
    _parse(parser, xml)
    return found, before


def _first_column(xml: bytes) -> int:
    """The first column with anything in it: readers leave out the empty ones before it."""
    first, at = 0, (0, 0)
    parser = expat.ParserCreate()

    def started(name: str, attributes: dict[str, str]) -> None:
        nonlocal first, at
        match name.rpartition(":")[2]:
            case "row":
                at = int(attributes.get("r", at[0] + 1)), 0
            case "c":
                at = _cell(attributes.get("r"), (at[0], at[1] + 1))
            case "v" | "is":
                first = min(first or at[1], at[1])

    parser.StartElementHandler = started
    _parse(parser, xml)
    return first or 1


def _parse(parser: expat.XMLParserType, xml: bytes) -> None:
    """Runs `parser`; entities of a document type of its own could grow without end."""

    def refused(*_args: object) -> None:
        raise UnreadableFile(_("the sheet declares a document type of its own"), _("download the file again"))

    parser.StartDoctypeDeclHandler = refused
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as error:
        raise UnreadableFile(_("the sheet is damaged: {error}", error=error), _("download the file again")) from None


def _cell(reference: str | None, otherwise: Cell) -> Cell:
    """`C7` as (7, 3)."""
    match = re.fullmatch(r"([A-Z]+)(\d+)", reference or "")
    if match is None:
        return otherwise
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]), column


def _with_number(element: bytes, number: int, cell: Cell) -> bytes:
    """A `<c>` element with another content and no type: a number."""
    opened = element[: element.index(b">")].rstrip(b"/ ")
    name = opened.split(None, 1)[0][1:]
    prefix = name[:-1]
    if re.search(rb"<" + prefix + rb"f[\s/>]", element):
        raise UnreadableFile(_("cell {cell}: a formula, where a number belongs", cell=_reference(cell)),
                             _("download the file again and leave it as it is"))  # fmt: skip
    return b"%s><%sv>%d</%sv></%s>" % (_TYPE.sub(b"", opened), prefix, number, prefix, name)


def _new_cell(xml: bytes, number: int, cell: Cell) -> bytes:
    prefix = re.search(rb"<((?:[^\s/>:]+:)?)sheetData", xml)
    name = (prefix[1] if prefix else b"") + b"c"
    return _with_number(b'<%s r="%s"/>' % (name, _reference(cell).encode()), number, cell)


def _reference(cell: Cell) -> str:
    row, column = cell
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"
