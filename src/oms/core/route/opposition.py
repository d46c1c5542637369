"""Whether orders stand in each other's way: whether any has less than it would have alone. Asked before a solver is loaded."""

from collections.abc import Sequence
from dataclasses import replace

from oms.core.route.finder import Finder
from oms.core.route.orders import Prepared
from oms.core.route.plans import Fill, Parcels, Supply, cost_after, got
from oms.core.route.problem import Problem
from oms.core.route.rows import free_units


def supply_before(problem: Problem, prepared: Prepared) -> Supply:
    """What was there before anybody was served, orders included that `prepared` leaves out."""
    return Supply(replace(prepared, free=free_units(problem, prepared.skus), places=problem.places))


def supply_alone(problem: Problem, prepared: Prepared) -> Supply:
    """What an order would find if it were alone: the stock and the days of all that may still move are free, its own too."""
    everything = supply_before(problem, prepared)
    orders = prepared.orders
    for order in (orders[n] for n in range(len(orders)) if orders.holds(n)):
        everything.give_back(order, order.current)
    return everything


def anyone_opposed(prepared: Prepared, alone: Supply, before: Sequence[Parcels]) -> bool:
    """Whether any order has less than it would have `alone`."""
    finder = Finder(prepared, alone, parting=True)
    return any(opposed(prepared, finder, number, has) for number, has in enumerate(before))


def opposed(prepared: Prepared, alone: Finder, number: int, has: Parcels) -> bool:
    """Whether an order would have more, or the same for less, than what it `has`, if it were `alone`."""
    order = prepared.orders[number]
    best = alone.best(order)
    fill = Fill.of(order, got(order, has))
    if best.fill != fill:
        return best.fill.better_than(fill)
    sticks = prepared.rules.stickiness if order.current else 0
    cost = cost_after(prepared, order, order.current, best.parcels)
    return cost + sticks < cost_after(prepared, order, order.current, has)
