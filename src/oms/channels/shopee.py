"""
Shopee's order export `Order.all…xlsx`: one row a line, headings and status words in the language of the market.

Money of the order stands again on each of its rows. There is no line id. Cells are of any type: `40`, `"0.00"`,
`2.9789999999999996`, skus that are numbers. Times are the market's: `2024-12-09 00:12`. The packing list is another file:
shopee_packing.py.
"""

import re
import unicodedata
from collections.abc import Iterable

import polars as pl

from oms.channels.base import Context, Reader, Reading, key_lines, newest, number_orders, order_reading, spotless
from oms.channels.forms import StockForm, starting
from oms.channels.own_kind import days_alone
from oms.channels.seller_center import (
    CONTACT,
    Price,
    counted,
    joined,
    lacking,
    notes_of,
    orders_of,
    priced,
    state_of,
    with_returns,
)
from oms.channels.shopee_packing import PackingList
from oms.channels.status_words import OPEN, SHOPEE, SHOPEE_SENTENCES, StatusWord
from oms.model.money import CURRENCIES
from oms.sheets.columns import Bound, Legend, Moment, OneOf, Text, Whole, bind, complain, typed
from oms.sheets.read import Sheet
from oms.words import _

_FORMATS = ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S")
_YES = ("y", "yes", "sim", "true", "1")

