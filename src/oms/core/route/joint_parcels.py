"""
The parcels of buyers with several orders: which could be one, what that saves, and the routing with them joined.

Who joins pays what the parcel costs more by it, so that the costs of all its orders sum to what it costs.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import NamedTuple

import polars as pl

from oms.core.route.decision import Decision
from oms.core.route.orders import Order, Prepared, prepare
from oms.core.route.pricing import PARTS, Cost
from oms.core.route.problem import Problem
from oms.core.route.rates import ANY, Quote
from oms.core.route.rows import in_service_order
from oms.core.route.terms import TermsBook
from oms.model.frames import JOINED

_REF = ("order_id", "line_id", "sku", "location")


@dataclass
class _Parcel:
    """What one order has at one place."""

    order: Order
    rank: int  # in the order of service
    place: int
    day: int
    weight: int
    volume: int
    units: int
    new: bool  # this routing made it
    alone: bool  # all of its order, none of which was reserved before or waits: it may move


@dataclass
class _Group:
    """Parcels that go as one; the first one leads."""

    leader: int  # order_id
    parcels: list[_Parcel]

    def quote(self, more: Sequence[_Parcel] = ()) -> Quote | None:
        """The carrier of all of it, and of `more`; None where nobody takes so much."""
        every = [*self.parcels, *more]
        pricing, place = every[0].order.pricing, self.parcels[0].place
        return pricing.quote(place, pricing.billed(sum(p.weight for p in every), sum(p.volume for p in every)))

    def fits(self, parcel: _Parcel) -> bool:
        """Whether `parcel` is sent on the same terms."""
        return self.parcels[0].order.pricing.lane is parcel.order.pricing.lane


class _Step(NamedTuple):
    """A parcel that would join a group, and what that saves."""

    saved: int
    parcel: _Parcel
    group: _Group


def _text(day: int | None) -> str:
    return date.fromordinal(max(1, day or 1)).isoformat()


class Joiner:
    """The parcels of buyers with several, as a decision leaves them; `taken` orders do not move any more."""

    def __init__(self, problem: Problem, book: TermsBook, decision: Decision, taken: set[int]) -> None:
        self.problem, self.decision, self.taken = problem, decision, taken
        self.codes = [place.code for place in problem.places]
        self.moved_for = 0  # what moving costs before joining saves it
        self._moved: dict[int, _Parcel] = {}
        self._joined: dict[tuple[int, int], tuple[_Group, Quote, int]] = {}
        self._buyers = self._groups(book)
        self._shares: dict[tuple[int, int], tuple[int, int]] = {}

    # -- what there is ------------------------------------------------------------------------------------------------

    def _groups(self, book: TermsBook) -> list[list[_Group]]:
        """Of each buyer with parcels of several orders, one of them new: what goes together already, and the rest alone."""
        parcels = self._parcels()
        several = (
            parcels.group_by("buyer").agg(pl.col("order_id").n_unique().alias("orders"), pl.col("new").any())
            .filter(pl.col("orders") > 1, pl.col("new")).select("buyer")
        )  # fmt: skip
        parcels = parcels.join(several, on="buyer", how="semi", maintain_order="left")
        if not parcels.height:
            return []
        mine = parcels.select("order_id").unique()
        self._prepared = self._prepare(book, mine)
        orders = {order.order_id: order for order in self._prepared.orders}
        found = []
        for _buyer, rows in groupby(parcels.iter_rows(named=True), key=lambda row: row["buyer"]):
            groups: dict[tuple[int, str], _Group] = {}
            for row in rows:
                if row["order_id"] not in orders:
                    continue
                parcel = _Parcel(
                    orders[row["order_id"]], row["rank"], self.codes.index(row["location"]),
                    date.fromisoformat(row["ship_on"]).toordinal(), row["weight"], row["volume"], row["units"], row["new"],
                    row["alone"],
                )  # fmt: skip
                leader = row["order_id"] if row["leader"] is None else row["leader"]
                groups.setdefault((leader, row["location"]), _Group(leader, [])).parcels.append(parcel)
            found.append(list(groups.values()))
        return found

    def _parcels(self) -> pl.DataFrame:
        """One row an order and place: what is reserved there, and what this routing makes; by buyer and rank."""
        problem, made = self.problem, self.decision.assignments
        bound = problem.current.join(problem.joint, on=["order_id", "location"], how="semi")
        held = pl.concat([problem.current.filter("movable"), bound.filter(~pl.col("movable"))])
        kept = held.join(self.decision.released, on=_REF, how="anti").select(*_REF, "quantity", "ship_on", new=pl.lit(False))
        fresh = made.select(*_REF, "quantity", "ship_on", new=pl.lit(True))
        before = problem.current.select("order_id").unique().with_columns(had=pl.lit(True))
        short = self.decision.waiting.select("order_id").unique().with_columns(waits=pl.lit(True))
        days = pl.DataFrame(
            [(p.code, _text(p.today), _text(p.ship_on)) for p in problem.places if p.packs_together],
            {"location": pl.String, "today": pl.String, "now": pl.String}, orient="row",
        )  # fmt: skip
        every = (
            pl.concat([kept, fresh]).join(problem.buyers, on="order_id").join(days, on="location")
            .join(problem.products.rename({"weight_g": "grams"}), on="sku", how="left")
            .with_columns(ship_on=pl.when(pl.col("ship_on") >= pl.col("today")).then("ship_on").otherwise("now"))
            .group_by("buyer", "order_id", "location")
            .agg(
                pl.col("ship_on").max(), pl.col("new").all(), units=pl.col("quantity").sum(),
                weight=(pl.col("grams").fill_null(0) * pl.col("quantity")).sum(),
                volume=(pl.col("volume_mm3").fill_null(0) * pl.col("quantity")).sum(),
            )
        )  # fmt: skip
        ranks = in_service_order(problem).select("order_id").with_row_index("rank")
        one = pl.len().over("order_id") == 1
        return (
            every.join(ranks, on="order_id").join(before, on="order_id", how="left").join(short, on="order_id", how="left")
            .join(problem.joint, on=["order_id", "location"], how="left")
            .with_columns(alone=pl.col("new") & one & pl.col("had").is_null() & pl.col("waits").is_null())
            .sort("buyer", "new", "rank", "location")
        )  # fmt: skip

    def _prepare(self, book: TermsBook, mine: pl.DataFrame) -> Prepared:
        problem = self.problem
        return prepare(
            replace(
                problem,
                orders=problem.orders.join(mine, on="order_id", how="semi"),
                demand=problem.demand.join(mine, on="order_id", how="semi"),
                current=problem.current.join(mine, on="order_id", how="semi"),
            ),
            book,
        )

    # -- moving to where another order leaves from ----------------------------------------------------------------------

    def moves(self) -> set[int]:
        """Move what saves by it. The ids of the orders that moved, and of those new ones that they moved to."""
        left = self._left() if self._buyers else {}
        touched: set[int] = set()
        for groups in self._buyers:
            while True:
                steps = list(self._moving(groups, left))
                best = max(steps, key=lambda s: (s.saved, -s.parcel.rank, -s.group.parcels[0].rank), default=None)
                if best is None:
                    break
                self._move(best, left)
                groups.remove(next(group for group in groups if group.parcels == [best.parcel]))
                best.group.parcels.append(best.parcel)
                touched |= {p.order.order_id for p in best.group.parcels if p.new}
        return touched

    def _moving(self, groups: Sequence[_Group], left: dict[tuple[int, int], int]) -> Iterator[_Step]:
        for mine in groups:
            parcel = mine.parcels[0]
            if len(mine.parcels) > 1 or not parcel.alone or parcel.order.order_id in self.taken:
                continue
            own = self._own(parcel, parcel.place)
            for group in groups:
                to = group.parcels[0].place
                # Whoever it moves to must stay: what was reserved before does, and what is new if it is all there.
                if to == parcel.place or not group.fits(parcel) or not all(p.alone or not p.new for p in group.parcels):
                    continue
                there = self._own(parcel, to)
                if own is None or there is None or not self._may_leave(parcel, to, left, group.parcels[0].day):
                    continue
                shared = self._shared(group, parcel)
                if shared is not None and shared > 0 and own.total - there.total + shared > 0:
                    yield _Step(own.total - there.total + shared, parcel, group)

    def _may_leave(self, parcel: _Parcel, to: int, left: dict[tuple[int, int], int], day: int) -> bool:
        """Whether the order may leave from `to` on `day`, with all it has: no rule against it, and room and stock enough."""
        order, place = parcel.order, self.problem.places[to]
        extra = order.pricing.extra
        if to not in order.candidates or place.ship_on != day or (extra and extra[to] > extra[parcel.place]):
            return False
        needs: dict[int, int] = {}
        for row in order.rows:
            needs[row.sku] = needs.get(row.sku, 0) + row.need
        return left.get((-1, to), 1) > 0 and all(left.get((sku, to), 0) >= units for sku, units in needs.items())

    def _left(self) -> dict[tuple[int, int], int]:
        """What the decision leaves by sku number and place; under -1 the orders that may still leave."""
        shelf = ["sku", "location"]
        problem, made = self.problem, self.decision.assignments
        used = made.group_by(shelf).agg(pl.col("quantity").sum())
        given = problem.current.join(self.decision.released, on=_REF, how="semi").filter("movable")
        back = given.group_by(shelf).agg(back=pl.col("quantity").sum())
        rest = (
            problem.stock.join(used, on=shelf, how="full", coalesce=True).join(back, on=shelf, how="full", coalesce=True)
            .select(*shelf, units=pl.col("free").fill_null(0).clip(0) - pl.col("quantity").fill_null(0)
                    + pl.col("back").fill_null(0))
        )  # fmt: skip
        number = {sku: n for n, sku in enumerate(self._prepared.skus)}
        found = {
            (number[sku], self.codes.index(code)): units
            for sku, code, units in rest.iter_rows() if sku in number and code in self.codes
        }  # fmt: skip
        leave = dict(made.group_by("location").agg(pl.col("order_id").n_unique()).iter_rows())
        for n, place in enumerate(problem.places):
            if place.capacity is not None:
                found[-1, n] = place.capacity - leave.get(place.code, 0)
        return found

    def _move(self, step: _Step, left: dict[tuple[int, int], int]) -> None:
        parcel, to = step.parcel, step.group.parcels[0].place
        own, there = self._own(parcel, parcel.place), self._own(parcel, to)
        assert own is not None
        assert there is not None
        self.moved_for += there.total - own.total
        for row in parcel.order.rows:
            left[row.sku, to] -= row.need
        if (-1, to) in left:
            left[-1, to] -= 1
        parcel.place, parcel.day = to, step.group.parcels[0].day
        self._moved[parcel.order.order_id] = parcel

    # -- what it costs --------------------------------------------------------------------------------------------------

    def _own(self, parcel: _Parcel, place: int) -> Cost | None:
        """The parts of what a parcel costs by itself from `place`."""
        return parcel.order.pricing.cost(place, parcel.weight, parcel.volume, parcel.units)

    def _shared(self, group: _Group, parcel: _Parcel) -> int | None:
        """What `parcel` costs less in the parcel of `group` than beside it; None where nobody takes both in one."""
        alone, place = group.quote(), group.parcels[0].place
        pricing = parcel.order.pricing
        own, both = pricing.quote(place, pricing.billed(parcel.weight, parcel.volume)), group.quote([parcel])
        if alone is None or own is None or both is None:
            return None
        return alone.price + own.price - both.price + self.problem.places[place].handling

    # -- joining --------------------------------------------------------------------------------------------------------

    def join(self) -> pl.DataFrame:
        """Join what leaves from one place on one day; JOINED of all parcels that something new joined."""
        changed: dict[int, _Group] = {}
        for groups in self._buyers:
            while True:
                steps = list(self._joining(groups))
                best = max(steps, key=lambda s: (s.saved, -s.group.parcels[0].rank, -s.parcel.rank), default=None)
                if best is None:
                    break
                self._share(best)
                groups.remove(next(group for group in groups if group.parcels == [best.parcel]))
                best.group.parcels.append(best.parcel)
                changed[id(best.group)] = best.group
        rows = []
        for group in changed.values():
            quote, code = group.quote(), self.codes[group.parcels[0].place]
            assert quote is not None
            for parcel in group.parcels:
                service = parcel.order.service if quote.service in (None, ANY) else quote.service
                saved = sum(self._shares.get((parcel.order.order_id, parcel.place), (0, 0)))
                rows.append((parcel.order.order_id, code, group.leader, quote.carrier or None, service, saved))
        return pl.DataFrame(sorted(rows), JOINED, orient="row")

    def _joining(self, groups: Sequence[_Group]) -> Iterator[_Step]:
        """A new parcel by itself may join what was there before, what is joined already, or what is served before it."""
        for mine in groups:
            parcel = mine.parcels[0]
            if len(mine.parcels) > 1 or not parcel.new:
                continue
            for group in groups:
                first = group.parcels[0]
                if group is mine or (first.place, first.day) != (parcel.place, parcel.day) or not group.fits(parcel):
                    continue
                if len(group.parcels) == 1 and first.new and first.rank > parcel.rank:
                    continue
                saved = self._shared(group, parcel)
                if saved is not None and saved > 0:
                    yield _Step(saved, parcel, group)

    def _share(self, step: _Step) -> None:
        """What of a parcel's shipping and handling is not paid twice."""
        handling = self.problem.places[step.parcel.place].handling
        self._shares[step.parcel.order.order_id, step.parcel.place] = (step.saved - handling, handling)

    def assignments(self) -> pl.DataFrame:
        """The assignments of the decision with what was moved and joined."""
        made = self.decision.assignments
        if self._moved:
            made = self._told_anew(made)
        if not self._shares:
            return made
        rows = [(order_id, self.codes[place], *parts) for (order_id, place), parts in sorted(self._shares.items())]
        shares = pl.DataFrame(rows, {"order_id": pl.Int64, "location": pl.String, "less": pl.Int64, "none": pl.Int64},
                              orient="row")  # fmt: skip
        first = pl.struct("order_id", "location").is_first_distinct()
        return (
            made.join(shares, on=["order_id", "location"], how="left", maintain_order="left")
            .with_columns(pl.when(first).then(pl.col("less", "none").fill_null(0)).otherwise(0))
            .with_columns(shipping=pl.col("shipping") - pl.col("less"), handling=pl.col("handling") - pl.col("none"))
            .with_columns(cost=pl.sum_horizontal(PARTS)).select(made.columns)
        )  # fmt: skip

    def _told_anew(self, made: pl.DataFrame) -> pl.DataFrame:
        """The rows of the orders that moved, as their new place tells them."""
        facts = []
        for order_id, parcel in sorted(self._moved.items()):
            order, place = parcel.order, self.problem.places[parcel.place]
            cost = self._own(parcel, parcel.place)
            assert cost is not None
            metres = self._prepared.metres(order, parcel.place)
            level = self._prepared.level(order, parcel.place)
            facts.append((
                order_id, place.code, cost.carrier, order.service if cost.service in (None, ANY) else cost.service,
                date.fromordinal(parcel.day).isoformat(), cost.days, None if level is None else metres / 1000, level,
                cost.shipping, cost.handling, cost.handling_unit, 0, cost.late, cost.total,
            ))  # fmt: skip
        money = (*PARTS, "cost")
        told = ("location", "carrier", "service", "ship_on", "transit_days", "distance_km", "distance_level", *money)
        anew = pl.DataFrame(facts, {"order_id": pl.Int64} | {name: made.schema[name] for name in told}, orient="row")
        first = pl.col("order_id").is_first_distinct()
        return (
            made.join(anew.with_columns(moved=pl.lit(True)), on="order_id", how="left", suffix="_new", maintain_order="left")
            .with_columns(
                pl.when(pl.col("moved").is_null()).then(name)
                .otherwise(pl.when(first).then(f"{name}_new").otherwise(0) if name in money else f"{name}_new")
                .alias(name) for name in told
            ).select(made.columns)
        )  # fmt: skip
