"""
Taking a batch back, row by row: what it inserted goes, what it overwrote or removed comes back.

`marks` knows the ids a batch made, `changes` the rows as they were before it. A later batch stands in the way when it
changed such a row, or made one that points at it.
"""

import json
import sqlite3
from collections.abc import Iterable
from typing import Any

from oms.store.batch import Batch
from oms.store.schema import SETTLED, UNDOABLE

#: Links between rows that are no foreign keys: child table, column, parent table.
_LINKS = (("allocations", "count_id", "moves"),)


def users_of(conn: sqlite3.Connection, batch_id: int) -> list[int]:
    """The later batches, still in force, that used what `batch_id` made; oldest first."""
    found: set[int] = set()
    facts = [name for name in UNDOABLE if name not in SETTLED]
    for name in facts:
        found |= _ids(
            conn.execute(
                "SELECT DISTINCT c.batch_id FROM changes c JOIN marks m ON m.name = c.name "
                "AND c.row_id BETWEEN m.first_id AND m.last_id WHERE m.batch_id = :id AND c.batch_id > :id AND c.name = :name "
                "UNION SELECT DISTINCT c.batch_id FROM changes c JOIN changes mine ON mine.name = c.name "
                "AND mine.row_id = c.row_id WHERE mine.batch_id = :id AND c.batch_id > :id AND c.name = :name",
                {"id": batch_id, "name": name},
            )
        )
    for child, column, parent, target in _links(conn):
        if child in SETTLED or parent not in facts:
            continue
        for mark in conn.execute("SELECT * FROM marks WHERE batch_id = ? AND name = ?", (batch_id, parent)).fetchall():
            found |= _ids(
                conn.execute(
                    f"SELECT DISTINCT later.batch_id FROM {parent} p JOIN {child} c ON c.{column} = p.{target} "
                    "JOIN marks later ON later.name = ? AND c.id BETWEEN later.first_id AND later.last_id "
                    "WHERE p.id BETWEEN ? AND ? AND later.batch_id > ?",
                    (child, mark["first_id"], mark["last_id"], batch_id),
                )
            )
    in_force = "SELECT id FROM batches WHERE undone_by IS NULL AND undoes IS NULL"
    return sorted(found & _ids(conn.execute(in_force)))


def take_back(batch: Batch, batch_id: int) -> None:
    """
    Undo the rows of `batch_id` inside the running batch, and touch the orders and stock they concern.

    The caller has made sure that nobody used them. Undoing an undo brings its rows back the same way.
    """
    conn = batch.conn
    conn.execute("PRAGMA defer_foreign_keys = ON")
    _touch(batch, batch_id)
    changed = conn.execute(
        "SELECT name, row_id, before FROM changes WHERE batch_id = ? ORDER BY id DESC", (batch_id,)
    ).fetchall()
    marks = {row["name"]: (row["first_id"], row["last_id"])
             for row in conn.execute("SELECT * FROM marks WHERE batch_id = ?", (batch_id,))}  # fmt: skip
    for name in reversed(UNDOABLE):
        if name in marks:
            _remove(conn, name, *marks[name])
    for row in changed:  # the newest first: what stood before the batch is said last
        if not _made_here(row, marks):
            _restore(conn, row["name"], row["row_id"], json.loads(row["before"]))
    _touch(batch, batch_id)


def forget_untold_stock(batch: Batch) -> None:
    """Stock of pairs that nobody counts or moves any more is no stock; products that are gone have none."""
    batch.conn.execute(
        "DELETE FROM stock WHERE (sku, location) IN (SELECT sku, location FROM temp.touched_stock) "
        "AND NOT EXISTS (SELECT 1 FROM moves m WHERE m.sku = stock.sku AND m.location = stock.location)"
    )
    batch.conn.execute(
        "DELETE FROM temp.touched_stock WHERE NOT EXISTS (SELECT 1 FROM moves m "
        "WHERE m.sku = touched_stock.sku AND m.location = touched_stock.location)"
    )
    batch.conn.execute("DELETE FROM temp.touched_orders WHERE order_id NOT IN (SELECT id FROM orders)")


