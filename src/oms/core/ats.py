"""
What a channel may sell, and why.

    net(sku)         = max(0, pool - soft - buffer)
    pool             = sum over the channel's locations of max(0, on_hand - reserved - safety_stock)
    listing          = min over what it draws of floor(net / units), at most max_listed

`soft` is demand that no location was chosen for yet. The buffer is kept back in units of each sku *before* kits and
multipacks are floored, so that selling a kit out never reaches into what is kept back of a component; `max_listed` caps
the number that is shown, so it counts listing units. Frames in, frames out; nothing is read or written here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from oms.model.frames import Schema
from oms.words import _

#: Stock by place.
STOCK: Schema = {"sku": pl.String, "location": pl.String, "on_hand": pl.Int64, "reserved": pl.Int64}
#: Unallocated units by what they draw on: a channel's locations, or the place where the buyer collects.
DEMAND: Schema = {"channel": pl.String, "pickup": pl.String, "sku": pl.String, "units": pl.Int64}
#: Listings as they are stored, before mapping.
LISTED: Schema = {"listing_sku": pl.String, "sku": pl.String, "quantity": pl.Int64}
#: What a listing draws, one row a sku; `units` a listing unit. `sold_as` is the mapped sku (maybe a kit).
PARTS: Schema = {
    "listing_sku": pl.String, "sold_as": pl.String, "active": pl.Int64, "sku": pl.String, "units": pl.Int64,
}  # fmt: skip


@dataclass(frozen=True)
class Offer:
    """What a channel sells from and keeps back."""

    locations: tuple[str, ...]  # in code order
    buffer: int | str = 0  # units of each sku, or "10%" of the pool after soft


def free_stock(stock: pl.DataFrame, offer: Offer, safety_stock: Mapping[str, int]) -> pl.DataFrame:
    """`stock` (STOCK) at the offer's locations, with `free` = max(0, on_hand - reserved - safety_stock)."""
    kept = pl.col("location").replace_strict(dict(safety_stock), default=0, return_dtype=pl.Int64)
    return stock.filter(pl.col("location").is_in(list(offer.locations))).with_columns(
        free=(pl.col("on_hand") - pl.col("reserved") - kept).clip(lower_bound=0)
    )


def soft_units(demand: pl.DataFrame, reach: pl.DataFrame, offer: Offer) -> pl.DataFrame:
    """
    The demand that could draw on the offer's locations: `sku`, `soft`, each unit once.

    `reach` (channel, pickup, location) says where orders of a channel (collected at `pickup`) can be taken from.
    """
    drawing = reach.filter(pl.col("location").is_in(list(offer.locations))).select("channel", "pickup").unique()
    return (
        demand.join(drawing, on=["channel", "pickup"], how="semi", nulls_equal=True)
        .group_by("sku").agg(soft=pl.col("units").sum())
    )  # fmt: skip


def nets(free: pl.DataFrame, soft: pl.DataFrame, offer: Offer) -> pl.DataFrame:
    """
    What is left of each sku for a channel: sku, on_hand, reserved, safety, pool, soft, buffer, net (Int64).

    `safety` is what safety stock really keeps back: on_hand - reserved - safety = pool.
    """
    pools = free.group_by("sku").agg(pl.col("on_hand", "reserved").sum(), pool=pl.col("free").sum())
    left = pools.join(soft, on="sku", how="full", coalesce=True).with_columns(pl.exclude("sku").fill_null(0))
    after_soft = (pl.col("pool") - pl.col("soft")).clip(lower_bound=0)
    return left.with_columns(
        safety=pl.col("on_hand") - pl.col("reserved") - pl.col("pool"), buffer=_buffer(after_soft, offer.buffer)
    ).select(
        "sku", "on_hand", "reserved", "safety", "pool", "soft", "buffer",
        net=(pl.col("pool") - pl.col("soft") - pl.col("buffer")).clip(lower_bound=0),
    )  # fmt: skip


def _buffer(after_soft: pl.Expr, buffer: int | str) -> pl.Expr:
    if isinstance(buffer, int):
        return pl.lit(buffer, pl.Int64)
    percent = int(buffer.removesuffix("%"))
    return (after_soft * percent + 99) // 100  # rounded up


def map_listings(listings: pl.DataFrame, products: pl.DataFrame) -> pl.DataFrame:
    """
    `listings` (LISTED) with the sku they mean, or NULL, and `active`: a listing row wins over equality of names.

    `products` (sku, active) holds what can be sold: kits with a missing component are not among it.
    """
    wanted = pl.coalesce("sku", "listing_sku")
    # What a channel's file named without a row of the seller's is sold one by one.
    by_one = pl.when(pl.col("sku").is_null()).then(1).otherwise(pl.col("quantity"))
    return (
        listings.select("listing_sku", wanted.alias("wanted"), quantity=by_one)
        .join(products.with_columns(known=pl.col("sku")), left_on="wanted", right_on="sku", how="left")
        .select("listing_sku", pl.col("known").alias("sku"), "quantity", "active")
    )


def explode(mapped: pl.DataFrame, kits: pl.DataFrame) -> pl.DataFrame:
    """What each mapped listing draws (PARTS); `kits` is kit_sku, sku, quantity. Unmapped listings are left out."""
    components = kits.select("kit_sku", component="sku", each="quantity")
    return (
        mapped.filter(pl.col("sku").is_not_null())
        .join(components, left_on="sku", right_on="kit_sku", how="left")
        .select(
            "listing_sku", pl.col("sku").alias("sold_as"), "active", sku=pl.coalesce("component", "sku"),
            units=pl.col("quantity") * pl.col("each").fill_null(1),
        )
    )  # fmt: skip


