"""An order's discount on its lines: by their value, to the last minor unit (largest remainder)."""

import polars as pl


def spread_discounts(orders: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """
    `lines` with what their order's discount exceeds their own discounts by, shared by quantity x unit_price.

    orders: order_no, discount. lines: order_no, position, quantity, unit_price, discount (Int64, minor units). The parts
    sum exactly; equal remainders go to the earlier line; lines without value share evenly. Where the file knows no
    discount of the order, or none beyond the lines', nothing changes.
    """
    owed = orders.lazy().filter(pl.col("discount") > 0).select("order_no", owed="discount")
    shared = (
        lines.lazy().select("order_no", "position", "discount", value=(pl.col("quantity") * pl.col("unit_price")).fill_null(0))
        .join(owed, on="order_no")
        .with_columns(rest=pl.col("owed") - pl.col("discount").fill_null(0).sum().over("order_no"))
        .filter(pl.col("rest") > 0)
        .with_columns(weight=pl.when(pl.col("value").sum().over("order_no") > 0).then("value").otherwise(1))
        .with_columns(whole=pl.col("weight").sum().over("order_no"))
        .with_columns(
            part=pl.col("rest") * pl.col("weight") // pl.col("whole"),
            remainder=pl.col("rest") * pl.col("weight") % pl.col("whole"),
        )
        .sort("order_no", pl.col("remainder"), "position", descending=[False, True, False])
        .with_columns(
            place=pl.int_range(pl.len()).over("order_no"),
            left=pl.col("rest") - pl.col("part").sum().over("order_no"),
        )
        .select("order_no", "position", share=pl.col("part") + (pl.col("place") < pl.col("left")).cast(pl.Int64))
        .collect()
    )  # fmt: skip
    if shared.is_empty():
        return lines
    return (
        lines.join(shared, on=["order_no", "position"], how="left", maintain_order="left")
        .with_columns(
            discount=pl.when(pl.col("share").is_null()).then("discount")
            .otherwise(pl.col("discount").fill_null(0) + pl.col("share"))
        )
        .drop("share")
    )  # fmt: skip
