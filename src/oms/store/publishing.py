"""What publishing reads and remembers: stock, open demand, listings, what each channel was told last."""

import json
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from oms.store.batch import Batch
from oms.store.frames import query, query_large, stage

#: Units that no location was chosen for yet, one row a line and sku: what is left to ship, less what is set aside, less
#: what was recalled (at the bench or gone, never reserved again), less what left of units not yet complete (kits).
#: Orders without payment from before :unpaid_since count no longer, unless a person released the hold.
UNALLOCATED = """
SELECT order_id, channel, pickup, line_id, sku, max(0, units * left_units - reserved - max(picking, units * recalled)
    - max(0, gone - units * shipped)) AS units
FROM (
    SELECT o.id AS order_id, o.channel, CASE o.delivery WHEN 'pickup' THEN COALESCE(o.pickup_location, '*') END AS pickup,
        l.id AS line_id, l.shipped, l.ordered - l.cancelled - l.shipped AS left_units,
        max(0, l.recalled - l.shipped) AS recalled, u.sku, u.units,
        COALESCE(sum(a.quantity) FILTER (WHERE a.state = 'reserved'), 0) AS reserved,
        COALESCE(sum(a.quantity) FILTER (WHERE a.state = 'picking'), 0) AS picking,
        COALESCE(sum(a.quantity) FILTER (WHERE a.state = 'shipped'), 0) AS gone
    FROM orders o JOIN lines l ON l.order_id = o.id JOIN line_units u ON u.line_id = l.id
    LEFT JOIN allocations a ON a.line_id = l.id AND a.sku = u.sku AND a.state <> 'released'
    WHERE o.status IN ('part_shipped', 'unpaid', 'held', 'picking', 'routed', 'waiting', 'ready')
        AND o.external = 0 AND o.counter_location IS NULL AND l.external = 0 AND l.ordered > l.cancelled + l.shipped
        AND NOT (COALESCE(o.placed_at, o.as_of) < :unpaid_since AND EXISTS (SELECT 1 FROM holds h
            WHERE h.order_id = o.id AND h.reason = 'unpaid' AND h.released = 0))
        {only}
    GROUP BY u.id
)
"""
ONLY_SKUS = "AND u.sku IN (SELECT value FROM json_each(:skus))"


@dataclass(frozen=True)
class LastImport:
    """The newest import of a channel's orders that stands: when (UTC text), and up to when the orders reach."""

    at: str
    as_of: str


def stock(conn: sqlite3.Connection, skus: Collection[str] | None = None) -> pl.DataFrame:
    """Stock by place: sku, location, on_hand, reserved; of `skus` only, where given."""
    return query_large(
        conn,
        "SELECT sku, location, on_hand, reserved FROM stock" + _among(skus),
        {"skus": json.dumps(list(skus or ()))},
        schema={"sku": pl.String, "location": pl.String, "on_hand": pl.Int64, "reserved": pl.Int64},
    )


def open_demand(conn: sqlite3.Connection, unpaid_since: str, skus: Collection[str] | None = None) -> pl.DataFrame:
    """Unallocated units by channel, pickup and sku; of `skus` only, where given. See UNALLOCATED."""
    unallocated = UNALLOCATED.format(only="" if skus is None else ONLY_SKUS)
    return query_large(
        conn,
        f"SELECT channel, pickup, sku, sum(units) AS units FROM ({unallocated}) WHERE units > 0 GROUP BY channel, pickup, sku",
        {"unpaid_since": unpaid_since, "skus": json.dumps(list(skus or ()))},
        schema={"channel": pl.String, "pickup": pl.String, "sku": pl.String, "units": pl.Int64},
    )


def sellable_products(conn: sqlite3.Connection) -> pl.DataFrame:
    """sku and active (0, 1) of all products and of the kits whose components are all known."""
    return query_large(
        conn,
        "SELECT sku, active FROM products p WHERE NOT EXISTS (SELECT 1 FROM kit_components k "
        "LEFT JOIN products c ON c.sku = k.sku WHERE k.kit_sku = p.sku AND c.sku IS NULL)",
        schema={"sku": pl.String, "active": pl.Int64},
    )


def kits(conn: sqlite3.Connection) -> pl.DataFrame:
    """kit_sku, sku (component), quantity."""
    return query_large(
        conn,
        "SELECT kit_sku, sku, quantity FROM kit_components",
        schema={"kit_sku": pl.String, "sku": pl.String, "quantity": pl.Int64},
    )


def listings(conn: sqlite3.Connection, channel: str) -> pl.DataFrame:
    """The listings of a channel as they are stored: listing_sku, sku (NULL: named by its files alone), quantity."""
    return query_large(
        conn,
        "SELECT listing_sku, sku, quantity FROM listings WHERE channel = ?",
        (channel,),
        schema={"listing_sku": pl.String, "sku": pl.String, "quantity": pl.Int64},
    )


