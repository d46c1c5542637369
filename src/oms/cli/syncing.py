"""`oms sync`: what the channels may sell, as their own stock files."""

from typing import TYPE_CHECKING, Annotated

import typer

from oms.cli import console
from oms.cli.options import CHANNELS, DryRun, Force, Json, Wait, Workspace, open_shop
from oms.words import _

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
    changes = report.changes if not console.on_terminal() else report.changes.head(SHOWN)
    columns = ("channel", "listing_sku", "location", "sku", "before", "after", "reason")
    if changes.height:
        console.table(columns, changes.select(columns).iter_rows(), right=("before", "after"))
    if (more := report.changes.height - changes.height) > 0:
        console.say(_("and {count} more", count=more))
    for document in report.documents:
        console.say(document.path)
    for skipped in report.skipped:
        console.warn(_("{channel} skipped: {reason}", channel=skipped.channel, reason=skipped.reason))
    for note in report.notes:
        console.warn(note)
    if report.unpublished.height:
        console.say(_("{count} listings cannot be published; which and why: oms sync --json",
                      count=report.unpublished.height))  # fmt: skip
    if report.published and not report.changes.height:
        console.say(_("nothing to tell: every channel knows its numbers"))
    elif report.changes.height:
        console.say(_("{count} listings would change", count=report.changes.height) if dry_run
                    else _("{count} listings changed; upload the files above", count=report.changes.height))  # fmt: skip
