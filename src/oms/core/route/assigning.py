"""The assignments of orders that were served from columns, in columns: what decision.py tells of the others one by one."""

from collections.abc import Mapping
from datetime import date

import numpy as np
import polars as pl

from oms.core.distance import LEVELS
from oms.core.route.columns import Ints
from oms.core.route.orders import Prepared
from oms.core.route.plans import Plan
from oms.core.route.pricing import FAR_M, PARTS
from oms.core.route.rates import ANY
from oms.model.frames import ASSIGNMENTS


def assignments(prepared: Prepared, plans: Mapping[int, Plan]) -> pl.DataFrame:
    """ASSIGNMENTS of orders that got these plans (by number) from columns; in the order of service."""
    orders = prepared.orders
    of: list[int] = []  # order, by parcel
    places: list[int] = []
    later: list[bool] = []  # whether it comes after the order's first
    parcels: list[int] = []  # by row
    rows: list[int] = []
    for n, plan in sorted(plans.items()):
        sent = plan.parcels.items()
        for at, (place, picks) in enumerate(sorted(sent, key=lambda each: (min(each[1]), each[0])) if len(sent) > 1 else sent):
            rows += [orders.starts[n] + row for row in picks]
            parcels += [len(of)] * len(picks)
            of.append(n)
            places.append(place)
            later.append(at > 0)
    by, at_row = np.array(parcels, np.int64), np.array(rows, np.int64)
    told = _parcels(prepared, np.array(of, np.int64), np.array(places, np.int64), by, at_row).with_columns(
        split=pl.Series(later).cast(pl.Int64) * prepared.rules.split_penalty
    ).with_columns(cost=pl.sum_horizontal(PARTS))  # fmt: skip
    first = pl.Series(np.diff(by, prepend=-1) > 0)
    amounts = (*PARTS, "cost")
    return (
        pl.concat([
            orders.frame[np.array(of, np.int64)[by]].select("order_id", "channel", "order_ref", word="service"),
            orders.rows[at_row].select("line_id", "line_ref", sku=pl.Series(prepared.skus).gather(orders.rows["sku"][at_row]),
                                       quantity="need"),
            told[by].with_columns(pl.when(first).then(pl.col(amounts)).otherwise(0)),
        ], how="horizontal")
        .with_columns(service=pl.when(pl.col("service").fill_null(ANY) == ANY).then("word").otherwise("service"))
        .select(*ASSIGNMENTS).cast(ASSIGNMENTS)  # type: ignore[arg-type]
    )  # fmt: skip


def _parcels(prepared: Prepared, of: Ints, places: Ints, by: Ints, rows: Ints) -> pl.DataFrame:
    """What there is to tell of parcels, of which `of` says the order, apart from splitting; `by`: the parcel of each row."""
    told = prepared.columns.tell(of, places, by, rows)
    pair, inverse = np.unique(np.stack([told.step, places]), axis=1, return_inverse=True)
    quotes = [prepared.columns.quote(step, place) for step, place in pair.T.tolist()]
    about = pl.DataFrame(
        [
            (quote.carrier or None, quote.service or None, quote.days_min if quote.days_max is None else quote.days_max)
            for quote in quotes
        ],
        {"carrier": pl.String, "service": pl.String, "transit_days": pl.Int64}, orient="row",
    )  # fmt: skip
    here = pl.DataFrame({
        "location": [place.code for place in prepared.places],
        "ship_on": [date.fromordinal(place.ship_on or 1).isoformat() for place in prepared.places],
    })  # fmt: skip
    known = pl.Series(told.metres < FAR_M)
    return pl.concat([about[inverse.ravel()], here[places]], how="horizontal").with_columns(
        weight_g=pl.Series(told.billed), shipping=pl.Series(told.shipping), handling=pl.Series(told.handling),
        handling_unit=pl.Series(told.handling_unit), late=pl.Series(told.late),
        distance_km=pl.when(known).then(pl.Series(told.metres / 1000)),
        distance_level=pl.when(known).then(pl.Series(LEVELS).gather(pl.Series(told.level))),
    )  # fmt: skip
