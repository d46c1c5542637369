"""Lazada's order export: one row one unit."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from oms.channels.base import Reading

from .seller_desk import complaints, read, table

DATA = Path(__file__).parent.parent / "data" / "channels" / "lazada"
ROW = {"orderItemId": "220000000001", "sellerSku": "MUG", "createTime": "04 Jul 2026 11:46", "updateTime": "04 Jul 2026 12:00",
       "orderNumber": "2200001", "itemName": "Mug", "unitPrice": "20.00", "status": "pending"}  # fmt: skip


@pytest.fixture
def sold(tmp_path: Path) -> Callable[..., Reading]:
    """Read rows that differ from an ordinary one; each is another unit."""

    def reading(*rows: dict[str, Any], currency: str = "MYR") -> Reading:
        units = [ROW | {"orderItemId": f"2200000{at:05}"} | row for at, row in enumerate(rows)]
        return read(table(tmp_path / "orders.csv", units, ";"), "lazada", "Asia/Kuala_Lumpur", currency)

    return reading


def test_equal_rows_are_units_of_their_own():
    """Two mugs and a cancelled cup; what was cancelled is not in the order's money."""
    reading = read(DATA / "orders_clean.csv", "lazada", "Asia/Kuala_Lumpur", "MYR")
    first = reading.orders.row(0, named=True)

    assert ("lazada-orders", 7, 0) == (reading.format, reading.rows, reading.rows_rejected)
    assert [
        ("220704000010101", "MUG#1", 1, 0, 0, 2000, 200), ("220704000010102", "MUG#2", 1, 0, 0, 2000, 200),
        ("220704000010103", "CUP#1", 1, 1, 0, 1000, 0),
    ] == reading.lines.filter(order_no=0).select(
        "line_ref", "line_key", "quantity", "cancelled", "shipped", "unit_price", "discount"
    ).rows()  # fmt: skip
    assert {
        "placed_at": "2026-11-14T03:46:00Z", "ship_by": "2026-11-16T15:59:00Z", "payment": "paid", "cancelled": False,
        "subtotal": 4000, "discount": 400, "shipping": 490, "total": 4090, "city": "Klang", "address1": "1*，Lorong *",
        "address2": None, "country": "MY",
    }.items() <= first.items()  # fmt: skip
    assert "2026-11-14T04:00:00Z" == reading.as_of


@pytest.mark.parametrize(
    ("status", "counters", "order"),
    [
        ("unpaid", (1, 0, 0), ("unpaid", False, False)), ("pending", (1, 0, 0), ("paid", False, False)),
        ("topack", (1, 0, 0), ("paid", False, False)), ("packed", (1, 0, 0), ("paid", False, False)),
        ("ready_to_ship", (1, 0, 0), ("paid", False, False)), ("shipped", (1, 0, 1), ("paid", False, False)),
        ("delivered", (1, 0, 1), ("paid", False, True)), ("confirmed", (1, 0, 1), ("paid", False, True)),
        ("canceled", (1, 1, 0), ("unknown", True, False)), ("returned", (1, 0, 1), ("paid", False, False)),
        ("shipped_back", (1, 0, 1), ("paid", False, False)), ("shipped_back_success", (1, 0, 1), ("paid", False, False)),
        ("failed_delivery", (1, 0, 1), ("paid", False, False)), ("lost_by_3pl", (1, 0, 1), ("paid", False, False)),
        ("package_scrapped", (1, 0, 1), ("paid", False, False)),
    ],
)  # fmt: skip
def test_statuses(sold, status, counters, order):
    """What came back, or was lost, has left the shelf all the same."""
    reading = sold({"status": status})

    assert [counters] == reading.lines.select("quantity", "cancelled", "shipped").rows()
    assert [order] == reading.orders.select("payment", "cancelled", "delivered").rows()


def test_each_unit_has_its_own_status(sold):
    """One left, one is to ship, one never will."""
    reading = sold({"status": "shipped"}, {}, {"status": "canceled"})

    assert [(0, 1), (0, 0), (1, 0)] == reading.lines.select("cancelled", "shipped").rows()
    assert (False, False) == reading.orders.select("cancelled", "delivered").row(0)


def test_the_same_unit_again_is_the_same_unit(sold):
    """Two exports pasted together: the last row counts."""
    reading = sold({"orderItemId": "7"}, {"orderItemId": "7", "status": "shipped"})

    assert {"the same line again, further down": 1} == reading.ignored
    assert [("7", 1)] == reading.lines.select("line_ref", "shipped").rows()


def test_an_unknown_word_holds_and_bad_rows_are_named():
    """The rest of the file is read."""
    reading = read(DATA / "orders_hostile.csv", "lazada", "Asia/Kuala_Lumpur", "MYR")

    assert [
        (6, "orderItemId", "a spreadsheet has changed this identifier"),
        (7, "createTime", "not a date and time"),
        (9, "sellerSku", "neither sku nor product name"),
        (10, "unitPrice", "not an amount of money of 0 or more"),
        (13, "orderNumber", "no order number in this row"),
    ] == complaints(reading)
    assert ["220704000000205"] == reading.orders.filter("on_hold")["order_ref"].to_list()
    assert ["00017"] == reading.lines.filter(order_no=1)["listing_sku"].to_list()
    assert ["220704000020901"] == reading.lines.filter("external")["line_ref"].to_list()


def test_dong_and_rupiah(sold):
    """Whole in practice, whatever stands between the thousands."""
    assert [189000] == sold({"unitPrice": "189.000"}, currency="VND").lines["unit_price"].to_list()
    assert [18900000] == sold({"unitPrice": "189,000"}, currency="IDR").lines["unit_price"].to_list()


def test_header_of_the_sample(samples):
    """73 headings and no rows are no orders."""
    reading = read(samples / "channels" / "lazada" / "header_only.csv", "lazada", "Asia/Manila", "PHP")

    assert ("lazada-orders", 0, 0) == (reading.format, reading.rows, reading.orders.height)


def test_older_exports_write_their_headings_with_spaces(tmp_path):
    """`Order Item Id` for `orderItemId`, `Created at` for `createTime`: the same order."""
    older = {
        "Order Item Id": "220000000001", "Seller SKU": "MUG", "Created at": "2026-07-04 11:46:00", "Order Number": "2200001",
        "Item Name": "Mug", "Unit Price": "20.00", "Paid Price": "18.00", "Shipping Name": "Ann Lim", "Status": "pending",
    }  # fmt: skip
    reading = read(table(tmp_path / "orders.csv", [older], ";"), "lazada", "Asia/Kuala_Lumpur", "MYR")
    line, order = reading.lines.row(0, named=True), reading.orders.row(0, named=True)

    assert ("220000000001", "MUG", 2000, 200) == (line["line_ref"], line["listing_sku"], line["unit_price"], line["discount"])
    assert ("2200001", "2026-07-04T03:46:00Z", "Ann Lim") == (order["order_ref"], order["placed_at"], order["name"])
