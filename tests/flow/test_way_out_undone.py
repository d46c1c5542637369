"""The way out taken back: picked, shipped and confirmed, then undone as if it had never been."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from oms.errors import Refused
from oms.flow.confirm import confirm
from oms.flow.pick import pick_orders
from oms.flow.settle import settle
from oms.flow.ship import ship_parcels
from oms.flow.ship_order import ship_order
from oms.flow.undo import undo
from oms.model.frames import TRACKING
from oms.store.schema import UNDOABLE
from tests.flow.shipping_desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A kit at two places, reserved."""
    desk = Desk(tmp_path)
    for sku in ("MUG", "LID"):
        for place in ("NJ", "CA"):
            desk.count(sku, place, 10)
    desk.kit("SET", MUG=2, LID=1)
    desk.order("1001", {"SET": 2})
    desk.reserve("1001", "NJ", "MUG", 4)
    desk.reserve("1001", "CA", "LID", 2)
    return desk


def facts(desk: Desk) -> dict[str, list[tuple[Any, ...]]]:
    """Every row that a batch may change, and what follows from them."""
    tables = [name for name in UNDOABLE if name not in ("holds", "line_units")]
    found = {name: desk.rows(f"SELECT * FROM {name} ORDER BY id") for name in tables}
    return found | {
        "stock": desk.rows("SELECT sku, location, on_hand, reserved, shortfall FROM stock ORDER BY 1, 2"),
        "status": desk.rows("SELECT id, status FROM orders ORDER BY id"),
    }


def test_each_step_can_be_taken_back(desk: Desk) -> None:
    """Pick, a partial parcel, a correction, a confirmation: undone in turn, the store is as before each."""
    stages = [facts(desk)]
    batches = [pick_orders(desk.shop).batch]
    stages.append(facts(desk))
    batches.append(ship_order(desk.shop, "1001", tracking="T1", carrier="Bob", sku="MUG", quantity=3).batch)
    stages.append(facts(desk))
    batches.append(ship_order(desk.shop, "1001", tracking="T2", carrier="Bob", location="CA").batch)
    stages.append(facts(desk))
    batches.append(ship_order(desk.shop, "1001", tracking="T3", carrier="Bob", replaces="T1").batch)
    stages.append(facts(desk))
    batches.append(confirm(desk.shop).batch)

    for batch, before in zip(reversed(batches), reversed(stages), strict=True):
        assert batch is not None
        undo(desk.shop, batch)

        assert before == facts(desk)


def test_a_confirmation_undone_is_told_anew(desk: Desk) -> None:
    """What was confirmed by an undone batch is not confirmed."""
    pick_orders(desk.shop)
    ship_order(desk.shop, "1001", tracking="T1", carrier="Bob", location="NJ")
    ship_order(desk.shop, "1001", tracking="T2", carrier="Bob", location="CA")
    batch = confirm(desk.shop).batch
    undo(desk.shop, batch or 0)

    assert 1 == confirm(desk.shop).confirmed


def test_a_pick_that_was_shipped_since_says_so(desk: Desk) -> None:
    """The later batch is named."""
    batch = pick_orders(desk.shop).batch or 0
    later = ship_order(desk.shop, "1001", tracking="T1", carrier="Bob", location="NJ").batch

    with pytest.raises(Refused, match=rf"{later} \(ship\)"):
        undo(desk.shop, batch)


def test_a_tracking_file_undone_gives_the_units_back(desk: Desk) -> None:
    """Parcels, moves and counters go; the units are at the bench again."""
    pick_orders(desk.shop)
    before = facts(desk)
    rows = [
        {"row": 2, "order_ref": "1001", "tracking": "T1", "carrier": "Bob", "location": "NJ"},
        {"row": 3, "order_ref": "1001", "tracking": "T2", "carrier": "Bob", "location": "CA"},
    ]
    with desk.shop.store.write("import", desk.shop.now, config=desk.shop.config) as batch:
        ship_parcels(batch, desk.shop.config, pl.DataFrame(rows, schema=TRACKING))
        settle(batch, desk.shop.config)

    assert "shipped" == desk.status("1001")

    undo(desk.shop, batch.id)

    assert before == facts(desk)
    assert "picking" == desk.status("1001")
