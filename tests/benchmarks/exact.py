"""
How far `oms route` is from the best there is: `python -m tests.benchmarks.exact [ORDERS LOCATIONS [SEED [SECONDS [UNITS]]]]`.

The best is found by another program: every way of sending the units of every order is written down here, unit by unit, and one
integer program over all orders chooses (HiGHS, given a time). It shares with `oms` what a parcel costs and what waiting does,
and nothing else. The best of all routings that leave no more units behind than that of `oms`, and in which what waits weighs no
more; `oms` says it is not below its bound. Prints both, and how far `oms` is above. Asserts nothing.
"""

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import highspy
import numpy as np
from numpy.typing import NDArray

from oms.core.route import Decision, Problem, route
from oms.core.route.orders import Order, Prepared, prepare
from oms.core.route.plans import Supply, cost_of
from oms.core.route.waiting import waiting_cost
from tests.benchmarks.contested import contested

Parcels = Mapping[int, Mapping[int, int]]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Way(NamedTuple):
    """One way of serving an order."""

    order: int  # position in Prepared.orders
    parcels: Parcels
    cost: int  # with what waits
    behind: int  # line units that wait
    weight: int  # how much the lines that wait weigh, times what they cost
    uses: dict[tuple[str, int, int], int]  # ("shelf", sku, place), ("day", 0, place) and ("lack", sku, 0): amount


@dataclass(frozen=True)
class Best:
    """What the integer program found: the least cost, and what no routing is below."""

    cost: int
    bound: float
    columns: int
    ways: int


def weights(prepared: Prepared, competing: Sequence[int]) -> dict[int, float]:
    """How much a waiting line of each order that competes weighs: once for each priority below, a tenth for who is first."""
    levels = sorted({prepared.orders[n].priority for n in competing})
    last = max(1, len(competing) - 1)
    return {n: levels.index(prepared.orders[n].priority) + 0.1 * (1 - at / last) for at, n in enumerate(competing)}


def ways_of(prepared: Prepared, number: int, price: int, weight: float) -> Iterator[Way]:
    """Every way of serving an order that has nothing yet: so many units of each row from each place, the rest waits."""
    order = prepared.orders[number]
    free, places = prepared.free, order.candidates
    by_row = [
        [(0,) * len(places)] if not row.need else
        list(_spread(row.need, [min(row.need, max(0, free[row.sku][p])) for p in places]))
        for row in order.rows
    ]  # fmt: skip
    for chosen in product(*by_row):
        parcels: dict[int, dict[int, int]] = {}
        for n, units in enumerate(chosen):
            for place, k in zip(places, units, strict=True):
                if k:
                    parcels.setdefault(place, {})[n] = k
        if len(parcels) > order.most:
            continue
        way = _way(prepared, number, parcels, [sum(units) for units in chosen], price, weight)
        if way is not None:
            yield way


def _spread(units: int, most: Sequence[int]) -> Iterator[tuple[int, ...]]:
    if not most:
        yield ()
        return
    for first in range(min(units, most[0]) + 1):
        for rest in _spread(units - first, most[1:]):
            yield first, *rest


