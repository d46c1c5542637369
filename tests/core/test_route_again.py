"""Routing again: what waits is filled first, what is routed moves only where it pays, what is picked stays."""

from dataclasses import replace

import polars as pl
from hypothesis import assume, given
from hypothesis import strategies as st

from oms.core.route import Decision, Problem, route
from oms.core.route.problem import Desk, Rules
from tests.core.route_desk import THURSDAY, again, card, decide, order, place, problem, rate, sent, waits
from tests.core.test_route_properties import problems

TODAY = "2026-11-19"


def moved(saving: int, stickiness: int) -> list[str]:
    """Where a mug leaves from that was reserved at B for 10.00, when A turns out `saving` cheaper."""
    decision = decide(
        [order("1", [(0, "MUG", 1, 1, 0)])], {("MUG", "A"): 1, ("MUG", "B"): 0}, places=[place("A"), place("B")],
        rates=card(rate("A", 1000 - saving), rate("B", 1000)), rules=Rules(stickiness=stickiness),
        held=[("1", 0, "MUG", "B", 1, TODAY, True)],
    )  # fmt: skip
    return decision.assignments["location"].to_list()


def test_a_routed_order_moves_only_where_it_saves_more_than_the_stickiness() -> None:
    """0.50 is not more than 0.50."""
    assert [] == moved(50, 50)
    assert ["A"] == moved(51, 50)
    assert [] == moved(0, 0)
    assert ["A"] == moved(1, 0)


def test_a_routed_order_gives_way_to_a_new_one_that_needs_its_unit_more() -> None:
    """The last mug at A is reserved; the new order would pay 20.00 from B, the one that has it only 6.00. So they change."""
    decision = decide(
        [order("1", [(0, "MUG", 1, 1, 0)]), order("2", {"MUG": 1}, postcode="9")],
        {("MUG", "A"): 0, ("MUG", "B"): 1}, places=[place("A"), place("B")],
        rates=card(rate("A", 500), rate("B", 600, country="XX", postcode_prefix="1"), rate("B", 2000)),
        held=[("1", 0, "MUG", "A", 1, TODAY, True)], rules=Rules(wait_penalty=100_000, stickiness=50),
    )  # fmt: skip

    assert [("1", "MUG", "B", 1, 600), ("2", "MUG", "A", 1, 500)] == sent(decision)
    assert [(1, 100, "MUG", "A")] == decision.released.rows()
    assert (2, 2500, 1100, 1100) == (decision.contested, decision.greedy, decision.total, decision.lower_bound)


@given(problems(goals=("cost",)), st.integers(1, 5))
def test_the_bound_of_a_later_run_is_of_what_is_routed_already_too(given: Problem, early: int) -> None:
    """Some orders first, then all: what all at once cost is not below the bound, where moving asks for nothing."""
    given = replace(given, rules=replace(given.rules, stickiness=0))
    first = given.orders.sort("order_id").head(early).select("order_id")
    before = replace(given, orders=given.orders.join(first, on="order_id", how="semi"),
                     demand=given.demand.join(first, on="order_id", how="semi"))  # fmt: skip
    decision, at_once = route(before), route(given)
    late = given.demand.join(first, on="order_id", how="anti")
    known = again(before, decision)
    later = route(replace(known, orders=given.orders, demand=pl.concat([known.demand, late])), again=True)
    assume(at_once.waiting.is_empty() and later.waiting.is_empty() and decision.waiting.is_empty())
    stays = cost_of_what_stays(decision, later)

    assert later.lower_bound is not None
    assert later.lower_bound + stays <= at_once.total


def test_an_order_may_give_back_a_unit_for_one_of_another_line() -> None:
    """Two units of room in a light parcel: the mug that came in goes for one of two pots, and one line less waits."""
    lines = [(0, "MUG", 1, 1, 1), (1, "POT", 1, 3, 1)]
    decision = decide(
        [order("1", [(0, "MUG", 1, 1, 0)]), order("2", lines), order("3", {"MUG": 1})], {("MUG", "A"): 1, ("POT", "A"): 0},
        places=[place("A")], rates=card(rate("A", 500, weight_to_g=200)), rules=Rules(wait_penalty=2500, stickiness=0),
        held=[("1", 0, "MUG", "A", 1, TODAY, True), ("2", 1, "POT", "A", 2, TODAY, True)],
    )  # fmt: skip

    assert [("2", "MUG", "A", 1, 500), ("2", "POT", "A", 1, 0)] == sent(decision)
    assert [("2", "POT", 2, "no_rate"), ("3", "MUG", 1, "no_stock")] == waits(decision)
    assert decision.total == decision.lower_bound


