"""What routing reads: open orders, their demand, what they have and lost, what is free, what leaves when."""

import json
import sqlite3
from collections.abc import Collection, Mapping

import polars as pl

from oms.model.frames import FREE_STOCK, HELD_UNITS, MEASURES, OPEN_DEMAND, OPEN_ORDERS, ORDER_FACTS, RATES, Schema, conform
from oms.store.frames import query_large

#: Orders that may be routed: something is left to ship, and nothing holds them.
_OPEN = """
SELECT o.id FROM orders o
WHERE o.status IN ('ready', 'waiting', 'routed', 'picking', 'part_shipped') AND o.external = 0
    AND o.counter_location IS NULL AND NOT EXISTS (SELECT 1 FROM holds h WHERE h.order_id = o.id AND h.released = 0)
    AND o.channel IN (SELECT value FROM json_each(?))
"""

#: One row a line and sku. Recalled units are never reserved again; what left of units not yet complete counts as had.
_DEMAND = """
SELECT order_id, line_id, line_ref, position, sku, units, left_units AS "left",
    max(0, units * left_units - reserved - max(picking, units * recalled) - max(0, gone - units * shipped)) AS need
FROM (
    SELECT l.order_id, l.id AS line_id, l.line_ref, l.position, l.shipped,
        l.ordered - l.cancelled - l.shipped AS left_units, max(0, l.recalled - l.shipped) AS recalled, u.sku, u.units,
        COALESCE(sum(a.quantity) FILTER (WHERE a.state = 'reserved'), 0) AS reserved,
        COALESCE(sum(a.quantity) FILTER (WHERE a.state = 'picking'), 0) AS picking,
        COALESCE(sum(a.quantity) FILTER (WHERE a.state = 'shipped'), 0) AS gone
    FROM temp.routable r JOIN lines l ON l.order_id = r.order_id JOIN line_units u ON u.line_id = l.id
    LEFT JOIN allocations a ON a.line_id = l.id AND a.sku = u.sku AND a.state <> 'released'
    WHERE l.external = 0 AND l.ordered > l.cancelled + l.shipped
    GROUP BY u.id
)
"""


def note_open(conn: sqlite3.Connection, channels: Collection[str]) -> None:
    """Make temp.routable: the orders of `channels` that may be routed."""
    note(conn, _OPEN, (json.dumps(sorted(channels)),))


def note_one(conn: sqlite3.Connection, order_id: int, channels: Collection[str]) -> None:
    """Make temp.routable: one order, whatever its status, and those of `channels` that buyers are to collect."""
    collected = f"SELECT id FROM orders WHERE delivery = 'pickup' AND id IN ({_OPEN})"
    note(conn, f"{collected} UNION SELECT id FROM orders WHERE id = ?", (json.dumps(sorted(channels)), order_id))


def note(conn: sqlite3.Connection, sql: str, parameters: tuple[object, ...]) -> None:
    """Make temp.routable: the order ids that `sql` selects."""
    conn.execute("DROP TABLE IF EXISTS temp.routable")
    conn.execute("CREATE TEMP TABLE routable (order_id INTEGER PRIMARY KEY)")
    conn.execute(f"INSERT INTO temp.routable {sql}", parameters)


def open_orders(conn: sqlite3.Connection) -> pl.DataFrame:
    """OPEN_ORDERS of temp.routable; ship_by may be NULL, `location` is the place as the channel names it."""
    found = query_large(
        conn,
        "SELECT o.id AS order_id, o.channel, o.order_ref, COALESCE(o.placed_at, o.as_of) AS placed_at, o.ship_by, "
        "o.service, o.delivery = 'pickup' AS pickup, o.pickup_location AS location, c.country, c.region, c.city, c.postcode "
        "FROM temp.routable r JOIN orders o ON o.id = r.order_id LEFT JOIN contacts c ON c.order_id = o.id",
        schema=plain(OPEN_ORDERS),
    )
    return conform(found, OPEN_ORDERS)


def open_demand(conn: sqlite3.Connection) -> pl.DataFrame:
    """OPEN_DEMAND of temp.routable."""
    return conform(query_large(conn, _DEMAND, schema=quoted(OPEN_DEMAND)).rename({'"left"': "left"}), OPEN_DEMAND)