def _way(
    prepared: Prepared, number: int, parcels: Parcels, got: Sequence[int], price: int, weight: float
) -> Way | None:  # fmt: skip
    order = prepared.orders[number]
    whole: dict[int, int] = {}
    for row, units in zip(order.rows, got, strict=True):
        whole[row.line] = min(whole.get(row.line, row.left), (row.left * row.units - row.need + units) // row.units)
    left = {row.line: row.left for row in order.rows}
    if any(units != max(0, whole[row.line] * row.units - row.have) for row, units in zip(order.rows, got, strict=True)):
        return None  # a piece of a pack, half a kit
    late = [line for line, units in whole.items() if units < left[line]]
    if order.desk.ship_complete and late and parcels:
        return None
    if not order.desk.allow_partial and any(_touched(order, line, got) for line in late):
        return None
    cost = cost_of(prepared, order, parcels)
    if cost >= 10**15:
        return None
    uses: dict[tuple[str, int, int], int] = {}
    for place, picks in parcels.items():
        if place not in order.counted:
            uses["day", 0, place] = 1
        for n, units in picks.items():
            key = ("shelf", order.rows[n].sku, place)
            uses[key] = uses.get(key, 0) + units
    for row, units in zip(order.rows, got, strict=True):
        if units < row.need:
            uses["lack", row.sku, 0] = uses.get(("lack", row.sku, 0), 0) - 1
    behind = sum(left[line] - whole[line] for line in late)
    return Way(
        number, parcels, cost + price * len(late), behind, round((1 + weight) * price * len(late)) - price * len(late), uses
    )


def _touched(order: Order, line: int, got: Sequence[int]) -> bool:
    return any(units for row, units in zip(order.rows, got, strict=True) if row.line == line)


def best_of_all(
    problem: Problem, decision: Decision, competing: Sequence[int] | None = None, seconds: float = 60
) -> Best:  # fmt: skip
    """
    The least cost of all routings of orders that have nothing yet, that leave no more than `decision` does.

    `competing`: positions in the order of service, None for all; the others keep what they have.
    """
    prepared = prepare(problem)
    start = Supply(prepared)
    price = [waiting_cost(prepared, start, order) for order in prepared.orders]
    weight = weights(prepared, range(len(price)) if competing is None else competing)
    ours = _as_ways(prepared, decision, price, weight)
    found = [list(ways_of(prepared, n, price[n], weight[n])) if n in weight else [ours[n]] for n in range(len(prepared.orders))]
    master = _Master(prepared, found, sum(way.behind for way in ours), sum(way.weight for way in ours))
    return master.solve(ours, sum(way.cost for way in ours), seconds)


def _as_ways(prepared: Prepared, decision: Decision, price: Sequence[int], weight: Mapping[int, float]) -> list[Way]:
    index = {place.code: n for n, place in enumerate(prepared.places)}
    position = {(o.order_id, row.line_id, prepared.skus[row.sku]): (n, at)
                for n, o in enumerate(prepared.orders) for at, row in enumerate(o.rows)}  # fmt: skip
    parcels: list[dict[int, dict[int, int]]] = [{} for _order in prepared.orders]
    refs = decision.assignments.select("order_id", "line_id", "sku", "location", "quantity")
    for order_id, line_id, sku, location, quantity in refs.iter_rows():
        n, at = position[order_id, line_id, sku]
        parcels[n].setdefault(index[location], {})[at] = quantity
    ways = []
    for n, order in enumerate(prepared.orders):
        got = [sum(picks.get(at, 0) for picks in parcels[n].values()) for at in range(len(order.rows))]
        way = _way(prepared, n, parcels[n], got, price[n], weight.get(n, 0.0))
        assert way is not None
        ways.append(way)
    return ways


class _Master:
    """One of the ways of each order, no more from a shelf or on a day than there is, no more left than allowed."""

    def __init__(self, prepared: Prepared, found: list[list[Way]], behind: int, weight: int) -> None:
        self.ways = [way for each in found for way in each]
        orders = range(len(found))
        limits: dict[tuple[str, int, int], float] = {}
        for sku, shelf in enumerate(prepared.free):
            limits |= {("shelf", sku, place): max(0, units) for place, units in enumerate(shelf)}
            limits["lack", sku, 0] = -_fewest_lines(prepared, sku, sum(max(0, units) for units in shelf))
        limits |= {
            ("day", 0, n): max(0, place.capacity) for n, place in enumerate(prepared.places) if place.capacity is not None
        }
        row = {key: len(orders) + 2 + n for n, key in enumerate(limits)}
        self.fill = len(orders)
        self.lower = np.array([1.0] * len(orders) + [-np.inf] * (2 + len(limits)))
        self.upper = np.array([1.0] * len(orders) + [behind, weight, *limits.values()])
        self.cost = np.array([way.cost for way in self.ways], np.float64)
        self.owner = np.array([way.order for way in self.ways], np.int64)
        entries = [
            (n, at, float(amount)) for n, way in enumerate(self.ways)
            for at, amount in ((way.order, 1), (self.fill, way.behind), (self.fill + 1, way.weight),
                               *((row[key], units) for key, units in way.uses.items() if key in row)) if amount
        ]  # fmt: skip
        self.column, self.row = (np.array([entry[k] for entry in entries], np.int64) for k in (0, 1))
        self.amount = np.array([entry[2] for entry in entries])
        self.number = {(way.order, _key(way)): n for n, way in enumerate(self.ways)}

    def solve(self, ours: Sequence[Way], known: int, seconds: float) -> Best:
        """Ours, or better; and a bound."""
        mine = [self.number[way.order, _key(way)] for way in ours]
        chosen = self._relaxed(mine)
        duals, value = self._linear(chosen)
        # No routing better than ours holds a way that is dearer than what is between it and the bound.
        reduced = self.cost - np.bincount(self.column, weights=self.amount * duals[self.row], minlength=len(self.cost))
        kept = np.union1d(np.flatnonzero(reduced <= known - value + 1), np.array(mine))
        highs = self._highs(kept, integer=True)
        start = highspy.HighsSolution()
        start.col_value = np.isin(kept, mine).astype(float).tolist()
        highs.setSolution(start)
        for name, given in (("time_limit", float(seconds)), ("mip_rel_gap", 0.0), ("mip_abs_gap", 0.5)):
            highs.setOptionValue(name, given)
        highs.run()
        info, values = highs.getInfo(), np.array(highs.getSolution().col_value)
        if len(values) != len(kept):
            return Best(known, info.mip_dual_bound, len(kept), len(self.ways))
        cost = round(float(self.cost[kept] @ np.round(values)))
        # HiGHS 1.16 may lose a constant between the program and what its presolve leaves of it, from both of its bounds.
        lost = cost - info.objective_function_value
        return Best(min(known, cost), info.mip_dual_bound + lost, len(kept), len(self.ways))

    def _relaxed(self, mine: Sequence[int]) -> Ints:
        """Ways enough for the linear program over all of them."""
        cheapest = np.lexsort((self.cost, self.owner))
        first = np.searchsorted(self.owner[cheapest], np.arange(self.fill))
        chosen = np.union1d(np.array(mine), cheapest[first])
        while True:
            duals, _value = self._linear(chosen)
            reduced = self.cost - np.bincount(self.column, weights=self.amount * duals[self.row], minlength=len(self.cost))
            ranked = np.lexsort((reduced, self.owner))
            first = np.searchsorted(self.owner[ranked], np.arange(self.fill))
            rank = np.arange(len(ranked)) - first[self.owner[ranked]]
            more = ranked[(rank < 5) & (reduced[ranked] < -1e-6)]
            if not len(np.setdiff1d(more, chosen)):
                return chosen
            chosen = np.union1d(chosen, more)

    def _linear(self, chosen: Ints) -> tuple[np.ndarray[tuple[int], np.dtype[np.float64]], float]:
        highs = self._highs(chosen, integer=False)
        highs.run()
        assert highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
        return np.array(highs.getSolution().row_dual), highs.getInfo().objective_function_value

    def _highs(self, chosen: Ints, integer: bool) -> highspy.Highs:
        place = np.full(len(self.cost), -1)
        place[chosen] = np.arange(len(chosen))
        kept = place[self.column] >= 0
        column, row, amount = place[self.column[kept]], self.row[kept], self.amount[kept]
        sort = np.lexsort((row, column))
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(chosen), len(self.lower)
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = self.cost[chosen], np.zeros(len(chosen)), np.ones(len(chosen))
        lp.row_lower_, lp.row_upper_ = self.lower, self.upper
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_ = np.searchsorted(column[sort], np.arange(len(chosen) + 1)).astype(np.int32)
        lp.a_matrix_.index_, lp.a_matrix_.value_ = row[sort].astype(np.int32), amount[sort]
        if integer:
            lp.integrality_ = [highspy.HighsVarType.kInteger] * len(chosen)
        highs = highspy.Highs()  # type: ignore[no-untyped-call]
        for name, value in (("output_flag", False), ("threads", 1), ("parallel", "off"), ("random_seed", 0)):
            highs.setOptionValue(name, value)
        highs.passModel(lp)
        return highs


def _key(way: Way) -> tuple[tuple[int, tuple[tuple[int, int], ...]], ...]:
    return tuple(sorted((place, tuple(sorted(picks.items()))) for place, picks in way.parcels.items()))


def _fewest_lines(prepared: Prepared, sku: int, stock: int) -> int:
    """How many lines at least wait for some of a sku; the linear program does not see that half a line cannot."""
    wanted = sorted((row.need for order in prepared.orders for row in order.rows if row.sku == sku), reverse=True)
    short, count = sum(wanted) - stock, 0
    while short > 0:
        short -= wanted[count]
        count += 1
    return count


def main(orders: int, locations: int, seed: int, seconds: int, units: int) -> None:
    """Print what `oms` does, what is best, and how far apart they are."""
    problem = contested(orders, locations, seed, units=(80, 15, 5)[:units])
    decision = route(problem)
    assert decision.lower_bound is not None
    assert decision.contested == orders
    started = time.process_time()
    best = best_of_all(problem, decision, seconds=seconds)
    assert decision.lower_bound <= best.cost
    print(
        f"{orders} orders x {locations} locations, seed {seed}, 1-{units} units a line: {decision.total / 100:,.2f}, "
        f"the best found costs {best.cost / 100:,.2f} and none is below {best.bound / 100:,.2f} "
        f"({decision.lower_bound / 100:,.2f} says oms): {decision.total / best.cost - 1:.3%} above the best found, "
        f"{decision.total / best.bound - 1:.3%} above its bound, {decision.gap:.3%} above our own; "
        f"{best.columns:,} of {best.ways:,} ways, {time.process_time() - started:.0f} CPU s",
        flush=True,
    )


if __name__ == "__main__":
    words = [int(word) for word in sys.argv[1:]]
    main(*words, *(200, 5, 1, 60, 3)[len(words) :])
