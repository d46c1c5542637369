"""
The part of a batch in which orders stand in each other's way, and what limits them.

A shelf (sku, place) that holds enough for everybody who could want it never binds, nor does a day with room for all. Orders
linked by shelves and days that can bind form components; a component in which every order has its best plan is solved.
What is left is the kernel: all that an optimiser needs to look at.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from oms.core.route.finder import Finder
from oms.core.route.opposition import opposed
from oms.core.route.optimum.items import Ints, items_of
from oms.core.route.optimum.menus import Menu, menus
from oms.core.route.optimum.patience import Patience, patience_of
from oms.core.route.orders import Order, Prepared
from oms.core.route.plans import IMPOSSIBLE, Parcels, Supply, cost_after, got
from oms.core.route.waiting import unpaid_waiting, waiting_costs


@dataclass
class Kernel:
    """
    Resources are numbered: sku * places + place for shelves, then skus * places + place for the days, then one a sku for its
    lack. `limits` is what may be used of each by the orders of the kernel, `scarce` whether it can bind at all.

    The lack of a sku is used negatively, by one for each row that waits for some of it, and its limit is minus the least number
    of rows that must: with 3 units for lines of 2 and 2, one line waits, where half a line would do for a linear program.
    """

    prepared: Prepared
    orders: list[int]  # numbers in Prepared.orders, ascending
    before: list[Parcels]  # of every order of the batch: the plan it has without the optimiser
    menus: list[Menu]
    large: list[int]  # those of `orders` with too many rows for a menu
    limits: Ints
    scarce: np.ndarray[tuple[int], np.dtype[np.bool_]]
    eased: Ints  # by sku, by how much less the lack of it is where there is one more unit
    patience: Patience

    @property
    def places(self) -> int:
        """How many places there are."""
        return len(self.prepared.places)

    @property
    def lacks(self) -> int:
        """The number of the first sku's lack."""
        return (len(self.prepared.skus) + 1) * self.places

    def uses(self, number: int, parcels: Parcels) -> dict[int, int]:
        """What a plan of an order uses of each resource."""
        order = self.prepared.orders[number]
        used = uses(self.prepared, order, parcels)
        for row, units in zip(order.rows, got(order, parcels), strict=True):
            if units < row.need:
                used[self.lacks + row.sku] = used.get(self.lacks + row.sku, 0) - 1
        return used


def uses(prepared: Prepared, order: Order, parcels: Parcels) -> dict[int, int]:
    """What a plan of an order uses of each resource: units of shelves, and a slot of a day."""
    places, days = len(prepared.places), len(prepared.skus) * len(prepared.places)
    used: dict[int, int] = {}
    for place, picks in parcels.items():
        for n, units in picks.items():
            resource = order.rows[n].sku * places + place
            used[resource] = used.get(resource, 0) + units
        if place in order.slots if order.current.get(place) == picks else place not in order.counted:
            used[days + place] = 1
    return used


def limits_of(prepared: Prepared) -> Ints:
    """What may be used of each resource by all orders together, what they hold already included."""
    places = len(prepared.places)
    shelves = np.array(prepared.free, np.int64).reshape(-1, places)
    days = np.array([IMPOSSIBLE if p.capacity is None else p.capacity for p in prepared.places], np.int64)
    limits = np.concatenate([np.maximum(0, shelves).ravel(), np.maximum(0, days)])
    for order in prepared.orders:
        if order.current:
            for resource, amount in uses(prepared, order, order.current).items():
                limits[resource] += amount
    return limits


class Contested(NamedTuple):
    """The orders of a batch that compete, ascending, and what they may use of each resource; which can bind (see Kernel)."""

    orders: list[int]
    limits: Ints
    scarce: np.ndarray[tuple[int], np.dtype[np.bool_]]


def contested(prepared: Prepared, alone: Supply, before: Sequence[Parcels]) -> Contested:
    """
    Who competes in a batch in which orders have the plans `before`.

    `alone`: what an order would find if it were alone, of the whole problem where `prepared` is only a part of it.
    """
    limits = limits_of(prepared)
    places, days = len(prepared.places), len(prepared.skus) * len(prepared.places)
    free = [
        n for n, order in enumerate(prepared.orders)
        if order.candidates and any(row.need for row in order.rows)
        and cost_after(prepared, order, order.current, before[n]) < IMPOSSIBLE
    ]  # fmt: skip
    fixed = set(range(len(prepared.orders))) - set(free)
    for n in fixed:
        for resource, amount in uses(prepared, prepared.orders[n], before[n]).items():
            limits[resource] -= amount
    demand = _demand(prepared, free)
    scarce = (demand > limits) & (demand > 0)
    # A shelf that holds nothing for anybody links nobody: who wants it cannot have it.
    linking = scarce & (limits > 0)
    groups = _components(prepared, free, linking, places, days)
    finder = Finder(prepared, alone, parting=True)
    orders: list[int] = []
    for group in groups:
        if any(opposed(prepared, finder, n, before[n]) for n in group):
            orders += group
        else:
            for n in group:
                for resource, amount in uses(prepared, prepared.orders[n], before[n]).items():
                    limits[resource] -= amount
    return Contested(sorted(orders), limits, scarce)


