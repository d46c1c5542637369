"""
Order exports of the Chinese ERPs that many sellers keep their channels in: 店小秘 (Dianxiaomi), 马帮 (Mabang) and their like.

One row a sku of an order, the order's own columns repeated. Which columns there are is the seller's choice in the ERP, so
they are bound by name and only the order number, the sku and the quantity are needed. `订单号` is the channel's own order
number. One file holds the orders of several platforms and shops; it comes in under the channel that `--channel` names,
and where its shop column has that channel's name, only with the rows of that shop. Times are the ERP's, without a zone.
"""

from collections.abc import Sequence

import polars as pl

from oms.channels.base import Context, Reader
from oms.channels.declared import OrderSheet
from oms.channels.fields import CANCELLED, DELIVERED, ON_HOLD, READY, REFUNDED, SHIPPED, UNPAID, column
from oms.channels.own_words import ERP
from oms.sheets.columns import Legend, OneOf, Text, normals
from oms.words import _

_STATUS = {
    **dict.fromkeys(
        ("待审核", "未审核", "已审核", "待处理", "未处理", "处理中", "待打单", "待打单(有货)", "待打单(缺货)",
         "待打单（有货）", "待打单（缺货）", "有货", "缺货", "待发货", "未发货", "配货中", "待配货", "待申请运单号",
         "申请运单号", "运单号申请", "已付款", "新订单"), READY,
    ),
    **dict.fromkeys(("未付款", "待付款", "等待付款", "部分付款"), UNPAID),
    **dict.fromkeys(("已搁置", "搁置", "搁置中", "异常", "异常订单", "风控中", "冻结", "挂起", "问题订单"), ON_HOLD),
    **dict.fromkeys(("已发货", "已交运", "已出库", "已发出", "运输中", "发货成功", "已妥投"), SHIPPED),
    **dict.fromkeys(("已完成", "已签收", "已收货", "交易完成"), DELIVERED),
    **dict.fromkeys(("已取消", "取消", "已作废", "作废", "已忽略", "忽略", "已关闭", "交易关闭"), CANCELLED),
    **dict.fromkeys(("已退款", "退款", "全额退款"), REFUNDED),
}  # fmt: skip

LEGEND: Legend = {
    "order_ref": column("order_ref", "订单号", "订单编号", "平台订单号", "平台单号", "交易订单号", "交易编号"),
    "shop": Text("店铺账号", "店铺名", "店铺名称", "店铺", "来源店铺"),
    "status": OneOf("订单状态", "状态", words=_STATUS),
    "placed_at": column("placed_at", "下单时间", "订单时间", "交易时间", "创建时间"),
    "paid_at": column("paid_at", "付款时间", "支付时间"),
    "changed_at": column("changed_at", "提交时间", "面单打印时间"),
    "refunded_at": column("refunded_at", "退款时间"),
    "shipped_at": column("shipped_at", "发货时间", "交运时间"),
    "ship_by": column("ship_by", "最晚发货时间", "发货截止时间", "剩余发货时间截止"),
    "method": Text("付款方式", "支付方式"),
    "currency": column("currency", "币种缩写", "币种", "货币", "币别"),
    "total": column("total", "订单金额", "订单总金额", "订单总价"),
    "shipping": column("shipping", "买家支付运费", "运费收入"),
    "refunded": column("refunded", "退款金额"),
    "sku": column("sku", "SKU", "平台SKU", "店铺SKU", "渠道SKU", missing=("-", "--")),
    "stock_sku": column("sku", "商品SKU", "库存SKU", missing=("-", "--")),
    "catalogue_id": Text("产品ID", "商品ID", "ItemID", guarded=True),
    "title": column("title", "产品名称", "商品名称", "商品标题", "品名"),
    "variant": column("variant", "产品规格", "商品规格", "规格", "多属性"),
    "quantity": column("quantity", "产品数量", "商品数量", "数量", "购买数量"),
    "unit_price": column("unit_price", "产品售价", "商品单价", "商品售价", "单价"),
    "name": column("name", "收货人姓名", "收件人姓名", "收件人", "收货人", "客户姓名"),
    "company": column("company", "收货人公司", "收件人公司", "公司"),
    "phone": column("phone", "收货人手机", "收件人手机", "手机"),
    "landline": column("phone", "收货人电话", "收件人电话", "联系电话", "电话"),
    "email": column("email", "买家Email", "买家邮箱", "邮箱", "Email"),
    "address1": column("address1", "地址1"),
    "whole_address": column("address1", "详细地址", "收件人地址", "地址1+地址2", "地址1 地址2", "地址"),
    "address2": column("address2", "地址2"),
    "address3": column("address3", "收货人门牌号", "门牌号"),
    "city": column("city", "收货人城市", "收件人城市", "城市", "市"),
    "region": column("region", "收货人州/省", "收件人州/省", "省/州", "州/省", "省份", "省", "州"),
    "postcode": column("postcode", "邮编", "收件人邮编", "收货人邮编", "邮政编码"),
    "country": column("country", "国家二字码", "国家简码", "国家代码"),
    "country_name": column("country", "收货人国家", "收件人国家", "中文国家名", "国家", "国家/地区"),
    "service": Text("买家指定物流", "买家选择物流"),
    "own_service": Text("物流方式", "物流渠道", "发货物流"),
    "note": Text("订单备注", "买家备注", "客户备注"),
    "line_note": Text("拣货备注"),
}  # fmt: skip


def is_erp(headings: frozenset[str]) -> bool:
    """An order number, a sku and a quantity in an ERP's words, and something that only an ERP has."""
    some = all(normals(LEGEND[name].headings) & headings for name in ("order_ref", "quantity"))
    sold = any(normals(LEGEND[name].headings) & headings for name in ("sku", "stock_sku", "title"))
    return some and sold and bool(ERP & headings) and "子订单号" not in headings


#: Two columns for the same thing, of which often only one is filled.
_EITHER = {
    "sku": "stock_sku", "phone": "landline", "address1": "whole_address", "country": "country_name",
    "service": "own_service",
}  # fmt: skip


def _either(rows: pl.DataFrame, context: Context) -> pl.DataFrame:
    return rows.with_columns(pl.coalesce(first, second).alias(first) for first, second in _EITHER.items())


def _others(rows: pl.DataFrame, context: Context) -> dict[str, pl.Series]:
    """Rows of other shops, where one of the shops has the name of the channel."""
    if context.channel is None:
        return {}
    shop = pl.col("shop").str.to_lowercase()
    ours = shop == context.channel.name.lower()
    if not rows.select(ours.any()).item():
        return {}
    return {_("of another shop"): rows.filter(~ours.fill_null(False))["row"]}


def _shops(rows: pl.DataFrame, context: Context) -> Sequence[str]:
    """A note where several shops stand in one file, and all of them were taken."""
    shops = rows["shop"].drop_nulls().unique().sort().to_list()
    if len(shops) < 2:
        return ()
    return (_("orders of {count} shops, all taken as one channel's: {shops}; export them apart, or call the channel as "
              "its shop is called there", count=len(shops), shops=", ".join(f"`{shop}`" for shop in shops[:10])),)  # fmt: skip


ORDERS = OrderSheet("erp-orders", LEGEND, is_erp, derive=_either, leave_out=_others, notes=_shops)
READERS: tuple[Reader, ...] = (ORDERS,)