def shipped_by_channel(conn: sqlite3.Connection) -> pl.DataFrame:
    """Listings that were only ever sold from a channel's own warehouse (FBA …): channel, listing_sku."""
    return query(
        conn,
        "SELECT channel, listing_sku FROM (SELECT DISTINCT o.channel, l.listing_sku FROM lines l "
        "JOIN orders o ON o.id = l.order_id WHERE l.external = 1 AND l.listing_sku IS NOT NULL) e "
        "WHERE NOT EXISTS (SELECT 1 FROM lines l CROSS JOIN orders o ON o.id = l.order_id "
        "WHERE l.listing_sku = e.listing_sku AND l.external = 0 AND o.channel = e.channel)",
        schema={"channel": pl.String, "listing_sku": pl.String},
    )


def published(conn: sqlite3.Connection, channel: str) -> pl.DataFrame:
    """What a channel was told last: listing_sku, place ('' or a location), quantity."""
    return query_large(
        conn,
        "SELECT listing_sku, place, quantity FROM published WHERE channel = ?",
        (channel,),
        schema={"listing_sku": pl.String, "place": pl.String, "quantity": pl.Int64},
    )


def last_imports(conn: sqlite3.Connection) -> dict[str, LastImport]:
    """The newest import of orders of each channel, undone ones left out."""
    rows = conn.execute(
        "SELECT f.channel, max(b.started_at), max(f.as_of) FROM files_in f JOIN batches b ON b.id = f.batch_id "
        "WHERE f.kind = 'orders' AND f.channel IS NOT NULL AND b.undone_by IS NULL GROUP BY f.channel"
    )
    return {row[0]: LastImport(row[1], row[2]) for row in rows}


def templates(conn: sqlite3.Connection, channel: str) -> dict[str, str | None]:
    """The channel's own files that were imported as templates: path -> when (UTC text), None where that was undone."""
    rows = conn.execute(
        "SELECT d.path, max(CASE WHEN b.undone_by IS NULL THEN b.started_at END) FROM documents d "
        "JOIN batches b ON b.id = d.batch_id WHERE d.kind = 'template' AND d.channel = ? GROUP BY d.path",
        (channel,),
    )
    return {row[0]: row[1] for row in rows}


def remember(batch: Batch, channel: str, told: pl.DataFrame, as_of: str | None) -> None:
    """Write down what a channel is told now (listing_sku, place, quantity), knowing its orders up to `as_of`."""
    stage(batch.conn, "told", told.select("listing_sku", "place", "quantity").sort("listing_sku", "place"))
    batch.conn.execute(
        "INSERT INTO published (channel, listing_sku, place, quantity, as_of) "
        "SELECT ?, listing_sku, place, quantity, ? FROM temp.told WHERE true ORDER BY listing_sku, place "
        "ON CONFLICT (channel, listing_sku, place) DO UPDATE SET quantity = excluded.quantity, as_of = excluded.as_of",
        (channel, as_of),
    )


def _among(skus: Collection[str] | None) -> str:
    return "" if skus is None else " WHERE sku IN (SELECT value FROM json_each(:skus))"


def product(conn: sqlite3.Connection, sku: str) -> sqlite3.Row | None:
    """sku, title and active of one product."""
    row: sqlite3.Row | None = conn.execute("SELECT sku, title, active FROM products WHERE sku = ?", (sku,)).fetchone()
    return row


def components(conn: sqlite3.Connection, sku: str) -> dict[str, int]:
    """What one unit of `sku` draws: its components when it is a kit, else itself."""
    found = conn.execute("SELECT sku, quantity FROM kit_components WHERE kit_sku = ? ORDER BY sku", (sku,)).fetchall()
    return {row["sku"]: row["quantity"] for row in found} or {sku: 1}


def listings_of(conn: sqlite3.Connection, sku: str) -> list[sqlite3.Row]:
    """The listings that sell `sku`: channel, listing_sku, quantity, sku, and `published` by place as JSON."""
    return conn.execute(
        "SELECT l.channel, l.listing_sku, l.quantity, (SELECT json_group_object(p.place, p.quantity) FROM published p "
        "WHERE p.channel = l.channel AND p.listing_sku = l.listing_sku) AS published FROM ("
        "SELECT channel, listing_sku, quantity FROM listings WHERE sku = :sku UNION "
        "SELECT channel, listing_sku, 1 FROM listings WHERE channel IN (SELECT name FROM channels) "
        "AND listing_sku = :sku AND sku IS NULL) l ORDER BY l.channel, l.listing_sku",
        {"sku": sku},
    ).fetchall()
