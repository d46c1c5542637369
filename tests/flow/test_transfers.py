"""Units that are carried from one place to another take their time, and are there once."""

import shutil
import sqlite3
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oms.errors import Refused, UsageError
from oms.flow.doctor import doctor
from oms.flow.route import route_orders
from oms.flow.stock_entries import ChangeReport, count, receive, transfer
from oms.flow.undo import undo
from tests.conftest import Desk, Oms
from tests.flow.test_mcf import EXAMPLE, FBA_HEAD, FILES, ORDERS


def opened(root: Path) -> Desk:
    """The example of Amazon's warehouse: 40 mugs in New Jersey, 5 at FBA."""
    desk = Desk(Path(shutil.copytree(EXAMPLE, root / "shop")))
    for name, channel in FILES:
        assert 0 == desk.import_text((EXAMPLE / name).read_text("utf-8"), name, channel=channel).exit_code
    return desk


@pytest.fixture
def mcf(tmp_path: Path) -> Desk:
    """The same."""
    return opened(tmp_path)


def on_hand(desk: Desk) -> dict[str, int]:
    """Mugs by place."""
    return dict(desk.rows("SELECT location, on_hand FROM stock WHERE sku = 'MUG' ORDER BY location"))


def coming(desk: Desk) -> int:
    """Mugs on their way to FBA."""
    return int(desk.rows("SELECT COALESCE(sum(quantity - received), 0) FROM incoming WHERE location = 'FBA'")[0][0])


def counted(desk: Desk, units: int, at: str) -> list[str]:
    """Import a stock file of FBA; what it notes."""
    text = f"{FBA_HEAD}AMZ-MUG\tX00AB12CD1\t{units}\t{at}\n"
    report = desk.import_text(text, f"fba-{at[:16].replace(':', '')}.txt", channel="amazon-us")
    assert 0 == report.exit_code
    return [note for file in report.files for note in file.notes]


def later(desk: Desk, days: int) -> Desk:
    """The same workspace some days on."""
    return Desk(desk.root, desk.now + timedelta(days=days))


def moves(report: ChangeReport) -> list[tuple[str, str, int]]:
    """What was entered."""
    return [(move["kind"], move["location"], move["quantity"]) for move in report.moves]


def test_what_is_sent_has_left_and_is_expected(mcf: Desk) -> None:
    """New Jersey has it no more, FBA has it not yet, and who waits for it there is told the day."""
    path = mcf.root / "oms.toml"
    text = path.read_text("utf-8")
    path.write_text(text.replace('name = "site"', 'name = "site"\nlocations = ["FBA"]'), "utf-8")
    report = transfer(mcf.shop, "MUG", 12, "NJ", "FBA", expected="2026-11-27")
    mcf.import_text(ORDERS.replace("MUG,2", "MUG,9"), "orders.csv", channel="site")
    waits = route_orders(mcf.shop).json()["waiting"]

    assert [("transfer", "NJ", -12)] == moves(report)
    assert [{"sku": "MUG", "location": "FBA", "quantity": 12, "expected_on": "2026-11-27", "reference": "transfer-6",
             "source": "NJ"}] == report.sent  # fmt: skip
    assert ({"FBA": 5, "NJ": 28}, 12) == (on_hand(mcf), coming(mcf))
    assert [(4, "no_stock", "2026-11-27")] == [(w["short"], w["reason"], w["expected_on"]) for w in waits]
    undo(mcf.shop, report.batch, cascade=True)
    assert ({"FBA": 5, "NJ": 40}, 0) == (on_hand(mcf), coming(mcf))


def test_a_stock_file_that_finds_more_has_received_it(mcf: Desk) -> None:
    """FBA's report counts 5 and then 15 of the 17: ten have arrived, two are on their way; the same report says it once."""
    transfer(mcf.shop, "MUG", 12, "NJ", "FBA", expected="2026-11-27", reference="FBA15XYZ")
    desk = later(mcf, 3)
    before = counted(desk, 5, "2026-11-20T12:00:00Z")
    notes = counted(desk, 15, "2026-11-21T12:00:00Z")
    again = counted(desk, 15, "2026-11-21T12:00:00Z")

    assert ([], ["10 units of FBA15XYZ have arrived at FBA from NJ"]) == (before, notes)
    assert ["the same file as in batch 8"] == again
    assert ({"FBA": 15, "NJ": 28}, 2) == (on_hand(desk), coming(desk))
    assert doctor(desk.shop).ok


