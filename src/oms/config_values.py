"""What may stand behind a key of `oms.toml`: money, zones, days, codes; each says what it takes instead."""

from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from oms.model.money import CURRENCIES
from oms.model.times import duration, zone
from oms.words import _

#: More of any currency for one parcel or penalty is a slip, and would not fit the store's integers.
MOST_MONEY = 1_000_000_000


def _money(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (str, int, float, Decimal)):
        raise ValueError(_('not an amount of money: write it as text, "1.50"'))
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        raise ValueError(_('not an amount of money: write it as text, "1.50"')) from None
    if not amount.is_finite() or amount < 0:
        raise ValueError(_("an amount of money is 0 or more"))
    if amount > MOST_MONEY:
        raise ValueError(_("more than a billion: nothing costs that"))
    return amount


def _zone(value: str) -> str:
    try:
        zone(value)
    except KeyError:
        raise ValueError(_('not a time zone: use a name like "Europe/Berlin"')) from None
    return value


def _currency(value: str) -> str:
    if value.upper() not in CURRENCIES:
        raise ValueError(_('not a currency: use an ISO 4217 code like "USD"'))
    return value.upper()


def _rate(value: object) -> Decimal:
    try:
        rate = Decimal("x" if isinstance(value, bool) else str(value))
    except InvalidOperation:
        raise ValueError(_('not a rate: write what one unit is worth, "0.0066"')) from None
    if not rate.is_finite() or not 0 < rate < MOST_MONEY:
        raise ValueError(_("a rate is more than 0"))
    return rate


def _country(value: str) -> str:
    if len(value) != 2 or not value.isalpha():
        raise ValueError(_('not a country: use a two-letter code like "US"'))
    return "GB" if value.upper() == "UK" else value.upper()  # what everybody says; orders and rates come as GB


def _duration(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    try:
        return duration(str(value))
    except ValueError:
        raise ValueError(_('not a length of time: write "24h", "7d" or "90m"')) from None


def _clock(value: str) -> str:
    hours, _colon, minutes = value.partition(":")
    if not (hours.isdigit() and minutes.isdigit() and len(minutes) == 2 and int(hours) < 24 and int(minutes) < 60):
        raise ValueError(_('not a time of day: write "14:00"'))
    return f"{int(hours):02d}:{minutes}"


def _closed(value: str) -> str:
    try:
        first, _slash, last = value.partition("/")
        if date.fromisoformat(first) > date.fromisoformat(last or first):
            raise ValueError
    except ValueError:
        raise ValueError(_('not a day or a range of days: write "2027-02-05" or "2027-02-05/2027-02-12"')) from None
    return value


def _buffer(value: object) -> int | str:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    if isinstance(value, str) and value.endswith("%") and value[:-1].isdigit() and int(value[:-1]) <= 100:
        return value
    if value == "auto":
        raise ValueError(_('buffer = "auto" is not built yet: use a number or a percentage like "10%"'))
    raise ValueError(_('a buffer is a number of units or a percentage like "10%"'))


Money = Annotated[Decimal, BeforeValidator(_money)]
Zone = Annotated[str, AfterValidator(_zone)]
Currency = Annotated[str, AfterValidator(_currency)]
ExchangeRate = Annotated[Decimal, BeforeValidator(_rate)]
Country = Annotated[str, AfterValidator(_country)]
Duration = Annotated[timedelta, BeforeValidator(_duration)]
Clock = Annotated[str, AfterValidator(_clock)]
Closed = Annotated[str, AfterValidator(_closed)]
Buffer = Annotated[int | str, BeforeValidator(_buffer)]
#: Codes and names become parts of file names: nothing that a folder or a terminal would take for something else.
Code = Annotated[str, Field(pattern=r"^[^\s/\\:*?\"<>|.\x00-\x1f\x7f-\x9f][^\s/\\:*?\"<>|\x00-\x1f\x7f-\x9f]*$", max_length=60)]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
