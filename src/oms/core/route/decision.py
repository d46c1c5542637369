"""What was decided, as frames: what changes, what is given back, what waits and why, and what it costs."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import polars as pl

from oms.core.route.crowd import Crowd
from oms.core.route.greedy import Routed
from oms.core.route.orders import Order, Prepared
from oms.core.route.plans import Plan, Supply, measures
from oms.core.route.pricing import FAR_M, PARTS
from oms.core.route.problem import Problem
from oms.core.route.rates import ANY
from oms.core.route.rows import free_units, in_service_order
from oms.core.route.waiting import shorts, unpaid_waiting, waiting_costs
from oms.model.frames import ASSIGNMENTS, JOINED, RELEASED, RETOLD, SCARCE, WAITING

_NOTHING = (0,) * (len(PARTS) + 1)


@dataclass(frozen=True)
class Decision:
    """The outcome of a routing. Money is minor units of the business currency."""

    assignments: pl.DataFrame
    released: pl.DataFrame
    waiting: pl.DataFrame
    routed: int  # orders that this run gave something
    split: int  # of these, those that now leave in more than one parcel
    unknown_services: dict[str, int] = field(default_factory=dict)  # channel's word -> orders
    weightless: list[str] = field(default_factory=list)  # skus without a weight that were shipped
    unusable_rates: dict[str, int] = field(default_factory=dict)  # currency -> rows
    lower_bound: int | None = None  # no routing that fills as much has a lower total; None where nobody looked
    greedy: int | None = None  # the total of serving one order after another, where that was compared
    contested: int | None = None  # orders in each other's way, where anybody looked; at least so many, where they are too many
    unsolved: bool = False  # orders compete, and what decides them together could not be loaded
    scarce: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=SCARCE))
    joined: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=JOINED))
    saved: int | None = None  # by joining orders of one buyer, where that was looked at
    retold: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=RETOLD))  # what stays, no part of the total

    @property
    def waiting_orders(self) -> int:
        """Orders of which something waits."""
        return self.waiting["order_id"].n_unique()

    @property
    def short(self) -> tuple[int, int]:
        """What waiting costs, and the units that wait."""
        return int(self.waiting["cost"].sum()), int(self.waiting["short"].sum())

    @property
    def total(self) -> int:
        """Cost of what changed and of what waits."""
        return int(self.assignments["cost"].sum()) + int(self.waiting["cost"].sum())

    @property
    def gap(self) -> float | None:
        """How much dearer than the lower bound the total is, as a ratio."""
        if self.lower_bound is None:
            return None
        return (self.total - self.lower_bound) / self.lower_bound if self.lower_bound else 0.0

    def costs(self) -> pl.DataFrame:
        """Cost by order: order_id, shipping, handling, handling_unit, split, late, waiting, total (their sum)."""
        parts = self.assignments.group_by("order_id").agg(pl.col(PARTS).sum())
        waits = self.waiting.group_by("order_id").agg(pl.col("cost").sum().alias("waiting"))
        return (
            parts.join(waits, on="order_id", how="full", coalesce=True)
            .with_columns(pl.col(*PARTS, "waiting").fill_null(0))
            .with_columns(total=pl.sum_horizontal(*PARTS, "waiting"))
            .sort("order_id")
        )


def decision_of(problem: Problem, crowd: Crowd, outcome: Routed) -> Decision:
    """Turn plans into frames, in the order of service; `outcome` is about what `crowd` left of the problem."""
    prepared, orders = outcome.prepared, outcome.prepared.orders
    start = Supply(replace(prepared, free=free_units(problem, prepared.skus), places=problem.places))
    assigned: list[tuple[Any, ...]] = []
    released: list[tuple[Any, ...]] = []
    waiting: list[tuple[Any, ...]] = []
    days = [date.fromordinal(place.ship_on or 1).isoformat() for place in prepared.places]
    routed = split = 0
    unknown: Counter[str] = Counter()
    prices = waiting_costs(prepared, start, [n for n, plan in enumerate(outcome.plans) if plan.fill.waiting])
    for n, (plan, before) in enumerate(zip(outcome.plans, outcome.before, strict=True)):
        terms = orders.terms[n]
        if not terms.service_known and terms.service:
            unknown[terms.service] += 1
        for place, picks in before.items():
            if not _stands(orders[n], place, plan):
                code = prepared.places[place].code
                released += [
                    (orders[n].order_id, orders[n].rows[row].line_id, prepared.skus[orders[n].rows[row].sku], code)
                    for row, units in picks.items() if units
                ]  # fmt: skip
        if n in outcome.ahead:
            routed += 1
            split += len(plan.parcels) > 1
        elif plan.parcels and (rows := _assignments(prepared, days, orders[n], plan)):
            assigned += rows
            routed += 1
            split += len(plan.parcels) + len(orders[n].fixed) > 1
        if plan.fill.waiting:
            waiting += _waiting(outcome, orders[n], plan, prices[n] - unpaid_waiting(prepared, start, orders[n]))
    unknown.update(crowd.unknown_services)
    one_by_one = pl.DataFrame(assigned, ASSIGNMENTS, orient="row")
    frame = _in_service_order(problem, crowd.assignments, one_by_one, outcome.assigned)
    return Decision(
        frame,
        pl.DataFrame(released, RELEASED, orient="row"),
        pl.DataFrame(waiting, WAITING, orient="row"),
        crowd.orders + routed, split, dict(sorted(unknown.items())), weightless(problem, frame), problem.card.unusable,
    )  # fmt: skip


def _in_service_order(problem: Problem, *frames: pl.DataFrame | None) -> pl.DataFrame:
    """Frames of orders, each in the order of service, as one."""
    some = [frame for frame in frames if frame is not None and frame.height]
    if len(some) <= 1:
        return some[0] if some else pl.DataFrame(schema=ASSIGNMENTS)
    orders = in_service_order(problem).select("order_id").with_row_index("rank")
    every = pl.concat(some).join(orders, on="order_id", maintain_order="left")
    return every.sort("rank", maintain_order=True).drop("rank")


def weightless(problem: Problem, assignments: pl.DataFrame) -> list[str]:
    """Skus without a weight that are sent."""
    weighed = problem.products.filter(pl.col("weight_g").is_not_null())
    return assignments.select("sku").unique().join(weighed, on="sku", how="anti")["sku"].sort().to_list()


def _stands(order: Order, place: int, plan: Plan) -> bool:
    """Whether the parcel an order had at `place` stays as it was."""
    return place in order.dates and plan.parcels.get(place) == order.current.get(place)


def _assignments(prepared: Prepared, days: list[str], order: Order, plan: Plan) -> list[tuple[Any, ...]]:
    """Rows of the parcels that change; after the order's first parcel each pays for the split."""
    changed = [place for place in plan.parcels if not (order.current and _stands(order, place, plan))]
    if not changed:
        return []
    if len(changed) > 1:
        changed.sort(key=lambda place: (min(plan.parcels[place]), place))
    split = prepared.rules.split_penalty if order.fixed or len(changed) < len(plan.parcels) else 0
    rows: list[tuple[Any, ...]] = []
    for place in changed:
        picks = plan.parcels[place]
        weight, volume, units = measures(order, picks)
        parts = order.pricing.cost(place, weight, volume, units)
        assert parts is not None
        metres = prepared.metres(order, place)
        about = (
            parts.carrier, order.service if parts.service in (None, ANY) else parts.service, days[place], parts.days,
            None if metres >= FAR_M else metres / 1000, prepared.level(order, place), order.pricing.billed(weight, volume),
        )  # fmt: skip
        amounts: tuple[int, ...] = (
            parts.shipping, parts.handling, parts.handling_unit, split, parts.late, parts.total + split,
        )  # fmt: skip
        for n in sorted(picks) if len(picks) > 1 else picks:
            row = order.rows[n]
            rows.append(
                (order.order_id, order.channel, order.order_ref, row.line_id, row.line_ref, prepared.skus[row.sku],
                 prepared.places[place].code, picks[n], *about, *amounts)
            )  # fmt: skip
            amounts = _NOTHING
        split = prepared.rules.split_penalty
    return rows


def _waiting(outcome: Routed, order: Order, plan: Plan, price: int) -> list[tuple[Any, ...]]:
    rows = []
    charged = set()
    for n, short, free, reason in shorts(outcome.supply, order, plan.got(order)):
        row = order.rows[n]
        cost = 0 if row.line in charged else price
        charged.add(row.line)
        rows.append(
            (order.order_id, order.channel, order.order_ref, row.line_id, row.line_ref,
             outcome.prepared.skus[row.sku], short, free, reason, cost)
        )  # fmt: skip
    return rows
