"""
Etsy's CSV downloads: sold order items (the lines, with all that is needed of the order) and sold orders (no lines).

Dates have no time and no zone, the channel's is taken; they are month first unless the file itself proves the contrary.
`Price` is of one unit. `Order Shipping` and `Order Sales Tax` are of the order, on its first line or on each: the largest
counts. Accounts in the UK post instead of ship, and have the heading `Delivery Discount` twice.
"""

from collections.abc import Collection

import polars as pl

from oms.channels.base import Context, Reader, Reading, key_lines, newest, number_orders, order_reading, spotless
from oms.channels.countries import alpha2_all
from oms.channels.own_kind import days_alone
from oms.errors import UnreadableFile
from oms.model.states import Payment
from oms.model.times import iso
from oms.sheets.columns import Amount, Bound, CurrencyCode, Legend, Moment, Text, Whole, bind, complain, typed
from oms.sheets.read import Sheet
from oms.words import _

_MONTH_FIRST = ("%m/%d/%y %H:%M", "%m/%d/%y", "%m/%d/%Y", "%m-%d-%y", "%m-%d-%Y", "%d.%m.%y", "%d.%m.%Y")
_DAY_FIRST = ("%d/%m/%y %H:%M", "%d/%m/%y", "%d/%m/%Y", "%d-%m-%y", "%d-%m-%Y", "%d.%m.%y", "%d.%m.%Y")
#: What the buyer asked for in own words, to the end of the cell: it may hold commas and colons.
_PERSONAL = (
    r"(?is)^(?:(.*?),)??\s*((?:personali[sz]ation|personalisierung|personnalisation|personalizzazione|personalización)"
    r"\s*:.*)$"
)


def _legend(formats: tuple[str, ...]) -> Legend:
    return {
        "order_ref": Text("Order ID", identifier=True),
        "line_ref": Text("Transaction ID", identifier=True),
        "listing": Text("Listing ID", identifier=True),
        "sku": Text("SKU", identifier=True),
        "title": Text("Item Name"),
        "variations": Text("Variations"),
        "quantity": Whole("Quantity"),
        "unit_price": Amount("Price", least=0),
        "item_total": Amount("Item Total"),
        "line_discount": Amount("Discount Amount"),
        "shipping_discount": Amount("Shipping Discount", "Delivery Discount"),
        "shipping_discount_again": Amount("Delivery Discount__2"),
        "shipping": Amount("Order Shipping", "Order Delivery", "Delivery"),
        "tax": Amount("Order Sales Tax"),
        "currency": CurrencyCode("Currency"),
        "placed_at": Moment("Sale Date", formats=formats),
        "paid_at": Moment("Date Paid", formats=formats),
        "left_at": Moment("Date Shipped", "Date Posted", "Date Dispatched", formats=formats, end_of_day=True),
        "left_on": Moment("Date Shipped", "Date Posted", "Date Dispatched", formats=formats),  # as the day begins
        "order_type": Text("Order Type"),
        "name": Text("Ship Name", "Delivery Name"),
        "address1": Text("Ship Address1", "Delivery Address1"),
        "address2": Text("Ship Address2", "Delivery Address2"),
        "city": Text("Ship City", "Delivery City"),
        "region": Text("Ship State", "Delivery State"),
        "postcode": Text("Ship Zipcode", "Delivery Zipcode", "Delivery Postcode", guarded=True),
        "country": Text("Ship Country", "Delivery Country"),
    }


LEGEND, DAY_FIRST = _legend(_MONTH_FIRST), _legend(_DAY_FIRST)
_DATES = ("placed_at", "paid_at", "left_on")
#: Said again on every line of an order: the first that is not empty.
_ONCE = ("currency", "name", "address1", "address2", "city", "region", "postcode", "country")


class OrderItems:
    """`EtsySoldOrderItems….csv`: one row a line."""

    format = "etsy-order-items"
    kind = "orders"
    channel_kind: str | None = "etsy"

    def recognises(self, headings: frozenset[str]) -> bool:
        """By the names of its ids; it has a SKU column in newer downloads only."""
        return {"order_id", "transaction_id", "item_name", "quantity"} <= headings and not {
            "listing_id", "item_total", "sale_date",
        }.isdisjoint(headings)  # fmt: skip

    def columns(self, headings: tuple[str, ...]) -> set[str]:
        """All but coupons, payment types and what is Etsy's."""
        return set(bind(LEGEND, headings).headings.values())

    def read(self, sheet: Sheet, context: Context) -> Reading:
        """Every row is a line; what it says of its order is taken once."""
        day_first = _is_day_first(sheet)
        bound = bind(DAY_FIRST if day_first else LEGEND, sheet.peek.headings)
        frame = days_alone(sheet.frame, bound, sheet.peek)
        where = typed(frame, bound.only("currency"), timezone=context.timezone, currency=context.currency)
        read = typed(frame, bound, timezone=context.timezone, currency=context.currency, currencies=where.frame["currency"])
        rows = number_orders(read.frame.with_columns(pl.col("order_ref").str.strip_prefix("#")), "order_ref")
        again = _repeated(rows)
        lines = _lines(rows.filter(pl.col("order_no").is_not_null() & ~pl.col("row").is_in(again.implode())))
        orders = _orders(lines, bound, context)
        notes = [_("dates are read day first: some can be nothing else")] if day_first else []
        if odd := lines.filter("contrary").height:
            notes.append(_("{count} rows: Price times Quantity is not Item Total; Item Total was taken", count=odd))
        return order_reading(
            format=self.format, sheet=sheet, keys=rows.select("row", "order_no"), orders=orders, lines=key_lines(lines),
            complaints=[read.rejected, *_complaints(rows, lines, read.rejected, bound)],
            ignored={_("the same line again, further down"): again},
            as_of=newest(rows, _DATES, context.now), notes=notes,
        )  # fmt: skip


