"""
TikTok Shop's order export (To ship, All orders), XLSX or CSV: one row an order and SKU ID, split over packages where need be.

Headings are English everywhere, and a row of explanations below them may have taken their place. Words of status are the
market's. Money of the order stands again on each row. Times have no zone, and day and month in the order of the market.
There is no line id.
"""

from collections.abc import Mapping, Sequence

import polars as pl

from oms.channels.base import Context, Reader, Reading, key_lines, newest, number_orders, order_reading, spotless
from oms.channels.countries import alpha2_all
from oms.channels.day_first import DAY_FIRST, YEAR_FIRST, Decision, ambiguous, decide
from oms.channels.forms import StockForm, starting
from oms.channels.seller_center import CONTACT, Price, counted, joined, lacking, notes_of, orders_of, priced, state_of
from oms.channels.status_words import DELIVERED, HELD, OPEN, SHIPPED, TIKTOK, UNKNOWN, StatusWord, languages
from oms.sheets.columns import Bound, Legend, Moment, OneOf, Text, Whole, bind, complain, typed
from oms.sheets.read import Sheet
from oms.words import _

EXPLAINED = "Platform unique order ID."  # under `Order ID` in the row of explanations
_CANCEL = ("cancel", "cancellation", "cancelation", "ยกเลิก", "batal", "pembatalan", "hủy", "huỷ")

#: Field -> its heading, then its explanation.
TIMES: dict[str, tuple[str, ...]] = {
    "placed_at": ("Created Time", "Order created time."),
    "paid_at": ("Paid Time", "Order paid time."),
    "packed_at": ("RTS Time", "Order RTS time."),
    "shipped_at": ("Shipped Time", "Order shipped time."),
    "delivered_at": ("Delivered Time", "Order delivered time."),
    "cancelled_at": ("Cancelled Time", "Order cancelled time."),
}
#: Of each pair, the second never happens before the first.
_AFTER = (
    ("placed_at", "paid_at"), ("placed_at", "packed_at"), ("placed_at", "shipped_at"), ("placed_at", "delivered_at"),
    ("placed_at", "cancelled_at"), ("paid_at", "packed_at"), ("paid_at", "shipped_at"), ("packed_at", "shipped_at"),
    ("shipped_at", "delivered_at"),
)  # fmt: skip


def legend(formats: Sequence[str]) -> Legend:
    """The legend of a file whose times are written in one of `formats`."""
    return {
        "order_ref": Text("Order ID", EXPLAINED, identifier=True),
        "status": StatusWord("Order Status", "Current order status.", words=TIKTOK),
        "substatus": StatusWord("Order Substatus", "Current order substatus.", words=TIKTOK),
        "turned": OneOf("Cancelation/Return Type", "Cancellation/Return Type", words=dict.fromkeys(_CANCEL, "cancel"),
                        other="return"),
        "preorder": OneOf("Normal or Pre-order", words={"pre-order": "pre-order", "preorder": "pre-order"}, other=None),
        "sku_id": Text("SKU ID", "Platform unique SKU ID.", identifier=True),
        "sku": Text("Seller SKU", "Seller sku input by the seller in the product system.",
                    "Seller sku input by the seller.", identifier=True, missing=("-",)),
        "title": Text("Product Name", "Platform product name."),
        "variant": Text("Variation", "Platform SKU variation."),
        "quantity": Whole("Quantity", "SKU sold quantity in the order.", "Qty."),
        "returned": Whole("Sku Quantity of return", "Quantity of return"),
        "unit": Price("SKU Unit Original Price", least=0),
        "before": Price("SKU Subtotal Before Discount"),
        "platform_off": Price("SKU Platform Discount"),
        "seller_off": Price("SKU Seller Discount"),
        "after": Price("SKU Subtotal After Discount"),
        "shipping": Price("Shipping Fee After Discount"),
        "taxes": Price("Taxes"),
        "total": Price("Order Amount"),
        "refunded": Price("Order Refund Amount"),
        **{field: Moment(*headings, formats=formats) for field, headings in TIMES.items()},
        "fulfilment": Text("Fulfillment Type", "Fulfilment Type"),
        "tracking": Text("Tracking ID", "The order's tracking number."),
        "service": Text("Delivery Option"),
        "message": Text("Buyer Message"),
        "instruction": Text("Delivery Instruction"),
        "name": Text("Recipient"),
        "phone": Text("Phone #", guarded=True, mangled_is_missing=True),
        "postcode": Text("Zipcode", guarded=True),
        "country": Text("Country"),
        "region": Text("Province", "State"),
        "city": Text("City", "Post Town", "Regency and City", "District"),
        "street": Text("Detail Address", "Address Line 1", "Address Line"),
        "street2": Text("Address Line 2", "Additional address information"),
        "villages": Text("Villages", "Commune"),
        "districts": Text("Districts"),
    }  # fmt: skip


