"""
Our own orders file: one row a line, the order's own columns repeated on each or standing on one of them.

`whole_orders` is false: a sheet that somebody keeps by hand may hold only the rows still to do, so a line that a newer
file does not have says nothing; `status` cancels it. A file without payment columns says nothing of payment, which is
taken as paid. Under `payment_status` or `paid_at` a blank is unpaid: the column is there to say it.
"""

from collections.abc import Sequence

import polars as pl

from oms.channels.base import Reading, key_lines, newest, number_orders, order_reading
from oms.channels.countries import alpha2_all
from oms.channels.own_kind import REPEATED, File, OwnReader, blanks, currencies_of, place_called
from oms.channels.own_words import (
    CANCELLED,
    DELIVERED,
    DELIVERY,
    FOREIGN,
    ON_HOLD,
    PAYMENT,
    SHIPPED,
    STATUS,
    UNPAID,
    has,
    has_any,
    named,
)  # fmt: skip
from oms.model.frames import REJECTED, empty
from oms.model.states import Payment
from oms.sheets.columns import Amount, CurrencyCode, Legend, Moment, OneOf, Text, Whole, bind, complain, typed
from oms.words import _


def _one_of(field: str, words: dict[str, str]) -> OneOf:
    """A column of words whose complaint names ours, not every spelling of them."""
    column = named(OneOf, field, words=words)
    column.hint = _("write one of {words}", words=", ".join(dict.fromkeys(words.values())))
    return column


LEGEND: Legend = {
    "order_ref": named(Text, "order_ref", identifier=True),
    "line_ref": named(Text, "line_ref", identifier=True),
    "placed_at": named(Moment, "placed_at"),
    "sku": named(Text, "sku", identifier=True, missing=("-",)),
    "listing_sku": named(Text, "listing_sku", identifier=True, missing=("-",)),
    "title": named(Text, "title"),
    "variant": named(Text, "variant"),
    "barcode": named(Text, "barcode", identifier=True),
    "quantity": named(Whole, "quantity"),
    "unit_price": named(Amount, "unit_price", least=0),
    "currency": named(CurrencyCode, "currency"),
    "payment_status": _one_of("payment_status", PAYMENT),
    "paid_at": named(Moment, "paid_at"),
    "status": _one_of("status", STATUS),
    "name": named(Text, "name"),
    "company": named(Text, "company"),
    "email": named(Text, "email"),
    "phone": named(Text, "phone", guarded=True, mangled_is_missing=True),
    "address1": named(Text, "address1"),
    "address2": named(Text, "address2"),
    "city": named(Text, "city"),
    "region": named(Text, "region"),
    "postcode": named(Text, "postcode", guarded=True),
    "country": named(Text, "country"),
    "service": named(Text, "service"),
    "ship_by": named(Moment, "ship_by", end_of_day=True),
    "delivery": _one_of("delivery", DELIVERY),
    "pickup_location": named(Text, "pickup_location"),
    "note": named(Text, "note"),
    "line_note": named(Text, "line_note"),
}

_PERSONAL = ("name", "company", "email", "phone", "address1", "address2", "city", "region", "postcode")
#: Said once an order, however many rows repeat it.
_OF_ORDER = (
    "placed_at", "currency", "payment_status", "paid_at", *_PERSONAL, "country", "service", "delivery",
    "pickup_location",
)  # fmt: skip


def _orders(file: File) -> Reading:
    currencies, wrong = currencies_of(file)
    cells = typed(file.frame, file.bound, timezone=file.context.timezone, currency=file.context.currency,
                  currencies=currencies)  # fmt: skip
    rows = number_orders(cells.frame.sort("row"), "order_ref")
    rows = rows.with_columns(alpha2_all(rows["country"]).alias("country"))
    again, contrary = _repeated_lines(file, rows)
    orders, split = _agreed(file, rows)
    complaints = [
        wrong, cells.rejected, *blanks(file, rows, "order_ref", "quantity"), contrary, split,
        *_complaints(file, rows, orders),
    ]  # fmt: skip
    rows = rows.filter(pl.col("order_no").is_not_null())
    rows = rows.filter(~pl.col("row").is_in(again.implode())) if len(again) else rows
    orders = _finished(file, orders, rows)
    keys = rows.select("row", "order_no")
    every = file.sheet.frame.select("row").join(
        pl.concat([keys, _numbers_of(cells.frame, again)]), on="row", how="left", maintain_order="left"
    )
    return order_reading(
        format="oms-orders", sheet=file.sheet, keys=every, orders=orders, lines=_lines(rows, orders),
        complaints=complaints, ignored={**file.ignored, REPEATED: again},
        as_of=newest(orders, ["placed_at", "paid_at"], file.context.now), notes=(*file.notes, *_notes(file, rows)),
    )  # fmt: skip


