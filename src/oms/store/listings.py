"""Listings and skus: what is mapped, what is not, what does not fit."""

import sqlite3
from typing import Any

import polars as pl

from oms.store.frames import query

_UNMAPPED = """
SELECT li.channel, li.listing_sku, li.title, li.barcode, COALESCE((
    SELECT sum(l.ordered - l.cancelled - CASE WHEN o.counter_location IS NULL THEN l.shipped ELSE 0 END)
    FROM lines l JOIN orders o ON o.id = l.order_id
    WHERE o.channel = li.channel AND l.listing_sku = li.listing_sku AND l.sku IS NULL AND l.external = 0), 0) AS open_units
FROM listings li LEFT JOIN products p ON p.sku = COALESCE(li.sku, li.listing_sku)
WHERE p.sku IS NULL AND (:channel IS NULL OR li.channel = :channel)
ORDER BY open_units DESC, li.channel, li.listing_sku
"""


def unmapped(conn: sqlite3.Connection, channel: str | None = None) -> pl.DataFrame:
    """
    Listings without a sku of ours: channel, listing_sku, title, barcode, open_units.

    `open_units`: what is still to ship, and what was sold over a counter without being taken from stock.
    """
    schema = dict.fromkeys(("channel", "listing_sku", "title", "barcode"), pl.String) | {"open_units": pl.Int64}
    return query(conn, _UNMAPPED, {"channel": channel}, schema)


def products(conn: sqlite3.Connection) -> pl.DataFrame:
    """Our skus and kits: sku, title, barcode, active."""
    sql = "SELECT sku, title, barcode, active = 1 AS active FROM products ORDER BY sku"
    return query(conn, sql, (), {"sku": pl.String, "title": pl.String, "barcode": pl.String, "active": pl.Int64}).with_columns(
        pl.col("active").cast(pl.Boolean)
    )


def listings(conn: sqlite3.Connection) -> pl.DataFrame:
    """Every listing: channel, listing_sku, sku (NULL where no row of the seller's says it), quantity, barcode."""
    sql = "SELECT channel, listing_sku, sku, quantity, barcode FROM listings ORDER BY channel, listing_sku"
    schema = dict.fromkeys(("channel", "listing_sku", "sku", "barcode"), pl.String) | {"quantity": pl.Int64}
    return query(conn, sql, (), schema)


def stocked(conn: sqlite3.Connection) -> pl.Series:
    """Skus that were ever counted, received, sold or moved."""
    return query(conn, "SELECT DISTINCT sku FROM moves ORDER BY sku", (), {"sku": pl.String})["sku"]


def is_listing(conn: sqlite3.Connection, channel: str, listing_sku: str) -> bool:
    """Whether a file of the channel, or the seller, has named the listing."""
    sql = "SELECT 1 FROM listings WHERE channel = ? AND listing_sku = ?"
    return conn.execute(sql, (channel, listing_sku)).fetchone() is not None


def set_listing(conn: sqlite3.Connection, channel: str, listing_sku: str, sku: str, quantity: int) -> None:
    """Write a listing row."""
    conn.execute(
        "INSERT INTO listings (channel, listing_sku, sku, quantity) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (channel, listing_sku) DO UPDATE SET sku = excluded.sku, quantity = excluded.quantity",
        (channel, listing_sku, sku, quantity),
    )


def orders_of(channel: str, listing_sku: str) -> tuple[str, tuple[Any, ...]]:
    """SQL and parameters that select the orders with a line of the listing."""
    return (
        "SELECT DISTINCT l.order_id FROM lines l JOIN orders o ON o.id = l.order_id WHERE o.channel = ? AND l.listing_sku = ?",
        (channel, listing_sku),
    )


def remapped_orders(conn: sqlite3.Connection, channel: str, listing_sku: str, sku: str, quantity: int) -> list[int]:
    """Orders with reserved stock for a line that the new mapping changes."""
    rows = conn.execute(
        "SELECT DISTINCT o.id FROM orders o JOIN lines l ON l.order_id = o.id JOIN allocations a ON a.line_id = l.id "
        "WHERE o.channel = ? AND l.listing_sku = ? AND a.state = 'reserved' AND (l.sku <> ? OR l.listing_quantity <> ?) "
        "ORDER BY o.id",
        (channel, listing_sku, sku, quantity),
    )
    return [row["id"] for row in rows]


def problems(conn: sqlite3.Connection) -> pl.DataFrame:
    """problem, channel, listing_sku, sku, detail: what refers to something that is not there."""
    sql = (
        "SELECT 'unmapped' AS problem, li.channel, li.listing_sku, NULL AS sku, li.title AS detail FROM listings li "
        "LEFT JOIN products p ON p.sku = li.listing_sku WHERE li.sku IS NULL AND p.sku IS NULL "
        "UNION ALL SELECT 'no such sku', li.channel, li.listing_sku, li.sku, li.title FROM listings li "
        "LEFT JOIN products p ON p.sku = li.sku WHERE li.sku IS NOT NULL AND p.sku IS NULL "
        "UNION ALL SELECT 'inactive sku', li.channel, li.listing_sku, li.sku, p.title FROM listings li "
        "JOIN products p ON p.sku = li.sku WHERE p.active = 0 "
        "UNION ALL SELECT 'kit of a missing part', NULL, NULL, k.kit_sku, k.sku FROM kit_components k "
        "LEFT JOIN products p ON p.sku = k.sku WHERE p.sku IS NULL "
        "UNION ALL SELECT 'kit in a kit', NULL, NULL, k.kit_sku, k.sku FROM kit_components k "
        "WHERE k.sku IN (SELECT kit_sku FROM kit_components) "
        "UNION ALL SELECT 'kit with stock of its own', NULL, NULL, s.sku, s.location FROM stock s "
        "WHERE s.sku IN (SELECT kit_sku FROM kit_components) AND s.on_hand > 0 "
        "ORDER BY 1, 2, 3, 4, 5"
    )
    return query(conn, sql, (), dict.fromkeys(("problem", "channel", "listing_sku", "sku", "detail"), pl.String))
