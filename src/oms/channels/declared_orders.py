"""
What a declared orders file says of its orders: one row an order out of the rows of its lines.
"""

import polars as pl

from oms.channels.cash import paid_at_the_door
from oms.channels.fields import CANCELLED, DELIVERED, GONE, ON_HOLD, READY, UNPAID
from oms.model.states import Payment
from oms.sheets.columns import Bound

CONTACT = (
    "name", "first_name", "last_name", "company", "phone", "email", "address1", "address2", "address3", "city",
    "region", "postcode", "country",
)  # fmt: skip
EVENTS = ("placed_at", "paid_at", "shipped_at", "cancelled_at", "refunded_at", "changed_at")
_AMOUNTS = ("subtotal", "discount", "shipping", "tax", "total", "refunded")
_TEXTS = ("channel_order_id", "service", "tags", "note", "payment_status", "method")


def orders_of(lines: pl.DataFrame, bound: Bound, *, sums: bool) -> pl.DataFrame:
    """One row an order."""
    open_lines = pl.col("state") != CANCELLED
    orders = lines.group_by("order_no", maintain_order=True).agg(
        pl.col("row").min(),
        pl.col("order_ref", "currency").first(),
        pl.col("placed_at").min(),
        *(pl.col(name).max() for name in EVENTS[1:]),
        pl.col("ship_by").min(),
        *(pl.col(name).drop_nulls().min() for name in (*_TEXTS, *CONTACT)),
        *(pl.col(name).max() for name in _AMOUNTS),
        lines_before=_sum("line_before", "line_total", among=open_lines),
        lines_shipping=_sum("line_shipping", among=open_lines),
        lines_tax=_sum("line_tax", among=open_lines),
        cancelled=(~open_lines).all(),
        delivered=open_lines.any() & (pl.col("state") == DELIVERED).filter(open_lines).all(),
        left=open_lines.any() & pl.col("state").is_in(GONE).filter(open_lines).all(),
        unpaid=(pl.col("state") == UNPAID).any(),
        on_hold=(pl.col("state") == ON_HOLD).any(),
        goes_on=pl.col("state").is_in([READY, *GONE]).any(),
    )
    if sums:
        parts = [pl.col("subtotal"), pl.col("shipping").fill_null(0), pl.col("tax").fill_null(0)]
        orders = orders.with_columns(subtotal="lines_before", shipping="lines_shipping", tax="lines_tax").with_columns(
            total=sum(parts, pl.lit(0))
        )
    no = pl.lit(False)
    addressed = any(name in bound or f"billing_{name}" in bound for name in ("address1", "city", "postcode"))
    return orders.with_columns(
        payment=_payment(orders, bound),
        cancelled_at=pl.when("cancelled").then("cancelled_at"),
        fulfilled_at=pl.when("left").then("shipped_at"),
        updated_at=pl.max_horizontal(EVENTS),
        no_address=pl.lit(not addressed), gift=no, cancel_requested=no,
    )  # fmt: skip


def _sum(*names: str, among: pl.Expr) -> pl.Expr:
    """The amounts of the open lines, of each the first of `names` it has; NULL where a line has none."""
    amount = pl.coalesce(names).filter(among)
    return pl.when(amount.is_not_null().all() & among.any()).then(amount.sum())


def _payment(orders: pl.DataFrame, bound: Bound) -> pl.Series:
    """
    What the file says of the money: its own word first, then when it was paid, then what the status means.

    An unpaid order is unpaid, even where it is to be paid at the door: the channel has not confirmed it.
    """
    methods = orders["method"].drop_nulls().unique().to_list()
    cod = pl.col("method").is_in([method for method in methods if paid_at_the_door(method)]).fill_null(False)
    silent = Payment.UNPAID if "paid_at" in bound and "status" not in bound else Payment.UNKNOWN
    goes_on = pl.col("goes_on") & pl.lit("status" in bound)
    return orders.select(
        pl.coalesce(
            "payment_status",
            pl.when(pl.col("paid_at").is_not_null()).then(pl.lit(Payment.PAID.value))
            .when("unpaid").then(pl.lit(Payment.UNPAID.value))
            .when(cod).then(pl.lit(Payment.COD.value))
            .when(goes_on).then(pl.lit(Payment.PAID.value))
            .otherwise(pl.lit(silent.value)),
        )
    ).to_series()  # fmt: skip