LEGEND = legend(DAY_FIRST + YEAR_FIRST)
_ONCE = (
    "shipping", "taxes", "total", "refunded", "service", "preorder", "message", "instruction",
    *(name for name in CONTACT if name not in ("company", "email", "address1", "address2")),
    "street", "street2", "villages", "districts",
)  # fmt: skip


class Orders:
    """The order export. Its dates are judged by all of its rows, so it is read whole."""

    format = "tiktok-orders"
    kind = "orders"
    channel_kind: str | None = "tiktok"

    def recognises(self, headings: frozenset[str]) -> bool:
        """By the explanation of Order ID, or by headings that stand side by side nowhere else."""
        if "platform_unique_order_id." in headings:
            return "quantity" in bind(LEGEND, headings)
        said = {"order_status", "created_time", "order_substatus", "sku_subtotal_after_discount"} & headings
        article = {"sku_id", "seller_sku"} & headings
        other = {"order_item_id", "return_order_id"} & headings  # Temu's orders, TikTok's returns
        return {"order_id", "quantity"} <= headings and bool(said and article) and not other

    def columns(self, headings: tuple[str, ...]) -> set[str]:
        """Some 35 of the 57."""
        return set(bind(LEGEND, headings).headings.values())

    def read(self, sheet: Sheet, context: Context) -> Reading:
        """Every row is a line; what it says of its order is taken once."""
        headings = bind(LEGEND, sheet.peek.headings).headings
        explains = _explanations(sheet, headings)
        decision = _decision(sheet, headings, explains, context)
        bound = bind(legend(decision.formats if decision else DAY_FIRST + YEAR_FIRST), sheet.peek.headings)
        read = typed(sheet.frame, bound, timezone=context.timezone, currency=context.currency)
        rows = number_orders(read.frame.with_columns(order_ref=pl.when(~explains).then("order_ref")), "order_ref")
        lines = _lines(rows.filter(pl.col("order_no").is_not_null()), bound)
        orders = _orders(lines, context.currency, stated="status" in bound or "substatus" in bound)
        fine = spotless(lines, read.rejected)
        nameless = spotless(rows, read.rejected).filter(pl.col("order_ref").is_null())
        complaints = [
            *_undecided(sheet, headings, decision), read.rejected,
            complain(nameless, pl.lit(True), headings["order_ref"], _("no order id in this row")),
            *lacking(lines, fine, headings, orders),
        ]  # fmt: skip
        return order_reading(
            format=self.format, sheet=sheet, keys=rows.select("row", "order_no"), orders=orders,
            lines=key_lines(lines.with_columns(sku=pl.coalesce("sku_id", "sku"))), complaints=complaints,
            ignored={_("the row that explains the columns"): sheet.frame["row"].filter(explains)},
            as_of=newest(orders, ["updated_at"], context.now), notes=_notes(sheet, headings, lines, decision),
        )  # fmt: skip


def _explanations(sheet: Sheet, headings: Mapping[str, str]) -> pl.Series:
    """Which rows explain the columns: a sentence stands where an order id should, and no number where a quantity should."""
    cell = pl.col(headings["order_ref"]).str.strip_chars()
    known = cell.str.to_lowercase().str.starts_with(EXPLAINED[:24].lower())
    sentence = cell.str.contains(r"^[^\d]*\pL\s+\pL[^\d]*$") & ~pl.col(headings["quantity"]).fill_null("").str.contains(r"\d")
    first = pl.col("row") == sheet.peek.data_row
    return sheet.frame.select((known | (first & sentence)).fill_null(False)).to_series()


def _decision(sheet: Sheet, headings: Mapping[str, str], explains: pl.Series, context: Context) -> Decision | None:
    """Day or month first, by everything in the file that can tell."""
    said = sheet.frame.filter(~explains)
    dates = said.select(pl.col(headings[field]).alias(field) for field in TIMES if field in headings)
    codes: set[str] = set()
    if "country" in headings:
        codes = set(alpha2_all(said[headings["country"]].str.strip_chars().unique()).drop_nulls()) - {""}
    words = [word for field in ("status", "substatus") if field in headings for word in said[headings[field]].unique()]
    return decide(
        dates, countries=codes, languages=languages((word for word in words if word), TIKTOK),
        zone=context.channel.timezone if context.channel else None, after=_AFTER,
    )  # fmt: skip


