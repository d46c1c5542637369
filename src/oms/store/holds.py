"""Holds of touched orders: those that follow from facts are written anew, those of people and of the bench stay."""

import sqlite3

import polars as pl

from oms.model.states import DERIVED_REASONS
from oms.store.batch import Batch
from oms.store.frames import query, query_large, stage

_DERIVED = ", ".join(f"'{reason}'" for reason in DERIVED_REASONS)

#: Touched orders that still have something to ship from our stock, as status.count_lines counted them.
_OPEN = """
SELECT n.order_id FROM temp.line_counts n CROSS JOIN orders o ON o.id = n.order_id
WHERE n.ours_left > 0 AND o.external = 0 AND o.counter_location IS NULL
"""


#: Units of an order that are neither set aside nor gone, by line and sku.
_MISSING = """
SELECT l.id AS line_id, u.sku, u.units * (l.ordered - l.cancelled - l.shipped)
    - COALESCE(sum(a.quantity) FILTER (WHERE a.state IN ('reserved', 'picking')), 0)
    - max(0, COALESCE(sum(a.quantity) FILTER (WHERE a.state = 'shipped'), 0) - u.units * l.shipped) AS units
FROM lines l JOIN line_units u ON u.line_id = l.id LEFT JOIN allocations a ON a.line_id = l.id AND a.sku = u.sku
WHERE l.order_id = holds.order_id AND l.external = 0 GROUP BY u.id
"""

#: Holds of the bench whose cause is gone: nothing is called back any more, nothing is left to ship, or what was missing
#: at the places the order was picked at lies there again.
_OVER = f"""
(reason = 'recall' AND NOT EXISTS (SELECT 1 FROM lines l WHERE l.order_id = holds.order_id AND l.recalled > 0))
OR (reason IN ('changed_after_pick', 'short') AND NOT EXISTS (SELECT 1 FROM lines l
    WHERE l.order_id = holds.order_id AND l.external = 0 AND l.ordered > l.cancelled + l.shipped))
OR (reason = 'short' AND order_id NOT IN (SELECT order_id FROM events WHERE batch_id = :batch AND kind = 'given_back')
    AND NOT EXISTS (SELECT 1 FROM ({_MISSING}) m WHERE m.units > COALESCE((
    SELECT sum(s.on_hand - s.reserved) FROM stock s WHERE s.sku = m.sku
    AND s.location IN (SELECT a.location FROM allocations a WHERE a.line_id = m.line_id AND a.sku = m.sku)), 0)))
"""


def touch_held_by(batch: Batch) -> None:
    """Look again at the orders that are held because of a touched order (its duplicate) or of touched stock (short)."""
    batch.touch_orders(
        "SELECT h.order_id FROM (SELECT order_id, substr(detail, 9) AS other FROM holds WHERE reason = 'duplicate') h "
        "CROSS JOIN orders o ON o.order_ref = substr(h.other, instr(h.other, '/') + 1) "
        "AND o.channel = substr(h.other, 1, instr(h.other, '/') - 1) JOIN temp.touched_orders t ON t.order_id = o.id"
    )
    batch.touch_orders(
        "SELECT h.order_id FROM holds h CROSS JOIN allocations a ON a.order_id = h.order_id "
        "JOIN temp.touched_stock t ON t.sku = a.sku AND t.location = a.location WHERE h.reason = 'short'"
    )


def open_contacts(conn: sqlite3.Connection, platform_channels: list[str]) -> pl.DataFrame:
    """
    Addresses that must be good enough to ship to: touched open orders that we label and send ourselves.

    Columns: order_id, no_address, name, address1, city, region, postcode, country.
    """
    marks = ", ".join("?" * len(platform_channels)) or "''"
    texts = ("name", "address1", "city", "region", "postcode", "country")
    return query_large(
        conn,
        f"SELECT o.id AS order_id, o.no_address, {', '.join(texts)} "
        f"FROM temp.open_orders t CROSS JOIN orders o ON o.id = t.order_id LEFT JOIN contacts c ON c.order_id = o.id "
        f"WHERE o.delivery <> 'pickup' AND (o.no_address = 1 OR o.channel NOT IN ({marks}))",
        platform_channels,
        schema={"order_id": pl.Int64, "no_address": pl.Int64} | dict.fromkeys(texts, pl.String),
    ).sort("order_id")


def note_open_orders(conn: sqlite3.Connection) -> None:
    """Make temp.open_orders: the touched orders whose holds matter."""
    conn.execute("DROP TABLE IF EXISTS temp.open_orders")
    conn.execute("CREATE TEMP TABLE open_orders (order_id INTEGER PRIMARY KEY)")
    conn.execute(f"INSERT INTO temp.open_orders {_OPEN}")


