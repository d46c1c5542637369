"""
Guided local search: again and again a few orders are decided anew, exactly, while all others stay (large neighbourhood search;
Shaw 1998).

The prices say where the gap is: orders whose plan is dearer than their best one, and scarce units that lie idle. A
neighbourhood grows from there along the shelves that orders take from each other. Nothing is drawn by lot and nothing looks
at a clock: an order that was tried in vain is tried later.
"""

import math
from typing import NamedTuple

import numpy as np

from oms.core.route.optimum.incumbent import Incumbent
from oms.core.route.optimum.items import Floats, Ints
from oms.core.route.optimum.kernel import least_waiting
from oms.core.route.optimum.solver import Columns, Rows, solve_integer


class Effort(NamedTuple):
    """How long to search: so many neighbourhoods, and enough more to look at all orders `sweeps` times."""

    turns: int
    sweeps: float
    orders: int = 150  # in a neighbourhood
    whole: int = 1_000  # up to so many are one neighbourhood
    nodes: int = 200  # of the branch and bound in each
    columns: int = 14  # an order
    proven: int = 100  # up to so many orders are decided in one program over every plan: see proof.py


#: Of an order's best plans, those whose resources lead to other orders; and orders followed for each resource.
WISHES, FOLLOWED = 3, 5


def search(routing: Incumbent, effort: Effort, keep_fill: bool = False) -> None:
    """Improve a routing in place. `keep_fill`: no neighbourhood may end with more waiting than it began."""
    count = len(routing.choice)
    size = count if count <= effort.whole else effort.orders
    tried = np.zeros(count)
    wishes = _Wishes(routing)
    for _turn in range(effort.turns + math.ceil(effort.sweeps * count / size)):
        heat = _heat(routing) / (1 + tried) ** 2
        if heat.max(initial=0) < 0.5:
            return
        chosen = wishes.around(heat, size)
        before = routing.goal
        _decide_anew(routing, chosen, effort, keep_fill)
        tried[chosen] += 1 if routing.goal == before else 0.3
        if size == count and routing.goal == before:
            return


def _heat(routing: Incumbent) -> Floats:
    """What each order has to do with the gap: its slack, and a share of the waste of the resources it could use."""
    pool = routing.pool
    waste = routing.waste()
    near = routing.reduced <= routing.best[routing.owner] + np.maximum(1.0, waste.max(initial=0))
    wanting = np.bincount(pool.resource[near[pool.column]], minlength=len(waste))
    share = np.where(wanting > 0, waste / np.maximum(1, wanting), 0.0)
    idle = np.bincount(
        routing.owner[pool.column],
        weights=np.where(near[pool.column], share[pool.resource], 0.0),
        minlength=len(routing.choice),
    )
    return routing.slack() + 0.5 * idle


class _Wishes:
    """Who would like which resource."""

    def __init__(self, routing: Incumbent) -> None:
        self.routing = routing
        self._top = [routing.columns(order)[:WISHES].tolist() for order in range(len(routing.choice))]
        self._wanting: dict[int, list[tuple[float, int]]] = {}
        for order, top in enumerate(self._top):
            for column in top:
                behind = float(routing.reduced[column] - routing.best[order])
                for resource, _amount in routing.uses(column):
                    self._wanting.setdefault(resource, []).append((behind, order))
        for wanting in self._wanting.values():
            wanting.sort()

    def around(self, heat: Floats, size: int) -> Ints:
        """`size` orders that hang together, the hottest first and those that hold what they wish for."""
        hottest = np.argsort(-heat, kind="stable")
        chosen: dict[int, None] = {}
        queue: list[int] = []
        seeds = iter(hottest.tolist())
        while len(chosen) < size:
            if not queue:
                queue.append(next(order for order in seeds if order not in chosen))
            order = queue.pop(0)
            if order in chosen:
                continue
            chosen[order] = None
            queue += [other for other in self._next(order, heat) if other not in chosen]
        return np.sort(np.array(list(chosen), np.int64))

    def _next(self, order: int, heat: Floats) -> list[int]:
        routing, found = self.routing, []
        mine = int(routing.choice[order])
        for column in self._top[order]:
            for resource, amount in routing.uses(column):
                if routing.left[resource] < amount:
                    held = sorted(routing.holders.get(resource, ()), key=lambda o: (-heat[o], o))
                    found += held[:FOLLOWED]
        for resource, _amount in routing.uses(mine):
            if routing.prices[resource] > 0:
                wanting = self._wanting.get(resource, [])
                found += [other for _behind, other in wanting[: 2 * FOLLOWED] if heat[other] > 0][:FOLLOWED]
        return found


def _decide_anew(routing: Incumbent, chosen: Ints, effort: Effort, keep_fill: bool) -> None:
    """Solve the orders `chosen` exactly, over their best columns and the one they have."""
    pool = routing.pool
    columns = np.unique(np.concatenate([routing.choice[chosen], *(routing.columns(o)[: effort.columns] for o in chosen)]))
    starts, ends = routing.entries[columns], routing.entries[columns + 1]
    lengths = ends - starts
    entry = np.repeat(starts - np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths) + np.arange(lengths.sum())
    owner = np.repeat(np.arange(len(columns)), lengths)
    resource, amount = pool.resource[entry], pool.amount[entry]
    mine = np.isin(columns, routing.choice[chosen])
    room = routing.left.copy()
    np.add.at(room, resource[mine[owner]], amount[mine[owner]])
    # What must wait among these orders, with what the others leave: half a line must not do for the relaxation.
    kernel = pool.kernel
    numbers = [kernel.orders[n] for n in chosen.tolist()]
    shelves = np.where(kernel.scarce, room, kernel.limits)[: kernel.lacks - kernel.places].reshape(-1, kernel.places)
    room[kernel.lacks :] = -least_waiting(kernel.prepared, numbers, shelves)
    possible = np.ones(len(columns), np.bool_)
    possible[owner[(amount > 0) & (amount > room[resource])]] = False
    number = np.cumsum(possible) - 1
    kept = possible[owner]
    owner, resource, amount = number[owner[kept]], resource[kept], amount[kept]
    columns, mine = columns[possible], mine[possible]
    used, row = np.unique(resource, return_inverse=True)
    order_row = np.searchsorted(chosen, routing.owner[columns])
    lower = np.concatenate([np.ones(len(chosen)), np.full(len(used), -np.inf)])
    upper = np.concatenate([np.ones(len(chosen)), room[used].astype(np.float64)])
    all_columns = np.concatenate([np.arange(len(columns)), owner])
    all_rows = np.concatenate([order_row, len(chosen) + row])
    all_amounts = np.concatenate([np.ones(len(columns)), amount.astype(np.float64)])
    if keep_fill:
        waits = pool.waits[columns]
        late = np.flatnonzero(waits)
        lower, upper = np.append(lower, -np.inf), np.append(upper, float(waits[mine].sum()))
        all_columns = np.concatenate([all_columns, late])
        all_rows = np.concatenate([all_rows, np.full(len(late), len(lower) - 1)])
        all_amounts = np.concatenate([all_amounts, waits[late].astype(np.float64)])
    sort = np.lexsort((all_rows, all_columns))
    program = Columns(pool.goal[columns].astype(np.float64), all_columns[sort], all_rows[sort], all_amounts[sort])
    values = solve_integer(Rows(lower, upper), program, mine.astype(np.float64), effort.nodes).values
    for column in columns[values > 0.5].tolist():
        order = int(routing.owner[column])
        if routing.choice[order] != column:
            routing.change(order, column)
