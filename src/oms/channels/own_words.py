"""
The headings of our own files, in English and Chinese, and the words that stand under them.

STRICT spellings are enough to recognise a file as ours. LOOSE ones are other people's names for the same thing; they
are understood once it is clear whose file it is, because marketplaces use them too.
"""

from typing import Any, TypeVar

from oms.sheets.columns import Column, normal

STRICT: dict[str, tuple[str, ...]] = {
    "order_ref": ("订单号", "訂單號", "订单编号", "訂單編號"),
    "line_ref": ("子订单号", "子訂單號"),
    "placed_at": ("下单时间", "下單時間", "订单时间", "訂單時間"),
    "sku": ("货号", "貨號", "商品编码", "商品編碼", "商家编码", "商家編碼"),
    "listing_sku": ("平台SKU",),
    "kit_sku": ("组合SKU", "組合SKU"),
    "title": ("商品名称", "商品名稱", "品名"),
    "variant": ("规格", "規格"),
    "quantity": ("数量", "數量"),
    "unit_price": ("单价", "單價"),
    "price": ("价格", "價格", "运费", "運費"),
    "currency": ("币种", "幣種", "货币", "貨幣", "幣別"),
    "payment_status": ("付款状态", "付款狀態", "支付状态", "支付狀態"),
    "paid_at": ("付款时间", "付款時間", "支付时间", "支付時間"),
    "status": ("订单状态", "訂單狀態"),
    "name": ("收件人", "收货人", "收貨人"),
    "company": ("公司",),
    "phone": ("电话", "電話", "手机", "手機", "联系电话", "聯絡電話"),
    "email": ("邮箱", "郵箱", "电子邮箱", "電子郵箱", "電子郵件"),
    "address1": ("地址", "详细地址", "詳細地址", "收货地址", "收貨地址"),
    "address2": ("地址2",),
    "city": ("城市",),
    "region": ("省份", "州", "省", "省/州"),
    "postcode": ("邮编", "郵編", "邮政编码", "郵遞區號", "郵政編碼"),
    "country": ("国家", "國家", "国家/地区", "國家/地區"),
    "service": ("物流方式", "配送方式", "運送方式"),
    "ship_by": ("最晚发货时间", "最晚發貨時間"),
    "delivery": ("取货方式", "取貨方式"),
    "pickup_location": ("自提点", "自提點"),
    "note": ("备注", "備註"),
    "on_hand": ("库存", "庫存", "可用库存", "可用庫存", "库存数量", "庫存數量"),
    "location": ("仓库", "倉庫"),
    "counted_at": ("盘点时间", "盤點時間"),
    "weight_g": ("重量(g)", "重量（g）", "重量g", "重量(克)", "重量（克）"),
    "length_mm": ("长(mm)", "長(mm)"),
    "width_mm": ("宽(mm)", "寬(mm)"),
    "height_mm": ("高(mm)",),
    "barcode": ("条码", "條碼", "条形码", "條形碼"),
    "cost": ("成本",),
    "hs_code": ("海关编码", "海關編碼"),
    "origin": ("原产地", "原產地"),
    "active": ("在售",),
    "channel": ("渠道", "平台", "店铺", "店鋪"),
    "expected_on": ("预计到货", "預計到貨", "预计到货日期", "預計到貨日期"),
    "reference": ("参考号", "參考號", "采购单号", "採購單號"),
    "carrier": ("物流商", "承运商", "承運商", "物流公司", "快递公司", "快遞公司"),
    "postcode_prefix": ("邮编前缀", "郵編前綴"),
    "weight_from_g": ("起始重量(g)",),
    "weight_to_g": ("截止重量(g)",),
    "per_kg": ("每公斤",),
    "days_min": ("最短天数", "最短天數"),
    "days_max": ("最长天数", "最長天數"),
    "tracking": ("运单号", "運單號", "快递单号", "物流单号", "物流單號"),
    "shipped_at": ("发货时间", "發貨時間"),
    "reason": ("退货原因", "退貨原因"),
}

