"""
`oms demo`: a workspace of an invented shop, and the commands of its day.

This flow only prepares; the commands are run by whoever shows them, exactly as a seller would type them.
"""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from oms.errors import Refused
from oms.words import _
from oms.workspace import CONFIG_NAME, make_private_folder, write_private

MORNING = datetime(2026, 11, 19, 14, 0, tzinfo=UTC)  # 09:00 in New York
EVENING = datetime(2026, 11, 19, 21, 30, tzinfo=UTC)  # 16:30 in New York
#: Files that arrive during the day; all others lie in the inbox in the morning.
LATER = ("orders_export-evening.csv", "tracking.csv")


@dataclass(frozen=True)
class Step:
    """One command of the day, why it is run, at what time, and the exit code it ends with."""

    words: tuple[str, ...]
    why: str
    clock: datetime
    exit_code: int = 0


@dataclass(frozen=True)
class Demo:
    """A workspace ready for its day."""

    root: Path
    files: list[str]
    steps: tuple[Step, ...]


def prepare(folder: Path | None) -> Demo:
    """
    Make the workspace of the demo in `folder`, else in the first of `oms-demo`, `oms-demo-2` … that is not there yet.

    Raises Refused where `folder` holds something already: a demo never overwrites.
    """
    root = (folder if folder is not None else _free(Path("oms-demo"))).resolve()
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise Refused(_("`{folder}` is not empty", folder=root), _("name a folder that does not exist yet: oms demo DIR"))
    make_private_folder(root / "inbox")
    make_private_folder(root / "outbox")
    source = files("oms.data").joinpath("demo")
    write_private(root / CONFIG_NAME, source.joinpath(CONFIG_NAME).read_bytes())
    names = sorted(file.name for file in source.joinpath("inbox").iterdir() if file.name not in LATER)
    for name in names:
        _deliver(source, root, name, MORNING)
    return Demo(root, [f"inbox/{name}" for name in names], day())


def deliver_later(demo: Demo) -> list[str]:
    """Put the files that arrive during the day into the inbox."""
    source = files("oms.data").joinpath("demo")
    for name in LATER:
        _deliver(source, demo.root, name, EVENING)
    return [f"inbox/{name}" for name in LATER]


def _deliver(source: Traversable, root: Path, name: str, at: datetime) -> None:
    target = root / "inbox" / name
    write_private(target, source.joinpath("inbox", name).read_bytes())
    os.utime(target, (at.timestamp(), at.timestamp()))  # files that name no time count as of this one


def _free(wanted: Path) -> Path:
    number = 1
    found = wanted
    while found.exists():
        number += 1
        found = wanted.with_name(f"{wanted.name}-{number}")
    return found


def day() -> tuple[Step, ...]:
    """The commands of the day, in order."""
    return (Step(("import",), _("Every file that came overnight, of every channel, in one go."), MORNING, 3),)


def report(demo: Demo, steps: list[dict[str, Any]]) -> dict[str, Any]:
    """Keys: folder, clock, files[], steps[]{command, exit_code}."""
    written = sorted(
        str(path.relative_to(demo.root).as_posix()) for path in (demo.root / "outbox").rglob("*") if path.is_file()
    )
    return {
        "folder": str(demo.root), "clock": EVENING.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "files": [*demo.files, *(f"inbox/{name}" for name in LATER), *written], "steps": steps,
    }  # fmt: skip
