"""What a pick list shows: how much to take of each sku, then what belongs to which order."""

from datetime import datetime, timedelta

import polars as pl

from oms.model.frames import Schema
from oms.model.times import parse_iso
from oms.words import _

#: `part` tells the two halves apart: `sku` = the total to take, `order` = one order's share of it.
PICK_LIST: Schema = {
    "part": pl.String, "sku": pl.String, "title": pl.String, "barcode": pl.String, "quantity": pl.Int64,
    "order_ref": pl.String, "channel": pl.String, "ship_by": pl.String, "service": pl.String, "remarks": pl.String,
}  # fmt: skip


def too_old(imported_at: str | None, now: datetime, max_age: timedelta) -> str | None:
    """Why the orders of a channel are too old to pick (a cancel may be waiting), None where they are fresh."""
    if imported_at is None:
        return _("its orders were never imported")
    age = now - parse_iso(imported_at)
    if age <= max_age:
        return None
    return _("its orders were last imported {age} h ago, [pick] max_age is {max_age} h",
             age=int(age / timedelta(hours=1)), max_age=int(max_age / timedelta(hours=1)))  # fmt: skip


def pick_list(picks: pl.DataFrame, zone: str) -> pl.DataFrame:
    """
    The pick list of one location (PICK_LIST) from its picks (store.picking.PICKS); times in `zone`.

    First one row a sku with its total, by sku; then one row an order, line and sku, in the order of `picks`, with what
    a person must know: note, gift, tags, the kit it is part of.
    """
    totals = (
        picks.group_by("sku")
        .agg(pl.col("title", "barcode").drop_nulls().first(), pl.col("quantity").sum(), pl.col("order_id").n_unique())
        .sort("sku")
        .select(
            pl.lit("sku").alias("part"), "sku", "title", "barcode", "quantity",
            *(pl.lit(None, pl.String).alias(name) for name in ("order_ref", "channel", "ship_by", "service")),
            remarks=pl.when(pl.col("order_id") == 1).then(pl.lit(_("1 order")))
            .otherwise(pl.format(_("{count} orders", count="{}"), "order_id")),
        )
    )  # fmt: skip
    orders = picks.select(
        pl.lit("order").alias("part"), "sku", "title", "barcode", "quantity", "order_ref", "channel",
        local_time("ship_by", zone), "service", remarks=_remarks(),
    )  # fmt: skip
    return pl.concat([totals, orders]).select(PICK_LIST.keys())


def local_time(name: str, zone: str, form: str = "%Y-%m-%d %H:%M") -> pl.Expr:
    """The column `name` (UTC text) as text in `zone`."""
    moment = pl.col(name).str.to_datetime("%Y-%m-%dT%H:%M:%SZ", time_unit="us", time_zone="UTC", strict=False)
    return moment.dt.convert_time_zone(zone).dt.strftime(form).alias(name)


def _remarks() -> pl.Expr:
    kit = pl.when(pl.col("line_sku") != pl.col("sku")).then(pl.format(_("kit {sku}", sku="{}"), "line_sku"))
    gift = pl.when(pl.col("gift")).then(pl.lit(_("GIFT")))
    pickup = pl.when(pl.col("delivery") == "pickup").then(pl.lit(_("customer collects")))
    shared = pl.when(pl.col("parcel_with").is_not_null()).then(
        pl.format(_("one parcel with {refs}", refs="{}"), "parcel_with")
    )  # fmt: skip
    texts = [gift, pickup, shared, kit, *(_one_line(name) for name in ("variant", "line_note", "note", "tags"))]
    return pl.concat_str(texts, separator=" · ", ignore_nulls=True)


def _one_line(name: str) -> pl.Expr:
    text = pl.col(name).str.replace_all(r"\s+", " ").str.strip_chars()
    return pl.when(text != "").then(text)