def _undecided(sheet: Sheet, headings: Mapping[str, str], decision: Decision | None) -> list[pl.DataFrame]:
    """Where nobody can say which day a date is, its row is refused."""
    if decision is None or decision.day_first is not None:
        return []
    hint = _("give the channel its `timezone` in oms.toml, or export a longer period: a day after the 12th decides")
    return [
        complain(sheet.frame, ambiguous(headings[field]), headings[field], decision.why, hint, pl.col(headings[field]))
        for field in TIMES if field in headings
    ]  # fmt: skip


def _lines(rows: pl.DataFrame, bound: Bound) -> pl.DataFrame:
    """
    The rows as lines, with their state, counters and prices.

    The substatus refines the status: shipped goods are delivered, an order to ship is on hold.
    """
    main = "status" if "status" in bound else "substatus"
    status, detail = state_of(main, main in bound), pl.col("substatus")
    state = (
        pl.when((status == SHIPPED) & (detail == DELIVERED)).then(pl.lit(DELIVERED))
        .when((status == OPEN) & detail.is_in([HELD, UNKNOWN])).then(detail)
        .otherwise(status)
    )  # fmt: skip
    called = pl.when(pl.col("variant").is_not_null()).then(pl.concat_str("title", "variant", separator=" / "))
    off = pl.sum_horizontal(pl.col("platform_off").abs(), pl.col("seller_off").abs())
    lines = rows.with_columns(
        state=state,
        asked=(pl.col("turned").is_not_null() & state.is_in([OPEN, HELD])).fill_null(False),
        back=(pl.col("turned") == "return").fill_null(False) | (pl.col("returned") > 0).fill_null(False),
        off=pl.when(pl.any_horizontal(pl.col("platform_off", "seller_off").is_not_null())).then(off),
        external=pl.col("fulfilment").str.to_lowercase().str.contains(r"ful+fil\w* by tiktok|\bfbt\b").fill_null(False),
        listing_sku=pl.coalesce("sku", "sku_id", called, "title"),
    )
    return priced(counted(lines))


def _orders(lines: pl.DataFrame, currency: str, *, stated: bool) -> pl.DataFrame:
    """One row an order. Its subtotal is what its lines cost before discounts."""
    orders = orders_of(lines, currency, _ONCE, tuple(TIMES), stated=stated)
    sums = lines.group_by("order_no").agg(
        subtotal=pl.when(pl.col("unit_price").is_not_null().all()).then((pl.col("unit_price") * pl.col("quantity")).sum()),
        discount=pl.when(pl.col("discount").is_not_null().all()).then(pl.col("discount").sum()),
    )
    note = pl.concat_str("message", "instruction", separator="\n", ignore_nulls=True)
    return orders.join(sums, on="order_no", how="left", maintain_order="left").with_columns(
        note=pl.when(note != "").then(note),
        tags=pl.col("preorder"),
        tax=pl.col("taxes"),
        address1=pl.col("street"),
        address2=joined("street2", "villages", "districts"),
    )


def _notes(sheet: Sheet, headings: Mapping[str, str], lines: pl.DataFrame, decision: Decision | None) -> list[str]:
    """How the dates were read, and what the rows say that a person should know."""
    notes = []
    if decision is not None and decision.day_first is not None:
        first = _("the day first") if decision.day_first else _("the month first")
        notes.append(_("dates are read with {first}, by {why}", first=first, why=decision.why))
    words = None
    if "status" in headings:
        cells = sheet.frame.select("row", status=headings["status"], substatus=headings.get("substatus", headings["status"]))
        beside = lines.select("row", "status").join(cells, on="row", how="left", maintain_order="left", suffix="_said")
        words = beside.select(pl.when(pl.col("status") == UNKNOWN).then("status_said").otherwise("substatus")).to_series()
    return [*notes, *notes_of(lines, words, lines["tracking"].is_not_null())]


#: The workbook of Products → Batch edit → Stock (or all information). Newer ones have a column of quantities a warehouse.
STOCK = StockForm(
    "tiktok-stock",
    "tiktok",
    {
        "id": Text("product_id", "Product ID"),
        "sku": Text("seller_sku", "sku_id", "Seller SKU", identifier=True, missing=("-",)),
        "sku_id": Text("sku_id", "SKU ID", identifier=True),
        "title": Text("product_name", "Product Name"),
        "variant": Text("variation_value", "variation", "Variation"),
    },
    pl.coalesce("sku", "sku_id", pl.concat_str("title", "variant", separator=" / "), "title"),
    starting("quantity", "warehouse_quantity"),
    mark="variation",
    called=_("batch edit workbook"),
    labels=2,
)
READERS: tuple[Reader, ...] = (Orders(), STOCK)
