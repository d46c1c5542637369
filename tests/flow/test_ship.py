"""Shipping: what leaves, what is refused, and that saying it twice changes nothing."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from oms.errors import AmbiguousRef, Refused, UnknownLocation, UnknownOrder, UsageError
from oms.flow.settle import settle
from oms.flow.ship import Shipments, ship_parcels, ship_rows
from oms.flow.ship_order import ship_order
from oms.model.frames import TRACKING
from tests.flow.shipping_desk import Desk

GOOD = "1Z999AA10123456784"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Two skus at two locations."""
    desk = Desk(tmp_path)
    desk.count("MUG", "NJ", 10)
    desk.count("MUG", "CA", 10)
    desk.count("LID", "NJ", 10)
    desk.count("LID", "CA", 10)
    return desk


@pytest.fixture
def load(desk: Desk) -> Callable[..., Shipments]:
    """Load tracking rows as a file would be."""

    def load(*rows: dict[str, Any], channel: str | None = None) -> Shipments:
        frame = pl.DataFrame([{"row": number + 2, "carrier": "UPS"} | row for number, row in enumerate(rows)], schema=TRACKING)
        with desk.shop.store.write("import", desk.shop.now, config=desk.shop.config) as batch:
            done = ship_parcels(batch, desk.shop.config, frame, None, channel)
            settle(batch, desk.shop.config)
        return done

    return load


def complaints(done: Shipments) -> list[tuple[Any, ...]]:
    return done.rejected.select("row", "column", "what").rows()


def test_a_parcel_takes_all_units_being_picked_and_the_stock_falls(desk: Desk) -> None:
    """A tracking number for an order ships what is being picked."""
    desk.order("1001", {"MUG": 2, "LID": 1})
    desk.picking("1001", "NJ", "MUG", 2)
    desk.picking("1001", "NJ", "LID", 1)

    report = ship_order(desk.shop, "1001", tracking=GOOD, carrier="ups ground")

    assert {"parcels": 1, "warnings": []} == {k: v for k, v in report.json().items() if k != "batch"}
    assert "shipped" == desk.status("1001")
    assert (8, 0) == desk.stock("MUG", "NJ")
    assert [(GOOD, "UPS", "NJ")] == desk.rows("SELECT tracking, carrier, location FROM parcels")
    assert [(2, 2), (1, 1)] == desk.rows("SELECT units, quantity FROM parcel_lines ORDER BY line_id")
    assert [("shipment", -2), ("shipment", -1)] == desk.rows(
        "SELECT kind, quantity FROM moves WHERE kind = 'shipment' ORDER BY id"
    )


def test_said_again_changes_nothing(desk: Desk, load: Callable[..., Shipments]) -> None:
    """The same row again is known; no batch is left for it by hand."""
    desk.order("1001", {"MUG": 2})
    desk.picking("1001", "NJ", "MUG", 2)
    ship_order(desk.shop, "1001", tracking=GOOD, carrier="UPS")
    batches = desk.rows("SELECT count(*) FROM batches")

    report = ship_order(desk.shop, "1001", tracking=GOOD, carrier="UPS")
    done = load({"order_ref": "1001", "tracking": GOOD}, {"order_ref": "1001", "tracking": GOOD, "sku": "MUG"})

    assert (None, 0) == (report.batch, report.parcels)
    assert batches == [(desk.rows("SELECT count(*) FROM batches")[0][0] - 1,)]
    assert (0, 2, 0) == (done.shipped, done.unchanged, done.rejected.height)
    assert (8, 0) == desk.stock("MUG", "NJ")
    assert 1 == len(desk.rows("SELECT id FROM parcels"))


def test_an_order_at_two_places_must_say_which(desk: Desk, load: Callable[..., Shipments]) -> None:
    """Without a place a split order is rejected, with one it ships its part."""
    desk.order("1001", {"MUG": 2, "LID": 1})
    desk.picking("1001", "NJ", "MUG", 2)
    desk.picking("1001", "CA", "LID", 1)

    done = load({"order_ref": "1001", "tracking": GOOD})

    assert [(2, "location", "leaves from CA and NJ, say which")] == complaints(done)

    with pytest.raises(Refused, match="leaves from CA and NJ, say which"):
        ship_order(desk.shop, "1001", tracking=GOOD, carrier="UPS")

    done = load({"order_ref": "1001", "tracking": GOOD, "location": "newark 3pl"})

    assert (1, 0) == (done.shipped, done.rejected.height)
    assert "part_shipped" == desk.status("1001")
    assert ((8, 0), (10, 1)) == (desk.stock("MUG", "NJ"), desk.stock("LID", "CA"))


