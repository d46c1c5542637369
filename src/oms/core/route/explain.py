"""
Why an order leaves from where it does: every location by itself and the best splits, each with its cost and with what it
lost by. Nothing is decided here; the numbers are those the decision is made from.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice

from oms.core.route.finder import Finder
from oms.core.route.greedy import decide, standing
from oms.core.route.orders import Order, Prepared
from oms.core.route.plans import (
    Parcels,
    Supply,
    cost_after,
    cost_of,
    measures,
    parcel_cost,
    parts_well,
    plan_key,
    splits_paid,
    unpaid,
)  # fmt: skip
from oms.core.route.pricing import FAR_M, PARTS, Cost
from oms.core.route.terms import OWN_WAREHOUSE
from oms.core.route.waiting import NO_RATE, Short, shorts

__all__ = ["NO_RATE", "PARTS", "Candidate", "Explanation", "Parcel", "explain"]

#: Plans of several parcels that are shown, and those looked at to find them.
SHOWN_SPLITS = 10
MAX_PLANS = 20_000

CHOSEN = "chosen"
DEARER = "dearer"  # by `by` minor units
NOT_PREFERRED = "not_preferred"  # `rule` prefers where the order leaves from; `by` minor units cheaper, where it is
MORE_PARCELS = "more_parcels"
FARTHER = "farther"  # by `by` metres
RANKED_LOWER = "ranked_lower"
CODE = "code"  # all equal: the location code decides
FILLS_LESS = "fills_less"
STICKS = "sticks"  # it would save `by`, not more than `[routing] stickiness`
CHEAPER_NOW = "cheaper_now"  # it would save `by`, and the next routing may take it
NO_STOCK = "no_stock"
CAPACITY = "capacity"
CLOSED = "closed"
NOT_SHIPPING = "not_shipping"
NOT_OF_CHANNEL = "not_of_channel"
NOT_FOR_PICKUP = "not_for_pickup"
BY_RULE = "rule"  # `rule` forbids it
OTHERS_WAREHOUSE = "others_warehouse"  # a channel's own warehouse, which sends nothing of the order's channel
MIN_VALUE = "min_value"  # a part of it is worth less than `rule` asks


@dataclass(frozen=True)
class Parcel:
    """What one place would send. `cost` None where nobody carries it."""

    place: int
    picks: Mapping[int, int]  # row -> units
    cost: Cost | None
    weight_g: int  # as the carrier bills it
    ship_on: int | None
    metres: int | None
    level: str | None


@dataclass(frozen=True)
class Candidate:
    """A plan that was possible, or why it was not. `total` is its cost without waiting."""

    parcels: tuple[Parcel, ...]
    total: int | None
    reason: str
    by: int = 0
    lacking: tuple[tuple[int, int, int], ...] = ()  # (row, need, free)
    rule: str = ""


@dataclass(frozen=True)
class Explanation:
    """`chosen` is what the order has, or would get now (`decided` False). `waiting` is what it lacks."""

    order: Order
    decided: bool
    chosen: Candidate
    others: list[Candidate] = field(default_factory=list)
    waiting: list[Short] = field(default_factory=list)


def explain(prepared: Prepared) -> Explanation:
    """Explain the one order of `prepared`."""
    order = prepared.orders[0]
    has = standing(prepared, order)
    dates, slots = dict(order.dates), set(order.slots)
    after = decide(prepared)
    plan = has if order.current else after.plans[0]
    order.dates, order.slots = dates, slots
    supply = Supply(prepared)
    if not order.current:
        supply.take(order, plan.parcels, {})
    waiting = shorts(supply, order, plan.got(order))
    supply.give_back(order, plan.parcels)
    if not order.current:
        order.slots = set()
    teller = _Teller(prepared, supply, order, plan.parcels)
    return Explanation(order, bool(order.current), teller.chosen(), teller.others(), waiting)


class _Teller:
    def __init__(self, prepared: Prepared, supply: Supply, order: Order, chosen: Parcels) -> None:
        self.prepared, self.supply, self.order, self.parcels = prepared, supply, order, chosen
        self.rows = [n for n, row in enumerate(order.rows) if row.need]
        self.cost = cost_after(prepared, order, order.current, chosen) - unpaid(order, chosen)
        self.units = sum(sum(picks.values()) for picks in chosen.values())

    def chosen(self) -> Candidate:
        """The plan itself."""
        return Candidate(self._parcels(self.parcels), self.cost if self.parcels else None, CHOSEN)

    def others(self) -> list[Candidate]:
        """Every place by itself, then the best plans of several parcels."""
        order = self.order
        whole = {n: order.rows[n].need for n in self.rows}
        singles = [
            self._single(place, whole) for place in range(len(self.prepared.places)) if dict(self.parcels) != {place: whole}
        ]
        needed = sum(whole.values())
        plans = [
            plan for plan in islice(every_plan(self.prepared, self.supply, order), MAX_PLANS)
            if len(plan) > 1 and plan != self.parcels and sum(sum(p.values()) for p in plan.values()) == needed
            and self._carried(plan)
        ]  # fmt: skip
        plans.sort(key=lambda plan: plan_key(self.prepared, order, plan))
        known = [self.parcels, *({place: whole} for place in range(len(self.prepared.places))), *plans]
        splits = [self._judged(plan) for plan in (*plans[:SHOWN_SPLITS], *self._without(known))]
        return [*sorted(singles, key=lambda c: (c.total is None or bool(c.lacking), c.total or 0)), *splits]

    def _without(self, known: list[Parcels]) -> list[Parcels]:
        """The best plans that fill as much without one of the chosen places, where they are not `known`: they part rows."""
        finder, found = Finder(self.prepared, self.supply), list[Parcels]()
        for place in sorted(self.parcels):
            others = tuple(p for p in self.order.candidates if p != place)
            plan = finder.best(replace(self.order, candidates=others)).parcels
            fills = sum(sum(picks.values()) for picks in plan.values()) == self.units
            if plan and fills and plan not in (*known, *found):
                found.append(plan)
        return found

    def _carried(self, plan: Parcels) -> bool:
        return all(parcel_cost(self.prepared, self.order, p, picks, None) is not None for p, picks in plan.items())

    def _single(self, place: int, whole: Mapping[int, int]) -> Candidate:
        order, here = self.order, self.prepared.places[place]
        parcels = self._parcels({place: whole}) if whole else ()
        cost = parcels[0].cost if parcels else None
        total = cost.total if cost is not None else None
        if not whole:
            return Candidate(parcels, None, CHOSEN)
        if place not in order.candidates:
            if order.pickup:
                return Candidate(parcels, None, NOT_FOR_PICKUP)
            if order.barred.get(place) == OWN_WAREHOUSE:
                return Candidate(parcels, None, OTHERS_WAREHOUSE)
            if place in order.barred:
                return Candidate(parcels, None, BY_RULE, rule=order.barred[place])
            if here.code not in order.desk.locations:
                return Candidate(parcels, None, NOT_OF_CHANNEL)
            return Candidate(parcels, None, NOT_SHIPPING if not here.ships else CLOSED)
        needs: dict[int, int] = {}
        for n, units in whole.items():
            needs[order.rows[n].sku] = needs.get(order.rows[n].sku, 0) + units
        free = self.supply.free
        lacking = tuple(
            (n, whole[n], max(0, free[order.rows[n].sku][place]))
            for n in whole if needs[order.rows[n].sku] > free[order.rows[n].sku][place]
        )  # fmt: skip
        kept = [self._rule(n, place) for n, _need, _free in lacking]
        if kept and all(kept):
            return Candidate(parcels, total, BY_RULE, lacking=lacking, rule=kept[0])
        if lacking:
            return Candidate(parcels, total, NO_STOCK, lacking=lacking)
        if not self.supply.open_at(order, place):
            return Candidate(parcels, total, CAPACITY)
        if cost is None:
            return Candidate(parcels, None, NO_RATE)
        return self._judged({place: whole})

    def _rule(self, n: int, place: int) -> str:
        """The rule that keeps units of a row at a place where they would do; empty where there is none."""
        row = self.order.rows[n]
        rule, units = self.prepared.withheld.get((self.prepared.skus[row.sku], self.prepared.places[place].code), ("", 0))
        return rule if units >= row.need else ""

    def _judged(self, plan: Parcels) -> Candidate:
        """What a feasible plan lost by."""
        prepared, order = self.prepared, self.order
        total = cost_of(prepared, order, plan) - unpaid(order, plan)
        parcels = self._parcels(plan)
        if not parts_well(order, plan):
            return Candidate(parcels, total, MIN_VALUE, rule=order.min_worth_by)
        if sum(sum(picks.values()) for picks in plan.values()) < self.units:
            return Candidate(parcels, total, FILLS_LESS)
        mine = plan_key(prepared, order, plan)
        if self.parcels and mine < plan_key(prepared, order, self.parcels):
            saves = self.cost - total
            now = prepared.rules.goal == "cost" and saves > prepared.rules.stickiness
            return Candidate(parcels, total, CHEAPER_NOW if now else STICKS, saves)
        metres = self._metres(plan) - self._metres(self.parcels)
        fewer = len(plan) - len(self.parcels)
        ranks = self._ranks(plan) > self._ranks(self.parcels)
        rule = self._preferring(plan)
        goal = prepared.rules.goal
        checks = {
            DEARER: total - self.cost,
            MORE_PARCELS: fewer,
            FARTHER: metres,
            RANKED_LOWER: int(ranks),
            NOT_PREFERRED: int(bool(rule)),
        }
        order_of = {
            "cost": (NOT_PREFERRED, DEARER, MORE_PARCELS, FARTHER, RANKED_LOWER),
            "distance": (MORE_PARCELS, NOT_PREFERRED, FARTHER, DEARER, RANKED_LOWER),
            "ranked": (MORE_PARCELS, NOT_PREFERRED, RANKED_LOWER, DEARER, FARTHER),
        }[goal]
        reason = next((name for name in order_of if checks[name] > 0), CODE)
        if reason == NOT_PREFERRED:
            return Candidate(parcels, total, reason, max(0, self.cost - total), rule=rule or "")
        return Candidate(parcels, total, reason, checks.get(reason, 0))

    def _preferring(self, plan: Parcels) -> str | None:
        """The first rule to which the plan and the chosen one are no tie, where it prefers the chosen one."""
        for each in self.order.preferences:
            more = sum(each.ranks[place] for place in plan) - sum(each.ranks[place] for place in self.parcels)
            if more:
                return each.rule if more > 0 else None
        return None

    def _metres(self, plan: Parcels) -> int:
        return sum(self.prepared.metres(self.order, place) for place in plan)

    def _ranks(self, plan: Parcels) -> int:
        return sum(self.prepared.places[place].rank for place in plan)

    def _parcels(self, plan: Parcels) -> tuple[Parcel, ...]:
        prepared, order = self.prepared, self.order
        paid = splits_paid(order, len(plan))
        found = []
        for number, (place, picks) in enumerate(sorted(plan.items(), key=lambda item: (min(item[1]), item[0]))):
            stays = order.current.get(place) == picks and plan is self.parcels
            day = order.dates.get(place) if stays else None
            cost = parcel_cost(prepared, order, place, picks, day)
            if cost is not None and number >= len(plan) - paid:
                cost = cost._replace(split=prepared.rules.split_penalty)
            metres = prepared.metres(order, place)
            found.append(Parcel(
                place, dict(sorted(picks.items())), cost, order.pricing.billed(*measures(order, picks)[:2]),
                prepared.places[place].ship_on if day is None else day,
                None if metres >= FAR_M else metres, prepared.level(order, place),
            ))  # fmt: skip
        return tuple(found)


def every_plan(prepared: Prepared, supply: Supply, order: Order) -> Iterator[Parcels]:
    """Every plan in which each row comes whole from one place or waits, as far as stock, capacity and parcels allow."""
    limit = order.room
    places = [p for p in order.candidates if supply.open_at(order, p)]
    rows = [n for n, row in enumerate(order.rows) if row.need]
    taken: dict[tuple[int, int], int] = {}
    parcels: dict[int, dict[int, int]] = {}

    def walk(at: int) -> Iterator[Parcels]:
        if at == len(rows):
            if parcels:
                yield {place: dict(picks) for place, picks in sorted(parcels.items())}
            return
        n = rows[at]
        row = order.rows[n]
        yield from walk(at + 1)
        for place in places:
            used = taken.get((row.sku, place), 0)
            if supply.free[row.sku][place] - used < row.need or (place not in parcels and len(parcels) == limit):
                continue
            taken[row.sku, place] = used + row.need
            parcels.setdefault(place, {})[n] = row.need
            yield from walk(at + 1)
            taken[row.sku, place] = used
            del parcels[place][n]
            if not parcels[place]:
                del parcels[place]

    return walk(0)
