"""Who ships what: cost to the cent, filling first, splits, capacity, goals, ties, and why a line waits."""

from typing import Any

import pytest

from oms.core.route import route
from oms.core.route.problem import Desk, Rules
from tests.core.route_desk import THURSDAY, card, decide, order, place, problem, rate, sent, waits


def parts(decision: Any) -> list[tuple[int, ...]]:
    names = ("shipping", "handling", "handling_unit", "split", "late", "cost")
    return list(decision.assignments.select(names).iter_rows())


def test_cost_to_the_cent() -> None:
    """
    Two parcels: A sends 2 mugs, C a pot, both two days late.

    A: 5.00 + 1.10 + 2 x 0.20 + 2 x 4.00 = 14.50. C: 7.00 + 0.90 + 1 x 0 + 1.50 for the split + 8.00 = 17.40.
    """
    places = [place("A", handling=110, handling_unit=20), place("C", handling=90)]
    rules = Rules(split_penalty=150, late_penalty=400, wait_penalty=5000)
    decision = decide(
        [order("1", {"MUG": 2, "POT": 1}, ship_by="2026-11-17T23:00:00Z")], {("MUG", "A"): 2, ("POT", "C"): 1},
        places=places, rules=rules, rates=card(rate("A", 500), rate("C", 700)),
    )  # fmt: skip

    assert [("1", "MUG", "A", 2, 1450), ("1", "POT", "C", 1, 1740)] == sent(decision)
    assert [(500, 110, 40, 0, 800, 1450), (700, 90, 0, 150, 800, 1740)] == parts(decision)
    assert 3190 == decision.total
    assert [(1, 1200, 200, 40, 150, 1600, 0, 3190)] == decision.costs().rows()


def test_a_parcel_of_several_lines_costs_once() -> None:
    """The cost stands on its first line, 0 on the others, and its weight is that of all of them."""
    decision = decide(
        [order("1", {"MUG": 1, "POT": 2, "TEA": 1})], {("MUG", "A"): 1, ("POT", "A"): 2, ("TEA", "A"): 1},
        rates=card(rate("*", 500, weight_to_g=399), rate("*", 600, weight_from_g=399)), places=[place("A")],
    )  # fmt: skip

    assert [600, 0, 0] == decision.assignments["cost"].to_list()
    assert [400, 400, 400] == decision.assignments["weight_g"].to_list()


def test_the_cheapest_place_wins() -> None:
    """Shipping and handling together."""
    places = [place("A", handling=300), place("B", handling=0)]
    decision = decide([order("1", {"MUG": 1})], {("MUG", "A"): 1, ("MUG", "B"): 1}, places=places,
                      rates=card(rate("A", 400), rate("B", 650)))  # fmt: skip

    assert [("1", "MUG", "B", 1, 650)] == sent(decision)


@pytest.mark.parametrize(
    ("ranks", "postcodes", "expected"),
    [
        ({}, ("3", "2", "9"), "B"),  # nearest to postcode 1
        ({"C": 0}, ("3", "3", "3"), "C"),  # as near: ranking
        ({}, ("3", "3", "3"), "A"),  # all equal: code
    ],
)
def test_equal_costs(ranks: dict[str, int], postcodes: tuple[str, ...], expected: str) -> None:
    """Distance, then ranking, then code."""
    places = [place(c, p, rank=ranks.get(c, 9)) for c, p in zip("ABC", postcodes, strict=True)]
    decision = decide([order("1", {"MUG": 1})], {("MUG", c): 1 for c in "ABC"}, places=places)

    assert [expected] == decision.assignments["location"].to_list()


def test_one_parcel_rather_than_two_where_they_cost_the_same() -> None:
    """A full cover for 8.00 beats 3.00 + 5.00, though the two are nearer."""
    decision = decide(
        [order("1", {"MUG": 1, "POT": 1})], {("MUG", "A"): 1, ("POT", "B"): 1, ("MUG", "C"): 1, ("POT", "C"): 1},
        rates=card(rate("A", 300), rate("B", 500), rate("C", 800)),
    )  # fmt: skip

    assert ["C", "C"] == decision.assignments["location"].to_list()


