"""
How many orders that were routed move when new ones come: `python -m tests.benchmarks.stability [ROUTED NEW LOCATIONS [SEED]]`.

Orders that compete are decided together; then some more come that want the same shelves, and all are routed again. Prints how
many of the first moved and what that saved, by what an order asks for to move (`stickiness`). Asserts nothing.
"""

import sys
from dataclasses import replace

import polars as pl

from oms.core.route import route
from oms.core.route.problem import Rules
from tests.benchmarks.contested import contested
from tests.core.route_desk import again


def main(routed: int, new: int, locations: int, seed: int) -> None:
    """Measure."""
    for stickiness in (0, Rules().stickiness, 200):
        everyone = contested(routed + new, locations, seed)
        everyone = replace(everyone, rules=replace(everyone.rules, stickiness=stickiness))
        old = everyone.orders.sort("order_id").head(routed).select("order_id")
        early = replace(
            everyone, orders=everyone.orders.join(old, on="order_id", how="semi"),
            demand=everyone.demand.join(old, on="order_id", how="semi"),
        )  # fmt: skip
        known = again(early, route(early))
        late = everyone.demand.join(old, on="order_id", how="anti")
        both = replace(known, orders=everyone.orders, demand=pl.concat([known.demand, late]))
        for effort in (0, 1):
            decision = route(both, effort)
            moved = decision.released["order_id"].n_unique()
            print(
                f"{routed} routed, {new} new, stickiness {stickiness / 100:.2f}, {'together' if effort else 'one by one'}: "
                f"{moved} of the first moved ({moved / routed:.1%}), gap {decision.gap}, "
                f"{decision.waiting.height} lines wait",
                flush=True,
            )


if __name__ == "__main__":
    words = [int(word) for word in sys.argv[1:]]
    main(*words, *(3000, 200, 8, 1)[len(words) :])
