"""
Amazon Seller Central reports: unshipped orders, new orders, all orders.

Tab-separated without quotes, headings in lower case with dashes. The unshipped and new-orders reports have addresses and
order-item-id; `item-price` is the price of the whole line. The all-orders report has neither: it is for sales and for
what became of the orders, and its lines are matched to the others' by sku and occurrence. Times carry their offset.
"""

import polars as pl

from oms.channels.base import Context, Reader, Reading, key_lines, newest, number_orders, order_reading, spotless
from oms.channels.countries import alpha2_all
from oms.model.states import Payment
from oms.sheets.columns import Amount, Bound, CurrencyCode, Flag, Legend, Moment, OneOf, Text, Whole, bind, complain, typed
from oms.sheets.read import Sheet
from oms.words import _

_SHIPPED, _DELIVERED, _OPEN, _UNPAID, _CANCELLED = "shipped", "delivered", "open", "unpaid", "cancelled"
_STATUS = {
    "pending": _UNPAID,
    "pendingavailability": _UNPAID,
    "payment pending": _UNPAID,
    "unshipped": _OPEN,
    "partiallyshipped": _OPEN,
    "partially shipped": _OPEN,
    "shipping": _OPEN,
    "invoiceunconfirmed": _OPEN,
    "unfulfillable": _OPEN,
    "pending - waiting for pick up": _OPEN,
    "shipped": _SHIPPED,
    "complete": _SHIPPED,
    "shipped - picked up": _SHIPPED,
    "shipped - out for delivery": _SHIPPED,
    "shipped - returned to seller": _SHIPPED,
    "shipped - returning to seller": _SHIPPED,
    "shipped - rejected by buyer": _SHIPPED,
    "shipped - undeliverable": _SHIPPED,
    "shipped - lost in transit": _SHIPPED,
    "shipped - damaged": _SHIPPED,
    "shipped - delivered to buyer": _DELIVERED,
    "delivered": _DELIVERED,
    "cancelled": _CANCELLED,
    "canceled": _CANCELLED,
}

ORDER_REF = {"order_ref": Text("order-id", "amazon-order-id", identifier=True)}

#: What the three reports say of a line and, repeated on each of its lines, of the order.
LEGEND: Legend = ORDER_REF | {
    "line_ref": Text("order-item-id", identifier=True),
    "placed_at": Moment("purchase-date"),
    "paid_at": Moment("payments-date"),
    "reported_at": Moment("reporting-date"),
    "changed_at": Moment("last-updated-date"),
    "ship_by": Moment("promise-date", "latest-ship-date", end_of_day=True),
    "order_status": OneOf("order-status", words=_STATUS),
    "item_status": OneOf("item-status", words=_STATUS),
    "fulfilment": OneOf(
        "fulfillment-channel", "fulfilled-by",
        words=dict.fromkeys(("amazon", "afn", "fba", "amazon_na", "amazon_eu", "amazon_jp", "amazon_in"), "amazon"),
        other=None,
    ),
    "sales_channel": Text("sales-channel"),
    "service": Text("ship-service-level"),
    "sku": Text("sku", identifier=True),
    "asin": Text("asin", identifier=True),
    "title": Text("product-name"),
    "quantity": Whole("quantity-purchased", "quantity"),
    "quantity_shipped": Whole("quantity-shipped"),
    "quantity_to_ship": Whole("quantity-to-ship"),
    "currency": CurrencyCode("currency"),
    "price": Amount("item-price"),
    "tax": Amount("item-tax"),
    "shipping_price": Amount("shipping-price"),
    "shipping_tax": Amount("shipping-tax"),
    "wrap_price": Amount("gift-wrap-price"),
    "wrap_tax": Amount("gift-wrap-tax"),
    "promotion": Amount("item-promotion-discount"),
    "ship_promotion": Amount("ship-promotion-discount"),
    "cancel_requested": Flag("is-buyer-requested-cancellation"),
    "gift_message": Text("gift-message-text"),
    "method": OneOf("payment-method", "payment-method-fee", words={"cod": "cod", "cashondelivery": "cod"}, other=None),
    "email": Text("buyer-email"),
    "recipient": Text("recipient-name"),
    "buyer": Text("buyer-name"),
    "ship_phone": Text("ship-phone-number", guarded=True, mangled_is_missing=True),
    "buyer_phone": Text("buyer-phone-number", guarded=True, mangled_is_missing=True),
    "address1": Text("ship-address-1"),
    "address2": Text("ship-address-2"),
    "address3": Text("ship-address-3"),
    "city": Text("ship-city"),
    "region": Text("ship-state"),
    "postcode": Text("ship-postal-code", guarded=True),
    "country": Text("ship-country"),
}  # fmt: skip

