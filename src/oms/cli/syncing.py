"""`oms sync`: what the channels may sell, as their own stock files."""

from typing import TYPE_CHECKING, Annotated

import typer

from oms.cli import console
from oms.cli.options import CHANNELS, DryRun, Force, Json, Wait, Workspace, open_shop
from oms.words import _, plural

if TYPE_CHECKING:
    from oms.flow.sync import SyncReport

SHOWN = 40  # changes that a terminal shows; a pipe gets all


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.command(rich_help_panel=CHANNELS)(sync)


def sync(
    channels: Annotated[list[str] | None, typer.Argument(help=_("Channels to tell; all by default."))] = None,
    full: Annotated[bool, typer.Option("--full", help=_("Write every listing, not only what changed."))] = False,
    force: Force = False,
    workspace: Workspace = None,
    as_json: Json = False,
    dry_run: DryRun = False,
    wait: Wait = 30.0,
) -> None:
    """
    Write each channel's stock file: what it may sell now, where that differs from what it was told last.

    Example: oms sync amazon-us --dry-run
    """
    from oms.flow.sync import sync as run

    report = run(open_shop(workspace, wait), channels or [], full=full, force=force, dry_run=dry_run)
    console.finish(report, as_json, lambda: _show(report, dry_run))


def _show(report: "SyncReport", dry_run: bool) -> None:
    columns = ("channel", "listing_sku", "location", "sku", "before", "after", "reason")
    if report.changes.height:
        console.table(
            columns, report.changes.select(columns).iter_rows(), right=("before", "after"), most=SHOWN,
            see=_("oms sync --dry-run | less") if dry_run else _("they are in the files"),
        )  # fmt: skip
    for document in report.documents:
        console.say(document.path)
    for skipped in report.skipped:
        console.warn(_("{channel} skipped: {reason}", channel=skipped.channel, reason=skipped.reason))
    for note in report.notes:
        console.warn(note)
    if report.unpublished.height:
        console.say(plural("{count} listing cannot be published; which and why: oms sync --json",
                           "{count} listings cannot be published; which and why: oms sync --json",
                           report.unpublished.height))  # fmt: skip
    if report.published and not report.changes.height:
        console.say(_("nothing to tell: every channel knows its numbers"))
    elif report.changes.height:
        console.say(plural("{count} listing would change", "{count} listings would change", report.changes.height) if dry_run
                    else plural("{count} listing changed; upload the files above",
                                "{count} listings changed; upload the files above", report.changes.height))  # fmt: skip
