"""
The plans that are written down: one column each, with its cost and with what it uses.

A plan comes from a menu (masks and places of its parcels) or is told outright (rows that places share, orders of many rows,
what an order has already). Costs are minor units and include what waits and `[routing] stickiness` where an order would move.
"""

import numpy as np

from oms.core.route.optimum.kernel import Kernel
from oms.core.route.optimum.menus import MOST_ITEMS, Floats, Ints, Menu
from oms.core.route.plans import Parcels, cost_after, got, moved

#: The arrays of a pool and how wide each is.
_COLUMNS = {"order": 0, "cost": 0, "waits": 0, "told": 0, "masks": MOST_ITEMS, "places": MOST_ITEMS}
_ENTRIES = {"column": 0, "resource": 0, "amount": 0}


class Pool:
    """Columns; entries are (column, resource, amount), in column order, of resources that can bind."""

    order: Ints  # number in Prepared.orders
    cost: Ints
    waits: Ints  # the part of `cost` that is for waiting, by the order's weight
    told: Ints  # number among the plans told outright, -1 for those of a menu
    masks: Ints
    places: Ints
    column: Ints
    resource: Ints
    amount: Ints

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        for name, width in (_COLUMNS | _ENTRIES).items():
            setattr(self, name, np.zeros((0, width) if width else 0, np.int64))
        self._urgency = kernel.urgency()
        self._goal: Ints = np.zeros(0, np.int64)
        self._outright: list[Parcels] = []
        self._known: dict[tuple[int, str], int] = {}
        self._seen: set[tuple[int, ...]] = set()
        self._short = kernel.scarce[kernel.lacks :].astype(np.int64)  # by sku
        self._menus: dict[int, tuple[Menu, int]] = {
            number: (menu, row) for menu in kernel.menus for row, number in enumerate(menu.orders.tolist())
        }

    def __len__(self) -> int:
        return len(self.order)

    @property
    def goal(self) -> Ints:
        """What is looked for the least of: cost, but waiting by urgency, and with what will be sent in vain put on top."""
        return self._goal

    def parcels(self, column: int) -> Parcels:
        """The plan that a column stands for."""
        if self.told[column] >= 0:
            return self._outright[int(self.told[column])]
        menu, row = self._menus[int(self.order[column])]
        return menu.parcels(row, self.masks[column].tolist(), self.places[column].tolist())

    def tell(self, number: int, parcels: Parcels) -> int:
        """Add a plan as it is; the number of its column, also where it was told before."""
        plan = {p: dict(sorted(picks.items())) for p, picks in sorted(parcels.items())}
        key = (number, repr(plan))
        if key in self._known:
            return self._known[key]
        self._known[key] = len(self)
        self._outright.append(plan)
        kernel = self.kernel
        used = {r: a for r, a in sorted(kernel.uses(number, plan).items()) if kernel.scarce[r]}
        cost, waits = cost_of_plan(kernel, number, plan)
        none = np.zeros((1, MOST_ITEMS), np.int64)
        self._append(
            np.array([number]), np.array([cost]), np.array([waits]), np.array([self._idle(number, plan)]),
            np.array([len(self._outright) - 1]), none, none,
            np.zeros(len(used), np.int64), np.array(list(used), np.int64), np.array(list(used.values()), np.int64),
        )  # fmt: skip
        return len(self) - 1

    def add(self, menu: Menu, rows: Ints, cuts: Ints, places: Ints) -> None:
        """Add plans of a menu: order `rows`, cut of the shape, and place by block (-1 where the cut has none)."""
        masks = np.zeros((len(rows), MOST_ITEMS), np.int64)
        wide = np.full((len(rows), MOST_ITEMS), -1, np.int64)
        masks[:, : menu.shape.masks.shape[1]] = menu.shape.masks[cuts]
        wide[:, : places.shape[1]] = places
        numbers = menu.orders[rows]
        keys = np.concatenate([numbers[:, None], _alike(menu, rows, masks, wide)], axis=1)
        fresh = np.array([self._note(tuple(key)) for key in keys.tolist()], np.bool_)
        if not fresh.any():
            return
        rows, cuts, masks, wide, numbers = rows[fresh], cuts[fresh], masks[fresh], wide[fresh], numbers[fresh]
        waits = menu.waiting[rows, menu.shape.waiting[cuts]]
        cost = menu.split[cuts] + waits + self._sticking(numbers)
        for block in range(menu.shape.masks.shape[1]):
            sent = masks[:, block] > 0
            cost[sent] += menu.cost[rows[sent], masks[sent, block] - 1, wide[sent, block]]
        idle = np.zeros(len(rows), np.int64)
        for item in range(menu.shape.items):
            lacking = menu.shape.waiting[cuts] >> item & 1
            idle += lacking * menu.units[rows, item] * self._short[menu.skus[rows, item]]
        self._append(
            numbers, cost.astype(np.int64), waits.astype(np.int64), idle, np.full(len(rows), -1), masks, wide,
            *_entries(self.kernel, menu, rows, masks, wide, menu.shape.waiting[cuts]),
        )  # fmt: skip

    def _note(self, key: tuple[int, ...]) -> bool:
        before = len(self._seen)
        self._seen.add(key)
        return len(self._seen) > before

    def _idle(self, number: int, parcels: Parcels) -> int:
        """How many units of skus that are short an order waits for."""
        order = self.kernel.prepared.orders[number]
        return sum(
            (row.need - units) * int(self._short[row.sku])
            for row, units in zip(order.rows, got(order, parcels), strict=True)
        )  # fmt: skip

    def _sticking(self, numbers: Ints) -> Ints:
        """What each order asks for to move."""
        prepared = self.kernel.prepared
        sticks = [prepared.rules.stickiness if prepared.orders[n].current else 0 for n in numbers.tolist()]
        return np.array(sticks, np.int64)

    def _append(
        self, order: Ints, cost: Ints, waits: Ints, idle: Ints, told: Ints, masks: Ints, places: Ints, *entries: Ints
    ) -> None:  # fmt: skip
        urgent = np.round(waits * np.array([self._urgency[n] for n in order.tolist()])).astype(np.int64)
        weighed = waits * np.array([self.kernel.weight[n] for n in order.tolist()])
        self._goal = np.concatenate([self._goal, cost - waits + urgent + self.kernel.rest * idle])
        column, *what = entries
        values = (order, cost, weighed, told, masks, places, column + len(self), *what)
        for name, more in zip((*_COLUMNS, *_ENTRIES), values, strict=True):
            setattr(self, name, np.concatenate([getattr(self, name), more]))

    def reduced(self, prices: Floats) -> Floats:
        """By column what is looked for the least of, with what it uses paid for at `prices` (by resource)."""
        paid = np.bincount(self.column, weights=self.amount * prices[self.resource], minlength=len(self))
        reduced: Floats = paid.astype(np.float64) + self._goal
        return reduced


