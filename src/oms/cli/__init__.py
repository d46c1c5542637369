"""
The command line: words and flags, one module a group of commands; each command is a few lines over one flow.

The error boundary stands here, once: an expected error is an `error:` line, a `hint:` line and its exit code.
"""

import errno
import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from oms import __version__
from oms.cli import console
from oms.cli.quick import hasten
from oms.cli.usage import in_our_words
from oms.errors import OmsError
from oms.words import _

#: Modules with commands, in the order in which `oms --help` shows them: the stages of the day.
GROUPS = (
    "start",
    "demo",
    "importing",
    "formats",
    "mapping",
    "routing",
    "shipping",
    "syncing",
    "looking",
    "exporting",
    "stock",
    "safety",
)


class Boundary(TyperGroup):
    """The group of all commands, where expected errors end."""

    def make_context(self, *words: Any, **more: Any) -> Any:
        """Read the command line; wrong words become a message and exit code 2."""
        with _told():
            return super().make_context(*words, **more)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the words before the command."""
        hasten(self, ctx)
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command that the words name."""
        name, command, rest = super().resolve_command(ctx, args)
        if command is not None:
            hasten(command, ctx)
            for below in getattr(command, "commands", {}).values():
                hasten(below, ctx)
        return name, command, rest

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help screen of `oms` itself."""
        from oms.cli.overview import overview

        formatter.write(overview(self, ctx, formatter.width))

    def invoke(self, ctx: Any) -> Any:
        """Run the command; expected errors become a message and an exit code."""
        with _told():
            return super().invoke(ctx)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except OmsError as error:
        console.error(error.message, error.hint)
        raise typer.Exit(error.exit_code) from error
    except TyperException as error:
        wrong = in_our_words(error)
        if wrong is None:
            raise
        console.error(wrong.message, wrong.hint)
        raise typer.Exit(wrong.exit_code) from error
    except BrokenPipeError:
        raise
    except OSError as error:
        what = error.strerror or str(error)
        console.error(_("{file}: {what}", file=error.filename, what=what) if error.filename else what, _remedy(error))
        raise typer.Exit(1) from error


def _remedy(error: OSError) -> str | None:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return _("free some space, then run it again: nothing is half done")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return _("oms reads and writes in its workspace: give yourself the right to")
    return None


app = typer.Typer(
    cls=Boundary,
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help=_("Every channel's orders, one stock, one way out, from files on your own machine."),
    epilog=_("See a whole day first: oms demo · then begin with: oms init"),
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        console.line(f"oms {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help=_("Print the version and stop."))
    ] = False,
) -> None:
    """Every channel's orders, one stock, one way out, from files on your own machine."""
    if context.invoked_subcommand is None:
        console.screen(context.get_help().rstrip())


for _group in GROUPS:
    importlib.import_module(f"oms.cli.{_group}").register(app)


def main() -> None:
    """The command `oms`."""
    console.prepare()
    app(prog_name="oms")
