"""Orders of one buyer in one parcel: only where it costs less, to the last cent, and only once."""

from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms.core.route import Decision, Problem, route
from oms.core.route.joining import buyers, staying
from oms.core.route.problem import Rules
from oms.core.route.rulings import Ruling
from oms.model.frames import BUYERS, JOINT
from tests.core.route_desk import again, card, order, place, problem, rate, sent
from tests.core.test_route_properties import filled, problems
from tests.core.test_route_rulings import ruled

#: Up to 1 kg 5.00, then 7.00; above 2 kg nobody takes it. B is 1.00 dearer.
STEPS = card(
    rate("A", 500, weight_to_g=1000), rate("A", 700, weight_from_g=1000, weight_to_g=2000),
    rate("B", 600, weight_to_g=1000), rate("B", 800, weight_from_g=1000, weight_to_g=2000),
)  # fmt: skip
PLACES = [place("A", "1", handling=90, handling_unit=10), place("B", "3", handling=100)]


def bought(given: Problem, *refs: str, **by_ref: str) -> Problem:
    """The orders `refs` are of one buyer, the others of who they say."""
    whose = dict.fromkeys(refs, "eve") | by_ref
    ids = dict(given.orders.select("order_ref", "order_id").iter_rows())
    return replace(given, buyers=pl.DataFrame([(ids[ref], who) for ref, who in whose.items()], BUYERS, orient="row"))


def kept(given: Problem, decision: Decision) -> Problem:
    """The problem after `decision` was saved, as the next run sees it."""
    gone = decision.released.select("order_id", "location").unique()
    before = given.joint.join(gone, on=["order_id", "location"], how="anti")
    joint = pl.concat([decision.joined.select(*JOINT), before]).unique(["order_id", "location"], keep="first")
    joint = joint.filter(pl.col("leader").is_not_null())
    several = joint.filter(pl.len().over("leader", "location") > 1)
    return staying(replace(again(given, decision), buyers=given.buyers, joint=several))


def two(
    stock: dict[tuple[str, str], int], lines: tuple[dict[str, int], ...] = ({"MUG": 1}, {"POT": 1}), **more: Any
) -> Problem:
    """Two orders of one buyer; a mug and a pot weigh 600 g each."""
    orders = [order(str(n + 1), each) for n, each in enumerate(lines)]
    settings = {"places": PLACES, "rates": STEPS, "weights": {"MUG": 600, "POT": 600}, "rules": Rules(wait_penalty=9000)} | more
    return bought(problem(orders, stock, **settings), "1", "2")


def test_two_orders_in_one_parcel() -> None:
    """Apart 5.00 + 0.90 + 0.10 each; together 7.00 + 0.90 + 0.20: the second pays 2.00 + 0.10."""
    given = two({("MUG", "A"): 1, ("POT", "A"): 1})

    decision = route(given)

    assert [("1", "MUG", "A", 1, 600), ("2", "POT", "A", 1, 210)] == sent(decision)
    assert (810, 390, None) == (decision.total, decision.saved, decision.lower_bound)
    assert [(1, "A", 1, 0), (2, "A", 1, 390)] == list(
        decision.joined.select("order_id", "location", "leader", "saved").iter_rows()
    )


def test_not_where_it_costs_more() -> None:
    """Three mugs and a pot are too heavy for one parcel; a parcel that is dearer than two is none either."""
    heavy = two({("MUG", "A"): 3, ("POT", "A"): 1}, ({"MUG": 3}, {"POT": 1}))
    rates = card(rate("A", 100, weight_to_g=1000), rate("A", 9000, weight_from_g=1000))
    dear = two({("MUG", "A"): 1, ("POT", "A"): 1}, rates=rates)

    assert ([], 0) == (list(route(heavy).joined.iter_rows()), route(heavy).saved)
    assert [("1", 200), ("2", 200)] == [(ref, cost) for ref, _sku, _place, _units, cost in sent(route(dear))]


@pytest.mark.parametrize(
    "other", [{"service": "Express"}, {"country": "YY"}], ids=["another service", "another price of the same card"]
)
def test_not_on_other_terms(other: dict[str, Any]) -> None:
    """What is sent by another service, or where other rows of the card count, is another parcel."""
    rates = card(rate("A", 500), rate("A", 600, service="Express"), rate("A", 500, country="YY"))
    orders = [order("1", {"MUG": 1}), order("2", {"POT": 1}, **other)]
    given = bought(problem(orders, {("MUG", "A"): 1, ("POT", "A"): 1}, places=PLACES, rates=rates), "1", "2")

    assert route(given).joined.is_empty()


