"""What is unwise about a location that is a channel's own warehouse, and sends what other channels sold."""

import sqlite3
from collections.abc import Iterator

import polars as pl

from oms.config import Config, Location
from oms.core.route.rates import ANY, service_key
from oms.flow.orderfile import SHIPPED
from oms.store.ledger import stock_rows
from oms.store.warehouse_listings import names_at
from oms.words import _, plural

#: The format that comes with oms, and the services it may name.
MCF = SHIPPED[0]
MCF_SERVICES = ("Standard", "Expedited", "Priority")
#: Skus that a warning names.
SHOWN = 5


def settings_of_warehouses(config: Config) -> list[str]:
    """What oms.toml says of channels' own warehouses that does not fit together."""
    return [warning for place in config.locations if place.channel is not None for warning in _settings(config, place)]


def _settings(config: Config, place: Location) -> Iterator[str]:
    owner = config.channel(str(place.channel))
    for channel in config.channels:
        if channel.locations is None or place.code not in channel.locations or place.sends_for(channel):
            continue
        if channel == owner:
            yield _("channels.{name}.locations: take {code} out: {name} counts and sends its own stock itself",
                    name=channel.name, code=place.code)  # fmt: skip
        else:
            yield _("channels.{name}.locations: take {code} out: {name} makes its own labels, and a warehouse of {owner} sends "
                    "under its own", name=channel.name, code=place.code, owner=owner.name)  # fmt: skip
    if not place.ships:
        return
    if not any(place in config.selling_locations(channel) for channel in config.channels):
        yield _("locations.{code}: no channel may send from there", code=place.code)
    if place.kind != "3pl":
        yield _('locations.{code}.kind: only a "3pl" gets an order file', code=place.code)
    if owner.kind == "amazon" and place.format is None:
        yield _('locations.{code}.format: the order file has our own columns; Amazon\'s are format = "{mcf}"', code=place.code,
                mcf=MCF)  # fmt: skip
    if owner.kind != "amazon" and place.format == MCF:
        yield _('locations.{code}.format: "{mcf}" is Amazon\'s, and {owner} is of kind {kind}', code=place.code, mcf=MCF,
                owner=owner.name, kind=owner.kind)  # fmt: skip


def stock_of_warehouses(config: Config, conn: sqlite3.Connection, rates: pl.DataFrame) -> list[str]:
    """What the store knows of channels' own warehouses that would keep orders from going there."""
    found = []
    for place in config.locations:
        if place.channel is None or not place.ships:
            continue
        known = set(names_at(conn, place.code, place.channel)["sku"])
        there = [row["sku"] for row in stock_rows(conn, None, place.code) if row["on_hand"] and row["sku"] not in known]
        if there:
            more = _(" and {count} more", count=len(there) - SHOWN) if len(there) > SHOWN else ""
            skus = ", ".join(there[:SHOWN]) + more
            found.append(
                plural("{count} sku with stock at {code} is no listing of {channel}: no order of it can be sent: {skus}",
                       "{count} skus with stock at {code} are no listing of {channel}: no order of them can be sent: {skus}",
                       len(there), code=place.code, channel=place.channel, skus=skus)
            )  # fmt: skip
        found += _rates(place, rates)
    return found


def _rates(place: Location, rates: pl.DataFrame) -> Iterator[str]:
    here = rates.filter(pl.col("location").is_in([place.code, ANY]))
    if rates.height and here.is_empty():
        yield _("locations.{code}: no row of the rate card is for it", code=place.code)
    if place.format != MCF:
        return
    fine = {service_key(word) for word in (*MCF_SERVICES, ANY)}
    for service in here.filter(pl.col("location") == place.code)["service"].unique().sort():
        if service_key(service) not in fine:
            yield _("the rate card has the service `{service}` at {code}; Amazon knows {services}", service=service,
                    code=place.code, services=", ".join(MCF_SERVICES))  # fmt: skip
