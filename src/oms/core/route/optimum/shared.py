"""
The cheapest plan of one order at given prices when places may share a row: exact, by dynamic programming over the places.

A state says how many units of each row are sent; every place adds one parcel or none. What a menu holds is cheaper to look
through, so this is for the few orders that a menu does not hold whole.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from oms.core.route.optimum.items import Floats, Ints, promised
from oms.core.route.optimum.kernel import Kernel
from oms.core.route.orders import Order, Row
from oms.core.route.plans import Parcels, parcel_cost, splits_paid

#: Pairs of state and parcel looked at for each place; with more it would take too long.
MOST_PAIRS = 20_000


def shareable(kernel: Kernel) -> list[int]:
    """
    The orders that could do better than their menu says: a row that it keeps together could leave in parts, or in part, or
    sending more could pay, since a heavier parcel is cheaper. And those without a menu.
    """
    found = set(kernel.large)
    for menu in kernel.menus:
        found.update(menu.orders[(menu.units > 1).any(axis=1)].tolist())
    orders = kernel.prepared.orders
    found |= {n for n in kernel.orders if orders[n].min_worth}
    return sorted(found | {n for n in kernel.orders if orders[n].pricing.carriers and not orders[n].pricing.rising()})


def small_enough(order: Order) -> bool:
    """Whether `cheapest_shared` can be asked."""
    return int(np.prod([(row.need + 1) * (row.need + 2) / 2 for row in order.rows])) <= MOST_PAIRS


class _Steps(NamedTuple):
    """Ways from one state to another: `before` + `pick` = `after`, sorted by `after`; `starts` of each `after`."""

    states: Ints  # (states, rows): units of each row
    before: Ints
    pick: Ints
    starts: Ints


@cache
def _steps(needs: tuple[int, ...]) -> _Steps:
    states = np.array(list(product(*(range(need + 1) for need in needs))), np.int64)
    weights = np.cumprod([1, *(need + 1 for need in needs[:0:-1])])[::-1]
    after, pick = np.nonzero((states[:, None, :] >= states[None, :, :]).all(axis=2))
    before = (states[after] - states[pick]) @ weights
    return _Steps(states, before, pick, np.searchsorted(after, np.arange(len(states) + 1)))


class Shared(NamedTuple):
    """A plan, and what it costs with what it uses paid for."""

    value: float
    parcels: Parcels


class _Ways(NamedTuple):
    """
    What parcels from one place after the other can make of an order: `trail` says of each place what its parcels cost, by
    state, and the least that the places before it cost, by number of parcels and state; `total` what plans cost at the end,
    splits and what waits included.
    """

    rows: list[int]
    steps: _Steps
    trail: list[tuple[int, Floats, Floats]]
    best: Floats
    total: Floats


def _ways(kernel: Kernel, number: int, prices: Floats) -> _Ways:
    prepared, order = kernel.prepared, kernel.prepared.orders[number]
    rows = [n for n, row in enumerate(order.rows) if row.need]
    steps = _steps(tuple(order.rows[n].need for n in rows))
    limit = order.room
    best = np.full((limit + 1, len(steps.states)), np.inf)
    best[0, 0] = 0.0
    trail: list[tuple[int, Floats, Floats]] = []
    for place in order.candidates:
        cost = _parcels_of(kernel, number, rows, steps.states, place, prices)
        if not np.isfinite(cost).any():
            continue
        trail.append((place, cost, best.copy()))
        for parcels in range(limit, 0, -1):
            ways = best[parcels - 1][steps.before] + cost[steps.pick]
            np.minimum(best[parcels], np.minimum.reduceat(ways, steps.starts[:-1]), out=best[parcels])
    total = best + _waits(kernel, number, rows, steps.states, prices)
    total += np.array([prepared.rules.split_penalty * splits_paid(order, k) for k in range(limit + 1)])[:, None]
    return _Ways(rows, steps, trail, best, total)


def cheapest_shared(kernel: Kernel, number: int, prices: Floats) -> Shared:
    """The cheapest of all plans of an order."""
    ways = _ways(kernel, number, prices)
    parcels, state = divmod(int(ways.total.argmin()), len(ways.steps.states))
    return Shared(float(ways.total[parcels, state]), _walk_back(ways, parcels, state))


def every_shared(kernel: Kernel, number: int, prices: Floats, within: float) -> Iterator[Parcels]:
    """All plans of an order that are at most `within` dearer than its cheapest, with what they use paid for."""
    ways = _ways(kernel, number, prices)
    for parcels, state in np.argwhere(ways.total <= ways.total.min() + within).tolist():
        room = float(ways.total.min() + within - ways.total[parcels, state])
        yield from _walks(ways, len(ways.trail), parcels, state, float(ways.best[parcels, state]) + room, {})


def _walks(
    ways: _Ways, places: int, parcels: int, state: int, most: float, after: Mapping[int, Mapping[int, int]]
) -> Iterator[Parcels]:  # fmt: skip
    """The ways to a state by the first so many places that cost no more than `most`, with what places `after` them send."""
    if parcels == 0:
        if state == 0:
            yield dict(sorted(after.items()))
        return
    if places == 0:
        return
    place, cost, before = ways.trail[places - 1]
    if before[parcels, state] <= most:
        yield from _walks(ways, places - 1, parcels, state, most, after)
    part = slice(ways.steps.starts[state], ways.steps.starts[state + 1])
    picks, states = ways.steps.pick[part], ways.steps.before[part]
    for at in np.flatnonzero(before[parcels - 1][states] + cost[picks] <= most).tolist():
        sent = {n: k for n, k in zip(ways.rows, ways.steps.states[picks[at]].tolist(), strict=True) if k}
        yield from _walks(ways, places - 1, parcels - 1, int(states[at]), most - float(cost[picks[at]]), {place: sent, **after})


def _parcels_of(kernel: Kernel, number: int, rows: Sequence[int], states: Ints, place: int, prices: Floats) -> Floats:
    """By state what a parcel with just that costs from a place, with what it uses paid for; inf where it cannot be sent."""
    order = kernel.prepared.orders[number]
    shelves = np.array([order.rows[n].sku for n in rows]) * kernel.places + place
    cost = np.full(len(states), np.inf)
    day = 0.0 if place in order.counted else prices[kernel.lacks - kernel.places + place]
    totals = (states @ np.array([(order.rows[n].weight_g, order.rows[n].volume_mm3, 1) for n in rows], np.int64)).tolist()
    for state in np.flatnonzero((states <= kernel.limits[shelves]).all(axis=1))[1:].tolist():
        amount = order.pricing.amount(place, *totals[state])
        if amount is not None:
            cost[state] = amount + day
    held = order.current.get(place)
    if held is not None and all(n in rows for n in held):
        same = (states == np.array([held.get(n, 0) for n in rows])).all(axis=1)
        parts = parcel_cost(kernel.prepared, order, place, held, order.dates.get(place))
        cost[same] = np.inf if parts is None else parts.weighed + (day if place in order.slots else 0.0)
    if order.min_worth:
        cost[_small(order, rows, states)] = np.inf
    paid: Floats = cost + states @ prices[shelves]
    return paid


def _waits(kernel: Kernel, number: int, rows: Sequence[int], states: Ints, prices: Floats) -> Floats:
    """By state what waiting weighs, with the price of each lack paid back; inf where it may not wait."""
    order = kernel.prepared.orders[number]
    lacking = states < np.array([order.rows[n].need for n in rows])
    waits: Floats = -(lacking @ prices[kernel.lacks + np.array([order.rows[n].sku for n in rows])])
    lines = np.array([order.rows[n].line for n in rows])
    behind, units = np.zeros(len(states), np.int64), np.zeros(len(states), np.int64)
    complete = _complete([order.rows[n] for n in rows], states)
    for line in sorted(set(lines.tolist())):
        parts = np.flatnonzero(lines == line)
        left = lacking[:, parts].any(axis=1)
        behind += left
        units += order.rows[rows[parts[0]]].left - complete[:, parts[0]]
        if not order.desk.allow_partial:
            waits[left & states[:, parts].any(axis=1)] = np.inf
    waits += np.round(kernel.patience.price[number] * behind * kernel.patience.urgency[number]) + kernel.patience.rest * units
    stays = np.array([promised(order, kernel.before[number])[n] for n in rows])
    waits[(states < stays).any(axis=1) | ~_whole([order.rows[n] for n in rows], states, complete)] = np.inf
    if order.min_worth:
        waits[_small(order, rows, np.array([order.rows[n].need for n in rows]) - states)] = np.inf
    if order.desk.ship_complete:
        waits[lacking.any(axis=1) & states.any(axis=1)] = np.inf
    return waits


def _small(order: Order, rows: Sequence[int], units: Ints) -> NDArray[np.bool_]:
    """Units of rows that are a part of an order and worth too little to be one."""
    some = units.any(axis=1) & (units < np.array([order.rows[n].need for n in rows])).any(axis=1)
    small: NDArray[np.bool_] = some & (units @ np.array([order.worth[n] for n in rows], np.int64) < order.min_worth)
    return small


def _complete(rows: Sequence[Row], states: Ints) -> Ints:
    """By state and row the line units that are complete, in all rows of the line."""
    units, have, left = (np.array([getattr(row, name) for row in rows]) for name in ("units", "have", "left"))
    complete: Ints = np.minimum(left, (have + states) // units)
    lines = np.array([row.line for row in rows])
    for line in set(lines.tolist()):
        complete[:, lines == line] = complete[:, lines == line].min(axis=1, keepdims=True)
    return complete


def _whole(rows: Sequence[Row], states: Ints, complete: Ints) -> NDArray[np.bool_]:
    """States without a unit that completes nothing: half a kit, a piece of a pack."""
    units, have = (np.array([getattr(row, name) for row in rows]) for name in ("units", "have"))
    whole: NDArray[np.bool_] = (states == np.maximum(0, complete * units - have)).all(axis=1)
    return whole


def _walk_back(ways: _Ways, parcels: int, state: int) -> Parcels:
    """Which place sends what, from what each place could add to."""
    found: dict[int, dict[int, int]] = {}
    steps, value = ways.steps, ways.best[parcels, state]
    for place, cost, before in reversed(ways.trail):
        if before[parcels, state] == value:
            continue
        part = slice(steps.starts[state], steps.starts[state + 1])
        added = before[parcels - 1][steps.before[part]] + cost[steps.pick[part]]
        at = int(added.argmin())
        pick = steps.states[steps.pick[part][at]]
        found[place] = {n: units for n, units in zip(ways.rows, pick.tolist(), strict=True) if units}
        parcels, state = parcels - 1, int(steps.before[part][at])
        value = before[parcels, state]
    return dict(sorted(found.items()))
