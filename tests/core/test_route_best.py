"""Orders that compete, against the best routing there is: found by another program that writes down every way."""

from math import comb, prod

import polars as pl
import pytest
from hypothesis import assume, given

from oms.core.route import Problem, route
from oms.core.route.contest import _Contest
from oms.core.route.orders import prepare
from tests.benchmarks.contested import contested
from tests.benchmarks.exact import best_of_all
from tests.core.test_route_properties import CODES, problems


def competing(given: Problem) -> list[int]:
    """Positions of the orders that compete, in the order of service."""
    kernel = _Contest(given, prepare(given), 10_000).kernel
    return kernel.orders if kernel else []


def few_ways(given: Problem) -> bool:
    """Whether the ways of serving each order can all be written down."""
    needs = given.demand.group_by("order_id").agg(pl.col("need"))["need"].to_list()
    return all(prod(comb(need + len(CODES), need) for need in each) < 5_000 for each in needs)


@pytest.mark.parametrize(("orders", "seed"), [(20, 1), (40, 2), (60, 3), (60, 4)])
def test_near_the_best_there_is(orders: int, seed: int) -> None:
    """No more than half a percent dearer than the best that leaves no more behind, which the bound does not exceed."""
    given = contested(orders, 4, seed)
    decision = route(given)
    best = best_of_all(given, decision, competing(given))

    assert decision.lower_bound is not None
    assert decision.lower_bound <= best.bound <= best.cost <= decision.total <= 1.005 * best.cost


@pytest.mark.parametrize(("orders", "seed"), [(20, 3), (30, 1), (30, 5), (40, 5)])
def test_near_the_best_there_is_where_much_is_short(orders: int, seed: int) -> None:
    """Eight skus and stock for 70 % of what is wanted: the same holds where nearly every order waits or stands in the way."""
    given = contested(orders, 4, seed, skus=8, cover=0.7)
    decision = route(given)
    best = best_of_all(given, decision, competing(given))

    assert decision.lower_bound is not None
    assert decision.lower_bound <= best.bound <= best.cost <= decision.total <= 1.005 * best.cost


@pytest.mark.parametrize(("orders", "places", "seed"), [(20, 4, 1), (40, 4, 2), (60, 4, 4), (90, 4, 5)])
def test_few_are_proven_the_best_there_is(orders: int, places: int, seed: int) -> None:
    """Of a small day nothing is left between the routing and its bound, and another program finds nothing better."""
    given = contested(orders, places, seed)
    decision = route(given)
    best = best_of_all(given, decision, competing(given))

    assert decision.lower_bound == decision.total
    assert 0.0 == decision.gap
    assert decision.total == pytest.approx(best.cost, rel=1e-4)


@given(problems(most_orders=3, goals=("cost",)))
def test_no_routing_is_below_the_bound(given: Problem) -> None:
    """Against every way of sending units from everywhere, where no more stays behind and what waits weighs no more."""
    assume(few_ways(given))
    decision = route(given)
    best = best_of_all(given, decision, competing(given))

    assert decision.lower_bound is not None
    assert decision.lower_bound <= best.cost
    assert decision.lower_bound <= decision.total
