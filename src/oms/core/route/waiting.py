"""Why a line waits, and what waiting costs."""

from collections.abc import Iterator
from typing import NamedTuple

from oms.core.route.plans import IMPOSSIBLE, Parcels, Supply, cost_of, splits_paid
from oms.core.route.problem import Order, Prepared

NO_LOCATION = "no_location"  # nowhere it may be sent from
NO_STOCK = "no_stock"
CAPACITY = "capacity"  # there is stock, where the day is full
NO_RATE = "no_rate"  # there is stock, where no carrier takes the parcel
MAX_PARCELS = "max_parcels"  # it would be a parcel too many
COMPONENT = "component"  # the kit lacks another component
SHIP_COMPLETE = "ship_complete"  # the order waits for another line

#: Plans compared one by one where the dearest of an order is looked for.
MAX_PLANS = 5_000


class Short(NamedTuple):
    """What a row lacks: `free` is what its locations have free now."""

    row: int
    short: int
    free: int
    reason: str


def shorts(supply: Supply, order: Order, got: list[int]) -> list[Short]:
    """The rows of an order that wait, with the reason that stands first in its way."""
    found = []
    lacking: dict[int, set[str]] = {}
    for n, (row, units) in enumerate(zip(order.rows, got, strict=True)):
        short = row.need - units
        if short > 0:
            found.append(Short(n, short, *_why(supply, order, n, short)))
            lacking.setdefault(row.line, set()).add(found[-1].reason)
    result = []
    others_wait = {s.reason for s in found} & {NO_STOCK, CAPACITY, NO_RATE}
    for each in found:
        reason = each.reason
        if reason == MAX_PARCELS:  # it could go: something else keeps it
            if lacking[order.rows[each.row].line] & {NO_STOCK, CAPACITY, NO_RATE}:
                reason = COMPONENT
            elif order.desk.ship_complete and others_wait:
                reason = SHIP_COMPLETE
        result.append(each._replace(reason=reason))
    return result


def _why(supply: Supply, order: Order, n: int, short: int) -> tuple[int, str]:
    row, places = order.rows[n], order.candidates
    if not places:
        return 0, NO_LOCATION
    stock = {p: max(0, supply.free[row.sku][p]) for p in places}
    free = sum(stock.values())
    # A kit's components and a pack's pieces are of no use alone: less than one whole unit is no stock.
    enough = short if order.desk.ship_complete else min(short, row.units)
    if free < enough:
        return free, NO_STOCK
    open_places = [p for p in places if supply.open_at(order, p)]
    if sum(stock[p] for p in open_places) < enough:
        return free, CAPACITY
    carried = [
        p for p in open_places
        if stock[p] and order.pricing.amount(p, row.weight_g, row.volume_mm3, 1) is not None
    ]  # fmt: skip
    if sum(stock[p] for p in carried) < enough:
        return free, NO_RATE
    return free, MAX_PARCELS


def waiting_cost(prepared: Prepared, start: Supply, order: Order) -> int:
    """
    What a waiting line of this order costs: `wait_penalty`, or more than the order's dearest feasible plan.

    So filling always comes before saving. Plans are looked at against `start`, the supply before anything was decided.
    """
    penalty = prepared.rules.wait_penalty
    bound = _dearest_bound(prepared, order)
    if bound < penalty:
        return penalty
    if max(1, len(order.candidates) + 1) ** len(order.rows) > MAX_PLANS:
        return bound + 1
    for sign in (1, -1):  # its own units are free for it, for as long as we look
        for place, picks in order.current.items():
            for n, units in picks.items():
                start.free[order.rows[n].sku][place] += sign * units
        if sign == 1:
            costs = [cost_of(prepared, order, parcels) for parcels in every_plan(prepared, start, order)]
    return max(penalty, 1 + max((cost for cost in costs if cost < IMPOSSIBLE), default=0))


def _dearest_bound(prepared: Prepared, order: Order) -> int:
    """No feasible plan of the order is dearer."""
    weight = volume = units = 0
    for row in order.rows:
        weight += row.weight_g * row.need
        volume += row.volume_mm3 * row.need
        units += row.need
    parcels = min(len(order.candidates), max(1, prepared.rules.max_parcels - len(order.fixed)), units)
    if not parcels:
        return 0
    one = order.pricing.dearest(weight, volume, units)
    return one * parcels + prepared.rules.split_penalty * splits_paid(order, parcels)


def every_plan(prepared: Prepared, supply: Supply, order: Order) -> Iterator[Parcels]:
    """Every plan in which each row comes whole from one place or waits, as far as stock, capacity and parcels allow."""
    limit = max(1, prepared.rules.max_parcels - len(order.fixed))
    places = [p for p in order.candidates if supply.open_at(order, p)]
    rows = [n for n, row in enumerate(order.rows) if row.need]
    taken: dict[tuple[int, int], int] = {}
    parcels: dict[int, dict[int, int]] = {}

    def walk(at: int) -> Iterator[Parcels]:
        if at == len(rows):
            if parcels:
                yield {place: dict(picks) for place, picks in sorted(parcels.items())}
            return
        n = rows[at]
        row = order.rows[n]
        yield from walk(at + 1)
        for place in places:
            used = taken.get((row.sku, place), 0)
            if supply.free[row.sku][place] - used < row.need or (place not in parcels and len(parcels) == limit):
                continue
            taken[row.sku, place] = used + row.need
            parcels.setdefault(place, {})[n] = row.need
            yield from walk(at + 1)
            taken[row.sku, place] = used
            del parcels[place][n]
            if not parcels[place]:
                del parcels[place]

    return walk(0)
