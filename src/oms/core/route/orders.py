"""
Orders ready to be routed, in the order of service, with their rows and prices at hand.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

import polars as pl

from oms.core.distance import Spot, blunter
from oms.core.route.preferring import Preference, surcharges
from oms.core.route.pricing import Place, Pricing
from oms.core.route.problem import Desk, Problem, Rules
from oms.core.route.rows import Held, free_units, held_by, in_service_order, rows_of, sums_of
from oms.core.route.rulings import NO_RULING
from oms.core.route.terms import Terms, TermsBook, metres_between
from oms.model.frames import OPEN_ORDERS, WITHHELD, WORTH

if TYPE_CHECKING:
    from oms.core.route.columns import Columns


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
    priority: int = 0  # its channel's, and what a rule adds
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
    """
    Orders in the order of service, and free units by sku number and place.

    A sku of which rules keep units where buyers are to collect it stands in `skus` once more, behind all others: what is kept.
    """

    orders: "Orders"
    skus: list[str]
    free: list[list[int]]
    ship_by: dict[int, str]  # by order
    places: tuple[Place, ...]
    rules: Rules
    withheld: Mapping[tuple[str, str], tuple[str, int]]  # sku and code -> the rule that keeps it there, how much

    @cached_property
    def columns(self) -> "Columns":
        """The orders in columns."""
        from oms.core.route.columns import Columns

        return Columns(self)

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


def prepare(problem: Problem, book: TermsBook | None = None) -> Prepared:
    """Orders with open rows, in the order of service (priority, ship_by, placed_at, channel, order_ref)."""
    skus = [*problem.demand["sku"].unique().sort(), *_kept_for_buyers(problem)]
    free = free_units(problem, skus)
    ship_by = dict(problem.orders.select("order_id", "ship_by").iter_rows())
    withheld = {(sku, code): (rule, free) for sku, code, rule, free in problem.withheld.select(*WITHHELD).iter_rows()}
    orders = Orders(problem, skus, free, book or TermsBook(problem))
    return Prepared(orders, skus, free, ship_by, problem.places, problem.rules, withheld)


def _kept_for_buyers(problem: Problem) -> list[str]:
    """Skus that buyers are to collect and that rules keep somewhere."""
    if problem.withheld.is_empty():
        return []
    collected = problem.demand.join(problem.orders.filter("pickup"), on="order_id", how="semi")
    return collected.join(problem.withheld, on="sku", how="semi")["sku"].unique().sort().to_list()


def _prefer(rules: Rules, book: TermsBook, orders: "Orders") -> None:
    """Let places count more, by their rank, than the dearest plan of any order costs, and than moving asks for."""
    wishing = [orders[n] for n, terms in enumerate(orders.terms) if terms.preferences]
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


class Orders(Sequence[Order]):
    """The orders that are open, in the order of service; each is made when somebody asks for it."""

    def __init__(self, problem: Problem, skus: Sequence[str], free: Sequence[Sequence[int]], book: TermsBook) -> None:
        index = {place.code: n for n, place in enumerate(problem.places)}
        orders = in_service_order(problem).join(problem.demand, on="order_id", how="semi", maintain_order="left")
        orders = orders.with_row_index("rank").cast({"rank": pl.Int64})
        self.rows = rows_of(problem, orders, skus)
        self.frame = orders.select(*OPEN_ORDERS)
        self.records: list[tuple[Any, ...]] = self.frame.rows()
        #: The number of the first row of each order, and behind the last that of all.
        self.starts = [*self.rows["first"].arg_true().to_list(), self.rows.height]
        self._columns = [self.rows[name].to_list() for name in Row.__slots__]
        self.skus: list[int] = self._columns[Row.__slots__.index("sku")]
        #: By order; see `rows.sums_of`.
        self.sums = sums_of(self.rows)
        self._places = problem.places
        self._skus = skus
        self._free = free
        #: Of a sku that stands twice: its number as what rules keep, and the places that keep it.
        once = len(set(skus))
        self._kept: dict[str, tuple[int, set[int]]] = {sku: (n, set()) for n, sku in enumerate(skus[once:], once)}
        for sku, location in problem.withheld.select("sku", "location").iter_rows() if self._kept else ():
            if sku in self._kept and location in index:
                self._kept[sku][1].add(index[location])
        self._book = book
        self._rulings = problem.rulings
        self._most = problem.rules.max_parcels
        self._worth = {(line_id, sku): worth for line_id, sku, worth in problem.worth.select(*WORTH).iter_rows()}
        self._held = held_by(problem, index)
        self._made: dict[int, Order] = {}
        #: Of orders that nobody has made yet: places where they have a parcel by now.
        self.slots: dict[int, Iterable[int]] = {}
        #: Orders that have nothing yet, are sent, and that no rule is about.
        self.alike = [not (record[6] or record[0] in self._rulings or record[0] in self._held) for record in self.records]
        self.terms = [self._terms(record, alike) for record, alike in zip(self.records, self.alike, strict=True)]
        _prefer(problem.rules, book, self)

    def __len__(self) -> int:
        return len(self.records)

    def __getitem__(self, n: int) -> Order:  # type: ignore[override]
        made = self._made.get(n)
        if made is None:
            made = self._made[n] = self._make(n)
        return made

    def made(self) -> Iterable[tuple[int, Order]]:
        """The orders that were made, by number."""
        return self._made.items()

    def holds(self, n: int) -> bool:
        """Whether an order has something already."""
        return self.records[n][0] in self._held

    def _terms(self, record: Sequence[Any], alike: bool) -> Terms:
        order_id, channel, _ref, _placed, ship_by, service, pickup, location, *address = record
        if alike:
            return self._book.shared(channel, ship_by, service, tuple(address))
        ruling = self._rulings.get(order_id, NO_RULING)
        return self._book.terms(channel, ship_by, service, tuple(address), pickup, location, ruling)

    def _make(self, n: int) -> Order:
        order_id, channel, order_ref, _placed, _ship_by, _service, pickup, _location, *_address = self.records[n]
        ruling = self._rulings.get(order_id, NO_RULING)
        desk, service, known, candidates, pricing, due, spot, barred, preferences = self.terms[n]
        mine = slice(self.starts[n], self.starts[n + 1])
        rows = [Row(*row) for row in zip(*(column[mine] for column in self._columns), strict=True)]
        order = Order(
            order_id, channel, order_ref, desk, service, known, candidates, pickup, pricing, due, spot,
            rows, {}, {}, set(self.slots.get(n, ())), frozenset(), frozenset(), barred=barred, preferences=preferences,
            priority=desk.priority + ruling.priority, most=1 if pickup else ruling.max_parcels or self._most,
        )  # fmt: skip
        if pickup:
            order.counted = frozenset(candidates)  # what is collected does not leave with a carrier: no day fills up
            self._collect(order)
        if order_id in self._held:
            self._hold(order, self._held[order_id])
        if ruling.min_value is not None:
            worth = [self._worth.get((row.line_id, self._skus[row.sku])) for row in rows]
            if None not in worth:  # of goods without a price nobody can say
                order.worth, order.min_worth = tuple(each or 0 for each in worth), 1000 * ruling.min_value
                order.min_worth_by = ruling.min_value_by
        return order

    def _collect(self, order: Order) -> None:
        """Let rows draw on what rules keep for buyers to collect, where no other place that they may come from has enough."""
        held = self._held.get(order.order_id, ())
        for row in order.rows:
            sku = self._skus[row.sku]
            if sku in self._kept:
                number, places = self._kept[sku]
                has = any((line_id, name) == (row.line_id, sku) and p in places for line_id, name, p, *_rest in held)
                elsewhere = any(p not in places and self._free[row.sku][p] >= row.need for p in order.candidates)
                if has or (not elsewhere and not places.isdisjoint(order.candidates)):
                    row.sku = number

    def _hold(self, order: Order, held: Sequence[Held]) -> None:
        """Give an order what it has: units that may move become part of its need again."""
        by_row = {(row.line_id, self._skus[row.sku]): n for n, row in enumerate(order.rows)}
        fixed, counted = set(), set(order.counted)
        for line_id, sku, place, quantity, ship_on, movable in held:
            here = self._places[place]
            day = date.fromisoformat(ship_on).toordinal() if ship_on else here.ship_on or 0
            n = by_row.get((line_id, sku))
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
