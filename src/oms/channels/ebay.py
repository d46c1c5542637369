"""
eBay's orders report (Seller Hub): US, UK (`Post to …`) and German headings.

A sale of several items has a summary row, with address, buyer and the order's money and without an item number, above a
row an item. Below the rows stand `N, record(s) downloaded …` and `Seller ID : …`, in files pasted together in the middle
too. An unpaid sale has no order number yet: it goes by its sales record number. Dates have no zone, the channel's is
taken. The sign before an amount says its currency.
"""

import polars as pl

from oms.channels import ebay_rows as parts
from oms.channels.base import Context, Reader, Reading, key_lines, newest, number_orders, order_reading, spotless
from oms.channels.countries import alpha2_all
from oms.channels.ebay_money import CHARGES, currencies, priced
from oms.channels.own_kind import days_alone
from oms.model.states import Payment
from oms.model.times import iso
from oms.sheets.columns import Amount, Bound, Legend, Moment, OneOf, Text, Whole, bind, complain, normals, typed
from oms.sheets.read import Sheet
from oms.words import _

_DASHES = ("--", "-")
_LEFT = ("Shipped On Date", "Dispatched on date", "Posted on date", "Versanddatum", "Versandt am", "Versendet am")
_GERMAN = frozenset(("verkaufsprotokollnummer", "bestellnummer"))


def _text(*headings: str, identifier: bool = False) -> Text:
    return Text(headings[0], *headings[1:], identifier=identifier, missing=_DASHES)


def _day(*headings: str, end_of_day: bool = False) -> Moment:
    return Moment(headings[0], *headings[1:], missing=_DASHES, end_of_day=end_of_day)


def _legend(decimal: str) -> Legend:
    """The columns we read; `decimal` is the sign before the cents."""

    def money(*headings: str) -> Amount:
        return Amount(headings[0], *headings[1:], decimal=decimal, missing=_DASHES)

    yes = OneOf("eBay Fulfillment Program", "eBay Fulfilment Programme", words={"yes": "yes", "ja": "yes"}, other=None)
    return {
        "record": _text("Sales Record Number", "Verkaufsprotokollnummer", identifier=True),
        "order_number": _text("Order Number", "Bestellnummer", identifier=True),
        "buyer": _text("Buyer Username", "Nutzername des Käufers", "Mitgliedsname"),
        "item": _text("Item Number", "Artikelnummer", identifier=True),
        "title": _text("Item Title", "Angebotstitel", "Artikelbezeichnung"),
        "sku": _text("Custom Label", "Custom Label (SKU)", "Bestandseinheit", identifier=True),
        "variant": _text("Variation Details", "Variantendetails"),
        "transaction": _text("Transaction ID", "Transaktionsnummer", "Transaktions-ID", identifier=True),
        "quantity": Whole("Quantity", "Anzahl", "Stückzahl", missing=_DASHES),
        "sold_for": money("Sold For", "Verkauft für", "Verkaufspreis"),
        "shipping": money("Shipping And Handling", "Postage and packaging", "Verpackung und Versand"),
        "total": money("Total Price", "Gesamtbetrag", "Gesamtpreis"),
        **{name: money(heading) for name, heading in CHARGES.items()},
        "method": _text("Payment Method", "Zahlungsmethode"),
        "placed_at": _day("Sale Date", "Verkauft am", "Verkaufsdatum"),
        "paid_at": _day("Paid On Date", "Zahlungsdatum", "Bezahldatum"),
        "ship_by": _day("Ship By Date", "Post by date", "Dispatch by date", "Versand bis", "Versenden bis", end_of_day=True),
        "left_at": _day(*_LEFT, end_of_day=True),
        "left_on": _day(*_LEFT),  # as the day begins
        "service": _text("Shipping Service", "Delivery service", "Postage service", "Versandservice"),
        "note": _text("Buyer Note", "Nachricht des Käufers", "Nachricht vom Käufer"),
        "program": yes,
        "email": _text("Buyer Email", "E-Mail des Käufers"),
        "buyer_name": _text("Buyer Name", "Name des Käufers", "Vollständiger Name des Käufers"),
        **_address("ship", "Ship To", "Post To", "Versand nach"),
        **_address("buyer", "Buyer"),
    }  # fmt: skip


def _address(whose: str, *before: str) -> Legend:
    """The columns of one of the two addresses, which begin with one of the words `before`."""
    after = {
        "name": ("Name",), "phone": ("Phone", "Telefon", "Telefonnummer"),
        "address1": ("Address 1", "Address Line 1", "Adresse 1"), "address2": ("Address 2", "Address Line 2", "Adresse 2"),
        "city": ("City", "Town", "Ort"), "region": ("State", "County", "Bundesland"),
        "postcode": ("Zip", "Postcode", "Postal Code", "PLZ", "Postleitzahl"), "country": ("Country", "Land"),
    }  # fmt: skip
    legend: dict[str, Text] = {}
    for field, words in after.items():
        headings = [f"{first} {word}" for first in before for word in words]
        legend[f"{whose}_{field}"] = Text(
            headings[0], *headings[1:], guarded=field in ("phone", "postcode"), mangled_is_missing=field == "phone",
            missing=_DASHES,
        )  # fmt: skip
    return legend


