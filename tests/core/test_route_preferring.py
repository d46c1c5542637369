"""Places that rules prefer: they come before the cost, rule by rule, and nobody pays for them."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms.core.route import Problem, route
from oms.core.route.explain import NOT_PREFERRED, explain
from oms.core.route.orders import prepare
from oms.core.route.plans import Plan, unpaid
from oms.core.route.problem import Rules
from oms.core.route.rule_findings import ADDS_NOTHING, Finding, findings
from oms.core.route.rulings import Rule, Ruling, together
from tests.core.route_desk import again, card, order, problem, rate, sent, waits
from tests.core.test_route_properties import best_of_all, filled, problems
from tests.core.test_route_rulings import ruled

#: A is cheap, B and C are dear.
RATES = card(rate("A", 500), rate("B", 900), rate("C", 800))
EVERYWHERE = {("MUG", "A"): 1, ("MUG", "B"): 1, ("MUG", "C"): 1}
tiers = st.lists(st.sets(st.sampled_from("ABC"), min_size=1).map(lambda codes: tuple(sorted(codes))), min_size=1, max_size=2)
wishes = st.lists(tiers, min_size=1, max_size=3).map(
    lambda rules: tuple((f"r{n}", tuple(each)) for n, each in enumerate(rules))
)


def prefer(*rules: tuple[str, ...]) -> Ruling:
    """Rules that each prefer some places, the first before the others."""
    return Ruling(prefer=tuple((f"r{n}", tuple(code.split("=") for code in codes)) for n, codes in enumerate(rules)))


@pytest.mark.parametrize(
    ("rules", "place"),
    [
        ([("B",)], "B"),
        ([("B", "C")], "B"),
        ([("B=C",)], "C"),  # equals: the cheaper one
        ([("B=C",), ("B",)], "B"),  # a tie in the first rule, none in the second
        ([("A=B=C",)], "A"),  # no rule at all
        ([("C",), ("B",)], "C"),
    ],
)
def test_the_first_rule_that_is_no_tie_decides(rules: list[tuple[str, ...]], place: str) -> None:
    """Whatever it costs; among places of equal rank the cost decides, and the cost that is told is what is paid."""
    given = ruled(problem([order("1", {"MUG": 1})], EVERYWHERE, rates=RATES), **{"1": prefer(*rules)})

    decision = route(given)

    assert [("1", "MUG", place, 1, {"A": 500, "B": 900, "C": 800}[place])] == sent(decision)
    assert decision.total == decision.lower_bound


def test_a_place_that_fills_less_is_not_preferred() -> None:
    """Filling comes first; a rule that prefers B does not let a mug wait for it."""
    given = ruled(problem([order("1", {"MUG": 2})], {("MUG", "A"): 2, ("MUG", "B"): 1}, rates=RATES), **{"1": prefer(("B",))})

    assert [("1", "MUG", "A", 2, 500)] == sent(route(given))


def test_the_ranks_of_parcels_are_added_up() -> None:
    """Two parcels from the two best places come before one from the third; one from the best and one from the third do not."""
    both = problem([order("1", {"MUG": 1, "POT": 1})], {("MUG", "A"): 1, ("POT", "B"): 1, ("MUG", "C"): 1, ("POT", "C"): 1},
                   rates=RATES)  # fmt: skip

    apart, one = route(ruled(both, **{"1": prefer(("A=B",))})), route(ruled(both, **{"1": prefer(("A",))}))

    assert {"A", "B"} == set(apart.assignments["location"])
    assert {"C"} == set(one.assignments["location"])


def test_what_is_told_of_waiting_leaves_preferences_out() -> None:
    """A line that waits costs what it would without the rule."""
    given = problem([order("1", {"MUG": 1, "POT": 1})], {("MUG", "A"): 1}, rates=RATES, rules=Rules(wait_penalty=100))

    plain, preferring = route(given), route(ruled(given, **{"1": prefer(("B", "C"))}))

    assert (plain.total, waits(plain)) == (preferring.total, waits(preferring))


def test_an_order_moves_to_where_it_would_rather_leave_from() -> None:
    """When the preferred place gets stock, what is not picked moves there; then nothing moves any more."""
    before = ruled(problem([order("1", {"MUG": 1})], {("MUG", "A"): 1, ("MUG", "B"): 0}, rates=RATES), **{"1": prefer(("B",))})
    held = again(before, route(before))
    stocked = replace(held, stock=held.stock.with_columns(free=1))

    moved = route(stocked)

    assert [("1", "MUG", "B", 1, 900)] == sent(moved)
    assert [] == sent(route(again(stocked, moved)))


def test_orders_that_compete_keep_to_preferences() -> None:
    """The order that prefers B gets its last unit, though the other would save more by it than the first."""
    rates = card(rate("A", 500), rate("B", 900), rate("A", 9000, country="YY"), rate("B", 500, country="YY"))
    given = problem([order("1", {"MUG": 1}), order("2", {"MUG": 1}, country="YY")], {("MUG", "A"): 1, ("MUG", "B"): 1},
                    rates=rates)  # fmt: skip

    decision = route(ruled(given, **{"1": prefer(("B",))}))

    assert [("1", "B", 900), ("2", "A", 9000)] == [(ref, place, cost) for ref, _sku, place, _units, cost in sent(decision)]


@pytest.mark.parametrize("goal", ["cost", "distance", "ranked"])
def test_preferring_a_place_leaves_no_more_waiting(goal: str) -> None:
    """No place has two pots; three rules that prefer A make no parcel so dear that a pot waits."""
    rates = [
        row for code in "ABC" for row in (rate(code, 250, weight_to_g=200), rate(code, 900, weight_from_g=300, per_kg=100))
    ]  # fmt: skip
    units = {
        ("MUG", "A"): 5,
        ("MUG", "B"): 4,
        ("MUG", "C"): 1,
        ("POT", "B"): 1,
        ("POT", "C"): 1,
        ("TEA", "A"): 4,
        ("TEA", "C"): 4,
    }
    given = problem([order("1", {"POT": 2, "TEA": 4, "MUG": 3})], units, rates=card(*rates), weights={"TEA": 150},
                    rules=Rules(goal=goal, wait_penalty=2500))  # fmt: skip

    assert [] == waits(route(ruled(given, **{"1": prefer(("A",), ("A", "A=B=C"), ("A",))})))


def test_of_parts_that_fill_as_much_the_preferred_place_sends_its() -> None:
    """One parcel, up to 200 g, of two teas of 150 g at A or one of two pots at C: a tea, since A is preferred."""
    given = problem(
        [order("1", {"POT": 2, "TEA": 2})], {("POT", "C"): 1, ("TEA", "A"): 2}, weights={"TEA": 150},
        rates=card(rate("*", 500, weight_to_g=200)), rules=Rules(wait_penalty=2500, max_parcels=1),
    )  # fmt: skip

    assert [("1", "TEA", "A", 1, 500)] == sent(route(ruled(given, **{"1": prefer(("A",))})))


@given(problems(most_orders=1), wishes)
def test_a_single_order_gets_the_best_plan_of_those_preferred(
    given: Problem, wished: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]
) -> None:
    """Against every way of taking units from shelves: fill, then the sums of ranks rule by rule, then what is paid."""
    problem = ruled(given, **{given.orders["order_ref"][0]: Ruling(prefer=wished)})
    ready = prepare(problem)
    only = ready.orders[0]

    def first(plan: Plan) -> tuple[int, ...]:
        ranks = [sum(each.ranks[place] for place in plan.parcels) for each in only.preferences]
        return (*ranks, plan.cost - unpaid(only, plan.parcels)) if ready.rules.goal == "cost" else (len(plan.parcels), *ranks)

    expected = best_of_all(ready, only, first)
    decision = route(problem)

    if expected is None:
        assert decision.assignments.is_empty()
        return
    made = Plan({"ABC".index(code): {} for code in decision.assignments["location"]}, expected.fill, expected.cost)
    assert expected.fill.done == filled(decision, problem)
    assert first(expected)[: len(only.preferences)] == first(made)[: len(only.preferences)]
    if ready.rules.goal == "cost":
        assert expected.cost - unpaid(only, expected.parcels) == decision.assignments["cost"].sum()


@given(problems(goals=("cost",)), st.data())
def test_deciding_together_suits_preferences_no_less(given: Problem, data: st.DataObject) -> None:
    """One after another and together: what is told sums, the bound is below, and one after another costs what it says."""
    refs = data.draw(st.sets(st.sampled_from(given.orders["order_ref"].to_list())))
    problem = ruled(given, **{ref: Ruling(prefer=data.draw(wishes)) for ref in sorted(refs)})

    together, apart = route(problem), route(problem, 0)

    assert together.greedy in (None, apart.total)
    assert together.lower_bound is not None
    assert together.lower_bound <= together.total
    assert int(together.costs()["total"].sum()) == together.total


def test_the_rule_is_named_beside_a_cheaper_place() -> None:
    """`oms explain` says by how much A is cheaper, and which rule did not care."""
    given = ruled(problem([order("1", {"MUG": 1})], EVERYWHERE, rates=RATES), **{"1": prefer(("B=C",), ("B",))})

    told = {"ABC"[c.parcels[0].place]: (c.reason, c.rule, c.by, c.total) for c in explain(prepare(given)).others}

    assert {"A": (NOT_PREFERRED, "r0", 400, 500), "C": (NOT_PREFERRED, "r1", 100, 800)} == told


def test_a_preference_that_is_said_twice_adds_nothing() -> None:
    """Where the wider rule comes first; a rule of skus alone that prefers withholds no stock."""
    wide, narrow = Rule("wide", prefer=(("A",),)), Rule("narrow", prefer=(("A",),), tags=["vip"])

    assert [Finding(ADDS_NOTHING, ("wide", "narrow"))] == findings([wide, narrow], "ABC")
    assert [] == findings([wide, Rule("narrow", prefer=(("B",),), tags=["vip"])], "ABC")
    assert not Rule("r", skus=["MUG"], prefer=(("A",),)).of_skus_alone
    assert (("wide", (("A",),)),) == together([wide], "ABC").prefer
