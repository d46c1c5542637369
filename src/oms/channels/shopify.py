"""
Shopify admin's orders_export.csv.

One row a line; the order's own columns are filled on its first row only. There is no line id. Times carry the
offset of the shop. `Lineitem price` is the unit price; `Subtotal` is already net of discounts.
"""

import polars as pl

from oms.channels.base import (
    Context,
    Reader,
    Reading,
    key_lines,
    newest,
    number_orders,
    order_reading,
    spotless,
)
from oms.channels.cash import paid_at_the_door
from oms.channels.countries import alpha2_all
from oms.channels.shopify_inventory import Inventory
from oms.model.frames import ORDERS, REJECTED, empty
from oms.model.states import Payment
from oms.sheets.columns import Amount, CurrencyCode, Legend, Moment, OneOf, Text, Whole, bind, complain, typed
from oms.sheets.read import Sheet
from oms.words import _

_FINANCIAL = (
    "authorized", "expired", "paid", "partially_paid", "partially_refunded", "pending", "refunded", "unpaid", "voided",
)  # fmt: skip
_DASH = ("-", "--")  # the zip of a country without zips

NAME = {"order_ref": Text("Name", identifier=True)}

#: On the first row of an order.
ORDER: Legend = {
    "channel_order_id": Text("Id", identifier=True),
    "email": Text("Email"),
    "contact_phone": Text("Phone", guarded=True, mangled_is_missing=True),
    "financial": OneOf("Financial Status", words={word: word for word in _FINANCIAL}),
    "paid_at": Moment("Paid at"),
    "fulfillment": OneOf("Fulfillment Status", words={"fulfilled": "fulfilled", "partial": "partial"}, other=None),
    "fulfilled_at": Moment("Fulfilled at"),
    "created_at": Moment("Created at"),
    "cancelled_at": Moment("Cancelled at"),
    "currency": CurrencyCode("Currency"),
    "subtotal": Amount("Subtotal"),
    "shipping": Amount("Shipping"),
    "tax": Amount("Taxes"),
    "total": Amount("Total"),
    "discount": Amount("Discount Amount"),
    "refunded": Amount("Refunded Amount"),
    "service": Text("Shipping Method"),
    "method": Text("Payment Method"),
    "risk": OneOf("Risk Level", words={"high": "high", "medium": "medium", "low": "low"}, other=None),
    "tags": Text("Tags"),
    "notes": Text("Notes"),
    "attributes": Text("Note Attributes"),
    "name": Text("Shipping Name", missing=_DASH),
    "company": Text("Shipping Company", missing=_DASH),
    "ship_phone": Text("Shipping Phone", guarded=True, mangled_is_missing=True, missing=_DASH),
    "address1": Text("Shipping Address1", missing=_DASH),
    "street": Text("Shipping Street", missing=_DASH),
    "address2": Text("Shipping Address2", missing=_DASH),
    "city": Text("Shipping City", missing=_DASH),
    "province": Text("Shipping Province", missing=_DASH),
    "province_name": Text("Shipping Province Name", missing=_DASH),
    "postcode": Text("Shipping Zip", guarded=True, missing=_DASH),
    "country": Text("Shipping Country", missing=_DASH),
}
SLICE = 100_000  # orders typed at a time
ADDRESS = ("address1", "street", "city", "postcode", "country")

#: On every row.
LINE: Legend = {
    "quantity": Whole("Lineitem quantity"),
    "title": Text("Lineitem name"),
    "sku": Text("Lineitem sku", identifier=True, missing=_DASH),
    "unit_price": Amount("Lineitem price", least=0),
    "discount": Amount("Lineitem discount"),
    "fulfilment": OneOf("Lineitem fulfillment status", words={"fulfilled": "fulfilled", "restocked": "restocked"}, other=None),
    "to_ship": OneOf("Lineitem requires shipping", words={"false": "no", "true": "yes"}, other=None),
}