#: English, Indonesian, Thai, Vietnamese, Chinese (Taiwan), Portuguese (Brazil).
LEGEND: Legend = {
    "order_ref": Text("Order ID", "No. Pesanan", "หมายเลขคำสั่งซื้อ", "Mã đơn hàng", "訂單編號", "ID do pedido",
                      identifier=True),
    "status": StatusWord("Order Status", "Status Pesanan", "สถานะการสั่งซื้อ", "Trạng Thái Đơn Hàng", "訂單狀態",
                         "Status do pedido", words=SHOPEE, sentences=SHOPEE_SENTENCES),
    "turned": Text("Return / Refund Status", "Status Pembatalan/ Pengembalian", "สถานะการคืนเงินหรือคืนสินค้า",
                   "Trạng thái Trả hàng/Hoàn tiền", "退貨 / 退款狀態", "Status da Devolução / Reembolso", missing=("-",)),
    "placed_at": Moment("Order Creation Date", "Order Creation Time", "Waktu Pesanan Dibuat", "วันที่ทำการสั่งซื้อ",
                        "Ngày đặt hàng", "訂單成立日期", "Data de criação do pedido", formats=_FORMATS, missing=("-",)),
    "paid_at": Moment("Order Paid Time", "Waktu Pembayaran Dilakukan", "เวลาการชำระสินค้า",
                      "Thời gian đơn hàng được thanh toán", "買家付款時間", "Hora do pagamento do pedido",
                      formats=_FORMATS, missing=("-",)),
    "shipped_at": Moment("Ship Time", "Waktu Pengiriman Diatur", "เวลาส่งสินค้า", "Ngày gửi hàng", "實際出貨時間",
                         "Tempo de Envio", formats=_FORMATS, missing=("-",)),
    "completed_at": Moment("Order Complete Time", "Waktu Pesanan Selesai", "เวลาที่ทำการสั่งซื้อสำเร็จ",
                           "Thời gian hoàn thành đơn hàng", "訂單完成時間", "Hora completa do pedido",
                           formats=_FORMATS, missing=("-",)),
    "ship_by": Moment("Estimated Ship Out Date", "Pesanan Harus Dikirimkan Sebelum (Menghindari keterlambatan)",
                      "วันที่คาดว่าจะทำการจัดส่งสินค้า", "Ngày giao hàng dự kiến", "最晚出貨日期", "Data prevista de envio",
                      formats=_FORMATS, end_of_day=True, missing=("-",)),
    "sku": Text("SKU Reference No.", "Nomor Referensi SKU", "เลขอ้างอิง SKU (SKU Reference No.)", "SKU phân loại hàng",
                "Mã phân loại hàng", "商品選項貨號", "Número de referência SKU", identifier=True, missing=("-",)),
    "parent_sku": Text("Parent SKU Reference No.", "SKU Induk", "เลขอ้างอิง Parent SKU", "SKU sản phẩm", "主商品貨號",
                       "Nº de referência do SKU principal", identifier=True, missing=("-",)),
    "title": Text("Product Name", "Nama Produk", "ชื่อสินค้า", "Tên sản phẩm", "商品名稱", "Nome do Produto"),
    "variant": Text("Variation Name", "Nama Variasi", "ชื่อตัวเลือก", "Tên phân loại hàng", "商品選項名稱",
                    "Nome da variação"),
    "unit": Price("Deal Price", "Harga Setelah Diskon", "ราคาขาย", "Giá ưu đãi", "商品活動價格", "Preço acordado", least=0),
    "list_price": Price("Original Price", "Harga Awal", "ราคาตั้งต้น", "Giá gốc", "商品原價", "Preço original", least=0),
    "quantity": Whole("Quantity", "Jumlah", "จำนวน", "Số lượng", "數量", "Quantidade"),
    "returned": Whole("Returned quantity", "Returned Qty", "จำนวนที่ส่งคืน", "Số lượng sản phẩm được hoàn trả", "退貨數量"),
    "total": Price("Total Amount", "Total Pembayaran", "จำนวนเงินทั้งหมด", "Tổng số tiền", "Tổng giá trị đơn hàng",
                   "買家總支付金額", "Valor Total"),
    "shipping": Price("Buyer Paid Shipping Fee", "Buyer paid shipping fee", "Ongkos Kirim Dibayar oleh Pembeli",
                      "ค่าจัดส่งที่ชำระโดยผู้ซื้อ", "Phí vận chuyển mà người mua trả", "買家支付運費",
                      "Taxa de envio pagas pelo comprador"),
    "fulfilment": OneOf("Pedido FBS", words=dict.fromkeys(_YES, "shopee"), other=None),
    "tracking": Text("Tracking Number", "No. Resi", "หมายเลขติดตามพัสดุ", "Mã vận đơn", "包裹查詢號碼",
                     "Número de rastreamento", missing=("-",)),
    "service": Text("Shipping Option", "Opsi Pengiriman", "ตัวเลือกการจัดส่ง", "Đơn Vị Vận Chuyển", "寄送方式", "Opção de envio"),
    "note": Text("Remark from buyer", "Catatan dari Pembeli", "หมายเหตุจากผู้ซื้อ", "Nhận xét từ Người mua", "買家備註",
                 "Observação do comprador"),
    "name": Text("Receiver Name", "Nama Penerima", "ชื่อผู้รับ", "Tên Người nhận", "收件者姓名", "Nome do destinatário"),
    "phone": Text("Phone Number", "No. Telepon", "หมายเลขโทรศัพท์", "Số điện thoại", "收件者電話", "Telefone",
                  guarded=True, mangled_is_missing=True),
    "address1": Text("Delivery Address", "Alamat Pengiriman", "ที่อยู่ในการจัดส่ง", "Địa chỉ nhận hàng", "收件地址",
                     "Endereço de entrega"),
    "town": Text("Town", "Cidade/Bairro"),
    "district": Text("District", "เขต/อำเภอ", "Quận", "行政區", "Bairro"),
    "city": Text("City", "Kota/Kabupaten", "TP / Quận / Huyện", "城市", "Cidade"),
    "region": Text("Province", "Provinsi", "จังหวัด", "Tỉnh/Thành phố", "UF"),
    "country": Text("Country", "ประเทศ", "Quốc gia", "País"),
    "postcode": Text("Zip Code", "รหัสไปรษณีย์", "郵遞區號", "CEP", guarded=True),
}  # fmt: skip
#: What an order number is called, and articles beside it that tell Shopee from others.
_ARTICLES = {
    "order_id": ("sku_reference_no.", "parent_sku_reference_no."),
    "no._pesanan": ("nomor_referensi_sku", "sku_induk"),
    "หมายเลขคำสั่งซื้อ": ("เลขอ้างอิง_sku_(sku_reference_no.)", "เลขอ้างอิง_parent_sku", "ชื่อตัวเลือก"),
    "mã_đơn_hàng": ("sku_phân_loại_hàng", "sku_sản_phẩm", "mã_phân_loại_hàng"),
    "訂單編號": ("商品選項貨號", "主商品貨號", "商品選項名稱", "商品活動價格"),
    "id_do_pedido": ("número_de_referência_sku", "nº_de_referência_do_sku_principal"),
}
#: `(PHP)` behind money, `(單)` and `(品)` behind what an order and what an article says, stars for what must be filled.
_BEHIND = re.compile(r"[\s_]*\((?P<code>[A-Za-z]{3}|單|品)\)\s*\**$")
_ONCE = (
    "total", "shipping", "ship_by", "service", "note", "town", "district",
    *(name for name in CONTACT if name not in ("company", "email", "address2")),
)  # fmt: skip
_EVENTS = ("placed_at", "paid_at", "shipped_at", "completed_at")


