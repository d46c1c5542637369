"""`oms route`, `oms explain`: which location sends what, and why."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from oms.cli import console
from oms.cli.options import LOOK, OUT, DryRun, Json, Wait, Workspace, open_shop
from oms.errors import UsageError
from oms.words import _, plural

if TYPE_CHECKING:
    from oms.flow.check_rules import RulesReport
    from oms.flow.replay import ReplayReport
    from oms.flow.route import RouteReport


class Goal(StrEnum):
    """What a routing looks for, once as much as possible is filled."""

    COST = "cost"
    DISTANCE = "distance"
    RANKED = "ranked"


rules_app = typer.Typer(no_args_is_help=True, help=_("Look at the rules of routing."))

#: Assignments that a terminal shows; a pipe gets all.
SHOWN = 40


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.command(rich_help_panel=OUT)(route)
    app.command(rich_help_panel=LOOK)(explain)
    app.add_typer(rules_app, name="rules", rich_help_panel=LOOK)


def route(
    goal: Annotated[Goal | None, typer.Option(help=_("Cheapest, nearest or by ranking; oms.toml by default."))] = None,
    greedy: Annotated[bool, typer.Option("--greedy", help=_("One order after another, the quickest way."))] = False,
    effort: Annotated[
        int | None,
        typer.Option(min=0, max=3, help=_("How hard to look at orders that compete: 0 (not, as --greedy) to 3; 1 by default.")),
    ] = None,
    page: Annotated[
        bool, typer.Option("--report", help=_("Write a page: cost by location, what waits, what is scarce, transfers."))
    ] = False,
    replay: Annotated[
        str | None,
        typer.Option(
            "--replay", metavar="FROM..TO", help=_("Route the orders of these days again, beside what was; write nothing.")
        ),
    ] = None,
    otherwise: Annotated[
        list[Path] | None,
        typer.Option(
            "--with", help=_("With --replay: another oms.toml, rate card or stock count."), exists=True, dir_okay=False
        ),
    ] = None,
    hold: Annotated[
        int | None, typer.Option("--hold", min=1, max=365, help=_("With --replay: route every so many days; 1 by default."))
    ] = None,
    workspace: Workspace = None,
    as_json: Json = False,
    dry_run: DryRun = False,
    wait: Wait = 30.0,
) -> None:
    """
    Choose the locations that ship each ready order, and reserve their stock; change nothing that is being picked.

    Example: oms route --goal distance
    """
    if greedy and effort:
        raise UsageError(_("--greedy is --effort 0"), _("give one of them"))
    effort = 0 if greedy else effort
    if replay is not None:
        if page or goal:
            raise UsageError(
                _("{option} is not for --replay", option="--report" if page else "--goal"),
                _("its table is the report; --json for programs") if page
                else _("write the goal into another oms.toml, then --with new.toml"),
            )  # fmt: skip
        _replay(replay, hold or 1, effort, otherwise or [], workspace, as_json)
        return
    if otherwise or hold is not None:
        raise UsageError(
            _("{option} is for --replay", option="--with" if otherwise else "--hold"),
            _("for example: oms route --replay 2026-10-01..2026-10-31 --with new.toml"),
        )
    from oms.flow.route import route_orders as run

    shop = open_shop(workspace, wait)
    report = run(shop, str(goal) if goal else None, effort=effort, page=page, dry_run=dry_run)
    console.finish(report, as_json, lambda: _show_route(report, dry_run))


def _show_route(report: "RouteReport", dry_run: bool) -> None:
    from oms.model.money import decimal_text

    if report.assignments.height:
        columns = ("channel", "order_ref", "line_ref", "sku", "location", "quantity", "carrier", "service", "ship_on")
        console.table(
            [_("channel"), _("order"), _("line"), _("sku"), _("location"), _("n"), _("carrier"), _("service"), _("ships"),
             _("cost")],
            ((*row[:-1], decimal_text(row[-1], report.currency))
             for row in report.assignments.select(*columns, "cost").iter_rows()),
            right=[_("n"), _("cost")], most=SHOWN, see=_("oms orders --status routed, or one order: oms explain REF"),
        )  # fmt: skip
    if report.waiting.height:
        console.table(
            [_("channel"), _("order"), _("line"), _("sku"), _("short"), _("free"), _("reason"), _("expected on")],
            report.waiting.select(
                "channel", "order_ref", "line_ref", "sku", "short", "free", "reason", "expected_on"
            ).iter_rows(),
            right=[_("short"), _("free")], title=_("waiting"),
        )  # fmt: skip
    for note in report.notes:
        console.warn(note)
    if report.batch is None:
        console.say(plural("nothing to change; {count} order waits", "nothing to change; {count} orders wait",
                           report.waiting_orders))  # fmt: skip
        return
    said = plural("{count} order routed, {split} split, {waiting} waiting; cost {total} {currency}",
                  "{count} orders routed, {split} split, {waiting} waiting; cost {total} {currency}", report.routed,
                  split=report.split, waiting=report.waiting_orders,
                  total=decimal_text(report.total, report.currency), currency=report.currency)  # fmt: skip
    if report.weighs:
        said += _(", {amount} of it for what waits", amount=decimal_text(report.weighs, report.currency))
    console.say(said)
    if report.joined and report.saved is not None:
        console.say(plural("{count} order shares a parcel with others of its buyer; saves {saved} {currency}",
                           "{count} orders share parcels with others of their buyers; saves {saved} {currency}", report.joined,
                           saved=decimal_text(report.saved, report.currency), currency=report.currency))  # fmt: skip
    _show_bound(report)
    if report.page and not dry_run:
        console.say(_("see {path}", path=report.page))


def _replay(days: str, hold: int, effort: int | None, files: list[Path], workspace: Path | None, as_json: bool) -> None:
    from oms.core.route import DEFAULT_EFFORT
    from oms.flow.replay import replay as run

    hard = DEFAULT_EFFORT if effort is None else effort
    with console.progress(_("replaying")) as advance:
        report = run(open_shop(workspace), days, hold=hold, effort=hard, files=files, progress=advance)
    console.finish(report, as_json, lambda: _show_replay(report))


def _show_replay(report: "ReplayReport") -> None:
    from oms.model.money import decimal_text

    console.table(
        ["", _("orders"), _("whole"), _("split"), _("late"), _("parcels"), _("units"), _("sent"), _("cost"), _("carriers")],
        ((each.label, each.played.orders, each.played.orders_whole, each.played.orders_split, each.played.orders_late,
          each.played.parcels, each.played.units, each.played.units_sent, decimal_text(each.played.cost, report.currency),
          decimal_text(each.played.shipping, report.currency)) for each in report.ways),
        right=[_("orders"), _("whole"), _("split"), _("late"), _("parcels"), _("units"), _("sent"), _("cost"), _("carriers")],
    )  # fmt: skip
    for note in report.notes:
        console.say(note)


def _show_bound(report: "RouteReport") -> None:
    """How good the total is; nothing where nobody stood in another's way."""
    from oms.model.money import decimal_text

    if not report.contested or report.greedy is None:
        return
    said = plural("{count} order competes with others", "{count} orders compete", report.contested)
    told = {"greedy": decimal_text(report.greedy, report.currency)}
    if report.lower_bound is None or report.gap is None:
        console.say(_("{said}; one after another: {greedy}; no bound", said=said, **told))
        return
    told |= {"bound": decimal_text(report.lower_bound, report.currency), "gap": f"{report.gap:.1%}"}
    console.say(
        _(
            "{said}; one after another: {greedy}; no routing that fills as much costs less than {bound} ({gap})",
            said=said,
            **told,
        )
    )


