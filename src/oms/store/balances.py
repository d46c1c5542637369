"""
Balances from the ledger: balance = the newest count + every move that happened after it, whichever arrived first.

`AFTER` is the one definition of "after": by time, then `tie` (facts from files, counts from files, live entries), then
id among live entries of one second.
"""

import sqlite3

from oms.store.allocations import take_off
from oms.store.batch import Batch

#: Whether the move `m` happened after the count `c`.
AFTER = """(m.happened_at >= c.happened_at AND (m.happened_at, m.tie, CASE m.tie WHEN 2 THEN m.id ELSE 0 END)
    > (c.happened_at, c.tie, CASE c.tie WHEN 2 THEN c.id ELSE 0 END))"""

#: (sku, location, count_id, balance, open_units) of every pair in the table {pairs}.
BALANCES = f"""
SELECT t.sku, t.location, c.id AS count_id,
    COALESCE(c.quantity, 0) + COALESCE((
        SELECT sum(m.quantity) FROM moves m
        WHERE m.sku = t.sku AND m.location = t.location AND m.kind <> 'count' AND (c.id IS NULL OR {AFTER})), 0
    ) AS balance,
    COALESCE((SELECT sum(a.quantity) FROM allocations a
        WHERE a.sku = t.sku AND a.location = t.location AND a.state IN ('reserved', 'picking')), 0) AS open_units
FROM {{pairs}} t
LEFT JOIN moves c ON c.id = (
    SELECT n.id FROM moves n WHERE n.sku = t.sku AND n.location = t.location AND n.kind = 'count'
    ORDER BY n.happened_at DESC, n.tie DESC, n.id DESC LIMIT 1)
"""


def derive_stock(batch: Batch) -> None:
    """
    Write on_hand, reserved and shortfall of the touched pairs.

    Where more is promised than is there, allocations are given back first: `reserved` before `picking`, lowest priority
    and newest order first; an order that loses a picked unit is held `short`.
    """
    conn = batch.conn
    conn.execute("DROP TABLE IF EXISTS temp.balances")
    conn.execute(f"CREATE TEMP TABLE balances AS {BALANCES.format(pairs='temp.touched_stock')}")
    for row in conn.execute(
        "SELECT sku, location, open_units - max(0, balance) AS excess FROM temp.balances "
        "WHERE open_units > max(0, balance) ORDER BY sku, location"
    ).fetchall():
        _give_back(batch, row["sku"], row["location"], row["excess"])
        conn.execute(
            "UPDATE temp.balances SET open_units = open_units - ? WHERE sku = ? AND location = ?",
            (row["excess"], row["sku"], row["location"]),
        )
    conn.execute(
        "INSERT INTO stock (sku, location, on_hand, reserved, shortfall, count_id) "
        "SELECT sku, location, max(0, balance), open_units, max(0, -balance), count_id FROM temp.balances WHERE true "
        "ON CONFLICT (sku, location) DO UPDATE SET on_hand = excluded.on_hand, reserved = excluded.reserved, "
        "shortfall = excluded.shortfall, count_id = excluded.count_id"
    )


def _give_back(batch: Batch, sku: str, location: str, excess: int) -> None:
    conn = batch.conn
    for row in _youngest_first(conn, sku, location):
        if excess <= 0:
            return
        taken = min(excess, row["quantity"])
        excess -= taken
        take_off(conn, row, taken)
        batch.event(
            "given_back", order_id=row["order_id"], sku=sku, location=location,
            detail={"quantity": taken, "state": row["state"]},
        )  # fmt: skip
        if row["state"] == "picking":
            conn.execute(
                "INSERT INTO holds (order_id, reason, detail) VALUES (?, 'short', ?) "
                "ON CONFLICT (order_id, reason) DO UPDATE SET released = 0, detail = excluded.detail",
                (row["order_id"], f"{sku} {location} -{taken}"),
            )
        batch.touch_orders("VALUES (?)", (row["order_id"],))


def _youngest_first(conn: sqlite3.Connection, sku: str, location: str) -> list[sqlite3.Row]:
    return conn.execute(
        "SELECT a.id, a.order_id, a.quantity, a.state FROM allocations a JOIN orders o ON o.id = a.order_id "
        "JOIN channels c ON c.name = o.channel "
        "WHERE a.sku = ? AND a.location = ? AND a.state IN ('reserved', 'picking') "
        "ORDER BY a.state = 'picking', CAST(c.settings ->> '$.priority' AS INTEGER), o.ship_by DESC, o.placed_at DESC, "
        "o.channel DESC, o.order_ref DESC, a.id DESC",
        (sku, location),
    ).fetchall()
