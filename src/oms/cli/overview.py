"""`oms --help`: the commands by the stages of the day. Written by hand, because rich takes longer to load than to read."""

import os
import textwrap
from collections.abc import Iterator
from typing import Any

from oms.cli import console
from oms.cli.options import STAGES
from oms.words import _

_WIDEST = 100


def overview(command: Any, context: Any, width: int) -> str:
    """The text of the help screen of `command`, a group whose commands carry the name of their stage."""
    width = min(width, _WIDEST)
    lines = [*textwrap.wrap(command.help or "", width), "", _("Usage: {name} COMMAND …", name=context.command_path)]
    by_stage: dict[str, list[tuple[str, str]]] = {stage: [] for stage in STAGES}
    for name in command.list_commands(context):
        below = command.get_command(context, name)
        if below is not None and not below.hidden:
            stage = below.rich_help_panel if isinstance(below.rich_help_panel, str) else _("Commands")
            by_stage.setdefault(stage, []).append((name, _first_line(below.help or "")))
    for stage, commands in by_stage.items():
        if commands:
            lines += ["", _bold(stage), *_aligned(commands, width)]
    options = [found for param in command.get_params(context) if (found := param.get_help_record(context))]
    lines += ["", _bold(_("Options")), *_aligned(options, width)]
    lines += ["", *textwrap.wrap(command.epilog or "", width), _("Every command has --help.")]
    return "\n".join(lines) + "\n"


def _first_line(text: str) -> str:
    return " ".join(text.strip().split("\n\n")[0].split()).rstrip(".")


def _aligned(rows: list[tuple[str, str]], width: int) -> Iterator[str]:
    """Names in a column of their own, what they do beside them."""
    column = max(12, *(len(name) + 2 for name, _text in rows))
    for name, text in rows:
        first, *rest = textwrap.wrap(text, max(20, width - column - 2)) or [""]
        yield f"  {name.ljust(column)}{first}"
        for each in rest:
            yield " " * (column + 2) + each


def _bold(text: str) -> str:
    return f"\x1b[1m{text}\x1b[0m" if console.on_terminal() and not os.environ.get("NO_COLOR") else text