def test_a_split_where_it_is_cheaper() -> None:
    """3.00 + 4.00 + 0.50 beats 8.00; 1.00 more for the split and it does not."""
    stock = {("MUG", "A"): 1, ("POT", "B"): 1, ("MUG", "C"): 1, ("POT", "C"): 1}
    rates = card(rate("A", 300), rate("B", 400), rate("C", 800))
    lines = [order("1", {"MUG": 1, "POT": 1})]

    cheap = decide(lines, stock, rates=rates, rules=Rules(split_penalty=50))
    dear = decide(lines, stock, rates=rates, rules=Rules(split_penalty=150))

    assert ["A", "B"] == cheap.assignments["location"].to_list()
    assert ["C", "C"] == dear.assignments["location"].to_list()


def test_two_parcels_from_one_place_are_one_parcel() -> None:
    """The cheapest place of both rows cannot be used twice: the better of the two stays."""
    stock = {("MUG", "A"): 1, ("POT", "A"): 1, ("MUG", "B"): 1, ("POT", "B"): 1}
    rates = card(
        rate("A", 100, weight_to_g=500), rate("A", 5000, weight_from_g=500),
        rate("B", 200, weight_to_g=300), rate("B", 400, weight_from_g=300),
    )  # fmt: skip
    decision = decide([order("1", {"MUG": 1, "POT": 1})], stock, rates=rates, weights={"MUG": 280, "POT": 400},
                      places=[place("A"), place("B")])  # fmt: skip

    assert [("1", "MUG", "B", 1, 200), ("1", "POT", "A", 1, 100)] == sorted(sent(decision), key=lambda s: s[1])


def test_a_line_that_one_place_holds_is_split_where_that_costs_less() -> None:
    """A and B together for 2.00, not C for 20.00; C where a second parcel must save more than 18.00, or nobody looks."""
    rates, stock = card(rate("A", 100), rate("B", 100), rate("C", 2000)), {("MUG", "A"): 2, ("MUG", "B"): 2, ("MUG", "C"): 3}
    given = problem([order("1", {"MUG": 3})], stock, rates=rates, rules=Rules(split_penalty=1799))
    dear = problem([order("1", {"MUG": 3})], stock, rates=rates, rules=Rules(split_penalty=1800))

    assert [("MUG", "A"), ("MUG", "B")] == [row[1:3] for row in sent(route(given))]
    assert 1999 == route(given).total
    assert [("1", "MUG", "C", 3, 2000)] == sent(route(dear)) == sent(route(given, 0))


def test_two_light_parcels_instead_of_a_heavy_one() -> None:
    """A letter holds one mug for 1.00, a box two for 8.00: two letters, unless orders are served one after another."""
    rates = card(rate("*", 100, weight_to_g=150), rate("*", 800, weight_from_g=150))
    given = problem([order("1", {"MUG": 2})], {("MUG", "A"): 9, ("MUG", "B"): 9}, rates=rates)
    decision = route(given)

    assert [("1", "MUG", "A", 1, 100), ("1", "MUG", "B", 1, 100)] == sent(decision)
    assert (200, 200, 800) == (decision.total, decision.lower_bound, decision.greedy)
    assert [("1", "MUG", "A", 2, 800)] == sent(route(given, 0))


def test_a_line_is_split_where_no_place_holds_it() -> None:
    """2 + 1 from A and B; the heavier parcel where heavy is cheap."""
    rates = card(rate("A", 100, weight_to_g=150), rate("A", 900, weight_from_g=150), rate("B", 200), rate("C", 2000))
    decision = decide([order("1", {"MUG": 3})], {("MUG", "A"): 2, ("MUG", "B"): 2, ("MUG", "C"): 2}, rates=rates)

    assert [("1", "MUG", "A", 1, 100), ("1", "MUG", "B", 2, 200)] == sent(decision)


