"""`oms doctor` finds what contradicts a promise, names it, and repairs what follows from facts."""

import sqlite3
from pathlib import Path

import pytest

from oms.flow.doctor import DoctorReport, doctor
from oms.flow.glance import glance
from oms.flow.look import orders
from oms.flow.stock_entries import adjust
from tests.flow.shipping_desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A shop with stock, a routed order, a picked kit, a document, and a shortfall: all as it should be."""
    desk = Desk(tmp_path)
    desk.count("MUG", "NJ", 10)
    desk.count("PLATE", "NJ", 2)
    desk.kit("SET", MUG=2, PLATE=1)
    desk.order("#1", {"MUG": 3})
    desk.reserve("#1", "NJ", "MUG", 3)
    desk.order("#2", {"SET": 1, "OTHER": 1})
    desk.reserve("#2", "NJ", "MUG", 2, "picking")
    desk.reserve("#2", "NJ", "PLATE", 1, "picking")
    adjust(desk.shop, "MUG", -1, "CA", "lost")
    with desk.write() as batch:
        batch.document("picklist", "picklist-NJ.csv", b"sku,quantity\r\nMUG,3\r\n", location="NJ")
    return desk


def spoil(desk: Desk, *statements: str) -> None:
    """Change the store behind oms's back."""
    conn = sqlite3.connect(desk.shop.store.path)
    conn.execute("PRAGMA ignore_check_constraints = ON")
    for statement in statements:
        conn.execute(statement)
    conn.commit()
    conn.close()


def broken(report: DoctorReport) -> set[str]:
    """Names of the checks that fail."""
    return {check.name for check in report.checks if not check.ok}


def detail(report: DoctorReport, name: str) -> str:
    """What a check tells."""
    return next(check.detail for check in report.checks if check.name == name)


def test_a_sound_store_passes(desk: Desk) -> None:
    """Every promise holds; a shortfall is shown and is no failure."""
    report = doctor(desk.shop)

    assert set() == broken(report)
    assert (True, 0) == (report.json()["ok"], report.exit_code)
    assert "MUG at CA: 1" == detail(report, "shortfall")


@pytest.mark.parametrize(
    ("spoiled", "name", "told"),
    [
        ("UPDATE stock SET reserved = 11 WHERE sku = 'MUG' AND location = 'NJ'", "stock_bounds", "MUG at NJ"),
        ("UPDATE stock SET on_hand = 12 WHERE sku = 'MUG' AND location = 'NJ'", "on_hand", "counts and moves give 10"),
        ("DELETE FROM stock WHERE sku = 'MUG' AND location = 'CA'", "on_hand", "the store says nothing"),
        ("UPDATE stock SET reserved = 4 WHERE sku = 'MUG' AND location = 'NJ'", "reserved", "open allocations 5, reserved 4"),
        ("UPDATE lines SET cancelled = 3, shipped = 1 WHERE line_ref = '#1-0'", "line_counters", "site/#1 line #1-0"),
        ("UPDATE lines SET cancelled = 1 WHERE line_ref = '#1-0'", "allocations", "3 MUG allocated for 2 x 1"),
        ("UPDATE allocations SET state = 'shipped' WHERE sku = 'PLATE'", "shipments", "PLATE at NJ shipped, but moved 0"),
        ("UPDATE orders SET payment = 'paid', total = 100, refunded = 101 WHERE order_ref = '#1'", "refunds", "site/#1"),
        ("UPDATE orders SET status = 'ready' WHERE order_ref = '#1'", "statuses", "ready, by definition routed"),
        ("UPDATE tallies SET n = 9 WHERE name = 'low_stock'", "tallies", "shown 9"),
        ("DELETE FROM holds WHERE reason = 'unmapped_sku'", "holds", "missing: site/#2 unmapped_sku"),
        ("INSERT INTO holds (order_id, reason) VALUES (1, 'risk')", "holds", "without cause: site/#1 risk"),
        ("UPDATE documents SET sha256 = 'x'", "documents", "picklist-NJ.csv"),
        ("INSERT INTO pending_files (document_id) VALUES (1)", "unwritten_files", "picklist-NJ.csv"),
        ("INSERT INTO holds (order_id, reason) VALUES (99, 'manual')", "foreign_keys", "holds"),
    ],
)
def test_each_contradiction_is_found_and_named(desk: Desk, spoiled: str, name: str, told: str) -> None:
    """The row that is wrong stands in the detail."""
    spoil(desk, spoiled)
    report = doctor(desk.shop)

    assert name in broken(report)
    assert told in detail(report, name)
    assert 1 == report.exit_code


