"""`oms rules check`: what is odd about the rules, and what each costs today; nothing is changed."""

import sqlite3
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from oms.core.route import DEFAULT_EFFORT, Problem, route
from oms.core.route.rule_findings import ADDS_NOTHING, CONTRADICT, NEVER_HEARD, Finding, findings
from oms.core.route.rulings import EVERYWHERE, Rule, matches, matching_skus, together
from oms.flow.routing import day_text, problem_of
from oms.flow.rulings import order_facts, rules_of
from oms.flow.shop import Shop
from oms.model.money import decimal_text
from oms.store import routing
from oms.words import _, plural

NEVER_FITS = "never_fits"  # no order that oms knows
NO_SKU = "no_sku"  # names no sku of the catalogue
NO_CARRIER = "no_carrier"  # names a carrier that is not in the rate card
NO_PLACE = "no_place"  # this rule, or these together, leaves `orders` open orders without a place
NO_ORDERS = "no_orders"  # the store has none yet: nothing can be said of what rules fit

#: With more open orders than this, deciding them together once a rule would take too long.
MOST = 1_000


@dataclass(frozen=True)
class Priced:
    """
    A rule as it stands today. `orders`: open orders it is about. `cost` and `waiting`: what is sent costs so much more, and so
    many more lines wait, than if the rule did not stand; minor units.
    """

    name: str
    orders: int
    ever: int  # orders of the store that it is or was about
    cost: int
    waiting: int


@dataclass(frozen=True)
class RulesReport:
    """The rules in the order of the file, and what is odd about them."""

    currency: str
    rules: list[Priced]
    findings: list[dict[str, Any]] = field(default_factory=list)
    exit_code: int = 0

    def json(self) -> dict[str, Any]:
        """Keys: currency, rules, findings."""
        return {
            "currency": self.currency,
            "rules": [
                {"name": rule.name, "orders": rule.orders, "ever": rule.ever, "cost": decimal_text(rule.cost, self.currency),
                 "waiting": rule.waiting}
                for rule in self.rules
            ],
            "findings": self.findings,
        }  # fmt: skip


def check_rules(shop: Shop) -> RulesReport:
    """
    Hold the rules against each other, the catalogue, the rate card and the store's orders, and price each.

    Each price is of today's open orders routed afresh, with all rules and with all but this one: as `oms route` would, or one
    after another where they are more than `MOST`.
    """
    currency, rules = shop.config.business.currency, rules_of(shop.config)
    if not rules:
        return RulesReport(currency, [])
    with shop.store.read() as conn:
        ever, orders = _ever(shop, conn, rules)
        routing.note_open(conn, [channel.name for channel in shop.config.channels])
        whole = _afresh(problem_of(shop, conn))
        fitting = matches(rules, order_facts(conn, shop.config), whole.demand, routing.unit_sizes(conn))
        cost, waiting = _routed(whole)
        priced = []
        for rule in rules:
            without, fewer = (cost, waiting)
            if fitting[rule.name]:
                without, fewer = _routed(_afresh(problem_of(_without(shop, rule.name), conn)))
            priced.append(Priced(rule.name, len(fitting[rule.name]), ever[rule.name], cost - without, waiting - fewer))
        alone = _alone(conn, rules, ever) if orders else [_finding(NO_ORDERS, text=_("no orders yet: whom the rules fit is not "
                                                                                      "looked at"))]  # fmt: skip
        found = [*alone, *(_told(each) for each in findings(rules, shop.config.location_codes)),
                 *_stuck(whole, rules, fitting)]  # fmt: skip
    return RulesReport(currency, priced, found)


def _without(shop: Shop, name: str) -> Shop:
    """The shop as if the rule did not stand."""
    kept = tuple(rule for rule in shop.config.routing.rules if rule.name != name)
    return replace(shop, config=shop.config.model_copy(update={
        "routing": shop.config.routing.model_copy(update={"rules": kept}),
    }))  # fmt: skip


def _afresh(problem: Problem) -> Problem:
    """The problem as if nothing that may still move were reserved."""
    back = problem.current.filter("movable")
    if back.is_empty():
        return problem
    refs = ["order_id", "line_id", "sku"]
    asked = back.group_by(refs).agg(pl.col("quantity").sum())
    shelves = back.group_by("sku", "location").agg(pl.col("quantity").sum())
    stock = problem.whole_stock.join(shelves, on=["sku", "location"], how="full", coalesce=True).sort("sku", "location")
    leaving = Counter(
        (location, day) for _order, location, day in back.select("order_id", "location", "ship_on").unique().iter_rows()
    )
    days = {place.code: day_text(place.ship_on) for place in problem.places}
    return replace(
        problem.with_stock(
            stock.select("sku", "location", free=pl.col("free").fill_null(0) + pl.col("quantity").fill_null(0))
        ),
        demand=problem.demand.join(asked, on=refs, how="left", maintain_order="left")
        .with_columns(need=pl.col("need") + pl.col("quantity").fill_null(0)).drop("quantity"),
        current=problem.current.filter(~pl.col("movable")),
        places=tuple(
            place if place.capacity is None
            else replace(place, capacity=place.capacity + leaving[place.code, days[place.code]])
            for place in problem.places
        ),
    )  # fmt: skip


