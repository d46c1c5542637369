"""
The seller's own rules: which orders each is about, and what all of them together say of an order.

What they forbid is forbidden where the terms of an order are made, so that nobody who plans can plan it.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import translate

import polars as pl

from oms.core.distance import postcode_key

#: `never` of all places.
EVERYWHERE = "*"


@dataclass(frozen=True)
class Rule:
    """`[[routing.rules]]`. An empty filter lets every order by; of several, all must fit. Money is minor units."""

    name: str
    channels: Collection[str] = ()
    countries: Collection[str] = ()
    postcodes: Collection[str] = ()  # beginnings
    services: Collection[str] = ()
    tags: Collection[str] = ()
    skus: Collection[str] = ()  # with * and ?
    value_under: int | None = None
    value_over: int | None = None
    unit_over_g: int | None = None
    unit_over_mm: int | None = None
    address_line_over: int | None = None
    only: Collection[str] = ()
    never: Collection[str] = ()
    never_carriers: Collection[str] = ()
    max_metres: int | None = None
    priority: int | None = None
    ship_complete: bool | None = None
    prefer: tuple[Collection[str], ...] = ()  # places of equal rank, the best first
    max_parcels: int | None = None
    min_value: int | None = None

    @property
    def of_skus_alone(self) -> bool:
        """Whether it says where some skus may not leave from, whatever order they are in."""
        rest = (self.channels, self.countries, self.postcodes, self.services, self.tags, self.never_carriers, self.prefer)
        more = (self.value_under, self.value_over, self.unit_over_g, self.unit_over_mm, self.address_line_over,
                self.max_metres, self.priority, self.ship_complete, self.max_parcels, self.min_value)  # fmt: skip
        return bool(self.skus) and not any(rest) and all(part is None for part in more)

    def bars(self, codes: Sequence[str]) -> list[str]:
        """Of `codes` those that it forbids."""
        every = EVERYWHERE in self.never
        return [code for code in codes if every or code in self.never or (self.only and code not in self.only)]


@dataclass(frozen=True)
class Ruling:
    """What the rules that fit an order say together; of rules that say the same thing the first in the file has a name."""

    barred: Mapping[str, str] = field(default_factory=dict)  # code -> rule
    carriers: Mapping[str, str] = field(default_factory=dict)  # carrier, casefolded -> rule that never sends with it
    max_metres: int | None = None
    max_metres_by: str = ""
    priority: int = 0
    ship_complete: bool | None = None
    prefer: tuple[tuple[str, tuple[Collection[str], ...]], ...] = ()  # rule and its tiers
    max_parcels: int | None = None
    min_value: int | None = None
    min_value_by: str = ""


NO_RULING = Ruling()


def together(rules: Sequence[Rule], codes: Sequence[str]) -> Ruling:
    """What `rules`, in the order of the file, say of the locations `codes`."""
    barred: dict[str, str] = {}
    carriers: dict[str, str] = {}
    for rule in rules:
        for code in rule.bars(codes):
            barred.setdefault(code, rule.name)
        for carrier in sorted(rule.never_carriers):
            carriers.setdefault(carrier.strip().casefold(), rule.name)
    near = min(((r.max_metres, n, r.name) for n, r in enumerate(rules) if r.max_metres is not None), default=(None, 0, ""))
    return Ruling(
        barred, carriers, near[0], near[2],
        next((r.priority for r in rules if r.priority is not None), 0),
        next((r.ship_complete for r in rules if r.ship_complete is not None), None),
        tuple((r.name, r.prefer) for r in rules if r.prefer),
        min((r.max_parcels for r in rules if r.max_parcels is not None), default=None),
        *max(((r.min_value, r.name) for r in rules if r.min_value is not None), key=lambda each: each[0],
             default=(None, "")),
    )  # fmt: skip


def matches(rules: Sequence[Rule], facts: pl.DataFrame, demand: pl.DataFrame, sizes: pl.DataFrame) -> dict[str, list[int]]:
    """
    The orders that each rule is about, ascending, by its name. What is collected is about no rule: the buyer chose.

    `facts`: ORDER_FACTS. `demand`: OPEN_DEMAND. `sizes`: sku, weight_g, longest_mm.
    """
    sent = facts.filter(~pl.col("pickup"))
    goods = demand.select("order_id", "sku").join(sizes, on="sku", how="left")
    return {rule.name: _matching(rule, sent, goods) for rule in rules}


def _matching(rule: Rule, facts: pl.DataFrame, goods: pl.DataFrame) -> list[int]:
    tests = [pl.lit(True)]
    if rule.channels:
        tests.append(pl.col("channel").is_in(list(rule.channels)))
    if rule.countries:
        tests.append(pl.col("country").str.to_uppercase().is_in([land.upper() for land in rule.countries]))
    if rule.postcodes:
        code = pl.col("postcode").str.to_uppercase().str.replace_all(r"[^0-9A-Z]", "")
        tests.append(pl.any_horizontal([code.str.starts_with(postcode_key(prefix)) for prefix in rule.postcodes]))
    if rule.services:
        words = [word.strip().lower() for word in rule.services]
        tests.append(pl.col("service").str.strip_chars().str.to_lowercase().is_in(words))
    if rule.tags:
        any_tag = "|".join(re.escape(tag.strip().lower()) for tag in sorted(rule.tags))
        tests.append(pl.col("tags").str.to_lowercase().str.contains(rf"(?:^|,)\s*(?:{any_tag})\s*(?:,|$)"))
    if rule.value_under is not None:
        tests.append(pl.col("value") < rule.value_under)
    if rule.value_over is not None:
        tests.append(pl.col("value") > rule.value_over)
    if rule.address_line_over is not None:
        tests.append(pl.col("address_line") > rule.address_line_over)
    found = facts.filter(pl.all_horizontal(tests))
    of_goods = [pl.lit(True)]
    if rule.skus:
        of_goods.append(pl.col("sku").is_in(matching_skus(rule, goods["sku"])))
    if rule.unit_over_g is not None:
        of_goods.append(pl.col("weight_g") > rule.unit_over_g)
    if rule.unit_over_mm is not None:
        of_goods.append(pl.col("longest_mm") > rule.unit_over_mm)
    if len(of_goods) > 1:
        found = found.join(goods.filter(pl.all_horizontal(of_goods)), on="order_id", how="semi")
    return sorted(found["order_id"])


def matching_skus(rule: Rule, skus: pl.Series) -> list[str]:
    """Of `skus` those that a rule names, sorted; as they are written, case counts."""
    wanted = [re.compile(translate(pattern)) for pattern in sorted(rule.skus)]
    return sorted(sku for sku in skus.unique() if any(pattern.match(sku) for pattern in wanted))


def rulings(rules: Sequence[Rule], matched: Mapping[str, Sequence[int]], codes: Sequence[str]) -> dict[int, Ruling]:
    """The ruling of each order that any rule is about; orders that the same rules are about share one."""
    about: dict[int, list[int]] = {}
    for n, rule in enumerate(rules):
        for order_id in matched[rule.name]:
            about.setdefault(order_id, []).append(n)
    known: dict[tuple[int, ...], Ruling] = {}
    found: dict[int, Ruling] = {}
    for order_id, numbers in about.items():
        key = tuple(numbers)
        if key not in known:
            known[key] = together([rules[n] for n in key], codes)
        found[order_id] = known[key]
    return found
