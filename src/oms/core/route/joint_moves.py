"""New orders that leave whole from one place move to where another order of their buyer leaves from, where that saves more."""

from collections.abc import Iterator, Sequence
from datetime import date

import polars as pl

from oms.core.route.decision import Decision
from oms.core.route.joint_parcels import REF, Found, Group, Parcel, Step, shared
from oms.core.route.pricing import PARTS
from oms.core.route.problem import Problem
from oms.core.route.rates import ANY


class Moves:
    """Moving, as `decision` leaves the orders; `taken` ones do not move any more. Money is minor units."""

    def __init__(self, problem: Problem, decision: Decision, found: Found, taken: set[int]) -> None:
        self.problem, self.decision, self.taken = problem, decision, taken
        self.cost = 0  # what moving costs before joining saves it
        self._buyers, self._prepared = found
        self._codes = [place.code for place in problem.places]
        self._moved: dict[int, Parcel] = {}

    def make(self) -> set[int]:
        """Move what saves by it. The ids of the orders that moved, and of those new ones that they moved to."""
        left = self._left() if self._buyers else {}
        touched: set[int] = set()
        for groups in self._buyers:
            while True:
                steps = list(self._steps(groups, left))
                best = max(steps, key=lambda s: (s.saved, -s.parcel.rank, -s.group.parcels[0].rank), default=None)
                if best is None:
                    break
                self._move(best, left)
                groups.remove(next(group for group in groups if group.parcels == [best.parcel]))
                best.group.parcels.append(best.parcel)
                touched |= {p.order.order_id for p in best.group.parcels if p.new}
        return touched

    def _steps(self, groups: Sequence[Group], left: dict[tuple[int, int], int]) -> Iterator[Step]:
        for mine in groups:
            parcel = mine.parcels[0]
            if len(mine.parcels) > 1 or not parcel.alone or parcel.order.order_id in self.taken:
                continue
            own = parcel.cost_from(parcel.place)
            for group in groups:
                to = group.parcels[0].place
                # Whoever it moves to must stay: what was reserved before does, and what is new if it is all there.
                if to == parcel.place or not group.fits(parcel) or not all(p.alone or not p.new for p in group.parcels):
                    continue
                there = parcel.cost_from(to)
                if own is None or there is None or not self._may_leave(parcel, to, left, group.parcels[0].day):
                    continue
                less = shared(self.problem, group, parcel)
                if less is not None and less > 0 and own.total - there.total + less > 0:
                    yield Step(own.total - there.total + less, parcel, group)

    def _may_leave(self, parcel: Parcel, to: int, left: dict[tuple[int, int], int], day: int) -> bool:
        """Whether the order may leave from `to` on `day`, with all it has: no rule against it, and room and stock enough."""
        order, place = parcel.order, self.problem.places[to]
        extra = order.pricing.extra
        if to not in order.candidates or place.ship_on != day or (extra and extra[to] > extra[parcel.place]):
            return False
        needs: dict[int, int] = {}
        for row in order.rows:
            needs[row.sku] = needs.get(row.sku, 0) + row.need
        return left.get((-1, to), 1) > 0 and all(left.get((sku, to), 0) >= units for sku, units in needs.items())

    def _left(self) -> dict[tuple[int, int], int]:
        """What the decision leaves by sku number and place; under -1 the orders that may still leave."""
        assert self._prepared is not None
        shelf = ["sku", "location"]
        problem, made = self.problem, self.decision.assignments
        used = made.group_by(shelf).agg(pl.col("quantity").sum())
        given = problem.current.join(self.decision.released, on=REF, how="semi").filter("movable")
        back = given.group_by(shelf).agg(back=pl.col("quantity").sum())
        rest = (
            problem.stock.join(used, on=shelf, how="full", coalesce=True).join(back, on=shelf, how="full", coalesce=True)
            .select(*shelf, units=pl.col("free").fill_null(0).clip(0) - pl.col("quantity").fill_null(0)
                    + pl.col("back").fill_null(0))
        )  # fmt: skip
        number = {sku: n for n, sku in enumerate(self._prepared.skus)}
        found = {
            (number[sku], self._codes.index(code)): units
            for sku, code, units in rest.iter_rows() if sku in number and code in self._codes
        }  # fmt: skip
        leave = dict(made.group_by("location").agg(pl.col("order_id").n_unique()).iter_rows())
        for n, place in enumerate(problem.places):
            if place.capacity is not None:
                found[-1, n] = place.capacity - leave.get(place.code, 0)
        return found

    def _move(self, step: Step, left: dict[tuple[int, int], int]) -> None:
        parcel, to = step.parcel, step.group.parcels[0].place
        own, there = parcel.cost_from(parcel.place), parcel.cost_from(to)
        assert own is not None
        assert there is not None
        self.cost += there.total - own.total
        for row in parcel.order.rows:
            left[row.sku, to] -= row.need
        if (-1, to) in left:
            left[-1, to] -= 1
        parcel.place, parcel.day = to, step.group.parcels[0].day
        self._moved[parcel.order.order_id] = parcel

    def assignments(self) -> pl.DataFrame:
        """The assignments of the decision; the rows of the orders that moved as their new place tells them."""
        made = self.decision.assignments
        if not self._moved:
            return made
        assert self._prepared is not None
        facts = []
        for order_id, parcel in sorted(self._moved.items()):
            order, place = parcel.order, self.problem.places[parcel.place]
            cost = parcel.cost_from(parcel.place)
            assert cost is not None
            metres = self._prepared.metres(order, parcel.place)
            level = self._prepared.level(order, parcel.place)
            facts.append((
                order_id, place.code, cost.carrier, order.service if cost.service in (None, ANY) else cost.service,
                date.fromordinal(parcel.day).isoformat(), cost.days, None if level is None else metres / 1000, level,
                cost.shipping, cost.handling, cost.handling_unit, 0, cost.late, cost.total,
            ))  # fmt: skip
        money = (*PARTS, "cost")
        told = ("location", "carrier", "service", "ship_on", "transit_days", "distance_km", "distance_level", *money)
        anew = pl.DataFrame(facts, {"order_id": pl.Int64} | {name: made.schema[name] for name in told}, orient="row")
        first = pl.col("order_id").is_first_distinct()
        return (
            made.join(anew.with_columns(moved=pl.lit(True)), on="order_id", how="left", suffix="_new", maintain_order="left")
            .with_columns(
                pl.when(pl.col("moved").is_null()).then(name)
                .otherwise(pl.when(first).then(f"{name}_new").otherwise(0) if name in money else f"{name}_new")
                .alias(name) for name in told
            ).select(made.columns)
        )  # fmt: skip
