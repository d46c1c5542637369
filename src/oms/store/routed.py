"""What routing writes: allocations given back, told anew and made, and why what waits waits."""

import polars as pl

from oms.store.batch import Batch
from oms.store.frames import insert, query_large, stage
from oms.store.indexes import built_once

_COUNTS = {"sku": pl.String, "location": pl.String, "count_id": pl.Int64}


def save(
    batch: Batch, assignments: pl.DataFrame, released: pl.DataFrame, retold: pl.DataFrame, waiting: pl.DataFrame,
    scarce: pl.DataFrame,
) -> bool:  # fmt: skip
    """
    Write what was decided: allocations given back, told anew and made, and why what waits waits. True where anything changed.

    In: ASSIGNMENTS, RELEASED, RETOLD, WAITING of temp.routable with expected_on (ISO-8601 date or NULL), SCARCE. Touches the
    orders and stock concerned.
    """
    _release(batch, released)
    _retell(batch, retold)
    _reserve(batch, assignments, scarce)
    changed = _note_waiting(batch, waiting)
    return changed or bool(assignments.height or released.height or retold.height)


def _release(batch: Batch, released: pl.DataFrame) -> None:
    conn = batch.conn
    stage(conn, "released", released)
    conn.execute(
        "UPDATE allocations SET state = 'released' FROM temp.released r WHERE allocations.state = 'reserved' "
        "AND allocations.order_id = r.order_id AND allocations.line_id = r.line_id AND allocations.sku = r.sku "
        "AND allocations.location = r.location"
    )
    batch.touch_stock("SELECT DISTINCT sku, location FROM temp.released")
    batch.touch_orders("SELECT DISTINCT order_id FROM temp.released")


def _retell(batch: Batch, retold: pl.DataFrame) -> None:
    """What a parcel costs stands in the first of its allocations. Who shares it is said anew after this (store/joining.py)."""
    if retold.is_empty():
        return
    conn = batch.conn
    stage(conn, "retold", retold)
    parts = ("shipping", "handling", "handling_unit", "split", "late")
    first = (
        "(SELECT min(f.id) FROM allocations f WHERE f.order_id = a.order_id AND f.location = a.location "
        "AND f.state = 'reserved') = a.id"
    )
    said = ", ".join(f"'$.{part}', iif({first}, r.{part}, 0)" for part in parts)
    conn.execute(
        f"UPDATE allocations AS a SET carrier = r.carrier, service = r.service, cost = iif({first}, r.cost, 0), "
        f"detail = json_remove(json_set(a.detail, '$.weight_g', r.weight_g, '$.transit_days', r.transit_days, {said}), "
        "  '$.shrunk', '$.joint', '$.joint_saved', '$.joint_handling') "
        "FROM temp.retold r WHERE a.order_id = r.order_id AND a.location = r.location AND a.state = 'reserved'"
    )
    batch.touch_orders("SELECT DISTINCT order_id FROM temp.retold")


def _reserve(batch: Batch, assignments: pl.DataFrame, scarce: pl.DataFrame) -> None:
    conn = batch.conn
    parts = ["weight_g", "transit_days", "shipping", "handling", "handling_unit", "split", "late"]
    if scarce.height:
        prices = scarce.rename({"price": "scarcity"})
        assignments = assignments.join(prices, on=("sku", "location"), how="left", maintain_order="left")
        parts.append("scarcity")
    counts = query_large(conn, "SELECT sku, location, count_id FROM stock", schema=_COUNTS)
    reserved = assignments.join(counts, on=("sku", "location"), how="left", maintain_order="left").select(
        "order_id", "line_id", "sku", "location", "quantity", "count_id", "carrier", "service", "ship_on", "distance_km",
        "distance_level", "cost", batch_id=pl.lit(batch.id), state=pl.lit("reserved"),
        detail=pl.struct(*parts).struct.json_encode(),
    )  # fmt: skip
    before = conn.execute("SELECT COALESCE(max(id), 0) FROM allocations").fetchone()[0]
    with built_once(conn, "allocations", reserved.height):
        insert(conn, "allocations", reserved)
    conn.execute(
        "INSERT INTO events (batch_id, at, kind, order_id, location, detail) "
        "SELECT ?, ?, 'routed', order_id, location, json_object('units', sum(quantity), 'ship_on', ship_on) "
        "FROM allocations WHERE id > ? GROUP BY order_id, location ORDER BY min(id)",
        (batch.id, batch.at, before),
    )
    conn.execute(
        "INSERT INTO events (batch_id, at, kind, order_id, location, detail) "
        "SELECT DISTINCT ?, ?, 'unrouted', order_id, location, '{}' FROM temp.released r WHERE NOT EXISTS ("
        "  SELECT 1 FROM allocations a WHERE a.order_id = r.order_id AND a.location = r.location AND a.id > ?) "
        "ORDER BY order_id, location",
        (batch.id, batch.at, before),
    )
    batch.touch_stock("SELECT DISTINCT sku, location FROM allocations WHERE id > ?", (before,))
    batch.touch_orders("SELECT order_id FROM allocations WHERE id > ?", (before,))


def _note_waiting(batch: Batch, waiting: pl.DataFrame) -> bool:
    """Make the table `waiting` what this routing says; rows that say the same already stay. True where one changed."""
    conn = batch.conn
    stage(conn, "waits", waiting.select("order_id", "line_id", "sku", "short", "reason", "expected_on"))
    conn.execute("CREATE INDEX temp.waits_by_line ON waits(line_id, sku)")
    conn.execute("DROP TABLE IF EXISTS temp.waiting_changed")
    conn.execute(
        "CREATE TEMP TABLE waiting_changed AS "
        "SELECT w.order_id FROM temp.waits w LEFT JOIN main.waiting k ON k.line_id = w.line_id AND k.sku = w.sku "
        "WHERE k.short IS NOT w.short OR k.reason IS NOT w.reason OR k.expected_on IS NOT w.expected_on "
        "UNION SELECT k.order_id FROM main.waiting k WHERE NOT EXISTS ("
        "  SELECT 1 FROM temp.waits w WHERE w.line_id = k.line_id AND w.sku = k.sku) "
        "UNION SELECT w.order_id FROM temp.waits w JOIN orders o ON o.id = w.order_id WHERE o.route_tried = 0"
    )
    batch.touch_orders("SELECT order_id FROM temp.waiting_changed")
    conn.execute(
        "DELETE FROM waiting WHERE NOT EXISTS ("
        "SELECT 1 FROM temp.waits w WHERE w.line_id = waiting.line_id AND w.sku = waiting.sku)"
    )
    conn.execute(
        "INSERT INTO waiting (order_id, line_id, sku, short, reason, expected_on) "
        "SELECT order_id, line_id, sku, short, reason, expected_on FROM temp.waits WHERE true ORDER BY rowid "
        "ON CONFLICT (line_id, sku) DO UPDATE SET short = excluded.short, reason = excluded.reason, "
        "expected_on = excluded.expected_on WHERE waiting.short <> excluded.short OR waiting.reason <> excluded.reason "
        "OR waiting.expected_on IS NOT excluded.expected_on"
    )
    conn.execute("UPDATE orders SET route_tried = 1 WHERE route_tried = 0 AND id IN (SELECT order_id FROM temp.waits)")
    return bool(conn.execute("SELECT EXISTS (SELECT 1 FROM temp.waiting_changed)").fetchone()[0])