def _routed(problem: Problem) -> tuple[int, int]:
    """What is sent costs, and how many lines wait."""
    decision = route(problem, DEFAULT_EFFORT if problem.orders.height <= MOST else 0)
    return int(decision.assignments["cost"].sum()), decision.waiting["line_id"].n_unique()


def _ever(shop: Shop, conn: sqlite3.Connection, rules: list[Rule]) -> tuple[dict[str, int], int]:
    """Orders of the store that each rule is or was about, and how many there are."""
    routing.note(conn, "SELECT id FROM orders WHERE external = 0 AND counter_location IS NULL", ())
    facts = order_facts(conn, shop.config)
    found = matches(rules, facts, routing.ordered_skus(conn), routing.unit_sizes(conn))
    return {name: len(orders) for name, orders in found.items()}, facts.height


def _alone(conn: sqlite3.Connection, rules: list[Rule], ever: dict[str, int]) -> list[dict[str, Any]]:
    """What is odd about a rule by itself."""
    known = pl.Series("sku", routing.every_sku(conn), pl.String)
    carriers = {carrier.strip().casefold() for carrier in routing.rates(conn)["carrier"]}
    found = []
    for rule in rules:
        if rule.skus and not matching_skus(rule, known):
            found.append(_finding(NO_SKU, rule.name, text=_("`{rule}` names no sku that oms knows", rule=rule.name)))
        elif not ever[rule.name]:
            found.append(_finding(NEVER_FITS, rule.name, text=_("`{rule}` fits no order that oms knows", rule=rule.name)))
        for carrier in sorted(rule.never_carriers):
            if carrier.strip().casefold() not in carriers:
                found.append(_finding(NO_CARRIER, rule.name, text=_("`{rule}`: `{carrier}` is not in the rate card",
                                                                    rule=rule.name, carrier=carrier)))  # fmt: skip
    return found


def _stuck(problem: Problem, rules: list[Rule], fitting: dict[str, list[int]]) -> list[dict[str, Any]]:
    """Rules that leave open orders no place of their channel, by themselves or together; `never = ["*"]` is meant to."""
    about: dict[int, list[int]] = {}
    for n, rule in enumerate(rules):
        for order_id in fitting[rule.name]:
            about.setdefault(order_id, []).append(n)
    channels = dict(problem.orders.select("order_id", "channel").iter_rows())
    codes = [place.code for place in problem.places]
    groups = Counter((tuple(numbers), channels[order_id]) for order_id, numbers in about.items())
    stuck: Counter[tuple[str, ...]] = Counter()
    for (numbers, channel), orders in groups.items():
        wanted = set(problem.desks[channel].locations)
        chosen = [rules[n] for n in numbers if not rules[n].of_skus_alone]
        if not wanted or any(EVERYWHERE in rule.never for rule in chosen):
            continue
        if wanted <= together(chosen, codes).barred.keys():
            alone = [rule for rule in chosen if wanted <= set(rule.bars(codes))][:1]
            stuck[tuple(rule.name for rule in alone or chosen if rule.bars(codes))] += orders
    return [_finding(NO_PLACE, *names, orders=orders, text=_no_place(names, orders)) for names, orders in sorted(stuck.items())]


def _no_place(names: tuple[str, ...], orders: int) -> str:
    if len(names) == 1:
        return plural('`{rule}` leaves {count} open order no place (where that is meant: never = ["*"])',
                      '`{rule}` leaves {count} open orders no place (where that is meant: never = ["*"])', orders,
                      rule=names[0])  # fmt: skip
    return plural("{rules} together leave {count} open order no place", "{rules} together leave {count} open orders no place",
                  orders, rules=", ".join(f"`{name}`" for name in names))  # fmt: skip


def _told(finding: Finding) -> dict[str, Any]:
    first, second = finding.rules
    text = {
        ADDS_NOTHING: _("`{second}` adds nothing: `{first}` says it of all its orders", first=first, second=second),
        NEVER_HEARD: _("`{second}` is never heard on priority or ship_complete: `{first}` comes first", first=first,
                       second=second),
        CONTRADICT: _("`{first}` and `{second}` leave no place to an order that fits both", first=first, second=second),
    }[finding.kind]  # fmt: skip
    return _finding(finding.kind, *finding.rules, text=text)


def _finding(kind: str, *rules: str, text: str, orders: int | None = None) -> dict[str, Any]:
    return {"kind": kind, "rules": list(rules), "orders": orders, "text": text}
