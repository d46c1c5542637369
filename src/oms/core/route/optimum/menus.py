"""
What every order could get, as arrays: one menu for all orders of a shape.

A menu says for each order, each block of its items and each place what that parcel costs and uses. Together with the cuts of
the shape that is every plan in which each item comes from one place or waits, without ever writing them all down: an order of
four items and ten places has 9,601 in up to three parcels. Costs are minor units of the business currency.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from oms.core.route.optimum.items import Floats, Ints, Item, alike, items_of, kept_back, last_of_each, promised, units_of
from oms.core.route.optimum.patience import Patience
from oms.core.route.orders import Order, Prepared
from oms.core.route.plans import Parcels, parcel_cost
from oms.core.route.shelves import groupings


class Shape(NamedTuple):
    """
    All cuts of items into at most `limit` blocks. Items of one row are alike: of cuts that differ only in which of them go
    where there is one, and the last of them wait.

    A cut is told by the masks of its blocks and, for each block, by the rank of the place among the best for that block
    (0 = best): the cheapest way to give k blocks places of their own uses only the k best places of each.
    """

    rows: tuple[int, ...]  # the row of each item; those of one row stand together
    limit: int  # parcels at most
    masks: Ints  # (cuts, limit): mask of each block, 0 where there is none
    ranks: Ints  # (cuts, limit): which of the best places of its block
    waiting: Ints  # (cuts,): mask of the items that wait
    blocks: Ints  # (cuts,): how many parcels
    depth: int  # ranks looked at
    alike: Ints  # by mask a number that is equal for those that hold as many of each row

    @property
    def items(self) -> int:
        """How many there are."""
        return len(self.rows)

    @property
    def last(self) -> NDArray[np.bool_]:
        """By item whether it is the last of its row: it waits where any of the row does."""
        return np.array([at == len(self.rows) - 1 or self.rows[at + 1] != row for at, row in enumerate(self.rows)], np.bool_)


@cache
def shape(rows: tuple[int, ...], limit: int, places: int) -> Shape:
    """The shape of orders with items of `rows` that may leave in `limit` parcels from `places` places."""
    items = len(rows)
    limit, like = max(1, min(limit, items, places)), alike(rows)
    kinds: dict[tuple[tuple[int, int], ...], tuple[tuple[int, ...], tuple[int, ...]]] = {}
    for cut in sorted(set(_cuts(items, limit, places)), key=lambda cut: (len(cut[0]), cut)):
        if last_of_each(rows, (1 << items) - 1 - sum(cut[0])):
            kinds.setdefault(tuple(sorted((int(like[mask]), rank) for mask, rank in zip(*cut, strict=True))), cut)
    cuts = list(kinds.values())
    masks = np.zeros((len(cuts), limit), np.int64)
    ranks = np.zeros((len(cuts), limit), np.int64)
    for n, (blocks, order) in enumerate(cuts):
        masks[n, : len(blocks)] = blocks
        ranks[n, : len(order)] = order
    whole = (1 << items) - 1
    waiting = whole - masks.sum(axis=1)  # blocks share no item, so their masks add up
    return Shape(rows, limit, masks, ranks, waiting, (masks > 0).sum(axis=1), int(ranks.max(initial=0)) + 1, like)


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


@dataclass
class Menu:
    """The orders of one shape. Axis 0 is the order, axis 1 the block (mask - 1), axis 2 the place; inf: not possible."""

    shape: Shape
    orders: Ints  # (m,): numbers in Prepared.orders
    rows: Ints  # (m, n): the row of each item
    skus: Ints  # (m, n)
    units: Ints  # (m, n)
    cost: Floats  # (m, blocks, places): the parcel without split
    slot: NDArray[np.bool_]  # (m, blocks, places): whether it counts on the place's day
    waiting: Floats  # (m, 1 << n): cost of leaving a mask of items waiting; inf: they may not
    weighs: Floats  # (m, 1 << n): what that is taken to cost when it is decided who waits
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


def menus(
    prepared: Prepared, patience: Patience, numbers: Sequence[int], stock: Ints, before: Sequence[Parcels]
) -> list[Menu]:  # fmt: skip
    """
    The menus of the orders `numbers`, each with 1 to MOST_ITEMS items. `stock` (skus, places): what could be had at all;
    `before`: the plan of each order of the batch without the optimiser.
    """
    groups: dict[tuple[tuple[int, ...], int, bool], list[tuple[int, list[Item]]]] = {}
    for number in numbers:
        order = prepared.orders[number]
        items = items_of(order)
        assert items
        rows = sorted({item.row for item in items})
        kind = tuple(rows.index(item.row) for item in items)
        groups.setdefault((kind, order.room, bool(order.fixed)), []).append((number, items))
    places = len(prepared.places)
    return [
        _menu(prepared, patience, group, stock, before, shape(kind, limit, places), has_parcels)
        for (kind, limit, has_parcels), group in sorted(groups.items())
    ]


def _menu(
    prepared: Prepared, patience: Patience, group: list[tuple[int, list[Item]]],
    stock: Ints, before: Sequence[Parcels], cuts: Shape, has_parcels: bool,
) -> Menu:  # fmt: skip
    count, masks, places = len(group), 1 << cuts.items, len(prepared.places)
    paid = cuts.blocks if has_parcels else np.maximum(0, cuts.blocks - 1)
    empty = (count, cuts.items)
    menu = Menu(
        cuts, np.array([number for number, _items in group], np.int64), np.zeros(empty, np.int64), np.zeros(empty, np.int64),
        np.zeros(empty, np.int64), np.full((count, masks - 1, places), np.inf),
        np.ones((count, masks - 1, places), np.bool_), np.full((count, masks), np.inf), np.full((count, masks), np.inf),
        (prepared.rules.split_penalty * paid).astype(np.float64),
    )  # fmt: skip
    for n, (number, items) in enumerate(group):
        order = prepared.orders[number]
        menu.rows[n] = [item.row for item in items]
        menu.skus[n] = [order.rows[item.row].sku for item in items]
        menu.units[n] = [item.units for item in items]
        kept = kept_back(order, items, promised(order, before[number]))
        menu.waiting[n, kept.masks] = patience.price[number] * kept.lines
        menu.weighs[n, kept.masks] = (
            np.round(menu.waiting[n, kept.masks] * patience.urgency[number]) + patience.rest * kept.units
        )
        _price(order, items, stock, menu.cost[n], menu.slot[n])
        if order.current:
            _price_held(prepared, order, items, menu, n)
    return menu


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
        if order.min_worth and order.too_small(units_of(order, items, mask)):
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
            if units == picks and not order.too_small(units_of(order, items, mask)):
                menu.cost[n, mask - 1, place] = np.inf if parts is None else parts.weighed
                menu.slot[n, mask - 1, place] = place in order.slots