LOOSE: dict[str, tuple[str, ...]] = {
    "order_ref": ("order_no", "order_number", "order_name", "order", "order_id"),
    "line_ref": ("line_id", "line_no", "order_line", "order_item_id"),
    "placed_at": ("ordered_at", "order_date", "created_at"),
    "sku": ("product_sku", "item_sku", "sku_code"),
    "listing_sku": ("channel_sku", "seller_sku"),
    "kit_sku": ("bundle_sku", "parent_sku"),
    "title": ("product_name", "item_name", "product", "description"),
    "variant": ("variation", "option"),
    "quantity": ("qty", "units", "product_qty"),
    "unit_price": ("item_price",),
    "currency": ("currency_code",),
    "payment_status": ("financial_status", "payment"),
    "paid_at": ("paid_on", "payment_date", "date_paid"),
    "status": ("order_status",),
    "name": ("buyer_name", "recipient_name", "recipient", "ship_name", "customer_name", "full_name"),
    "company": ("company_name",),
    "phone": ("buyer_phone", "phone_number", "telephone", "mobile", "ship_phone"),
    "email": ("buyer_email", "customer_email", "e_mail"),
    "address1": ("address_1", "address", "address_line_1", "ship_address_1", "street"),
    "address2": ("address_2", "address_line_2", "ship_address_2"),
    "city": ("town", "ship_city"),
    "region": ("state", "province", "ship_state"),
    "postcode": ("zip", "zip_code", "zipcode", "postal_code", "post_code", "ship_zipcode", "ship_postal_code"),
    "country": ("country_code", "ship_country"),
    "service": ("shipping_method", "shipping_service", "ship_service"),
    "ship_by": ("ship_by_date", "latest_ship_date"),
    "delivery": ("delivery_method",),
    "note": ("notes", "buyer_note", "customer_note"),
    "line_note": ("personalization", "personalisation"),
    "on_hand": ("stock_on_hand", "on_hand_quantity", "qty_on_hand"),
    "location": ("location_code", "location_name", "warehouse"),
    "counted_at": ("counted_on", "count_date"),
    "weight_g": ("weight_grams", "weight_(g)", "weight_in_g", "grams"),
    "length_mm": ("length_(mm)",),
    "width_mm": ("width_(mm)",),
    "height_mm": ("height_(mm)",),
    "barcode": ("ean", "upc", "gtin"),
    "hs_code": ("hs", "tariff_code", "harmonized_code"),
    "origin": ("country_of_origin", "coo"),
    "expected_on": ("expected", "eta", "due_on", "expected_date", "expected_at"),
    "reference": ("po", "po_number", "purchase_order"),
    "carrier": ("courier", "shipping_carrier", "carrier_name", "postal_service"),
    "postcode_prefix": ("zip_prefix",),
    "tracking": ("tracking_number", "tracking_no", "tracking_code", "tracking_id"),
    "shipped_at": ("ship_date", "shipped_on", "date_shipped", "shipped_date"),
    "cost": ("unit_cost",),
    "channel": ("store", "account"),
}

#: The column that we add to rejected rows; the mended file comes back with it.
REASON = "oms_reason"
#: Headings that only the ERPs of Chinese sellers have (erp.py).
ERP = frozenset(map(normal, (
    "包裹号", "平台渠道", "店铺账号", "店铺名", "来源店铺", "买家指定物流", "买家支付运费", "国家二字码", "货运单号",
    "配货单号", "库存SKU", "店铺SKU", "平台单号", "平台订单号", "物流订单号", "交易号",
)))  # fmt: skip
#: Headings that only somebody else's export has: with one of them the file is theirs.
FOREIGN = frozenset(("handle", "asin", "fnsku")) | ERP

