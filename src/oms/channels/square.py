"""
Square's item sales (Items Detail CSV): what went over a counter, one row an item of a transaction, newest first.

Versions of 24, 33 and 35 columns differ in what we do not read, and in `Token`, the id of the catalogue variation, which
the oldest lacks. There is no line id: two equal rows of one transaction are two sales. Date and time are the shop's,
its zone by its Rails name. Money has the sign of the currency and none of its code. Refunds have a negative Qty.
"""

import polars as pl

from oms.channels.base import Context, Reader, Reading, key_lines, newest, number_orders, order_reading
from oms.channels.own_kind import MIDNIGHT
from oms.channels.rails_zones import RAILS_ZONES
from oms.model.frames import REJECTED, empty
from oms.model.states import Payment
from oms.model.times import zone
from oms.sheets.columns import Amount, Legend, Moment, OneOf, Text, Whole, bind, complain, typed
from oms.sheets.read import Sheet
from oms.words import _

_WHEN = "Date and Time"
_PAYMENT, _REFUND = "payment", "refund"

LEGEND: Legend = {
    "order_ref": Text("Transaction ID", identifier=True),
    "zone": Text("Time Zone"),
    "item": Text("Item"),
    "price_point": Text("Price Point Name"),
    "quantity": Whole("Qty", least=None),
    "sku": Text("SKU", identifier=True),
    "token": Text("Token", identifier=True),
    "modifiers": Text("Modifiers Applied"),
    "gross": Amount("Gross Sales"),
    "discount": Amount("Discounts"),
    "net": Amount("Net Sales"),
    "tax": Amount("Tax"),
    "notes": Text("Notes"),
    "event": OneOf("Event Type", words={_PAYMENT: _PAYMENT, _REFUND: _REFUND}),
    "counter_location": Text("Location"),
    "name": Text("Customer Name"),
    "barcode": Text("GTIN", identifier=True),
}


class Items:
    """Counter sales and counter refunds."""

    format = "square-items"
    kind = "orders"
    channel_kind: str | None = "square"

    def recognises(self, headings: frozenset[str]) -> bool:
        """What all three versions have."""
        return {"date", "time", "transaction_id", "item", "qty", "price_point_name", "gross_sales"} <= headings

    def columns(self, headings: tuple[str, ...]) -> set[str]:
        """The declared ones, and the two that make the time."""
        return {*bind(LEGEND, headings).headings.values(), *_clock(headings).values()}

    def group(self, headings: tuple[str, ...]) -> str | None:
        """The rows of a transaction."""
        return bind(LEGEND, headings).headings["order_ref"]

    def read(self, sheet: Sheet, context: Context) -> Reading:
        """Each Transaction ID an order that has left already; refunds as goods that came back."""
        bound = bind(LEGEND, sheet.peek.headings)
        read = typed(sheet.frame, bound, timezone="UTC", currency=context.currency)
        times, untimed = _times(sheet, read.frame, context)
        rows = number_orders(read.frame.with_columns(times), "order_ref")
        title = pl.concat_str("item", "price_point", separator=" / ", ignore_nulls=True)
        rows = rows.with_columns(title=pl.when(title != "").then(title), counter_location=_place(context)).with_columns(
            listing_sku=pl.coalesce("sku", "token", "title")
        )
        back = (pl.col("event") == _REFUND).fill_null(False) | (pl.col("quantity") < 0).fill_null(False)
        nothing = (pl.col("quantity") == 0).fill_null(False)
        ignored = {
            "quantity 0": rows.filter(nothing & ~back)["row"],
            "refund of money only": rows.filter(nothing & back)["row"],
        }
        sold = rows.filter(~back & ~nothing & pl.col("order_no").is_not_null())
        orders = _orders(sold, context)
        names = bound.headings
        complaints = [
            read.rejected.with_columns(hint=_fractions(read.rejected, names["quantity"])),
            untimed,
            complain(rows, pl.col("order_ref").is_null(), names["order_ref"], _("is blank")),
            complain(rows, pl.col("quantity").is_null(), names["quantity"], _("is blank")),
            complain(rows, pl.col("placed_at").is_null(), "Date", _("is blank")),
            complain(rows, pl.col("listing_sku").is_null(), names["item"], _("neither SKU, Token nor Item")),
            complain(rows, pl.col("counter_location").is_null(), names.get("counter_location", "Location"),
                     _("does not say where"), _("say where it was sold with --location")),
        ]  # fmt: skip
        return order_reading(
            format=self.format, sheet=sheet, keys=rows.select("row", "order_no").sort("row"), orders=orders,
            lines=_lines(sold), complaints=complaints, ignored=ignored,
            returns=_returns(rows.filter(back & ~nothing), sold, context),
            as_of=newest(rows, ["placed_at"], context.now), whole_orders=True,
        )  # fmt: skip


def _clock(headings: tuple[str, ...]) -> dict[str, str]:
    return dict(bind({"date": Text("Date"), "time": Text("Time")}, headings).headings)


