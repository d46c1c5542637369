"""Orders of TikTok Shop, Shopee and Lazada through the house: the platform has the address and makes the label."""

from pathlib import Path
from typing import Any

import pytest

from oms.flow.route import route_orders
from tests.conftest import Desk

CHANNELS = """
[[channels]]
name = "tt-my"
kind = "tiktok"
timezone = "Asia/Kuala_Lumpur"
currency = "MYR"
locations = ["NJ", "CA"]

[[channels]]
name = "shopee-my"
kind = "shopee"
timezone = "Asia/Kuala_Lumpur"
currency = "MYR"
locations = ["NJ", "CA"]

[[channels]]
name = "lazada-my"
kind = "lazada"
timezone = "Asia/Kuala_Lumpur"
currency = "MYR"
locations = ["NJ", "CA"]
"""
MASKED = {"Recipient": "S**** A**", "Phone #": "(+60)12*****34", "Country": "Malaysia", "State": "Selangor",
          "Zipcode": "4****", "Detail Address": "N* 1*, J****"}  # fmt: skip
TIKTOK = {"Order ID": "583812345678900001", "Order Status": "To ship", "Order Substatus": "Awaiting shipment",
          "SKU ID": "1729001", "Seller SKU": "MUG", "Product Name": "Mug", "Quantity": "2", "Order Amount": "40.00",
          "Created Time": "14/11/2025 09:10:11", "Paid Time": "14/11/2025 09:11:00", "Shipped Time": ""} | MASKED  # fmt: skip
SHOPEE = {"Order ID": "251114ABCDEF01", "Order Status": "To ship", "Order Creation Date": "2025-11-14 00:12",
          "SKU Reference No.": "TT-MUG", "Product Name": "Mug", "Deal Price": "20", "Quantity": "1", "Total Amount": "20",
          "Receiver Name": "M****b", "Phone Number": "******69", "Delivery Address": "15******", "Zip Code": "21100",
          "Country": "MY", "Province": "Terengganu", "Return / Refund Status": ""}  # fmt: skip
LAZADA = {"orderItemId": "2201", "sellerSku": "MUG", "createTime": "14 Nov 2025 11:46", "orderNumber": "22001",
          "itemName": "Mug", "unitPrice": "20.00", "status": "pending", "shippingName": "L**", "shippingCountry": "Malaysia",
          "shippingAddress": "1*"}  # fmt: skip


@pytest.fixture
def sea(desk: Desk) -> Desk:
    """The desk with three more accounts, five mugs in NJ, and Shopee's name for them."""
    config = desk.root / "oms.toml"
    text = config.read_text(encoding="utf-8")
    at = text.index("[routing]")
    config.write_text(text[:at] + CHANNELS + text[at:], encoding="utf-8")
    desk.stock("MUG", "NJ", 9)
    listing = "channel,listing_sku,sku\nshopee-my,TT-MUG,MUG\n"
    assert 0 == desk.import_text(listing, "listings.csv").exit_code
    return desk


def table(*rows: dict[str, Any]) -> str:
    headings = list(dict.fromkeys(name for row in rows for name in row))
    return "".join("\t".join(line) + "\n" for line in [headings, *([row.get(name, "") for name in headings] for row in rows)])


def statuses(desk: Desk) -> dict[str, str]:
    return dict(desk.rows("SELECT channel, status FROM orders ORDER BY channel"))


def test_masked_orders_with_the_platforms_label_are_routed(sea: Desk) -> None:
    """No hold for the mask, no freight to pay; the contact stays as the platform shows it."""
    for row, name in ((TIKTOK, "tiktok.tsv"), (SHOPEE, "shopee.tsv"), (LAZADA, "lazada.tsv")):
        report = sea.import_text(table(row), name)
        assert (0, 1) == (report.exit_code, report.files[0].new)
    before = statuses(sea)
    report = route_orders(sea.shop)

    assert dict.fromkeys(("lazada-my", "shopee-my", "tt-my"), "ready") == before
    assert dict.fromkeys(("lazada-my", "shopee-my", "tt-my"), "routed") == statuses(sea)
    assert [] == sea.rows("SELECT reason FROM holds")
    assert [("S**** A**", "4****")] == sea.rows(
        "SELECT name, postcode FROM contacts c JOIN orders o ON o.id = c.order_id WHERE channel = 'tt-my'"
    )
    assert 0 == report.json()["orders"]["waiting"]
    assert [("MUG", "NJ", 4)] == sea.rows("SELECT sku, location, reserved FROM stock WHERE location = 'NJ'")


