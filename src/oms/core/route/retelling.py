"""
What reserved parcels cost that stay, of orders that have less or leave otherwise than when that was written down.

A count took a unit back, a line was cancelled, another parcel of the order left from elsewhere: what stays is lighter, or is
the order's first parcel now. Nothing moves by that; it is only told anew, by today's rates.
"""

from dataclasses import replace
from typing import Any

import polars as pl

from oms.core.route.decision import Decision
from oms.core.route.orders import Order, Prepared, prepare
from oms.core.route.plans import measures, parcel_cost
from oms.core.route.problem import Problem
from oms.core.route.rates import ANY
from oms.core.route.terms import TermsBook
from oms.model.frames import RETOLD


def retold(problem: Problem, book: TermsBook, decision: Decision) -> pl.DataFrame:
    """RETOLD of the orders `problem.shrunk` and of those of which `decision` gives something back."""
    ids = {*problem.shrunk, *decision.released["order_id"]}
    if not ids:
        return pl.DataFrame(schema=RETOLD)
    here = pl.col("order_id").is_in(sorted(ids))
    prepared = prepare(
        replace(
            problem,
            orders=problem.orders.filter(here),
            demand=problem.demand.filter(here),
            current=problem.current.filter(here),
        ),
        book,
    )
    given_back = set(decision.released.select("order_id", "location").iter_rows())
    rows = [row for order in prepared.orders for row in _told(prepared, order, given_back)]
    return pl.DataFrame(sorted(rows, key=lambda row: row[:2]), RETOLD, orient="row")


def _told(prepared: Prepared, order: Order, given_back: set[tuple[int, str]]) -> list[tuple[Any, ...]]:
    """Rows of RETOLD; an order's first parcel pays for no split."""
    places = [place for place in order.current if (order.order_id, prepared.places[place].code) not in given_back]
    places.sort(key=lambda place: (min(order.current[place]), place))
    split = prepared.rules.split_penalty if order.fixed else 0
    rows: list[tuple[Any, ...]] = []
    for place in places:
        picks = order.current[place]
        parts = parcel_cost(prepared, order, place, picks, order.dates.get(place))
        if parts is not None:  # else nobody carries it any more: what was written down stays
            weight, volume, _units = measures(order, picks)
            rows.append((
                order.order_id, prepared.places[place].code, parts.carrier,
                order.service if parts.service in (None, ANY) else parts.service, parts.days,
                order.pricing.billed(weight, volume), parts.shipping, parts.handling, parts.handling_unit, split, parts.late,
                parts.total + split,
            ))  # fmt: skip
        split = prepared.rules.split_penalty
    return rows
