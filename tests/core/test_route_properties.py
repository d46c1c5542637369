"""What holds for every routing, whatever the orders, shelves and rates."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import product
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from oms.core.route import Decision, Problem, route
from oms.core.route.orders import Order, Prepared, prepare
from oms.core.route.plans import Fill, Plan, Supply, cost_of, got, is_whole, measures
from oms.core.route.pricing import PARTS
from oms.core.route.problem import Rules
from tests.core.route_desk import again, card, order, place, problem, rate

SKUS = ("MUG", "POT", "TEA")
CODES = "ABC"

costs = st.integers(0, 20).map(lambda n: n * 50)
lines = st.one_of(
    st.dictionaries(st.sampled_from(SKUS), st.integers(1, 4), min_size=1),
    st.lists(st.tuples(st.sampled_from(SKUS), st.integers(1, 2), st.integers(1, 2)), min_size=1, max_size=3, unique=True)
    .map(lambda rows: [(n, sku, units, left, units * left) for n, (sku, units, left) in enumerate(rows)]),
    st.just([(0, "MUG", 1, 2, 2), (0, "POT", 2, 2, 4)]),  # a kit
)  # fmt: skip


@st.composite
def problems(draw: st.DrawFn, most_orders: int = 6, goals: tuple[str, ...] = ("cost", "distance", "ranked")) -> Problem:
    """Orders that contend for the same shelves, places with a day that can be full, steps of weight."""
    places = [
        place(code, draw(st.sampled_from("123")), handling=draw(st.sampled_from((0, 50))), rank=draw(st.integers(0, 1)),
              handling_unit=draw(st.sampled_from((0, 20))),
              capacity=draw(st.one_of(st.none(), st.integers(0, 3))))
        for code in CODES
    ]  # fmt: skip
    rates = [
        row for code in CODES for row in (
            rate(code, draw(costs), weight_to_g=draw(st.sampled_from((200, 300)))),
            rate(code, draw(costs), weight_from_g=300, weight_to_g=draw(st.sampled_from((800, 30_000))), per_kg=100),
        )
    ]  # fmt: skip
    orders = [order(str(n), draw(lines)) for n in range(draw(st.integers(1, most_orders)))]
    stock = {(sku, code): draw(st.integers(0, 5)) for sku in SKUS for code in CODES}
    rules = Rules(
        goal=draw(st.sampled_from(goals)), split_penalty=draw(st.sampled_from((0, 150))), wait_penalty=2500,
        max_parcels=draw(st.integers(1, 3)), stickiness=draw(st.sampled_from((0, 50))),
    )  # fmt: skip
    return problem(orders, stock, places=places, rates=card(*rates), rules=rules, weights={"TEA": 150})


@given(problems())
def test_never_above_stock_capacity_parcels_or_need(given: Problem) -> None:
    """What is allocated was there, had room on the day, fits the number of parcels, and was asked for."""
    made = route(given).assignments

    shelves = made.group_by("sku", "location").agg(pl.col("quantity").sum()).join(given.stock, on=["sku", "location"])
    assert shelves.filter(pl.col("quantity") > pl.col("free")).is_empty()
    for p in given.places:
        here = made.filter(pl.col("location") == p.code)["order_id"].n_unique()
        assert p.capacity is None or here <= p.capacity
    parcels = made.group_by("order_id").agg(pl.col("location").n_unique())
    assert all(n <= given.rules.max_parcels for n in parcels["location"])
    refs = ["order_id", "line_id", "sku"]
    rows = made.group_by(refs).agg(pl.col("quantity").sum()).join(given.demand, on=refs)
    assert rows.filter(pl.col("quantity") > pl.col("need")).is_empty()


@given(problems())
def test_every_unit_is_placed_or_waits_for_a_reason(given: Problem) -> None:
    """Allocated and short units are the need; whole line units only."""
    decision = route(given)
    refs = ["order_id", "line_id", "sku"]
    placed = decision.assignments.group_by(refs).agg(pl.col("quantity").sum())
    rows = (
        given.demand.join(placed, on=refs, how="left").join(decision.waiting.select(*refs, "short"), on=refs, how="left")
        .with_columns(pl.col("quantity", "short").fill_null(0))
    )  # fmt: skip

    assert rows["need"].to_list() == (rows["quantity"] + rows["short"]).to_list()
    assert rows.filter(pl.col("quantity") % pl.col("units") != 0).is_empty()
    lines = rows.with_columns(whole=pl.col("quantity") // pl.col("units")).group_by("line_id").agg(pl.col("whole").n_unique())
    assert set(lines["whole"]) <= {1}


@given(problems())
def test_costs_sum_exactly(given: Problem) -> None:
    """The parts of each row are its cost, the costs of the orders are the total."""
    decision = route(given)

    parts = decision.assignments.select(total=pl.sum_horizontal(PARTS))["total"].to_list()
    assert decision.assignments["cost"].to_list() == parts
    assert decision.total == decision.costs()["total"].sum()


@given(problems(), st.randoms())
def test_the_order_of_rows_says_nothing(given: Problem, random: Any) -> None:
    """Shuffled frames, the same decision."""
    shuffled = Problem(
        *(frame.sample(fraction=1, shuffle=True, seed=random.randint(0, 999)) for frame in
          (given.orders, given.demand, given.stock, given.products, given.current)),
        given.places, given.desks, given.rules, given.card, given.atlas,
    )  # fmt: skip

    assert told(route(given)) == told(route(shuffled))


def told(decision: Decision) -> list[Any]:
    return [decision.assignments.rows(), decision.released.rows(), decision.waiting.rows()]


@given(problems())
def test_a_second_run_changes_nothing(given: Problem) -> None:
    """Fed back, the outcome stays."""
    first = route(given)
    second = route(again(given, first))

    assert [] == second.assignments.rows()
    assert [] == second.released.rows()
    assert first.waiting.drop("cost").rows() == second.waiting.drop("cost").rows()


@given(problems(), st.dictionaries(st.tuples(st.sampled_from(SKUS), st.sampled_from(CODES)), st.integers(0, 6)))
def test_stable_again_after_stock_came_in(given: Problem, more: Mapping[tuple[str, str], int]) -> None:
    """New stock fills and moves; the run after that finds nothing to do, and nobody lost a unit."""
    first = route(given)
    after = again(given, first)
    came = pl.DataFrame([(*key, units) for key, units in more.items()],
                        {"sku": pl.String, "location": pl.String, "more": pl.Int64}, orient="row")  # fmt: skip
    stock = after.stock.join(came, on=["sku", "location"], how="left").with_columns(pl.col("more").fill_null(0))
    after = replace(after, stock=stock.with_columns(pl.col("free") + pl.col("more")).drop("more"))
    second = route(after)
    third = route(again(after, second))

    assert ([], []) == (third.assignments.rows(), third.released.rows())
    assert second.waiting["short"].sum() <= first.waiting["short"].sum() or first.waiting.is_empty()


@given(problems(most_orders=1), st.sampled_from(SKUS), st.sampled_from(CODES))
def test_more_stock_never_fills_less(given: Problem, sku: str, code: str) -> None:
    """One order, one more unit somewhere."""
    more = given.stock.with_columns(
        free=pl.col("free") + pl.when((pl.col("sku") == sku) & (pl.col("location") == code)).then(1).otherwise(0)
    )

    assert filled(route(replace(given, stock=more)), given) >= filled(route(given), given)


def filled(decision: Decision, given: Problem) -> int:
    """Line units placed."""
    refs = ["order_id", "line_id", "sku"]
    placed = decision.assignments.group_by(refs).agg(pl.col("quantity").sum())
    rows = given.demand.join(placed, on=refs, how="left").with_columns(pl.col("quantity").fill_null(0) // pl.col("units"))
    return int(rows.group_by("line_id").agg(pl.col("quantity").min())["quantity"].sum())


@given(problems(most_orders=1))
def test_a_single_order_gets_its_best_plan(given: Problem) -> None:
    """Against every way of taking units from shelves: none fills more, and of those that fill alike none is better."""
    ready = prepare(given)
    only = ready.orders[0]
    expected = best_of_all(ready, only)

    decision = route(given)

    if expected is None:
        assert decision.assignments.is_empty()
        return
    assert expected.fill.done == filled(decision, given)
    if given.rules.goal == "cost":
        assert expected.cost == decision.assignments["cost"].sum()
    else:
        assert len(expected.parcels) == decision.assignments["location"].n_unique()


def best_of_all(
    ready: Prepared, only: Order, first: Callable[[Plan], tuple[int, ...]] = lambda _plan: (),
    allowed: Callable[[Plan], bool] = lambda _plan: True,
) -> Plan | None:  # fmt: skip
    """
    Brute force over units; by another goal than cost, rows that one place holds are split only where that fills more.

    `first`: what comes before cost, or before the number of parcels. `allowed`: whether a plan may be at all.
    """
    supply = Supply(ready)
    caps = [min(row.need, sum(supply.free[row.sku][p] for p in only.candidates if supply.open_at(only, p)))
            for row in only.rows]  # fmt: skip
    packs = [min(cap // other.units for other, cap in zip(only.rows, caps, strict=True) if other.line == row.line)
             for row in only.rows]  # fmt: skip
    caps = [row.units * n for row, n in zip(only.rows, packs, strict=True)]
    plans = [plan for plan in _plans(ready, supply, only, caps) if plan.parcels and allowed(plan)]
    if not plans:
        return None
    whole = [n for n, row in enumerate(only.rows) if _held_whole(supply, only, n, caps[n])]
    tidy = [
        plan for plan in plans
        if all(plan.got(only)[n] in (0, caps[n]) for n in whole)
        and all(sum(1 for picks in plan.parcels.values() if picks.get(n)) < 2 for n in whole)
    ]  # fmt: skip

    def key(plan: Plan) -> tuple[int, ...]:
        goal = plan.cost if ready.rules.goal == "cost" else len(plan.parcels)
        return (-plan.fill.done, plan.fill.waiting, *first(plan), goal)

    best = min(plans, key=key)
    if ready.rules.goal != "cost" and tidy and min(tidy, key=key).fill == best.fill:
        return min(tidy, key=key)
    return best


def _held_whole(supply: Supply, only: Order, n: int, units: int) -> bool:
    return any(supply.open_at(only, p) and supply.free[only.rows[n].sku][p] >= units for p in only.candidates)


def _plans(ready: Prepared, supply: Supply, only: Order, caps: list[int]) -> Iterator[Plan]:
    ways = [
        [way for way in product(*(range(min(cap, supply.free[row.sku][p]) + 1) for p in range(len(CODES)))) if sum(way) <= cap]
        for row, cap in zip(only.rows, caps, strict=True)
    ]
    for chosen in product(*ways):
        parcels = {
            p: {n: way[p] for n, way in enumerate(chosen) if way[p]}
            for p in range(len(CODES)) if any(way[p] for way in chosen)
        }  # fmt: skip
        if len(parcels) > only.most or any(not supply.open_at(only, p) for p in parcels):
            continue
        if any(
            sum(picks.get(n, 0) for n, row in enumerate(only.rows) if row.sku == sku) > supply.free[sku][p]
            for p, picks in parcels.items() for sku in {row.sku for row in only.rows}
        ):  # fmt: skip
            continue
        units = got(only, parcels)
        if any(only.pricing.amount(p, *measures(only, picks)) is None for p, picks in parcels.items()):
            continue
        if is_whole(only, units):
            yield Plan(parcels, Fill.of(only, units), cost_of(ready, only, parcels))
