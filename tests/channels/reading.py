"""What the tests of readers share: a file as a reading, a frame as plain rows."""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from oms.channels import recognise
from oms.channels.base import Context, Reading, read_file
from oms.config import Limits
from oms.config_file import parse
from oms.sheets.read import peek

DATA = Path(__file__).parent.parent / "data" / "channels"
LIMITS = Limits()
NOW = datetime(2026, 11, 19, 14, tzinfo=UTC)
#: Places that the fixtures name; no channel, so that nothing depends on one.
CONFIG = parse(
    """
    [business]
    currency = "USD"
    timezone = "America/New_York"
    [[locations]]
    code = "NJ"
    name = "Newark Warehouse"
    country = "US"
    [[locations]]
    code = "CA"
    country = "US"
    """
)
CONTEXT = Context(None, "America/New_York", "USD", CONFIG, "NJ", NOW)


def read(path: Path, as_kind: str | None = None) -> Reading:
    """`path` by the reader that recognises it."""
    seen = peek(path, LIMITS)
    return read_file(recognise(seen, as_kind), seen, LIMITS, CONTEXT)


def rows(frame: pl.DataFrame, *columns: str) -> list[tuple[object, ...]]:
    """Some columns of a frame as tuples."""
    return frame.select(columns).rows()
