"""
The best plan of one order: which place sends how many units of which row.

Filling comes first, then the goal. Where single places can hold whole rows, every way of putting the rows into parcels is
compared, so the result is the optimum; what is scattered goes to splits.py.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

from oms.core.route.plans import Fill, Parcels, Plan, Supply, cost_of, plan_key
from oms.core.route.problem import Order, Prepared
from oms.core.route.shelves import Score, best_place, best_places
from oms.core.route.splits import spread

#: Orders with more rows than this are planned by places instead of by every grouping of rows.
MAX_ROWS = 8


@cache
def groupings(rows: int, most: int) -> tuple[tuple[int, ...], ...]:
    """Every way of putting `rows` rows into at most `most` parcels, as bit masks; fewest parcels first."""

    def build(row: int, blocks: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        if row == rows:
            yield blocks
            return
        for n, block in enumerate(blocks):
            yield from build(row + 1, (*blocks[:n], block | 1 << row, *blocks[n + 1 :]))
        if len(blocks) < most:
            yield from build(row + 1, (*blocks, 1 << row))

    return tuple(sorted(build(0, ()), key=len))


@dataclass
class Finder:
    """Finds plans against a supply; changes nothing."""

    prepared: Prepared
    supply: Supply
    _goal: str = field(init=False)

    def __post_init__(self) -> None:
        self._goal = self.prepared.rules.goal

    def best(self, order: Order) -> Plan:
        """The best plan for everything that may move; its units must be free in the supply."""
        limit = max(1, self.prepared.rules.max_parcels - len(order.fixed))
        needs = [row.need for row in order.rows]
        parcels = self._whole(order, needs, limit)
        if parcels is not None:
            return self._plan(order, parcels, Fill.full(order), len(needs) <= MAX_ROWS)
        caps = self._reachable(order, needs)
        if not any(caps) or (order.desk.ship_complete and caps != needs):
            return Plan.nothing(order)
        if caps != needs:
            parcels = self._whole(order, caps, limit)
            if parcels is not None:
                return self._plan(order, parcels, Fill.of(order, caps), len(needs) <= MAX_ROWS)
        plan = spread(self.prepared, self.supply, order, caps, {}, limit)
        return Plan.nothing(order) if order.desk.ship_complete and plan.fill.waiting else plan

    def extend(self, order: Order, kept: Plan) -> Plan:
        """The best plan that leaves what `kept` places where it is and adds what can be filled."""
        missing = [row.need - units for row, units in zip(order.rows, kept.got(order), strict=True)]
        caps = self._reachable(order, missing) if any(missing) else []
        if not any(caps):
            return kept
        limit = max(1, self.prepared.rules.max_parcels - len(order.fixed))
        plan = spread(self.prepared, self.supply, order, caps, kept.parcels, limit)
        return plan if plan.fill.better_than(kept.fill) else kept

    def _plan(self, order: Order, parcels: Parcels, fill: Fill, exact: bool) -> Plan:
        return Plan(parcels, fill, cost_of(self.prepared, order, parcels), exact)

    def _reachable(self, order: Order, needs: Sequence[int]) -> list[int]:
        """Of each row the most units that all places together could fill, whole line units only."""
        supply = self.supply
        usable = [p for p in order.candidates if supply.open_at(order, p)]
        caps = []
        for row, need in zip(order.rows, needs, strict=True):
            free = supply.free[row.sku]
            caps.append(min(need, sum(free[p] for p in usable if free[p] > 0)) if need else 0)
        most: dict[int, int] = {}
        haves = [row.left * row.units - need for row, need in zip(order.rows, needs, strict=True)]
        for row, have, cap in zip(order.rows, haves, caps, strict=True):
            most[row.line] = min(most.get(row.line, row.left), (have + cap) // row.units)
        return [
            max(0, min(cap, most[row.line] * row.units - have))
            for row, have, cap in zip(order.rows, haves, caps, strict=True)
        ]

    # -- whole rows ---------------------------------------------------------------------------------------------------

    def _whole(self, order: Order, needs: Sequence[int], limit: int) -> Parcels | None:
        """The best plan in which every row comes whole from one place; None where there is none."""
        rows = [n for n, need in enumerate(needs) if need]
        if not rows:
            return {}
        if len(rows) == 1:
            place = best_place(self.prepared, self.supply, order, rows[0], needs[rows[0]])
            return None if place is None else {place: {rows[0]: needs[rows[0]]}}
        everything = (1 << len(rows)) - 1
        count = min(limit, len(rows))
        blocks = {everything: self._top(order, rows, needs, 1)}
        single = blocks[everything]
        if len(rows) > MAX_ROWS or count == 1:
            return {single[0][1]: {n: needs[n] for n in rows}} if single else None
        costs = self._goal == "cost"
        split = self.prepared.rules.split_penalty if costs else 0
        if single and (not costs or single[0][0] <= 2 * order.pricing.least() + split):
            return {single[0][1]: {n: needs[n] for n in rows}}
        best: int | None = single[0][0] if single else None
        found: list[tuple[tuple[int, int], ...]] = [((single[0][1], everything),)] if single else []
        for masks in groupings(len(rows), count):
            if len(masks) == 1:
                continue
            if found and not costs and len(masks) > len(found[0]):
                break
            extra = split * (len(masks) - 1)
            tops = []
            for mask in masks:
                top = blocks.get(mask)
                if top is None:
                    chosen = [rows[bit] for bit in range(len(rows)) if mask >> bit & 1]
                    top = blocks[mask] = self._top(order, chosen, needs, count)
                if not top:
                    break
                tops.append(top)
            if len(tops) < len(masks) or (best is not None and sum(top[0][0] for top in tops) + extra > best):
                continue
            for total, places in _distinct(tops):
                if best is None or total + extra < best:
                    best, found = total + extra, []
                if total + extra == best:
                    found.append(tuple(zip(places, masks, strict=True)))
        if not found:
            return None
        plans = [
            {place: {rows[bit]: needs[rows[bit]] for bit in range(len(rows)) if mask >> bit & 1} for place, mask in plan}
            for plan in found
        ]
        if len(plans) == 1:
            return plans[0]
        return min(plans, key=lambda parcels: plan_key(self.prepared, order, parcels))

    def _top(self, order: Order, rows: list[int], needs: Sequence[int], count: int) -> list[Score]:
        return best_places(self.prepared, self.supply, order, {n: needs[n] for n in rows}, count)


def _distinct(tops: list[list[Score]]) -> Iterator[tuple[int, tuple[int, ...]]]:
    """The ways to give each block a place of its own, as (total score, places); only the best where that is plain."""
    first = tuple(top[0][1] for top in tops)
    if len(set(first)) == len(first):
        yield sum(top[0][0] for top in tops), first
        return
    rest = [0] * (len(tops) + 1)
    for n in range(len(tops) - 1, -1, -1):
        rest[n] = rest[n + 1] + tops[n][0][0]
    best: list[int] = []

    def walk(n: int, total: int, taken: tuple[int, ...]) -> Iterator[tuple[int, tuple[int, ...]]]:
        if best and total + rest[n] > best[0]:
            return
        if n == len(tops):
            best[:] = [total]
            yield total, taken
            return
        for score, place in tops[n]:
            if place not in taken:
                yield from walk(n + 1, total + score, (*taken, place))

    yield from walk(0, 0, ())
