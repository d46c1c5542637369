"""Who wrote what when: batches, with what each of them read, wrote, made and changed."""

import json
import sqlite3
from collections.abc import Iterable


def batches(conn: sqlite3.Connection, ids: Iterable[int] | None = None, limit: int | None = None) -> list[sqlite3.Row]:
    """Batches, newest first: id, at, command, words, summary (JSON), undoes, undone_by; only `ids` where given."""
    return conn.execute(
        "SELECT id, started_at AS at, command, words, summary, undoes, undone_by FROM batches "
        "WHERE (:ids IS NULL OR id IN (SELECT value FROM json_each(:ids))) ORDER BY id DESC LIMIT :limit",
        {"ids": None if ids is None else json.dumps(sorted(set(ids))), "limit": -1 if limit is None else limit},
    ).fetchall()


def files(conn: sqlite3.Connection, batch_ids: Iterable[int]) -> list[sqlite3.Row]:
    """What batches read: batch_id, path, kind, format, channel, location, rows."""
    return conn.execute(
        "SELECT batch_id, path, kind, format, channel, location, rows FROM files_in "
        "WHERE batch_id IN (SELECT value FROM json_each(?)) ORDER BY id", (json.dumps(list(batch_ids)),),
    ).fetchall()  # fmt: skip


def documents(conn: sqlite3.Connection, batch_ids: Iterable[int]) -> list[sqlite3.Row]:
    """What batches wrote: batch_id, kind, location, channel, path."""
    return conn.execute(
        "SELECT batch_id, kind, location, channel, path FROM documents "
        "WHERE batch_id IN (SELECT value FROM json_each(?)) ORDER BY id", (json.dumps(list(batch_ids)),),
    ).fetchall()  # fmt: skip


def rows_made(conn: sqlite3.Connection, batch_id: int) -> dict[str, int]:
    """How many rows of each table a batch made."""
    rows = conn.execute(
        "SELECT name, sum(last_id - first_id + 1) AS n FROM marks WHERE batch_id = ? GROUP BY name ORDER BY name", (batch_id,)
    )
    return {row["name"]: int(row["n"]) for row in rows}


def rows_changed(conn: sqlite3.Connection, batch_id: int) -> dict[str, int]:
    """How many rows of each table it changed or removed."""
    rows = conn.execute(
        "SELECT name, count(DISTINCT row_id) AS n FROM changes WHERE batch_id = ? GROUP BY name ORDER BY name", (batch_id,)
    )
    return {row["name"]: int(row["n"]) for row in rows}


def events(conn: sqlite3.Connection, batch_id: int, limit: int) -> list[sqlite3.Row]:
    """Its journal: batch_id, command, at, kind, channel, order_ref, sku, location, detail (JSON)."""
    return conn.execute(
        "SELECT e.batch_id, b.command, e.at, e.kind, o.channel, o.order_ref, e.sku, e.location, e.detail FROM events e "
        "JOIN batches b ON b.id = e.batch_id LEFT JOIN orders o ON o.id = e.order_id WHERE e.batch_id = ? "
        "ORDER BY e.id LIMIT ?",
        (batch_id, limit),
    ).fetchall()


def is_sku(conn: sqlite3.Connection, word: str) -> bool:
    """Whether `word` is one of our skus."""
    return conn.execute("SELECT 1 FROM products WHERE sku = ?", (word,)).fetchone() is not None
