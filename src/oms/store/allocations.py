"""Allocations after they were made: given up, or gone with a parcel. What is done to stock is written as moves."""

import sqlite3

from oms.model.states import Allocation, Move
from oms.store.batch import Batch


def open_allocations(conn: sqlite3.Connection, line_id: int, sku: str | None = None) -> list[sqlite3.Row]:
    """Open allocations of a line, picked ones first, oldest first: the order in which they leave."""
    return conn.execute(
        "SELECT a.*, m.happened_at AS counted_at FROM allocations a LEFT JOIN moves m ON m.id = a.count_id "
        "WHERE a.line_id = ? AND a.state IN ('reserved', 'picking') AND (? IS NULL OR a.sku = ?) "
        "ORDER BY a.state = 'reserved', a.id",
        (line_id, sku, sku),
    ).fetchall()


def release_reserved(batch: Batch, line_id: int, keep_line_units: int) -> None:
    """Give back what is reserved for a line beyond `keep_line_units`, newest first; picked units stay."""
    units = dict(batch.conn.execute("SELECT sku, units FROM line_units WHERE line_id = ?", (line_id,)).fetchall())
    kept: dict[str, int] = {}
    for row in open_allocations(batch.conn, line_id):
        if row["state"] != Allocation.RESERVED:
            continue
        room = max(0, keep_line_units * units.get(row["sku"], 1) - kept.get(row["sku"], 0))
        if room < row["quantity"]:
            shrink(batch, row, row["quantity"] - room)
        kept[row["sku"]] = kept.get(row["sku"], 0) + min(room, row["quantity"])


def release_order(batch: Batch, order_id: int, states: tuple[str, ...] = (Allocation.RESERVED,)) -> None:
    """Give back everything reserved for an order (also what is in `picking`, where a person says it was stopped)."""
    rows = batch.conn.execute(
        "SELECT * FROM allocations WHERE order_id = ? AND state IN ('reserved', 'picking') ORDER BY id", (order_id,)
    ).fetchall()
    for row in rows:
        if row["state"] in states:
            shrink(batch, row, row["quantity"])


def shrink(batch: Batch, allocation: sqlite3.Row, units: int) -> None:
    """Take `units` sku units off an open allocation."""
    take_off(batch.conn, allocation, units)
    _touch(batch, allocation)


def take_off(conn: sqlite3.Connection, allocation: sqlite3.Row, units: int) -> None:
    """
    Write that an open allocation has `units` sku units less; whoever calls this touches the stock and the order.

    What is still reserved for the order is marked: the next routing tells anew what it costs.
    """
    if units >= allocation["quantity"]:
        conn.execute("UPDATE allocations SET state = 'released' WHERE id = ?", (allocation["id"],))
    else:
        conn.execute("UPDATE allocations SET quantity = quantity - ? WHERE id = ?", (units, allocation["id"]))
    conn.execute(
        "UPDATE allocations SET detail = json_set(detail, '$.shrunk', 1) WHERE order_id = ? AND state = 'reserved'",
        (allocation["order_id"],),
    )


def ship(
    batch: Batch, allocation: sqlite3.Row, units: int, parcel_id: int, shipped_at: str, *,
    file_id: int | None = None, row: int | None = None,
) -> int:  # fmt: skip
    """
    Let `units` sku units of an open allocation (a row of `open_allocations`) leave with a parcel; the rest stays open.

    The shipment happens after the count that the allocation was made on, whatever `shipped_at` says. Returns
    the id of the allocation that is shipped now.
    """
    conn = batch.conn
    allocation_id = int(allocation["id"])
    if units < allocation["quantity"]:
        conn.execute("UPDATE allocations SET quantity = quantity - ? WHERE id = ?", (units, allocation_id))
        columns = ("batch_id", "order_id", "line_id", "sku", "location", "count_id", "carrier", "service", "ship_on",
                   "distance_km", "distance_level", "cost", "detail")  # fmt: skip
        cursor = conn.execute(
            f"INSERT INTO allocations (quantity, state, {', '.join(columns)}) "
            f"SELECT ?, 'shipped', {', '.join(columns)} FROM allocations WHERE id = ?",
            (units, allocation_id),
        )
        allocation_id = int(cursor.lastrowid or 0)
    else:
        conn.execute("UPDATE allocations SET state = 'shipped' WHERE id = ?", (allocation_id,))
    conn.execute(
        "INSERT INTO moves (batch_id, sku, location, kind, quantity, happened_at, tie, line_id, allocation_id, parcel_id, "
        "file_id, row) VALUES (?, ?, ?, ?, ?, ?, 2, ?, ?, ?, ?, ?)",
        (batch.id, allocation["sku"], allocation["location"], Move.SHIPMENT, -units,
         max(shipped_at, allocation["counted_at"] or ""), allocation["line_id"], allocation_id, parcel_id, file_id, row),
    )  # fmt: skip
    _touch(batch, allocation)
    return allocation_id


def _touch(batch: Batch, allocation: sqlite3.Row) -> None:
    batch.touch_stock("VALUES (?, ?)", (allocation["sku"], allocation["location"]))
    batch.touch_orders("VALUES (?)", (allocation["order_id"],))
