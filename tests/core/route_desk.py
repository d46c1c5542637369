"""Small routing problems: three places, a few skus, what the test says."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from oms.core.distance import Atlas, Point
from oms.core.route import Decision, Problem, route
from oms.core.route.orders import Prepared, prepare
from oms.core.route.pricing import Place
from oms.core.route.problem import Desk, Rules
from oms.core.route.rates import RateCard, rate_card
from oms.model.frames import FREE_STOCK, HELD_UNITS, MEASURES, OPEN_DEMAND, OPEN_ORDERS, RATES

THURSDAY = date(2026, 11, 19).toordinal()
LATER = "2026-12-24T12:00:00Z"


class Map:
    """An invented country: postcodes 1 to 9 lie on the equator, one degree apart."""

    def postcodes(self, country: str) -> Mapping[str, Point]:
        """Exact ones."""
        return {str(n): (0.0, float(n)) for n in range(1, 10)} if country == "XX" else {}

    def prefixes(self, country: str) -> Mapping[str, Point]:
        """None."""
        return {}

    def cities(self, country: str) -> Mapping[str, Point]:
        """One."""
        return {"middletown": (0.0, 5.0)} if country == "XX" else {}

    def regions(self, country: str) -> Mapping[str, tuple[str, Point]]:
        """One."""
        return {"east": ("E", (0.0, 8.0))} if country == "XX" else {}

    def country(self, country: str) -> Point | None:
        """Its middle."""
        return (0.0, 5.0) if country == "XX" else None


ATLAS = Atlas(Map())


def place(code: str, postcode: str = "1", **settings: Any) -> Place:
    """A place of the invented country that ships on Thursday."""
    settings = {"today": THURSDAY, "ship_on": THURSDAY, "zone": "UTC"} | settings
    return Place(code, spot=ATLAS.find("XX", None, None, postcode), **settings)


def rate(location: str, price: int, **more: Any) -> dict[str, Any]:
    """A row of the card: Post, any service, anywhere, up to 30 kg."""
    return {
        "row": 0, "location": location, "carrier": "Post", "service": "*", "country": "*", "postcode_prefix": "",
        "weight_from_g": 0, "weight_to_g": 30_000, "price": price, "per_kg": 0, "currency": "USD", "days_min": None,
        "days_max": None,
    } | more  # fmt: skip


def card(*rows: dict[str, Any], fx: Mapping[str, Any] | None = None) -> RateCard:
    """A rate card in USD."""
    frame = pl.DataFrame(list(rows), RATES) if rows else pl.DataFrame(schema=RATES)
    return rate_card(frame, "USD", fx or {})


def order(ref: str, lines: Mapping[str, int] | Sequence[tuple[Any, ...]], **more: Any) -> dict[str, Any]:
    """
    An order of the channel `site` to postcode 1.

    `lines`: sku -> units, or (line, sku, units per line unit, line units left, sku units needed).
    """
    rows = [(n, sku, 1, units, units) for n, (sku, units) in enumerate(lines.items())] if isinstance(lines, Mapping) else lines
    return {
        "channel": "site", "order_ref": ref, "placed_at": "2026-11-18T12:00:00Z", "ship_by": LATER, "service": None,
        "pickup": False, "location": None, "country": "XX", "region": None, "city": None, "postcode": "1", "lines": rows,
    } | more  # fmt: skip


def problem(
    orders: Sequence[dict[str, Any]],
    stock: Mapping[tuple[str, str], int],
    *,
    places: Sequence[Place] = (),
    rates: RateCard | None = None,
    rules: Rules | None = None,
    weights: Mapping[str, int | None] | None = None,
    volumes: Mapping[str, int] | None = None,
    held: Sequence[tuple[str, int, str, str, int, str | None, bool]] = (),
    desks: Sequence[Desk] = (),
) -> Problem:
    """
    A problem. Units weigh 100 g unless `weights` says otherwise; a parcel costs 5.00 from everywhere unless `rates` does.

    `held`: (order_ref, line, sku, location, units, ship_on, movable).
    """
    places = sorted(places or [place("A", "1"), place("B", "3"), place("C", "6")], key=lambda p: p.code)
    if not desks:
        desks = [Desk("site", tuple(p.code for p in places))]
    ids = {o["order_ref"]: n + 1 for n, o in enumerate(sorted(orders, key=lambda o: str(o["order_ref"])))}
    order_rows = [tuple(ids[o["order_ref"]] if name == "order_id" else o[name] for name in OPEN_ORDERS) for o in orders]
    demand = [
        (ids[o["order_ref"]], line_id(ids[o["order_ref"]], line), f"{line}", line, sku, units, left, need)
        for o in orders for line, sku, units, left, need in o["lines"]
    ]  # fmt: skip
    skus = sorted({row[4] for row in demand})
    weights = weights or {}
    measures = [(sku, weights.get(sku, 100), (volumes or {}).get(sku)) for sku in skus]
    current = [
        (ids[ref], line_id(ids[ref], line), sku, location, units, ship_on, movable)
        for ref, line, sku, location, units, ship_on, movable in held
    ]
    return Problem(
        pl.DataFrame(order_rows, OPEN_ORDERS, orient="row"),
        pl.DataFrame(demand, OPEN_DEMAND, orient="row"),
        pl.DataFrame([(sku, location, units) for (sku, location), units in stock.items()], FREE_STOCK, orient="row"),
        pl.DataFrame(measures, MEASURES, orient="row"),
        pl.DataFrame(current, HELD_UNITS, orient="row"),
        tuple(places),
        {desk.name: desk for desk in desks},
        rules or Rules(wait_penalty=100_000),
        rates or card(rate("*", 500)),
        ATLAS,
    )  # fmt: skip


def line_id(order_id: int, line: int) -> int:
    """The id of a line."""
    return order_id * 100 + line


def sent(decision: Decision) -> list[tuple[Any, ...]]:
    """(order, sku, location, units, cost) of what is allocated."""
    return list(decision.assignments.select("order_ref", "sku", "location", "quantity", "cost").iter_rows())


def waits(decision: Decision) -> list[tuple[Any, ...]]:
    """(order, sku, short, reason) of what waits."""
    return list(decision.waiting.select("order_ref", "sku", "short", "reason").iter_rows())


def again(given: Problem, decision: Decision) -> Problem:
    """The problem after `decision` was saved: what it reserved is held and may move."""
    demand = given.demand
    refs = ["order_id", "line_id", "sku"]
    released = given.current.filter("movable").join(decision.released, on=[*refs, "location"], how="semi")
    kept = given.current.join(released, on=[*refs, "location"], how="anti")
    made = decision.assignments.select(*refs, "location", "quantity", "ship_on", movable=pl.lit(True))
    change = (
        pl.concat([
            made.select(*refs, "location", units="quantity"),
            released.select(*refs, "location", units=-pl.col("quantity")),
        ])
    )  # fmt: skip
    by_row = change.group_by(refs).agg(pl.col("units").sum())
    by_shelf = change.group_by("sku", "location").agg(pl.col("units").sum())
    used = _leaving(made, given.places)
    freed = _leaving(released, given.places)
    places = tuple(
        p if p.capacity is None else Place(**{**_fields(p), "capacity": p.capacity - used[p.code] + freed[p.code]})
        for p in given.places
    )
    return Problem(
        given.orders,
        demand.join(by_row, on=refs, how="left").with_columns(need=pl.col("need") - pl.col("units_right").fill_null(0))
        .drop("units_right"),
        given.stock.join(by_shelf, on=["sku", "location"], how="left")
        .with_columns(free=pl.col("free") - pl.col("units").fill_null(0)).drop("units"),
        given.products, pl.concat([kept, made.select(kept.columns)]), places, given.desks, given.rules, given.card,
        given.atlas, given.rulings,
        given.withheld.join(by_shelf, on=["sku", "location"], how="left", maintain_order="left")
        .with_columns(free=pl.col("free") - pl.col("units").fill_null(0)).drop("units"),
        given.worth,
    )  # fmt: skip


def _leaving(frame: pl.DataFrame, places: Sequence[Place]) -> dict[str, int]:
    counts = {}
    for p in places:
        day = date.fromordinal(p.ship_on or 1).isoformat()
        here = frame.filter((pl.col("location") == p.code) & (pl.col("ship_on") == day))
        counts[p.code] = here["order_id"].n_unique()
    return counts


def _fields(p: Place) -> dict[str, Any]:
    return {name: getattr(p, name) for name in Place.__dataclass_fields__}


def decide(*args: Any, **more: Any) -> Decision:
    """Route a small problem."""
    return route(problem(*args, **more))


def prepared(*args: Any, **more: Any) -> Prepared:
    """A small problem, ready to be looked at."""
    return prepare(problem(*args, **more))
