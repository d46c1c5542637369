"""What can be picked now, and turning it into `picking`."""

import json
import sqlite3
from collections.abc import Sequence

import polars as pl

from oms.model.frames import Schema
from oms.store.batch import Batch
from oms.store.frames import query, query_large
from oms.store.indexes import built_once

#: What the bench takes: one row a place, order line and sku. `parcel` is the order that names the parcel, `parcel_with` the
#: other orders in it, NULL where there are none. `ref` names the order among all channels' and, with `+2`, the second time that
#: something of it is sent from there; `item_ref` the line, and of a kit the part.
PICKS: Schema = {
    "order_id": pl.Int64, "line_id": pl.Int64, "channel": pl.String, "order_ref": pl.String,
    "channel_order_id": pl.String, "placed_at": pl.String, "ship_by": pl.String, "service": pl.String,
    "carrier": pl.String, "ship_on": pl.String, "location": pl.String, "sku": pl.String, "quantity": pl.Int64,
    "title": pl.String, "barcode": pl.String, "weight_g": pl.Int64, "line_ref": pl.String, "position": pl.Int64,
    "listing_sku": pl.String, "line_title": pl.String, "variant": pl.String, "line_sku": pl.String,
    "line_note": pl.String, "note": pl.String, "tags": pl.String, "gift": pl.Boolean, "delivery": pl.String,
    "currency": pl.String, "unit_price": pl.Int64, "parcel": pl.String, "parcel_with": pl.String,
    "ref": pl.String, "item_ref": pl.String,
}  # fmt: skip

CONTACTS: Schema = {
    "order_id": pl.Int64, "name": pl.String, "company": pl.String, "phone": pl.String, "email": pl.String,
    "address1": pl.String, "address2": pl.String, "city": pl.String, "region": pl.String, "postcode": pl.String,
    "country": pl.String,
}  # fmt: skip

#: The parts of PICKS as the tables hold them; a product's title and barcode go before the line's.
_TAKEN = {
    "order_id": pl.Int64, "line_id": pl.Int64, "allocation_id": pl.Int64, "location": pl.String, "sku": pl.String,
    "quantity": pl.Int64, "service": pl.String, "carrier": pl.String, "ship_on": pl.String, "joint": pl.Int64,
}  # fmt: skip
_ORDERS = {
    "order_id": pl.Int64, "channel": pl.String, "order_ref": pl.String, "channel_order_id": pl.String,
    "placed_at": pl.String, "ship_by": pl.String, "order_service": pl.String, "note": pl.String, "tags": pl.String,
    "gift": pl.Int64, "delivery": pl.String, "currency": pl.String, "shared": pl.Int64,
}  # fmt: skip
_EARLIER = {"order_id": pl.Int64, "location": pl.String, "earlier": pl.Int64}
_LINES = {
    "line_id": pl.Int64, "line_ref": pl.String, "position": pl.Int64, "listing_sku": pl.String,
    "line_title": pl.String, "variant": pl.String, "line_barcode": pl.String, "line_sku": pl.String,
    "line_note": pl.String, "unit_price": pl.Int64,
}  # fmt: skip
_PRODUCTS = {"sku": pl.String, "title": pl.String, "barcode": pl.String, "weight_g": pl.Int64}

#: Reserved allocations of orders that nothing holds; of `ship_complete` channels only where all of the order is allocated.
_PICKABLE = """
WITH shops AS MATERIALIZED (SELECT name, COALESCE(settings ->> '$.ship_complete', 0) AS whole FROM channels)
SELECT a.order_id, a.location, a.id, a.line_id, o.channel, a.quantity
FROM locations p CROSS JOIN allocations a ON a.location = p.code AND a.state = 'reserved'
CROSS JOIN orders o ON o.id = a.order_id JOIN shops c ON c.name = o.channel
WHERE (:location IS NULL OR p.code = :location) AND (:channel IS NULL OR o.channel = :channel)
    AND o.status IN ('routed', 'picking', 'part_shipped')
    AND NOT EXISTS (SELECT 1 FROM holds h WHERE h.order_id = o.id AND h.released = 0)
    AND NOT (c.whole = 1 AND EXISTS (
        SELECT 1 FROM lines l LEFT JOIN line_units u ON u.line_id = l.id
        WHERE l.order_id = o.id AND l.external = 0 AND l.ordered - l.cancelled - l.shipped > 0
            AND (l.ordered - l.cancelled - l.shipped) * COALESCE(u.units, 1) > COALESCE((
                SELECT sum(x.quantity) FROM allocations x
                WHERE x.line_id = l.id AND x.sku = u.sku AND x.state IN ('reserved', 'picking')), 0)))
"""


