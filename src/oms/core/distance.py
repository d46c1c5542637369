"""
Where an address is, roughly, and how far it is from another: great circles between centroids.

The atlas knows, in this order: the exact postcode, its longest known prefix, the city, the region, the country. Which
of them was used is the *level* of a spot; it is stored with every allocation and shown by `oms explain`.
"""

import math
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

EARTH_RADIUS_KM = 6371.0088

#: Levels from sharp to blunt.
LEVELS = ("coordinates", "postcode", "prefix", "city", "region", "country")

Point = tuple[float, float]  # latitude, longitude in degrees


@dataclass(frozen=True, slots=True)
class Spot:
    """A point on the earth and how sharply it is known (one of LEVELS)."""

    latitude: float
    longitude: float
    level: str


class Tables(Protocol):
    """What the atlas reads, each on first use. Keys are spelled by `postcode_key` and `name_key`."""

    def postcodes(self, country: str) -> Mapping[str, Point]:
        """Exact postcodes of a country."""

    def prefixes(self, country: str) -> Mapping[str, Point]:
        """First characters of postcodes of a country; the key "" stands for all of it."""

    def cities(self, country: str) -> Mapping[str, Point]:
        """Cities of a country by name, and by `admin1/name` where the region is needed to tell them apart."""

    def regions(self, country: str) -> Mapping[str, tuple[str, Point]]:
        """States and provinces of a country by name or code: their admin1 code and centre."""

    def country(self, country: str) -> Point | None:
        """The centre of a country's people."""


def postcode_key(postcode: str) -> str:
    """One spelling of a postcode: upper case, without spaces and hyphens."""
    return postcode.upper().replace(" ", "").replace("-", "")


def name_key(name: str) -> str:
    """One spelling of the name of a place: no accents, no case, no punctuation."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in plain.casefold()).split())


def distance_km(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Great-circle distance (haversine, mean radius 6371.0088 km) between two points in degrees."""
    phi, other_phi = math.radians(latitude), math.radians(other_latitude)
    half_chord = (
        math.sin((other_phi - phi) / 2) ** 2
        + math.cos(phi) * math.cos(other_phi) * math.sin(math.radians(other_longitude - longitude) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(half_chord)))


def blunter(level: str, other: str) -> str:
    """The less sharp of two levels: what a distance between two spots rests on."""
    return max(level, other, key=LEVELS.index)


@dataclass
class Atlas:
    """Finds addresses; remembers what it found."""

    tables: Tables
    _found: dict[tuple[str | None, ...], Spot | None] = field(default_factory=dict)

    def find(self, country: str | None, region: str | None, city: str | None, postcode: str | None) -> Spot | None:
        """The spot of an address, None where not even its country is known."""
        key = (country, region, city, postcode)
        if key not in self._found:
            self._found[key] = self._look(country, region, city, postcode)
        return self._found[key]

    def _look(self, country: str | None, region: str | None, city: str | None, postcode: str | None) -> Spot | None:
        if not country:
            return None
        land = country.strip().upper()
        found = self._by_postcode(land, postcode) if readable(postcode) else None
        if found is not None:
            return found
        state = self.tables.regions(land).get(name_key(region)) if region and readable(region) else None
        if city and readable(city):
            cities, name = self.tables.cities(land), name_key(city)
            spellings = (name, name.rstrip("市"))  # 深圳市 is 深圳
            point = next((cities[f"{state[0]}/{n}"] for n in spellings if state and f"{state[0]}/{n}" in cities), None)
            point = point or next((cities[n] for n in spellings if n in cities), None)
            if point is not None:
                return Spot(*point, "city")
        if state is not None:
            return Spot(*state[1], "region")
        if region and readable(region):  # a city that is its own state, spelled as the region
            point = self.tables.cities(land).get(name_key(region))
            if point is not None:
                return Spot(*point, "region")
        centre = self.tables.prefixes(land).get("") or self.tables.country(land)
        return Spot(*centre, "country") if centre is not None else None

    def _by_postcode(self, country: str, postcode: str | None) -> Spot | None:
        code = postcode_key(postcode or "")
        if country == "US":
            code = code[:5]
        elif country == "GB" and len(code) >= 5 and code[-3:-2].isdigit():
            code = code[:-3]  # the outward code: N1 1AA lies in N1, not in N11
        exact = self.tables.postcodes(country).get(code)
        if exact is not None:
            return Spot(*exact, "postcode")
        prefixes = self.tables.prefixes(country)
        for length in range(len(code), 0, -1):
            point = prefixes.get(code[:length])
            if point is not None:
                return Spot(*point, "prefix")
        return None


def readable(text: str | None) -> bool:
    """Whether a part of an address says something: it is there and was not masked by the channel."""
    return bool(text and text.strip()) and "*" not in (text or "")
