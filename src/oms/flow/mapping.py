"""`oms map`: which sku a listing is. Suggestions are only ever suggestions; nothing is created by itself."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from oms.core.mapping import suggest as decide
from oms.core.mapping_check import doubts
from oms.errors import Refused
from oms.flow.settle import settle
from oms.flow.shop import Shop
from oms.sheets.write import csv_bytes, xlsx_bytes
from oms.store import catalog
from oms.store import listings as store
from oms.store.allocations import release_order
from oms.store.ledger import known_sku
from oms.words import _
from oms.workspace import write_private


@dataclass(frozen=True)
class SuggestReport:
    """Listings that are not mapped, with what they could be."""

    suggestions: list[dict[str, Any]]
    path: Path | None = None  # of the listings file, where one was asked for
    exit_code: int = 0

    def json(self) -> dict[str, Any]:
        """Keys: suggestions[]{channel, listing_sku, title, open_units, sku, quantity, sure, because}, path."""
        return {"suggestions": self.suggestions, "path": None if self.path is None else str(self.path)}


def suggest(shop: Shop, channel: str | None = None, output: Path | None = None, dry_run: bool = False) -> SuggestReport:
    """
    Every listing without a sku, its open demand first; `sku` is null where nothing fits.

    With `output` they are written as a listings file (CSV or XLSX by its name), to be looked at, filled in and imported.
    Refused where the file exists.
    """
    if channel is not None:
        shop.config.channel(channel)
    with shop.store.read() as conn:
        unmapped = store.unmapped(conn, channel)
        products = store.products(conn)
        mapped = store.listings(conn).filter(pl.col("sku").is_not_null())
    ours = products.filter("active")
    known = mapped.join(ours, on="sku", how="semi", maintain_order="left")
    found = decide(unmapped, ours, known)
    if output is not None:
        if output.exists():
            raise Refused(_("{file} exists already", file=output), _("name another file with -o"))
        if not dry_run:
            write_private(output, _listings_file(found, output))
    return SuggestReport(found.to_dicts(), output)


def _listings_file(found: pl.DataFrame, path: Path) -> bytes:
    table = found.select("channel", "listing_sku", "sku", "quantity", "title", "sure", "because")
    return xlsx_bytes({"listings": table}) if path.suffix.lower() == ".xlsx" else csv_bytes(table, bom=True)


@dataclass(frozen=True)
class SetReport:
    """A listing after it was mapped, and how many orders that freed or moved."""

    batch: int
    channel: str
    listing_sku: str
    sku: str
    quantity: int
    orders: int
    notes: list[str] = field(default_factory=list)
    exit_code: int = 0

    def json(self) -> dict[str, Any]:
        """Keys: batch, channel, listing_sku, sku, quantity, orders, notes[]."""
        return {name: value for name, value in vars(self).items() if name != "exit_code"}


def set_listing(shop: Shop, channel: str, listing_sku: str, sku: str, quantity: int = 1, dry_run: bool = False) -> SetReport:
    """
    Map a listing to a sku of ours; open lines follow, what was reserved for them and not picked is given back.

    Raises UnknownSku: a sku is made by importing products or stock, never by mapping.
    """
    shop.config.channel(channel)
    with shop.store.write("map", shop.now, config=shop.config, words=shop.words, wait=shop.wait,
                          dry_run=dry_run) as batch:  # fmt: skip
        known_sku(batch.conn, sku)
        known = store.is_listing(batch.conn, channel, listing_sku)
        for order_id in store.remapped_orders(batch.conn, channel, listing_sku, sku, quantity):
            release_order(batch, order_id)
        store.set_listing(batch.conn, channel, listing_sku, sku, quantity)
        batch.touch_orders(*store.orders_of(channel, listing_sku))
        settle(batch, shop.config)
        orders = batch.conn.execute("SELECT count(*) FROM temp.touched_orders").fetchone()[0]
        batch.event("mapped", sku=sku, detail={"channel": channel, "listing_sku": listing_sku, "quantity": quantity})
        batch.summary({"listing": f"{channel}/{listing_sku}", "sku": sku})
        notes = [] if known else [_("no file of {channel} has named `{sku}` yet", channel=channel, sku=listing_sku)]
        return SetReport(batch.id, channel, listing_sku, sku, quantity, orders, notes)


@dataclass(frozen=True)
class MapCheckReport:
    """What is wrong or doubtful in the mapping."""

    problems: list[dict[str, Any]]
    exit_code: int = 0

    def json(self) -> dict[str, Any]:
        """Keys: ok, problems[]{problem, channel, listing_sku, sku, detail}."""
        return {"ok": not self.problems, "problems": self.problems}


def check(shop: Shop) -> MapCheckReport:
    """What refers to nothing, what contradicts itself, what was never in stock, and barcodes that cannot be right."""
    with shop.store.read() as conn:
        broken = store.problems(conn)
        found = doubts(store.listings(conn), store.products(conn), catalog.kits(conn), store.stocked(conn))
    return MapCheckReport(pl.concat([broken, found]).to_dicts())
