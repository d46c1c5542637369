"""`oms backup`: a copy of the store that was consistent at one moment, checked before it counts."""

import os
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from oms.errors import OmsError
from oms.flow.glance import Glance
from oms.store.copying import copy_store
from oms.words import _
from oms.workspace import make_private_folder

FOLDER = "backups"
KEEP = 10
_NAME = re.compile(r"oms-\d{4}-\d{2}-\d{2}T\d{6}\.db")


@dataclass(frozen=True)
class BackupReport:
    """The copy that was made (bytes), and the older ones that were removed."""

    path: str
    size: int
    removed: list[str]
    exit_code: int = 0

    def json(self) -> dict[str, Any]:
        """Keys: path, bytes, removed."""
        return {"path": self.path, "bytes": self.size, "removed": self.removed}


def backup(
    view: Glance, folder: Path | None = None, keep: int = KEEP, dry_run: bool = False,
    progress: Callable[[int], Any] | None = None,
) -> BackupReport:  # fmt: skip
    """
    Copy the store to `folder` (backups/ of the workspace) while others may use it; keep the newest `keep` copies there.

    A copy that is not whole never gets its name. Raises OmsError when the copy is damaged.
    """
    place = (folder or view.root / FOLDER).absolute()
    target = place / f"oms-{view.now:%Y-%m-%dT%H%M%S}.db"
    known = {path for path in place.glob("oms-*.db") if _NAME.fullmatch(path.name)} if place.is_dir() else set()
    old = sorted(known | {target}, reverse=True)[keep:]
    if dry_run:
        return BackupReport(_shown(view, target), view.store.path.stat().st_size if view.store.path.exists() else 0,
                            [_shown(view, path) for path in old])  # fmt: skip
    make_private_folder(place)
    _forget_unfinished(place, view.now)
    unfinished = target.with_name(f".{target.name}.part")
    try:
        problems = copy_store(view.store, unfinished, progress)
        if problems:
            raise OmsError(
                _("{file}: the copy is damaged: {problem}", file=target.name, problem=problems[0]),
                _("the store itself may be: oms doctor"),
            )
        os.replace(unfinished, target)
    finally:
        with suppress(FileNotFoundError):
            unfinished.unlink()
    for path in old:
        path.unlink()
    return BackupReport(_shown(view, target), target.stat().st_size, [_shown(view, path) for path in old])


def _forget_unfinished(place: Path, now: datetime) -> None:
    """Remove what a killed backup left; one that was written to within the last hour may still be at work."""
    for path in place.glob(".oms-*.db.part*"):
        with suppress(FileNotFoundError):
            if now.timestamp() - path.stat().st_mtime > 3600:
                path.unlink()


def _shown(view: Glance, path: Path) -> str:
    """Relative to the workspace where it lies in it."""
    return path.relative_to(view.root).as_posix() if path.is_relative_to(view.root) else str(path)
