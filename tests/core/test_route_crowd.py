"""Serving all at once those whom nobody stands in the way of is what serving one after another would do."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from oms.core.route import Decision, Problem, route
from oms.core.route.crowd import Crowd, nobody, serve
from oms.core.route.decision import decision_of
from oms.core.route.greedy import decide
from oms.core.route.orders import prepare
from oms.core.route.pricing import Fallback
from oms.core.route.problem import Rules
from oms.core.route.terms import TermsBook
from tests.core.route_desk import LATER, again, card, order, place, problem, rate
from tests.core.test_route_properties import CODES, SKUS, costs, lines

TARIFFS = (None, Fallback(Fraction(300), Fraction(1, 2), Fraction(100)), Fallback(Fraction(0), Fraction(0), Fraction(250)))


@st.composite
def crowds(draw: st.DrawFn) -> Problem:
    """Shelves that hold enough for most, some that do not; orders near and far, late, with a service, to be collected."""
    places = [
        place(code, draw(st.sampled_from("123")), handling=draw(st.sampled_from((0, 50))), rank=draw(st.integers(0, 1)),
              handling_unit=draw(st.sampled_from((0, 20))), capacity=draw(st.sampled_from((None, None, 1, 4))))
        for code in CODES
    ]  # fmt: skip
    rates = [
        rate(code, draw(costs), weight_to_g=draw(st.sampled_from((200, 500, 30_000))), per_kg=draw(st.sampled_from((0, 100))),
             days_max=draw(st.sampled_from((1, 40))))
        for code in CODES for _step in range(draw(st.integers(0, 2)))
    ]  # fmt: skip
    orders = [
        order(str(n), draw(lines), postcode=draw(st.sampled_from(("1", "4", "9", "none"))),
              ship_by=draw(st.sampled_from((LATER, "2026-11-18T12:00:00Z"))),
              service=draw(st.sampled_from((None, "Express"))), pickup=draw(st.sampled_from((False, False, True))),
              location=draw(st.sampled_from((None, *CODES))))
        for n in range(draw(st.integers(1, 8)))
    ]  # fmt: skip
    stock = {(sku, code): draw(st.sampled_from((0, 3, 100, 100))) for sku in SKUS for code in CODES}
    rules = Rules(
        split_penalty=draw(st.sampled_from((0, 150))), wait_penalty=2500, late_penalty=draw(st.sampled_from((0, 200))),
        max_parcels=draw(st.integers(1, 3)), fallback=draw(st.sampled_from(TARIFFS)),
    )  # fmt: skip
    weights = {"TEA": 150, "POT": draw(st.sampled_from((None, 400)))}
    return problem(orders, stock, places=places, rates=card(*rates), rules=rules, weights=weights)


def one_by_one(given: Problem) -> Decision:
    return decision_of(given, nobody(given), decide(prepare(given)))


def told(decision: Decision) -> list[Any]:
    frames = (decision.assignments, decision.released, decision.waiting)
    return [*(frame.rows() for frame in frames), decision.routed, decision.split,
            decision.unknown_services, decision.weightless]  # fmt: skip


@given(crowds())
def test_as_one_after_another(given: Problem) -> None:
    """Who ships what from where, at what cost, who waits and why: the same."""
    assert told(route(given, 0)) == told(one_by_one(given))


@given(crowds(), st.integers(0, 2))
def test_as_one_after_another_beside_what_is_held(given: Problem, most: int) -> None:
    """The same when some orders hold units already, that may move."""
    some = replace(given, orders=given.orders.head(most), demand=given.demand.filter(given.demand["order_id"].is_in(
        given.orders.head(most)["order_id"].implode())))  # fmt: skip
    first = route(some, 0)
    everyone = again(given, first)

    assert told(route(everyone, 0)) == told(one_by_one(everyone))


def crowd(given: Problem) -> Crowd:
    return serve(given, TermsBook(given))


def test_all_who_find_enough_are_served() -> None:
    """Two orders, one cheapest place that holds enough for both: nothing is left to decide, and their units are gone."""
    given = problem([order("1", {"MUG": 2}), order("2", {"MUG": 1, "POT": 1})],
                    {("MUG", "A"): 3, ("POT", "A"): 1, ("MUG", "B"): 9})  # fmt: skip
    served = crowd(given)

    assert ["1", "2", "2"] == served.assignments["order_ref"].to_list()
    assert {"A"} == set(served.assignments["location"])
    assert served.left.orders.is_empty()
    assert [0, 0, 9] == served.left.stock["free"].to_list()


def test_who_could_miss_what_others_take_is_left() -> None:
    """Three want the two that lie at the cheapest place: the first two get them, the last is left to be looked at."""
    rates = card(rate("A", 400), rate("B", 500))
    given = problem([order(ref, {"MUG": 1}) for ref in "123"], {("MUG", "A"): 2, ("MUG", "B"): 9, ("MUG", "C"): 9},
                    rates=rates)  # fmt: skip

    assert ["1", "2"] == crowd(given).assignments["order_ref"].to_list()
    assert [3] == crowd(given).left.orders["order_id"].to_list()


def test_a_day_that_can_be_full_is_left_its_room() -> None:
    """A place that can send one parcel more sends the first; the second is left, and the room is gone."""
    places = [place("A", "1", capacity=1), place("B", "3"), place("C", "6")]
    rates = card(rate("A", 400), rate("*", 500))
    given = problem([order("1", {"MUG": 1}), order("2", {"MUG": 1})], {("MUG", "A"): 9, ("MUG", "B"): 9},
                    places=places, rates=rates)  # fmt: skip

    assert ["1"] == crowd(given).assignments["order_ref"].to_list()
    assert 0 == crowd(given).left.places[0].capacity


def test_two_parcels_that_could_be_cheaper_are_looked_at() -> None:
    """An order that may go cheaper in two parcels is not served in one unseen."""
    rates = card(rate("A", 300, weight_to_g=150), rate("A", 2000, weight_from_g=150))
    given = problem([order("1", {"MUG": 1, "POT": 1})], {("MUG", "A"): 9, ("POT", "A"): 9}, rates=rates)

    assert crowd(given).assignments.is_empty()
