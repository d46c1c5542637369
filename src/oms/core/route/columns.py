"""
Everyday orders in columns: what their parcels cost from each place, an order a row, a mask of its rows a parcel.

Everyday is who has nothing yet, is sent, is told by no rule, and has few rows. The prices are those of pricing.py, worked out
once a lane, step of weight, and place.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from oms.core.distance import EARTH_RADIUS_KM, LEVELS, Spot
from oms.core.route.lanes import NOBODY, Lane
from oms.core.route.orders import Prepared
from oms.core.route.plans import Supply
from oms.core.route.pricing import FAR_M
from oms.core.route.rates import Quote

Ints = NDArray[np.int64]
Truth = NDArray[np.bool_]

#: Orders with more rows are no everyday ones.
MAX_ROWS = 4


class Costs(NamedTuple):
    """
    By order, mask of its rows, and place: what the parcel costs, and whether the place holds it and may send it.

    `reach`, by order and row: the units that all places which may send them hold together. `known`, by order: whether all its
    prices are told here.
    """

    cost: Ints
    sent: Truth
    reach: Ints
    known: Truth


class Told(NamedTuple):
    """By parcel: grams, where the card has its price, the parts of its cost, metres, and number in LEVELS."""

    billed: Ints
    step: Ints
    shipping: Ints
    handling: Ints
    handling_unit: Ints
    late: Ints
    metres: Ints
    level: Ints


class Columns:
    """The orders of `prepared`; those that are not everyday are in the columns too, but must not be asked for."""

    def __init__(self, prepared: Prepared) -> None:
        orders, places = prepared.orders, prepared.places
        self._rules = prepared.rules
        self._handling = np.array([place.handling for place in places], np.int64)
        self._handling_unit = np.array([place.handling_unit for place in places], np.int64)
        self._here = _radians([place.spot for place in places])
        self._levels = _levels([place.spot for place in places])

        number: dict[int, int] = {}
        self._terms = np.array([number.setdefault(id(each), len(number)) for each in orders.terms], np.int64)
        terms = list({id(each): each for each in orders.terms}.values())
        self._card = _Card([each.pricing.lane for each in terms])
        self._there = _radians([each.spot for each in terms])
        self._level = _levels([each.spot for each in terms])
        none = (0,) * len(places)
        self._late = prepared.rules.late_penalty * np.array([each.pricing.late or none for each in terms], np.int64)
        may = {each.candidates: [place in each.candidates for place in range(len(places))] for each in terms}
        self._may = np.array([may[each.candidates] for each in terms])

        self._starts = np.array(orders.starts[:-1], np.int64)
        self._sku, self._need, self._weight, self._volume, left, line, first = (
            orders.rows[name].to_numpy() for name in ("sku", "need", "weight_g", "volume_mm3", "left", "line", "first")
        )
        self._left = np.where(first | (np.diff(line, prepend=-1) != 0), left, 0)  # once a line
        complete = np.array([each.desk.ship_complete for each in terms])[self._terms]
        lines = np.array(orders.sums["lines"]) == np.array(orders.sums["rows"])
        self._parts = ~complete & lines & np.array(orders.sums["untouched"])
        by_card = np.array([each.pricing.by_card for each in terms])
        self._rows = np.array(orders.sums["rows"], np.int64)
        self._everyday = (
            np.array(orders.sums["apart"]) & np.array(orders.alike) & by_card[self._terms] & (self._rows <= MAX_ROWS)
        )  # fmt: skip

    def everyday(self, numbers: Sequence[int]) -> Iterable[tuple[int, Ints]]:
        """Of these orders the everyday ones, by how many rows they have."""
        every = np.array(numbers, np.int64)
        every = every[self._everyday[every]]
        for rows in range(1, MAX_ROWS + 1):
            if (alike := every[self._rows[every] == rows]).size:
                yield rows, alike

    def parts(self, numbers: Ints) -> Truth:
        """Whether an order may be sent in part, each of its rows being a line of its own."""
        parts: Truth = self._parts[numbers]
        return parts

    def needs(self, numbers: Ints, rows: int) -> Ints:
        """Units by order and row."""
        needs: Ints = self._need[self._starts[numbers][:, None] + np.arange(rows)]
        return needs

    def left(self, numbers: Ints, rows: Sequence[int]) -> Ints:
        """Line units that some rows of an order complete: all of them, or such as are lines of their own."""
        left: Ints = self._left[self._starts[numbers][:, None] + np.array(rows)].sum(1)
        return left

    def costs(self, numbers: Ints, rows: int, supply: Supply) -> Costs:
        """Of everyday orders with so many rows, against a supply."""
        at = self._starts[numbers][:, None] + np.arange(rows)
        terms, need = self._terms[numbers], self._need[at]
        free = np.array([supply.free[sku] for sku in self._sku[at].ravel().tolist()], np.int64).reshape(*at.shape, -1)
        holds = free >= need[..., None]
        held = np.stack([holds[:, bits_of(mask)].all(1) for mask in range(1 << rows)], axis=1)
        held[:, 0] = False  # nothing is no parcel
        within = np.array([[mask >> bit & 1 for mask in range(1 << rows)] for bit in range(rows)], np.int64)
        billed = self._billed((need * self._weight[at]) @ within, (need * self._volume[at]) @ within)
        price, carried, known = self._card.prices(terms, billed)
        cost = price + (self._handling + self._late[terms])[:, None, :] + self._handling_unit * (need @ within)[..., None]
        usable = (self._may[terms] & (np.array(supply.capacity) > 0))[:, None, :]
        return Costs(cost, held & carried & usable, np.where(usable, np.maximum(free, 0), 0).sum(2), known)

    def metres(self, numbers: Ints) -> Ints:
        """From the places, by order and place."""
        return _metres(self._here[:, None, :], self._there[:, self._terms[numbers], None])

    def tell(self, numbers: Ints, places: Ints, by: Ints, rows: Ints) -> Told:
        """Of parcels of everyday orders (`numbers`), each from its place; `rows` says all they hold, `by` in which parcel."""
        terms, need = self._terms[numbers], self._need[rows]
        units, weight, volume = (
            np.bincount(by, amount, len(numbers)).astype(np.int64)
            for amount in (need, need * self._weight[rows], need * self._volume[rows])
        )
        billed = self._billed(weight, volume)
        price, _carried, _known = self._card.prices(terms, billed[:, None])
        return Told(
            billed, self._card.steps(terms, billed[:, None])[:, 0], price[np.arange(len(numbers)), 0, places],
            self._handling[places], self._handling_unit[places] * units, self._late[terms, places],
            _metres(self._here[:, places], self._there[:, terms]), np.maximum(self._levels[places], self._level[terms]),
        )  # fmt: skip

    def quote(self, step: int, place: int) -> Quote:
        """Who carries parcels of a step of the card from a place."""
        return self._card.quote(step, place)

    def _billed(self, weight: Ints, volume: Ints) -> Ints:
        return np.maximum(np.maximum(weight, -(-volume // self._rules.volumetric_divisor)), 1)


@cache
def bits_of(mask: int) -> list[int]:
    """The rows of a mask."""
    return [bit for bit in range(MAX_ROWS) if mask >> bit & 1]


def _metres(here: NDArray[np.float64], there: NDArray[np.float64]) -> Ints:
    """As `terms.metres_between`, from latitudes and longitudes in radians."""
    half_chord = (
        np.sin((here[0] - there[0]) / 2) ** 2 + np.cos(here[0]) * np.cos(there[0]) * np.sin((here[1] - there[1]) / 2) ** 2
    )
    km = 2 * EARTH_RADIUS_KM * np.arcsin(np.minimum(1.0, np.sqrt(half_chord)))
    return np.where(np.isnan(km), FAR_M, np.rint(np.nan_to_num(km) * 1000)).astype(np.int64)


def _levels(spots: Sequence[Spot | None]) -> Ints:
    return np.array([LEVELS.index(spot.level) if spot is not None else 0 for spot in spots], np.int64)


def _radians(spots: Sequence[Spot | None]) -> NDArray[np.float64]:
    """Latitudes and longitudes; not a number where nobody knows."""
    points = [(spot.latitude, spot.longitude) if spot is not None else (np.nan, np.nan) for spot in spots]
    return np.radians(np.array(points, np.float64).reshape(-1, 2)).T


class _Card:
    """Carriers' prices by lane, step of weight, and place; those of a step are worked out when somebody asks for it."""

    _HEAVIEST = 1 << 40  # grams: no parcel is as heavy

    def __init__(self, lanes: Sequence[Lane]) -> None:
        known = {id(lane): lane for lane in lanes}
        number = {each: n for n, each in enumerate(known)}
        self._lanes = list(known.values())
        self._lane = np.array([number[id(lane)] for lane in lanes], np.int64)  # by terms
        self._steps = [(n, end) for n, lane in enumerate(self._lanes) for end in (*lane.breaks, self._HEAVIEST)]
        self._ends = np.array([2 * self._HEAVIEST * n + end for n, end in self._steps], np.int64)
        shape = (len(self._steps), len(self._lanes[0].tariffs) if lanes else 0)
        self._known = np.zeros(len(self._steps), np.bool_)
        self._straight = np.ones(len(self._steps), np.bool_)
        self._base = np.zeros(shape, np.int64)  # thousandths of a minor unit
        self._gram = np.zeros(shape, np.int64)

    def steps(self, terms: Ints, billed: Ints) -> Ints:
        """Where the prices of parcels stand; `billed`: grams by order and parcel."""
        return np.searchsorted(self._ends, 2 * self._HEAVIEST * self._lane[terms][:, None] + billed)

    def prices(self, terms: Ints, billed: Ints) -> tuple[Ints, Truth, Truth]:
        """The price, and whether anybody carries it, by order, parcel, and place; by order, whether that is known."""
        steps = self.steps(terms, billed)
        for step in np.unique(steps[~self._known[steps]]).tolist():
            self._work_out(step)
        gram = self._gram[steps]
        price = (self._base[steps] + gram * billed[..., None] + 500) // 1000
        return price, gram >= 0, np.all(self._straight[steps], axis=1, keepdims=False)

    def quote(self, step: int, place: int) -> Quote:
        """Who carries parcels of a step from a place."""
        number, weight = self._steps[step]
        tariff = self._lanes[number].tariffs[place]
        quote = tariff.quote(weight) if tariff is not None else None
        return quote or Quote(0, "", "", None, None)

    def _work_out(self, step: int) -> None:
        number, weight = self._steps[step]
        lane = self._lanes[number]
        self._known[step] = True
        if lane.free:
            return
        for place, tariff in enumerate(lane.tariffs):
            line = tariff.line(weight) if tariff is not None else NOBODY
            if line is None:
                self._straight[step] = False
            else:
                self._base[step, place], self._gram[step, place] = line
