"""
What a parcel costs from each place: the carrier's part, handling, and being late.

One Pricing serves all orders that share places, lane and lateness; it remembers the places in order of cost for each
step of weight.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import NamedTuple

from oms.core.distance import Spot
from oms.core.route.lanes import Lane
from oms.core.route.rates import Quote

#: A distance nobody knows, in metres: farther than any other.
FAR_M = 10**9

#: The parts of a cost that is told, in this order; they sum to it.
PARTS = ("shipping", "handling", "handling_unit", "split", "late")


@dataclass(frozen=True)
class Place:
    """A location as routing sees it; days are `date.toordinal()`, money is minor units of the business currency."""

    code: str
    zone: str = "UTC"
    ships: bool = True
    today: int = 0
    ship_on: int | None = 0  # when a parcel routed now leaves; None: never
    capacity: int | None = None  # orders that may still leave on that day; None: no limit
    handling: int = 0
    handling_unit: int = 0
    spot: Spot | None = None
    rank: int = 0  # position in [routing] ranking; those that are not in it come last
    packs_together: bool = True  # two orders can be told to leave in one parcel


@dataclass(frozen=True)
class Fallback:
    """The price of a parcel where no row of the card matches, in (parts of) minor units."""

    base: Fraction
    per_km: Fraction
    per_kg: Fraction

    @cached_property
    def _whole(self) -> tuple[int, int, int, int]:
        """Base (and half a minor unit, for rounding), metre and gram as whole numbers of one unit; units a minor unit."""
        per_m, per_g = self.per_km / 1000, self.per_kg / 1000
        unit = lcm(self.base.denominator, per_m.denominator, per_g.denominator)
        base, metre, gram = (int(2 * unit * part) for part in (self.base, per_m, per_g))
        return base + unit, metre, gram, 2 * unit

    def price(self, weight_g: int, metres: int) -> int | None:
        """Half-up; None where a price by distance is asked for and the distance is unknown."""
        base, metre, gram, unit = self._whole
        if metre and metres >= FAR_M:
            return None
        return (base + metre * metres + gram * weight_g) // unit


class Cost(NamedTuple):
    """The parts of a parcel's cost; `split` is added by the plan."""

    shipping: int
    handling: int
    handling_unit: int
    late: int
    split: int
    carrier: str | None
    service: str | None
    days: int | None  # transit days, the longer end where the card says both
    extra: int = 0  # what it counts more because a rule prefers another place; nobody pays it

    @property
    def total(self) -> int:
        """The whole cost of the parcel."""
        return self.shipping + self.handling + self.handling_unit + self.late + self.split

    @property
    def weighed(self) -> int:
        """What plans are compared by."""
        return self.total + self.extra


Offer = tuple[int, int]  # cost without split, place


