"""Temu's export in both languages: what is still to ship, who may not be shipped to yet."""

from pathlib import Path

import pytest

from oms.channels.base import Reading

from .reading import DATA, read, rows

TEMU = DATA / "temu"
LINE = {
    "订单号": "PO-1", "站点": "加拿大站", "订单状态": "待发货", "子订单号": "SUB-1", "应履约件数": "2", "商品名称": "杯",
    "SKUID": "17592186000001", "SKU货号": "MUG", "订单创建时间": "2026-11-18 09:00:00",
    "要求最晚发货时间": "2026-11-20 09:00:00",
}  # fmt: skip
ITEM = {
    "Order ID": "PO-1", "Order Status": "Un-shipped", "Order Item ID": "S1", "Order Item Status": "Un-shipped",
    "Contribution SKU": "MUG", "Quantity Purchased": "3", "Quantity Shipped": "0", "Quantity To Ship": "3",
    "Purchase Date": "2026-11-18 09:00:00",
}  # fmt: skip


@pytest.fixture
def export(tmp_path):
    """Read an export of `base` rows with changes; a change to None takes the column away."""

    def make(base: dict[str, str], *changes: dict[str, str | None]) -> Reading:
        lines = [base | change for change in changes or ({},)]
        names = [name for name, value in lines[0].items() if value is not None]
        path = tmp_path / "export.csv"
        text = [",".join(names), *(",".join(str(line[name]) for name in names) for line in lines)]
        path.write_text("\n".join(text) + "\n", encoding="utf-8")
        return read(path)

    return make


def test_chinese_export_is_read_whole():
    """Thirty-three columns: orders of several lines, each status, the site's country by its Chinese name."""
    reading = read(TEMU / "orders_zh_clean.csv")

    assert ("temu-orders", 6, 0, {}, ()) == (
        reading.format, reading.rows, reading.rows_rejected, reading.ignored, reading.notes
    )  # fmt: skip
    assert not reading.whole_orders
    assert [
        ("paid", False, False, False), ("unknown", True, False, False), ("paid", False, False, False),
        ("paid", False, True, False), ("unknown", False, False, True),
    ] == rows(reading.orders, "payment", "on_hold", "delivered", "cancelled")  # fmt: skip
    assert [
        ("SUB-037-0001-1", "LAMP-RATTAN", 2, 0), ("SUB-037-0001-2", "0986435621", 1, 0),
        ("SUB-037-0002-1", "17592186000002", 1, 0), ("SUB-037-0003-1", "TOWEL", 3, 3),
        ("SUB-037-0004-1", "TOWEL", 1, 1), ("SUB-037-0005-1", "0986435621", 0, 0),
    ] == rows(reading.lines, "line_ref", "listing_sku", "quantity", "shipped")  # fmt: skip
    assert {"CA"} == set(reading.orders["country"])


def test_two_dashes_are_an_empty_cell():
    """In every column."""
    reading = read(TEMU / "orders_zh_clean.csv")

    assert {None} == set(reading.orders["address2"])
    assert {None, "原色 / 大", "蓝"} == set(reading.lines["variant"])


def test_what_must_leave_first_says_when(export):
    """The earliest of the lines that are still to leave."""
    reading = export(
        LINE,
        {},
        {"子订单号": "SUB-2", "要求最晚发货时间": "2026-11-19 09:00:00"},
        {"子订单号": "SUB-3", "订单状态": "已取消", "应履约件数": "0", "要求最晚发货时间": "2026-11-18 09:00:00"},
    )

    assert ["2026-11-19T14:00:00Z"] == reading.orders["ship_by"].to_list()


def test_english_export_counts_what_was_cut():
    """Three bought, one left, one to ship: the third was cancelled."""
    reading = read(TEMU / "orders_en_clean.csv")

    assert [
        (3, 1, 1, 420), (1, 1, 0, 200), (2, 0, 2, 420), (1, 0, 1, 420), (2, 2, 0, 200), (1, 0, 0, 200), (1, 0, 0, 200),
    ] == rows(reading.lines, "quantity", "cancelled", "shipped", "unit_price")  # fmt: skip
    assert {("97205", None)} == set(rows(reading.orders, "postcode", "total"))


