"""
A plan: which place sends how many units of which row of one order; what it fills and what it costs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from oms.core.route.orders import Order, Prepared
from oms.core.route.pricing import Cost

#: What a plan is taken to cost that nobody carries any more: dearer than any other.
IMPOSSIBLE = 10**15

#: place -> row -> units
Parcels = Mapping[int, Mapping[int, int]]


class Fill(NamedTuple):
    """How much of an order is placed: whole line units, and lines that lack any."""

    done: int
    waiting: int

    @classmethod
    def full(cls, order: Order) -> "Fill":
        """Nothing waits."""
        done, last = 0, -1
        for row in order.rows:
            if row.line != last:
                done += row.left
                last = row.line
        return cls(done, 0)

    @classmethod
    def of(cls, order: Order, got: Sequence[int]) -> "Fill":
        """What `got` units of each row make, beyond what is placed for good."""
        whole = whole_units(order, got)
        left = {row.line: row.left for row in order.rows}
        return cls(sum(whole.values()), sum(1 for line, units in whole.items() if units < left[line]))

    def better_than(self, other: "Fill") -> bool:
        """More units, or as many and fewer lines that wait."""
        return (self.done, -self.waiting) > (other.done, -other.waiting)


def whole_units(order: Order, got: Sequence[int]) -> dict[int, int]:
    """Line units by line that `got` units of each row complete: a kit is whole when all its components are there."""
    whole: dict[int, int] = {}
    for row, units in zip(order.rows, got, strict=True):
        complete = min(row.left, (row.have + units) // row.units)
        whole[row.line] = min(whole.get(row.line, complete), complete)
    return whole


def is_whole(order: Order, got: Sequence[int]) -> bool:
    """Whether no unit is taken that completes nothing."""
    whole = whole_units(order, got)
    return all(units == max(0, whole[row.line] * row.units - row.have) for row, units in zip(order.rows, got, strict=True))


@dataclass(slots=True)
class Plan:
    """`cost` has no waiting cost. `exact` is False where there may be a better one even when nothing was given back."""

    parcels: Parcels
    fill: Fill
    cost: int
    exact: bool = True

    @classmethod
    def nothing(cls, order: Order) -> "Plan":
        """Everything waits."""
        return cls({}, Fill.of(order, [0] * len(order.rows)), 0)

    @classmethod
    def of(cls, prepared: Prepared, order: Order, parcels: Parcels) -> "Plan":
        """What an order has with `parcels`, those that it had before on the days they were given."""
        return cls(parcels, Fill.of(order, got(order, parcels)), cost_after(prepared, order, order.current, parcels))

    def got(self, order: Order) -> list[int]:
        """Units placed by row."""
        return got(order, self.parcels)


def got(order: Order, parcels: Parcels) -> list[int]:
    """Units placed by row."""
    units = [0] * len(order.rows)
    for picks in parcels.values():
        for n, quantity in picks.items():
            units[n] += quantity
    return units


class Supply:
    """
    What is left while orders are served one after another: units by sku and place, and orders that may still leave.

    Both can be below 0 where more is promised than allowed; nothing more is promised there.
    """

    __slots__ = ("_withheld", "capacity", "free")

    def __init__(self, prepared: Prepared) -> None:
        self.free = [list(shelf) for shelf in prepared.free]
        self.capacity = [IMPOSSIBLE if p.capacity is None else p.capacity for p in prepared.places]
        self._withheld: dict[int, dict[int, int]] = {}
        if prepared.withheld:
            index = {place.code: n for n, place in enumerate(prepared.places)}
            number = {sku: n for n, sku in reversed(list(enumerate(prepared.skus)))}
            for (sku, code), (_rule, units) in prepared.withheld.items():
                if sku in number and code in index:
                    self._withheld.setdefault(number[sku], {})[index[code]] = units

    def withheld(self, order: Order, sku: int) -> int:
        """Units that rules keep where they are, at places that send the orders of this channel."""
        here = self._withheld.get(sku)
        return sum(here.get(place, 0) for place in (*order.candidates, *order.barred)) if here else 0

    def open_at(self, order: Order, place: int) -> bool:
        """Whether the order may leave from `place`: its day is not full, or the order counts there already."""
        return self.capacity[place] > 0 or place in order.counted or place in order.slots

    def give(self, skus: Sequence[int], parcels: Parcels) -> bool:
        """
        Promise `parcels` to an order that has nothing yet, if all is there and may leave; whether it is.

        `skus`: of its rows.
        """
        free, capacity = self.free, self.capacity
        for place, picks in parcels.items():
            if capacity[place] <= 0:
                return False
            for n, units in picks.items():
                if free[skus[n]][place] < units:
                    return False
        for place, picks in parcels.items():
            capacity[place] -= 1
            for n, units in picks.items():
                free[skus[n]][place] -= units
        return True

    def take(self, order: Order, parcels: Parcels, before: Parcels) -> None:
        """Promise `parcels` to an order; those it had `before` keep their day, the others leave when the place ships."""
        slots = set()
        for place, picks in parcels.items():
            for n, units in picks.items():
                self.free[order.rows[n].sku][place] -= units
            if before.get(place) == picks:
                if place in order.slots:
                    slots.add(place)
            else:
                order.dates.pop(place, None)
                if place not in order.counted:
                    slots.add(place)
        for place in slots:
            self.capacity[place] -= 1
        order.slots = slots

    def give_back(self, order: Order, parcels: Parcels) -> None:
        """Take back what was promised; `order.slots` stays until `take` says anew."""
        for place, picks in parcels.items():
            for n, units in picks.items():
                self.free[order.rows[n].sku][place] += units
        for place in order.slots:
            self.capacity[place] += 1


def measures(order: Order, picks: Mapping[int, int]) -> tuple[int, int, int]:
    """Weight, volume and units of a parcel."""
    weight = volume = units = 0
    for n, quantity in picks.items():
        row = order.rows[n]
        weight += row.weight_g * quantity
        volume += row.volume_mm3 * quantity
        units += quantity
    return weight, volume, units


def parcel_cost(prepared: Prepared, order: Order, place: int, picks: Mapping[int, int], day: int | None) -> Cost | None:
    """
    The parts of one parcel's cost. `day` is when it leaves; None: when the place ships now.

    None where the place may not send it (any more).
    """
    if place not in order.candidates:
        return None
    late = None
    if day is not None and day != prepared.places[place].ship_on:
        late = max(0, day - order.due[place])
    return order.pricing.cost(place, *measures(order, picks), late)


def splits_paid(order: Order, parcels: int) -> int:
    """How many of `parcels` come after the order's first."""
    return parcels if order.fixed else max(0, parcels - 1)


