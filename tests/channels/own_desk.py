"""Files of our own kinds, read in the fixture workspace: two warehouses, a shop, four channels."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from oms.channels import recognise
from oms.channels.base import Context, Reading, read_file
from oms.config import Limits
from oms.config_file import load
from oms.sheets.guard import check
from oms.sheets.read import peek

TESTS = Path(__file__).parent.parent
SAMPLES = TESTS / "data" / "channels"
CONFIG = load(TESTS / "data" / "oms.toml")
NOW = datetime(2026, 11, 19, 14, tzinfo=UTC)
LIMITS = Limits()

Put = Callable[[str], Path]


def read(path: Path, *, channel: str | None = None, location: str | None = None, as_kind: str | None = None) -> Reading:
    """`path` as `oms import` reads it."""
    whose = CONFIG.channel(channel) if channel else None
    context = Context(whose, CONFIG.zone_of(whose), CONFIG.currency_of(whose), CONFIG, location, NOW)
    check(path, LIMITS)
    seen = peek(path, LIMITS)
    return read_file(recognise(seen, as_kind), seen, LIMITS, context)


def complaints(reading: Reading) -> list[tuple[int, str, str]]:
    """Row, column and what is wrong, of every complaint."""
    return reading.rejected.select("row", "column", "what").rows()
