"""
What a reader of files is, and what it gives back.

A reader recognises a file by its headings, says which columns it wants, and turns the text frame into the frames of
model/frames.py. It never raises for a bad row: the row is complained about, its whole order rejected, the rest kept.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

import polars as pl

from oms.config import Channel, Config, Limits
from oms.model.frames import COUNTER_RETURNS, LINES, ORDERS, REJECTED, RETURNS, Schema, conform, empty
from oms.model.times import iso
from oms.sheets.ahead import ahead
from oms.sheets.read import Peek, Sheet, load, parts
from oms.words import _


@dataclass(frozen=True)
class Context:
    """What a reader may know beside the file."""

    channel: Channel | None
    timezone: str  # of times without an offset
    currency: str  # of amounts without a currency
    config: Config
    location: str | None  # `--location`
    now: datetime


def _no_rows() -> pl.Series:
    return pl.Series("row", [], pl.Int64)


@dataclass(frozen=True)
class Reading:
    """One file, understood. `rows = accepted + rows_rejected + sum(ignored.values())`, always."""

    format: str
    kind: str
    rows: int
    rows_rejected: int = 0
    orders_rejected: int = 0
    ignored: dict[str, int] = field(default_factory=dict)
    rejected: pl.DataFrame = field(default_factory=lambda: empty(REJECTED))
    rejected_rows: pl.Series = field(default_factory=_no_rows)  # every row of every rejected order
    orders: pl.DataFrame = field(default_factory=lambda: empty(ORDERS))
    lines: pl.DataFrame = field(default_factory=lambda: empty(LINES))
    returns: pl.DataFrame = field(default_factory=lambda: empty(COUNTER_RETURNS))
    back: pl.DataFrame = field(default_factory=lambda: empty(RETURNS))  # what an orders file says comes back by post
    table: pl.DataFrame = field(default_factory=pl.DataFrame)  # products, kits, stock … by its kind's schema
    as_of: str | None = None  # newest event time in the file, never later than now
    whole_orders: bool = False  # a line missing from a newer file was removed
    keep: bool = False  # the file is the form in which the channel wants its answer: kept as its template
    notes: tuple[str, ...] = ()


class Reader(Protocol):
    """A kind of file."""

    @property
    def format(self) -> str: ...  # "shopify-orders"
    @property
    def kind(self) -> str: ...  # one of model.frames.KINDS
    @property
    def channel_kind(self) -> str | None: ...  # None = our own kinds, welcome on every channel

    def recognises(self, headings: frozenset[str]) -> bool:
        """Whether a file with these headings (as sheets.columns.normal gives them) is of this kind."""

    def columns(self, headings: tuple[str, ...]) -> set[str]:
        """Which of `headings` it will read."""

    def read(self, sheet: Sheet, context: Context) -> Reading:
        """The file as frames; never raises for a bad row."""


class Grouped(Protocol):
    """A reader whose rows belong together by a column; one that is not is read whole."""

    def group(self, headings: tuple[str, ...]) -> str | None:
        """The one of `headings` whose equal cells are one order; None where every row stands for itself."""


class Companion(Protocol):
    """A reader of files that are of use only beside others."""

    def beside(self, formats: Collection[str]) -> Reader:
        """The reader to take where the same command imports files of these `formats` for the same channel."""


def read_parts(reader: Reader, peek: Peek, limits: Limits, context: Context) -> Iterator[Reading]:
    """
    Read a file piece by piece: each reading is whole for its orders, `order_no` goes on from one to the next.

    What is said of the file (`as_of`, `notes`) is said of each piece; `merged` puts them together.
    """
    wanted = reader.columns(peek.headings)
    group = getattr(reader, "group", None)
    sheets = [load(peek, limits, wanted)] if group is None else parts(peek, limits, wanted, group(peek.headings))
    begin = 0
    for sheet in ahead(sheets):
        reading = reader.read(sheet, context)
        del sheet
        number = pl.col("order_no") + begin
        yield replace(reading, orders=reading.orders.with_columns(number), lines=reading.lines.with_columns(number))
        begin += reading.rows


def read_file(reader: Reader, peek: Peek, limits: Limits, context: Context) -> Reading:
    """Read a file piece by piece, and give it back as one reading."""
    return merged(list(read_parts(reader, peek, limits, context)))


def merged(readings: Sequence[Reading]) -> Reading:
    """The readings of the pieces of one file as one."""
    first, *others = readings
    if not others:
        return first
    ignored: Counter[str] = Counter()
    for reading in readings:
        ignored.update(reading.ignored)
    return replace(
        first,
        rows=sum(reading.rows for reading in readings),
        rows_rejected=sum(reading.rows_rejected for reading in readings),
        orders_rejected=sum(reading.orders_rejected for reading in readings),
        ignored=dict(ignored),
        rejected=pl.concat([reading.rejected for reading in readings]),
        rejected_rows=pl.concat([reading.rejected_rows for reading in readings]),
        orders=pl.concat([reading.orders for reading in readings]),
        lines=pl.concat([reading.lines for reading in readings]),
        returns=pl.concat([reading.returns for reading in readings]),
        back=pl.concat([reading.back for reading in readings]),
        table=pl.concat([reading.table for reading in readings]),
        as_of=max((reading.as_of for reading in readings if reading.as_of), default=None),
        notes=tuple(dict.fromkeys(note for reading in readings for note in reading.notes)),
    )


def number_orders(frame: pl.DataFrame, key: str) -> pl.DataFrame:
    """`frame` with `order_no`: 0, 1, 2 … by the first row of each `key`; NULL where `key` is NULL."""
    named = frame.lazy().select(key, "row")
    firsts = named.filter(pl.col(key).is_not_null()).group_by(key).agg(pl.col("row").min())
    numbers = firsts.sort("row").with_row_index("order_no").select(key, pl.col("order_no").cast(pl.Int64))
    return frame.with_columns(named.join(numbers, on=key, how="left", maintain_order="left").collect()["order_no"])


def spotless(frame: pl.DataFrame, rejected: pl.DataFrame) -> pl.DataFrame:
    """The rows of `frame` without a complaint so far: a cell that was not understood is not called missing as well."""
    return frame if rejected.is_empty() else frame.join(rejected, on="row", how="anti", maintain_order="left")


def key_lines(lines: pl.DataFrame) -> pl.DataFrame:
    """
    `lines` with `position` (file order) and `line_key`: sku, else title and price, then `#` and its occurrence.

    Needs `order_no, row, sku, title, unit_price, quantity`. Occurrences of equal content are counted by
    quantity and price before the row, so that the same lines in another order of rows keep their keys.
    """
    price = pl.col("unit_price").cast(pl.String)
    priced = pl.concat_str(pl.col("title"), price, separator=" @ ", ignore_nulls=True)
    content = pl.coalesce("sku", pl.when(pl.col("title").is_not_null()).then(priced), pl.lit(""))
    if not _in_order(lines):
        lines = lines.sort("order_no", "row", nulls_last=True)
    starts = pl.col("order_no").ne_missing(pl.col("order_no").shift()).fill_null(True)
    at = pl.int_range(pl.len(), dtype=pl.Int64)
    keyed = lines.with_columns(content=content, position=at - pl.when(starts).then(at).forward_fill())
    again = (
        keyed.lazy()
        .select("row", "order_no", "content", "unit_price", "quantity")
        .filter(pl.len().over("order_no", "content") > 1)
    )
    counted = again.sort("order_no", "content", "quantity", "unit_price", "row").select(
        "row", occurrence=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("order_no", "content")
    ).collect()  # fmt: skip
    occurrence = pl.lit("1")
    if counted.height:
        keyed = keyed.join(counted, on="row", how="left", maintain_order="left")
        occurrence = pl.col("occurrence").fill_null(1).cast(pl.String)
    return keyed.with_columns(line_key=pl.concat_str("content", pl.lit("#"), occurrence)).drop("content")


def _in_order(lines: pl.DataFrame) -> bool:
    """Whether the rows stand by order and row already: in files of whole orders they do."""
    step = lines.select(
        (pl.col("order_no").diff().fill_null(0) > 0)
        | ((pl.col("order_no").diff().fill_null(0) == 0) & (pl.col("row").diff().fill_null(1) > 0))
    ).to_series()
    return bool(step.all()) and lines["order_no"].null_count() == 0


def newest(frame: pl.DataFrame, columns: Sequence[str], now: datetime) -> str | None:
    """The newest of the UTC texts in `columns`, never later than `now`; None when there is none."""
    found = frame.select(pl.max_horizontal(columns).max()).item() if columns and frame.height else None
    return None if found is None else min(str(found), iso(now))


def _once(ignored: Mapping[str, pl.Series]) -> dict[str, pl.Series]:
    """Every ignored row under its first reason only, so that the books balance."""
    seen, found = _no_rows(), {}
    for reason, rows in ignored.items():
        fresh = rows.cast(pl.Int64).unique(maintain_order=True)
        found[reason] = fresh.filter(~fresh.is_in(seen.implode()))
        seen = seen.append(found[reason])
    return found


def order_reading(
    *,
    format: str,
    sheet: Sheet,
    keys: pl.DataFrame,
    orders: pl.DataFrame,
    lines: pl.DataFrame,
    complaints: Sequence[pl.DataFrame],
    ignored: Mapping[str, pl.Series] | None = None,
    returns: pl.DataFrame | None = None,
    as_of: str | None = None,
    whole_orders: bool = False,
    notes: Sequence[str] = (),
) -> Reading:
    """
    Put an orders file together: reject whole orders, keep the books balanced.

    `keys` is `row, order_no` of every data row (order_no NULL: a row of no order); `ignored` names the rows left out
    on purpose by reason. A complaint about a row rejects every row of its order. Rows that belong to nothing and were
    not complained about are complained about here: nothing is dropped in silence.
    """
    left_out = _once(ignored or {})
    out = pl.concat([_no_rows(), *(rows.cast(pl.Int64) for rows in left_out.values())])
    about = pl.concat([empty(REJECTED), sheet.rejected, *complaints])
    about = about.filter(~pl.col("row").is_in(out.implode()))
    about = about.unique(["row", "column"], keep="first", maintain_order=True)
    kept = keys.filter(~pl.col("row").is_in(out.implode())) if len(out) else keys
    orphans = kept.filter(pl.col("order_no").is_null() & ~pl.col("row").is_in(about["row"].implode()))
    if orphans.height:
        about = pl.concat([about, orphans.select(
            "row", column=pl.lit(None, pl.String), value=pl.lit(None, pl.String),
            what=pl.lit(_("a row that belongs to no order")), hint=pl.lit(None, pl.String))])  # fmt: skip
    if about.is_empty():
        bad_rows, bad_orders = _no_rows(), pl.Series("order_no", [], pl.Int64)
    else:
        complained = kept.filter(pl.col("row").is_in(about["row"].implode()))
        bad_orders = complained["order_no"].drop_nulls().unique()
        bad = kept.filter(pl.col("order_no").is_in(bad_orders.implode()) | pl.col("row").is_in(about["row"].implode()))
        bad_rows = bad["row"].sort()
        orders = orders.filter(~pl.col("order_no").is_in(bad_orders.implode()))
        lines = lines.filter(~pl.col("order_no").is_in(bad_orders.implode()))
        if returns is not None:
            returns = returns.filter(~pl.col("row").is_in(bad_rows.implode()))
    orders = conform(orders, ORDERS)
    if orders.filter(pl.col("placed_at").is_null() & ~pl.col("cancelled")).height:
        notes = (
            *notes,
            _("nothing says when these orders were placed: they have no ship_by, and are served after those that have one"),
        )
    return Reading(
        format=format,
        kind="orders",
        rows=keys.height,
        rows_rejected=len(bad_rows),
        orders_rejected=len(bad_orders),
        ignored={reason: len(rows) for reason, rows in left_out.items() if len(rows)},
        rejected=about.sort("row", "column", nulls_last=True),
        rejected_rows=bad_rows,
        orders=orders.sort("order_no"),
        lines=conform(lines, LINES).sort("order_no", "position"),
        returns=empty(COUNTER_RETURNS) if returns is None else conform(returns, COUNTER_RETURNS),
        as_of=as_of,
        whole_orders=whole_orders,
        notes=(*sheet.peek.notes, *sheet.notes, *notes),
    )


def table_reading(
    *,
    format: str,
    kind: str,
    schema: Schema,
    sheet: Sheet,
    table: pl.DataFrame,
    complaints: Sequence[pl.DataFrame],
    ignored: Mapping[str, pl.Series] | None = None,
    rows: int | None = None,
    as_of: str | None = None,
    notes: Sequence[str] = (),
) -> Reading:
    """Put a file of single rows together: complained rows and ignored ones go, the others are `table`."""
    left_out = _once(ignored or {})
    out = pl.concat([_no_rows(), *(part.cast(pl.Int64) for part in left_out.values())])
    about = pl.concat([empty(REJECTED), sheet.rejected, *complaints])
    about = about.filter(~pl.col("row").is_in(out.implode()))
    about = about.unique(["row", "column"], keep="first", maintain_order=True)
    bad_rows = about["row"].unique().sort()
    kept = table.filter(~pl.col("row").is_in(bad_rows.implode()) & ~pl.col("row").is_in(out.implode()))
    return Reading(
        format=format,
        kind=kind,
        rows=sheet.frame.height if rows is None else rows,
        rows_rejected=len(bad_rows),
        ignored={reason: len(part) for reason, part in left_out.items() if len(part)},
        rejected=about.sort("row", "column", nulls_last=True),
        rejected_rows=bad_rows,
        table=conform(kept, schema).sort("row"),
        as_of=as_of,
        notes=(*sheet.peek.notes, *sheet.notes, *notes),
    )
