"""Our own tracking file: one row a parcel, or a line of one."""

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from oms.channels.base import Context, Reading, newest, table_reading
from oms.channels.day_first import Decision, decide
from oms.channels.own_kind import File, OwnReader, blanks, place_codes, times_there
from oms.channels.own_words import has, has_any, named
from oms.model import frames
from oms.sheets.columns import Amount, Bound, Moment, Text, Whole, typed


def slashed_dates(frame: pl.DataFrame, headings: Mapping[str, str], context: Context) -> Decision | None:
    """Whether `03/08/2026` under shipped_at begins with the day: by the file, else by where we are. None: no such dates."""
    if "shipped_at" not in headings:
        return None
    config = context.config
    dates = frame.select(shipped_at=pl.col(headings["shipped_at"]))
    countries = {place.country for place in config.locations if place.country}
    slashed = dates.select(pl.col("shipped_at").str.contains(r"^\s*\d{1,2}/\d{1,2}/\d{4}").any()).item()
    if not slashed:
        return None
    found = decide(dates, countries=countries, languages=(), zone=config.business.timezone, after=())
    return found or Decision(True, "")  # every date has its day and month alike


def _tracking(file: File) -> Reading:
    """
    Blank carriers and unknown orders are for those who know the orders; here a row only has to be readable.

    Equal rows all go on: an order may have two equal lines in one parcel.
    """
    config = file.context.config
    decision = slashed_dates(file.frame, file.bound.headings, file.context)
    if decision is not None and decision.day_first is not None and file.bound.legend["shipped_at"] is _SHIPPED_AT:
        dated = Moment(*_SHIPPED_AT.headings, formats=decision.formats, end_of_day=True)
        file = replace(file, bound=Bound({**file.bound.legend, "shipped_at": dated}, file.bound.headings))
    cells = typed(file.frame, file.bound, timezone="UTC", currency=config.business.currency)
    table, unknown = place_codes(file, cells.frame)
    shipped_at, wrong = times_there(file, "shipped_at", table.select("row", "location"))
    table = table.with_columns(shipped_at.alias("shipped_at"))
    rest = cells.rejected.filter(pl.col("column") != file.heading("shipped_at"))
    complaints = [rest, unknown, wrong, *blanks(file, table, "order_ref", "tracking")]
    return table_reading(
        format="oms-tracking", kind="tracking", schema=frames.TRACKING, sheet=file.sheet, table=table,
        complaints=complaints, ignored=file.ignored, as_of=newest(table, ["shipped_at"], file.context.now),
        notes=file.notes,
    )  # fmt: skip


def _is_tracking(h: frozenset[str]) -> bool:
    ours = has(h, "order_ref", "tracking") or (has(h, "order_ref") and _is_tracked(h))
    return ours and not has_any(h, *_ORDERS_HAVE)


def _is_tracked(h: frozenset[str]) -> bool:
    return has_any(h, "order_ref") and has_any(h, "tracking") and has_any(h, "carrier")


_ORDERS_HAVE = ("placed_at", "name", "address1", "title", "reason", "unit_price")

_SHIPPED_AT = named(Moment, "shipped_at", end_of_day=True)
TRACKING = OwnReader(
    "tracking",
    {
        "order_ref": named(Text, "order_ref", identifier=True), "tracking": named(Text, "tracking", identifier=True),
        "carrier": named(Text, "carrier"), "sku": named(Text, "sku", identifier=True),
        "quantity": named(Whole, "quantity", least=1), "shipped_at": _SHIPPED_AT,
        "location": named(Text, "location"), "channel": named(Text, "channel"),
        "cost": named(Amount, "cost", least=0),
    },
    _is_tracking, (("order_ref",), ("tracking",), ("carrier",)), _tracking,
)  # fmt: skip

#: The same for other people's headings, asked when nobody else knows the file.
LOOSE_TRACKING = OwnReader(
    "tracking", TRACKING.legend, lambda h: _is_tracked(h) and not has_any(h, *_ORDERS_HAVE), TRACKING.needs, _tracking
)
