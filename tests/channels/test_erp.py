"""Exports of 店小秘, 马帮 and their like: orders of many shops in one file."""

import pytest

from oms.channels import recognise
from oms.channels.base import Context, Reading, read_file
from oms.sheets.read import peek

from .own_desk import CONFIG, LIMITS, NOW, SAMPLES, complaints, read

ERP = SAMPLES / "erp"


def test_dianxiaomi_says_who_gets_what():
    """The marketplace's own number, the order's amounts once, the address in its parts."""
    reading = read(ERP / "orders_clean.csv")
    order = reading.orders.row(0, named=True)

    assert ("erp-orders", 9, 0, 8, False) == (
        reading.format, reading.rows, reading.rows_rejected, reading.orders.height, reading.whole_orders
    )  # fmt: skip
    assert {
        "order_ref": "111-7000001-0000001", "placed_at": "2026-11-18T14:00:00Z", "total": 3000, "currency": "USD",
        "service": "Standard", "name": "Ada Boon", "address1": "1 Mill Lane", "city": "Hoboken", "region": "NJ",
        "postcode": "07030", "country": "US", "phone": "2015550101",
    }.items() <= order.items()  # fmt: skip
    assert [("MUG-BLU", 2, 1000), ("TEA-SEN", 1, 1000)] == reading.lines.head(2).select(
        "listing_sku", "quantity", "unit_price"
    ).rows()


def test_statuses():
    """Refunded before it left is cancelled, after it left is shipped."""
    reading = read(ERP / "orders_clean.csv")

    assert [
        ("paid", False, False, False), ("cod", False, False, False), ("unpaid", False, False, False),
        ("paid", False, False, False), ("paid", True, False, False), ("paid", False, False, False),
        ("paid", False, True, False), ("paid", False, False, True),
    ] == reading.orders.select("payment", "cancelled", "on_hold", "delivered").rows()  # fmt: skip
    assert [0, 0, 0, 0, 1, 0, 1, 0, 1] == reading.lines["shipped"].to_list()
    assert [None, None, None, "2026-11-19T01:00:00Z", None, "2026-11-18T01:00:00Z", None, "2026-11-11T01:00:00Z"] == (
        reading.orders["fulfilled_at"].to_list()
    )


def test_mabang_in_gbk_with_bad_rows():
    """Each by name; good orders stay, two equal rows are two lines."""
    reading = read(ERP / "orders_hostile.csv")

    assert [
        (5, "商品数量", "not a whole number of 0 or more"),
        (6, "订单状态", "a word this column is not known to have"),
        (8, "商品数量", "nothing was ordered: quantity 0 on an open line"),
        (9, "订单编号", "a spreadsheet has changed this identifier"),
        (10, "商品名称", "neither a sku nor a title"),
        (11, "订单编号", "no order number in this row"),
        (12, "下单时间", "not a date and time"),
        (13, "商品单价", "not an amount of money of 0 or more"),
        (16, "币种", "rows of one order number say different things"),
        (17, "币种", "rows of one order number say different things"),
    ] == complaints(reading)
    assert ["MB-1001", "MB-1002", "MB-1005", "MB-1010"] == reading.orders["order_ref"].to_list()
    assert ["0012#1", "TEA-SEN#1", "TEA-SEN#1", "TEA-SEN#1", "TEA-SEN#1", "TEA-SEN#2"] == reading.lines["line_key"].to_list()
    assert ["陈一测", "US"] == [reading.orders["name"][0], reading.orders["country"][0]]


@pytest.fixture
def taken_by():
    """Read the hostile file as the orders of a channel called `name`."""

    def make(name: str) -> Reading:
        channel = CONFIG.channel("web").model_copy(update={"name": name})
        seen = peek(ERP / "orders_hostile.csv", LIMITS)
        return read_file(recognise(seen), seen, LIMITS, Context(channel, "Asia/Shanghai", "USD", CONFIG, None, NOW))

    return make


def test_several_shops_are_said(taken_by):
    """All are taken as one channel's, and the report names them."""
    notes = taken_by("amazon-us").notes

    assert any("orders of 2 shops" in note and "`shop-a`, `shop-b`" in note for note in notes)


def test_a_channel_called_like_a_shop_takes_its_rows_only(taken_by):
    """The others are ignored and counted, good or bad."""
    reading = taken_by("Shop-B")

    assert {"of another shop": 15} == reading.ignored
    assert ["MB-1002"] == reading.orders["order_ref"].to_list()
    assert ["2026-11-18T01:00:00Z"] == reading.orders["placed_at"].to_list()
    assert () == tuple(note for note in reading.notes if "shops" in note)


def test_any_channel_may_have_them(oms):
    """`--channel` says whose they are, whatever its kind."""
    (oms.root / "erp.csv").write_bytes((ERP / "orders_clean.csv").read_bytes())
    found = oms.ok("import", "erp.csv", "--channel", "amazon-us")["files"][0]

    assert ("amazon-us", "erp-orders", 8) == (found["channel"], found["format"], found["new"])


def test_our_own_chinese_orders_are_no_erp():
    """Without a heading that only an ERP has, it is the seller's own file."""
    assert "oms-orders" == read(SAMPLES / "own" / "orders_zh.csv").format