def _numbers_of(cells: pl.DataFrame, rows: pl.Series) -> pl.DataFrame:
    """Ignored rows belong to no order: their books are kept under `ignored`."""
    return cells.filter(pl.col("row").is_in(rows.implode())).select("row", order_no=pl.lit(None, pl.Int64))


def _agreed(file: File, rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """
    One row an order with what its rows say of it; complaints where two rows say different things.

    Two orders under one number, or one order edited in one row only: neither is for us to choose.
    """
    known = rows.filter(pl.col("order_no").is_not_null())
    firsts = known.group_by("order_no", maintain_order=True).agg(
        pl.col("row").min(),
        pl.col("order_ref").first(),
        *(pl.col(name).drop_nulls().first() for name in _OF_ORDER),
        pl.col("ship_by").min(),
    )
    complaints = [empty(REJECTED)]
    if firsts.height < known.height:
        both = known.join(firsts, on="order_no", how="left", maintain_order="left", suffix="_first")
        for name in _OF_ORDER:
            if name not in file.bound:
                continue
            said = pl.col(name) if name not in _PERSONAL else None
            what = _("another row of the same order says something else")
            hint = _("one order number is one order: write the same on each of its rows, or leave all but one blank")
            complaints.append(complain(both, pl.col(name) != pl.col(f"{name}_first"), file.heading(name), what, hint, said))
    return firsts, pl.concat(complaints)


def _repeated_lines(file: File, rows: pl.DataFrame) -> tuple[pl.Series, pl.DataFrame]:
    """Rows with the same line_ref in one order: the same again is ignored, something else is a complaint."""
    nothing = pl.Series("row", [], pl.Int64)
    if "line_ref" not in file.bound:
        return nothing, empty(REJECTED)
    key = ["order_no", "line_ref"]
    marked = rows.filter(pl.col("line_ref").is_not_null() & pl.col("order_no").is_not_null())
    twice = marked.filter(pl.len().over(key) > 1)
    if twice.is_empty():
        return nothing, empty(REJECTED)
    content = ["listing_sku", "sku", "title", "variant", "quantity", "unit_price", "status"]
    differs = pl.struct(content).n_unique().over(key) > 1
    same = twice.filter(~differs).filter(pl.int_range(pl.len()).over(key) > 0)["row"]
    what = _("another row of the same order has this line_ref and says something else")
    return same, complain(twice, differs, file.heading("line_ref"), what, value=pl.col("line_ref"))


def _complaints(file: File, rows: pl.DataFrame, orders: pl.DataFrame) -> list[pl.DataFrame]:
    nothing = pl.all_horizontal(pl.col("sku", "listing_sku", "title").is_null())
    places = [name for name in orders["pickup_location"].drop_nulls().unique().to_list()
              if place_called(file.context.config, name, file.context) is None]  # fmt: skip
    codes = ", ".join(file.context.config.location_codes)
    return [
        complain(orders, pl.col("placed_at").is_null(), file.heading("placed_at"), _("is blank")),
        complain(rows, nothing, file.heading("sku"), _("is blank, and so are listing_sku and title")),
        complain(
            rows, (pl.col("quantity") == 0) & (pl.col("status").fill_null("") != CANCELLED), file.heading("quantity"),
            _("nothing is ordered"), _("leave the row out, or say `cancelled` in a column status"), pl.col("quantity"),
        ),
        complain(
            rows, pl.col("pickup_location").is_in(places), file.heading("pickup_location"),
            _("no location of this name"), _("locations: {codes}", codes=codes), pl.col("pickup_location"),
        ),
    ]  # fmt: skip


def _finished(file: File, orders: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """ORDERS out of what the rows agreed on and what they say line by line."""
    status = pl.col("status")
    told = rows.group_by("order_no", maintain_order=True).agg(
        cancelled=(status == CANCELLED).fill_null(False).all(),
        delivered=(status == DELIVERED).fill_null(False).all(),
        left=status.is_in([SHIPPED, DELIVERED, CANCELLED]).fill_null(False).all(),
        on_hold=(status == ON_HOLD).fill_null(False).any(),
        unpaid=(status == UNPAID).fill_null(False).any(),
        note=pl.when(pl.col("note").n_unique() == 1).then(pl.col("note").first()).first(),
    )
    orders = orders.join(told, on="order_no", how="left", maintain_order="left")
    if "payment_status" in file.bound or "paid_at" in file.bound:
        paid = pl.when(pl.col("paid_at").is_not_null()).then(pl.lit(str(Payment.PAID)))
        payment = pl.coalesce("payment_status", paid.otherwise(pl.lit(str(Payment.UNPAID))))
    else:
        payment = pl.when("unpaid").then(pl.lit(str(Payment.UNPAID))).otherwise(pl.lit(str(Payment.UNKNOWN)))
    pickup = pl.when(pl.col("pickup_location").is_not_null()).then(pl.lit("pickup")).otherwise(pl.lit("ship"))
    return orders.with_columns(
        payment=payment,
        delivery=pl.col("delivery").fill_null(pickup),
        currency=pl.col("currency").fill_null(file.context.currency),
        updated_at=pl.max_horizontal("placed_at", "paid_at"),
        cancel_requested=pl.lit(False),
        gift=pl.lit(False),
        no_address=pl.lit(False),
    )


def _lines(rows: pl.DataFrame, orders: pl.DataFrame) -> pl.DataFrame:
    """LINES; a row without a sku goes by its title and variant. Notes that differ within an order are the lines' own."""
    called = pl.concat_str("title", "variant", separator=" / ", ignore_nulls=True)
    said = pl.coalesce("listing_sku", "sku", pl.when(pl.col("title").is_not_null()).then(called))
    status, quantity = pl.col("status").fill_null(""), pl.col("quantity")
    rows = rows.join(orders.select("order_no", whole_note="note"), on="order_no", how="left", maintain_order="left")
    own = pl.when(pl.col("whole_note").is_null()).then("note")
    return key_lines(
        rows.with_columns(
            sku=pl.coalesce("listing_sku", "sku"),
            listing_sku=said,
            cancelled=pl.when(status == CANCELLED).then(quantity).otherwise(0),
            shipped=pl.when(status.is_in([SHIPPED, DELIVERED])).then(quantity).otherwise(0),
            external=pl.lit(False),
            note=pl.concat_str("line_note", own, separator="; ", ignore_nulls=True).replace("", None),
        )
    )


def _notes(file: File, rows: pl.DataFrame) -> Sequence[str]:
    if "sku" in file.bound and "listing_sku" in file.bound:
        other = rows.filter(pl.col("sku") != pl.col("listing_sku")).height
        if other:
            return (_("{count} rows have listing_sku and sku: listing_sku was taken, `oms map set` says what it is",
                      count=other),)  # fmt: skip
    return ()


def _signs(h: frozenset[str]) -> bool:
    """Ours by the name of the order number; where there is tracking too, only with what a tracking file never has."""
    sold = has_any(h, "sku", "listing_sku") or (has_any(h, "title") and has(h, "placed_at"))
    ours = has(h, "order_ref") and has_any(h, "quantity") and sold and not h & FOREIGN
    return ours and (has_any(h, "placed_at", "country", "unit_price") or not has_any(h, "tracking", "reason"))


def _loose_signs(h: frozenset[str]) -> bool:
    """Other people's headings, with enough of ours among them."""
    sold = has_any(h, "sku", "listing_sku", "title")
    return has_any(h, "order_ref") and has(h, "placed_at", "country") and has_any(h, "quantity") and sold


_NEEDS = (("order_ref",), ("placed_at",), ("sku", "listing_sku", "title"), ("quantity",), ("country",))


class OrdersReader(OwnReader):
    """Long files of orders are read in pieces, the rows of one order in one piece."""

    def group(self, headings: tuple[str, ...]) -> str | None:
        """What the file calls the order number."""
        return bind(self.legend, headings).headings.get("order_ref")


ORDERS = OrdersReader("orders", LEGEND, _signs, _NEEDS, _orders)
#: The same for other people's headings, asked when nobody else knows the file.
LOOSE_ORDERS = OrdersReader("orders", LEGEND, _loose_signs, _NEEDS, _orders)
