"""Shopee's order export and packing list, in the languages of its markets."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from oms.channels.base import Reading
from oms.errors import UnreadableFile

from .seller_desk import complaints, read, table

DATA = Path(__file__).parent.parent / "data" / "channels" / "shopee"
ROW = {"Order ID": "261114ABCDEF01", "Order Status": "To ship", "Order Creation Date": "2026-11-14 00:12",
       "SKU Reference No.": "MUG-B", "Product Name": "Mug", "Deal Price": "40", "Quantity": "1"}  # fmt: skip


@pytest.fixture
def sold(tmp_path: Path) -> Callable[..., Reading]:
    """Read rows that differ from an ordinary one."""

    def reading(*rows: dict[str, Any], ordinary: dict[str, Any] = ROW, **account: Any) -> Reading:
        return read(table(tmp_path / "orders.tsv", [ordinary | row for row in rows]), "shopee", **account)

    return reading


def test_an_order_is_its_lines_and_its_money_once():
    """Numbers as text, blanks of both kinds, floats that a spreadsheet made; the unit's price is the deal price."""
    reading = read(DATA / "orders_clean.csv", "shopee", "Asia/Kuala_Lumpur", "MYR")
    first = reading.orders.row(0, named=True)

    assert ("shopee-orders", 7, 0, {}) == (reading.format, reading.rows, reading.rows_rejected, reading.ignored)
    assert {
        "order_ref": "261114ABCDEF01", "placed_at": "2026-11-13T16:12:00Z", "ship_by": "2026-11-16T15:59:00Z",
        "payment": "paid", "currency": "MYR", "subtotal": 8000, "shipping": 490, "total": 8490, "discount": None,
        "name": "M******b", "city": "Kuala Terengganu", "country": "MY", "no_address": False,
    }.items() <= first.items()  # fmt: skip
    assert [("MUG-B#1", "MUG-B", 2, 4000), ("123#1", "123", 1, 0)] == (
        reading.lines.filter(order_no=0).select("line_key", "listing_sku", "quantity", "unit_price").rows()
    )
    assert 298 == reading.lines["unit_price"][-1]
    assert reading.lines["line_ref"].null_count() == reading.lines.height
    assert "2026-11-15T08:28:00Z" == reading.as_of


def test_completed_with_a_return_is_shipped():
    """Request Approved, one returned: the goods left, and come back by another file."""
    reading = read(DATA / "orders_clean.csv", "shopee", "Asia/Kuala_Lumpur", "MYR")

    assert [(1, 0, 1)] == reading.lines.filter(order_no=1).select("quantity", "cancelled", "shipped").rows()
    assert "1 orders speak of returns or refunds: they stay shipped, and no stock comes back by this file" in reading.notes


def test_a_cancelled_order_may_have_no_times():
    """Never paid, never created: it takes the only time there is."""
    order = read(DATA / "orders_clean.csv", "shopee", "Asia/Kuala_Lumpur", "MYR").orders.row(2, named=True)

    assert {"cancelled": True, "placed_at": "2026-11-12T16:14:00Z", "payment": "unknown"}.items() <= order.items()


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("Unpaid", ("unpaid", False, False, 0)), ("To ship", ("paid", False, False, 0)),
        ("Shipping", ("paid", False, False, 1)), ("Delivered", ("paid", False, True, 1)),
        ("Order Received, but buyer can still ask for a refund until 2026-11-30", ("paid", False, True, 1)),
        ("Completed", ("paid", False, True, 1)), ("Cancelled", ("unknown", True, False, 0)),
        ("Perlu Dikirim", ("paid", False, False, 0)), ("Sedang Dikirim", ("paid", False, False, 1)),
        ("Selesai", ("paid", False, True, 1)), ("Batal", ("unknown", True, False, 0)),
        ("ที่ต้องจัดส่ง", ("paid", False, False, 0)), ("สำเร็จแล้ว", ("paid", False, True, 1)),
        ("Chờ lấy hàng", ("paid", False, False, 0)), ("Đã hủy", ("unknown", True, False, 0)),
        ("待出貨", ("paid", False, False, 0)), ("運送中", ("paid", False, False, 1)), ("不成立", ("unknown", True, False, 0)),
        ("A Enviar", ("paid", False, False, 0)), ("Não pago", ("unpaid", False, False, 0)),
        ("O comprador pode pedir uma devolução até 2026-12-01", ("paid", False, True, 1)),
    ],
)  # fmt: skip
def test_words_of_the_markets(sold, status, expected):
    """A status may be a sentence with a date in it."""
    reading = sold({"Order Status": status})

    assert [expected] == reading.orders.with_columns(reading.lines["shipped"]).select(
        "payment", "cancelled", "delivered", "shipped"
    ).rows()
    assert [False] == reading.orders["on_hold"].to_list()


