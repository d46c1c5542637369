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
    morning = (
        (("import",), _("Everything that came overnight, in one go. Files are recognised by their headings;\n"
                        "a row that cannot be read holds back its own order and nothing else."), 3),
        (("map", "suggest"), _("Amazon sells something under a name that nobody has mapped yet. Its orders are held."), 0),
        (("map", "set", "amazon-us", "Towel_Check", "TOWEL-CHECK"), _("Right. Those orders go on at once."), 0),
        (("orders", "--status", "held"), _("What else is held, and why? oms stops these, you decide."), 0),
        (("route",), _("Which place ships which order? Filling comes first, then cost."), 0),
        (("explain", "#2104"), _("A clock that lies in New Jersey and a lamp that lies in California: why so?"), 0),
        (("orders", "--status", "waiting"), _("One order waits: the lamp it wants is sold out everywhere."), 0),
        (("pick", "--location", "NJ"), _("The 3PL gets its orders as a file; what is in it is nobody else's now."), 0),
        (("sync",), _("Each channel may sell what is really free. Written as the channels' own upload files."), 0),
    )  # fmt: skip
    evening = (
        (("import", *(f"inbox/{name}" for name in reversed(LATER))),
         _("16:30. The 3PL sends tracking numbers. The web shop's new export has new orders, one that was\n"
           "cancelled (#2148: not picked yet, so its stock is free again) and one cut after picking (#2131)."), 0),
        (("orders", "--status", "held"), _("#2131 is at the 3PL already: a recall, for a person to see to."), 0),
        (("route",), _("The new orders find their places. What is being picked stays where it is."), 0),
        (("pick", "--location", "CA"), _("The warehouse in California picks for tomorrow."), 0),
        (("confirm",), _("Tell the channels what left, once, with tracking."), 0),
        (("sync", "site"), _("And what the web shop may sell now: only what changed."), 0),
        (("status",), _("How do things stand?"), 0),
        (("doctor",), _("Does every sum hold? Proven on the store itself."), 0),
        (("log",), _("Who changed what: every line can be taken back with oms undo."), 0),
    )  # fmt: skip
    return tuple(
        Step(words, why, clock, exit_code)
        for clock, steps in ((MORNING, morning), (EVENING, evening))
        for words, why, exit_code in steps
    )


#: Documents that are worth opening first: how their names end, and what they are.
WORTH_OPENING = (
    ("-pick/orders-NJ.csv", _("the 3PL's orders")),
    ("-pick/picklist-CA.xlsx", _("what to take from the shelves")),
    ("-pick/slips-CA.html", _("packing slips to print")),
    ("-sync/stock-amazon-us.txt", _("stock, to upload to Amazon")),
    ("-sync/stock-site.csv", _("stock, to import into Shopify")),
    ("-confirm/confirm-amazon-us.txt", _("shipments, to upload to Amazon")),
    ("0001-wholesale.csv", _("the row that could not be read, with the reason")),
)  # fmt: skip


def worth_opening(demo: Demo) -> list[tuple[str, str]]:
    """Paths of some documents of the day, each with what it is."""
    every = written(demo)
    found = ((next((path for path in every if path.endswith(end)), None), what) for end, what in WORTH_OPENING)
    return [(path, _(what)) for path, what in found if path is not None]


def written(demo: Demo) -> list[str]:
    """Every file that the day wrote, relative to the workspace."""
    folders = (demo.root / name for name in ("outbox", "rejected"))
    found = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    return sorted(path.relative_to(demo.root).as_posix() for path in found)


def report(demo: Demo, steps: list[dict[str, Any]]) -> dict[str, Any]:
    """Keys: folder, clock, files[], steps[]{command, exit_code}."""
    return {
        "folder": str(demo.root), "clock": EVENING.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "files": [*demo.files, *(f"inbox/{name}" for name in LATER), *written(demo)], "steps": steps,
    }  # fmt: skip
