"""Between SQL and frames: a query as a frame, a frame as a temporary table."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

_SQL_TYPES = {pl.Int64: "INTEGER", pl.Boolean: "INTEGER", pl.Float64: "REAL", pl.String: "TEXT", pl.Binary: "BLOB"}


def query(
    conn: sqlite3.Connection,
    sql: str,
    parameters: Sequence[Any] | dict[str, Any] = (),
    schema: dict[str, Any] | None = None,
) -> pl.DataFrame:
    """The rows of `sql` as a frame with the names of its columns; `schema` (name -> dtype) fixes the dtypes."""
    cursor = conn.cursor()
    cursor.row_factory = None
    cursor.execute(sql, parameters)
    names = [column[0] for column in cursor.description]
    rows = cursor.fetchall()
    wanted = schema or dict.fromkeys(names)
    if set(wanted) != set(names):
        raise ValueError(f"query gives {names}, schema says {list(wanted)}")
    return pl.DataFrame(rows, schema={name: wanted[name] for name in names}, orient="row", infer_schema_length=None)


def stage(conn: sqlite3.Connection, table: str, frame: pl.DataFrame) -> None:
    """Create the temporary table `table` with the columns and rows of `frame` (booleans as 0 and 1)."""
    columns = ", ".join(f'"{name}" {_SQL_TYPES.get(type(dtype), "TEXT")}'
                        for name, dtype in frame.schema.items())  # fmt: skip
    conn.execute(f"DROP TABLE IF EXISTS temp.{table}")
    conn.execute(f"CREATE TEMP TABLE {table} ({columns})")
    places = ", ".join("?" * frame.width)
    conn.executemany(f"INSERT INTO temp.{table} VALUES ({places})", frame.iter_rows())


def query_large(
    conn: sqlite3.Connection,
    sql: str,
    parameters: Sequence[Any] | dict[str, Any] = (),
    *,
    schema: Mapping[str, type[pl.DataType]],
) -> pl.DataFrame:
    """
    The rows of `sql` as a frame, for hundreds of thousands of them: seven times faster than `query`, in no order.

    SQLite hands over each column as one JSON array, so no Python object is made per cell. `schema` names the columns of
    `sql` (String and Int64 only).
    """
    arrays = ", ".join(f"json_group_array({name})" for name in schema)
    cursor = conn.cursor()
    cursor.row_factory = None
    row = cursor.execute(f"SELECT {arrays} FROM ({sql})", parameters).fetchone()
    return pl.DataFrame(
        {
            name: pl.Series([text]).str.json_decode(pl.List(dtype))[0].alias(name)
            for (name, dtype), text in zip(schema.items(), row, strict=True)
        }
    )