def cost_of_what_stays(decision: Decision, later: Decision) -> int:
    """What the parcels cost that `later` does not give back, as it tells them."""
    parcel = ["order_id", "location"]
    kept = decision.assignments.join(later.released, on=parcel, how="anti").group_by(parcel).agg(pl.col("cost").sum())
    return int(kept.join(later.retold.select(*parcel, new="cost"), on=parcel, how="left")
               .select(pl.coalesce("new", "cost").sum()).item())  # fmt: skip


def test_what_moves_is_given_back() -> None:
    """The old allocation is released, and what waited for its unit gets it in the same run."""
    decision = decide(
        [order("1", [(0, "MUG", 1, 1, 0)]), order("2", {"MUG": 1})], {("MUG", "A"): 1, ("MUG", "B"): 0},
        places=[place("A"), place("B")], rates=card(rate("A", 100), rate("B", 1000)),
        held=[("1", 0, "MUG", "B", 1, TODAY, True)], desks=[Desk("site", ("A", "B"))],
    )  # fmt: skip

    assert [("2", "MUG", "A", 1, 100)] == sent(decision)
    assert [] == decision.released.rows()

    stuck = decide(
        [order("1", [(0, "MUG", 1, 1, 0)]), order("2", {"MUG": 1}, channel="far")],
        {("MUG", "A"): 1, ("MUG", "B"): 0}, places=[place("A"), place("B")],
        rates=card(rate("A", 100), rate("B", 1000)), held=[("1", 0, "MUG", "B", 1, TODAY, True)],
        desks=[Desk("site", ("A", "B")), Desk("far", ("B",))],
    )  # fmt: skip

    assert [("2", "MUG", "B", 1, 1000), ("1", "MUG", "A", 1, 100)] == sorted(sent(stuck), reverse=True)
    assert [(1, 100, "MUG", "B")] == stuck.released.rows()


def test_a_line_that_waited_joins_the_parcel_that_is_there() -> None:
    """The pot came in: it goes with the mug, in one parcel whose cost is told anew."""
    decision = decide(
        [order("1", [(0, "MUG", 1, 1, 0), (1, "POT", 1, 1, 1)])], {("POT", "A"): 1},
        rates=card(rate("*", 500, weight_to_g=100), rate("*", 600, weight_from_g=100)),
        held=[("1", 0, "MUG", "A", 1, TODAY, True)], rules=Rules(split_penalty=150),
    )  # fmt: skip

    assert [("1", "MUG", "A", 1, 600), ("1", "POT", "A", 1, 0)] == sent(decision)
    assert [(1, 100, "MUG", "A")] == decision.released.rows()


def test_a_line_that_waited_leaves_on_its_own_where_the_parcel_stays() -> None:
    """The mug stays at A untouched; the pot leaves from B and pays for the split."""
    decision = decide(
        [order("1", [(0, "MUG", 1, 1, 0), (1, "POT", 1, 1, 1)])], {("POT", "B"): 1}, rules=Rules(split_penalty=150),
        held=[("1", 0, "MUG", "A", 1, TODAY, True)],
    )  # fmt: skip

    assert [("1", "POT", "B", 1, 650)] == sent(decision)
    assert [] == decision.released.rows()


def test_what_is_being_picked_stays() -> None:
    """A far cheaper place changes nothing; what was never allocated leaves in a parcel of its own."""
    decision = decide(
        [order("1", [(0, "MUG", 1, 1, 0), (1, "POT", 1, 1, 1)])], {("MUG", "B"): 9, ("POT", "B"): 9},
        rates=card(rate("A", 5000), rate("B", 100)), held=[("1", 0, "MUG", "A", 1, TODAY, False)],
        rules=Rules(split_penalty=150),
    )  # fmt: skip

    assert [("1", "POT", "B", 1, 250)] == sent(decision)
    assert [] == decision.released.rows()


