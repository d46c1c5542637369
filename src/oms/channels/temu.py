"""
Temu's order export: one row a sub-order, in Chinese (33 columns) or English (37), fewer where groups are switched off.

`应履约件数` and `quantity to ship` are what is still to ship, after cancels: what was ordered is that and what has left.
The Chinese export never says how many left. It has no prices; the English one has the seller's own supply price. `--` is
an empty cell. Times have no zone, the channel's is taken. Only memory supports the English words for a status: with a
word that nobody knows the order comes in on hold, and a note names the word.
"""

import re

import polars as pl

from oms.channels.base import Context, Reader, Reading, key_lines, newest, number_orders, order_reading, spotless
from oms.channels.countries import alpha2, alpha2_all
from oms.channels.own_kind import days_alone
from oms.model.states import Payment
from oms.sheets.cells import Env
from oms.sheets.columns import Amount, Bound, Legend, Moment, OneOf, Text, Whole, bind, complain, typed
from oms.sheets.read import Sheet
from oms.words import _

_EMPTY = ("--", "-")
_BLANK, _UNKNOWN = "", "unknown"
_UNPAID, _ON_HOLD, _OPEN, _SHIPPED, _DELIVERED, _CANCELLED = (
    "unpaid", "on_hold", "open", "shipped", "delivered", "cancelled",
)  # fmt: skip
_STATUS = {
    **dict.fromkeys(_EMPTY, _BLANK),
    **dict.fromkeys(("待支付", "待付款", "unpaid", "awaiting payment"), _UNPAID),
    **dict.fromkeys(("平台处理中", "pending", "on hold", "processing by platform"), _ON_HOLD),
    **dict.fromkeys(("待发货", "un-shipped", "unshipped", "to ship", "partially shipped"), _OPEN),
    **dict.fromkeys(("已发货", "shipped"), _SHIPPED),
    **dict.fromkeys(("已签收", "已送达", "delivered"), _DELIVERED),
    **dict.fromkeys(("已取消", "canceled", "cancelled"), _CANCELLED),
}

#: `Nov 18, 2026, 7:13 am PST(UTC-8)`
_NAMED_ZONE = re.compile(r"(.{8,40}?)\s*[A-Za-z]{2,5}\s*\(UTC([+-])(\d{1,2})(?::?(\d\d))?\)")
_WITH_OFFSET = ("%b %d, %Y, %I:%M %p %z", "%b %d, %Y %I:%M %p %z", "%Y-%m-%d %H:%M:%S %z", "%Y-%m-%d %H:%M %z")


class _Time(Moment):
    """Times as the Chinese export writes them; and with the name of a zone, which is read by the offset behind it."""

    def odd(self, cell: str, env: Env) -> object:
        if match := _NAMED_ZONE.fullmatch(cell):
            offset = f"{match[2]}{int(match[3]):02d}{match[4] or '00'}"
            return Moment(self.headings[0], formats=_WITH_OFFSET).odd(f"{match[1].rstrip(', ')} {offset}", env)
        return super().odd(cell, env)


def _text(*headings: str, identifier: bool = False) -> Text:
    return Text(headings[0], *headings[1:], identifier=identifier, missing=_EMPTY)


ORDER_REF = {"order_ref": _text("订单号", "order id", identifier=True)}
LEGEND: Legend = ORDER_REF | {
    "line_ref": _text("子订单号", "order item id", identifier=True),
    "order_status": OneOf("订单状态", "order status", words=_STATUS, other=_UNKNOWN),
    "item_status": OneOf("order item status", words=_STATUS, other=_UNKNOWN),
    "order_word": _text("订单状态", "order status"),
    "item_word": _text("order item status"),
    "to_ship": Whole("应履约件数", "quantity to ship", missing=_EMPTY),
    "purchased": Whole("quantity purchased", missing=_EMPTY),
    "already": Whole("quantity shipped", missing=_EMPTY),
    "sku": _text("SKU货号", "contribution sku", identifier=True),
    "sku_id": _text("SKUID", "sku id", identifier=True),
    "title": _text("商品名称", "product name", "product name by customer order"),
    "variant": _text("商品属性", "variation"),
    "unit_price": Amount("activity goods base price", missing=_EMPTY),
    "recipient": _text("收货人姓名", "recipient name"),
    "first_name": _text("recipient first name"),
    "last_name": _text("recipient last name"),
    "phone": Text("收货人联系方式", "recipient phone number", guarded=True, mangled_is_missing=True, missing=_EMPTY),
    "second_phone": Text("备用联系方式", guarded=True, mangled_is_missing=True, missing=_EMPTY),
    "email": _text("邮箱", "virtual email"),
    "address1": _text("详细地址1", "ship address 1"),
    "second": _text("详细地址2", "ship address 2"),
    "third": _text("详细地址3", "ship address 3"),
    "district": _text("区县", "district"),
    "city": _text("城市", "ship city"),
    "region": _text("省份", "ship state"),
    "postcode": Text(
        "收货地址邮编", "ship postal code", "ship postal code (must be shipped to the following zip code.)",
        "ship postal code (must be shipped to the following zip code)", guarded=True, missing=_EMPTY,
    ),
    "country": _text("国家", "ship country"),
    "site": _text("站点"),
    "placed_at": _Time("订单创建时间", "purchase date", missing=_EMPTY),
    "ship_by": _Time("要求最晚发货时间", "latest shipping time", missing=_EMPTY, end_of_day=True),
    "left_at": _Time("实际发货时间", missing=_EMPTY),
    "arrived_at": _Time("实际签收时间", missing=_EMPTY),
}  # fmt: skip

