"""`allow_partial = false`: a line is sent whole or waits; what else its order wants goes all the same."""

from dataclasses import replace

import polars as pl
import pytest
from hypothesis import assume, given

from oms.core.route import Problem, route
from oms.core.route.checker import BrokenRouting, check
from oms.core.route.problem import Desk
from tests.benchmarks.contested import contested
from tests.benchmarks.exact import best_of_all
from tests.core.route_desk import again, card, order, place, problem, rate, sent, waits
from tests.core.test_route_best import competing, few_ways
from tests.core.test_route_properties import CODES, problems, told

WHOLE = Desk("site", tuple(CODES), allow_partial=False)


def whole_lines(problem: Problem) -> Problem:
    """The same where no channel lets a part of a line leave."""
    return replace(problem, desks={name: replace(desk, allow_partial=False) for name, desk in problem.desks.items()})


def test_a_line_waits_whole_and_the_others_go() -> None:
    """Two of three mugs are there: the tea goes, the mugs wait."""
    wanted = [order("1", {"MUG": 3, "TEA": 1})]
    stock = {("MUG", "A"): 2, ("TEA", "A"): 1}

    assert [("1", "MUG", 1, "no_stock")] == waits(route(problem(wanted, stock)))
    decision = route(problem(wanted, stock, desks=[WHOLE]))
    assert ([("1", "TEA", "A", 1, 500)], [("1", "MUG", 3, "no_stock")]) == (sent(decision), waits(decision))


def test_a_line_may_come_from_two_places() -> None:
    """Whole is not from one place."""
    given = problem([order("1", {"MUG": 3})], {("MUG", "A"): 2, ("MUG", "B"): 1}, desks=[WHOLE],
                    places=[place("A", "1"), place("B", "3")], rates=card(rate("A", 500), rate("B", 600)))  # fmt: skip

    assert 3 == route(given).assignments["quantity"].sum()


def test_a_kit_of_which_a_component_lacks_waits_whole() -> None:
    """One of two kits could be made."""
    kit = [(0, "MUG", 1, 2, 2), (0, "POT", 2, 2, 4)]
    decision = route(problem([order("1", kit)], {("MUG", "A"): 2, ("POT", "A"): 2}, desks=[WHOLE]))

    assert [] == sent(decision)


def test_what_a_line_has_is_completed() -> None:
    """Two mugs were set aside before the channel said so: the third follows, nothing is given back."""
    held = [("1", 0, "MUG", "A", 2, None, True)]
    short = route(problem([order("1", {"MUG": 1})], {("MUG", "A"): 0}, desks=[WHOLE], held=held))
    enough = route(problem([order("1", {"MUG": 1})], {("MUG", "A"): 1}, desks=[WHOLE], held=held))

    assert ([], []) == (short.assignments.rows(), short.released.rows())
    assert enough.waiting.is_empty()


@given(problems())
def test_no_line_is_begun(given: Problem) -> None:
    """All of a line is sent, or nothing of it; a second run changes nothing."""
    given = whole_lines(given)
    decision = route(given)
    refs = ["order_id", "line_id", "sku"]
    got = decision.assignments.group_by(refs).agg(pl.col("quantity").sum())
    rows = given.demand.join(got, on=refs, how="left").with_columns(pl.col("quantity").fill_null(0))
    lines = rows.group_by("line_id").agg(all=(pl.col("quantity") == pl.col("need")).all(), none=(pl.col("quantity") == 0).all())
    second = route(again(given, decision))

    assert lines.filter(~pl.col("all"), ~pl.col("none")).is_empty()
    assert ([], []) == (second.assignments.rows(), second.released.rows())


@given(problems(most_orders=3, goals=("cost",)))
def test_no_routing_of_whole_lines_is_below_the_bound(given: Problem) -> None:
    """Against every way of sending whole lines that lets no more wait."""
    given = whole_lines(given)
    assume(few_ways(given))
    decision, apart = route(given), route(given, 0)
    best = best_of_all(given, decision, competing(given))

    assert decision.lower_bound is not None
    assert decision.lower_bound <= best.cost
    assert decision.lower_bound <= decision.total <= apart.total


@given(problems())
def test_the_order_of_rows_says_nothing(given: Problem) -> None:
    """The rows of all frames from the last to the first, the same decision."""
    given = whole_lines(given)
    shuffled = replace(given, **{name: getattr(given, name).reverse() for name in ("orders", "demand", "stock", "products")})

    assert told(route(given)) == told(route(shuffled))


def test_near_the_best_there_is() -> None:
    """No more than half a percent above the best of whole lines."""
    given = whole_lines(contested(40, 4, 2))
    decision = route(given)
    best = best_of_all(given, decision, competing(given))

    assert decision.lower_bound is not None
    assert decision.lower_bound <= best.bound <= best.cost <= decision.total <= 1.005 * best.cost


def test_a_part_of_a_line_is_caught() -> None:
    """Nothing is written that the channel forbids."""
    given = problem([order("1", {"MUG": 3})], {("MUG", "A"): 2})
    decision = route(given)

    with pytest.raises(BrokenRouting, match="a part of a line"):
        check(whole_lines(given), decision)
