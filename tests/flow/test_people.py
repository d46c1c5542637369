"""Holds, releases and cancels by a person, and mapping by hand."""

import pytest

from oms.errors import AmbiguousRef, Refused, UnknownOrder, UnknownSku
from oms.flow.mapping import check, set_listing, suggest
from oms.flow.verify import cancel, hold, release, verify
from tests.channel_files import shopify, unshipped
from tests.conftest import Desk

MUG = {"ref": "#1001", "id": "9001", "lines": [("MUG", 2)]}


@pytest.fixture
def shop(desk: Desk) -> Desk:
    desk.stock("MUG", "NJ", 10)
    desk.import_text(shopify(MUG))
    return desk


def test_a_person_holds_and_releases(shop: Desk) -> None:
    """Held with a reason in their words; released, it is ready again."""
    held = hold(shop.shop, "#1001", "buyer asked to wait")
    freed = release(shop.shop, "#1001")

    assert (held.status, held.holds) == ("held", [{"reason": "manual", "detail": "buyer asked to wait"}])
    assert (freed.status, freed.holds) == ("ready", [])


def test_a_released_risk_stays_released(shop: Desk) -> None:
    """The channel still says high risk; the person has looked."""
    shop.import_text(shopify({"ref": "#1002", "id": "9002", "lines": [("MUG", 1)], "Risk Level": "High"}), "b.csv")
    freed = release(shop.shop, "#1002", "risk")
    verify(shop.shop)

    assert freed.status == "ready"
    assert shop.rows("SELECT status FROM orders WHERE order_ref = '#1002'") == [("ready",)]


def test_what_nobody_knows_cannot_be_released(shop: Desk) -> None:
    """An unmapped line is mapped, not waved through."""
    shop.import_text(shopify({"ref": "#1002", "id": "9002", "lines": [("VASE", 1)]}), "b.csv")

    with pytest.raises(Refused, match="not mapped"):
        release(shop.shop, "#1002")
    with pytest.raises(Refused, match="is not held"):
        release(shop.shop, "#1001")


def test_cancel_before_picking_gives_everything_back(shop: Desk) -> None:
    """Nothing is reserved, nothing will leave."""
    shop.reserve("#1001", "NJ")
    report = cancel(shop.shop, "#1001")

    assert report.status == "cancelled"
    assert shop.rows("SELECT on_hand, reserved FROM stock") == [(10, 0)]


def test_cancel_at_the_bench_is_a_recall_until_it_was_stopped(shop: Desk) -> None:
    """First a recall, the counters stand; --stopped gives the picked units back."""
    shop.reserve("#1001", "NJ", picking=True)
    recalled = cancel(shop.shop, "#1001")
    reserved = shop.rows("SELECT reserved FROM stock")
    stopped = cancel(shop.shop, "#1001", stopped=True)

    assert (recalled.status, [h["reason"] for h in recalled.holds], reserved) == ("held", ["recall"], [(2,)])
    assert (stopped.status, stopped.holds) == ("cancelled", [])
    assert shop.rows("SELECT reserved FROM stock") == [(0,)]


def test_a_cancel_is_final_for_the_files_that_follow(shop: Desk) -> None:
    """The channel's next export does not wake what a person cancelled."""
    cancel(shop.shop, "#1001")
    shop.import_text(shopify(MUG | {"lines": [("MUG", 3)], "created": "2026-11-18 13:00:00 -0500"}), "later.csv")

    assert shop.rows("SELECT status FROM orders") == [("cancelled",)]


def test_a_ref_that_two_channels_share_is_spelled_out(shop: Desk) -> None:
    """`channel/REF` tells them apart; nobody's ref says so."""
    shop.import_text(unshipped({"order": "#1001", "item": "501", "sku": "MUG", "quantity": 1}), "u.txt")

    with pytest.raises(AmbiguousRef):
        hold(shop.shop, "#1001", "which?")
    with pytest.raises(UnknownOrder):
        hold(shop.shop, "#4711", "none")
    assert hold(shop.shop, "amazon-us/#1001", "this one").channel == "amazon-us"


def test_a_listing_mapped_by_hand_frees_its_orders(shop: Desk) -> None:
    """Two of the sku in one of the listing; the order goes on at once."""
    shop.import_text(shopify({"ref": "#1002", "id": "9002", "lines": [("MUG-2PK", 1)]}), "b.csv")
    report = set_listing(shop.shop, "site", "MUG-2PK", "MUG", 2)

    assert report.orders == 1
    assert shop.rows("SELECT status FROM orders WHERE order_ref = '#1002'") == [("ready",)]
    assert shop.rows("SELECT u.units FROM line_units u JOIN lines l ON l.id = u.line_id WHERE listing_sku = 'MUG-2PK'") == [
        (2,)
    ]


def test_mapping_makes_no_skus(shop: Desk) -> None:
    """A typo is refused with the nearest sku."""
    with pytest.raises(UnknownSku, match="did you mean `MUG`"):
        set_listing(shop.shop, "site", "MUG-2PK", "MUGG")


def test_suggestions_ignore_case_and_punctuation_and_are_only_suggested(shop: Desk) -> None:
    """`mug.` could be MUG; nothing is mapped by itself."""
    shop.import_text(shopify({"ref": "#1002", "id": "9002", "lines": [("mug.", 3), ("VASE", 1)]}), "b.csv")
    found = [(s["listing_sku"], s["sku"], s["open_units"]) for s in suggest(shop.shop).suggestions]

    assert found == [("mug.", "MUG", 3), ("VASE", None, 1)]
    assert [p["problem"] for p in check(shop.shop).problems] == ["unmapped", "unmapped"]
    assert shop.rows("SELECT count(*) FROM lines WHERE sku IS NULL") == [(2,)]


def test_an_order_keeps_what_its_kit_was(shop: Desk) -> None:
    """A kit that changes later changes no open line."""
    shop.import_text("kit_sku,sku,quantity\nSET,MUG,2\n", "kits.csv")
    shop.import_text(shopify({"ref": "#1002", "id": "9002", "lines": [("SET", 1)]}), "b.csv")
    shop.import_text("kit_sku,sku,quantity\nSET,MUG,3\n", "kits2.csv")
    verify(shop.shop)

    assert shop.rows("SELECT u.units FROM line_units u JOIN lines l ON l.id = u.line_id WHERE l.sku = 'SET'") == [(2,)]
