"""
The routing of contested orders as a whole: cheaper than one after the other, and provably how far from the cheapest.

Each order gets exactly one of its plans, no shelf gives more than it holds and no day takes more than it can (set partitioning
with shared resources). Prices for what is scarce come from the linear program over all plans; its value is the bound. Its
solution is rounded to plans and improved by exact programs, a part of the orders at a time. Nothing here looks at a clock or
draws lots: equal input, equal plans.
"""

from typing import NamedTuple

from oms.core.route.optimum.bound import bound_of
from oms.core.route.optimum.incumbent import Incumbent, round_shares
from oms.core.route.optimum.items import Floats
from oms.core.route.optimum.kernel import Kernel, contested, kernel_of, uses
from oms.core.route.optimum.linear import FIRST, fill_pool, relax
from oms.core.route.optimum.patience import left_behind
from oms.core.route.optimum.pool import Pool
from oms.core.route.optimum.prices import ascend
from oms.core.route.optimum.proof import every_plan, prove
from oms.core.route.optimum.search import Effort, search
from oms.core.route.optimum.solver import CLOSE
from oms.core.route.plans import Parcels

__all__ = ["Effort", "Kernel", "Optimum", "contested", "kernel_of", "left_behind", "optimise", "uses"]

#: Steps to rough prices; a plan is written down that is dearer than its order's best at those by no more than this part of what
#: an order costs.
STEPS, WITHIN = 20, 0.08
#: Of few orders so many plans each are written down, as far as a better routing could hold them.
MOST_PLANS = 500
#: Up to so many orders are searched once more over so many plans each, where the routing is above the bound by more than this.
AGAIN, MORE_PLANS, LOOSE = 400, 30, 0.003


class Optimum(NamedTuple):
    """
    Plans of all orders of the batch, a bound for what the kernel's orders cost, and by resource what one more of it would
    save, in money.
    """

    plans: list[Parcels]
    bound: int
    saves: Floats


def optimise(kernel: Kernel, effort: Effort) -> Optimum:
    """Plans for the orders of a kernel; no dearer than those they have, nor does more wait, by weight."""
    pool = Pool(kernel)
    known = pool.tell((number, kernel.before[number]) for number in kernel.orders)
    idle = pool.tell((number, kernel.prepared.orders[number].current) for number in kernel.orders)
    cost = int(pool.goal[known].sum())
    fill_pool(pool, ascend(kernel, cost, STEPS), FIRST, cost / len(known) * WITHIN)
    shares, prices, money = relax(pool)
    bound = bound_of(kernel, prices)
    routing = round_shares(pool, shares, prices, idle)
    search(routing, effort)
    routing, bound = _looked_closer(routing, bound, effort)
    first = Incumbent(pool, prices, known)
    if routing.cost > first.cost or routing.waits > first.waits:
        routing = first
        search(routing, effort, keep_fill=True)
    plans = list(kernel.before)
    for number, column in zip(kernel.orders, routing.choice.tolist(), strict=True):
        plans[number] = pool.parcels(column)
    return Optimum(plans, bound, money)


def _looked_closer(routing: Incumbent, bound: int, effort: Effort) -> tuple[Incumbent, int]:
    """The routing and the bound, both better where the orders are few enough to write down more plans of each."""
    pool, prices, orders = routing.pool, routing.prices, len(routing.choice)
    within = max(0, routing.goal - bound)
    if orders <= effort.proven:
        every = within > 0 and every_plan(pool, prices, within + 1)
        fill_pool(pool, prices, MOST_PLANS, within)
        routing = Incumbent(pool, prices, routing.choice.tolist())
        if every:
            bound = max(bound, prove(routing))
        if routing.goal - bound > CLOSE * bound:
            search(routing, effort._replace(columns=MOST_PLANS))
    elif orders <= AGAIN and within > LOOSE * bound:
        fill_pool(pool, prices, MORE_PLANS, within)
        routing = Incumbent(pool, prices, routing.choice.tolist())
        search(routing, effort._replace(turns=1, sweeps=0, columns=MORE_PLANS))
    return routing, bound
