"""
The rate card: what a carrier asks for a parcel. Amounts become minor units of the business currency.

`price + per_kg * (w - weight_from_g) / 1000`, rounded half-up once, for `weight_from_g < w <= weight_to_g`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

import polars as pl

from oms.core.distance import postcode_key
from oms.model.money import exponent

ANY = "*"


class Quote(NamedTuple):
    """What a parcel costs with whom, in business minor units; transit days where the card says."""

    price: int
    carrier: str
    service: str
    days_min: int | None
    days_max: int | None


class Rate(NamedTuple):
    """One row of the card. Its amounts are in minor units of its own currency; `num / den` makes business ones."""

    location: str
    carrier: str
    service: str
    country: str
    prefix: str
    weight_from_g: int
    weight_to_g: int
    price: int
    per_kg: int
    num: int
    den: int
    days_min: int | None
    days_max: int | None

    def fits(self, weight_g: int) -> bool:
        """Whether a parcel of this weight may go by this row."""
        return self.weight_from_g < weight_g <= self.weight_to_g

    def amount(self, weight_g: int) -> int:
        """The price of a parcel of this weight in business minor units, half-up."""
        thousandths = self.price * 1000 + self.per_kg * (weight_g - self.weight_from_g)
        if self.num == self.den:
            return (thousandths + 500) // 1000
        return (2 * thousandths * self.num + 1000 * self.den) // (2000 * self.den)

    def most(self, weight_g: int) -> int:
        """The most that this row asks for any parcel up to this weight."""
        return self.amount(min(weight_g, self.weight_to_g))


@dataclass
class RateCard:
    """All usable rows, by (country, postcode prefix); `unusable` counts rows whose currency nobody can convert."""

    rows: dict[tuple[str, str], list[Rate]] = field(default_factory=dict)
    services: dict[str, str] = field(default_factory=dict)  # casefolded -> as the card spells it
    unusable: dict[str, int] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to choose from."""
        return not self.rows

    def without(self, carriers: Collection[str]) -> "RateCard":
        """The card without what these carriers ask (by casefolded name)."""
        rows = {
            where: [row for row in known if row.carrier.strip().casefold() not in carriers]
            for where, known in self.rows.items()
        }
        return RateCard({where: known for where, known in rows.items() if known}, self.services, self.unusable)

    def prefixes(self, country: str) -> dict[int, set[str]]:
        """Postcode prefixes that rows of `country` name, by length."""
        found: dict[int, set[str]] = {}
        for land, prefix in self.rows:
            if land == country and prefix:
                found.setdefault(len(prefix), set()).add(prefix)
        return found


def rate_card(rates: pl.DataFrame, currency: str, fx: Mapping[str, Decimal]) -> RateCard:
    """
    The card of rows as the store keeps them.

    In: location, carrier, service, country, postcode_prefix, weight_from_g, weight_to_g, price, per_kg, currency,
    days_min, days_max (model.frames.RATES without `row`; amounts in minor units of the row's currency).
    """
    card = RateCard()
    factors: dict[str, Fraction | None] = {currency: Fraction(1)}
    plain = rates.select(
        "location", "carrier", pl.col("service").replace("", None).fill_null(ANY),
        pl.col("country").replace("", None).fill_null(ANY).str.to_uppercase(), pl.col("postcode_prefix").fill_null(""),
        "weight_from_g", "weight_to_g", "price", pl.col("per_kg").fill_null(0), "days_min", "days_max", "currency",
    )  # fmt: skip
    keys = {prefix: postcode_key(prefix) for prefix in plain["postcode_prefix"].unique()}
    for location, carrier, service, country, prefix, start, end, price, per_kg, days_min, days_max, own in plain.iter_rows():
        if own not in factors:
            scale = Fraction(10) ** (exponent(currency) - exponent(own))
            factors[own] = Fraction(fx[own]) * scale if own in fx else None
        factor = factors[own]
        if factor is None:
            card.unusable[own] = card.unusable.get(own, 0) + 1
            continue
        key = keys[prefix]
        card.rows.setdefault((country, key), []).append(
            Rate(location, carrier, service, country, key, start, end, price, per_kg, factor.numerator, factor.denominator,
                 days_min, days_max)
        )  # fmt: skip
        if service != ANY:
            card.services.setdefault(service_key(service), service)
    return card


def dearest(card: RateCard, weight_g: int) -> Quote | None:
    """The most that the card asks for one parcel of up to this weight; None where no row takes any."""
    quotes = [
        Quote(rate.most(weight_g), rate.carrier, rate.service, rate.days_min, rate.days_max)
        for rows in card.rows.values() for rate in rows if rate.weight_from_g < weight_g
    ]  # fmt: skip
    return max(quotes, key=lambda quote: (quote.price, quote.carrier, quote.service), default=None)


def service_key(word: str) -> str:
    """One spelling of a service."""
    return word.strip().casefold()


class Service(NamedTuple):
    """What an order's service means on the card: `wanted` None takes any; `known` False is a word nobody knows."""

    wanted: str | None
    known: bool


def service_of(word: str | None, mapping: Mapping[str, str], card: RateCard) -> Service:
    """
    The card's service for a channel's word: by the channel's mapping (its `*` is the default), else the same word on
    the card, else any.
    """
    spelled = {service_key(key): value for key, value in mapping.items()}
    mapped = spelled.get(service_key(word or ""), spelled.get(ANY))
    if mapped is not None:
        return Service(None if mapped == ANY else service_key(mapped), mapped == ANY or service_key(mapped) in card.services)
    if not word or not word.strip():
        return Service(None, True)
    if service_key(word) in card.services:
        return Service(service_key(word), True)
    return Service(None, False)
