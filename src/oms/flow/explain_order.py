"""Why an order leaves from where it does: every location with its cost and what it lost by."""

import json
import sqlite3
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from oms.core.route import Problem
from oms.core.route import explain as told
from oms.core.route.calendar import CUTOFF, closed_days, not_today
from oms.core.route.orders import Order, Prepared, prepare
from oms.core.route.rates import ANY
from oms.flow.routing import day_text, problem_of
from oms.flow.shop import Shop
from oms.model.money import decimal_text
from oms.store import joining, routing
from oms.store.looking import waiting
from oms.words import _


@dataclass(frozen=True)
class OrderStory:
    """
    How an order is, or would be, routed.

    `state`: "routed" (it has allocations that may still move), "would_route", "waiting", "settled" (nothing is left to
    decide). `allocations` are as they were decided; `candidates` are all plans as they stand now, the chosen one first.
    """

    channel: str
    order_ref: str
    status: str
    state: str
    currency: str
    goal: str
    holds: list[str] = field(default_factory=list)
    about: dict[str, Any] = field(default_factory=dict)
    allocations: list[dict[str, Any]] = field(default_factory=list)
    candidates: list[dict[str, Any]] = field(default_factory=list)
    waiting: list[dict[str, Any]] = field(default_factory=list)
    joined: list[dict[str, Any]] = field(default_factory=list)
    exit_code: int = 0

    def json(self) -> dict[str, Any]:
        """Keys: channel, order_ref, status, state, goal, currency, holds, about, allocations, candidates, waiting, joined."""
        names = ("channel", "order_ref", "status", "state", "goal", "currency", "holds", "about", "allocations",
                 "candidates", "waiting", "joined")  # fmt: skip
        return {name: getattr(self, name) for name in names}

    def lines(self) -> list[str]:
        """The story as a person reads it."""
        said = [_("{channel}/{ref}  {status}  goal: {goal}", channel=self.channel, ref=self.order_ref,
                  status=self.status, goal=self.goal)]  # fmt: skip
        if self.holds:
            said.append(_("held: {reasons}", reasons=", ".join(self.holds)))
        if self.about:
            said.append(_("ship by {ship_by}; service {service}; address known by {level}",
                          ship_by=self.about["ship_by"], service=self.about["service"] or _("any"),
                          level=self.about["address_level"] or _("nothing")))  # fmt: skip
        for row in self.allocations:
            said.append(_("{state} {quantity} x {sku} at {location}, ships {ship_on}", **row))
            if row["parcel_cost"] is not None:
                pays = _("pays {cost} of the {parcel_cost} {currency} of its parcel", **row, currency=self.currency)
                saves = "" if row["joining_saves"] is None else _(", by joining {joining_saves} less", **row)
                said.append(f"    {pays}{saves}")
        for other in self.joined:
            said.append(_("in one parcel with {channel}/{order_ref} from {location}, which pays {cost}", **other))
        if self.joined and self.candidates:
            said.append(_("the plans below are those of the order alone"))
        for candidate in self.candidates:
            said += ["", *_candidate_lines(candidate, self.currency)]
        if self.waiting:
            said += ["", _("waits")]
            for row in self.waiting:
                when = _(", expected on {expected_on}", **row) if row["expected_on"] else ""
                said.append("  " + _("{sku}: {reason}, short {short}, free {free}", **row) + when)
        return said


def explain_order(shop: Shop, order_id: int) -> OrderStory:
    """Work the routing of one order out again, as everything stands now; nothing is changed."""
    currency = shop.config.business.currency
    with shop.store.read() as conn:
        order = conn.execute("SELECT * FROM orders WHERE id = ?", (order_id,)).fetchone()
        routing.note_one(conn, order_id, [channel.name for channel in shop.config.channels])
        common = {
            "channel": order["channel"], "order_ref": order["order_ref"], "status": order["status"],
            "currency": currency, "goal": shop.config.routing.goal, "holds": routing.holds(conn, order_id),
            **_allocations(conn, order_id, currency),
        }  # fmt: skip
        ours = any(channel.name == order["channel"] for channel in shop.config.channels)
        if not ours or order["external"] or order["counter_location"] is not None:
            return OrderStory(state="settled", **common)
        prepared = prepare(_alone(problem_of(shop, conn), order_id))
        if not prepared.orders or not any(row.need for row in prepared.orders[0].rows):
            return OrderStory(state="settled", **common)
        found = _story(prepared, told.explain(prepared), common, _not_today(shop))
        days = {(row["line_ref"], row["sku"]): row["expected_on"] for row in waiting(conn, order_id)}
        for row in found.waiting:
            row["expected_on"] = days.get((row["line_ref"], row["sku"]))
        for candidate in found.candidates:
            _note_takers(conn, order_id, candidate, currency)
    return found


def _alone(problem: Problem, order_id: int) -> Problem:
    """The problem of one order. What rules say of it, they say beside what buyers are to collect, as when all are routed."""
    mine = pl.col("order_id") == order_id
    return replace(
        problem, orders=problem.orders.filter(mine), demand=problem.demand.filter(mine), current=problem.current.filter(mine)
    )


