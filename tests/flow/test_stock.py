"""What a person counts, adjusts, receives or carries over is entered as moves, and never sells a unit twice."""

from pathlib import Path
from typing import Any

import pytest

from oms.errors import Refused, UnknownLocation, UnknownSku, UsageError
from oms.flow.glance import glance
from oms.flow.stock import log, stock
from oms.flow.stock_entries import ChangeReport, adjust, count, receive, transfer
from tests.flow.shipping_desk import TOML, Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Ten mugs in Newark, three of them promised."""
    desk = Desk(tmp_path)
    desk.count("MUG", "NJ", 10)
    desk.order("#1", {"MUG": 3})
    desk.reserve("#1", "NJ", "MUG", 3)
    return desk


def rows(desk: Desk, **words: Any) -> list[dict[str, Any]]:
    """Elements of `stock[]`."""
    return stock(glance(desk.shop.root, desk.shop.now), **words).json()["stock"]


def moves(report: ChangeReport) -> list[tuple[str, str, int]]:
    """(kind, location, quantity) of what was entered."""
    return [(move["kind"], move["location"], move["quantity"]) for move in report.moves]


def test_stock_has_a_row_for_every_place_ever_counted_or_moved(desk: Desk) -> None:
    """On hand, reserved, available, incoming and what is kept back."""
    assert [{
        "sku": "MUG", "location": "NJ", "on_hand": 10, "reserved": 3, "available": 7, "incoming": 0, "safety_stock": 0,
        "shortfall": 0, "title": "The MUG",
    }] == rows(desk)  # fmt: skip


def test_a_count_now_replaces_what_was_known(desk: Desk) -> None:
    """The shelf is right; what is promised stays promised."""
    report = count(desk.shop, "MUG", 8, "NJ")

    assert [("count", "NJ", 8)] == moves(report)
    assert [(10, 8, 3)] == [(row["on_hand_before"], row["on_hand"], row["reserved"]) for row in report.stock]
    assert (8, 3) == desk.stock("MUG", "NJ")


def test_a_late_count_resurrects_nothing(desk: Desk) -> None:
    """A count of yesterday does not undo what left after it."""
    adjust(desk.shop, "MUG", -2, "NJ", "broken")
    report = count(desk.shop, "MUG", 6, "NJ", at="2026-11-21")

    assert ["counted as of 2026-11-22T04:59:59Z"] == report.notes
    assert (4, 3) == desk.stock("MUG", "NJ")


def test_an_older_count_than_the_newest_changes_nothing(desk: Desk) -> None:
    """The newest count speaks, whichever arrived first."""
    count(desk.shop, "MUG", 99, "NJ", at="2026-11-19T12:00")

    assert (10, 3) == desk.stock("MUG", "NJ")


def test_the_same_count_twice_is_one(desk: Desk) -> None:
    """A count is a fact of its sku, place and time; another number for that time corrects it."""
    count(desk.shop, "MUG", 6, "NJ", at="2026-11-21")
    again = count(desk.shop, "MUG", 6, "NJ", at="2026-11-21")
    corrected = count(desk.shop, "MUG", 7, "NJ", at="2026-11-21")

    assert ([], "unchanged: this count is known") == (again.moves, again.notes[-1])
    assert [7] == [row["on_hand"] for row in corrected.stock]
    assert [(1,)] == desk.rows("SELECT count(*) FROM moves WHERE happened_at = '2026-11-22T04:59:59Z'")


def test_a_count_is_never_of_the_future(desk: Desk) -> None:
    """Tomorrow's date means now."""
    report = count(desk.shop, "MUG", 6, "NJ", at="2026-12-24")

    assert ["counted as of 2026-11-22T15:00:00Z"] == report.notes


def test_counting_fewer_than_promised_gives_orders_back(desk: Desk) -> None:
    """The order that loses its mugs is named, and waits for routing again."""
    report = count(desk.shop, "MUG", 2, "NJ")

    assert [{"channel": "site", "order_ref": "#1", "sku": "MUG", "location": "NJ", "quantity": 1, "state": "reserved"}] == (
        report.given_back
    )
    assert (2, 2) == desk.stock("MUG", "NJ")


def test_adjusting_below_zero_is_a_shortfall_and_says_so(desk: Desk) -> None:
    """More was sold than was there: shown, not refused."""
    report = adjust(desk.shop, "MUG", -12, "NJ")

    assert ["MUG at NJ is short of 2: more left than was counted"] == report.warnings
    assert [2] == [row["shortfall"] for row in rows(desk, short=True)]
    assert "ready" == desk.status("#1")


def test_receiving_ticks_off_what_was_expected(desk: Desk) -> None:
    """Soonest first; with a reference only what carries it."""
    with desk.write() as batch:
        batch.conn.execute(
            "INSERT INTO incoming (sku, location, quantity, expected_on, reference) VALUES "
            "('MUG', 'NJ', 5, '2026-11-24', 'PO-2'), ('MUG', 'NJ', 4, '2026-11-23', 'PO-1'), "
            "('MUG', NULL, 3, '2026-11-22', 'PO-3')"
        )
    assert [9] == [row["incoming"] for row in rows(desk)]

    first = receive(desk.shop, "MUG", 6, "NJ")
    named = receive(desk.shop, "MUG", 6, "NJ", reference="PO-2")

    assert [("PO-3", 3), ("PO-1", 3)] == [(row["reference"], row["quantity"]) for row in first.received]
    assert [("PO-2", 5)] == [(row["reference"], row["quantity"]) for row in named.received]
    assert ["1 of MUG were not expected under reference `PO-2`"] == named.warnings
    assert (22, 3) == desk.stock("MUG", "NJ")
    assert [1] == [row["incoming"] for row in rows(desk)]


