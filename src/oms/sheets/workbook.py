"""
XLSX, XLS, XLSB and ODS as text cells, through calamine (fastexcel).

Everything is read as text: whole numbers without `.0`, dates as `2026-04-01 10:00:00`. A stale sheet dimension or rows
that are all numbered 1 do not matter: calamine goes by the references of the cells.
"""

from pathlib import Path

import fastexcel
import polars as pl

from oms.errors import UnreadableFile
from oms.words import _

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
LONG = r"^\d{16,}$"  # a spreadsheet keeps 15 digits of a number


def is_workbook(path: Path) -> bool:
    """By its first bytes, whatever it is called."""
    with path.open("rb") as file:
        return file.read(4).startswith((_ZIP, _OLE))


def shown_cells(package: bytes) -> tuple[str, pl.DataFrame]:
    """The sheet of a workbook that `grid` gives: its name, and its cells as String columns."""
    reader = fastexcel.read_excel(package)
    for name in reader.sheet_names:
        sheet = reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
        if sheet.visible == "visible" and sheet.width and sheet.height:
            break
    return str(name), sheet.to_polars()


def grid(path: Path) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """
    The cells of the first sheet that is shown and not empty, as String columns and `row` (from 1); and notes.

    Raises UnreadableFile when it is no workbook or has no such sheet.
    """
    try:
        reader = fastexcel.read_excel(path)
        found: tuple[str, pl.DataFrame] | None = None
        others = []
        for name in reader.sheet_names:
            sheet = reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
            if sheet.visible != "visible" or sheet.width == 0 or sheet.height == 0:
                continue
            if found is None:
                found = (name, sheet.to_polars())
            else:
                others.append(name)
    except fastexcel.FastExcelError as error:
        raise UnreadableFile(
            _("{file}: not a workbook that can be read: {error}", file=path.name, error=str(error).splitlines()[0]),
            _("open it in a spreadsheet and save it as XLSX or CSV"),
        ) from error
    if found is None:
        raise UnreadableFile(_("{file}: the workbook has no cells", file=path.name), _("save it again with its rows in it"))
    notes: tuple[str, ...] = ()
    if others:
        unread = ", ".join(f"`{name}`" for name in others)
        notes = (_("read sheet `{sheet}`; not read: {others}", sheet=found[0], others=unread),)
    cells = found[1]
    rows = pl.int_range(1, cells.height + 1, dtype=pl.Int64, eager=True).alias("row")
    return cells.rename({old: f"c{at}" for at, old in enumerate(cells.columns)}).with_columns(rows), notes


def with_mangled(path: Path, frame: pl.DataFrame, places: list[int]) -> pl.DataFrame:
    """
    `frame` (columns at `places` of the sheet, and `row`) with long numbers as the spreadsheet really keeps them.

    An identifier of more than 15 digits that was stored as a number has lost its end; text of as many digits has not.
    Those numbers become `5.83812E+17`, so that columns of identifiers refuse them.
    """
    names = [name for name in frame.columns if name != "row"]
    long = frame.select(pl.col(name).str.contains(LONG).any() for name in names)
    suspects = [(name, place) for name, place in zip(names, places, strict=True) if long[name].item()]
    if not suspects:
        return frame
    reader = fastexcel.read_excel(path)
    for name in reader.sheet_names:
        sheet = reader.load_sheet(
            name, header_row=None, skip_rows=0, dtypes="boolean", use_columns=[place for _name, place in suspects]
        )
        if sheet.visible == "visible" and sheet.width and sheet.height:
            break
    numbers = sheet.to_polars()
    marks = pl.DataFrame(
        [numbers.to_series(at).is_not_null().alias(f"\0{name}") for at, (name, _place) in enumerate(suspects)]
    ).with_columns(row=pl.int_range(1, pl.len() + 1, dtype=pl.Int64))
    marked = frame.join(marks, on="row", how="left", maintain_order="left")
    changes = []
    for name, _place in suspects:
        stored = marked.filter(pl.col(f"\0{name}") & pl.col(name).str.contains(LONG))[name].unique().to_list()
        changes.append(
            pl.when(pl.col(f"\0{name}") & pl.col(name).str.contains(LONG))
            .then(pl.col(name).replace({text: f"{float(text):.5E}" for text in stored}))
            .otherwise(pl.col(name))
            .alias(name)
        )
    return marked.with_columns(changes).select(frame.columns)
