"""
Real demand routed again: `OMS_SAMPLES=FOLDER python -m tests.benchmarks.olist`.

The busiest 117 days of the Olist marketplace (folder demand/ of the samples; real buyers' coordinates, times and weights), sent
from the eight places where most of its sellers are. Each sku's stock is 95 % of its demand, there from the first day on and
spread unevenly (Dirichlet 0.5, a fixed seed); freight is the zone card that fits the marketplace's own freights, in steps of
500 g. Orders are routed every day, every third day, or all at once by somebody who knew what would come. Prints the cost, with
60.00 for each line that is never sent, against routing one after the other every day. Asserts nothing.
"""

import os
import random
import sys
import time
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import polars as pl

from oms.core.distance import Atlas, Point, distance_km
from oms.core.route import Decision, Problem, route
from oms.core.route.pricing import Place
from oms.core.route.problem import Desk, Rules
from oms.core.route.rates import rate_card
from oms.core.route.replay import Run, play
from oms.model.frames import FREE_STOCK, HELD_UNITS, MEASURES, OPEN_DEMAND, OPEN_ORDERS, RATES

DAYS = 117
PLACES = 8
COVER = 0.95
UNSENT = 6_000
#: Up to so many km: base and per kg, in minor units; fitted to the marketplace's real freights.
ZONES = ((50, 780, 132), (200, 933, 146), (500, 1268, 213), (1000, 1393, 263), (2000, 1920, 323), (99_999, 2621, 348))
STEPS_G = (*range(0, 5_000, 500), *range(5_000, 40_001, 2_500))
TODAY = 740_000


class Map:
    """Postcodes made of the zones in which a buyer lies from each place, and a number: rates go by the former."""

    def __init__(self, points: Mapping[str, Point]) -> None:
        self._points = points

    def postcodes(self, country: str) -> Mapping[str, Point]:
        """Every buyer's own."""
        return self._points

    def prefixes(self, country: str) -> Mapping[str, Point]:
        """None."""
        return {}

    def cities(self, country: str) -> Mapping[str, Point]:
        """None."""
        return {}

    def regions(self, country: str) -> Mapping[str, tuple[str, Point]]:
        """None."""
        return {}

    def country(self, country: str) -> Point | None:
        """Nowhere."""
        return None


def busiest(samples: Path) -> pl.DataFrame:
    """The lines of the busiest days, by time: what was not cancelled, with a weight."""
    lines = (
        pl.read_parquet(samples / "demand" / "olist_lines.parquet")
        .filter(pl.col("kg").is_not_null(), ~pl.col("order_status").is_in(["canceled", "unavailable"]))
        .with_columns(day=pl.col("order_purchase_timestamp").str.slice(0, 10).str.to_date())
    )
    daily = lines.group_by("day").agg(pl.col("order_id").n_unique()).sort("day").upsample("day", every="1d").fill_null(0)
    last = daily.with_columns(pl.col("order_id").rolling_sum(DAYS)).sort("order_id", nulls_last=False)["day"][-1]
    first = last - timedelta(days=DAYS - 1)
    return lines.filter(pl.col("day").is_between(first, last)).sort("order_purchase_timestamp", "order_id", "order_item_id")


