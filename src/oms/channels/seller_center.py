"""
What the order exports of TikTok Shop, Lazada and Shopee have in common.

Rows are lines or units; what they say of their order stands on each of them and is taken once. The state of a line is a
word of status_words.py. The platform takes the money and makes the label: an order that it releases is paid.
"""

import copy
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from oms.channels.base import Reading
from oms.channels.countries import alpha2_all
from oms.channels.status_words import (
    ASKED,
    CANCELLED,
    DELIVERED,
    HELD,
    OPEN,
    PARTLY,
    SENT_BACK,
    SHIPPED,
    UNKNOWN,
    UNPAID,
    unknown_words,
)
from oms.model.frames import RETURNS, conform
from oms.model.states import Payment
from oms.sheets.cells import MISSING, Env
from oms.sheets.columns import Amount, Moment, complain
from oms.words import _

#: Written without cents, and so with either sign between thousands: `Rp 10.000`, `NT$1,390`.
_WHOLE = ("IDR", "TWD", "COP", "HUF")
#: Written with a decimal comma.
_COMMA = ("BRL", "EUR", "PLN", "ARS", "CLP", "VND")

CONTACT = ("name", "company", "phone", "email", "address1", "address2", "city", "region", "postcode", "country")
NAMED = 5  # words or orders that a note repeats


#: `12.5` in a currency without cents: what a spreadsheet makes of `12.500`.
_EATEN = re.compile(r"\D*\d{1,3}[.,](?!0{1,2}\D*$)\d{1,2}\D*")


class Price(Amount):
    """
    An amount as the market of its currency writes it: what `10.000` is depends on it.

    `12.5` of a currency that has no cents in daily life is not understood: it was `12.500`, and perhaps not.
    """

    hint = _("where a price has no cents, a spreadsheet makes 12.5 of `12.500`: export the file again and import it unopened")

    def passes(self, cell: pl.Expr, env: Env) -> list[pl.Expr]:
        """Plain numbers at once."""
        local = self._in(env.currency)
        found = Amount.passes(local, cell, env)
        return found if local.decimal else [pl.when(cell.str.contains(r"^-?\d+(?:\.0+)?$")).then(each) for each in found]

    def odd(self, cell: str, env: Env) -> object:
        """All other spellings."""
        local = self._in(env.currency)
        if not local.decimal and cell not in self.missing and _EATEN.fullmatch(cell):
            return None
        return Amount.odd(local, cell, env)

    def sign(self, currency: str) -> str:
        """As its market writes it."""
        return Amount.sign(self._in(currency), currency)

    def _in(self, currency: str) -> "Price":
        local = copy.copy(self)
        local.decimal = "" if currency in _WHOLE else "," if currency in _COMMA else "."
        return local


class PerhapsMoment(Moment):
    """A time under a heading that is known from memory only: what is no time there says nothing."""

    def odd(self, cell: str, env: Env) -> object:
        """As Moment, without a complaint."""
        found = super().odd(cell, env)
        return MISSING if found is None else found


def counted(lines: pl.DataFrame) -> pl.DataFrame:
    """
    `lines` with what left and what never will, from `state, quantity, shipped_at, cancelled_at`.

    Where the word does not say (unknown, in parts) or the order was cancelled after its parcel had left, the time of
    shipment does. Nothing is `shipped` without a quantity.
    """
    state, quantity = pl.col("state"), pl.col("quantity").fill_null(0)
    by_time = state.is_in([CANCELLED, UNKNOWN, PARTLY]) & pl.col("shipped_at").is_not_null()
    left = state.is_in([SHIPPED, DELIVERED, SENT_BACK]) | by_time
    never = (state == CANCELLED) | ((state == UNKNOWN) & pl.col("cancelled_at").is_not_null())
    return lines.with_columns(
        quantity=pl.when(never).then(quantity).otherwise("quantity"), never=never,
        shipped=pl.when(left).then(quantity).otherwise(0),
    ).with_columns(cancelled=pl.when("never").then(pl.col("quantity") - pl.col("shipped")).otherwise(0))  # fmt: skip