def test_what_is_there_goes_and_the_rest_waits() -> None:
    """3 of 5 leave; 2 wait for stock."""
    decision = decide([order("1", {"MUG": 5})], {("MUG", "A"): 3}, rules=Rules(wait_penalty=2500))

    assert [("1", "MUG", "A", 3, 500)] == sent(decision)
    assert [("1", "MUG", 2, "no_stock")] == waits(decision)
    assert 3000 == decision.total


def test_filling_comes_before_saving() -> None:
    """A parcel of 90.00 is sent though waiting is said to cost 25.00."""
    decision = decide([order("1", {"MUG": 1})], {("MUG", "A"): 1}, rates=card(rate("*", 9000)), rules=Rules(wait_penalty=2500))

    assert [("1", "MUG", "A", 1, 9000)] == sent(decision)


def test_waiting_costs_more_than_the_dearest_plan() -> None:
    """A pot waits; the mug could go for 90.00 from B: waiting costs 90.01, not the penalty of 25.00."""
    decision = decide(
        [order("1", {"MUG": 1, "POT": 1})], {("MUG", "A"): 1, ("MUG", "B"): 1},
        rates=card(rate("A", 100), rate("B", 9000)), rules=Rules(wait_penalty=2500),
    )  # fmt: skip

    assert [9001] == decision.waiting["cost"].to_list()
    assert 9101 == decision.total


def test_waiting_costs_once_a_line() -> None:
    """A kit that lacks two components is one line that waits."""
    lines = [(0, "CUP", 1, 1, 1), (0, "LID", 1, 1, 1)]
    decision = decide([order("1", lines)], {}, rules=Rules(wait_penalty=2500))

    assert [2500, 0] == decision.waiting["cost"].to_list()


def test_no_more_parcels_than_allowed() -> None:
    """Three lines at three places, two parcels allowed: two lines go, the third waits for its parcel."""
    stock = {("MUG", "A"): 1, ("POT", "B"): 1, ("TEA", "C"): 1}
    decision = decide([order("1", {"MUG": 1, "POT": 1, "TEA": 1})], stock, rules=Rules(max_parcels=2, wait_penalty=9000),
                      rates=card(rate("A", 300), rate("B", 200), rate("C", 100)))  # fmt: skip

    assert ["B", "C"] == sorted(decision.assignments["location"].to_list())
    assert [("1", "MUG", 1, "max_parcels")] == waits(decision)


@pytest.mark.parametrize("lines", [{"MUG": 4}, {"MUG": 2, "POT": 2}])
def test_what_makes_its_parcel_too_heavy_waits_for_a_rate(lines: dict[str, int]) -> None:
    """Two of four kilos fit the heaviest step of the card: more parcels would help nobody, a rate would."""
    decision = decide([order("1", lines)], {("MUG", "A"): 9, ("POT", "A"): 9}, places=[place("A")],
                      weights={"MUG": 1000, "POT": 1000}, rates=card(rate("A", 500, weight_to_g=2000)))  # fmt: skip

    assert 2 == decision.assignments["quantity"].sum()
    assert {"no_rate"} == {reason for _ref, _sku, _short, reason in waits(decision)}


def test_a_line_is_split_in_spite_of_a_whole_one_where_that_fills_more() -> None:
    """D holds all 3 mugs, but with two parcels only A + B (2 + 1 mugs, pot, tea) fill everything."""
    places = [place(c) for c in "ABD"]
    stock = {("MUG", "A"): 2, ("MUG", "B"): 1, ("MUG", "D"): 3, ("POT", "A"): 1, ("TEA", "B"): 1}
    decision = decide([order("1", {"MUG": 3, "POT": 1, "TEA": 1})], stock, places=places, rules=Rules(max_parcels=2))

    assert [] == waits(decision)
    assert [("MUG", "A", 2), ("MUG", "B", 1), ("POT", "A", 1), ("TEA", "B", 1)] == sorted(s[1:4] for s in sent(decision))


