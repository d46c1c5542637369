"""What other warehouses say they hold, as counts of our skus."""

import sqlite3

import polars as pl

from oms.model.frames import REJECTED, STOCK, conform, empty
from oms.store.mapping import mapping_of
from oms.words import _


def counts_of(conn: sqlite3.Connection, said: pl.DataFrame, channel: str | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """
    STOCK and REJECTED of `said`: STOCK already, or LEVELS of things as `channel` calls them, located and timed.

    Several rows of one sku and place are parts of one count. Without a channel the names are our own skus. A name that
    is no sku of ours is rejected: it may be a listing that nobody mapped, and would be a second stock of the same thing.
    """
    if "listing_sku" not in said.columns:
        return said, empty(REJECTED)
    if channel is None:
        known = said.with_columns(sku=pl.col("listing_sku"), listing_quantity=pl.lit(1))
    else:
        known = said.join(mapping_of(conn, channel), on="listing_sku", how="left", maintain_order="left")
    rejected = known.filter(pl.col("sku").is_null()).select(
        "row", column=pl.lit("listing_sku"), value=pl.col("listing_sku"), what=pl.lit(_("no sku of ours is listed so")),
        hint=pl.lit(_("map it, then import the file again: oms map set {channel} LISTING SKU", channel=channel)),
    ).cast(REJECTED)  # type: ignore[arg-type]  # fmt: skip
    counts = (
        known.filter(pl.col("sku").is_not_null())
        .group_by("sku", "location", "counted_at")
        .agg(pl.col("row").min(), on_hand=(pl.col("on_hand") * pl.col("listing_quantity")).sum())
        .sort("row", "sku")
    )
    return conform(counts, STOCK), rejected
