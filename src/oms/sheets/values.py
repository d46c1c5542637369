"""Single cells read with care: spellings too rare to be worth a column expression. Pure; None = not understood."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from oms.model.times import iso, zone

LONGEST = 60  # characters of an amount or a time; more is something else, and patterns need not try
_ISO = re.compile(
    r"""(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})
    (?:[T\s]\s*(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?)?
    \s*(?P<offset>Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?$""",
    re.VERBOSE | re.IGNORECASE,
)
_SERIAL = re.compile(r"\d{5}(?:[.,]\d+)?$")
_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "mär": 3, "mrz": 3, "apr": 4, "may": 5, "mai": 5, "jun": 6, "jul": 7, "aug": 8,
    "sep": 9, "oct": 10, "okt": 10, "nov": 11, "dec": 12, "dez": 12,
}  # fmt: skip
_DAY_MONTH = re.compile(r"(\d{1,2})[ -]([^\W\d_]{3,9})\.?[ ,\-]+(\d{4}|\d{2})(?:[ ,]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?$")
_MONTH_DAY = re.compile(r"([^\W\d_]{3,9})\.?[ -](\d{1,2})[ ,\-]+(\d{4}|\d{2})(?:[ ,]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?$")
_CURRENCY = r"(?:[^\W\d_]{1,4}\.?|[$€£¥₫₹₩₽₺₴₦₱฿₪₡₲₵₸₼₾﷼]|\s){0,4}"
_AMOUNT = re.compile(
    rf"(?P<open>\()?\s*(?P<minus>[-+])?{_CURRENCY}(?P<after>[-+])?(?P<number>[.,]?\d[\d.,' ]*?)"
    rf"{_CURRENCY}(?P<last>-)?\s*(?P<close>\))?"
)
_GROUPS = {sign: re.compile(rf"\d{{1,3}}(?:{re.escape(sign)}\d{{3}})+") for sign in ".,'"}
_LAKHS = re.compile(r"\d{1,2}(?:,\d{2})*,\d{3}")  # 1,23,456


def whole(cell: str) -> int | None:
    """`1,000` -> 1000, `2.0` -> 2, `1.5` -> None."""
    text = unicodedata.normalize("NFKC", cell).replace(" ", "").replace("\u00a0", "")
    if len(text) <= LONGEST and (match := re.fullmatch(r"([+-]?)(\d{1,3}(?:,\d{3})+|\d{1,9})(?:[.,]0+)?", text)):
        return int(match[1] + match[2].replace(",", ""))
    return None


def amount(cell: str, digits: int, decimal: str = ".") -> int | None:
    """
    Money in minor units of a currency with `digits` behind the point.

    The last separator is the decimal one when both kinds stand there; a lone one before exactly three digits is the
    decimal sign where `decimal` names it and the currency has decimals, else a thousands separator; with "auto" it is
    not understood. Digits beyond the currency's (`2.9789999999999996`, what spreadsheets make of 2.98) round half-up.
    """
    text = unicodedata.normalize("NFKC", cell).replace("−", "-").replace("’", "'").strip()
    match = _AMOUNT.fullmatch(text) if len(text) <= LONGEST else None
    if match is None or bool(match["open"]) != bool(match["close"]):
        return None
    minuses = [match["minus"], match["after"], match["last"], "-" if match["open"] else None].count("-")
    if minuses > 1:
        return None
    negative, text = minuses == 1, re.sub(r"(?<=\d) (?=\d{3})", "", match["number"])
    if not re.fullmatch(r"[\d.,']*\d[\d.,']*", text):
        return None
    number = _number(text, digits, decimal)
    if number is None:
        return None
    if digits == 0 and number != number.to_integral_value():
        return None
    minor = int((number * 10**digits).quantize(Decimal(1), ROUND_HALF_UP))
    return -minor if negative else minor


def _number(text: str, digits: int, decimal: str) -> Decimal | None:
    if "'" in text:  # Swiss thousands: 1'200.50
        head = re.split("[.,]", text)[0]
        if not _GROUPS["'"].fullmatch(head):
            return None
        text = text.replace("'", "")
    kinds = {sign for sign in ".," if sign in text}
    if len(kinds) == 2:
        point = max(kinds, key=text.rindex)
        group = "," if point == "." else "."
        head, _point, tail = text.rpartition(point)
        if point in head or not _grouped(head, group):
            return None
        return Decimal(f"{head.replace(group, '')}.{tail or 0}")
    if not kinds:
        return Decimal(text)
    sign = kinds.pop()
    head, _sign, tail = text.rpartition(sign)
    if sign in head:
        return Decimal(text.replace(sign, "")) if _grouped(text, sign) else None
    if len(tail) == 3 and head not in ("", "0") and len(head) <= 3:
        if digits == 0:
            return Decimal(head + tail)
        if decimal == "auto" and digits != 3:
            return None
        if sign != decimal and not (decimal == "auto" and digits == 3):
            return Decimal(head + tail)
    return Decimal(f"{head or 0}.{tail or 0}")


def _grouped(digits: str, sign: str) -> bool:
    return bool(_GROUPS[sign].fullmatch(digits) or (sign == "," and _LAKHS.fullmatch(digits)))


def moment(cell: str, zone_name: str, formats: Sequence[str] = (), end_of_day: bool = False) -> str | None:
    """
    A time as UTC text: `formats` (strptime) first, then ISO and its relatives, spreadsheet serials, `Sep-07-26`,
    `10-Dez-25`, `04 Jul 2022 11:46`. Without an offset it is in `zone_name`; a date alone is its first or last second.
    """
    if len(cell) > LONGEST:
        return None
    text = " ".join(unicodedata.normalize("NFKC", cell).split())
    for form in formats:
        try:
            found = datetime.strptime(text, form)  # noqa: DTZ007 - the zone comes from the file or its channel
        except ValueError:
            continue
        return _utc(found, zone_name, end_of_day and "%H" not in form and "%I" not in form)
    if match := _ISO.match(text):
        part = match.groupdict()
        return _from_parts(
            (part["year"], part["month"], part["day"], part["hour"], part["minute"], part["second"]),
            part["offset"], zone_name, end_of_day,
        )  # fmt: skip
    if _SERIAL.match(text):
        return _from_serial(float(text.replace(",", ".")), zone_name, end_of_day)
    for pattern, order in ((_DAY_MONTH, (3, 2, 1)), (_MONTH_DAY, (3, 1, 2))):
        if (match := pattern.match(text)) and (month := _MONTHS.get(match[order[1]].casefold()[:3])):
            year = match[order[0]] if len(match[order[0]]) == 4 else f"20{match[order[0]]}"
            parts = (year, str(month), match[order[2]], match[4], match[5], match[6])
            return _from_parts(parts, None, zone_name, end_of_day)
    return None


def _from_parts(parts: tuple[str | None, ...], offset: str | None, zone_name: str, end_of_day: bool) -> str | None:
    year, month, day, hour, minute, second = (int(part) if part else 0 for part in parts)
    try:
        found = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - the zone follows
    except ValueError:
        return None
    dated_only = end_of_day and parts[3] is None
    if offset is None:
        return _utc(found, zone_name, dated_only)
    if dated_only:
        found += timedelta(days=1, seconds=-1)
    return iso((found - _offset(offset)).replace(tzinfo=UTC)) if _sane(found) else None


@cache
def _offset(text: str) -> timedelta:
    if text[0] not in "+-":
        return timedelta(0)
    digits = text[1:].replace(":", "").ljust(4, "0")
    distance = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return -distance if text[0] == "-" else distance


def _from_serial(serial: float, zone_name: str, end_of_day: bool) -> str | None:
    """Days since 1899-12-30, as spreadsheets keep times; the zone is the file's."""
    found = datetime(1899, 12, 30) + timedelta(seconds=round(serial * 86400))  # noqa: DTZ001 - the zone follows
    return _utc(found, zone_name, end_of_day and serial.is_integer())


def _utc(found: datetime, zone_name: str, dated_only: bool) -> str | None:
    if not _sane(found):
        return None
    if found.tzinfo is None:
        if dated_only:
            found += timedelta(days=1, seconds=-1)
        found = found.replace(tzinfo=zone(zone_name))
    return iso(found)


def _sane(found: datetime) -> bool:
    return 1990 <= found.year <= 2100
