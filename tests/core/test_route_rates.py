"""What a parcel costs: which row of the rate card counts, for which weight and service, in which currency."""

from decimal import Decimal
from typing import Any

import pytest

from oms.core.route.lanes import Lanes
from oms.core.route.problem import Desk, Rules
from oms.core.route.rates import RateCard, service_of
from tests.core.route_desk import card, decide, order, place, problem, rate, sent, waits


def price(rates: RateCard, weight_g: int, country: str = "US", postcode: str | None = "10001", service: str | None = None,
          location: str = "NJ") -> tuple[int, str] | None:  # fmt: skip
    tariff = Lanes(rates, [location]).lane(country, postcode, service).tariffs[0]
    quote = tariff.quote(weight_g) if tariff else None
    return (quote.price, quote.carrier) if quote else None


@pytest.mark.parametrize(
    ("postcode", "expected"),
    [("10001", 100), ("10199", 200), ("12345", 300), ("99999", 400), (None, 400), ("1000*", 400), ("100 01-9", 100)],
)
def test_longest_prefix_wins_then_country(postcode: str | None, expected: int) -> None:
    """Of a carrier's rows the one with the longest matching postcode counts; a masked postcode matches none."""
    rates = card(
        rate("*", 500), rate("*", 400, country="US"), rate("*", 300, country="US", postcode_prefix="1"),
        rate("*", 200, country="US", postcode_prefix="101"), rate("*", 100, country="US", postcode_prefix="100 01"),
    )  # fmt: skip

    assert (expected, "Post") == price(rates, 100, postcode=postcode)


def test_another_country_takes_the_row_for_all() -> None:
    """A country without rows of its own has those of `*`."""
    assert (500, "Post") == price(card(rate("*", 500), rate("*", 400, country="US")), 100, country="CA")


def test_a_row_that_does_not_fit_is_no_reason_to_take_a_blunter_one() -> None:
    """Where the sharpest row ends at 1 kg, 2 kg cannot go with this carrier, though its country row would take them."""
    rates = card(rate("*", 400, country="US"), rate("*", 100, country="US", postcode_prefix="1", weight_to_g=1000))

    assert (100, "Post") == price(rates, 1000)
    assert price(rates, 1001) is None


def test_each_carrier_has_its_own_sharpest_row() -> None:
    """One carrier's postcode row says nothing about another carrier; the cheapest goes, ties by name."""
    rates = card(
        rate("*", 400, country="US", postcode_prefix="1"), rate("*", 350, carrier="Wolf"), rate("*", 350, carrier="Fox"),
    )  # fmt: skip

    assert (350, "Fox") == price(rates, 100)


def test_rows_of_the_location_and_of_all_are_both_candidates() -> None:
    """A row for `*` that is cheaper than the location's own is taken."""
    assert (300, "Post") == price(card(rate("NJ", 400), rate("*", 300), rate("CA", 100)), 100)
    assert (200, "Post") == price(card(rate("NJ", 200), rate("*", 300)), 100)


@pytest.mark.parametrize(
    ("weight_g", "expected"),
    [(1000, 500), (1001, 800), (1004, 800), (1005, 801), (1995, 900), (3000, 1000), (3001, None)],
)
def test_price_by_weight(weight_g: int, expected: int | None) -> None:
    """`from < w <= to`; 1.00 a kilogram from 1 kg on, half a cent rounds up."""
    rates = card(rate("*", 500, weight_to_g=1000), rate("*", 800, weight_from_g=1000, weight_to_g=3000, per_kg=100))

    found = price(rates, weight_g)

    assert expected == (found[0] if found else None)


def test_rates_in_another_currency_are_converted_once() -> None:
    """¥1,000 and ¥100 a kg at 0.0066: 1.5 kg cost ¥1,150 = 7.59 USD; without [fx] the row is not used and counted."""
    rows = [rate("*", 1000, currency="JPY", per_kg=100)]

    assert (759, "Post") == price(card(*rows, fx={"JPY": Decimal("0.0066")}), 1500)
    assert price(card(*rows), 1500) is None
    assert {"JPY": 1} == card(*rows).unusable


def test_billed_weight_is_the_larger_of_weight_and_volume() -> None:
    """Two boxes of 300 g and 2,500,001 mm³: 600 g weigh less than their 1,001 g of volume (divisor 5000, rounded up)."""
    rates = card(rate("*", 100, weight_to_g=1000), rate("*", 200, weight_from_g=1000))

    decision = decide([order("1", {"BOX": 2})], {("BOX", "A"): 2}, rates=rates, weights={"BOX": 300},
                      volumes={"BOX": 2_500_001})  # fmt: skip

    assert [("1", "BOX", "A", 2, 200)] == sent(decision)
    assert [1001] == decision.assignments["weight_g"].to_list()


