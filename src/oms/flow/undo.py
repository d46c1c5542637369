"""`oms undo BATCH`: as if the batch had never run, except that the log remembers both."""

import sqlite3
from dataclasses import dataclass
from typing import Any

from oms.errors import Refused, UnknownBatch
from oms.flow.settle import settle
from oms.flow.shop import Shop
from oms.store.batch import Batch
from oms.store.undoing import forget_untold_stock, take_back, users_of
from oms.words import _


@dataclass(frozen=True)
class UndoReport:
    """The batches that were taken back, newest first, and the files they had written already."""

    batch: int
    undone: list[dict[str, Any]]
    files: list[str]
    exit_code: int = 0

    def json(self) -> dict[str, Any]:
        """Keys: batch, undone[]{id, command}, files[]."""
        return {"batch": self.batch, "undone": self.undone, "files": self.files}


def undo(shop: Shop, batch_id: int, cascade: bool = False, dry_run: bool = False) -> UndoReport:
    """
    Take a batch back; undoing an undo is a redo.

    Refused, naming them, when later batches used what it made; `cascade` undoes those first. Files that were written
    are listed and stay: they may have been uploaded.
    """
    with shop.store.write("undo", shop.now, config=shop.config, words=shop.words, wait=shop.wait, dry_run=dry_run,
                          once=True) as batch:  # fmt: skip
        if batch.repeats is not None:
            return _told(batch.conn, batch.repeats)
        target = _batch(batch, batch_id)
        later = _all_users(batch, batch_id)
        if later and not cascade:
            names = ", ".join(f"{row['id']} ({row['command']})" for row in map(_row(batch), sorted(later)))
            raise Refused(_("batch {batch} was used by later ones: {names}", batch=batch_id, names=names),
                          _("undo those too, newest first, with: oms undo {batch} --cascade", batch=batch_id))  # fmt: skip
        undone = [_row(batch)(each) for each in sorted(later, reverse=True)] + [target]
        for row in undone:
            _take_back(batch, row)
        batch.conn.execute("UPDATE batches SET undoes = ? WHERE id = ?", (batch_id, batch.id))
        forget_untold_stock(batch)
        settle(batch, shop.config)
        files = _files(batch.conn, [row["id"] for row in undone])
        batch.summary({"undone": [row["id"] for row in undone]})
        return UndoReport(batch.id, [{"id": row["id"], "command": row["command"]} for row in undone], files)


def _told(conn: sqlite3.Connection, batch_id: int) -> UndoReport:
    """What an undo that nobody saw end did."""
    rows = conn.execute("SELECT id, command FROM batches WHERE undone_by = ? ORDER BY id DESC", (batch_id,)).fetchall()
    files = _files(conn, [row["id"] for row in rows])
    return UndoReport(batch_id, [dict(row) for row in rows], files)


def _take_back(batch: Batch, row: sqlite3.Row) -> None:
    try:
        take_back(batch, row["id"])
    except sqlite3.IntegrityError as error:
        raise Refused(
            _("batch {batch} cannot be taken back: what it held stands in the store again", batch=row["id"]),
            _("see what came since with: oms log"),
        ) from error
    batch.conn.execute("UPDATE batches SET undone_by = ? WHERE id = ?", (batch.id, row["id"]))
    # A redo: what that undo had taken back is in force again.
    batch.conn.execute("UPDATE batches SET undone_by = NULL WHERE undone_by = ?", (row["id"],))


def _batch(batch: Batch, batch_id: int) -> sqlite3.Row:
    row: sqlite3.Row | None = batch.conn.execute(
        "SELECT * FROM batches WHERE id = ? AND id < ?", (batch_id, batch.id)
    ).fetchone()
    if row is None:
        raise UnknownBatch(_("no batch {batch}", batch=batch_id), _("list batches with: oms log"))
    if row["undone_by"] is not None:
        raise Refused(_("batch {batch} is undone already, by {by}", batch=batch_id, by=row["undone_by"]),
                      _("bring it back with: oms undo {by}", by=row["undone_by"]))  # fmt: skip
    redone = batch.conn.execute("SELECT undoes FROM batches WHERE id = ?", (row["undoes"],)).fetchone()
    if redone is not None and redone["undoes"] is not None:
        raise Refused(_("batch {batch} brought batch {other} back", batch=batch_id, other=redone["undoes"]),
                      _("undo that one: oms undo {other}", other=redone["undoes"]))  # fmt: skip
    return row


def _row(batch: Batch) -> Any:
    return lambda batch_id: batch.conn.execute("SELECT * FROM batches WHERE id = ?", (batch_id,)).fetchone()


def _all_users(batch: Batch, batch_id: int) -> set[int]:
    """Users, and the users of users."""
    found: set[int] = set()
    ahead = [batch_id]
    while ahead:
        for user in users_of(batch.conn, ahead.pop()):
            if user not in found:
                found.add(user)
                ahead.append(user)
    return found


def _files(conn: sqlite3.Connection, batch_ids: list[int]) -> list[str]:
    marks = ", ".join("?" * len(batch_ids))
    rows = conn.execute(f"SELECT path FROM documents WHERE batch_id IN ({marks}) ORDER BY id", batch_ids)
    return [row["path"] for row in rows]
