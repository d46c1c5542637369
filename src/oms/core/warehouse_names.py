"""What a channel's own warehouse calls a thing of ours: the listing that lies there."""

import polars as pl


def called(wanted: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """
    Of each row of `wanted` (sku, quantity) the name that a warehouse knows it by, from `names` (store NAMES): the columns sku,
    quantity, warehouse_sku, warehouse_quantity. Both are NULL where nobody can say.

    Of several names it is one that a stock file of the warehouse named, the newest; of those of one file one with enough of it,
    the least pack, then the one with the most. Where no stock file named any, the only one that the channel lists. A pack is
    no name for a part of it.
    """
    pairs = (
        wanted.select("sku", "quantity").unique().join(names, on="sku")
        .filter(pl.col("quantity") % pl.col("listing_quantity") == 0)
    )  # fmt: skip
    said = (
        pairs.filter(pl.col("said_at").is_not_null())
        .with_columns(lacks=pl.col("on_hand") * pl.col("listing_quantity") < pl.col("quantity"))
        .sort(
            "sku", "quantity", "said_at", "lacks", "listing_quantity", "on_hand", "listing_sku",
            descending=[False, False, True, False, False, True, False],
        )
        .unique(("sku", "quantity"), keep="first", maintain_order=True)
    )  # fmt: skip
    alone = pairs.join(said, on=("sku", "quantity"), how="anti").filter(pl.len().over("sku", "quantity") == 1)
    found = pl.concat([said.select(pairs.columns), alone]).select(
        "sku", "quantity", warehouse_sku="listing_sku", warehouse_quantity=pl.col("quantity") // pl.col("listing_quantity")
    )
    return wanted.select("sku", "quantity").unique().join(found, on=("sku", "quantity"), how="left").sort("sku", "quantity")