MARKETS = {
    "id": ("No. Pesanan", "Status Pesanan", "Waktu Pesanan Dibuat", "Nomor Referensi SKU", "SKU Induk", "Nama Produk",
           "Nama Variasi", "Harga Setelah Diskon", "Jumlah", "Total Pembayaran", "Nama Penerima"),
    "th": ("หมายเลขคำสั่งซื้อ", "สถานะการสั่งซื้อ", "วันที่ทำการสั่งซื้อ", "เลขอ้างอิง SKU (SKU Reference No.)",
           "เลขอ้างอิง Parent SKU", "ชื่อสินค้า", "ชื่อตัวเลือก", "ราคาขาย", "จำนวน", "จำนวนเงินทั้งหมด", "ชื่อผู้รับ"),
    "vn": ("Mã đơn hàng", "Trạng Thái Đơn Hàng", "Ngày đặt hàng", "SKU phân loại hàng", "SKU sản phẩm", "Tên sản phẩm",
           "Tên phân loại hàng", "Giá ưu đãi", "Số lượng", "Tổng giá trị đơn hàng (VND)", "Tên Người nhận"),
    "tw": ("訂單編號", "訂單狀態", "訂單成立日期", "商品選項貨號 (品)", "主商品貨號 (品)", "商品名稱 (品)", "商品選項名稱 (品)",
           "商品活動價格 (品)", "數量", "買家總支付金額 (單)", "收件者姓名 (單)"),
    "br": ("ID do pedido", "Status do pedido", "Data de criação do pedido", "Número de referência SKU",
           "Nº de referência do SKU principal", "Nome do Produto", "Nome da variação", "Preço acordado", "Quantidade",
           "Valor Total", "Nome do destinatário"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("market", "status", "zone", "currency", "price", "minor"),
    [
        ("id", "Perlu Dikirim", "Asia/Jakarta", "IDR", "Rp 62.900", 6290000),
        ("th", "ที่ต้องจัดส่ง", "Asia/Bangkok", "THB", "62.90", 6290), ("vn", "Chờ lấy hàng", "Asia/Ho_Chi_Minh", "VND",
        "62.900 ₫", 62900), ("tw", "待出貨", "Asia/Taipei", "TWD", "1,390", 139000), ("br", "A Enviar", "America/Sao_Paulo",
        "BRL", "R$ 62,90", 6290),
    ],
)  # fmt: skip
def test_headings_of_the_markets(sold, market, status, zone, currency, price, minor):
    """The same order in each language, its time in each zone."""
    cells = ("261114ABCDEF01", status, "2026-11-14 09:30", "MUG-B", "MUG", "Mug", "Blue", price, "2", price, "A**")
    reading = sold(dict(zip(MARKETS[market], cells, strict=True)), ordinary={}, timezone=zone, currency=currency)
    hours = {"id": "02", "th": "02", "vn": "02", "tw": "01", "br": "12"}

    assert ("shopee-orders", 1, 0) == (reading.format, reading.orders.height, reading.rows_rejected)
    assert [(f"2026-11-14T{hours[market]}:30:00Z", "paid", minor, "A**", False)] == reading.orders.select(
        "placed_at", "payment", "total", "name", "on_hold"
    ).rows()
    assert [("MUG-B", "Mug", "Blue", 2, minor)] == reading.lines.select(
        "listing_sku", "title", "variant", "quantity", "unit_price"
    ).rows()


def test_amounts_may_name_their_currency(sold):
    """`(PHP)` behind the headings of amounts goes before what the channel says."""
    plain = {name: cell for name, cell in ROW.items() if name != "Deal Price"}
    reading = sold({"Deal Price (PHP)": "1,040.50", "Total Amount(PHP)": "1,040.50"}, ordinary=plain, currency="SGD")

    assert [("PHP", 104050)] == reading.orders.select("currency", "total").rows()


def test_a_variation_without_a_sku_is_not_its_parent(sold):
    """The blue and the red mug have one parent: the parent's sku alone would be either."""
    bare = {"SKU Reference No.": "", "Parent SKU Reference No.": "123"}
    reading = sold(bare | {"Variation Name": "Blue"}, bare | {"Variation Name": "Red"}, bare, {"SKU Reference No.": ""})

    assert ["123 / Blue", "123 / Red", "123", "Mug"] == reading.lines["listing_sku"].to_list()
    assert ["123 / Blue#1", "123 / Red#1", "123#1", "Mug @ 4000#1"] == reading.lines["line_key"].to_list()


def test_numbers_in_a_workbook_are_skus_and_prices(tmp_path):
    """123 is the sku `123`, 2.9789999999999996 is 2.98, an order id of digits keeps them."""
    book = openpyxl.Workbook()
    rows = [list(ROW), [*ROW.values()], [*ROW.values()]]
    rows[2][0], rows[2][3], rows[2][5], rows[2][6] = 26111412345678, 123, 2.9789999999999996, 2
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")

    lines = read(tmp_path / "a.xlsx", "shopee", currency="MYR")

    assert ["261114ABCDEF01", "26111412345678"] == lines.orders["order_ref"].to_list()
    assert [("MUG-B", 4000, 1), ("123", 298, 2)] == lines.lines.select("listing_sku", "unit_price", "quantity").rows()


def test_a_workbook_with_a_password_says_so(tmp_path):
    """Shopee Taiwan locks its exports with the last digits of the shop's phone."""
    path = tmp_path / "Order.all.xlsx"
    locked = "EncryptedPackage".encode("utf-16-le")
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000) + locked + bytes(1000))

    with pytest.raises(UnreadableFile, match="password") as caught:
        read(path, "shopee")
    assert "password" in str(caught.value.hint)


