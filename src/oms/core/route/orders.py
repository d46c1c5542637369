"""
Orders ready to be routed, in the order of service, with their rows and prices at hand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from oms.core.distance import Spot, blunter
from oms.core.route.preferring import Preference, surcharges
from oms.core.route.pricing import Place, Pricing
from oms.core.route.problem import Desk, Problem, Rules
from oms.core.route.rulings import NO_RULING
from oms.core.route.terms import TermsBook, metres_between
from oms.model.frames import HELD_UNITS, OPEN_DEMAND, OPEN_ORDERS, WITHHELD, WORTH


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
    barred: Mapping[int, str] = field(default_factory=dict)  # place -> the rule that forbids it, or terms.OWN_WAREHOUSE
    preferences: tuple[Preference, ...] = ()  # of the rules, in the order in which they count
    most: int = 3  # parcels at most
    worth: tuple[int, ...] = ()  # of a unit of each row, in thousandths of minor units; empty where nobody asks
    min_worth: int = 0  # what each part must be worth, in the same, where the order parts
    min_worth_by: str = ""  # the rule that says so

    @property
    def room(self) -> int:
        """How many parcels it may get beside those that do not move; one in any case."""
        return max(1, self.most - len(self.fixed))

    def too_small(self, units: Sequence[int]) -> bool:
        """Whether `units` of each row are some of what it needs and worth less than a part must be."""
        if not self.min_worth or not any(units) or all(k >= row.need for k, row in zip(units, self.rows, strict=True)):
            return False
        return sum(k * worth for k, worth in zip(units, self.worth, strict=True)) < self.min_worth

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
    ship_by: dict[int, str]  # by order
    places: tuple[Place, ...]
    rules: Rules
    withheld: Mapping[tuple[str, str], tuple[str, int]]  # sku and code -> the rule that keeps it there, how much

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


def in_service_order(problem: Problem) -> pl.DataFrame:
    """OPEN_ORDERS in the order of service: priority, ship_by, placed_at, channel, order_ref."""
    priorities = {name: desk.priority for name, desk in problem.desks.items()}
    own = {order_id: ruling.priority for order_id, ruling in problem.rulings.items() if ruling.priority}
    wanted = problem.orders.with_columns(
        priority=pl.col("channel").replace_strict(priorities, default=0, return_dtype=pl.Int64)
        + (pl.col("order_id").replace_strict(own, default=0, return_dtype=pl.Int64) if own else 0)
    ).sort("priority", "ship_by", "placed_at", "channel", "order_ref", "order_id",
           descending=[True, False, False, False, False, False], nulls_last=True)  # fmt: skip
    return wanted.select(*OPEN_ORDERS)


def prepare(problem: Problem, book: TermsBook | None = None) -> Prepared:
    """Orders with open rows, in the order of service (priority, ship_by, placed_at, channel, order_ref)."""
    skus = sorted(set(problem.demand["sku"].unique()))
    number = {sku: n for n, sku in enumerate(skus)}
    measures = {sku: (w, v) for sku, w, v in problem.products.select("sku", "weight_g", "volume_mm3").iter_rows()}
    size = [(measures[sku][0] or 0, measures[sku][1] or 0) if sku in measures else (0, 0) for sku in skus]

    index = {place.code: n for n, place in enumerate(problem.places)}
    rows = _rows(problem, number, size)
    builder = _Builder(problem, number, book or TermsBook(problem))
    held = _held(problem, index)
    orders = [
        builder.order(record, rows[record[0]], held.get(record[0], ()))
        for record in in_service_order(problem).iter_rows()
        if record[0] in rows
    ]
    _prefer(problem.rules, builder.book, orders)
    ship_by = dict(problem.orders.select("order_id", "ship_by").iter_rows())
    withheld = {(sku, code): (rule, free) for sku, code, rule, free in problem.withheld.select(*WITHHELD).iter_rows()}
    return Prepared(orders, skus, free_units(problem, skus), ship_by, problem.places, problem.rules, withheld)


def _prefer(rules: Rules, book: TermsBook, orders: Sequence[Order]) -> None:
    """Let places count more, by their rank, than the dearest plan of any order costs, and than moving asks for."""
    wishing = [order for order in orders if order.preferences]
    if not wishing:
        return
    dearest = rules.stickiness + max(_dearest(rules, order) for order in orders)
    for order in wishing:
        extra = surcharges(order.preferences, dearest, min(order.most, len(order.candidates)))
        order.pricing = book.preferring(order.pricing, extra)


def _dearest(rules: Rules, order: Order) -> int:
    """A bound: no plan of the order costs more."""
    days = max(0, max(order.dates.values()) - min(order.due)) if order.dates else 0
    weight = sum(row.weight_g * row.need for row in order.rows)
    volume = sum(row.volume_mm3 * row.need for row in order.rows)
    one = order.pricing.dearest(weight, volume, sum(row.need for row in order.rows)) + rules.late_penalty * days
    return min(order.most, len(order.candidates)) * (one + rules.split_penalty)


def free_units(problem: Problem, skus: Sequence[str]) -> list[list[int]]:
    """Free units by sku (in the order of `skus`) and place."""
    number = {sku: n for n, sku in enumerate(skus)}
    index = {place.code: n for n, place in enumerate(problem.places)}
    free = [[0] * len(problem.places) for _sku in skus]
    for sku, location, units in problem.stock.select("sku", "location", "free").iter_rows():
        if sku in number and location in index:
            free[number[sku]][index[location]] = units
    return free


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
    """Makes orders."""

    def __init__(self, problem: Problem, number: dict[str, int], book: TermsBook) -> None:
        self.places = problem.places
        self.number = number
        self.skus = list(number)
        self.book = book
        self.rulings = problem.rulings
        self.most = problem.rules.max_parcels
        self.worth = {(line_id, sku): worth for line_id, sku, worth in problem.worth.select(*WORTH).iter_rows()}

    def order(self, record: Sequence[Any], rows: list[Row], held: Sequence[Held]) -> Order:
        order_id, channel, order_ref, _placed, ship_by, service, pickup, location, *address = record
        ruling = self.rulings.get(order_id, NO_RULING)
        desk, _service, known, candidates, pricing, due, spot, barred, preferences = self.book.terms(
            channel, ship_by, service, tuple(address), pickup, location, ruling
        )
        order = Order(
            order_id, channel, order_ref, desk, service, known, candidates, pickup, pricing, due, spot,
            rows, {}, {}, set(), frozenset(), frozenset(), barred=barred, preferences=preferences,
            most=1 if pickup else ruling.max_parcels or self.most,
        )  # fmt: skip
        if pickup:
            order.counted = frozenset(candidates)  # what is collected does not leave with a carrier: no day fills up
        if held:
            self._hold(order, held)
        if ruling.min_value is not None:
            worth = [self.worth.get((row.line_id, self.skus[row.sku])) for row in rows]
            if None not in worth:  # of goods without a price nobody can say
                order.worth, order.min_worth = tuple(each or 0 for each in worth), 1000 * ruling.min_value
                order.min_worth_by = ruling.min_value_by
        return order

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
