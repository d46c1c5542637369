"""Undo: as if the batch had never run; refused where later ones used it; an undo undone is a redo."""

import pytest

from oms.errors import Refused, UnknownBatch
from oms.flow.undo import undo
from tests.channel_files import shopify
from tests.conftest import Desk

MUG = {"ref": "#1001", "id": "9001", "lines": [("MUG", 2), ("CUP", 1)]}


def facts(desk: Desk) -> dict[str, list[tuple[object, ...]]]:
    return {name: rows for name, rows in desk.dump().items() if name not in ("stock", "holds", "line_units")} | {
        "stock": desk.rows("SELECT sku, location, on_hand, reserved FROM stock ORDER BY 1, 2"),
        "holds": desk.rows("SELECT order_id, reason, detail, released FROM holds ORDER BY 1, 2"),
        "line_units": desk.rows("SELECT line_id, sku, units FROM line_units ORDER BY 1, 2"),
        "status": desk.rows("SELECT id, status FROM orders ORDER BY 1"),
    }


def stocked(desk: Desk) -> None:
    desk.stock("MUG", "NJ", 10)
    desk.stock("CUP", "NJ", 10)


def test_an_import_undone_is_an_import_that_never_was(desk: Desk) -> None:
    """Orders, lines, buyers and listings go; the same file is new again."""
    stocked(desk)
    before = facts(desk)
    batch = desk.import_text(shopify(MUG)).batch
    undo(desk.shop, batch or 0)

    assert before == facts(desk)
    assert desk.import_text(shopify(MUG)).files[0].new == 1


def test_an_edit_undone_brings_the_order_back_as_it_was(desk: Desk) -> None:
    """What the batch overwrote stands again, and what it gave back is reserved again."""
    stocked(desk)
    desk.import_text(shopify(MUG))
    desk.reserve("#1001", "NJ")
    before = facts(desk)
    batch = desk.import_text(shopify(MUG | {"lines": [("MUG", 1)], "Shipping City": "Newark"}), "later.csv").batch
    changed = facts(desk)
    undo(desk.shop, batch or 0)

    assert before != changed
    assert before == facts(desk)


def test_undo_is_refused_where_later_batches_used_it(desk: Desk) -> None:
    """Orders that were routed since: the message names the batch; --cascade undoes both, newest first."""
    stocked(desk)
    before = facts(desk)
    batch = desk.import_text(shopify(MUG)).batch or 0
    desk.reserve("#1001", "NJ")

    with pytest.raises(Refused, match=rf"batch {batch} was used by later ones: {batch + 1} \(route\)"):
        undo(desk.shop, batch)
    report = undo(desk.shop, batch, cascade=True)

    assert [batch + 1, batch] == [one["id"] for one in report.undone]
    assert before == facts(desk)


def test_the_batches_in_the_way_are_named_in_their_order(desk: Desk) -> None:
    """Oldest first, however many there are."""
    desk.stock("MUG", "NJ", 100)
    count = desk.rows("SELECT max(id) FROM batches")[0][0]
    later = []
    for number in range(1, 10):
        desk.import_text(shopify({"ref": f"#{2000 + number}", "id": str(number), "lines": [("MUG", 2)]}))
        desk.reserve(f"#{2000 + number}", "NJ")
        later.append(desk.rows("SELECT max(id) FROM batches")[0][0])
    with pytest.raises(Refused) as refused:
        undo(desk.shop, count)

    assert refused.value.message.endswith(": " + ", ".join(f"{number} (route)" for number in later))


def test_an_undo_undone_is_a_redo(desk: Desk) -> None:
    """The batch is in force again, row for row, and can be undone again."""
    stocked(desk)
    batch = desk.import_text(shopify(MUG)).batch or 0
    after = facts(desk)
    first = undo(desk.shop, batch)
    undo(desk.shop, first.batch)
    redone = facts(desk)
    undo(desk.shop, batch)

    assert after == redone
    assert desk.rows("SELECT count(*) FROM orders") == [(0,)]


def test_a_count_undone_gives_its_stock_back_to_the_count_before(desk: Desk) -> None:
    """on_hand follows from the counts that are left."""
    desk.stock("MUG", "NJ", 10)
    desk.stock("MUG", "NJ", 4, counted_at="2026-11-18T15:00:00Z")
    newest = desk.rows("SELECT max(id) FROM batches")[0][0]
    undo(desk.shop, newest)

    assert desk.rows("SELECT on_hand FROM stock") == [(10,)]


def test_a_count_that_orders_were_reserved_on_is_used(desk: Desk) -> None:
    """Taking the count away would take the promise away."""
    desk.stock("MUG", "NJ", 10)
    count = desk.rows("SELECT max(id) FROM batches")[0][0]
    desk.stock("CUP", "NJ", 10)
    desk.import_text(shopify(MUG))
    desk.reserve("#1001", "NJ")

    with pytest.raises(Refused):
        undo(desk.shop, count)


def test_undo_says_what_it_cannot_find_or_did_already(desk: Desk) -> None:
    """No such batch, and the same batch twice."""
    stocked(desk)
    batch = desk.import_text(shopify(MUG)).batch or 0
    undo(desk.shop, batch)

    with pytest.raises(UnknownBatch):
        undo(desk.shop, 999)
    with pytest.raises(Refused, match="undone already"):
        undo(desk.shop, batch)


def test_a_dry_run_changes_nothing(desk: Desk) -> None:
    """The same report, nothing written."""
    stocked(desk)
    batch = desk.import_text(shopify(MUG)).batch or 0
    before = desk.dump()
    report = undo(desk.shop, batch, dry_run=True)

    assert [batch] == [one["id"] for one in report.undone]
    assert before == desk.dump()
