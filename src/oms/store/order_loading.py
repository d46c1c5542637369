"""
Orders of a file into the store, set by set: staged, matched by identity, new ones inserted, changed ones read.

Identity: the channel's own id decides; an order first seen without it is recognised by its order_ref and takes it on.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import polars as pl

from oms.store.batch import Batch
from oms.store.frames import insert, query, stage
from oms.store.indexes import MANY, built_after
from oms.store.mapping import explode_new_lines

#: Columns of `orders` that a file fills under the same name.
ATTRIBUTES = (
    "order_ref", "channel_order_id", "row", "placed_at", "payment", "cancelled_at", "delivered", "no_address",
    "counter_location", "ship_by", "currency", "subtotal", "discount", "shipping", "tax", "total", "refunded",
    "service", "risk", "tags", "note", "gift", "cancel_requested", "on_hold", "delivery", "pickup_location",
)  # fmt: skip
CONTACT = ("name", "company", "phone", "email", "address1", "address2", "city", "region", "postcode", "country")


#: What an attribute is where the file does not say.
_DEFAULTS = {"payment": "unknown", "delivered": False, "no_address": False, "gift": False, "cancel_requested": False,
             "on_hold": False, "delivery": "ship"}  # fmt: skip


@dataclass(frozen=True)
class Source:
    """The file that speaks: whose orders, in which format, as of when (UTC text)."""

    file_id: int
    channel: str
    format: str
    as_of: str
    again: bool = False  # its bytes were read before, and other files of the channel since
    follows: bool = False  # an earlier file of this very batch may have brought orders of the channel


def _all_new(conn: sqlite3.Connection, source: Source) -> bool:
    """Whether nothing of the file can be known: it is the first of its channel."""
    before = conn.execute(
        "SELECT 1 FROM orders WHERE channel = ? AND id <= (SELECT last_id FROM floors WHERE name = 'orders') LIMIT 1",
        (source.channel,),
    ).fetchone()
    return before is None and not source.follows


@contextmanager
def room_for(batch: Batch, source: Source, orders: int) -> Iterator[None]:
    """
    Load `orders` orders within the block. Where all of them are new and more than the store has, it builds their indexes
    anew instead of keeping them up row by row.
    """
    before = batch.conn.execute("SELECT count(*) FROM (SELECT 1 FROM orders LIMIT ?)", (orders,)).fetchone()[0]
    if orders >= MANY and before < orders and _all_new(batch.conn, source):
        with built_after(batch.conn, "orders", "lines", "line_units"):
            yield
    else:
        yield


def match_orders(conn: sqlite3.Connection, source: Source, orders: pl.DataFrame) -> pl.DataFrame:
    """
    Which orders of the file are known: order_no, order_id, same, older, a row for each that is.

    `orders`: order_no, order_ref, channel_order_id, content_hash. `same`: its content is what this format said last
    time. `older`: the store knows it from a newer file, or, where this one comes again, from one that is as new. Also
    makes temp.matched with these columns.
    """
    conn.execute("DROP TABLE IF EXISTS temp.matched")
    conn.execute("CREATE TEMP TABLE matched (order_no INTEGER PRIMARY KEY, order_id INTEGER, same INTEGER, older INTEGER)")
    schema = dict.fromkeys(("order_no", "order_id", "same", "older"), pl.Int64)
    if _all_new(conn, source):
        return pl.DataFrame(schema=schema)
    stage(conn, "said_keys", orders)
    same = "(o.content_hash IS s.content_hash AND o.format IS :format)"
    for condition in (
        "o.channel_order_id = s.channel_order_id",
        "o.order_ref = s.order_ref AND (o.channel_order_id IS NULL OR s.channel_order_id IS NULL) "
        "AND s.order_no NOT IN (SELECT order_no FROM temp.matched)",
    ):
        conn.execute(
            f"INSERT INTO temp.matched SELECT s.order_no, o.id, {same}, "
            "o.as_of > :as_of OR (:again AND o.as_of = :as_of) "
            f"FROM temp.said_keys s CROSS JOIN orders o ON {condition} AND o.channel = :channel WHERE true "
            "ON CONFLICT (order_no) DO UPDATE SET order_id = min(order_id, excluded.order_id), "
            "same = max(same, excluded.same), older = max(older, excluded.older)",
            {"format": source.format, "as_of": source.as_of, "channel": source.channel, "again": int(source.again)},
        )
    return query(conn, "SELECT * FROM temp.matched ORDER BY order_no", (), schema)


def stage_changed(conn: sqlite3.Connection, orders: pl.DataFrame, lines: pl.DataFrame) -> None:
    """Stage the orders (ORDERS with content_hash) that may change stored ones, and their lines."""
    stage(conn, "said_orders", orders)
    stage(conn, "said_lines", lines)


def insert_orders(batch: Batch, source: Source, orders: pl.DataFrame, lines: pl.DataFrame) -> None:
    """
    Insert orders that nobody knows, with contacts and lines.

    `orders`: ORDERS with content_hash, due_by and external; `lines`: LINES with the mapped sku and listing_quantity.
    What the channel says was shipped already is taken as shipped; no stock moves.
    """
    conn = batch.conn
    floor, last_line = (
        conn.execute("SELECT COALESCE(max(seq), 0) FROM sqlite_sequence WHERE name = ?", (name,)).fetchone()[0]
        for name in ("orders", "lines")
    )
    numbered = orders.with_row_index("id", floor + 1).with_columns(pl.col("id").cast(pl.Int64))
    default = {name: pl.col(name).fill_null(value) for name, value in _DEFAULTS.items()}
    default["ship_by"] = pl.coalesce("ship_by", "due_by")
    default["cancelled_at"] = pl.when("cancelled").then(
        pl.coalesce("cancelled_at", "updated_at", "placed_at", pl.lit(source.as_of))
    )
    insert(
        conn,
        "orders",
        numbered.select(
            "id",
            "content_hash",
            "external",
            *(default.get(name, pl.col(name)).alias(name) for name in ATTRIBUTES),
            channel=pl.lit(source.channel),
            file_id=pl.lit(source.file_id),
            format=pl.lit(source.format),
            as_of=pl.lit(source.as_of),
        ),
    )
    contacts = numbered.filter(pl.any_horizontal(pl.col(name).is_not_null() for name in CONTACT))
    insert(conn, "contacts", contacts.select(pl.col("id").alias("order_id"), *CONTACT))
    ids = numbered.select("order_no", pl.col("id").alias("order_id"), pl.col("counter_location").is_not_null().alias("till"))
    insert(
        conn,
        "lines",
        lines.join(ids, on="order_no", maintain_order="left").select(
            "order_id", "line_key", "position", "row", "listing_sku", "title", "variant", "barcode", "note",
            "cancelled", "shipped", "unit_price", "discount", "tax", "external", "sku", "listing_quantity",
            line_ref=pl.coalesce("line_ref", "line_key"),
            has_channel_ref=pl.col("line_ref").is_not_null(),
            ordered=pl.col("quantity"),
            shipped_elsewhere=pl.when("till").then(0).otherwise("shipped"),
        ),
    )  # fmt: skip
    explode_new_lines(batch, last_line)
    conn.execute("INSERT OR IGNORE INTO temp.touched_orders SELECT id FROM orders WHERE id > ?", (floor,))


def remember_listings(batch: Batch, source: Source, lines: pl.DataFrame) -> None:
    """A channel's own file named these listings: they are listings, mapped or not. `lines`: LINES."""
    named = (
        lines.lazy().filter(pl.col("listing_sku").is_not_null())
        .group_by("listing_sku").agg(pl.col("title", "variant", "barcode").min()).sort("listing_sku")
        .with_columns(title=pl.concat_str("title", "variant", separator=" / ", ignore_nulls=True).replace("", None))
        .drop("variant").collect()
    )  # fmt: skip
    stage(batch.conn, "said_listings", named)
    batch.conn.execute(
        "INSERT INTO listings (channel, listing_sku, title, barcode) "
        "SELECT ?, listing_sku, title, barcode FROM temp.said_listings s WHERE NOT EXISTS "
        "(SELECT 1 FROM listings l WHERE l.channel = ? AND l.listing_sku = s.listing_sku) ORDER BY s.rowid",
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
