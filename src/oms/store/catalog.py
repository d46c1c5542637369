"""
Products, kits, listings, counts, incoming goods and rates of a file into the store: staged, compared, upserted.

Every function returns how many rows were `new`, `updated` and `unchanged`.
"""

import sqlite3
from collections import Counter
from collections.abc import Sequence

import polars as pl

from oms.store import transfers
from oms.store.batch import Batch
from oms.store.frames import query, stage
from oms.store.mapping import touch_unmapped
from oms.store.transfers import Arrived, Found

_PRODUCT = ("title", "barcode", "weight_g", "length_mm", "width_mm", "height_mm", "cost", "currency", "hs_code",
            "origin", "active")  # fmt: skip


def load_products(batch: Batch, table: pl.DataFrame) -> Counter[str]:
    """A blank cell leaves what is known; a product is never removed by a file."""
    found = _upsert(batch, "products", table, keys=("sku",), values=_PRODUCT, keep_blank=True)
    touch_unmapped(batch)
    return found


def kits(conn: sqlite3.Connection) -> pl.DataFrame:
    """What every kit is made of: kit_sku, sku."""
    return query(conn, "SELECT kit_sku, sku FROM kit_components", (), {"kit_sku": pl.String, "sku": pl.String})


def declare_skus(batch: Batch, skus: str) -> None:
    """Skus that the seller's own counts and kits name are theirs; `skus` selects them."""
    batch.conn.execute(f"INSERT OR IGNORE INTO products (sku) SELECT sku FROM ({skus}) WHERE sku IS NOT NULL ORDER BY sku")


def load_kits(batch: Batch, table: pl.DataFrame) -> Counter[str]:
    """The rows of a kit in the file are the whole kit: components that are not named any more leave it."""
    found = _upsert(batch, "kit_components", table, keys=("kit_sku", "sku"), values=("quantity",))
    gone = batch.conn.execute(
        "DELETE FROM kit_components WHERE kit_sku IN (SELECT kit_sku FROM temp.said) AND NOT EXISTS "
        "(SELECT 1 FROM temp.said s WHERE s.kit_sku = kit_components.kit_sku AND s.sku = kit_components.sku)"
    ).rowcount
    found["updated"] += gone
    declare_skus(batch, "SELECT kit_sku AS sku FROM temp.said")
    touch_unmapped(batch)
    return found


def load_listings(batch: Batch, table: pl.DataFrame) -> Counter[str]:
    """(channel, listing_sku) -> sku and quantity; lines not yet routed follow a changed mapping."""
    found = _upsert(batch, "listings", table.with_columns(pl.col("quantity").fill_null(1)),
                    keys=("channel", "listing_sku"), values=("sku", "quantity", "title"), keep_blank=True)  # fmt: skip
    batch.touch_orders(
        "SELECT l.order_id FROM temp.said s JOIN lines l ON l.listing_sku = s.listing_sku "
        "JOIN orders o ON o.id = l.order_id AND o.channel = s.channel WHERE s.changed = 1"
    )
    touch_unmapped(batch)
    return found


def load_counts(batch: Batch, table: pl.DataFrame, file_id: int) -> tuple[Counter[str], list[Arrived]]:
    """
    Counts by (sku, location, counted_at): the same again changes nothing, another number corrects it. With them what arrived
    of transfers, as the counts tell.

    `table`: STOCK with location and counted_at filled.
    """
    conn = batch.conn
    stage(conn, "said", table)
    declare_skus(batch, "SELECT sku FROM temp.said")
    known = "m.sku = s.sku AND m.location = s.location AND m.happened_at = s.counted_at AND m.kind = 'count' AND m.tie = 1"
    unchanged, updated = conn.execute(
        f"SELECT COALESCE(sum(m.quantity = s.on_hand), 0), COALESCE(sum(m.quantity <> s.on_hand), 0) "
        f"FROM temp.said s JOIN moves m ON {known}"
    ).fetchone()
    arrived = _arrived(batch, known)
    batch.touch_stock(
        f"SELECT s.sku, s.location FROM temp.said s LEFT JOIN moves m ON {known} WHERE m.quantity IS NOT s.on_hand"
    )
    conn.execute(
        f"UPDATE moves SET quantity = s.on_hand, file_id = ?, row = s.row FROM temp.said s "
        f"WHERE {known.replace('m.', 'moves.')} AND moves.quantity <> s.on_hand",
        (file_id,),
    )
    new = conn.execute(
        f"INSERT INTO moves (batch_id, sku, location, kind, quantity, happened_at, tie, file_id, row) "
        f"SELECT ?, s.sku, s.location, 'count', s.on_hand, s.counted_at, 1, ?, s.row FROM temp.said s "
        f"WHERE NOT EXISTS (SELECT 1 FROM moves m WHERE {known}) ORDER BY s.row",
        (batch.id, file_id),
    ).rowcount
    touch_unmapped(batch)
    return Counter(new=new, updated=updated, unchanged=unchanged), arrived


