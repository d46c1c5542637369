"""`oms demo`: a whole seller's day, run before your eyes."""

import io
import os
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from oms.cli import console
from oms.cli.options import START, Json
from oms.errors import OmsError
from oms.words import _

if TYPE_CHECKING:
    from oms.flow.demo import Demo, Step

ROWS = 4  # of a table; the demo is one screen a command


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.command(rich_help_panel=START)(demo)


def demo(
    folder: Annotated[Path | None, typer.Argument(help=_("Where; oms-demo by default, oms-demo-2 if that is taken."))] = None,
    as_json: Json = False,
) -> None:
    """
    Show a whole seller's day on files of an invented shop, in a fresh workspace.

    Example: oms demo
    """
    from oms.flow.demo import prepare, report

    made = prepare(folder)
    steps: list[dict[str, Any]] = []
    shown = io.StringIO() if as_json else sys.stdout
    with redirect_stdout(shown), redirect_stderr(shown), console.for_a_person(ROWS):
        _begin(made)
        for step in made.steps:
            steps.append({"command": shlex.join(("oms", *step.words)), "exit_code": _run(made, step)})
            if steps[-1]["exit_code"] != step.exit_code:
                break
        else:
            _end(made)
    failed = len(steps) < len(made.steps) or steps[-1]["exit_code"] != made.steps[-1].exit_code
    if as_json:
        console.json(report(made, steps))
    if failed:
        raise OmsError(_("the demo stopped at: {command}", command=steps[-1]["command"]))


def _begin(made: "Demo") -> None:
    console.line(_("Thursday, 19 November 2026, 09:00 in New York. Blue Door Goods sells on four channels and ships from"))
    console.line(_("a 3PL in New Jersey, a warehouse in California and its corner shop. {count} files lie in inbox/:",
                   count=len(made.files)))  # fmt: skip
    console.line("")
    for name in made.files:
        console.line(f"    {name}")


def _run(made: "Demo", step: "Step") -> int:
    """Show one command and what it prints; its exit code."""
    from oms.cli import app
    from oms.flow.demo import LATER, deliver_later

    if any(f"inbox/{name}" in step.words for name in LATER):
        deliver_later(made)
    console.line("")
    for line in step.why.splitlines():
        console.line(f"# {line}")
    console.line(f"$ {shlex.join(('oms', *step.words))}")
    with _as_typed(made.root, step.clock, ("oms", *step.words)):
        try:
            app(list(step.words), prog_name="oms")
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else 1
    sys.stdout.flush()
    return code


@contextmanager
def _as_typed(root: Path, clock: datetime, words: tuple[str, ...]) -> Iterator[None]:
    """As if the words were typed in the workspace at that time."""
    here, argv, environment = Path.cwd(), sys.argv, dict(os.environ)
    try:
        os.chdir(root)
        os.environ.pop("OMS_WORKSPACE", None)
        os.environ["OMS_NOW"] = clock.isoformat()
        if not sys.stdout.isatty():
            os.environ.setdefault("COLUMNS", "110")  # a pipe has no width of its own
        sys.argv = list(words)
        yield
    finally:
        sys.argv = argv
        os.environ.clear()
        os.environ.update(environment)
        os.chdir(here)


def _end(made: "Demo") -> None:
    from oms.flow.demo import EVENING, worth_opening

    folder = shlex.quote(os.path.relpath(made.root))
    console.line("")
    console.line(_("That was the day. Worth opening, in {folder}/:", folder=folder))
    console.line("")
    for path, what in worth_opening(made):
        console.line(f"    {path:<54}  {what}")
    console.line("")
    console.line(_("Go on in that day:   cd {folder} && export OMS_NOW={now}", folder=folder,
                   now=EVENING.strftime("%Y-%m-%dT%H:%M:%SZ")))  # fmt: skip
    console.line(_("What to try:         oms show '#2104'   oms explain MUG-RED   oms undo 10   oms --help"))
    console.line(_("With your own files: oms init my-shop"))
