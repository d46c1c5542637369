"""What was told to which channel of what left, and what is still to be told."""

import sqlite3

import polars as pl

from oms.model.frames import Schema
from oms.store.batch import Batch
from oms.store.frames import query

#: One row a (parcel, order, line). `quantity`: line units to tell; `total`: line units of the line in this parcel.
TO_TELL: Schema = {
    "parcel_id": pl.Int64, "line_id": pl.Int64, "channel": pl.String, "kind": pl.String, "order_ref": pl.String,
    "line_ref": pl.String, "listing_sku": pl.String, "title": pl.String, "variant": pl.String, "quantity": pl.Int64,
    "total": pl.Int64, "carrier": pl.String, "service": pl.String, "tracking": pl.String, "shipped_at": pl.String,
    "placed_at": pl.String,
}  # fmt: skip

_SHIPPED = """
SELECT p.id AS parcel_id, pl.line_id, o.channel, c.kind, o.order_ref, o.id AS order_id, l.position,
    CASE WHEN l.has_channel_ref THEN l.line_ref END AS line_ref,
    l.listing_sku, l.title, l.variant, sum(pl.quantity) AS total, p.carrier, p.service, p.tracking, p.shipped_at,
    o.placed_at, p.batch_id
FROM parcels p JOIN parcel_lines pl ON pl.parcel_id = p.id JOIN lines l ON l.id = pl.line_id
JOIN orders o ON o.id = l.order_id JOIN channels c ON c.name = o.channel
WHERE p.elsewhere = 0 AND o.external = 0 AND l.external = 0 AND o.counter_location IS NULL
GROUP BY p.id, pl.line_id HAVING sum(pl.quantity) > 0
"""

#: A confirmation counts all of a line in a parcel, so the newest one is what the channel knows.
_TOLD = """
LEFT JOIN confirmations t ON t.id = (
    SELECT max(n.id) FROM confirmations n WHERE n.parcel_id = s.parcel_id AND n.line_id = s.line_id)
"""


def to_tell(
    conn: sqlite3.Connection, channels: list[str], silent: tuple[str, ...], *, since: str | None = None,
    batch_id: int | None = None,
) -> pl.DataFrame:  # fmt: skip
    """
    What is to be confirmed to `channels` (TO_TELL), sorted.

    By default what was not told yet, or told with another number or carrier. With `since` (UTC text) everything that
    left or was told from then on, with `batch_id` everything that this batch shipped or told, told or not.
    """
    same = "t.tracking IS s.tracking AND t.carrier IS s.carrier"
    again, quantity, parameters = (
        f"t.id IS NULL OR NOT ({same}) OR t.quantity < s.total",
        f"""
        CASE WHEN {same} THEN s.total - COALESCE(t.quantity, 0) ELSE s.total END""",
        {},
    )
    if since is not None or batch_id is not None:
        quantity = "s.total"
        again = (
            "(:since IS NULL OR s.shipped_at >= :since OR EXISTS (SELECT 1 FROM confirmations x JOIN batches b "
            "ON b.id = x.batch_id WHERE x.parcel_id = s.parcel_id AND x.line_id = s.line_id AND b.started_at >= :since)) "
            "AND (:batch IS NULL OR s.batch_id = :batch OR EXISTS (SELECT 1 FROM confirmations x "
            "WHERE x.parcel_id = s.parcel_id AND x.line_id = s.line_id AND x.batch_id = :batch))"
        )
        parameters = {"since": since, "batch": batch_id}
    found = query(
        conn,
        "SELECT s.parcel_id, s.line_id, s.channel, s.kind, s.order_ref, s.line_ref, s.listing_sku, s.title, s.variant, "
        f"{quantity} AS quantity, s.total, s.carrier, s.service, s.tracking, s.shipped_at, s.placed_at "
        f"FROM ({_SHIPPED}) s {_TOLD} "
        f"WHERE ({again}) ORDER BY s.channel, s.order_ref, s.order_id, s.position, s.line_id, s.shipped_at, s.parcel_id",
        parameters,
        schema=TO_TELL,
    )
    wanted = pl.col("channel").is_in(channels) if channels else ~pl.col("kind").is_in(silent)
    return found.filter(wanted & ~pl.col("kind").is_in(silent))


def save_told(batch: Batch, rows: pl.DataFrame, path: str) -> None:
    """Remember that `rows` (TO_TELL) were told with the document `path` of this batch."""
    document = batch.conn.execute("SELECT max(id) FROM documents WHERE batch_id = ? AND path = ?", (batch.id, path)).fetchone()
    batch.conn.executemany(
        "INSERT INTO confirmations (batch_id, parcel_id, line_id, channel, carrier, tracking, quantity, document_id) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (batch.id, parcel_id, line_id, channel, carrier, tracking, total, document[0])
            for parcel_id, line_id, channel, carrier, tracking, total in rows.select(
                "parcel_id", "line_id", "channel", "carrier", "tracking", "total"
            ).iter_rows()
        ),
    )


def batch_exists(conn: sqlite3.Connection, batch_id: int) -> bool:
    """Whether there is such a batch."""
    return conn.execute("SELECT 1 FROM batches WHERE id = ?", (batch_id,)).fetchone() is not None