PAYMENT: dict[str, str] = {
    **dict.fromkeys(("paid", "complete", "completed", "yes", "已付款", "已支付", "已付", "付款成功"), "paid"),
    **dict.fromkeys(
        ("unpaid", "pending", "open", "not paid", "awaiting payment", "partially paid", "no", "未付款", "未支付", "未付",
         "待付款", "待支付"), "unpaid",
    ),
    **dict.fromkeys(
        ("cod", "cash on delivery", "pay on delivery", "货到付款", "貨到付款", "到付"), "cod",
    ),
}  # fmt: skip

OPEN, CANCELLED, SHIPPED, DELIVERED, ON_HOLD, UNPAID = "open", "cancelled", "shipped", "delivered", "on_hold", "unpaid"
STATUS: dict[str, str] = {
    **dict.fromkeys(
        ("open", "new", "pending", "processing", "ready", "confirmed", "paid", "to ship", "unshipped", "unfulfilled",
         "待发货", "待發貨", "已付款", "处理中", "處理中", "新订单", "新訂單"), OPEN,
    ),
    **dict.fromkeys(("cancelled", "canceled", "void", "voided", "已取消", "取消", "已关闭", "已關閉"), CANCELLED),
    **dict.fromkeys(("shipped", "fulfilled", "dispatched", "已发货", "已發貨", "已出货", "已出貨"), SHIPPED),
    **dict.fromkeys(("delivered", "completed", "complete", "closed", "done", "已完成", "已签收", "已簽收"), DELIVERED),
    **dict.fromkeys(("on hold", "on_hold", "hold", "held", "暂停", "暫停", "搁置", "擱置"), ON_HOLD),
    **dict.fromkeys(("unpaid", "awaiting payment", "待付款", "未付款", "待支付"), UNPAID),
}  # fmt: skip

DELIVERY = {
    **dict.fromkeys(("ship", "shipping", "delivery", "post", "parcel", "邮寄", "郵寄", "快递", "快遞", "配送"), "ship"),
    **dict.fromkeys(("pickup", "pick up", "pick-up", "collect", "collection", "自提", "自取"), "pickup"),
}

#: What spreadsheets call the sum of a row; such a column of a wide count is no location.
TOTALS = frozenset(map(normal, ("total", "sum", "all", "grand total", "合计", "合計", "总计", "總計", "总数", "總數")))

_Kind = TypeVar("_Kind", bound=Column)


def named(kind: type[_Kind], field: str, **options: Any) -> _Kind:
    """A declared column with all its spellings, ours first."""
    return kind(field, *STRICT.get(field, ()), *LOOSE.get(field, ()), **options)


def has(headings: frozenset[str], *fields: str) -> bool:
    """Whether each of `fields` stands among the normalised `headings`, in our own spelling."""
    return all({normal(name) for name in (field, *STRICT.get(field, ()))} & headings for field in fields)


def has_any(headings: frozenset[str], *fields: str) -> bool:
    """Whether one of `fields` does, in any spelling."""
    return bool(spelled(*fields) & headings)


def spelled(*fields: str) -> frozenset[str]:
    """All spellings of `fields`, normalised."""
    return frozenset(normal(name) for field in fields for name in (field, *STRICT.get(field, ()), *LOOSE.get(field, ())))


#: What warehouses write beside what is there: what of it is free, and what is kept for orders.
AVAILABLE = ("Available", "Available Quantity", "Quantity Available", "Qty Available", "Available Qty", "Available Stock",
              "Available Inventory", "Fulfillable", "Fulfillable Quantity", "Sellable", "Sellable Quantity", "Sellable On Hand",
              "可用库存", "可用庫存", "可用数量", "可用數量", "可用量")  # fmt: skip
PROMISED = ("Allocated", "Allocated Quantity", "Quantity Allocated", "Qty Allocated", "Allocated Qty", "Committed",
             "Committed Quantity", "Quantity Committed", "Reserved", "Reserved Quantity", "Quantity Reserved",
             "占用库存", "佔用庫存", "锁定库存", "鎖定庫存", "已分配", "待发库存")  # fmt: skip
HELD = frozenset(map(normal, (*AVAILABLE, *PROMISED))) - spelled("on_hand")