def test_what_was_received_by_hand_is_not_counted_again(mcf: Desk) -> None:
    """Received, and in the next report as well: the report finds no more than the ledger knows."""
    transfer(mcf.shop, "MUG", 12, "NJ", "FBA", expected="2026-11-27", reference="FBA15XYZ")
    desk = later(mcf, 3)
    report = receive(desk.shop, "MUG", 12, "FBA", "FBA15XYZ")
    notes = counted(later(mcf, 4), 17, "2026-11-23T10:00:00Z")

    assert [("transfer", "FBA", 12)] == moves(report)
    assert [("FBA15XYZ", "NJ", 12)] == [(r["reference"], r["source"], r["quantity"]) for r in report.received]
    assert ([], {"FBA": 17, "NJ": 28}, 0) == (notes, on_hand(desk), coming(desk))


def test_what_a_count_has_found_cannot_be_received_once_more(mcf: Desk) -> None:
    """By its name it is refused; without a name there is a warning that says how to take it back."""
    transfer(mcf.shop, "MUG", 12, "NJ", "FBA", expected="2026-11-27", reference="FBA15XYZ")
    desk = later(mcf, 3)
    counted(desk, 17, "2026-11-21T12:00:00Z")

    with pytest.raises(Refused, match="nothing of `FBA15XYZ` is on its way any more: a count of 2026-11-22 has its MUG"):
        receive(desk.shop, "MUG", 12, "FBA", "FBA15XYZ")
    report = receive(desk.shop, "MUG", 12, "FBA")
    assert report.warnings == [
        f"a count has the 12 of `FBA15XYZ` already: if it is these that came, take this back with: oms undo {report.batch}"
    ]


def test_what_a_count_has_without_showing_it_is_ticked_off_by_hand(mcf: Desk) -> None:
    """Amazon sold 5 while 12 arrived: the report's 12 says nothing of it, so the seller does, and nothing is added."""
    transfer(mcf.shop, "MUG", 12, "NJ", "FBA", expected="2026-11-27")
    desk = later(mcf, 3)
    counted(desk, 5, "2026-11-21T12:00:00Z")
    counted(desk, 12, "2026-11-22T12:00:00Z")
    left = coming(desk)
    report = receive(desk.shop, "MUG", left, "FBA", counted=True)

    assert (5, [], {"FBA": 12, "NJ": 28}, 0) == (left, report.moves, on_hand(desk), coming(desk))


def test_a_late_or_older_count_receives_nothing(mcf: Desk) -> None:
    """A count from before it left, and one that a newer count has overtaken, say nothing of it."""
    transfer(mcf.shop, "MUG", 12, "NJ", "FBA", expected="2026-11-27")
    desk = later(mcf, 3)
    older = counted(desk, 9, "2026-11-19T13:59:00Z")
    counted(desk, 12, "2026-11-22T12:00:00Z")
    overtaken = counted(desk, 20, "2026-11-21T12:00:00Z")

    assert ([], [], 9) == (older, overtaken, coming(desk))


def test_a_corrected_count_receives_the_difference(mcf: Desk) -> None:
    """15 were found; the corrected file says 17, so two more are there."""
    transfer(mcf.shop, "MUG", 20, "NJ", "FBA", expected="2026-11-27")
    desk = later(mcf, 3)
    counted(desk, 15, "2026-11-21T12:00:00Z")
    counted(desk, 17, "2026-11-21T12:00:00Z")

    assert (8, {"FBA": 17, "NJ": 20}) == (coming(desk), on_hand(desk))


def test_a_count_by_hand_says_the_same(mcf: Desk) -> None:
    """`oms stock count` ticks off as a file does, and an undo brings it back on its way."""
    transfer(mcf.shop, "MUG", 12, "NJ", "FBA", expected="2026-11-27", reference="FBA15XYZ")
    desk = later(mcf, 3)
    report = count(desk.shop, "MUG", 17, "FBA")

    assert [("FBA15XYZ", 12)] == [(r["reference"], r["quantity"]) for r in report.received]
    undo(desk.shop, report.batch)
    assert (12, {"FBA": 5, "NJ": 28}) == (coming(desk), on_hand(desk))


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ({"expected": "2026-11-18"}, "2026-11-18 has passed"),
        ({"expected": "soon"}, "`soon`: not a day"),
        ({"reference": "X"}, "`--reference` names what is on its way: say when it is `--expected`"),
    ],
)
def test_a_day_that_is_none_is_refused(mcf: Desk, words: dict[str, str], error: str) -> None:
    """Nothing is changed."""
    with pytest.raises(UsageError, match=error.replace("`", "`")):
        transfer(mcf.shop, "MUG", 12, "NJ", "FBA", **words)  # type: ignore[arg-type]

    assert ({"FBA": 5, "NJ": 40}, 0) == (on_hand(mcf), coming(mcf))


