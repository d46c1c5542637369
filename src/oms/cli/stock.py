"""`oms stock`: what is where, and what a person counts, adjusts, receives or carries over."""

from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from oms.cli import console
from oms.cli.clock import clock
from oms.cli.options import STOCK, DryRun, Force, Json, Wait, Workspace, look_at, open_shop
from oms.words import _

if TYPE_CHECKING:
    from oms.flow.shop import Shop
    from oms.flow.stock import LedgerReport, StockReport
    from oms.flow.stock_entries import ChangeReport

VERBS = ("count", "adjust", "receive", "transfer", "log")


class StockGroup(TyperGroup):
    """Takes `oms stock MUG` as `oms stock list MUG`: a first word that is no verb is a sku."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the words behind `stock`."""
        if not (args and (args[0] in self.commands or args[0] in ctx.help_option_names)):
            args = ["list", *args]
        return super().parse_args(ctx, args)


stock_app = typer.Typer(cls=StockGroup, help=_("List stock, or count, adjust, receive, transfer it: oms stock [SKU]."))

Sku = Annotated[str, typer.Argument(metavar="SKU", help=_("One of your own skus."))]
Where = Annotated[str, typer.Option("--location", "-l", help=_("The location, as in oms.toml."))]


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.add_typer(stock_app, name="stock", rich_help_panel=STOCK)


@stock_app.command("list")
def list_(
    sku: Annotated[str | None, typer.Argument(metavar="[SKU]", help=_("Only this sku; a kit shows its components."))] = None,
    location: Annotated[str | None, typer.Option("--location", "-l", help=_("Only there."))] = None,
    low: Annotated[bool, typer.Option("--low", help=_("Only skus with nothing left to offer."))] = False,
    short: Annotated[bool, typer.Option("--short", help=_("Only where more was sold than counted."))] = False,
    workspace: Workspace = None,
    as_json: Json = False,
) -> None:
    """
    List what is on hand, reserved, available and on its way.

    Example: oms stock MUG-RED
    """
    from oms.flow.stock import stock as run

    report = run(look_at(workspace), sku, location, low, short)
    console.finish(report, as_json, lambda: _show_stock(report))


def _show_stock(report: "StockReport") -> None:
    numbers = [_("on hand"), _("reserved"), _("available"), _("incoming"), _("safety"), _("short")]
    console.table(
        [_("sku"), _("location"), *numbers, _("title")],
        (
            (r["sku"], r["location"], r["on_hand"], r["reserved"], r["available"], r["incoming"], r["safety_stock"],
             r["shortfall"], r["title"]) for r in report.stock
        ),
        right=numbers,
    )  # fmt: skip
    if report.expected:
        console.line("")
        console.table(
            [_("on its way"), _("location"), _("units"), _("expected"), _("reference")],
            ((e["sku"], e["location"], e["quantity"], e["expected_on"], e["reference"]) for e in report.expected),
            right=[_("units")],
        )
    if report.never_counted:
        console.say(_("never counted: {skus}", skus=", ".join(report.never_counted)))
    elif not report.stock:
        console.say(_("no such stock; count some with: oms import stock.csv, or oms stock count SKU QTY --location L"))


@stock_app.command("count")
def count(
    sku: Sku,
    quantity: Annotated[int, typer.Argument(metavar="QTY", min=0, help=_("What is there."))],
    location: Where,
    at: Annotated[
        str | None,
        typer.Option("--at", help=_("When it was counted: 2026-11-22 (end of that day) or 2026-11-22T15:30; else now.")),
    ] = None,
    workspace: Workspace = None,
    as_json: Json = False,
    dry_run: DryRun = False,
    wait: Wait = 30.0,
) -> None:
    """
    Say what is there; what happens after the count still counts.

    Example: oms stock count MUG-RED 12 --location NJ
    """
    from oms.flow.stock_entries import count as run

    shop = open_shop(workspace, wait)
    _finish(shop, run(shop, sku, quantity, location, at, dry_run), as_json)


@stock_app.command("adjust", context_settings={"ignore_unknown_options": True})
def adjust(
    sku: Sku,
    by: Annotated[int, typer.Argument(metavar="±N", help=_("Units found (+2) or lost (-2)."))],
    location: Where,
    reason: Annotated[str, typer.Option("--reason", help=_("Why: damaged, found, theft, sample …"))] = "",
    workspace: Workspace = None,
    as_json: Json = False,
    dry_run: DryRun = False,
    wait: Wait = 30.0,
) -> None:
    """
    Add or take away units that were found, broken or lost.

    Example: oms stock adjust MUG-RED -1 --location NJ --reason damaged
    """
    from oms.flow.stock_entries import adjust as run

    shop = open_shop(workspace, wait)
    _finish(shop, run(shop, sku, by, location, reason, dry_run), as_json)


