"""Names that are known to be right: what a damaged cell may have been."""

import sqlite3


def order_numbers(conn: sqlite3.Connection, channel: str | None) -> list[str]:
    """Order refs and channel order ids, of `channel` where one is named."""
    sql = (
        "SELECT order_ref FROM orders WHERE :channel IS NULL OR channel = :channel "
        "UNION SELECT channel_order_id FROM orders WHERE :channel IS NULL OR channel = :channel"
    )
    return [name for (name,) in conn.execute(sql, {"channel": channel}) if name]


def line_numbers(conn: sqlite3.Connection, channel: str | None) -> list[str]:
    """The channel's own ids of lines."""
    sql = (
        "SELECT l.line_ref FROM lines l JOIN orders o ON o.id = l.order_id "
        "WHERE l.has_channel_ref = 1 AND (:channel IS NULL OR o.channel = :channel)"
    )
    return [name for (name,) in conn.execute(sql, {"channel": channel})]


def skus(conn: sqlite3.Connection) -> list[str]:
    """Our skus and kits, and the listings that somebody mapped: what only a file named may be damaged itself."""
    sql = "SELECT sku FROM products UNION SELECT listing_sku FROM listings WHERE sku IS NOT NULL"
    return [name for (name,) in conn.execute(sql)]


def barcodes(conn: sqlite3.Connection) -> list[str]:
    """Barcodes of products and listings."""
    sql = "SELECT barcode FROM products UNION SELECT barcode FROM listings"
    return [name for (name,) in conn.execute(sql) if name]


def titles(conn: sqlite3.Connection) -> list[str]:
    """What products and listings are called."""
    return [name for (name,) in conn.execute("SELECT title FROM products UNION SELECT title FROM listings") if name]
