"""
The best plans of many orders at once, and the dearest, in columns.

Serving one order after another only takes. So a plan that was the best while there was more is still the best when the
order's turn comes, if it still fits: nothing better can have come up since. What does not fit any more, has equals, or
is no everyday order is left to finder.py, which finds the same plans one by one.
"""

from collections.abc import Iterator, Sequence
from functools import cache, reduce
from itertools import combinations, product
from operator import or_

import numpy as np

from oms.core.route.columns import Ints, bits_of
from oms.core.route.orders import Prepared
from oms.core.route.plans import Fill, Plan, Supply
from oms.core.route.shelves import groupings

#: So many are looked at together, so that it takes little memory.
TOGETHER = 4096
#: Orders that may become more parcels are looked at one by one.
MAX_PARCELS = 3

# Plans are ordered by cost, number of parcels, and metres, as by `plans.plan_key`; here these are one number.
_COST, _PARCELS = 34, 32  # bits to the right of each
_DEAREST = 1 << 25  # minor units of a parcel; numbers of dearer ones could overflow
_NEVER = 1 << 61

Blocks = tuple[int, ...]  # of a plan: which rows each parcel has, as masks


class Ahead:
    """Looks ahead for orders of `prepared`, against `supply` as it stands; changes nothing."""

    def __init__(self, prepared: Prepared, supply: Supply) -> None:
        self._orders = prepared.orders
        self._rules = prepared.rules
        self._supply = supply
        self._columns = prepared.columns

    def best(self, numbers: Sequence[int]) -> dict[int, Plan | None]:
        """
        What is found here, by number of the order, each as if it were served now: its best plan, or None where no plan gives
        it every row whole from one place.
        """
        found: dict[int, Plan | None] = {}
        for alike, rows, most in self._alike(numbers):
            costs, needs = self._columns.costs(alike, rows, self._supply), self._columns.needs(alike, rows)
            known = costs.known & ~(costs.sent & (costs.cost >= _DEAREST)).any((1, 2))
            keys = np.where(costs.sent, (costs.cost << _COST) + self._columns.metres(alike)[:, None, :], _NEVER)
            there = costs.reach >= needs
            wanted = there @ (1 << np.arange(rows))  # the rows that there is enough of
            whole = wanted == (1 << rows) - 1
            # What there is a little of comes from several places, perhaps.
            parts = known & ~whole & self._columns.parts(alike) & (there | (costs.reach == 0)).all(1)
            found.update(dict.fromkeys(alike[known & ~whole & ~parts].tolist()))
            for mask in np.unique(wanted[known & (whole | parts)]).tolist():
                these = known & (whole | parts) & (wanted == mask)
                found.update(self._plans(alike[these], needs[these], keys[these], mask, most))
        return found

    def dearest(self, numbers: Sequence[int]) -> dict[int, int]:
        """Cost of the dearest plan in which each row comes whole from one place or waits, as if each were served now."""
        found: dict[int, int] = {}
        for alike, rows, most in self._alike(numbers):
            costs = self._columns.costs(alike, rows, self._supply)
            keys = np.where(costs.sent, -costs.cost, _NEVER)
            least = _least(keys, _parts(rows, most), most, -self._rules.split_penalty)[0]
            found.update(zip(alike[costs.known].tolist(), np.maximum(0, -least[costs.known]).tolist(), strict=True))
        return found

    def _alike(self, numbers: Sequence[int]) -> Iterator[tuple[Ints, int, int]]:
        """The everyday orders, some at a time: their numbers, how many rows each has, and parcels it may become."""
        for rows, every in self._columns.everyday(numbers):
            most = min(rows, self._rules.max_parcels)
            if most <= MAX_PARCELS:
                for start in range(0, len(every), TOGETHER):
                    yield every[start : start + TOGETHER], rows, most

    def _plans(self, alike: Ints, needs: Ints, keys: Ints, wanted: int, most: int) -> Iterator[tuple[int, Plan | None]]:
        """As `best`, of orders that get the rows of the mask `wanted` and no others."""
        rows = bits_of(wanted)
        if not rows:
            yield from ((n, Plan({}, Fill(0, needs.shape[1]), 0)) for n in alike.tolist())
            return
        most = min(most, len(rows))
        plans = [tuple(_spread(mask, rows) for mask in masks) for masks in groupings(len(rows), most)]
        more = (self._rules.split_penalty << _COST) + (1 << _PARCELS)
        least, equals, which, places = _least(keys, plans, most + 1, more)
        yield from ((n, None) for n in alike[least >= _NEVER].tolist())
        some = (least < _NEVER) & (equals == 1)
        done, waiting = self._columns.left(alike[some], rows), needs.shape[1] - len(rows)
        columns = (each[some].tolist() for each in (alike, needs, least >> _COST, which, places))
        shapes = _shapes(tuple(plans), most + 1)
        for n, need, cost, shape, here, units in zip(*columns, done.tolist(), strict=True):
            parcels = {here[mask][slot]: {row: need[row] for row in bits_of(mask)} for mask, slot in shapes[shape]}
            yield n, Plan(parcels, Fill(units, waiting), cost)


def _spread(mask: int, rows: Sequence[int]) -> int:
    """A mask of some rows as one of all."""
    return sum(1 << row for bit, row in enumerate(rows) if mask >> bit & 1)


@cache
def _parts(rows: int, most: int) -> tuple[Blocks, ...]:
    """Every way of putting some of the rows into at most `most` parcels."""
    masks = range(1, 1 << rows)
    some = (blocks for count in range(1, most + 1) for blocks in combinations(masks, count))
    return tuple(blocks for blocks in some if sum(blocks) == reduce(or_, blocks))  # no row is in two


@cache
def _shapes(plans: Sequence[Blocks], slots: int) -> tuple[tuple[tuple[int, int], ...], ...]:
    """What `_least` compares, in its order: of each parcel the mask, and which of the mask's best places sends it."""
    return tuple(
        tuple(zip(masks, which, strict=True)) for masks in plans for which in product(range(slots), repeat=len(masks))
    )  # fmt: skip


def _least(keys: Ints, plans: Sequence[Blocks], slots: int, more: int) -> tuple[Ints, Ints, Ints, Ints]:
    """
    Over `plans`, each parcel from a place of its own, by order: the least sum of keys, `more` added for each parcel after the
    first; how many have it; the first of them, as a number in `_shapes`; and the best places by mask.

    Only the best `slots` places of a mask are looked at: as many as there are parcels suffice for the least sum. With one
    more, whatever has an equal has one among those compared.
    """
    lacking = max(0, slots - keys.shape[2])
    keys = np.pad(keys, ((0, 0), (0, 0), (0, lacking)), constant_values=_NEVER)
    places = np.argpartition(keys, slots - 1, axis=2)[:, :, :slots]
    tops = np.take_along_axis(keys, places, 2)
    totals = []
    for masks in plans:
        total, taken = tops[:, masks[0]], [places[:, masks[0]]]
        for mask in masks[1:]:
            here = np.broadcast_to(places[:, mask, None, :], (*total.shape, slots))
            clash = np.any([before[..., None] == here for before in taken], axis=0)
            total = np.where(clash, _NEVER, total[..., None] + tops[:, mask, None, :]).reshape(len(keys), -1)
            taken = [np.repeat(before, slots, axis=1) for before in taken] + [here.reshape(len(keys), -1)]
        totals.append(total + (len(masks) - 1) * more)
    compared = np.concatenate(totals, axis=1)
    which = compared.argmin(1)
    least = compared[np.arange(len(keys)), which]
    return least, (compared == least[:, None]).sum(1), which, places
