"""
Orders that nobody stands in the way of, served all at once.

An order with nothing promised yet is looked at apart from stock: when one parcel from its best place costs no more than any
two could, that is its best plan. When that place holds enough for it and for all that earlier orders could take there, it
gets that plan whatever the others do, and what is left for the others is what serving one after another would leave them.
"""

from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

import polars as pl

from oms.core.distance import blunter
from oms.core.route.finder import MAX_ROWS
from oms.core.route.pricing import FAR_M
from oms.core.route.problem import Problem
from oms.core.route.rates import ANY
from oms.core.route.rows import in_service_order
from oms.core.route.terms import Terms, TermsBook, metres_between
from oms.model.frames import ASSIGNMENTS

#: A ship_by in place of all those after the last day on which any place ships.
_NEVER_LATE = "9999-12-31T00:00:00Z"

_AMOUNTS = ("shipping", "handling", "handling_unit", "split", "late", "cost")

#: A parcel as it is told, by its number, and whether the card knows the service that the channel asked for.
_PARCEL = {"parcel": pl.Int64, "known": pl.Boolean, "location": pl.String} | {
    name: dtype for name, dtype in ASSIGNMENTS.items()
    if name in ("carrier", "service", "ship_on", "transit_days", "distance_km", "distance_level", "weight_g", *_AMOUNTS)
}  # fmt: skip


class Crowd(NamedTuple):
    """Orders that are served, and the problem that is left: the other orders, without the stock and days that are taken."""

    assignments: pl.DataFrame  # ASSIGNMENTS, in the order of service
    orders: int
    unknown_services: dict[str, int]  # channel's word -> orders
    left: Problem


def nobody(problem: Problem) -> Crowd:
    """None are served, all are left."""
    return Crowd(pl.DataFrame(schema=ASSIGNMENTS), 0, {}, problem)


def serve(problem: Problem, book: TermsBook, *, everyone: bool = False, parting: bool = False) -> Crowd:
    """
    Serve whom nobody stands in the way of; where the goal is not the cost, nobody.

    Only earlier orders stand in the way, as when one is served after another; with `everyone` later ones do as well. With
    `parting` nobody is served who could do better if the units of a row came from several places.
    """
    if problem.rules.goal != "cost" or not _worth_it(problem):
        return nobody(problem)
    orders = in_service_order(problem).with_row_index("rank").with_columns(pl.col("rank").cast(pl.Int64))
    rows = _rows(problem, orders)
    chooser = _Chooser(problem, book)
    served = _unopposed(problem, rows, chooser.choose(orders, rows, parting), everyone)
    if not served.height:
        return nobody(problem)
    parcels = chooser.told(served["parcel"].unique().sort())
    taken = rows.join(served, on=("order_id", "rank")).join(parcels, on="parcel").sort("rank", "position", "line_id", "sku")
    told = taken.join(orders.select("order_id", "channel", "order_ref", wanted="service"), on="order_id", maintain_order="left")
    first = pl.col("rank") != pl.col("rank").shift(1, fill_value=-1)
    unknown = told.filter(first, ~pl.col("known"), pl.col("wanted") != "")["wanted"].value_counts()
    assignments = told.with_columns(pl.when(first).then(pl.col(_AMOUNTS)).otherwise(0), quantity="need").select(*ASSIGNMENTS)
    return Crowd(assignments, served.height, dict(unknown.iter_rows()), _without(problem, served, taken))


def _worth_it(problem: Problem) -> bool:
    """Whether a place holds, more often than not, enough of a sku for everybody: else few are unopposed, and looking costs."""
    total = problem.demand.group_by("sku").agg(pl.len().alias("rows"), pl.col("need").sum())
    holding = (
        problem.stock.join(total, on="sku").filter(pl.col("free") >= pl.col("need"))
        .select((pl.col("rows").sum() / max(1, len(problem.places))).alias("rows"))
    )  # fmt: skip
    return 2 * float(holding.item() or 0) > problem.demand.height


def _rows(problem: Problem, orders: pl.DataFrame) -> pl.DataFrame:
    """What the orders need, with the rank of the order and what the units of a row weigh and take up together."""
    return (
        problem.demand.join(orders.select("order_id", "rank"), on="order_id")
        .join(problem.products.rename({"weight_g": "grams"}), on="sku", how="left")
        .with_columns(weight=pl.col("grams").fill_null(0) * pl.col("need"),
                      volume=pl.col("volume_mm3").fill_null(0) * pl.col("need"))
        .drop("grams", "volume_mm3")
    )  # fmt: skip


