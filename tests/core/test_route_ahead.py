"""Looking at many orders at once, in columns, finds what looking at one after another finds."""

from dataclasses import replace
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from oms.core.route import Decision, Problem
from oms.core.route.ahead import Ahead
from oms.core.route.crowd import nobody
from oms.core.route.decision import decision_of
from oms.core.route.greedy import LookAhead, decide
from oms.core.route.orders import prepare
from oms.core.route.plans import Supply
from oms.core.route.problem import Desk, Rules
from oms.core.route.waiting import waiting_cost
from tests.core.route_desk import LATER, again, card, order, place, problem, rate, sent
from tests.core.test_route_crowd import crowds
from tests.core.test_route_crowd import told as told_of
from tests.core.test_route_properties import CODES, problems

one_by_one = LookAhead(least=10**9)


@st.composite
def baskets(draw: st.DrawFn) -> Problem:
    """Orders of one to five lines, each of another sku, by one or two carriers; little of some things, and none of others."""
    skus = ("CUP", "JAR", "MUG", "POT", "TEA")
    places = [
        place(code, draw(st.sampled_from("139")), handling=draw(st.sampled_from((0, 50))), rank=draw(st.integers(0, 1)),
              handling_unit=draw(st.sampled_from((0, 20))), capacity=draw(st.sampled_from((None, None, 2))))
        for code in CODES
    ]  # fmt: skip
    rates = [
        rate(code, draw(st.integers(1, 9)) * 100, weight_from_g=start, weight_to_g=start + 300, carrier=carrier,
             per_kg=draw(st.sampled_from((0, 0, 130))), days_max=draw(st.sampled_from((None, 3))))
        for code in CODES for carrier in draw(st.sampled_from((("Post",), ("Post", "Van")))) for start in (0, 300, 600)
    ]  # fmt: skip
    orders = [
        order(str(n), draw(st.dictionaries(st.sampled_from(skus), st.integers(1, 2), min_size=1)),
              postcode=draw(st.sampled_from(("1", "4", "9", "none"))), service=draw(st.sampled_from((None, "Express"))),
              ship_by=draw(st.sampled_from((LATER, "2026-11-18T12:00:00Z"))))
        for n in range(draw(st.integers(1, 9)))
    ]  # fmt: skip
    stock = {(sku, code): draw(st.integers(0, 3)) for sku in skus for code in CODES}
    rules = Rules(
        split_penalty=draw(st.sampled_from((0, 150))), wait_penalty=draw(st.sampled_from((0, 2500))),
        late_penalty=draw(st.sampled_from((0, 200))), max_parcels=draw(st.integers(1, 4)),
    )  # fmt: skip
    weights = {sku: draw(st.sampled_from((None, 100, 250))) for sku in skus}
    desk = Desk("site", tuple(CODES), ship_complete=draw(st.booleans()), allow_partial=draw(st.booleans()),
                platform_label=draw(st.sampled_from((False, False, True))))  # fmt: skip
    return problem(orders, stock, places=places, rates=card(*rates), rules=rules, weights=weights, desks=[desk],
                   volumes={"JAR": 2_000_000})  # fmt: skip


def decided(given: Problem, ahead: LookAhead) -> Decision:
    return decision_of(given, nobody(given), decide(prepare(given), ahead))


def told(decision: Decision) -> list[Any]:
    return [*told_of(decision), decision.total]


@given(st.one_of(baskets(), crowds(), problems(goals=("cost",))), st.integers(1, 4))
def test_as_one_after_another(given: Problem, together: int) -> None:
    """Who ships what from where, what it costs and how far it is, who waits and why: the same."""
    assert told(decided(given, one_by_one)) == told(decided(given, LookAhead(together, least=0)))


@given(st.one_of(baskets(), problems(goals=("cost",))), st.integers(0, 3), st.integers(1, 4), st.integers(0, 3))
def test_as_one_after_another_beside_what_is_held(given: Problem, most: int, together: int, more: int) -> None:
    """The same when the first orders hold units that may move, some that they lacked come in, and others want them too."""
    some = given.orders.head(most)
    few = replace(given, orders=some, demand=given.demand.join(some, on="order_id", how="semi"))
    everyone = again(given, decided(few, one_by_one))
    everyone = replace(everyone, stock=everyone.stock.with_columns(free=pl.col("free") + more))

    assert told(decided(everyone, one_by_one)) == told(decided(everyone, LookAhead(together, least=0)))


def test_what_somebody_gives_back_goes_to_the_next() -> None:
    """One order gets all it wants from A and gives back the mug it had at B: the next gets that one, not a dearer one at C."""
    rates = card(rate("A", 400), rate("B", 500), rate("C", 900), rate("A", 950, country="XX", postcode_prefix="9"))
    rules = Rules(wait_penalty=100_000, stickiness=450)
    first, second = order("1", {"MUG": 1, "POT": 1}), order("2", {"MUG": 1}, postcode="9")
    stock = {("MUG", "A"): 1, ("MUG", "C"): 1, ("POT", "A"): 1}
    given = problem([first, second], stock, rates=rates, rules=rules, held=[("1", 0, "MUG", "B", 1, "2026-11-19", True)])
    need = pl.when(pl.col("order_id") == 1, pl.col("sku") == "MUG").then(0).otherwise("need")
    given = replace(given, demand=given.demand.with_columns(need=need))
    expected = [("1", "MUG", "A", 1, 400), ("1", "POT", "A", 1, 0), ("2", "MUG", "B", 1, 500)]

    assert expected == sent(decided(given, one_by_one))
    assert expected == sent(decided(given, LookAhead(together=2, least=0)))


def test_of_equal_cost_the_fewest_parcels() -> None:
    """Two parcels from near, as dear as one from far: one."""
    rates = card(rate("A", 200), rate("B", 200), rate("C", 400))
    stock = {("MUG", "A"): 1, ("POT", "B"): 1, ("MUG", "C"): 1, ("POT", "C"): 1}
    given = problem([order("1", {"MUG": 1, "POT": 1})], stock, rates=rates, rules=Rules(wait_penalty=2500))
    expected = [("1", "MUG", "C", 1, 400), ("1", "POT", "C", 1, 0)]

    assert expected == sent(decided(given, one_by_one))
    assert expected == sent(decided(given, LookAhead(together=2, least=0)))


@given(st.one_of(baskets(), problems(goals=("cost",))))
def test_the_dearest_plans(given: Problem) -> None:
    """What a waiting line costs: more than the order's dearest plan, as found for it alone."""
    ready = prepare(given)
    supply = Supply(ready)
    found = Ahead(ready, supply).dearest(range(len(ready.orders)))
    penalty = given.rules.wait_penalty

    assert {n: waiting_cost(ready, supply, ready.orders[n]) for n in found} == {
        n: max(penalty, dearest + 1) for n, dearest in found.items()
    }
