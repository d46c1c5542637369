"""A backup is whole, private, and can be put in the store's place."""

import os
import sqlite3
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from oms.errors import OmsError
from oms.flow.backup import backup
from oms.flow.glance import glance
from oms.flow.look import orders
from tests.flow.shipping_desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A shop with one order."""
    desk = Desk(tmp_path)
    desk.order("#1", {"MUG": 1})
    return desk


def test_a_backup_in_the_stores_place_is_the_store(desk: Desk) -> None:
    """One file, for its owner only."""
    report = backup(glance(desk.shop.root, desk.shop.now))
    copy = desk.shop.root / report.path
    before = orders(glance(desk.shop.root, desk.shop.now))

    assert "backups/oms-2026-11-22T150000.db" == report.path
    assert [copy.name] == [each.name for each in copy.parent.iterdir()]
    assert 0o600 == stat.S_IMODE(copy.stat().st_mode)
    assert 0o700 == stat.S_IMODE(copy.parent.stat().st_mode)

    for each in desk.shop.root.glob("oms.db*"):
        each.unlink()
    copy.rename(desk.shop.store.path)

    assert before == orders(glance(desk.shop.root, desk.shop.now))


def test_the_newest_backups_stay(desk: Desk, tmp_path: Path) -> None:
    """Older ones go, other files in the folder stay."""
    place = tmp_path / "stick"
    for hours in range(4):
        backup(glance(desk.shop.root, desk.shop.now + timedelta(hours=hours)), place, keep=2)
        (place / "oms-mine.db").write_text("kept")

    assert ["oms-2026-11-22T170000.db", "oms-2026-11-22T180000.db", "oms-mine.db"] == sorted(p.name for p in place.iterdir())


def test_a_dry_run_copies_nothing(desk: Desk) -> None:
    """It names the file only."""
    report = backup(glance(desk.shop.root, desk.shop.now), dry_run=True)

    assert "backups/oms-2026-11-22T150000.db" == report.path
    assert not (desk.shop.root / "backups").exists()


def test_a_damaged_copy_never_counts_as_one(desk: Desk) -> None:
    """The store's index contradicts its table: no file, no older backup removed."""
    view = glance(desk.shop.root, desk.shop.now)
    conn = sqlite3.connect(desk.shop.store.path)
    conn.execute("PRAGMA writable_schema = ON")
    conn.execute("UPDATE sqlite_master SET sql = 'CREATE INDEX holds_gone ON holds(detail)' WHERE name = 'lines_by_order'")
    conn.execute("UPDATE sqlite_master SET rootpage = (SELECT rootpage FROM sqlite_master WHERE name = 'orders_by_time') "
                 "WHERE name = 'orders_by_ref'")  # fmt: skip
    conn.commit()
    conn.close()

    with pytest.raises(OmsError):
        backup(view)

    assert [] == [each.name for each in (desk.shop.root / "backups").glob("*")]


def test_what_a_killed_backup_left_goes_with_the_next_one(desk: Desk) -> None:
    """Half a copy of hours ago is removed; one that is being written right now is another backup's."""
    folder = desk.shop.root / "backups"
    folder.mkdir()
    hours_ago, now = desk.shop.now.timestamp() - 7200, desk.shop.now.timestamp()
    for name, at in ((".oms-2026-11-22T090000.db.part", hours_ago), (".oms-2026-11-22T145959.db.part", now)):
        (folder / name).write_text("half")
        os.utime(folder / name, (at, at))

    backup(glance(desk.shop.root, desk.shop.now))

    assert [".oms-2026-11-22T145959.db.part", "oms-2026-11-22T150000.db"] == sorted(path.name for path in folder.iterdir())