#: Said again on every row of an order: the first that is not empty.
_ONCE = (
    "recipient", "first_name", "last_name", "phone", "second_phone", "email", "address1", "second", "third", "district",
    "city", "region", "postcode", "country", "site",
)  # fmt: skip


class Orders:
    """The export of the seller centre, in either language."""

    format = "temu-orders"
    kind = "orders"
    channel_kind: str | None = "temu"

    def recognises(self, headings: frozenset[str]) -> bool:
        """By what is to ship, and a heading that only Temu has: Amazon calls half of the English ones the same."""
        chinese = {"订单号", "应履约件数"} <= headings and not {"子订单号", "skuid", "sku货号"}.isdisjoint(headings)
        counts = not {"quantity_to_ship", "quantity_purchased"}.isdisjoint(headings)
        own = not {"order_item_status", "contribution_sku", "product_name_by_customer_order"}.isdisjoint(headings)
        return chinese or ("order_id" in headings and counts and own)

    def columns(self, headings: tuple[str, ...]) -> set[str]:
        """Without the identity papers, taxes and warehouses."""
        return set(bind(LEGEND, headings).headings.values())

    def group(self, headings: tuple[str, ...]) -> str | None:
        """Rows with the same order number are one order."""
        return bind(ORDER_REF, headings).headings.get("order_ref")

    def read(self, sheet: Sheet, context: Context) -> Reading:
        """Every row is a line; what it says of its order is taken once."""
        bound = bind(LEGEND, sheet.peek.headings)
        read = typed(days_alone(sheet.frame, bound, sheet.peek), bound, timezone=context.timezone, currency=context.currency)
        rows = _counted(number_orders(read.frame, "order_ref"), bound)
        ignored = _ignored(rows)
        out = pl.concat([pl.Series("row", [], pl.Int64), *ignored.values()])
        lines = rows.filter(pl.col("order_no").is_not_null() & ~pl.col("row").is_in(out.implode()))
        orders = _orders(lines, context.currency)
        lines = lines.with_columns(
            sku=pl.col("listing_sku"), external=pl.lit(False), discount=pl.lit(None, pl.Int64), tax=pl.lit(None, pl.Int64)
        )
        return order_reading(
            format=self.format, sheet=sheet, keys=rows.select("row", "order_no"), orders=orders, lines=key_lines(lines),
            complaints=[read.rejected, *_complaints(rows, lines, read.rejected, bound)], ignored=ignored,
            as_of=newest(rows, ["placed_at", "left_at", "arrived_at"], context.now), notes=_notes(rows, bound),
        )  # fmt: skip


def _counted(rows: pl.DataFrame, bound: Bound) -> pl.DataFrame:
    """What was ordered, what left, what never will; the status of the item goes before that of its order."""
    said = pl.coalesce(*(pl.when(pl.col(name) != _BLANK).then(name) for name in ("item_status", "order_status")))
    dated = (
        pl.when(pl.col("arrived_at").is_not_null()).then(pl.lit(_DELIVERED))
        .when(pl.col("left_at").is_not_null()).then(pl.lit(_SHIPPED))
        .otherwise(pl.lit(_UNKNOWN))
    )  # fmt: skip
    gone, ended = pl.col("state").is_in([_SHIPPED, _DELIVERED]), pl.col("state") == _CANCELLED
    # What is to ship and what left make up what was bought; the rest was cancelled.
    sum_ = pl.col("to_ship") + pl.col("already").fill_null(0)
    quantity = pl.coalesce("purchased", sum_, "already")
    all_left = gone & (pl.col("already").fill_null(0) == 0)
    cut = pl.col("quantity") - pl.col("shipped") - pl.col("to_ship")
    return (
        rows.with_columns(state=pl.coalesce(said, dated))
        .with_columns(quantity=pl.when(ended).then(quantity.fill_null(0)).otherwise(quantity))
        .with_columns(shipped=pl.when(all_left).then("quantity").otherwise(pl.col("already").fill_null(0)))
        .with_columns(
            cancelled=pl.when(ended).then(pl.max_horizontal(pl.col("quantity") - pl.col("shipped"), 0))
            .otherwise(pl.max_horizontal(cut, 0).fill_null(0)),
            listing_sku=pl.coalesce("sku", "sku_id", _joined(" / ", "title", "variant")),
            uncounted=gone & (pl.col("quantity") == 0).fill_null(False) & pl.lit("already" not in bound),
        )
    )  # fmt: skip


