"""`oms map`: which sku a listing is."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from oms.cli import console
from oms.cli.options import IN, DryRun, Json, Wait, Workspace, open_shop
from oms.words import _, plural

if TYPE_CHECKING:
    from oms.flow.mapping import MapCheckReport, SetReport, SuggestReport

group = typer.Typer(no_args_is_help=True, help=_("Map the channels' listings to your skus."))

Channel = Annotated[str | None, typer.Option("--channel", help=_("Only this channel."))]


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.add_typer(group, name="map", rich_help_panel=IN)


@group.command()
def suggest(
    channel: Channel = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help=_("Write them as a listings file to fill in."))] = None,
    workspace: Workspace = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """
    List what is not mapped, the most wanted first, with the sku it could be and how sure that is; map nothing.

    Example: oms map suggest -o listings.csv
    """
    from oms.flow.mapping import suggest as run

    report = run(open_shop(workspace), channel, output, dry_run=dry_run)
    console.finish(report, as_json, lambda: _show_suggestions(report))


def _show_suggestions(report: "SuggestReport") -> None:
    if report.path is not None:
        console.line(str(report.path))
        console.say(_("look at it, fill in what is missing, then: oms import {file}", file=report.path))
        return
    console.table(
        [_("channel"), _("listing"), _("title"), _("open units"), _("sku?"), _("×"), _("sure"), _("because")],
        ([s["channel"], s["listing_sku"], s["title"], s["open_units"], s["sku"], s["quantity"], s["sure"], s["because"]]
         for s in report.suggestions),
        right=(_("open units"), _("×")),
    )  # fmt: skip
    if report.suggestions:
        console.say(_("map one with: oms map set CHANNEL LISTING SKU, many with a file: oms map suggest -o listings.csv"))
    else:
        console.say(_("every listing is mapped"))


@group.command("set")
def set_(
    channel: Annotated[str, typer.Argument(help=_("The channel of the listing."))],
    listing_sku: Annotated[str, typer.Argument(metavar="LISTING", help=_("The listing as the channel's files spell it."))],
    sku: Annotated[str, typer.Argument(help=_("Your sku or kit."))],
    quantity: Annotated[int, typer.Option("--quantity", min=1, help=_("Units of the sku in one of the listing."))] = 1,
    workspace: Workspace = None,
    as_json: Json = False,
    dry_run: DryRun = False,
    wait: Wait = 30.0,
) -> None:
    """
    Say which sku a listing is; open orders follow at once.

    Example: oms map set amazon-us MUG-RED-2PK MUG-RED --quantity 2
    """
    from oms.flow.mapping import set_listing as run

    report = run(open_shop(workspace, wait), channel, listing_sku, sku, quantity, dry_run=dry_run)
    console.finish(report, as_json, lambda: _show_set(report))


def _show_set(report: "SetReport") -> None:
    console.line(f"{report.channel}\t{report.listing_sku}\t{report.sku}\t{report.quantity}")
    console.say(plural("{count} order looked at again", "{count} orders looked at again", report.orders))
    for note in report.notes:
        console.say(_("note: {note}", note=note))


@group.command()
def check(workspace: Workspace = None, as_json: Json = False) -> None:
    """
    Find listings, kits and barcodes that do not fit your skus or each other; change nothing.

    Example: oms map check
    """
    from oms.flow.mapping import check as run

    report = run(open_shop(workspace))
    console.finish(report, as_json, lambda: _show_problems(report))


def _show_problems(report: "MapCheckReport") -> None:
    console.table(
        [_("problem"), _("channel"), _("listing"), _("sku"), _("detail")],
        ([p["problem"], p["channel"], p["listing_sku"], p["sku"], p["detail"]] for p in report.problems),
    )
    if not report.problems:
        console.say(_("the mapping is in order"))