def _times(sheet: Sheet, rows: pl.DataFrame, context: Context) -> tuple[pl.Series, pl.DataFrame]:
    """`placed_at` of every row, each in the zone it names; complaints about times and zones nobody knows."""
    clock = _clock(sheet.peek.headings)
    # A workbook has a day with its midnight, and a time of day on the first of its days.
    day = pl.col(clock["date"]).str.strip_chars().str.replace(MIDNIGHT, "$1")
    when = pl.concat_str(
        day, pl.col(clock["time"]).str.strip_chars().str.replace(r"^1(?:899|900)-\d\d-\d\d ", ""), separator=" "
    )
    frame = sheet.frame.select("row", when.alias(_WHEN))
    zones = {name: found for name in rows["zone"].drop_nulls().unique().to_list() if (found := _zone(name)) is not None}
    named = pl.col("zone").replace_strict(list(zones), list(zones.values()), default=None, return_dtype=pl.String)
    unknown = pl.col("zone").is_not_null() & named.is_null()
    complaints = [complain(rows, unknown, "Time Zone", _("a time zone nobody knows"), value=pl.col("zone"))]
    zoned = rows.select(named.fill_null(context.timezone)).to_series()
    times = pl.Series("placed_at", [None], pl.String).new_from_index(0, rows.height)
    for name in zoned.unique().sort():
        here = (zoned == name).arg_true()
        read = typed(frame[here], bind({"placed_at": Moment(_WHEN)}, (_WHEN,)), timezone=name, currency=context.currency)
        times = times.scatter(here, read.frame["placed_at"])
        complaints.append(read.rejected.with_columns(column=pl.lit(clock["date"])))
    return times, pl.concat(complaints) if complaints else empty(REJECTED)


def _zone(name: str) -> str | None:
    """The IANA zone of a Rails name; IANA names stand for themselves."""
    if name in RAILS_ZONES:
        return RAILS_ZONES[name]
    try:
        zone(name)
    except KeyError:
        return None
    return name


def _place(context: Context) -> pl.Expr:
    """Where the counter stands: `--location` when given, else the cell, else the channel's only location."""
    if context.location is not None:
        return pl.lit(context.location)
    allowed = context.channel.locations if context.channel else None
    only = allowed[0] if allowed and len(allowed) == 1 else None
    return pl.col("counter_location").fill_null(pl.lit(only, pl.String))


def _fractions(rejected: pl.DataFrame, quantity: str) -> pl.Expr:
    """A hint where something is sold by weight: stock is counted in whole units."""
    return (
        pl.when(pl.col("column") == quantity)
        .then(pl.lit(_("stock is counted in whole units: sell by weight as a unit of its own")))
        .otherwise("hint")
    )


def _orders(sold: pl.DataFrame, context: Context) -> pl.DataFrame:
    """ORDERS of the rows that were sold; amounts only where every row has them."""

    def total(amount: pl.Expr) -> pl.Expr:
        return pl.when(amount.is_not_null().all()).then(amount.sum())

    sold = sold.sort("row")
    orders = sold.group_by("order_no", maintain_order=True).agg(
        pl.col("row").min(),
        pl.col("order_ref").first(),
        pl.col("placed_at").min(),
        pl.col("counter_location", "name").drop_nulls().first(),
        subtotal=total(pl.col("net")),
        discount=total(pl.col("discount").abs()),
        tax=total(pl.col("tax")),
        total=total(pl.col("net") + pl.col("tax")),
    )
    no = pl.lit(False)
    return orders.with_columns(
        updated_at=pl.col("placed_at"), fulfilled_at=pl.col("placed_at"), payment=pl.lit(Payment.PAID.value),
        currency=pl.lit(context.currency), cancelled=no, delivered=no, gift=no, cancel_requested=no, on_hold=no,
        no_address=no,
    )  # fmt: skip


def _lines(sold: pl.DataFrame) -> pl.DataFrame:
    """LINES: all of them left with the customer. `Gross Sales` is of the whole row."""
    quantity = pl.col("quantity")
    price = (pl.col("gross").abs() * 2 + quantity).floordiv(quantity * 2)  # half-up
    return key_lines(
        sold.with_columns(
            sku=pl.col("listing_sku"), shipped=quantity, cancelled=pl.lit(0, pl.Int64), unit_price=price,
            discount=pl.col("discount").abs(), external=pl.lit(False),
            note=pl.concat_str("modifiers", "notes", separator="; ", ignore_nulls=True).replace("", None),
        )
    )  # fmt: skip


def _returns(back: pl.DataFrame, sold: pl.DataFrame, context: Context) -> pl.DataFrame:
    """COUNTER_RETURNS; the sale is named only where it stands in the same file, Square gives refunds ids of their own."""
    refunded = (pl.col("net").abs() + pl.col("tax").fill_null(0).abs()).alias("refunded")
    back = back.with_columns(refunded, pl.col("quantity").abs()).filter(pl.col("order_ref").is_not_null())
    key = ["order_ref", "listing_sku"]
    back = back.sort(*key, "quantity", "refunded", "row", nulls_last=True)
    occurrence = pl.int_range(1, pl.len() + 1).over(key).cast(pl.String)
    known = pl.col("order_ref").is_in(sold["order_ref"].unique().implode())
    return back.with_columns(
        return_ref=pl.concat_str("order_ref", pl.lit("/"), pl.col("listing_sku").fill_null(""), pl.lit("#"), occurrence),
        order_ref=pl.when(known).then("order_ref"),
        returned_at=pl.col("placed_at"),
        location=pl.col("counter_location"),
        currency=pl.lit(context.currency),
    ).sort("row")


READERS: tuple[Reader, ...] = (Items(),)
