"""`oms pick`, `oms ship`, `oms confirm` as a person types them."""

from collections.abc import Callable

import pytest

from tests.conftest import Oms
from tests.flow.shipping_desk import TOML, Desk

GOOD = "1Z999AA10123456784"


@pytest.fixture
def shop(workspace: Callable[[str], Oms]) -> tuple[Oms, Desk]:
    """A routed order of two mugs, and the command."""
    oms = workspace(TOML)
    oms.now = "2026-11-22T15:00:00Z"
    desk = Desk(oms.root)
    desk.count("MUG", "NJ", 10)
    desk.order("B-1", {"MUG": 2}, "bazaar")
    desk.reserve("B-1", "NJ", "MUG", 2)
    return oms, desk


def test_the_way_out(shop: tuple[Oms, Desk]) -> None:
    """Pick, ship, confirm: the JSON of each has its keys, and the files are there."""
    oms, desk = shop

    picked = oms.ok("pick")

    assert {"batch", "documents", "orders", "units", "refused", "notes"} == set(picked)
    assert (1, 2) == (picked["orders"], picked["units"])
    assert all((oms.root / each["path"]).is_file() for each in picked["documents"])
    assert 0 == oms.ok("pick")["orders"]

    sent = oms.ok("ship", "bazaar/B-1", "--tracking", GOOD, "--carrier", "UPS Ground", "--cost", "5.40")

    assert (1, []) == (sent["parcels"], sent["warnings"])
    assert [(540,)] == desk.rows("SELECT cost FROM parcels")

    told = oms.ok("confirm", "bazaar")

    assert (1, ["confirmation"]) == (told["confirmed"], [each["kind"] for each in told["documents"]])
    assert 0 == oms.ok("confirm")["confirmed"]


def test_people_read_words_and_pipes_read_tsv(shop: tuple[Oms, Desk]) -> None:
    """Documents go to stdout, words to stderr."""
    oms, _desk = shop

    result = oms("pick")

    assert "kind\tlocation\tchannel\tpath" == result.stdout.splitlines()[0]
    assert "1 order, 2 units to pick" in result.stderr

    result = oms("ship", "B-1", "--tracking", "1Z", "--carrier", "UPS")

    assert "warning: `1Z` does not look like a number of UPS" in result.stderr
    assert "nothing to do: this was known already" in oms("ship", "B-1", "--tracking", "1Z", "--carrier", "UPS").stderr


def test_refusals_have_their_exit_codes(shop: tuple[Oms, Desk]) -> None:
    """Nothing to ship is 1, wrong words are 2, old orders are 1 where they were all."""
    oms, desk = shop
    desk.order("B-2", {"MUG": 1}, "bazaar")

    assert 2 == oms("ship", "B-1", "--tracking", GOOD).exit_code
    assert 2 == oms("ship", "B-1", "--tracking", GOOD, "--carrier", "UPS", "--cost", "much").exit_code
    assert 2 == oms("pick", "--location", "Mars").exit_code
    assert 2 == oms("confirm", "mars").exit_code
    assert 1 == oms("confirm", "--batch", "99").exit_code
    assert 1 == oms("ship", "B-9", "--tracking", GOOD, "--carrier", "UPS").exit_code

    result = oms("ship", "B-2", "--tracking", GOOD, "--carrier", "UPS")

    assert 1 == result.exit_code
    assert "error: nothing of `B-2` is reserved or picked" in result.stderr
    assert "hint: route it first: oms route" in result.stderr

    oms.now = "2026-11-24T15:00:00Z"
    result = oms("pick", "--json")

    assert (1, "bazaar") == (result.exit_code, result.json["refused"][0]["channel"])
    assert 2 == oms.ok("pick", "--force")["units"]


def test_a_crash_after_the_commit_is_finished_by_the_next_pick(shop: tuple[Oms, Desk]) -> None:
    """The papers of a batch that died are written by the next command, and named."""
    oms, desk = shop

    assert 137 == oms("pick", env={"OMS_CRASH_AT": "2"}).exit_code
    assert "picking" == desk.status("B-1")
    assert not (oms.root / "outbox").exists()

    report = oms.ok("pick")

    assert (0, None) == (report["orders"], report["batch"])
    assert {True} == {each["recovered"] for each in report["documents"]}
    assert all((oms.root / each["path"]).is_file() for each in report["documents"])


def test_a_crash_before_the_commit_leaves_the_store_as_it_was(shop: tuple[Oms, Desk]) -> None:
    """Nothing is picked, nothing is written."""
    oms, desk = shop

    assert 137 == oms("pick", env={"OMS_CRASH_AT": "1"}).exit_code
    assert "routed" == desk.status("B-1")
    assert 2 == oms.ok("pick")["units"]
