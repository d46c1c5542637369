"""
Plans for orders whose rows no single place holds, or which would need too many parcels: units of a row come from several
places, and what cannot be filled waits.

Exact by dynamic programming over the places (which units of which row does each send) as long as that is small; beyond
that by sets of places.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, islice, product
from math import prod

from oms.core.route.orders import Order, Prepared
from oms.core.route.plans import (
    Fill,
    Parcels,
    Plan,
    Supply,
    cost_of,
    got,
    is_whole,
    measures,
    parts_well,
    plan_key,
    splits_paid,
    whole_units,
)  # fmt: skip
from oms.core.route.shelves import best_places

#: Parcels (units by row) that the exact search looks at before it gives up.
MAX_PICKS = 400
#: Sets of places compared where the exact search gave up.
MAX_SETS = 2_000
#: Up to this many units a row is split in every possible way; beyond, a place sends all it can, or what is left.
MAX_UNITS = 8

FIELD = 32  # bits

Path = tuple["Path", int, int] | None  # what came before, place, packed units
Score = tuple[int, int]  # what the goal counts, what comes second


def spread(prepared: Prepared, supply: Supply, order: Order, caps: Sequence[int], base: Parcels, most: int) -> Plan:
    """
    The plan that fills most of `caps` (units by row) with at most `most` parcels, and of those the best by the goal.

    `base` are parcels that stay and may be added to. A row that a single place can send whole is split only where that
    fills more, or costs less where cost is the goal and not all can be filled.
    """
    search = _Search(prepared, supply, order, caps, base, most)
    held = search.held_whole()
    whole = search.solve(held)
    if whole is not None and whole.fill == search.wanted:
        return whole
    torn = search.solve(frozenset()) if held else whole
    plans = [plan for plan in (whole, torn) if plan is not None]
    if torn is None or max(caps) > MAX_UNITS:
        plans.append(search.by_sets())
    by_cost = prepared.rules.goal == "cost"
    best = min(plans, key=lambda plan: (-plan.fill.done, plan.fill.waiting, plan.cost if by_cost else 0))  # the first of equals
    # Once others have taken what a single place held, a split that was not allowed can be the better plan.
    best.exact = best.exact and not held
    return best


def parted(prepared: Prepared, supply: Supply, order: Order, needs: Sequence[int], most: int, below: int) -> Plan | None:
    """
    The cheapest plan for `needs`, whoever sends which unit of a row, of those with two parcels or more that cost no more than
    `below`; None where looking at every way would take too long.
    """
    if max(needs) > MAX_UNITS:
        return None
    return _Search(prepared, supply, order, needs, {}, most).solve(frozenset(), below)


class _Search:
    def __init__(self, prepared: Prepared, supply: Supply, order: Order, caps: Sequence[int], base: Parcels, most: int) -> None:
        self.prepared, self.supply, self.order, self.base, self.most = prepared, supply, order, base, most
        self.caps = tuple(caps)
        self.rows = [n for n, cap in enumerate(caps) if cap]
        self.base_got = got(order, base)
        self.wanted = Fill.of(order, [a + b for a, b in zip(self.base_got, caps, strict=True)])
        shelves = [supply.free[order.rows[n].sku] for n in self.rows]
        self.places = [p for p in order.candidates if supply.open_at(order, p) and any(free[p] > 0 for free in shelves)]
        # Lines of one sku, one unit each, nothing placed for good: units are line units.
        self._plain = len(order.rows) == order.lines and all(row.units == 1 and not row.have for row in order.rows)

    def held_whole(self) -> frozenset[int]:
        """Rows that a single place holds."""
        rows, free = self.order.rows, self.supply.free
        return frozenset(n for n in self.rows if any(free[rows[n].sku][p] >= self.caps[n] for p in self.places))

    def solve(self, whole: frozenset[int], below: int | None = None) -> Plan | None:
        """
        The best plan in which the rows of `whole` are not split; None where looking would take too long.

        `below`: only plans with two parcels or more that cost no more than this are asked for.
        """
        portions = [self._portions(n, whole) for n in self.rows]
        if prod(len(p) for p in portions) > MAX_PICKS:
            return None
        # What a parcel may cost where there is at least one more. (By another goal a score is no cost.)
        split = self.prepared.rules.split_penalty * splits_paid(self.order, 2)
        steps = self._steps(portions, None if below is None else below - self.order.pricing.least - split)
        # A state holds the units of each row in FIELD bits of one number; its top bits stay free to notice overflow.
        caps = _packed([self.caps[n] for n in self.rows]) | _guard(len(self.rows))
        guard = _guard(len(self.rows))
        best: dict[tuple[int, int], tuple[Score, Path]] = {(len(self.base), 0): ((0, 0), None)}
        for place in sorted(steps):
            fresh = place not in self.base
            news: dict[tuple[int, int], tuple[Score, Path]] = {}
            for (parcels, state), (score, path) in best.items():
                count = parcels + fresh
                if fresh and count > self.most:
                    continue
                for picks, added in steps[place]:
                    after = state + picks
                    if (caps - after) & guard != guard:
                        continue
                    key, total = (count, after), (score[0] + added[0], score[1] + added[1])
                    known = news.get(key) or best.get(key)
                    if known is None or total < known[0]:
                        news[key] = (total, (path, place, picks))
            best.update(news)
        return self._pick(best)

    def _portions(self, n: int, whole: frozenset[int]) -> Sequence[int]:
        """How many units of a row a place may send."""
        cap, row = self.caps[n], self.order.rows[n]
        if n in whole:
            return (0, cap)
        if cap <= MAX_UNITS:
            return range(cap + 1)
        free = self.supply.free[row.sku]
        held = {min(cap, free[p]) for p in self.places if free[p] > 0} | {0, cap}
        held |= {units // row.units * row.units for units in held}
        return sorted(held | {cap - units for units in held})

    def _steps(self, portions: Sequence[Sequence[int]], room: int | None) -> dict[int, list[tuple[int, Score]]]:
        """
        What each place may send, and at what score.

        Of a parcel only the best `most` places matter: a plan that uses another one has one of these to spare.
        """
        steps: dict[int, list[tuple[int, Score]]] = {}
        for picks in product(*portions):
            if not any(picks):
                continue
            wanted = {n: units for n, units in zip(self.rows, picks, strict=True) if units}
            small = self.order.min_worth and self.order.too_small([wanted.get(n, 0) for n in range(len(self.caps))])
            for place, score in self._places_for(wanted, self.most):
                if (room is not None and score[0] > room) or (small and place not in self.base):
                    continue
                steps.setdefault(place, []).append((_packed(picks), score))
        return steps

    def _places_for(self, wanted: Mapping[int, int], count: int) -> Iterator[tuple[int, Score]]:
        order, prepared = self.order, self.prepared
        for first, place in best_places(prepared, self.supply, order, wanted, count + len(self.base)):
            if place not in self.base:
                if prepared.rules.goal == "cost":
                    yield place, (first, prepared.metres(order, place))
                else:
                    yield place, (first, order.pricing.amount(place, *measures(order, wanted)) or 0)
        for place in self.base:
            if place in self.places and self._holds(place, wanted):
                added = self._added_cost(place, wanted)
                if added is not None:
                    yield place, ((added, 0) if prepared.rules.goal == "cost" else (0, added))

    def _holds(self, place: int, wanted: Mapping[int, int]) -> bool:
        needs: dict[int, int] = {}
        for n, units in wanted.items():
            sku = self.order.rows[n].sku
            needs[sku] = needs.get(sku, 0) + units
        return all(self.supply.free[sku][place] >= units for sku, units in needs.items())

    def _added_cost(self, place: int, wanted: Mapping[int, int]) -> int | None:
        """What a parcel that stays costs more when `wanted` is added to it."""
        order, before = self.order, self.base[place]
        merged = {n: before.get(n, 0) + wanted.get(n, 0) for n in {*before, *wanted}}
        amount = order.pricing.amount(place, *measures(order, merged))
        return None if amount is None else amount - (order.pricing.amount(place, *measures(order, before)) or 0)

    def _pick(self, best: Mapping[tuple[int, int], tuple[Score, Path]]) -> Plan:
        ranked: list[tuple[int, int, int, int, Path]] = []
        split = self.prepared.rules.split_penalty
        costs = self.prepared.rules.goal == "cost"
        fills: dict[int, Fill | None] = {}
        for (parcels, state), (score, path) in best.items():
            if state and self.order.min_worth and not parts_well(self.order, self._parcels(path)):
                continue
            if state not in fills:
                fills[state] = self._fill(_unpacked(state, len(self.rows)))
            fill = fills[state]
            if fill is not None:
                first = score[0] + split * parcels if costs else parcels
                ranked.append((-fill.done, fill.waiting, first, 0 if costs else score[0], path))
        top = min(entry[:4] for entry in ranked)
        plans = [self._parcels(entry[4]) for entry in ranked if entry[:4] == top]
        chosen = plans[0] if len(plans) == 1 else min(plans, key=lambda p: plan_key(self.prepared, self.order, p))
        return Plan(chosen, Fill(-top[0], top[1]), cost_of(self.prepared, self.order, chosen))

    def _fill(self, state: Sequence[int]) -> Fill | None:
        """What a state fills together with what stays; None where it takes units that complete nothing, or parts of a line."""
        units = list(self.base_got)
        for n, k in zip(self.rows, state, strict=True):
            units[n] += k
        if not self.order.desk.allow_partial and self._begun(units):
            return None
        if self._plain:
            return Fill(sum(units), sum([k < row.need for k, row in zip(units, self.order.rows, strict=True)]))
        return Fill.of(self.order, units) if is_whole(self.order, units) else None

    def _begun(self, units: Sequence[int]) -> set[int]:
        """Lines that would get something more, and not all they need."""
        rows = self.order.rows
        more = {row.line for row, k, base in zip(rows, units, self.base_got, strict=True) if k > base}
        return more & {row.line for row, k in zip(rows, units, strict=True) if k < row.need}

    def _parcels(self, path: Path) -> dict[int, dict[int, int]]:
        parcels = {place: dict(picks) for place, picks in self.base.items()}
        while path is not None:
            path, place, picks = path
            here = parcels.setdefault(place, {})
            for n, units in zip(self.rows, _unpacked(picks, len(self.rows)), strict=True):
                if units:
                    here[n] = here.get(n, 0) + units
        return parcels

    # -- too large to be exact ----------------------------------------------------------------------------------------

    def by_sets(self) -> Plan:
        """The best over sets of places, each set served row by row."""
        order = self.order
        fresh = [p for p in self.places if p not in self.base]
        fresh.sort(key=lambda p: (-sum(min(self.supply.free[order.rows[n].sku][p], self.caps[n]) for n in self.rows), p))
        room = max(0, self.most - len(self.base))
        sets = (chosen for size in range(room + 1) for chosen in combinations(fresh, size))
        best = Plan(self.base, Fill.of(order, self.base_got), cost_of(self.prepared, order, self.base), False)
        for chosen in islice(sets, MAX_SETS):
            plan = self._serve([*(p for p in self.places if p in self.base), *chosen])
            if plan is None:
                continue
            if plan.fill.better_than(best.fill) or (
                plan.fill == best.fill
                and plan_key(self.prepared, order, plan.parcels) < plan_key(self.prepared, order, best.parcels)
            ):
                best = plan
        return best

    def _serve(self, chosen: Sequence[int]) -> Plan | None:
        """Each row whole from the first place that holds it, else from as many as it takes; None if one cannot go."""
        order = self.order
        units = self._split_among(chosen, self.caps)
        whole = whole_units(order, [a + sum(u) for a, u in zip(self.base_got, units, strict=True)])
        exact = [
            max(0, min(cap, whole[row.line] * row.units - row.have - base))
            for row, cap, base in zip(order.rows, self.caps, self.base_got, strict=True)
        ]
        if not order.desk.allow_partial:
            begun = self._begun([a + b for a, b in zip(self.base_got, exact, strict=True)])
            exact = [0 if row.line in begun else k for row, k in zip(order.rows, exact, strict=True)]
        units = self._split_among(chosen, exact)
        parcels = {place: dict(picks) for place, picks in self.base.items()}
        for n, by_place in enumerate(units):
            for place, k in zip(chosen, by_place, strict=True):
                if k:
                    here = parcels.setdefault(place, {})
                    here[n] = here.get(n, 0) + k
        cost = cost_of(self.prepared, order, parcels)
        if any(order.pricing.amount(p, *measures(order, picks)) is None for p, picks in parcels.items()):
            return None
        if parcels != self.base and not parts_well(order, parcels):
            return None
        return Plan(parcels, Fill.of(order, got(order, parcels)), cost, False)

    def _split_among(self, chosen: Sequence[int], wanted: Sequence[int]) -> list[list[int]]:
        free = {n: [max(0, self.supply.free[n][p]) for p in chosen] for n in {row.sku for row in self.order.rows}}
        result = []
        for row, want in zip(self.order.rows, wanted, strict=True):
            here = free[row.sku]
            taken = [0] * len(chosen)
            at = next((n for n, units in enumerate(here) if units >= want), None)
            for n in (at,) if at is not None else range(len(chosen)):
                taken[n] = min(here[n], want - sum(taken))
                here[n] -= taken[n]
            result.append(taken)
        return result


def _packed(units: Sequence[int]) -> int:
    return sum(k << FIELD * n for n, k in enumerate(units))


def _unpacked(state: int, count: int) -> list[int]:
    return [state >> FIELD * n & (1 << FIELD) - 1 for n in range(count)]


def _guard(count: int) -> int:
    return _packed([1 << FIELD - 1] * count)
