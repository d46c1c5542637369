"""Why an order leaves from where it does: every place with its cost and what it lost by."""

from typing import Any

import pytest

from oms.core.route.explain import explain
from oms.core.route.problem import Desk, Rules
from tests.core.route_desk import THURSDAY, card, order, place, prepared, rate


def told(*args: Any, **more: Any) -> tuple[str, list[tuple[str, int | None, str, int]]]:
    """The chosen places, and (places, total, reason, by) of the others."""
    ready = prepared(*args, **more)
    story = explain(ready)

    def codes(candidate: Any) -> str:
        return "+".join(ready.places[parcel.place].code for parcel in candidate.parcels)

    return codes(story.chosen), [(codes(each), each.total, each.reason, each.by) for each in story.others]


def test_every_place_says_why_not() -> None:
    """Cheaper ones lack stock or room, dearer ones say by how much, others may not ship it at all."""
    places = [place("A"), place("B"), place("C"), place("D", capacity=0), place("E", ships=False), place("F"),
              place("G", ship_on=None), place("H")]  # fmt: skip
    rates = card(*(rate(code, price) for code, price in (("A", 500), ("B", 720), ("C", 100), ("D", 100), ("H", 100))))
    stock = {("MUG", code): 3 for code in "ABDEFGH"} | {("MUG", "C"): 1}
    desks = [Desk("site", tuple("ABCDEFG"))]

    chosen, others = told([order("1", {"MUG": 3})], stock, places=places, rates=rates, desks=desks)

    assert "A" == chosen
    assert {
        ("B", 720, "dearer", 220), ("C", 100, "no_stock", 0), ("D", 100, "capacity", 0), ("E", None, "not_shipping", 0),
        ("F", None, "no_rate", 0), ("G", None, "closed", 0), ("H", None, "not_of_channel", 0),
    } == set(others)  # fmt: skip


def test_a_plan_that_parts_a_line_is_told_where_none_sends_it_whole() -> None:
    """Three mugs, one or two anywhere: what the order would do without one of its places."""
    rates = card(rate("A", 500), rate("B", 600), rate("C", 900))
    chosen, others = told([order("1", {"MUG": 3})], {("MUG", "A"): 2, ("MUG", "B"): 1, ("MUG", "C"): 1}, rates=rates)

    assert "A+B" == chosen
    assert [("A+C", 1400, "dearer", 300)] == others[3:]


def test_what_would_be_cheaper_now_is_not_said_to_be_too_little() -> None:
    """Since it was routed for 9.00 a mug came in where it costs 5.00: that is more than moving asks for."""
    held = [("1", 0, "MUG", "B", 1, "2026-11-19", True)]
    mine = [order("1", [(0, "MUG", 1, 1, 0)])]
    for price, reason in ((500, "cheaper_now"), (870, "sticks")):
        _chosen, others = told(mine, {("MUG", "A"): 1}, held=held, rates=card(rate("A", price), rate("B", 900)))

        assert ("A", price, reason, 900 - price) == others[0]


def test_what_is_lacking_is_counted() -> None:
    """Needs 3, free 1."""
    story = explain(prepared([order("1", {"MUG": 3, "POT": 1})], {("MUG", "A"): 1, ("POT", "A"): 1, ("MUG", "B"): 3}))

    assert ((0, 3, 1),) == next(each.lacking for each in story.others if each.parcels[0].place == 0)


def test_splits_are_told_with_their_parts() -> None:
    """Two parcels where one is dearer: each with its own cost, the second with the split penalty."""
    ready = prepared(
        [order("1", {"MUG": 1, "POT": 1})], {("MUG", "A"): 1, ("POT", "B"): 1, ("MUG", "C"): 1, ("POT", "C"): 1},
        rates=card(rate("A", 300), rate("B", 400), rate("C", 800)), rules=Rules(split_penalty=150),
    )  # fmt: skip
    story = explain(ready)

    assert (800, "chosen") == (story.chosen.total, story.chosen.reason)
    split = next(each for each in story.others if len(each.parcels) == 2 and each.total == 850)
    assert [(300, 0), (400, 150)] == [(p.cost.shipping, p.cost.split) for p in split.parcels if p.cost]
    assert ("dearer", 50) == (split.reason, split.by)


@pytest.mark.parametrize(
    ("settings", "goal", "reason"),
    [
        ({"postcode": "9"}, "cost", "farther"),
        ({"rank": 5}, "cost", "ranked_lower"),
        ({}, "cost", "code"),
        ({"postcode": "9"}, "distance", "farther"),
        ({"rank": 5}, "ranked", "ranked_lower"),
    ],
)
def test_ties(settings: dict[str, Any], goal: str, reason: str) -> None:
    """As dear: what broke the tie."""
    places = [place("A"), place("B", **settings)]
    chosen, others = told([order("1", {"MUG": 1})], {("MUG", "A"): 1, ("MUG", "B"): 1}, places=places, rules=Rules(goal=goal))

    assert ("A", [("B", 500, reason)]) == (chosen, [each[:3] for each in others])


def test_a_late_place_shows_its_days() -> None:
    """After its cut-off A leaves four days late: 4.00 a day."""
    places = [place("A", ship_on=THURSDAY + 4), place("B")]
    ready = prepared([order("1", {"MUG": 1}, ship_by="2026-11-19T20:00:00Z")], {("MUG", "A"): 1, ("MUG", "B"): 1},
                     places=places, rates=card(rate("A", 300), rate("B", 500)), rules=Rules(late_penalty=400))  # fmt: skip
    story = explain(ready)

    cost = story.others[0].parcels[0].cost
    assert cost is not None
    assert (1600, 1900, "dearer", 1400) == (cost.late, cost.total, story.others[0].reason, story.others[0].by)


def test_a_routed_order_is_told_as_it_stands() -> None:
    """It stays where it is though A came down by 0.30: not more than the stickiness of 0.50."""
    chosen, others = told(
        [order("1", [(0, "MUG", 1, 1, 0)])], {("MUG", "A"): 1, ("MUG", "B"): 0}, places=[place("A"), place("B")],
        rates=card(rate("A", 470), rate("B", 500)), held=[("1", 0, "MUG", "B", 1, "2026-11-19", True)],
    )  # fmt: skip

    assert ("B", [("A", 470, "sticks", 30)]) == (chosen, others)


def test_a_waiting_order_says_what_it_lacks() -> None:
    """Nothing is chosen; every place lacks stock."""
    ready = prepared([order("1", {"MUG": 2})], {("MUG", "X"): 9})
    story = explain(ready)

    assert () == story.chosen.parcels
    assert [(2, 0, "no_stock")] == [(short.short, short.free, short.reason) for short in story.waiting]
    assert {"no_stock"} == {each.reason for each in story.others}


def test_pickup_is_not_for_other_places() -> None:
    """The buyer comes to B."""
    chosen, others = told([order("1", {"MUG": 1}, pickup=True, location="B")], {("MUG", "A"): 1, ("MUG", "B"): 1},
                          places=[place("A"), place("B")])  # fmt: skip

    assert ("B", [("A", None, "not_for_pickup", 0)]) == (chosen, others)


def test_explaining_changes_nothing() -> None:
    """Asked twice, told twice the same."""
    given = ([order("1", {"MUG": 2, "POT": 1})], {("MUG", "A"): 2, ("POT", "B"): 1, ("POT", "A"): 1, ("MUG", "C"): 5})

    assert told(*given) == told(*given)
