"""
Frames as CSV and XLSX bytes. The same frame gives the same bytes, always.

A workbook's sheet is written as XML straight into the archive, made by column expressions: many times the speed of a
cell-by-cell writer, and enough for what we write: one table a sheet, a bold heading row that stays in view, texts that
stay text, numbers that are numbers.
"""

import re
import zipfile
from collections.abc import Collection, Mapping, Sequence
from io import BytesIO

import polars as pl

from oms.errors import OverLimit
from oms.words import _

_FORMULA = r"^[=+\-@\t\r\n]"
_PLAIN_NUMBER = r"^[+-][$€£¥]?\d[\d.,]*%?$"

#: Columns that are names of things, whatever they look like: their cells have the number format "text".
IDENTIFIERS = frozenset(
    (
        "sku", "kit_sku", "listing_sku", "barcode", "order_ref", "channel_order_id", "line_ref", "return_ref",
        "tracking", "postcode", "postcode_prefix", "phone", "reference", "hs_code",
    )
)  # fmt: skip
MOST_ROWS = 1_048_576
MOST_CHARACTERS = 32_767
SLICE = 20_000  # rows turned into XML at a time
NARROWEST, WIDEST = 8, 60
_COMPRESSION = 2  # sheets are repetitive: 4 takes twice the time for a twentieth less
_ILLEGAL = "[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]"
#: What makes a text more than text in XML or in a spreadsheet: markup, what XML forbids, edges of white, formulas.
_DELICATE = r"[&<>\r\n\x00-\x08\x0b\x0c\x0e-\x1f\x{fffe}\x{ffff}]|_x[0-9A-Fa-f]{4}_|  |^[ \t=+\-@]|[ \t]$"
_WIDE = "[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]"


def neutral(text: str) -> str:
    """`text` with an apostrophe before it where a spreadsheet could take it for a formula; plain numbers stay."""
    return "'" + text if re.match(_FORMULA, text) and not re.match(_PLAIN_NUMBER, text) else text


def neutral_expr(column: pl.Expr) -> pl.Expr:
    """As `neutral`, for a column of text."""
    formula = column.str.contains(_FORMULA) & ~column.str.contains(_PLAIN_NUMBER)
    return pl.when(formula).then("'" + column).otherwise(column)


def csv_bytes(
    frame: pl.DataFrame,
    *,
    delimiter: str = ",",
    encoding: str = "utf-8",
    bom: bool = False,
    newline: str = "\r\n",
    header: Sequence[str] | None = None,
    neutralise: bool = True,
    quoting: bool = True,
) -> bytes:
    """
    `frame` as delimited text; NULL and empty text are empty cells.

    `header` replaces the column names (the same name may stand twice); an empty one writes none. `neutralise` makes
    texts safe for spreadsheets (`neutral`). Without `quoting` nothing is quoted, and delimiters and line breaks in
    cells become spaces: what Amazon reads. Characters that `encoding` does not have become `?`.
    """
    names = list(frame.columns if header is None else header)
    frame = frame.rename(_bare)
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    cells = [pl.col(name) for name in texts]
    if neutralise:
        cells = [neutral_expr(cell) for cell in cells]
    if not quoting:
        cells = [cell.str.replace_all(rf"[\r\n{re.escape(delimiter)}]+", " ") for cell in cells]
    ready = frame.with_columns(pl.when(cell != "").then(cell).alias(name) for name, cell in zip(texts, cells, strict=True))
    if names and len(names) != frame.width:
        raise ValueError(f"{len(names)} headings for {frame.width} columns")
    text = ""
    if names:
        if neutralise:
            names = [neutral(name) for name in names]
        heading = pl.DataFrame([names], schema=[f"c{at}" for at in range(len(names))], orient="row")
        text = _delimited(heading, delimiter, newline, quoting)
    text += _delimited(ready, delimiter, newline, quoting)
    return ("\ufeff" * bom + text).encode(encoding, "replace")


def _bare(name: str) -> str:
    """A name that polars takes for a name and not for a pattern, as it would `^.*$` and `*`."""
    return f"\0{name}"


def _delimited(frame: pl.DataFrame, delimiter: str, newline: str, quoting: bool) -> str:
    return frame.write_csv(
        include_header=False, separator=delimiter, line_terminator=newline,
        quote_style="necessary" if quoting else "never",
    )  # fmt: skip


