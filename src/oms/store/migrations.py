"""Migrations of `oms.db`, in order; an old store stays openable for ever. Applied by sqlite-utils, once each."""

import sqlite3
from collections.abc import Sequence
from importlib.resources import files

from sqlite_utils import Database, Migrations

from oms.store.schema import ALONE, DERIVED, LATER, UNDOABLE

migrations = Migrations("oms")


@migrations()
def version_1_a_sellers_day(db: Database) -> None:
    """Orders, stock, parcels and the journal. (What remembers changes came with it then, and comes with version 2 now.)"""
    for statement in files("oms.store").joinpath("version_1.sql").read_text().split(";\n"):
        if statement.strip():
            db.conn.execute(statement)


@migrations()
def version_2_less_to_remember(db: Database) -> None:
    """What follows from facts wakes no trigger, and of a row whose state moves on only the state is remembered."""
    tables = [table for table in UNDOABLE if table not in LATER]
    for table in tables:
        db.conn.execute(f"DROP TRIGGER IF EXISTS changed_{table}")
        db.conn.execute(f"DROP TRIGGER IF EXISTS removed_{table}")
    record_changes(db.conn, tables)


@migrations()
def version_3_what_waits_is_expected(db: Database) -> None:
    """Of what waits for stock, the day on which it is expected."""
    db.conn.execute("ALTER TABLE waiting ADD COLUMN expected_on TEXT")
    for name in ("changed", "moved", "removed"):
        db.conn.execute(f"DROP TRIGGER IF EXISTS {name}_waiting")
    record_changes(db.conn, ("waiting",))


@migrations()
def version_4_what_warehouses_call_things(db: Database) -> None:
    """What the stock files of a channel's own warehouse named, and how many of each it said there are."""
    db.conn.execute(
        "CREATE TABLE warehouse_listings (id INTEGER PRIMARY KEY AUTOINCREMENT, "
        "location TEXT NOT NULL REFERENCES locations(code), listing_sku TEXT NOT NULL, "
        "said_at TEXT NOT NULL, on_hand INTEGER NOT NULL, UNIQUE (location, listing_sku, said_at)) STRICT"
    )
    record_changes(db.conn, ("warehouse_listings",))


@migrations()
def version_5_transfers_on_their_way(db: Database) -> None:
    """Of what is on its way between places of ours, where it left and when."""
    for column in ("source", "sent_at"):
        db.conn.execute(f"ALTER TABLE incoming ADD COLUMN {column} TEXT")
    for name in ("changed", "moved", "removed"):
        db.conn.execute(f"DROP TRIGGER IF EXISTS {name}_incoming")
    record_changes(db.conn, ("incoming",))


def record_changes(conn: sqlite3.Connection, tables: Sequence[str] = UNDOABLE) -> None:
    """
    Make the store remember what a batch overwrites: the row before, as JSON, in `changes`.

    Where a column of ALONE is all that changes, that column is all that is remembered. What a batch inserts needs no
    trigger: ids only grow, so `marks` remembers the range, and `floors` tells a row that the running batch made itself from
    one that it found.
    """
    for table in tables:
        columns = [row[1] for row in conn.execute(f"PRAGMA table_info({table})")]
        deeds = [c for c in columns if c not in DERIVED.get(table, set()) and c != "id"]
        alone = [c for c in deeds if c in ALONE.get(table, set())]
        whole = [c for c in deeds if c not in alone]
        known = f"OLD.id <= (SELECT last_id FROM floors WHERE name = '{table}')"
        for name, some, kept in (("changed", whole, columns), ("moved", alone, alone)):
            if some:
                differ = " OR ".join(f"OLD.{c} IS NOT NEW.{c}" for c in some)
                conn.execute(f"CREATE TRIGGER {name}_{table} AFTER UPDATE OF {', '.join(some)} ON {table} "
                             f"WHEN {known} AND ({differ}) BEGIN {_remember(table, kept)} END")  # fmt: skip
        conn.execute(
            f"CREATE TRIGGER removed_{table} AFTER DELETE ON {table} WHEN {known} BEGIN {_remember(table, columns)} END"
        )


def _remember(table: str, columns: list[str]) -> str:
    stored = ", ".join(
        f"'{c}', CASE WHEN typeof(OLD.{c}) = 'blob' THEN 'x' || hex(OLD.{c}) ELSE OLD.{c} END"
        if c == "content_hash"
        else f"'{c}', OLD.{c}"
        for c in columns
    )
    return (
        f"INSERT INTO changes (batch_id, name, row_id, before) "
        f"VALUES ((SELECT max(id) FROM batches), '{table}', OLD.id, json_object({stored}));"
    )


def migrate(conn: sqlite3.Connection) -> None:
    """Bring the store behind `conn` to the newest version, as `PRAGMA user_version` then says (db.VERSION)."""
    migrations.apply(Database(conn))
    (applied,) = conn.execute("SELECT count(*) FROM _sqlite_migrations WHERE migration_set = 'oms'").fetchone()
    conn.execute(f"PRAGMA user_version = {int(applied)}")
