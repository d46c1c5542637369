"""`[[routing.rules]]` of oms.toml, and the orders of the store that each is about."""

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import polars as pl

from oms.config import Config, RoutingRule
from oms.core.route import Problem
from oms.core.route.rulings import Rule, matches, matching_skus, rulings
from oms.model.frames import ORDER_FACTS, WITHHELD, WORTH
from oms.model.money import exponent, minor
from oms.store import routing


def under_rules(problem: Problem, conn: sqlite3.Connection, config: Config) -> Problem:
    """`problem` with what the rules say of its orders and its stock; the orders are those of temp.routable."""
    rules = rules_of(config)
    if not rules:
        return problem
    facts = order_facts(conn, config)
    matched = matches(rules, facts, problem.demand, routing.unit_sizes(conn))
    codes = [place.code for place in problem.places]
    kept = []
    for rule in rules:
        if not rule.of_skus_alone:
            continue
        withheld = _withheld(problem, rule, codes)
        kept.append(withheld)
        held = problem.current.filter("movable").join(withheld, on=("sku", "location"), how="semi")
        matched[rule.name] = sorted(set(matched[rule.name]) & set(held["order_id"]))
    withheld = pl.concat(kept) if kept else pl.DataFrame(schema=WITHHELD)
    return replace(
        problem, rulings=rulings(rules, matched, codes),
        worth=_worth(conn, config) if any(rule.min_value is not None for rule in rules) else problem.worth,
        withheld=withheld.unique(("sku", "location"), keep="first", maintain_order=True),
    )  # fmt: skip


def rules_of(config: Config) -> list[Rule]:
    """The rules as routing goes by them, in the order of the file."""
    return [_rule(rule, config.business.currency) for rule in config.routing.rules]


def order_facts(conn: sqlite3.Connection, config: Config) -> pl.DataFrame:
    """ORDER_FACTS of temp.routable; a total in a currency that [fx] does not know is no value."""
    found = routing.order_facts(conn)
    return found.with_columns(value=(pl.col("total") * _factor(config)).round().cast(pl.Int64)).select(*ORDER_FACTS)


def _factor(config: Config) -> pl.Expr:
    """What a minor unit of the column `currency` is worth in the business currency; NULL where [fx] does not know it."""
    own = config.business.currency
    factors = {own: 1.0} | {
        currency: float(Fraction(rate) * Fraction(10) ** (exponent(own) - exponent(currency)))
        for currency, rate in config.fx.items()
    }
    return pl.col("currency").fill_null(own).replace_strict(factors, default=None, return_dtype=pl.Float64)


def _worth(conn: sqlite3.Connection, config: Config) -> pl.DataFrame:
    """WORTH of temp.routable. A kit's price is shared by its units alike, rounded up: a whole one is worth its price."""
    found = routing.unit_prices(conn)
    worth = (pl.col("unit_price") * 1000 * _factor(config) / pl.col("units")).round(3).ceil().cast(pl.Int64)
    return found.with_columns(worth=worth).drop_nulls("worth").select(*WORTH)


def _withheld(problem: Problem, rule: Rule, codes: Sequence[str]) -> pl.DataFrame:
    """WITHHELD of a rule that says where some skus may not leave from."""
    skus = matching_skus(rule, problem.demand["sku"])
    pairs = [(sku, code, rule.name) for sku in skus for code in rule.bars(codes)]
    there = (
        pl.DataFrame(pairs, ("sku", "location", "rule"), orient="row") if pairs else pl.DataFrame(schema=WITHHELD).drop("free")
    )
    free = problem.stock.select("sku", "location", "free")
    return there.join(free, on=("sku", "location"), how="left", maintain_order="left").with_columns(
        pl.col("free").fill_null(0)
    ).select(*WITHHELD)  # fmt: skip


def _rule(given: RoutingRule, currency: str) -> Rule:
    """The rule as routing goes by it."""
    return Rule(
        given.name, given.channels, given.countries, given.postcodes, given.services, given.tags, given.skus,
        None if given.value_under is None else minor(given.value_under, currency),
        None if given.value_over is None else minor(given.value_over, currency),
        given.unit_over_g, given.unit_over_mm, given.address_line_over, given.only, given.never, given.never_carriers,
        None if given.max_km is None else round(given.max_km * 1000), given.priority, given.ship_complete,
        given.preferred, given.max_parcels, None if given.min_value is None else minor(given.min_value, currency),
    )  # fmt: skip
