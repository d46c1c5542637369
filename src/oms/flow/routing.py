"""What routing decides about: oms.toml and the store as one core.route.Problem."""

import sqlite3
from dataclasses import replace
from datetime import date, datetime
from fractions import Fraction

import polars as pl

from oms.config import Config, Location
from oms.core.distance import Spot
from oms.core.route import Problem
from oms.core.route.calendar import closed_days, due_after, ship_date
from oms.core.route.pricing import Fallback, Place
from oms.core.route.problem import Desk, Rules
from oms.core.route.rates import rate_card
from oms.flow.geo import atlas
from oms.flow.rulings import under_rules
from oms.flow.shop import Shop
from oms.model.money import exponent, minor
from oms.model.times import zone
from oms.store import routing


def problem_of(shop: Shop, conn: sqlite3.Connection, goal: str | None = None) -> Problem:
    """The orders of temp.routable and everything that decides where they leave from. `goal` overrides `[routing] goal`."""
    config = shop.config
    bare = Problem(
        _with_due_dates(_with_places(routing.open_orders(conn), config), config),
        routing.open_demand(conn),
        routing.free_stock(conn, {place.code: place.routing_reserve for place in config.locations}),
        routing.measures(conn),
        routing.held_units(conn),
        tuple(_with_room(place, conn) for place in places_at(config, shop.now)),
        {desk.name: desk for desk in _desks(config)},
        _rules(config, goal),
        rate_card(routing.rates(conn), config.business.currency, config.fx),
        atlas(),
        shrunk=routing.shrunk(conn, joint=config.routing.consolidate),
    )
    return under_rules(bare, conn, config)


def _desks(config: Config) -> list[Desk]:
    return [
        Desk(
            channel.name, tuple(place.code for place in config.selling_locations(channel)), channel.services,
            channel.priority, channel.labels_itself, channel.ship_complete,
            tuple(place.code for place in config.pickup_places(channel)), channel.allow_partial,
            {place.code: place.channel or "" for place in config.kept_from(channel)},
        )
        for channel in config.channels
    ]  # fmt: skip


def _rules(config: Config, goal: str | None) -> Rules:
    given, currency = config.routing, config.business.currency
    fallback = given.fallback_rate
    scale = Fraction(10) ** exponent(currency)
    return Rules(
        goal or given.goal,
        minor(given.split_penalty, currency),
        minor(given.late_penalty, currency),
        minor(given.wait_penalty, currency),
        given.max_parcels,
        given.volumetric_divisor,
        minor(given.stickiness, currency),
        None if fallback is None
        else Fallback(*(Fraction(part) * scale for part in (fallback.base, fallback.per_km, fallback.per_kg))),
    )  # fmt: skip


def places_at(config: Config, now: datetime) -> tuple[Place, ...]:
    """The locations as routing sees them at `now`, in code order; `capacity` is that of a whole day."""
    return tuple(_place(config, place, now) for place in sorted(config.locations, key=lambda place: place.code))


def _place(config: Config, place: Location, now: datetime) -> Place:
    zone_name, currency = config.zone_of(place), config.business.currency
    ship_on = ship_date(now, zone_name, place.cutoff, place.working_days, closed_days(place.closed))
    ranking = config.routing.ranking
    return Place(
        place.code, zone_name, place.ships, now.astimezone(zone(zone_name)).toordinal(),
        ship_on.toordinal() if ship_on else None, place.daily_capacity, minor(place.handling, currency),
        minor(place.handling_unit, currency), _spot(place),
        ranking.index(place.code) if place.code in ranking else len(ranking),
        place.channel is None,  # a channel's warehouse packs each order by itself
    )  # fmt: skip


def _with_room(place: Place, conn: sqlite3.Connection) -> Place:
    """`place` with the capacity that is left of the day."""
    if place.capacity is None or place.ship_on is None:
        return place
    leaving = routing.leaving(conn, place.code, date.fromordinal(place.ship_on).isoformat())
    return replace(place, capacity=place.capacity - leaving)


def _spot(place: Location) -> Spot | None:
    if place.latitude is not None and place.longitude is not None:
        return Spot(place.latitude, place.longitude, "coordinates")
    return atlas().find(place.country, place.region, place.city, place.postcode)


def _with_places(orders: pl.DataFrame, config: Config) -> pl.DataFrame:
    """Orders with the code of the location where they are collected, whatever the channel calls it."""
    named = orders.filter("pickup").select("channel", "location").unique().drop_nulls()
    codes = [
        (channel, name, place.code)
        for channel, name in named.iter_rows()
        if (place := config.location_named(name, channel)) is not None
    ]
    known = pl.DataFrame(codes, dict.fromkeys(("channel", "location", "code"), pl.String), orient="row")
    return orders.join(known, on=["channel", "location"], how="left").with_columns(location="code").drop("code")


def _with_due_dates(orders: pl.DataFrame, config: Config) -> pl.DataFrame:
    """Orders with a ship_by, also where the channel gives none."""
    due = pl.lit(None, pl.String)
    for channel in config.channels:
        own = due_after(pl.col("placed_at"), channel.handling_days, config.zone_of(channel))
        due = pl.when(pl.col("channel") == channel.name).then(own).otherwise(due)
    return orders.with_columns(ship_by=pl.coalesce("ship_by", due))


def day_text(day: int | None) -> str | None:
    """A day number as ISO-8601 text."""
    return None if day is None else date.fromordinal(day).isoformat()
