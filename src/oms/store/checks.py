"""
Proofs over a live store: each is a query for what contradicts a promise, so no row means that it holds.

They say things a second time, in other words than what they prove (balances here are summed over windows, settling looks
them up), so that a mistake in one place shows.
"""

import hashlib
import sqlite3
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from oms.model.states import DERIVED_REASONS
from oms.store.batch import Batch
from oms.store.status import definition
from oms.store.tallies import TALLIES

#: Offending rows that a check names; the others are counted.
NAMED = 5

_DERIVED = ", ".join(f"'{reason}'" for reason in DERIVED_REASONS)

_BALANCES = """
WITH ordered AS (
    SELECT sku, location, kind, quantity, happened_at, tie, CASE tie WHEN 2 THEN id ELSE 0 END AS place, id FROM moves
), counts AS (
    SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY sku, location ORDER BY happened_at DESC, tie DESC, id DESC) AS n
                   FROM ordered WHERE kind = 'count') WHERE n = 1
), sums AS (
    SELECT o.sku, o.location, sum(o.quantity) AS moved FROM ordered o
    LEFT JOIN counts c ON c.sku = o.sku AND c.location = o.location
    WHERE o.kind <> 'count' AND (c.id IS NULL OR (o.happened_at, o.tie, o.place) > (c.happened_at, c.tie, c.place))
    GROUP BY o.sku, o.location
), pairs AS (SELECT sku, location FROM moves UNION SELECT sku, location FROM stock)
SELECT p.sku, p.location, COALESCE(c.quantity, 0) + COALESCE(s.moved, 0) AS balance FROM pairs p
LEFT JOIN counts c ON c.sku = p.sku AND c.location = p.location
LEFT JOIN sums s ON s.sku = p.sku AND s.location = p.location
"""

#: Name of a check and the query whose rows (one column of text) contradict it.
PROOFS: tuple[tuple[str, str], ...] = (
    (
        "stock_bounds",
        "SELECT sku || ' at ' || location || ': on_hand ' || on_hand || ', reserved ' || reserved FROM stock "
        "WHERE reserved < 0 OR reserved > on_hand OR shortfall < 0 OR (shortfall > 0 AND on_hand > 0)",
    ),
    (
        "on_hand",
        "SELECT b.sku || ' at ' || b.location || ': counts and moves give ' || b.balance || ', the store says ' || "
        f"COALESCE(s.on_hand - s.shortfall, 'nothing') FROM ({_BALANCES}) b "
        "LEFT JOIN stock s ON s.sku = b.sku AND s.location = b.location "
        "WHERE s.id IS NULL OR s.on_hand <> max(0, b.balance) OR s.shortfall <> max(0, -b.balance)",
    ),
    (
        "reserved",
        "SELECT x.sku || ' at ' || x.location || ': open allocations ' || x.units || ', reserved ' || x.reserved FROM ("
        "SELECT sku, location, sum(units) AS units, sum(reserved) AS reserved FROM ("
        "SELECT sku, location, quantity AS units, 0 AS reserved FROM allocations WHERE state IN ('reserved', 'picking') "
        "UNION ALL SELECT sku, location, 0, reserved FROM stock) GROUP BY sku, location) x WHERE x.units <> x.reserved",
    ),
    (
        "line_counters",
        "SELECT o.channel || '/' || o.order_ref || ' line ' || l.line_ref FROM lines l JOIN orders o ON o.id = l.order_id "
        "WHERE l.ordered < l.cancelled + l.shipped OR l.shipped < l.returned OR l.returned < l.restocked + l.scrapped "
        "OR min(l.ordered, l.cancelled, l.shipped, l.returned, l.restocked, l.scrapped) < 0",
    ),
    (
        "allocations",
        "SELECT o.channel || '/' || o.order_ref || ' line ' || l.line_ref || ': ' || x.quantity || ' ' || x.sku || "
        "' allocated for ' || (l.ordered - l.cancelled) || ' x ' || COALESCE(u.units, 0) FROM ("
        "SELECT line_id, sku, sum(quantity) AS quantity FROM allocations WHERE state <> 'released' GROUP BY line_id, sku) x "
        "JOIN lines l ON l.id = x.line_id JOIN orders o ON o.id = l.order_id "
        "LEFT JOIN line_units u ON u.line_id = x.line_id AND u.sku = x.sku "
        "WHERE x.quantity > (l.ordered - l.cancelled) * COALESCE(u.units, 0)",
    ),
    (
        "shipments",
        "SELECT o.channel || '/' || o.order_ref || ': ' || a.sku || ' at ' || a.location || ' ' || a.state || ', but moved ' "
        "|| x.moved FROM (SELECT a.id, COALESCE(-sum(m.quantity), 0) AS moved FROM allocations a "
        "LEFT JOIN moves m ON m.line_id = a.line_id AND m.allocation_id = a.id AND m.kind = 'shipment' GROUP BY a.id) x "
        "JOIN allocations a ON a.id = x.id JOIN orders o ON o.id = a.order_id "
        "WHERE x.moved <> CASE a.state WHEN 'shipped' THEN a.quantity ELSE 0 END",
    ),
    (
        "refunds",
        "SELECT o.channel || '/' || o.order_ref FROM orders o WHERE o.payment = 'paid' AND o.total IS NOT NULL AND ("
        "o.refunded > o.total OR o.total < (SELECT sum(r.refunded) FROM returns r WHERE r.order_id = o.id "
        "AND r.currency IS o.currency))",
    ),
    (
        "statuses",
        "SELECT o.channel || '/' || o.order_ref || ': ' || o.status || ', by definition ' || d.status FROM ("
        f"{definition('(SELECT id AS order_id FROM orders)')}) d JOIN orders o ON o.id = d.order_id "
        "WHERE o.status <> d.status",
    ),
    (
        "tallies",
        "SELECT x.name || ' ' || x.channel || ' ' || x.word || ': ' || sum(x.counted) || ', shown ' || sum(x.shown) FROM ("
        f"SELECT name, channel, word, n AS counted, 0 AS shown FROM ({TALLIES}) UNION ALL "
        "SELECT name, channel, word, 0, n FROM tallies WHERE name <> 'service') x "
        "GROUP BY x.name, x.channel, x.word HAVING sum(x.counted) <> sum(x.shown)",
    ),
    (
        "unwritten_files",
        "SELECT COALESCE(d.path, p.move_to) FROM pending_files p LEFT JOIN documents d ON d.id = p.document_id",
    ),
)


