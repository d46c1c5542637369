"""Two `oms` at once: nothing is oversold, no update is lost; the second waits, then says who holds the lock."""

import subprocess
import sys
from pathlib import Path

import pytest

from oms.workspace import locked
from tests.channel_files import shopify
from tests.conftest import Oms
from tests.store.day import begin


def start(oms: Oms, *words: str) -> "subprocess.Popen[str]":
    return subprocess.Popen([sys.executable, "-m", "oms", *words], cwd=oms.root, env=oms.environment(), text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # fmt: skip


@pytest.fixture
def shop(tmp_path: Path) -> Oms:
    oms = begin(tmp_path / "shop")
    assert oms("import", "inbox").exit_code == 3
    return oms


def test_no_update_is_lost(shop: Oms) -> None:
    """Eight people find one mug each at the same moment: eight mugs more."""
    before = shop.ok("stock", "MUG", "--location", "NJ")["stock"][0]["on_hand"]
    together = [start(shop, "stock", "adjust", "MUG", "1", "--location", "NJ", "--reason", str(n)) for n in range(8)]
    ended = [(process.wait(60), process.communicate()[1]) for process in together]

    assert [0] * 8 == [code for code, _words in ended], ended
    assert shop.ok("stock", "MUG", "--location", "NJ")["stock"][0]["on_hand"] == before + 8


def test_routing_twice_at_once_sells_nothing_twice(shop: Oms) -> None:
    """More wanted than there is, routed from two terminals while a third imports: stock stays within its bounds."""
    shop.write("more.csv", shopify(*({"ref": f"#2{n:03d}", "id": f"7{n:03d}", "lines": [("MUG", 1)]} for n in range(30))))
    together = [start(shop, "import", "more.csv"), start(shop, "route"), start(shop, "route"), start(shop, "verify")]
    ended = [(process.wait(60), process.communicate()[1]) for process in together]
    shop.ok("route")
    mugs = [row for row in shop.ok("stock", "MUG")["stock"] if row["location"] in ("NJ", "CA")]

    assert [0] * 4 == [code for code, _words in ended], ended
    assert [0, 0] == [row["available"] for row in mugs]
    assert shop.ok("doctor")["ok"]


def test_the_second_waits_and_then_names_the_holder(shop: Oms) -> None:
    """Exit 4, the command and the process that hold the workspace; nothing is changed."""
    with locked(shop.root, "import orders.csv", 5):
        result = shop("verify", "--wait", "0.2")
        looked = shop("status")

    assert result.exit_code == 4
    assert "`oms import orders.csv` (pid " in result.stderr
    assert looked.exit_code == 0