def held_units(conn: sqlite3.Connection) -> pl.DataFrame:
    """HELD_UNITS of temp.routable. An order of which anything is being picked stays as it is."""
    found = query_large(
        conn,
        "SELECT a.order_id, a.line_id, a.sku, a.location, a.quantity, a.ship_on, a.state = 'reserved' AND NOT EXISTS ("
        "  SELECT 1 FROM allocations p WHERE p.order_id = a.order_id AND p.state = 'picking') AS movable "
        "FROM temp.routable r JOIN allocations a ON a.order_id = r.order_id WHERE a.state <> 'released'",
        schema=plain(HELD_UNITS),
    )
    return conform(found, HELD_UNITS)


def shrunk(conn: sqlite3.Connection, *, joint: bool) -> frozenset[int]:
    """
    The orders of temp.routable that lost something they had since it was written down what the rest costs, which may move.

    `joint`: with those in a parcel with other orders, who pay it together.
    """
    rows = conn.execute(
        "SELECT DISTINCT a.order_id FROM temp.routable r JOIN allocations a ON a.order_id = r.order_id "
        "WHERE a.state = 'reserved' AND a.detail ->> '$.shrunk' IS NOT NULL AND (? OR a.detail ->> '$.joint' IS NULL) "
        "AND NOT EXISTS (SELECT 1 FROM allocations p WHERE p.order_id = a.order_id AND p.state = 'picking')",
        (joint,),
    )
    return frozenset(row[0] for row in rows)


def free_stock(conn: sqlite3.Connection, reserve: Mapping[str, int]) -> pl.DataFrame:
    """FREE_STOCK of the skus that temp.routable asks for; `reserve` is units by location that are never routed."""
    found = query_large(
        conn,
        "SELECT s.sku, s.location, s.on_hand - s.reserved AS free FROM stock s WHERE s.on_hand > 0 AND s.sku IN ("
        "  SELECT u.sku FROM temp.routable r JOIN lines l ON l.order_id = r.order_id JOIN line_units u ON u.line_id = l.id)",
        schema=plain(FREE_STOCK),
    )
    kept = pl.col("location").replace_strict(dict(reserve), default=0, return_dtype=pl.Int64)
    return found.with_columns(pl.col("free") - kept)


def measures(conn: sqlite3.Connection) -> pl.DataFrame:
    """MEASURES of all products that temp.routable asks for."""
    return query_large(
        conn,
        "SELECT p.sku, p.weight_g, p.length_mm * p.width_mm * p.height_mm AS volume_mm3 FROM products p WHERE p.sku IN ("
        "  SELECT u.sku FROM temp.routable r JOIN lines l ON l.order_id = r.order_id JOIN line_units u ON u.line_id = l.id)",
        schema=plain(MEASURES),
    )


def order_facts(conn: sqlite3.Connection) -> pl.DataFrame:
    """Of temp.routable what rules ask: ORDER_FACTS with `total` and `currency` as they stand in the order, not `value`."""
    schema = {name: dtype for name, dtype in plain(ORDER_FACTS).items() if name != "value"}
    found = query_large(
        conn,
        "SELECT o.id AS order_id, o.channel, c.country, c.postcode, o.service, o.tags, o.delivery = 'pickup' AS pickup, "
        "max(length(COALESCE(c.address1, '')), length(COALESCE(c.address2, ''))) AS address_line, o.total, o.currency "
        "FROM temp.routable r JOIN orders o ON o.id = r.order_id LEFT JOIN contacts c ON c.order_id = o.id",
        schema=schema | {"total": pl.Int64, "currency": pl.String},
    )
    return found.with_columns(pl.col("pickup").cast(pl.Boolean))


def unit_sizes(conn: sqlite3.Connection) -> pl.DataFrame:
    """sku, weight_g, longest_mm of all products that temp.routable asks for; NULL where nobody said."""
    return query_large(
        conn,
        "SELECT p.sku, p.weight_g, NULLIF(max(COALESCE(p.length_mm, 0), COALESCE(p.width_mm, 0), COALESCE(p.height_mm, 0)), 0) "
        "AS longest_mm FROM products p WHERE p.sku IN ("
        "  SELECT u.sku FROM temp.routable r JOIN lines l ON l.order_id = r.order_id JOIN line_units u ON u.line_id = l.id)",
        schema={"sku": pl.String, "weight_g": pl.Int64, "longest_mm": pl.Int64},
    )


def ordered_skus(conn: sqlite3.Connection) -> pl.DataFrame:
    """order_id, sku of everything that the orders of temp.routable asked for."""
    return query_large(
        conn,
        "SELECT DISTINCT l.order_id, u.sku FROM temp.routable r JOIN lines l ON l.order_id = r.order_id "
        "JOIN line_units u ON u.line_id = l.id",
        schema={"order_id": pl.Int64, "sku": pl.String},
    )


