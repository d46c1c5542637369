"""
Lazada Seller Center's order export, XLSX or CSV: one row one unit, and no quantity.

`orderItemId` is the line; two rows that say the same otherwise are two units. Each unit has a status of its own. Times are
the site's, without a zone: `04 Jul 2022 11:46`. Daraz writes the same file.
"""

import polars as pl

from oms.channels.base import Context, Reader, Reading, key_lines, newest, number_orders, order_reading, spotless
from oms.channels.forms import StockForm
from oms.channels.own_kind import days_alone
from oms.channels.seller_center import (
    CONTACT,
    PerhapsMoment,
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
from oms.channels.status_words import CANCELLED, DELIVERED, LAZADA, SENT_BACK, SHIPPED, StatusWord
from oms.sheets.columns import Legend, Moment, OneOf, Text, bind, complain, normal, typed
from oms.sheets.read import Sheet
from oms.words import _

_FORMATS = ("%d %b %Y %H:%M", "%d %b %Y %H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M")
_FBL = ("fulfilment by lazada", "fulfillment by lazada", "fulfilled by lazada", "fbl")

LEGEND: Legend = {
    "order_ref": Text("orderNumber", "Order Number", identifier=True),
    "line_ref": Text("orderItemId", "Order Item Id", identifier=True),
    "placed_at": Moment("createTime", "Created at", formats=_FORMATS),
    "changed_at": Moment("updateTime", "Updated at", formats=_FORMATS),
    "delivered_at": PerhapsMoment("deliveredDate", formats=_FORMATS),
    "ship_by": PerhapsMoment(
        "ttsSla", "promisedShippingTime", "Promised shipping time", "rtsSla", formats=_FORMATS, end_of_day=True
    ),
    "word": Text("status"),
    "status": StatusWord("status", words=LAZADA),
    "fulfilment": OneOf(
        "shipmentTypeName", "Shipment Type Name", "deliveryType", words=dict.fromkeys(_FBL, "lazada"), other=None
    ),
    "sku": Text("sellerSku", "Seller SKU", identifier=True, missing=("-",)),
    "shop_sku": Text("lazadaSku", "Lazada SKU", identifier=True),
    "title": Text("itemName", "Item Name"),
    "variant": Text("variation"),
    "unit": Price("unitPrice", "Unit Price", least=0),
    "paid": Price("paidPrice", "Paid Price"),
    "seller_off": Price("sellerDiscountTotal"),
    "unit_shipping": Price("shippingFee", "Shipping Fee"),
    "unit_refund": Price("refundAmount", "Refund Amount"),
    "service": Text("shipmentTypeName", "Shipment Type Name", "deliveryType"),
    "back_reason": Text("buyerFailedDeliveryReason"),
    "tracking": Text("trackingCode", "Tracking Code", "cdTrackingCode"),
    "name": Text("shippingName", "Shipping Name", "customerName", "Customer Name"),
    "email": Text("customerEmail", "Customer Email"),
    "phone": Text(
        "shippingPhone",
        "Shipping Phone Number",
        "shippingPhone2",
        "Shipping Phone Number2",
        guarded=True,
        mangled_is_missing=True,
    ),
    "address1": Text("shippingAddress", "Shipping Address"),
    "line2": Text("shippingAddress2", "Shipping Address2"),
    "line3": Text("shippingAddress3", "Shipping Address3"),
    "line4": Text("shippingAddress4", "Shipping Address4"),
    "line5": Text("shippingAddress5", "Shipping Address5"),
    "city": Text("shippingCity", "Shipping City"),
    "region": Text("shippingRegion", "Shipping Region"),
    "postcode": Text("shippingPostCode", "Shipping Postcode", guarded=True),
    "country": Text("shippingCountry", "Shipping Country"),
}
#: A parcel on its way back, and what arrived; what is lost on the way never does.
_BACK = ("returned", "shipped_back_success")
_COMING = ("failed", "failed_delivery", "shipped_back", *_BACK)
_NEVER_BACK = ("shipped_back_failed", "lost_by_3pl", "damaged_by_3pl", "package_scrapped")
_LINES = ("line2", "line3", "line4", "line5")
_ONCE = ("ship_by", "service", *(name for name in CONTACT if name not in ("company", "address2")), *_LINES)
_EVENTS = ("placed_at", "changed_at", "delivered_at")


class Orders:
    """The order export."""

    format = "lazada-orders"
    kind = "orders"
    channel_kind: str | None = "lazada"

    def recognises(self, headings: frozenset[str]) -> bool:
        """By the names of a unit and its order, with a sku or a title; older exports write them with spaces."""
        spaceless = {heading.replace("_", "") for heading in headings}
        return {"orderitemid", "ordernumber"} <= spaceless and not {"sellersku", "lazadasku", "itemname"}.isdisjoint(spaceless)

    def columns(self, headings: tuple[str, ...]) -> set[str]:
        """Some 30 of the 73; not the buyer's tax and registration numbers."""
        return set(bind(LEGEND, headings).headings.values())

    def group(self, headings: tuple[str, ...]) -> str | None:
        """Rows with the same order number are one order."""
        return bind(LEGEND, headings).headings["order_ref"]

    def read(self, sheet: Sheet, context: Context) -> Reading:
        """Every row is a line of one unit."""
        bound = bind(LEGEND, sheet.peek.headings)
        read = typed(days_alone(sheet.frame, bound, sheet.peek), bound, timezone=context.timezone, currency=context.currency)
        rows = number_orders(read.frame, "order_ref")
        again = _again(rows)
        lines = rows.filter(pl.col("order_no").is_not_null())
        if len(again):
            lines = lines.filter(~pl.col("row").is_in(again.implode()))
        lines = _lines(lines, "status" in bound)
        orders = _orders(lines, context.currency, stated="status" in bound)
        nameless = spotless(rows, read.rejected).filter(pl.col("order_ref").is_null())
        complaints = [
            read.rejected,
            complain(nameless, pl.lit(True), bound.headings["order_ref"], _("no order number in this row")),
            *lacking(lines, spotless(lines, read.rejected), bound.headings, orders),
        ]
        said = lines.select("row").join(
            sheet.frame.select("row", status=bound.headings.get("status", "row")), on="row", how="left", maintain_order="left"
        )
        reading = order_reading(
            format=self.format, sheet=sheet, keys=rows.select("row", "order_no"), orders=orders, lines=_keyed(lines),
            complaints=complaints, ignored={_("the same line again, further down"): again},
            as_of=newest(orders, ["updated_at"], context.now),
            notes=notes_of(lines, said["status"] if "status" in bound else None, lines["tracking"].is_not_null()),
        )  # fmt: skip
        word = pl.col("word").str.to_lowercase().str.strip_chars()
        return with_returns(
            reading, lines, context.currency, coming=word.is_in(_COMING), withdrawn=word.is_in(_NEVER_BACK),
            received_at=pl.when(word.is_in(_BACK)).then("changed_at"), requested_at=pl.lit(None, pl.String),
            refunded=pl.col("unit_refund").abs(), reason=pl.coalesce("back_reason", "word"),
        )  # fmt: skip


def _again(rows: pl.DataFrame) -> pl.Series:
    """Rows of a unit that stands in the file again (two exports pasted together): the last counts."""
    known = rows.filter(pl.col("line_ref").is_not_null() & pl.col("order_ref").is_not_null())
    twice = known.filter(pl.struct("order_ref", "line_ref").is_duplicated())
    last = twice.unique(["order_ref", "line_ref"], keep="last", maintain_order=True)["row"]
    return twice.filter(~pl.col("row").is_in(last.implode()))["row"]


def _lines(rows: pl.DataFrame, stated: bool) -> pl.DataFrame:
    """The rows as lines of one unit: what it cost, less what the buyer paid for it, is its discount."""
    state = state_of("status", stated)
    called = pl.when(pl.col("variant").is_not_null()).then(pl.concat_str("title", "variant", separator=" / "))
    lines = rows.with_columns(
        state=state,
        quantity=pl.lit(1, pl.Int64),
        shipped_at=pl.when(state.is_in([SHIPPED, DELIVERED, SENT_BACK])).then(pl.coalesce("delivered_at", "changed_at")),
        cancelled_at=pl.when(state == CANCELLED).then("changed_at"),
        paid_at=pl.lit(None, pl.String),
        asked=pl.lit(False),
        back=state == SENT_BACK,
        before=pl.col("unit"),
        after=pl.when((pl.col("paid") >= 0) & (pl.col("paid") <= pl.col("unit"))).then("paid"),
        off=pl.col("seller_off"),
        external=pl.col("fulfilment").is_not_null(),
        listing_sku=pl.coalesce("sku", "shop_sku", called, "title"),
    )
    return priced(counted(lines))


def _orders(lines: pl.DataFrame, currency: str, *, stated: bool) -> pl.DataFrame:
    """One row an order; its money is that of its units that were not cancelled."""
    orders = orders_of(lines, currency, _ONCE, _EVENTS, stated=stated)
    live = ~pl.col("never")

    def total(amount: pl.Expr) -> pl.Expr:
        return pl.when(live.any() & amount.filter(live).is_not_null().all()).then(amount.filter(live).sum())

    sums = lines.group_by("order_no").agg(
        subtotal=total(pl.col("unit_price")),
        discount=total(pl.col("discount")),
        shipping=total(pl.col("unit_shipping")),
        refunded=pl.when(pl.col("unit_refund").is_not_null().any()).then(pl.col("unit_refund").abs().sum()),
        total=total(pl.col("paid") + pl.col("unit_shipping").fill_null(0)),
    )
    # the lines of the address repeat its city and region, at different places in different countries
    places = pl.concat_list("address1", "city", "region", "postcode")
    own = [pl.when(~places.list.contains(pl.col(name)).fill_null(False)).then(name).alias(name) for name in _LINES]
    return (
        orders.join(sums, on="order_no", how="left", maintain_order="left")
        .with_columns(own)
        .with_columns(address2=joined(*_LINES))
    )


def _keyed(lines: pl.DataFrame) -> pl.DataFrame:
    """Lines with their keys; equal units are told apart by their orderItemId, so that the order of rows does not matter."""
    keyed = key_lines(lines)
    content = pl.coalesce("sku", "listing_sku")
    number = pl.col("line_ref").rank("ordinal").over("order_no", content).cast(pl.String)
    named = pl.concat_str(content, pl.lit("#"), number)
    every = pl.col("line_ref").is_not_null().all().over("order_no")
    return keyed.with_columns(line_key=pl.when(every).then(named).otherwise("line_key"))


def _stocks(headings: tuple[str, ...]) -> tuple[str, ...]:
    """Columns of numbers: called `Quantity`, or as the warehouses between the sku and what follows them."""
    known = [normal(each.lstrip("*")) for each in headings]
    begin = known.index("sellersku") + 1 if "sellersku" in known else len(known)
    ends = [at for at, name in enumerate(known) if at >= begin and name.startswith(("variations", "tr(", "column_"))]
    between = headings[begin : min(ends, default=len(known))]
    return tuple(each for each, name in zip(headings, known, strict=True) if name.startswith("quantity")) or between


#: The workbook of Products → Bulk edit → price and stock (Daraz too); its column `tr(s-wb-product@md5key)` stays as it is.
STOCK = StockForm(
    "lazada-stock",
    "lazada",
    {
        "id": Text("Product ID"),
        "sku": Text("SellerSKU", identifier=True, missing=("-",)),
        "shop_sku": Text("Shop SKU", identifier=True),
        "title": Text("Product Name"),
        "variant": Text("Variations Combo"),
    },
    pl.coalesce("sku", "shop_sku", pl.concat_str("title", "variant", separator=" / "), "title"),
    _stocks,
    mark="tr(",
    called=_("price and stock workbook"),
)
READERS: tuple[Reader, ...] = (Orders(), STOCK)