def _demand(prepared: Prepared, numbers: Sequence[int]) -> Ints:
    """What the orders `numbers` could use of each resource, were each to take all it can there."""
    units: dict[tuple[int, ...], Counter[int]] = {}  # by the places they may come from, few for many orders, and by sku
    parcels: Counter[tuple[int, ...]] = Counter()
    for n in numbers:
        order = prepared.orders[n]
        wanted = units.setdefault(order.candidates, Counter())
        for row in order.rows:
            wanted[row.sku] += row.need
        parcels[tuple(p for p in order.candidates if p not in order.counted) if order.counted else order.candidates] += 1
    shelves = np.zeros((len(prepared.skus), len(prepared.places)), np.int64)
    for candidates, wanted in units.items():
        shelves[np.ix_(list(wanted), candidates)] += np.array(list(wanted.values()))[:, None]
    days = np.zeros(len(prepared.places), np.int64)
    for candidates, count in parcels.items():
        days[list(candidates)] += count
    return np.concatenate([shelves.ravel(), days])


def kernel_of(prepared: Prepared, start: Supply, before: Sequence[Parcels], among: Contested) -> Kernel:
    """The kernel of a batch: the orders `among` which something is contested. `start`, `before`: as `contested` takes them."""
    orders, limits, scarce = among
    days = len(prepared.skus) * len(prepared.places)
    stock = limits[:days].reshape(-1, len(prepared.places))
    small = [n for n in orders if items_of(prepared.orders[n]) is not None]
    large = [n for n in orders if items_of(prepared.orders[n]) is None]
    least = least_waiting(prepared, orders, stock)
    eased = least - least_waiting(prepared, orders, np.maximum(0, stock) + np.eye(1, stock.shape[1], dtype=np.int64))
    limits, scarce = np.concatenate([limits, -least]), np.concatenate([scarce, least > 0])
    waiting = waiting_costs(prepared, start, orders)
    told = {n: waiting[n] - unpaid_waiting(prepared, start, prepared.orders[n]) for n in orders}
    sent = [cost_after(prepared, prepared.orders[n], prepared.orders[n].current, before[n]) for n in orders if before[n]]
    patience = patience_of(prepared, orders, waiting, told, sum(sent) // max(1, len(sent)))
    return Kernel(
        prepared, orders, list(before), menus(prepared, patience, small, stock, before), large, limits, scarce, eased, patience
    )


def least_waiting(prepared: Prepared, numbers: Sequence[int], stock: Ints) -> Ints:
    """By sku the least number of rows that wait for some of it, whatever is decided: those that want most."""
    needs: dict[int, list[int]] = {}
    for n in numbers:
        for row in prepared.orders[n].rows:
            if row.need:
                needs.setdefault(row.sku, []).append(row.need)
    least = np.zeros(len(prepared.skus), np.int64)
    for sku, wanted in needs.items():
        short = sum(wanted) - int(np.maximum(0, stock[sku]).sum())
        for count, covered in enumerate(accumulate(sorted(wanted, reverse=True)), 1):
            if short <= 0:
                break
            least[sku] = count
            if covered >= short:
                break
    return least


def _components(
    prepared: Prepared, numbers: Sequence[int], linking: np.ndarray[tuple[int], np.dtype[np.bool_]], places: int, days: int
) -> list[list[int]]:  # fmt: skip
    """Orders linked by skus with a shelf that can bind, or by days that can."""
    skus, full = linking[:days].reshape(-1, places).tolist(), linking[days:].tolist()
    parent: dict[int, int] = {}

    def find(at: int) -> int:
        while parent.setdefault(at, at) != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    for n in numbers:
        order = prepared.orders[n]
        own = find(-1 - n)
        for row in order.rows:
            if row.need and any(skus[row.sku][place] for place in order.candidates):
                parent[find(row.sku)] = own
        for place in order.candidates:
            if full[place] and place not in order.counted:
                parent[find(days + place)] = own
    groups: dict[int, list[int]] = {}
    for n in numbers:
        groups.setdefault(find(-1 - n), []).append(n)
    return list(groups.values())
