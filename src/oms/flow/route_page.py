"""The page of `oms route --report`: what a routing costs, where, what waits, what is scarce and what would pay to move."""

from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files
from string import Template

import polars as pl

from oms.config import Config
from oms.core.route import Decision, Problem
from oms.core.route.pricing import PARTS
from oms.model.money import decimal_text, minor
from oms.words import _

#: Rows of a table that are shown.
SHOWN = 100


def route_page(decision: Decision, problem: Problem, config: Config) -> bytes:
    """One HTML file that needs nothing from outside; everything a seller's data says is escaped."""
    currency = config.business.currency
    sections = [
        (_("Cost"), _totals(decision, currency)),
        (_("By location and service"), _places(decision, currency)),
        (_("Waiting"), _waiting(decision, currency)),
        (_("Scarcity prices: what one more unit would save, about"), _scarce(decision, currency)),
        (_("Transfers worth a look"), _transfers(decision, problem, config)),
    ]
    body = "".join(f"<h2>{escape(title)}</h2>\n{table}" for title, table in sections if table)
    frame = Template(files("oms.data").joinpath("routing.html").read_text("utf-8"))
    title = _("Routing of {business}", business=config.business.name)
    language = "zh-CN" if config.business.language == "zh" else "en"
    return frame.substitute(language=language, title=escape(title), currency=escape(currency), body=body).encode()


def _table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """An HTML table; nothing where there are no rows."""
    lines = ["".join(f"<td>{escape('' if cell is None else str(cell))}</td>" for cell in row) for row in rows]
    if not lines:
        return ""
    more = len(lines) - SHOWN
    rest = f"<p>{escape(_('and {count} more', count=more))}</p>\n" if more > 0 else ""
    head = "".join(f"<th>{escape(heading)}</th>" for heading in headings)
    return f"<table>\n<tr>{head}</tr>\n" + "".join(f"<tr>{line}</tr>\n" for line in lines[:SHOWN]) + f"</table>\n{rest}"


def _totals(decision: Decision, currency: str) -> str:
    rows: list[tuple[str, object]] = [
        (_("total"), decimal_text(decision.total, currency)),
        (_("orders routed"), decision.routed),
        (_("of these split"), decision.split),
        (_("orders that wait"), decision.waiting_orders),
    ]
    if decision.contested is not None:
        rows.append((_("orders that compete"), decision.contested))
    if decision.greedy is not None:
        rows.append((_("one after another"), decimal_text(decision.greedy, currency)))
    if decision.lower_bound is not None and decision.gap is not None:
        rows.append((_("no routing that fills as much costs less than"), decimal_text(decision.lower_bound, currency)))
        rows.append((_("above that at most"), f"{decision.gap:.1%}"))
    return _table(("", ""), rows)


def _places(decision: Decision, currency: str) -> str:
    rows = (
        decision.assignments.group_by("location", "carrier", "service")
        .agg(pl.col("order_id").n_unique().alias("parcels"), pl.col("quantity").sum(), pl.col(*PARTS, "cost").sum())
        .sort("location", "carrier", "service", nulls_last=True)
    )  # fmt: skip
    headings = (_("location"), _("carrier"), _("service"), _("parcels"), _("units"), _("shipping"), _("handling"),
                _("handling by unit"), _("splits"), _("late"), _("cost"))  # fmt: skip
    return _table(headings, ((*row[:5], *(decimal_text(amount, currency) for amount in row[5:])) for row in rows.iter_rows()))


def _waiting(decision: Decision, currency: str) -> str:
    rows = (
        decision.waiting.group_by("reason").agg(
            pl.col("order_id").n_unique().alias("orders"), pl.col("line_id").n_unique().alias("lines"),
            pl.col("short", "cost").sum(),
        ).sort("reason")
    )  # fmt: skip
    headings = (_("reason"), _("orders"), _("lines"), _("units"), _("cost of waiting"))
    return _table(headings, ((*row[:4], decimal_text(row[4], currency)) for row in rows.iter_rows()))


def _scarce(decision: Decision, currency: str) -> str:
    rows = ((sku, place, decimal_text(price, currency)) for sku, place, price in decision.scarce.iter_rows())
    return _table((_("sku"), _("location"), _("price")), rows)


def _transfers(decision: Decision, problem: Problem, config: Config) -> str:
    """Units that lie idle where nobody wants them, and where each would save most and more than its transfer costs."""
    currency = config.business.currency
    cost = minor(config.routing.transfer_cost, currency)
    shelf = ["sku", "location"]
    used = decision.assignments.group_by(shelf).agg(pl.col("quantity").sum())
    idle = (
        problem.stock.join(used, on=shelf, how="left")
        .with_columns(units=pl.col("free") - pl.col("quantity").fill_null(0)).filter(pl.col("units") > 0)
        .join(decision.scarce, on=shelf, how="anti")
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
    headings = (_("sku"), _("from"), _("to"), _("units idle"), _("the first saves"), _("its transfer costs"))
    told = decimal_text(cost, currency)
    return _table(headings, ((*row[:4], decimal_text(row[4], currency), told) for row in rows.iter_rows()))
