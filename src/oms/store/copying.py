"""A copy of the store, page by page, consistent at one moment however many use it meanwhile."""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from oms.store.db import Store

#: Pages copied between two reports of progress.
_STEP = 4_096


def copy_store(store: Store, target: Path, progress: Callable[[int], Any] | None = None) -> list[str]:
    """
    Copy to `target`, for its owner only, flushed to disk. Returns what an integrity check of the copy finds wrong.

    `progress` gets percent points.
    """
    with store.read() as source:
        handle = os.open(target, os.O_CREAT | os.O_RDWR | os.O_TRUNC, 0o600)
        os.fchmod(handle, 0o600)
        os.close(handle)
        copy = sqlite3.connect(target, isolation_level=None)
        try:
            told = 0

            def tell(_status: int, remaining: int, total: int) -> None:
                nonlocal told
                done = 100 * (total - remaining) // max(1, total)
                if progress is not None and done > told:
                    progress(done - told)
                    told = done

            source.backup(copy, pages=_STEP, progress=tell)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, without companions
            problems = [str(row[0]) for row in copy.execute("PRAGMA integrity_check(10)")]
        finally:
            copy.close()
    with target.open("rb") as file:
        os.fsync(file.fileno())
    return [] if problems == ["ok"] else problems