def _not_today(shop: Shop) -> dict[str, str]:
    """Why nothing that is routed now leaves today, by code of the location; those from which it does are not in it."""
    found = (
        (
            place.code,
            not_today(shop.now, shop.config.zone_of(place), place.cutoff, place.working_days, closed_days(place.closed)),
        )
        for place in shop.config.locations
    )
    return {code: reason for code, reason in found if reason is not None}


def _story(prepared: Prepared, story: told.Explanation, common: dict[str, Any], later: Mapping[str, str]) -> OrderStory:
    order, currency = story.order, common["currency"]
    state = "routed" if story.decided else "would_route" if story.chosen.parcels else "waiting"
    shown = [story.chosen, *story.others] if story.chosen.parcels else story.others
    return OrderStory(
        state=state,
        about={
            "ship_by": prepared.ship_by[order.order_id],
            "service": order.service,
            "service_in_rate_card": order.service_known,
            "address_level": order.spot.level if order.spot else None,
            "parcels_before": len(order.fixed),
        },
        candidates=[_candidate(prepared, story, each, currency, later) for each in shown],
        waiting=[
            {
                "line_ref": order.rows[short.row].line_ref, "sku": prepared.skus[order.rows[short.row].sku],
                "short": short.short, "free": short.free, "reason": short.reason, "expected_on": None,
            }
            for short in story.waiting
        ],
        **common,
    )  # fmt: skip


def _allocations(conn: sqlite3.Connection, order_id: int, currency: str) -> dict[str, list[dict[str, Any]]]:
    """What an order has (`allocations`), and the orders it shares parcels with (`joined`)."""
    rows, others = routing.allocations_of(conn, order_id), joining.partners(conn, order_id)
    shared = [row for row in rows if "joint" in json.loads(row["detail"]) and row["state"] in ("reserved", "picking")]
    whole: Counter[str] = Counter()  # what shared parcels cost, by location
    for other in others:
        whole[other["location"]] += other["cost"] + sum(row["cost"] for row in shared if row["location"] == other["location"])
        shared = [row for row in shared if row["location"] != other["location"]]
    found: list[dict[str, Any]] = []
    for row in rows:
        parts = json.loads(row["detail"])
        first = row["location"] not in {each["location"] for each in found}
        saved, parcel = (parts.get("joint_saved"), whole.get(row["location"])) if first else (None, None)
        money = {name: decimal_text(parts[name], currency) for name in told.PARTS if name in parts}
        found.append(
            {name: row[name] for name in ("line_ref", "sku", "location", "quantity", "state", "carrier", "service", "ship_on",
                                          "distance_km", "distance_level")}
            | money | {"cost": decimal_text(row["cost"], currency)}
            | {"joining_saves": decimal_text(saved, currency) if saved else None}
            | {"parcel_cost": None if parcel is None else decimal_text(parcel, currency)}
        )  # fmt: skip
    return {"allocations": found, "joined": [dict(row) | {"cost": decimal_text(row["cost"], currency)} for row in others]}


def _candidate(
    prepared: Prepared, story: told.Explanation, candidate: told.Candidate, currency: str, later: Mapping[str, str]
) -> dict[str, Any]:
    order = story.order
    return {
        "locations": [prepared.places[parcel.place].code for parcel in candidate.parcels],
        "chosen": candidate is story.chosen,
        "cost": None if candidate.total is None else decimal_text(candidate.total, currency),
        "reason": candidate.reason,
        "why": _why(prepared, order, candidate, story.chosen, currency),
        "parcels": [_parcel(prepared, order, parcel, currency, later) for parcel in candidate.parcels],
        "lacking": [
            (prepared.places[candidate.parcels[0].place].code, prepared.skus[order.rows[n].sku])
            for n, _need, _free in candidate.lacking
        ],
    }


def _note_takers(conn: sqlite3.Connection, order_id: int, candidate: dict[str, Any], currency: str) -> None:
    """Say of a place without stock who has it, and what one more unit there would save."""
    candidate["taken_by"] = []
    for place, sku in candidate.pop("lacking"):
        for row in routing.takers(conn, sku, place, order_id):
            price = None if row["scarcity"] is None else decimal_text(row["scarcity"], currency)
            who = {name: row[name] for name in ("channel", "order_ref", "quantity")}
            candidate["taken_by"].append({"sku": sku, "location": place, **who, "scarcity_price": price})


