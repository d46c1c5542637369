"""A store or a folder that cannot be used: said in one sentence, nothing half done."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Oms
from tests.flow.shipping_desk import TOML, Desk

COUNT = "sku,on_hand,location\nMUG,5,NJ\n"


@pytest.fixture
def counted(oms: Oms) -> Oms:
    """A workspace with one count."""
    oms.ok("import", oms.write("stock.csv", COUNT))
    for extra in ("oms.db-wal", "oms.db-shm"):
        (oms.root / extra).unlink(missing_ok=True)
    return oms


@pytest.mark.parametrize("what", ["cut off", "another file", "a folder"])
def test_a_store_that_cannot_be_used_is_no_traceback(counted: Oms, what: str) -> None:
    """Looking and writing both say so, and what to do; the file is left as it is."""
    store = counted.root / "oms.db"
    whole = store.read_bytes()
    if what == "a folder":
        store.unlink()
        store.mkdir()
    else:
        store.write_bytes(whole[:50_000] if what == "cut off" else b"\x07garbage" * 9_000)

    for words in ("status", "orders", "import stock.csv", "route", "sync", "undo 1", "backup"):
        result = counted(*words.split(), "--json")

        assert 1 == result.exit_code
        assert result.json["error"].startswith("oms.db: the store cannot be used: ")
        assert "backups/" in result.json["hint"]


def test_files_that_find_no_place_come_with_the_next_command(workspace) -> None:  # type: ignore[no-untyped-def]
    """A batch that is done stays done; its papers are written as soon as they can be."""
    oms = workspace(TOML)
    oms.now = "2026-11-22T15:00:00Z"
    desk = Desk(oms.root)
    desk.count("MUG", "NJ", 10)
    desk.order("B-1", {"MUG": 2}, "bazaar")
    desk.reserve("B-1", "NJ", "MUG", 2)
    (oms.root / "outbox").write_text("in the way")

    result = oms("pick", "--json")

    assert 1 == result.exit_code
    assert "is done, but its files could not be written: outbox/" in result.json["error"]
    assert "oms doctor --repair" in result.json["hint"]
    assert "picking" == desk.status("B-1")

    (oms.root / "outbox").unlink()
    report = oms.ok("pick")

    assert {True} == {each["recovered"] for each in report["documents"]}
    assert all((oms.root / each["path"]).is_file() for each in report["documents"])


def test_what_a_killed_process_was_writing_does_not_stay(workspace) -> None:  # type: ignore[no-untyped-def]
    """Half a file under its temporary name is overwritten by the next command that writes, never gathered."""
    oms = workspace(TOML)
    oms.now = "2026-11-22T15:00:00Z"
    desk = Desk(oms.root)
    desk.count("MUG", "NJ", 10)
    desk.order("B-1", {"MUG": 2}, "bazaar")
    desk.reserve("B-1", "NJ", "MUG", 2)
    before_a_rename = {"OMS_CRASH_AT": "3"}  # after both sides of the commit

    oms("pick", env=before_a_rename)
    left = [path.name for path in oms.root.rglob("*.part")]
    oms.ok("pick")

    assert 1 == len(left)
    assert [] == [path.name for path in oms.root.rglob("*.part")]


def test_a_killed_command_leaves_nothing_but_its_papers_to_finish(counted: Oms) -> None:
    """Who holds the lock is said in place: wherever a command dies, no half written name stays beside the store."""
    for point in ("1", "2"):
        killed = counted("stock", "count", "MUG", "4", "--location", "NJ", env={"OMS_CRASH_AT": point})

        assert 137 == killed.exit_code
        assert [] == [path.name for path in counted.root.rglob("*.part")]


def test_who_holds_the_lock_need_not_be_said(counted: Oms) -> None:
    """Where the holder's name cannot be written, the lock itself is enough."""
    (counted.root / ".oms.holder").mkdir()

    assert 1 == len(counted.ok("stock", "count", "MUG", "4", "--location", "NJ")["moves"])


def test_a_folder_that_may_not_be_written_is_named(counted: Oms) -> None:
    """Whoever may only read is told that, and not to put a backup in the place of a sound store."""
    words = [sys.executable, "-m", "oms", "status"]
    if os.geteuid() == 0:  # who may write anywhere; not without that capability
        if shutil.which("setpriv") is None:
            pytest.skip("root may write anywhere, and there is no setpriv to give that up")
        words = ["setpriv", "--bounding-set", "-all", "--inh-caps", "-all", *words]
    counted.root.chmod(0o555)
    try:
        done = subprocess.run(words, cwd=counted.root, env=counted.environment(), capture_output=True, text=True,
                              timeout=60, check=False)  # fmt: skip
    finally:
        counted.root.chmod(0o755)

    assert 1 == done.returncode
    assert "oms needs to write in" in done.stderr
    assert "backups/" not in done.stderr


def test_a_file_that_cannot_be_written_whole_is_named(tmp_path: Path) -> None:
    """A full disk (here: a limit of 1 KB a file) is said with the name of the file, and leaves nothing behind."""
    resource = pytest.importorskip("resource")
    done = subprocess.run(
        [sys.executable, "-m", "oms", "init", "shop"], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024)),
    )  # fmt: skip

    assert 1 == done.returncode
    assert done.stderr.startswith(f"error: {tmp_path / 'shop' / 'oms.toml'}: ")
    assert "free some space" in done.stderr
    assert [] == [path.name for path in (tmp_path / "shop").iterdir() if path.is_file() and path.stat().st_size]
