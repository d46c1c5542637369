"""
Which sku a line is, and what one unit of it draws from stock.

A listing row wins; else a listing_sku that equals one of our skus. A kit draws its components. What a line drew when it
was mapped stays, however the kit changes later.
"""

import sqlite3
from collections.abc import Iterable, Iterator

import polars as pl

from oms.store.batch import Batch
from oms.store.frames import query

#: Mapped sku and units a listing unit of (channel {channel}, listing {listing}); joins products as `p`, listings as `li`.
JOINS = """
LEFT JOIN listings li ON li.channel = {channel} AND li.listing_sku = {listing} AND li.sku IS NOT NULL
LEFT JOIN products p ON p.sku = COALESCE(li.sku, {listing})
    AND NOT EXISTS (SELECT 1 FROM kit_components k LEFT JOIN products kp ON kp.sku = k.sku
                    WHERE k.kit_sku = p.sku AND kp.sku IS NULL)
"""
SKU = "p.sku"
QUANTITY = "CASE WHEN p.sku IS NOT NULL THEN COALESCE(li.quantity, 1) ELSE 1 END"

#: Lines that hold or moved stock keep their mapping.
_FIXED = """(EXISTS (SELECT 1 FROM allocations a WHERE a.line_id = l.id AND a.state <> 'released')
    OR EXISTS (SELECT 1 FROM moves m WHERE m.line_id = l.id))"""


def mapping_of(conn: sqlite3.Connection, channel: str) -> pl.DataFrame:
    """What a channel's listings are: listing_sku, sku, listing_quantity; every sku of ours is a listing of itself."""
    joins = JOINS.format(channel=":channel", listing="n.listing_sku")
    return query(
        conn,
        f"SELECT n.listing_sku, {SKU} AS sku, {QUANTITY} AS listing_quantity FROM "
        "(SELECT listing_sku FROM listings WHERE channel = :channel UNION SELECT sku FROM products) n "
        f"{joins} WHERE p.sku IS NOT NULL",
        {"channel": channel},
        {"listing_sku": pl.String, "sku": pl.String, "listing_quantity": pl.Int64},
    )


def map_lines(batch: Batch) -> None:
    """
    Map the lines of touched orders that are not mapped yet, or mapped otherwise and still free to change.

    Orders that this batch brought were mapped as they came (`mapping_of`): only their unmapped lines are looked at.
    """
    conn = batch.conn
    conn.execute("DROP TABLE IF EXISTS temp.mapped")
    floor = "(SELECT last_id FROM floors WHERE name = 'orders')"
    found = f"SELECT l.id AS line_id, {SKU} AS sku, {QUANTITY} AS quantity"
    joins = JOINS.format(channel="o.channel", listing="l.listing_sku")
    conn.execute(
        f"CREATE TEMP TABLE mapped AS {found} "
        f"FROM temp.touched_orders t CROSS JOIN orders o ON o.id = t.order_id CROSS JOIN lines l ON l.order_id = o.id {joins} "
        f"WHERE t.order_id <= {floor} "
        f"AND (l.sku IS NOT {SKU} OR (l.sku IS NOT NULL AND l.listing_quantity <> {QUANTITY})) "
        f"UNION ALL {found} FROM lines l CROSS JOIN orders o ON o.id = l.order_id {joins} "
        f"WHERE l.id > (SELECT last_id FROM floors WHERE name = 'lines') AND l.sku IS NULL AND {SKU} IS NOT NULL "
        f"AND +l.order_id > {floor} AND +l.order_id IN (SELECT order_id FROM temp.touched_orders)"
    )
    conn.execute(
        f"DELETE FROM temp.mapped WHERE line_id IN (SELECT l.id FROM temp.mapped m JOIN lines l ON l.id = m.line_id "
        f"WHERE l.sku IS NOT NULL AND (l.ordered <= l.cancelled + l.shipped OR {_FIXED}))"
    )
    conn.execute("DELETE FROM line_units WHERE line_id IN (SELECT line_id FROM temp.mapped)")
    conn.execute("UPDATE lines SET sku = m.sku, listing_quantity = m.quantity FROM temp.mapped m WHERE m.line_id = lines.id")
    explode_lines(batch)