def _remove(conn: sqlite3.Connection, name: str, first: int, last: int) -> None:
    """Delete rows by id, and what settling hung on them since."""
    if name == "orders":
        for child in ("holds", "waiting", "contacts"):
            conn.execute(f"DELETE FROM {child} WHERE order_id BETWEEN ? AND ?", (first, last))
    if name == "lines":
        for child in ("line_units", "waiting"):
            conn.execute(f"DELETE FROM {child} WHERE line_id BETWEEN ? AND ?", (first, last))
    if name == "products":
        conn.execute("DELETE FROM line_units WHERE sku IN (SELECT sku FROM products WHERE id BETWEEN ? AND ?)", (first, last))
        conn.execute("DELETE FROM stock WHERE sku IN (SELECT sku FROM products WHERE id BETWEEN ? AND ?)", (first, last))
    conn.execute(f"DELETE FROM {name} WHERE id BETWEEN ? AND ?", (first, last))


def _restore(conn: sqlite3.Connection, name: str, row_id: int, before: dict[str, Any]) -> None:
    if "id" not in before:  # columns that changed alone
        conn.execute(
            f"UPDATE {name} SET {', '.join(f'{column} = ?' for column in before)} WHERE id = ?", (*before.values(), row_id)
        )
        return
    if before.get("content_hash"):
        before["content_hash"] = bytes.fromhex(before["content_hash"][1:])
    columns = [column for column in before if column != "id"]
    conn.execute(
        f"INSERT INTO {name} (id, {', '.join(columns)}) VALUES ({', '.join('?' * (len(columns) + 1))}) "
        f"ON CONFLICT (id) DO UPDATE SET {', '.join(f'{column} = excluded.{column}' for column in columns)}",
        (before["id"], *(before[column] for column in columns)),
    )


def _made_here(row: sqlite3.Row, marks: dict[str, tuple[int, int]]) -> bool:
    first, last = marks.get(row["name"], (1, 0))
    return bool(first <= row["row_id"] <= last)


def _touch(batch: Batch, batch_id: int) -> None:
    """Note every order and every (sku, location) that the rows of a batch concern, as they stand and as they stood."""
    by_order = {"orders": "id", "contacts": "order_id", "lines": "order_id", "holds": "order_id",
                "allocations": "order_id", "parcel_lines": "order_id", "waiting": "order_id"}  # fmt: skip
    for name, column in by_order.items():
        batch.touch_orders(f"SELECT {column} FROM {name} WHERE id IN ({_concerned(name)}) AND {column} IN "
                           "(SELECT id FROM orders)", {"batch": batch_id})  # fmt: skip
        batch.touch_orders(f"SELECT before ->> '$.{column}' FROM changes WHERE batch_id = :batch AND name = '{name}' "
                           f"AND before ->> '$.{column}' IS NOT NULL", {"batch": batch_id})  # fmt: skip
    for name in ("moves", "allocations"):
        batch.touch_stock(f"SELECT sku, location FROM {name} WHERE id IN ({_concerned(name)})", {"batch": batch_id})
        batch.touch_stock(f"SELECT before ->> '$.sku', before ->> '$.location' FROM changes "
                          f"WHERE batch_id = :batch AND name = '{name}' AND before ->> '$.sku' IS NOT NULL",
                          {"batch": batch_id})  # fmt: skip
    mapped = {"listings", "products", "kit_components"}
    touched = {row["name"] for row in batch.conn.execute(
        "SELECT name FROM marks WHERE batch_id = :batch UNION SELECT name FROM changes WHERE batch_id = :batch",
        {"batch": batch_id})}  # fmt: skip
    if mapped & touched:
        batch.touch_orders("SELECT id FROM orders WHERE status NOT IN ('cancelled', 'external', 'delivered', 'shipped')")
        batch.touch_orders("SELECT id FROM orders WHERE counter_location IS NOT NULL")


def _concerned(name: str) -> str:
    return (
        f"SELECT r.id FROM {name} r JOIN marks m ON m.name = '{name}' AND r.id BETWEEN m.first_id AND m.last_id "
        f"WHERE m.batch_id = :batch UNION SELECT row_id FROM changes WHERE batch_id = :batch AND name = '{name}'"
    )


def _links(conn: sqlite3.Connection) -> Iterable[tuple[str, str, str, str]]:
    """Every (child, column, parent, target column) among the undoable tables."""
    for child in UNDOABLE:
        for row in conn.execute(f"PRAGMA foreign_key_list({child})").fetchall():
            if row["table"] in UNDOABLE:
                yield child, row["from"], row["table"], row["to"] or "id"
    for child, column, parent in _LINKS:
        yield child, column, parent, "id"


def _ids(rows: Iterable[Any]) -> set[int]:
    return {row[0] for row in rows}
