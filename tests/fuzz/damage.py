"""
What happens to files between a channel and `oms`: hypothesis strategies that take a good sample and spoil it.

`OMS_FUZZ=N` tries N files a test and other ones each time; without it few are tried, always the same.
"""

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from oms.config import Limits
from oms.sheets.read import load, peek
from oms.sheets.write import xlsx_bytes

DATA = Path(__file__).parent.parent / "data" / "channels"
SAMPLES = sorted(path for path in DATA.rglob("*") if path.suffix in (".csv", ".tsv", ".txt"))
MOST_ROWS = 12  # of a sample: enough for orders of several rows
MORE = int(os.environ.get("OMS_FUZZ", "0"))


def tries(examples: int) -> settings:
    """Settings of a test that tries `examples` files, or as many as `OMS_FUZZ` says."""
    return settings(
        max_examples=MORE or examples, derandomize=not MORE, deadline=None, database=None,
        suppress_health_check=list(HealthCheck), phases=[Phase.generate, Phase.shrink],
    )  # fmt: skip


#: Cells that spreadsheets, people and programs leave behind.
CELLS = (
    "", " ", "\t", "0", "00", "-0", "-1", "1.0", "1,5", "1.5", "1e400", "nan", "NaN", "inf", "-inf", "null", "None", "N/A",
    "1.23457E+12", "1E+999", "12345678901234567890", "9" * 400, "99999999999999", "0x10", "1_000", "١٢٣", "１２", "½", "²", "Ⅷ",
    "4-Mar", "Mar-04", "2026-02-30", "2026-11-22", "0000-00-00", "0001-01-01 00:00:00", "9999-12-31T23:59:59Z",
    "2026-13-01 25:61:61", "2026-03-08 02:30:00", "2026-11-01 01:30:00", "31/12/2026 23:59:59", "12/31/2026 11:59 PM",
    "2026-11-22T10:00:00+99:99", "2026-11-22 10:00:00 -9999", "45000", "45000.123456789", "-45000", "99999", "24:00",
    "$", "$1,000.00", "1.000,00 €", "(3.00)", "--3", "1'200.50", "R$ 52.90", "1.112.250 ₫", "(((", "€" * 70, "USD",
    "#N/A", "#REF!", "=1+1", "=cmd|' /C calc'!A0", '="007"', "'007", "'", "''", "@SUM(1)", "+1", "-", "—", "*", "%", "&amp;",
    '"', '""', 'a"b', '",', "a,b", "a;b", "a\tb", "a|b", "a\nb", "a\r\nb", "\r", "\\", "\\n", "[/b]", "[red]", "{0}", "%s",
    "\ufeff", "\u200b", "\u00a0", "\u202e", "\ufffd", "\U0001f600", "e\u0301", "ß", "İ", "ſ", "杯子", "マグ", "ﾏｸﾞ",
    "paid", "PAID", "true", "False", "yes", "否", "US", "us", "United States", "Neverland", "CN", "NJ", "CA",
    "cancelled", "Shipped", "To ship", "voided", "refunded", "partially_refunded", "07030", "7030", "4006381333931", "x" * 5000,
)  # fmt: skip
#: Headings that mean something to somebody, and some that mean nothing.
HEADINGS = (
    "", " ", "row", "order_no", "sku", "SKU", "quantity", "Quantity", "title", "Order ID", "order_ref", "订单号", "数量",
    "location", "NJ", "CA", "on_hand", "channel", "status", "oms_reason", "value", "cell", "column_1", "literal", "\ufeffsku",
    "a" * 300, "x\ny", '"', "count", "len", "position", "line_key", "Id", "Name", "^.*$", "*", "\0",
)  # fmt: skip
_TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
_CELL = st.sampled_from(CELLS) | st.sampled_from(CELLS) | _TEXT
_HEADING = st.sampled_from(HEADINGS) | _TEXT
_BYTES = (0, 9, 10, 13, 34, 44, 92, 0x81, 0xA0, 0xFF)
_DEEDS = ("cell", "cell", "cell", "column", "heading", "double", "drop", "swap", "short", "long", "blank")
ENCODINGS = ("utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "gb18030", "cp932", "big5", "cp1252",
             "cp1251", "mac_roman", "utf-7")  # fmt: skip


@dataclass(frozen=True)
class Spoiled:
    """A file as it came out: how it is called and what is in it."""

    name: str
    data: bytes


