"""Which places hold and send a parcel, the best by the goal first."""

from collections.abc import Mapping, Sequence

from oms.core.route.plans import Supply
from oms.core.route.problem import Order, Prepared

Score = tuple[int, int]  # what the goal counts, place


def best_places(prepared: Prepared, supply: Supply, order: Order, picks: Mapping[int, int], count: int) -> list[Score]:
    """
    The `count` best places that can send a parcel of `picks` (units by row) by themselves.

    The score is the parcel's cost without split, its metres, or the place's rank, by the goal; equal scores are ordered
    by what breaks ties.
    """
    weight = volume = units = 0
    wanted: dict[int, int] = {}
    rows = order.rows
    for n, need in picks.items():
        row = rows[n]
        weight += row.weight_g * need
        volume += row.volume_mm3 * need
        units += need
        wanted[row.sku] = wanted.get(row.sku, 0) + need
    shelves = [(supply.free[sku], need) for sku, need in wanted.items()]
    capacity, counted = supply.capacity, order.counted
    top: list[Score] = []
    tied = False
    for score, place in _offers(prepared, order, shelves, weight, volume, units):
        if len(top) >= count and score != top[-1][0]:
            break
        for free, need in shelves:
            if free[place] < need:
                break
        else:
            if capacity[place] > 0 or place in counted:
                tied = tied or (bool(top) and top[-1][0] == score)
                top.append((score, place))
    if tied and prepared.rules.goal == "cost":
        metres, places = prepared.metres, prepared.places
        top.sort(key=lambda offer: (offer[0], metres(order, offer[1]), places[offer[1]].rank, offer[1]))
    return top[:count] if len(top) > count else top


def best_place(prepared: Prepared, supply: Supply, order: Order, n: int, need: int) -> int | None:
    """The best place for a parcel of `need` units of row `n` alone; None where nobody can send it."""
    pricing, row = order.pricing, order.rows[n]
    if prepared.rules.goal != "cost" or pricing.by_gram:
        found = best_places(prepared, supply, order, {n: need}, 1)
        return found[0][1] if found else None
    free, capacity, counted = supply.free[row.sku], supply.capacity, order.counted
    best: int | None = None
    least = 0
    ties: list[int] = []
    for cost, place in pricing.offers(row.weight_g * need, row.volume_mm3 * need, need):
        if best is not None and cost != least:
            break
        if free[place] >= need and (capacity[place] > 0 or place in counted):
            if best is None:
                best, least = place, cost
            ties.append(place)
    if len(ties) > 1:
        return min(ties, key=lambda p: (prepared.metres(order, p), prepared.places[p].rank, p))
    return best


def _offers(
    prepared: Prepared, order: Order, shelves: list[tuple[list[int], int]], weight: int, volume: int, units: int
) -> Sequence[Score]:
    """(score, place) of places that send such a parcel, best first; some of them may not hold it."""
    pricing, goal = order.pricing, prepared.rules.goal
    if goal == "cost" and not pricing.by_gram:
        return pricing.offers(weight, volume, units)
    holders = order.candidates
    for free, need in shelves:
        holders = tuple([p for p in holders if free[p] >= need])
    priced = pricing.price(holders, weight, volume, units)
    if goal == "cost":
        return priced
    metres, places = prepared.metres, prepared.places
    if goal == "distance":
        keyed = sorted((metres(order, p), cost, places[p].rank, p) for cost, p in priced)
    else:
        keyed = sorted((places[p].rank, cost, metres(order, p), p) for cost, p in priced)
    return [(key[0], key[3]) for key in keyed]
