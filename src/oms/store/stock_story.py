"""Where a stock number comes from: the newest count, the moves after it, and who is waiting for units."""

import json
import sqlite3
from collections.abc import Collection

from oms.store.balances import AFTER
from oms.store.publishing import ONLY_SKUS, UNALLOCATED


def places(conn: sqlite3.Connection, skus: Collection[str]) -> list[sqlite3.Row]:
    """Stock rows of `skus` by place, each with its newest count: quantity, time, file, line, batch and command."""
    return conn.execute(
        "SELECT s.sku, s.location, s.on_hand, s.reserved, s.shortfall, s.count_id, c.quantity AS counted, "
        "c.happened_at AS counted_at, f.path AS file, c.row, c.batch_id AS batch, b.command "
        "FROM stock s LEFT JOIN moves c ON c.id = s.count_id LEFT JOIN files_in f ON f.id = c.file_id "
        "LEFT JOIN batches b ON b.id = c.batch_id "
        "WHERE s.sku IN (SELECT value FROM json_each(?)) ORDER BY s.sku, s.location",
        (json.dumps(list(skus)),),
    ).fetchall()


def moves_after(conn: sqlite3.Connection, sku: str, location: str, count_id: int | None) -> list[sqlite3.Row]:
    """Every move after the count, as it happened, with the order, the file and line, and the command behind it."""
    return conn.execute(
        "SELECT m.happened_at AS at, m.kind, m.quantity, o.channel, o.order_ref, p.tracking, f.path AS file, m.row, "
        "m.batch_id AS batch, b.command, m.note "
        "FROM moves m JOIN batches b ON b.id = m.batch_id LEFT JOIN moves c ON c.id = :count_id "
        "LEFT JOIN files_in f ON f.id = m.file_id LEFT JOIN lines l ON l.id = m.line_id "
        "LEFT JOIN orders o ON o.id = l.order_id LEFT JOIN parcels p ON p.id = m.parcel_id "
        f"WHERE m.sku = :sku AND m.location = :location AND m.kind <> 'count' AND (c.id IS NULL OR {AFTER}) "
        "ORDER BY m.happened_at, m.tie, m.id",
        {"sku": sku, "location": location, "count_id": count_id},
    ).fetchall()


def open_allocations(conn: sqlite3.Connection, sku: str, location: str) -> list[sqlite3.Row]:
    """What is set aside at a place: channel, order_ref, line_ref, quantity, state, and the batch that did it."""
    return conn.execute(
        "SELECT o.channel, o.order_ref, l.line_ref, a.quantity, a.state, a.batch_id AS batch "
        "FROM allocations a JOIN orders o ON o.id = a.order_id JOIN lines l ON l.id = a.line_id "
        "WHERE a.sku = ? AND a.location = ? AND a.state IN ('reserved', 'picking') "
        "ORDER BY o.channel, o.order_ref, l.position, a.id",
        (sku, location),
    ).fetchall()


def unallocated(conn: sqlite3.Connection, skus: Collection[str], unpaid_since: str) -> list[sqlite3.Row]:
    """Who wants units that no location was chosen for yet: sku, channel, order_ref, status, pickup, quantity, file, row."""
    return conn.execute(
        "SELECT u.sku, u.channel, o.order_ref, o.status, u.pickup, u.units AS quantity, f.path AS file, l.row "
        f"FROM ({UNALLOCATED.format(only=ONLY_SKUS)}) u JOIN orders o ON o.id = u.order_id "
        "JOIN lines l ON l.id = u.line_id LEFT JOIN files_in f ON f.id = o.file_id WHERE u.units > 0 "
        "ORDER BY u.sku, u.channel, o.order_ref, l.position, l.id",
        {"skus": json.dumps(list(skus)), "unpaid_since": unpaid_since},
    ).fetchall()