@cache
def table_of(path: Path) -> tuple[tuple[str, ...], ...]:
    """The headings and the first rows of a sample."""
    limits = Limits()
    seen = peek(path, limits)
    rows = load(seen, limits).frame.drop("row").head(MOST_ROWS).rows()
    return (seen.headings, *(tuple(cell or "" for cell in row) for row in rows))


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    """A sample's rows with headings and cells changed, rows moved, doubled, shortened, lengthened."""
    table = [list(row) for row in table_of(draw(st.sampled_from(SAMPLES)))]
    width = len(table[0])
    columns = st.integers(0, width - 1)
    for _ in range(draw(st.integers(0, 6))):
        row = draw(st.integers(0, max(0, len(table) - 1)))
        cells = table[row]
        match draw(
            st.sampled_from(("cell", "cell", "cell", "column", "heading", "double", "drop", "swap", "short", "long", "blank"))
        ):
            case "cell" if row and cells:
                cells[draw(columns) % len(cells)] = draw(_CELL)
            case "column":
                at, cell = draw(columns), draw(_CELL)
                for each in table[1:]:
                    if at < len(each):
                        each[at] = cell
            case "heading":
                table[0][draw(columns) % len(table[0])] = draw(_HEADING | st.sampled_from(table[0]))
            case "double":
                table.insert(draw(st.integers(1, len(table))), list(cells))
            case "drop" if row and len(table) > 1:
                del table[row]
            case "swap" if len(cells) > 1:
                a, b = draw(columns) % len(cells), draw(columns) % len(cells)
                cells[a], cells[b] = cells[b], cells[a]
            case "short" if row:
                del cells[draw(columns) :]
            case "long":
                cells += draw(st.lists(_CELL, min_size=1, max_size=3))
            case "blank" if row:
                table[row] = [""] * len(cells)
            case _:
                pass
    return table


@st.composite
def files(draw: st.DrawFn) -> Spoiled:
    """A spoiled table as a file: any delimiter, quotes, encoding and line end, a workbook; cut off, bytes changed."""
    table = draw(tables())
    if draw(st.integers(0, 9)) == 0:
        return Spoiled("file.xlsx", _bitten(draw, _workbook(table)) if draw(st.booleans()) else _workbook(table))
    delimiter, end = draw(st.sampled_from(",,,\t;|")), draw(st.sampled_from(("\r\n", "\n", "\r")))
    quoted = draw(st.sampled_from((_quoted_where_needed, _quoted_where_needed, _quoted, str)))
    body = "".join(delimiter.join(map(quoted, row)) + end for row in table)
    text = draw(st.sampled_from(("", "", "", "sep=,\n", "\n\n", "Report of November\n\n"))) + body
    data = text.encode(draw(st.sampled_from(ENCODINGS)), "replace")
    return Spoiled(draw(st.sampled_from(("file.csv", "file.txt", "file.xls", "file"))), _bitten(draw, data))


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


def _quoted_where_needed(cell: str) -> str:
    return _quoted(cell) if set(cell) & set(',;|"\t\r\n') else cell


def _workbook(table: list[list[str]]) -> bytes:
    width = max(map(len, table))
    rows = [[*row, *[""] * (width - len(row))] for row in table]
    frame = pl.DataFrame([[cell[:32_000] for cell in column] for column in zip(*rows[1:], strict=True)] or [[]] * width,
                         schema=[(str(at), pl.String) for at in range(width)])  # fmt: skip
    seen: dict[str, int] = {}
    names = []
    for cell in rows[0]:
        if cell == "*" or cell.startswith("^"):
            cell += "\u200b"
        seen[cell] = seen.get(cell, 0) + 1
        names.append(cell if seen[cell] == 1 else cell + "\u200b" * (seen[cell] - 1))
    if len(set(names)) < width:
        names = [str(at) for at in range(width)]
    frame.columns = names
    return xlsx_bytes({"Sheet": frame}, neutralise=False)


def _bitten(draw: st.DrawFn, data: bytes) -> bytes:
    """`data` cut off, or with some of its bytes others."""
    match draw(st.sampled_from(("whole", "whole", "whole", "cut", "bytes", "hole", "twice"))):
        case "cut":
            return data[: draw(st.integers(0, len(data)))]
        case "bytes":
            spoiled = bytearray(data)
            for _ in range(draw(st.integers(1, 4))):
                if spoiled:
                    spoiled[draw(st.integers(0, len(spoiled) - 1))] = draw(st.sampled_from(_BYTES))
            return bytes(spoiled)
        case "hole":
            begin = draw(st.integers(0, len(data)))
            return data[:begin] + data[begin + draw(st.integers(0, 40)) :]
        case "twice":
            return data + data
        case _:
            return data
