"""What each channel may be told now: the same facts for publishing and for explaining a number."""

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass, field

import polars as pl

from oms.config import Channel, Config, Location
from oms.core import ats
from oms.flow.shop import Shop
from oms.model.times import iso
from oms.store import publishing


@dataclass(frozen=True)
class Pool:
    """A channel's view of the stock: `free` by place and what is left of each sku (core.ats.nets)."""

    offer: ats.Offer
    free: pl.DataFrame
    left: pl.DataFrame


@dataclass(frozen=True)
class Facts:
    """Stock and demand, read once for all channels."""

    config: Config
    stock: pl.DataFrame
    demand: pl.DataFrame
    reach: pl.DataFrame
    _pools: dict[ats.Offer, Pool] = field(default_factory=dict)

    def pool(self, channel: Channel, place: Location | None = None) -> Pool:
        """
        What `channel` may sell from, or at one `place` alone.

        Channels that sell from the same places and keep back the same share it.
        """
        places = self.config.selling_locations(channel) if place is None else (place,)
        codes = tuple(location.code for location in places)
        offer = ats.Offer(codes, channel.buffer)
        if offer not in self._pools:
            safety_stock = {location.code: location.safety_stock for location in self.config.locations}
            free = ats.free_stock(self.stock, offer, safety_stock)
            left = ats.nets(free, ats.soft_units(self.demand, self.reach, offer), offer)
            self._pools[offer] = Pool(offer, free, left)
        return self._pools[offer]


def unpaid_since(shop: Shop) -> str:
    """Unpaid orders from before this time keep nothing from being offered."""
    return iso(shop.now - shop.config.verify.unpaid_hold)


def facts(shop: Shop, conn: sqlite3.Connection, skus: Collection[str] | None = None) -> Facts:
    """Stock and demand as they are now; of `skus` only, where given."""
    demand = publishing.open_demand(conn, unpaid_since(shop), skus)
    return Facts(shop.config, publishing.stock(conn, skus), demand, reach(shop.config, demand))


def reach(config: Config, demand: pl.DataFrame) -> pl.DataFrame:
    """
    Where demand can be taken from: channel, pickup, location.

    What the buyer collects is taken from that place, or where none is chosen (`*`) from any where it may be; the rest from the
    locations of its channel. Orders of a channel that oms.toml no longer names could come from every location that ships.
    """
    channels = {channel.name: channel for channel in config.channels}
    rows = []
    for name, pickup in demand.select("channel", "pickup").unique().sort("channel", "pickup").iter_rows():
        if pickup in config.location_codes:
            codes = [pickup]
        elif pickup == "*" and name in channels:
            codes = [location.code for location in config.pickup_places(channels[name])]
        elif name in channels:
            codes = [location.code for location in config.selling_locations(channels[name])]
        else:
            codes = [location.code for location in config.locations if location.ships]
        rows += [(name, pickup, code) for code in codes]
    return pl.DataFrame(rows, schema=dict.fromkeys(("channel", "pickup", "location"), pl.String), orient="row")
