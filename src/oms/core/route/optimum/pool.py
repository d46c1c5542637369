"""
The plans that are written down: one column each, with its cost and with what it uses.

A plan comes from a menu (masks and places of its parcels) or is told outright (rows that places share, orders of many rows,
what an order has already). Costs are minor units and include what waits and `[routing] stickiness` where an order would move.
"""

from collections.abc import Iterable

import numpy as np

from oms.core.route.optimum.items import MOST_ITEMS, Floats, Ints
from oms.core.route.optimum.kernel import Kernel
from oms.core.route.optimum.menus import Menu
from oms.core.route.optimum.patience import left_behind
from oms.core.route.plans import Parcels, cost_after, moved, unpaid

#: The arrays of a pool and how wide each is.
_COLUMNS = {"order": 0, "cost": 0, "waits": 0, "goal": 0, "outright": 0, "masks": MOST_ITEMS, "places": MOST_ITEMS}
_ENTRIES = {"column": 0, "resource": 0, "amount": 0}


#: Of these there are many, and their numbers are small.
_NARROW = {"masks": np.int16, "places": np.int16, "column": np.int32, "resource": np.int32, "amount": np.int32}


class Pool:
    """Columns; entries are (column, resource, amount), in column order, of resources that can bind."""

    order: Ints  # number in Prepared.orders
    cost: Ints
    waits: Ints  # the part of `cost` that is for waiting, by the order's weight
    goal: Ints  # what is looked for the least of: `cost`, but what waits as `Patience.weighs` says
    outright: Ints  # number among the plans told outright, -1 for those of a menu
    masks: Ints
    places: Ints
    column: Ints
    resource: Ints
    amount: Ints

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        for name, width in (_COLUMNS | _ENTRIES).items():
            setattr(self, name, np.zeros((0, width) if width else 0, _NARROW.get(name, np.int64)))
        self._outright: list[Parcels] = []
        self._known: dict[tuple[int, str], int] = {}
        self._seen: set[bytes] = set()
        self._menus: dict[int, tuple[Menu, int]] = {
            number: (menu, row) for menu in kernel.menus for row, number in enumerate(menu.orders.tolist())
        }

    def __len__(self) -> int:
        return len(self.order)

    def parcels(self, column: int) -> Parcels:
        """The plan that a column stands for."""
        if self.outright[column] >= 0:
            return self._outright[int(self.outright[column])]
        menu, row = self._menus[int(self.order[column])]
        return menu.parcels(row, self.masks[column].tolist(), self.places[column].tolist())

    def told(self, columns: Ints) -> Floats:
        """What some columns cost as it is told: no stickiness, nothing that is there only because rules prefer other places."""
        cost = self.cost[columns].astype(np.float64)
        orders = self.kernel.prepared.orders
        for at, (column, number) in enumerate(zip(columns.tolist(), self.order[columns].tolist(), strict=True)):
            if orders[number].current or orders[number].pricing.extra:
                cost[at] = told_cost(self.kernel, number, self.parcels(column))
        return cost

    def tell(self, plans: Iterable[tuple[int, Parcels]]) -> list[int]:
        """Add plans as they are; the numbers of their columns, also of those that were told before."""
        kernel = self.kernel
        found: list[int] = []
        news: list[tuple[int, int, int, int, int]] = []  # order, cost, weight, goal, number among those told outright
        entries: list[tuple[int, int, int]] = []
        for number, parcels in plans:
            plan = {p: dict(sorted(picks.items())) for p, picks in sorted(parcels.items())}
            key = (number, repr(plan))
            if key not in self._known:
                self._known[key] = len(self) + len(news)
                used = sorted(kernel.uses(number, plan).items())
                entries += [(len(news), resource, amount) for resource, amount in used if kernel.scarce[resource]]
                news.append((number, *cost_of_plan(kernel, number, plan), len(self._outright)))
                self._outright.append(plan)
            found.append(self._known[key])
        if news:
            order, cost, waits, goal, told = np.array(news, np.int64).T
            none = np.zeros((len(news), MOST_ITEMS), np.int64)
            self._append(order, cost, waits, goal, told, none, none, *np.array(entries, np.int64).reshape(-1, 3).T)
        return found

    def add(self, menu: Menu, rows: Ints, cuts: Ints, places: Ints) -> None:
        """Add plans of a menu: order `rows`, cut of the shape, and place by block (-1 where the cut has none)."""
        masks = np.zeros((len(rows), MOST_ITEMS), np.int64)
        wide = np.full((len(rows), MOST_ITEMS), -1, np.int64)
        masks[:, : menu.shape.masks.shape[1]] = menu.shape.masks[cuts]
        wide[:, : places.shape[1]] = places
        numbers = menu.orders[rows]
        keys = np.concatenate([numbers[:, None], _alike(menu, masks, wide)], axis=1)
        fresh = np.array([self._note(key.tobytes()) for key in keys.astype(np.int32)], np.bool_)
        if not fresh.any():
            return
        rows, cuts, masks, wide, numbers = rows[fresh], cuts[fresh], masks[fresh], wide[fresh], numbers[fresh]
        kept = menu.shape.waiting[cuts]
        waits = menu.waiting[rows, kept]
        cost = menu.split[cuts] + waits + self._sticking(numbers)
        for block in range(menu.shape.masks.shape[1]):
            sent = masks[:, block] > 0
            cost[sent] += menu.cost[rows[sent], masks[sent, block] - 1, wide[sent, block]]
        goal = cost - waits + menu.weighs[rows, kept]
        weighed = waits * np.array([self.kernel.patience.weight[n] for n in numbers.tolist()])
        self._append(
            numbers, *(each.astype(np.int64) for each in (cost, weighed, goal)), np.full(len(rows), -1), masks, wide,
            *_entries(self.kernel, menu, rows, masks, wide, kept),
        )  # fmt: skip

    def _note(self, key: bytes) -> bool:
        before = len(self._seen)
        self._seen.add(key)
        return len(self._seen) > before

    def _sticking(self, numbers: Ints) -> Ints:
        """What each order asks for to move."""
        prepared = self.kernel.prepared
        sticks = [prepared.rules.stickiness if prepared.orders[n].current else 0 for n in numbers.tolist()]
        return np.array(sticks, np.int64)

    def _append(
        self, order: Ints, cost: Ints, waits: Ints, goal: Ints, told: Ints, masks: Ints, places: Ints, *entries: Ints
    ) -> None:  # fmt: skip
        column, *what = entries
        values = (order, cost, waits, goal, told, masks, places, column + len(self), *what)
        for name, more in zip((*_COLUMNS, *_ENTRIES), values, strict=True):
            known = getattr(self, name)
            setattr(self, name, np.concatenate([known, more.astype(known.dtype)]))

    def reduced(self, prices: Floats) -> Floats:
        """By column what is looked for the least of, with what it uses paid for at `prices` (by resource)."""
        paid = np.bincount(self.column, weights=self.amount * prices[self.resource], minlength=len(self))
        reduced: Floats = paid.astype(np.float64) + self.goal
        return reduced


