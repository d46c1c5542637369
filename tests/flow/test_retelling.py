"""What an order pays is right after it lost something, as soon as orders are routed again."""

from oms.flow.explain import explain
from oms.flow.route import route_orders
from oms.flow.undo import undo
from tests.conftest import Desk
from tests.flow.test_joining import EVE, HEAD, bought, parcels, right, shop


def test_a_count_that_takes_a_unit_back_makes_the_parcel_cheaper(desk: Desk) -> None:
    """Two pots of 2.5 kg leave for 13.50; one is gone. Told once: the next run has nothing to do, an undo takes it back."""
    bought(shop(desk, consolidate=False), "E1|POT|2")
    desk.stock("POT", "NJ", 9)
    route_orders(desk.shop)
    assert {("NJ", "E1"): (1350, 1350)} == parcels(desk)
    desk.stock("POT", "NJ", 1, "2026-11-19T11:30:00Z")
    assert {("NJ", "E1"): (1350, 1080)} == parcels(desk)

    report = route_orders(desk.shop)

    assert {("NJ", "E1"): (1080, 1080)} == parcels(desk)
    assert [] == report.json()["assignments"]
    assert ["10.80"] == [a["cost"] for a in explain(desk.shop, "E1").json()["allocations"]]
    assert route_orders(desk.shop).batch is None
    undo(desk.shop, report.batch or 0)
    assert {("NJ", "E1"): (1350, 1080)} == parcels(desk)
    route_orders(desk.shop)
    assert right(desk)


def test_what_is_left_of_a_parcel_is_paid_for_though_another_line_carried_its_cost(desk: Desk) -> None:
    """The mug's row says what both cost; the mug is not there, and the tea pays for itself."""
    shop(desk, consolidate=False)
    desk.stock("TEA", "NJ", 9)
    row = "E1,2026-11-19T10:00:00Z,{sku},1," + EVE.format(street="1 Elm Rd") + "\n"
    desk.import_text(HEAD + row.format(sku="MUG") + row.format(sku="TEA"), "orders.csv", channel="web")
    route_orders(desk.shop)
    desk.stock("MUG", "NJ", 0, "2026-11-19T11:30:00Z")
    desk.stock("MUG", "CA", 0, "2026-11-19T11:30:00Z")
    assert [0] == [told for told, _is in parcels(desk).values()]

    route_orders(desk.shop)

    assert right(desk)
    assert route_orders(desk.shop).batch is None


def test_of_one_parcel_for_two_orders_each_pays_its_part_of_what_is_left(desk: Desk) -> None:
    """E1 lost one of its two mugs: both orders are told anew, and together they say what their parcel costs."""
    bought(shop(desk), "E1|MUG|2", "E2|TEA|1")
    desk.stock("TEA", "NJ", 9)
    route_orders(desk.shop)
    desk.stock("MUG", "NJ", 1, "2026-11-19T11:30:00Z")
    desk.stock("MUG", "CA", 0, "2026-11-19T11:30:00Z")
    assert not right(desk)

    route_orders(desk.shop)

    assert {("NJ", "E1,E2")} == set(parcels(desk))
    assert right(desk)
    assert route_orders(desk.shop).batch is None
