"""What a channel's stock file should say: each of its listings, and which cannot be published."""

import sqlite3
from dataclasses import dataclass

import polars as pl

from oms.channels import stockfile
from oms.config import Channel
from oms.core import ats
from oms.flow.export import newest_export
from oms.flow.offers import Pool
from oms.flow.shop import Shop
from oms.store import publishing
from oms.words import _


@dataclass(frozen=True)
class Catalog:
    """
    What can be sold, whoever sells it.

    `products` (sku, active), `kits` (kit_sku, sku, quantity), `external` (channel, listing_sku): listings that only
    ever shipped from the channel's own warehouse.
    """

    products: pl.DataFrame
    kits: pl.DataFrame
    external: pl.DataFrame


def load_catalog(conn: sqlite3.Connection) -> Catalog:
    """Products, kits and external listings as they are now."""
    return Catalog(publishing.sellable_products(conn), publishing.kits(conn), publishing.shipped_by_channel(conn))


@dataclass(frozen=True)
class Shown:
    """
    What a channel should show.

    `shown`: listing_sku, place ('' or a location), sold_as, active, sku (which sets the limit), can, quantity; with an
    `export`, a row for each of its rows, with `row`, `here` (may be sold there), `committed` and `unavailable`.
    `unpublished`: listing_sku, reason.
    """

    shown: pl.DataFrame
    unpublished: pl.DataFrame
    export: stockfile.Export | None = None
    notes: tuple[str, ...] = ()


def to_show(
    shop: Shop, conn: sqlite3.Connection, pool: Pool, catalog: Catalog, channel: Channel, listings: pl.DataFrame,
    force: bool,
) -> Shown | str:  # fmt: skip
    """What `channel` should show for its `listings`, or why its file cannot be made."""
    if channel.kind != "shopify":
        parts, unpublished = _parts(catalog, channel, listings)
        shown = ats.listed(parts, pool.left, channel.max_listed)
        return Shown(shown.with_columns(place=pl.lit("")), unpublished)
    export = newest_export(shop, conn, channel, force)
    return export if isinstance(export, str) else _by_place(shop, pool, catalog, channel, listings, export)


def _parts(catalog: Catalog, channel: Channel, listings: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Listings as core.ats.PARTS, and those that cannot be published with the reason."""
    mapped = ats.map_listings(listings, catalog.products)
    external = catalog.external.filter(pl.col("channel") == channel.name)["listing_sku"]
    reason = (
        pl.when(pl.col("listing_sku").is_in(external.implode()))
        .then(pl.lit(_("ships from the channel's own warehouse")))
        .when(pl.col("sku").is_null()).then(pl.lit(_("not mapped to a sku")))
    )  # fmt: skip
    if channel.kind == "amazon":
        reason = reason.when(~stockfile.fits_amazon(pl.col("listing_sku"))).then(
            pl.lit(_("a tab or line end in its name cannot stand in the file"))
        )
    judged = mapped.with_columns(reason=reason.otherwise(None))
    parts = ats.explode(judged.filter(pl.col("reason").is_null()), catalog.kits)
    return parts, judged.filter(pl.col("reason").is_not_null()).select("listing_sku", "reason").sort("listing_sku")


def _by_place(
    shop: Shop, pool: Pool, catalog: Catalog, channel: Channel, listings: pl.DataFrame, export: stockfile.Export
) -> Shown:
    """What the rows of an inventory export should say as `On hand`."""
    rows = _by_known_name(export.rows, listings, catalog.products)
    named = rows.select("listing_sku").unique()
    only_there = named.join(listings, on="listing_sku", how="anti").with_columns(
        sku=pl.lit(None, pl.String), quantity=pl.lit(1, pl.Int64)
    )
    parts, unpublished = _parts(catalog, channel, pl.concat([listings, only_there]))
    called = sorted(rows["place"].unique().to_list())
    codes = {name: place.code for name in called if (place := shop.config.location_named(name, channel.name)) is not None}
    code = pl.col("place").replace_strict(codes, default=None, return_dtype=pl.String)
    here = rows.with_columns(location=code).filter(pl.col("stocked") & pl.col("location").is_in(list(pool.offer.locations)))
    shown = ats.listed_by_location(
        here.select("listing_sku", "location").unique(), parts, ats.sellable_by_location(pool.free, pool.left),
        channel.max_listed,
    )  # fmt: skip
    # Committed and unavailable units are on hand there, but Shopify does not offer them.
    on_hand = here.join(shown, on=["listing_sku", "location"]).with_columns(
        quantity=pl.col("quantity") + pl.col("committed") + pl.col("unavailable"), here="quantity"
    )
    absent = listings.join(named, on="listing_sku", how="anti").join(unpublished, on="listing_sku", how="anti")
    absent = absent.select("listing_sku", reason=pl.lit(_("not in the newest export"))).sort("listing_sku")
    notes = tuple(
        _("{channel}: no location is called `{name}` there: its rows stay as they are", channel=channel.name, name=name)
        for name in called if name not in codes
    )  # fmt: skip
    return Shown(on_hand.drop("place").rename({"location": "place"}), pl.concat([unpublished, absent]), export, notes)


def _by_known_name(rows: pl.DataFrame, listings: pl.DataFrame, products: pl.DataFrame) -> pl.DataFrame:
    """Variants without a sku that are mapped by the name that order files give them, under that name."""
    mapped = ats.map_listings(listings, products).filter(pl.col("sku").is_not_null())["listing_sku"].implode()
    by_order_name = ~pl.col("listing_sku").is_in(mapped) & pl.col("order_name").is_in(mapped)
    return rows.with_columns(listing_sku=pl.when(by_order_name).then("order_name").otherwise("listing_sku"))