def problem(lines: pl.DataFrame, sku: pl.Expr, seed: int = 1) -> Problem:
    """All orders of `lines`; `sku` says which goods are the same."""
    rng = random.Random(seed)
    spots = (
        lines.group_by(pl.col("slat", "slng").round(0)).agg(pl.len(), lat=pl.col("slat").mean(), lng=pl.col("slng").mean())
        .sort("len", "lat", descending=True).head(PLACES).select("lat", "lng").rows()
    )  # fmt: skip
    lines = lines.with_columns(sku=sku, number=pl.col("order_id").rank("dense").cast(pl.Int64))
    buyers = lines.unique("number", keep="first", maintain_order=True)
    zones = {n: "".join(str(_zone(distance_km(*spot, lat, lng))) for spot in spots)
             for n, lat, lng in buyers.select("number", "lat", "lng").iter_rows()}  # fmt: skip
    codes = {n: f"{zone}{n:06d}" for n, zone in zones.items()}
    points = {codes[n]: (lat, lng) for n, lat, lng in buyers.select("number", "lat", "lng").iter_rows()}
    orders = [(n, "site", f"S{n:06d}", at.replace(" ", "T") + "Z", "2019-12-31T00:00:00Z", None, False, None, "BR", None, None,
               codes[n]) for n, at in buyers.select("number", "order_purchase_timestamp").iter_rows()]  # fmt: skip
    wanted = lines.group_by("number", "sku").agg(need=pl.len().cast(pl.Int64)).sort("number", "sku")
    demand = [(n, i, str(i), i, goods, 1, need, need) for i, (n, goods, need) in enumerate(wanted.iter_rows())]
    stock = []
    for goods, need in wanted.group_by("sku").agg(pl.col("need").sum()).sort("sku").iter_rows():
        shares = [rng.gammavariate(0.5, 1) for _spot in spots]
        units = Counter(rng.choices(range(PLACES), shares, k=int(COVER * need + rng.random())))
        stock += [(goods, f"L{k}", units[k]) for k in range(PLACES)]
    rates = [
        (0, f"L{k}", "Post", "*", "BR", zone, step, to, base + kilo * to // 1000, 0, "BRL", None, None)
        for zone in sorted(set(zones.values())) for k in range(PLACES) for _limit, base, kilo in (ZONES[int(zone[k])],)
        for step, to in pairwise(STEPS_G)
    ]  # fmt: skip
    weights = lines.group_by("sku").agg((pl.col("kg").median() * 1000).round().cast(pl.Int64)).sort("sku")
    return Problem(
        pl.DataFrame(orders, OPEN_ORDERS, orient="row"), pl.DataFrame(demand, OPEN_DEMAND, orient="row"),
        pl.DataFrame(stock, FREE_STOCK, orient="row"),
        pl.DataFrame([(goods, grams, None) for goods, grams in weights.iter_rows()], MEASURES, orient="row"),
        pl.DataFrame(schema=HELD_UNITS), tuple(Place(f"L{k}", ship_on=TODAY, today=TODAY) for k in range(PLACES)),
        {"site": Desk("site", tuple(f"L{k}" for k in range(PLACES)))},
        Rules(split_penalty=300, wait_penalty=UNSENT, max_parcels=2),
        rate_card(pl.DataFrame(rates, RATES, orient="row"), "BRL", {}), Atlas(Map(points)),
    )  # fmt: skip


def _zone(km: float) -> int:
    return next(n for n, (limit, _base, _kilo) in enumerate(ZONES) if km <= limit)


def runs(given: Problem, lines: pl.DataFrame, hold: int) -> list[Run]:
    """A run at the end of every `hold`-th day, and of the last; with all stock there from the beginning."""
    days = lines["day"].unique().sort().to_list()
    ends = [*days[hold - 1 :: hold], days[-1]]
    return [Run(f"{day}T23:59:60Z", given.places, given.stock) for day in dict.fromkeys(ends)]


def total(given: Problem, sent: pl.DataFrame) -> tuple[int, float]:
    """What is spent, with what is never sent; and the share of lines that is."""
    asked = given.demand.select("line_id", "need")
    got = asked.join(sent.group_by("line_id").agg(pl.col("quantity").sum()), on="line_id", how="left").fill_null(0)
    short = got.filter(pl.col("quantity") < pl.col("need")).height
    return int(sent["cost"].sum()) + UNSENT * short, 1 - short / asked.height


def main() -> None:
    """Measure."""
    samples = os.environ.get("OMS_SAMPLES")
    if not samples:
        sys.exit("OMS_SAMPLES names the folder of samples")
    lines = busiest(Path(samples))
    alike = pl.format("{} {}", pl.col("product_category_name").fill_null("?"), (pl.col("kg") * 2).ceil().cast(pl.Int64))
    for title, sku in (("each product", pl.col("product_id")), ("goods of a kind and weight taken as the same", alike)):
        given = problem(lines, sku)
        print(f"{title}: {given.orders.height} orders, {given.products.height} skus, {DAYS} days, {PLACES} places")
        basis: int | None = None
        for name, hold, decide in WAYS:
            started = time.process_time()
            spent, filled = total(given, play(given, runs(given, lines, hold), decide))
            basis = basis or spent
            print(f"  {name}: {spent / 100:,.2f}, {(basis - spent) / basis:+.2%} cheaper, {filled:.1%} of lines sent, "
                  f"{time.process_time() - started:.1f} CPU-s")  # fmt: skip


def greedy(given: Problem) -> Decision:
    """One order after the other."""
    return route(given, 0)


def together(given: Problem) -> Decision:
    """All that are open, together."""
    return route(given, again=True)


WAYS = (
    ("every day, one after the other", 1, greedy),
    ("every day, together", 1, together),
    ("every third day, together", 3, together),
    ("all at once, together", DAYS, together),
)


if __name__ == "__main__":
    main()
