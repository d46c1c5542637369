"""`oms format`: files of a marketplace or a 3PL that nobody built in."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from oms.cli import console
from oms.cli.options import IN, DryRun, Json, Workspace, open_shop
from oms.words import _, plural

if TYPE_CHECKING:
    from oms.flow.formats import CheckReport, ListReport, NewReport

group = typer.Typer(no_args_is_help=True, help=_("Read files that nobody built in: formats of your own."))


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.add_typer(group, name="format", rich_help_panel=IN)


@group.command()
def new(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_("A sample of the files to read."))],
    name: Annotated[
        str | None, typer.Option("--name", help=_("Its name, and the kind of channel it makes; the file's else."))
    ] = None,
    workspace: Workspace = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """
    Draft formats/NAME.toml from a sample: columns are guessed, what is unsure is said.

    Example: oms format new orders-otto.csv --name otto
    """
    from oms.flow.formats import new as run

    report = run(open_shop(workspace), file, name, dry_run=dry_run)
    console.finish(report, as_json, lambda: _show_new(report, dry_run))


def _show_new(report: "NewReport", dry_run: bool) -> None:
    console.line(report.text.rstrip() if dry_run else report.path)
    for each in report.unsure:
        console.say(_("unsure: {what}", what=each))
    if report.known_to:
        console.warn(_("{formats} reads such a file already", formats=", ".join(report.known_to)))
    if report.draft:
        console.warn(_("it is not finished, so that nothing is read by it yet"))
    console.say(_("look at every line of it, then: oms format check {name} FILE", name=report.name))


@group.command()
def keys(as_json: Json = False) -> None:
    """
    List what a file in formats/ may say: its keys, those of a column, and the fields of each kind.

    Example: oms format keys
    """
    from oms.channels.format_keys import every_key

    found = list(every_key())
    if as_json:
        console.json({"keys": [key.json() for key in found]})
        return
    console.table(
        [_("table"), _("key"), _("type"), _("default"), _("meaning")],
        [[key.section, key.key, key.type, _("needed") if key.default is None else key.default, key.meaning] for key in found],
    )


@group.command()
def check(
    name: Annotated[str, typer.Argument(metavar="NAME", help=_("A file in formats/, without .toml."))],
    sample: Annotated[
        Path | None, typer.Argument(metavar="SAMPLE", help=_("A file to read by it; nothing is imported."))
    ] = None,
    workspace: Workspace = None,
    as_json: Json = False,
) -> None:
    """
    Check a format, and show the first orders of a sample as it understands them; change nothing.

    Example: oms format check otto orders-otto.csv
    """
    from oms.flow.formats import check as run

    report = run(open_shop(workspace), name, sample)
    console.finish(report, as_json, lambda: _show_check(report))


def _show_check(report: "CheckReport") -> None:
    if report.file is None:
        console.say(_("formats/{name}.toml is in order", name=report.name))
        for note in report.notes:
            console.say(_("note: {note}", note=note))
        return
    if report.kind == "orders":
        columns = [_("order"), _("placed"), _("payment"), _("state"), _("total"), _("country"), _("address"),
                   _("listing"), "n", _("price")]  # fmt: skip
        rows = [
            [o["order_ref"], o["placed_at"], o["payment"], o["state"], f"{o['total'] or ''} {o['currency']}".strip(),
             o["country"], _("whole") if o["address"] else _("not whole"),
             line["listing_sku"], line["quantity"], line["unit_price"]]
            for o in report.found for line in o["lines"]
        ]  # fmt: skip
        console.table(columns, rows, right=("n", _("price"), _("total")))
    elif report.found:
        names = list(dict.fromkeys(name for row in report.found for name in row))
        console.table(names, ([row.get(name) for name in names] for row in report.found))
    for note in report.notes:
        console.say(_("note: {note}", note=note))
    for reason, count in report.ignored.items():
        console.say(plural("note: {count} row ignored: {reason}", "note: {count} rows ignored: {reason}", count, reason=reason))
    for problem in report.problems:
        value = f" `{problem['value']}`" if problem["value"] is not None else ""
        console.say(f"{report.file}:{problem['row']}: {problem['column'] or ''}{value}: {problem['what']}")
    console.say(plural("{count} row read, {rejected} rejected", "{count} rows read, {rejected} of them rejected", report.rows,
                       rejected=report.rejected))  # fmt: skip


@group.command("list")
def list_(workspace: Workspace = None, as_json: Json = False) -> None:
    """
    List the formats of this workspace and who uses them; change nothing.

    Example: oms format list
    """
    from oms.flow.formats import listed as run

    report = run(open_shop(workspace))
    console.finish(report, as_json, lambda: _show_list(report))


def _show_list(report: "ListReport") -> None:
    console.table(
        [_("format"), _("kind"), _("recognised by"), _("used by")],
        ([f["name"], f["kind"], ", ".join(f["recognise"]), ", ".join(f["used_by"])] for f in report.formats),
    )
    for each in report.formats:
        if each["error"] is not None:
            console.error_of_file(each["error"])
    if not report.formats:
        console.say(_("no formats; draft one with: oms format new FILE"))
