"""`oms import`, `verify`, `hold`, `release`, `cancel`: orders in, and which of them may go on."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from oms.cli import console
from oms.cli.options import IN, DryRun, Json, Wait, Workspace, open_shop
from oms.errors import UsageError
from oms.words import _, plural

if TYPE_CHECKING:
    from oms.flow.import_report import FileReport, ImportReport
    from oms.flow.recognising import Wishes
    from oms.flow.repairing import FileRepair, RepairReport
    from oms.flow.shop import Shop
    from oms.flow.verify import HoldReport, VerifyReport

Ref = Annotated[str, typer.Argument(metavar="REF", help=_("Order ref, channel order id, or CHANNEL/REF."))]


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.command("import", rich_help_panel=IN)(import_)
    app.command(rich_help_panel=IN)(verify)
    app.command(rich_help_panel=IN)(hold)
    app.command(rich_help_panel=IN)(release)
    app.command(rich_help_panel=IN)(cancel)


def import_(
    files: Annotated[list[Path] | None, typer.Argument(help=_("Files or folders; inbox/ where absent."))] = None,
    channel: Annotated[str | None, typer.Option("--channel", help=_("Whose orders they are."))] = None,
    location: Annotated[str | None, typer.Option("--location", help=_("Where it was counted or sold."))] = None,
    kind: Annotated[str | None, typer.Option("--as", help=_("What kind of file it is, where two are possible."))] = None,
    as_of: Annotated[str | None, typer.Option("--as-of", help=_("When it was counted (ISO-8601)."))] = None,
    move: Annotated[bool, typer.Option("--move", help=_("Move files of inbox/ to inbox/done/ afterwards."))] = False,
    repair: Annotated[
        bool,
        typer.Option(
            "--repair", help=_("Import nothing: say what a spreadsheet damaged, write what can be proven to repaired/.")
        ),
    ] = False,
    workspace: Workspace = None,
    as_json: Json = False,
    dry_run: DryRun = False,
    wait: Wait = 30.0,
) -> None:
    """
    Read files of any channel and of your own into the store: orders, stock, products, tracking …

    Example: oms import orders_export.csv stock.xlsx --location NJ
    """
    from oms.flow.importing import import_files
    from oms.flow.recognising import Wishes

    shop = open_shop(workspace, wait)
    wishes = Wishes(channel, location, kind, as_of)
    if repair:
        if move:
            raise UsageError(_("--repair imports nothing, so there is nothing to --move"))
        _repair(shop, files or [shop.root / "inbox"], wishes, as_json, dry_run)
        return
    with console.progress(_("importing")) as advance:
        report = import_files(shop, files or [shop.root / "inbox"], wishes, move=move, dry_run=dry_run, progress=advance)
    console.finish(report, as_json, lambda: _show(report))


def _repair(shop: "Shop", files: list[Path], wishes: "Wishes", as_json: bool, dry_run: bool) -> None:
    from oms.flow.repairing import repair_files

    report = repair_files(shop, files, wishes, dry_run=dry_run)
    console.finish(report, as_json, lambda: _show_repairs(report))


def _show_repairs(report: "RepairReport") -> None:
    read = [file for file in report.files if file.error is None]
    console.table(
        [_("file"), _("format"), _("damaged cells"), _("proven"), _("patch"), _("repaired copy")],
        ([f.file, f.format, f.damaged, f.proven, f.patch, f.repaired] for f in read),
        right=(_("damaged cells"), _("proven")),
    )
    for file in report.files:
        _show_repair(file)
    if read and not any(file.damaged for file in read):
        console.say(_("no spreadsheet has damaged these files, as far as anybody can tell"))


def _show_repair(file: "FileRepair") -> None:
    if file.error is not None:
        console.error_of_file(file.error, file.hint)
        return
    for damage in file.damages[:20]:
        value = f" `{damage['value']}`" if damage["value"] is not None else ""
        was = _(": it was `{value}`", value=damage["repaired"]) if damage["repaired"] is not None else ""
        console.say(f"{file.file}:{damage['row']}: {damage['column']}{value}: {damage['why']}{was}")
    if file.damaged > 20:
        console.say(_("… and {count} more", count=file.damaged - 20))
    if file.repaired:
        whose = f" --channel {file.channel}" if file.channel else ""
        console.say(_("look at {patch}, then: oms import {copy}{channel}", patch=file.patch, copy=file.repaired, channel=whose))
    elif file.patch:
        console.say(_("not all of it can be proven, so there is no repaired copy: export the file again and import it "
                      "unopened, or mend it by {patch}", patch=file.patch))  # fmt: skip


def _show(report: "ImportReport") -> None:
    for warning in report.warnings:
        console.warn(_("not used: {problem}", problem=warning))
    if not report.files:
        console.say(_("nothing to import"))
        return
    read = [file for file in report.files if file.error is None]
    if read:
        console.table(
            [_("file"), _("format"), _("channel"), _("rows"), _("new"), _("updated"), _("unchanged"), _("rejected")],
            ([f.file, f.format, f.channel or f.location, f.rows, f.new, f.updated, f.unchanged, f.rejected] for f in read),
            right=(_("rows"), _("new"), _("updated"), _("unchanged"), _("rejected")),
        )
    for file in report.files:
        _show_file(file)
    if report.holds:
        console.say(_("held: {holds}", holds=", ".join(f"{n} {reason}" for reason, n in report.holds.items())))


def _show_file(file: "FileReport") -> None:
    if file.error is not None:
        console.error_of_file(file.error, file.hint)
        return
    for note in file.notes:
        console.say(_("note: {file}: {note}", file=file.file, note=note))
    for reason, count in file.ignored.items():
        console.say(plural("note: {file}: {count} row ignored: {reason}", "note: {file}: {count} rows ignored: {reason}",
                           count, file=file.file, reason=reason))  # fmt: skip
    for problem in file.problems[:20]:
        value = f"`{problem['value']}`" if problem["value"] is not None else ""
        cell = " ".join(filter(None, (problem["column"], value)))
        where = ": ".join(filter(None, (f"{file.file}:{problem['row']}", cell)))
        console.say(f"{where}: {problem['what']}" + (f"\n  hint: {problem['hint']}" if problem["hint"] else ""))
    if len(file.problems) > 20:
        console.say(_("… and {count} more", count=len(file.problems) - 20))
    if file.rejects_file:
        console.say(_("rejected rows are in {path}: mend them there and import that file", path=file.rejects_file))


def verify(workspace: Workspace = None, as_json: Json = False, dry_run: DryRun = False, wait: Wait = 30.0) -> None:
    """
    Look again at every open order: payment, address, mapping, duplicates; hold or free it.

    Example: oms verify
    """
    from oms.flow.verify import verify as run

    report = run(open_shop(workspace, wait), dry_run=dry_run)
    console.finish(report, as_json, lambda: _show_verify(report))


def _show_verify(report: "VerifyReport") -> None:
    console.table(
        [_("order"), _("channel"), _("reason"), _("detail")],
        ([o["order_ref"], o["channel"], o["reason"], o["detail"]] for o in report.held),
    )
    console.say(_("{holds} on {orders}", holds=plural("{count} hold", "{count} holds", len(report.held)),
                  orders=plural("{count} open order", "{count} open orders", report.checked)))  # fmt: skip


def hold(
    ref: Ref,
    reason: Annotated[str, typer.Option("--reason", help=_("Why, in your words."))],
    workspace: Workspace = None,
    as_json: Json = False,
    dry_run: DryRun = False,
    wait: Wait = 30.0,
) -> None:
    """
    Stop an order until it is released.

    Example: oms hold 1001 --reason "buyer asked to wait"
    """
    from oms.flow.verify import hold as run

    report = run(open_shop(workspace, wait), ref, reason, dry_run=dry_run)
    console.finish(report, as_json, lambda: _show_hold(report))


def release(
    ref: Ref,
    reason: Annotated[str | None, typer.Option("--reason", help=_("Only this hold, for example `risk`."))] = None,
    workspace: Workspace = None,
    as_json: Json = False,
    dry_run: DryRun = False,
    wait: Wait = 30.0,
) -> None:
    """
    Let a held order go on; a hold that its cause would set again stays released.

    Example: oms release 1001
    """
    from oms.flow.verify import release as run

    report = run(open_shop(workspace, wait), ref, reason, dry_run=dry_run)
    console.finish(report, as_json, lambda: _show_hold(report))


def cancel(
    ref: Ref,
    stopped: Annotated[bool, typer.Option("--stopped", help=_("It was stopped at the bench: give picked units back."))] = False,
    workspace: Workspace = None,
    as_json: Json = False,
    dry_run: DryRun = False,
    wait: Wait = 30.0,
) -> None:
    """
    Cancel what has not left of an order; what is being picked is recalled first.

    Example: oms cancel 1001
    """
    from oms.flow.verify import cancel as run

    report = run(open_shop(workspace, wait), ref, stopped=stopped, dry_run=dry_run)
    console.finish(report, as_json, lambda: _show_hold(report))


def _show_hold(report: "HoldReport") -> None:
    console.line(f"{report.channel}/{report.order_ref}\t{report.status}\t{', '.join(h['reason'] for h in report.holds)}")
    for note in report.notes:
        console.say(note)