def priced(lines: pl.DataFrame) -> pl.DataFrame:
    """
    `lines` with `unit_price` and `discount`, from `unit, before, after, off` and `quantity`.

    quantity x unit_price - discount = `after`, to the last minor unit. The unit price is the one before discounts; where
    the file has none, it comes from `before`, else from `after`, rounded up, and the discount takes up the rest.
    """
    quantity = pl.col("quantity")

    def each(amount: str) -> pl.Expr:
        share = (pl.col(amount) + quantity - 1).floordiv(quantity)
        return pl.when((quantity > 0) & (pl.col(amount) >= 0)).then(share)

    whole = pl.coalesce(pl.col("unit") * quantity, pl.col("before"))
    stated = pl.when((whole >= pl.col("after")) | pl.col("after").is_null()).then(pl.coalesce("unit", each("before")))
    lines = lines.with_columns(unit_price=pl.coalesce(stated, each("after")))
    over = pl.col("unit_price") * quantity - pl.col("after")
    return lines.with_columns(discount=pl.coalesce(pl.when(over >= 0).then(over), pl.col("off").abs()))


def orders_of(lines: pl.DataFrame, currency: str, once: Sequence[str], events: Sequence[str], *, stated: bool) -> pl.DataFrame:
    """
    One row an order of `lines` (in the order of the file), all rows of which say it.

    Needs `order_no, row, order_ref, state, never, shipped, paid_at, shipped_at, cancelled_at, asked`; takes the first
    of each of `once` that is not empty; `events` are times, of which the earliest stands in for a missing `placed_at`.
    `stated`: the file has a column of states, so that an order to ship is one that was paid.
    """
    live = ~pl.col("never")
    orders = lines.group_by("order_no", maintain_order=True).agg(
        *(pl.col(name).drop_nulls().first() for name in ("order_ref", *once)),
        pl.col("row").min(),
        pl.col("paid_at", "cancelled_at").max(),
        fulfilled_at=pl.col("shipped_at").max(),
        placed_at=pl.col("placed_at").min(),
        earliest=pl.min_horizontal(pl.col(name).min() for name in events),
        updated_at=pl.max_horizontal(pl.col(name).max() for name in events),
        waits=(pl.col("state") == UNPAID).any(),
        says=pl.lit(stated) & (~pl.col("state").is_in([CANCELLED, UNKNOWN])).any(),
        cancelled=pl.col("never").all(),
        delivered=live.any() & (pl.col("state") == DELIVERED).filter(live).all(),
        on_hold=pl.col("state").is_in([HELD, UNKNOWN]).any(),
        cancel_requested=(pl.col("asked") | (pl.col("state") == ASKED)).any(),
    )
    payment = (
        pl.when("waits").then(pl.lit(Payment.UNPAID.value))
        .when(pl.col("paid_at").is_not_null() | pl.col("says")).then(pl.lit(Payment.PAID.value))
        .otherwise(pl.lit(Payment.UNKNOWN.value))
    )  # fmt: skip
    return orders.with_columns(
        payment=payment,
        placed_at=pl.coalesce("placed_at", "earliest"),
        currency=pl.lit(currency),
        country=alpha2_all(orders["country"]),
        gift=pl.lit(False),
        no_address=pl.lit(False),  # with the platform's label none is needed, without it each is looked at
    )


def lacking(lines: pl.DataFrame, fine: pl.DataFrame, headings: Mapping[str, str], orders: pl.DataFrame) -> list[pl.DataFrame]:
    """
    Complaints about what a line must say: `fine` are the rows of `lines` whose cells were all understood.

    A cancelled line may lack its quantity; an order that is cancelled as a whole, its time.
    """
    quantity = headings.get("quantity", "")
    undated = orders.filter(pl.col("placed_at").is_null() & ~pl.col("cancelled")).select("order_no")
    placed = headings.get("placed_at")
    return [
        complain(fine, pl.col("quantity").is_null(), quantity, _("no quantity")),
        complain(fine, (pl.col("quantity") == 0) & ~pl.col("never"), quantity,
                 _("nothing was ordered: quantity 0 on an open line"), value=pl.lit("0")),
        complain(fine, pl.col("listing_sku").is_null(), headings.get("sku", headings.get("title", "")),
                 _("neither sku nor product name")),
        complain(fine.join(undated, on="order_no", how="semi"), pl.lit(placed is not None), placed or "",
                 _("the order does not say when it was placed")),
    ]  # fmt: skip


