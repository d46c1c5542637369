"""`oms rules check`: what is odd about rules, and what they cost today."""

from oms.core.route.rule_findings import ADDS_NOTHING, CONTRADICT, NEVER_HEARD, Finding, covers, findings
from oms.core.route.rulings import Rule
from oms.flow.check_rules import check_rules
from oms.flow.route import route_orders
from tests.conftest import Desk
from tests.flow.test_route import stocked
from tests.flow.test_routing_rules import ruled

RULES = """
[[routing.rules]]
name = "ny"
postcodes = ["100"]
only = ["CA"]
[[routing.rules]]
name = "pots"
skus = ["POT"]
countries = ["US"]
never = ["NJ"]
[[routing.rules]]
name = "mars"
countries = ["AQ"]
never = ["NJ"]
[[routing.rules]]
name = "typo"
skus = ["PTO"]
never_carriers = ["Pigeon"]
"""


def test_each_rule_has_its_price(desk: Desk) -> None:
    """W1 from CA costs 7.00 + 0.50 + 0.10 or so in place of 7.30; without pots from NJ a pot waits. Nothing is written."""
    shop = ruled(stocked(desk), RULES).shop
    before = desk.dump()

    report = check_rules(shop)

    ny, pots, mars, typo = report.rules
    assert ("ny", 1, 1, True, 0) == (ny.name, ny.orders, ny.ever, ny.cost > 0, ny.waiting)
    assert (1, 1, True, 1) == (pots.orders, pots.ever, pots.cost < 0, pots.waiting)
    assert [(0, 0, 0, 0)] * 2 == [(r.orders, r.ever, r.cost, r.waiting) for r in (mars, typo)]
    assert [("never_fits", ["mars"]), ("no_sku", ["typo"]), ("no_carrier", ["typo"])] == [
        (each["kind"], each["rules"]) for each in report.findings
    ]
    assert before == desk.dump()


def test_what_is_reserved_already_is_priced_afresh(desk: Desk) -> None:
    """The price is the same before `oms route` and after."""
    shop = ruled(stocked(desk), RULES).shop
    before = check_rules(shop)
    route_orders(shop)

    assert before == check_rules(shop)


def test_rules_that_leave_an_order_no_place_are_named_together(desk: Desk) -> None:
    """One forbids NJ, the other CA; each alone would do."""
    text = "".join(f'[[routing.rules]]\nname = "no-{code}"\n{key}\nnever = ["{code}"]\n'
                   for code, key in (("NJ", 'postcodes = ["9"]'), ("CA", 'channels = ["web"]')))  # fmt: skip
    shop = ruled(stocked(desk), text).shop
    places = {place.code for place in shop.config.selling_locations(shop.config.channel("web"))}

    found = check_rules(shop).findings

    assert {"NJ", "CA"} == places
    assert [("no_place", ["no-NJ", "no-CA"], 1)] == [
        (each["kind"], each["rules"], each["orders"]) for each in found if each["kind"] == "no_place"
    ]


def test_a_rule_that_leaves_an_order_no_place_by_itself_is_named(desk: Desk) -> None:
    """Only from where it is never sent from, or from where the channel has nothing; never from anywhere is meant so."""
    text = """
[[routing.rules]]
name = "muddled"
postcodes = ["9"]
only = ["NJ"]
never = ["NJ"]
[[routing.rules]]
name = "not-at-all"
postcodes = ["100"]
never = ["*"]
"""
    found = check_rules(ruled(stocked(desk), text).shop).findings

    assert ['`muddled` leaves 1 open order no place (where that is meant: never = ["*"])'] == [
        each["text"] for each in found if each["kind"] == "no_place"
    ]


def test_without_orders_no_rule_is_said_to_fit_none(desk: Desk) -> None:
    """A workspace of today: what is odd about the rules themselves is said, not that nobody ordered yet."""
    found = check_rules(ruled(desk, RULES).shop).findings

    assert [("no_orders", [])] == [(each["kind"], each["rules"]) for each in found]


def test_what_another_rule_says_already() -> None:
    """A narrower rule that says less adds nothing; of equal rules the second; a setting is heard from the first alone."""
    wide = Rule("wide", countries=["US", "CA"], never=["A", "B"])
    narrow = Rule("narrow", countries=["us"], channels=["web"], never=["A"])
    loud, late = Rule("loud", priority=1), Rule("late", tags=["vip"], priority=2)

    assert [Finding(ADDS_NOTHING, ("wide", "narrow"))] == findings([narrow, wide], "ABC")
    assert [Finding(ADDS_NOTHING, ("one", "two"))] == findings([Rule("one", never=["A"]), Rule("two", never=["A"])], "ABC")
    assert [Finding(NEVER_HEARD, ("loud", "late"))] == findings([loud, late], "ABC")
    assert [] == findings([late, loud], "ABC")
    assert covers(Rule("r", value_under=500), Rule("r", value_under=400))
    assert not covers(Rule("r", value_under=500), Rule("r"))
    assert not covers(Rule("r", unit_over_g=500), Rule("r", unit_over_g=400))


def test_contradictions() -> None:
    """Two rules that leave no common place contradict, unless no order can fit both."""
    a = Rule("a", only=["A"], countries=["US"], postcodes=["10"])

    assert [Finding(CONTRADICT, ("a", "b"))] == findings([a, Rule("b", only=["B"], tags=["vip"])], "AB")
    assert [] == findings([a, Rule("b", only=["B"], countries=["DE"])], "AB")
    assert [] == findings([a, Rule("b", only=["B"], postcodes=["9"])], "AB")
    assert [] == findings([Rule("a", only=["A"], value_under=500), Rule("b", only=["B"], value_over=499)], "AB")