def test_a_name_in_two_parts_and_a_time_with_its_zone():
    """As the English seller centre writes them."""
    order = read(TEMU / "orders_en_clean.csv").orders.row(4, named=True)

    assert ("Rowan Ashdown", "2026-11-18T15:13:00Z") == (order["name"], order["placed_at"])


@pytest.mark.parametrize("word", ["Being considered", "部分发货", "--", ""])
def test_a_status_nobody_knows_holds_the_order(export, word):
    """Better late than shipped too early; the note names the word."""
    reading = export(LINE, {"订单状态": word})

    assert [(True, "unknown")] == rows(reading.orders, "on_hold", "payment")
    assert [word in note for note in reading.notes] == ([True] if word.strip("-") else [])


def test_without_a_status_nothing_is_shipped(export):
    """The column group may be switched off; the platform may still be at work."""
    reading = export(LINE, {"订单状态": None})

    assert [True] == reading.orders["on_hold"].to_list()
    assert ("no column says where the orders stand: they are on hold, export them again with the status",) == reading.notes


def test_platform_processing_is_on_hold(export):
    """One line of it is enough."""
    reading = export(LINE, {}, {"子订单号": "SUB-2", "订单状态": "平台处理中"})

    assert [True] == reading.orders["on_hold"].to_list()


def test_unpaid_is_unpaid(export):
    """It waits for its money."""
    assert ["unpaid"] == export(LINE, {"订单状态": "待支付"}).orders["payment"].to_list()


def test_shipped_and_no_longer_counted_is_left_out(export):
    """A shipped line with nothing left to ship does not say how many it was: it must not look like a cancel."""
    reading = export(LINE, {"订单状态": "已发货", "应履约件数": "0"})

    assert {"left already: the file no longer says how many": 1} == reading.ignored
    assert (0, 0) == (reading.orders.height, reading.rows_rejected)


def test_more_than_was_bought_is_refused(export):
    """Counters that do not hold."""
    reading = export(ITEM, {"Quantity Shipped": "2", "Quantity To Ship": "2"})

    assert ["more shipped and to ship than was purchased"] == reading.rejected["what"].to_list()


def test_narrow_english_export_is_temus_and_not_amazons(export):
    """Half of the headings are the same; upper and lower case do not matter."""
    assert ("temu-orders", 1) == (export(ITEM).format, export(ITEM).orders.height)


def test_a_site_is_a_country_where_it_is_one(export):
    """Without an address the site says where it goes."""
    sites = [{"订单号": f"PO-{n}", "站点": site} for n, site in enumerate(["美国站", "德国", "全球站", "--"])]

    assert ["US", "DE", None, None] == export(LINE, *sites).orders["country"].to_list()


def test_hostile_export():
    """A pasted double, a foreign status, mangled ids: each bad row named, the good orders stay."""
    reading = read(TEMU / "orders_zh_hostile.csv")

    assert {
        "the same line again, further down": 1, "left already: the file no longer says how many": 1,
    } == reading.ignored  # fmt: skip
    assert [6, 7, 8, 10, 11, 12] == reading.rejected_rows.to_list()
    assert [("SUB-1", 2), ("SUB-2", 1), ("SUB-10", 1)] == rows(reading.lines, "line_ref", "quantity")
    assert ("a status nobody knows: `备货审核`; these orders are on hold",) == reading.notes


@pytest.mark.parametrize(("name", "orders"), [("zh_semi_managed_33.csv", 1), ("en_header_only.csv", 0)])
def test_known_samples(samples: Path, name, orders):
    """Nothing is rejected; headings alone are an empty export of one reader."""
    reading = read(samples / "channels" / "temu" / name)

    assert ("temu-orders", 0, orders) == (reading.format, reading.rows_rejected, reading.orders.height)
