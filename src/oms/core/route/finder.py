"""
The best plan of one order: which place sends how many units of which row.

Filling comes first, then the goal. Where single places can hold whole rows, every way of putting the rows into parcels is
compared, so the result is the optimum; what is scattered goes to splits.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from oms.core.route.orders import Order, Prepared
from oms.core.route.plans import Fill, Parcels, Plan, Supply, cost_of, plan_key, splits_paid
from oms.core.route.shelves import Score, best_places, best_places_of_row, distinct_places, groupings, holders
from oms.core.route.splits import parted, spread

#: Orders with more rows than this are planned by places instead of by every grouping of rows.
MAX_ROWS = 8


@dataclass
class Finder:
    """Finds plans against a supply; changes nothing."""

    prepared: Prepared
    supply: Supply
    parting: bool = False  # whether a row that one place holds may come from several where that costs less
    _goal: str = field(init=False)
    _held: dict[int, int] = field(init=False)  # row -> places that hold it, as bits; of the order that is looked at

    def __post_init__(self) -> None:
        self._goal = self.prepared.rules.goal
        self._held = {}

    def best(self, order: Order, *, scattered: bool = False) -> Plan:
        """
        The best plan for everything that may move; its units must be free in the supply.

        `scattered`: it is known that no plan gives the order every row whole from one place.
        """
        plan = self._best(order, scattered)
        return self._or_parted(order, plan) if self.parting and plan.parcels else plan

    def _or_parted(self, order: Order, plan: Plan) -> Plan:
        """`plan`, or one that costs less and takes units of a row from several places."""
        needs = plan.got(order)
        parts = [(row.weight_g, row.volume_mm3, 1) for row, need in zip(order.rows, needs, strict=True) if need]
        split = self.prepared.rules.split_penalty * splits_paid(order, 2)
        if max(needs) < 2 or order.room < 2 or plan.cost <= order.pricing.two_at_least(parts) + split:
            return plan
        found = parted(self.prepared, self.supply, order, needs, order.room, plan.cost)
        return found if found is not None and found.fill == plan.fill and found.cost < plan.cost else plan

    def _best(self, order: Order, scattered: bool) -> Plan:
        limit = order.room
        needs = [row.need for row in order.rows]
        plan = self._whole(order, needs, limit, True) if not scattered else None
        if plan is not None:
            return plan
        caps = self._reachable(order, needs)
        if not any(caps) or (order.desk.ship_complete and caps != needs):
            return Plan.nothing(order)
        if caps != needs and not order.min_worth:  # which says more of parts than this looks at
            plan = self._whole(order, caps, limit, False)
            if plan is not None:
                return plan
        plan = spread(self.prepared, self.supply, order, caps, {}, limit)
        return Plan.nothing(order) if order.desk.ship_complete and plan.fill.waiting else plan

    def extend(self, order: Order, kept: Plan) -> Plan:
        """The best plan that leaves what `kept` places where it is and adds what can be filled."""
        missing = [row.need - units for row, units in zip(order.rows, kept.got(order), strict=True)]
        caps = self._reachable(order, missing) if any(missing) else []
        if not any(caps):
            return kept
        limit = order.room
        plan = spread(self.prepared, self.supply, order, caps, kept.parcels, limit)
        return plan if plan.fill.better_than(kept.fill) else kept

    def _plan(self, order: Order, needs: Sequence[int], full: bool, parcels: Parcels, score: int | None) -> Plan:
        """The plan of whole rows `parcels`; `score` is its cost, the split of a first parcel apart, where known."""
        if score is None or self._goal != "cost":
            cost = cost_of(self.prepared, order, parcels)
        else:
            cost = score + (self.prepared.rules.split_penalty if order.fixed else 0)
        return Plan(parcels, Fill.full(order) if full else Fill.of(order, needs), cost, len(order.rows) <= MAX_ROWS)

    def _reachable(self, order: Order, needs: Sequence[int]) -> list[int]:
        """Of each row the most units that all places together could fill, whole line units, or lines, only."""
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
        if not order.desk.allow_partial:
            lacking = {row.line for row in order.rows if most[row.line] < row.left}
            return [0 if row.line in lacking else need for row, need in zip(order.rows, needs, strict=True)]
        return [
            max(0, min(cap, most[row.line] * row.units - have)) for row, have, cap in zip(order.rows, haves, caps, strict=True)
        ]

    # -- whole rows ---------------------------------------------------------------------------------------------------

    def _whole(self, order: Order, needs: Sequence[int], limit: int, full: bool) -> Plan | None:
        """
        The best plan in which every row comes whole from one place; None where there is none.

        `full` says that `needs` is all the order needs.
        """
        rows = [n for n, need in enumerate(needs) if need]
        if len(rows) == 1:
            n = rows[0]
            top = best_places_of_row(self.prepared, self.supply, order, n, needs[n], 1)
            return self._plan(order, needs, full, {top[0][1]: {n: needs[n]}}, top[0][0]) if top else None
        if not rows:
            return Plan.nothing(order)
        self._hold(order, rows, needs)
        single = self._top(order, rows, needs, 1)
        count = min(limit, len(rows))
        costs = self._goal == "cost"
        split = self.prepared.rules.split_penalty if costs else 0
        if (
            len(rows) > MAX_ROWS or count == 1
            or (single and (not costs or single[0][0] <= self._two_at_least(order, rows, needs) + split))
        ):  # fmt: skip
            return self._plan(order, needs, full, {single[0][1]: {n: needs[n] for n in rows}}, single[0][0]) if single else None
        best, found = self._grouped(order, needs, rows, count, split, single)
        if not found:
            return None
        plans = [
            {place: {rows[bit]: needs[rows[bit]] for bit in range(len(rows)) if mask >> bit & 1} for place, mask in plan}
            for plan in found
        ]
        if len(plans) > 1:
            plans.sort(key=lambda parcels: plan_key(self.prepared, order, parcels))
        return self._plan(order, needs, full, plans[0], best)

    def _two_at_least(self, order: Order, rows: list[int], needs: Sequence[int]) -> int:
        """A bound: no two parcels that share `rows` are cheaper, whatever is in stock."""
        parts = []
        for n in rows:
            row, need = order.rows[n], needs[n]
            parts.append((row.weight_g * need, row.volume_mm3 * need, need))
        return order.pricing.two_at_least(parts)

    def _grouped(
        self, order: Order, needs: Sequence[int], rows: list[int], count: int, split: int, single: list[Score]
    ) -> tuple[int | None, list[tuple[tuple[int, int], ...]]]:
        """The best score over all groupings of the rows, and the plans that have it, as (place, mask of rows)."""
        blocks = {(1 << len(rows)) - 1: single}
        small = self._small(order, needs, rows) if order.min_worth else None
        best: int | None = single[0][0] if single else None
        found: list[tuple[tuple[int, int], ...]] = [((single[0][1], (1 << len(rows)) - 1),)] if single else []
        for masks in groupings(len(rows), count):
            if len(masks) == 1:
                continue
            if found and self._goal != "cost" and len(masks) > len(found[0]):
                break
            if small and not small.isdisjoint(masks):
                continue
            extra = split * (len(masks) - 1)
            tops = []
            lower = extra
            for mask in masks:
                top = blocks.get(mask)
                if top is None:
                    chosen = [n for bit, n in enumerate(rows) if mask >> bit & 1]
                    top = blocks[mask] = self._top(order, chosen, needs, count)
                if not top:
                    break
                lower += top[0][0]
                if best is not None and lower > best:
                    break
                tops.append(top)
            if len(tops) < len(masks):
                continue
            for total, places in distinct_places(tops):
                if best is None or total + extra < best:
                    best, found = total + extra, []
                if total + extra == best:
                    found.append(tuple(zip(places, masks, strict=True)))
        return best, found

    def _small(self, order: Order, needs: Sequence[int], rows: list[int]) -> set[int]:
        """The masks of rows that are worth too little for a parcel of their own."""
        found = set()
        for mask in range(1, 1 << len(rows)):
            chosen = {n for bit, n in enumerate(rows) if mask >> bit & 1}
            if order.too_small([need if n in chosen else 0 for n, need in enumerate(needs)]):
                found.add(mask)
        return found

    def _hold(self, order: Order, rows: list[int], needs: Sequence[int]) -> None:
        """Note the places that hold each row; of rows that share a sku, that cannot be told one by one."""
        skus = [order.rows[n].sku for n in rows]
        self._held = {}
        if len(set(skus)) == len(skus):
            self._held = {n: holders(self.supply, order, sku, needs[n]) for n, sku in zip(rows, skus, strict=True)}

    def _top(self, order: Order, rows: list[int], needs: Sequence[int], count: int) -> list[Score]:
        held: int | None = None
        if self._held:
            held = -1
            for n in rows:
                held &= self._held[n]
        return best_places(self.prepared, self.supply, order, {n: needs[n] for n in rows}, count, held)
