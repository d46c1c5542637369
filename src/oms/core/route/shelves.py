"""
Which places hold and send a parcel, the best by the goal first; the ways to put rows into parcels and parcels to places.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from oms.core.route.orders import Order, Prepared
from oms.core.route.plans import Supply
from oms.core.route.pricing import FAR_M

Score = tuple[int, int]  # what the goal counts, place

#: What a minor unit of `Pricing.extra` counts in metres or ranks: more than those of all parcels of an order.
RATHER = 10 * FAR_M


def holders(supply: Supply, order: Order, sku: int, units: int) -> int:
    """The places, as bits, that hold so many units."""
    free = supply.free[sku]
    bits = 0
    for place in order.candidates:
        if free[place] >= units:
            bits |= 1 << place
    return bits


def best_places(
    prepared: Prepared, supply: Supply, order: Order, picks: Mapping[int, int], count: int, held: int | None = None
) -> list[Score]:
    """
    The `count` best places that can send a parcel of `picks` (units by row) by themselves.

    `held`: the places that hold it, as bits, where that is known. The score is the parcel's cost without split, its
    metres, or the place's rank, by the goal; equal scores are ordered by what breaks ties.
    """
    if held == 0:
        return []
    weight = volume = units = 0
    rows = order.rows
    for n, need in picks.items():
        row = rows[n]
        weight += row.weight_g * need
        volume += row.volume_mm3 * need
        units += need
    if held is None:
        wanted: dict[int, int] = {}
        for n, need in picks.items():
            wanted[rows[n].sku] = wanted.get(rows[n].sku, 0) + need
        held = -1
        for sku, need in wanted.items():
            held &= holders(supply, order, sku, need)
    capacity, counted = supply.capacity, order.counted
    top: list[Score] = []
    last, tied = -1, False
    for offer in _offers(prepared, order, held, weight, volume, units):
        score, place = offer
        if score != last and len(top) >= count:
            break
        if held >> place & 1 and (capacity[place] > 0 or place in counted):
            tied = tied or score == last
            last = score
            top.append(offer)
    if tied and prepared.rules.goal == "cost":
        _break_ties(prepared, order, top)
    return top[:count] if len(top) > count else top


def best_places_of_row(prepared: Prepared, supply: Supply, order: Order, n: int, need: int, count: int) -> list[Score]:
    """As `best_places`, for a parcel of `need` units of row `n` alone: nine parcels in ten are looked for so."""
    pricing, row = order.pricing, order.rows[n]
    if prepared.rules.goal != "cost" or pricing.by_gram:
        return best_places(prepared, supply, order, {n: need}, count)
    free, capacity, counted = supply.free[row.sku], supply.capacity, order.counted
    top: list[Score] = []
    last, tied = -1, False
    for offer in pricing.offers(row.weight_g * need, row.volume_mm3 * need, need):
        cost, place = offer
        if cost != last and len(top) >= count:
            break
        if free[place] >= need and (capacity[place] > 0 or place in counted):
            tied = tied or cost == last
            last = cost
            top.append(offer)
    if tied:
        _break_ties(prepared, order, top)
    return top[:count] if len(top) > count else top


def _break_ties(prepared: Prepared, order: Order, top: list[Score]) -> None:
    metres, places = prepared.metres, prepared.places
    top.sort(key=lambda offer: (offer[0], metres(order, offer[1]), places[offer[1]].rank, offer[1]))


def _offers(prepared: Prepared, order: Order, held: int, weight: int, volume: int, units: int) -> Sequence[Score]:
    """(score, place) of places that send such a parcel, best first; some of them may not hold it."""
    pricing, goal = order.pricing, prepared.rules.goal
    if goal == "cost" and not pricing.by_gram:
        return pricing.offers(weight, volume, units)
    priced = pricing.price([p for p in order.candidates if held >> p & 1], weight, volume, units)
    if goal == "cost":
        return priced
    metres, places = prepared.metres, prepared.places
    first = [RATHER * extra for extra in pricing.extra] or [0] * len(places)
    if goal == "distance":
        keyed = sorted((first[p] + metres(order, p), cost, places[p].rank, p) for cost, p in priced)
    else:
        keyed = sorted((first[p] + places[p].rank, cost, metres(order, p), p) for cost, p in priced)
    return [(key[0], key[3]) for key in keyed]


@cache
def groupings(rows: int, most: int) -> tuple[tuple[int, ...], ...]:
    """Every way of putting `rows` rows into at most `most` parcels, as bit masks; fewest parcels first."""

    def build(row: int, blocks: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        if row == rows:
            yield blocks
            return
        for n, block in enumerate(blocks):
            yield from build(row + 1, (*blocks[:n], block | 1 << row, *blocks[n + 1 :]))
        if len(blocks) < most:
            yield from build(row + 1, (*blocks, 1 << row))

    return tuple(sorted(build(0, ()), key=len))


def distinct_places(tops: Sequence[list[Score]]) -> Iterator[tuple[int, tuple[int, ...]]]:
    """The ways to give each block a place of its own, as (total score, places); only the best where that is plain."""
    first = tuple(top[0][1] for top in tops)
    if len(set(first)) == len(first):
        yield sum(top[0][0] for top in tops), first
        return
    rest = [0] * (len(tops) + 1)
    for n in range(len(tops) - 1, -1, -1):
        rest[n] = rest[n + 1] + tops[n][0][0]
    best: list[int] = []

    def walk(n: int, total: int, taken: tuple[int, ...]) -> Iterator[tuple[int, tuple[int, ...]]]:
        if best and total + rest[n] > best[0]:
            return
        if n == len(tops):
            best[:] = [total]
            yield total, taken
            return
        for score, place in tops[n]:
            if place not in taken:
                yield from walk(n + 1, total + score, (*taken, place))

    yield from walk(0, 0, ())