def test_many_contradictions_are_counted(desk: Desk) -> None:
    """The first five by name, the others by number."""
    for number in range(10, 18):
        desk.order(f"#{number}", {"MUG": 1})
    spoil(desk, "UPDATE orders SET status = 'shipped' WHERE length(order_ref) = 3")

    assert detail(doctor(desk.shop), "statuses").endswith("; and 3 more")


def test_repair_derives_what_follows_from_facts(desk: Desk) -> None:
    """Stock, statuses and holds are right again, in one batch of the log."""
    spoil(
        desk,
        "UPDATE stock SET reserved = 0, on_hand = 1, shortfall = 0",
        "UPDATE orders SET status = 'ready'",
        "DELETE FROM holds WHERE reason = 'unmapped_sku'",
        "DELETE FROM tallies",
    )
    report = doctor(desk.shop, repair=True)

    assert report.ok
    assert (10, 5) == desk.stock("MUG", "NJ")
    assert [("doctor",)] == desk.rows("SELECT command FROM batches WHERE id = ?", report.batch)


def test_repair_invents_no_facts(desk: Desk) -> None:
    """A contradiction between facts stays reported."""
    spoil(desk, "UPDATE allocations SET state = 'shipped' WHERE sku = 'PLATE'")
    report = doctor(desk.shop, repair=True)

    assert {"shipments"} == broken(report)


def test_without_repair_nothing_is_written(desk: Desk) -> None:
    """Looking changes nothing, not even the log."""
    spoil(desk, "UPDATE orders SET status = 'ready'")
    view = glance(desk.shop.root, desk.shop.now)
    before = desk.rows("SELECT * FROM batches"), desk.rows("SELECT * FROM holds"), orders(view)
    doctor(desk.shop)
    doctor(desk.shop, repair=True, dry_run=True)

    assert before == (desk.rows("SELECT * FROM batches"), desk.rows("SELECT * FROM holds"), orders(view))


def test_a_missing_document_is_written_again(desk: Desk) -> None:
    """Byte for byte."""
    path = desk.shop.root / desk.rows("SELECT path FROM documents")[0][0]
    before = path.read_bytes()
    path.unlink()

    assert f"missing: {path.relative_to(desk.shop.root).as_posix()}" == detail(doctor(desk.shop), "files")

    report = doctor(desk.shop, repair=True)

    assert report.ok
    assert before == path.read_bytes()
    assert [path.relative_to(desk.shop.root).as_posix()] == [document["path"] for document in report.documents]


def test_what_somebody_changed_by_hand_is_kept_beside_it(desk: Desk) -> None:
    """A spreadsheet that ate leading zeros is noticed, and not thrown away."""
    path = desk.shop.root / desk.rows("SELECT path FROM documents")[0][0]
    before = path.read_bytes()
    path.write_bytes(b"changed")

    assert {"files"} == broken(doctor(desk.shop))
    assert doctor(desk.shop, repair=True).ok
    assert (before, b"changed") == (path.read_bytes(), path.with_name("picklist-NJ.changed.csv").read_bytes())


def test_files_a_crash_left_are_finished(desk: Desk) -> None:
    """The document of a committed batch appears."""
    path = desk.shop.root / desk.rows("SELECT path FROM documents")[0][0]
    path.unlink()
    spoil(desk, "INSERT INTO pending_files (document_id) SELECT id FROM documents")

    assert {"unwritten_files"} == broken(doctor(desk.shop))

    report = doctor(desk.shop, repair=True)

    assert report.ok
    assert path.exists()
    assert report.documents[0]["recovered"]
