"""Stored times as a person reads them."""

from oms.cli import console


def clock(moment: str | None, timezone: str) -> str | None:
    """`moment` in `timezone`, where a person looks at it; in a pipe as it is stored (ISO-8601, UTC)."""
    if moment is None or not console.on_terminal():
        return moment
    from oms.model.times import parse_iso, zone

    return f"{parse_iso(moment).astimezone(zone(timezone)):%Y-%m-%d %H:%M}"