def notes_of(lines: pl.DataFrame, status: pl.Series | None, tracked: pl.Series | None = None) -> list[str]:
    """
    What a person should know: words nobody knew, goods that come back, parcels to be stopped.

    `lines` needs `order_ref, state, never, shipped, back` (Boolean: the file speaks of a return); `status` are the cells
    of the status column beside `lines`, `tracked` whether there is a tracking number.
    """
    notes = []
    odd = lines.filter(pl.col("state") == UNKNOWN)
    if odd.height:
        words = unknown_words(status, lines["state"]) if status is not None else []
        shown = ", ".join(f"`{word}`" for word in words[:NAMED]) + (", …" if len(words) > NAMED else "")
        count = odd["order_ref"].n_unique()
        notes.append(_("{count} orders are held: nobody knows their status{words}", count=count, words=shown and f" {shown}"))
    back = lines.filter(pl.col("back") & (pl.col("shipped") > 0))["order_ref"].n_unique()
    if back:
        notes.append(_("{count} orders speak of returns or refunds: they stay shipped, and no stock comes back by this file",
                       count=back))  # fmt: skip
    if tracked is not None:
        stop = lines.filter(pl.col("never") & (pl.col("shipped") == 0) & tracked)["order_ref"].unique().sort().to_list()
        if stop:
            shown = ", ".join(f"`{ref}`" for ref in stop[:NAMED]) + (", …" if len(stop) > NAMED else "")
            notes.append(_("{count} cancelled orders have a tracking number, stop their parcels: {orders}",
                           count=len(stop), orders=shown))  # fmt: skip
    gone = lines.filter(pl.col("never") & (pl.col("shipped") > 0))["order_ref"].n_unique()
    if gone:
        notes.append(_("{count} orders were cancelled after their parcels had left: they count as shipped", count=gone))
    return notes


def with_returns(reading: Reading, lines: pl.DataFrame, currency: str, **said: pl.Expr) -> Reading:
    """
    `reading` with what its orders say comes back: the rows of `lines` where `coming` or `withdrawn` (Boolean, in `said`).

    `said` has the other fields of RETURNS that the file knows. A return is known by its order and by `line_ref`, else by
    its listing_sku, as in the channel's list of returns.
    """
    found = lines.with_columns(currency=pl.lit(currency), **said)
    found = found.filter((pl.col("coming") | pl.col("withdrawn")) & (pl.col("shipped") > 0) & ~pl.col("external"))
    found = found.filter(~pl.col("row").is_in(reading.rejected_rows.implode())).sort("row")
    base = pl.concat_str("order_ref", pl.coalesce("line_ref", "listing_sku"), separator="/")
    found = found.with_columns(base=base).with_columns(n=pl.int_range(1, pl.len() + 1).over("base"))
    number = pl.when(pl.col("n") > 1).then(pl.concat_str(pl.lit("#"), pl.col("n").cast(pl.String))).otherwise(pl.lit(""))
    return replace(reading, back=conform(found.with_columns(return_ref=pl.concat_str("base", number)), RETURNS))


def joined(*names: str) -> pl.Expr:
    """The texts of columns with commas between them; NULL where there are none."""
    text = pl.concat_str(*names, separator=", ", ignore_nulls=True)
    return pl.when(text != "").then(text)


def state_of(column: str, said: bool) -> pl.Expr:
    """The state by a column of words: blank is UNKNOWN where the file has the column, else OPEN."""
    return pl.col(column).fill_null(UNKNOWN if said else OPEN)
