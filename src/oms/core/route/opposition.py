"""Whether orders stand in each other's way: whether any has less than it would have alone. Asked before a solver is loaded."""

from collections.abc import Sequence
from dataclasses import replace

from oms.core.route.finder import Finder
from oms.core.route.orders import Order, Prepared, free_units
from oms.core.route.plans import Fill, Parcels, Supply, cost_after, got
from oms.core.route.problem import Problem


def supply_before(problem: Problem, prepared: Prepared) -> Supply:
    """What was there before anybody was served, orders included that `prepared` leaves out."""
    return Supply(replace(prepared, free=free_units(problem, prepared.skus), places=problem.places))


def anyone_opposed(prepared: Prepared, start: Supply, before: Sequence[Parcels]) -> bool:
    """Whether any order has less than it would have alone."""
    finder = Finder(prepared, start)
    return any(opposed(prepared, start, finder, number, has) for number, has in enumerate(before))


def opposed(prepared: Prepared, start: Supply, finder: Finder, number: int, has: Parcels) -> bool:
    """Whether an order would have more, or the same for less, than what it `has`, if it were alone."""
    order = prepared.orders[number]
    start.give_back(order, order.current)
    best = finder.best(order)
    _take_again(start, order)
    fill = Fill.of(order, got(order, has))
    if best.fill != fill:
        return best.fill.better_than(fill)
    sticks = prepared.rules.stickiness if order.current else 0
    alone = cost_after(prepared, order, order.current, best.parcels)
    return alone + sticks < cost_after(prepared, order, order.current, has)


def _take_again(start: Supply, order: Order) -> None:
    """Undo `give_back`, without touching the days of the order."""
    for place, picks in order.current.items():
        for n, units in picks.items():
            start.free[order.rows[n].sku][place] -= units
    for place in order.slots:
        start.capacity[place] -= 1