def offenders(conn: sqlite3.Connection, sql: str) -> tuple[list[str], int]:
    """What a proof finds: the first few in order, and how many there are."""
    rows = conn.execute(f"SELECT what, count(*) OVER () FROM (SELECT * FROM ({_named(sql)})) ORDER BY what LIMIT {NAMED}")
    found = rows.fetchall()
    return [str(row[0]) for row in found], int(found[0][1]) if found else 0


def _named(sql: str) -> str:
    return f"WITH problem(what) AS ({sql}) SELECT what FROM problem"


def integrity(conn: sqlite3.Connection) -> list[str]:
    """What SQLite itself finds wrong with the file."""
    found = [str(row[0]) for row in conn.execute("PRAGMA integrity_check(100)")]
    return [] if found == ["ok"] else found


def foreign_keys(conn: sqlite3.Connection) -> list[str]:
    """Rows that point to nothing."""
    return [f"{row[0]} {row[1]} -> {row[2]}" for row in conn.execute("PRAGMA foreign_key_check")]


def shortfalls(conn: sqlite3.Connection) -> tuple[list[str], int]:
    """Where more was sold than counted: no contradiction, but something to count."""
    return offenders(conn, "SELECT sku || ' at ' || location || ': ' || shortfall FROM stock WHERE shortfall > 0")


@dataclass(frozen=True)
class Kept:
    """A document as the store keeps it; `latest`: no later document was written to the same path."""

    id: int
    path: str
    sha256: str
    latest: bool
    sound: bool  # its bytes are what was written


def documents(conn: sqlite3.Connection) -> Iterator[Kept]:
    """Every document whose people are not erased, its bytes checked against their sha256."""
    for row in conn.execute(
        "SELECT id, path, sha256, bytes, id = max(id) OVER (PARTITION BY path) AS latest FROM documents "
        "WHERE erased = 0 ORDER BY id"
    ):
        yield Kept(row["id"], row["path"], row["sha256"], bool(row["latest"]), _sha256(row["bytes"]) == row["sha256"])


def _sha256(packed: bytes) -> str:
    try:
        return hashlib.sha256(zlib.decompress(packed)).hexdigest()
    except zlib.error:
        return ""


def holds_as_derived(batch: Batch, derive: Callable[[], Any]) -> tuple[list[str], int]:
    """
    Derive the holds of open orders anew inside `batch` (which is never committed) and compare: what differs.
    """
    conn = batch.conn
    known = (
        f"SELECT o.channel || '/' || o.order_ref || ' ' || h.reason AS what FROM holds h JOIN orders o ON o.id = h.order_id "
        f"WHERE h.reason IN ({_DERIVED})"
    )
    conn.execute(f"CREATE TEMP TABLE held AS {known}")
    batch.touch_orders("SELECT id FROM orders WHERE status NOT IN ('external', 'delivered', 'shipped')")
    derive()
    return offenders(
        conn,
        f"SELECT 'missing: ' || what FROM (SELECT what FROM ({known}) EXCEPT SELECT what FROM temp.held) "
        f"UNION ALL SELECT 'without cause: ' || what FROM (SELECT what FROM temp.held EXCEPT SELECT what FROM ({known}))",
    )


def touch_everything(batch: Batch) -> None:
    """Let settling derive every order and every stock row anew."""
    batch.touch_orders("SELECT id FROM orders")
    batch.touch_stock(
        "SELECT sku, location FROM moves UNION SELECT sku, location FROM stock "
        "UNION SELECT sku, location FROM allocations WHERE state IN ('reserved', 'picking')"
    )


def write_again(batch: Batch, document_id: int) -> None:
    """Write a kept document to its place once the batch is committed."""
    batch.conn.execute("INSERT INTO pending_files (document_id) VALUES (?)", (document_id,))
