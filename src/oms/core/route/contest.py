"""
Orders that stand in each other's way: whether there are any, and the better of what one after the other and all together give.

Money is minor units. A decision's total leaves out what stays as it was; two decisions about the same orders differ in it by as
much as in the cost of everything that may move, which is how a bound for one is made from a bound for the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import polars as pl

from oms.core.route.crowd import Crowd, serve
from oms.core.route.decision import Decision, decision_of
from oms.core.route.greedy import Days, Routed, decide, decide_from
from oms.core.route.opposition import supply_alone, supply_before
from oms.core.route.optimum import Effort, Kernel, Optimum, contested, kernel_of, left_behind, optimise, uses
from oms.core.route.orders import Prepared, prepare
from oms.core.route.plans import Parcels, cost_after, moved, unpaid
from oms.core.route.problem import Problem
from oms.core.route.terms import TermsBook
from oms.core.route.waiting import unpaid_waiting, waiting_cost
from oms.model.frames import SCARCE


@dataclass(frozen=True)
class Level:
    """What an effort allows: so many contested orders (with more, one after another is all that is done), and a search."""

    orders: int
    effort: Effort


#: From this effort on more orders than a level allows are decided together in blocks of so many.
IN_BLOCKS, BLOCK = 2, 10_000

LEVELS = {
    1: Level(10_000, Effort(turns=2, sweeps=2.0)),
    2: Level(15_000, Effort(turns=4, sweeps=5.0, proven=300)),
    3: Level(30_000, Effort(turns=12, sweeps=15.0, proven=500)),
}


def settle_contest(
    problem: Problem, book: TermsBook, before: Crowd, served: Routed, greedy: Decision, effort: int
) -> Decision:  # fmt: skip
    """
    `greedy` or a decision that is no worse in anything, with a bound.

    `before`: the orders that `greedy` served at once; `served`: the others, their days as they stood before.
    """
    plans = [plan.parcels for plan in served.plans]
    level = LEVELS[min(effort, max(LEVELS))]
    # As soon as it is certain that they are too many, nothing more needs to be known.
    if len(plans) > level.orders and effort < IN_BLOCKS:
        many = len(contested(served.prepared, supply_alone(problem, served.prepared), plans).orders)
        if many > level.orders:
            return replace(greedy, greedy=greedy.total, contested=many)
    crowd = serve(problem, book, everyone=True, parting=True)
    if crowd.left is before.left:
        contest = _Contest(problem, served.prepared, level.orders, plans)
    else:
        contest = _Contest(problem, prepare(crowd.left, book), level.orders)
    kernel = contest.kernel
    if not contest.orders:
        return replace(greedy, lower_bound=greedy.total, greedy=greedy.total, contested=0)
    greedy = replace(greedy, greedy=greedy.total, contested=contest.orders)
    if kernel is None:
        return greedy if effort < IN_BLOCKS else _in_blocks(problem, crowd, contest, level.effort, greedy)
    found = optimise(kernel, level.effort)
    best, worth = greedy, contest.worth(contest.first)
    routed = decide_from(contest.prepared, found.plans)
    decision = decision_of(problem, crowd, routed)
    contest.days.restore()
    other = contest.worth([plan.parcels for plan in routed.plans])
    if other.no_worse_than(worth):
        best = replace(decision, greedy=decision.total + worth.cost - other.cost, contested=len(kernel.orders))
        worth = other
    gap = worth.weighed - found.bound - contest.others
    if gap < 0:  # an order gave back what it had been promised: the bound is of routings in which none does
        return replace(best, scarce=_scarce(problem, kernel, found))
    return replace(best, lower_bound=max(0, best.total - gap), scarce=_scarce(problem, kernel, found))


def _in_blocks(problem: Problem, crowd: Crowd, contest: "_Contest", effort: Effort, greedy: Decision) -> Decision:
    """`greedy` or a decision that is no worse: block by block in the order of service, while all others keep their plans."""
    prepared, among, plans = contest.prepared, contest.among, contest.first
    for at in range(0, contest.orders, BLOCK):
        block, limits = among.orders[at : at + BLOCK], among.limits.copy()
        for n in sorted(set(among.orders).difference(block)):
            for resource, amount in uses(prepared, prepared.orders[n], plans[n]).items():
                limits[resource] -= amount
        kernel = kernel_of(prepared, contest.start, plans, among._replace(orders=block, limits=limits))
        plans = optimise(kernel, effort).plans
    routed = decide_from(prepared, plans)
    decision = decision_of(problem, crowd, routed)
    contest.days.restore()
    worth, first = contest.worth([plan.parcels for plan in routed.plans]), contest.worth(contest.first)
    if not worth.no_worse_than(first):
        return greedy
    return replace(decision, greedy=decision.total + first.cost - worth.cost, contested=greedy.contested)


class _Worth(NamedTuple):
    """What plans for all orders are worth."""

    cost: int  # as it is told, waiting included
    goal: int  # what plans are compared by, waiting included, and what moving asks for
    weighed: int  # the same, with what waits as it weighs
    waits: int  # waiting by weight
    units: int  # line units that stay behind

    def no_worse_than(self, other: "_Worth") -> bool:
        """Neither dearer nor filling less: no more waits by weight; where as much does, no fewer units leave."""
        return self.goal <= other.goal and (self.waits, self.units) <= (other.waits, other.units)


class _Contest:
    """
    The contested orders of a problem, how many (`orders`), and what serving one after the other gives them (`first`);
    `kernel` is None where they are none or more than `most`.
    """

    def __init__(self, problem: Problem, prepared: Prepared, most: int, first: list[Parcels] | None = None) -> None:
        self.prepared = prepared
        self.days = Days(prepared)
        if first is None:
            first = [plan.parcels for plan in decide(prepared).plans]
            self.days.restore()
        self.first = first
        self.start = supply_before(problem, prepared)
        self.among = contested(prepared, supply_alone(problem, prepared), self.first)
        self.orders = len(self.among.orders)
        self.kernel: Kernel | None = None
        if 0 < self.orders <= most:
            self.kernel = kernel_of(prepared, self.start, self.first, self.among)

    def worth(self, plans: Sequence[Parcels]) -> _Worth:
        """What `plans` are worth."""
        each = [self._worth(n, parcels) for n, parcels in enumerate(plans)]
        return _Worth(*(sum(part) for part in zip(*each, strict=True)))

    @property
    def others(self) -> int:
        """What the orders cost that are not in the kernel: nobody stands in their way."""
        assert self.kernel is not None
        mine = set(self.kernel.orders)
        return sum(self._worth(n, parcels).weighed for n, parcels in enumerate(self.first) if n not in mine)

    def _worth(self, n: int, parcels: Parcels) -> _Worth:
        prepared, order = self.prepared, self.prepared.orders[n]
        patience = self.kernel.patience if self.kernel is not None else None
        lines, units = left_behind(order, parcels)
        waits = weighs = by_weight = 0
        if lines and patience is not None and n in patience.price:
            waits, weighs = patience.cost(n, lines), patience.weighs(n, lines, units)
            by_weight = waits * patience.weight[n]
        elif lines:
            waits = weighs = by_weight = lines * waiting_cost(prepared, self.start, order)
        sent = cost_after(prepared, order, order.current, parcels)
        cost = sent + waits - unpaid(order, parcels) - lines * unpaid_waiting(prepared, self.start, order)
        sticks = prepared.rules.stickiness if moved(order, parcels) else 0
        return _Worth(cost, sent + waits + sticks, sent + weighs + sticks, by_weight, units)


def _scarce(problem: Problem, kernel: Kernel, found: Optimum) -> pl.DataFrame:
    """What one more unit would save in money, by sku and location; dearest first."""
    places, skus = kernel.places, kernel.prepared.skus
    shelves = found.saves[: len(skus) * places].reshape(-1, places) + (kernel.eased * found.saves[kernel.lacks :])[:, None]
    rows = [
        (skus[sku], problem.places[place].code, round(shelves[sku, place]))
        for sku, place in zip(*(shelves > 0).nonzero(), strict=True)
        if round(shelves[sku, place]) > 0
    ]
    prices = pl.DataFrame(rows, SCARCE, orient="row").sort("price", "sku", "location", descending=[True, False, False])
    return prices.unique(("sku", "location"), keep="first", maintain_order=True)  # what is kept for buyers stands apart
