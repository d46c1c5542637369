"""
Routing many orders one after another: `python -m tests.benchmarks.route_greedy [ORDERS] [LOCATIONS]`.

Prints seconds, orders a second and peak memory for a contested batch (stock for about 95 % of the demand, unevenly spread)
and for an everyday one. Asserts nothing.
"""

import gc
import random
import resource
import sys
import time

import polars as pl

from oms.core.distance import Spot
from oms.core.route import route
from oms.core.route.pricing import Place
from oms.core.route.problem import Desk, Problem, Rules
from oms.core.route.rates import rate_card
from oms.flow.geo import atlas
from oms.model.frames import FREE_STOCK, HELD_UNITS, MEASURES, OPEN_DEMAND, OPEN_ORDERS, RATES

ZONES = ((300, 780, 132), (600, 933, 146), (1200, 1268, 213), (2500, 1393, 263), (99_999, 2621, 348))  # km, base, per kg
TODAY = 740_000


def problem(orders: int, locations: int, skus: int, cover: float, seed: int = 1, per_kg: bool = False) -> Problem:
    """An invented batch on real US zips: 1-4 lines, few large quantities, popular skus wanted more."""
    rng = random.Random(seed)
    zips = sorted(atlas().tables.postcodes("US"))
    places = []
    for n in range(locations):
        spot = atlas().find("US", None, None, rng.choice(zips))
        places.append(Place(f"L{n:02d}", today=TODAY, ship_on=TODAY, handling=rng.choice((0, 50, 110)), spot=spot, rank=n,
                            capacity=orders))  # fmt: skip
    lines = [k + 1 for k in rng.choices(range(4), (55, 25, 12, 8), k=orders)]
    weights = [1 / (k + 1) for k in range(skus)]
    picked = rng.choices(range(skus), weights, k=sum(lines))
    order_rows, demand_rows, wanted, at = [], [], [0] * skus, 0
    for n in range(orders):
        chosen = sorted(set(picked[at : at + lines[n]]))
        at += lines[n]
        day = f"{n % 20 + 1:02d}T10:00:00Z"
        order_rows.append((n + 1, "site", f"S{n:06d}", f"2026-11-{day}", f"2027-02-{day}", None, False, None, "US", None,
                           None, rng.choice(zips)))  # fmt: skip
        for position, sku in enumerate(chosen):
            units = rng.choices((1, 2, 3), (80, 15, 5))[0]
            wanted[sku] += units
            demand_rows.append((n + 1, n * 10 + position, str(position), position, f"K{sku:05d}", 1, units, units))
    stock_rows = []
    for sku in range(skus):
        shares = [rng.gammavariate(0.5, 1) for _place in places]
        total = sum(shares) or 1
        stock_rows += [(f"K{sku:05d}", places[k].code, round(cover * wanted[sku] * share / total))
                       for k, share in enumerate(shares)]  # fmt: skip
    rates = []
    for place in places:
        for prefix in sorted({code[:3] for code in zips}):
            point = atlas().tables.prefixes("US")[prefix]
            km = distance_to(place.spot, point)
            base, kilo = next((base, kilo) for limit, base, kilo in ZONES if km <= limit)
            for step in range(0, 30_000, 30_000 if per_kg else 3_000):
                to = step + (30_000 if per_kg else 3_000)
                rates.append((0, place.code, "Post", "*", "US", prefix, step, to, base + (0 if per_kg else kilo * to // 1000),
                              kilo if per_kg else 0, "USD", 2, 5))  # fmt: skip
    desks = {"site": Desk("site", tuple(place.code for place in places))}
    return Problem(
        pl.DataFrame(order_rows, OPEN_ORDERS, orient="row"), pl.DataFrame(demand_rows, OPEN_DEMAND, orient="row"),
        pl.DataFrame(stock_rows, FREE_STOCK, orient="row"),
        pl.DataFrame([(f"K{k:05d}", rng.randint(50, 3000), None) for k in range(skus)], MEASURES, orient="row"),
        pl.DataFrame(schema=HELD_UNITS), tuple(places), desks,
        Rules(split_penalty=150, late_penalty=400, wait_penalty=10_000),
        rate_card(pl.DataFrame(rates, RATES, orient="row"), "USD", {}), atlas(),
    )  # fmt: skip


def distance_to(spot: Spot | None, point: tuple[float, float]) -> float:
    """Kilometres from a place to a point."""
    from oms.core.distance import distance_km

    assert spot is not None
    return distance_km(spot.latitude, spot.longitude, *point)


def main() -> None:
    """Measure, as in a command: without looking for garbage."""
    gc.disable()
    orders, locations = (int(a) for a in (sys.argv[1:] + ["100000", "20"][len(sys.argv) - 1 :]))
    for title, count, cover, per_kg in (
        ("everyday", 500, 3.0, False),
        ("plenty", orders, 3.0, False),
        ("contested", orders, 0.95, False),
        ("contested, price by the gram", orders, 0.95, True),
    ):
        gc.collect()
        given = problem(count, locations, max(200, count // 5), cover, per_kg=per_kg)
        started = time.process_time()
        decision = route(given)
        took = time.process_time() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{title}: {count} orders x {locations} locations: {took:.2f} s, {count / took:,.0f} orders/s, "
            f"{decision.routed} routed, {decision.split} split, {decision.waiting_orders} waiting, "
            f"cost {decision.total / 100:,.2f}, peak {peak:.0f} MB"
        )


if __name__ == "__main__":
    main()