def cost_of_plan(kernel: Kernel, number: int, parcels: Parcels) -> tuple[int, int]:
    """
    As the columns of the pool count: parcels, splits, what waits, and stickiness where what an order has changes; and the
    part of it that is for waiting.
    """
    prepared, order = kernel.prepared, kernel.prepared.orders[number]
    lines = {row.line for row, units in zip(order.rows, got(order, parcels), strict=True) if row.need > units}
    waits = len(lines) * kernel.waiting[number]
    sticks = prepared.rules.stickiness if moved(order, parcels) else 0
    return cost_after(prepared, order, order.current, parcels) + waits + sticks, waits


def _entries(kernel: Kernel, menu: Menu, rows: Ints, masks: Ints, places: Ints, waiting: Ints) -> tuple[Ints, Ints, Ints]:
    """What plans of a menu use, as (plan, resource, amount), each resource once a plan."""
    count, days = kernel.places, kernel.lacks - kernel.places
    parts: list[tuple[Ints, Ints, Ints]] = []
    for block in range(menu.shape.masks.shape[1]):
        for item in range(menu.shape.items):
            sent = np.flatnonzero(masks[:, block] >> item & 1)
            at = rows[sent]
            parts.append((sent, menu.skus[at, item] * count + places[sent, block], menu.units[at, item]))
        sent = np.flatnonzero(masks[:, block] > 0)
        sent = sent[menu.slot[rows[sent], masks[sent, block] - 1, places[sent, block]]]
        parts.append((sent, days + places[sent, block], np.ones(len(sent), np.int64)))
    for item in range(menu.shape.items):
        lacking = np.flatnonzero((waiting >> item & 1) & menu.first[rows, item])
        parts.append((lacking, kernel.lacks + menu.skus[rows[lacking], item], np.full(len(lacking), -1)))
    column, resource, amount = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    kept = kernel.scarce[resource]
    column, resource, amount = column[kept], resource[kept], amount[kept]
    keys, back = np.unique(column * len(kernel.limits) + resource, return_inverse=True)
    sums = np.bincount(back, weights=amount, minlength=len(keys)).astype(np.int64)
    return keys // len(kernel.limits), keys % len(kernel.limits), sums


def _alike(menu: Menu, rows: Ints, masks: Ints, places: Ints) -> Ints:
    """Equal for plans that send as many units of each row from each place, whichever units they are."""
    both = menu.alike[rows[:, None], masks] * 10_000 + places
    return np.sort(np.where(masks > 0, both, -1), axis=1)