def test_several_parcels_with_their_contents(desk: Desk, load: Callable[..., Shipments]) -> None:
    """Sku and quantity split an order over parcels; what stays open stays in a row of its own."""
    desk.order("1001", {"MUG": 5})
    desk.picking("1001", "NJ", "MUG", 5)

    done = load(
        {"order_ref": "1001", "tracking": "T1", "carrier": "Bob", "sku": "MUG", "quantity": 2},
        {"order_ref": "1001", "tracking": "T2", "carrier": "Bob", "sku": "MUG", "quantity": 1},
    )

    assert (2, 2) == (done.shipped, done.parcels)
    assert [("picking", 2), ("shipped", 1), ("shipped", 2)] == desk.rows(
        "SELECT state, quantity FROM allocations ORDER BY state, quantity"
    )
    assert [(3,)] == desk.rows("SELECT shipped FROM lines")
    assert (7, 2) == desk.stock("MUG", "NJ")

    done = load({"order_ref": "1001", "tracking": "T1", "carrier": "Bob", "sku": "MUG", "quantity": 2})

    assert (0, 1) == (done.shipped, done.unchanged)

    done = load({"order_ref": "1001", "tracking": "T3", "carrier": "Bob", "sku": "MUG", "quantity": 3})

    assert [(2, "quantity", "only 2 of `MUG` in `1001` can leave")] == complaints(done)


def test_a_kit_is_shipped_with_its_last_component(desk: Desk, load: Callable[..., Shipments]) -> None:
    """Two parcels with the parts of a kit: the second one completes it."""
    desk.kit("SET", MUG=2, LID=1)
    desk.order("1001", {"SET": 2})
    desk.picking("1001", "NJ", "MUG", 4)
    desk.picking("1001", "CA", "LID", 2)

    load({"order_ref": "1001", "tracking": "T1", "carrier": "Bob", "location": "NJ"})

    assert [(0,)] == desk.rows("SELECT shipped FROM lines")

    load({"order_ref": "1001", "tracking": "T2", "carrier": "Bob", "location": "CA", "sku": "LID", "quantity": 1})

    assert [(1,)] == desk.rows("SELECT shipped FROM lines")

    load({"order_ref": "1001", "tracking": "T3", "carrier": "Bob", "location": "CA"})

    assert [(2,)] == desk.rows("SELECT shipped FROM lines")
    assert "shipped" == desk.status("1001")
    assert [("T1", 4, 0), ("T2", 1, 1), ("T3", 1, 1)] == desk.rows(
        "SELECT p.tracking, pl.units, pl.quantity FROM parcel_lines pl JOIN parcels p ON p.id = pl.parcel_id ORDER BY pl.id"
    )


def test_a_kit_by_its_own_name(desk: Desk, load: Callable[..., Shipments]) -> None:
    """The channel's sku of a kit covers all its parts."""
    desk.kit("SET", MUG=2, LID=1)
    desk.order("1001", {"SET": 2})
    desk.picking("1001", "NJ", "MUG", 4)
    desk.picking("1001", "NJ", "LID", 2)

    done = load({"order_ref": "1001", "tracking": "T1", "carrier": "Bob", "sku": "SET", "quantity": 1})

    assert 1 == done.shipped
    assert ((8, 2), (9, 1)) == (desk.stock("MUG", "NJ"), desk.stock("LID", "NJ"))
    assert [(1,)] == desk.rows("SELECT shipped FROM lines")


def test_what_was_not_picked_is_shipped_with_a_note(desk: Desk, load: Callable[..., Shipments]) -> None:
    """Reserved units that left all the same leave the stock."""
    desk.order("1001", {"MUG": 2})
    desk.reserve("1001", "NJ", "MUG", 2)

    done = load({"order_ref": "site/1001", "tracking": GOOD})

    assert ("`1001` was shipped without a pick list",) == done.notes
    assert "shipped" == desk.status("1001")


