"""
The linear program over all plans, by column generation (Dantzig and Wolfe 1960; Gilmore and Gomory 1961).

One row an order (exactly one plan), one a scarce resource (no more than there is). It starts with the plans that rough prices
favour; its own prices then say which plans are missing. When none is, its value bounds every routing from below.
"""

import math
from typing import NamedTuple

import numpy as np

from oms.core.route.optimum.items import Floats, Ints
from oms.core.route.optimum.kernel import Kernel
from oms.core.route.optimum.pool import Pool
from oms.core.route.optimum.prices import cheapest
from oms.core.route.optimum.shared import cheapest_shared, shareable, small_enough
from oms.core.route.optimum.solver import Columns, Program, Rows

#: Plans an order starts with, and gets in a round of pricing.
FIRST, MORE = 12, 3

#: Plans with shared rows are looked for when pricing out finds no more than this part of what is known.
FEW = 0.01

#: Rounds at most, and the gain of a round, relative, at which they end; the bound holds whenever they do.
ROUNDS, ENOUGH = 15, 2e-5


class Relaxed(NamedTuple):
    """
    The optimum of the linear program: share of each column, and prices by resource; `money`: what one more of a resource would
    save of what is told (`Pool.told`), as the optimum changes with it.
    """

    shares: Floats
    prices: Floats
    money: Floats


def fill_pool(pool: Pool, prices: Floats, count: int, within: float) -> None:
    """Add the `count` cheapest plans of every order, as far as they are `within` so much of its cheapest."""
    for menu in pool.kernel.menus:
        found = cheapest(pool.kernel, menu, prices, count)
        rows, at = np.nonzero(np.isfinite(found.value) & (found.value <= found.value[:, :1] + within))
        pool.add(menu, rows, found.cut[rows, at], found.place[rows, at])


def relax(pool: Pool) -> Relaxed:
    """Solve the linear program over the pool, adding what is missing until that gains next to nothing."""
    kernel = pool.kernel
    count, scarce = len(kernel.orders), kernel.scarce
    rows, position, row_of = rows_of(kernel)
    program = Program(rows, columns_of(pool, np.arange(len(pool)), position, row_of))
    value, all_kinds = math.inf, False
    for turn in range(ROUNDS + 1):
        solved = program.solve()
        prices = np.zeros(len(kernel.limits))
        prices[scarce] = np.maximum(0.0, -solved.duals[count:])
        little = value - solved.objective < ENOUGH * abs(solved.objective)
        if turn == ROUNDS or (little and all_kinds):
            break
        value = solved.objective
        before = len(pool)
        _price_out(pool, prices, solved.duals, position)
        all_kinds = little or len(pool) - before < before * FEW
        if all_kinds:
            _price_out_shared(pool, prices, solved.duals, position)
        if len(pool) == before:
            break
        program.add(columns_of(pool, np.arange(before, len(pool)), position, row_of))
    shares = np.zeros(len(pool))
    shares[: len(solved.values)] = solved.values
    money = np.zeros(len(kernel.limits))
    money[scarce] = -program.duals_of(pool.told)[count:]
    return Relaxed(shares, prices, money)


def _price_out(pool: Pool, prices: Floats, duals: Floats, position: Ints) -> None:
    for menu in pool.kernel.menus:
        found = cheapest(pool.kernel, menu, prices, MORE)
        own = duals[position[menu.orders]]
        rows, at = np.nonzero(found.value < own[:, None] - 0.5)
        pool.add(menu, rows, found.cut[rows, at], found.place[rows, at])


def _price_out_shared(pool: Pool, prices: Floats, duals: Floats, position: Ints) -> None:
    """The same for plans in which places share rows; of the orders for which all can be looked through."""
    kernel = pool.kernel
    better = []
    for number in shareable(kernel):
        if small_enough(kernel.prepared.orders[number]):
            found = cheapest_shared(kernel, number, prices)
            if found.value < duals[position[number]] - 0.5:
                better.append((number, found.parcels))
    pool.tell(better)


def rows_of(kernel: Kernel) -> tuple[Rows, Ints, Ints]:
    """The rows of a program: each order once, each scarce resource no more than there is; their number by order, resource."""
    count, scarce = len(kernel.orders), np.flatnonzero(kernel.scarce)
    position = np.full(max(kernel.orders) + 1, -1)
    position[kernel.orders] = np.arange(count)
    row_of = np.full(len(kernel.limits), -1)
    row_of[scarce] = count + np.arange(len(scarce))
    ones = np.ones(count)
    limits = kernel.limits[scarce].astype(np.float64)
    return (
        Rows(np.concatenate([ones, np.full(len(scarce), -np.inf)]), np.concatenate([ones, limits])), position, row_of
    )  # fmt: skip


def columns_of(pool: Pool, chosen: Ints, order_row: Ints, resource_row: Ints) -> Columns:
    """
    Columns of the pool for a program; `chosen` ascending. Rows by order number and by resource (-1: not in the program).
    """
    place = np.full(len(pool), -1)
    place[chosen] = np.arange(len(chosen))
    kept = (place[pool.column] >= 0) & (resource_row[pool.resource] >= 0)
    column = np.concatenate([np.arange(len(chosen)), place[pool.column[kept]]])
    row = np.concatenate([order_row[pool.order[chosen]], resource_row[pool.resource[kept]]])
    amount = np.concatenate([np.ones(len(chosen)), pool.amount[kept].astype(np.float64)])
    sort = np.lexsort((row, column))
    return Columns(pool.goal[chosen].astype(np.float64), column[sort], row[sort], amount[sort])
