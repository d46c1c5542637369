"""Migrations of `oms.db`, in order; an old store stays openable for ever. Applied by sqlite-utils, once each."""

import sqlite3
from importlib.resources import files

from sqlite_utils import Database, Migrations

from oms.store.schema import DERIVED, UNDOABLE

migrations = Migrations("oms")


@migrations()
def version_1_a_sellers_day(db: Database) -> None:
    """Orders, stock, parcels and the journal."""
    for statement in files("oms.store").joinpath("version_1.sql").read_text().split(";\n"):
        if statement.strip():
            db.conn.execute(statement)
    record_changes(db.conn)


def record_changes(conn: sqlite3.Connection) -> None:
    """
    Make the store remember what a batch overwrites: the row before, as JSON, in `changes`.

    What a batch inserts needs no trigger: ids only grow, so `marks` remembers the range, and `floors` tells a row that
    the running batch made itself from one that it found.
    """
    for table in UNDOABLE:
        columns = [row[1] for row in conn.execute(f"PRAGMA table_info({table})")]
        stored = ", ".join(
            f"'{c}', CASE WHEN typeof(OLD.{c}) = 'blob' THEN 'x' || hex(OLD.{c}) ELSE OLD.{c} END"
            if c == "content_hash"
            else f"'{c}', OLD.{c}"
            for c in columns
        )
        deeds = [c for c in columns if c not in DERIVED.get(table, set()) and c != "id"]
        changed = " OR ".join(f"OLD.{c} IS NOT NEW.{c}" for c in deeds)
        insert = (
            f"INSERT INTO changes (batch_id, name, row_id, before) "
            f"VALUES ((SELECT max(id) FROM batches), '{table}', OLD.id, json_object({stored}));"
        )
        known = f"OLD.id <= (SELECT last_id FROM floors WHERE name = '{table}')"
        conn.execute(f"CREATE TRIGGER changed_{table} AFTER UPDATE ON {table} WHEN {known} AND ({changed}) "
                     f"BEGIN {insert} END")  # fmt: skip
        conn.execute(f"CREATE TRIGGER removed_{table} AFTER DELETE ON {table} WHEN {known} BEGIN {insert} END")


def migrate(conn: sqlite3.Connection) -> None:
    """Bring the store behind `conn` to the newest version, as `PRAGMA user_version` then says (db.VERSION)."""
    migrations.apply(Database(conn))
    (applied,) = conn.execute("SELECT count(*) FROM _sqlite_migrations WHERE migration_set = 'oms'").fetchone()
    conn.execute(f"PRAGMA user_version = {int(applied)}")