def find_picks(conn: sqlite3.Connection, location: str | None, channel: str | None) -> dict[str, str | None]:
    """
    Note everything that can be picked in temp.picks.

    Returns its channels, each with the time of its newest import of orders that stands (UTC text).
    """
    conn.execute("DROP TABLE IF EXISTS temp.picks")
    conn.execute(
        "CREATE TEMP TABLE picks (order_id INTEGER, location TEXT, allocation_id INTEGER, line_id INTEGER, channel TEXT, "
        "quantity INTEGER, PRIMARY KEY (order_id, location, allocation_id)) WITHOUT ROWID"
    )
    conn.execute(f"INSERT INTO temp.picks {_PICKABLE}", {"location": location, "channel": channel})
    rows = conn.execute(
        "SELECT c.channel, (SELECT max(b.started_at) FROM files_in f JOIN batches b ON b.id = f.batch_id "
        "WHERE f.channel = c.channel AND f.kind = 'orders' AND b.undone_by IS NULL) AS imported_at "
        "FROM (SELECT DISTINCT channel FROM temp.picks) c ORDER BY c.channel"
    )
    return {row["channel"]: row["imported_at"] for row in rows}


def leave_out(
    conn: sqlite3.Connection,
    channels: Sequence[str] = (),
    locations: Sequence[str] = (),
    orders: Sequence[tuple[int, str]] = (),
) -> None:
    """Take the orders of `channels`, what is at `locations`, and `orders` where they are (id, location) out of temp.picks."""
    conn.executemany("DELETE FROM temp.picks WHERE order_id = ? AND location = ?", orders)
    for column, names in (("channel", channels), ("location", locations)):
        conn.execute(f"DELETE FROM temp.picks WHERE {column} IN (SELECT value FROM json_each(?))", (json.dumps(list(names)),))


def pick(batch: Batch) -> None:
    """Turn what temp.picks holds into `picking`. Stock that was reserved stays so: only statuses follow from it."""
    conn = batch.conn
    picked = conn.execute("SELECT count(*) FROM temp.picks").fetchone()[0]
    with built_once(conn, "allocations", picked, only=("allocations_open", "allocations_by_place")):
        conn.execute("UPDATE allocations SET state = 'picking' WHERE id IN (SELECT allocation_id FROM temp.picks)")
    conn.execute(
        "INSERT INTO events (batch_id, at, kind, order_id, location, detail) "
        "SELECT ?, ?, 'picking', order_id, location, json_object('units', sum(quantity)) FROM temp.picks "
        "GROUP BY order_id, location ORDER BY order_id, location",
        (batch.id, batch.at),
    )
    batch.touch_orders("SELECT DISTINCT order_id FROM temp.picks ORDER BY order_id")


def read_picks(conn: sqlite3.Connection) -> tuple[pl.DataFrame, pl.DataFrame]:
    """
    What temp.picks holds, as papers show it: the picks (PICKS) and the contacts of their orders (CONTACTS).

    Picks are sorted by place, then by order (what should leave first, orders of one parcel together), then by line; contacts
    by order.
    """
    taken = query_large(
        conn,
        "SELECT t.order_id, t.line_id, t.allocation_id, t.location, a.sku, t.quantity, a.service, a.carrier, a.ship_on, "
        "a.detail ->> '$.joint' AS joint "
        "FROM temp.picks t CROSS JOIN allocations a ON a.id = t.allocation_id",
        schema=_TAKEN,
    )
    orders = query_large(
        conn,
        "SELECT o.id AS order_id, o.channel, o.order_ref, o.channel_order_id, o.placed_at, o.ship_by, "
        "o.service AS order_service, o.note, o.tags, o.gift, o.delivery, o.currency, "
        "EXISTS (SELECT 1 FROM orders x WHERE x.order_ref = o.order_ref AND x.channel <> o.channel) AS shared "
        "FROM (SELECT DISTINCT order_id FROM temp.picks) t CROSS JOIN orders o ON o.id = t.order_id",
        schema=_ORDERS,
    )
    lines = query_large(
        conn,
        "SELECT l.id AS line_id, l.line_ref, l.position, l.listing_sku, l.title AS line_title, l.variant, "
        "l.barcode AS line_barcode, l.sku AS line_sku, l.note AS line_note, l.unit_price "
        "FROM (SELECT DISTINCT line_id FROM temp.picks) t CROSS JOIN lines l ON l.id = t.line_id",
        schema=_LINES,
    )
    products = query(conn, "SELECT sku, title, barcode, weight_g FROM products", schema=_PRODUCTS)
    contacts = query_large(
        conn,
        f"SELECT {', '.join(f'c.{name}' for name in CONTACTS)} FROM (SELECT DISTINCT order_id FROM temp.picks) t "
        "CROSS JOIN contacts c ON c.order_id = t.order_id WHERE c.erased = 0",
        schema=CONTACTS,
    ).sort("order_id")
    earlier = query_large(
        conn,
        "SELECT e.order_id, e.location, count(*) AS earlier FROM (SELECT DISTINCT order_id FROM temp.picks) t "
        "CROSS JOIN events e ON e.order_id = t.order_id AND e.kind = 'picking' JOIN batches b ON b.id = e.batch_id "
        "WHERE b.undone_by IS NULL GROUP BY e.order_id, e.location",
        schema=_EARLIER,
    )
    return _in_order(taken, orders, lines, products, earlier), contacts