def cost_of_plan(kernel: Kernel, number: int, parcels: Parcels) -> tuple[int, int, int]:
    """
    As the columns of the pool count: parcels, splits, what waits, and stickiness where what an order has changes; the part of
    it that is for waiting, by the order's weight; and all with what waits as it weighs.
    """
    prepared, order, patience = kernel.prepared, kernel.prepared.orders[number], kernel.patience
    lines, units = left_behind(order, parcels)
    waits = patience.cost(number, lines)
    sent = cost_after(prepared, order, order.current, parcels) + (prepared.rules.stickiness if moved(order, parcels) else 0)
    return sent + waits, waits * patience.weight[number], sent + patience.weighs(number, lines, units)


def told_cost(kernel: Kernel, number: int, parcels: Parcels) -> int:
    """What a plan costs as it is told."""
    prepared, order = kernel.prepared, kernel.prepared.orders[number]
    lines, _units = left_behind(order, parcels)
    return cost_after(prepared, order, order.current, parcels) - unpaid(order, parcels) + kernel.patience.told[number] * lines


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
        lacking = np.flatnonzero(waiting >> item & int(menu.shape.last[item]))
        parts.append((lacking, kernel.lacks + menu.skus[rows[lacking], item], np.full(len(lacking), -1)))
    column, resource, amount = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    kept = kernel.scarce[resource]
    column, resource, amount = column[kept], resource[kept], amount[kept]
    keys, back = np.unique(column * len(kernel.limits) + resource, return_inverse=True)
    sums = np.bincount(back, weights=amount, minlength=len(keys)).astype(np.int64)
    return keys // len(kernel.limits), keys % len(kernel.limits), sums


def _alike(menu: Menu, masks: Ints, places: Ints) -> Ints:
    """Equal for plans that send as many units of each row from each place, whichever units they are."""
    both = menu.shape.alike[masks] * 10_000 + places
    return np.sort(np.where(masks > 0, both, -1), axis=1)
