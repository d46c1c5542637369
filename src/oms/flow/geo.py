"""The atlas on the tables that ship with the package; each is read on first use and kept for the process."""

import csv
import gzip
import io
import math
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files

from oms.core.distance import Atlas, Point, name_key


@cache
def atlas() -> Atlas:
    """The one atlas of this process."""
    return Atlas(_Shipped())


class _Shipped:
    def postcodes(self, country: str) -> Mapping[str, Point]:
        return _zips() if country == "US" else {}

    def prefixes(self, country: str) -> Mapping[str, Point]:
        return _zip_prefixes() if country == "US" else _prefixes().get(country, {})

    def cities(self, country: str) -> Mapping[str, Point]:
        return _cities_of(country)

    def regions(self, country: str) -> Mapping[str, tuple[str, Point]]:
        return _regions_of(country)

    def country(self, country: str) -> Point | None:
        rows = _city_rows().get(country)
        return _centre((point, people) for _name, _admin1, point, people, _chinese in rows) if rows else None


def _rows(name: str) -> Iterator[list[str]]:
    data = files("oms.data").joinpath("geo", name).read_bytes()
    text = gzip.decompress(data).decode() if name.endswith(".gz") else data.decode()
    rows = csv.reader(io.StringIO(text, newline=""))
    next(rows)
    return rows


@cache
def _zips() -> dict[str, Point]:
    return {code: (float(latitude), float(longitude)) for code, latitude, longitude in _rows("us_zip_centroids.csv.gz")}


@cache
def _zip_prefixes() -> dict[str, Point]:
    """First three digits -> mean of the zips that begin so: PO boxes and new zips have no area of their own."""
    groups: dict[str, list[tuple[Point, int]]] = {}
    for code, point in _zips().items():
        groups.setdefault(code[:3], []).append((point, 1))
    return {prefix: _mean(points) for prefix, points in groups.items()}


@cache
def _prefixes() -> dict[str, dict[str, Point]]:
    found: dict[str, dict[str, Point]] = {}
    for country, prefix, latitude, longitude in _rows("postcode_prefixes.csv.gz"):
        found.setdefault(country, {})[prefix] = (float(latitude), float(longitude))
    return found


City = tuple[str, str, Point, int, str]  # name, admin1, point, people, Chinese names joined by |


@cache
def _city_rows() -> dict[str, list[City]]:
    """Cities by country, largest first."""
    found: dict[str, list[City]] = {}
    for name, country, admin1, latitude, longitude, people, chinese in _rows("cities15000.csv.gz"):
        found.setdefault(country, []).append((name, admin1, (float(latitude), float(longitude)), int(people), chinese))
    return found


@cache
def _cities_of(country: str) -> dict[str, Point]:
    found: dict[str, Point] = {}
    for name, admin1, point, _people, chinese in _city_rows().get(country, ()):
        for spelling in (name, *filter(None, chinese.split("|"))):
            key = name_key(spelling)
            found.setdefault(key, point)
            found.setdefault(f"{admin1}/{key}", point)
            for ending in (" city", " shi"):  # New York City, Fukui-shi
                if key.endswith(ending):
                    found.setdefault(key.removesuffix(ending), point)
                    found.setdefault(f"{admin1}/{key.removesuffix(ending)}", point)
    return found


@cache
def _regions_of(country: str) -> dict[str, tuple[str, Point]]:
    groups: dict[str, list[tuple[Point, int]]] = {}
    for _name, admin1, point, people, _chinese in _city_rows().get(country, ()):
        groups.setdefault(admin1, []).append((point, people))
    found = {}
    for land, admin1, names in _rows("regions.csv"):
        if land == country and admin1 in groups:
            for name in names.split("|"):
                found[name_key(name)] = (admin1, _centre(groups[admin1]))
    return found


def _mean(points: Iterable[tuple[Point, int]]) -> Point:
    listed = [point for point, _weight in points]
    return sum(p[0] for p in listed) / len(listed), sum(p[1] for p in listed) / len(listed)


def _centre(points: Iterable[tuple[Point, int]]) -> Point:
    """The mean direction of weighted points, which has no seam at the date line."""
    x = y = z = 0.0
    for (latitude, longitude), weight in points:
        phi, lam = math.radians(latitude), math.radians(longitude)
        x += (weight or 1) * math.cos(phi) * math.cos(lam)
        y += (weight or 1) * math.cos(phi) * math.sin(lam)
        z += (weight or 1) * math.sin(phi)
    return math.degrees(math.atan2(z, math.hypot(x, y))), math.degrees(math.atan2(y, x))
