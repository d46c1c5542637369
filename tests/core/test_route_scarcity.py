"""The price of a scarce shelf is what one more unit there would save in money, whatever decided who gets what."""

from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms.core.route import Problem, route
from oms.core.route.problem import Desk, Rules
from tests.core.route_desk import again, card, order, place, problem, rate
from tests.core.test_route_preferring import prefer
from tests.core.test_route_rulings import ruled

#: The turn weighs a thousandth of what waiting costs, so that much dearer may be what is decided.
TURN = 10
RULES = Rules(wait_penalty=9000, stickiness=50)
costs = st.integers(100, 900)


def prices(given: Problem) -> dict[tuple[str, str], int]:
    """What is told of each shelf."""
    return {(sku, place): price for sku, place, price in route(given).scarce.iter_rows()}


def with_more(given: Problem, sku: str, code: str, units: int) -> Problem:
    """The same with so many more units on a shelf."""
    here = (pl.col("sku") == sku) & (pl.col("location") == code)
    return replace(given, stock=given.stock.with_columns(free=pl.col("free") + pl.when(here).then(units).otherwise(0)))


def saved(given: Problem, sku: str, code: str) -> int:
    """By how much the whole is cheaper with one more unit on a shelf."""
    return route(given).total - route(with_more(given, sku, code, 1)).total


def both(a: int, b: int) -> Problem:
    """Two orders that would rather leave from B, which has one mug; A has two. Sending costs `a` and `b`."""
    batch = [order("1", {"MUG": 1}), order("2", {"MUG": 1})]
    given = problem(batch, {("MUG", "A"): 2, ("MUG", "B"): 1}, places=[place("A"), place("B")],
                    rates=card(rate("A", a), rate("B", b)), rules=RULES)  # fmt: skip
    return ruled(given, **{"1": prefer(("B",)), "2": prefer(("B",))})


def test_what_rules_prefer_has_no_price() -> None:
    """One more mug at B lets both orders leave from where the rule prefers; what that saves is the difference of the rates."""
    assert ({("MUG", "B"): 400}, 400) == (prices(both(900, 500)), saved(both(900, 500), "MUG", "B"))
    assert ({}, -400) == (prices(both(500, 900)), saved(both(500, 900), "MUG", "B"))


def test_priority_has_no_price() -> None:
    """Who waits weighs more where its channel comes first; one more mug saves its waiting, less what sending it costs."""
    desks = [Desk("site", ("A",)), Desk("rush", ("A",), priority=1), Desk("vip", ("A",), priority=2)]
    batch = [order("1", {"MUG": 1}), order("2", {"MUG": 1}, channel="rush"), order("3", {"MUG": 1}, channel="vip")]
    given = problem(batch, {("MUG", "A"): 1}, places=[place("A")], rates=card(rate("A", 400)), desks=desks, rules=RULES)

    assert ({("MUG", "A"): 8600}, 8600) == (prices(given), saved(given, "MUG", "A"))


def test_stickiness_has_no_price() -> None:
    """Both are at B for 8.00; one moves to A for 5.00, and the other would save 3.00 by one more mug there."""
    batch = [order("1", {"MUG": 1}), order("2", {"MUG": 1})]
    first = problem(batch, {("MUG", "A"): 0, ("MUG", "B"): 2}, places=[place("A"), place("B")],
                    rates=card(rate("A", 500), rate("B", 800)), rules=RULES)  # fmt: skip
    later = with_more(again(first, route(first)), "MUG", "A", 1)

    assert {("MUG", "A"): 300} == prices(later)


@st.composite
def contests(draw: st.DrawFn) -> Problem:
    """Orders of one unit each, from everywhere, for fewer units than they want, at places with prices of their own."""
    places = [place(code) for code in "ABC"]
    rates = card(*(rate(code, draw(costs), postcode_prefix=str(n)) for code in "ABC" for n in range(1, 9)))
    batch = [
        order(str(n), {draw(st.sampled_from(["MUG", "TEA"])): 1}, postcode=str(n))
        for n in range(1, draw(st.integers(3, 8)) + 1)
    ]
    stock = {(sku, code): draw(st.integers(1, 2)) for sku in ("MUG", "TEA") for code in "ABC"}
    return problem(batch, stock, places=places, rates=rates, rules=RULES)


@given(contests())
def test_it_lies_between_what_one_more_saves_and_one_less_costs(given: Problem) -> None:
    """Where one unit more or less changes the total alike, it is that."""
    for (sku, code), price in prices(given).items():
        gains = saved(given, sku, code)
        loses = saved(with_more(given, sku, code, -1), sku, code)

        assert gains - TURN <= price <= loses + TURN


@given(contests(), st.data())
def test_it_is_money_whatever_the_rules_prefer(given: Problem, data: st.DataObject) -> None:
    """Where one unit more or less changes the total alike, the price is that; a saving is never told where there is none."""
    tiers = st.sampled_from([("A",), ("B",), ("C",), ("A=B",), ("B", "C")])
    wishing = ruled(given, **{ref: prefer(data.draw(tiers)) for ref in given.orders["order_ref"] if data.draw(st.booleans())})
    for (sku, code), price in prices(wishing).items():
        gains = saved(wishing, sku, code)
        loses = saved(with_more(wishing, sku, code, -1), sku, code)
        if abs(gains - loses) <= TURN:
            # A turn each: in the price, in what one unit saves, and between that and what one unit less costs.
            assert price == pytest.approx(gains, abs=3 * TURN)
