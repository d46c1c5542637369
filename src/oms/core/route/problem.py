"""
What is to be decided: open orders, what they still need, what is free where, and the rules to go by.

Frames come in, one question for the whole batch. All money is minor units of the business currency.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from oms.core.distance import Atlas
from oms.core.route.pricing import Fallback, Place
from oms.core.route.rates import RateCard
from oms.core.route.rulings import Ruling
from oms.model.frames import BUYERS, JOINT, WITHHELD, WORTH


@dataclass(frozen=True)
class Desk:
    """A channel as routing sees it."""

    name: str
    locations: tuple[str, ...]  # codes its orders may be routed from
    services: Mapping[str, str] = field(default_factory=dict)
    priority: int = 0
    platform_label: bool = False
    ship_complete: bool = False
    pickups: tuple[str, ...] = ()  # codes where its buyers may collect
    allow_partial: bool = True  # whether a part of a line may leave
    kept_from: Mapping[str, str] = field(default_factory=dict)  # code of a channel's warehouse that cannot send for it -> whose


@dataclass(frozen=True)
class Rules:
    """`[routing]` in minor units of the business currency."""

    goal: str = "cost"  # cost | distance | ranked
    split_penalty: int = 0
    late_penalty: int = 0
    wait_penalty: int = 0
    max_parcels: int = 3
    volumetric_divisor: int = 5000
    stickiness: int = 50
    fallback: Fallback | None = None


@dataclass(frozen=True)
class Problem:
    """Everything a routing needs to know. `places` are in code order. The schemas are those of model/frames.py."""

    orders: pl.DataFrame  # OPEN_ORDERS
    demand: pl.DataFrame  # OPEN_DEMAND
    stock: pl.DataFrame  # FREE_STOCK
    products: pl.DataFrame  # MEASURES
    current: pl.DataFrame  # HELD_UNITS
    places: tuple[Place, ...]
    desks: Mapping[str, Desk]
    rules: Rules
    card: RateCard
    atlas: Atlas
    rulings: Mapping[int, Ruling] = field(default_factory=dict)  # by order; those that are not in it go by no rule
    withheld: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=WITHHELD))  # never sent from there
    worth: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=WORTH))  # where a rule asks for it
    buyers: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=BUYERS))  # of orders that may be joined
    joint: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=JOINT))  # what was joined before
    shrunk: frozenset[int] = frozenset()  # orders that lost something they had, so that what stays costs other than is written
    parted: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=JOINT))  # what others left of it since

    def __post_init__(self) -> None:
        # Whatever stock a problem is made with, what is withheld is not in it.
        if self.withheld.height:
            allowed = self.stock.join(self.withheld, on=("sku", "location"), how="anti", maintain_order="left")
            object.__setattr__(self, "stock", allowed)

    @property
    def whole_stock(self) -> pl.DataFrame:
        """FREE_STOCK, what is withheld included."""
        return pl.concat(
            [frame.select("sku", "location", pl.col("free").cast(pl.Int64)) for frame in (self.stock, self.withheld)]
        )

    def with_stock(self, stock: pl.DataFrame) -> "Problem":
        """The problem with FREE_STOCK in place of its own, what is withheld included."""
        shelf = ["sku", "location"]
        kept = self.withheld.drop("free").join(stock, on=shelf, how="left", maintain_order="left")
        return replace(self, stock=stock, withheld=kept.with_columns(pl.col("free").fill_null(0)).select(*WITHHELD))
