"""One run of a command that writes: what it notes, the files it makes, what has to be derived anew before the commit."""

import json
import sqlite3
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from oms.model.times import iso
from oms.store.documents import Packed


@dataclass
class Document:
    """A file we wrote, or will write once the batch is committed. `path` is relative to the workspace."""

    kind: str
    path: str
    location: str | None = None
    channel: str | None = None
    recovered: bool = False

    def json(self) -> dict[str, Any]:
        """As in `documents[]`."""
        found: dict[str, Any] = {
            "kind": self.kind, "location": self.location, "channel": self.channel, "path": self.path,
        }  # fmt: skip
        return found | ({"recovered": True} if self.recovered else {})


@dataclass
class Batch:
    """One run of a command that writes."""

    id: int
    conn: sqlite3.Connection
    now: datetime
    command: str
    dry_run: bool
    repeats: int | None = None  # the batch of the same command that committed and died before it could say so
    recovered: list[Document] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    bytes_of: dict[int, bytes] = field(default_factory=dict)  # of its documents, by their ids: to be written after the commit

    @property
    def at(self) -> str:
        """Now, as the store writes times."""
        return iso(self.now)

    @property
    def folder(self) -> str:
        """The batch's own folder of documents: `outbox/2026-11-22-0012-route`."""
        return f"outbox/{self.now:%Y-%m-%d}-{self.id:04d}-{self.command}"

    def event(
        self, kind: str, *, order_id: int | None = None, sku: str | None = None, location: str | None = None,
        detail: dict[str, Any] | None = None,
    ) -> None:  # fmt: skip
        """Write one line of the journal."""
        self.conn.execute(
            "INSERT INTO events (batch_id, at, kind, order_id, sku, location, detail) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (self.id, self.at, kind, order_id, sku, location, json.dumps(detail or {}, ensure_ascii=False)),
        )

    def document(
        self, kind: str, name: str, data: bytes | Packed, *, location: str | None = None, channel: str | None = None,
        folder: str | None = None,
    ) -> str:  # fmt: skip
        """
        Keep `data` as the document `name` of this batch; the file appears when the batch is committed.

        Returns its path relative to the workspace, in `folder` (the batch's own where absent).
        """
        path = f"{folder or self.folder}/{name}"
        packed = data if isinstance(data, Packed) else Packed.of(name, data)
        cursor = self.conn.execute(
            "INSERT INTO documents (batch_id, kind, path, location, channel, sha256, bytes) VALUES (?,?,?,?,?,?,?)",
            (self.id, kind, path, location, channel, packed.sha256, packed.stored),
        )
        self.bytes_of[int(cursor.lastrowid or 0)] = packed.data
        self.conn.execute("INSERT INTO pending_files (document_id) VALUES (?)", (cursor.lastrowid,))
        self.documents.append(Document(kind, path, location, channel))
        return path

    def move_file(self, source: Path, target: Path) -> None:
        """Move a file once the batch is committed."""
        self.conn.execute("INSERT INTO pending_files (move_from, move_to) VALUES (?, ?)", (str(source), str(target)))

    def touch_orders(self, sql: str, parameters: Any = ()) -> None:
        """Note the order ids that `sql` selects: their holds and statuses are derived anew before the commit."""
        self.conn.execute(f"INSERT OR IGNORE INTO temp.touched_orders {sql}", parameters)

    def touch_stock(self, sql: str, parameters: Any = ()) -> None:
        """Note the (sku, location) pairs that `sql` selects: their balances are derived anew before the commit."""
        self.conn.execute(f"INSERT OR IGNORE INTO temp.touched_stock {sql}", parameters)

    def summary(self, found: dict[str, Any]) -> None:
        """What `oms log` shows of this batch."""
        self.conn.execute("UPDATE batches SET summary = ? WHERE id = ?", (json.dumps(found, ensure_ascii=False), self.id))
