"""
The money of an eBay report: which currency, and whether `Sold For` is of one unit or of the row.

The report does not say the latter, and versions differ. The total decides: it is the goods, the shipping and the
taxes and fees that it includes. Where it fits neither, `Sold For` is taken as the amount of the row, and a note says so.
"""

import polars as pl

from oms.model.money import CURRENCIES
from oms.sheets.columns import Bound
from oms.words import _

#: Taxes and fees of a sale; the buyer pays them, whoever collects them.
CHARGES = {
    "seller_tax": "Seller Collected Tax",
    "ebay_tax": "eBay Collected Tax",
    "waste_fee": "Electronic Waste Recycling Fee",
    "mattress_fee": "Mattress Recycling Fee",
    "battery_fee": "Battery Recycling Fee",
    "goods_tax": "White Goods Disposal Tax",
    "tire_fee": "Tire Recycling Fee",
    "lumber_fee": "Lumber Fee",
    "wireless_fee": "Prepaid Wireless Fee",
    "road_fee": "Road Improvement And Food Delivery Fee",
    "additional_fee": "Additional Fee",
    "ebay_charges": "eBay Collected Charges",
}
_FEES = tuple(name for name in CHARGES if name.endswith(("_fee", "goods_tax")))
_DOLLARS = ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN")
_SIGNS = {
    "£": "GBP", "€": "EUR", "US$": "USD", "C$": "CAD", "CA$": "CAD", "AU$": "AUD", "A$": "AUD", "NZ$": "NZD",
    "S$": "SGD", "HK$": "HKD", "NT$": "TWD", "MX$": "MXN", "¥": "JPY", "₹": "INR", "SFR": "CHF", "zł": "PLN", "ZŁ": "PLN",
}  # fmt: skip


def currencies(frame: pl.DataFrame, bound: Bound, currency: str) -> pl.Series:
    """The currency of each row by the sign before its amounts; `currency` for a `$` that may be its own, and for none."""
    headings = [bound.headings[name] for name in ("total", "sold_for", "shipping") if name in bound]
    if not headings:
        return pl.Series("currency", [currency]).new_from_index(0, frame.height)
    said = pl.coalesce(pl.when(pl.col(heading).str.contains(r"\d")).then(heading) for heading in headings)
    signs = said.str.replace_all(r"[\d.,'’()+−\-\s]", "").str.to_uppercase()
    known = {**_SIGNS, "$": currency if currency in _DOLLARS else "USD", **{code: code for code in CURRENCIES}}
    code = signs.replace_strict(list(known), list(known.values()), default=None, return_dtype=pl.String)
    return frame.select(currency=code.fill_null(currency)).to_series()