#: Lines of `Note Attributes` that are tracking noise, or the buyer's data (which belongs into the contact only).
_NOISE = (
    r"(?mi)^\s*(?:_.*|utm[ _].*|.*\bip\b.*|gclid|fbclid|.*click.?id|landing.*|referr.*|user.?agent|browser.*|session.*"
    r"|visitor.*|subscribe.*|(?:first|last|full|your)?[ _]?name|(?:phone|mobile|tel|whatsapp|e-?mail|address|street|city"
    r"|town|zip|postal|postcode|province|state|region|district|country)\b[^:\n]*)\s*:.*$\n?"
)
_COD_FORM_PHONE = r"(?mi)^\s*(?:phone|mobile)[^:\n]*:[ \t]*(\S[^\n]*?)\s*$"
_COD_FORM_ADDRESS = r"(?mi)^\s*(?:full )?address(?: ?1| line 1)?\s*:[ \t]*(\S[^\n]*?)\s*$"
_COD_FORM_CITY = r"(?mi)^\s*(?:city|town)\s*:[ \t]*(\S[^\n]*?)\s*$"


class Orders:
    """`orders_export.csv`."""

    format = "shopify-orders"
    kind = "orders"
    channel_kind: str | None = "shopify"

    def recognises(self, headings: frozenset[str]) -> bool:
        """Name, a quantity and what was sold are enough: narrow exports are welcome."""
        return {"name", "lineitem_quantity"} <= headings and not {"lineitem_name", "lineitem_sku"}.isdisjoint(headings)

    def columns(self, headings: tuple[str, ...]) -> set[str]:
        """Some 40 of the 79."""
        return set(bind({**NAME, **ORDER, **{f"line_{k}": c for k, c in LINE.items()}}, headings).headings.values())

    def group(self, headings: tuple[str, ...]) -> str | None:
        """Rows with the same Name are one order."""
        return bind(NAME, headings).headings.get("order_ref")

    def read(self, sheet: Sheet, context: Context) -> Reading:
        """Rows of one `Name` are one order; the order's columns come from its first row that has them."""
        named = typed(sheet.frame, bind(NAME, sheet.peek.headings), timezone=context.timezone, currency=context.currency)
        keys = number_orders(named.frame, "order_ref")
        nameless = spotless(named.frame, named.rejected)
        hint = _("export the orders again; a row belongs to the order whose Name it has")
        complaints = [
            named.rejected,
            complain(nameless, pl.col("order_ref").is_null(), "Name", _("no order name in this row"), hint),
        ]
        heads = _head_rows(sheet, keys)
        complaints.append(_two_orders_of_one_name(sheet, keys, heads))
        parts = []
        for some in heads.iter_slices(SLICE):  # bounds what typing takes beside the file itself
            part, bad = _orders(sheet, some, context)
            parts.append(part)
            complaints += bad
        orders = pl.concat(parts) if parts else _orders(sheet, heads, context)[0]
        lines, bad = _lines(sheet, keys, orders, context)
        complaints += bad
        orders = _settled(orders, lines)
        return order_reading(
            format=self.format, sheet=sheet, keys=keys.select("row", "order_no"), orders=orders, lines=lines,
            complaints=complaints, as_of=newest(orders, ["updated_at"], context.now), whole_orders=True,
        )  # fmt: skip


def _filled(heading: str) -> pl.Expr:
    return pl.col(heading).str.strip_chars().fill_null("") != ""