def test_a_sku_without_weight_goes_as_the_lightest_parcel_and_is_named() -> None:
    """It fits the first step of the card; the report names it."""
    rates = card(rate("*", 100, weight_to_g=10), rate("*", 200, weight_from_g=10))

    decision = decide([order("1", {"FEATHER": 3})], {("FEATHER", "A"): 3}, rates=rates, weights={"FEATHER": None})

    assert [("1", "FEATHER", "A", 3, 100)] == sent(decision)
    assert ["FEATHER"] == decision.weightless


@pytest.mark.parametrize(
    ("word", "mapping", "wanted", "known"),
    [
        ("Std US", {"Std US": "Ground", "*": "Air"}, "ground", True),
        ("std us ", {"Std US": "Ground"}, "ground", True),
        ("Second Day", {"Std US": "Ground", "*": "Air"}, "air", True),
        (None, {"*": "Air"}, "air", True),
        ("ground", {}, "ground", True),
        ("Overnight", {}, None, False),
        (None, {}, None, True),
        ("Std US", {"*": "Pigeon"}, "pigeon", False),
        ("Std US", {"*": "*"}, None, True),
    ],
)
def test_services(word: str | None, mapping: dict[str, str], wanted: str | None, known: bool) -> None:
    """By the channel's mapping, else the same word on the card, else any; what nobody knows is said."""
    rates = card(rate("*", 1, service="Ground"), rate("*", 2, service="Air"))

    assert (wanted, known) == service_of(word, mapping, rates)


def test_the_service_decides_the_row() -> None:
    """Express buyers get the express row (or one for any service), others the cheapest."""
    rates = card(rate("*", 400, service="Ground"), rate("*", 900, service="Express"), rate("*", 950, carrier="Any"))
    orders = [order("1", {"MUG": 1}, service="Express"), order("2", {"MUG": 1}, service="Drone"), order("3", {"MUG": 1})]

    decision = decide(orders, {("MUG", "A"): 3}, rates=rates)

    assert [900, 400, 400] == decision.assignments["cost"].to_list()
    assert ["Express", "Ground", "Ground"] == decision.assignments["service"].to_list()
    assert {"Drone": 1} == decision.unknown_services


def test_a_service_mapped_to_nothing_on_the_card_waits() -> None:
    """A mapping is an order: without a row for it there is no rate."""
    desks = [Desk("site", ("A",), {"*": "Ground"})]
    decision = decide([order("1", {"MUG": 1})], {("MUG", "A"): 1}, rates=card(rate("*", 900, service="Express")),
                      desks=desks, places=[place("A")])  # fmt: skip

    assert [("1", "MUG", 1, "no_rate")] == waits(decision)


def fallback(**parts: Any) -> Rules:
    from fractions import Fraction

    from oms.core.route.pricing import Fallback

    return Rules(wait_penalty=100_000, fallback=Fallback(*(Fraction(parts[name]) for name in ("base", "per_km", "per_kg"))))


def test_fallback_rate_where_no_row_matches() -> None:
    """8.00 + 0.002 a km + 1.00 a kg: 222.39 km and 1.5 kg make 9.94 (222.39 km = two degrees of the equator)."""
    rules = fallback(base=800, per_km="1/5", per_kg=100)
    decision = decide([order("1", {"POT": 1})], {("POT", "B"): 1}, rates=card(), rules=rules, weights={"POT": 1500})

    assert [("1", "POT", "B", 1, 994)] == sent(decision)
    assert [222.39] == [round(km, 2) for km in decision.assignments["distance_km"]]


def test_fallback_rate_only_where_no_row_matches() -> None:
    """A row of the card is taken though the fallback is cheaper; a heavier parcel falls back."""
    rules = fallback(base=100, per_km=0, per_kg=0)
    given = {"rates": card(rate("*", 900, weight_to_g=1000)), "rules": rules, "weights": {"POT": 1500, "MUG": 300}}

    light = decide([order("1", {"MUG": 1})], {("MUG", "A"): 1}, **given)
    heavy = decide([order("1", {"POT": 1})], {("POT", "A"): 1}, **given)

    assert [900] == light.assignments["cost"].to_list()
    assert [100] == heavy.assignments["cost"].to_list()


def test_no_card_no_parcel() -> None:
    """Without a rate nothing can be priced: the line waits and says so."""
    assert [("1", "MUG", 1, "no_rate")] == waits(decide([order("1", {"MUG": 1})], {("MUG", "A"): 9}, rates=card()))


def test_rows_may_come_in_any_order() -> None:
    """The card is a set."""
    rows = [rate("*", 400, country="US"), rate("*", 300, carrier="Wolf"), rate("*", 300, carrier="Fox"),
            rate("NJ", 100, country="US", postcode_prefix="1", weight_to_g=500)]  # fmt: skip

    assert price(card(*rows), 400) == price(card(*reversed(rows)), 400) == (100, "Post")
    assert price(card(*rows), 600) == price(card(*reversed(rows)), 600) == (300, "Fox")
    assert problem([order("1", {"MUG": 1})], {}).card.unusable == {}
