"""`oms route`: which location sends what."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from oms.core.route import DEFAULT_EFFORT, Decision, Problem, route
from oms.core.route.backorders import Shipment, expected_days
from oms.core.route.rows import in_service_order
from oms.core.route.waiting import NO_STOCK, PICKUP
from oms.flow.joining import with_buyers
from oms.flow.route_page import route_page
from oms.flow.routing import problem_of
from oms.flow.settle import settle_reservations
from oms.flow.shop import Shop
from oms.model.money import decimal_text
from oms.store import joining, ledger, routed, routing
from oms.store.batch import Batch
from oms.words import _, plural

#: Names listed in a note before it says how many more there are.
LISTED = 5

_WAITS = ("channel", "order_ref", "line_ref", "sku", "short", "free", "reason", "expected_on")


@dataclass(frozen=True)
class RouteReport:
    """
    What a routing changed and what waits; `batch` None where nothing changed.

    `assignments`: ASSIGNMENTS of model.frames. `waiting`: WAITING, and expected_on, the day on which what lacks stock may
    expect it (NULL: nobody knows). Money is minor units of `currency`.
    """

    batch: int | None
    currency: str
    routed: int
    split: int
    waiting_orders: int
    total: int  # what changed costs, and what waits weighs
    assignments: pl.DataFrame
    waiting: pl.DataFrame
    lower_bound: int | None = None  # no routing that fills as much costs less; None where nobody looked
    gap: float | None = None  # how much dearer than that the total is, as a ratio
    greedy: int | None = None  # what one order after another would have cost; None: that is what was done
    contested: int | None = None  # orders that stand in each other's way
    joined: int = 0  # orders that go in a parcel with others of their buyer, by this run
    saved: int | None = None  # by joining orders; None where nobody looked
    notes: list[str] = field(default_factory=list)
    page: str | None = None  # path of the page that was asked for
    exit_code: int = 0

    @property
    def weighs(self) -> int:
        """What of the total is there because something waits: nobody pays it."""
        return int(self.waiting["cost"].sum())

    def json(self) -> dict[str, Any]:
        """Keys: batch, orders, cost, currency, assignments, waiting, notes; page where one was asked for."""
        total = decimal_text(self.total, self.currency)
        return {
            "batch": self.batch,
            "orders": {"routed": self.routed, "split": self.split, "waiting": self.waiting_orders},
            "cost": {
                "total": total,
                "waiting": decimal_text(self.weighs, self.currency),
                "lower_bound": None if self.lower_bound is None else decimal_text(self.lower_bound, self.currency),
                "gap": self.gap,
                "greedy": total if self.greedy is None else decimal_text(self.greedy, self.currency),
            } | ({} if self.saved is None else {"joined": self.joined, "saved": decimal_text(self.saved, self.currency)}),
            "currency": self.currency,
            "assignments": [
                {
                    "channel": row["channel"], "order_ref": row["order_ref"], "line_ref": row["line_ref"],
                    "sku": row["sku"], "location": row["location"], "quantity": row["quantity"],
                    "carrier": row["carrier"], "service": row["service"], "ship_on": row["ship_on"],
                    "distance_km": row["distance_km"], "distance_level": row["distance_level"],
                    "cost": decimal_text(row["cost"], self.currency),
                }
                for row in self.assignments.iter_rows(named=True)
            ],
            "waiting": [
                {name: row[name] for name in _WAITS}
                for row in self.waiting.iter_rows(named=True)
            ],
            "notes": self.notes,
        } | ({} if self.page is None else {"page": self.page})  # fmt: skip


class _NothingChanged(Exception):
    """Rolls the batch back: there is nothing to remember."""


def route_orders(
    shop: Shop, goal: str | None = None, *, effort: int | None = None, page: bool = False, dry_run: bool = False
) -> RouteReport:
    """
    Allocate everything that waits, and move what is not picked yet where that saves more than `[routing] stickiness`.

    `goal`: cost, distance or ranked; `[routing] goal` where absent. `effort`: 0 (one order after another) to 3; asked for, it
    looks again at orders that were decided together before. Without it a second run changes nothing. `page`: write a page about
    what changes.
    """
    found: list[RouteReport] = []
    try:
        with shop.store.write(
            "route", shop.now, config=shop.config, words=shop.words, wait=shop.wait, dry_run=dry_run
        ) as batch:
            report = _route(shop, batch, goal, effort, page)
            found.append(report)
            if report.batch is None:
                raise _NothingChanged
    except _NothingChanged:
        pass
    return found[0]


def _route(shop: Shop, batch: Batch, goal: str | None, effort: int | None, page: bool) -> RouteReport:
    config = shop.config
    routing.note_open(batch.conn, [channel.name for channel in config.channels])
    problem = with_buyers(problem_of(shop, batch.conn, goal), batch.conn, config)
    decision = route(problem, DEFAULT_EFFORT if effort is None else effort, again=effort is not None)
    waiting = _expecting(batch, problem, decision.waiting)
    changed = routed.save(batch, decision.assignments, decision.released, decision.retold, waiting, decision.scarce)
    changed = joining.save(batch, decision.joined) or changed
    path = None
    if changed and page:
        path = batch.document("routing", "routing.html", route_page(decision, waiting, problem, config, shop.now))
    if changed:
        settle_reservations(batch)
        batch.summary(
            {"routed": decision.routed, "split": decision.split, "waiting": decision.waiting_orders,
             "cost": decimal_text(decision.total, config.business.currency)}
        )  # fmt: skip
    notes = _notes(shop, batch, decision)
    if page and not changed:
        notes.append(_("nothing changed: no page is written"))
    return RouteReport(
        batch.id if changed else None, config.business.currency, decision.routed, decision.split,
        decision.waiting_orders, decision.total, decision.assignments, waiting, decision.lower_bound, decision.gap,
        decision.greedy, decision.contested, decision.joined.filter(pl.col("leader").is_not_null())["order_id"].n_unique(),
        decision.saved,
        notes, path,
    )  # fmt: skip


def _expecting(batch: Batch, problem: Problem, waiting: pl.DataFrame) -> pl.DataFrame:
    """`waiting` with expected_on; of lines that wait for something else than stock it is NULL."""
    ranks = in_service_order(problem).select("order_id").with_row_index("rank")
    where = problem.orders.select("order_id", "pickup", place="location")
    rows = (
        waiting.with_row_index("at").join(ranks, on="order_id").join(where, on="order_id")
        .filter(pl.col("reason").is_in((NO_STOCK, PICKUP))).sort("rank", "at")
    )  # fmt: skip
    shipments = [
        Shipment(row["sku"], row["location"], row["quantity"], date.fromisoformat(row["expected_on"]))
        for row in ledger.expected(batch.conn, rows["sku"].unique().sort().to_list())
    ]
    days = expected_days(
        (
            ((place,) if place is not None else problem.desks[channel].pickups if pickup else problem.desks[channel].locations,
             sku, short)
            for channel, pickup, place, sku, short in rows.select("channel", "pickup", "place", "sku", "short").iter_rows()
        ),
        shipments,
    )  # fmt: skip
    told = rows.select("at", expected_on=pl.Series([day and day.isoformat() for day in days], dtype=pl.String))
    return waiting.with_row_index("at").join(told, on="at", how="left", maintain_order="left").drop("at")


def _notes(shop: Shop, batch: Batch, decision: Decision) -> list[str]:
    notes = []
    if decision.unsolved:
        notes.append(_("`highspy` cannot be loaded: orders that compete were served one by one, then in pairs; no bound"))
    if "no_rate" in decision.waiting["reason"] and not batch.conn.execute("SELECT 1 FROM rates LIMIT 1").fetchone():
        notes.append(_("there is no rate card: import one (oms template rates), or set [routing] fallback_rate"))
    for currency, rows in sorted(decision.unusable_rates.items()):
        notes.append(plural("{count} row of the rate card is in {currency}, which [fx] does not know",
                            "{count} rows of the rate card are in {currency}, which [fx] does not know", rows,
                            currency=currency))  # fmt: skip
    for word, orders in decision.unknown_services.items():
        notes.append(plural("service `{word}` ({count} order) is not in the rate card",
                            "service `{word}` ({count} orders) is not in the rate card", orders, word=word))  # fmt: skip
    if decision.weightless:
        shown = ", ".join(decision.weightless[:LISTED])
        more = len(decision.weightless) - LISTED
        notes.append(_("no weight, so priced as the lightest parcel: {skus}", skus=shown)
                     + (_(" and {count} more", count=more) if more > 0 else ""))  # fmt: skip
    return notes