def test_ship_complete_waits_for_the_last_line() -> None:
    """Nothing leaves while a line lacks a unit; the line that could go says what it waits for."""
    desks = [Desk("site", ("A", "B", "C"), ship_complete=True)]
    lines = [order("1", {"MUG": 1, "POT": 2})]

    short = decide(lines, {("MUG", "A"): 1, ("POT", "A"): 1}, desks=desks)
    full = decide(lines, {("MUG", "A"): 1, ("POT", "A"): 2}, desks=desks)

    assert [] == sent(short)
    assert [("1", "MUG", 1, "ship_complete"), ("1", "POT", 2, "no_stock")] == waits(short)
    assert 2 == len(sent(full))


def test_kits_leave_whole() -> None:
    """2 kits of a cup and 2 lids; lids for one kit only: one kit goes, and the second cup stays on the shelf."""
    lines = [(0, "CUP", 1, 2, 2), (0, "LID", 2, 2, 4)]
    decision = decide([order("1", lines)], {("CUP", "A"): 5, ("LID", "A"): 3})

    assert [("CUP", "A", 1), ("LID", "A", 2)] == [s[1:4] for s in sent(decision)]
    assert [("1", "CUP", 1, "component"), ("1", "LID", 2, "no_stock")] == waits(decision)


def test_packs_leave_whole() -> None:
    """A pack of 6 is not sent as 4 pieces."""
    decision = decide([order("1", [(0, "SOAP", 6, 2, 12)])], {("SOAP", "A"): 10})

    assert [("1", "SOAP", "A", 6, 500)] == sent(decision)
    assert [("1", "SOAP", 6, "no_stock")] == waits(decision)


def test_components_may_leave_from_two_places() -> None:
    """Where no place has both, the kit is split."""
    decision = decide([order("1", [(0, "CUP", 1, 1, 1), (0, "LID", 1, 1, 1)])], {("CUP", "A"): 1, ("LID", "B"): 1})

    assert [("CUP", "A", 1), ("LID", "B", 1)] == [s[1:4] for s in sent(decision)]


def test_two_lines_of_one_sku_share_a_shelf() -> None:
    """3 mugs for lines of 2 and 2: three go, one waits."""
    decision = decide([order("1", [(0, "MUG", 1, 2, 2), (1, "MUG", 1, 2, 2)])], {("MUG", "A"): 3})

    assert 3 == decision.assignments["quantity"].sum()
    assert [("1", "MUG", 1, "no_stock")] == waits(decision)


def test_order_of_service() -> None:
    """Priority, then ship_by, then placed_at, then channel, then order_ref: the last mug goes to the first of them."""
    desks = [Desk("site", ("A",)), Desk("vip", ("A",), priority=1), Desk("app", ("A",))]
    orders = [
        order("1", {"MUG": 1}, channel="vip", ship_by="2026-12-30T12:00:00Z"),
        order("2", {"MUG": 1}, ship_by="2026-12-20T12:00:00Z", placed_at="2026-11-18T12:00:00Z"),
        order("3", {"MUG": 1}, ship_by="2026-12-21T12:00:00Z", placed_at="2026-11-17T12:00:00Z"),
        order("4", {"MUG": 1}, ship_by="2026-12-21T12:00:00Z", placed_at="2026-11-18T12:00:00Z", channel="app"),
        order("6", {"MUG": 1}, ship_by="2026-12-21T12:00:00Z", placed_at="2026-11-18T12:00:00Z"),
        order("5", {"MUG": 1}, ship_by="2026-12-21T12:00:00Z", placed_at="2026-11-18T12:00:00Z"),
    ]  # fmt: skip
    for served in range(1, 7):
        decision = decide(list(reversed(orders)), {("MUG", "A"): served}, desks=desks, places=[place("A")])

        assert [str(n) for n in range(1, served + 1)] == decision.assignments["order_ref"].to_list()


