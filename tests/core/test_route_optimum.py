"""Orders that compete are decided together: cheaper, never worse, and provably how far from the best."""

from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms.core.route import Decision, Problem, contest, route
from oms.core.route.checker import BrokenRouting, check
from oms.core.route.contest import LEVELS
from oms.core.route.problem import Desk, Rules
from tests.benchmarks.contested import contested
from tests.core.route_desk import again, card, order, place, problem, rate, sent, waits
from tests.core.test_route_properties import SKUS, filled, problems, told


def test_the_last_unit_goes_to_who_would_pay_most_without_it() -> None:
    """Both want the mug in A; for the second the other one costs 9.00 more, for the first 1.00."""
    places = [place("A", "1"), place("B", "3")]
    rates = card(rate("A", 500), rate("B", 600, postcode_prefix="1"), rate("B", 1400, postcode_prefix="2"))
    given = problem([order("1", {"MUG": 1}), order("2", {"MUG": 1}, postcode="2")],
                    {("MUG", "A"): 1, ("MUG", "B"): 1}, places=places, rates=rates)  # fmt: skip
    decision = route(given)

    assert [("1", "MUG", "B", 1, 600), ("2", "MUG", "A", 1, 500)] == sent(decision)
    assert (1100, 1100, 1900, 0.0, 2) == (
        decision.total, decision.lower_bound, decision.greedy, decision.gap, decision.contested
    )  # fmt: skip
    assert [("MUG", "A", 100)] == decision.scarce.filter(pl.col("location") == "A").rows()


def test_the_turn_decides_between_equals_and_cost_between_others() -> None:
    """One mug for two: who is served first has it where both cost the same, else it goes where it costs less."""
    batch = [order("1", {"MUG": 1}), order("2", {"MUG": 1}, postcode="2")]
    dearer_first = card(rate("*", 900, postcode_prefix="1"), rate("*", 400, postcode_prefix="2"))

    assert [("2", "MUG", 1, "no_stock")] == waits(route(problem(batch, {("MUG", "A"): 1}, rates=card(rate("*", 400)))))
    assert [("1", "MUG", 1, "no_stock")] == waits(route(problem(batch, {("MUG", "A"): 1}, rates=dearer_first)))


def test_a_scarcity_price_is_what_one_more_would_save() -> None:
    """In money: that nobody waits any more, less what sending it costs; not what waiting weighs."""
    batch = [order("1", {"MUG": 1}), order("2", {"MUG": 1}, postcode="2")]
    one, two = (route(problem(batch, {("MUG", "A"): count}, rates=card(rate("*", 400)))) for count in (1, 2))

    assert one.total - two.total == pytest.approx(one.scarce["price"].item(), rel=0.01)


def test_priority_decides_who_waits() -> None:
    """The channel with the higher priority gets the mug, though its order came later and costs more to send."""
    desks = [Desk("site", ("A",)), Desk("rush", ("A",), priority=1)]
    rates = card(rate("*", 400, postcode_prefix="1"), rate("*", 900, postcode_prefix="2"))
    given = problem([order("1", {"MUG": 1}), order("2", {"MUG": 1}, channel="rush", postcode="2")], {("MUG", "A"): 1},
                    places=[place("A")], rates=rates, desks=desks)  # fmt: skip

    assert [("1", "MUG", 1, "no_stock")] == waits(route(given))


def test_without_competition_the_bound_is_the_total() -> None:
    """Everybody gets the best plan there is."""
    decision = route(problem([order("1", {"MUG": 1})], {("MUG", "A"): 1}))

    assert (500, 500, 500, 0.0, 0) == (
        decision.total, decision.lower_bound, decision.greedy, decision.gap, decision.contested
    )  # fmt: skip


def test_one_after_another_knows_no_bound() -> None:
    """Nobody looked."""
    decision = route(problem([order("1", {"MUG": 1})], {("MUG", "A"): 1}), 0)

    assert (500, None, None) == (decision.total, decision.lower_bound, decision.gap)


