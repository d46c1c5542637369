"""What the buyer collects: at one place, all of it at once, and no parcel."""

from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms.core.route import Decision, route
from oms.core.route.explain import explain
from oms.core.route.problem import Desk, Rules
from oms.model.frames import WITHHELD
from tests.core.route_desk import again, card, decide, order, place, prepared, problem, rate, sent, waits

#: A is near, B is farther, C farthest; buyers may collect at all but A.
PLACES = [place("A", "1", handling=100), place("B", "3", handling=100, handling_unit=20), place("C", "6", handling=90)]
DESKS = [Desk("site", ("A",), pickups=("B", "C"))]


def collected(stock: dict[tuple[str, str], int], lines: dict[str, int], **more: Any) -> Decision:
    """One order that is collected."""
    return decide([order("1", lines, pickup=True, **more)], stock, places=PLACES, desks=DESKS, rates=card(rate("*", 500)))


@pytest.mark.parametrize(
    ("stock", "where"),
    [
        ({("MUG", "A"): 1, ("POT", "A"): 1, ("MUG", "B"): 1, ("POT", "B"): 1, ("MUG", "C"): 1, ("POT", "C"): 1}, "B"),
        ({("MUG", "B"): 1, ("MUG", "C"): 1, ("POT", "C"): 1}, "C"),
    ],
)
def test_the_nearest_place_that_has_all_of_it(stock: dict[tuple[str, str], int], where: str) -> None:
    """Of those where buyers may collect; it costs nothing, though a unit is dearer to handle there than elsewhere."""
    decision = collected(stock, {"MUG": 1, "POT": 1})

    assert [("1", "MUG", where, 1, 0), ("1", "POT", where, 1, 0)] == sent(decision)
    assert (0, [None]) == (decision.total, decision.assignments["carrier"].unique().to_list())


def test_a_pickup_is_never_split() -> None:
    """The mug is here, the pot there: the buyer comes once, so all of it waits."""
    decision = collected({("MUG", "B"): 1, ("POT", "C"): 1, ("MUG", "A"): 1, ("POT", "A"): 1}, {"MUG": 1, "POT": 1})

    assert [] == sent(decision)
    assert [("1", "MUG", 1, "pickup"), ("1", "POT", 1, "pickup")] == waits(decision)


def test_the_place_that_the_buyer_chose_is_the_only_one() -> None:
    """What it lacks waits for `pickup`, what it has for the rest."""
    decision = collected({("MUG", "B"): 1, ("MUG", "C"): 1, ("POT", "C"): 1}, {"MUG": 1, "POT": 1}, location="B")

    assert [("1", "MUG", 1, "ship_complete"), ("1", "POT", 1, "pickup")] == waits(decision)


def test_an_address_that_nobody_knows_is_near_nowhere() -> None:
    """Then the code of the place decides."""
    decision = collected({("MUG", "B"): 1, ("MUG", "C"): 1}, {"MUG": 1}, postcode=None, country=None)

    assert [("1", "MUG", "B", 1, 0)] == sent(decision)


def test_a_farther_place_is_told_by_its_distance() -> None:
    """`oms explain`: by how many metres C is farther, and that A is no place to collect."""
    given = prepared([order("1", {"MUG": 1}, pickup=True)], {("MUG", "B"): 1, ("MUG", "C"): 1}, places=PLACES, desks=DESKS)

    told = {"ABC"[c.parcels[0].place]: c.reason for c in explain(given).others}

    assert {"A": "not_for_pickup", "C": "farther"} == told


@given(st.lists(st.tuples(st.dictionaries(st.sampled_from(("MUG", "POT")), st.integers(1, 2), min_size=1), st.booleans(),
                          st.sampled_from((None, "B", "C"))), min_size=1, max_size=5),
       st.lists(st.integers(0, 3), min_size=6, max_size=6))  # fmt: skip
