"""
Whether a decision can be carried out: looked at from its frames alone, sharing nothing with what made it.

A wrong routing must never be written; it is better to stop. So the check runs on every decision.
"""

from datetime import date

import polars as pl

from oms.core.route.decision import Decision
from oms.core.route.pricing import PARTS
from oms.core.route.problem import Problem

_REFS = ("order_id", "line_id", "sku")
_SHELF = ("sku", "location")


class BrokenRouting(AssertionError):
    """A decision that breaks a rule; nothing may be written."""


def check(problem: Problem, decision: Decision) -> None:
    """Raise BrokenRouting where a decision takes more than there is, or says sums that are none."""
    given = problem.current.join(decision.released, on=(*_REFS, "location"), how="semi").filter("movable")
    kept = problem.current.join(given, on=(*_REFS, "location", "movable"), how="anti")
    made = decision.assignments
    for complaint in (_shelves(problem, given, made), _needs(problem, given, made), _lines(problem, made),
                      _parcels(problem, kept, made), _days(problem, kept, made), _places(problem, made),
                      _sums(decision)):  # fmt: skip
        if complaint:
            raise BrokenRouting(complaint)


def _shelves(problem: Problem, given: pl.DataFrame, made: pl.DataFrame) -> str | None:
    """No shelf gives more than is free and given back; what rules keep there is given to buyers who collect it alone."""
    takes = [(made, problem.whole_stock)]
    if problem.withheld.height:
        collected = problem.orders.filter("pickup").select("order_id")
        takes.append((made.join(collected, on="order_id", how="anti"), problem.stock))
    for taken, stock in takes:
        use = (
            taken.group_by(_SHELF).agg(pl.col("quantity").sum())
            .join(given.group_by(_SHELF).agg(back=pl.col("quantity").sum()), on=_SHELF, how="left")
            .join(stock.group_by(_SHELF).agg(pl.col("free").sum()), on=_SHELF, how="left")
            .filter(pl.col("quantity") > pl.max_horizontal(0, pl.col("free").fill_null(0)) + pl.col("back").fill_null(0))
        )  # fmt: skip
        if not use.is_empty():
            return f"more than there is: {use.row(0)}"
    return None


def _needs(problem: Problem, given: pl.DataFrame, made: pl.DataFrame) -> str | None:
    """No row gets more than it needs."""
    use = (
        made.group_by(_REFS).agg(pl.col("quantity").sum(), least=pl.col("quantity").min())
        .join(given.group_by(_REFS).agg(back=pl.col("quantity").sum()), on=_REFS, how="left")
        .join(problem.demand.select(*_REFS, "need"), on=_REFS, how="left")
        .filter((pl.col("quantity") > pl.col("need").fill_null(0) + pl.col("back").fill_null(0)) | (pl.col("least") < 1))
    )  # fmt: skip
    return None if use.is_empty() else f"more than is needed: {use.row(0)}"


def _lines(problem: Problem, made: pl.DataFrame) -> str | None:
    """Where a channel says so, no line that had nothing gets only a part of what it needs."""
    whole = [name for name, desk in problem.desks.items() if not desk.allow_partial]
    if not whole:
        return None
    line = ("order_id", "line_id")
    begun = made.filter(pl.col("channel").is_in(whole)).join(problem.current, on=line, how="anti")
    got = begun.group_by(_REFS).agg(pl.col("quantity").sum())
    wrong = (
        problem.demand.join(begun, on=line, how="semi").join(got, on=_REFS, how="left")
        .filter(pl.col("quantity").fill_null(0) < pl.col("need"))
    )  # fmt: skip
    return None if wrong.is_empty() else f"a part of a line: {wrong.row(0)}"


def _parcels(problem: Problem, kept: pl.DataFrame, made: pl.DataFrame) -> str | None:
    """No order that gets something has more parcels than are allowed, unless it had them before."""
    own = {order_id: ruling.max_parcels for order_id, ruling in problem.rulings.items() if ruling.max_parcels is not None}
    most = pl.col("order_id").replace_strict(own, default=problem.rules.max_parcels, return_dtype=pl.Int64)
    both = pl.concat([made.select("order_id", "location"), kept.select("order_id", "location")])
    before = problem.current.group_by("order_id").agg(before=pl.col("location").n_unique())
    use = (
        both.join(made, on="order_id", how="semi").group_by("order_id").agg(pl.col("location").n_unique())
        .join(before, on="order_id", how="left")
        .filter(pl.col("location") > pl.max_horizontal(most, pl.col("before").fill_null(0) + 1))
    )  # fmt: skip
    return None if use.is_empty() else f"too many parcels: {use.row(0)}"


def _days(problem: Problem, kept: pl.DataFrame, made: pl.DataFrame) -> str | None:
    """No more orders leave on a place's day than may; what is collected does not leave."""
    carried = problem.orders.filter(~pl.col("pickup")).select("order_id")
    for place in problem.places:
        if place.capacity is None or place.ship_on is None:
            continue
        here = (pl.col("location") == place.code) & (pl.col("ship_on") == date.fromordinal(place.ship_on).isoformat())
        now = pl.concat([frame.filter(here).select("order_id") for frame in (made, kept)])
        before = problem.current.filter(here)
        leave, left = (frame.join(carried, on="order_id", how="semi")["order_id"].n_unique() for frame in (now, before))
        if leave - left > max(0, place.capacity):
            return f"too many orders on one day: {place.code}, {leave - left}"
    return None


def _places(problem: Problem, made: pl.DataFrame) -> str | None:
    """Nothing leaves from where it may not."""
    pairs = [(name, code) for name, desk in problem.desks.items() for code in desk.locations]
    allowed = pl.DataFrame(pairs, {"channel": pl.String, "location": pl.String}, orient="row")
    carried = problem.orders.filter(~pl.col("pickup")).select("order_id")
    wrong = made.join(carried, on="order_id", how="semi").join(allowed, on=("channel", "location"), how="anti")
    return None if wrong.is_empty() else f"not a location of the channel: {wrong.row(0)}"


def _sums(decision: Decision) -> str | None:
    """The parts of a cost sum to it, and the total is no less than its bound."""
    wrong = decision.assignments.filter(pl.sum_horizontal(PARTS) != pl.col("cost"))
    if not wrong.is_empty():
        return f"parts that do not sum: {wrong.row(0)}"
    if decision.lower_bound is not None and decision.lower_bound > decision.total:
        return f"a bound above the total: {decision.lower_bound} > {decision.total}"
    return None
