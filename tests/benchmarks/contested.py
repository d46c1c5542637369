"""
Batches in which many orders want the same shelves: `python -m tests.benchmarks.contested [ORDERS LOCATIONS [SEED [EFFORT]]]`.

On real US postcodes: 1-4 lines (55/25/12/8 %), skus wanted by Zipf's law, stock for 95 % of the demand spread unevenly
(Dirichlet 0.5), days that fill up at 115 % of a place's share of the stock, two places in three shops that hand over a day
later and dearer, freight by zone and steps of 500 g. Prints cost, bound, gap, what one order after the other costs, CPU seconds
and peak memory. Asserts nothing.
"""

import random
import resource
import sys
import time
from itertools import pairwise
from multiprocessing import get_context
from typing import Any

import polars as pl

from oms.core.distance import Spot, distance_km
from oms.core.route import Problem, route
from oms.core.route.pricing import Place
from oms.core.route.problem import Desk, Rules
from oms.core.route.rates import rate_card
from oms.flow.geo import atlas
from oms.model.frames import FREE_STOCK, HELD_UNITS, MEASURES, OPEN_DEMAND, OPEN_ORDERS, RATES

#: Up to so many km: base and per kg, in minor units; fitted to a marketplace's real freights.
ZONES = ((50, 780, 132), (200, 933, 146), (500, 1268, 213), (1000, 1393, 263), (2000, 1920, 323), (99_999, 2621, 348))
STEPS_G = (*range(0, 5_000, 500), *range(5_000, 40_001, 2_500))
TODAY = 740_000  # 2027-01-22
LINES = (55, 25, 12, 8)
UNITS = (80, 15, 5)


def contested(
    orders: int, locations: int, seed: int = 1, *, skus: int = 0, cover: float = 0.95, lines: tuple[int, ...] = LINES,
    units: tuple[int, ...] = UNITS, max_parcels: int = 3, allow_partial: bool = True,
) -> Problem:  # fmt: skip
    """An instance; `skus` is a fifth of the orders unless said. `cover`: stock by demand."""
    rng = random.Random(seed)
    skus = skus or max(20, orders // 5)
    zips = sorted(atlas().tables.postcodes("US"))
    spots = [atlas().find("US", None, None, code) for code in rng.sample(zips, locations)]
    counts = [k + 1 for k in rng.choices(range(len(lines)), lines, k=orders)]
    picked = rng.choices(range(skus), [1 / (k + 1) for k in range(skus)], k=sum(counts))
    order_rows, demand_rows, wanted, at = [], [], [0] * skus, 0
    for n, count in enumerate(counts):
        chosen = sorted(set(picked[at : at + count]))
        at += count
        due = 2 if rng.random() < 0.8 else -rng.randrange(3)
        order_rows.append((n + 1, "rush" if rng.random() < 0.1 else "site", f"S{n:06d}",
                           f"2027-01-{n % 20 + 1:02d}T10:00:00Z", f"2027-01-{22 + due:02d}T20:00:00Z", None, False, None,
                           "US", None, None, rng.choice(zips)))  # fmt: skip
        for position, sku in enumerate(chosen):
            need = rng.choices(range(1, len(units) + 1), units)[0]
            wanted[sku] += need
            demand_rows.append((n + 1, n * 10 + position, str(position), position, f"K{sku:05d}", 1, need, need))
    stock: list[tuple[str, str, int]] = []
    codes = [f"L{k:02d}" for k in range(locations)]
    for sku in range(skus):
        shares = [rng.gammavariate(0.5, 1) for _code in codes]
        stock += [(f"K{sku:05d}", code, round(cover * wanted[sku] * share / sum(shares)))
                  for code, share in zip(codes, shares, strict=True)]  # fmt: skip
    held = {code: sum(free for _sku, where, free in stock if where == code) for code in codes}
    total = sum(held.values()) or 1
    places = tuple(
        Place(code, today=TODAY, ship_on=TODAY + (k % 3 > 0), handling=110 + 100 * (k % 3 > 0), handling_unit=20, spot=spots[k],
              rank=k, capacity=round(1.15 * orders * held[code] / total) + 1)
        for k, code in enumerate(codes)
    )  # fmt: skip
    return Problem(
        pl.DataFrame(order_rows, OPEN_ORDERS, orient="row"), pl.DataFrame(demand_rows, OPEN_DEMAND, orient="row"),
        pl.DataFrame(stock, FREE_STOCK, orient="row"),
        pl.DataFrame([(f"K{k:05d}", min(9_000, round(rng.lognormvariate(6.4, 0.9)) + 20), None) for k in range(skus)],
                     MEASURES, orient="row"),
        pl.DataFrame(schema=HELD_UNITS), places,
        {name: Desk(name, tuple(codes), priority=priority, allow_partial=allow_partial)
         for name, priority in (("site", 0), ("rush", 1))},
        Rules(split_penalty=300, late_penalty=200, wait_penalty=9_000, max_parcels=max_parcels),
        rate_card(_rates(codes, spots, zips), "USD", {}), atlas(),
    )  # fmt: skip


def _rates(codes: list[str], spots: list[Spot | None], zips: list[str]) -> pl.DataFrame:
    rows = []
    for code, spot in zip(codes, spots, strict=True):
        assert spot is not None
        for prefix in sorted({text[:3] for text in zips}):
            point = atlas().tables.prefixes("US")[prefix]
            km = distance_km(spot.latitude, spot.longitude, *point)
            base, kilo = next((base, kilo) for most, base, kilo in ZONES if km <= most)
            rows += [
                (0, code, "Post", "*", "US", prefix, low, high, base + kilo * high // 1000, 0, "USD", 2, 5)
                for low, high in pairwise(STEPS_G)
            ]
    return pl.DataFrame(rows, RATES, orient="row")


KINDS: dict[str, dict[str, Any]] = {
    "1-3 units a line": {}, "1 unit a line": {"units": (1,)}, "1 line of 1 unit": {"units": (1,), "lines": (1,)},
    "1-3 units a line that go together or not at all": {"allow_partial": False},
    "1-3 units a line, stock for three times the demand": {"cover": 3.0},
}  # fmt: skip


def measure(title: str, orders: int, locations: int, seed: int, effort: int) -> None:
    """Print what one order after the other costs, what all together do, and how far that is from the best at most."""
    given = contested(orders, locations, seed, **KINDS[title])
    started = time.process_time()
    decision = route(given, effort)
    spent, peak = time.process_time() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    started = time.process_time()
    route(given, 0)
    apart = time.process_time() - started
    assert decision.greedy is not None
    gap = "no bound" if decision.gap is None else f"{decision.gap:.3%} above the bound at most"
    print(
        f"{orders} orders x {locations} locations, {title}: {decision.contested} compete, "
        f"{decision.total / 100:,.2f} instead of {decision.greedy / 100:,.2f} "
        f"({1 - decision.total / decision.greedy:.1%} less), "
        f"{gap}, {spent:.1f} CPU s ({apart:.1f} one after another), peak {peak:.0f} MB",
        flush=True,
    )


def main(*numbers: int) -> None:
    """Measure each kind in a process of its own."""
    for title in KINDS:
        process = get_context("spawn").Process(target=measure, args=(title, *numbers))
        process.start()
        process.join()


if __name__ == "__main__":
    words = [int(word) for word in sys.argv[1:]]
    main(*words, *(1000, 5, 1, 1)[len(words) :])
