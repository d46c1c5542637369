"""
Few orders: every plan that a routing better than the best so far could hold is written down, and one program decides them all.

What it proves is a bound for every routing, and mostly it is what the best routing costs: nothing is left between them.
"""

import math
from collections.abc import Iterator, Sequence
from itertools import islice, product
from typing import NamedTuple

import numpy as np

from oms.core.route.optimum.incumbent import Incumbent
from oms.core.route.optimum.items import Floats
from oms.core.route.optimum.linear import columns_of, rows_of
from oms.core.route.optimum.menus import Menu, Shape
from oms.core.route.optimum.pool import Pool
from oms.core.route.optimum.prices import cheapest, paid_for, waits
from oms.core.route.optimum.shared import every_shared, shareable, small_enough
from oms.core.route.optimum.solver import solve_integer
from oms.core.route.plans import Parcels

#: With more plans, or after so many nodes of branch and bound, what is known by then has to do.
MOST_PLANS, MOST_NODES = 20_000, 500


class _Parts(NamedTuple):
    """A way to put some items into parcels: the masks of the parcels and of what waits, and a cut of the shape with them."""

    masks: tuple[int, ...]
    waiting: int
    cut: int


def every_plan(pool: Pool, prices: Floats, within: float) -> bool:
    """
    Write down every plan that is at most `within` dearer than its order's cheapest, with what it uses paid for: in a routing
    that is to gain so much on the bound no order has any other.

    False where they are too many, or an order's are too many to look through: then nothing is added.
    """
    kernel = pool.kernel
    shared = shareable(kernel)
    if not all(small_enough(kernel.prepared.orders[number]) for number in shared):
        return False
    told: list[tuple[int, Parcels]] = []
    for number in shared:
        told += ((number, plan) for plan in islice(every_shared(kernel, number, prices, within), MOST_PLANS - len(told)))
        if len(told) >= MOST_PLANS:
            return False
    found: list[tuple[Menu, list[int], list[int], list[list[int]]]] = []
    count = len(told)
    for menu in kernel.menus:
        parts, width = _parts(menu.shape), menu.shape.masks.shape[1]
        paid, waiting = paid_for(kernel, menu, prices, slice(None)), waits(kernel, menu, prices, slice(None))
        most = cheapest(kernel, menu, prices).value[:, 0] + within
        rows: list[int] = []
        cuts: list[int] = []
        places: list[list[int]] = []
        for row in range(len(menu.orders)):
            for cut, sent in _plans(parts, menu.split, paid[row], waiting[row], float(most[row])):
                rows.append(row)
                cuts.append(cut)
                places.append([*sent, *[-1] * (width - len(sent))])
                count += 1
                if count > MOST_PLANS:
                    return False
        if rows:
            found.append((menu, rows, cuts, places))
    pool.tell(told)
    for menu, rows, cuts, places in found:
        pool.add(menu, np.array(rows, np.int64), np.array(cuts, np.int64), np.array(places, np.int64))
    return True


def _parts(shape: Shape) -> list[_Parts]:
    """Of those that differ only in which of like items go where there is one."""
    found: dict[tuple[int, ...], _Parts] = {}
    for cut, masks in enumerate(shape.masks.tolist()):
        sent = tuple(mask for mask in masks if mask)
        found.setdefault(tuple(sorted(shape.alike[list(sent)].tolist())), _Parts(sent, int(shape.waiting[cut]), cut))
    return list(found.values())


def _plans(
    parts: Sequence[_Parts], split: Floats, paid: Floats, waiting: Floats, most: float
) -> Iterator[tuple[int, tuple[int, ...]]]:  # fmt: skip
    """
    The plans of one order that cost no more than `most`, as (cut, places). `paid`, by mask - 1 and place, and `waiting`, by
    mask, have all prices in them.
    """
    least = paid.min(axis=1)
    for part in parts:
        blocks = [mask - 1 for mask in part.masks]
        alone = float(split[part.cut] + waiting[part.waiting])
        room = most - alone - float(least[blocks].sum())
        if not 0 <= room < math.inf:  # inf: the order has plans of the other kind only
            continue
        good = [np.flatnonzero(paid[block] <= least[block] + room).tolist() for block in blocks]
        for places in product(*good):
            if (
                len(set(places)) == len(places)
                and alone + sum(paid[block, p] for block, p in zip(blocks, places, strict=True)) <= most
            ):
                yield part.cut, places


def prove(routing: Incumbent) -> int:
    """Decide all orders anew, over all plans that are written down; no routing of these weighs less than what is returned."""
    pool = routing.pool
    rows, order_row, resource_row = rows_of(pool.kernel)
    program = columns_of(pool, np.arange(len(pool)), order_row, resource_row)
    known = np.zeros(len(pool))
    known[routing.choice] = 1
    found = solve_integer(rows, program, known, MOST_NODES)
    for column in np.flatnonzero(found.values > 0.5).tolist():
        if routing.choice[routing.owner[column]] != column:
            routing.change(int(routing.owner[column]), column)
    return min(routing.goal, math.ceil(found.bound - 0.01)) if math.isfinite(found.bound) else 0
