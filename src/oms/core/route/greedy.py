"""
One order after another, each with the best plan for what is left: fill what waits, then move what pays to move, until
nothing changes any more. A second run on the result of the first finds nothing to do.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from oms.core.route.finder import Finder
from oms.core.route.orders import Order, Prepared
from oms.core.route.plans import Fill, Parcels, Plan, Supply, cost_after, got, parts_well

if TYPE_CHECKING:
    from oms.core.route.ahead import Ahead


class LookAhead(NamedTuple):
    """
    How orders are looked at in columns: so many together (the more, the more of their plans do not fit any more when their turn
    comes), and only where there are so many (for fewer, numpy need not be loaded).
    """

    together: int = 1024
    least: int = 500


LOOK_AHEAD = LookAhead()


@dataclass
class Routed:
    """What was decided: a plan an order, in the order of service, and what is left."""

    prepared: Prepared
    plans: list[Plan]
    before: list[Parcels]  # what each order had
    supply: Supply
    assigned: pl.DataFrame | None = None  # ASSIGNMENTS of those that were served from columns, the orders `ahead`
    ahead: Collection[int] = ()


def decide(prepared: Prepared, ahead: LookAhead = LOOK_AHEAD) -> Routed:
    """Serve the orders until nothing changes any more. What is looked at `ahead` changes how fast, and nothing else."""
    run = _Run(prepared, ahead)
    run.settle()
    return Routed(prepared, run.plans, _current(prepared), run.supply, run.assigned(), run.ahead)


def _current(prepared: Prepared) -> list[Parcels]:
    """What each order has before anything is decided."""
    orders = prepared.orders
    return [orders[n].current if orders.holds(n) else {} for n in range(len(orders))]


def decide_from(prepared: Prepared, plans: Sequence[Parcels]) -> Routed:
    """As `decide`, but the orders begin with `plans`, which keep to all limits together."""
    run = _Run(prepared)
    for order in prepared.orders:
        run.supply.give_back(order, order.current)
    for n, (order, parcels) in enumerate(zip(prepared.orders, plans, strict=True)):
        run.plans[n] = Plan.of(prepared, order, parcels)
        run.supply.take(order, parcels, order.current)
    run.fill()
    run.settle()
    return Routed(prepared, run.plans, _current(prepared), run.supply)


class Days:
    """On which days parcels leave, as it stood before anything was decided; deciding changes it."""

    def __init__(self, prepared: Prepared) -> None:
        self._orders = prepared.orders
        held = [(n, prepared.orders[n]) for n in range(len(prepared.orders)) if prepared.orders.holds(n)]
        self._were = {n: (dict(order.dates), set(order.slots)) for n, order in held}

    def restore(self) -> None:
        """Make it as it stood."""
        self._orders.slots.clear()
        for n, order in self._orders.made():
            dates, slots = self._were.get(n, ({}, set()))
            order.dates, order.slots = dict(dates), set(slots)


def standing(prepared: Prepared, order: Order) -> Plan:
    """What an order has before anything is decided."""
    if not order.current:
        return Plan.nothing(order)
    fill = Fill.of(order, got(order, order.current))
    return Plan(order.current, fill, cost_after(prepared, order, order.current, order.current))


def _standing(prepared: Prepared) -> list[Plan]:
    orders = prepared.orders
    nothing = [Plan({}, Fill(0, lines), 0) for lines in range(max(orders.sums["lines"], default=0) + 1)]
    return [
        nothing[lines] if untouched and not orders.holds(n) else standing(prepared, orders[n])
        for n, (lines, untouched) in enumerate(zip(orders.sums["lines"], orders.sums["untouched"], strict=True))
    ]


class _Run:
    def __init__(self, prepared: Prepared, look_ahead: LookAhead = LOOK_AHEAD) -> None:
        self.prepared = prepared
        self.look_ahead = look_ahead
        self.supply = Supply(prepared)
        self.finder = Finder(prepared, self.supply)
        self.plans = _standing(prepared)
        self.changed = False
        self.freed_skus: set[int] = set()
        self.freed_places: set[int] = set()
        self.ahead: set[int] = set()  # orders that were served from columns
        self._looking: Ahead | None = None

    def fill(self) -> None:
        """Fill what waits, not in the order of service but what costs least a unit first."""
        queue = [(price, n) for n, plan in enumerate(self.plans) if plan.fill.waiting and (price := self._price(n))]
        heapify(queue)
        while queue:
            known, n = heappop(queue)
            price = self._price(n)
            if price is None:
                continue
            if price > known:  # what it was to get is gone, and there is something dearer
                heappush(queue, (price, n))
                continue
            self._extend(n)
            if self.plans[n].fill.waiting and (price := self._price(n)):
                heappush(queue, (price, n))

    def _more(self, n: int) -> Plan:
        order, plan = self.prepared.orders[n], self.plans[n]
        return self.finder.extend(order, plan) if plan.parcels else self.finder.best(order)

    def _price(self, n: int) -> Fraction | None:
        """What an order's next units cost, each; None where it can have none."""
        order, plan, more = self.prepared.orders[n], self.plans[n], self._more(n)
        if not more.fill.better_than(plan.fill):
            return None
        cost = cost_after(self.prepared, order, plan.parcels, more.parcels) - plan.cost
        return Fraction(max(1, cost), max(1, more.fill.done - plan.fill.done))

    def _extend(self, n: int) -> None:
        order, plan, more = self.prepared.orders[n], self.plans[n], self._more(n)
        more.cost = cost_after(self.prepared, order, plan.parcels, more.parcels)
        self.supply.give_back(order, plan.parcels)
        self.supply.take(order, more.parcels, plan.parcels)
        self.plans[n] = more

    def settle(self) -> None:
        plans = self.plans
        due: Iterable[int] = range(len(plans))
        while due:
            waiting = [n for n in due if plans[n].fill.waiting]
            placed = [n for n in due if not plans[n].fill.waiting and plans[n].parcels]
            self.changed, self.freed_skus, self.freed_places = False, set(), set()
            for start in range(0, len(waiting), self.look_ahead.together):
                self._serve(waiting[start : start + self.look_ahead.together], len(waiting) >= self.look_ahead.least)
            for n in placed:
                self._consider(n)
            due = self._concerned() if self.changed else []

    def _serve(self, together: Sequence[int], ahead: bool) -> None:
        """Consider orders that wait, one after another; those that got their best plan beforehand need not be looked at."""
        orders = self.prepared.orders
        found = self._best_of([n for n in together if not self.plans[n].parcels]) if ahead else {}
        given_back = len(self.freed_skus), len(self.freed_places)
        for n in together:
            plan = found.get(n)
            if plan is not None and not plan.parcels:
                continue
            if plan is not None and self.supply.give(orders.skus[orders.starts[n] : orders.starts[n + 1]], plan.parcels):
                orders.slots[n] = plan.parcels
                self.ahead.add(n)
                self.plans[n] = plan
                self.changed = True
                continue
            self._consider(n, scattered=plan is None and n in found)
            if (len(self.freed_skus), len(self.freed_places)) != given_back:
                found = {}  # there may be better plans now

    def assigned(self) -> pl.DataFrame | None:
        """ASSIGNMENTS of those that were served from columns."""
        if not self.ahead:
            return None
        from oms.core.route.assigning import assignments

        return assignments(self.prepared, {n: self.plans[n] for n in self.ahead})

    def _best_of(self, together: Sequence[int]) -> Mapping[int, Plan | None]:
        """As `Ahead.best`."""
        if self.prepared.rules.goal != "cost":
            return {}
        if self._looking is None:
            from oms.core.route.ahead import Ahead

            self._looking = Ahead(self.prepared, self.supply)
        return self._looking.best(together)

    def _concerned(self) -> list[int]:
        """Orders that could use what was given back, and those whose plan may not be the best any more."""
        if not self.freed_skus and not self.freed_places:
            return [n for n, plan in enumerate(self.plans) if not plan.exact]
        return [
            n for n, (order, plan) in enumerate(zip(self.prepared.orders, self.plans, strict=True))
            if not plan.exact
            or any(row.sku in self.freed_skus for row in order.rows)
            or any(place in self.freed_places for place in order.candidates)
        ]  # fmt: skip

    def _consider(self, n: int, *, scattered: bool = False) -> None:
        """Give an order the best plan there is for it now; one that has a plan keeps it unless another is worth it."""
        order, plan = self.prepared.orders[n], self.plans[n]
        self.ahead.discard(n)
        if not plan.parcels:
            best = self.finder.best(order, scattered=scattered)
            if best.parcels:
                self.supply.take(order, best.parcels, {})
                self.plans[n] = best
                self.changed = True
            return
        kept = self.finder.extend(order, plan)
        self.supply.give_back(order, plan.parcels)
        best = self.finder.best(order)
        chosen = self._choose(order, plan, kept, best)
        self.supply.take(order, chosen.parcels, plan.parcels)
        self._note_freed(order, plan, chosen)
        self.plans[n] = chosen
        if chosen.parcels == plan.parcels:
            chosen.exact = best.exact

    def _choose(self, order: Order, plan: Plan, kept: Plan, best: Plan) -> Plan:
        kept.cost = cost_after(self.prepared, order, plan.parcels, kept.parcels)
        best.cost = cost_after(self.prepared, order, plan.parcels, best.parcels)
        if order.desk.ship_complete and kept.fill.waiting:
            return best
        if not order.barred.keys().isdisjoint(kept.parcels):
            return best  # a rule came after it was routed
        if not parts_well(order, kept.parcels):
            return best
        if best.fill.better_than(kept.fill):
            return best
        if kept.fill.better_than(best.fill) or best.cost + self.prepared.rules.stickiness >= kept.cost:
            return kept
        return best

    def _note_freed(self, order: Order, before: Plan, after: Plan) -> None:
        if after.parcels == before.parcels:
            return
        self.changed = True
        for place, picks in before.parcels.items():
            now = after.parcels.get(place)
            if now is None:
                self.freed_places.add(place)
            for n, units in picks.items():
                if now is None or now.get(n, 0) < units:
                    self.freed_skus.add(order.rows[n].sku)