def test_a_corrected_number_is_taken_over(desk: Desk, load: Callable[..., Shipments]) -> None:
    """Nothing is left and the only parcel has another number: it was corrected, and no stock moves."""
    desk.order("1001", {"MUG": 2})
    desk.picking("1001", "NJ", "MUG", 2)
    load({"order_ref": "1001", "tracking": "T1", "carrier": "Bob"})

    done = load({"order_ref": "1001", "tracking": "T2", "carrier": "Bob"})

    assert (0, 1, 0) == (done.shipped, done.corrected, done.unchanged)
    assert ("`1001` left as `T1`: taken as corrected to `T2`",) == done.notes
    assert [("T2",)] == desk.rows("SELECT tracking FROM parcels")
    assert (8, 0) == desk.stock("MUG", "NJ")


def test_a_second_number_beside_the_first_is_no_correction(desk: Desk, load: Callable[..., Shipments]) -> None:
    """A file that names both numbers means two parcels: what is in the second it must say."""
    desk.order("1001", {"MUG": 2})
    desk.picking("1001", "NJ", "MUG", 2)

    done = load(
        {"order_ref": "1001", "tracking": "T1", "carrier": "Bob"},
        {"order_ref": "1001", "tracking": "T2", "carrier": "Bob"},
    )

    assert [(3, "tracking", "nothing of `1001` is left for this number: it left as `T1`")] == complaints(done)
    assert [("T1",)] == desk.rows("SELECT tracking FROM parcels")


def test_replaces_names_the_wrong_number(desk: Desk) -> None:
    """By hand the parcel to correct is named; the carrier stays unless said."""
    desk.order("1001", {"MUG": 2})
    desk.picking("1001", "NJ", "MUG", 2)
    ship_order(desk.shop, "1001", tracking="T1", carrier="Bob", sku="MUG", quantity=1)
    ship_order(desk.shop, "1001", tracking="T2", carrier="Bob")

    report = ship_order(desk.shop, "1001", tracking="T3", replaces="T1")

    assert 1 == report.parcels
    assert [("T3", "Bob"), ("T2", "Bob")] == desk.rows("SELECT tracking, carrier FROM parcels ORDER BY id")

    with pytest.raises(Refused, match="no parcel `T9` left of `1001`"):
        ship_order(desk.shop, "1001", tracking="T3", replaces="T9")
    assert ship_order(desk.shop, "1001", tracking="T3", replaces="T3").batch is None


def test_one_parcel_may_serve_two_orders(desk: Desk, load: Callable[..., Shipments]) -> None:
    """The same number of the same carrier from the same place is one parcel."""
    for ref in ("1001", "1002"):
        desk.order(ref, {"MUG": 1})
        desk.picking(ref, "NJ", "MUG", 1)

    done = load({"order_ref": "1001", "tracking": GOOD, "cost": 540}, {"order_ref": "1002", "tracking": GOOD})

    assert (2, 1) == (done.shipped, done.parcels)
    assert [(540,)] == desk.rows("SELECT cost FROM parcels")
    assert 2 == len(desk.rows("SELECT id FROM parcel_lines"))


def test_rows_that_cannot_be_used_are_named_and_the_others_kept(desk: Desk, load: Callable[..., Shipments]) -> None:
    """Every complaint says row, column and what is wrong."""
    desk.order("1001", {"MUG": 2})
    desk.picking("1001", "NJ", "MUG", 2)
    desk.order("2002", {"MUG": 1})
    desk.order("2002", {"MUG": 1}, "tiktok")
    desk.order("3003", {"MUG": 1}, external=1)
    desk.order("4004", {"MUG": 1})

    done = load(
        {"order_ref": "9999", "tracking": GOOD},
        {"order_ref": "2002", "tracking": GOOD},
        {"order_ref": "1001", "tracking": "9.40E+21"},
        {"order_ref": "1001", "tracking": " "},
        {"order_ref": "1001", "tracking": GOOD, "carrier": ""},
        {"order_ref": "1001", "tracking": GOOD, "sku": "MUG", "quantity": 0},
        {"order_ref": "1001", "tracking": GOOD, "location": "Mars"},
        {"order_ref": "1001", "tracking": GOOD, "sku": "CUP"},
        {"order_ref": "3003", "tracking": GOOD},
        {"order_ref": "4004", "tracking": GOOD},
        {"order_ref": "1001", "tracking": GOOD, "location": "CA"},
        {"order_ref": "1001", "tracking": GOOD, "channel": "sight"},
        {"order_ref": "1001", "tracking": GOOD},
    )

    assert [
        (2, "order_ref", "no order has this number"),
        (3, "order_ref", "names orders of site, tiktok"),
        (4, "tracking", "a spreadsheet has rounded this number"),
        (5, "tracking", "is blank"),
        (6, "carrier", "is blank"),
        (7, "quantity", "is not 1 or more"),
        (8, "location", "no location of this name"),
        (9, "sku", "`1001` has no line with `CUP`"),
        (10, "order_ref", "`3003` is fulfilled by its channel, not from our stock"),
        (11, "tracking", "nothing of `4004` is reserved or picked"),
        (12, "location", "nothing of `1001` leaves from CA: it is at NJ"),
        (13, "channel", "no channel of this name in oms.toml"),
    ] == complaints(done)
    assert (1, 1) == (done.shipped, done.parcels)


