"""By what names a channel's own warehouse knows things: what its stock files said, and what the channel lists."""

import sqlite3

import polars as pl

from oms.model.frames import Schema
from oms.store.batch import Batch
from oms.store.frames import query, stage
from oms.store.mapping import mapping_of

#: A name of a thing at a warehouse. `said_at` and `on_hand`: what the newest stock file that named it there said, NULL where
#: none did. `listing_quantity`: units of the sku in one of it.
NAMES: Schema = {
    "listing_sku": pl.String, "sku": pl.String, "listing_quantity": pl.Int64, "said_at": pl.String, "on_hand": pl.Int64,
}  # fmt: skip
_SAID: Schema = {"listing_sku": pl.String, "said_at": pl.String, "on_hand": pl.Int64}


def remember(batch: Batch, said: pl.DataFrame) -> None:
    """
    Remember what a stock file named: `said` has location, listing_sku, counted_at, on_hand; rows of one name add up.

    The same file again changes nothing.
    """
    named = said.group_by("location", "listing_sku", "counted_at").agg(pl.col("on_hand").sum())
    stage(batch.conn, "named", named.sort("location", "listing_sku", "counted_at"))
    batch.conn.execute(
        "INSERT INTO warehouse_listings (location, listing_sku, said_at, on_hand) "
        "SELECT location, listing_sku, counted_at, on_hand FROM temp.named WHERE true "
        "ON CONFLICT (location, listing_sku, said_at) DO UPDATE SET on_hand = excluded.on_hand "
        "WHERE on_hand <> excluded.on_hand"
    )


def names_at(conn: sqlite3.Connection, location: str, channel: str) -> pl.DataFrame:
    """NAMES of the warehouse `location` of `channel`: all that its stock files and the channel's own files ever named."""
    said = query(
        conn,
        "SELECT listing_sku, max(said_at) AS said_at, on_hand FROM warehouse_listings WHERE location = ? "
        "GROUP BY listing_sku ORDER BY listing_sku",
        (location,),
        _SAID,
    )
    listed = query(
        conn, "SELECT listing_sku FROM listings WHERE channel = ? ORDER BY listing_sku", (channel,), {"listing_sku": pl.String}
    )
    every = listed.join(said, on="listing_sku", how="full", coalesce=True)
    return every.join(mapping_of(conn, channel), on="listing_sku").sort("listing_sku").select(*NAMES)