def test_more_orders_than_an_effort_allows_are_served_one_after_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are counted, nothing else is looked for; with an effort that allows so many they are decided together."""
    monkeypatch.setitem(LEVELS, 1, replace(LEVELS[1], orders=1))
    places = [place("A", "1"), place("B", "3")]
    rates = card(rate("A", 500), rate("B", 600, postcode_prefix="1"), rate("B", 1400, postcode_prefix="2"))
    given = problem([order("1", {"MUG": 1}), order("2", {"MUG": 1}, postcode="2")],
                    {("MUG", "A"): 1, ("MUG", "B"): 1}, places=places, rates=rates)  # fmt: skip
    many, allowed = route(given, 1), route(given, 2)

    assert sent(route(given, 0)) == sent(many)
    assert (1900, 1900, None, 2) == (many.total, many.greedy, many.lower_bound, many.contested)
    assert (1100, 1900, 1100, 2) == (allowed.total, allowed.greedy, allowed.lower_bound, allowed.contested)


def test_more_orders_than_an_effort_allows_are_decided_in_blocks_where_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, large: Problem
) -> None:
    """Cheaper than one after another, the same twice, and no bound."""
    monkeypatch.setitem(LEVELS, 2, replace(LEVELS[2], orders=100))
    monkeypatch.setattr(contest, "BLOCK", 70)
    first, second, apart = route(large, 2), route(large, 2), route(large, 0)
    check(large, first)

    assert first.total < 0.97 * apart.total
    assert (apart.total, None, 200) == (first.greedy, first.lower_bound, first.contested)
    assert first.short <= apart.short
    assert told(first) == told(second)


@given(problems(goals=("cost",)))
def test_never_worse_than_one_after_another(given: Problem) -> None:
    """Neither dearer nor filling less: lines by what their waiting costs, then units; and the total is not below the bound."""
    together, apart = route(given), route(given, 0)

    assert together.total <= apart.total
    assert (short(together), -filled(together, given)) <= (short(apart), -filled(apart, given))
    assert together.greedy in (None, apart.total)
    assert together.lower_bound is not None
    assert together.lower_bound <= together.total


def short(decision: Decision) -> int:
    """What waiting costs: lines, the dearer ones more."""
    return int(decision.waiting["cost"].sum())


@given(problems(most_orders=4, goals=("cost",)), st.sampled_from(SKUS), st.sampled_from("ABC"))
def test_more_stock_never_costs_more(given: Problem, sku: str, code: str) -> None:
    """One more unit: where all was sent it still is; where that was in whole rows, for no more where it is proven the best."""
    here = (pl.col("sku") == sku) & (pl.col("location") == code)
    more = replace(given, stock=given.stock.with_columns(free=pl.col("free") + pl.when(here).then(1).otherwise(0)))
    before, after = route(given), route(more)
    parted = before.assignments.group_by("line_id", "sku").agg(pl.col("location").n_unique())["location"].max() or 0

    assert before.waiting.height or after.waiting.is_empty()
    assert after.lower_bound is not None
    assert before.waiting.height or parted > 1 or after.lower_bound <= before.total


@pytest.fixture(scope="module")
def large() -> Problem:
    """Two hundred orders that compete."""
    return contested(200, 5)


@pytest.fixture(scope="module")
def decided(large: Problem) -> Decision:
    """Their routing."""
    return route(large)


def test_many_orders_near_the_best(large: Problem, decided: Decision) -> None:
    """Provably within a few percent of the best, and much cheaper than one after another."""
    apart = route(large, 0)

    assert decided.gap is not None
    assert decided.gap < 0.05
    assert decided.total < 0.9 * apart.total
    assert apart.total == decided.greedy


def test_equal_input_equal_routing(large: Problem, decided: Decision) -> None:
    """Twice, and with shuffled rows: the same to the last byte."""
    frames = ("orders", "demand", "stock", "products")
    shuffled = replace(large, **{name: getattr(large, name).sample(fraction=1, shuffle=True, seed=7) for name in frames})

    assert facts(decided) == facts(route(large)) == facts(route(shuffled))


def facts(decision: Decision) -> list[Any]:
    return [*told(decision), decision.total, decision.lower_bound, decision.greedy, decision.scarce.rows()]


def test_a_second_run_leaves_what_was_decided_together(large: Problem, decided: Decision) -> None:
    """Nothing is new, so nothing moves."""
    second = route(again(large, decided))

    assert ([], []) == (second.assignments.rows(), second.released.rows())


def test_few_move_for_new_orders(large: Problem) -> None:
    """What is decided already moves only where that saves more than it asks for."""
    rules = replace(large.rules, stickiness=200)
    before = large.orders.sort("order_id").head(185).select("order_id")
    early = replace(large, rules=rules, orders=large.orders.join(before, on="order_id", how="semi"),
                    demand=large.demand.join(before, on="order_id", how="semi"))  # fmt: skip
    first = route(early)
    known = again(early, first)
    late = large.demand.join(before, on="order_id", how="anti")
    everything = replace(known, orders=large.orders, demand=pl.concat([known.demand, late]))
    second = route(everything)

    assert second.released["order_id"].n_unique() < 0.2 * 185
    check(everything, second)


@pytest.mark.parametrize(
    ("column", "value", "complaint"),
    [("quantity", 99, "more than there is"), ("location", "Z", "more than there is"), ("cost", 1, "parts that do not sum")],
)
def test_a_broken_decision_is_caught(column: str, value: Any, complaint: str) -> None:
    """Nothing is written that could not be carried out."""
    given = problem([order("1", {"MUG": 2})], {("MUG", "A"): 2})
    decision = route(given)
    broken = replace(decision, assignments=decision.assignments.with_columns(pl.lit(value).alias(column)))

    with pytest.raises(BrokenRouting, match=complaint):
        check(given, broken)


def test_an_order_with_many_lines_is_decided_with_the_others() -> None:
    """Twelve lines are too many to look through: its bound is lower, its plan is not worse."""
    skus = [f"K{n}" for n in range(12)]
    stock = {(sku, code): 1 for sku in skus for code in "AB"}
    given = problem([order("1", dict.fromkeys(skus, 1)), order("2", {"K0": 1, "K1": 1}), order("3", {"K0": 1})], stock,
                    places=[place("A", "1"), place("B", "3")], rates=card(rate("A", 500), rate("B", 700)),
                    rules=Rules(wait_penalty=100_000, max_parcels=2))  # fmt: skip
    decision = route(given)

    assert decision.total <= route(given, 0).total
    assert decision.lower_bound is not None
    assert decision.lower_bound <= decision.total
