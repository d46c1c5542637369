"""
Orders of a file into the store, set by set: staged, matched by identity, new ones inserted, changed ones read.

Identity: the channel's own id decides; an order first seen without it is recognised by its order_ref and takes it on.
"""

import sqlite3
from dataclasses import dataclass
from typing import Any

import polars as pl

from oms.store.db import Batch
from oms.store.frames import stage
from oms.store.mapping import JOINS, QUANTITY, SKU

#: Columns of `orders` that a file fills under the same name.
ATTRIBUTES = (
    "order_ref", "channel_order_id", "row", "placed_at", "payment", "cancelled_at", "delivered", "no_address",
    "counter_location", "ship_by", "currency", "subtotal", "discount", "shipping", "tax", "total", "refunded",
    "service", "risk", "tags", "note", "gift", "cancel_requested", "on_hold", "delivery", "pickup_location",
)  # fmt: skip
CONTACT = ("name", "company", "phone", "email", "address1", "address2", "city", "region", "postcode", "country")


@dataclass(frozen=True)
class Source:
    """The file that speaks: whose orders, in which format, as of when (UTC text)."""

    file_id: int
    channel: str
    format: str
    as_of: str


def stage_orders(conn: sqlite3.Connection, orders: pl.DataFrame, lines: pl.DataFrame) -> None:
    """Stage frames ORDERS (with `content_hash` and `due_by`) and LINES as temp.said_orders and temp.said_lines."""
    stage(conn, "said_orders", orders)
    stage(conn, "said_lines", lines)
    conn.execute("CREATE INDEX temp.said_lines_by_order ON said_lines(order_no)")


def match_orders(conn: sqlite3.Connection, source: Source) -> None:
    """
    Make temp.matched (order_no, order_id, same, older): which staged order is which stored one.

    `same`: its content is what this format said last time. `older`: the store knows it from a newer file.
    """
    conn.execute("DROP TABLE IF EXISTS temp.matched")
    conn.execute(
        "CREATE TEMP TABLE matched (order_no INTEGER PRIMARY KEY, order_id INTEGER, same INTEGER, older INTEGER)"
    )
    if conn.execute("SELECT 1 FROM orders WHERE channel = ? LIMIT 1", (source.channel,)).fetchone() is None:
        return
    same = "(o.content_hash IS s.content_hash AND o.format IS :format)"
    for condition in (
        "o.channel_order_id = s.channel_order_id",
        "o.order_ref = s.order_ref AND (o.channel_order_id IS NULL OR s.channel_order_id IS NULL)",
    ):
        conn.execute(
            f"INSERT OR IGNORE INTO temp.matched SELECT s.order_no, min(o.id), max({same}), max(o.as_of > :as_of) "
            f"FROM temp.said_orders s JOIN orders o ON {condition} AND o.channel = :channel "
            f"GROUP BY s.order_no",
            {"format": source.format, "as_of": source.as_of, "channel": source.channel},
        )


def insert_new_orders(batch: Batch, source: Source) -> int:
    """
    Insert the staged orders that nobody matched, with contacts and lines, mapped as they come. Returns how many.

    What the channel says was shipped already is taken as shipped; no stock moves.
    """
    conn = batch.conn
    floor = conn.execute("SELECT COALESCE(max(seq), 0) FROM sqlite_sequence WHERE name = 'orders'").fetchone()[0]
    names = ", ".join(ATTRIBUTES)
    said = ", ".join(_said(name) for name in ATTRIBUTES)
    conn.execute(
        f"INSERT INTO orders (channel, file_id, format, as_of, content_hash, external, {names}) "
        f"SELECT :channel, :file_id, :format, :as_of, s.content_hash, s.external, {said} FROM temp.said_orders s "
        f"WHERE s.order_no NOT IN (SELECT order_no FROM temp.matched) ORDER BY s.order_no",
        {"channel": source.channel, "file_id": source.file_id, "format": source.format, "as_of": source.as_of},
    )
    conn.execute("DROP TABLE IF EXISTS temp.fresh")
    conn.execute("CREATE TEMP TABLE fresh (order_no INTEGER PRIMARY KEY, order_id INTEGER NOT NULL)")
    # Ids grow in the order of insertion, so the n-th unmatched order has the n-th new id.
    conn.execute(
        "INSERT INTO temp.fresh SELECT order_no, ? + row_number() OVER (ORDER BY order_no) FROM temp.said_orders "
        "WHERE order_no NOT IN (SELECT order_no FROM temp.matched)",
        (floor,),
    )
    has_contact = " OR ".join(f"s.{name} IS NOT NULL" for name in CONTACT)
    conn.execute(
        f"INSERT INTO contacts (order_id, {', '.join(CONTACT)}) "
        f"SELECT f.order_id, {', '.join(f's.{name}' for name in CONTACT)} "
        f"FROM temp.fresh f JOIN temp.said_orders s ON s.order_no = f.order_no WHERE {has_contact} ORDER BY f.order_id"
    )
    insert_lines(batch, source, "temp.fresh")
    batch.touch_orders("SELECT order_id FROM temp.fresh")
    return int(conn.execute("SELECT count(*) FROM temp.fresh").fetchone()[0])


