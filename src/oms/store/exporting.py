"""What leaves for an ERP or a bookkeeper: orders and moves since a batch, and every table whole."""

import sqlite3

import polars as pl

from oms.model.frames import Schema
from oms.store.frames import query, query_large

_TEXT, _WHOLE = pl.String, pl.Int64
#: One row a line; an order without lines is not in it. Amounts in minor units of `currency`, times UTC text.
ORDER_LINES: Schema = {
    "order_id": _WHOLE, "position": _WHOLE, "order_ref": _TEXT, "channel": _TEXT, "channel_order_id": _TEXT,
    "placed_at": _TEXT, "status": _TEXT, "payment": _TEXT, "currency": _TEXT, "subtotal": _WHOLE, "discount": _WHOLE,
    "shipping": _WHOLE, "tax": _WHOLE, "total": _WHOLE, "refunded": _WHOLE, "counter_location": _TEXT, "external": _WHOLE,
    "name": _TEXT, "company": _TEXT, "city": _TEXT, "region": _TEXT, "postcode": _TEXT, "country": _TEXT,
    "line_ref": _TEXT, "sku": _TEXT, "listing_sku": _TEXT, "title": _TEXT, "variant": _TEXT, "barcode": _TEXT,
    "ordered": _WHOLE, "cancelled": _WHOLE, "shipped": _WHOLE, "returned": _WHOLE, "unit_price": _WHOLE,
    "line_discount": _WHOLE, "line_tax": _WHOLE,
}  # fmt: skip
#: `cost`: of one unit, in minor units of `currency`.
MOVES: Schema = {
    "move": _WHOLE, "happened_at": _TEXT, "kind": _TEXT, "sku": _TEXT, "title": _TEXT, "location": _TEXT,
    "quantity": _WHOLE, "cost": _WHOLE, "currency": _TEXT, "order_ref": _TEXT, "channel": _TEXT, "note": _TEXT,
    "batch": _WHOLE,
}  # fmt: skip

#: Orders that batches after :last made, or changed themselves or in a line.
_TOUCHED = """
SELECT o.id FROM marks m JOIN orders o ON o.id BETWEEN m.first_id AND m.last_id WHERE m.name = 'orders' AND m.batch_id > :last
UNION SELECT row_id FROM changes WHERE name = 'orders' AND batch_id > :last
UNION SELECT l.order_id FROM marks m JOIN lines l ON l.id BETWEEN m.first_id AND m.last_id
    WHERE m.name = 'lines' AND m.batch_id > :last
UNION SELECT l.order_id FROM changes c JOIN lines l ON l.id = c.row_id WHERE c.name = 'lines' AND c.batch_id > :last
"""
#: Tables that say how the store works and nothing of the business.
_INNER = ("changes", "cursors", "floors", "marks", "pending_files", "tallies")


def order_lines(conn: sqlite3.Connection, last: int) -> pl.DataFrame:
    """The lines (ORDER_LINES) of orders that came or changed after the batch `last`, by id and place in their order."""
    found = query_large(
        conn,
        "SELECT o.id AS order_id, l.position, o.order_ref, o.channel, o.channel_order_id, o.placed_at, o.status, o.payment, "
        "o.currency, o.subtotal, o.discount, o.shipping, o.tax, o.total, o.refunded, o.counter_location, o.external, "
        "c.name, c.company, c.city, c.region, c.postcode, c.country, l.line_ref, l.sku, l.listing_sku, l.title, l.variant, "
        "l.barcode, l.ordered, l.cancelled, l.shipped, l.returned, l.unit_price, l.discount AS line_discount, "
        f"l.tax AS line_tax FROM orders o JOIN lines l ON l.order_id = o.id LEFT JOIN contacts c ON c.order_id = o.id "
        f"WHERE o.id IN ({_TOUCHED})",
        {"last": last},
        schema=ORDER_LINES,
    )
    return found.sort("order_id", "position", "line_ref")


def moves(conn: sqlite3.Connection, last: int) -> pl.DataFrame:
    """The moves (MOVES) that batches after `last` made, by number."""
    found = query_large(
        conn,
        "SELECT m.id AS move, m.happened_at, m.kind, m.sku, p.title, m.location, m.quantity, p.cost, p.currency, "
        "o.order_ref, o.channel, m.note, m.batch_id AS batch FROM moves m JOIN products p ON p.sku = m.sku "
        "LEFT JOIN lines l ON l.id = m.line_id LEFT JOIN orders o ON o.id = l.order_id WHERE m.batch_id > :last",
        {"last": last},
        schema=MOVES,
    )
    return found.sort("move")


def last_export(conn: sqlite3.Connection, form: str) -> int:
    """The newest export by the template `form` that stands; 0 where there is none."""
    (found,) = conn.execute(
        "SELECT max(id) FROM batches WHERE command = 'export' AND undone_by IS NULL AND json_extract(summary, '$.format') = ?",
        (form,),
    ).fetchone()
    return int(found or 0)


def last_before(conn: sqlite3.Connection, moment: str) -> int:
    """The newest batch from before `moment` (UTC text)."""
    (found,) = conn.execute("SELECT max(id) FROM batches WHERE started_at < ?", (moment,)).fetchone()
    return int(found or 0)


def table_names(conn: sqlite3.Connection) -> list[str]:
    """All tables of the business, sorted."""
    rows = conn.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
    return [name for (name,) in rows if not name.startswith(("sqlite_", "_sqlite")) and name not in _INNER]


def whole_table(conn: sqlite3.Connection, name: str) -> pl.DataFrame:
    """A table as it stands, by its first column; bytes (the files in `documents`) are left out."""
    dtypes = {"INTEGER": pl.Int64, "REAL": pl.Float64, "TEXT": pl.String}
    columns = conn.execute(f"PRAGMA table_info({name})").fetchall()
    schema = {column[1]: dtypes[column[2]] for column in columns if column[2] in dtypes}
    names = ", ".join(f'"{column}"' for column in schema)
    return query(conn, f"SELECT {names} FROM {name} ORDER BY 1", schema=dict(schema))
