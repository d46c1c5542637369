"""Times are UTC, kept as ISO-8601 text to the second (`2026-11-19T14:00:00Z`), which sorts as it happened."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def iso(moment: datetime) -> str:
    """An aware datetime as UTC text."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_iso(text: str) -> datetime:
    """UTC text, or any ISO-8601 time with a zone, as an aware datetime; one without a zone is taken as UTC."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@cache
def zone(name: str) -> ZoneInfo:
    """The zone called `name`; KeyError when there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise KeyError(name) from error


def end_of_day(day: date, zone_name: str) -> datetime:
    """The last second of `day` in `zone_name`, as UTC: what a date without a time means for a count or a shipment."""
    start = datetime(day.year, day.month, day.day, tzinfo=zone(zone_name)) + timedelta(days=1)
    return (start - timedelta(seconds=1)).astimezone(UTC)


def duration(text: str) -> timedelta:
    """`"24h"`, `"7d"`, `"90m"` as a timedelta, ten years at most; ValueError otherwise."""
    units = {"m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
    amount, unit = text.strip()[:-1], text.strip()[-1:]
    if unit not in units or not amount.isdecimal():
        raise ValueError(text)
    seconds = int(amount) * units[unit]
    if seconds > 3653 * 86400:
        raise ValueError(text)
    return timedelta(seconds=seconds)