def plain(heading: str) -> str:
    """A heading without what stands behind it in some markets."""
    return _BEHIND.sub("", unicodedata.normalize("NFC", heading).strip()).strip("* ")


def bound_to(headings: Iterable[str]) -> Bound:
    """The legend laid over `headings`, whatever stands behind them."""
    real: dict[str, str] = {}
    for heading in headings:
        real.setdefault(plain(heading), heading)
    found = bind(LEGEND, real)
    return Bound(LEGEND, {name: real[heading] for name, heading in found.headings.items()})


class Orders:
    """The order export."""

    format = "shopee-orders"
    kind = "orders"
    channel_kind: str | None = "shopee"

    def recognises(self, headings: frozenset[str]) -> bool:
        """An order number and an article, in one language, and how many."""
        said = {plain(heading) for heading in headings}
        if "quantity" not in bound_to(said):
            return False
        return any(order in said and not said.isdisjoint(articles) for order, articles in _ARTICLES.items())

    def columns(self, headings: tuple[str, ...]) -> set[str]:
        """Some 30 of the 57."""
        return set(bound_to(headings).headings.values())

    def group(self, headings: tuple[str, ...]) -> str | None:
        """Rows with the same order number are one order."""
        return bound_to(headings).headings["order_ref"]

    def read(self, sheet: Sheet, context: Context) -> Reading:
        """Every row is a line; what it says of its order is taken once."""
        bound = bound_to(sheet.peek.headings)
        currency = _currency(sheet.peek.headings) or context.currency
        read = typed(days_alone(sheet.frame, bound, sheet.peek), bound, timezone=context.timezone, currency=currency)
        rows = number_orders(read.frame, "order_ref")
        stated = "status" in bound
        lines = _lines(rows.filter(pl.col("order_no").is_not_null()), stated)
        orders = _orders(lines, currency, stated=stated)
        nameless = spotless(rows, read.rejected).filter(pl.col("order_ref").is_null())
        complaints = [
            read.rejected,
            complain(nameless, pl.lit(True), bound.headings["order_ref"], _("no order id in this row")),
            *lacking(lines, spotless(lines, read.rejected), bound.headings, orders),
        ]
        said = lines.select("row").join(
            sheet.frame.select("row", status=bound.headings.get("status", "row")), on="row", how="left", maintain_order="left"
        )
        content = pl.concat_str(pl.coalesce("sku", "parent_sku"), pl.when(pl.col("sku").is_null()).then("variant"),
                                separator=" / ", ignore_nulls=True)  # fmt: skip
        keyed = lines.with_columns(sku=pl.when(pl.any_horizontal(pl.col("sku", "parent_sku").is_not_null())).then(content))
        reading = order_reading(
            format=self.format, sheet=sheet, keys=rows.select("row", "order_no"), orders=orders, lines=key_lines(keyed),
            complaints=complaints, as_of=newest(orders, ["updated_at"], context.now),
            notes=notes_of(lines, said["status"] if stated else None, lines["tracking"].is_not_null()),
        )  # fmt: skip
        return with_returns(
            reading, lines, currency, coming=pl.col("returned") > 0, withdrawn=pl.lit(False), quantity=pl.col("returned"),
            line_ref=pl.lit(None, pl.String), reason=pl.col("turned"),
        )  # fmt: skip