def _head_rows(sheet: Sheet, keys: pl.DataFrame) -> pl.DataFrame:
    """
    The place in the frame of the row of each order that carries its columns: the first with a total or a financial
    status, else the first. `order_no, order_ref, row` (the first of the order)`, at`.
    """
    bound = bind({"total": ORDER["total"], "financial": ORDER["financial"]}, sheet.peek.headings)
    carries = [_filled(heading) for heading in bound.headings.values()]
    marks = sheet.frame.select(carries=pl.any_horizontal(pl.lit(False), *carries)).to_series()
    if len(marks) != keys.height:  # no such columns at all
        marks = pl.Series("carries", [False]).new_from_index(0, keys.height)
    placed = keys.lazy().with_columns(marks).with_row_index("at").filter(pl.col("order_no").is_not_null())
    heads = placed.group_by("order_no").agg(
        pl.col("order_ref").first(),
        row=pl.col("row").min(),
        first=pl.col("at").min(),
        carrying=pl.col("at").filter("carries").min(),
    )
    return heads.sort("order_no").select("order_no", "order_ref", "row", at=pl.coalesce("carrying", "first")).collect()


def _two_orders_of_one_name(sheet: Sheet, keys: pl.DataFrame, heads: pl.DataFrame) -> pl.DataFrame:
    """Two shops in one file: one Name, two Ids. Nothing tells their lines apart."""
    bound = bind({"id": ORDER["channel_order_id"]}, sheet.peek.headings)
    if "id" not in bound:
        return empty(REJECTED)
    heading = bound.headings["id"]
    said = sheet.frame.select("row", id=pl.col(heading).str.strip_chars().str.strip_prefix("'")).with_columns(keys["order_no"])
    own = said[heads["at"]].select("order_no", own="id")
    others = said.with_row_index("at").filter(_filled("id")).join(heads, on="at", how="anti").join(own, on="order_no")
    return complain(others, pl.col("id") != pl.col("own"), heading, _("one Name stands for two orders"),
                    _("import the files of two shops apart"), pl.col("id"))  # fmt: skip


def _orders(sheet: Sheet, heads: pl.DataFrame, context: Context) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """One row an order, with what the order itself says."""
    bound = bind(ORDER, sheet.peek.headings)
    raw = sheet.frame.select("row", *bound.headings.values())[heads["at"]]
    currencies = typed(raw, bound.only("currency"), timezone=context.timezone, currency=context.currency).frame
    read = typed(raw, bound, timezone=context.timezone, currency=context.currency, currencies=currencies["currency"])
    complaints = [read.rejected]
    if "created_at" in bound:
        fine = spotless(raw, read.rejected)
        heading = bound.headings["created_at"]
        complaints.append(complain(fine, ~_filled(heading), heading, _("the order does not say when it was placed")))
    attributes = pl.col("attributes").str.replace_all("\r", "", literal=True)
    custom = attributes.str.replace_all(_NOISE, "").str.strip_chars()
    orders = read.frame.with_columns(
        heads.select("order_no", "order_ref", "row"),
        payment=_payment(read.frame),
        currency=pl.col("currency").fill_null(context.currency),
        placed_at=pl.col("created_at"),
        updated_at=pl.max_horizontal("created_at", "paid_at", "fulfilled_at", "cancelled_at"),
        note=pl.when(custom != "").then(pl.concat_str("notes", custom, separator="\n", ignore_nulls=True)).otherwise("notes"),
        phone=pl.coalesce("ship_phone", "contact_phone", attributes.str.extract(_COD_FORM_PHONE)),
        # two lines typed into one field are one line of an address
        address1=pl.coalesce("address1", "street", attributes.str.extract(_COD_FORM_ADDRESS)).str.replace_all(
            r"\s*[\r\n]+\s*", ", "
        ),
        city=pl.coalesce("city", attributes.str.extract(_COD_FORM_CITY)),
        region=pl.coalesce("province", "province_name"),
        country=alpha2_all(read.frame["country"]),
        no_address=pl.lit(not any(name in bound for name in ADDRESS)),
        delivered=pl.lit(False),
        ended=pl.col("cancelled_at").is_not_null() | (pl.col("financial") == "refunded").fill_null(False),
        all_shipped=(pl.col("fulfillment") == "fulfilled").fill_null(False),
    )
    return orders.select(
        "ended", "all_shipped", "financial", "fulfillment", *(c for c in ORDERS if c in orders.columns)
    ), complaints


