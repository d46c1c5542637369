"""What stays of an order is told anew where it costs other than was written down."""

from dataclasses import replace

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from oms.core.route import Problem, route
from oms.core.route.orders import prepare
from oms.core.route.plans import cost_of
from oms.core.route.problem import Rules
from tests.core.route_desk import THURSDAY, again, card, order, place, problem, rate
from tests.core.test_route_properties import problems

TODAY = "2026-11-19"
LINES = [(0, "MUG", 1, 1, 0), (1, "POT", 1, 1, 0)]
PARCEL = ["order_id", "location"]


def mug_and_pot(mug_at: str, pot_at: str) -> Problem:
    """One order that has a mug and a pot, of 200 and 100 g; a parcel costs 5.00, from C and over 100 g 1.00 more."""
    return problem(
        [order("1", LINES)], {("MUG", "A"): 0, ("MUG", "C"): 0}, weights={"MUG": 200},
        rates=card(rate("*", 500, weight_to_g=100), rate("*", 600, weight_from_g=100)), rules=Rules(split_penalty=150),
        held=[("1", 0, "MUG", mug_at, 1, TODAY, True), ("1", 1, "POT", pot_at, 1, TODAY, True)],
    )  # fmt: skip


def test_what_was_not_touched_is_not_told_again() -> None:
    """Nothing lost, nothing said."""
    assert route(mug_and_pot("A", "B")).retold.is_empty()


def test_after_a_loss_the_parts_are_those_of_what_is_left() -> None:
    """Both in one parcel weigh 300 g; the order's first parcel pays for no split."""
    one = route(replace(mug_and_pot("A", "A"), shrunk=frozenset((1,)))).retold
    two = route(replace(mug_and_pot("B", "A"), shrunk=frozenset((1,)))).retold

    told = ["location", "carrier", "weight_g", "shipping", "split", "cost"]
    assert [("A", "Post", 300, 600, 0, 600)] == one.select(told).rows()
    assert [("A", "Post", 100, 500, 150, 650), ("B", "Post", 200, 600, 0, 600)] == two.select(told).rows()


def test_beside_a_parcel_that_left_each_pays_for_its_split() -> None:
    """The mug is being picked: the pot is never the order's first parcel."""
    given = problem(
        [order("1", LINES)], {("MUG", "A"): 0}, rules=Rules(split_penalty=150),
        held=[("1", 0, "MUG", "A", 1, TODAY, False), ("1", 1, "POT", "B", 1, TODAY, True)],
    )  # fmt: skip

    assert [650] == route(replace(given, shrunk=frozenset((1,)))).retold["cost"].to_list()


def test_a_parcel_that_leaves_late_by_now_is_told_as_late_as_on_its_day() -> None:
    """It was given a day after it was due, 1.00 a day; the place ships earlier again."""
    given = problem(
        [order("1", [(0, "MUG", 1, 1, 0)], ship_by="2026-11-19T12:00:00Z")], {("MUG", "A"): 0},
        places=[place("A", ship_on=THURSDAY)], rules=Rules(late_penalty=100),
        held=[("1", 0, "MUG", "A", 1, "2026-11-21", True)],
    )  # fmt: skip

    assert [(500, 200, 700)] == route(replace(given, shrunk=frozenset((1,)))).retold.select("shipping", "late", "cost").rows()


def test_what_nobody_carries_any_more_stays_as_it_was_written() -> None:
    """The rate card ends at 100 g now."""
    given = replace(mug_and_pot("A", "A"), shrunk=frozenset((1,)), card=card(rate("*", 500, weight_to_g=100)))
    decision = route(given)

    assert decision.retold.is_empty()


@settings(max_examples=60)
@given(problems(goals=("cost",)), st.integers(1, 5))
def test_after_every_run_what_is_written_of_an_order_is_what_its_parcels_cost(given: Problem, early: int) -> None:
    """Some orders first, then all: whatever moves, kept parcels and new ones say what a plan of them all costs."""
    first = given.orders.sort("order_id").head(early).select("order_id")
    before = replace(given, orders=given.orders.join(first, on="order_id", how="semi"),
                     demand=given.demand.join(first, on="order_id", how="semi"))  # fmt: skip
    decision = route(before)
    late = given.demand.join(first, on="order_id", how="anti")
    known = again(before, decision)
    later = route(replace(known, orders=given.orders, demand=pl.concat([known.demand, late])), again=True)

    kept = decision.assignments.join(later.released, on=PARCEL, how="anti")
    both = pl.concat([kept, later.assignments])
    told = (
        both.group_by(PARCEL).agg(pl.col("cost").sum()).join(later.retold.select(*PARCEL, new="cost"), on=PARCEL, how="left")
        .group_by("order_id").agg(cost=pl.coalesce("new", "cost").sum())
    )  # fmt: skip
    fresh = prepare(given)
    index = {place.code: n for n, place in enumerate(given.places)}
    costs = {}
    for whole in fresh.orders:
        rows = {(row.line_id, fresh.skus[row.sku]): n for n, row in enumerate(whole.rows)}
        parcels: dict[int, dict[int, int]] = {}
        mine = both.filter(pl.col("order_id") == whole.order_id)
        for line_id, sku, location, units in mine.select("line_id", "sku", "location", "quantity").iter_rows():
            parcels.setdefault(index[location], {})[rows[line_id, sku]] = units
        if parcels:
            costs[whole.order_id] = cost_of(fresh, whole, parcels)
    assert costs == dict(told.rows())