def test_a_transfer_is_two_moves_of_one_batch(desk: Desk) -> None:
    """What leaves one shelf stands on the other."""
    report = transfer(desk.shop, "MUG", 4, "NJ", "CA")

    assert [("transfer", "CA", 4), ("transfer", "NJ", -4)] == moves(report)
    assert ((6, 3), (4, 0)) == (desk.stock("MUG", "NJ"), desk.stock("MUG", "CA"))


def test_promised_units_are_not_carried_away(desk: Desk) -> None:
    """Refused with what is available; forced, orders give back and are named."""
    with pytest.raises(Refused, match="only 7 of MUG are available at NJ, not 8"):
        transfer(desk.shop, "MUG", 8, "NJ", "CA")

    forced = transfer(desk.shop, "MUG", 8, "NJ", "CA", force=True)

    assert ["#1"] == [lost["order_ref"] for lost in forced.given_back]
    assert ((2, 2), (8, 0)) == (desk.stock("MUG", "NJ"), desk.stock("MUG", "CA"))


def test_nothing_is_created_by_itself(desk: Desk) -> None:
    """An unknown sku or location is refused with the nearest one; a kit names its components."""
    desk.kit("SET", MUG=2)

    with pytest.raises(UnknownSku, match="did you mean `MUG`"):
        count(desk.shop, "mug", 1, "NJ")
    with pytest.raises(UnknownSku, match="did you mean `MUG`"):
        receive(desk.shop, "MUGG", 1, "NJ")
    with pytest.raises(UnknownLocation):
        count(desk.shop, "MUG", 1, "NX")
    with pytest.raises(Refused, match="is a kit"):
        count(desk.shop, "SET", 1, "NJ")
    assert [("MUG",), ("SET",)] == desk.rows("SELECT sku FROM products ORDER BY sku")


def test_quantities_make_sense(desk: Desk) -> None:
    """No count below zero, no empty adjustment, receipt or transfer, no transfer to where it is."""
    for attempt in (
        lambda: count(desk.shop, "MUG", -1, "NJ"),
        lambda: adjust(desk.shop, "MUG", 0, "NJ"),
        lambda: receive(desk.shop, "MUG", 0, "NJ"),
        lambda: transfer(desk.shop, "MUG", 0, "NJ", "CA"),
        lambda: transfer(desk.shop, "MUG", 1, "NJ", "NJ"),
        lambda: count(desk.shop, "MUG", 1, "NJ", at="yesterday"),
    ):
        with pytest.raises(UsageError):
            attempt()


def test_a_dry_run_shows_and_writes_nothing(desk: Desk) -> None:
    """The same rows, and the store as before."""
    report = count(desk.shop, "MUG", 1, "NJ", dry_run=True)

    assert [1] == [row["on_hand"] for row in report.stock]
    assert (10, 3) == desk.stock("MUG", "NJ")


def test_the_ledger_shows_every_move_with_its_balance_and_batch(desk: Desk) -> None:
    """From the newest count on, balances add up to what is on hand."""
    adjust(desk.shop, "MUG", -1, "NJ", "broken")
    report = log(glance(desk.shop.root, desk.shop.now), "MUG")

    assert [("count", 10, 10, None), ("adjustment", -1, 9, "broken")] == [
        (move["kind"], move["quantity"], move["balance"], move["note"]) for move in report.moves
    ]
    assert [("#1", 3, "reserved")] == [
        (each["order_ref"], each["quantity"], each["state"]) for each in report.allocations
    ]  # fmt: skip


def test_a_kit_shows_its_components(desk: Desk) -> None:
    """It has no stock of its own; what was never counted is said."""
    desk.kit("SET", MUG=2)
    with desk.write() as batch:
        batch.conn.execute("INSERT INTO products (sku) VALUES ('LID')")
        batch.conn.execute("INSERT INTO kit_components (kit_sku, sku, quantity) VALUES ('SET', 'LID', 1)")
    report = stock(glance(desk.shop.root, desk.shop.now), "SET")

    assert ["MUG"] == [row["sku"] for row in report.stock]
    assert ["LID"] == report.never_counted


def test_low_stock_is_what_has_nothing_left_to_offer(tmp_path: Path) -> None:
    """At no place more than its safety stock."""
    desk = Desk(tmp_path, TOML.replace('name = "Oakland"', 'name = "Oakland"\nsafety_stock = 2'))
    desk.count("MUG", "NJ", 0)
    desk.count("MUG", "CA", 2)
    desk.count("PLATE", "CA", 3)

    assert ["MUG", "MUG"] == [row["sku"] for row in rows(desk, low=True)]
    assert [2, 0] == [row["safety_stock"] for row in rows(desk, low=True)]