#: Said again on every line of an order: the first that is not empty.
_ONCE = (
    "order_ref", "placed_at", "paid_at", "ship_by", "service", "currency", "method", "email", "recipient", "buyer",
    "ship_phone", "buyer_phone", "address1", "address2", "address3", "city", "region", "postcode", "country",
)  # fmt: skip
#: Temu's English export has the other headings too.
_ONLY_AMAZON = frozenset(("sku", "promise_date", "reporting_date", "days_past_promise", "payments_date", "ship_service_level"))
#: Where tax comes on top of the price; elsewhere the price may contain it, and the report does not say.
_TAX_ON_TOP = ("USD", "CAD")


class Report:
    """One of the three reports; they differ in what they have, and in how they are recognised."""

    kind = "orders"
    channel_kind: str | None = "amazon"

    def __init__(self, format: str) -> None:
        self.format = format

    def recognises(self, headings: frozenset[str]) -> bool:
        """By the few columns that each of them always has."""
        if self.format == "amazon-all-orders":
            said = {"order_status", "item_status", "sales_channel"} & headings
            return {"amazon_order_id", "sku", "quantity"} <= headings and bool(said)
        if not {"order_id", "order_item_id", "quantity_purchased"} <= headings or _ONLY_AMAZON.isdisjoint(headings):
            return False
        unshipped = not {"quantity_to_ship", "days_past_promise", "reporting_date"}.isdisjoint(headings)
        return unshipped == (self.format == "amazon-unshipped")

    def columns(self, headings: tuple[str, ...]) -> set[str]:
        """All but what is only of use to Amazon."""
        return set(bind(LEGEND, headings).headings.values())

    def group(self, headings: tuple[str, ...]) -> str | None:
        """Rows with the same order id are one order."""
        return bind(ORDER_REF, headings).headings.get("order_ref")

    def read(self, sheet: Sheet, context: Context) -> Reading:
        """Every row is a line; what it says of its order is taken once."""
        bound = bind(LEGEND, sheet.peek.headings)
        where = typed(sheet.frame, bound.only("currency"), timezone=context.timezone, currency=context.currency)
        read = typed(
            sheet.frame, bound, timezone=context.timezone, currency=context.currency, currencies=where.frame["currency"]
        )
        rows = number_orders(read.frame, "order_ref").with_columns(pl.col("currency").fill_null(context.currency))
        ignored = _ignored(rows)
        out = pl.concat([pl.Series("row", [], pl.Int64), *ignored.values()])
        lines = rows.filter(pl.col("order_no").is_not_null())
        if len(out):
            lines = lines.filter(~pl.col("row").is_in(out.implode()))
        lines = _priced(_counted(lines))
        complaints = [read.rejected, *_complaints(rows, lines, read.rejected, bound)]
        orders = _orders(lines, bound, whole=self.format != "amazon-unshipped")
        return order_reading(
            format=self.format, sheet=sheet, keys=rows.select("row", "order_no"), orders=orders, lines=key_lines(lines),
            complaints=complaints, ignored=ignored, as_of=newest(orders, ["updated_at"], context.now),
        )  # fmt: skip


def _ignored(rows: pl.DataFrame) -> dict[str, pl.Series]:
    """Rows that are no sales, and lines that stand in the file again (two reports pasted together): the last counts."""
    ours = pl.col("sales_channel").str.to_lowercase().str.starts_with("non-amazon").fill_null(False)
    sales = rows.filter(~ours)
    known = sales.filter(pl.col("line_ref").is_not_null())
    again = known.filter(pl.struct("order_ref", "line_ref").is_duplicated())
    last = again.unique(["order_ref", "line_ref"], keep="last")["row"]
    return {
        _("not a sale: our own fulfilment request"): rows.filter(ours)["row"],
        _("the same line again, further down"): again.filter(~pl.col("row").is_in(last.implode()))["row"],
    }


def _counted(lines: pl.DataFrame) -> pl.DataFrame:
    """What was ordered, what left, what never will; the status of the item goes before that of its order."""
    state = pl.coalesce("item_status", "order_status").fill_null(_OPEN)
    ended = pl.col("state") == _CANCELLED
    by_status = pl.when(pl.col("state").is_in([_SHIPPED, _DELIVERED])).then("quantity").otherwise(0)
    cut = pl.col("quantity") - pl.col("shipped") - pl.col("quantity_to_ship")
    return (
        lines.with_columns(state=state)
        .with_columns(quantity=pl.when(ended).then(pl.col("quantity").fill_null(0)).otherwise("quantity"))
        .with_columns(shipped=pl.coalesce("quantity_shipped", by_status))
        .with_columns(
            cancelled=pl.when(ended)
            .then(pl.max_horizontal(pl.col("quantity") - pl.col("shipped"), 0))
            .otherwise(pl.max_horizontal(cut, 0).fill_null(0)),
            external=(pl.col("fulfilment") == "amazon").fill_null(False),
            listing_sku=pl.coalesce("sku", "asin", "title"),
        )
    )


