"""Goods that come back, over a counter or by post: custody first, in quarantine; stock only after inspection."""

from collections import Counter
from sqlite3 import Row
from typing import Any

import polars as pl

from oms.store.batch import Batch
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


def load_returns(batch: Batch, channel: str, file_id: int, returns: pl.DataFrame) -> Counter[str]:
    """
    Frame RETURNS into returns, once by (channel, return_ref): `new`, `updated`, `unchanged`; `unknown` of them are of
    orders that nobody imported yet, and find them when the list is imported again.

    What is back counts on its line, never more than was sold; it never goes back out. No stock moves. What is withdrawn
    before it came is forgotten.
    """
    counts: Counter[str] = Counter(new=0, updated=0, unchanged=0, unknown=0)
    stage(batch.conn, "said_returns", returns)
    for said in batch.conn.execute("SELECT * FROM temp.said_returns ORDER BY row").fetchall():
        known = batch.conn.execute(
            "SELECT r.id, r.order_id, r.location, r.requested_at, r.received_at, r.refunded, x.id AS part, x.line_id, "
            "x.quantity, x.reason FROM returns r JOIN return_lines x ON x.return_id = r.id "
            "WHERE r.channel = ? AND r.return_ref = ?",
            (channel, said["return_ref"]),
        ).fetchone()
        if said["withdrawn"]:
            counts["updated" if _withdraw(batch, known) else "unchanged"] += 1
            continue
        found = _find(batch, channel, said)
        counts["unknown"] += found is None
        counts[_save(batch, channel, file_id, said, known, found)] += 1
    return counts


def _withdraw(batch: Batch, known: Row | None) -> bool:
    """Forget a return that was known and has not come."""
    if known is None or known["received_at"] is not None:
        return False
    batch.conn.execute("DELETE FROM return_lines WHERE return_id = ?", (known["id"],))
    batch.conn.execute("DELETE FROM returns WHERE id = ?", (known["id"],))
    if known["order_id"] is not None:
        batch.event("return_withdrawn", order_id=known["order_id"], detail={"quantity": known["quantity"]})
    return True


def _find(batch: Batch, channel: str, said: Row) -> Row | None:
    """The order (order_id), and the line of it that comes back: by its id, else by what it is called, one with room first."""
    found: Row | None = batch.conn.execute(
        "SELECT o.id AS order_id, l.id AS line_id, l.sku FROM (SELECT id FROM orders WHERE order_ref = :ref AND "
        "channel = :channel UNION SELECT id FROM orders WHERE channel_order_id = :ref AND channel = :channel) o "
        "LEFT JOIN lines l ON l.order_id = o.id AND (l.line_ref = :line OR l.listing_sku = :sku OR l.sku = :sku) "
        "ORDER BY l.line_ref IS :line DESC, l.shipped - l.returned >= :quantity DESC, l.position LIMIT 1",
        {"ref": said["order_ref"], "channel": channel, "line": said["line_ref"], "sku": said["listing_sku"],
         "quantity": said["quantity"]},
    ).fetchone()  # fmt: skip
    return found


def _save(batch: Batch, channel: str, file_id: int, said: Row, known: Row | None, found: Row | None) -> str:
    conn = batch.conn
    facts: dict[str, Any] = {
        "order_id": found["order_id"] if found else None, "location": said["location"],
        "requested_at": said["requested_at"], "received_at": said["received_at"], "refunded": said["refunded"],
    }  # fmt: skip
    part = {"line_id": found["line_id"] if found else None, "quantity": said["quantity"], "reason": said["reason"]}
    if known is not None:  # what a newer list no longer says is still so
        facts |= {name: known[name] for name in facts if facts[name] is None or (name == "received_at" and known[name])}
        part |= {name: known[name] for name in part if part[name] is None or (name == "line_id" and known[name])}
        if all(known[name] == value for name, value in (facts | part).items()):
            return "unchanged"
        conn.execute(
            "UPDATE returns SET order_id = :order_id, location = :location, requested_at = :requested_at, "
            "received_at = :received_at, refunded = :refunded WHERE id = :id", facts | {"id": known["id"]},
        )  # fmt: skip
        conn.execute(
            "UPDATE return_lines SET line_id = :line_id, quantity = :quantity, reason = :reason WHERE id = :id",
            part | {"id": known["part"]},
        )
    else:
        cursor = conn.execute(
            "INSERT INTO returns (channel, return_ref, order_id, location, requested_at, received_at, refunded, currency, "
            "file_id, row) VALUES (:channel, :return_ref, :order_id, :location, :requested_at, :received_at, :refunded, "
            ":currency, :file_id, :row)",
            facts | {"channel": channel, "return_ref": said["return_ref"], "currency": said["currency"],
                     "file_id": file_id, "row": said["row"]},
        )  # fmt: skip
        conn.execute(
            "INSERT INTO return_lines (return_id, line_id, listing_sku, sku, title, quantity, reason) VALUES "
            "(:id, :line_id, :listing_sku, :sku, :title, :quantity, :reason)",
            part | {"id": cursor.lastrowid, "listing_sku": said["listing_sku"], "sku": found["sku"] if found else None,
                    "title": said["title"]},
        )  # fmt: skip
    before = known["quantity"] if known is not None and known["received_at"] and known["line_id"] else 0
    back = (part["quantity"] if facts["received_at"] else 0) - before
    if part["line_id"] is not None and back:
        conn.execute("UPDATE lines SET returned = max(restocked + scrapped, min(shipped, returned + ?)) WHERE id = ?",
                     (back, part["line_id"]))  # fmt: skip
    if facts["order_id"] is not None:
        batch.touch_orders("VALUES (?)", (facts["order_id"],))
    return "new" if known is None else "updated"