def _parcel(prepared: Prepared, order: Order, parcel: told.Parcel, currency: str, later: Mapping[str, str]) -> dict[str, Any]:
    cost, place = parcel.cost, prepared.places[parcel.place]
    money: dict[str, Any] = dict.fromkeys((*told.PARTS, "cost"))
    if cost is not None:
        money = {name: decimal_text(getattr(cost, name), currency) for name in told.PARTS}
        money["cost"] = decimal_text(cost.total, currency)
    return {
        "location": place.code,
        "lines": [
            {"line_ref": order.rows[n].line_ref, "sku": prepared.skus[order.rows[n].sku], "quantity": units}
            for n, units in parcel.picks.items()
        ],
        "carrier": cost.carrier if cost else None,
        "service": cost.service if cost and cost.service != ANY else None,
        "weight_g": parcel.weight_g,
        **money,
        "ship_on": day_text(parcel.ship_on),
        "not_today": later.get(place.code) if parcel.ship_on == place.ship_on else None,
        "transit_days": cost.days if cost else None,
        "distance_km": None if parcel.metres is None else parcel.metres / 1000,
        "distance_level": parcel.level,
    }


def _why(prepared: Prepared, order: Order, candidate: told.Candidate, chosen: told.Candidate, currency: str) -> str:
    """The reason in words."""
    amount, km = decimal_text(abs(candidate.by), currency), f"{candidate.by / 1000:.0f}"
    if candidate.reason == told.NO_STOCK:
        lacking = (
            _("{sku} needs {need}, free {free}", sku=prepared.skus[order.rows[n].sku], need=need, free=free)
            for n, need, free in candidate.lacking
        )
        none = _("no stock: {lacking}", lacking="; ".join(lacking))
        return none if candidate.total is not None else none + _("; and no row of the rate card fits")
    if candidate.reason == told.BY_RULE:
        return _("the rule `{rule}` forbids it", rule=candidate.rule)
    if candidate.reason == told.OTHERS_WAREHOUSE:
        owner = order.desk.kept_from[prepared.places[candidate.parcels[0].place].code]
        if owner == order.channel:
            return _("a warehouse of {channel}, which sends its own orders from there itself", channel=owner)
        return _("a warehouse of {owner}: {channel} makes its own labels", owner=owner, channel=order.channel)
    if candidate.reason == told.MIN_VALUE:
        return _("a part is worth less than the rule `{rule}` asks", rule=candidate.rule)
    if candidate.reason == told.NOT_PREFERRED:
        places = " + ".join(prepared.places[parcel.place].code for parcel in chosen.parcels)
        if candidate.by:
            return _("cheaper by {amount}, but the rule `{rule}` prefers {places}", amount=amount, rule=candidate.rule,
                     places=places)  # fmt: skip
        return _("the rule `{rule}` prefers {places}", rule=candidate.rule, places=places)
    return {
        told.CHOSEN: _("chosen"),
        told.DEARER: _("dearer by {amount}", amount=amount),
        told.MORE_PARCELS: _("more parcels"),
        told.FARTHER: _("farther by {km} km", km=km),
        told.RANKED_LOWER: _("lower in [routing] ranking"),
        told.CODE: _("equal: the location code decides"),
        told.FILLS_LESS: _("fills less"),
        told.STICKS: _("saves {amount}, too little to move it ([routing] stickiness)", amount=amount),
        told.CHEAPER_NOW: _("cheaper by {amount} as it stands now: the next `oms route` looks at it again", amount=amount),
        told.CAPACITY: _("its day is full ([[locations]] daily_capacity)"),
        told.NO_RATE: _("no rate: no row of the rate card fits"),
        told.CLOSED: _("closed: no working day in sight"),
        told.NOT_SHIPPING: _("does not ship"),
        told.NOT_OF_CHANNEL: _("not among the channel's locations"),
        told.NOT_FOR_PICKUP: _("the buyer collects elsewhere"),
    }[candidate.reason]


def _candidate_lines(candidate: dict[str, Any], currency: str) -> list[str]:
    mark = "*" if candidate["chosen"] else " "
    cost = "" if candidate["cost"] is None else f"  {candidate['cost']} {currency}"
    said = [f"{mark} {' + '.join(candidate['locations'])}{cost}  {candidate['why']}"]
    for parcel in candidate["parcels"]:
        if parcel["cost"] is None:
            continue
        parts = [f"{name.replace('_', ' ')} {parcel[name]}" for name in told.PARTS if parcel[name].strip("0.")]
        goods = ", ".join(f"{line['quantity']} x {line['sku']}" for line in parcel["lines"])
        far = "" if parcel["distance_km"] is None else f"{parcel['distance_km']:.0f} km ({parcel['distance_level']})"
        carrier = " ".join(filter(None, (parcel["carrier"], parcel["service"])))
        facts = (parcel["location"], goods, f"{parcel['weight_g']} g", carrier, " + ".join(parts), far,
                 _ships(parcel))  # fmt: skip
        said.append("    " + "  ".join(filter(None, facts)))
    for taker in candidate["taken_by"]:
        line = _("{quantity} x {sku} went to {channel}/{order_ref}", **taker)
        if taker["scarcity_price"] is not None:
            line += _(", one more there would save about {price}", price=f"{taker['scarcity_price']} {currency}")
        said.append("    " + line)
    return said


def _ships(parcel: dict[str, Any]) -> str:
    said = _("ships {day}", day=parcel["ship_on"])
    if parcel["not_today"] is None:
        return said
    return said + (_(", past its cut-off") if parcel["not_today"] == CUTOFF else _(", closed today"))
