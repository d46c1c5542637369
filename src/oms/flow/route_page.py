"""The page of `oms route --report`: what a routing costs, where, what waits, what is scarce and what would pay to move."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape
from importlib.resources import files
from string import Template

import polars as pl

from oms.config import Config
from oms.core.route import Decision, Problem
from oms.core.route.pricing import PARTS
from oms.model.money import decimal_text, minor
from oms.model.times import zone
from oms.words import _

#: Rows of a table that are shown.
SHOWN = 100


#: A cell that is a number: its column stands at the right.
_NUMBER = re.compile(r"-?[\d.]*%?")


def route_page(decision: Decision, waiting: pl.DataFrame, problem: Problem, config: Config, now: datetime) -> bytes:
    """
    One HTML file that needs nothing from outside; everything a seller's data says is escaped.

    `waiting`: what waits, and expected_on, the day on which what lacks stock may expect it.
    """
    currency = config.business.currency
    sections = [
        (_("Cost"), _totals(decision, currency)),
        (_("By location and service"), _places(decision, currency)),
        (_("Orders in several parcels"), _splits(decision, currency)),
        (_("Waiting, by reason"), _waiting(decision, currency)),
        (_("Waiting, by sku"), _lacking(waiting)),
        (_("Scarcity prices: what one more unit would save, about"), _scarce(decision, currency)),
        (_("Transfers worth a look"), _transfers(decision, problem, config)),
    ]
    body = "".join(f"<h2>{escape(title)}</h2>\n{table}" for title, table in sections if table)
    frame = Template(files("oms.data").joinpath("routing.html").read_text("utf-8"))
    title = _("Routing of {business}", business=config.business.name)
    made = f"{now.astimezone(zone(config.business.timezone)):%Y-%m-%d %H:%M}"
    about = _("made {at}, all amounts in {currency}", at=made, currency=currency)
    language = "zh-CN" if config.business.language == "zh" else "en"
    return frame.substitute(language=language, title=escape(title), about=escape(about), body=body).encode()


def _table(headings: Sequence[str], rows: Iterable[Sequence[object]], last: Sequence[object] = ()) -> str:
    """An HTML table, numbers at the right; nothing where there are no rows. `last` is a row of sums, always shown."""
    cells = [["" if cell is None else str(cell) for cell in row] for row in rows]
    if not cells:
        return ""
    right = [n > 0 and all(_NUMBER.fullmatch(row[n]) for row in cells) for n in range(len(headings))]

    def line(row: Sequence[object], tag: str) -> str:
        marked = (' class="n"' if at_right else "" for at_right in right)
        return "<tr>" + "".join(
            f"<{tag}{mark}>{escape(str(cell))}</{tag}>" for cell, mark in zip(row, marked, strict=True)
        ) + "</tr>\n"  # fmt: skip

    head = line(headings, "th") if any(headings) else ""
    sums = line(last, "th") if last and len(cells) > 1 else ""
    more = len(cells) - SHOWN
    rest = f"<p>{escape(_('and {count} more', count=more))}</p>\n" if more > 0 else ""
    return f"<table>\n{head}" + "".join(line(row, "td") for row in cells[:SHOWN]) + f"{sums}</table>\n{rest}"


def _totals(decision: Decision, currency: str) -> str:
    waits = decision.short[0]
    rows: list[tuple[str, object]] = []
    if waits:
        rows.append((_("what is sent"), decimal_text(decision.total - waits, currency)))
        rows.append((_("what waits, as it is weighed: nobody pays it"), decimal_text(waits, currency)))
    rows += [
        (_("total"), decimal_text(decision.total, currency)),
        (_("orders routed"), decision.routed),
        (_("of these split"), decision.split),
        (_("orders that wait"), decision.waiting_orders),
    ]
    if decision.contested is not None:
        rows.append((_("orders that compete"), decision.contested))
    if decision.greedy is not None:
        rows.append((_("total, one after another"), decimal_text(decision.greedy, currency)))
    if decision.lower_bound is not None and decision.gap is not None:
        rows.append((_("no routing that fills as much has a total below"), decimal_text(decision.lower_bound, currency)))
        rows.append((_("this one is above that by at most"), f"{decision.gap:.1%}"))
    return _table(("", ""), rows)


def _places(decision: Decision, currency: str) -> str:
    rows = (
        decision.assignments.group_by("location", "carrier", "service")
        .agg(pl.col("order_id").n_unique().alias("parcels"), pl.col("quantity").sum(), pl.col(*PARTS, "cost").sum())
        .sort("location", "carrier", "service", nulls_last=True)
    )  # fmt: skip
    headings = (_("location"), _("carrier"), _("service"), _("parcels"), _("units"), _("shipping"), _("handling"),
                _("handling by unit"), _("splits"), _("late"), _("cost"))  # fmt: skip
    sums = rows.sum().row(0)

    def told(row: Sequence[object]) -> list[object]:
        return [*row[:5], *(decimal_text(int(str(amount)), currency) for amount in row[5:])]

    return _table(headings, map(told, rows.iter_rows()), told((_("all"), "", "", *sums[3:])))


def _splits(decision: Decision, currency: str) -> str:
    """Orders of which this routing sends more than one parcel, the dearest first."""
    rows = (
        decision.assignments.group_by("channel", "order_ref", "order_id", maintain_order=True)
        .agg(pl.col("location").unique(maintain_order=True).alias("places"), pl.col("cost").sum(), pl.col("split").sum())
        .filter(pl.col("places").list.len() > 1)
        .sort("cost", "channel", "order_ref", descending=[True, False, False])
        .select("channel", "order_ref", pl.col("places").list.join(" + "), "cost", "split")
    )  # fmt: skip
    headings = (_("channel"), _("order"), _("from"), _("cost"), _("of that the split penalty"))
    return _table(
        headings, ((*row[:3], decimal_text(row[3], currency), decimal_text(row[4], currency)) for row in rows.iter_rows())
    )


def _waiting(decision: Decision, currency: str) -> str:
    rows = (
        decision.waiting.group_by("reason").agg(
            pl.col("order_id").n_unique().alias("orders"), pl.col("line_id").n_unique().alias("lines"),
            pl.col("short", "cost").sum(),
        ).sort("reason")
    )  # fmt: skip
    headings = (_("reason"), _("orders"), _("lines"), _("units"), _("weighs"))
    return _table(headings, ((*row[:4], decimal_text(row[4], currency)) for row in rows.iter_rows()))


def _lacking(waiting: pl.DataFrame) -> str:
    """What waits, the most wanted first, and when the next and the last of it may come."""
    rows = (
        waiting.group_by("sku", "reason").agg(
            pl.col("order_id").n_unique().alias("orders"), pl.col("short").sum(),
            pl.col("expected_on").min().alias("first"), pl.col("expected_on").max().alias("last"),
            pl.col("expected_on").null_count().alias("unknown"),
        ).sort("short", "sku", "reason", descending=[True, False, False])
    )  # fmt: skip
    headings = (_("sku"), _("reason"), _("orders"), _("units"), _("expected from"), _("until"), _("lines without a day"))
    return _table(headings, rows.iter_rows())


def _scarce(decision: Decision, currency: str) -> str:
    rows = ((sku, place, decimal_text(price, currency)) for sku, place, price in decision.scarce.iter_rows())
    return _table((_("sku"), _("location"), _("price")), rows)


def _transfers(decision: Decision, problem: Problem, config: Config) -> str:
    """
    Units that lie idle where nobody wants them, and where each would save most and more than its transfer costs.

    A channel's own warehouse gives nothing back.
    """
    currency = config.business.currency
    cost = minor(config.routing.transfer_cost, currency)
    shelf = ["sku", "location"]
    used = decision.assignments.group_by(shelf).agg(pl.col("quantity").sum())
    idle = (
        problem.stock.join(used, on=shelf, how="left")
        .with_columns(units=pl.col("free") - pl.col("quantity").fill_null(0)).filter(pl.col("units") > 0)
        .join(decision.scarce, on=shelf, how="anti")
        .filter(~pl.col("location").is_in([place.code for place in config.locations if place.channel is not None]))
    )  # fmt: skip
    dearest = decision.scarce.sort("price", "location", descending=[True, False]).unique(
        "sku", keep="first", maintain_order=True
    )
    rows = (
        idle.join(dearest.rename({"location": "to"}), on="sku")
        .filter(pl.col("location") != pl.col("to"), pl.col("price") > cost)
        .sort("price", "sku", "location", descending=[True, False, False])
        .select("sku", "location", "to", "units", "price")
    )  # fmt: skip
    headings = (_("sku"), _("from"), _("to"), _("units idle"), _("the first saves"), _("its transfer costs"), _("make it"))
    told = decimal_text(cost, currency)
    return _table(
        headings,
        (
            (*row[:4], decimal_text(row[4], currency), told, f"oms stock transfer {row[0]} 1 --from {row[1]} --to {row[2]}")
            for row in rows.iter_rows()
        ),
    )
