"""Parcels: which orders tracking rows mean, what of them is open or gone, and what leaves written down."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from oms.model.times import parse_iso
from oms.store.allocations import ship
from oms.store.batch import Batch
from oms.store.frames import stage

#: Carriers use a number again after a while: days within which the same one is the same parcel.
SAME_PARCEL_DAYS = 7
_LATER = r"\+\d+$"


def match_orders(conn: sqlite3.Connection, refs: pl.DataFrame) -> dict[int, list[sqlite3.Row]]:
    """
    The orders that each row of `refs` (row Int64, ref String, channel String or NULL) may mean, by row.

    A ref is an order_ref or the channel's own id, with or without `channel/` in front; where nobody has that name, a `+2` at
    its end is that of a later file (picking.PICKS). Rows nobody knows are absent.
    """
    found = _named(conn, refs)
    later = refs.filter(pl.col("ref").str.contains(_LATER), ~pl.col("row").is_in(list(found)))
    return found | (_named(conn, later.with_columns(pl.col("ref").str.replace(_LATER, ""))) if later.height else {})


def _named(conn: sqlite3.Connection, refs: pl.DataFrame) -> dict[int, list[sqlite3.Row]]:
    stage(conn, "refs", refs)
    found: dict[int, list[sqlite3.Row]] = {}
    slash = "instr(r.ref, '/')"
    inside = f"o.channel = substr(r.ref, 1, {slash} - 1) AND {slash} > 0"
    for where in (
        "{name} = r.ref AND (r.channel IS NULL OR o.channel = r.channel)",
        f"{{name}} = substr(r.ref, {slash} + 1) AND {inside}",
    ):
        matches: dict[int, dict[int, sqlite3.Row]] = {}
        for name in ("o.order_ref", "o.channel_order_id"):
            for row in conn.execute(
                "SELECT r.row AS file_row, o.id, o.channel, o.order_ref, o.status, o.external, o.counter_location "
                f"FROM temp.refs r CROSS JOIN orders o ON {where.format(name=name)} ORDER BY r.row, o.channel, o.id"
            ):
                matches.setdefault(row["file_row"], {})[row["id"]] = row
        found = {row: list(orders.values()) for row, orders in matches.items()} | found
    return found


@dataclass(frozen=True)
class Facts:
    """What the store knows of the wanted orders, as rows: lines, units, open allocations, sent units, holds, old numbers."""

    lines: list[sqlite3.Row]
    units: list[sqlite3.Row]
    open: list[sqlite3.Row]
    sent: list[sqlite3.Row]
    holds: list[sqlite3.Row]
    replaced: list[sqlite3.Row]  # order_id, number: what was corrected to another number


def load_facts(conn: sqlite3.Connection, order_ids: Iterable[int]) -> Facts:
    """Everything that shipping needs of these orders, in a fixed order."""
    conn.execute("DROP TABLE IF EXISTS temp.wanted")
    conn.execute("CREATE TEMP TABLE wanted (order_id INTEGER PRIMARY KEY)")
    conn.executemany("INSERT OR IGNORE INTO temp.wanted VALUES (?)", ((order_id,) for order_id in order_ids))

    def rows(sql: str) -> list[sqlite3.Row]:
        return conn.execute(sql).fetchall()

    return Facts(
        rows("SELECT l.id, l.order_id, l.line_ref, l.listing_sku, l.sku, l.barcode, l.external, "
             "l.ordered - l.cancelled - l.shipped AS left_units "
             "FROM temp.wanted w JOIN lines l ON l.order_id = w.order_id ORDER BY l.order_id, l.position, l.id"),
        rows("SELECT l.order_id, u.line_id, u.sku, u.units FROM temp.wanted w JOIN lines l ON l.order_id = w.order_id "
             "JOIN line_units u ON u.line_id = l.id ORDER BY u.line_id, u.sku"),
        rows("SELECT a.id, a.order_id, a.line_id, a.sku, a.location, a.quantity, a.state, a.service "
             "FROM temp.wanted w JOIN allocations a ON a.order_id = w.order_id "
             "WHERE a.state IN ('reserved', 'picking') ORDER BY a.id"),
        rows("SELECT pl.order_id, pl.line_id, pl.sku, pl.units, p.id AS parcel_id, p.tracking, p.carrier, p.location "
             "FROM temp.wanted w CROSS JOIN lines l ON l.order_id = w.order_id "
             "CROSS JOIN parcel_lines pl ON pl.line_id = l.id JOIN parcels p ON p.id = pl.parcel_id ORDER BY pl.id"),
        rows("SELECT h.order_id, h.reason FROM temp.wanted w JOIN holds h ON h.order_id = w.order_id "
             "WHERE h.released = 0 ORDER BY h.order_id, h.reason"),
        rows("SELECT e.order_id, e.detail ->> '$.before' AS number FROM temp.wanted w "
             "JOIN events e ON e.order_id = w.order_id JOIN batches b ON b.id = e.batch_id "
             "WHERE e.kind = 'tracking_corrected' AND b.undone_by IS NULL ORDER BY e.id"),
    )  # fmt: skip


@dataclass(frozen=True)
class ParcelFacts:
    """A parcel as it left; times as UTC text, `cost` in minor units."""

    tracking: str
    carrier: str
    location: str
    shipped_at: str
    service: str | None
    cost: int | None
    file_id: int | None
    row: int | None


def save_parcel(batch: Batch, parcel: ParcelFacts) -> int:
    """
    The id of the parcel, made where it is not known yet.

    One number of one carrier from one place within a week is one parcel, which may serve several orders.
    """
    for known in batch.conn.execute(
        "SELECT id, shipped_at, cost FROM parcels WHERE tracking = ? AND carrier = ? AND location = ? "
        "AND elsewhere = 0 ORDER BY id DESC",
        (parcel.tracking, parcel.carrier, parcel.location),
    ):
        apart = parse_iso(known["shipped_at"]) - parse_iso(parcel.shipped_at)
        if abs(apart.total_seconds()) <= SAME_PARCEL_DAYS * 86400:
            if known["cost"] is None and parcel.cost is not None:
                batch.conn.execute("UPDATE parcels SET cost = ? WHERE id = ?", (parcel.cost, known["id"]))
            return int(known["id"])
    cursor = batch.conn.execute(
        "INSERT INTO parcels (batch_id, location, carrier, service, tracking, shipped_at, cost, file_id, row) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (batch.id, parcel.location, parcel.carrier, parcel.service, parcel.tracking, parcel.shipped_at, parcel.cost,
         parcel.file_id, parcel.row),
    )  # fmt: skip
    return int(cursor.lastrowid or 0)


@dataclass(frozen=True)
class ItemFacts:
    """`units` of an allocation that leave, and the line units complete with them."""

    order_id: int
    line_id: int
    allocation_id: int
    sku: str
    units: int
    quantity: int


def save_item(batch: Batch, parcel_id: int, item: ItemFacts, shipped_at: str, file_id: int | None, row: int | None) -> None:
    """Let the units leave with the parcel: allocation, stock move, parcel line, and the line's counter."""
    conn = batch.conn
    allocation = conn.execute(
        "SELECT a.*, m.happened_at AS counted_at FROM allocations a LEFT JOIN moves m ON m.id = a.count_id WHERE a.id = ?",
        (item.allocation_id,),
    ).fetchone()
    shipped_id = ship(batch, allocation, item.units, parcel_id, shipped_at, file_id=file_id, row=row)
    conn.execute(
        "INSERT INTO parcel_lines (parcel_id, order_id, line_id, allocation_id, sku, units, quantity) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (parcel_id, item.order_id, item.line_id, shipped_id, item.sku, item.units, item.quantity),
    )
    if item.quantity:
        conn.execute("UPDATE lines SET shipped = shipped + ? WHERE id = ?", (item.quantity, item.line_id))


def correct_parcel(batch: Batch, parcel_id: int, tracking: str, carrier: str) -> bool:
    """Overwrite number and carrier of a parcel that left; False where it has them already."""
    cursor = batch.conn.execute(
        "UPDATE parcels SET tracking = ?, carrier = ? WHERE id = ? AND (tracking IS NOT ? OR carrier IS NOT ?)",
        (tracking, carrier, parcel_id, tracking, carrier),
    )
    if cursor.rowcount:
        batch.touch_orders("SELECT DISTINCT order_id FROM parcel_lines WHERE parcel_id = ?", (parcel_id,))
    return cursor.rowcount > 0


def parcels_of(conn: sqlite3.Connection, order_id: int) -> list[sqlite3.Row]:
    """The parcels that units of the order left in, oldest first."""
    return conn.execute(
        "SELECT DISTINCT p.id, p.tracking, p.carrier, p.location FROM parcel_lines pl "
        "JOIN parcels p ON p.id = pl.parcel_id WHERE pl.line_id IN (SELECT id FROM lines WHERE order_id = ?) "
        "ORDER BY p.id",
        (order_id,),
    ).fetchall()
