"""
The sessions that stand in the pages: ```console blocks with `$ ` lines, run again as a seller would type them.

A page says where it starts by a hidden comment, `<!-- replay: examples/first-day -->`: a folder of the repository whose
files lie in an empty folder when the page begins, `demo` (the folder that `oms demo` begins with; what arrives in the
evening is there when the clock says so) or `empty`. `<!-- clock: 2026-11-19T21:30:00Z -->` sets the clock of what
follows. A line `…` stands for any lines.
"""

import io
import os
import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from oms.cli import app, console
from oms.flow import demo

ROOT = Path(__file__).parents[1]
CLOCK = "2026-11-19T14:00:00Z"
ARRIVED = datetime.fromisoformat("2026-11-19T13:50:00+00:00").timestamp()
ELISION = "…"
_PART = re.compile(r"<!-- (replay|clock): (\S+) -->|```console\n(.*?)```", re.DOTALL)


@dataclass(frozen=True)
class Command:
    """A `$ ` line of a page, and what stands below it."""

    line: int  # in the page
    words: str
    output: list[str]
    place: str | None  # a new beginning
    clock: str


def pages() -> list[Path]:
    """Every page that may hold a session."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "examples").rglob("*.md"))]


def commands(text: str) -> list[Command]:
    """The sessions of a page, in order."""
    found: list[Command] = []
    place, clock = None, CLOCK
    for part in _PART.finditer(text):
        if part[1] == "replay":
            place, clock = part[2], CLOCK
        elif part[1] == "clock":
            clock = part[2]
        else:
            first = text.count("\n", 0, part.start(3)) + 1
            for number, line in enumerate(part[3].splitlines()):
                if line.startswith("$ "):
                    found.append(Command(first + number, line[2:], [], place, clock))
                    place = None
                elif found:
                    found[-1].output.append(line)
    return found


def refreshed(text: str, printed: list[list[str]]) -> str:
    """`text` with what its commands print now; where lines were left out, as many stay before and after."""
    answers = iter(zip(commands(text), printed, strict=True))

    def renew(part: re.Match[str]) -> str:
        if part[3] is None:
            return part[0]
        lines = []
        for line in part[3].splitlines():
            if line.startswith("$ "):
                command, output = next(answers)
                lines += [line, *_shortened(output, command.output)]
                if command.output and not command.output[-1].strip():
                    lines.append("")
        return "```console\n" + "\n".join(lines).rstrip() + "\n```"

    return _PART.sub(renew, text)


def _shortened(output: list[str], before: list[str]) -> list[str]:
    if ELISION not in (line.strip() for line in before):
        return output
    marks = [number for number, line in enumerate(before) if line.strip() == ELISION]
    head = marks[0]
    last = "\n".join(line.strip() for line in before[marks[-1] + 1 :]).strip("\n")
    tail = last.count("\n") + 1 if last else 0
    if len(output) <= head + tail:
        return output
    return [*output[:head], ELISION, *(output[len(output) - tail :] if tail else [])]


def same(said: list[str], printed: list[str]) -> bool:
    """Whether a page says what was printed; `…` is any number of lines."""
    wanted = [line.rstrip() for line in said]
    while wanted and not wanted[-1]:
        wanted.pop()
    pattern = "\n".join("(?:.*\n)*?.*" if line.strip() == ELISION else re.escape(line) for line in wanted)
    return re.fullmatch(pattern, "\n".join(printed)) is not None or (wanted == [ELISION])


class Session:
    """A shell that knows what the pages use: oms, cd, ls, cat, head, cp, and `>`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.number = 0
        self.here = root
        self.demo: demo.Demo | None = None

    def begin(self, place: str) -> None:
        """Start anew with the files of `place`."""
        self.number += 1
        self.here = self.root / f"{self.number}"
        self.demo = None
        if place == "demo":
            self.demo = demo.prepare(self.here)
        elif place == "empty":
            self.here.mkdir()
        else:
            shutil.copytree(ROOT / place, self.here, ignore=shutil.ignore_patterns("*.md"))
        for path in self.here.rglob("*"):
            os.utime(path, (ARRIVED, ARRIVED))

    def run(self, command: Command) -> list[str]:
        """The lines that a command prints."""
        if command.place is not None:
            self.begin(command.place)
        if self.demo is not None and datetime.fromisoformat(command.clock) >= demo.EVENING:
            demo.deliver_later(self.demo)
            self.demo = None
        words, _mark, target = (part.strip() for part in command.words.partition(" > "))
        out = io.StringIO()
        with _inside(self.here, command.clock, shlex.split(words)), redirect_stderr(out):
            if target:
                result = io.StringIO()
                with redirect_stdout(result):
                    self._one(shlex.split(words))
                (self.here / target).write_text(result.getvalue(), "utf-8")
                os.utime(self.here / target, (ARRIVED, ARRIVED))
            else:
                with redirect_stdout(out), console.for_a_person():
                    self._one(shlex.split(words))
        lines = [line.rstrip().replace(str(self.root.resolve()), "/shops") for line in out.getvalue().splitlines()]
        while lines and not lines[0]:
            lines.pop(0)
        while lines and not lines[-1]:
            lines.pop()
        return lines

    def _one(self, words: list[str]) -> None:
        name, *rest = words
        if name == "oms":
            try:
                app(rest, prog_name="oms")
            except SystemExit:
                return
        elif name == "cd":
            self.here = (self.here / rest[0]).resolve()
        elif name == "ls":
            for path in sorted((self.here / (rest[0] if rest else ".")).iterdir()):
                if not path.name.startswith("."):
                    print(path.name + ("/" if path.is_dir() else ""))
        elif name == "cat":
            print((self.here / rest[0]).read_text("utf-8-sig").rstrip("\n"))
        elif name == "head":
            print("\n".join((self.here / rest[-1]).read_text("utf-8-sig").splitlines()[: int(rest[0].lstrip("-"))]))
        elif name == "cp":
            shutil.copy2(self.here / rest[0], self.here / rest[1])
        else:
            raise AssertionError(f"the pages cannot replay `{name}`")


@contextmanager
def _inside(folder: Path, clock: str, words: list[str]) -> Iterator[None]:
    here, argv, environment = Path.cwd(), sys.argv, dict(os.environ)
    try:
        os.chdir(folder)
        for name in [name for name in os.environ if name.startswith("OMS_")]:
            del os.environ[name]
        os.environ |= {"OMS_NOW": clock, "COLUMNS": "120"}
        sys.argv = words
        yield
    finally:
        sys.argv = argv
        os.environ.clear()
        os.environ.update(environment)
        os.chdir(here)