def test_an_order_with_all_its_parcels_still_gets_its_last_line() -> None:
    """Filling comes before max_parcels once parcels are on their way."""
    held = [("1", 0, "MUG", "A", 1, TODAY, False), ("1", 1, "POT", "B", 1, TODAY, False)]
    decision = decide(
        [order("1", [(0, "MUG", 1, 1, 0), (1, "POT", 1, 1, 0), (2, "TEA", 1, 1, 1)])], {("TEA", "C"): 1}, held=held,
        rules=Rules(max_parcels=2),
    )  # fmt: skip

    assert ["C"] == decision.assignments["location"].to_list()


def test_an_order_leaves_a_place_that_ships_no_more() -> None:
    """Dearer, but B is closed to it now; without another place it stays where it is."""
    given = {
        "held": [("1", 0, "MUG", "B", 1, TODAY, True)], "places": [place("A"), place("B", ships=False)],
        "rates": card(rate("A", 900), rate("B", 100)),
    }  # fmt: skip

    elsewhere = decide([order("1", [(0, "MUG", 1, 1, 0)])], {("MUG", "A"): 1}, **given)
    nowhere = decide([order("1", [(0, "MUG", 1, 1, 0)])], {}, **given)

    assert [("1", "MUG", "A", 1, 900)] == sent(elsewhere)
    assert ([], []) == (sent(nowhere), nowhere.released.rows())


def test_ship_complete_gives_back_what_it_cannot_complete() -> None:
    """A unit was lost since: the others go to who can use them."""
    decision = decide(
        [order("1", [(0, "MUG", 1, 1, 0), (1, "POT", 1, 1, 1)]), order("2", {"MUG": 1}, channel="other")], {},
        held=[("1", 0, "MUG", "A", 1, TODAY, True)],
        desks=[Desk("site", ("A",), ship_complete=True), Desk("other", ("A",))], places=[place("A")],
    )  # fmt: skip

    assert [("2", "MUG", "A", 1, 500)] == sent(decision)
    assert [(1, 100, "MUG", "A")] == decision.released.rows()
    assert [("1", "MUG", 1, "no_stock"), ("1", "POT", 1, "no_stock")] == waits(decision)


def test_the_day_it_was_given_stays() -> None:
    """Routed for today before the cut-off: that leaving now would mean Monday does not move it, nor take Monday's room."""
    monday = THURSDAY + 4
    decision = decide(
        [order("1", [(0, "MUG", 1, 1, 0)], ship_by="2026-11-19T20:00:00Z"), order("2", {"MUG": 1})],
        {("MUG", "A"): 1, ("MUG", "B"): 1}, rules=Rules(late_penalty=400), rates=card(rate("A", 500), rate("B", 600)),
        places=[place("A", ship_on=monday, capacity=1), place("B", ship_on=THURSDAY)],
        held=[("1", 0, "MUG", "A", 1, TODAY, True)],
    )  # fmt: skip

    assert [("2", "MUG", "A", 1, 500)] == sent(decision)
    assert ["2026-11-23"] == decision.assignments["ship_on"].to_list()


def test_a_second_run_changes_nothing() -> None:
    """The outcome of a run, fed back, is the outcome."""
    given = problem(
        [order(n, {"MUG": 2, "POT": 1}) for n in "12345"],
        {("MUG", "A"): 3, ("MUG", "B"): 4, ("MUG", "C"): 2, ("POT", "A"): 1, ("POT", "C"): 3},
        places=[place("A", capacity=3), place("B", "3"), place("C", "6")],
        rates=card(rate("A", 500), rate("B", 450), rate("C", 700)), rules=Rules(split_penalty=150, stickiness=0),
    )  # fmt: skip
    first = route(given)

    second = route(again(given, first))

    assert ([], []) == (sent(second), second.released.rows())
    assert waits(first) == waits(second)