def _ignored(rows: pl.DataFrame) -> dict[str, pl.Series]:
    """Lines that stand in the file again, and lines that left and whose number the file no longer gives."""
    known = rows.filter(pl.col("line_ref").is_not_null() & ~pl.col("uncounted"))
    again = known.filter(pl.struct("order_ref", "line_ref").is_duplicated())
    last = again.unique(["order_ref", "line_ref"], keep="last")["row"]
    return {
        _("left already: the file no longer says how many"): rows.filter("uncounted")["row"],
        _("the same line again, further down"): again.filter(~pl.col("row").is_in(last.implode()))["row"],
    }


def _complaints(rows: pl.DataFrame, lines: pl.DataFrame, rejected: pl.DataFrame, bound: Bound) -> list[pl.DataFrame]:
    nameless, fine = spotless(rows, rejected), spotless(lines, rejected)
    order_ref = bound.headings["order_ref"]
    quantity = bound.headings.get("to_ship") or bound.headings["purchased"]
    found = [
        complain(nameless, pl.col("order_ref").is_null(), order_ref, _("no order id in this row")),
        complain(fine, pl.col("quantity").is_null(), quantity, _("no quantity")),
        complain(fine, (pl.col("quantity") == 0) & (pl.col("state") != _CANCELLED), quantity,
                 _("nothing was ordered: quantity 0 on an open line"), value=pl.lit("0")),
        complain(fine, pl.col("shipped") + pl.when(pl.col("state") == _OPEN).then(pl.col("to_ship").fill_null(0)).otherwise(0)
                 > pl.col("quantity"), quantity, _("more shipped and to ship than was purchased")),
        complain(fine, pl.col("listing_sku").is_null(), bound.headings.get("sku", "sku"), _("no sku")),
    ]  # fmt: skip
    if "placed_at" in bound:
        heading = bound.headings["placed_at"]
        found.append(complain(fine, pl.col("placed_at").is_null(), heading, _("the order does not say when it was placed")))
    return found


def _orders(lines: pl.DataFrame, currency: str) -> pl.DataFrame:
    """One row an order. No money: what the buyer paid is in neither export."""
    state = pl.col("state")
    live = state != _CANCELLED
    orders = lines.group_by("order_no", maintain_order=True).agg(
        pl.col("row").min(),
        pl.col("order_ref").first(),
        *(pl.col(name).drop_nulls().first() for name in _ONCE),
        pl.col("placed_at").min(),
        updated_at=pl.max_horizontal(pl.col("placed_at", "left_at", "arrived_at").max()),
        fulfilled_at=pl.col("left_at").max(),
        ship_by=pl.col("ship_by").filter(live).min(),
        cancelled=(~live).all(),
        delivered=live.any() & (state == _DELIVERED).filter(live).all(),
        on_hold=state.is_in([_ON_HOLD, _UNKNOWN]).any(),
        waits=(state == _UNPAID).any(),
        paid=state.is_in([_OPEN, _SHIPPED, _DELIVERED]).any(),
    )
    payment = (
        pl.when("waits").then(pl.lit(Payment.UNPAID.value))
        .when("paid").then(pl.lit(Payment.PAID.value))
        .otherwise(pl.lit(Payment.UNKNOWN.value))
    )  # fmt: skip
    district = pl.when(pl.col("district").ne_missing(pl.col("city"))).then("district").alias("apart")
    orders = orders.with_columns(district)
    return orders.with_columns(
        payment=payment,
        currency=pl.lit(currency),
        name=pl.coalesce("recipient", _joined(" ", "first_name", "last_name")),
        phone=pl.coalesce("phone", "second_phone"),
        address2=_joined(", ", "second", "third", "apart"),
        country=alpha2_all(orders["country"]).fill_null(_sites(orders["site"])),
        cancel_requested=pl.lit(False),
        gift=pl.lit(False),
        no_address=pl.lit(False),  # a file without addresses is for sellers who print Temu's labels
    )


def _joined(separator: str, *names: str) -> pl.Expr:
    text = pl.concat_str(*names, separator=separator, ignore_nulls=True)
    return pl.when(text != "").then(text)


def _sites(sites: pl.Series) -> pl.Series:
    """The countries that sites are called after: `加拿大站` is CA; NULL for a site of several countries."""
    distinct = sites.drop_nulls().unique().to_list()
    codes = [alpha2(name.removesuffix("站")) for name in distinct]
    known = {name: code for name, code in zip(distinct, codes, strict=True) if re.fullmatch("[A-Z]{2}", code)}
    return sites.replace_strict(list(known), list(known.values()), default=None, return_dtype=pl.String)


def _notes(rows: pl.DataFrame, bound: Bound) -> list[str]:
    if "order_status" not in bound and "item_status" not in bound:
        return [_("no column says where the orders stand: they are on hold, export them again with the status")]
    words = pl.concat([
        rows.filter(pl.col(f"{which}_status") == _UNKNOWN)[f"{which}_word"] for which in ("order", "item")
    ]).drop_nulls().unique().sort().head(10)  # fmt: skip
    if words.is_empty():
        return []
    named = ", ".join(f"`{word}`" for word in words.str.slice(0, 40))
    return [_("a status nobody knows: {words}; these orders are on hold", words=named)]


READERS: tuple[Reader, ...] = (Orders(),)