@stock_app.command("receive")
def receive(
    sku: Sku,
    quantity: Annotated[int, typer.Argument(metavar="QTY", min=1, help=_("Units that came in."))],
    location: Where,
    reference: Annotated[
        str | None, typer.Option("--reference", help=_("Tick off what was expected under this reference."))
    ] = None,
    counted: Annotated[
        bool, typer.Option("--counted", help=_("A count has them already: only tick off what was expected."))
    ] = False,
    workspace: Workspace = None,
    as_json: Json = False,
    dry_run: DryRun = False,
    wait: Wait = 30.0,
) -> None:
    """
    Take in goods and tick off what was expected.

    Example: oms stock receive MUG-RED 48 --location NJ --reference PO-17
    """
    from oms.flow.stock_entries import receive as run

    shop = open_shop(workspace, wait)
    _finish(shop, run(shop, sku, quantity, location, reference, counted, dry_run), as_json)


@stock_app.command("transfer")
def transfer(
    sku: Sku,
    quantity: Annotated[int, typer.Argument(metavar="QTY", min=1, help=_("Units to carry over."))],
    source: Annotated[str, typer.Option("--from", help=_("The location they leave."))],
    target: Annotated[str, typer.Option("--to", help=_("The location they come to."))],
    expected: Annotated[
        str | None, typer.Option("--expected", metavar="YYYY-MM-DD", help=_("They are on their way until that day."))
    ] = None,
    reference: Annotated[
        str | None, typer.Option("--reference", help=_("What to call it meanwhile, as a shipment to Amazon is called."))
    ] = None,
    workspace: Workspace = None,
    as_json: Json = False,
    dry_run: DryRun = False,
    force: Force = False,
    wait: Wait = 30.0,
) -> None:
    """
    Carry units from one location to another: at once, or expected there on a day.

    What is expected has left the one and is on its way to the other until it is received (oms stock receive) or a count
    there finds it.

    Example: oms stock transfer MUG-RED 5 --from NJ --to CA
    """
    from oms.flow.stock_entries import transfer as run

    shop = open_shop(workspace, wait)
    _finish(shop, run(shop, sku, quantity, source, target, expected, reference, force, dry_run), as_json)


def _finish(shop: "Shop", report: "ChangeReport", as_json: bool) -> None:
    console.finish(report, as_json, lambda: _show_change(report))
    shop.store.tell(report.batch)


def _show_change(report: "ChangeReport") -> None:
    numbers = [_("before"), _("on hand"), _("reserved"), _("available")]
    console.table(
        [_("sku"), _("location"), *numbers],
        ((r["sku"], r["location"], r["on_hand_before"], r["on_hand"], r["reserved"], r["available"]) for r in report.stock),
        right=numbers,
    )
    for each in report.received:
        console.say(_("ticked off: {units} expected on {day} {reference}", units=each["quantity"],
                      day=each["expected_on"], reference=each["reference"]))  # fmt: skip
    for each in report.sent:
        console.say(_("on its way: {quantity} {sku} to {location}, expected on {expected_on}: {reference}", **each))
    for note in report.notes:
        console.say(_("note: {note}", note=note))
    for warning in report.warnings:
        console.warn(warning)
    for lost in report.given_back:
        console.warn(_("{channel}/{order} gives back {units} {sku} at {location} ({state})", channel=lost["channel"],
                       order=lost["order_ref"], units=lost["quantity"], sku=lost["sku"], location=lost["location"],
                       state=lost["state"]))  # fmt: skip


@stock_app.command("log")
def log(
    sku: Sku,
    location: Annotated[str | None, typer.Option("--location", "-l", help=_("Only there."))] = None,
    workspace: Workspace = None,
    as_json: Json = False,
) -> None:
    """
    Show every move of a sku with the balance after it, and what was set aside of it.

    Example: oms stock log MUG-RED --location NJ
    """
    from oms.flow.stock import log as run

    view = look_at(workspace)
    report = run(view, sku, location)
    console.finish(report, as_json, lambda: show_ledger(report, view.timezone))


def show_ledger(report: "LedgerReport", timezone: str) -> None:
    """Print the moves of a sku and what was set aside of it."""
    console.table(
        [_("at"), _("location"), _("kind"), _("quantity"), _("balance"), _("batch"), _("because")],
        (
            (clock(m["at"], timezone), m["location"], m["kind"], m["quantity"], m["balance"],
             f"{m['batch']} {m['command']}", _because(m)) for m in report.moves
        ),
        right=[_("quantity"), _("balance")],
    )  # fmt: skip
    if report.allocations:
        console.line("")
        console.table(
            [_("set aside"), _("location"), _("units"), _("state"), _("batch"), _("order"), _("line")],
            (
                (clock(a["at"], timezone), a["location"], a["quantity"], a["state"], a["batch"],
                 f"{a['channel']}/{a['order_ref']}", a["line_ref"]) for a in report.allocations
            ),
            right=[_("units"), _("batch")],
        )  # fmt: skip


def _because(move: dict[str, Any]) -> str:
    """The order, parcel, file and line, or note behind a move."""
    order = f"{move['channel']}/{move['order_ref']}" if move["order_ref"] else None
    file = f"{move['file']}:{move['row']}" if move["file"] else None
    return ", ".join(part for part in (order, move["tracking"], file, move["note"]) if part)
