"""
One order after another, each with the best plan for what is left: fill what waits, then move what pays to move, until
nothing changes any more. A second run on the result of the first finds nothing to do.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from heapq import heapify, heappop, heappush

from oms.core.route.finder import Finder
from oms.core.route.orders import Order, Prepared
from oms.core.route.plans import Fill, Parcels, Plan, Supply, cost_after, got, parts_well


@dataclass
class Routed:
    """What was decided: a plan an order, in the order of service, and what is left."""

    prepared: Prepared
    plans: list[Plan]
    before: list[Parcels]  # what each order had
    supply: Supply


def decide(prepared: Prepared) -> Routed:
    """Serve the orders until nothing changes any more."""
    run = _Run(prepared)
    run.settle()
    return Routed(prepared, run.plans, [order.current for order in prepared.orders], run.supply)


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
    return Routed(prepared, run.plans, [order.current for order in prepared.orders], run.supply)


class Days:
    """On which days parcels leave, as it stood before anything was decided; deciding changes it."""

    def __init__(self, prepared: Prepared) -> None:
        self._orders = prepared.orders
        self._were = {n: (dict(order.dates), set(order.slots)) for n, order in enumerate(prepared.orders) if order.current}

    def restore(self) -> None:
        """Make it as it stood."""
        for n, order in enumerate(self._orders):
            dates, slots = self._were.get(n, ({}, set()))
            order.dates, order.slots = dict(dates), set(slots)


def standing(prepared: Prepared, order: Order) -> Plan:
    """What an order has before anything is decided."""
    if not order.current:
        if not order.fixed and all(row.need == row.left * row.units for row in order.rows):
            return Plan({}, Fill(0, order.lines), 0)  # the common case, without arithmetic
        return Plan.nothing(order)
    fill = Fill.of(order, got(order, order.current))
    return Plan(order.current, fill, cost_after(prepared, order, order.current, order.current))


class _Run:
    def __init__(self, prepared: Prepared) -> None:
        self.prepared = prepared
        self.supply = Supply(prepared)
        self.finder = Finder(prepared, self.supply)
        self.plans = [standing(prepared, order) for order in prepared.orders]
        self.changed = False
        self.freed_skus: set[int] = set()
        self.freed_places: set[int] = set()

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
            for n in (*waiting, *placed):
                self._consider(n)
            due = self._concerned() if self.changed else []

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

    def _consider(self, n: int) -> None:
        """Give an order the best plan there is for it now; one that has a plan keeps it unless another is worth it."""
        order, plan = self.prepared.orders[n], self.plans[n]
        if not plan.parcels:
            best = self.finder.best(order)
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