def _arrived(batch: Batch, known: str) -> list[Arrived]:
    """What the counts of temp.said find of transfers on their way; the oldest counts first."""
    if not transfers.pending(batch.conn):
        return []
    rows = batch.conn.execute(
        "SELECT s.sku, s.location, s.counted_at, 1, s.on_hand, m.quantity FROM temp.said s "
        f"LEFT JOIN moves m ON {known} WHERE m.quantity IS NOT s.on_hand AND EXISTS (SELECT 1 FROM incoming i "
        "  WHERE i.sku = s.sku AND i.location = s.location AND i.source IS NOT NULL AND i.received < i.quantity) "
        "AND NOT EXISTS (SELECT 1 FROM temp.said n WHERE n.sku = s.sku AND n.location = s.location "
        "  AND n.counted_at > s.counted_at) "
        "ORDER BY s.sku, s.location"
    )
    return transfers.arrive(batch, [Found(*row) for row in rows.fetchall()])


def load_incoming(batch: Batch, table: pl.DataFrame) -> Counter[str]:
    """Goods on their way, by (sku, location, expected_on, reference)."""
    return _upsert(batch, "incoming", table.with_columns(pl.col("reference").fill_null("")),
                   keys=("sku", "location", "expected_on", "reference"), values=("quantity",))  # fmt: skip


def load_rates(batch: Batch, table: pl.DataFrame) -> Counter[str]:
    """Rows of the rate card, by everything that tells two rows apart."""
    return _upsert(
        batch, "rates", table.with_columns(pl.col("postcode_prefix").fill_null("")),
        keys=("location", "carrier", "service", "country", "postcode_prefix", "weight_from_g"),
        values=("weight_to_g", "price", "per_kg", "currency", "days_min", "days_max"),
    )  # fmt: skip


def _upsert(
    batch: Batch, name: str, table: pl.DataFrame, *, keys: Sequence[str], values: Sequence[str], keep_blank: bool = False
) -> Counter[str]:
    """Insert rows with new keys, overwrite what differs in known ones; temp.said.changed = 1 marks both."""
    conn = batch.conn
    stage(conn, "said", table.with_columns(changed=pl.lit(None, pl.Int64)))
    same_key = " AND ".join(f"t.{key} IS s.{key}" for key in keys)
    value = {v: f"COALESCE(s.{v}, t.{v})" if keep_blank else f"s.{v}" for v in values}
    differs = " OR ".join(f"t.{v} IS NOT {value[v]}" for v in values)
    conn.execute(
        f"UPDATE temp.said AS s SET changed = (SELECT {differs} FROM {name} t WHERE {same_key}) "
        f"WHERE EXISTS (SELECT 1 FROM {name} t WHERE {same_key})"
    )
    new, updated, unchanged = conn.execute(
        "SELECT COALESCE(sum(changed IS NULL), 0), COALESCE(sum(changed = 1), 0), COALESCE(sum(changed = 0), 0) FROM temp.said"
    ).fetchone()
    conn.execute(
        f"UPDATE {name} AS t SET {', '.join(f'{v} = {value[v]}' for v in values)} FROM temp.said s "
        f"WHERE {same_key} AND s.changed = 1"
    )
    defaults = {"active": "COALESCE(s.active, 1)", "per_kg": "COALESCE(s.per_kg, 0)"}
    columns = ", ".join((*keys, *values))
    said = ", ".join(defaults.get(column, f"s.{column}") for column in (*keys, *values))
    conn.execute(f"INSERT INTO {name} ({columns}) SELECT {said} FROM temp.said s WHERE s.changed IS NULL ORDER BY s.row")
    conn.execute("UPDATE temp.said SET changed = 1 WHERE changed IS NULL")
    return Counter(new=new, updated=updated, unchanged=unchanged)
