"""Why a line waits, and what waiting costs."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from oms.core.route.orders import Order, Prepared
from oms.core.route.plans import Supply, splits_paid
from oms.core.route.shelves import Score, distinct_places, groupings, holders
from oms.core.route.terms import OWN_WAREHOUSE

NO_LOCATION = "no_location"  # nowhere it may be sent from
NO_STOCK = "no_stock"
CAPACITY = "capacity"  # there is stock, where the day is full
NO_RATE = "no_rate"  # there is stock, where no carrier takes the parcel
MAX_PARCELS = "max_parcels"  # it would be a parcel too many
COMPONENT = "component"  # the kit lacks another component
SHIP_COMPLETE = "ship_complete"  # the order waits for another line
PICKUP = "pickup"  # where it may be collected, no place has all of it
MIN_VALUE = "min_value"  # it would be a part of an order that a rule says is worth too little to be one
RULE = "rule"  # one of the seller's rules forbids the places that hold it

#: So many orders are looked at together.
WORTH_IT = 500
#: Orders with more rows than this have the cost of waiting estimated.
EXACT_ROWS = 4


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
            found.append(Short(n, short, *_why(supply, order, n, short, got)))
            lacking.setdefault(row.line, set()).add(found[-1].reason)
    result = []
    others_wait = {s.reason for s in found} & {NO_STOCK, CAPACITY, NO_RATE, RULE}
    for each in found:
        reason = each.reason
        if order.pickup and reason in (NO_STOCK, MAX_PARCELS):
            reason = SHIP_COMPLETE if reason == MAX_PARCELS and others_wait else PICKUP
        elif reason == MAX_PARCELS:  # it could go: something else keeps it
            if lacking[order.rows[each.row].line] & {NO_STOCK, CAPACITY, NO_RATE, RULE}:
                reason = COMPONENT
            elif order.desk.ship_complete and others_wait:
                reason = SHIP_COMPLETE
            elif order.min_worth:
                reason = MIN_VALUE
        result.append(each._replace(reason=reason))
    return result


def _why(supply: Supply, order: Order, n: int, short: int, got: list[int]) -> tuple[int, str]:
    row, places = order.rows[n], order.candidates
    barred = [p for p, rule in order.barred.items() if rule != OWN_WAREHOUSE]
    if not places and not barred:
        return 0, NO_LOCATION
    stock = {p: max(0, supply.free[row.sku][p]) for p in places}
    free = sum(stock.values())
    # A kit's components and a pack's pieces are of no use alone: less than one whole unit is no stock.
    enough = short if order.desk.ship_complete or not order.desk.allow_partial else min(short, row.units)
    if free < enough:
        kept = sum(max(0, supply.free[row.sku][p]) for p in barred) + supply.withheld(order, row.sku)
        return free, RULE if kept and free + kept >= enough else NO_STOCK
    open_places = [p for p in places if supply.open_at(order, p)]
    if sum(stock[p] for p in open_places) < enough:
        return free, CAPACITY
    carried = [
        p for p in open_places
        if stock[p] and order.pricing.amount(p, row.weight_g, row.volume_mm3, 1) is not None
    ]  # fmt: skip
    if sum(stock[p] for p in carried) < enough:
        return free, NO_RATE
    if len(carried) == 1 and not _may_join(order, carried[0], n, got):
        return free, NO_RATE
    return free, MAX_PARCELS


def _may_join(order: Order, place: int, n: int, got: list[int]) -> bool:
    """Whether a carrier takes one unit more of row `n` in the parcel that surely leaves `place`, where there is one."""
    beside = range(len(order.rows)) if len(order.candidates) == 1 else [n]
    if not any(got[each] for each in beside):
        return True
    weight, volume, units = order.rows[n].weight_g, order.rows[n].volume_mm3, 1
    for each in beside:
        weight += order.rows[each].weight_g * got[each]
        volume += order.rows[each].volume_mm3 * got[each]
        units += got[each]
    return order.pricing.amount(place, weight, volume, units) is not None


def waiting_cost(prepared: Prepared, start: Supply, order: Order) -> int:
    """
    What a waiting line of this order costs: `wait_penalty`, or more than the order's dearest feasible plan.

    So filling always comes before saving, and before what rules prefer: `unpaid_waiting` says what of it nobody pays. Plans
    are looked at against `start`, the supply before anything was decided.
    Of orders with many rows the dearest plan is estimated, never too low.
    """
    rows = [n for n, row in enumerate(order.rows) if row.need]
    bound = _bound(prepared, order, len(rows))
    if bound < prepared.rules.wait_penalty or len(rows) > EXACT_ROWS:
        return max(prepared.rules.wait_penalty, bound + 1)
    for sign in (1, -1):  # its own units are free for it, for as long as we look
        for place, picks in order.current.items():
            for n, units in picks.items():
                start.free[order.rows[n].sku][place] += sign * units
        if sign == 1:
            dearest = _dearest(prepared, start, order, rows)
    return max(prepared.rules.wait_penalty, dearest + 1)


def waiting_costs(prepared: Prepared, start: Supply, numbers: Sequence[int]) -> dict[int, int]:
    """`waiting_cost` of these orders, by number."""
    penalty = prepared.rules.wait_penalty
    found: dict[int, int] = {}
    if len(numbers) >= WORTH_IT:
        from oms.core.route.ahead import Ahead

        found = {n: max(penalty, dearest + 1) for n, dearest in Ahead(prepared, start).dearest(numbers).items()}
    return {n: found[n] if n in found else waiting_cost(prepared, start, prepared.orders[n]) for n in numbers}


def unpaid_waiting(prepared: Prepared, start: Supply, order: Order) -> int:
    """What of the cost of a waiting line is there only because rules prefer other places."""
    if not order.pricing.extra:
        return 0
    paid = replace(order, pricing=order.pricing.preferring(()))
    return waiting_cost(prepared, start, order) - waiting_cost(prepared, start, paid)


def _dearest(prepared: Prepared, start: Supply, order: Order, rows: list[int]) -> int:
    """Cost of the dearest plan in which each row comes whole from one place or waits; 0 where there is none."""
    limit = order.room
    tops = [
        _dear_places(start, order, [n for bit, n in enumerate(rows) if mask >> bit & 1], limit) if mask else []
        for mask in range(1 << len(rows))
    ]
    dearest = 0
    for mask in range(1, 1 << len(rows)):
        bits = [1 << bit for bit in range(len(rows)) if mask >> bit & 1]
        for blocks in groupings(len(bits), limit):
            chosen = [tops[sum([bit for n, bit in enumerate(bits) if block >> n & 1])] for block in blocks]
            if [] in chosen:
                continue
            split = prepared.rules.split_penalty * splits_paid(order, len(blocks))
            if split - sum([top[0][0] for top in chosen]) > dearest:
                dearest = max([dearest, *(split - total for total, _places in distinct_places(chosen))])
    return dearest


def _dear_places(start: Supply, order: Order, rows: list[int], count: int) -> list[Score]:
    """The dearest places for a parcel of `rows`, as (minus cost, place)."""
    weight = volume = units = 0
    wanted: dict[int, int] = {}
    for n in rows:
        row = order.rows[n]
        weight += row.weight_g * row.need
        volume += row.volume_mm3 * row.need
        units += row.need
        wanted[row.sku] = wanted.get(row.sku, 0) + row.need
    held = -1
    for sku, need in wanted.items():
        held &= holders(start, order, sku, need)
    if not held:
        return []
    pricing = order.pricing
    if pricing.by_gram:
        offers = pricing.price([p for p in order.candidates if held >> p & 1], weight, volume, units)
    else:
        offers = pricing.offers(weight, volume, units)
    found: list[Score] = []
    for cost, place in reversed(offers):
        if held >> place & 1 and start.open_at(order, place):
            found.append((-cost, place))
            if len(found) == count:
                break
    return found


def _bound(prepared: Prepared, order: Order, rows: int) -> int:
    """No feasible plan of the order is dearer."""
    weight = volume = units = 0
    for row in order.rows:
        weight += row.weight_g * row.need
        volume += row.volume_mm3 * row.need
        units += row.need
    limit = order.room
    parcels = min(len(order.candidates), limit, rows if rows <= EXACT_ROWS else units)
    if not parcels:
        return 0
    pricing = order.pricing
    one: int | None = None
    if not pricing.by_gram and pricing.rising():
        offers = pricing.offers(weight, volume, units)
        if len(offers) == pricing.carriers:  # no place sends a part that cannot send the whole
            one = offers[-1][0] if offers else 0
    if one is None:
        one = pricing.dearest(weight, volume, units)
    return one * parcels + prepared.rules.split_penalty * splits_paid(order, parcels)