def test_pickups_among_others(asked: list[tuple[dict[str, int], bool, str | None]], units: list[int]) -> None:
    """Whatever else is wanted: a pickup leaves whole, from one place where it may be collected, for nothing."""
    orders = [order(str(n), lines, pickup=pickup, location=where if pickup else None)
              for n, (lines, pickup, where) in enumerate(asked)]  # fmt: skip
    shelves = [(sku, code) for sku in ("MUG", "POT") for code in "ABC"]
    given = problem(orders, dict(zip(shelves, units, strict=True)), places=PLACES, rates=card(rate("*", 500)),
                    desks=[Desk("site", ("A", "B"), pickups=("B", "C"))], rules=Rules(wait_penalty=5000))  # fmt: skip

    decision = route(given)

    for each, (lines, pickup, where) in zip(orders, asked, strict=True):
        mine = decision.assignments.filter(order_ref=each["order_ref"])
        if pickup and mine.height:
            assert (sum(lines.values()), 0) == (mine["quantity"].sum(), mine["cost"].sum())
            assert {*mine["location"]} <= ({where} if where else {"B", "C"})
            assert 1 == mine["location"].n_unique()


def test_what_a_rule_keeps_in_a_shop_is_collected_there_and_the_rest_of_a_parcel_leaves_from_it() -> None:
    """Pots never leave B in a parcel, and one is to be collected there: the mug of another order still leaves from B."""
    given = problem(
        [order("1", {"MUG": 1, "POT": 1}), order("2", {"POT": 1}, pickup=True, location="B")],
        {("MUG", "B"): 1, ("POT", "B"): 1, ("MUG", "C"): 1, ("POT", "C"): 1}, places=PLACES,
        desks=[Desk("site", ("B", "C"), pickups=("B",))],
        rates=card(rate("B", 100), rate("C", 200, weight_to_g=100), rate("C", 5000, weight_from_g=100)),
        rules=Rules(wait_penalty=9000),
    )  # fmt: skip
    kept = replace(given, withheld=pl.DataFrame([("POT", "B", "counter", 1)], WITHHELD, orient="row"))

    assert [("1", "MUG", "B"), ("1", "POT", "C"), ("2", "POT", "B")] == sorted(row[:3] for row in sent(route(kept)))


@given(st.lists(st.tuples(st.dictionaries(st.sampled_from(("MUG", "POT")), st.integers(1, 2), min_size=1), st.booleans(),
                          st.sampled_from(("B", "C"))), min_size=1, max_size=6),
       st.lists(st.integers(0, 3), min_size=6, max_size=6),
       st.sets(st.tuples(st.sampled_from(("MUG", "POT")), st.sampled_from("ABC"))))  # fmt: skip
def test_what_rules_keep_is_for_buyers_who_collect_it(
    asked: list[tuple[dict[str, int], bool, str]], units: list[int], kept: set[tuple[str, str]]
) -> None:
    """No parcel has a unit from where a rule keeps it, no shelf gives more than it holds, a second run changes nothing."""
    orders = [order(str(n), lines, pickup=pickup, location=where if pickup else None)
              for n, (lines, pickup, where) in enumerate(asked)]  # fmt: skip
    stock = dict(zip([(sku, code) for sku in ("MUG", "POT") for code in "ABC"], units, strict=True))
    given = problem(orders, stock, places=PLACES, rates=card(rate("*", 500)),
                    desks=[Desk("site", ("A", "B"), pickups=("B", "C"))], rules=Rules(wait_penalty=5000))  # fmt: skip
    withheld = [(*shelf, "counter", stock[shelf]) for shelf in sorted(kept)]
    given = replace(given, withheld=pl.DataFrame(withheld, WITHHELD, orient="row"))

    decision = route(given)

    made = decision.assignments.join(given.orders.select("order_id", "pickup"), on="order_id")
    assert kept.isdisjoint(made.filter(~pl.col("pickup")).select("sku", "location").iter_rows())
    for sku, code, quantity in made.group_by("sku", "location").agg(pl.col("quantity").sum()).iter_rows():
        assert quantity <= stock[sku, code]
    for each, (lines, pickup, where) in zip(orders, asked, strict=True):
        mine = made.filter(order_ref=each["order_ref"])
        waiting = decision.waiting.filter(order_ref=each["order_ref"])
        if pickup and waiting.height:  # nobody else left it all that it needs
            taken = {(sku, code): quantity for sku, code, quantity in
                     made.group_by("sku", "location").agg(pl.col("quantity").sum()).iter_rows()}  # fmt: skip
            assert any(stock[sku, where] - taken.get((sku, where), 0) < need for sku, need in lines.items())
        elif pickup:
            assert {where} == {*mine["location"]}
    second = route(again(given, decision))
    assert [] == [*second.assignments.rows(), *second.released.rows()]