def cost_of(prepared: Prepared, order: Order, parcels: Parcels) -> int:
    """
    Cost of parcels that leave now, without waiting; IMPOSSIBLE where nobody carries one of them.

    As `Plan.cost` and `cost_after` it is what plans are compared by: what `unpaid` says of it nobody pays.
    """
    total = prepared.rules.split_penalty * splits_paid(order, len(parcels))
    for place, picks in parcels.items():
        amount = order.pricing.amount(place, *measures(order, picks))
        if amount is None:
            return IMPOSSIBLE
        total += amount
    return total


def cost_after(prepared: Prepared, order: Order, before: Parcels, after: Parcels) -> int:
    """As `cost_of`; parcels that an order had `before` leave on the day they were given."""
    total = prepared.rules.split_penalty * splits_paid(order, len(after))
    for place, picks in after.items():
        day = order.dates.get(place) if before.get(place) == picks else None
        parts = parcel_cost(prepared, order, place, picks, day)
        if parts is None:
            return IMPOSSIBLE
        total += parts.weighed
    return total


def parts_well(order: Order, parcels: Parcels) -> bool:
    """Whether no parcel, nor what waits, is a part that is worth too little to be one."""
    if not order.min_worth:
        return True
    rest = [row.need - units for row, units in zip(order.rows, got(order, parcels), strict=True)]
    return not order.too_small(rest) and not any(
        order.too_small([picks.get(n, 0) for n in range(len(order.rows))]) for picks in parcels.values()
    )


def unpaid(order: Order, parcels: Parcels) -> int:
    """What of the cost of a plan is there only because rules prefer other places."""
    extra = order.pricing.extra
    return sum(extra[place] for place in parcels) if extra else 0


def moved(order: Order, after: Parcels) -> bool:
    """Whether a plan changes something that an order has."""
    return any(after.get(place) != picks for place, picks in order.current.items())


def plan_key(prepared: Prepared, order: Order, parcels: Parcels) -> tuple[object, ...]:
    """
    What plans that fill alike are ordered by: the goal, then fewest parcels, distance, ranking, location codes.

    What rules prefer comes before the goal, where that is not the cost after the number of parcels.
    """
    cost, count = cost_of(prepared, order, parcels), len(parcels)
    metres = sum(prepared.metres(order, p) for p in parcels)
    ranks = sorted(prepared.places[p].rank for p in parcels)
    rest = (ranks, sorted(parcels), sorted((p, sorted(picks.items())) for p, picks in parcels.items()))
    if prepared.rules.goal == "distance":
        return (count, unpaid(order, parcels), metres, cost, *rest)
    if prepared.rules.goal == "ranked":
        return (count, unpaid(order, parcels), sum(ranks), cost, metres, *rest)
    return (cost, count, metres, *rest)
