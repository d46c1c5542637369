"""What a channel's stock file should say: each of its listings, and which cannot be published."""

import sqlite3
from dataclasses import dataclass

import polars as pl

from oms.channels import stockfile
from oms.channels.forms import Form
from oms.channels.stockfile import Writer
from oms.config import Channel
from oms.core import ats
from oms.flow.forms import lacking, newest_form, writer
from oms.flow.offers import Facts, Pool
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

    `shown`: listing_sku, place ('' or a location), sold_as, active, sku (which sets the limit), can, quantity; with a
    `form`, a row for each of its cells, with `row`, `column`, `here` (may be sold there), `committed` and `unavailable`.
    `unpublished`: listing_sku, reason.
    """

    shown: pl.DataFrame
    unpublished: pl.DataFrame
    form: Form | None = None
    notes: tuple[str, ...] = ()


def to_show(
    shop: Shop, conn: sqlite3.Connection, facts: Facts, catalog: Catalog, channel: Channel, listings: pl.DataFrame,
    force: bool,
) -> Shown | str:  # fmt: skip
    """What `channel` should show for its `listings`, or why its file cannot be made."""
    pool = facts.pool(channel)
    writes = writer(shop, channel)
    form = newest_form(shop, conn, channel, force) if channel.kind in stockfile.FORMS else None
    if isinstance(form, str):
        return form
    if form is not None:
        return _in_form(shop, pool, catalog, channel, listings, form)
    if writes is None:
        return lacking(shop, conn, channel)
    parts, unpublished = _parts(catalog, channel, listings, writes)
    shown = [ats.listed(parts, pool.left, channel.max_listed).with_columns(place=pl.lit(""))]
    if channel.kind in stockfile.BY_SHOP:
        shown += [
            ats.listed(parts, facts.pool(channel, place).left, channel.max_listed).with_columns(place=pl.lit(place.code))
            for place in shop.config.shops(channel)
        ]
    return Shown(pl.concat(shown), unpublished)


def _parts(
    catalog: Catalog, channel: Channel, listings: pl.DataFrame, writer: Writer | None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Listings as core.ats.PARTS, and those that cannot be published with the reason."""
    mapped = ats.map_listings(listings, catalog.products)
    external = catalog.external.filter(pl.col("channel") == channel.name)["listing_sku"]
    fits = pl.lit(True) if writer is None else writer.fits(pl.col("listing_sku"))
    reason = (
        pl.when(pl.col("listing_sku").is_in(external.implode()))
        .then(pl.lit(_("ships from the channel's own warehouse")))
        .when(pl.col("sku").is_null()).then(pl.lit(_("not mapped to a sku")))
        .when(~fits).then(pl.lit(_("its name cannot stand in the file")))
    )  # fmt: skip
    judged = mapped.with_columns(reason=reason.otherwise(None))
    parts = ats.explode(judged.filter(pl.col("reason").is_null()), catalog.kits)
    return parts, judged.filter(pl.col("reason").is_not_null()).select("listing_sku", "reason").sort("listing_sku")


def _in_form(shop: Shop, pool: Pool, catalog: Catalog, channel: Channel, listings: pl.DataFrame, form: Form) -> Shown:
    """What the cells of a form should say."""
    cells = _by_known_name(form.cells, listings, catalog.products)
    named = cells.select("listing_sku").unique()
    only_there = named.join(listings, on="listing_sku", how="anti").with_columns(
        sku=pl.lit(None, pl.String), quantity=pl.lit(1, pl.Int64)
    )
    parts, unpublished = _parts(catalog, channel, pl.concat([listings, only_there]), None)
    absent = listings.join(named, on="listing_sku", how="anti").join(unpublished, on="listing_sku", how="anti")
    absent = absent.select("listing_sku", reason=pl.lit(_("not in the newest export"))).sort("listing_sku")
    unpublished = pl.concat([unpublished, absent])
    if not form.by_place:
        shown = ats.listed(parts, pool.left, channel.max_listed).with_columns(place=pl.lit(""), here="quantity")
        return Shown(cells.drop("place").join(shown, on="listing_sku"), unpublished, form)
    called = sorted(cells["place"].drop_nulls().unique().to_list())
    codes = {name: place.code for name in called if (place := shop.config.location_named(name, channel.name)) is not None}
    code = pl.col("place").replace_strict(codes, default=None, return_dtype=pl.String)
    here = cells.with_columns(location=code).filter(pl.col("stocked") & pl.col("location").is_in(list(pool.offer.locations)))
    shown = ats.listed_by_location(
        here.select("listing_sku", "location").unique(), parts, ats.sellable_by_location(pool.free, pool.left),
        channel.max_listed,
    )  # fmt: skip
    # Committed and unavailable units are on hand there, but the channel does not offer them.
    on_hand = here.join(shown, on=["listing_sku", "location"]).with_columns(
        quantity=pl.col("quantity") + pl.col("committed") + pl.col("unavailable"), here="quantity"
    )
    notes = tuple(
        _("{channel}: no location is called `{name}` there: its rows stay as they are", channel=channel.name, name=name)
        for name in called if name not in codes
    )  # fmt: skip
    return Shown(on_hand.drop("place").rename({"location": "place"}), unpublished, form, notes)


def _by_known_name(cells: pl.DataFrame, listings: pl.DataFrame, products: pl.DataFrame) -> pl.DataFrame:
    """Variants without a sku that are mapped by another name of theirs, under that name."""
    mapped = ats.map_listings(listings, products).filter(pl.col("sku").is_not_null())["listing_sku"].implode()
    by_other_name = ~pl.col("listing_sku").is_in(mapped) & pl.col("other_name").is_in(mapped)
    return cells.with_columns(listing_sku=pl.when(by_other_name).then("other_name").otherwise("listing_sku"))
