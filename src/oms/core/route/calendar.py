"""When a parcel leaves: cut-off, working days and closed days, all in the location's own zone."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta

import polars as pl

from oms.model.times import zone

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

CUTOFF = "cutoff"  # its cut-off has passed
CLOSED = "closed"  # it does not work today

#: Beyond this, a location that never opens again is taken as one that does not ship.
_HORIZON_DAYS = 400


def closed_days(ranges: Sequence[str]) -> list[tuple[date, date]]:
    """`["2027-02-05/2027-02-12", "2027-05-01"]` as first and last days."""
    parts = [text.partition("/") for text in ranges]
    return [(date.fromisoformat(first), date.fromisoformat(last or first)) for first, _slash, last in parts]


def works_on(day: date, working_days: Collection[str], closed: Sequence[tuple[date, date]]) -> bool:
    """Whether a location works on `day`."""
    return WEEKDAYS[day.weekday()] in working_days and not any(first <= day <= last for first, last in closed)


def ship_date(
    now: datetime, zone_name: str, cutoff: str, working_days: Collection[str], closed: Sequence[tuple[date, date]]
) -> date | None:
    """
    The day on which what is routed now leaves: today before the cut-off of a working day, else the next working day.

    `cutoff` is a wall clock time ("14:00") in `zone_name`. None for a location that does not work in the next year.
    """
    local = now.astimezone(zone(zone_name))
    day = local.date()
    if local.time() >= time.fromisoformat(cutoff):
        day += timedelta(days=1)
    for _attempt in range(_HORIZON_DAYS):
        if works_on(day, working_days, closed):
            return day
        day += timedelta(days=1)
    return None


def not_today(
    now: datetime, zone_name: str, cutoff: str, working_days: Collection[str], closed: Sequence[tuple[date, date]]
) -> str | None:
    """Why what is routed now does not leave today: CLOSED, CUTOFF; None where it does. As `ship_date` sees it."""
    local = now.astimezone(zone(zone_name))
    if not works_on(local.date(), working_days, closed):
        return CLOSED
    return CUTOFF if local.time() >= time.fromisoformat(cutoff) else None


def due_after(placed_at: pl.Expr, handling_days: int, zone_name: str) -> pl.Expr:
    """
    The ship_by of orders whose channel gives none: `handling_days` working days (Monday to Friday) after `placed_at`.

    In and out: UTC text. The time of day stays the same in `zone_name`. An order placed on a weekend counts from
    Monday's work: two days after Saturday is Tuesday.
    """
    local = placed_at.str.to_datetime("%Y-%m-%dT%H:%M:%SZ", time_zone="UTC").dt.convert_time_zone(zone_name)
    wall = local.dt.replace_time_zone(None)
    moved = wall.dt.add_business_days(handling_days, roll="backward" if handling_days else "forward")
    aware = moved.dt.replace_time_zone(zone_name, ambiguous="earliest", non_existent="null")
    late = (moved + pl.duration(hours=1)).dt.replace_time_zone(zone_name, ambiguous="earliest", non_existent="null")
    return pl.coalesce(aware, late).dt.convert_time_zone("UTC").dt.strftime("%Y-%m-%dT%H:%M:%SZ")