def test_warnings_are_about_numbers_recalls_and_the_future(desk: Desk) -> None:
    """A strange number, a recalled order, a time to come: shipped, with a word about each."""
    order_id = desk.order("1001", {"MUG": 2})
    desk.picking("1001", "NJ", "MUG", 2)
    with desk.write() as batch:
        batch.conn.execute("INSERT INTO holds (order_id, reason) VALUES (?, 'recall')", (order_id,))
        batch.conn.execute("UPDATE lines SET recalled = 1 WHERE order_id = ?", (order_id,))
        batch.touch_orders("VALUES (?)", (order_id,))
        settle(batch, desk.shop.config)

    report = ship_order(desk.shop, "1001", tracking="123", carrier="UPS", at="2026-12-24T10:00:00Z")

    assert (
        "`123` does not look like a number of UPS",
        "`1001`: `2026-12-24T10:00:00Z` is later than now: now is used",
        "`1001` was called back and left all the same: expect a return",
    ) == report.warnings
    assert [("2026-11-22T15:00:00Z",)] == desk.rows("SELECT shipped_at FROM parcels")


def test_a_shipment_happens_after_the_count_it_was_allocated_on(desk: Desk) -> None:
    """A parcel said to have left before the count still leaves what was counted; a later count knows of it."""
    desk.order("1001", {"MUG": 2})
    desk.picking("1001", "NJ", "MUG", 2)

    ship_order(desk.shop, "1001", tracking=GOOD, carrier="UPS", at="2026-11-19")

    assert (8, 0) == desk.stock("MUG", "NJ")
    assert [("2026-11-20T08:00:00Z",)] == desk.rows("SELECT happened_at FROM moves WHERE kind = 'shipment'")
    assert [("2026-11-20T04:59:59Z",)] == desk.rows("SELECT shipped_at FROM parcels")

    desk.count("MUG", "NJ", 8, "2026-11-21T08:00:00Z")

    assert (8, 0) == desk.stock("MUG", "NJ")


def test_a_dry_run_writes_nothing(desk: Desk) -> None:
    """The same answer, and the store as before."""
    desk.order("1001", {"MUG": 2})
    desk.picking("1001", "NJ", "MUG", 2)

    report = ship_order(desk.shop, "1001", tracking=GOOD, carrier="UPS", dry_run=True)

    assert 1 == report.parcels
    assert [] == desk.rows("SELECT id FROM parcels")
    assert (10, 2) == desk.stock("MUG", "NJ")


def test_wrong_words_are_said_to_be_wrong(desk: Desk) -> None:
    """Unknown orders, places and times are named."""
    desk.order("1001", {"MUG": 2})
    desk.order("1001", {"MUG": 2}, "tiktok")

    with pytest.raises(UnknownOrder):
        ship_order(desk.shop, "77", tracking=GOOD, carrier="UPS")
    with pytest.raises(AmbiguousRef):
        ship_order(desk.shop, "1001", tracking=GOOD, carrier="UPS")
    with pytest.raises(UnknownLocation):
        ship_order(desk.shop, "site/1001", tracking=GOOD, carrier="UPS", location="Mars")
    with pytest.raises(UsageError, match="`soon`: not a time"):
        ship_order(desk.shop, "site/1001", tracking=GOOD, carrier="UPS", at="soon")


