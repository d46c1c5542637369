"""`oms export` as a person types it."""

from collections.abc import Callable

import pytest

from tests.conftest import Oms
from tests.flow.shipping_desk import TOML, Desk


@pytest.fixture
def shop(workspace: Callable[[str], Oms]) -> Oms:
    """An order of two mugs, and the command."""
    oms = workspace(TOML)
    oms.now = "2026-11-22T15:00:00Z"
    desk = Desk(oms.root)
    desk.count("MUG", "NJ", 10)
    desk.order("B-1", {"MUG": 2}, "bazaar")
    return oms


def test_the_daily_file(shop: Oms) -> None:
    """The JSON has its keys, the files are there; the second time there is nothing to say."""
    shown = shop.ok("export", "--dry-run")
    report = shop.ok("export")
    again = shop.ok("export")

    assert {"batch", "format", "since", "documents", "rows"} == set(report)
    assert ("daily", {"orders": 1, "moves": 1, "receipts": 0}) == (report["format"], report["rows"])
    assert shown["rows"] == report["rows"]
    assert all((shop.root / each["path"]).is_file() for each in report["documents"])
    assert (None, []) == (again["batch"], again["documents"])


def test_all_of_it(shop: Oms) -> None:
    """Every table as a file."""
    report = shop.ok("export", "--all", "--as", "csv", "-o", str(shop.root / "out"))

    assert {"path", "tables"} == set(report)
    assert 1 == report["tables"]["orders"]
    assert (shop.root / "out" / "orders.csv").is_file()


@pytest.mark.parametrize("words", [("--all", "daily"), ("--all", "--since", "2026-11-22"), ("--as", "csv"), ("-o", "out")])
def test_words_that_do_not_go_together(shop: Oms, words: tuple[str, ...]) -> None:
    """Said, nothing is written."""
    assert 2 == shop("export", *words).exit_code
    assert not (shop.root / "exports").exists()
