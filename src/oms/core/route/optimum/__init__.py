"""
The routing of contested orders as a whole: cheaper than one after the other, and provably how far from the cheapest.

Each order gets exactly one of its plans, no shelf gives more than it holds and no day takes more than it can (set partitioning
with shared resources). Prices for what is scarce come from the linear program over all plans; its value is the bound. Its
solution is rounded to plans and improved by small exact programs. What comes out is taken only where it is no worse than what
serving one after another gives, in cost and in what is filled.
"""

from typing import NamedTuple

from oms.core.route.optimum.bound import bound_of
from oms.core.route.optimum.incumbent import Incumbent, round_shares
from oms.core.route.optimum.kernel import Kernel, anyone_opposed, kernel
from oms.core.route.optimum.linear import FIRST, fill_pool, relax
from oms.core.route.optimum.menus import Floats
from oms.core.route.optimum.pool import Pool
from oms.core.route.optimum.prices import ascend
from oms.core.route.optimum.search import Effort, search
from oms.core.route.plans import Parcels

__all__ = ["Kernel", "anyone_opposed", "kernel", "optimise"]


class Optimum(NamedTuple):
    """Plans of all orders of the batch, a bound for what the kernel's orders cost, and prices by resource."""

    plans: list[Parcels]
    cost: int
    bound: int
    prices: Floats


def optimise(kernel: Kernel, effort: Effort) -> Optimum:
    import time
    t=time.process_time()
    pool = Pool(kernel)
    base = [pool.tell(number, kernel.before[number]) for number in kernel.orders]
    idle = [pool.tell(number, kernel.prepared.orders[number].current) for number in kernel.orders]
    greedy = int(pool.goal[base].sum())
    first = Incumbent(pool, __import__('numpy').zeros(len(kernel.limits)), base)
    print('pool', time.process_time()-t); t=time.process_time()
    prices = ascend(kernel, greedy, 20)
    print('ascend', time.process_time()-t, greedy); t=time.process_time()
    fill_pool(pool, prices, FIRST, 300)
    print('fill', time.process_time()-t, len(pool)); t=time.process_time()
    relaxed = relax(pool, effort.rounds)
    print('lp', time.process_time()-t)
    bound = bound_of(kernel, relaxed.prices)
    print('relax', time.process_time()-t, len(pool), bound); t=time.process_time()
    routing = round_shares(pool, relaxed.shares, relaxed.prices, idle)
    print('round', time.process_time()-t, routing.cost, routing.cost/bound-1); t=time.process_time()
    search(routing, effort)
    print('search', time.process_time()-t, routing.cost, routing.cost/bound-1, routing.cost/first.cost-1, 'waits', routing.waits, first.waits, routing.goal); t=time.process_time()
    plans = list(kernel.before)
    for number, column in zip(kernel.orders, routing.choice.tolist(), strict=True):
        plans[number] = pool.parcels(column)
    return Optimum(plans, routing.cost, bound, relaxed.prices)
