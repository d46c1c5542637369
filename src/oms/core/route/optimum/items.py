"""
The items of an order: the least that comes from one place, and what of an order may be left waiting.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from oms.core.route.orders import Order
from oms.core.route.plans import Parcels, got

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Orders with more items are looked at one by one: see shared.py.
MOST_ITEMS = 5


class Item(NamedTuple):
    """What comes from one place: `units` sku units of a row of an order."""

    row: int
    units: int


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


class Kept(NamedTuple):
    """Of an order's items the masks that may wait, ascending, and how many lines and line units wait with each."""

    masks: Ints
    lines: Ints
    units: Ints


def promised(order: Order, before: Parcels) -> list[int]:
    """By row the units that an order has been promised, and that it is not asked to give back, unless `before` does already."""
    return [min(pair) for pair in zip(got(order, order.current), got(order, before), strict=True)]


def kept_back(order: Order, items: list[Item], stays: list[int]) -> Kept:
    """
    What may wait: a kit only whole, a line only whole where its channel says so, an order that leaves complete all of it.

    Of the units of a row, which are alike, the last wait; `stays` is how many of each row may not.
    """
    rows = [order.rows[item.row] for item in items]
    left, bound = list(stays), 0
    for bit, item in enumerate(items):
        if left[item.row] > 0:
            bound |= 1 << bit
            left[item.row] -= item.units
    lines = [row.line for row in order.rows]
    units = []
    for n, (item, row) in enumerate(zip(items, rows, strict=True)):
        if lines.count(row.line) > 1:  # a kit waits whole: counted once
            whole = min(other.have // other.units for other in order.rows if other.line == row.line)
            units.append(row.left - whole if all(before.line != row.line for before in rows[:n]) else 0)
        else:
            units.append(1 if item.units == row.units else row.left - row.have // row.units)
    kept = _kept(
        tuple(item.row for item in items), tuple(row.line for row in rows), bound,
        order.desk.ship_complete, order.desk.allow_partial,
    )  # fmt: skip
    if order.min_worth:
        masks = kept.masks.tolist()
        well = np.array(
            [mask in (0, (1 << len(items)) - 1) or not order.too_small(units_of(order, items, mask)) for mask in masks]
        )
        kept = kept._replace(masks=kept.masks[well], lines=kept.lines[well])
    return kept._replace(units=(kept.masks[:, None] >> np.arange(len(items)) & 1) @ np.array(units, np.int64))


def units_of(order: Order, items: list[Item], mask: int) -> list[int]:
    """Units of each row that the items of a mask are."""
    units = [0] * len(order.rows)
    for bit, item in enumerate(items):
        if mask >> bit & 1:
            units[item.row] += item.units
    return units


def last_of_each(rows: tuple[int, ...], mask: int) -> bool:
    """Whether a mask holds of each row's items, which stand together, only the last ones."""
    return all(mask >> bit + 1 & 1 for bit in range(len(rows) - 1) if mask >> bit & 1 and rows[bit + 1] == rows[bit])


def alike(rows: tuple[int, ...]) -> Ints:
    """By mask a number that is equal for those that hold as many items of each row."""
    kinds = sorted(set(rows))
    sums = [sum((MOST_ITEMS + 1) ** kinds.index(row) for bit, row in enumerate(rows) if mask >> bit & 1)
            for mask in range(1 << len(rows))]  # fmt: skip
    return np.array(sums, np.int64)


@cache
def _kept(rows: tuple[int, ...], lines: tuple[int, ...], promised: int, complete: bool, parts: bool) -> Kept:
    """As `kept_back`; its `units` are none."""
    bits = range(len(rows))
    whole = (1 << len(rows)) - 1
    by_line = [sum(1 << bit for bit in bits if lines[bit] == line) for line in sorted(set(lines))]
    kits = [line for line in by_line if len({rows[bit] for bit in bits if line >> bit & 1}) > 1]
    masks = [
        mask for mask in range(whole + 1)
        if not mask & promised
        and last_of_each(rows, mask)
        and all(mask & line in (0, line) for line in (kits if parts else by_line))
        and not (complete and mask not in (0, whole))
    ]  # fmt: skip
    return Kept(
        np.array(masks, np.int64), np.array([sum(1 for line in by_line if mask & line) for mask in masks], np.int64),
        np.zeros(len(masks), np.int64),
    )  # fmt: skip
