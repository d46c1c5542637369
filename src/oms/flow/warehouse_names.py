"""Orders that a channel's own warehouse sends are told by its names for things; what it has no name for is not sent."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from oms.config import Config
from oms.core.warehouse_names import called
from oms.flow.orderfile import OrderFormat
from oms.store.warehouse_listings import names_at
from oms.words import _


@dataclass(frozen=True)
class Nameless:
    """An order that a warehouse cannot be told of, because it knows a sku of it by no name."""

    order_id: int
    channel: str
    order_ref: str
    location: str
    sku: str
    reason: str
    hint: str

    def json(self) -> dict[str, str]:
        """An element of `refused[]`: channel, order_ref, location, sku, reason."""
        return {name: getattr(self, name) for name in ("channel", "order_ref", "location", "sku", "reason")}


def named(
    conn: sqlite3.Connection, config: Config, picks: pl.DataFrame, forms: Mapping[str, OrderFormat]
) -> tuple[pl.DataFrame, list[Nameless]]:
    """
    `picks` (store PICKS) with warehouse_sku and warehouse_quantity where a form of `forms` (by location) writes them, and the
    orders that have a sku without a name, in the order of `picks`.
    """
    found, nameless = [], list[Nameless]()
    for code, form in sorted(forms.items()):
        owner = config.location(code).channel if form.of_warehouses else None
        if owner is None:
            continue
        here, names = picks.filter(pl.col("location") == code), names_at(conn, code, owner)
        found.append(called(here, names).with_columns(location=pl.lit(code)))
        unknown = here.join(found[-1].filter(pl.col("warehouse_sku").is_null()), on=("sku", "quantity"), maintain_order="left")
        for row in unknown.unique(("order_id", "sku"), keep="first", maintain_order=True).iter_rows(named=True):
            known = names.filter(pl.col("sku") == row["sku"]).sort("listing_sku")
            nameless.append(_nameless(row, code, owner, known))
    columns = {"warehouse_sku": pl.String, "warehouse_quantity": pl.Int64}
    if not found:
        return picks.with_columns(pl.lit(None, dtype).alias(name) for name, dtype in columns.items()), []
    return picks.join(pl.concat(found), on=("location", "sku", "quantity"), how="left", maintain_order="left"), nameless


def _nameless(row: Mapping[str, object], code: str, owner: str, known: pl.DataFrame) -> Nameless:
    sku, quantity = str(row["sku"]), row["quantity"]
    listings = ", ".join(f"`{each}`" for each in known["listing_sku"])
    if known.is_empty():
        reason = _("no listing of {channel} is {sku}", channel=owner, sku=sku)
        hint = _("map one: oms map set {channel} LISTING {sku}; or import a stock file of {location} that names it",
                 channel=owner, sku=sku, location=code)  # fmt: skip
    elif known.filter(pl.col("listing_quantity") == 1).is_empty():
        reason = _("{channel} lists {sku} in packs only ({listings}), and {quantity} make no whole ones", channel=owner,
                   sku=sku, listings=listings, quantity=quantity)  # fmt: skip
        hint = _("map a listing of single units: oms map set {channel} LISTING {sku}", channel=owner, sku=sku)
    else:
        reason = _("{listings} of {channel} are {sku}, and no stock file says which of them lies there", listings=listings,
                   channel=owner, sku=sku)  # fmt: skip
        hint = _("import a stock file of {location}: what it names is taken", location=code)
    return Nameless(
        int(str(row["order_id"])), str(row["channel"]), str(row["order_ref"]), code, sku, reason, hint
    )  # fmt: skip