def listed(parts: pl.DataFrame, left: pl.DataFrame, max_listed: int | None) -> pl.DataFrame:
    """
    What to show for each listing: listing_sku, sold_as, active, quantity and `sku`, the one that sets the limit.

    In: PARTS and `nets`. A sku that is not active shows 0.
    """
    drawn = parts.join(left.select("sku", "net"), on="sku", how="left").with_columns(
        can=pl.col("net").fill_null(0) // pl.col("units")
    )
    several = pl.col("sold_as") != pl.col("sku")
    kits = (
        drawn.filter(several).sort("listing_sku", "can", "sku")
        .unique("listing_sku", keep="first", maintain_order=True)
    )  # fmt: skip
    shown = pl.min_horizontal("can", pl.lit(max_listed, pl.Int64)) if max_listed is not None else pl.col("can")
    return pl.concat([drawn.filter(~several), kits]).select(
        "listing_sku", "sold_as", "active", "sku", "can",
        quantity=pl.when(pl.col("active") == 1).then(shown).otherwise(0),
    )  # fmt: skip


def sellable_by_location(free: pl.DataFrame, left: pl.DataFrame) -> pl.DataFrame:
    """
    Where the net units of each sku lie: sku, location, sellable. Sums to `net` over a channel's locations.

    What soft demand and the buffer take comes off the locations in code order, last first.
    """
    taken = left.select("sku", taken=pl.col("pool") - pl.col("net"))
    before = pl.col("free").cum_sum().over("sku") - pl.col("free")
    return (
        free.join(taken, on="sku", how="left")
        .sort("sku", "location", descending=[False, True])
        .with_columns(here=(pl.col("taken") - before).clip(lower_bound=0))
        .select("sku", "location", sellable=(pl.col("free") - pl.col("here")).clip(lower_bound=0))
        .sort("sku", "location")
    )


def listed_by_location(
    places: pl.DataFrame, parts: pl.DataFrame, sellable: pl.DataFrame, max_listed: int | None
) -> pl.DataFrame:
    """
    What to show for each listing at each of its locations: listing_sku, location, sold_as, active, quantity, sku.

    In: `places` (listing_sku, location, unique), PARTS, `sellable_by_location`. A kit needs its components together at
    one location. `max_listed` counts over a listing's locations, first codes first.
    """
    drawn = (
        places.join(parts, on="listing_sku")
        .join(sellable, on=["sku", "location"], how="left")
        .with_columns(can=pl.col("sellable").fill_null(0) // pl.col("units"))
        .sort("listing_sku", "location", "can", "sku")
        .unique(["listing_sku", "location"], keep="first", maintain_order=True)
    )
    if max_listed is not None:
        before = pl.col("can").cum_sum().over("listing_sku") - pl.col("can")
        drawn = drawn.with_columns(shown=pl.min_horizontal("can", (max_listed - before).clip(lower_bound=0)))
    else:
        drawn = drawn.with_columns(shown=pl.col("can"))
    return drawn.select(
        "listing_sku", "location", "sold_as", "active", "sku", "can",
        quantity=pl.when(pl.col("active") == 1).then(pl.col("shown")).otherwise(0),
    )  # fmt: skip


def reasons(shown: pl.DataFrame, left: pl.DataFrame) -> pl.DataFrame:
    """`shown` (as `listed` gives it) with `reason`: the arithmetic of the sku that sets the limit."""
    none = pl.lit("")
    arithmetic = pl.format(
        _("on_hand {}, reserved {}{}, soft {}, buffer {}"),
        pl.col("on_hand").fill_null(0), pl.col("reserved").fill_null(0),
        pl.when(pl.col("safety") > 0).then(pl.format(_(", safety_stock {}"), "safety")).otherwise(none),
        pl.col("soft").fill_null(0), pl.col("buffer").fill_null(0),
    )  # fmt: skip
    kit = pl.when(pl.col("sold_as") != pl.col("sku")).then(pl.format(_("kit, limited by {}: "), "sku")).otherwise(none)
    capped = pl.when(pl.col("quantity") < pl.col("can")).then(pl.lit(_(", max_listed"))).otherwise(none)
    return (
        shown.join(left, on="sku", how="left")
        .with_columns(
            reason=pl.when(pl.col("active") == 1)
            .then(pl.concat_str(kit, arithmetic, capped))
            .otherwise(pl.lit(_("not active")))
        )
        .select(*shown.columns, "reason")
    )


def differences(shown: pl.DataFrame, published: pl.DataFrame) -> pl.DataFrame:
    """
    What a channel was not told yet: the rows of `shown` whose quantity is not the published one, with `before`.

    Both hold listing_sku, place, quantity. `before` is NULL for what was never told: 0 is told as well.
    """
    known = published.select("listing_sku", "place", before="quantity")
    return (
        shown.join(known, on=["listing_sku", "place"], how="left")
        .filter(pl.col("quantity").ne_missing(pl.col("before")))
        .sort("listing_sku", "place")
    )  # fmt: skip


def zeroed(shown: pl.DataFrame, published: pl.DataFrame) -> tuple[int, int]:
    """How many listings were published above 0 and would become 0, and how many were published above 0."""
    told = published.filter(pl.col("quantity") > 0).select("listing_sku").unique()
    told = told.join(shown, on="listing_sku", how="semi")
    return told.join(shown.filter(pl.col("quantity") > 0), on="listing_sku", how="anti").height, told.height


def guarded(zeroed_count: int, positive: int, share: float) -> bool:
    """Whether so many listings must not become 0 without a person's word; under 10 listings nobody is asked."""
    return positive >= 10 and zeroed_count > share * positive
