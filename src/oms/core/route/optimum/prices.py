"""
Scarcity prices: what one more unit on a shelf, or one more slot of a day, would save.

With a price on every scarce unit each order can be looked at alone: its best plan is the one that is cheapest with what it uses
paid for (Lagrange). The prices are right when orders so decided use no more than there is. A few steps of subgradient ascent
find rough ones (`ascend`); pricing out plans against them is exact for every plan of a menu (`cheapest`).
"""

from typing import NamedTuple

import numpy as np

from oms.core.route.optimum.items import Floats, Ints
from oms.core.route.optimum.kernel import Kernel
from oms.core.route.optimum.menus import Menu

#: Plans looked at in one go, orders times cuts; bounds memory.
AT_ONCE = 300_000


class Cheapest(NamedTuple):
    """The k best plans of each order of a menu at given prices; worst last, inf where there are fewer."""

    value: Floats  # (m, k): cost with what is used paid for
    cut: Ints  # (m, k)
    place: Ints  # (m, k, blocks): -1 where the cut has no such block


def cheapest(kernel: Kernel, menu: Menu, prices: Floats, count: int = 1) -> Cheapest:
    """The `count` cheapest plans of every order of `menu` at `prices`; the first is the best of all its plans."""
    step = max(1, AT_ONCE // len(menu.split))
    parts = [_cheapest(kernel, menu, prices, count, slice(at, at + step)) for at in range(0, len(menu.orders), step)]
    return Cheapest(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))


def _cheapest(kernel: Kernel, menu: Menu, prices: Floats, count: int, part: slice) -> Cheapest:
    total, place = sending(kernel, menu, prices, part)
    total += waits(kernel, menu, prices, part)[:, menu.shape.waiting]
    if count == 1:
        cut = total.argmin(axis=1)[:, None]
    else:
        cut = np.argsort(total, axis=1, kind="stable")[:, : min(count, total.shape[1])]
    chosen = np.stack([np.take_along_axis(each, cut, axis=1) for each in place], axis=2)
    return Cheapest(np.take_along_axis(total, cut, axis=1), cut, chosen)


def sending(kernel: Kernel, menu: Menu, prices: Floats, part: slice) -> tuple[Floats, list[Ints]]:
    """
    By order and cut what it costs to send its blocks from the best places, with what they use paid for; and those places, by
    block.
    """
    shape = menu.shape
    paid = paid_for(kernel, menu, prices, part)
    orders, masks, places = paid.shape
    depth = min(shape.depth, places)
    best = np.argsort(paid, axis=2, kind="stable")[:, :, :depth]
    value = np.take_along_axis(paid, best, axis=2)
    blocks = shape.masks.shape[1]
    none = shape.masks == 0
    index = np.where(none, masks * depth, (shape.masks - 1) * depth + np.minimum(shape.ranks, depth - 1))
    flat = np.concatenate([value.reshape(orders, -1), np.zeros((orders, 1))], axis=1)
    where = np.concatenate([best.reshape(orders, -1), np.full((orders, 1), -1)], axis=1)
    total = np.repeat(menu.split[None, :], orders, axis=0)
    for block in range(blocks):
        total += flat[:, index[:, block]]
    place = [where[:, index[:, block]] for block in range(blocks)]
    for one in range(blocks):
        for other in range(one + 1, blocks):
            both = ~none[:, one] & ~none[:, other]
            total[both[None, :] & (place[one] == place[other])] = np.inf
    return total, place


def waits(kernel: Kernel, menu: Menu, prices: Floats, part: slice) -> Floats:
    """By order and mask what it weighs to let those items wait; the price of a lack is paid back."""
    paid = menu.weighs[part].copy()
    back = menu.shape.last * prices[kernel.lacks + menu.skus[part]]
    for mask in range(1, paid.shape[1]):
        for item in range(menu.shape.items):
            if mask >> item & 1:
                paid[:, mask] -= back[:, item]
    return paid


def paid_for(kernel: Kernel, menu: Menu, prices: Floats, part: slice) -> Floats:
    """Cost of each parcel of a menu with what it uses paid for."""
    skus, count = len(kernel.prepared.skus), kernel.places
    shelf = prices[: skus * count].reshape(skus, count)
    units = menu.units[part][:, :, None] * shelf[menu.skus[part]]
    paid = menu.cost[part] + menu.slot[part] * prices[skus * count : kernel.lacks]
    for mask in range(1, 1 << menu.shape.items):
        for item in range(menu.shape.items):
            if mask >> item & 1:
                paid[:, mask - 1] += units[:, item]
    return paid


def use_of(kernel: Kernel, menu: Menu, found: Cheapest, use: Floats) -> None:
    """Add to `use` (by resource) what the first of the plans found uses."""
    count, days = kernel.places, len(kernel.prepared.skus) * kernel.places
    shape = menu.shape
    for block in range(shape.masks.shape[1]):
        masks, places = shape.masks[found.cut[:, 0], block], found.place[:, 0, block]
        for item in range(shape.items):
            sent = np.flatnonzero(masks >> item & 1)
            np.add.at(use, menu.skus[sent, item] * count + places[sent], menu.units[sent, item])
        sent = np.flatnonzero(masks > 0)
        counts = menu.slot[sent, masks[sent] - 1, places[sent]]
        np.add.at(use, days + places[sent[counts]], 1)


def ascend(kernel: Kernel, target: float, steps: int) -> Floats:
    """
    Rough prices by subgradient ascent (Held, Wolfe and Crowder 1974): dearer where too much is wanted, cheaper where too
    little. `target` is the cost of a known solution; `steps` passes over all orders.
    """
    prices = np.zeros(len(kernel.limits))
    best, best_prices, scale, stale = -np.inf, prices, 1.0, 0
    smooth = np.zeros(len(prices))
    for _step in range(steps):
        use = np.zeros(len(prices))
        value = -float(prices @ np.where(kernel.scarce, kernel.limits, 0))
        for menu in kernel.menus:
            found = cheapest(kernel, menu, prices)
            value += float(found.value[:, 0].sum())
            use_of(kernel, menu, found, use)
        if value > best:
            best, best_prices, stale = value, prices, 0
        else:
            stale += 1
            if stale == 3:
                scale, stale = scale / 2, 0
                prices = best_prices
        over = np.where(kernel.scarce, use - kernel.limits, 0.0)
        smooth = over + 0.6 * smooth
        norm = float(smooth @ smooth)
        if norm == 0:
            break
        step = scale * max(target - value, 1.0) / norm
        prices = np.maximum(0.0, prices + step * smooth)
    return best_prices