def _priced(lines: pl.DataFrame) -> pl.DataFrame:
    """
    The unit price from the price of the line.

    Where that does not divide, the unit price is rounded up and the line gets the difference as a discount: quantity x
    unit_price - discount is what the report says, to the last minor unit.
    """
    price, quantity = pl.col("price"), pl.col("quantity")
    unit = pl.when((quantity > 0) & (price >= 0)).then((price + quantity - 1) // quantity)
    promoted = pl.col("promotion").abs()
    lines = lines.with_columns(unit_price=unit, promoted=promoted)
    over = (pl.col("unit_price") * quantity - price).fill_null(0)
    return lines.with_columns(
        discount=pl.when(over > 0).then(pl.col("promoted").fill_null(0) + over).otherwise("promoted"),
        note=pl.col("gift_message"),
    )


def _complaints(rows: pl.DataFrame, lines: pl.DataFrame, rejected: pl.DataFrame, bound: Bound) -> list[pl.DataFrame]:
    """What is missing from a row, where the cell itself was not complained about already."""
    nameless, fine = spotless(rows, rejected), spotless(lines, rejected)
    order_ref, quantity = bound.headings["order_ref"], bound.headings["quantity"]
    found = [
        complain(nameless, pl.col("order_ref").is_null(), order_ref, _("no order id in this row")),
        complain(fine, pl.col("quantity").is_null(), quantity, _("no quantity")),
        complain(fine, (pl.col("quantity") == 0) & (pl.col("state") != _CANCELLED), quantity,
                 _("nothing was ordered: quantity 0 on an open line"), value=pl.lit("0")),
        complain(fine, pl.col("listing_sku").is_null(), bound.headings.get("sku", "sku"), _("no sku")),
    ]  # fmt: skip
    if "placed_at" in bound:
        heading = bound.headings["placed_at"]
        found.append(complain(fine, pl.col("placed_at").is_null(), heading, _("the order does not say when it was placed")))
    if "quantity_shipped" in bound:
        found.append(complain(fine, pl.col("shipped") > pl.col("quantity"), bound.headings["quantity_shipped"],
                              _("more shipped than ordered"), value=pl.col("shipped")))  # fmt: skip
    return found


def _orders(lines: pl.DataFrame, bound: Bound, *, whole: bool) -> pl.DataFrame:
    """
    One row an order. Money only where the report shows `whole` orders: the unshipped one leaves out what has left.
    """
    open_lines = pl.col("state") != _CANCELLED
    stands = pl.lit(whole) & open_lines.any() & pl.col("price").filter(open_lines).is_not_null().all()

    def total(*names: str) -> pl.Expr:
        parts = [pl.col(name).filter(open_lines).abs().sum() for name in names]
        said = pl.any_horizontal(pl.col(name).filter(open_lines).is_not_null().any() for name in names)
        return pl.when(stands & said).then(pl.sum_horizontal(parts))

    orders = lines.group_by("order_no", maintain_order=True).agg(
        *(pl.col(name).drop_nulls().first() for name in _ONCE),
        pl.col("row").min(),
        updated_at=pl.max_horizontal(pl.col("placed_at", "paid_at", "reported_at", "changed_at").max()),
        subtotal=total("price"),
        shipping=total("shipping_price"),
        tax=total("tax", "shipping_tax", "wrap_tax"),
        discount=total("promotion", "ship_promotion"),
        wrap=total("wrap_price"),
        waits=(pl.col("state") == _UNPAID).any(),
        cancelled=(~open_lines).all(),
        delivered=open_lines.any() & (pl.col("state") == _DELIVERED).filter(open_lines).all(),
        cancel_requested=pl.col("cancel_requested").any(),
        gift=pl.col("gift_message").is_not_null().any(),
    )
    says_status = pl.lit("order_status" in bound or "item_status" in bound) & ~pl.col("cancelled")
    payment = (
        pl.when(pl.col("paid_at").is_not_null()).then(pl.lit(Payment.PAID.value))
        .when(pl.col("method") == "cod").then(pl.lit(Payment.COD.value))
        .when("waits").then(pl.lit(Payment.UNPAID.value))
        .when(says_status).then(pl.lit(Payment.PAID.value))
        .otherwise(pl.lit(Payment.UNKNOWN.value))
    )  # fmt: skip
    known = pl.col("currency").is_in(_TAX_ON_TOP) | (pl.col("tax").fill_null(0) == 0)
    parts = [pl.col("subtotal"), *(pl.col(name).fill_null(0) for name in ("shipping", "tax", "wrap"))]
    return orders.with_columns(
        payment=payment,
        total=pl.when(known).then(sum(parts, pl.lit(0)) - pl.col("discount").fill_null(0)),
        name=pl.coalesce("recipient", "buyer"),
        phone=pl.coalesce("ship_phone", "buyer_phone"),
        address2=_joined("address2", "address3"),
        country=alpha2_all(orders["country"]),
        no_address=pl.lit("address1" not in bound),
    )


def _joined(*names: str) -> pl.Expr:
    text = pl.concat_str(*names, separator=", ", ignore_nulls=True)
    return pl.when(text != "").then(text)


READERS: tuple[Reader, ...] = (Report("amazon-unshipped"), Report("amazon-new-orders"), Report("amazon-all-orders"))
