"""When a parcel leaves and what it is due by, in each place's own zone."""

from datetime import UTC, date, datetime

import polars as pl
import pytest

from oms.core.route.calendar import CLOSED, CUTOFF, closed_days, due_after, not_today, ship_date

WEEK = ("mon", "tue", "wed", "thu", "fri")


@pytest.mark.parametrize(
    ("now", "zone", "expected"),
    [
        ("2026-11-19T18:59:59Z", "America/New_York", "2026-11-19"),  # 13:59:59 on a Thursday
        ("2026-11-19T19:00:00Z", "America/New_York", "2026-11-20"),  # 14:00:00: too late
        ("2026-11-20T19:00:00Z", "America/New_York", "2026-11-23"),  # Friday afternoon leaves on Monday
        ("2026-11-21T12:00:00Z", "America/New_York", "2026-11-23"),  # Saturday
        ("2026-11-19T19:00:00Z", "America/Los_Angeles", "2026-11-19"),  # 11:00 there
        ("2026-11-19T19:00:00Z", "Asia/Shanghai", "2026-11-20"),  # 03:00 on Friday there
        ("2026-10-30T17:59:00Z", "America/New_York", "2026-10-30"),  # 13:59 in summer time
        ("2026-11-02T18:59:00Z", "America/New_York", "2026-11-02"),  # 13:59 in winter time
        ("2026-11-02T17:59:00Z", "America/New_York", "2026-11-02"),
        ("2026-10-30T18:00:00Z", "America/New_York", "2026-11-02"),  # 14:00 in summer time
        ("2026-03-06T18:59:00Z", "America/New_York", "2026-03-06"),  # 13:59 on the Friday before summer time
        ("2026-03-09T17:59:00Z", "America/New_York", "2026-03-09"),  # 13:59 on the Monday after
        ("2026-03-09T18:00:00Z", "America/New_York", "2026-03-10"),
        ("2026-04-03T02:59:00Z", "Australia/Sydney", "2026-04-03"),  # 13:59 in summer time, which ends in April there
        ("2026-04-03T03:00:00Z", "Australia/Sydney", "2026-04-06"),
        ("2026-04-06T03:59:00Z", "Australia/Sydney", "2026-04-06"),  # 13:59 in winter time
        ("2026-10-02T03:59:00Z", "Australia/Sydney", "2026-10-02"),
        ("2026-10-05T02:59:00Z", "Australia/Sydney", "2026-10-05"),  # summer time again, since October
        ("2026-10-05T03:00:00Z", "Australia/Sydney", "2026-10-06"),
        ("2026-10-05T13:30:00Z", "Australia/Sydney", "2026-10-06"),  # half past midnight there
    ],
)
def test_ship_date(now: str, zone: str, expected: str) -> None:
    """Before 14:00 on a working day it leaves today, else on the next; clocks change, the cut-off does not."""
    assert date.fromisoformat(expected) == ship_date(datetime.fromisoformat(now), zone, "14:00", WEEK, [])


@pytest.mark.parametrize(
    ("now", "why"),
    [
        ("2026-11-19T18:59:59Z", None),  # 13:59:59 on a Thursday
        ("2026-11-19T19:00:00Z", CUTOFF),
        ("2026-11-21T12:00:00Z", CLOSED),  # Saturday
        ("2026-11-26T20:00:00Z", CLOSED),  # a holiday, after the cut-off that it would have
        ("2026-10-30T18:00:00Z", CUTOFF),  # 14:00 in summer time
        ("2026-11-02T18:00:00Z", None),  # 13:00 in winter time
    ],
)
def test_why_nothing_leaves_today(now: str, why: str | None) -> None:
    """At the cut-off it has passed; on a closed day there is none; by the clock of the place."""
    assert why == not_today(datetime.fromisoformat(now), "America/New_York", "14:00", WEEK, closed_days(["2026-11-26"]))


def test_closed_days_are_skipped() -> None:
    """A closed week and a closed Monday push the ship date to Tuesday."""
    closed = closed_days(["2026-11-19/2026-11-20", "2026-11-23"])

    assert date(2026, 11, 24) == ship_date(datetime(2026, 11, 19, 10, tzinfo=UTC), "UTC", "14:00", WEEK, closed)


def test_a_place_that_never_works_has_no_ship_date() -> None:
    """Closed for years, or without working days."""
    now = datetime(2026, 11, 19, 10, tzinfo=UTC)

    assert ship_date(now, "UTC", "14:00", (), []) is None
    assert ship_date(now, "UTC", "14:00", WEEK, closed_days(["2026-01-01/2029-01-01"])) is None


@pytest.mark.parametrize(
    ("placed_at", "days", "expected"),
    [
        ("2026-11-19T15:00:00Z", 2, "2026-11-23T15:00:00Z"),  # Thursday -> Monday
        ("2026-11-21T15:00:00Z", 2, "2026-11-24T15:00:00Z"),  # Saturday -> Tuesday
        ("2026-11-19T15:00:00Z", 0, "2026-11-19T15:00:00Z"),
        ("2026-11-21T15:00:00Z", 0, "2026-11-23T15:00:00Z"),  # nobody works on a weekend
        ("2026-10-30T14:00:00Z", 1, "2026-11-02T15:00:00Z"),  # 10:00 stays 10:00 over the end of summer time
        ("2026-11-21T04:30:00Z", 1, "2026-11-24T04:30:00Z"),  # still Friday evening in New York
    ],
)
def test_due_where_the_channel_says_nothing(placed_at: str, days: int, expected: str) -> None:
    """So many working days after the order, at the same time of day."""
    frame = pl.DataFrame({"placed_at": [placed_at]})

    assert [expected] == frame.select(due_after(pl.col("placed_at"), days, "America/New_York")).to_series().to_list()
