"""
Shopee's packing list `Order.toship…xlsx`: one row an order, all its articles in one cell.

    [1] Product Name:Mug; Variation Name:Blue; Price: R$ 52.90; Quantity: 1; SKU Reference No.: MUG-B; Parent SKU …: MUG; [2] …

All of its orders are to ship. Only `order_sn` and `product_info` are sure to be there; the other columns are bound where
they are.
"""

import polars as pl

from oms.channels.base import Context, Reading, key_lines, newest, number_orders, order_reading, spotless
from oms.channels.countries import alpha2_all
from oms.channels.own_kind import days_alone
from oms.channels.seller_center import Price
from oms.model.states import Payment
from oms.sheets.columns import Legend, Moment, Text, Whole, bind, complain, typed
from oms.sheets.read import Sheet
from oms.words import _

ORDER: Legend = {
    "order_ref": Text("order_sn", "Order ID", identifier=True),
    "info": Text("product_info", "Product Information"),
    "placed_at": Moment("order_creation_date", "order_creation_time", "Order Creation Date", missing=("-",)),
    "paid_at": Moment("order_paid_time", "Order Paid Time", missing=("-",)),
    "ship_by": Moment("ship_by_date", "Ship By Date", "estimated_ship_out_date", end_of_day=True, missing=("-",)),
    "service": Text("shipping_option", "Shipping Option"),
    "note": Text("remark_from_buyer", "Remark from buyer"),
    "name": Text("order_receiver_name", "receiver_name", "Receiver Name"),
    "phone": Text("phone_number", "Phone Number", guarded=True, mangled_is_missing=True),
    "address1": Text("delivery_address", "Delivery Address"),
    "city": Text("city"),
    "region": Text("province"),
    "country": Text("country"),
    "postcode": Text("zip_code", guarded=True),
}
ITEM: Legend = {
    "sku": Text("SKU Reference No.", identifier=True, missing=("-",)),
    "parent_sku": Text("Parent SKU Reference No.", identifier=True, missing=("-",)),
    "title": Text("Product Name"),
    "variant": Text("Variation Name", missing=("-",)),
    "unit_price": Price("Price", least=0),
    "quantity": Whole("Quantity"),
}
_KEYS = tuple(column.headings[0] for column in ITEM.values())
_KEY = "|".join(key.replace(".", r"\.") for key in sorted(_KEYS, key=len, reverse=True))
_START = rf"\[\d+\]\s*({_KEY})\s*:"
_MARK = "\x1e"


class PackingList:
    """The packing list."""

    format = "shopee-packing-list"
    kind = "orders"
    channel_kind: str | None = "shopee"

    def recognises(self, headings: frozenset[str]) -> bool:
        """By the cell that holds all articles."""
        return not {"product_info", "product_information"}.isdisjoint(headings) and not {"order_sn", "order_id"}.isdisjoint(
            headings
        )

    def columns(self, headings: tuple[str, ...]) -> set[str]:
        """What is shipped, and to whom."""
        return set(bind(ORDER, headings).headings.values())

    def read(self, sheet: Sheet, context: Context) -> Reading:
        """Every row is an order; the articles in its cell are its lines."""
        bound = bind(ORDER, sheet.peek.headings)
        read = typed(days_alone(sheet.frame, bound, sheet.peek), bound, timezone=context.timezone, currency=context.currency)
        rows = number_orders(read.frame, "order_ref")
        twice = rows.filter(pl.col("order_ref").is_duplicated() & pl.col("order_ref").is_not_null())
        again = twice.filter(pl.col("row") != pl.col("row").max().over("order_ref"))["row"]
        kept = rows.filter(~pl.col("row").is_in(again.implode())) if len(again) else rows
        items = _items(kept.filter(pl.col("order_no").is_not_null()))
        said = typed(items, bind(ITEM, _KEYS), timezone=context.timezone, currency=context.currency, keep=["order_no"])
        lines = _lines(said.frame)
        orders = _orders(kept.filter(pl.col("order_no").is_not_null()), context.currency)
        heading = bound.headings["info"]
        bare, fine = spotless(kept, read.rejected), spotless(lines, said.rejected)
        empty = bare.join(items, on="row", how="anti") if items.height else bare
        hint = _("export the orders themselves (Order.all) instead")
        complaints = [
            read.rejected,
            said.rejected.with_columns(column=pl.lit(heading)),
            complain(bare, pl.col("order_ref").is_null(), bound.headings["order_ref"], _("no order id in this row")),
            complain(empty, pl.lit(True), heading, _("no article that could be read"), hint),
            complain(fine, pl.col("quantity").fill_null(0) == 0, heading, _("an article without a quantity"), hint),
            complain(fine, pl.col("listing_sku").is_null(), heading, _("an article without sku and name"), hint),
        ]  # fmt: skip
        return order_reading(
            format=self.format, sheet=sheet, keys=rows.select("row", "order_no"), orders=orders, lines=lines,
            complaints=complaints, ignored={_("the same order again, further down"): again},
            as_of=newest(orders, ["updated_at"], context.now),
        )  # fmt: skip


def _items(rows: pl.DataFrame) -> pl.DataFrame:
    """One row an article: row, order_no and the texts behind each key."""
    parts = pl.col("info").str.replace_all(_START, _MARK + "${1}:").str.split(_MARK)
    items = rows.select("row", "order_no", item=parts).explode("item").filter(pl.col("item").str.contains(_KEY))
    values = [
        pl.col("item").str.extract(rf"(?s)(?:^|;\s*){key.replace('.', '[.]')}\s*:\s*(.*?)\s*(?:;\s*(?:{_KEY})\s*:|;?\s*$)", 1)
        .alias(key) for key in _KEYS
    ]  # fmt: skip
    return items.select("row", "order_no", *values)


def _lines(items: pl.DataFrame) -> pl.DataFrame:
    """The articles as lines, keyed by what they are and how often that comes."""
    parent = pl.concat_str("parent_sku", "variant", separator=" / ", ignore_nulls=True)
    named = pl.concat_str("title", "variant", separator=" / ", ignore_nulls=True)
    called = pl.coalesce("sku", pl.when(pl.col("parent_sku").is_not_null()).then(parent))
    lines = items.sort("order_no", "row", maintain_order=True).with_columns(
        sku=called,
        listing_sku=pl.coalesce(called, pl.when(pl.col("title").is_not_null()).then(named)),
        cancelled=pl.lit(0, pl.Int64), shipped=pl.lit(0, pl.Int64), external=pl.lit(False),
    )  # fmt: skip
    # lines are told apart by their rows, and here several stand in one
    placed = lines.with_columns(real=pl.col("row"), row=pl.int_range(pl.len(), dtype=pl.Int64))
    return key_lines(placed).with_columns(row=pl.col("real")).drop("real")


def _orders(rows: pl.DataFrame, currency: str) -> pl.DataFrame:
    """One row an order. The list does not speak of money paid: only what was released stands in it."""
    no = pl.lit(False)
    return rows.with_columns(
        placed_at=pl.coalesce("placed_at", "paid_at"),
        updated_at=pl.max_horizontal("placed_at", "paid_at"),
        payment=pl.when(pl.col("paid_at").is_not_null()).then(pl.lit(Payment.PAID.value))
        .otherwise(pl.lit(Payment.UNKNOWN.value)),
        currency=pl.lit(currency), country=alpha2_all(rows["country"]), cancelled=no, delivered=no, on_hold=no, gift=no,
        cancel_requested=no, no_address=no,
    )  # fmt: skip
