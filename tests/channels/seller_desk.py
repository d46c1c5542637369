"""Files of the platforms' seller centres, read as the account of one market would: its zone and its currency."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from oms.channels import recognise
from oms.channels.base import Context, Reading, read_file
from oms.config import Config, Limits
from oms.config_file import parse
from oms.sheets.guard import check
from oms.sheets.read import peek

LIMITS = Limits()
NOW = datetime(2026, 11, 19, 14, tzinfo=UTC)


def account(kind: str, timezone: str | None = None, currency: str = "USD") -> Config:
    """A workspace with one channel, in UTC unless the channel says more."""
    zone = f'timezone = "{timezone}"' if timezone else ""
    return parse(f'[[channels]]\nname = "shop"\nkind = "{kind}"\ncurrency = "{currency}"\n{zone}\n')


def read(path: Path, kind: str, timezone: str | None = None, currency: str = "USD") -> Reading:
    """`path` as `oms import` reads it for that account."""
    config = account(kind, timezone, currency)
    channel = config.channels[0]
    check(path, LIMITS)
    seen = peek(path, LIMITS)
    context = Context(channel, config.zone_of(channel), config.currency_of(channel), config, None, NOW)
    return read_file(recognise(seen), seen, LIMITS, context)


def table(path: Path, rows: Sequence[Mapping[str, object]], delimiter: str = "\t") -> Path:
    """Write `rows` under the headings that any of them has."""
    headings = list(dict.fromkeys(name for row in rows for name in row))
    lines = [headings, *([str(row.get(name, "")) for name in headings] for row in rows)]
    path.write_text("".join(delimiter.join(line) + "\n" for line in lines), encoding="utf-8")
    return path


def complaints(reading: Reading) -> list[tuple[object, ...]]:
    """Row, column and what is wrong, of every complaint."""
    return reading.rejected.select("row", "column", "what").rows()
