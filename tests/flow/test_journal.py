"""The log answers what happened, to what, by which command."""

from pathlib import Path

import pytest

from oms.errors import UnknownBatch, UnknownOrder
from oms.flow.glance import Glance, glance
from oms.flow.journal import log
from oms.flow.stock_entries import count
from oms.flow.undo import undo
from tests.flow.shipping_desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Mugs counted, ordered, reserved, and counted again too low."""
    desk = Desk(tmp_path)
    desk.count("MUG", "NJ", 3)
    desk.order("#1", {"MUG": 3})
    desk.reserve("#1", "NJ", "MUG", 3)
    count(desk.shop, "MUG", 1, "NJ")
    return desk


def view(desk: Desk) -> Glance:
    """The desk as the commands that look see it."""
    return glance(desk.shop.root, desk.shop.now)


def test_batches_stand_newest_first(desk: Desk) -> None:
    """With what they read, wrote and counted."""
    found = log(view(desk), limit=2).json()["batches"]

    assert [(4, "stock-count"), (3, "route")] == [(batch["id"], batch["command"]) for batch in found]
    assert {"sku": "MUG", "NJ": 1} == found[0]["summary"]


def test_an_order_tells_what_was_done_to_it(desk: Desk) -> None:
    """Allocated, given back; each with its batch."""
    report = log(view(desk), "#1")

    assert [("allocated", 3), ("given_back", 4)] == [(event["kind"], event["batch"]) for event in report.about["events"]]
    assert [4, 3] == [batch["id"] for batch in report.batches]


def test_a_sku_tells_its_moves_and_allocations(desk: Desk) -> None:
    """The ledger, and the batches behind it."""
    found = log(view(desk), "MUG").json()

    assert [("count", 3), ("count", 1)] == [(move["kind"], move["quantity"]) for move in found["moves"]]
    assert [1] == [each["quantity"] for each in found["allocations"]]
    assert [4, 3, 1] == [batch["id"] for batch in found["batches"]]


def test_one_batch_tells_what_it_made_and_changed(desk: Desk) -> None:
    """Row counts by table, and its events."""
    found = log(view(desk), batch=4).json()

    assert {"moves": 1} == found["made"]
    assert {"allocations": 1} == found["changed"]
    assert ["given_back"] == [event["kind"] for event in found["events"]]
    with pytest.raises(UnknownBatch):
        log(view(desk), batch=99)


def test_an_undone_batch_says_by_which(desk: Desk) -> None:
    """Both stay in the log."""
    undo(desk.shop, 4)
    found = log(view(desk)).json()["batches"]

    assert (4, 5) == (found[0]["undoes"], found[1]["undone_by"])


def test_a_word_that_is_nothing_is_said_so(desk: Desk) -> None:
    """Neither a sku nor an order."""
    with pytest.raises(UnknownOrder, match="neither a sku nor an order"):
        log(view(desk), "NOTHING")
