"""What was: the orders of a time, what they asked for, what was on the shelves by then, and from where they left."""

import json
import sqlite3
from collections.abc import Collection, Mapping

import polars as pl

from oms.model.frames import ASSIGNMENTS, FREE_STOCK, OPEN_DEMAND, conform
from oms.store.balances import AFTER
from oms.store.frames import query_large
from oms.store.routing import note, plain, quoted

#: Orders that were ours to send, whatever has become of them; not those that never were, or that something still holds.
_PLACED = """
SELECT o.id FROM orders o
WHERE COALESCE(o.placed_at, o.as_of) >= ? AND COALESCE(o.placed_at, o.as_of) < ? AND o.external = 0
    AND o.counter_location IS NULL AND o.status NOT IN ('cancelled', 'external', 'held', 'unpaid')
    AND o.channel IN (SELECT value FROM json_each(?))
"""

_DEMAND = """
SELECT l.order_id, l.id AS line_id, l.line_ref, l.position, u.sku, u.units, l.ordered - l.cancelled AS "left",
    (l.ordered - l.cancelled) * u.units AS need
FROM temp.routable r JOIN lines l ON l.order_id = r.order_id JOIN line_units u ON u.line_id = l.id
WHERE l.external = 0 AND l.ordered > l.cancelled
"""

#: The balance at a time, and what the orders of temp.routable had taken of it.
_SUPPLY = f"""
SELECT p.sku, p.location, COALESCE(c.quantity, 0)
    + COALESCE((SELECT sum(m.quantity) FROM moves m WHERE m.sku = p.sku AND m.location = p.location AND m.kind <> 'count'
        AND m.happened_at <= :at AND (c.id IS NULL OR {AFTER})), 0)
    - COALESCE((SELECT sum(m.quantity) FROM moves m JOIN lines l ON l.id = m.line_id
        JOIN temp.routable r ON r.order_id = l.order_id
        WHERE m.sku = p.sku AND m.location = p.location AND m.kind = 'shipment' AND m.happened_at <= :at), 0) AS free
FROM (
    SELECT DISTINCT m.sku, m.location FROM moves m WHERE m.happened_at <= :at AND m.sku IN (
        SELECT u.sku FROM temp.routable r JOIN lines l ON l.order_id = r.order_id JOIN line_units u ON u.line_id = l.id)
) p
LEFT JOIN moves c ON c.id = (
    SELECT n.id FROM moves n WHERE n.sku = p.sku AND n.location = p.location AND n.kind = 'count' AND n.happened_at <= :at
    ORDER BY n.happened_at DESC, n.tie DESC, n.id DESC LIMIT 1)
"""


def note_placed(conn: sqlite3.Connection, channels: Collection[str], first: str, until: str) -> None:
    """Make temp.routable: the orders of `channels` placed from `first` on and before `until` (UTC text)."""
    note(conn, _PLACED, (first, until, json.dumps(sorted(channels))))


def demand(conn: sqlite3.Connection) -> pl.DataFrame:
    """OPEN_DEMAND of temp.routable as if nothing had been sent yet."""
    return conform(query_large(conn, _DEMAND, schema=quoted(OPEN_DEMAND)).rename({'"left"': "left"}), OPEN_DEMAND)


def supply(conn: sqlite3.Connection, at: str, reserve: Mapping[str, int]) -> pl.DataFrame:
    """
    FREE_STOCK of the skus of temp.routable at the time `at`: what lay there, and what these orders had taken by then.

    `reserve` is units by location that are never routed.
    """
    found = query_large(conn, _SUPPLY, {"at": at}, schema=plain(FREE_STOCK))
    kept = pl.col("location").replace_strict(dict(reserve), default=0, return_dtype=pl.Int64)
    return found.with_columns(pl.col("free") - kept)


def sent(conn: sqlite3.Connection) -> pl.DataFrame:
    """ASSIGNMENTS of temp.routable as they were decided at the time, and not given back."""
    wanted = ("order_id", "line_id", "sku", "location", "quantity", "ship_on", "cost", "shipping")
    found = query_large(
        conn,
        "SELECT a.order_id, a.line_id, a.sku, a.location, a.quantity, a.ship_on, a.cost, "
        "COALESCE(a.detail ->> '$.shipping', 0) AS shipping "
        "FROM temp.routable r JOIN allocations a ON a.order_id = r.order_id WHERE a.state <> 'released'",
        schema=plain({name: ASSIGNMENTS[name] for name in wanted}),
    )
    return conform(found, ASSIGNMENTS)
