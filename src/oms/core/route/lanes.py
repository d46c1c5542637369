"""
From a destination to prices: which rows of the card may price a parcel there, found once a lane and remembered.

Per carrier the longest matching postcode prefix wins, then the country, then `*`, whatever the weight; rows of the
location and rows of `*` are both candidates. Among carriers the cheapest wins, ties by carrier name.
"""

from bisect import bisect_left
from collections.abc import Sequence

from oms.core.distance import postcode_key, readable
from oms.core.route.rates import ANY, Quote, Rate, RateCard


class Tariff:
    """The rows that may price a parcel from one location on one lane."""

    __slots__ = ("_breaks", "_fitting", "_flat", "rising", "rows")

    def __init__(self, rows: Sequence[Rate]) -> None:
        self.rows = sorted(rows, key=lambda r: (r.carrier, r.service, r.weight_from_g, r.location))
        self.rising = False  # whether a heavier parcel is never cheaper, nor possible where a lighter one is not
        self._breaks: list[int] = []
        self._fitting: list[list[Rate]] = []  # by number of the step
        self._flat: list[Quote | bool | None] = []  # of steps whose price does not depend on the gram; True: ask anew

    def prepare(self) -> None:
        """Which rows fit between two borders of weight; on first use, since many tariffs are never asked."""
        if self._breaks:
            return
        self._breaks = sorted({row.weight_from_g for row in self.rows} | {row.weight_to_g for row in self.rows})
        number = {weight: n for n, weight in enumerate(self._breaks)}
        self._fitting = [[] for _step in range(len(self._breaks) + 1)]
        for row in self.rows:
            for step in range(number[row.weight_from_g] + 1, number[row.weight_to_g] + 1):
                self._fitting[step].append(row)
        self._flat = [
            True if any(row.per_kg for row in rows) else _cheapest(rows, self._breaks[min(n, len(self._breaks) - 1)])
            for n, rows in enumerate(self._fitting)
        ]
        self.rising = self._rises()

    def _rises(self) -> bool:
        if self._breaks[0] > 0:
            return False
        dearest, gap = 0, False
        for step in range(1, len(self._breaks)):
            rows = self._fitting[step]
            first = _cheapest(rows, self._breaks[step - 1] + 1)
            if first is None:
                gap = True
            elif gap or first.price < dearest:
                return False
            else:
                last = first if isinstance(self._flat[step], Quote) else _cheapest(rows, self._breaks[step])
                dearest = last.price if last else first.price
        return True

    def quote(self, weight_g: int) -> Quote | None:
        """The cheapest carrier for a parcel of this weight; None where no row fits."""
        if not self._breaks:
            self.prepare()
        step = bisect_left(self._breaks, weight_g)
        flat = self._flat[step]
        return flat if not isinstance(flat, bool) else _cheapest(self._fitting[step], weight_g)

    def price(self, weight_g: int) -> int | None:
        """As `quote`, the price alone."""
        if not self._breaks:
            self.prepare()
        step = bisect_left(self._breaks, weight_g)
        flat = self._flat[step]
        if flat is None:
            return None
        if not isinstance(flat, bool):
            return flat.price
        rows = self._fitting[step]
        return rows[0].amount(weight_g) if len(rows) == 1 else min([row.amount(weight_g) for row in rows])

    def least(self) -> int:
        """A bound: no parcel is cheaper."""
        return min(row.amount(row.weight_from_g) for row in self.rows)


def _cheapest(rows: Sequence[Rate], weight_g: int) -> Quote | None:
    if len(rows) == 1:
        row = rows[0]
        return Quote(row.amount(weight_g), row.carrier, row.service, row.days_min, row.days_max)
    found = [Quote(r.amount(weight_g), r.carrier, r.service, r.days_min, r.days_max) for r in rows]
    return min(found, key=lambda q: (q.price, q.carrier, q.service)) if found else None