def xlsx_bytes(
    sheets: Mapping[str, pl.DataFrame],
    *,
    widths: Mapping[str, float] | None = None,
    identifiers: Collection[str] = IDENTIFIERS,
    neutralise: bool = True,
) -> bytes:
    """
    A workbook with a sheet for each of `sheets` (name -> frame): bold headings, frozen, columns as wide as needed.

    Numbers are numbers (whole ones of more than 15 digits text, a spreadsheet would round them), all else is text;
    dates are ISO text. Columns named in `identifiers` have the format "text", so that a program that saves the file
    again keeps `007` as it is; their cells stand as they are and can be no formula. `neutralise` makes other texts
    safe even after somebody saves the sheet as CSV. `widths` (characters) by column name overrules the measured ones.

    Raises OverLimit when a frame has more rows than a sheet can hold.
    """
    titles = _sheet_names(list(sheets))
    sheets = {name: frame.rename(_bare) for name, frame in sheets.items()}
    identifiers = frozenset(map(_bare, identifiers))
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, text in _parts(titles).items():
            archive.writestr(_entry(part), text.encode())
        for number, (name, frame) in enumerate(sheets.items(), 1):
            if frame.height >= MOST_ROWS:
                raise OverLimit(
                    _("{name}: {count} rows, more than a sheet can hold", name=name, count=frame.height),
                    _("write CSV instead"),
                )
            with archive.open(_entry(f"xl/worksheets/sheet{number}.xml"), "w", force_zip64=False) as out:
                out.write(_above(frame, {_bare(each): width for each, width in (widths or {}).items()}).encode())
                plain = _plain(frame)
                for start in range(0, frame.height, SLICE):
                    piece = frame.slice(start, SLICE)
                    out.write("".join(_rows(piece, start + 2, identifiers, neutralise, plain)).encode())
                out.write(b"</sheetData></worksheet>")
    return buffer.getvalue()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 0
    # Before Python 3.13 an opened entry has no public way to say it, and the archive's own level does not count.
    entry._compresslevel = _COMPRESSION  # type: ignore[attr-defined]
    return entry


def _plain(frame: pl.DataFrame) -> set[str]:
    """The columns of text that hold nothing delicate: most of them, and they can be written as they are."""
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    delicate = [
        (pl.col(name).str.contains(_DELICATE) | (pl.col(name).str.len_bytes() > MOST_CHARACTERS)).any().alias(name)
        for name in texts
    ]
    found = frame.select(delicate).row(0, named=True) if texts else {}
    return {name for name, is_delicate in found.items() if not is_delicate}


def _rows(frame: pl.DataFrame, first: int, identifiers: Collection[str], neutralise: bool, plain: Collection[str]) -> pl.Series:
    """One `<row>` a row; `first` is the number of the first one in the sheet, `plain` as `_plain` found."""
    number = pl.int_range(first, first + pl.len(), dtype=pl.Int64).cast(pl.String)
    cells = [
        _text_xml(name, _letters(at), identifiers)
        if name in plain
        else _cell_xml(name, dtype, _letters(at), identifiers, neutralise)
        for at, (name, dtype) in enumerate(frame.schema.items())
    ]
    row = pl.concat_str([pl.lit('<row r="'), pl.col("\1row"), pl.lit('">'), *cells, pl.lit("</row>")], ignore_nulls=True)
    return frame.with_columns(number.alias("\1row")).select(row).to_series()


def _text_xml(name: str, letters: str, identifiers: Collection[str]) -> pl.Expr:
    """One column of plain text as `<c>` elements; NULL where there is nothing to write."""
    style = ' s="2"' if name in identifiers else ""
    cell = pl.concat_str(
        [pl.lit(f'<c r="{letters}'), pl.col("\1row"), pl.lit(f'"{style} t="inlineStr"><is><t>'), pl.col(name),
         pl.lit("</t></is></c>")]
    )  # fmt: skip
    return pl.when(pl.col(name) != "").then(cell)


def _cell_xml(name: str, dtype: pl.DataType, letters: str, identifiers: Collection[str], neutralise: bool) -> pl.Expr:
    """One column as `<c>` elements; NULL where there is nothing to write."""
    column = pl.col(name)
    number: pl.Expr | None = None
    text = column.cast(pl.String)
    if dtype.is_integer():
        number = pl.when(column.abs() < 10**15).then(text)
    elif dtype.is_float():
        number = pl.when(column.is_finite()).then(text)
        text = pl.lit(None, pl.String)
    elif dtype.is_decimal():
        number = text
    elif dtype == pl.Boolean:
        flag = pl.when(column).then(pl.lit("1")).when(~column).then(pl.lit("0"))
        return pl.concat_str([pl.lit(f'<c r="{letters}'), pl.col("\1row"), pl.lit('" t="b"><v>'), flag, pl.lit("</v></c>")])
    style = ' s="2"' if name in identifiers else ""
    if neutralise and name not in identifiers and dtype == pl.String:
        text = neutral_expr(text)
    as_text = pl.concat_str(
        [
            pl.lit(f'<c r="{letters}'), pl.col("\1row"),
            pl.lit(f'"{style} t="inlineStr"><is><t xml:space="preserve">'), _escaped_expr(text),
            pl.lit("</t></is></c>"),
        ]
    )  # fmt: skip
    as_text = pl.when(text != "").then(as_text)
    if number is None:
        return as_text
    as_number = pl.concat_str([pl.lit(f'<c r="{letters}'), pl.col("\1row"), pl.lit('"><v>'), number, pl.lit("</v></c>")])
    return pl.coalesce(as_number, as_text)