def explain(
    what: Annotated[str, typer.Argument(metavar="REF|SKU", help=_("An order (REF or channel/REF), or one of your skus."))],
    workspace: Workspace = None,
    as_json: Json = False,
) -> None:
    """
    Say why an order leaves from where it does, or where a stock number comes from; change nothing.

    Example: oms explain 1001
    """
    from oms.flow.explain import explain as run

    report = run(open_shop(workspace), what)
    console.finish(report, as_json, lambda: _show_lines(report.lines()))


def _show_lines(lines: list[str]) -> None:
    for line in lines:
        console.line(line, wrap=True)


@rules_app.command("check")
def check_rules(workspace: Workspace = None, as_json: Json = False) -> None:
    """
    Find rules that never fit, contradict each other or add nothing, and say what each costs today; change nothing.

    Example: oms rules check
    """
    from oms.flow.check_rules import check_rules as run

    report = run(open_shop(workspace))
    console.finish(report, as_json, lambda: _show_rules(report))


def _show_rules(report: "RulesReport") -> None:
    from oms.model.money import decimal_text

    if not report.rules:
        console.say(_("no rules: [[routing.rules]] of oms.toml"))
        return
    console.table(
        [_("rule"), _("open orders"), _("all orders"), _("costs today"), _("more lines wait")],
        ((rule.name, rule.orders, rule.ever, decimal_text(rule.cost, report.currency), rule.waiting) for rule in report.rules),
        right=[_("open orders"), _("all orders"), _("costs today"), _("more lines wait")],
    )  # fmt: skip
    for finding in report.findings:
        console.warn(finding["text"])
