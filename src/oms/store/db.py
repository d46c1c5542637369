"""
The one writer and the many readers of `oms.db`.

    with store.write("route", now) as batch: ...      lock + BEGIN IMMEDIATE + one `batches` row, commit or nothing
    with store.read() as conn: ...                    read only

Files are written after the commit, from the bytes kept in `documents`; what a crash left is finished by the next write.
"""

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from oms import faults
from oms.errors import OmsError
from oms.model.times import iso
from oms.store.batch import Batch, Document
from oms.store.documents import stored_bytes
from oms.store.schema import UNDOABLE
from oms.words import _
from oms.workspace import STORE_NAME, locked, make_private_folder, write_private

if TYPE_CHECKING:
    from oms.config import Config  # pydantic's models take their time to build; reading needs none of them

VERSION = 5  # of the newest migration; migrations.py asserts that they agree


class Store:
    """`oms.db` of the workspace `root`."""

    def __init__(self, root: Path, recovered: list[Document] | None = None) -> None:
        """`recovered`: where to note the documents of earlier batches that a write finishes first."""
        self.root = root
        self._recovered = [] if recovered is None else recovered
        self.path = root / STORE_NAME

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A connection that cannot write. A store that is missing or old is brought up to date first."""
        if not self.path.exists() or self._version() < VERSION:
            with locked(self.root, "migrate", 30):
                self._connect(migrate=True).close()
        conn = self._open_to_read()
        conn.row_factory = sqlite3.Row
        try:
            conn.execute("BEGIN")  # one snapshot, however many queries
            yield conn
        except sqlite3.DatabaseError as error:
            raise self._damaged(error) from error
        finally:
            conn.close()

    @contextmanager
    def write(
        self, command: str, now: datetime, *, config: "Config", words: str = "", wait: float = 30.0, dry_run: bool = False,
        once: bool = False,
    ) -> Iterator[Batch]:  # fmt: skip
        """
        The block runs alone, and happens whole or not at all; with `dry_run` it never happens.

        `once`: a command that would do its work again when it is run again. Its batch waits for `tell`; where the newest
        batch is the same command untold, `batch.repeats` names it and the block should do nothing.

        Raises WorkspaceLocked after `wait` seconds.
        """
        with locked(self.root, command, wait):
            conn = self._connect(migrate=True)
            try:
                recovered = [] if dry_run else self._write_pending(conn, recovering=True)
                conn.execute("BEGIN IMMEDIATE")
                _mirror(conn, config)
                before = _sequences(conn)
                conn.executemany("INSERT OR REPLACE INTO floors VALUES (?, ?)", [(t, before.get(t, 0)) for t in UNDOABLE])
                repeats = _untold(conn, command, words) if once else None
                cursor = conn.execute(
                    "INSERT INTO batches (command, words, started_at, told) VALUES (?, ?, ?, ?)",
                    (command, words, iso(now), int(not once)),
                )
                conn.execute("CREATE TEMP TABLE touched_orders (order_id INTEGER PRIMARY KEY)")
                conn.execute("CREATE TEMP TABLE touched_stock (sku TEXT, location TEXT, PRIMARY KEY (sku, location))")
                conn.execute("CREATE TEMP TABLE arrived (after INTEGER, last INTEGER)")  # ids of lines, see mapping.py
                discard = dry_run or repeats is not None
                batch = Batch(int(cursor.lastrowid or 0), conn, now, command, discard, repeats, recovered)
                yield batch
                _mark(conn, batch.id, before)
                if batch.dry_run:
                    conn.execute("ROLLBACK")
                else:
                    faults.point("before the commit")
                    conn.execute("COMMIT")
                    faults.point("after the commit")
                    self._write_own(conn, batch)
            except BaseException as error:
                if conn.in_transaction:
                    conn.execute("ROLLBACK")
                if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.IntegrityError):
                    raise self._damaged(error) from error
                raise
            finally:
                conn.close()

    def tell(self, batch_id: int) -> None:
        """Somebody has seen what the batch of a `once` command did: the same command again is a new one."""
        with locked(self.root, "tell", 30):
            conn = self._connect()
            try:
                conn.execute("UPDATE batches SET told = 1 WHERE id = ?", (batch_id,))
            finally:
                conn.close()

    def finish_documents(self, wait: float = 30.0) -> list[Document]:
        """Write the files of committed batches that a crash left unwritten; takes the lock only where there are some."""
        with self.read() as conn:
            if conn.execute("SELECT 1 FROM pending_files LIMIT 1").fetchone() is None:
                return []
        with locked(self.root, "doctor", wait):
            conn = self._connect(migrate=True)
            try:
                return self._write_pending(conn, recovering=True)
            finally:
                conn.close()

    def _write_own(self, conn: sqlite3.Connection, batch: Batch) -> None:
        try:
            self._write_pending(conn, batch.bytes_of)
        except OSError as error:
            raise OmsError(
                _("batch {batch} is done, but its files could not be written: {file}: {what}", batch=batch.id,
                  file=_within(self.root, error.filename), what=error.strerror or error),
                _("mend that; the next command that writes finishes them, or do it with: oms doctor --repair"),
            ) from error  # fmt: skip

    def _write_pending(
        self, conn: sqlite3.Connection, known: Mapping[int, bytes] | None = None, recovering: bool = False
    ) -> list[Document]:  # fmt: skip
        """Write what is pending. `known`: bytes of documents by id, where somebody has them; else they come from the store."""
        pending = conn.execute(
            "SELECT p.id, p.move_from, p.move_to, p.document_id, d.kind, d.path, d.location, d.channel "
            "FROM pending_files p LEFT JOIN documents d ON d.id = p.document_id ORDER BY p.id"
        ).fetchall()
        written = []
        for row in pending:
            if row["path"] is not None:
                data = (known or {}).get(row["document_id"])
                write_private(self.root / row["path"], stored_bytes(conn, row["document_id"]) if data is None else data)
                written.append(Document(row["kind"], row["path"], row["location"], row["channel"], recovering))
            elif Path(row["move_from"]).exists():
                make_private_folder(Path(row["move_to"]).parent)
                os.replace(row["move_from"], row["move_to"])
            faults.point("after a rename")
        if pending:
            conn.execute("DELETE FROM pending_files WHERE id <= ?", (pending[-1]["id"],))
        if recovering:
            self._recovered += written
        return written

    def _open_to_read(self) -> sqlite3.Connection:
        try:
            return sqlite3.connect(f"{self.path.as_uri()}?mode=ro", uri=True, isolation_level=None)
        except sqlite3.DatabaseError as error:
            raise self._damaged(error) from error

    def _version(self) -> int:
        conn = self._open_to_read()
        try:
            return self._known(int(conn.execute("PRAGMA user_version").fetchone()[0]))
        except sqlite3.DatabaseError as error:
            raise self._damaged(error) from error
        finally:
            conn.close()

    def _known(self, version: int) -> int:
        """`version`, where it is one of ours: what a newer oms has written may mean what this one does not know."""
        if version > VERSION:
            raise OmsError(
                _("{file}: a newer oms has written this store (version {version}, this one knows {known})",
                  file=self.path.name, version=version, known=VERSION),
                _("use the oms that wrote it, or install a newer one"),
            )  # fmt: skip
        return version

    def _connect(self, migrate: bool = False) -> sqlite3.Connection:
        if not self.path.exists():
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        try:
            conn = sqlite3.connect(self.path, isolation_level=None, timeout=30)
        except sqlite3.DatabaseError as error:
            raise self._damaged(error) from error
        conn.row_factory = sqlite3.Row
        try:
            version = self._known(int(conn.execute("PRAGMA user_version").fetchone()[0]))
            conn.execute("PRAGMA journal_mode = WAL")
            conn.execute("PRAGMA foreign_keys = ON")
            conn.execute("PRAGMA synchronous = FULL")
            conn.execute("PRAGMA cache_size = -65536")
            if migrate and version < VERSION:
                from oms.store.migrations import migrate as bring_up

                bring_up(conn)
        except sqlite3.DatabaseError as error:
            conn.close()
            raise self._damaged(error) from error
        except OmsError:
            conn.close()
            raise
        return conn

    def _damaged(self, error: sqlite3.Error) -> OmsError:
        name = getattr(error, "sqlite_errorname", "") if self.path.is_file() else ""
        if name.startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_PERM")):
            hint = _("oms needs to write in {folder}, even to look: the store keeps files beside it", folder=self.root)
        elif name.startswith(("SQLITE_FULL", "SQLITE_IOERR")):
            hint = _("free disk space, then run the same command again")
        else:
            hint = _("put the newest file of backups/ in its place")
        return OmsError(_("{file}: the store cannot be used: {error}", file=self.path.name, error=error), hint)


def _within(root: Path, path: str | None) -> str:
    place = Path(path) if path else root
    return str(place.relative_to(root)) if place.is_relative_to(root) else str(place)


def _mirror(conn: sqlite3.Connection, config: "Config") -> None:
    """Copy the locations and channels of oms.toml into the store, so that keys hold."""
    for place in config.locations:
        row = (place.code, place.name, place.kind, place.model_dump_json())
        conn.execute(
            "INSERT INTO locations VALUES (?, ?, ?, ?) ON CONFLICT (code) DO UPDATE "
            "SET name = excluded.name, kind = excluded.kind, settings = excluded.settings",
            row,
        )
    for channel in config.channels:
        conn.execute(
            "INSERT INTO channels VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE "
            "SET kind = excluded.kind, settings = excluded.settings",
            (channel.name, channel.kind, channel.model_dump_json()),
        )


def _untold(conn: sqlite3.Connection, command: str, words: str) -> int | None:
    """The newest batch, where it is this very command and nobody has seen it end."""
    row = conn.execute("SELECT id, command, words, told FROM batches ORDER BY id DESC LIMIT 1").fetchone()
    same = row is not None and not row["told"] and words and (row["command"], row["words"]) == (command, words)
    return int(row["id"]) if same else None


def _sequences(conn: sqlite3.Connection) -> dict[str, int]:
    return {row["name"]: int(row["seq"]) for row in conn.execute("SELECT name, seq FROM sqlite_sequence")}


def _mark(conn: sqlite3.Connection, batch_id: int, before: dict[str, int]) -> None:
    """Remember the range of ids that this batch made in each table."""
    after = _sequences(conn)
    for name in UNDOABLE:
        if after.get(name, 0) > before.get(name, 0):
            conn.execute(
                "INSERT INTO marks (batch_id, name, first_id, last_id) VALUES (?, ?, ?, ?)",
                (batch_id, name, before.get(name, 0) + 1, after[name]),
            )
