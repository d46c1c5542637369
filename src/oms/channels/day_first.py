"""
Is `03/08/2026` the third of August or the eighth of March? TikTok's files do not say; all cells of one file mean the same.

What speaks for a reading, strongest first: a day above 12, AM or PM (the US), the order of events in each row, the
language of the words, the country of the addresses, the zone that the channel has in oms.toml. Nothing: no reading.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import polars as pl

from oms.words import _

#: A date with the year at its end, whatever stands first.
SLASHED = r"^\s*'?(\d{1,2})/(\d{1,2})/(\d{4})\b"
_CLOCKS = ("%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p")
DAY_FIRST = (*(f"%d/%m/%Y {clock}" for clock in _CLOCKS), "%d/%m/%Y")
MONTH_FIRST = (*(f"%m/%d/%Y {clock}" for clock in (*_CLOCKS[2:], *_CLOCKS[:2])), "%m/%d/%Y")
YEAR_FIRST = ("%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M")

#: Countries whose sites write the day first.
_DAY_COUNTRIES = frozenset(("VN", "TH", "MY", "ID", "SG", "GB", "IE", "ES", "DE", "FR", "IT", "MX", "BR"))
_DAY_ZONES = frozenset(
    """Asia/Ho_Chi_Minh Asia/Saigon Asia/Bangkok Asia/Kuala_Lumpur Asia/Kuching Asia/Singapore Asia/Jakarta
    Asia/Pontianak Asia/Makassar Asia/Jayapura America/Mexico_City America/Monterrey America/Tijuana
    America/Sao_Paulo""".split()
)
_US_ZONES = frozenset(
    """America/New_York America/Detroit America/Chicago America/Denver America/Phoenix America/Los_Angeles
    America/Anchorage America/Boise America/Juneau America/Menominee Pacific/Honolulu""".split()
)
_US_AREAS = ("US/", "America/Indiana/", "America/Kentucky/", "America/North_Dakota/")
#: Cells that contradict all others are taken for mistakes up to this share.
STRAY = 0.01


@dataclass(frozen=True)
class Decision:
    """How the dates of a file are read, and why; `day_first` None: nobody can say."""

    day_first: bool | None
    why: str

    @property
    def formats(self) -> tuple[str, ...]:
        """The formats of the file's cells, likeliest first."""
        return MONTH_FIRST + YEAR_FIRST if self.day_first is False else DAY_FIRST + YEAR_FIRST


def decide(
    dates: pl.DataFrame,
    *,
    countries: Collection[str],
    languages: Collection[str],
    zone: str | None,
    after: Sequence[tuple[str, str]],
) -> Decision | None:
    """
    How to read `dates`, columns of text; None where no cell needs a decision.

    `countries`: alpha-2 codes of the addresses; `languages`: other than English, of the status words; `zone`: what the
    channel says in oms.toml. `after`: pairs of columns of which the second never happens before the first.
    """
    said = pl.concat([pl.Series("cell", [], pl.String), *(column.str.slice(0, 12).alias("cell") for column in dates)])
    cells = said.value_counts().select("count", first=_part("cell", 1), second=_part("cell", 2)).drop_nulls()
    if cells.is_empty():
        return None
    days, months = cells.select(
        pl.col("count").filter(pl.col(part) > 12).sum().alias(part) for part in ("first", "second")
    ).row(0)
    if days or months:
        if min(days, months) > STRAY * (days + months):
            return Decision(None, _("some dates have the day first, others the month"))
        return Decision(days > months, _("days after the 12th"))
    if cells.select((pl.col("first") == pl.col("second")).all()).item():
        return None
    if dates.select(pl.any_horizontal(pl.all().str.contains(r"(?i)\d\s*[ap]\.?m\.?\s*$")).any()).item():
        return Decision(False, _("AM and PM"))
    by_events = _by_events(dates, after)
    if by_events is not None:
        return Decision(by_events, _("the order of events"))
    if languages:
        return Decision(True, _("the language of the status words"))
    if countries and (set(countries) == {"US"} or set(countries) <= _DAY_COUNTRIES):
        return Decision(set(countries) != {"US"}, _("the country of the addresses"))
    by_zone = _by_zone(zone)
    if by_zone is not None:
        return Decision(by_zone, _("the channel's zone"))
    return Decision(None, _("the day or the month first: the file does not say"))


def _by_events(dates: pl.DataFrame, after: Sequence[tuple[str, str]]) -> bool | None:
    """The only reading under which nothing happens before its cause."""
    pairs = [(early, late) for early, late in after if early in dates.columns and late in dates.columns]
    if not pairs:
        return None
    possible = []
    for formats in (DAY_FIRST, MONTH_FIRST):
        read = dates.select(
            pl.coalesce(
                pl.col(name).str.strip_chars().str.to_datetime(form, strict=False, time_unit="ms")
                for form in (*formats[:-1], *YEAR_FIRST)
            ).alias(name)
            for name in {name for pair in pairs for name in pair}
        )
        wrong = read.select(pl.any_horizontal((pl.col(late) < pl.col(early)).any() for early, late in pairs)).item()
        possible.append(not wrong)
    return possible[0] if possible[0] != possible[1] else None


def _by_zone(zone: str | None) -> bool | None:
    if zone is None:
        return None
    if zone in _US_ZONES or zone.startswith(_US_AREAS):
        return False
    return True if zone in _DAY_ZONES or zone.startswith("Europe/") else None


def ambiguous(column: str) -> pl.Expr:
    """Whether a cell of `column` means another day when it is read the other way."""
    return (_part(column, 1) != _part(column, 2)).fill_null(False)


def _part(column: str, place: int) -> pl.Expr:
    return pl.col(column).str.extract(SLASHED, place).cast(pl.Int64)
