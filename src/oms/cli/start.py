"""`oms init`, `oms config`, `oms template`: getting started."""

from pathlib import Path
from typing import Annotated

import typer

from oms import workspace as folders
from oms.cli import console
from oms.cli.options import START, DryRun, Json, Workspace, now, open_shop
from oms.words import _

config_app = typer.Typer(no_args_is_help=True, help=_("Check or change oms.toml."))


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.command(rich_help_panel=START)(init)
    app.add_typer(config_app, name="config", rich_help_panel=START)
    app.command(rich_help_panel=START)(template)


def init(
    folder: Annotated[Path, typer.Argument(help=_("Where; this folder by default."))] = Path("."),
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """
    Make a workspace: oms.toml, inbox/, outbox/ and the store; overwrite nothing.

    Example: oms init my-shop
    """
    from oms.flow.start import init as run

    report = run(folder, now(), dry_run=dry_run)
    console.finish(report, as_json, lambda: _show_init(report.folder, report.made))


def _show_init(folder: Path, made: list[str]) -> None:
    for name in made:
        console.line(name)
    if made:
        console.say(_("workspace ready in {folder}; next: describe your locations and channels in oms.toml, then",
                      folder=folder))  # fmt: skip
        console.say("  oms config check\n  oms import products.csv stock.csv orders.csv")
    else:
        console.say(_("nothing to do: {folder} is a workspace already", folder=folder))


@config_app.command("check")
def check(workspace: Workspace = None, as_json: Json = False) -> None:
    """
    Check oms.toml and what in it fits the rate card; change nothing.

    Example: oms config check
    """
    from oms.flow.checking import check_config as run

    report = run(open_shop(workspace))
    console.finish(report, as_json, lambda: _show_check(report.warnings))


def _show_check(warnings: list[str]) -> None:
    for warning in warnings:
        console.warn(warning)
    if not warnings:
        console.say(_("oms.toml is in order"))


@config_app.command("set")
def set_key(
    key: Annotated[str, typer.Argument(help=_("Dotted: routing.goal, channels.amazon-us.buffer, locations.NJ.cutoff."))],
    value: Annotated[str, typer.Argument(help=_("A TOML value, else text."))],
    workspace: Workspace = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """
    Change one key of oms.toml, keeping its comments.

    Example: oms config set channels.amazon-us.buffer 2
    """
    from oms.flow.start import set_config as run

    report = run(folders.find(workspace), key, value, dry_run=dry_run)
    console.finish(report, as_json, lambda: console.line(f"{report.key} = {report.value}"))


@config_app.command("keys")
def list_keys(
    section: Annotated[
        str | None, typer.Argument(metavar="SECTION", help=_("A table (routing) or a key (channels.buffer); all without."))
    ] = None,
    as_json: Json = False,
) -> None:
    """
    List what oms.toml may say: every key, its type, its default, its meaning.

    Example: oms config keys routing
    """
    from oms.config_keys import REPEATED, every_key, find, heading

    found = find(section) if section else list(every_key())
    if as_json:
        console.json({"keys": [key.json() for key in found]})
        return
    columns = [_("key"), _("type"), _("default"), _("meaning")]
    if not console.on_terminal():
        console.table([_("section"), *columns],
                      [[key.section, key.key, key.type, key.default, key.meaning] for key in found])  # fmt: skip
        return
    for name in dict.fromkeys(key.section for key in found):
        rows = [[key.key, key.type, _("needed") if key.default is None else key.default, key.meaning]
                for key in found if key.section == name]  # fmt: skip
        console.table(columns, rows, title=heading(name) + (_("  one for each of yours") if name in REPEATED else ""))


def template(
    kind: Annotated[str, typer.Argument(metavar="KIND", help=_("products, kits, listings, stock, incoming, rates, orders …"))],
    output: Annotated[Path | None, typer.Option("-o", "--output", help=_("The file; a CSV goes to stdout without."))] = None,
    xlsx: Annotated[bool, typer.Option("--xlsx", help=_("A workbook; KIND.xlsx in this folder without -o."))] = False,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """
    Write an empty file of one of our own kinds, each column explained.

    Example: oms template stock -o stock.csv
    """
    from oms.flow.template import template as run

    report = run(kind, output, xlsx, dry_run=dry_run)
    text = report.json()["text"]
    lines = [str(report.path)] if text is None else text.splitlines()
    console.finish(report, as_json, lambda: console.line("\n".join(lines)))
