"""The status of an order: the first that is true. `DEFINITION` is the one place where it is said; doctor proves it."""

from oms.store.batch import Batch
from oms.store.indexes import built_once

#: (order_id, status, stored) of the orders in the table {orders} (a column `order_id`); `stored`: the status they have.
DEFINITION = """
SELECT o.id AS order_id, o.status AS stored, CASE
    WHEN COALESCE(n.left_units, 0) = 0 AND COALESCE(n.shipped, 0) = 0 THEN 'cancelled'
    WHEN o.external OR (n.ours_left = 0 AND n.ours_shipped = 0) THEN 'external'
    WHEN o.delivered AND n.ours_left = 0 THEN 'delivered'
    WHEN n.ours_left = 0 THEN 'shipped'
    WHEN n.ours_shipped > 0 THEN 'part_shipped'
    WHEN EXISTS (SELECT 1 FROM holds h WHERE h.order_id = o.id AND h.released = 0 AND h.reason = 'unpaid') THEN 'unpaid'
    WHEN EXISTS (SELECT 1 FROM holds h WHERE h.order_id = o.id AND h.released = 0) THEN 'held'
    WHEN EXISTS (SELECT 1 FROM allocations a WHERE a.order_id = o.id AND a.state = 'picking') THEN 'picking'
    WHEN EXISTS (SELECT 1 FROM allocations a WHERE a.order_id = o.id AND a.state = 'reserved') THEN 'routed'
    WHEN o.route_tried THEN 'waiting'
    ELSE 'ready' END AS status
FROM {orders} t CROSS JOIN orders o ON o.id = t.order_id
LEFT JOIN {counts} n ON n.order_id = o.id
"""

#: (order_id, left_units, shipped, ours_left, ours_shipped) of the lines of the orders in the table {orders}; `ours`: units
#: that leave our shelves, not a gift card or what the channel's own warehouse ships.
COUNTS = """
SELECT l.order_id, sum(l.ordered - l.cancelled - l.shipped) AS left_units, sum(l.shipped) AS shipped,
    sum((l.ordered - l.cancelled - l.shipped) * (1 - l.external)) AS ours_left,
    sum(l.shipped * (1 - l.external)) AS ours_shipped
FROM {orders} t CROSS JOIN lines l ON l.order_id = t.order_id GROUP BY t.order_id
"""


def definition(orders: str) -> str:
    """(order_id, status, stored) of the orders in the table `orders` (a column `order_id`)."""
    return DEFINITION.format(orders=orders, counts=f"({COUNTS.format(orders=orders)})")


def count_lines(batch: Batch) -> None:
    """Make temp.line_counts: what the lines of the touched orders come to. They do not change while settling."""
    conn = batch.conn
    conn.execute("DROP TABLE IF EXISTS temp.line_counts")
    conn.execute(
        "CREATE TEMP TABLE line_counts (order_id INTEGER PRIMARY KEY, left_units INTEGER, shipped INTEGER, "
        "ours_left INTEGER, ours_shipped INTEGER)"
    )
    conn.execute(f"INSERT INTO temp.line_counts {COUNTS.format(orders='temp.touched_orders')}")


def derive_statuses(batch: Batch) -> None:
    """Write the status of the touched orders where it is another one."""
    conn = batch.conn
    conn.execute("DROP TABLE IF EXISTS temp.statuses")
    conn.execute("CREATE TEMP TABLE statuses (order_id INTEGER PRIMARY KEY, status TEXT)")
    derived = DEFINITION.format(orders="temp.touched_orders", counts="temp.line_counts")
    changed = conn.execute(
        f"INSERT INTO temp.statuses SELECT order_id, status FROM ({derived}) WHERE status <> stored"
    ).rowcount
    with built_once(conn, "orders", changed, only=("orders_by_status", "orders_late")):
        conn.execute("UPDATE orders SET status = d.status FROM temp.statuses d WHERE d.order_id = orders.id")