class SoldOrders:
    """
    `EtsySoldOrders….csv`: orders without what was sold, and nothing that the items do not say as well.

    By itself it is refused, and it is said which file is wanted; `beside` the items it is left out.
    """

    def __init__(self, *, alone: bool = True) -> None:
        self.alone = alone

    format = "etsy-orders"
    kind = "orders"
    channel_kind: str | None = "etsy"

    def recognises(self, headings: frozenset[str]) -> bool:
        """By the money columns that only this file has."""
        return {"order_id", "number_of_items"} <= headings and not {"order_value", "order_total", "order_net"}.isdisjoint(
            headings
        )

    def columns(self, headings: tuple[str, ...]) -> set[str]:
        """None of them says what to ship."""
        return set(headings[:1])

    def beside(self, formats: Collection[str]) -> Reader:
        """One that leaves the file out where the items are imported with it."""
        return SoldOrders(alone=OrderItems.format not in formats)

    def read(self, sheet: Sheet, context: Context) -> Reading:
        """Every row ignored. By itself raises UnreadableFile: there is nothing to ship in it, and a guess would be wrong."""
        if not self.alone:
            return Reading(
                self.format, self.kind, sheet.frame.height, notes=(*sheet.peek.notes, *sheet.notes),
                ignored={_("orders without items: those of the items file were taken"): sheet.frame.height}
                if sheet.frame.height else {},
            )  # fmt: skip
        raise UnreadableFile(
            _("{file}: Etsy's orders without their items: it does not say what was sold", file=sheet.peek.path.name),
            _("download Order Items instead (EtsySoldOrderItems….csv): it has all that is needed of the orders as well"),
        )


def _is_day_first(sheet: Sheet) -> bool:
    """Whether a first number beyond 12 proves that days stand first, and no second one proves the contrary."""
    bound = bind(LEGEND, sheet.peek.headings)
    first = second = False
    for name in _DATES:
        if name not in bound:
            continue
        parts = sheet.frame.select(
            pl.col(bound.headings[name]).str.extract_groups(r"^\s*'?(\d{1,2})[/-](\d{1,2})[/-]").alias("parts")
        ).unnest("parts")
        numbers = parts.select(pl.all().cast(pl.Int64).max()).row(0)
        first, second = first or (numbers[0] or 0) > 12, second or (numbers[1] or 0) > 12
    return first and not second


def _repeated(rows: pl.DataFrame) -> pl.Series:
    """Lines that stand again further down (downloads pasted together): the last counts."""
    known = rows.filter(pl.col("line_ref").is_not_null() & pl.col("order_ref").is_not_null())
    again = known.filter(pl.struct("order_ref", "line_ref").is_duplicated())
    last = again.unique(["order_ref", "line_ref"], keep="last")["row"]
    return again.filter(~pl.col("row").is_in(last.implode()))["row"]