class Pricing:
    """
    Prices of parcels from `candidates` on one lane; `late` is days late by place, None when nobody is.

    `extra`: what a parcel counts more by place, where rules prefer others (preferring.py); it is in every price but `total`.
    """

    __slots__ = (
        "_costs",
        "_fallback",
        "_free",
        "_late_penalty",
        "_metres",
        "_offers",
        "_places",
        "_unit_matters",
        "by_gram",
        "candidates",
        "carriers",
        "divisor",
        "extra",
        "lane",
        "late",
        "least",
    )  # fmt: skip

    def __init__(
        self, places: Sequence[Place], candidates: tuple[int, ...], lane: Lane, late: tuple[int, ...] | None,
        late_penalty: int, divisor: int, free: bool, fallback: Fallback | None = None, metres: Sequence[int] = (),
        extra: tuple[int, ...] = (),
    ) -> None:  # fmt: skip
        self._places = places
        self.candidates = candidates
        self.lane = lane
        self.late = late
        #: Whether nearly every parcel has a price of its own, so that remembering prices does not pay.
        self.by_gram = lane.linear or fallback is not None
        self._late_penalty = late_penalty
        self.divisor = divisor
        self._free = free
        self._fallback = fallback
        self._metres = metres
        self.extra = extra
        #: How many places send anything at all on this lane.
        self.carriers = sum(1 for n in candidates if free or lane.tariffs[n] is not None)
        self._unit_matters = any(places[n].handling_unit for n in candidates)
        self._offers: dict[tuple[int, int], list[Offer]] = {}
        self._costs: dict[tuple[int, int, int], Cost] = {}
        self.least = self._bound()

    @property
    def by_card(self) -> bool:
        """Whether every price comes from the card, or is nothing."""
        return self._fallback is None

    def preferring(self, extra: tuple[int, ...]) -> "Pricing":
        """The same prices with `extra` in place of what they count more by place."""
        return Pricing(
            self._places, self.candidates, self.lane, self.late, self._late_penalty, self.divisor, self._free,
            self._fallback, self._metres, extra,
        )  # fmt: skip

    def billed(self, weight_g: int, volume_mm3: int) -> int:
        """The weight a carrier charges, at least a gram."""
        return max(1, weight_g, -(-volume_mm3 // self.divisor))

    def quote(self, place: int, billed_g: int) -> Quote | None:
        """The carrier for a parcel; nothing to pay where the platform makes the label or the customer collects."""
        if self._free:
            return Quote(0, "", "", None, None)
        tariff = self.lane.tariffs[place]
        quote = tariff.quote(billed_g) if tariff is not None else None
        if quote is None and self._fallback is not None:
            price = self._fallback.price(billed_g, self._metres[place])
            quote = Quote(price, "", "", None, None) if price is not None else None
        return quote

    def cost(self, place: int, weight_g: int, volume_mm3: int, units: int, late_days: int | None = None) -> Cost | None:
        """The parts of a parcel's cost; None where nobody carries it. `late_days` overrides what leaving now means."""
        billed = self.billed(weight_g, volume_mm3)
        key = (place, self.lane.step(billed), units if self._unit_matters else 0)
        if late_days is None and key in self._costs:
            return self._costs[key]
        quote = self.quote(place, billed)
        if quote is None:
            return None
        here = self._places[place]
        days = late_days if late_days is not None else self.late[place] if self.late is not None else 0
        cost = Cost(
            quote.price, here.handling, here.handling_unit * units, self._late_penalty * days, 0,
            quote.carrier or None, quote.service or None,
            quote.days_max if quote.days_max is not None else quote.days_min, self.extra[place] if self.extra else 0,
        )  # fmt: skip
        if late_days is None and not self.by_gram:
            self._costs[key] = cost
        return cost

    def amount(self, place: int, weight_g: int, volume_mm3: int, units: int) -> int | None:
        """What a parcel is compared by, in one number."""
        carried = self._carried(place, self.billed(weight_g, volume_mm3))
        return None if carried is None else carried + self._own(place, units)

    def _carried(self, place: int, billed_g: int) -> int | None:
        """As `quote`, the price alone."""
        if self._free:
            return 0
        tariff = self.lane.tariffs[place]
        price = tariff.price(billed_g) if tariff is not None else None
        if price is None and self._fallback is not None:
            return self._fallback.price(billed_g, self._metres[place])
        return price

    def _own(self, place: int, units: int) -> int:
        """What a parcel costs apart from its carrier."""
        here = self._places[place]
        late = self._late_penalty * self.late[place] if self.late is not None else 0
        return here.handling + here.handling_unit * units + late + (self.extra[place] if self.extra else 0)

    def price(self, places: Sequence[int], weight_g: int, volume_mm3: int, units: int) -> list[Offer]:
        """Those of `places` that can send such a parcel, cheapest first; equal costs by rank, then code."""
        billed = self.billed(weight_g, volume_mm3)
        priced = []
        for place in places:
            carried = self._carried(place, billed)
            if carried is not None:
                priced.append((carried + self._own(place, units), self._places[place].rank, place))
        priced.sort()
        return [(cost, place) for cost, _rank, place in priced]

    def offers(self, weight_g: int, volume_mm3: int, units: int) -> list[Offer]:
        """As `price`, for all candidates; remembered by step of weight, so not for prices by the gram."""
        key = (self.lane.step(self.billed(weight_g, volume_mm3)), units if self._unit_matters else 0)
        found = self._offers.get(key)
        if found is None:
            found = self._offers[key] = self.price(self.candidates, weight_g, volume_mm3, units)
        return found

    def rising(self) -> bool:
        """Whether no heavier parcel is cheaper: what a part of an order costs bounds what the whole does."""
        return self._fallback is None and (self._free or self.lane.rising())

    def two_at_least(self, parts: Sequence[tuple[int, int, int]]) -> int:
        """A bound: no two parcels that share `parts` (weight, volume, units) are cheaper, whatever is in stock."""
        if self._fallback is not None:
            return 0 if self.carriers else self._two_by_distance(parts)
        if self.by_gram or not self.rising():
            return 2 * self.least
        alone = [offers[0][0] if (offers := self.offers(*part)) else 0 for part in parts]
        return min(alone) + max(alone)

    def _two_by_distance(self, parts: Sequence[tuple[int, int, int]]) -> int:
        """
        Each parcel pays for its base and way, and together they weigh no less than one that holds everything: so two cost
        what the cheapest single one does and the least base and way on top, less what rounding four amounts can make.
        """
        assert self._fallback is not None
        weight, volume, units = map(sum, zip(*parts, strict=True))
        one = [amount for place in self.candidates if (amount := self.amount(place, weight, volume, units)) is not None]
        bare = [
            way + self._own(place, 0)
            for place in self.candidates
            if (way := self._fallback.price(0, self._metres[place])) is not None
        ]
        return max(0, min(one) + min(bare) - 2) if one else 0

    def _bound(self) -> int:
        if self._fallback is not None or not self.candidates:
            return 0
        found = []
        for place in self.candidates:
            tariff = self.lane.tariffs[place]
            if self._free or tariff is not None:
                late = self._late_penalty * self.late[place] if self.late is not None else 0
                here = self._places[place]
                carried = tariff.least() if tariff is not None and not self._free else 0
                found.append(carried + here.handling + late)
        return min(found, default=0)

    def dearest(self, weight_g: int, volume_mm3: int, units: int) -> int:
        """A bound: no parcel with a part of this is dearer, from any candidate."""
        billed = self.billed(weight_g, volume_mm3)
        carried = 0
        if not self._free:
            carried = self.lane.dearest(billed)
            if self._fallback is not None:
                prices = (self._fallback.price(billed, self._metres[place]) or 0 for place in self.candidates)
                carried = max(carried, *prices, 0)
        late = self._late_penalty * max(self.late) if self.late is not None else 0
        here = [self._places[place] for place in self.candidates]
        more = max(self.extra, default=0)
        return carried + late + more + max((p.handling + p.handling_unit * units for p in here), default=0)
