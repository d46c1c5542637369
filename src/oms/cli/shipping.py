"""`oms pick`, `oms ship`, `oms confirm`: the way out."""

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated

import typer

from oms.cli import console
from oms.cli.options import OUT, DryRun, Force, Json, Wait, Workspace, open_shop
from oms.errors import UsageError
from oms.words import _, plural

if TYPE_CHECKING:
    from oms.flow.confirm import ConfirmReport
    from oms.flow.pick import PickReport
    from oms.flow.ship_order import ShipReport


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    for command in (pick, ship, confirm):
        app.command(rich_help_panel=OUT)(command)


def pick(
    location: Annotated[str | None, typer.Option("--location", help=_("Only this location."))] = None,
    channel: Annotated[str | None, typer.Option("--channel", help=_("Only this channel's orders."))] = None,
    force: Force = False,
    workspace: Workspace = None,
    as_json: Json = False,
    dry_run: DryRun = False,
    wait: Wait = 30.0,
) -> None:
    """
    Write pick lists, packing slips and 3PL order files; what is reserved becomes `picking`.

    Refuses a channel whose orders were imported longer ago than `pick.max_age`: a cancel may be waiting.

    Example: oms pick --location NJ
    """
    from oms.flow.pick import pick_orders as run

    report = run(open_shop(workspace, wait), location, channel, force=force, dry_run=dry_run)
    console.finish(report, as_json, lambda: _show_pick(report))


def _show_pick(report: "PickReport") -> None:
    if report.documents:
        console.documents(report.documents)
    for note in report.notes:
        console.say(note)
    for channel, reason in report.refused:
        console.warn(_("{channel} is not picked: {reason}", channel=channel, reason=reason),
                     _("import its newest orders, or say --force"))  # fmt: skip
    for place, error in report.unwritable:
        console.warn(_("{location} is not picked: {reason}", location=place, reason=error.message), error.hint)
    for order in report.nameless:
        console.warn(_("{channel}/{ref} is not picked at {location}: {reason}", channel=order.channel, ref=order.order_ref,
                       location=order.location, reason=order.reason), order.hint)  # fmt: skip
    if report.batch is not None:
        console.say(_("{orders}, {units} to pick", orders=plural("{count} order", "{count} orders", report.orders),
                      units=plural("{count} unit", "{count} units", report.units)))  # fmt: skip
    elif not report.refused and not report.nameless:
        console.say(_("nothing to pick; what waits where: oms status"))


def ship(
    ref: Annotated[str, typer.Argument(metavar="REF", help=_("The order: its number, or channel/number."))],
    tracking: Annotated[
        str | None, typer.Option("--tracking", help=_("The parcel's tracking number; not for what the buyer collects."))
    ] = None,
    carrier: Annotated[str | None, typer.Option("--carrier", help=_("Who carries it: UPS, 顺丰 …"))] = None,
    location: Annotated[str | None, typer.Option("--location", help=_("Where it left, if at several."))] = None,
    sku: Annotated[str | None, typer.Option("--sku", help=_("Only this sku is in the parcel."))] = None,
    quantity: Annotated[int | None, typer.Option("--quantity", min=1, help=_("So many of --sku."))] = None,
    at: Annotated[str | None, typer.Option("--at", help=_("When it left, ISO-8601; now by default."))] = None,
    cost: Annotated[str | None, typer.Option("--cost", help=_("What the carrier charged."))] = None,
    replaces: Annotated[str | None, typer.Option("--replaces", help=_("The wrong number that this one corrects."))] = None,
    workspace: Workspace = None,
    as_json: Json = False,
    dry_run: DryRun = False,
    wait: Wait = 30.0,
) -> None:
    """
    Say that a parcel of an order left, or that the buyer collected it: its units leave the stock.

    Example: oms ship 1001 --tracking 1Z999AA10123456784 --carrier UPS
    """
    from oms.flow.ship_order import ship_order as run

    report = run(
        open_shop(workspace, wait), ref, tracking=tracking, carrier=carrier, location=location, sku=sku,
        quantity=quantity, at=at, cost=_amount(cost), replaces=replaces, dry_run=dry_run,
    )  # fmt: skip
    console.finish(report, as_json, lambda: _show_ship(report))


def _amount(text: str | None) -> Decimal | None:
    if text is None:
        return None
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal(-1)
    if not amount.is_finite() or amount < 0:
        raise UsageError(_("--cost `{value}`: not an amount of money", value=text), _("for example --cost 5.40"))
    return amount


def _show_ship(report: "ShipReport") -> None:
    for warning in report.warnings:
        console.warn(warning)
    if report.documents:
        console.documents(report.documents)
    if report.batch is None:
        console.say(_("nothing to do: this was known already"))
    else:
        console.say(_("{ref}: {parcels} parcel", ref=report.order_ref, parcels=report.parcels))


def confirm(
    channels: Annotated[list[str] | None, typer.Argument(metavar="[CHANNEL]…", help=_("Only these channels."))] = None,
    since: Annotated[str | None, typer.Option("--since", help=_("Write again what left or was told since then."))] = None,
    batch: Annotated[int | None, typer.Option("--batch", help=_("Write again what this batch shipped or told."))] = None,
    workspace: Workspace = None,
    as_json: Json = False,
    dry_run: DryRun = False,
    wait: Wait = 30.0,
) -> None:
    """
    Write shipment confirmations for the channels: what they do not know yet, once.

    Example: oms confirm amazon-us
    """
    from oms.flow.confirm import confirm as run

    report = run(open_shop(workspace, wait), channels or (), since=since, batch_id=batch, dry_run=dry_run)
    console.finish(report, as_json, lambda: _show_confirm(report))


def _show_confirm(report: "ConfirmReport") -> None:
    if report.documents:
        console.documents(report.documents)
    for channel, error in report.skipped:
        console.warn(_("{channel} is not told: {reason}", channel=channel, reason=error.message), error.hint)
    if report.batch is None:
        console.say(_("nothing to confirm"))
    else:
        console.say(plural("{count} row to upload", "{count} rows to upload", report.confirmed))
