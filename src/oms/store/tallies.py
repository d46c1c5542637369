"""
What the morning screen counts, counted once a batch: `oms status` must appear at once, however large the store.

`TALLIES` is the one definition; doctor proves that the table equals it.
"""

from oms.model.states import DERIVED_REASONS
from oms.store.batch import Batch

#: Statuses with nothing left to do; spelled as in the index `orders_late`, so that SQLite uses it.
CLOSED = "('cancelled', 'external', 'delivered', 'shipped')"

_DERIVED = ", ".join(f"'{reason}'" for reason in DERIVED_REASONS)

#: Skus of which nothing is left to offer: at no location is more available than its safety stock, of all active skus
#: that were ever counted or moved, or that a line waits for.
LOW_STOCK = """
WITH place AS MATERIALIZED (SELECT code, CAST(COALESCE(settings ->> '$.safety_stock', 0) AS INTEGER) AS safety
                            FROM locations)
SELECT x.sku FROM (
    SELECT s.sku FROM stock s JOIN place ON place.code = s.location
    GROUP BY s.sku HAVING max(s.on_hand - s.reserved - place.safety) <= 0
    UNION SELECT w.sku FROM waiting w WHERE NOT EXISTS (SELECT 1 FROM stock s WHERE s.sku = w.sku)
) x JOIN products p ON p.sku = x.sku AND p.active = 1
WHERE NOT EXISTS (SELECT 1 FROM kit_components k WHERE k.kit_sku = x.sku)
"""

#: (channel, listing_sku) that an open or a counter line names and nobody has mapped.
UNMAPPED = """
SELECT li.channel, li.listing_sku
FROM (SELECT DISTINCT listing_sku FROM lines WHERE sku IS NULL AND external = 0) n
JOIN channels c JOIN listings li ON li.channel = c.name AND li.listing_sku = n.listing_sku
WHERE EXISTS (
    SELECT 1 FROM lines l INDEXED BY lines_unmapped JOIN orders o ON o.id = l.order_id
    WHERE l.sku IS NULL AND l.external = 0 AND l.listing_sku = n.listing_sku AND o.channel = c.name AND o.external = 0
    AND (l.ordered > l.cancelled + l.shipped OR (o.counter_location IS NOT NULL AND l.ordered > l.cancelled)))
"""

#: (day, n): how many open orders should leave on which UTC day. Walks the index from day to day: grouping takes 5x longer.
DUE = f"""
WITH RECURSIVE days(day) AS (
    SELECT substr(min(ship_by), 1, 10) FROM orders WHERE ship_by > '' AND status NOT IN {CLOSED}
    UNION ALL
    SELECT (SELECT substr(min(o.ship_by), 1, 10) FROM orders o
            WHERE o.ship_by >= date(days.day, '+1 day') AND o.status NOT IN {CLOSED})
    FROM days WHERE day IS NOT NULL
)
SELECT day, (SELECT count(*) FROM orders o WHERE o.ship_by >= day AND o.ship_by < date(day, '+1 day')
             AND o.status NOT IN {CLOSED}) AS n
FROM days WHERE day IS NOT NULL
"""

#: Orders for which all that they wait for is expected, and on which day the last of it.
EXPECTED = """
SELECT order_id, max(expected_on) AS day FROM waiting GROUP BY order_id
HAVING max(expected_on) IS NOT NULL AND NOT max(reason IN ('no_stock', 'pickup') AND expected_on IS NULL)
"""

#: (name, channel, word, n) of everything the screen shows.
TALLIES = f"""
SELECT 'status' AS name, '' AS channel, status AS word, count(*) AS n FROM orders GROUP BY status
UNION ALL
SELECT 'due', '', day, n FROM ({DUE})
UNION ALL
SELECT 'hold', '', reason, count(*) FROM holds h WHERE released = 0 AND (reason IN ({_DERIVED})
    OR EXISTS (SELECT 1 FROM orders o WHERE o.id = h.order_id AND o.status <> 'cancelled')) GROUP BY reason
UNION ALL
SELECT 'waiting', '', reason, count(DISTINCT line_id) FROM waiting GROUP BY reason
UNION ALL
SELECT 'expected', '', day, count(*) FROM ({EXPECTED}) GROUP BY day
UNION ALL
SELECT 'unmapped', channel, '', count(*) FROM ({UNMAPPED}) GROUP BY channel
UNION ALL
SELECT 'low_stock', '', '', count(*) FROM ({LOW_STOCK})
UNION ALL
SELECT 'shortfall', '', '', COALESCE(sum(shortfall), 0) FROM stock WHERE shortfall > 0
"""


def derive_tallies(batch: Batch) -> None:
    """Count anew what the morning screen shows, where `batch` touched orders or stock."""
    conn = batch.conn
    touched = conn.execute(
        "SELECT EXISTS (SELECT 1 FROM temp.touched_orders) OR EXISTS (SELECT 1 FROM temp.touched_stock)"
    ).fetchone()[0]
    if touched:
        conn.execute("DELETE FROM tallies WHERE name <> 'service'")
        conn.execute(f"INSERT INTO tallies {TALLIES}")


def note_services(batch: Batch) -> None:
    """
    Remember the words for services that touched orders are sent with.

    They are only ever added: which of them nobody mapped is looked up when the screen is shown.
    """
    batch.conn.execute(
        "INSERT OR IGNORE INTO tallies SELECT DISTINCT 'service', o.channel, o.service, 1 FROM temp.touched_orders t "
        f"CROSS JOIN orders o ON o.id = t.order_id WHERE o.service IS NOT NULL AND o.status NOT IN {CLOSED}"
    )