def _in_parcels(units: pl.DataFrame) -> pl.DataFrame:
    """`units` with parcel, parcel_with and parcel_queue: by `joint` what goes together at a place."""
    group = ["location", "joint"]
    orders = units.filter(pl.col("joint").is_not_null()).select(*group, "order_id", "order_ref", "queue").unique()
    orders = orders.filter(pl.len().over(group) > 1).sort("location", "joint", "queue")
    others = (
        orders.select(*group, "order_id").join(orders.select(*group, "order_ref", other="order_id"), on=group)
        .filter(pl.col("order_id") != pl.col("other")).group_by("order_id", "location", maintain_order=True)
        .agg(parcel_with=pl.col("order_ref").str.join(", "))
    )  # fmt: skip
    led = orders.group_by(group).agg(parcel=pl.col("order_ref").first(), parcel_queue=pl.col("queue").min())
    return (
        units.join(others, on=["order_id", "location"], how="left").join(led, on=group, how="left")
        .with_columns(
            parcel=pl.when(pl.col("parcel_with").is_null()).then("order_ref").otherwise("parcel"),
            parcel_queue=pl.when(pl.col("parcel_with").is_null()).then("queue").otherwise("parcel_queue"),
        )
    )  # fmt: skip


def _in_order(
    taken: pl.DataFrame, orders: pl.DataFrame, lines: pl.DataFrame, products: pl.DataFrame, earlier: pl.DataFrame
) -> pl.DataFrame:  # fmt: skip
    # A line may hold several allocations of a sku at a place: counted or routed one after the other.
    units = taken.sort("allocation_id").group_by("location", "line_id", "sku", maintain_order=True).agg(
        pl.col("quantity").sum(), pl.col("order_id", "allocation_id", "service", "carrier", "ship_on", "joint").first()
    )  # fmt: skip
    queued = orders.sort("ship_by", "channel", "order_ref", "order_id", nulls_last=True).with_row_index("queue")
    return (
        _in_parcels(units.join(queued, on="order_id"))
        .join(lines, on="line_id")
        .sort("location", "parcel_queue", "queue", "position", "sku", "allocation_id")
        .join(products, on="sku", how="left", maintain_order="left")
        .join(earlier, on=["order_id", "location"], how="left", maintain_order="left")
        .with_columns(
            ref=pl.when(pl.col("shared") == 1).then(pl.concat_str("channel", pl.lit("/"), "order_ref")).otherwise("order_ref")
            + pl.when(pl.col("earlier") > 0).then(pl.format("+{}", pl.col("earlier") + 1)).otherwise(pl.lit("")),
            item_ref=pl.when(pl.col("line_sku") != pl.col("sku"))
            .then(pl.concat_str("line_ref", pl.lit("/"), "sku"))
            .otherwise("line_ref"),
        )
        .with_columns(
            pl.coalesce("service", "order_service").alias("service"),
            pl.coalesce("title", "line_title").alias("title"),
            pl.coalesce("barcode", "line_barcode").alias("barcode"),
            pl.col("gift") == 1,
        )
        .select(PICKS.keys())
    )
