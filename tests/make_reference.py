"""
Writes docs/reference/commands.md from the commands themselves, and the tables of docs/reference/config.md from the keys:
python -m tests.make_reference
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typer.main import get_command

from oms import config_keys
from oms.cli import app

PAGE = Path(__file__).parents[1] / "docs/reference/commands.md"
CONFIG_PAGE = PAGE.with_name("config.md")
_HEAD = """\
# Commands

Written from the program by `python -m tests.make_reference`; a test holds it to what the program says.

Every command: `--json` prints exactly one JSON document on stdout. Without it data goes to stdout, as a table on a
terminal and as TSV in a pipe, and words go to stderr. Every command that writes has `--dry-run`: the same output,
nothing written. The workspace is `--workspace`, else the variable `OMS_WORKSPACE`, else the nearest folder above this
one with an `oms.toml`, else the user data folder of your system. `OMS_NOW` (ISO-8601) fixes the clock. What the exit
codes mean: [exit codes](exit-codes.md).
"""


def reference() -> str:
    """The whole page."""
    group = get_command(app)
    parts = [_HEAD]
    stage = None
    for name, command in commands(group, "oms"):
        panel = getattr(command, "rich_help_panel", None)
        if isinstance(panel, str) and panel != stage and name.count(" ") == 1:
            stage = panel
            parts.append(f"## {stage}\n")
        parts.append(_section(name, command))
    return "\n".join(parts)


def commands(group: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every command with the words that call it; a group stands before what is in it."""
    for name, command in group.commands.items():
        if command.hidden:
            continue
        words = f"{path} {name}"
        yield words, command
        if hasattr(command, "commands"):
            yield from commands(command, words)


def _section(words: str, command: Any) -> str:
    text = re.sub(r"[ \t]+", " ", re.sub(r"(?<!\n)\n(?!\n)", " ", (command.help or "").strip()))
    about, _mark, example = text.partition("Example: ")
    lines = [f"### `{words}`", "", about.strip(), ""]
    if example:
        lines += ["```bash", example.strip(), "```", ""]
    arguments = [param for param in command.params if param.param_type_name == "argument" and not param.hidden]
    options = [param for param in command.params if param.param_type_name == "option" and not param.hidden]
    if arguments or options:
        lines += ["| | takes | what it does |", "|---|---|---|"]
    for param in arguments:
        lines.append(f"| `{_placeholder(param)}` | {'needed' if param.required else ''} | {_cell(param.help)} |")
    for param in options:
        names = ", ".join(f"`{name}`" for name in sorted(param.opts, key=len))
        lines.append(f"| {names} | {_value(param)} | {_cell(param.help)} |")
    return "\n".join([*lines, ""])


def _placeholder(param: Any) -> str:
    return (param.metavar or param.name.rstrip("_").upper()) + ("…" if param.nargs == -1 else "")


def _value(param: Any) -> str:
    """What an option takes and what it is without."""
    if param.is_flag:
        return ""
    said = [_kind(param)]
    if param.required:
        said.append("needed")
    elif param.default not in (None, (), []):
        said.append(f"default `{param.default}`")
    if param.multiple:
        said.append("may be repeated")
    if param.envvar:
        said.append(f"or `{param.envvar}`")
    return ", ".join(said)


def _kind(param: Any) -> str:
    names = {"str": "text", "int": "number", "float": "number", "Path": "path"}
    annotation = getattr(getattr(param, "type_descriptor", None), "annotation", str)
    return param.metavar or names.get(getattr(annotation, "__name__", "str"), "text")


def _cell(text: str | None) -> str:
    return (text or "").replace("|", "\\|")


def config_reference(page: str) -> str:
    """The page about oms.toml with the table of each section written anew; its other words stay."""
    first, *sections = re.split(r"(?m)^(?=## )", page)
    parts = [first]
    for section in sections:
        name = re.match(r"## `\[+([\w.]+)\]+`", section)
        table = _keys(name[1]) if name else ""
        parts.append(re.sub(r"(?m)(^\|.*\n)+", lambda _match, table=table: table, section, count=1) if table else section)
    return "".join(parts)


def _keys(section: str) -> str:
    rows = [
        f"| `{key.key}` | {_cell(key.type)} | {_default(key.default)} | {_cell(key.meaning)} |"
        for key in config_keys.every_key()
        if key.section == section
    ]
    return "\n".join(["| key | type | default | meaning |", "|---|---|---|---|", *rows, ""])


def _default(text: str | None) -> str:
    if text is None:
        return "needed"
    return f"`{text}`" if re.match(r"[\d\"\[{]|true$|false$", text) else text


if __name__ == "__main__":
    PAGE.write_text(reference(), "utf-8")
    CONFIG_PAGE.write_text(config_reference(CONFIG_PAGE.read_text("utf-8")), "utf-8")
