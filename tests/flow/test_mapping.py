"""Listings, multipacks, kits with shared parts, and the file of suggestions that comes back."""

import os

import pytest

from oms.errors import Refused
from oms.flow.importing import import_files
from oms.flow.mapping import check, set_listing, suggest
from oms.flow.recognising import Wishes
from oms.flow.route import route_orders
from tests.channel_files import shopify
from tests.conftest import Desk

PRODUCTS = 'sku,title,weight_g\nMUG-RED,"Stoneware mug, red",300\nMUG-BLUE,"Stoneware mug, blue",300\nTEA,Earl Grey tea,100\n'


RATES = "location,carrier,service,country,weight_from_g,weight_to_g,price,currency\nNJ,UPS,*,*,0,30000,5.00,USD\n"


def goods(desk: Desk) -> None:
    desk.import_text(RATES, "rates.csv")
    desk.import_text(PRODUCTS, "products.csv")
    for sku, on_hand in (("MUG-RED", 6), ("MUG-BLUE", 6), ("TEA", 3)):
        desk.stock(sku, "NJ", on_hand)


def drawn(desk: Desk) -> list[tuple[str, str, int]]:
    return desk.rows(
        "SELECT o.order_ref, u.sku, u.units FROM line_units u JOIN lines l ON l.id = u.line_id "
        "JOIN orders o ON o.id = l.order_id ORDER BY 1, 2"
    )


def test_a_multipack_draws_as_many_as_it_holds(desk: Desk) -> None:
    """Three packs of two red mugs are six mugs."""
    goods(desk)
    desk.import_text(shopify({"ref": "#1", "id": "1", "lines": [("MUG-RED-2PK", 3)]}))
    (pack,) = suggest(desk.shop).suggestions
    set_listing(desk.shop, "site", pack["listing_sku"], pack["sku"], pack["quantity"])
    route_orders(desk.shop)

    assert ("MUG-RED", 2, "likely") == (pack["sku"], pack["quantity"], pack["sure"])
    assert [("#1", "MUG-RED", 2)] == drawn(desk)
    assert [(6,)] == desk.rows("SELECT reserved FROM stock WHERE sku = 'MUG-RED'")


def test_kits_that_share_a_part_never_promise_it_twice(desk: Desk) -> None:
    """Two sets both need tea, of which there are three: the tea is counted once, over both."""
    goods(desk)
    desk.import_text("kit_sku,sku,quantity\nSET-R,MUG-RED,1\nSET-R,TEA,1\nSET-B,MUG-BLUE,1\nSET-B,TEA,2\n", "kits.csv")
    desk.import_text(
        shopify({"ref": "#1", "id": "1", "lines": [("SET-R", 2)]}, {"ref": "#2", "id": "2", "lines": [("SET-B", 1)]})
    )
    route_orders(desk.shop)

    assert [("#1", "MUG-RED", 1), ("#1", "TEA", 1), ("#2", "MUG-BLUE", 1), ("#2", "TEA", 2)] == drawn(desk)
    assert desk.rows("SELECT sum(reserved) <= 3 FROM stock WHERE sku = 'TEA'") == [(1,)]


def test_a_line_without_a_sku_goes_by_its_title(desk: Desk) -> None:
    """Shopify exports with an empty Lineitem sku: the title is the listing, and is suggested by its likeness."""
    goods(desk)
    desk.import_text(shopify({"ref": "#1", "id": "1", "lines": [("", 1)]}).replace(" title", "Stoneware Mug - Blue"))
    (listing,) = suggest(desk.shop).suggestions
    set_listing(desk.shop, "site", listing["listing_sku"], listing["sku"], listing["quantity"])

    assert ("Stoneware Mug - Blue", "MUG-BLUE", "likely") == (listing["listing_sku"], listing["sku"], listing["sure"])
    assert [("#1", "MUG-BLUE", 1)] == drawn(desk)
    assert [("ready",)] == desk.rows("SELECT status FROM orders")


def test_the_variant_tells_which_one_it_is(desk: Desk) -> None:
    """The title says `Stoneware mug`, the variant beside it which."""
    goods(desk)
    desk.import_text(
        "order_ref,placed_at,listing_sku,title,variant,quantity,country\nW1,2026-11-10 10:00:00,L-1,Stoneware mug,Blue,1,US\n",
        channel="web",
    )
    (listing,) = suggest(desk.shop).suggestions

    assert ("Stoneware mug / Blue", "MUG-BLUE") == (listing["title"], listing["sku"])


@pytest.mark.parametrize("name", ["listings.csv", "listings.xlsx"])
def test_suggestions_come_back_as_a_listings_file(desk: Desk, name: str) -> None:
    """Written, looked at, imported: what has a sku is mapped, what has none is named."""
    goods(desk)
    desk.import_text(
        shopify({"ref": "#1", "id": "1", "lines": [("mug_red", 1)]}, {"ref": "#2", "id": "2", "lines": [("HOSE", 1)]})
    )
    path = desk.root / name
    suggest(desk.shop, output=path)
    os.utime(path, (1763500000, 1763500000))
    report = import_files(desk.shop, [path], Wishes())

    assert (1, 1) == (report.files[0].updated, report.files[0].rows_rejected)
    assert [("#1", "ready"), ("#2", "held")] == desk.rows("SELECT order_ref, status FROM orders ORDER BY 1")
    with pytest.raises(Refused, match="exists already"):
        suggest(desk.shop, output=path)


def test_a_dry_run_writes_no_file(desk: Desk) -> None:
    """Nothing on disk, the suggestions all the same."""
    goods(desk)
    desk.import_text(shopify({"ref": "#1", "id": "1", "lines": [("mug_red", 1)]}))

    assert 1 == len(suggest(desk.shop, output=desk.root / "listings.csv", dry_run=True).suggestions)
    assert not (desk.root / "listings.csv").exists()


def test_case_is_never_forgiven_in_mapping_itself(desk: Desk) -> None:
    """`mug-red` is suggested, and stays held until somebody says so."""
    goods(desk)
    desk.import_text(shopify({"ref": "#1", "id": "1", "lines": [("mug-red", 1)]}))

    assert [("held",)] == desk.rows("SELECT status FROM orders")


def test_the_check_names_what_is_wrong(desk: Desk) -> None:
    """One listing on two skus, a dead one, a kit of nothing."""
    goods(desk)
    desk.import_text("sku,title\nNEW,New thing\n", "more.csv")
    desk.import_text(
        "channel,listing_sku,sku\nsite,m-1,MUG-RED\nsite,M 1,MUG-BLUE\nsite,N-1,NEW\nsite,G-1,GONE\n", "listings.csv"
    )
    desk.import_text("kit_sku,sku,quantity\nSET,TEA,1\nSET,NOTHING,1\n", "kits.csv")
    found = [(problem["problem"], problem["listing_sku"] or problem["sku"]) for problem in check(desk.shop).problems]

    assert [
        ("kit of a missing part", "SET"), ("no such sku", "G-1"), ("one listing, two skus", "M 1"),
        ("one listing, two skus", "m-1"), ("never stocked", "N-1"),
    ] == found  # fmt: skip


def test_a_mapping_in_order_says_so(desk: Desk) -> None:
    """Nothing wrong, nothing said."""
    goods(desk)

    assert {"ok": True, "problems": []} == check(desk.shop).json()
