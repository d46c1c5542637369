"""What the commands that only look ask the store: indexed columns and tallies, a few queries for any number of orders."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from oms.store.tallies import CLOSED


def tallies(conn: sqlite3.Connection) -> dict[str, list[sqlite3.Row]]:
    """Rows (channel, word, n) of each name, as the last batch counted them."""
    found: dict[str, list[sqlite3.Row]] = {}
    for row in conn.execute("SELECT name, channel, word, n FROM tallies ORDER BY name, n DESC, channel, word"):
        found.setdefault(row["name"], []).append(row)
    return found


def late(conn: sqlite3.Connection, at: str) -> int:
    """How many open orders should have left before `at`: those of earlier days as counted, those of its day now."""
    day = at[:10]
    before = conn.execute("SELECT sum(n) FROM tallies WHERE name = 'due' AND word < ?", (day,)).fetchone()[0]
    today = conn.execute(
        f"SELECT count(*) FROM orders WHERE ship_by >= ? AND ship_by < ? AND status NOT IN {CLOSED}", (day, at)
    ).fetchone()[0]
    return int(before or 0) + int(today)


def last_imports(conn: sqlite3.Connection, channels: Iterable[str]) -> dict[str, str]:
    """When orders of each channel were last imported."""
    found = {}
    for channel in channels:
        row = conn.execute(
            "SELECT b.started_at FROM files_in f JOIN batches b ON b.id = f.batch_id WHERE f.id = ("
            "SELECT max(id) FROM files_in WHERE channel = ? AND kind = 'orders')",
            (channel,),
        ).fetchone()
        if row:
            found[channel] = row["started_at"]
    return found


def shipped_elsewhere(conn: sqlite3.Connection, since: str) -> int:
    """Orders that a channel shipped without us since then, although we held their stock."""
    return int(
        conn.execute(
            "SELECT count(DISTINCT order_id) FROM events WHERE kind = 'shipped_elsewhere' AND at >= ?", (since,)
        ).fetchone()[0]
    )


def pending_files(conn: sqlite3.Connection) -> int:
    """Files of committed batches that a crash left unwritten."""
    return int(conn.execute("SELECT count(*) FROM pending_files").fetchone()[0])


def rate_services(conn: sqlite3.Connection, words: Iterable[str]) -> set[str]:
    """Which of `words` the rate card knows; all of them where there is no rate card."""
    if conn.execute("SELECT 1 FROM rates LIMIT 1").fetchone() is None:
        return set(words)
    return {
        row["service"]
        for row in conn.execute(
            "SELECT DISTINCT service FROM rates WHERE service IN (SELECT value FROM json_each(?))",
            (json.dumps(list(words)),),
        )
    }


def channel_names(conn: sqlite3.Connection) -> list[str]:
    """Every channel the store ever knew."""
    return [row["name"] for row in conn.execute("SELECT name FROM channels ORDER BY name")]


ORDER = "id, channel, order_ref, status, placed_at, ship_by, currency, total"


def orders(
    conn: sqlite3.Connection,
    *,
    statuses: Sequence[str] = (),
    channel: str | None = None,
    reason: str | None = None,
    late_at: str | None = None,
    limit: int | None = None,
) -> list[sqlite3.Row]:
    """
    Orders (columns ORDER) that fit, newest first; late ones by when they should have left.

    `reason`: held for it. `late_at`: open and due before then.
    """
    conditions, values = ["1"], list[Any]()
    if statuses:
        conditions.append(f"status IN ({', '.join('?' * len(statuses))})")
        values += statuses
    if channel:
        conditions.append("channel = ?")
        values.append(channel)
    if reason:
        conditions.append("id IN (SELECT order_id FROM holds WHERE reason = ? AND released = 0)")
        values.append(reason)
    if late_at:
        conditions.append(f"ship_by < ? AND status NOT IN {CLOSED}")
        values.append(late_at)
    first = "ship_by, " if late_at else ""
    return conn.execute(
        f"SELECT {ORDER} FROM orders WHERE {' AND '.join(conditions)} "
        f"ORDER BY {first}placed_at DESC, channel, order_ref, id LIMIT ?",
        (*values, -1 if limit is None else limit),
    ).fetchall()


def details(conn: sqlite3.Connection, order_ids: Sequence[int]) -> tuple[list[Any], ...]:
    """
    Of those orders, as plain tuples sorted by their first column: holds (order_id, reason, detail), lines (order_id, id,
    line_ref, listing_sku, sku, title, ordered, cancelled, shipped, returned), what their lines draw (line_id, sku,
    units), allocations not released (line_id, sku, location, quantity, state).
    """
    ids = json.dumps(list(order_ids))
    among = "(SELECT value FROM json_each(?))"
    cursor = conn.cursor()
    cursor.row_factory = None
    return tuple(
        cursor.execute(sql, (ids,)).fetchall()
        for sql in (
            f"SELECT order_id, reason, detail FROM holds WHERE released = 0 AND order_id IN {among} ORDER BY order_id, reason",
            "SELECT order_id, id, line_ref, listing_sku, sku, title, ordered, cancelled, shipped, returned FROM lines "
            f"WHERE order_id IN {among} ORDER BY order_id, position, id",
            "SELECT u.line_id, u.sku, u.units FROM lines l JOIN line_units u ON u.line_id = l.id "
            f"WHERE l.order_id IN {among} ORDER BY u.line_id, u.sku",
            "SELECT line_id, sku, location, sum(quantity), state FROM allocations "
            f"WHERE state <> 'released' AND order_id IN {among} GROUP BY line_id, sku, location, state "
            "ORDER BY line_id, sku, location, state",
        )
    )


def line_amounts(conn: sqlite3.Connection, order_id: int) -> list[sqlite3.Row]:
    """unit_price, discount and tax of the lines of one order, in the order of `details`; NULL where no file says."""
    return conn.execute(
        "SELECT unit_price, discount, tax FROM lines WHERE order_id = ? ORDER BY position, id", (order_id,)
    ).fetchall()


def contact(conn: sqlite3.Connection, order_id: int) -> sqlite3.Row | None:
    """Who gets the order: personal data, for `oms show` alone."""
    row: sqlite3.Row | None = conn.execute("SELECT * FROM contacts WHERE order_id = ?", (order_id,)).fetchone()
    return row


def parcels(conn: sqlite3.Connection, order_id: int) -> list[sqlite3.Row]:
    """Lines in parcels: id, location, carrier, service, tracking, shipped_at, elsewhere, line_ref, sku, units, confirmed."""
    return conn.execute(
        "SELECT p.id, p.location, p.carrier, p.service, p.tracking, p.shipped_at, p.elsewhere, l.line_ref, pl.sku, "
        "sum(pl.units) AS units, EXISTS (SELECT 1 FROM confirmations c WHERE c.parcel_id = p.id AND c.line_id = l.id) "
        "AS confirmed FROM parcel_lines pl JOIN lines l ON l.id = pl.line_id JOIN parcels p ON p.id = pl.parcel_id "
        "WHERE l.order_id = ? GROUP BY p.id, l.id, pl.sku ORDER BY p.shipped_at, p.id, l.position, pl.sku",
        (order_id,),
    ).fetchall()


def returns(conn: sqlite3.Connection, order_id: int) -> list[sqlite3.Row]:
    """
    What comes back of it, oldest first: return_ref, location, requested_at, received_at (NULL: not yet), refunded,
    currency, line_ref, sku, quantity, disposition, reason.
    """
    return conn.execute(
        "SELECT r.return_ref, r.location, r.requested_at, r.received_at, r.refunded, r.currency, l.line_ref, "
        "COALESCE(l.sku, x.sku, x.listing_sku) AS sku, x.quantity, x.disposition, x.reason "
        "FROM returns r JOIN return_lines x ON x.return_id = r.id LEFT JOIN lines l ON l.id = x.line_id "
        "WHERE r.order_id = ? ORDER BY COALESCE(r.requested_at, r.received_at), r.return_ref, x.id", (order_id,),
    ).fetchall()  # fmt: skip


def order_events(conn: sqlite3.Connection, order_id: int) -> list[sqlite3.Row]:
    """
    Its story, oldest first: batch_id, command, at, kind, sku, location, detail (JSON).

    The journal, and what batches did to it without writing there: loaded, allocated, shipped, confirmed.
    """
    return conn.execute(
        """
        WITH told AS (
            SELECT e.batch_id, e.at, e.kind, e.sku, e.location, e.detail, e.id AS n FROM events e WHERE e.order_id = :order
        ), done AS (
            SELECT f.batch_id, NULL AS at, 'imported' AS kind, NULL AS sku, NULL AS location,
                json_object('file', f.path, 'row', o.row) AS detail, 0 AS n
            FROM orders o JOIN files_in f ON f.id = o.file_id WHERE o.id = :order
            UNION ALL
            SELECT a.batch_id, NULL, 'allocated', a.sku, a.location, json_object('quantity', sum(a.quantity)), 1
            FROM allocations a WHERE a.order_id = :order GROUP BY a.batch_id, a.sku, a.location
            UNION ALL
            SELECT p.batch_id, p.shipped_at, 'shipped', x.sku, p.location,
                json_object('quantity', sum(x.units), 'carrier', p.carrier, 'tracking', p.tracking), 2
            FROM parcel_lines x JOIN lines l ON l.id = x.line_id JOIN parcels p ON p.id = x.parcel_id
            WHERE l.order_id = :order GROUP BY p.id, x.sku
            UNION ALL
            SELECT c.batch_id, NULL, 'confirmed', l.sku, NULL,
                json_object('quantity', sum(c.quantity), 'carrier', c.carrier, 'tracking', c.tracking), 3
            FROM confirmations c JOIN lines l ON l.id = c.line_id WHERE l.order_id = :order
            GROUP BY c.batch_id, l.id, c.carrier, c.tracking
        )
        SELECT x.batch_id, b.command, COALESCE(x.at, b.started_at) AS at, x.kind, x.sku, x.location, x.detail
        FROM (SELECT * FROM told UNION ALL
              SELECT * FROM done WHERE batch_id NOT IN (SELECT batch_id FROM told WHERE kind <> 'given_back')) x
        JOIN batches b ON b.id = x.batch_id
        ORDER BY x.batch_id, x.n, x.sku, x.location
        """,
        {"order": order_id},
    ).fetchall()


def waiting(conn: sqlite3.Connection, order_id: int) -> list[sqlite3.Row]:
    """Why its lines wait, as the last routing said: line_ref, sku, short, reason, expected_on."""
    return conn.execute(
        "SELECT l.line_ref, w.sku, w.short, w.reason, w.expected_on FROM waiting w JOIN lines l ON l.id = w.line_id "
        "WHERE w.order_id = ? ORDER BY l.position, l.id, w.sku", (order_id,),
    ).fetchall()  # fmt: skip


def order_documents(conn: sqlite3.Connection, order_id: int, channel: str) -> list[sqlite3.Row]:
    """
    Documents that tell of the order (kind, location, channel, path): what the batches of its journal wrote for its
    channel or for a location it leaves from, and its confirmations.
    """
    return conn.execute(
        "SELECT kind, location, channel, path FROM documents WHERE id IN ("
        "  SELECT c.document_id FROM confirmations c JOIN lines l ON l.id = c.line_id WHERE l.order_id = :order"
        "  UNION SELECT d.id FROM documents d WHERE d.batch_id IN (SELECT batch_id FROM events WHERE order_id = :order) "
        "  AND (d.channel = :channel OR d.location IN (SELECT location FROM allocations WHERE order_id = :order "
        "       AND state <> 'released'))"
        ") ORDER BY id",
        {"order": order_id, "channel": channel},
    ).fetchall()
