"""
The parcels of buyers with several: what leaves from where and when, what goes together already, and what it costs in one.

Who joins a parcel pays what it costs more by that, so that the costs of all its orders sum to what it costs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import NamedTuple

import polars as pl

from oms.core.route.decision import Decision
from oms.core.route.orders import Order, Prepared, prepare
from oms.core.route.pricing import Cost
from oms.core.route.problem import Problem
from oms.core.route.rates import Quote
from oms.core.route.rows import in_service_order
from oms.core.route.terms import TermsBook

#: What tells one allocation from another.
REF = ("order_id", "line_id", "sku", "location")


@dataclass
class Parcel:
    """What one order has at one place."""

    order: Order
    rank: int  # in the order of service
    place: int
    day: int
    weight: int
    volume: int
    units: int
    new: bool  # this routing made it; else it was reserved before, and stays
    alone: bool  # all of its order, none of which was reserved before or waits: it may move
    left: bool  # it was in one parcel with others, and not all of them are there any more

    def cost_from(self, place: int) -> Cost | None:
        """The parts of what it costs by itself from `place`."""
        return self.order.pricing.cost(place, self.weight, self.volume, self.units)


@dataclass
class Group:
    """Parcels that go as one; the first one leads."""

    leader: int  # order_id
    parcels: list[Parcel]

    def quote(self, more: Sequence[Parcel] = ()) -> Quote | None:
        """The carrier of all of it, and of `more`; None where nobody takes so much."""
        every = [*self.parcels, *more]
        pricing, place = every[0].order.pricing, self.parcels[0].place
        return pricing.quote(place, pricing.billed(sum(p.weight for p in every), sum(p.volume for p in every)))

    def fits(self, parcel: Parcel) -> bool:
        """Whether `parcel` is sent on the same terms."""
        return self.parcels[0].order.pricing.lane is parcel.order.pricing.lane


class Found(NamedTuple):
    """The groups of each buyer who has several parcels, or one that others left; `prepared` has their orders."""

    buyers: list[list[Group]]
    prepared: Prepared | None


class Step(NamedTuple):
    """A parcel that would join a group, and what that saves."""

    saved: int
    parcel: Parcel
    group: Group


def shared(problem: Problem, group: Group, parcel: Parcel) -> int | None:
    """What `parcel` costs less in the parcel of `group` than beside it; None where nobody takes both in one."""
    alone, place = group.quote(), group.parcels[0].place
    pricing = parcel.order.pricing
    own, both = pricing.quote(place, pricing.billed(parcel.weight, parcel.volume)), group.quote([parcel])
    if alone is None or own is None or both is None:
        return None
    return alone.price + own.price - both.price + problem.places[place].handling


def groups_of(problem: Problem, book: TermsBook, decision: Decision) -> Found:
    """Of each buyer what goes together already, and the rest alone, as `decision` leaves them."""
    parcels = _parcels(problem, decision)
    several = (
        parcels.group_by("buyer").agg(pl.col("order_id").n_unique().alias("orders"), pl.col("left").any())
        .filter((pl.col("orders") > 1) | pl.col("left")).select("buyer")
    )  # fmt: skip
    parcels = parcels.join(several, on="buyer", how="semi", maintain_order="left")
    if not parcels.height:
        return Found([], None)
    prepared = _prepared(problem, book, parcels.select("order_id").unique())
    orders = {order.order_id: order for order in prepared.orders}
    index = {place.code: n for n, place in enumerate(problem.places)}
    found = []
    for _buyer, rows in groupby(parcels.iter_rows(named=True), key=lambda row: row["buyer"]):
        groups: dict[tuple[int, str], Group] = {}
        for row in rows:
            if row["order_id"] not in orders:
                continue
            parcel = Parcel(
                orders[row["order_id"]], row["rank"], index[row["location"]],
                date.fromisoformat(row["ship_on"]).toordinal(), row["weight"], row["volume"], row["units"], row["new"],
                row["alone"], row["left"],
            )  # fmt: skip
            leader = row["order_id"] if row["leader"] is None else row["leader"]
            groups.setdefault((leader, row["location"]), Group(leader, [])).parcels.append(parcel)
        found.append(list(groups.values()))
    return Found(found, prepared)


def _parcels(problem: Problem, decision: Decision) -> pl.DataFrame:
    """One row an order and place: what is reserved there, and what this routing makes; by buyer and rank."""
    bound = problem.current.join(problem.joint, on=["order_id", "location"], how="semi")
    held = pl.concat([problem.current.filter("movable"), bound.filter(~pl.col("movable"))])
    kept = held.join(decision.released, on=REF, how="anti").select(*REF, "quantity", "ship_on", new=pl.lit(False))
    fresh = decision.assignments.select(*REF, "quantity", "ship_on", new=pl.lit(True))
    before = problem.current.select("order_id").unique().with_columns(had=pl.lit(True))
    short = decision.waiting.select("order_id").unique().with_columns(waits=pl.lit(True))
    days = pl.DataFrame(
        [(p.code, _text(p.today), _text(p.ship_on)) for p in problem.places if p.packs_together],
        {"location": pl.String, "today": pl.String, "now": pl.String}, orient="row",
    )  # fmt: skip
    every = (
        pl.concat([kept, fresh]).join(problem.buyers, on="order_id").join(days, on="location")
        .join(problem.products.rename({"weight_g": "grams"}), on="sku", how="left")
        .with_columns(ship_on=pl.when(pl.col("ship_on") >= pl.col("today")).then("ship_on").otherwise("now"))
        .group_by("buyer", "order_id", "location")
        .agg(
            pl.col("ship_on").max(), pl.col("new").all(), units=pl.col("quantity").sum(),
            weight=(pl.col("grams").fill_null(0) * pl.col("quantity")).sum(),
            volume=(pl.col("volume_mm3").fill_null(0) * pl.col("quantity")).sum(),
        )
    )  # fmt: skip
    ranks = in_service_order(problem).select("order_id").with_row_index("rank")
    one = pl.len().over("order_id") == 1
    return (
        every.join(ranks, on="order_id").join(before, on="order_id", how="left").join(short, on="order_id", how="left")
        .join(problem.joint, on=["order_id", "location"], how="left")
        .join(_left(problem, decision), on=["order_id", "location"], how="left")
        .with_columns(alone=pl.col("new") & one & pl.col("had").is_null() & pl.col("waits").is_null(),
                      left=pl.col("left").fill_null(False) & ~pl.col("new"))
        .sort("buyer", "new", "rank", "location")
    )  # fmt: skip


def _left(problem: Problem, decision: Decision) -> pl.DataFrame:
    """order_id, location, left: what others left, before this routing or by it, or is told anew."""
    where = ["order_id", "location"]
    ids = {*problem.shrunk, *decision.released["order_id"]}
    going = problem.joint.filter(pl.col("order_id").is_in(sorted(ids))).select("leader", "location")
    theirs = problem.joint.join(going.unique(), on=["leader", "location"], how="semi")
    return pl.concat([problem.parted, theirs]).select(where).unique().with_columns(left=pl.lit(True))


def _prepared(problem: Problem, book: TermsBook, mine: pl.DataFrame) -> Prepared:
    return prepare(
        replace(
            problem,
            orders=problem.orders.join(mine, on="order_id", how="semi"),
            demand=problem.demand.join(mine, on="order_id", how="semi"),
            current=problem.current.join(mine, on="order_id", how="semi"),
        ),
        book,
    )


def _text(day: int | None) -> str:
    return date.fromordinal(max(1, day or 1)).isoformat()