def test_rows_of_a_file_are_new_or_known(desk: Desk) -> None:
    """`ship_rows` counts what changed something; the same rows again are neither counted nor rejected."""
    desk.order("1001", {"MUG": 2})
    desk.picking("1001", "NJ", "MUG", 2)
    frame = pl.DataFrame([{"row": 2, "order_ref": "1001", "tracking": GOOD, "carrier": "UPS"}], schema=TRACKING)
    with desk.write() as batch:
        first = ship_rows(batch, desk.shop.config, frame, None, None)
        second = ship_rows(batch, desk.shop.config, frame, None, None)

    assert [(1, 0, ()), (0, 0, ())] == [(a, r.height, n) for a, r, n in (first, second)]


def test_a_kit_leaves_from_the_places_where_its_components_lie(desk: Desk, load: Callable[..., Shipments]) -> None:
    """Rows that name the kit and the place ship what lies there; the kit line is shipped with its last component."""
    desk.kit("SET", MUG=1, LID=2)
    desk.order("1001", {"SET": 2})
    desk.picking("1001", "NJ", "MUG", 2)
    desk.picking("1001", "CA", "LID", 4)
    one = {"order_ref": "1001", "tracking": "1Z999AA10123456784", "sku": "SET", "quantity": 1, "location": "CA"}
    two = one | {"tracking": "1Z999AA10123456785", "location": "NJ", "quantity": 2}

    done = load(one)

    assert (1, []) == (done.shipped, complaints(done))
    assert ((8, 2), (10, 2)) == (desk.stock("LID", "CA"), desk.stock("MUG", "NJ"))
    assert [(0,)] == desk.rows("SELECT shipped FROM lines")

    done = load(one, two)

    assert (1, 1, []) == (done.shipped, done.unchanged, complaints(done))
    assert [(1,)] == desk.rows("SELECT shipped FROM lines")

    done = load(one | {"tracking": "1Z999AA10123456786"}, one, two)

    assert (1, 2, []) == (done.shipped, done.unchanged, complaints(done))
    assert [(2,)] == desk.rows("SELECT shipped FROM lines")
    assert "shipped" == desk.status("1001")
    assert ((6, 0), (8, 0)) == (desk.stock("LID", "CA"), desk.stock("MUG", "NJ"))


def test_an_old_file_does_not_bring_an_old_number_back(desk: Desk, load: Callable[..., Shipments]) -> None:
    """A number that was corrected since is known, and told, when its file comes again."""
    desk.order("1001", {"MUG": 2})
    desk.picking("1001", "NJ", "MUG", 2)
    old = {"order_ref": "1001", "tracking": "1Z999AA10123456785"}
    load(old)
    ship_order(desk.shop, "1001", tracking=GOOD, carrier="UPS")

    done = load(old)

    assert (0, 0, 1) == (done.shipped, done.corrected, done.unchanged)
    assert "`1Z999AA10123456785` of `1001` was corrected since: the new number stays" in done.notes
    assert [(GOOD,)] == desk.rows("SELECT tracking FROM parcels")

    back = ship_order(desk.shop, "1001", tracking="1Z999AA10123456785", carrier="UPS", replaces=GOOD)

    assert 1 == back.parcels
    assert [("1Z999AA10123456785",)] == desk.rows("SELECT tracking FROM parcels")


def test_a_corrected_number_of_one_of_two_parcels_names_its_place(desk: Desk, load: Callable[..., Shipments]) -> None:
    """Where one parcel left from each place, the place says which one the new number is of."""
    desk.order("1001", {"MUG": 2, "LID": 1})
    desk.picking("1001", "NJ", "MUG", 2)
    desk.picking("1001", "CA", "LID", 1)
    nj = {"order_ref": "1001", "tracking": "1Z999AA10123456784", "location": "NJ"}
    ca = {"order_ref": "1001", "tracking": "1Z999AA10123456785", "location": "CA"}
    load(nj, ca)

    done = load(nj, ca | {"tracking": "1Z999AA10123456786"})

    assert (0, 1, 1, []) == (done.shipped, done.corrected, done.unchanged, complaints(done))
    assert [("CA", "1Z999AA10123456786"), ("NJ", "1Z999AA10123456784")] == desk.rows(
        "SELECT location, tracking FROM parcels ORDER BY location"
    )

    done = load(ca | {"tracking": "1Z999AA10123456787"}, ca | {"tracking": "1Z999AA10123456788"})

    assert 2 == len(complaints(done))
