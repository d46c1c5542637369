"""
Orders of the past, routed again: run after run as they came in, on the stock that there was by then.

What a run sends is gone, as if it were picked at once; what it cannot send is looked at again by the next.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from oms.core.route.decision import Decision
from oms.core.route.pricing import Place
from oms.core.route.problem import Problem
from oms.model.frames import ASSIGNMENTS, HELD_UNITS, empty


@dataclass(frozen=True)
class Run:
    """One routing. `supply` is FREE_STOCK: all that had come by then, what these orders took of it in truth included."""

    at: str  # UTC text; orders placed before are known
    places: tuple[Place, ...]  # in code order; `capacity` is that of a whole day
    supply: pl.DataFrame


@dataclass(frozen=True)
class Played:
    """What came of it. Money is minor units of the business currency; the waiting at the end is not in `cost`."""

    orders: int
    units: int
    orders_whole: int  # of which everything left
    orders_split: int  # that left in more than one parcel
    orders_late: int  # of which a parcel left after the day of ship_by, where it lies
    parcels: int
    units_sent: int
    cost: int
    shipping: int  # what of the cost the carriers get


def play(problem: Problem, runs: Iterable[Run], decide: Callable[[Problem], Decision]) -> pl.DataFrame:
    """
    What is sent: ASSIGNMENTS, run by run.

    `problem` holds all orders and all they ask for; its stock, places and what is held are those of each run instead.
    """
    sent = empty(ASSIGNMENTS)
    for run in runs:
        now = _standing(problem, run, sent)
        if now.orders.height:
            sent = pl.concat([sent, decide(now).assignments])
    return sent


def _standing(problem: Problem, run: Run, sent: pl.DataFrame) -> Problem:
    """The problem as it stands at `run`: who is known and not yet served, and what is left on the shelves and of the days."""
    line, shelf = ["order_id", "line_id", "sku"], ["sku", "location"]
    known = problem.orders.filter(pl.col("placed_at") < run.at)
    got = sent.group_by(line).agg(pl.col("quantity").sum())
    demand = (
        problem.demand.join(known.select("order_id"), on="order_id", how="semi").join(got, on=line, how="left")
        .with_columns(need=pl.col("need") - pl.col("quantity").fill_null(0)).drop("quantity")
    )  # fmt: skip
    open_orders = demand.filter(pl.col("need") > 0).select("order_id").unique()
    gone = sent.group_by(shelf).agg(pl.col("quantity").sum())
    left = run.supply.join(gone, on=shelf, how="left").select(*shelf, free=pl.col("free") - pl.col("quantity").fill_null(0))
    leaving = {
        (place, day): orders
        for place, day, orders in sent.group_by("location", "ship_on").agg(pl.col("order_id").n_unique()).iter_rows()
    }
    return replace(
        problem.with_stock(left),
        orders=known.join(open_orders, on="order_id", how="semi"),
        demand=demand.join(open_orders, on="order_id", how="semi"),
        current=sent.join(open_orders, on="order_id", how="semi").with_columns(movable=False).select(*HELD_UNITS),
        places=tuple(
            place if place.capacity is None or place.ship_on is None
            else replace(place, capacity=place.capacity - leaving.get((place.code, _text(place.ship_on)), 0))
            for place in run.places
        ),
    )  # fmt: skip


def measure(problem: Problem, sent: pl.DataFrame, zones: dict[str, str]) -> Played:
    """What `sent` (ASSIGNMENTS of the orders of `problem`) comes to; `zones` are the places' time zones, by code."""
    asked = problem.demand.group_by("order_id").agg(pl.col("need").sum())
    got = sent.group_by("order_id").agg(
        pl.col("quantity").sum(), pl.struct("location", "ship_on").n_unique().alias("parcels"),
    )  # fmt: skip
    both = asked.join(got, on="order_id")
    due = sent.join(problem.orders.select("order_id", "ship_by"), on="order_id").with_columns(
        pl.col("ship_by").str.to_datetime("%Y-%m-%dT%H:%M:%SZ", time_zone="UTC")
    )
    late = [
        part.filter(pl.col("ship_on") > pl.col("ship_by").dt.convert_time_zone(zones[place]).dt.date().cast(pl.String))
        for (place,), part in due.group_by("location")
    ]
    return Played(
        orders=problem.orders.height,
        units=int(asked["need"].sum()),
        orders_whole=both.filter(pl.col("quantity") == pl.col("need")).height,
        orders_split=both.filter(pl.col("parcels") > 1).height,
        orders_late=pl.concat([part.select("order_id") for part in late])["order_id"].n_unique() if late else 0,
        parcels=int(both["parcels"].sum()),
        units_sent=int(both["quantity"].sum()),
        cost=int(sent["cost"].sum()),
        shipping=int(sent["shipping"].sum()),
    )


def _text(day: int) -> str:
    return date.fromordinal(day).isoformat()