def test_a_new_order_joins_one_that_is_reserved() -> None:
    """It pays what the parcel costs more; both then stay, though another place would be cheaper for one of them."""
    first = two({("MUG", "A"): 1, ("POT", "A"): 1})
    only = replace(first, orders=first.orders.filter(order_ref="1"), demand=first.demand.filter(order_id=1))
    held = kept(only, route(only))
    later = replace(held, orders=first.orders, demand=pl.concat([held.demand, first.demand.filter(order_id=2)]))

    decision = route(later)

    assert [("2", "POT", "A", 1, 210)] == sent(decision)
    assert [1, 1] == decision.joined["leader"].to_list()
    saved = kept(later, decision)
    cheaper = replace(saved, stock=pl.DataFrame([("MUG", "B", 9)], saved.stock.schema, orient="row"), card=card(rate("B", 1)))
    assert ([], 0) == (sent(route(cheaper)), route(cheaper).released.height)


def test_an_order_moves_to_where_the_other_leaves_from() -> None:
    """The pot is only in B; the mug would be 0.80 cheaper from A, but saves 5.00 by going with it. A's mug is for another."""
    stock = {("MUG", "A"): 1, ("MUG", "B"): 1, ("POT", "B"): 1}
    given = two(stock)
    orders = [order("1", {"MUG": 1}), order("2", {"POT": 1}), order("3", {"MUG": 1})]
    third = bought(
        problem(orders, stock, places=PLACES, rates=STEPS, weights={"MUG": 600, "POT": 600}, rules=Rules(wait_penalty=9000)),
        "1", "2",
    )  # fmt: skip

    decision, among = route(given), route(third)

    assert {("1", "MUG", "B"), ("2", "POT", "B")} == {row[:3] for row in sent(decision)}
    assert 800 + 100 == decision.total
    assert {("1", "B"), ("2", "B"), ("3", "A")} == {(ref, where) for ref, _sku, where, _units, _cost in sent(among)}
    assert ([], 0) == (sent(route(kept(given, decision))), route(kept(given, decision)).released.height)


def test_a_rule_that_forbids_the_place_comes_first() -> None:
    """The mug may not leave from B, so it leaves by itself."""
    given = two({("MUG", "A"): 1, ("MUG", "B"): 1, ("POT", "B"): 1})

    decision = route(ruled(given, **{"1": Ruling({"B": "not-b"})}))

    assert {("1", "A"), ("2", "B")} == {(ref, where) for ref, _sku, where, _units, _cost in sent(decision)}


@given(problems(most_orders=5), st.data())
def test_joining_never_costs_more_and_fills_the_same(given: Problem, data: st.DataObject) -> None:
    """Whoever buys: the sum of the parts is the total, nothing waits that would not, and a second run changes nothing."""
    whose = {ref: data.draw(st.sampled_from(("eve", "ida"))) for ref in given.orders["order_ref"]}
    known = bought(given, **whose)

    joined, apart = route(known), route(given)

    assert joined.total <= apart.total
    assert joined.saved == apart.total - joined.total
    assert filled(joined, known) >= filled(apart, given)
    assert int(joined.costs()["total"].sum()) == joined.total
    assert joined.joined.filter(pl.len().over("leader", "location") < 2).is_empty()
    next_run = route(kept(known, joined))
    assert (0, 0) == (next_run.assignments.height, next_run.released.height)


def contact(**said: str | None) -> pl.DataFrame:
    """Two contacts, the second as the first but for what is `said`."""
    eve = {"name": "Eve Elm", "company": None, "email": "eve@example.com", "phone": None, "address1": "1 Elm Rd.",
           "address2": "", "city": "Albany", "region": "NY", "postcode": "12207", "country": "US"}  # fmt: skip
    rows = [{"order_id": 1} | eve, {"order_id": 2} | eve | said]
    return pl.DataFrame(rows, {"order_id": pl.Int64} | dict.fromkeys(eve, pl.String))


@pytest.mark.parametrize(
    ("said", "same"),
    [
        ({"name": "eve  elm", "address1": "1 Elm Rd", "postcode": "12 207"}, True),  # as people write
        ({"name": "Ada Elm"}, False),
        ({"address2": "Flat 2"}, False),
        ({"email": "ada@example.com"}, False),
        ({"email": None}, None),  # nothing to know her by
        ({"email": "e***@example.com"}, None),
        ({"address1": "***"}, None),
        ({"postcode": None, "city": None}, None),
    ],
)
def test_who_is_one_buyer(said: dict[str, str | None], same: bool | None) -> None:
    """One name, one address, one way to reach them; who is masked is nobody's namesake."""
    found = buyers(contact(**said))

    assert {True: (2, 1), False: (2, 2), None: (1, 1)}[same] == (found.height, found["buyer"].n_unique())