def _lines(rows: pl.DataFrame) -> pl.DataFrame:
    """LINES; without a sku the listing and the chosen options say what it is, never the personalisation."""
    parts = rows.select(pl.col("variations").str.extract_groups(_PERSONAL).alias("parts")).unnest("parts")
    options, personal = parts.columns
    rows = rows.with_columns(parts.select(options=pl.col(options), personal=pl.col(personal)))
    plain = pl.col("personal").is_null()
    # Personalisation that stands first may hide an option behind it: then all of it tells listings apart.
    first = ~plain & pl.col("options").is_null() & pl.col("personal").str.contains(r",\s*[A-Z][\w ]{1,30}:")
    variant = pl.when(plain | first).then("variations").otherwise("options")
    rows = rows.with_columns(variant=pl.when(variant.str.strip_chars() != "").then(variant.str.strip_chars()))
    listed = pl.concat_str("listing", "variant", separator=" / ", ignore_nulls=True)
    called = pl.concat_str("title", "variant", separator=" / ", ignore_nulls=True)
    by_listing = pl.when(pl.col("listing").is_not_null()).then(listed)
    by_title = pl.when(pl.col("title").is_not_null()).then(called)
    quantity, price = pl.col("quantity"), pl.col("unit_price")
    amount = pl.coalesce("item_total", price * quantity)
    contrary = (pl.col("item_total") != price * quantity).fill_null(False)
    made = pl.when((quantity > 0) & (amount >= 0)).then((amount + quantity - 1) // quantity)
    several = (pl.col("line_discount") != 0).sum().over("order_no") > 1
    rows = rows.with_columns(
        listing_sku=pl.coalesce("sku", by_listing, by_title),
        contrary=contrary,
        amount=amount,
        unit_price=pl.when(contrary | price.is_null()).then(made).otherwise(price),
        # of the order and repeated, or a part on each line: the file does not say
        several=several,
        discounted=pl.when(~several).then(pl.col("line_discount").abs()),
        note=pl.col("personal"),
    )
    cents = pl.col("unit_price") * quantity - pl.col("amount")
    in_person = pl.col("order_type").str.to_lowercase().str.contains(r"in.?person").fill_null(False)
    return rows.with_columns(
        discount=pl.when(cents > 0).then(cents + pl.col("discounted").fill_null(0)).otherwise("discounted"),
        shipped=pl.when(pl.col("left_at").is_not_null() | in_person).then(quantity).otherwise(0),
        cancelled=pl.lit(0, pl.Int64),
        external=pl.lit(False),
        sku=pl.col("listing_sku"),
        tax_of_order=pl.col("tax"),
        tax=pl.lit(None, pl.Int64),
    )


def _complaints(rows: pl.DataFrame, lines: pl.DataFrame, rejected: pl.DataFrame, bound: Bound) -> list[pl.DataFrame]:
    nameless, fine = spotless(rows, rejected), spotless(lines, rejected)
    quantity = bound.headings["quantity"]
    found = [
        complain(nameless, pl.col("order_ref").is_null(), bound.headings["order_ref"], _("no order id in this row")),
        complain(fine, pl.col("quantity").is_null(), quantity, _("no quantity")),
        complain(fine, pl.col("quantity") == 0, quantity, _("nothing was ordered: quantity 0"), value=pl.lit("0")),
        complain(fine, pl.col("listing_sku").is_null(), bound.headings["title"], _("neither SKU, listing nor item name")),
    ]
    if "placed_at" in bound:
        heading = bound.headings["placed_at"]
        found.append(complain(fine, pl.col("placed_at").is_null(), heading, _("the order does not say when it was placed")))
    return found


def _orders(lines: pl.DataFrame, bound: Bound, context: Context) -> pl.DataFrame:
    """One row an order. The total only where every part of it is known."""
    orders = lines.group_by("order_no", maintain_order=True).agg(
        pl.col("row").min(),
        pl.col("order_ref").first(),
        *(pl.col(name).drop_nulls().first() for name in _ONCE),
        pl.col("placed_at").min(),
        updated_at=pl.max_horizontal(pl.col(*_DATES).max()),
        fulfilled_at=pl.col("left_at").max(),
        paid=pl.col("paid_at").is_not_null().any(),
        several=pl.col("several").any(),
        subtotal=pl.when(pl.col("amount").is_not_null().all()).then(pl.col("amount").sum()),
        coupons=pl.col("line_discount").abs().sum(),
        says_coupons=pl.col("line_discount").is_not_null().any(),
        shipping=pl.col("shipping").max(),
        tax=pl.col("tax_of_order").max(),
        freight_off=pl.col("shipping_discount").abs().max(),
        freight_off_again=pl.col("shipping_discount_again").abs().max(),
    )
    off, again = pl.col("freight_off"), pl.col("freight_off_again")
    known = ~pl.col("several") & (again.is_null() | off.is_null() | (again == off))
    discount = pl.when(known & (pl.col("says_coupons") | off.is_not_null())).then(
        pl.col("coupons") + pl.coalesce(off, again).fill_null(0)
    )
    total = pl.col("subtotal") + pl.col("shipping") + pl.col("tax").fill_null(0) - pl.col("discount").fill_null(0)
    unpaid = Payment.UNPAID if "paid_at" in bound else Payment.UNKNOWN
    now, no = pl.lit(iso(context.now)), pl.lit(False)
    return orders.with_columns(discount=discount).with_columns(
        total=pl.when(known).then(total),
        payment=pl.when("paid").then(pl.lit(Payment.PAID.value)).otherwise(pl.lit(unpaid.value)),
        currency=pl.col("currency").fill_null(context.currency),
        # the end of a day that is not over
        fulfilled_at=pl.when(pl.col("fulfilled_at") > now).then(now).otherwise("fulfilled_at"),
        country=alpha2_all(orders["country"]),
        cancelled=no, delivered=no, gift=no, cancel_requested=no, on_hold=no, no_address=no,
    )  # fmt: skip


READERS: tuple[Reader, ...] = (OrderItems(), SoldOrders())
