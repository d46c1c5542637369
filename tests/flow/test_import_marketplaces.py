"""Orders of eBay, Etsy and Temu from file to store: the same sale under two names, two files of one download."""

import csv
import io
from collections.abc import Callable

import pytest

from tests.conftest import Oms

CONFIG = """
[business]
currency = "USD"
timezone = "America/New_York"
[[locations]]
code = "NJ"
country = "US"
[[channels]]
name = "bay"
kind = "ebay"
[[channels]]
name = "craft"
kind = "etsy"
[[channels]]
name = "temu"
kind = "temu"
timezone = "Asia/Shanghai"
"""
SALE = {
    "Sales Record Number": "101", "Order Number": "", "Buyer Username": "noor_v", "Ship To Name": "", "Ship To Address 1": "",
    "Ship To City": "", "Ship To State": "", "Ship To Zip": "", "Ship To Country": "", "Item Number": "226000000001",
    "Item Title": "Mug", "Custom Label": "MUG", "Quantity": "1", "Sold For": "$10.00", "Total Price": "$10.00",
    "Sale Date": "Nov-17-26", "Paid On Date": "", "Shipped On Date": "", "Transaction ID": "2400000000001",
}  # fmt: skip
PAID = SALE | {
    "Order Number": "14-00001-00001", "Ship To Name": "Noor Valdez", "Ship To Address 1": "9 Quarry St",
    "Ship To City": "Salem", "Ship To State": "OR", "Ship To Zip": "97301", "Ship To Country": "United States",
    "Paid On Date": "Nov-18-26",
}  # fmt: skip
ITEM = {
    "Sale Date": "11/16/26", "Item Name": "Mug", "Quantity": "2", "Price": "10.00", "Order Shipping": "4.00",
    "Item Total": "20.00", "Currency": "USD", "Transaction ID": "41000001", "Listing ID": "15000001",
    "Date Paid": "11/16/26", "Order ID": "3100000001",
}  # fmt: skip
SOLD = {
    "Sale Date": "11/16/26",
    "Order ID": "3100000001",
    "Number of Items": "2",
    "Order Value": "20.00",
    "Order Total": "24.00",
}
SUB = {
    "订单号": "PO-1", "订单状态": "待发货", "子订单号": "SUB-1", "应履约件数": "2", "SKUID": "1", "SKU货号": "MUG",
    "订单创建时间": "2026-11-18 09:00:00", "实际发货时间": "--",
}  # fmt: skip


def table(*rows: dict[str, str]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


@pytest.fixture
def shop(workspace: Callable[[str], Oms]) -> Oms:
    return workspace(CONFIG)


def orders(shop: Oms) -> list[tuple[str, str]]:
    return [(order["order_ref"], order["status"]) for order in shop.ok("orders")["orders"]]


def test_an_unpaid_sale_is_the_same_order_when_it_is_paid(shop: Oms) -> None:
    """It goes by its record number until eBay gives it an order number."""
    shop.write("unpaid.csv", table(SALE))
    shop.write("paid.csv", table(PAID))
    first = shop.ok("import", "unpaid.csv")["files"][0]
    before = orders(shop)
    second = shop.ok("import", "paid.csv")["files"][0]

    assert (first["new"], second["new"], second["updated"]) == (1, 0, 1)
    assert before == [("101", "unpaid")]
    assert orders(shop) == [("14-00001-00001", "held")]  # its listing is not mapped yet


def test_sold_orders_are_left_out_beside_their_items(shop: Oms) -> None:
    """Both files of a download in one command; by itself the one without items is refused."""
    shop.write("EtsySoldOrderItems2026-11.csv", table(ITEM))
    shop.write("EtsySoldOrders2026-11.csv", table(SOLD))
    alone = shop("import", "EtsySoldOrders2026-11.csv")
    both = shop.ok("import", "EtsySoldOrders2026-11.csv", "EtsySoldOrderItems2026-11.csv")["files"]

    assert alone.exit_code == 1
    assert "EtsySoldOrderItems" in alone.stderr
    assert [(file["format"], file["new"], sum(file["ignored"].values())) for file in both] == [
        ("etsy-orders", 0, 1), ("etsy-order-items", 1, 0),
    ]  # fmt: skip


def test_temu_counts_down_what_is_still_to_ship(shop: Oms) -> None:
    """One of two was cancelled; then the other left; then the file no longer says how many: nothing is recalled."""
    later = SUB | {"应履约件数": "1"}
    shop.write("a.csv", table(SUB))
    shop.write("b.csv", table(later))
    shop.write("c.csv", table(later | {"订单状态": "已发货", "实际发货时间": "2026-11-18 18:00:00"}))
    shop.write("d.csv", table(later | {"订单状态": "已发货", "应履约件数": "0", "实际发货时间": "2026-11-18 18:00:00"}))
    for name in "abcd":
        shop.ok("import", f"{name}.csv")
    line = shop.ok("show", "PO-1")["lines"][0]

    assert (line["quantity"], line["cancelled"], line["shipped"]) == (2, 1, 1)
    assert orders(shop) == [("PO-1", "shipped")]
