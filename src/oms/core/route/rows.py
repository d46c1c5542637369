"""The frames of a problem, sorted and numbered for routing: orders, what they need, what they have, and what is free."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from oms.core.route.problem import Problem
from oms.model.frames import HELD_UNITS, OPEN_DEMAND, OPEN_ORDERS


def in_service_order(problem: Problem) -> pl.DataFrame:
    """OPEN_ORDERS in the order of service: priority, ship_by, placed_at, channel, order_ref."""
    priorities = {name: desk.priority for name, desk in problem.desks.items()}
    own = {order_id: ruling.priority for order_id, ruling in problem.rulings.items() if ruling.priority}
    wanted = problem.orders.with_columns(
        priority=pl.col("channel").replace_strict(priorities, default=0, return_dtype=pl.Int64)
        + (pl.col("order_id").replace_strict(own, default=0, return_dtype=pl.Int64) if own else 0)
    ).sort("priority", "ship_by", "placed_at", "channel", "order_ref", "order_id",
           descending=[True, False, False, False, False, False], nulls_last=True)  # fmt: skip
    return wanted.select(*OPEN_ORDERS)


def free_units(problem: Problem, skus: Sequence[str]) -> list[list[int]]:
    """Free units by sku (in the order of `skus`) and place; of a sku that stands there again what is kept for buyers."""
    once = list(dict.fromkeys(skus))
    return [*_units(problem, problem.stock, once), *_units(problem, problem.withheld, skus[len(once) :])]


def _units(problem: Problem, stock: pl.DataFrame, skus: Sequence[str]) -> list[list[int]]:
    places = len(problem.places)
    shelves = (
        stock.join(_numbered("sku", skus, "row"), on="sku")
        .join(_numbered("location", [place.code for place in problem.places], "column"), on="location")
        .select(pl.col("row") * places + pl.col("column"), "free")
    )  # fmt: skip
    free = pl.zeros(len(skus) * places, pl.Int64, eager=True).scatter(shelves["row"], shelves["free"]).to_list()
    return [free[at : at + places] for at in range(0, len(free), places)]


def _numbered(name: str, values: Sequence[str], number: str) -> pl.DataFrame:
    return pl.DataFrame({name: values}, {name: pl.String}).with_row_index(number).cast({number: pl.Int64})


def rows_of(problem: Problem, orders: pl.DataFrame, skus: Sequence[str]) -> pl.DataFrame:
    """
    What `orders` (order_id, rank) need, in their order and that of their lines: rank, first (whether it is the first row of
    its order), and the columns of `orders.Row`.
    """
    sizes = problem.products.select("sku", "weight_g", "volume_mm3")
    return (
        problem.demand.select(*OPEN_DEMAND).join(orders.select("order_id", "rank"), on="order_id")
        .join(_numbered("sku", list(dict.fromkeys(skus)), "number"), on="sku").join(sizes, on="sku", how="left")
        .sort("rank", "position", "line_id", "sku")
        .with_columns(at=pl.col("line_id").rle_id().cast(pl.Int64), before=pl.col("rank").shift(1, fill_value=-1))
        .select(
            "rank", (pl.col("rank") != pl.col("before")).alias("first"), "line_id", "line_ref",
            (pl.col("at") - pl.col("at").first().over("rank")).alias("line"), pl.col("number").alias("sku"),
            "units", "left", "need", pl.col("weight_g").fill_null(0), pl.col("volume_mm3").fill_null(0),
        )
    )  # fmt: skip


def sums_of(rows: pl.DataFrame) -> dict[str, list[Any]]:
    """
    By order: `rows`, `lines`, line units still to ship (`left`), whether nothing of it is placed (`untouched`), and whether
    every row needs something, each of another sku (`apart`).
    """
    begins = pl.col("line_id") != pl.col("line_id").shift(1, fill_value=-1)
    need = pl.col("need")
    return (
        rows.with_columns(begins=begins, untouched=need == pl.col("left") * pl.col("units"))
        .group_by("rank", maintain_order=True)
        .agg(
            pl.len().cast(pl.Int64).alias("rows"), lines=pl.col("begins").sum(), left=(pl.col("left") * pl.col("begins")).sum(),
            untouched=pl.col("untouched").all(), apart=(pl.col("sku").n_unique() == pl.len()) & (need.min() > 0),
        ).drop("rank").to_dict(as_series=False)
    )  # fmt: skip


Held = tuple[int, str, int, int, str | None, bool]  # line_id, sku, place, quantity, ship_on, movable


def held_by(problem: Problem, index: dict[str, int]) -> dict[int, list[Held]]:
    """What orders have already, by order."""
    found: dict[int, list[Held]] = {}
    frame = problem.current.select(*HELD_UNITS).sort("order_id", "line_id", "sku", "location", "quantity")
    for order_id, line_id, sku, location, quantity, ship_on, movable in frame.iter_rows():
        if location in index:
            held = (line_id, sku, index[location], quantity, ship_on, movable)
            found.setdefault(order_id, []).append(held)
    return found