#: What a unit of each line of {lines} (named `l`) draws, where that still matters.
_DRAWN = """
INSERT INTO line_units (line_id, sku, units)
SELECT l.id, COALESCE(k.sku, l.sku), l.listing_quantity * COALESCE(k.quantity, 1)
FROM {lines} CROSS JOIN orders o ON o.id = l.order_id LEFT JOIN kit_components k ON k.kit_sku = l.sku
WHERE l.sku IS NOT NULL AND l.external = 0 AND o.external = 0
AND (l.ordered > l.cancelled + l.shipped OR o.counter_location IS NOT NULL)
"""
_UNWRITTEN = "AND NOT EXISTS (SELECT 1 FROM line_units u WHERE u.line_id = l.id)"


def explode_new_lines(batch: Batch, after: int) -> None:
    """Write what a unit of each line with an id above `after` draws: all of them mapped, none written yet."""
    batch.conn.execute(f"{_DRAWN.format(lines='lines l')} AND l.id > ?", (after,))
    batch.conn.execute("INSERT INTO temp.arrived SELECT ?, max(id) FROM lines", (after,))


def explode_lines(batch: Batch) -> None:
    """Write what a unit of each touched, mapped line draws, where that is not written yet and still matters."""
    conn = batch.conn
    orders, lines = (
        conn.execute("SELECT last_id FROM floors WHERE name = ?", (name,)).fetchone()[0] for name in ("orders", "lines")
    )
    touched = "temp.touched_orders t CROSS JOIN lines l ON l.order_id = t.order_id"
    conn.execute(f"{_DRAWN.format(lines=touched)} AND t.order_id <= ? {_UNWRITTEN}", (orders,))
    # Of the orders that this batch made, what came with them is written: left are lines added since, and those mapped now.
    # (The plus keeps SQLite from looking at the lines of every touched order: the range of ids is short.)
    for after, last in _between(lines, conn.execute("SELECT after, last FROM temp.arrived ORDER BY after").fetchall()):
        conn.execute(
            f"{_DRAWN.format(lines='lines l')} AND l.id > ? AND l.id <= ? "
            f"AND +l.order_id IN (SELECT order_id FROM temp.touched_orders) {_UNWRITTEN}",
            (after, last),
        )
    conn.execute(f"{_DRAWN.format(lines='temp.mapped m CROSS JOIN lines l ON l.id = m.line_id')} {_UNWRITTEN}")


def _between(after: int, ranges: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The ids above `after` that are in none of `ranges`: (above, up to) each."""
    for begin, end in ranges:
        if begin > after:
            yield after, begin
        after = end
    yield after, 2**62


def book_counter_sales(batch: Batch) -> None:
    """Take what was sold over a counter from that shop's stock, once a line, at the time of the sale."""
    conn = batch.conn
    conn.execute("DROP TABLE IF EXISTS temp.sales")
    conn.execute(
        "CREATE TEMP TABLE sales AS SELECT u.sku, o.counter_location AS location, -u.units * l.shipped AS quantity, "
        "o.placed_at AS at, l.id AS line_id, o.file_id, l.row "
        "FROM temp.touched_orders t CROSS JOIN orders o ON o.id = t.order_id CROSS JOIN lines l ON l.order_id = o.id "
        "JOIN line_units u ON u.line_id = l.id "
        "WHERE o.counter_location IS NOT NULL AND l.shipped > 0 "
        "AND NOT EXISTS (SELECT 1 FROM moves m WHERE m.line_id = l.id)"
    )
    conn.execute(
        "INSERT INTO moves (batch_id, sku, location, kind, quantity, happened_at, tie, line_id, file_id, row) "
        "SELECT ?, sku, location, 'sale', quantity, at, 0, line_id, file_id, row FROM temp.sales",
        (batch.id,),
    )
    batch.touch_stock("SELECT DISTINCT sku, location FROM temp.sales")


def touch_unmapped(batch: Batch) -> None:
    """After new products, kits or listings: look again at every order with a line that is not mapped."""
    batch.touch_orders("SELECT DISTINCT order_id FROM lines WHERE sku IS NULL AND external = 0")
