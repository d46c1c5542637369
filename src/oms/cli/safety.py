"""`oms log`, `oms undo`, `oms doctor`, `oms backup`: what happened, taking it back, and proof that all is well."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from oms.cli import console
from oms.cli.clock import clock
from oms.cli.looking import show_events, told
from oms.cli.options import SAFETY, DryRun, Json, Wait, Workspace, look_at, open_shop
from oms.cli.stock import show_ledger
from oms.words import _

if TYPE_CHECKING:
    from oms.flow.doctor import DoctorReport
    from oms.flow.journal import LogReport
    from oms.flow.undo import UndoReport

#: Batches that are listed where no `--limit` is given.
NEWEST = 20
KEEP = 10


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.command(rich_help_panel=SAFETY)(log)
    app.command(rich_help_panel=SAFETY)(undo)
    app.command(rich_help_panel=SAFETY)(doctor)
    app.command(rich_help_panel=SAFETY)(backup)


def log(
    word: Annotated[str | None, typer.Argument(metavar="[SKU|REF]", help=_("Only what touched this sku or order."))] = None,
    batch: Annotated[int | None, typer.Option("--batch", help=_("One batch, in detail."))] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help=_("At most so many batches."))] = NEWEST,
    workspace: Workspace = None,
    as_json: Json = False,
) -> None:
    """
    Show what happened: the batches, newest first; or everything that touched one sku or order.

    Example: oms log MUG-RED
    """
    from oms.flow.journal import log as run

    view = look_at(workspace)
    report = run(view, word, batch, limit)
    console.finish(report, as_json, lambda: _show_log(report, view.timezone, in_detail=batch is not None))


def _show_log(report: "LogReport", timezone: str, in_detail: bool) -> None:
    if report.ledger is not None:
        show_ledger(report.ledger, timezone)
        return
    if "order_ref" in report.about:
        show_events(report.about["events"], timezone)
        return
    console.table(
        [_("batch"), _("at"), _("command"), _("summary"), _("")],
        (
            (b["id"], clock(b["at"], timezone), b["words"] or b["command"], told(b["summary"]),
             _("undone by {batch}", batch=b["undone_by"]) if b["undone_by"] else
             _("undoes {batch}", batch=b["undoes"]) if b["undoes"] else "")
            for b in report.batches
        ),
        right=[_("batch")],
    )  # fmt: skip
    if in_detail:
        _show_detail(report)
    elif not report.batches:
        console.say(_("nothing happened yet"))


def _show_detail(report: "LogReport") -> None:
    found = report.batches[0]
    rows = [(_("read"), file["file"], f"{file['format']}, {file['rows']}") for file in found["files"]]
    rows += [(_("wrote"), document["path"], document["kind"]) for document in found["documents"]]
    rows += [(_("made"), name, str(n)) for name, n in report.about["made"].items()]
    rows += [(_("changed"), name, str(n)) for name, n in report.about["changed"].items()]
    if rows:
        console.line("")
        console.table([_("it"), _("what"), _("detail")], rows)
    if report.about["events"]:
        console.line("")
        console.table(
            [_("order"), _("what happened"), _("sku"), _("location"), _("detail")],
            (
                (f"{e['channel']}/{e['order_ref']}" if e["order_ref"] else None, e["kind"], e["sku"], e["location"],
                 told(e["detail"])) for e in report.about["events"]
            ),
        )  # fmt: skip


def undo(
    batch: Annotated[int, typer.Argument(metavar="BATCH", help=_("Its number, as `oms log` shows it."))],
    cascade: Annotated[bool, typer.Option("--cascade", help=_("Undo later batches that used it first."))] = False,
    workspace: Workspace = None,
    as_json: Json = False,
    dry_run: DryRun = False,
    wait: Wait = 30.0,
) -> None:
    """
    Take a batch back, as if it had never run; undoing an undo brings it back.

    Example: oms undo 12
    """
    from oms.flow.undo import undo as run

    shop = open_shop(workspace, wait)
    report = run(shop, batch, cascade=cascade, dry_run=dry_run)
    console.finish(report, as_json, lambda: _show_undo(report))
    shop.store.tell(report.batch)


def _show_undo(report: "UndoReport") -> None:
    console.table([_("undone"), _("command")], ((each["id"], each["command"]) for each in report.undone))
    if report.files:
        console.say(_("these files were written and stay; do not upload them, or upload what replaces them:"))
        for path in report.files:
            console.say(f"  {path}")
    console.say(_("bring it back with: oms undo {batch}", batch=report.batch))


def doctor(
    repair: Annotated[bool, typer.Option("--repair", help=_("Rewrite files, derive stock and statuses anew."))] = False,
    workspace: Workspace = None,
    as_json: Json = False,
    dry_run: DryRun = False,
    wait: Wait = 30.0,
) -> None:
    """
    Prove that stock, counters, statuses and documents are what the facts say.

    Example: oms doctor
    """
    from oms.flow.doctor import doctor as run

    with console.progress(_("examining")) as advance:
        report = run(open_shop(workspace, wait), repair=repair, dry_run=dry_run, progress=advance)
    console.finish(report, as_json, lambda: _show_doctor(report, repair))


def _show_doctor(report: "DoctorReport", repair: bool) -> None:
    console.table(
        [_("check"), _("result"), _("detail")],
        ((check.name, _("holds") if check.ok else _("BROKEN"), check.detail) for check in report.checks),
    )
    for document in report.documents:
        console.say(_("written again: {path}", path=document["path"]))
    if report.ok:
        console.say(_("every promise holds"))
    elif not repair:
        console.say(_("\nhint: oms doctor --repair puts right what follows from facts"))
    else:
        console.say(_("\nhint: facts contradict each other; find what wrote them with oms log, take it back with oms undo"))


def backup(
    folder: Annotated[Path | None, typer.Argument(metavar="[DIR]", help=_("Where to; backups/ of the workspace."))] = None,
    keep: Annotated[int, typer.Option("--keep", min=1, help=_("So many newest copies stay."))] = KEEP,
    workspace: Workspace = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """
    Copy the store, check the copy, and keep the newest ones.

    Example: oms backup /media/usb/oms
    """
    from oms.flow.backup import backup as run

    with console.progress(_("copying"), 100) as advance:
        report = run(look_at(workspace), folder, keep, dry_run, advance)
    console.finish(report, as_json, lambda: console.line(report.path))
