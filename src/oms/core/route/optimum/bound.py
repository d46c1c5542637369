"""
What no routing of the kernel can cost less than, at given prices (Lagrange: Geoffrion 1974).

Each order takes the plan that is cheapest with what it uses paid for, and what all that is scarce is worth is given back. That
is a bound whatever the prices are; those of the linear program make it the best there is of its kind. Of orders too large to be
looked through only a lower bound of what they cost is known.
"""

import math
from itertools import combinations

import numpy as np

from oms.core.route.optimum.items import Floats
from oms.core.route.optimum.kernel import Kernel
from oms.core.route.optimum.prices import cheapest
from oms.core.route.optimum.shared import cheapest_shared, shareable, small_enough
from oms.core.route.orders import Order
from oms.core.route.plans import splits_paid

#: Weights at which a parcel's price is looked up to draw a line below it.
KNOTS = 8
#: With more sets of places than this they are not looked at one by one.
MOST_SETS = 3_000


def bound_of(kernel: Kernel, prices: Floats) -> int:
    """In minor units; costs are whole, so the bound is rounded up."""
    value = -float(prices @ np.where(kernel.scarce, kernel.limits, 0))
    least = dict.fromkeys(kernel.large, math.inf)
    for menu in kernel.menus:
        least |= zip(menu.orders.tolist(), cheapest(kernel, menu, prices).value[:, 0].tolist(), strict=True)
    beyond = _Beyond(kernel, prices)
    for number in shareable(kernel):
        order = kernel.prepared.orders[number]
        if small_enough(order):
            least[number] = min(least[number], cheapest_shared(kernel, number, prices).value)
        else:  # what the menu does not hold splits a row between two places, or leaves a part of it
            parts = order.desk.allow_partial or order.min_worth
            least[number] = min(least[number], beyond.least(number, 1 if math.isinf(least[number]) or parts else 2))
    return math.ceil(value + sum(least.values()) - 0.01)


class _Beyond:
    """Bounds for any plan of an order, whatever it splits: each parcel costs at least a fixed part and a part by weight."""

    def __init__(self, kernel: Kernel, prices: Floats) -> None:
        self.kernel = kernel
        places, days = kernel.places, kernel.lacks - kernel.places
        #: By sku and place what a unit is worth; inf where there is none.
        self.shelf = np.where(kernel.limits[:days] > 0, prices[:days], np.inf).reshape(-1, places)
        self.lack = prices[kernel.lacks :]
        self.sets: dict[tuple[int, int, int], list[tuple[int, ...]]] = {}

    def least(self, number: int, parcels: int) -> float:
        """No plan with `parcels` parcels or more is cheaper, with what it uses paid for; nor is letting everything wait."""
        kernel = self.kernel
        prepared, order = kernel.prepared, kernel.prepared.orders[number]
        rows = [row for row in order.rows if row.need]
        lines, patience = [row.line for row in rows], kernel.patience
        price = patience.price[number] * patience.urgency[number]
        wait = np.array([price / lines.count(row.line) - self.lack[row.sku] for row in rows])
        stay = np.array([patience.rest * row.need / row.units / lines.count(row.line) for row in rows])
        places = np.array(order.candidates, np.int64)
        fixed, slopes, size = _lines_below(order)
        handling = np.array([prepared.places[p].handling_unit for p in order.candidates], np.float64)
        need = np.array([row.need for row in rows], np.float64)[:, None]
        unit = self.shelf[np.array([row.sku for row in rows])][:, places] + handling + size[:, None] * slopes
        sent = need * unit  # (rows, places): all of a row from one place
        limit = order.room
        least = float((wait + stay).sum())
        for count in range(parcels, min(limit, len(places)) + 1):
            paid = prepared.rules.split_penalty * splits_paid(order, count)
            if math.comb(len(places), count) > MOST_SETS:
                apart = _sent_or_not(order, sent.min(axis=1), wait, stay)
                least = min(least, paid + float(apart.sum() + np.sort(fixed)[:count].sum()))
                continue
            sets = np.array(list(combinations(range(len(places)), count)), np.int64)
            best = sent[:, sets].min(axis=2)
            total = _sent_or_not(order, best, wait[:, None], stay[:, None]).sum(axis=0) + fixed[sets].sum(axis=1)
            least = min(least, paid + float(total.min()))
        return least - 0.5  # what waits is weighed in whole units


def _sent_or_not(order: Order, sent: Floats, wait: Floats, stay: Floats) -> Floats:
    """By row the least of sending it, leaving it, and sending a part: what that costs is by the unit."""
    behind: Floats = wait + (np.minimum(sent, stay) if order.desk.allow_partial else stay)
    return np.minimum(sent, behind)


def _lines_below(order: Order) -> tuple[Floats, Floats, Floats]:
    """
    By candidate a fixed part and a slope such that no parcel of the order costs less than fixed + slope * size, its handling by
    unit apart; and the size of a unit of each row with a need, in the measure (grams, or grams by volume) that says more.
    """
    pricing = order.pricing
    rows = [row for row in order.rows if row.need]
    weight, volume = sum(r.weight_g * r.need for r in rows), sum(r.volume_mm3 * r.need for r in rows)
    by_volume = pricing.billed(0, volume) > weight
    size = np.array([row.volume_mm3 / pricing.divisor if by_volume else row.weight_g for row in rows], np.float64)
    total = float(size @ np.array([row.need for row in rows], np.float64))
    fixed, slopes = np.full(len(order.candidates), float(pricing.least)), np.zeros(len(order.candidates))
    if not pricing.rising():
        return fixed, slopes, size
    knots = [total * k / KNOTS for k in range(KNOTS + 1)]
    for n, place in enumerate(order.candidates):
        # Never too much: whole grams below the knot, from where the price only rises.
        found = [pricing.amount(place, int(knot), 0, 0) for knot in knots[:-1]]
        if found[0] is None:
            fixed[n] = np.inf
            continue
        steps = [(knot, amount) for knot, amount in zip(knots[1:], found, strict=True) if amount is not None]
        slopes[n] = max(0.0, (steps[-1][1] - steps[0][1]) / max(1.0, total))
        fixed[n] = min(amount - slopes[n] * knot for knot, amount in steps)
    return fixed, slopes, size
