"""`oms config check`: settings that are allowed but unwise, by themselves and beside the rate card."""

from dataclasses import dataclass, field
from typing import Any

import polars as pl

from oms.channels.custom import load as load_formats
from oms.config import Config
from oms.core.route.rates import ANY, RateCard, dearest, rate_card, service_key
from oms.errors import ConfigError
from oms.flow.check_warehouses import settings_of_warehouses, stock_of_warehouses
from oms.flow.orderfile import load_format as load_order_format
from oms.flow.shop import Shop
from oms.model.money import decimal_text, minor
from oms.store import routing
from oms.words import _, plural, spoken


@dataclass(frozen=True)
class CheckReport:
    """What `oms config check` found that is allowed but unwise."""

    warnings: list[str] = field(default_factory=list)
    exit_code: int = 0

    def json(self) -> dict[str, Any]:
        """Keys: ok, warnings."""
        return {"ok": True, "warnings": self.warnings}


def check_config(shop: Shop) -> CheckReport:
    """Look for settings that are allowed but unwise; what is wrong was refused when `shop` was opened."""
    config = shop.config
    warnings = []
    if not spoken(config.business.language):
        warnings.append(_("business.language `{language}`: messages are not translated yet, they come in English",
                          language=config.business.language))  # fmt: skip
    if not config.locations:
        warnings.append(_("no [[locations]]: nothing can be stocked or shipped"))
    if not config.channels:
        warnings.append(_("no [[channels]]: no orders can be imported"))
    for channel in config.channels:
        own = any(place.channel == channel.name for place in config.locations)  # it may send from there alone, without us
        if not own and not config.selling_locations(channel):
            warnings.append(_("channels.{name}: no location it may sell from", name=channel.name))
    warnings += _pickups(config)
    warnings += _formats(shop)
    warnings += settings_of_warehouses(config)
    if shop.store.path.exists():
        with shop.store.read() as conn:
            rates = routing.rates(conn)
            heaviest = routing.heaviest(conn, config.routing.volumetric_divisor)
            warnings += stock_of_warehouses(config, conn, rates)
        warnings += _beside_the_card(config, rates, heaviest or 1)
    return CheckReport(warnings)


def _pickups(config: Config) -> list[str]:
    """Words of channels for orders that are collected, where nobody hands out anything."""
    warnings = []
    for channel in config.channels:
        places = [place.code for place in config.pickup_places(channel)]
        for word, meaning in channel.services.items():
            key = word.strip().casefold()
            code = channel.pickups.get(key)
            if key in channel.pickups and (code not in places if code else not places):
                warnings.append(
                    _("channels.{name}.services: `{word}` is collected at `{place}`, which has no pickup = true, or is not "
                      "among the channel's locations", name=channel.name, word=word, place=code) if code
                    else _("channels.{name}.services: `{word}` is `{meaning}`, and none of the channel's locations has "
                           "pickup = true: such orders wait", name=channel.name, word=word, meaning=meaning)
                )  # fmt: skip
    return warnings


def _formats(shop: Shop) -> list[str]:
    """What in formats/ cannot be used, by what it is for: a broken one stops only that."""
    found = load_formats(shop.root).unusable
    used = {channel.kind for channel in shop.config.channels}
    warnings = [each.error.message for each in found if not each.draft or each.name in used]
    for place in shop.config.locations:
        if place.format is not None and place.format not in [each.name for each in found]:
            try:
                load_order_format(shop.root, place)
            except ConfigError as error:
                warnings.append(error.message)
    return warnings


def _beside_the_card(config: Config, rates: pl.DataFrame, heaviest: int) -> list[str]:
    """What does not fit the rate card, where there is one."""
    if rates.is_empty():
        return []
    warnings = []
    card = rate_card(rates, config.business.currency, config.fx)
    for currency, rows in sorted(card.unusable.items()):
        warnings.append(_("[fx] does not know {currency}: {rows} of the rate card cannot be used",
                          currency=currency, rows=_rows(rows)))  # fmt: skip
    known = {*config.location_codes, ANY}
    for place in sorted(set(rates["location"].unique()) - known):
        rows = rates.filter(pl.col("location") == place).height
        warnings.append(_("no location `{place}`: {rows} of the rate card for it", place=place, rows=_rows(rows)))
    warnings += _services(config, card)
    return warnings + _wait_penalty(config, card, heaviest)


def _rows(count: int) -> str:
    return plural("{count} row", "{count} rows", count)


def _services(config: Config, card: RateCard) -> list[str]:
    return [
        _("channels.{name}.services: `{service}` is not in the rate card", name=channel.name, service=service)
        for channel in config.channels
        for service in dict.fromkeys(
            meaning for word, meaning in channel.services.items() if word.strip().casefold() not in channel.pickups
        )
        if service != ANY and service_key(service) not in card.services
    ]


def _wait_penalty(config: Config, card: RateCard, heaviest: int) -> list[str]:
    """Said only where a wait penalty is set: filling comes first all the same, but the costs shown mislead."""
    if "wait_penalty" not in config.routing.model_fields_set:
        return []
    found = dearest(card, heaviest)
    currency = config.business.currency
    if found is None or minor(config.routing.wait_penalty, currency) >= found.price:
        return []
    return [
        _("routing.wait_penalty {penalty} is less than the dearest shipment, {price} by {carrier} {service}: what can be "
          "shipped is shipped all the same", penalty=config.routing.wait_penalty,
          price=decimal_text(found.price, currency), carrier=found.carrier,
          service=found.service.replace(ANY, _("any service")))
    ]  # fmt: skip
