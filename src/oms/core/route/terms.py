"""
The terms an order is sent on: which places may send it, at what prices, by when, how far it is.

Many orders share all of them or most; what they share is made once.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import NamedTuple

from oms.core.distance import Spot, distance_km
from oms.core.route.lanes import Lanes
from oms.core.route.preferring import Preference, preferences
from oms.core.route.pricing import FAR_M, Pricing
from oms.core.route.problem import Desk, Problem
from oms.core.route.rates import service_of
from oms.core.route.rulings import NO_RULING, Ruling
from oms.model.times import parse_iso, zone

#: What bars a place that is no rule: it is a channel's own warehouse, and sends nothing of the order's channel.
OWN_WAREHOUSE = ""

Address = tuple[str | None, ...]  # country, region, city, postcode


class Terms(NamedTuple):
    """What decides about an order apart from what is in it. Places are indices into Problem.places."""

    desk: Desk
    service: str | None  # the channel's word
    service_known: bool
    candidates: tuple[int, ...]
    pricing: Pricing
    due: list[int]  # ship_by as a day number, by place
    spot: Spot | None
    barred: Mapping[int, str]  # place -> the rule that forbids it, OWN_WAREHOUSE where a channel's own cannot send it
    preferences: tuple[Preference, ...]


def metres_between(a: Spot | None, b: Spot | None) -> int:
    """Distance in metres; FAR_M where one of them is unknown."""
    if a is None or b is None:
        return FAR_M
    return round(distance_km(a.latitude, a.longitude, b.latitude, b.longitude) * 1000)


class TermsBook:
    """The terms of the orders of a problem, made as they are asked for."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._places = problem.places
        #: What is collected is no parcel: nothing is paid for it.
        self._over_the_counter = tuple(replace(place, handling=0, handling_unit=0) for place in self._places)
        self._codes = [place.code for place in problem.places]
        self._lanes: dict[tuple[str, ...], Lanes] = {}  # by carriers that are not to be used
        #: The last day on which any place ships: who is due later than that is late nowhere.
        self.last_day = max((place.ship_on or 0 for place in problem.places), default=0)
        self._zones = [zone(place.zone) for place in problem.places]
        self._pricings: dict[object, Pricing] = {}
        self._preferring: dict[tuple[int, tuple[int, ...]], Pricing] = {}
        self._services: dict[tuple[str, str | None], tuple[str | None, bool]] = {}
        self._candidates = {
            name: tuple(n for n, place in enumerate(self._places)
                        if place.code in desk.locations and place.ships and place.ship_on is not None)
            for name, desk in problem.desks.items()
        }  # fmt: skip
        self._warehouses = {
            name: {n: OWN_WAREHOUSE for n, place in enumerate(self._places) if place.code in desk.kept_from}
            for name, desk in problem.desks.items()
        }
        self._due = cache(self._due_days)
        self._shared: dict[object, Terms] = {}

    def shared(self, channel: str, ship_by: str, service: str | None, address: Address) -> Terms:
        """As `terms`, of an order that has nothing yet and that no rule is about; `due` may be another's that is as late."""
        late, _due = self._due(ship_by)
        key = (channel, late, service, address)
        found = self._shared.get(key)
        if found is None:
            found = self._shared[key] = self.terms(channel, ship_by, service, address)
        return found

    def terms(
        self, channel: str, ship_by: str, service: str | None, address: Address,
        pickup: bool = False, location: str | None = None, ruling: Ruling = NO_RULING,
    ) -> Terms:  # fmt: skip
        """`location`: the code of where it is collected."""
        desk = self._problem.desks[channel]
        spot = self._problem.atlas.find(*address)
        candidates = self._candidates[channel]
        if pickup:
            codes = (location,) if location is not None else desk.pickups
            candidates = tuple(n for n, p in enumerate(self._places) if p.code in codes and p.ship_on is not None)
            desk = replace(desk, ship_complete=True)  # the buyer comes once
        barred = {} if pickup else self._barred(candidates, ruling, spot)
        if barred:
            candidates = tuple(n for n in candidates if n not in barred)
        if not pickup:
            barred |= self._warehouses[channel]
        if ruling.ship_complete is not None:
            desk = replace(desk, ship_complete=ruling.ship_complete)
        wanted, known = (None, True) if pickup else self._service(desk, service)
        late, due = self._due(ship_by)
        free = pickup or desk.platform_label
        without = tuple(sorted(ruling.carriers))
        lanes = self._lanes_without(without)
        lane = lanes.free if free else lanes.lane(address[0], address[3], wanted)
        fallback = None if free else self._problem.rules.fallback
        late = None if pickup else late
        key = (candidates, () if free else without, lane.number, late, spot if fallback else None, pickup)
        pricing = self._pricings.get(key)
        if pricing is None:
            far = tuple(metres_between(p.spot, spot) for p in self._places) if fallback else ()
            pricing = self._pricings[key] = Pricing(
                self._over_the_counter if pickup else self._places, candidates, lane, late,
                0 if pickup else self._problem.rules.late_penalty,
                self._problem.rules.volumetric_divisor, free, fallback, far,
            )  # fmt: skip
        wishes = self._nearest(candidates, spot) if pickup else preferences(ruling.prefer, self._codes, candidates)
        return Terms(desk, service, known, candidates, pricing, due, spot, barred, wishes)

    def _nearest(self, candidates: tuple[int, ...], spot: Spot | None) -> tuple[Preference, ...]:
        """Where a buyer who chose no place would rather collect, by distance alone."""
        far = [metres_between(place.spot, spot) for place in self._places]
        steps = sorted({far[n] for n in candidates})
        return (Preference("", tuple(steps.index(m) if m in steps else 0 for m in far)),) if len(steps) > 1 else ()

    def preferring(self, pricing: Pricing, extra: tuple[int, ...]) -> Pricing:
        """`pricing` with what its places count more by rules that prefer others; one for all orders that share both."""
        key = (id(pricing), extra)  # every pricing lives as long as the book
        found = self._preferring.get(key)
        if found is None:
            found = self._preferring[key] = pricing.preferring(extra)
        return found

    def _barred(self, candidates: tuple[int, ...], ruling: Ruling, spot: Spot | None) -> dict[int, str]:
        """Of the places that could send it those that a rule forbids; a distance that nobody knows is too far."""
        found = {n: ruling.barred[self._codes[n]] for n in candidates if self._codes[n] in ruling.barred}
        if ruling.max_metres is not None:
            for n in candidates:
                if metres_between(self._places[n].spot, spot) > ruling.max_metres:
                    found.setdefault(n, ruling.max_metres_by)
        return found

    def _lanes_without(self, carriers: tuple[str, ...]) -> Lanes:
        found = self._lanes.get(carriers)
        if found is None:
            card = self._problem.card
            found = self._lanes[carriers] = Lanes(card.without(carriers) if carriers else card, self._codes)
        return found

    def _service(self, desk: Desk, word: str | None) -> tuple[str | None, bool]:
        found = self._services.get((desk.name, word))
        if found is None:
            service = service_of(word, desk.services, self._problem.card)
            found = self._services[desk.name, word] = (service.wanted, service.known)
        return found

    def _due_days(self, ship_by: str) -> tuple[tuple[int, ...] | None, list[int]]:
        """Days late by place (None when none is) and the due day by place, each in the place's own zone."""
        moment = parse_iso(ship_by)
        earliest = moment.date().toordinal() - 1
        if earliest >= self.last_day:  # whatever the zone, nobody is late: not worth converting
            return None, [earliest] * len(self._places)
        due = [moment.astimezone(tz).date().toordinal() for tz in self._zones]
        late = tuple(max(0, (place.ship_on or 0) - day) for place, day in zip(self._places, due, strict=True))
        return (late if any(late) else None), due
