"""What waits for stock says when it is expected."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from oms.core.route.backorders import Shipment, expected_days
from oms.flow.route import route_orders
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