def test_bad_rows_are_named_and_the_good_orders_kept():
    """A word nobody knows, and no word at all, hold; numbers that are none reject."""
    reading = read(DATA / "orders_hostile.csv", "shopee", "Asia/Kuala_Lumpur", "MYR")

    assert [
        (6, "Order ID", "a spreadsheet has changed this identifier"),
        (8, "Quantity", "not a whole number of 0 or more"),
        (9, "Deal Price", "not an amount of money of 0 or more"),
        (9, "Original Price", "not an amount of money of 0 or more"),
        (10, "SKU Reference No.", "neither sku nor product name"),
        (11, "Quantity", "nothing was ordered: quantity 0 on an open line"),
        (12, "Order Creation Date", "not a date and time"),
        (14, "Order ID", "no order id in this row"),
        (15, "SKU Reference No.", "a spreadsheet has changed this identifier"),
    ] == complaints(reading)
    assert ["261114ABCDEF13", "261114ABCDEF21"] == reading.orders.filter("on_hold")["order_ref"].to_list()
    assert "2 orders are held: nobody knows their status `Menari di hujan`" in reading.notes
    assert [("MUG-B#1", 1), ("MUG-B#2", 1)] == reading.lines.filter(order_no=0).select("line_key", "quantity").rows()


def test_a_packing_list_has_all_articles_in_one_cell():
    """One row an order; its articles are keyed as in the order export, so that both files tell of the same lines."""
    reading = read(DATA / "packing_clean.csv", "shopee", "America/Sao_Paulo", "BRL")

    assert ("shopee-packing-list", 2, 0) == (reading.format, reading.rows, reading.rows_rejected)
    assert [
        ("MUG-B#1", "MUG-B", "Mug with a handle", "Blue", 2, 5290, 2), ("123#1", "123", "Cup", None, 1, 600, 2),
        ("00017#1", "00017", "Vase; old [2] edition", None, 1, 1950, 3),
    ] == reading.lines.select(
        "line_key", "listing_sku", "title", "variant", "quantity", "unit_price", "row"
    ).rows()  # fmt: skip
    assert [("unknown", "Leave it; at the door"), ("unknown", None)] == reading.orders.select("payment", "note").rows()
    assert [0, 1, 0] == reading.lines["position"].to_list()


def test_a_packing_list_that_cannot_be_read_says_where():
    """The cell is repeated by its heading and row, with the way out."""
    reading = read(DATA / "packing_hostile.csv", "shopee", "Asia/Kuala_Lumpur", "MYR")

    assert [
        (3, "product_info", "no article that could be read"), (4, "product_info", "not a whole number of 0 or more"),
        (5, "product_info", "an article without a quantity"), (6, "order_sn", "a spreadsheet has changed this identifier"),
        (7, "product_info", "no article that could be read"), (9, "order_sn", "no order id in this row"),
        (9, "product_info", "no article that could be read"),
    ] == complaints(reading)  # fmt: skip
    assert {"the same order again, further down": 1} == reading.ignored
    assert ["MUG / Blue#1", "MUG / Blue#2"] == reading.lines["line_key"].to_list()


def test_sample_of_malaysia(samples):
    """Real cell types: 9 rows, 4 orders, a return that stays shipped."""
    reading = read(samples / "channels" / "shopee" / "my_orderSalesReport.xlsx", "shopee", "Asia/Kuala_Lumpur", "MYR")

    assert (9, 0, 4) == (reading.rows, reading.rows_rejected, reading.orders.height)
    assert [9930, 9000, 3500, 4400] == reading.orders["total"].to_list()
    assert ["123", "126", "125", "124"] == reading.lines.filter(order_no=0)["listing_sku"].to_list()
    assert [False, False, True, False] == reading.orders["cancelled"].to_list()
    assert 1 == reading.lines.filter(pl.col("order_no") == 3)["shipped"][0]
