"""Orders that rules let part less: so many parcels at most, and no part that is worth less than that."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms.core.route import Decision, Problem, route
from oms.core.route.checker import BrokenRouting, check
from oms.core.route.explain import MIN_VALUE, explain
from oms.core.route.orders import prepare
from oms.core.route.plans import parts_well
from oms.core.route.rule_findings import ADDS_NOTHING, Finding, findings
from oms.core.route.rulings import Rule, Ruling, together
from tests.core.route_desk import again, order, problem, sent, waits
from tests.core.test_route_properties import best_of_all, filled, problems
from tests.core.test_route_rulings import ruled, worth

#: A mug is worth 1, a pot 2, a tea 3.
APART = {("MUG", "A"): 1, ("POT", "B"): 1, ("TEA", "C"): 1}


def parting(stock: dict[tuple[str, str], int], lines: dict[str, int], **said: Any) -> Problem:
    """One order under a rule that says `said`."""
    plain = problem([order("1", lines)], stock)
    return replace(ruled(plain, **{"1": Ruling(min_value_by="worth-it", **said)}), worth=worth(plain))


def parts(decision: Decision) -> dict[str, dict[str, int]]:
    """Units of each sku by place."""
    found: dict[str, dict[str, int]] = {}
    for _ref, sku, place, units, _cost in sent(decision):
        found.setdefault(place, {})[sku] = units
    return found


def test_a_rule_says_how_many_parcels() -> None:
    """Fewer than [routing] says, or more; what would be a parcel too many waits."""
    lines = {"MUG": 1, "POT": 1, "TEA": 1}

    two, one = route(parting(APART, lines, max_parcels=2)), route(parting(APART, lines, max_parcels=1))

    assert [("1", "TEA", 1, "max_parcels")] == waits(two)
    assert [1, 2] == [each.assignments["location"].n_unique() for each in (one, two)]


@pytest.mark.parametrize(
    ("least", "expected", "waiting"),
    [
        (1, {"A": {"MUG": 1}, "B": {"POT": 1}, "C": {"TEA": 1}}, []),
        (2, {"B": {"POT": 1}}, ["MUG", "TEA"]),  # a mug is worth too little to go by itself, and to wait so
        (4, {}, ["MUG", "POT", "TEA"]),
    ],
)
def test_a_part_is_worth_what_a_rule_asks(least: int, expected: dict[str, dict[str, int]], waiting: list[str]) -> None:
    """What goes and what waits; an order that cannot be parted well waits whole."""
    decision = route(parting(APART, {"MUG": 1, "POT": 1, "TEA": 1}, min_value=least))

    assert expected == parts(decision)
    assert waiting == [sku for _ref, sku, _short, _reason in waits(decision)]
    assert {reason for *_row, reason in waits(decision)} <= {"min_value"}


def test_enough_is_left_behind_for_a_part_of_its_own() -> None:
    """Of six mugs five are there: one would be left, worth too little, so four go."""
    decision = route(parting({("MUG", "A"): 5}, {"MUG": 6}, min_value=2))

    assert {"A": {"MUG": 4}} == parts(decision)
    assert [("1", "MUG", 2, "min_value")] == waits(decision)


def test_one_parcel_of_everything_is_no_part() -> None:
    """However little it is worth; and what is left of an order that began to leave goes, too."""
    whole = route(parting({("MUG", "A"): 1}, {"MUG": 1}, min_value=100))
    plain = problem([order("1", [(0, "MUG", 1, 1, 1), (1, "POT", 1, 1, 0)])], {("MUG", "A"): 1},
                    held=[("1", 1, "POT", "B", 1, None, False)])  # fmt: skip
    rest = route(replace(ruled(plain, **{"1": Ruling(min_value=100)}), worth=worth(plain)))

    assert {"A": {"MUG": 1}} == parts(whole) == parts(rest)


def test_goods_without_a_price_part_as_they_like() -> None:
    """Nobody can say what they are worth."""
    given = parting(APART, {"MUG": 1, "POT": 1}, min_value=100)

    assert {"A": {"MUG": 1}, "B": {"POT": 1}} == parts(route(replace(given, worth=given.worth.filter(pl.col("sku") == "MUG"))))


def test_a_rule_that_comes_later_gives_back_what_parts_badly() -> None:
    """What is not picked is one order again."""
    plain = problem([order("1", {"MUG": 1, "POT": 1})], APART)
    held = replace(again(plain, route(plain)), worth=worth(plain))

    decision = route(ruled(held, **{"1": Ruling(min_value=2)}))

    assert ({}, 2) == (parts(decision), decision.released.height)


@given(problems(most_orders=1), st.integers(1, 12), st.sampled_from((None, 1, 2, 3)))
def test_a_single_order_gets_the_best_plan_that_parts_well(given: Problem, least: int, most: int | None) -> None:
    """Against every way of taking units from shelves: none of those that part well fills more, or as much for less."""
    ref = given.orders["order_ref"][0]
    problem = replace(ruled(given, **{ref: Ruling(min_value=least, max_parcels=most)}), worth=worth(given))
    ready = prepare(problem)
    only = ready.orders[0]
    expected = best_of_all(ready, only, allowed=lambda plan: parts_well(only, plan.parcels))

    decision = route(problem)

    if expected is None:
        assert decision.assignments.is_empty()
        return
    assert expected.fill.done == filled(decision, problem)
    if ready.rules.goal == "cost":
        assert expected.cost == decision.assignments["cost"].sum()


@given(problems(goals=("cost",)), st.data())
def test_orders_that_compete_part_well(given: Problem, data: st.DataObject) -> None:
    """One after another and together: every part is worth its parcel, and a second run finds nothing to do."""
    found = {
        order_id: Ruling(min_value=data.draw(st.integers(1, 9)), max_parcels=data.draw(st.sampled_from((None, 1, 3))))
        for order_id in given.orders["order_id"]
    }
    problem = replace(given, rulings=found, worth=worth(given))
    ready = prepare(problem)

    for effort in (0, 1):
        decision = route(problem, effort)
        for only in ready.orders:
            rows = {(row.line_id, ready.skus[row.sku]): n for n, row in enumerate(only.rows)}
            parcels: dict[int, dict[int, int]] = {}
            mine = decision.assignments.filter(order_id=only.order_id).select("line_id", "sku", "location", "quantity")
            for line_id, sku, code, units in mine.iter_rows():
                parcels.setdefault("ABC".index(code), {})[rows[line_id, sku]] = units
            assert parts_well(only, parcels)
            assert len(parcels) <= only.most
        second = route(again(problem, decision), effort)
        assert (0, 0) == (second.assignments.height, second.released.height)


def test_the_checker_counts_the_parcels_that_a_rule_allows() -> None:
    """A decision for a batch without the rule is none for a batch with it."""
    plain = problem([order("1", {"MUG": 1, "POT": 1})], APART)

    with pytest.raises(BrokenRouting, match="too many parcels"):
        check(ruled(plain, **{"1": Ruling(max_parcels=1)}), route(plain))


def test_explain_names_the_rule_that_keeps_an_order_together() -> None:
    """Beside the plan that would part it."""
    told = explain(prepare(parting(APART, {"MUG": 1, "POT": 1}, min_value=2))).others

    assert ("worth-it", frozenset((0, 1))) in {
        (c.rule, frozenset(p.place for p in c.parcels)) for c in told if c.reason == MIN_VALUE
    }


def test_several_rules_about_parting() -> None:
    """The fewest parcels and the largest value hold; a rule that asks less of the same orders adds nothing."""
    rules = [Rule("a", max_parcels=2, min_value=500), Rule("b", max_parcels=3, min_value=900)]
    said = together(rules, "ABC")
    less = Rule("c", max_parcels=2, min_value=400, tags=["x"])

    assert (2, 900, "b") == (said.max_parcels, said.min_value, said.min_value_by)
    assert [Finding(ADDS_NOTHING, ("a", "c"))] == findings([rules[0], less], "AB")
    assert [] == [each for pair in pairwise(rules) for each in findings(list(pair), "ABC")]
