"""
The only code that prints. Data goes to stdout: a table on a terminal, TSV in a pipe, or one JSON document; words go to
stderr. A seller's data never passes through markup.
"""

import json as _json
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, Protocol

import typer

from oms.words import _, plural


class Report(Protocol):
    """What a flow returns."""

    @property
    def exit_code(self) -> int:
        """0 done, 1 nothing could be done, 3 done but some input was rejected …"""

    def json(self) -> dict[str, Any]:
        """The keys of the JSON contract."""


def prepare() -> None:
    """Let every character through, whatever the terminal's encoding."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def finish(report: Report, as_json: bool, show: Callable[[], None]) -> None:
    """Print `report`, as JSON or by `show`, and end with its exit code."""
    if as_json:
        json(_with_recovered(report.json()))
    else:
        show()
        for document in _recovered:
            say(_("note: {path}: finished for a command that was interrupted", path=document.path))
    sys.stdout.flush()
    if report.exit_code:
        raise typer.Exit(report.exit_code)


_recovered: Sequence[Any] = ()


def watch(recovered: Sequence[Any]) -> None:
    """Tell, at the end, of the documents that will stand in `recovered`: what a crash left is finished by any command."""
    global _recovered
    _recovered = recovered


def _with_recovered(told: dict[str, Any]) -> dict[str, Any]:
    documents = told.get("documents", [])
    known = {document["path"] for document in documents}
    missing = [document.json() for document in _recovered if document.path not in known]
    return told | {"documents": missing + documents} if missing else told


#: Lists longer than this are for programs: an entry a line, which prints ten times as fast.
_LONG = 500


def json(document: dict[str, Any]) -> None:
    """Print one JSON document on stdout."""
    if not any(isinstance(value, list) and len(value) > _LONG for value in document.values()):
        print(_json.dumps(document, ensure_ascii=False, indent=2))
        return
    entry = _json.JSONEncoder(ensure_ascii=False).encode
    parts = []
    for key, value in document.items():
        if isinstance(value, list) and value:
            told = "[\n    " + ",\n    ".join([entry(each) for each in value]) + "\n  ]"
        else:
            told = entry(value)
        parts.append(f"  {entry(key)}: {told}")
    print("{\n" + ",\n".join(parts) + "\n}")


#: Control characters of a seller's data, as a terminal may see them: a title must not move the cursor or clear the screen.
_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"}


def line(text: str, *, wrap: bool = False) -> None:
    """Print one line of data on stdout; with `wrap` a terminal gets as many as it takes, what follows the first farther in."""
    if not on_terminal():
        print(text)
        return
    text = text.translate(_CONTROLS)
    if wrap:
        from shutil import get_terminal_size
        from textwrap import fill

        farther = " " * (len(text) - len(text.lstrip()) + 2)
        text = fill(
            text, get_terminal_size().columns, subsequent_indent=farther, break_long_words=False, break_on_hyphens=False
        )
    print(text)


def screen(text: str) -> None:
    """Print a screen of our own words, styled as it is."""
    print(text)


def say(text: str) -> None:
    """Say something to the person: stderr."""
    print(text.translate(_CONTROLS), file=sys.stderr)


def warn(text: str, hint: str | None = None) -> None:
    """Say what the person should look at: stderr."""
    say(f"warning: {text}")
    if hint:
        say(f"hint: {hint}")


def error(text: str, hint: str | None = None) -> None:
    """Say what went wrong and what to do: stderr, and on stdout as JSON where `--json` was asked for."""
    for each in text.splitlines() or [""]:
        say(f"error: {each}")
    if hint:
        say(f"\nhint: {hint}")
    if "--json" in sys.argv[1:]:
        json({"error": text, "hint": hint})


def error_of_file(text: str, hint: str | None = None) -> None:
    """Say what is wrong with one file among others: stderr."""
    say(f"error: {text}" + (f"\n  hint: {hint}" if hint else ""))


_shown_to_a_person = False
_most_rows: int | None = None


def on_terminal() -> bool:
    """Whether a person looks at stdout."""
    return _shown_to_a_person or sys.stdout.isatty()


@contextmanager
def for_a_person(most_rows: int | None = None) -> Iterator[None]:
    """Print tables as on a terminal, wherever stdout goes; long ones are cut after `most_rows`: the demo is no listing."""
    global _shown_to_a_person, _most_rows
    before = _shown_to_a_person, _most_rows
    _shown_to_a_person, _most_rows = True, most_rows
    try:
        yield
    finally:
        _shown_to_a_person, _most_rows = before


def table(
    columns: Sequence[str], rows: Iterable[Sequence[object]], *, right: Collection[str] = (), title: str | None = None,
    most: int | None = None, see: str = "",
) -> None:  # fmt: skip
    """
    Print rows: a table on a terminal, else TSV with a heading line. None prints as nothing.

    A terminal gets at most `most` rows, and `see` says where the others are; a pipe gets all.
    """
    if not on_terminal():
        print("\t".join(columns))
        left = iter(rows)
        while some := list(islice(left, _TOGETHER)):
            print("\n".join([_tsv(row) for row in some]))
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from oms.cli import layout

    every = list(rows)
    shown_rows = len(every) if most is None else min(most, len(every))
    if _most_rows is not None and len(every) > 3 * _most_rows:
        shown_rows = _most_rows
    rows_shown = [list(columns), *([_shown(cell) for cell in row] for row in every[:shown_rows])]
    console = Console()
    if layout.breaks_words(rows_shown, console.width):
        if title:
            console.print(Text(title), soft_wrap=True)
        print()
        for text, is_heading in layout.stacked(rows_shown, console.width, [column in right for column in columns]):
            console.print(Text(text, style="bold" if is_heading else ""), soft_wrap=True)
            if is_heading:
                console.print(Text(" " + "─" * (console.width - 2)))
        print()
    else:
        shown = Table(box=box.SIMPLE_HEAD, title=Text(title) if title else None, title_justify="left", pad_edge=False)
        for column, whole in zip(columns, layout.whole(rows_shown, console.width), strict=True):
            shown.add_column(Text(column), justify="right" if column in right else "left", overflow="fold", no_wrap=whole)
        for row_cells in rows_shown[1:]:
            shown.add_row(*map(Text, row_cells))
        console.print(shown)
    if more := len(every) - shown_rows:
        said = plural(" … and {count} more row", " … and {count} more rows", more)
        print(f"{said}: {see}" if see and _most_rows is None else said)


#: Characters of a cell that a terminal shows.
_MOST_CELL = 200


def _shown(cell: object) -> str:
    text = "" if cell is None else str(cell).translate(_CONTROLS).replace("\t", " ")
    return text if len(text) <= _MOST_CELL else text[: _MOST_CELL - 1] + "…"


#: Rows that go out as one text.
_TOGETHER = 1_000


def _tsv(row: Sequence[object]) -> str:
    cells = ["" if cell is None else str(cell) for cell in row]
    text = "\t".join(cells)
    if "\\" not in text and "\n" not in text and "\r" not in text and text.count("\t") == len(cells) - 1:
        return text
    return "\t".join(
        [cell.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r") for cell in cells]
    )


@contextmanager
def progress(title: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """A progress bar on stderr where a person looks at it; yields `advance(steps)`."""
    if not sys.stderr.isatty():
        yield lambda steps: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    with Progress(
        SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn(),
        console=Console(stderr=True), transient=True,
    ) as bar:  # fmt: skip
        task = bar.add_task(title, total=total)
        yield lambda steps: bar.advance(task, steps)


def documents(found: Iterable[Any]) -> None:
    """Print the files a command wrote."""
    table(
        [_("kind"), _("location"), _("channel"), _("path")],
        ([d.kind, d.location, d.channel, d.path + (_(" (recovered)") if d.recovered else "")] for d in found),
    )