def insert_lines(batch: Batch, source: Source, orders: str) -> None:
    """Insert the staged lines of the orders in the table `orders` (order_no, order_id) that are in temp.said_lines."""
    batch.conn.execute(
        f"INSERT INTO lines (order_id, line_ref, has_channel_ref, line_key, position, row, listing_sku, title, variant, "
        f"barcode, note, ordered, cancelled, shipped, shipped_elsewhere, unit_price, discount, tax, external, sku, "
        f"listing_quantity) "
        f"SELECT f.order_id, COALESCE(s.line_ref, s.line_key), s.line_ref IS NOT NULL, s.line_key, s.position, s.row, "
        f"s.listing_sku, s.title, s.variant, s.barcode, s.note, s.quantity, s.cancelled, s.shipped, "
        f"CASE WHEN h.counter_location IS NULL THEN s.shipped ELSE 0 END, s.unit_price, s.discount, s.tax, s.external, "
        f"{SKU}, {QUANTITY} "
        f"FROM {orders} f JOIN temp.said_lines s ON s.order_no = f.order_no "
        f"JOIN temp.said_orders h ON h.order_no = f.order_no "
        f"{JOINS.format(channel=':channel', listing='s.listing_sku')} ORDER BY f.order_id, s.position",
        {"channel": source.channel},
    )


def remember_listings(batch: Batch, source: Source) -> None:
    """A channel's own file named these listings: they are listings, mapped or not."""
    batch.conn.execute(
        "INSERT INTO listings (channel, listing_sku, title, barcode) "
        "SELECT ?, listing_sku, min(title), min(barcode) FROM temp.said_lines WHERE listing_sku IS NOT NULL "
        "GROUP BY listing_sku HAVING NOT EXISTS (SELECT 1 FROM listings l WHERE l.channel = ? "
        "AND l.listing_sku = said_lines.listing_sku) ORDER BY listing_sku",
        (source.channel, source.channel),
    )


def note_described(batch: Batch, source: Source) -> None:
    """Remember this file's as-of on the orders it described without changing them."""
    batch.conn.execute(
        "UPDATE orders SET as_of = ? WHERE as_of < ? AND id IN (SELECT order_id FROM temp.matched WHERE same = 1)",
        (source.as_of, source.as_of),
    )


def changed_orders(conn: sqlite3.Connection) -> list[sqlite3.Row]:
    """The staged orders that may change a stored one: columns of temp.said_orders and order_id, older."""
    return conn.execute(
        "SELECT m.order_id, m.older, s.* FROM temp.matched m JOIN temp.said_orders s ON s.order_no = m.order_no "
        "WHERE m.same = 0 ORDER BY m.order_id, s.order_no"
    ).fetchall()


def changed_details(
    conn: sqlite3.Connection,
) -> tuple[dict[int, list[Any]], dict[int, list[Any]], dict[int, Any], dict[int, Any]]:
    """Of the orders of `changed_orders`: said lines by order_no, stored lines, orders and contacts by order_id."""
    among = "(SELECT order_id FROM temp.matched WHERE same = 0)"
    said = _grouped(
        conn.execute(
            "SELECT * FROM temp.said_lines WHERE order_no IN (SELECT order_no FROM temp.matched WHERE same = 0) "
            "ORDER BY order_no, position"
        ), "order_no",
    )  # fmt: skip
    lines = _grouped(conn.execute(f"{STORED_LINES} WHERE l.order_id IN {among} ORDER BY l.order_id, l.position, l.id"),
                     "order_id")  # fmt: skip
    orders = {row["id"]: row for row in conn.execute(f"SELECT * FROM orders WHERE id IN {among}")}
    contacts = {row["order_id"]: row for row in conn.execute(f"SELECT * FROM contacts WHERE order_id IN {among}")}
    return said, lines, orders, contacts


#: Lines with their open allocations in line units, rounded up: a kit is as far as its furthest component.
STORED_LINES = """
SELECT l.*,
    COALESCE((SELECT max((x.n + x.units - 1) / x.units) FROM (SELECT sum(a.quantity) AS n, u.units FROM allocations a
        JOIN line_units u ON u.line_id = a.line_id AND u.sku = a.sku
        WHERE a.line_id = l.id AND a.state = 'reserved' GROUP BY a.sku) x), 0) AS reserved,
    COALESCE((SELECT max((x.n + x.units - 1) / x.units) FROM (SELECT sum(a.quantity) AS n, u.units FROM allocations a
        JOIN line_units u ON u.line_id = a.line_id AND u.sku = a.sku
        WHERE a.line_id = l.id AND a.state = 'picking' GROUP BY a.sku) x), 0) AS picking
FROM lines l
"""



def _said(name: str) -> str:
    """How a staged attribute enters a new order: what the file does not say takes the column's default."""
    defaults = {"payment": "'unknown'", "delivered": "0", "no_address": "0", "gift": "0", "cancel_requested": "0",
                "on_hold": "0", "delivery": "'ship'"}  # fmt: skip
    if name == "ship_by":
        return "COALESCE(s.ship_by, s.due_by)"
    if name == "cancelled_at":
        return "CASE WHEN s.cancelled = 1 THEN COALESCE(s.cancelled_at, s.updated_at, s.placed_at, :as_of) END"
    return f"COALESCE(s.{name}, {defaults[name]})" if name in defaults else f"s.{name}"


def _grouped(rows: Any, key: str) -> dict[int, list[Any]]:
    groups: dict[int, list[Any]] = {}
    for row in rows:
        groups.setdefault(row[key], []).append(row)
    return groups


def remember_template(batch: Batch, channel: str, table: pl.DataFrame) -> int:
    """The rows of a channel's own stock file (listing_sku, title) are its listings; returns how many are new."""
    stage(batch.conn, "said_listings", table.select("listing_sku", "title").drop_nulls("listing_sku"))
    return batch.conn.execute(
        "INSERT INTO listings (channel, listing_sku, title) SELECT ?, listing_sku, min(title) FROM temp.said_listings s "
        "GROUP BY listing_sku HAVING NOT EXISTS (SELECT 1 FROM listings l WHERE l.channel = ? "
        "AND l.listing_sku = s.listing_sku) ORDER BY listing_sku",
        (channel, channel),
    ).rowcount