LEGEND, GERMAN = _legend("."), _legend(",")
_ADDRESS = ("name", "phone", "address1", "address2", "city", "region", "postcode", "country")
_ONCE = (
    "method", "service", "note", "email", "buyer_name", *(f"ship_{name}" for name in _ADDRESS),
    *(f"buyer_{name}" for name in _ADDRESS if name != "name"),
)  # fmt: skip


class Orders:
    """The orders report in one of its three languages."""

    format = "ebay-orders"
    kind = "orders"
    channel_kind: str | None = "ebay"

    def recognises(self, headings: frozenset[str]) -> bool:
        """By the number of the sale and what was sold; narrow files are welcome."""
        english = not {"sales_record_number", "order_number"}.isdisjoint(headings)
        item = {"item_number", "item_title", "quantity"} <= headings or {"item_title", "sold_for"} <= headings
        german = not _GERMAN.isdisjoint(headings) and not {"angebotstitel", "artikelbezeichnung"}.isdisjoint(headings)
        return (english and item) or german

    def columns(self, headings: tuple[str, ...]) -> set[str]:
        """The declared ones, and the first ones: what stands below the rows begins there."""
        return {*bound_to(headings).headings.values(), *headings[: parts.FIRST]}

    def read(self, sheet: Sheet, context: Context) -> Reading:
        """Item rows are the lines; what an order says of itself comes from its summary row, else from its only row."""
        bound = bound_to(sheet.peek.headings)
        marked = parts.marked(sheet, self.columns(sheet.peek.headings))
        frame = days_alone(sheet.frame.filter(marked["kind"] == ""), bound, sheet.peek)
        sheet = parts.without_short_note(sheet, marked)
        money = currencies(frame, bound, context.currency)
        read = typed(frame, bound, timezone=context.timezone, currency=context.currency, currencies=money)
        rows = number_orders(parts.named(read.frame.with_columns(currency=money)), "order_ref")
        rows, again = parts.without_repeats(rows)
        numbered = rows.filter(pl.col("order_no").is_not_null())
        lines, unsure = priced(numbered)
        orders = _orders(numbered, lines, bound, context)
        lines = _lines(lines.filter("is_line"))
        keys = sheet.frame.select("row").join(
            pl.concat([rows.select("row", "order_no"), again.select("row", "order_no")]), on="row", how="left",
            maintain_order="left",
        )  # fmt: skip
        ignored = {**parts.ignored(marked), _("the same again, further down"): again["row"]}
        return order_reading(
            format=self.format, sheet=sheet, keys=keys, orders=orders, lines=key_lines(lines),
            complaints=[read.rejected, *_complaints(rows, lines, orders, read.rejected, bound)], ignored=ignored,
            as_of=newest(rows, ["placed_at", "paid_at", "left_on"], context.now),
            notes=[*parts.miscounted(marked, pl.concat([rows, again])), *unsure],
        )  # fmt: skip


def bound_to(headings: tuple[str, ...]) -> Bound:
    return bind(GERMAN if not _GERMAN.isdisjoint(normals(headings)) else LEGEND, headings)


def _lines(lines: pl.DataFrame) -> pl.DataFrame:
    """LINES; without a custom label the item number and the variation say what it is."""
    item = pl.concat_str("item", "variant", separator=" / ", ignore_nulls=True)
    title = pl.concat_str("title", "variant", separator=" / ", ignore_nulls=True)
    listing = pl.coalesce(
        "sku", pl.when(pl.col("item").is_not_null()).then(item), pl.when(pl.col("title").is_not_null()).then(title)
    )
    dated = pl.col("left_at").is_not_null()
    # The summary's date is of the whole order, where no item has one of its own.
    left = dated | (~dated.any().over("order_no") & pl.col("summary_left"))
    one = pl.len().over("order_no", "transaction") == 1
    return lines.with_columns(
        listing_sku=listing,
        sku=listing,
        line_ref=pl.when(one | pl.col("transaction").is_null())
        .then("transaction")
        .otherwise(pl.concat_str("item", "transaction", separator="-")),
        shipped=pl.when(left).then("quantity").otherwise(0),
        cancelled=pl.lit(0, pl.Int64),
        external=(pl.col("program") == "yes").fill_null(False),
        tax=pl.lit(None, pl.Int64),
        note=pl.lit(None, pl.String),
    )


