"""Rules of oms.toml in a real store: which orders they are about, and what routing makes of them."""

from decimal import Decimal

import pytest

from oms.flow.check_rules import check_rules
from oms.flow.explain import explain
from oms.flow.route import route_orders
from tests.conftest import Desk
from tests.flow.test_route import sent, stocked


def ruled(desk: Desk, text: str) -> Desk:
    path = desk.root / "oms.toml"
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
    return desk


def test_an_order_leaves_from_where_a_rule_lets_it(desk: Desk) -> None:
    """W1 is cheaper from NJ, but New York is served from California; who asks why reads the name of the rule."""
    shop = ruled(stocked(desk), '[[routing.rules]]\nname = "ny"\npostcodes = ["100"]\nonly = ["CA"]\n').shop

    report = route_orders(shop)

    assert {"W1": "CA", "W2": "NJ", "W3": "CA"} == {ref: place for ref, _sku, place, _units, _cost in sent(report)}
    assert any("NJ" in line and "the rule `ny` forbids it" in line for line in explain(shop, "W1").lines())


def test_a_sku_that_never_leaves_a_place_lets_the_rest_of_its_order_go(desk: Desk) -> None:
    """Pots are for the counter: the mugs of W2 leave, its pot waits for `rule`."""
    shop = ruled(stocked(desk), '[[routing.rules]]\nname = "counter"\nskus = ["P*"]\nnever = ["*"]\n').shop

    report = route_orders(shop)

    assert [("W2", "MUG", "CA")] == [row[:3] for row in sent(report) if row[0] == "W2"]
    assert ("W2", "POT", "rule") in {(w["order_ref"], w["sku"], w["reason"]) for w in report.json()["waiting"]}
    assert any("the rule `counter` forbids it" in line for line in explain(shop, "W2").lines())


def test_filters_read_the_store(desk: Desk) -> None:
    """Weights of products, lengths of address lines and channels are those of the store; a total that nobody said fits none."""
    text = "".join(
        f'[[routing.rules]]\nname = "{name}"\nnever = ["*"]\n{key}\n'
        for name, key in (("heavy", "unit_over_g = 2499"), ("long", "address_line_over = 10"), ("dear", 'value_over = "0"'))
    )
    shop = ruled(stocked(desk), text + '[[routing.rules]]\nname = "all"\nchannels = ["web"]\nmax_km = 2000\n').shop

    report = route_orders(shop)

    assert ["W1"] == [row[0] for row in sent(report)]  # the only teas are in California, too far from Chicago
    assert {("W2", "rule"), ("W3", "rule")} == {(w["order_ref"], w["reason"]) for w in report.json()["waiting"]}


def test_what_is_collected_is_about_no_rule(desk: Desk) -> None:
    """A sku that never leaves a shop in a parcel is handed over there; who asks about another order reads the rule."""
    desk = ruled(stocked(desk), '[[routing.rules]]\nname = "counter"\nskus = ["POT"]\nnever = ["NJ"]\n')
    head = "order_ref,placed_at,sku,quantity,currency,payment_status,name,country,delivery,pickup_location\n"
    desk.import_text(head + "P1,2026-11-19T12:00:00Z,POT,1,USD,paid,Eve Elm,US,pickup,NJ\n", "pickup.csv", channel="web")

    report = route_orders(desk.shop)

    told = explain(desk.shop, "W2").json()

    assert [("POT", "rule")] == [(w["sku"], w["reason"]) for w in told["waiting"]]
    assert "dearer" == {tuple(c["locations"]): c["reason"] for c in told["candidates"]}["NJ",]  # its mugs may leave from there
    assert [("P1", "POT", "NJ")] == [row[:3] for row in sent(report) if row[1] == "POT"]
    assert [("W2", "POT", "rule")] == [
        (w["order_ref"], w["sku"], w["reason"]) for w in report.json()["waiting"] if w["sku"] == "POT"
    ]


def test_a_place_that_a_rule_prefers_comes_before_a_cheaper_one(desk: Desk) -> None:
    """W1 is cheaper from NJ, but leaves from California; who asks why reads by how much, and the check what it costs."""
    shop = ruled(stocked(desk), '[[routing.rules]]\nname = "west"\npostcodes = ["100"]\nprefer = [["CA"], "NJ"]\n').shop

    report = route_orders(shop)

    assert {"W1": "CA", "W2": "NJ", "W3": "CA"} == {ref: place for ref, _sku, place, _units, _cost in sent(report)}
    told = explain(shop, "W1").json()
    cheaper = next(each for each in told["candidates"] if each["locations"] == ["NJ"])
    assert ("not_preferred", True) == (cheaper["reason"], cheaper["why"].endswith("but the rule `west` prefers CA"))
    dearer = Decimal(told["candidates"][0]["cost"]) - Decimal(cheaper["cost"])
    assert [str(dearer)] == [rule["cost"] for rule in check_rules(shop).json()["rules"]]


@pytest.mark.parametrize(("least", "places"), [("20.00", {"NJ", "CA"}), ("20.01", set())])
def test_an_order_is_not_parted_for_goods_of_little_worth(desk: Desk, least: str, places: set[str]) -> None:
    """A pot and a tea at 20.00 each lie at two places: where each parcel must be worth more, they wait for `min_value`."""
    text = f'[[routing.rules]]\nname = "worth-it"\nchannels = ["web"]\nmin_value = "{least}"\nmax_parcels = 2\n'
    head = "order_ref,placed_at,sku,quantity,unit_price,currency,payment_status,name,address1,city,region,postcode,country\n"
    lines = "".join(
        f"A1,2026-11-18T12:00:00Z,{sku},1,20.00,USD,paid,Eve Elm,1 Elm Rd,New York,NY,10001,US\n" for sku in ("POT", "TEA")
    )
    shop = ruled(stocked(desk), text).shop
    desk.stock("TEA", "CA", 30)
    assert 0 == desk.import_text(head + lines, "a.csv", channel="web").exit_code

    report = route_orders(shop)

    assert places == {place for ref, _sku, place, _units, _cost in sent(report) if ref == "A1"}
    reasons = {w["reason"] for w in report.json()["waiting"] if w["order_ref"] == "A1"}
    told = "a part is worth less than the rule `worth-it` asks"
    assert (not places, not places) == (reasons == {"min_value"}, any(told in line for line in explain(shop, "A1").lines()))