def priced(rows: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """
    `rows` with `unit_price` and `discount` of each line and what each row brings to its order: `order_subtotal`,
    `order_shipping`, `order_tax`, `order_total`. Also `summary_left`: the summary row says that the order left.

    In: order_no, row, is_line, quantity, sold_for, shipping, total, left_at and CHARGES (minor units).
    """
    quantity, sold = pl.col("quantity"), pl.col("sold_for")
    rows = rows.with_columns(
        has_summary=(~pl.col("is_line")).any().over("order_no"),
        summary_left=((~pl.col("is_line")) & pl.col("left_at").is_not_null()).any().over("order_no"),
        rows_of_order=pl.len().over("order_no"),
    )
    # What is added up and compared with one total: a summary with its items, else a row by itself.
    rows = rows.with_columns(part=pl.when("has_summary").then(-1 - pl.col("order_no")).otherwise(pl.col("row")))
    head = pl.when("has_summary").then(~pl.col("is_line")).otherwise(True)
    line = pl.col("is_line")

    def said(name: str) -> pl.Expr:
        return pl.col(name).filter(head).drop_nulls().first().alias(name)

    every = line.any() & sold.filter(line).is_not_null().all() & quantity.filter(line).is_not_null().all()
    sums = rows.group_by("part").agg(
        said("total"), said("shipping"), *(said(name) for name in CHARGES),
        summary=pl.when(pl.col("has_summary").first()).then(sold.filter(~line).drop_nulls().first()),
        as_amounts=pl.when(every).then(sold.filter(line).sum()),
        as_units=pl.when(every).then((sold * quantity).filter(line).sum()),
    )  # fmt: skip
    sums = _decided(sums)
    rows = rows.join(
        sums.select("part", "unit_sold", "settled", "charged", "goods", head_total="total", head_shipping="shipping"),
        on="part", how="left", maintain_order="left",
    )  # fmt: skip
    first = pl.col("row") == pl.col("row").min().over("part")
    # Several items without a summary, and totals that fit nothing: nobody knows what they are the totals of.
    vague = ~pl.col("has_summary") & (pl.col("rows_of_order") > 1) & (~pl.col("settled")).any().over("order_no")
    amount = pl.when("unit_sold").then(sold * quantity).otherwise(sold)
    unit = pl.when("unit_sold").then(sold).when((quantity > 0) & (sold >= 0)).then((sold + quantity - 1) // quantity)
    rows = rows.with_columns(unit_price=unit, amount=amount).with_columns(
        # what does not divide is a discount of some cents: quantity x unit_price - discount is what was said
        discount=pl.when(pl.col("unit_price") * quantity > pl.col("amount"))
        .then(pl.col("unit_price") * quantity - pl.col("amount")),
        order_subtotal=pl.when(first).then("goods").otherwise(0),
        order_shipping=pl.when(vague).then(None).when(first).then("head_shipping").otherwise(0),
        order_tax=pl.when(vague).then(None).when(first).then("charged").otherwise(0),
        order_total=pl.when(vague).then(None).when(first).then("head_total").otherwise(0),
    )  # fmt: skip
    doubtful = rows.filter(line & (quantity > 1) & ~pl.col("settled") & sold.is_not_null())["order_no"].n_unique()
    if not doubtful:
        return rows, []
    return rows, [
        _("{count} orders: the total does not say what Sold For is the price of; taken as the amount of the row",
          count=doubtful)
    ]  # fmt: skip


def _decided(sums: pl.DataFrame) -> pl.DataFrame:
    """
    `unit_sold`: Sold For is of one unit; `settled`: the total says so or the contrary; `charged`: taxes and fees within
    the total; `goods`: what the goods cost.
    """
    fees = pl.sum_horizontal(pl.col(_FEES))  # NULL counts as nothing
    taxes = pl.sum_horizontal("seller_tax", "ebay_tax")
    sets = [taxes + fees + pl.col("ebay_charges").fill_null(0), taxes + fees, taxes, pl.col("seller_tax").fill_null(0),
            pl.lit(0, pl.Int64)]  # fmt: skip
    rest = pl.col("total") - pl.col("shipping").fill_null(0)
    amounts, units = pl.col("as_amounts"), pl.col("as_units")
    # The summary's own Sold For is the sum of its items; then the total, with as many charges as will fit.
    goods = [pl.col("summary"), *(rest - charges for charges in sets)]
    fits = [
        pl.when((cost == units) & (cost == amounts)).then(pl.lit("same"))
        .when(cost == units).then(pl.lit("unit"))
        .when(cost == amounts).then(pl.lit("amount"))
        for cost in goods
    ]  # fmt: skip
    known = pl.any_horizontal(pl.col(name).is_not_null() for name in CHARGES)
    decided = sums.with_columns(fit=pl.coalesce(fits)).with_columns(
        unit_sold=(pl.col("fit") == "unit").fill_null(False), settled=pl.col("fit").is_not_null()
    )
    decided = decided.with_columns(goods=pl.when("unit_sold").then("as_units").otherwise("as_amounts"))
    within = pl.coalesce(pl.when(rest - charges == pl.col("goods")).then(charges) for charges in sets)
    return decided.with_columns(charged=pl.when(known).then(pl.coalesce(within, sets[0])))