def test_an_own_label_needs_the_address(sea: Desk) -> None:
    """The same order is held where the seller makes the label."""
    config = sea.root / "oms.toml"
    config.write_text(config.read_text("utf-8").replace('kind = "tiktok"', 'kind = "tiktok"\nlabel = "own"'), "utf-8")
    sea.import_text(table(TIKTOK), "tiktok.tsv")

    ((reason, detail),) = sea.rows("SELECT reason, detail FROM holds")

    assert "address" == reason
    assert "masked by the channel" in detail


def test_an_unknown_word_holds_until_a_known_one_comes(sea: Desk) -> None:
    """The order is there, held, and goes on with the next export."""
    report = sea.import_text(table(TIKTOK | {"Order Status": "Unterwegs"}), "a.tsv")
    first = sea.rows("SELECT reason FROM holds")
    sea.import_text(table(TIKTOK | {"Paid Time": "14/11/2025 09:12:00"}), "b.tsv")

    assert [("on_hold",)] == first
    assert any("Unterwegs" in note for note in report.files[0].notes)
    assert ({"tt-my": "ready"}, []) == (statuses(sea), sea.rows("SELECT reason FROM holds"))


def test_the_platform_shipped_it_itself(sea: Desk) -> None:
    """Reserved here, shipped there without our tracking: the stock leaves at the platform's time."""
    sea.import_text(table(TIKTOK), "a.tsv")
    route_orders(sea.shop)
    left = {"Order Status": "Shipped", "Order Substatus": "In transit", "Shipped Time": "19/11/2026 10:00:00"}
    sea.import_text(table(TIKTOK | left), "b.tsv")

    assert {"tt-my": "shipped"} == statuses(sea)
    assert [(7, 0)] == sea.rows("SELECT on_hand, reserved FROM stock WHERE location = 'NJ'")


def test_packing_list_and_export_tell_of_the_same_order(sea: Desk) -> None:
    """Whichever comes first: one order, one line."""
    info = "[1] Product Name:Mug; Price: RM 20; Quantity: 1; SKU Reference No.: TT-MUG; Parent SKU Reference No.: M; "
    sea.import_text(table({"order_sn": "251114ABCDEF01", "product_info": info, "tracking_number": "T"}), "packing.tsv")
    sea.import_text(table(SHOPEE), "orders.tsv")

    assert [("251114ABCDEF01", 1)] == sea.rows(
        "SELECT o.order_ref, sum(l.ordered) FROM orders o JOIN lines l ON l.order_id = o.id GROUP BY o.id"
    )


def test_the_same_export_again_changes_nothing(sea: Desk, tmp_path: Path) -> None:
    """Order, lines and stock stand as they did."""
    sea.import_text(table(TIKTOK, TIKTOK | {"Seller SKU": "CUP", "SKU ID": "1729002"}), "a.tsv")
    before = sea.dump()
    again = sea.import_text(table(TIKTOK | {"Seller SKU": "CUP", "SKU ID": "1729002"}, TIKTOK), "b.tsv")

    assert 1 == again.files[0].unchanged
    assert before["lines"] == sea.dump()["lines"]


def test_samples_are_imported(sea: Desk, samples: Path) -> None:
    """The order files of the samples, whole, in the one account each."""
    from oms.flow.importing import import_files
    from oms.flow.recognising import Wishes

    folder = samples / "channels"
    names = ("tiktok/id_orders.csv", "tiktok/us_orders_fixture.csv", "tiktok/tiktok_desc_row_dates.tsv",
             "tiktok/jc_tiktok_shop_orders.csv", "shopee/my_orderSalesReport.xlsx", "lazada/header_only.csv")  # fmt: skip
    report = import_files(sea.shop, [folder / name for name in names], Wishes())

    assert [None] * 6 == [file.error for file in report.files]
    assert [1, 3, 2, 5, 4, 0] == [file.new for file in report.files]
    assert [0, 1, 0, 0, 0, 0] == [file.rejected for file in report.files]