class _Chooser:
    """Finds the best parcel of orders that no rule is about, apart from stock; each is found and told once, for all of them."""

    def __init__(self, problem: Problem, book: TermsBook) -> None:
        self.problem = problem
        self.book = book
        self._parcels: list[tuple[Terms, int, int, int, int]] = []  # terms, place, weight, volume, units

    def choose(self, orders: pl.DataFrame, rows: pl.DataFrame, parting: bool) -> pl.DataFrame:
        """Of the orders that go best in one parcel: order_id, rank, place, parcel (a number that `told` knows)."""
        fresh = self._fresh(orders, rows)
        numbers, terms = self._terms(fresh)
        split, one = self.problem.rules.split_penalty, self.problem.rules.max_parcels == 1
        shared = rows.join(fresh.select("order_id"), on="order_id", how="semi").sort("rank")
        if parting:  # a parcel may hold as little as one unit
            shared = shared.with_columns(pl.col("weight", "volume") // pl.col("need"), need=1)
        parts = list(shared.select("weight", "volume", "need").iter_rows())
        known: dict[tuple[int, int, int, int], tuple[int, int, int] | None] = {}
        places: list[int | None] = []
        parcels: list[int | None] = []
        at = 0
        sums = fresh.select("rows", "weight", "volume", "need").iter_rows()
        for number, (count, weight, volume, units) in zip(numbers, sums, strict=True):
            key = (number, weight, volume, units)
            best = known[key] if key in known else known.setdefault(key, self._best(terms[number], weight, volume, units))
            at += count
            if best is not None and (count > 1 or (parting and units > 1)) and count <= MAX_ROWS and not one:
                bound = terms[number].pricing.two_at_least(parts[at - count : at]) + split
                best = best if best[0] <= bound else None
            places.append(best and best[1])
            parcels.append(best and best[2])
        found = pl.DataFrame({"place": places, "parcel": parcels}, {"place": pl.Int64, "parcel": pl.Int64})
        return pl.concat([fresh.select("order_id", "rank"), found], how="horizontal").drop_nulls()

    def _fresh(self, orders: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
        """Orders that are sent and hold nothing yet, with their sums, by rank."""
        whole = rows.group_by("order_id").agg(
            pl.len().alias("rows"), pl.col("sku").n_unique().alias("skus"), pl.col("need").min().alias("least"),
            pl.col("weight", "volume", "need").sum(),
        ).filter(pl.col("rows") == pl.col("skus"), pl.col("least") > 0)  # fmt: skip
        ruled = list(self.problem.rulings)
        sent = orders.filter(~pl.col("pickup"), ~pl.col("order_id").is_in(ruled)).join(
            self.problem.current, on="order_id", how="anti"
        )
        return sent.join(whole, on="order_id").sort("rank")

    def _terms(self, orders: pl.DataFrame) -> tuple[list[int], list[Terms]]:
        """The number of the terms of each order, and the terms."""
        last = date.fromordinal(max(1, self.book.last_day)).isoformat()
        late = pl.col("ship_by").str.slice(0, 10) <= last  # in some zone, perhaps
        about = orders.select(
            "channel", "service", "country", "region", "city", "postcode",
            due=pl.when(late).then("ship_by").otherwise(pl.lit(_NEVER_LATE)),
        )  # fmt: skip
        unique = about.unique(maintain_order=True).with_row_index("number")
        numbers = about.join(unique, on=about.columns, how="left", nulls_equal=True, maintain_order="left")["number"]
        return numbers.to_list(), [
            self.book.terms(channel, due, service, (country, region, city, postcode))
            for _number, channel, service, country, region, city, postcode, due in unique.iter_rows()
        ]

    def _best(self, terms: Terms, weight: int, volume: int, units: int) -> tuple[int, int, int] | None:
        """Cost, place and number of the best parcel that holds all of an order."""
        pricing, places = terms.pricing, self.problem.places
        if pricing.by_gram:
            offers = pricing.price(terms.candidates, weight, volume, units)
        else:
            offers = pricing.offers(weight, volume, units)
        if not offers:
            return None
        cost, place = offers[0]
        if len(offers) > 1 and offers[1][0] == cost:
            tied = [p for amount, p in offers if amount == cost]
            place = min(tied, key=lambda p: (metres_between(places[p].spot, terms.spot), places[p].rank, p))
        self._parcels.append((terms, place, weight, volume, units))
        return cost, place, len(self._parcels) - 1

    def told(self, parcels: pl.Series) -> pl.DataFrame:
        """All there is to tell of these parcels: _PARCEL."""
        return pl.DataFrame([self._told(number) for number in parcels], _PARCEL, orient="row")

    def _told(self, number: int) -> tuple[Any, ...]:
        terms, place, weight, volume, units = self._parcels[number]
        here, spot = self.problem.places[place], terms.spot
        parts = terms.pricing.cost(place, weight, volume, units)
        assert parts is not None
        metres = metres_between(here.spot, spot)
        told = {
            "parcel": number, "known": terms.service_known, "location": here.code, "carrier": parts.carrier,
            "service": terms.service if parts.service in (None, ANY) else parts.service,
            "ship_on": date.fromordinal(here.ship_on or 1).isoformat(), "transit_days": parts.days,
            "distance_km": None if metres >= FAR_M else metres / 1000,
            "distance_level": blunter(here.spot.level, spot.level) if here.spot is not None and spot is not None else None,
            "weight_g": terms.pricing.billed(weight, volume), "shipping": parts.shipping, "handling": parts.handling,
            "handling_unit": parts.handling_unit, "split": 0, "late": parts.late, "cost": parts.total,
        }  # fmt: skip
        return tuple(told[name] for name in _PARCEL)


def _unopposed(problem: Problem, rows: pl.DataFrame, chosen: pl.DataFrame, everyone: bool) -> pl.DataFrame:
    """Those of `chosen` whose place holds enough for them and for whatever others could take or send there."""
    before = pl.col("need").sum() if everyone else pl.col("need").cum_sum()
    index = pl.DataFrame({"location": [place.code for place in problem.places]}).with_row_index("place")
    free = problem.stock.join(index.cast({"place": pl.Int64}), on="location").select("sku", "place", "free")
    held = problem.current.filter("movable").group_by("line_id", "sku").agg(pl.col("quantity").sum())
    most = rows.join(held, on=("line_id", "sku"), how="left").select(
        "order_id", "rank", "sku", need=pl.col("need") + pl.col("quantity").fill_null(0)
    )
    limits = {n: place.capacity for n, place in enumerate(problem.places) if place.capacity is not None}
    while chosen.height:
        wanted = most.join(chosen.select("order_id", "place"), on="order_id")
        others = most.join(chosen, on="order_id", how="anti").join(free.select("sku", "place"), on="sku")
        short = (
            pl.concat([wanted, others.select(wanted.columns)]).join(free, on=("sku", "place"), how="left").sort("rank")
            .filter(before.over("sku", "place") > pl.col("free").fill_null(0))
        )  # fmt: skip
        opposed = [short["order_id"]]
        ranks = others["rank"].unique().to_list() if limits else []
        for place, capacity in limits.items():
            here = chosen.filter(pl.col("place") == place).select("rank", "order_id")
            either = pl.concat([here, pl.DataFrame({"rank": ranks}, {"rank": pl.Int64})], how="diagonal").sort("rank")
            late = either if everyone and either.height > capacity else either.slice(max(0, capacity))
            opposed.append(late["order_id"].drop_nulls())
        left = chosen.filter(~pl.col("order_id").is_in(pl.concat(opposed).unique().implode()))
        if left.height == chosen.height:
            break
        chosen = left
    return chosen


def _without(problem: Problem, served: pl.DataFrame, taken: pl.DataFrame) -> Problem:
    """The problem without the orders that are served, and what they take."""
    gone = taken.group_by("sku", "location").agg(pl.col("need").sum())
    stock = problem.stock.join(gone, on=("sku", "location"), how="left", maintain_order="left")
    leave = dict(served.group_by("place").len().iter_rows())
    return replace(
        problem,
        orders=problem.orders.join(served, on="order_id", how="anti"),
        demand=problem.demand.join(served, on="order_id", how="anti"),
        stock=stock.select("sku", "location", free=pl.col("free") - pl.col("need").fill_null(0)),
        places=tuple(
            place if place.capacity is None else replace(place, capacity=place.capacity - leave.get(n, 0))
            for n, place in enumerate(problem.places)
        ),
    )  # fmt: skip