def possible_duplicates(conn: sqlite3.Connection) -> pl.DataFrame:
    """
    Touched open orders and every order of another channel placed within a day of them, as core.verify.duplicates takes
    them; no rows where only one channel has orders.
    """
    columns = ("order_id", "channel", "order_ref", "placed_at", "open", "lines", "email", "phone", "name", "address1",
               "postcode", "words")  # fmt: skip
    schema = dict.fromkeys(columns, pl.String) | {"order_id": pl.Int64, "open": pl.Int64}
    one_channel = conn.execute("SELECT min(channel) = max(channel) FROM orders").fetchone()[0] in (1, None)
    span = conn.execute(
        "SELECT date(min(o.placed_at)), date(max(o.placed_at), '+1 day') FROM temp.open_orders t "
        "CROSS JOIN orders o ON o.id = t.order_id"
    ).fetchone()
    if one_channel or span[0] is None:
        return pl.DataFrame(schema=schema)
    return query(
        conn,
        "SELECT o.id AS order_id, o.channel, o.order_ref, o.placed_at, "
        "(o.external = 0 AND o.counter_location IS NULL AND sum(l.ordered - l.cancelled - l.shipped) > 0) AS open, "
        "group_concat(l.content, '|') AS lines, c.email, c.phone, c.name, c.address1, c.postcode, "
        "COALESCE(o.order_ref, '') || ' ' || COALESCE(o.note, '') || ' ' || COALESCE(o.tags, '') AS words "
        "FROM orders o LEFT JOIN contacts c ON c.order_id = o.id JOIN ("
        "  SELECT order_id, ordered, cancelled, shipped, COALESCE(sku, listing_sku) || '*' || "
        "  (ordered * listing_quantity) AS content FROM lines ORDER BY order_id, content) l ON l.order_id = o.id "
        "WHERE o.placed_at >= ? AND o.placed_at < ? AND o.counter_location IS NULL "
        "GROUP BY o.id HAVING sum(l.ordered - l.cancelled) > 0 ORDER BY o.id",
        tuple(span),
        schema,
    )


def derive_holds(batch: Batch, accept_cod: tuple[str, ...], addresses: pl.DataFrame, duplicates: pl.DataFrame) -> None:
    """
    Write the holds that follow from facts for the touched orders; a hold whose cause is gone goes.

    `addresses` and `duplicates` (order_id, detail) are what core/verify found. A released hold stays released as long
    as its cause is the same.
    """
    conn = batch.conn
    cod = ", ".join("?" * len(accept_cod)) or "''"
    stage(conn, "found_addresses", addresses)
    stage(conn, "found_duplicates", duplicates)
    conn.execute("DROP TABLE IF EXISTS temp.wanted")
    conn.execute(
        "CREATE TEMP TABLE wanted AS WITH doubtful AS MATERIALIZED ("
        "  SELECT o.* FROM temp.open_orders t CROSS JOIN orders o ON o.id = t.order_id "
        "  WHERE o.payment IN ('unpaid', 'cod') OR o.risk = 'high' OR o.cancel_requested = 1 OR o.on_hold = 1) "
        "SELECT id AS order_id, 'unpaid' AS reason, CASE payment WHEN 'cod' "
        "  THEN 'cash on delivery is not accepted here' ELSE 'not paid yet' END AS detail FROM doubtful "
        f"WHERE payment = 'unpaid' OR (payment = 'cod' AND channel NOT IN ({cod})) "
        "UNION ALL SELECT t.order_id, 'unmapped_sku', group_concat(DISTINCT l.listing_sku) "
        "FROM temp.open_orders t CROSS JOIN lines l ON l.order_id = t.order_id "
        "WHERE l.sku IS NULL AND l.external = 0 AND l.ordered > l.cancelled + l.shipped GROUP BY t.order_id "
        "UNION ALL SELECT id, 'risk', 'the channel says high risk' FROM doubtful WHERE risk = 'high' "
        "UNION ALL SELECT id, 'buyer_cancel_requested', 'the buyer asked to cancel' FROM doubtful "
        "WHERE cancel_requested = 1 "
        "UNION ALL SELECT id, 'on_hold', 'the channel has not released it' FROM doubtful WHERE on_hold = 1 "
        "UNION ALL SELECT order_id, 'address', detail FROM temp.found_addresses "
        "UNION ALL SELECT order_id, 'duplicate', 'same as ' || detail FROM temp.found_duplicates "
        "WHERE order_id IN (SELECT order_id FROM temp.open_orders)",
        accept_cod,
    )
    conn.execute(
        f"DELETE FROM holds WHERE reason IN ({_DERIVED}) AND order_id IN (SELECT order_id FROM temp.touched_orders) "
        "AND NOT EXISTS (SELECT 1 FROM temp.wanted w WHERE w.order_id = holds.order_id AND w.reason = holds.reason)"
    )
    conn.execute(
        f"DELETE FROM holds WHERE reason IN ('recall', 'changed_after_pick', 'short') "
        f"AND order_id IN (SELECT order_id FROM temp.touched_orders) AND ({_OVER})",
        {"batch": batch.id},
    )
    conn.execute(
        "INSERT INTO holds (order_id, reason, detail) SELECT order_id, reason, detail FROM temp.wanted WHERE true "
        "ORDER BY order_id, reason "
        "ON CONFLICT (order_id, reason) DO UPDATE SET detail = excluded.detail WHERE holds.detail <> excluded.detail"
    )
