"""
From a destination to prices: which rows of the card may price a parcel there, found once a lane and remembered.

Per carrier the longest matching postcode prefix wins, then the country, then `*`, whatever the weight; rows of the
location and rows of `*` are both candidates. Among carriers the cheapest wins, ties by carrier name.
"""

from bisect import bisect_left
from collections.abc import Sequence

from oms.core.distance import postcode_key, readable
from oms.core.route.rates import ANY, Quote, Rate, RateCard

#: In place of a price of (base, gram): no row of the card fits.
NOBODY = (0, -1)


class Tariff:
    """The rows that may price a parcel from one location on one lane."""

    __slots__ = ("_breaks", "_fitting", "_flat", "_rising", "rows")

    def __init__(self, rows: Sequence[Rate]) -> None:
        self.rows = sorted(rows, key=lambda r: (r.carrier, r.service, r.weight_from_g, r.location))
        self._breaks: list[int] = []
        self._fitting: list[list[Rate]] = []  # by number of the step
        #: Of steps whose price does not depend on the gram; True: ask anew; False: nobody looked yet.
        self._flat: list[Quote | bool | None] = []
        self._rising: bool | None = None

    def _prepare(self) -> None:
        """Which rows fit between two borders of weight; on first use, since many tariffs are never asked."""
        self._breaks = sorted({row.weight_from_g for row in self.rows} | {row.weight_to_g for row in self.rows})
        number = {weight: n for n, weight in enumerate(self._breaks)}
        self._fitting = [[] for _step in range(len(self._breaks) + 1)]
        for row in self.rows:
            for step in range(number[row.weight_from_g] + 1, number[row.weight_to_g] + 1):
                self._fitting[step].append(row)
        self._flat = [False] * len(self._fitting)

    def _step(self, weight_g: int) -> int:
        if not self._breaks:
            self._prepare()
        return bisect_left(self._breaks, weight_g)

    def _flat_at(self, step: int) -> Quote | bool | None:
        flat = self._flat[step]
        if flat is False:
            rows = self._fitting[step]
            end = self._breaks[min(step, len(self._breaks) - 1)]
            flat = self._flat[step] = True if any(row.per_kg for row in rows) else _cheapest(rows, end)
        return flat

    @property
    def rising(self) -> bool:
        """Whether a heavier parcel is never cheaper, nor possible where a lighter one is not."""
        if self._rising is None:
            self._rising = self._rises()
        return self._rising

    def _rises(self) -> bool:
        if not self._breaks:
            self._prepare()
        if self._breaks[0] > 0:
            return False
        dearest, gap = 0, False
        for step in range(1, len(self._breaks)):
            rows = self._fitting[step]
            if not rows:
                gap = True
                continue
            if gap or _least(rows, self._breaks[step - 1] + 1) < dearest:
                return False
            dearest = _least(rows, self._breaks[step])
        return True

    def quote(self, weight_g: int) -> Quote | None:
        """The cheapest carrier for a parcel of this weight; None where no row fits."""
        step = self._step(weight_g)
        flat = self._flat_at(step)
        return flat if not isinstance(flat, bool) else _cheapest(self._fitting[step], weight_g)

    def price(self, weight_g: int) -> int | None:
        """As `quote`, the price alone."""
        step = self._step(weight_g)
        flat = self._flat_at(step)
        if flat is None:
            return None
        return flat.price if not isinstance(flat, bool) else _least(self._fitting[step], weight_g)

    def line(self, weight_g: int) -> tuple[int, int] | None:
        """
        What a parcel costs that weighs so much, or less as long as the same rows fit: `base + gram * weight` in thousandths
        of a minor unit, to be rounded half-up; NOBODY where no row fits; None where it is no such line.
        """
        step = self._step(weight_g)
        flat = self._flat_at(step)
        if flat is None:
            return NOBODY
        if not isinstance(flat, bool):
            return 1000 * flat.price, 0
        row, *others = self._fitting[step]
        return (1000 * row.price - row.per_kg * row.weight_from_g, row.per_kg) if not others and row.num == row.den else None

    def least(self) -> int:
        """A bound: no parcel is cheaper."""
        return min(row.amount(row.weight_from_g) for row in self.rows)


def _cheapest(rows: Sequence[Rate], weight_g: int) -> Quote | None:
    if len(rows) == 1:
        row = rows[0]
        return Quote(row.amount(weight_g), row.carrier, row.service, row.days_min, row.days_max)
    found = [Quote(r.amount(weight_g), r.carrier, r.service, r.days_min, r.days_max) for r in rows]
    return min(found, key=lambda q: (q.price, q.carrier, q.service)) if found else None


def _least(rows: Sequence[Rate], weight_g: int) -> int:
    return rows[0].amount(weight_g) if len(rows) == 1 else min([row.amount(weight_g) for row in rows])


class Lane:
    """One destination and service as all locations see it. `tariffs` has an entry a location, None without a rate."""

    __slots__ = ("_dearest", "_rising", "breaks", "linear", "number", "tariffs")

    def __init__(self, number: int, tariffs: list[Tariff | None]) -> None:
        self.number = number
        self.tariffs = tariffs
        rows = [row for tariff in tariffs if tariff is not None for row in tariff.rows]
        self.breaks = sorted({row.weight_from_g for row in rows} | {row.weight_to_g for row in rows})
        self.linear = any(row.per_kg for row in rows)  # prices depend on the gram
        self._dearest: dict[int, int] = {}  # by step of weight
        self._rising: bool | None = None

    @property
    def free(self) -> bool:
        """Whether somebody else pays the carrier."""
        return self.number < 0

    def step(self, weight_g: int) -> int:
        """A number that two weights share only if every price of this lane is the same for both."""
        return weight_g if self.linear else bisect_left(self.breaks, weight_g)

    def rising(self) -> bool:
        """Whether from no place a heavier parcel is cheaper, or possible where a lighter one is not."""
        if self._rising is None:
            self._rising = all(tariff.rising for tariff in self.tariffs if tariff is not None)
        return self._rising

    def dearest(self, weight_g: int) -> int:
        """A bound: no parcel up to this weight is dearer, from any place."""
        step = bisect_left(self.breaks, weight_g)
        found = self._dearest.get(step)
        if found is None:
            edge = self.breaks[min(step, len(self.breaks) - 1)] if self.breaks else 0
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
        self.free = Lane(-1, [None] * len(self._codes))

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
