"""What waits for stock says when it is expected."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from oms.cli.looking import status_rows
from oms.core.route.backorders import Shipment, expected_days
from oms.flow.explain import explain
from oms.flow.glance import glance
from oms.flow.look import show, status
from oms.flow.route import route_orders
from oms.flow.undo import undo
from tests.conftest import Desk
from tests.flow.test_route import stocked

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
WEB = ("NJ", "CA")

rows = st.lists(st.tuples(st.just(WEB), st.sampled_from(("MUG", "TEA")), st.integers(1, 5)), max_size=6)
ways = st.lists(
    st.builds(Shipment, st.sampled_from(("MUG", "TEA")), st.sampled_from(("NJ", "TX", None)), st.integers(0, 6),
              st.sampled_from((MONDAY, TUESDAY))), max_size=5,
)  # fmt: skip


def test_who_is_served_first_expects_the_first_goods() -> None:
    """Three come on Monday, two on Tuesday: the first takes two, the second has its last unit on Tuesday, no third."""
    shipments = [Shipment("MUG", "NJ", 2, TUESDAY), Shipment("MUG", None, 3, MONDAY)]

    days = expected_days([(WEB, "MUG", 2), (WEB, "MUG", 2), (WEB, "MUG", 2), (WEB, "MUG", 1)], shipments)

    assert [MONDAY, TUESDAY, None, TUESDAY] == days


def test_what_comes_to_another_channels_place_is_not_expected() -> None:
    """A place that sends nothing for the channel fills none of its orders."""
    assert [None] == expected_days([(WEB, "MUG", 1)], [Shipment("MUG", "TX", 9, MONDAY)])


@given(rows, ways)
def test_nothing_is_promised_twice(waiting: list[tuple[tuple[str, ...], str, int]], shipments: list[Shipment]) -> None:
    """What is expected by a day is never more than what comes until then."""
    days = expected_days(waiting, shipments)

    for sku in ("MUG", "TEA"):
        for day in (MONDAY, TUESDAY):
            promised = sum(row[2] for row, when in zip(waiting, days, strict=True) if row[1] == sku and when and when <= day)
            coming = sum(s.units for s in shipments if s.sku == sku and s.location != "TX" and s.expected_on <= day)
            assert promised <= coming


def test_a_line_that_waits_says_when_its_stock_is_expected(desk: Desk) -> None:
    """Two teas of W3 wait; four come to California on the 25th."""
    desk = stocked(desk)
    desk.import_text("sku,quantity,expected_on,location\nTEA,4,2026-11-25,CA\n", "incoming.csv")

    report = route_orders(desk.shop)

    assert [("W3", "TEA", 2, "2026-11-25")] == [
        (w["order_ref"], w["sku"], w["short"], w["expected_on"]) for w in report.json()["waiting"]
    ]


def test_the_day_stands_in_show_explain_and_status(desk: Desk) -> None:
    """As the last routing said: after more is known to come, the next routing says an earlier day; then nothing changes."""
    desk = stocked(desk)
    desk.import_text("sku,quantity,expected_on,location\nTEA,4,2026-11-25,CA\n", "incoming.csv")
    route_orders(desk.shop)
    view = glance(desk.root, desk.now)

    waits = [("TEA", 2, "no_stock", "2026-11-25")]
    assert waits == [(w["sku"], w["short"], w["reason"], w["expected_on"]) for w in show(view, "W3").order["waiting"]]
    assert {"2026-11-25": 1} == status(view).json()["expected"]
    assert [("expected", 1, "1 on 2026-11-25")] == [row[:3] for row in status_rows(status(view)) if row[0] == "expected"]
    assert any("expected on 2026-11-25" in line for line in explain(desk.shop, "W3").lines())
    desk.import_text("sku,quantity,expected_on,location\nTEA,2,2026-11-22,CA\n", "sooner.csv")
    again = route_orders(desk.shop)
    assert {"2026-11-22": 1} == status(view).expected
    undo(desk.shop, again.batch or 0)
    assert {"2026-11-25": 1} == status(view).expected
    route_orders(desk.shop)
    assert route_orders(desk.shop).batch is None


def test_an_order_of_which_a_part_is_not_on_its_way_is_not_expected(desk: Desk) -> None:
    """One line on the 25th, of the other nobody knows: the screen promises no day for the order."""
    desk = stocked(desk)
    desk.import_text("sku,quantity,expected_on,location\nTEA,4,2026-11-25,CA\n", "incoming.csv")
    head = "order_ref,placed_at,sku,quantity,currency,payment_status,name,address1,city,region,postcode,country\n"
    rows = "".join(
        f"W9,2026-11-19T13:00:00Z,{sku},9,USD,paid,Eve Elm,1 Elm Rd,New York,NY,10001,US\n" for sku in ("TEA", "POT")
    )
    desk.import_text(head + rows, "more.csv", channel="web")

    route_orders(desk.shop)

    assert {"2026-11-25": 1} == status(glance(desk.root, desk.now)).expected
