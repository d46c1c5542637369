"""The past routed again: nothing is sent twice, nothing that had not come yet, no day overfull."""

from dataclasses import replace

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from oms.core.route import Problem, route
from oms.core.route.replay import Run, measure, play
from tests.core.route_desk import THURSDAY, order, place, problem
from tests.core.test_route_properties import problems

NOON = "2026-11-19T12:00:00Z"
NEXT = "2026-11-20T12:00:00Z"
ZONES = dict.fromkeys("ABC", "UTC")


def runs(given: Problem, *shares: float) -> list[Run]:
    """A run at each of some noons, by which so much of the stock had come; the places ship on the day of the run."""
    return [
        Run(
            f"2026-11-{19 + n}T12:00:00Z",
            tuple(replace(p, ship_on=THURSDAY + n) for p in given.places),
            given.stock.with_columns((pl.col("free") * share).floor().cast(pl.Int64)),
        )
        for n, share in enumerate(shares)
    ]


@given(problems(goals=("cost",)), st.lists(st.sampled_from((0.0, 0.5, 1.0)), min_size=1, max_size=3).map(sorted))
def test_nothing_is_sent_twice_or_from_nowhere(given: Problem, shares: list[float]) -> None:
    """Over all runs: no more than was asked for, no more than had come, no more a day than leaves in a day."""
    rows = runs(given, *shares)
    sent = play(given, rows, route)

    refs, shelf = ["order_id", "line_id", "sku"], ["sku", "location"]
    asked = sent.group_by(refs).agg(pl.col("quantity").sum()).join(given.demand, on=refs, how="left")
    assert asked.filter(pl.col("quantity") > pl.col("need")).is_empty()
    used = sent.group_by(shelf).agg(pl.col("quantity").sum()).join(rows[-1].supply, on=shelf, how="left")
    assert used.filter(pl.col("quantity") > pl.col("free").fill_null(0)).is_empty()
    leaving = sent.group_by("location", "ship_on").agg(pl.col("order_id").n_unique())
    limits = {p.code: p.capacity for p in given.places if p.capacity is not None}
    assert all(n <= limits.get(code, n) for code, _day, n in leaving.iter_rows())


@given(problems(goals=("cost",)))
def test_one_run_is_a_routing(given: Problem) -> None:
    """All known, all there: what is sent is what routing decides."""
    fresh = replace(given, current=given.current.clear())

    assert route(fresh).assignments.rows() == play(fresh, runs(fresh, 1.0), route).rows()


def test_who_comes_later_is_not_known_before() -> None:
    """The mug that lay there when only the first order was known went to the first, though the second is due earlier."""
    early = order("2", {"MUG": 1}, placed_at="2026-11-18T12:00:00Z", ship_by="2026-12-24T12:00:00Z")
    late = order("1", {"MUG": 1}, placed_at="2026-11-19T20:00:00Z", ship_by="2026-11-20T12:00:00Z")
    given = problem([early, late], {("MUG", "A"): 1}, places=[place("A")])

    sent = play(given, runs(given, 1.0, 1.0), route)

    assert [("2", "2026-11-19")] == list(sent.select("order_ref", "ship_on").iter_rows())


def test_what_comes_later_is_sent_later() -> None:
    """An order that found half of it sends the rest when that has come: two parcels, whole, one of them late."""
    given = problem([order("1", {"MUG": 4}, ship_by="2026-11-19T23:00:00Z")], {("MUG", "A"): 4}, places=[place("A")])

    sent = play(given, runs(given, 0.5, 1.0), route)
    played = measure(given, sent, ZONES)

    assert [("2026-11-19", 2), ("2026-11-20", 2)] == list(sent.select("ship_on", "quantity").iter_rows())
    assert (1, 1, 1, 1, 2, 4) == (played.orders, played.orders_whole, played.orders_split, played.orders_late,
                                  played.parcels, played.units_sent)  # fmt: skip
    assert played.cost == sent["cost"].sum() > 0


def test_nothing_sent_is_nothing_spent() -> None:
    """Without stock nothing leaves; the measures are zeros, not errors."""
    given = problem([order("1", {"MUG": 4})], {}, places=[place("A")])
    played = measure(given, play(given, runs(given, 1.0), route), ZONES)

    assert (1, 4, 0, 0, 0) == (played.orders, played.units, played.parcels, played.units_sent, played.cost)
