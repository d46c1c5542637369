"""Goods that came back over a counter: custody first, in quarantine; stock only after inspection."""

from collections import Counter

import polars as pl

from oms.store.db import Batch
from oms.store.frames import stage
from oms.store.order_loading import Source


def load_counter_returns(batch: Batch, source: Source, returns: pl.DataFrame) -> Counter[str]:
    """
    Frame COUNTER_RETURNS (locations as codes) into returns, once by (channel, return_ref).

    Where the refunded sale is known, its line counts what came back, never more than was sold.
    """
    conn = batch.conn
    stage(conn, "said_returns", returns)
    fresh = conn.execute(
        "SELECT s.* FROM temp.said_returns s WHERE NOT EXISTS "
        "(SELECT 1 FROM returns r WHERE r.channel = ? AND r.return_ref = s.return_ref) ORDER BY s.row",
        (source.channel,),
    ).fetchall()
    for row in fresh:
        line = conn.execute(
            "SELECT l.id, l.order_id, l.sku, l.shipped - l.returned AS room FROM orders o JOIN lines l ON l.order_id = o.id "
            "WHERE o.channel = ? AND o.order_ref = ? AND l.listing_sku = ? AND l.shipped - l.returned >= ? "
            "ORDER BY l.position LIMIT 1",
            (source.channel, row["order_ref"], row["listing_sku"], row["quantity"]),
        ).fetchone()
        cursor = conn.execute(
            "INSERT INTO returns (channel, return_ref, order_id, location, requested_at, received_at, refunded, currency, "
            "file_id, row) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (source.channel, row["return_ref"], line["order_id"] if line else None, row["location"], row["returned_at"],
             row["returned_at"], row["refunded"], row["currency"], source.file_id, row["row"]),
        )  # fmt: skip
        conn.execute(
            "INSERT INTO return_lines (return_id, line_id, listing_sku, sku, title, quantity) VALUES (?, ?, ?, ?, ?, ?)",
            (cursor.lastrowid, line["id"] if line else None, row["listing_sku"], line["sku"] if line else None,
             row["title"], row["quantity"]),
        )  # fmt: skip
        if line:
            conn.execute("UPDATE lines SET returned = returned + ? WHERE id = ?", (row["quantity"], line["id"]))
            batch.touch_orders("VALUES (?)", (line["order_id"],))
    return Counter(new=len(fresh), unchanged=returns.height - len(fresh))