def _currency(headings: Iterable[str]) -> str | None:
    """The currency that stands behind the headings of amounts, `Total Amount (PHP)`; None where none or two do."""
    found = {match["code"].upper() for heading in headings if (match := _BEHIND.search(heading))} & CURRENCIES
    return found.pop() if len(found) == 1 else None


def _lines(rows: pl.DataFrame, stated: bool) -> pl.DataFrame:
    """
    The rows as lines. The price of a unit is the deal price: the original one is often no price anybody ever paid.

    Where a variation has no sku, its parent's sku alone would be any of its colours: the variation stands beside it.
    """
    nothing = pl.lit(None, pl.Int64)
    lines = rows.with_columns(
        state=state_of("status", stated),
        asked=pl.col("turned").is_not_null() & (pl.col("status") == OPEN).fill_null(False),
        back=pl.col("turned").is_not_null() | (pl.col("returned") > 0).fill_null(False),
        cancelled_at=pl.lit(None, pl.String),
        unit=pl.coalesce("unit", "list_price"),
        before=nothing, after=nothing, off=nothing,
        external=pl.col("fulfilment").is_not_null(),
        listing_sku=pl.coalesce(
            "sku",
            pl.when(pl.col("parent_sku").is_not_null())
            .then(pl.concat_str("parent_sku", "variant", separator=" / ", ignore_nulls=True)),
            pl.when(pl.col("title").is_not_null())
            .then(pl.concat_str("title", "variant", separator=" / ", ignore_nulls=True)),
        ),
    )  # fmt: skip
    return priced(counted(lines))


def _orders(lines: pl.DataFrame, currency: str, *, stated: bool) -> pl.DataFrame:
    """One row an order. Vouchers and coins are the platform's and the seller's in turn: `total` alone is sure."""
    orders = orders_of(lines, currency, _ONCE, _EVENTS, stated=stated)
    price = pl.col("unit_price")
    sums = lines.group_by("order_no").agg(subtotal=pl.when(price.is_not_null().all()).then((price * pl.col("quantity")).sum()))
    return orders.join(sums, on="order_no", how="left", maintain_order="left").with_columns(
        cancelled_at=pl.when("cancelled").then("updated_at"), address2=joined("town", "district")
    )


#: The workbook of Mass Update → Sales Info. Newer ones have a column of stock a location.
STOCK = StockForm(
    "shopee-stock",
    "shopee",
    {
        "id": Text("et_title_product_id"),
        "sku": Text("et_title_variation_sku", identifier=True),
        "parent_sku": Text("et_title_parent_sku", identifier=True),
        "title": Text("et_title_product_name"),
        "variant": Text("et_title_variation_name", missing=("0",)),
    },
    pl.coalesce(
        "sku", *(pl.when(pl.col(name).is_not_null()).then(pl.concat_str(name, "variant", separator=" / ", ignore_nulls=True))
                 for name in ("parent_sku", "title"))
    ),
    starting("et_title_variation_stock"),
    mark="et_title_variation_stock",
    called=_("mass update workbook"),
    labels=2,
    from_above=("parent_sku", "title"),
)  # fmt: skip
READERS: tuple[Reader, ...] = (Orders(), PackingList(), STOCK)
