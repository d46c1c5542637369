"""
What is to be decided: open orders, what they still need, what is free where, and the rules to go by.

Frames come in, `prepare` turns them into orders in the order of service with their rows and prices at hand. All money is
minor units of the business currency.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache

import polars as pl

from oms.core.distance import Atlas, Spot, blunter, distance_km
from oms.core.route.lanes import Lanes
from oms.core.route.pricing import FAR_M, Fallback, Place, Pricing
from oms.core.route.rates import RateCard, service_of
from oms.model.frames import HELD_UNITS, OPEN_DEMAND, OPEN_ORDERS
from oms.model.times import parse_iso, zone


@dataclass(frozen=True)
class Desk:
    """A channel as routing sees it."""

    name: str
    locations: tuple[str, ...]  # codes its orders may be routed from
    services: Mapping[str, str] = field(default_factory=dict)
    priority: int = 0
    platform_label: bool = False
    ship_complete: bool = False


@dataclass(frozen=True)
class Rules:
    """`[routing]` in minor units of the business currency."""

    goal: str = "cost"  # cost | distance | ranked
    split_penalty: int = 0
    late_penalty: int = 0
    wait_penalty: int = 0
    max_parcels: int = 3
    volumetric_divisor: int = 5000
    stickiness: int = 50
    fallback: Fallback | None = None


@dataclass(frozen=True)
class Problem:
    """Everything a routing needs to know. `places` are in code order. The schemas are those of model/frames.py."""

    orders: pl.DataFrame  # OPEN_ORDERS
    demand: pl.DataFrame  # OPEN_DEMAND
    stock: pl.DataFrame  # FREE_STOCK
    products: pl.DataFrame  # MEASURES
    current: pl.DataFrame  # HELD_UNITS
    places: tuple[Place, ...]
    desks: Mapping[str, Desk]
    rules: Rules
    card: RateCard
    atlas: Atlas


@dataclass(slots=True)
class Row:
    """One sku of one line. `need` sku units are to be placed, those that may move included."""

    line_id: int
    line_ref: str
    line: int  # number of the line within its order
    sku: int
    units: int
    left: int
    need: int
    weight_g: int
    volume_mm3: int

    @property
    def have(self) -> int:
        """Units of the open line units that are placed for good."""
        return self.left * self.units - self.need


@dataclass(slots=True)
class Order:
    """An open order, ready to be routed. Places are indices into Problem.places."""

    order_id: int
    channel: str
    order_ref: str
    desk: Desk
    service: str | None  # the channel's word
    service_known: bool
    candidates: tuple[int, ...]
    pickup: bool
    pricing: Pricing
    due: list[int]  # ship_by as a day number, by place
    spot: Spot | None
    rows: list[Row]
    current: dict[int, dict[int, int]]  # place -> row -> units that may move
    dates: dict[int, int]  # place -> day number on which a parcel it has leaves, where that was fixed earlier
    slots: set[int]  # places where the parcels that may move count on the day on which the place ships now
    fixed: frozenset[int]  # places with a parcel that does not move
    counted: frozenset[int]  # of these, those that count on the day on which the place ships now
    metres: dict[int, int] = field(default_factory=dict)  # to each place, filled as needed

    @property
    def lines(self) -> int:
        """How many lines it has."""
        return 1 + self.rows[-1].line


@dataclass
class Prepared:
    """Orders in the order of service, and free units by sku number and place."""

    orders: list[Order]
    skus: list[str]
    free: list[list[int]]
    weightless: list[str]  # skus without a weight that are asked for
    ship_by: dict[int, str]  # by order
    places: tuple[Place, ...]
    rules: Rules

    def metres(self, order: Order, place: int) -> int:
        """Distance of `order` to a place in metres; FAR_M where nobody knows."""
        found = order.metres.get(place)
        if found is None:
            found = order.metres[place] = metres_between(self.places[place].spot, order.spot)
        return found

    def level(self, order: Order, place: int) -> str | None:
        """What the distance between them rests on."""
        spot = self.places[place].spot
        return blunter(spot.level, order.spot.level) if spot is not None and order.spot is not None else None


def metres_between(a: Spot | None, b: Spot | None) -> int:
    """Distance in metres; FAR_M where one of them is unknown."""
    if a is None or b is None:
        return FAR_M
    return round(distance_km(a.latitude, a.longitude, b.latitude, b.longitude) * 1000)


def prepare(problem: Problem) -> Prepared:
    """Orders with open rows, in the order of service (priority, ship_by, placed_at, channel, order_ref)."""
    skus = sorted(set(problem.demand["sku"].unique()))
    number = {sku: n for n, sku in enumerate(skus)}
    measures = {sku: (w, v) for sku, w, v in problem.products.select("sku", "weight_g", "volume_mm3").iter_rows()}
    weightless = [sku for sku in skus if measures.get(sku, (None, None))[0] is None]
    size = [(measures[sku][0] or 0, measures[sku][1] or 0) if sku in measures else (0, 0) for sku in skus]

    index = {place.code: n for n, place in enumerate(problem.places)}
    free = [[0] * len(problem.places) for _sku in skus]
    for sku, location, units in problem.stock.select("sku", "location", "free").iter_rows():
        if sku in number and location in index:
            free[number[sku]][index[location]] = units

    rows = _rows(problem, number, size)
    builder = _Builder(problem, number)
    wanted = problem.orders.with_columns(
        pl.col("channel").replace_strict(
            {name: desk.priority for name, desk in problem.desks.items()}, default=0, return_dtype=pl.Int64
        ).alias("priority")
    ).sort("priority", "ship_by", "placed_at", "channel", "order_ref", "order_id",
           descending=[True, False, False, False, False, False], nulls_last=True)  # fmt: skip
    held = _held(problem, index)
    orders = [
        builder.order(record, rows[record[0]], held.get(record[0], ()))
        for record in wanted.select(*OPEN_ORDERS).iter_rows()
        if record[0] in rows
    ]
    ship_by = dict(problem.orders.select("order_id", "ship_by").iter_rows())
    return Prepared(orders, skus, free, weightless, ship_by, problem.places, problem.rules)


def _rows(problem: Problem, number: dict[str, int], size: list[tuple[int, int]]) -> dict[int, list[Row]]:
    """Rows by order, in line order."""
    frame = problem.demand.select(*OPEN_DEMAND).sort("order_id", "position", "line_id", "sku")
    found: dict[int, list[Row]] = {}
    last: tuple[int, int] | None = None
    line = 0
    for order_id, line_id, line_ref, _position, sku, units, left, need in frame.iter_rows():
        if last is None or last[0] != order_id:
            line = 0
        elif last[1] != line_id:
            line += 1
        last = (order_id, line_id)
        n = number[sku]
        weight, volume = size[n]
        row = Row(line_id, line_ref, line, n, units, left, need, weight, volume)
        found.setdefault(order_id, []).append(row)
    return found


Held = tuple[int, str, int, int, str | None, bool]  # line_id, sku, place, quantity, ship_on, movable


def _held(problem: Problem, index: dict[str, int]) -> dict[int, list[Held]]:
    found: dict[int, list[Held]] = {}
    frame = problem.current.select(*HELD_UNITS).sort("order_id", "line_id", "sku", "location", "quantity")
    for order_id, line_id, sku, location, quantity, ship_on, movable in frame.iter_rows():
        if location in index:
            held = (line_id, sku, index[location], quantity, ship_on, movable)
            found.setdefault(order_id, []).append(held)
    return found


class _Builder:
    """Makes orders; shares what many of them have in common."""

    def __init__(self, problem: Problem, number: dict[str, int]) -> None:
        self.problem = problem
        self.places = problem.places
        self.number = number
        self.lanes = Lanes(problem.card, [place.code for place in problem.places])
        self.last_day = max((place.ship_on or 0 for place in problem.places), default=0)
        self.zones = [zone(place.zone) for place in problem.places]
        self.pricings: dict[object, Pricing] = {}
        self.services: dict[tuple[str, str | None], tuple[str | None, bool]] = {}
        self.candidates = {
            name: tuple(n for n, place in enumerate(self.places)
                        if place.code in desk.locations and place.ships and place.ship_on is not None)
            for name, desk in problem.desks.items()
        }  # fmt: skip
        self.due = cache(self._due)

    def order(self, record: Sequence[object], rows: list[Row], held: Sequence[Held]) -> Order:
        order_id, channel, order_ref, _placed, ship_by, service, pickup, location, country, region, city, postcode = record
        assert isinstance(order_id, int)
        assert isinstance(channel, str)
        desk = self.problem.desks[channel]
        spot = self.problem.atlas.find(*(_text(part) for part in (country, region, city, postcode)))
        candidates = self.candidates[channel]
        if pickup:
            candidates = tuple(n for n, p in enumerate(self.places) if p.code == location and p.ship_on is not None)
        wanted, known = self._service(desk, _text(service))
        late, due = self.due(str(ship_by))
        free = bool(pickup) or desk.platform_label
        lane = self.lanes.free if free else self.lanes.lane(_text(country), _text(postcode), wanted)
        fallback = None if free else self.problem.rules.fallback
        key = (candidates, lane.number, late, spot if fallback else None)
        pricing = self.pricings.get(key)
        if pricing is None:
            far = tuple(metres_between(p.spot, spot) for p in self.places) if fallback else ()
            pricing = self.pricings[key] = Pricing(
                self.places, candidates, lane, late, self.problem.rules.late_penalty,
                self.problem.rules.volumetric_divisor, free, fallback, far,
            )  # fmt: skip
        order = Order(
            order_id, channel, str(order_ref), desk, _text(service), known, candidates, bool(pickup), pricing, due, spot,
            rows, {}, {}, set(), frozenset(), frozenset(),
        )  # fmt: skip
        if pickup:
            order.counted = frozenset(candidates)  # what is collected does not leave with a carrier: no day fills up
        if held:
            self._hold(order, held)
        return order

    def _service(self, desk: Desk, word: str | None) -> tuple[str | None, bool]:
        found = self.services.get((desk.name, word))
        if found is None:
            service = service_of(word, desk.services, self.problem.card)
            found = self.services[desk.name, word] = (service.wanted, service.known)
        return found

    def _due(self, ship_by: str) -> tuple[tuple[int, ...] | None, list[int]]:
        """Days late by place (None when none is) and the due day by place, each in the place's own zone."""
        moment = parse_iso(ship_by)
        earliest = moment.date().toordinal() - 1
        if earliest >= self.last_day:  # whatever the zone, nobody is late: not worth converting
            return None, [earliest] * len(self.places)
        due = [moment.astimezone(tz).date().toordinal() for tz in self.zones]
        late = tuple(max(0, (place.ship_on or 0) - day) for place, day in zip(self.places, due, strict=True))
        return (late if any(late) else None), due

    def _hold(self, order: Order, held: Sequence[Held]) -> None:
        """Give an order what it has: units that may move become part of its need again."""
        by_row = {(row.line_id, row.sku): n for n, row in enumerate(order.rows)}
        fixed, counted = set(), set(order.counted)
        for line_id, sku, place, quantity, ship_on, movable in held:
            here = self.places[place]
            day = date.fromisoformat(ship_on).toordinal() if ship_on else here.ship_on or 0
            n = by_row.get((line_id, self.number.get(sku, -1)))
            if not movable or n is None:
                fixed.add(place)
                if ship_on and day == here.ship_on:
                    counted.add(place)
                continue
            picks = order.current.setdefault(place, {})
            picks[n] = picks.get(n, 0) + quantity
            order.rows[n].need += quantity
            if ship_on and day == here.ship_on:
                order.slots.add(place)
            if day < here.today:
                day = here.ship_on or 0  # it should have left, and leaves now
            order.dates[place] = max(day, order.dates.get(place, day))
        order.fixed, order.counted = frozenset(fixed), frozenset(counted)
        order.slots -= counted


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
