"""
Who goes in one parcel, and what each pays of it: the first as if it were alone, who joins what the parcel costs more by it.

What is new joins what was there before, what is joined already, or what is served before it. What is reserved already joins
what is reserved and served before it: nothing moves by that, so it is done for whatever it saves. Where one of a parcel has
left, those who stay pay for it among themselves.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl

from oms.core.route.decision import Decision
from oms.core.route.joint_parcels import Found, Group, Parcel, Step, shared
from oms.core.route.pricing import PARTS
from oms.core.route.problem import Problem
from oms.core.route.rates import ANY
from oms.model.frames import JOINED


class Shares:
    """Joining, as `decision` leaves the orders. Money is minor units."""

    def __init__(self, problem: Problem, decision: Decision, found: Found) -> None:
        self.problem, self.decision = problem, decision
        self.reserved = 0  # what was saved of what is reserved already: no part of the decision's total
        self._buyers = found.buyers
        self._codes = [place.code for place in problem.places]
        self._shares: dict[tuple[int, int], tuple[int, int]] = {}  # order and place -> less of shipping, less of handling

    def join(self) -> pl.DataFrame:
        """Part what others left, and join what leaves from one place on one day; JOINED of all parcels that this changed."""
        changed: dict[int, Group] = {}
        for groups in self._buyers:
            for group in [group for group in groups if any(parcel.left for parcel in group.parcels)]:
                for part in self._parted(group):
                    changed[id(part)] = part
                    if part is not group:
                        groups.append(part)
            while True:
                steps = list(self._steps(groups))
                best = max(steps, key=lambda s: (s.saved, -s.group.parcels[0].rank, -s.parcel.rank), default=None)
                if best is None:
                    break
                self._share(best)
                mine = next(group for group in groups if group.parcels == [best.parcel])
                groups.remove(mine)
                changed.pop(id(mine), None)
                best.group.parcels.append(best.parcel)
                changed[id(best.group)] = best.group
        rows = [row for group in changed.values() for row in self._told(group)]
        return pl.DataFrame(sorted(rows, key=lambda row: row[:2]), JOINED, orient="row")

    def _parted(self, group: Group) -> list[Group]:
        """What is left of a parcel, each with what it pays now: `group` itself, and those whom nobody would take with it."""
        first, *others = group.parcels
        group.leader, group.parcels = first.order.order_id, [first]
        self._shares[first.order.order_id, first.place] = (0, 0)
        found = [group]
        for parcel in others:
            less = shared(self.problem, group, parcel)
            if less is not None and less > 0:
                self._note(parcel, less)
                group.parcels.append(parcel)
            else:
                self._shares[parcel.order.order_id, parcel.place] = (0, 0)
                found.append(Group(parcel.order.order_id, [parcel]))
        return found

    def _steps(self, groups: Sequence[Group]) -> Iterator[Step]:
        for mine in groups:
            parcel = mine.parcels[0]
            if len(mine.parcels) > 1:
                continue
            for group in groups:
                first = group.parcels[0]
                if group is mine or (first.place, first.day) != (parcel.place, parcel.day) or not group.fits(parcel):
                    continue
                if first.new and not parcel.new:
                    continue
                if len(group.parcels) == 1 and first.new == parcel.new and first.rank > parcel.rank:
                    continue
                less = shared(self.problem, group, parcel)
                if less is not None and less > 0:
                    yield Step(less, parcel, group)

    def _share(self, step: Step) -> None:
        self._note(step.parcel, step.saved)
        if not step.parcel.new:
            self.reserved += step.saved

    def _note(self, parcel: Parcel, saved: int) -> None:
        """What of a parcel's shipping and handling is not paid twice."""
        handling = self.problem.places[parcel.place].handling
        self._shares[parcel.order.order_id, parcel.place] = (saved - handling, handling)

    def _told(self, group: Group) -> Iterator[tuple[Any, ...]]:
        """Rows of JOINED."""
        quote, place = group.quote(), self.problem.places[group.parcels[0].place]
        leader = group.leader if len(group.parcels) > 1 else None
        for parcel in group.parcels:
            order = parcel.order
            less, none = self._shares.get((order.order_id, parcel.place), (None, None))
            carrier = service = None
            if quote is not None:
                carrier = quote.carrier or None
                service = order.service if quote.service in (None, ANY) else quote.service
            saved = (less or 0) + (none or 0)
            yield order.order_id, place.code, leader, carrier, service, saved, less, none, place.handling, not parcel.new

    def assignments(self) -> pl.DataFrame:
        """The assignments of the decision, with what each pays of the parcel that it is in."""
        made = self.decision.assignments
        if not self._shares:
            return made
        rows = [(order_id, self._codes[place], *parts) for (order_id, place), parts in sorted(self._shares.items())]
        shares = pl.DataFrame(rows, {"order_id": pl.Int64, "location": pl.String, "less": pl.Int64, "none": pl.Int64},
                              orient="row")  # fmt: skip
        first = pl.struct("order_id", "location").is_first_distinct()
        return (
            made.join(shares, on=["order_id", "location"], how="left", maintain_order="left")
            .with_columns(pl.when(first).then(pl.col("less", "none").fill_null(0)).otherwise(0))
            .with_columns(shipping=pl.col("shipping") - pl.col("less"), handling=pl.col("handling") - pl.col("none"))
            .with_columns(cost=pl.sum_horizontal(PARTS)).select(made.columns)
        )  # fmt: skip