def _complaints(
    rows: pl.DataFrame, lines: pl.DataFrame, orders: pl.DataFrame, rejected: pl.DataFrame, bound: Bound
) -> list[pl.DataFrame]:
    nameless, fine = spotless(rows, rejected), spotless(lines, rejected)
    order, quantity = next(iter(bound.headings.values())), bound.headings.get("quantity", "Quantity")
    empty = spotless(orders, rejected).filter(~pl.col("has_lines"))
    found = [
        complain(nameless, pl.col("order_ref").is_null(), order, _("neither an order number nor a sales record number")),
        complain(empty, pl.lit(True), bound.headings.get("item", "Item Number"), _("an order without its items"),
                 _("download the report again; below such a row stands a row an item")),
        complain(fine, pl.col("quantity").is_null(), quantity, _("no quantity")),
        complain(fine, pl.col("quantity") == 0, quantity, _("nothing was ordered: quantity 0"), value=pl.lit("0")),
    ]  # fmt: skip
    if "placed_at" in bound:
        heading = bound.headings["placed_at"]
        undated = spotless(orders, rejected)
        found.append(complain(undated, pl.col("placed_at").is_null(), heading, _("the order does not say when it was placed")))
    return found


def _orders(rows: pl.DataFrame, money: pl.DataFrame, bound: Bound, context: Context) -> pl.DataFrame:
    """One row an order: the summary row first, then its items. `money` is `rows` with what each brings to the order."""
    ordered = rows.sort("order_no", "is_line", "row")
    address = "ship" if any(f"ship_{name}" in bound for name in _ADDRESS) else "buyer"
    orders = ordered.group_by("order_no", maintain_order=True).agg(
        pl.col("row").min(),
        pl.col("order_ref").first(),
        *(pl.col(name).drop_nulls().first() for name in _ONCE),
        pl.col("currency").drop_nulls().first(),
        pl.col("record").drop_nulls().first(),
        pl.col("placed_at").min(),
        pl.col("ship_by").min(),
        updated_at=pl.max_horizontal(pl.col("placed_at", "paid_at", "left_on").max()),
        fulfilled_at=pl.col("left_at").max(),
        paid=pl.col("paid_at").is_not_null().any(),
        numbered=pl.col("order_number").is_not_null().any(),
        has_lines=pl.col("is_line").any(),
    )
    told = money.group_by("order_no").agg(
        # An amount that one part of an order does not say is unknown of the whole.
        *(pl.when(pl.col(name).is_not_null().all()).then(pl.col(name).sum()).alias(name)
          for name in ("order_subtotal", "order_shipping", "order_tax", "order_total"))
    )  # fmt: skip
    orders = orders.join(told, on="order_no", how="left", maintain_order="left")
    says_paid = "paid_at" in bound
    payment = (
        pl.when("paid").then(pl.lit(Payment.PAID.value))
        .when(pl.col("method").str.contains(r"(?i)cash on delivery|nachnahme")).then(pl.lit(Payment.COD.value))
        .when(pl.lit(says_paid) | (~pl.col("numbered") & pl.lit("order_number" in bound))).then(pl.lit(Payment.UNPAID.value))
        .otherwise(pl.lit(Payment.UNKNOWN.value))
    )  # fmt: skip
    now, no = pl.lit(iso(context.now)), pl.lit(False)
    return orders.with_columns(
        *(pl.col(f"{address}_{name}").alias(name) for name in _ADDRESS if name not in ("name", "country")),
        payment=payment,
        channel_order_id=_lasting_id(orders, context.timezone),
        currency=pl.col("currency").fill_null(context.currency),
        subtotal=pl.col("order_subtotal"), shipping=pl.col("order_shipping"), tax=pl.col("order_tax"),
        total=pl.col("order_total"),
        # an end of day that is still to come
        fulfilled_at=pl.when(pl.col("fulfilled_at") > now).then(now).otherwise("fulfilled_at"),
        name=pl.coalesce("ship_name", "buyer_name"),
        country=alpha2_all(orders[f"{address}_country"]),
        cancelled=no, delivered=no, gift=no, cancel_requested=no, on_hold=no, no_address=no,
    )  # fmt: skip


def _lasting_id(orders: pl.DataFrame, timezone: str) -> pl.Expr:
    """
    What stays the same when an unpaid sale is paid and gets its order number: record number and year of the sale.

    Sellers let the numbers begin again; two sales of one file that would share an id have none.
    """
    day = pl.col("placed_at").str.to_datetime("%Y-%m-%dT%H:%M:%SZ", time_zone="UTC").dt.convert_time_zone(timezone)
    made = pl.concat_str("record", pl.lit("@"), day.dt.year().cast(pl.String), ignore_nulls=False)
    return pl.when(~made.is_duplicated()).then(made)


READERS: tuple[Reader, ...] = (Orders(),)
