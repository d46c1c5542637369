"""
What every order could get, as arrays: one menu for all orders of a shape.

A menu says for each order, each block of its items and each place what that parcel costs and uses. Together with the cuts of
the shape that is every plan in which each item comes from one place or waits, without ever writing them all down: an order of
four items and ten places has 9,601 in up to three parcels. Costs are minor units of the business currency.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from oms.core.route.orders import Order, Prepared
from oms.core.route.plans import Parcels, parcel_cost
from oms.core.route.shelves import groupings

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Orders with more items are looked at one by one: see shared.py.
MOST_ITEMS = 5


class Shape(NamedTuple):
    """
    All cuts of `items` items into at most `limit` blocks.

    A cut is told by the masks of its blocks and, for each block, by the rank of the place among the best for that block
    (0 = best): the cheapest way to give k blocks places of their own uses only the k best places of each.
    """

    items: int
    limit: int  # parcels at most
    masks: Ints  # (cuts, limit): mask of each block, 0 where there is none
    ranks: Ints  # (cuts, limit): which of the best places of its block
    waiting: Ints  # (cuts,): mask of the items that wait
    blocks: Ints  # (cuts,): how many parcels
    depth: int  # ranks looked at


@cache
def shape(items: int, limit: int, places: int) -> Shape:
    """The shape of orders with `items` items that may leave in `limit` parcels from `places` places."""
    limit = max(1, min(limit, items, places))
    cuts = sorted(set(_cuts(items, limit, places)), key=lambda cut: (len(cut[0]), cut))
    masks = np.zeros((len(cuts), limit), np.int64)
    ranks = np.zeros((len(cuts), limit), np.int64)
    for n, (blocks, order) in enumerate(cuts):
        masks[n, : len(blocks)] = blocks
        ranks[n, : len(order)] = order
    whole = (1 << items) - 1
    waiting = whole - masks.sum(axis=1)  # blocks share no item, so their masks add up
    return Shape(items, limit, masks, ranks, waiting, (masks > 0).sum(axis=1), int(ranks.max(initial=0)) + 1)


def _cuts(items: int, limit: int, places: int) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    for sent in range(1 << items):
        bits = [1 << n for n in range(items) if sent >> n & 1]
        if not bits:
            yield (), ()
            continue
        for blocks in groupings(len(bits), limit):
            masks = tuple(sorted(sum(bit for n, bit in enumerate(bits) if block >> n & 1) for block in blocks))
            # One block: every place is a plan of its own, so that prices can choose among all of them.
            deep = places if len(masks) == 1 else len(masks)
            for order in product(range(deep), repeat=len(masks)):
                yield masks, order


class Item(NamedTuple):
    """What comes from one place: `units` sku units of a row of an order."""

    row: int
    units: int


@dataclass
class Menu:
    """The orders of one shape. Axis 0 is the order, axis 1 the block (mask - 1), axis 2 the place; inf: not possible."""

    shape: Shape
    orders: Ints  # (m,): numbers in Prepared.orders
    rows: Ints  # (m, n): the row of each item
    skus: Ints  # (m, n)
    units: Ints  # (m, n)
    first: NDArray[np.bool_]  # (m, n): whether it is the first item of its row
    cost: Floats  # (m, blocks, places): the parcel without split
    slot: NDArray[np.bool_]  # (m, blocks, places): whether it counts on the place's day
    waiting: Floats  # (m, 1 << n): cost of leaving a mask of items waiting
    alike: Ints  # (m, 1 << n): equal for masks that hold as many units of each row
    split: Floats  # (cuts of the shape,): split penalties

    def parcels(self, n: int, masks: Sequence[int], places: Sequence[int]) -> Parcels:
        """The plan of the n-th order that sends blocks `masks` from `places`."""
        found: dict[int, dict[int, int]] = {}
        for mask, place in zip(masks, places, strict=True):
            for item in range(self.shape.items):
                if mask >> item & 1:
                    picks = found.setdefault(place, {})
                    row = int(self.rows[n, item])
                    picks[row] = picks.get(row, 0) + int(self.units[n, item])
        return found


def items_of(order: Order) -> list[Item] | None:
    """
    An order's items: the units of its rows, or where those are too many whole rows; None where even rows are too many.

    The parts of a kit, and rows of which a part is placed for good, do not part.
    """
    rows = [(n, row) for n, row in enumerate(order.rows) if row.need]
    lines = [row.line for row in order.rows]
    parts: list[Item] = []
    for n, row in rows:
        if row.need == row.left * row.units and lines.count(row.line) == 1:
            parts += [Item(n, row.units)] * row.left if row.left <= MOST_ITEMS else [Item(n, row.need)]
        else:
            parts.append(Item(n, row.need))
    if len(parts) <= MOST_ITEMS:
        return parts
    return [Item(n, row.need) for n, row in rows] if len(rows) <= MOST_ITEMS else None


def menus(
    prepared: Prepared, waiting: Mapping[int, int], numbers: Sequence[int], stock: Ints
) -> list[Menu]:  # fmt: skip
    """
    The menus of the orders `numbers`, each with 1 to MOST_ITEMS items.

    `stock` (skus, places): what could be had at all; `waiting`: what a line that waits costs, by order.
    """
    groups: dict[tuple[int, int, bool], list[tuple[int, list[Item]]]] = {}
    for number in numbers:
        order = prepared.orders[number]
        items = items_of(order)
        assert items
        limit = order.room
        groups.setdefault((len(items), limit, bool(order.fixed)), []).append((number, items))
    places = len(prepared.places)
    return [
        _menu(prepared, waiting, group, stock, shape(items, limit, places), has_parcels)
        for (items, limit, has_parcels), group in sorted(groups.items())
    ]


def _menu(
    prepared: Prepared, waiting: Mapping[int, int], group: list[tuple[int, list[Item]]],
    stock: Ints, cuts: Shape, has_parcels: bool,
) -> Menu:  # fmt: skip
    count, masks, places = len(group), 1 << cuts.items, len(prepared.places)
    paid = cuts.blocks if has_parcels else np.maximum(0, cuts.blocks - 1)
    empty = (count, cuts.items)
    menu = Menu(
        cuts, np.array([number for number, _items in group], np.int64), np.zeros(empty, np.int64), np.zeros(empty, np.int64),
        np.zeros(empty, np.int64), np.zeros(empty, np.bool_), np.full((count, masks - 1, places), np.inf),
        np.ones((count, masks - 1, places), np.bool_), np.full((count, masks), np.inf), np.zeros((count, masks), np.int64),
        (prepared.rules.split_penalty * paid).astype(np.float64),
    )  # fmt: skip
    for n, (number, items) in enumerate(group):
        order = prepared.orders[number]
        menu.rows[n] = [item.row for item in items]
        menu.skus[n] = [order.rows[item.row].sku for item in items]
        menu.units[n] = [item.units for item in items]
        menu.first[n] = [at == 0 or items[at - 1].row != item.row for at, item in enumerate(items)]
        kinds = sorted({item.row for item in items})
        for mask in range(masks):
            menu.alike[n, mask] = sum((MOST_ITEMS + 1) ** kinds.index(items[i].row) for i in range(len(items)) if mask >> i & 1)
        for mask, cost in _waiting(waiting[number], order, items).items():
            menu.waiting[n, mask] = cost
        _price(order, items, stock, menu.cost[n], menu.slot[n])
        if order.current:
            _price_held(prepared, order, items, menu, n)
    return menu


def _waiting(price: int, order: Order, items: list[Item]) -> dict[int, int]:
    """
    Cost of leaving items waiting, by mask; masks that may not wait are missing.

    A line waits whole: sending a part of it saves nothing. What can be sent of it is sent in the end. An
    order that leaves complete waits whole, and what an order has been promised it is not asked to give back.
    """
    lines: dict[int, int] = {}
    for bit, item in enumerate(items):
        line = order.rows[item.row].line
        lines[line] = lines.get(line, 0) | 1 << bit
    promised = sum(1 << bit for bit, item in enumerate(items) if any(picks.get(item.row) for picks in order.current.values()))
    whole = (1 << len(items)) - 1
    costs = {}
    for mask in range(1 << len(items)):
        touched = [line for line in lines.values() if line & mask]
        if mask & promised or any(line & mask != line for line in touched):
            continue
        if mask not in (0, whole) and (order.desk.ship_complete or order.too_small(_units(order, items, mask))):
            continue
        costs[mask] = price * len(touched)
    return costs


def _units(order: Order, items: list[Item], mask: int) -> list[int]:
    """Units of each row that the items of a mask are."""
    units = [0] * len(order.rows)
    for bit, item in enumerate(items):
        if mask >> bit & 1:
            units[item.row] += item.units
    return units


def _price(order: Order, items: list[Item], stock: Ints, cost: Floats, slot: NDArray[np.bool_]) -> None:
    """Fill in what each block costs from each place that could hold it and would send it."""
    rows = [order.rows[item.row] for item in items]
    pricing = order.pricing
    known: dict[tuple[tuple[int, int], ...], Sequence[tuple[int, int]]] = {}
    for mask in range(1, 1 << len(items)):
        units: dict[int, int] = {}
        needs: dict[int, int] = {}
        for n, item in enumerate(items):
            if mask >> n & 1:
                units[item.row] = units.get(item.row, 0) + item.units
                needs[rows[n].sku] = needs.get(rows[n].sku, 0) + item.units
        if order.min_worth and order.too_small(_units(order, items, mask)):
            continue
        key = tuple(units.items())
        if key not in known:
            weight = sum(order.rows[n].weight_g * k for n, k in units.items())
            volume = sum(order.rows[n].volume_mm3 * k for n, k in units.items())
            total = sum(units.values())
            if pricing.by_gram:
                offers = pricing.price(order.candidates, weight, volume, total)
            else:
                offers = pricing.offers(weight, volume, total)
            held = np.logical_and.reduce([stock[sku] >= need for sku, need in needs.items()]).tolist()
            known[key] = [(amount, place) for amount, place in offers if held[place]]
        for amount, place in known[key]:
            cost[mask - 1, place] = amount
    if order.counted:
        slot[:, sorted(order.counted)] = False


def _price_held(prepared: Prepared, order: Order, items: list[Item], menu: Menu, n: int) -> None:
    """Parcels that an order has leave on the day they were given, and keep their slot."""
    for place, picks in order.current.items():
        parts = parcel_cost(prepared, order, place, picks, order.dates.get(place))
        for mask in range(1, 1 << len(items)):
            units: dict[int, int] = {}
            for bit, item in enumerate(items):
                if mask >> bit & 1:
                    units[item.row] = units.get(item.row, 0) + item.units
            if units == picks and not order.too_small(_units(order, items, mask)):
                menu.cost[n, mask - 1, place] = np.inf if parts is None else parts.weighed
                menu.slot[n, mask - 1, place] = place in order.slots
