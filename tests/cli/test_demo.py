"""The demo: a whole day in one go, and what it leaves behind."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from oms.flow import demo
from tests import make_demo
from tests.demo_maker import answers, first_day


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """`oms demo` as a program of its own, in `folder`, into a pipe."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OMS_", "COV"))}
    return subprocess.run(
        [sys.executable, "-m", "oms", "demo", *words], cwd=folder, env=kept,
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """The folder of a finished demo, and what it printed."""
    folder = tmp_path_factory.mktemp("demo")
    return folder, run(folder)


def test_the_whole_day_runs(day: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    """Every command of the day ends as it should, in a pipe as well, and words come in their place."""
    _folder, done = day

    assert (0, "") == (done.returncode, done.stderr)
    assert [f"$ oms {step.words[0]}" for step in demo.day()] == [
        " ".join(line.split()[:3]) for line in done.stdout.splitlines() if line.startswith("$ ")
    ]
    assert "every promise holds" in done.stdout


def test_it_leaves_a_workspace_behind(day: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    """Orders of four channels, some split, one waiting, one recalled; the stock sums hold."""
    folder, _done = day
    conn = sqlite3.connect(folder / "oms-demo/oms.db")
    channels = dict(conn.execute("SELECT channel, count(*) FROM orders GROUP BY channel"))
    statuses = dict(conn.execute("SELECT status, count(*) FROM orders GROUP BY status"))
    split = conn.execute(
        "SELECT count(*) FROM (SELECT 1 FROM allocations WHERE state <> 'released' GROUP BY order_id "
        "HAVING count(DISTINCT location) > 1)"
    ).fetchone()[0]
    holds = dict(conn.execute("SELECT reason, count(*) FROM holds WHERE released = 0 GROUP BY reason"))
    conn.close()

    assert {"amazon-us": 70, "site": 105, "till": 20, "wholesale": 9} == channels
    assert 5 == split
    assert {"buyer_cancel_requested": 1, "recall": 1, "risk": 1, "unpaid": 1} == holds
    assert (1, 2) == (statuses["waiting"], statuses["cancelled"])


def test_it_writes_what_goes_out(day: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    """Pick lists, slips, the 3PL's orders, stock files, confirmations and the rejected row."""
    folder, done = day
    names = {path.name for path in (folder / "oms-demo").rglob("*") if path.is_file()}

    assert {
        "orders-NJ.csv", "picklist-NJ.xlsx", "picklist-CA.xlsx", "slips-CA.html", "stock-site.csv", "stock-amazon-us.txt",
        "confirm-site.csv", "confirm-amazon-us.txt", "2026-11-19-0001-wholesale.csv",
    } <= names  # fmt: skip
    assert all(path.split()[0] in done.stdout for path, _what in demo.worth_opening(demo.Demo(folder / "oms-demo", [], ())))


def test_another_demo_gets_a_folder_of_its_own(tmp_path: Path) -> None:
    """A second demo does not touch the first; a folder with something in it is refused."""
    (tmp_path / "oms-demo").mkdir()
    (tmp_path / "full").mkdir()
    (tmp_path / "full/letter.txt").write_text("mine", "utf-8")
    refused = run(tmp_path, "full")
    second = run(tmp_path, "--json")
    told = json.loads(second.stdout)

    assert 1 == refused.returncode
    assert "is not empty" in refused.stderr
    assert (0, str((tmp_path / "oms-demo-2").resolve())) == (second.returncode, told["folder"])
    assert all((tmp_path / "oms-demo-2" / name).is_file() for name in told["files"])
    assert [step.exit_code for step in demo.day()] == [step["exit_code"] for step in told["steps"]]


def test_files_are_what_the_maker_makes() -> None:
    """The 3PL's answer fits today's routing: python -m tests.make_demo writes what stands in src/oms/data/demo and examples."""
    files, sales, later = make_demo.morning()
    config = (make_demo.INBOX.parent / "oms.toml").read_bytes()
    files |= answers.day_after_morning(files, config, sales, later)
    example = {name: (make_demo.ROOT / "examples/first-day" / name).read_bytes() for name in first_day.files()}

    assert [] == [name for name, data in files.items() if data != (make_demo.INBOX / name).read_bytes()]
    assert [] == [name for name, data in first_day.files().items() if data != example[name]]