def test_no_more_than_is_there_and_under_no_name_of_others(mcf: Desk) -> None:
    """What is promised stays; a supplier's reference is not taken over; two transfers of one name and day are one."""
    mcf.import_text("sku,quantity,expected_on,location,reference\nMUG,5,2026-11-27,FBA,PO-1\n", "incoming.csv")

    with pytest.raises(Refused, match="only 40 of MUG are available at NJ, not 41"):
        transfer(mcf.shop, "MUG", 41, "NJ", "FBA", expected="2026-11-27")
    with pytest.raises(Refused, match="`PO-1`: other units of MUG are on their way to FBA under this name"):
        transfer(mcf.shop, "MUG", 4, "NJ", "FBA", expected="2026-11-27", reference="PO-1")
    for units in (4, 3):
        transfer(mcf.shop, "MUG", units, "NJ", "FBA", expected="2026-11-27", reference="S-1")
    assert [("PO-1", 5, None), ("S-1", 7, "NJ")] == mcf.rows("SELECT reference, quantity, source FROM incoming ORDER BY id")


def test_an_older_store_sends_and_receives(mcf: Desk) -> None:
    """A store of version 4 learns where units left, and an undo takes it back."""
    older = sqlite3.connect(mcf.root / "oms.db", isolation_level=None)
    for name in ("changed", "removed"):
        older.execute(f"DROP TRIGGER {name}_incoming")
    for column in ("source", "sent_at"):
        older.execute(f"ALTER TABLE incoming DROP COLUMN {column}")
    older.execute("DELETE FROM _sqlite_migrations WHERE name LIKE 'version_5%'")
    older.execute("PRAGMA user_version = 4")
    older.close()
    transfer(mcf.shop, "MUG", 12, "NJ", "FBA", expected="2026-11-27")
    report = receive(later(mcf, 3).shop, "MUG", 12, "FBA")

    assert ({"FBA": 17, "NJ": 28}, 0) == (on_hand(mcf), coming(mcf))
    undo(later(mcf, 3).shop, report.batch)
    assert ({"FBA": 5, "NJ": 28}, 12) == (on_hand(mcf), coming(mcf))


def test_from_the_command_line(tmp_path: Path) -> None:
    """Sent, shown, received; a dry run sends nothing, a wrong day is wrong usage."""
    oms = Oms(opened(tmp_path).root)
    dry = oms.ok("stock", "transfer", "MUG", "12", "--from", "NJ", "--to", "FBA", "--expected", "2026-11-27", "--dry-run")
    wrong = oms("stock", "transfer", "MUG", "12", "--from", "NJ", "--to", "FBA", "--expected", "27.11.2026")
    sent = oms("stock", "transfer", "MUG", "12", "--from", "NJ", "--to", "FBA", "--expected", "2026-11-27")
    shown = oms.ok("stock", "MUG")
    received = oms.ok("stock", "receive", "MUG", "12", "--location", "FBA")

    assert [12] == [each["quantity"] for each in dry["sent"]]
    assert 2 == wrong.exit_code
    assert "on its way: 12 MUG to FBA, expected on 2026-11-27: transfer-6" in sent.stderr
    assert [("FBA", 12, "NJ")] == [(e["location"], e["quantity"], e["source"]) for e in shown["expected"]]
    assert [("FBA", 5, 12), ("NJ", 28, 0)] == [(s["location"], s["on_hand"], s["incoming"]) for s in shown["stock"]]
    assert [("FBA", 17)] == [(s["location"], s["on_hand"]) for s in received["stock"]]


@settings(max_examples=25)
@given(st.lists(st.tuples(st.sampled_from(["send", "arrive", "receive", "count", "file"]), st.integers(1, 6)), max_size=8))
def test_whatever_is_sent_received_and_counted_no_unit_is_there_twice(steps: list[tuple[str, int]]) -> None:
    """
    Against the world: what lies at FBA, what came and nobody wrote down, what is on the road. After a count the ledger knows
    what lies there and what is on the road; a receipt of what came keeps it so.
    """
    with TemporaryDirectory() as folder:
        desk = opened(Path(folder))
        there, unseen, road, left = 5, 0, 0, 40
        for day, (step, units) in enumerate(steps, 1):
            now = later(desk, day)
            if step == "send" and units <= left:
                transfer(now.shop, "MUG", units, "NJ", "FBA", expected="2027-01-01")
                left, road = left - units, road + units
            elif step == "arrive":
                came = min(units, road)
                road, unseen = road - came, unseen + came
            elif step == "receive" and unseen:
                receive(now.shop, "MUG", unseen, "FBA")
                there, unseen = there + unseen, 0
            elif step == "count":
                count(now.shop, "MUG", there + unseen, "FBA")
                there, unseen = there + unseen, 0
            elif step == "file":
                counted(now, there + unseen, f"{now.now:%Y-%m-%dT%H:%M:%SZ}")
                there, unseen = there + unseen, 0

        assert ({"FBA": there, "NJ": left}, road + unseen) == (on_hand(desk), coming(desk))
        assert doctor(desk.shop).ok