def _escaped_expr(text: pl.Expr) -> pl.Expr:
    """Text as XML: no character that XML forbids, line breaks as `\\n`, and what Excel would decode made literal."""
    return (
        text.str.slice(0, MOST_CHARACTERS)
        .str.replace_all("\r\n?", "\n")
        .str.replace_all(_ILLEGAL, "")
        .str.replace_all("_x([0-9A-Fa-f]{4}_)", "_x005F_x${1}")
        .str.replace_many(["&", "<", ">"], ["&amp;", "&lt;", "&gt;"])
    )


def _escaped(text: str) -> str:
    return str(pl.select(_escaped_expr(pl.lit(text))).item()).replace('"', "&quot;")


def _letters(index: int) -> str:
    """0 -> A, 25 -> Z, 26 -> AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _above(frame: pl.DataFrame, widths: Mapping[str, float]) -> str:
    """The sheet up to and with its heading row."""
    measured = _measure(frame)
    columns = "".join(
        f'<col min="{at}" max="{at}" width="{widths.get(name, measured[name]):g}" customWidth="1"/>'
        for at, name in enumerate(frame.columns, 1)
    )
    headings = "".join(
        f'<c r="{_letters(at)}1" s="1" t="inlineStr"><is><t xml:space="preserve">{_escaped(name[1:])}</t></is></c>'
        for at, name in enumerate(frame.columns)
    )
    last = f"{_letters(max(frame.width, 1) - 1)}{frame.height + 1}"
    return (
        f'{_XML}<worksheet xmlns="{_MAIN}"><dimension ref="A1:{last}"/><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
        '<selection pane="bottomLeft" activeCell="A2" sqref="A2"/></sheetView></sheetViews>'
        '<sheetFormatPr defaultRowHeight="15"/>'
        + (f"<cols>{columns}</cols>" if columns else "")
        + f'<sheetData><row r="1">{headings}</row>'
    )


def _measure(frame: pl.DataFrame) -> dict[str, float]:
    """Width of every column in characters, Chinese ones counting two; the longest line decides."""

    def width(text: pl.Expr) -> pl.Expr:
        return text.str.len_chars() + text.str.count_matches(_WIDE)

    names = {name: _width_of(name[1:]) for name in frame.columns}
    if not frame.height:
        return {name: float(min(max(found + 2, NARROWEST), WIDEST)) for name, found in names.items()}
    some = frame.head(SLICE).select(width(pl.col(name).cast(pl.String)).max().alias(name) for name in frame.columns)
    longest = some.row(0, named=True)
    return {name: float(min(max(found + 2, (longest[name] or 0) + 2, NARROWEST), WIDEST)) for name, found in names.items()}


def _width_of(text: str) -> int:
    return len(text) + len(re.findall(_WIDE, text))


def _sheet_names(names: list[str]) -> list[str]:
    """Names as Excel takes them: 31 characters, none of `[]:*?/\\`, no two alike."""
    found: list[str] = []
    for name in names or ["Sheet1"]:
        bare = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", name).strip().strip("'")[:31] or f"Sheet{len(found) + 1}"
        again, known = 2, {each.casefold() for each in found}
        distinct = bare
        while distinct.casefold() in known:
            distinct = f"{bare[: 31 - len(str(again)) - 1]} {again}"
            again += 1
        found.append(distinct)
    return found


_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_STYLES = f"""{_XML}<styleSheet xmlns="{_MAIN}">\
<fonts count="2"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font>\
<font><b/><sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts>\
<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>\
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>\
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>\
<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>\
<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>\
<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" quotePrefix="1"/></cellXfs>\
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>"""


def _parts(titles: list[str]) -> dict[str, str]:
    """Every part of the archive but the sheets, by its name."""
    numbers = range(1, len(titles) + 1)
    sheet_type = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{sheet_type}.worksheet+xml"/>' for n in numbers
    )
    sheet_list = "".join(
        f'<sheet name="{_escaped(title)}" sheetId="{n}" r:id="rId{n}"/>' for n, title in zip(numbers, titles, strict=True)
    )
    relations = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/relationships/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in numbers
    )
    styles = f"rId{len(titles) + 1}"
    return {
        "[Content_Types].xml": f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{sheet_type}.sheet.main+xml"/>{overrides}'
        f'<Override PartName="/xl/styles.xml" ContentType="{sheet_type}.styles+xml"/>'
        '<Override PartName="/docProps/core.xml" '
        'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>',
        "_rels/.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/relationships/officeDocument" Target="xl/workbook.xml"/>'
        f'<Relationship Id="rId2" Type="{_PACKAGE}/relationships/metadata/core-properties" '
        'Target="docProps/core.xml"/></Relationships>',
        "docProps/core.xml": f'{_XML}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:creator>oms</dc:creator>'
        '<dcterms:created xsi:type="dcterms:W3CDTF">1980-01-01T00:00:00Z</dcterms:created></cp:coreProperties>',
        "xl/workbook.xml": f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}/relationships">'
        f'<bookViews><workbookView/></bookViews><sheets>{sheet_list}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{relations}'
        f'<Relationship Id="{styles}" Type="{_OFFICE}/relationships/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": _STYLES,
    }  # fmt: skip