def test_a_full_day_waits() -> None:
    """Two orders may leave; the third waits with the reason; an order counts once, however many lines it has."""
    orders = [order(n, {"MUG": 1, "POT": 1}) for n in "123"]
    decision = decide(orders, {("MUG", "A"): 9, ("POT", "A"): 9}, places=[place("A", capacity=2)])

    assert ["1", "1", "2", "2"] == decision.assignments["order_ref"].to_list()
    assert [("3", "MUG", 1, "capacity"), ("3", "POT", 1, "capacity")] == waits(decision)


def test_the_next_place_takes_what_a_full_one_cannot() -> None:
    """The cheap one has room for one order."""
    places = [place("A", capacity=1), place("B")]
    decision = decide([order(n, {"MUG": 1}) for n in "12"], {("MUG", "A"): 9, ("MUG", "B"): 9}, places=places,
                      rates=card(rate("A", 100), rate("B", 200)))  # fmt: skip

    assert ["A", "B"] == decision.assignments["location"].to_list()


def test_days_late_are_calendar_days_in_the_places_zone() -> None:
    """Due Friday 03:00 UTC: Friday in Shanghai, still Thursday in New York. Leaving on Monday is 3 or 4 days late."""
    monday = THURSDAY + 4
    rules = Rules(late_penalty=100)
    for zone, late in (("Asia/Shanghai", 300), ("America/New_York", 400), ("UTC", 300)):
        decision = decide([order("1", {"MUG": 1}, ship_by="2026-11-20T03:00:00Z")], {("MUG", "A"): 1}, rules=rules,
                          places=[place("A", zone=zone, ship_on=monday)])  # fmt: skip

        assert [late] == decision.assignments["late"].to_list()


def test_being_late_can_decide() -> None:
    """A is 2.00 cheaper, but leaves four days later at 1.00 a day."""
    places = [place("A", ship_on=THURSDAY + 4), place("B")]
    decision = decide([order("1", {"MUG": 1}, ship_by="2026-11-19T20:00:00Z")], {("MUG", "A"): 1, ("MUG", "B"): 1},
                      places=places, rates=card(rate("A", 300), rate("B", 500)), rules=Rules(late_penalty=100))  # fmt: skip

    assert [("1", "MUG", "B", 1, 500)] == sent(decision)


def test_a_platform_label_costs_no_freight_and_needs_no_address() -> None:
    """Without an address and without a rate the ranking decides; handling still counts."""
    desks = [Desk("site", ("A", "B", "C"), platform_label=True)]
    places = [place("A", "1", rank=2, handling=50), place("B", "3", rank=1, handling=50), place("C", "6", handling=60)]
    masked = order("1", {"MUG": 1}, country=None, postcode="***")
    seen = order("2", {"MUG": 1}, postcode="1")

    decision = decide([masked, seen], {("MUG", c): 2 for c in "ABC"}, desks=desks, places=places, rates=card())

    assert [("1", "MUG", "B", 1, 50), ("2", "MUG", "A", 1, 50)] == sent(decision)
    assert [None, None] == decision.assignments["carrier"].to_list()
    assert [None, "postcode"] == decision.assignments["distance_level"].to_list()


def test_pickup_orders_wait_at_their_shop() -> None:
    """Only there, without freight, also where the shop ships nothing and is none of the channel's locations."""
    places = [place("A"), place("SHOP", ships=False)]
    desks = [Desk("site", ("A",))]
    orders = [order("1", {"MUG": 1}, pickup=True, location="SHOP"), order("2", {"POT": 1}, pickup=True, location="SHOP"),
              order("3", {"MUG": 1}, pickup=True, location=None)]  # fmt: skip
    decision = decide(orders, {("MUG", "A"): 5, ("POT", "A"): 5, ("MUG", "SHOP"): 5}, places=places, desks=desks, rates=card())

    assert [("1", "MUG", "SHOP", 1, 0)] == sent(decision)
    assert [("2", "POT", 1, "pickup"), ("3", "MUG", 1, "no_location")] == waits(decision)


