"""
Orders that compete, where the solver cannot be loaded: served one after another, then in pairs.

An order that would be cheaper from a shelf that another one emptied is served before that one, where both together then cost
less and neither gets less. Those with most to gain come first. There is no bound.
"""

from collections.abc import Sequence
from dataclasses import replace

from oms.core.route.crowd import Crowd
from oms.core.route.decision import Decision, decision_of
from oms.core.route.finder import Finder
from oms.core.route.greedy import Days, Routed, decide_from
from oms.core.route.orders import Prepared
from oms.core.route.plans import Parcels, Plan, Supply
from oms.core.route.problem import Problem

#: How often all orders are looked at, and how many of those that hold a shelf are asked. More orders are not looked at.
ROUNDS, ASKED, MOST = 3, 8, 10_000


def settle_by_swaps(problem: Problem, before: Crowd, served: Routed, greedy: Decision) -> Decision:
    """
    `greedy` or a decision that is cheaper and fills as much. `before`: the orders that it served at once; `served`: the others,
    their days as they stood before.
    """
    prepared, days = served.prepared, Days(served.prepared)
    if len(prepared.orders) > MOST:
        return replace(greedy, unsolved=True)
    swaps = _Swaps(prepared, [plan.parcels for plan in served.plans])
    wishing = swaps.wishing()
    if not wishing:
        return greedy
    for _round in range(ROUNDS):
        if not [n for n in wishing if swaps.improve(n)]:
            break
        wishing = swaps.wishing()
    days.restore()
    routed = decide_from(prepared, [plan.parcels for plan in swaps.plans])
    decision = decision_of(problem, before, routed)
    days.restore()
    no_worse = decision.total <= greedy.total and decision.short <= greedy.short
    return replace(decision if no_worse else greedy, greedy=greedy.total, unsolved=True)


class _Swaps:
    """Plans of all orders, and what they leave; only orders that had nothing before change theirs."""

    def __init__(self, prepared: Prepared, plans: Sequence[Parcels]) -> None:
        self.prepared = prepared
        self.supply, self.start = Supply(prepared), Supply(prepared)
        self.finder, self.alone = Finder(prepared, self.supply), Finder(prepared, self.start)
        self.plans: list[Plan] = []
        self.holders: dict[tuple[int, int], set[int]] = {}
        for order in prepared.orders:
            self.supply.give_back(order, order.current)
        for n, (order, parcels) in enumerate(zip(prepared.orders, plans, strict=True)):
            plan = Plan.of(prepared, order, parcels)
            self.supply.take(order, parcels, order.current)
            self.plans.append(plan)
            self._hold(n, plan.parcels, hold=True)
        self.fresh = [not order.current and not order.fixed for order in prepared.orders]

    def wishing(self) -> list[int]:
        """Orders that would be cheaper alone, those with most to gain first."""
        regrets = []
        for n, (order, plan) in enumerate(zip(self.prepared.orders, self.plans, strict=True)):
            if self.fresh[n] and plan.parcels:
                best = self.alone.best(order)
                if best.fill == plan.fill and best.cost < plan.cost:
                    regrets.append((best.cost - plan.cost, n))
        return [n for _regret, n in sorted(regrets)]

    def improve(self, n: int) -> bool:
        """Serve an order before one of those that hold what it would like, if that saves anything."""
        order, wish = self.prepared.orders[n], self.alone.best(self.prepared.orders[n])
        shelves = [(order.rows[row].sku, place) for place, picks in wish.parcels.items() for row in picks]
        others = sorted({m for shelf in shelves for m in self.holders.get(shelf, ()) if m != n and self.fresh[m]})
        return any(self._swap(n, m) for m in others[-ASKED:])

    def _swap(self, first: int, second: int) -> bool:
        before = [(n, self.plans[n]) for n in (first, second)]
        for n, plan in before:
            self.supply.give_back(self.prepared.orders[n], plan.parcels)
        after = []
        for n, _plan in before:
            after.append((n, self.finder.best(self.prepared.orders[n])))
            self.supply.take(self.prepared.orders[n], after[-1][1].parcels, {})
        filled = all(new.fill == old.fill for (_n, new), (_m, old) in zip(after, before, strict=True))
        better = filled and sum(plan.cost for _n, plan in after) < sum(plan.cost for _n, plan in before)
        if not better:
            for n, plan in after:
                self.supply.give_back(self.prepared.orders[n], plan.parcels)
            for n, plan in before:
                self.supply.take(self.prepared.orders[n], plan.parcels, {})
            return False
        for (n, new), (_m, old) in zip(after, before, strict=True):
            self._hold(n, old.parcels, hold=False)
            self._hold(n, new.parcels, hold=True)
            self.plans[n] = new
        return True

    def _hold(self, n: int, parcels: Parcels, *, hold: bool) -> None:
        for place, picks in parcels.items():
            for row in picks:
                held = self.holders.setdefault((self.prepared.orders[n].rows[row].sku, place), set())
                (held.add if hold else held.discard)(n)