class Lane:
    """One destination and service as all locations see it. `tariffs` has an entry a location, None without a rate."""

    __slots__ = ("_breaks", "_dearest", "_rising", "linear", "number", "tariffs")

    def __init__(self, number: int, tariffs: list[Tariff | None]) -> None:
        self.number = number
        self.tariffs = tariffs
        rows = [row for tariff in tariffs if tariff is not None for row in tariff.rows]
        self._breaks = sorted({row.weight_from_g for row in rows} | {row.weight_to_g for row in rows})
        self.linear = any(row.per_kg for row in rows)  # prices depend on the gram
        self._dearest: dict[int, int] = {}  # by step of weight
        self._rising: bool | None = None

    def step(self, weight_g: int) -> int:
        """A number that two weights share only if every price of this lane is the same for both."""
        return weight_g if self.linear else bisect_left(self._breaks, weight_g)

    def rising(self) -> bool:
        """Whether from no place a heavier parcel is cheaper, or possible where a lighter one is not."""
        if self._rising is None:
            tariffs = [tariff for tariff in self.tariffs if tariff is not None]
            for tariff in tariffs:
                tariff.prepare()
            self._rising = all(tariff.rising for tariff in tariffs)
        return self._rising

    def dearest(self, weight_g: int) -> int:
        """A bound: no parcel up to this weight is dearer, from any place."""
        step = bisect_left(self._breaks, weight_g)
        found = self._dearest.get(step)
        if found is None:
            edge = self._breaks[min(step, len(self._breaks) - 1)] if self._breaks else 0
            rows = [row for tariff in self.tariffs if tariff is not None for row in tariff.rows]
            found = self._dearest[step] = max((row.most(edge) for row in rows if row.weight_from_g < edge), default=0)
        return found


class Lanes:
    """All lanes of a rate card for the locations `codes`."""

    def __init__(self, card: RateCard, codes: Sequence[str]) -> None:
        self._card = card
        self._codes = tuple(codes)
        self._prefixes: dict[str, dict[int, set[str]]] = {}
        self._countries = {country for country, _prefix in card.rows}
        self._lanes: dict[tuple[tuple[tuple[str, str], ...], str | None], Lane] = {}
        self._found: dict[tuple[str | None, str | None, str | None], Lane] = {}
        self.free = Lane(-1, [None] * len(self._codes))  # where somebody else pays the carrier

    def lane(self, country: str | None, postcode: str | None, service: str | None) -> Lane:
        """The lane to an address for a service of the card (None = any)."""
        key = (country, postcode, service)
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = self._lane(country, postcode, service)
        return found

    def _lane(self, country: str | None, postcode: str | None, service: str | None) -> Lane:
        land = (country or "").strip().upper()
        code = postcode_key(postcode) if postcode and readable(postcode) else ""
        levels = []
        for where in (land, ANY) if land in self._countries else (ANY,):
            if where not in self._prefixes:
                self._prefixes[where] = self._card.prefixes(where)
            levels += [
                (where, code[:length])
                for length, known in self._prefixes[where].items()
                if length <= len(code) and code[:length] in known
            ]
            levels.append((where, ""))
        levels.sort(key=lambda level: (-len(level[1]), level[0] == ANY))  # sharpest first
        key = (tuple(levels), service)
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._lanes[key] = Lane(len(self._lanes), self._tariffs(levels, service))
        return lane

    def _tariffs(self, levels: list[tuple[str, str]], service: str | None) -> list[Tariff | None]:
        rows = [
            (level, row)
            for level, where in enumerate(levels)
            for row in self._card.rows.get(where, ())
            if service is None or row.service == ANY or row.service.strip().casefold() == service
        ]
        everywhere: dict[str, list[tuple[int, Rate]]] = {}
        for level, row in rows:
            everywhere.setdefault(row.location, []).append((level, row))
        tariffs: list[Tariff | None] = []
        shared = everywhere.get(ANY, [])
        common = _sharpest(shared)
        for code in self._codes:
            own = everywhere.get(code) if code != ANY else None
            tariffs.append(_sharpest(shared + own) if own else common)
        return tariffs


def _sharpest(rows: list[tuple[int, Rate]]) -> Tariff | None:
    """Of each carrier the rows of its sharpest level."""
    best: dict[str, int] = {}
    for level, row in rows:
        best[row.carrier] = min(level, best.get(row.carrier, level))
    kept = [row for level, row in rows if level == best[row.carrier]]
    return Tariff(kept) if kept else None
