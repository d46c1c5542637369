"""`oms export`: what came or changed, for an ERP or a bookkeeper; or the whole store as tables."""

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl

from oms.core.pick import local_time
from oms.errors import Refused
from oms.flow.export_format import DEFAULT, LINE_MONEY, MOVE_MONEY, ORDER_MONEY, ORDER_VALUES, ExportFormat, load_format
from oms.flow.ship_order import moment
from oms.flow.shop import Shop
from oms.model.money import EXPONENTS
from oms.model.states import Move
from oms.sheets.layout import arranged, distinct, headings
from oms.sheets.write import IDENTIFIERS, csv_bytes, xlsx_bytes
from oms.store import exporting
from oms.store.batch import Document
from oms.words import _
from oms.workspace import make_private_folder, write_private

FOLDER = "exports"


@dataclass(frozen=True)
class ExportReport:
    """The files of one export; `since` is the batch after which things count as new, `rows` says how many a table has."""

    format: str
    since: int
    batch: int | None = None
    documents: tuple[Document, ...] = ()
    rows: dict[str, int] = field(default_factory=dict)
    exit_code: int = 0

    def json(self) -> dict[str, Any]:
        """Keys: batch, format, since (batch), documents, rows{table: count}."""
        documents = [document.json() for document in self.documents]
        return {"batch": self.batch, "format": self.format, "since": self.since, "documents": documents, "rows": self.rows}


class _NothingNew(Exception):
    """Rolls the batch back: nothing came or changed."""


def export(shop: Shop, name: str | None = None, *, since: str | None = None, dry_run: bool = False) -> ExportReport:
    """
    Write what came or changed since the last export by the template `name`, or since a time as a person writes it.

    Raises ConfigError for a template that cannot be used, UsageError.
    """
    form = load_format(shop.root, name)
    called = name or DEFAULT
    zone = shop.config.business.timezone
    then = moment(since, zone, start=True) if since else None
    report = ExportReport(called, 0)
    try:
        with shop.store.write(
            "export", shop.now, config=shop.config, words=shop.words, wait=shop.wait, dry_run=dry_run
        ) as batch:
            conn = batch.conn
            last = exporting.last_export(conn, called) if then is None else exporting.last_before(conn, then)
            report = ExportReport(called, last, documents=tuple(batch.recovered))
            tables = dict(_tables(form, exporting.order_lines(conn, last), exporting.moves(conn, last), zone))
            rows = {table: frame.height for table, frame in tables.items()}
            if not any(rows.values()):
                raise _NothingNew
            for file, data in _files(form, called, {table: frame for table, frame in tables.items() if frame.height}):
                batch.document("export", file, data)
            batch.summary({"format": called, **rows})
            report = ExportReport(called, last, batch.id, (*batch.recovered, *batch.documents), rows)
    except _NothingNew:
        pass
    return report


def _tables(form: ExportFormat, lines: pl.DataFrame, moves: pl.DataFrame, zone: str) -> Iterator[tuple[str, pl.DataFrame]]:
    """The tables of the template: columns `0`, `1` … as it says."""
    first = pl.col("order_id").is_first_distinct()
    kept = pl.col("ordered") - pl.col("cancelled")
    orders = lines.with_columns(
        line_total=pl.col("unit_price") * kept - pl.col("line_discount").fill_null(0),
        external=pl.when(pl.col("external") == 1).then(pl.lit("yes")),
    ).with_columns(
        local_time("placed_at", zone, form.dates),
        *(pl.when(first).then(_amount(name, form.decimal)).alias(name) for name in ORDER_MONEY),  # to be summed: once
        *(_amount(name, form.decimal).alias(name) for name in LINE_MONEY),
    )
    if form.continuation == "blank":
        orders = orders.with_columns(pl.when(first).then(pl.col(name)).alias(name) for name in ORDER_VALUES)
    moves = moves.with_columns(value=pl.col("cost") * pl.col("quantity")).with_columns(
        local_time("happened_at", zone, form.dates), *(_amount(name, form.decimal).alias(name) for name in MOVE_MONEY)
    )
    known = {"orders": orders, "moves": moves, "receipts": moves.filter(pl.col("kind") == Move.RECEIPT.value)}
    for table, columns in form.tables.items():
        yield table, arranged(known[table], columns)


def _amount(name: str, decimal: str) -> pl.Expr:
    """Minor units of the row's currency as a decimal number."""
    digits = pl.col("currency").replace_strict(EXPONENTS, default=2, return_dtype=pl.Int64)
    unit = pl.lit(10, pl.Int64).pow(digits)
    amount = pl.col(name)
    whole = pl.concat_str(pl.when(amount < 0).then(pl.lit("-")).otherwise(pl.lit("")), amount.abs() // unit)
    rest = (amount.abs() % unit).cast(pl.String).str.zfill(digits)
    return pl.when(digits == 0).then(whole).otherwise(pl.concat_str(whole, pl.lit(decimal), rest))


def _files(form: ExportFormat, name: str, tables: dict[str, pl.DataFrame]) -> Iterator[tuple[str, bytes]]:
    """The files, named after the template: one a table, or one workbook."""
    if form.file == "xlsx":
        identifiers: set[str] = set()
        sheets = {}
        for table, frame in tables.items():
            columns = form.tables[table]
            names = distinct(columns)
            sheets[table] = frame.rename(dict(zip(frame.columns, names, strict=True)))
            identifiers |= {n for n, column in zip(names, columns, strict=True) if column.value in IDENTIFIERS}
        yield f"{name}.xlsx", xlsx_bytes(sheets, identifiers=identifiers)
        return
    for table, frame in tables.items():
        header = headings(form.tables[table]) if form.header else []
        yield f"{name}-{table}.csv", csv_bytes(frame, delimiter=form.delimiter, encoding=form.encoding, header=header)


@dataclass(frozen=True)
class WholeReport:
    """The whole store as tables: the folder, and how many rows each table has."""

    path: str
    tables: dict[str, int]
    exit_code: int = 0

    def json(self) -> dict[str, Any]:
        """Keys: path, tables{name: rows}."""
        return {"path": self.path, "tables": self.tables}


def export_all(shop: Shop, *, kind: str = "parquet", folder: Path | None = None, dry_run: bool = False) -> WholeReport:
    """
    Write every table of the store as it is at one moment, `kind` parquet or csv, into a new `folder` (one in exports/).

    The folder gets its name when it is whole. Refused where it exists.
    """
    target = (folder or shop.root / FOLDER / f"oms-{shop.now:%Y-%m-%dT%H%M%S}").absolute()
    shown = target.relative_to(shop.root).as_posix() if target.is_relative_to(shop.root) else str(target)
    if target.exists():
        raise Refused(_("{file} exists already", file=shown), _("name another folder with -o"))
    unfinished = target.with_name(f".{target.name}.part")
    if not dry_run and unfinished.exists():  # of an export that was killed
        shutil.rmtree(unfinished)
    rows = {}
    with shop.store.read() as conn:
        try:
            for name in exporting.table_names(conn):
                frame = exporting.whole_table(conn, name)
                rows[name] = frame.height
                if not dry_run:
                    write_private(unfinished / f"{name}.{kind}", _bytes(frame, kind))
            if not dry_run:
                make_private_folder(unfinished)
                os.replace(unfinished, target)
        finally:
            with suppress(FileNotFoundError):
                shutil.rmtree(unfinished)
    return WholeReport(shown, rows)


def _bytes(frame: pl.DataFrame, kind: str) -> bytes:
    if kind == "csv":
        return csv_bytes(frame)
    buffer = BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()