def unit_prices(conn: sqlite3.Connection) -> pl.DataFrame:
    """line_id, sku, unit_price, currency and the sku units of a line unit, of temp.routable; NULL where the file says none."""
    return query_large(
        conn,
        "SELECT l.id AS line_id, u.sku, l.unit_price, o.currency, sum(u.units) OVER (PARTITION BY l.id) AS units "
        "FROM temp.routable r JOIN orders o ON o.id = r.order_id JOIN lines l ON l.order_id = r.order_id "
        "JOIN line_units u ON u.line_id = l.id",
        schema={"line_id": pl.Int64, "sku": pl.String, "unit_price": pl.Int64, "currency": pl.String, "units": pl.Int64},
    )


def every_sku(conn: sqlite3.Connection) -> list[str]:
    """All skus that may lie in stock, sorted."""
    return [row[0] for row in conn.execute("SELECT sku FROM products ORDER BY sku")]


def rates(conn: sqlite3.Connection) -> pl.DataFrame:
    """The rate card, as RATES without `row`."""
    schema = {name: dtype for name, dtype in RATES.items() if name != "row"}
    return query_large(conn, f"SELECT {', '.join(schema)} FROM rates", schema=schema)


def heaviest(conn: sqlite3.Connection, divisor: int) -> int | None:
    """What the heaviest product weighs in a parcel of its own, in grams; `divisor` in mm³ per gram."""
    volume = "COALESCE(length_mm * width_mm * height_mm, 0)"
    found: int | None = conn.execute(
        f"SELECT max(max(COALESCE(weight_g, 0), ({volume} + ?1 - 1) / ?1)) FROM products WHERE active", (divisor,)
    ).fetchone()[0]
    return found


def leaving(conn: sqlite3.Connection, location: str, day: str) -> int:
    """Orders that leave from `location` on `day` (a date), as far as routing knows."""
    return int(
        conn.execute(
            "SELECT count(DISTINCT a.order_id) FROM allocations a JOIN orders o ON o.id = a.order_id "
            "WHERE a.location = ? AND a.ship_on = ? AND a.state <> 'released' AND o.delivery <> 'pickup'",
            (location, day),
        ).fetchone()[0]
    )


def holds(conn: sqlite3.Connection, order_id: int) -> list[str]:
    """Why an order is held."""
    rows = conn.execute("SELECT reason FROM holds WHERE order_id = ? AND released = 0 ORDER BY reason", (order_id,))
    return [row["reason"] for row in rows]


def allocations_of(conn: sqlite3.Connection, order_id: int) -> list[sqlite3.Row]:
    """What an order was given and has not given back, as it was decided."""
    return conn.execute(
        "SELECT l.line_ref, a.sku, a.location, a.quantity, a.state, a.carrier, a.service, a.ship_on, a.distance_km, "
        "a.distance_level, a.cost, a.detail FROM allocations a JOIN lines l ON l.id = a.line_id "
        "WHERE a.order_id = ? AND a.state <> 'released' ORDER BY a.id",
        (order_id,),
    ).fetchall()


def takers(conn: sqlite3.Connection, sku: str, location: str, but: int) -> list[sqlite3.Row]:
    """Orders other than `but` that units of a shelf are set aside for, newest first, with what one more there would save."""
    return conn.execute(
        "SELECT o.channel, o.order_ref, sum(a.quantity) AS quantity, max(json_extract(a.detail, '$.scarcity')) AS scarcity "
        "FROM allocations a JOIN orders o ON o.id = a.order_id "
        "WHERE a.sku = ? AND a.location = ? AND a.order_id <> ? AND a.state IN ('reserved', 'picking') "
        "GROUP BY o.id ORDER BY max(a.id) DESC, o.id LIMIT 3",
        (sku, location, but),
    ).fetchall()


def plain(schema: Schema) -> dict[str, type[pl.DataType]]:
    """The schema as SQLite gives it: truth as 0 and 1."""
    return {name: pl.Int64 if dtype == pl.Boolean else dtype for name, dtype in schema.items()}


def quoted(schema: Schema) -> dict[str, type[pl.DataType]]:
    """`left` is a word of SQL."""
    return {'"left"' if name == "left" else name: dtype for name, dtype in schema.items()}
