"""Input files the store knows: by their bytes, and when a channel was last heard."""

import json
import sqlite3
from typing import Any

from oms.store.batch import Batch


def known_file(conn: sqlite3.Connection, sha256: str, channel: str | None, location: str | None) -> sqlite3.Row | None:
    """The newest import of the same bytes for the same channel and location that was not undone."""
    row: sqlite3.Row | None = conn.execute(
        "SELECT f.* FROM files_in f JOIN batches b ON b.id = f.batch_id WHERE f.sha256 = ? AND f.channel IS ? "
        "AND f.location IS ? AND b.undone_by IS NULL ORDER BY f.id DESC LIMIT 1",
        (sha256, channel, location),
    ).fetchone()
    return row


def note_file(
    batch: Batch, *, path: str, sha256: str, kind: str, format: str, channel: str | None, location: str | None,
    as_of: str, rows: int, report: dict[str, Any],
) -> int:  # fmt: skip
    """Write down that a file was read; returns its id."""
    cursor = batch.conn.execute(
        "INSERT INTO files_in (batch_id, path, sha256, kind, format, channel, location, as_of, rows, report) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (batch.id, path, sha256, kind, format, channel, location, as_of, rows, json.dumps(report, ensure_ascii=False)),
    )
    return int(cursor.lastrowid or 0)


def follows_another(batch: Batch, channel: str, file_id: int) -> bool:
    """Whether this batch read another orders file of the channel before the file `file_id`."""
    return (
        batch.conn.execute(
            "SELECT 1 FROM files_in WHERE batch_id = ? AND channel = ? AND kind = 'orders' AND id <> ?",
            (batch.id, channel, file_id),
        ).fetchone()
        is not None
    )


def comes_again(batch: Batch, channel: str, file_id: int) -> bool:
    """Whether the bytes of the file `file_id` were read before, and other orders files of the channel since then."""
    return (
        batch.conn.execute(
            "SELECT 1 FROM files_in f JOIN batches b ON b.id = f.batch_id WHERE f.channel = :channel AND f.kind = 'orders' "
            "AND b.undone_by IS NULL AND f.sha256 <> (SELECT sha256 FROM files_in WHERE id = :file) AND f.id > ("
            "SELECT min(e.id) FROM files_in e JOIN batches d ON d.id = e.batch_id WHERE e.channel = :channel "
            "AND d.undone_by IS NULL AND e.id < :file AND e.sha256 = (SELECT sha256 FROM files_in WHERE id = :file)) LIMIT 1",
            {"channel": channel, "file": file_id},
        ).fetchone()
        is not None
    )


def save_report(batch: Batch, file_id: int, report: dict[str, Any]) -> None:
    """Keep what the import said of a file."""
    batch.conn.execute("UPDATE files_in SET report = ? WHERE id = ?", (json.dumps(report, ensure_ascii=False), file_id))


def open_holds(conn: sqlite3.Connection) -> dict[str, int]:
    """How many orders each reason holds."""
    return {
        row["reason"]: row["n"]
        for row in conn.execute("SELECT reason, count(*) AS n FROM holds WHERE released = 0 GROUP BY reason ORDER BY reason")
    }
