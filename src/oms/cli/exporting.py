"""`oms export`: orders, moves and receipts for an ERP or a bookkeeper, or every table whole."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from oms.cli import console
from oms.cli.options import LOOK, DryRun, Json, Wait, Workspace, open_shop
from oms.errors import UsageError
from oms.words import _, plural

if TYPE_CHECKING:
    from oms.flow.export import ExportReport, WholeReport


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.command(rich_help_panel=LOOK)(export)


def export(
    name: Annotated[
        str | None, typer.Argument(metavar="[FORMAT]", help=_("A template of formats/; ours where none is named."))
    ] = None,
    since: Annotated[str | None, typer.Option("--since", help=_("What came or changed from then on, exported or not."))] = None,
    whole: Annotated[bool, typer.Option("--all", help=_("Every table of the store instead."))] = False,
    kind: Annotated[
        Literal["parquet", "csv"] | None, typer.Option("--as", help=_("With --all: parquet (default) or csv."))
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("-o", "--output", help=_("With --all: the new folder to write."), file_okay=False)
    ] = None,
    workspace: Workspace = None,
    as_json: Json = False,
    dry_run: DryRun = False,
    wait: Wait = 30.0,
) -> None:
    """
    Write orders, stock moves and receipts that came or changed since the last export, for an ERP or a bookkeeper.

    Example: oms export
    """
    if whole and (name or since):
        raise UsageError(_("--all writes everything: no format, no --since"), _("leave one of them out"))
    if not whole and (kind or folder):
        raise UsageError(_("--as and -o belong to --all"), _("the columns and kind of a daily file stand in its template"))
    from oms.flow.export import export as run
    from oms.flow.export import export_all

    shop = open_shop(workspace, wait)
    if whole:
        tables = export_all(shop, kind=kind or "parquet", folder=folder, dry_run=dry_run)
        console.finish(tables, as_json, lambda: _show_whole(tables))
        return
    report = run(shop, name, since=since, dry_run=dry_run)
    console.finish(report, as_json, lambda: _show(report))


def _show(report: "ExportReport") -> None:
    if report.documents:
        console.documents(report.documents)
    if report.batch is None:
        console.say(_("nothing came or changed since the last export; --since DATE writes it again"))
        return
    for table, count in report.rows.items():
        console.say(plural("{table}: {count} row", "{table}: {count} rows", count, table=table))


def _show_whole(report: "WholeReport") -> None:
    console.table([_("table"), _("rows")], report.tables.items(), right=[_("rows")])
    console.say(report.path)