def _payment(orders: pl.DataFrame) -> pl.Series:
    """Paid, to be paid at the door, or not paid: an order that is only `pending` ships when it is paid at the door."""
    methods = orders["method"].drop_nulls().unique().to_list()
    at_the_door = [method for method in methods if paid_at_the_door(method)]
    tagged = pl.col("method").is_null() & pl.col("tags").str.to_lowercase().str.contains(r"\bcod\b|cod_form")
    cod = pl.col("method").is_in(at_the_door).fill_null(False) | tagged.fill_null(False)
    financial = pl.col("financial")
    return orders.select(
        pl.when(financial.is_null()).then(pl.lit(Payment.UNKNOWN.value))
        .when(financial.is_in(["paid", "partially_refunded", "refunded"])).then(pl.lit(Payment.PAID.value))
        .when((financial == "pending") & cod).then(pl.lit(Payment.COD.value))
        .otherwise(pl.lit(Payment.UNPAID.value))
    ).to_series()  # fmt: skip


def _lines(sheet: Sheet, keys: pl.DataFrame, orders: pl.DataFrame, context: Context) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """One row a line, with what left and what never will."""
    bound = bind(LINE, sheet.peek.headings)
    about = orders.select("order_no", "currency", "ended", "all_shipped")
    says = [_filled(bound.headings[name]) for name in ("quantity", "title", "sku", "unit_price") if name in bound]
    raw = (
        sheet.frame.lazy()
        .select("row", *bound.headings.values())
        .with_columns(keys["order_no"])
        .filter(pl.col("order_no").is_not_null())
        # a row that only carries the order, beside rows with its lines, is no line
        .filter(pl.any_horizontal(says) | (pl.len().over("order_no") == 1))
        .join(about.lazy(), on="order_no", how="left", maintain_order="left")
        .collect()
    )
    read = typed(
        raw, bound, timezone=context.timezone, currency=context.currency, currencies=raw["currency"],
        keep=["order_no", "ended", "all_shipped"],
    )  # fmt: skip
    lines = read.frame.with_columns(listing_sku=pl.coalesce("sku", "title"))
    fine = spotless(lines, read.rejected)
    quantity = bound.headings["quantity"]
    never = pl.col("ended") | (pl.col("fulfilment") == "restocked").fill_null(False)
    complaints = [
        read.rejected,
        complain(fine, pl.col("quantity").is_null(), quantity, _("no quantity")),
        complain(fine, (pl.col("quantity") == 0) & ~never, quantity,
                 _("nothing was ordered: quantity 0 on an open order"), value=pl.lit("0")),
        complain(fine, pl.col("listing_sku").is_null(), bound.headings.get("title", "Lineitem sku"),
                 _("neither sku nor title")),
    ]  # fmt: skip
    left = pl.col("all_shipped") | (pl.col("fulfilment") == "fulfilled").fill_null(False)
    lines = lines.with_columns(
        shipped=pl.when(left).then("quantity").otherwise(0),
        external=(pl.col("to_ship") == "no").fill_null(False),  # gift cards and downloads never leave a shelf
    ).with_columns(cancelled=pl.when(never).then(pl.col("quantity") - pl.col("shipped")).otherwise(0))
    return key_lines(lines), complaints


def _settled(orders: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """
    Cancelled: the channel says so, or all was refunded before anything left.

    A refund after shipment cancels nothing: the goods are with the buyer, or on their way back.
    """
    left = lines.group_by("order_no").agg(left=pl.col("shipped").sum() > 0)
    orders = orders.join(left, on="order_no", how="left", maintain_order="left")
    untouched = ~pl.col("left").fill_null(False) & pl.col("fulfillment").is_null()
    refunded = (pl.col("financial") == "refunded").fill_null(False) & untouched
    return orders.with_columns(cancelled=pl.col("cancelled_at").is_not_null() | refunded)


READERS: tuple[Reader, ...] = (Orders(), Inventory())
