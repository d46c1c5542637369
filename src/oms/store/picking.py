"""What can be picked now, and turning it into `picking`."""

import sqlite3

import polars as pl

from oms.model.frames import Schema
from oms.store.db import Batch
from oms.store.frames import query

#: A unit's way into the pick list: one row an allocation, with its order, line and product.
PICKS: Schema = {
    "allocation_id": pl.Int64, "order_id": pl.Int64, "line_id": pl.Int64, "channel": pl.String,
    "order_ref": pl.String, "channel_order_id": pl.String, "placed_at": pl.String, "ship_by": pl.String,
    "service": pl.String, "carrier": pl.String, "ship_on": pl.String, "location": pl.String, "sku": pl.String,
    "quantity": pl.Int64, "title": pl.String, "barcode": pl.String, "weight_g": pl.Int64, "line_ref": pl.String,
    "position": pl.Int64, "listing_sku": pl.String, "line_title": pl.String, "variant": pl.String,
    "line_sku": pl.String, "line_note": pl.String, "note": pl.String, "tags": pl.String, "gift": pl.Boolean,
    "delivery": pl.String, "currency": pl.String, "unit_price": pl.Int64,
}  # fmt: skip

CONTACTS: Schema = {
    "order_id": pl.Int64, "name": pl.String, "company": pl.String, "phone": pl.String, "email": pl.String,
    "address1": pl.String, "address2": pl.String, "city": pl.String, "region": pl.String, "postcode": pl.String,
    "country": pl.String,
}  # fmt: skip

#: Reserved allocations of orders that nothing holds, with `ship_complete` orders only when all of them is allocated.
_PICKABLE = """
FROM allocations a JOIN orders o ON o.id = a.order_id JOIN channels c ON c.name = o.channel
WHERE a.state = 'reserved' AND (:location IS NULL OR a.location = :location)
    AND (:channel IS NULL OR o.channel = :channel)
    AND o.status IN ('routed', 'picking', 'part_shipped')
    AND NOT EXISTS (SELECT 1 FROM holds h WHERE h.order_id = o.id AND h.released = 0)
    AND NOT (COALESCE(c.settings ->> '$.ship_complete', 0) = 1 AND EXISTS (
        SELECT 1 FROM lines l LEFT JOIN line_units u ON u.line_id = l.id
        WHERE l.order_id = o.id AND l.external = 0 AND l.ordered - l.cancelled - l.shipped > 0
            AND (l.ordered - l.cancelled - l.shipped) * COALESCE(u.units, 1) > COALESCE((
                SELECT sum(x.quantity) FROM allocations x
                WHERE x.line_id = l.id AND x.sku = u.sku AND x.state IN ('reserved', 'picking')), 0)))
"""


def pickable_channels(conn: sqlite3.Connection, location: str | None, channel: str | None) -> dict[str, str | None]:
    """Channels with something to pick, each with the time of its newest import of orders that stands (UTC text)."""
    rows = conn.execute(
        "SELECT DISTINCT o.channel, (SELECT max(b.started_at) FROM files_in f JOIN batches b ON b.id = f.batch_id "
        f"WHERE f.channel = o.channel AND f.kind = 'orders' AND b.undone_by IS NULL) AS imported_at {_PICKABLE} "
        "ORDER BY o.channel",
        {"location": location, "channel": channel},
    )
    return {row["channel"]: row["imported_at"] for row in rows}


def pick(batch: Batch, channels: list[str], location: str | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """
    Turn everything pickable of `channels` into `picking`.

    Returns the picks (PICKS) and the contacts of their orders (CONTACTS), in a fixed order.
    """
    conn = batch.conn
    conn.execute("DROP TABLE IF EXISTS temp.picks")
    conn.execute("CREATE TEMP TABLE picks (allocation_id INTEGER PRIMARY KEY, order_id INTEGER)")
    for channel in channels:
        conn.execute(f"INSERT INTO temp.picks SELECT a.id, a.order_id {_PICKABLE}", {"location": location, "channel": channel})
    conn.execute("UPDATE allocations SET state = 'picking' WHERE id IN (SELECT allocation_id FROM temp.picks)")
    conn.execute(
        "INSERT INTO events (batch_id, at, kind, order_id, location, detail) "
        "SELECT ?, ?, 'picking', a.order_id, a.location, json_object('units', sum(a.quantity)) "
        "FROM temp.picks p JOIN allocations a ON a.id = p.allocation_id GROUP BY a.order_id, a.location "
        "ORDER BY a.order_id, a.location",
        (batch.id, batch.at),
    )
    batch.touch_orders("SELECT DISTINCT order_id FROM temp.picks")
    batch.touch_stock("SELECT DISTINCT a.sku, a.location FROM temp.picks p JOIN allocations a ON a.id = p.allocation_id")
    picks = query(
        conn,
        "SELECT a.id AS allocation_id, o.id AS order_id, l.id AS line_id, o.channel, o.order_ref, o.channel_order_id, "
        "o.placed_at, o.ship_by, COALESCE(a.service, o.service) AS service, a.carrier, a.ship_on, a.location, a.sku, "
        "a.quantity, COALESCE(p.title, l.title) AS title, COALESCE(p.barcode, l.barcode) AS barcode, p.weight_g, "
        "l.line_ref, l.position, l.listing_sku, l.title AS line_title, l.variant, l.sku AS line_sku, "
        "l.note AS line_note, o.note, o.tags, o.gift, o.delivery, o.currency, l.unit_price "
        "FROM temp.picks t JOIN allocations a ON a.id = t.allocation_id JOIN orders o ON o.id = a.order_id "
        "JOIN lines l ON l.id = a.line_id LEFT JOIN products p ON p.sku = a.sku "
        "ORDER BY a.location, o.ship_by IS NULL, o.ship_by, o.channel, o.order_ref, o.id, l.position, a.sku, a.id",
        schema={**PICKS, "gift": pl.Int64},
    ).with_columns(pl.col("gift") == 1)
    contacts = query(
        conn,
        f"SELECT {', '.join(f'c.{name}' for name in CONTACTS)} FROM contacts c "
        "WHERE c.erased = 0 AND c.order_id IN (SELECT order_id FROM temp.picks) ORDER BY c.order_id",
        schema=CONTACTS,
    )
    return picks, contacts