def test_pickups_do_not_fill_a_day() -> None:
    """What is collected does not leave with a carrier."""
    decision = decide([order("1", {"MUG": 1}, pickup=True, location="A")], {("MUG", "A"): 1}, places=[place("A", capacity=0)])

    assert ["A"] == decision.assignments["location"].to_list()


def test_only_the_channels_locations_that_ship() -> None:
    """B is none of the channel's, C does not ship: no location is left."""
    places = [place("B"), place("C", ships=False)]
    decision = decide([order("1", {"MUG": 1})], {("MUG", "B"): 1, ("MUG", "C"): 1}, places=places, desks=[Desk("site", ("C",))])

    assert [("1", "MUG", 1, "no_location")] == waits(decision)


@pytest.mark.parametrize(
    ("goal", "expected"),
    [("cost", ["A", "B"]), ("distance", ["C", "C"]), ("ranked", ["D", "D"])],
)
def test_goals(goal: str, expected: list[str]) -> None:
    """Cheapest; nearest full cover; first of the ranking that has everything."""
    places = [place("A", "9"), place("B", "9"), place("C", "2", rank=5), place("D", "8", rank=1)]
    stock = {("MUG", "A"): 1, ("POT", "B"): 1, ("MUG", "C"): 1, ("POT", "C"): 1, ("MUG", "D"): 1, ("POT", "D"): 1}
    rates = card(rate("A", 100), rate("B", 100), rate("C", 900), rate("D", 900))
    decision = decide([order("1", {"MUG": 1, "POT": 1})], stock, places=places, rates=rates, rules=Rules(goal=goal))

    assert expected == decision.assignments["location"].to_list()


def test_distance_splits_only_where_nobody_has_everything() -> None:
    """Fewest parcels first, then the nearest of those."""
    places = [place("A", "2"), place("B", "3"), place("C", "9")]
    stock = {("MUG", "A"): 1, ("MUG", "C"): 1, ("POT", "B"): 1, ("TEA", "A"): 1, ("TEA", "C"): 1}
    decision = decide([order("1", {"MUG": 1, "POT": 1, "TEA": 1})], stock, places=places, rules=Rules(goal="distance"))

    assert ["A", "B", "A"] == [s[2] for s in sorted(sent(decision))]


def test_many_lines() -> None:
    """Twelve lines, all but one at A: one parcel from A, one from B."""
    skus = [f"K{n:02d}" for n in range(12)]
    stock = {(sku, "A"): 1 for sku in skus[1:]} | {(sku, "B"): 1 for sku in skus[:6]}
    decision = decide([order("1", dict.fromkeys(skus, 1))], stock)

    assert [] == waits(decision)
    assert {"A", "B"} == set(decision.assignments["location"])
    assert 12 == decision.assignments.height


def test_many_units() -> None:
    """100 units from shelves of 40, 35 and 30: everything there is leaves in three parcels."""
    stock = {("MUG", "A"): 40, ("MUG", "B"): 35, ("MUG", "C"): 30}
    decision = decide([order("1", {"MUG": 100})], stock)

    assert 100 == decision.assignments["quantity"].sum()
    assert [] == waits(decision)


def test_a_parcel_too_heavy_is_split() -> None:
    """30 kg at most: 4 pots of 10 kg leave as 3 from A and 1 from B."""
    decision = decide([order("1", {"POT": 4})], {("POT", "A"): 9, ("POT", "B"): 9}, weights={"POT": 10_000},
                      places=[place("A"), place("B")], rates=card(rate("A", 100), rate("B", 200)))  # fmt: skip

    assert [] == waits(decision)
    assert [4, 2] == [decision.assignments["quantity"].sum(), decision.assignments["location"].n_unique()]


def test_nothing_to_do() -> None:
    """No orders, no decision."""
    decision = decide([], {})

    assert (0, 0, 0, 0) == (decision.routed, decision.split, decision.waiting_orders, decision.total)
