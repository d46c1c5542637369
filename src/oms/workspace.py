"""
The seller's folder: where it is, what lies in it, who holds its lock.

    oms.toml   inbox/   outbox/   rejected/   formats/   templates/   oms.db
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from oms import faults
from oms.errors import UsageError, WorkspaceLocked
from oms.words import _

CONFIG_NAME = "oms.toml"
STORE_NAME = "oms.db"
FOLDERS = ("inbox", "outbox")


def find(given: Path | None = None) -> Path:
    """
    The workspace: `given`, else the environment variable OMS_WORKSPACE, else the nearest parent of the current folder
    that holds an oms.toml, else the user data folder of the platform.

    Raises UsageError where that holds no oms.toml.
    """
    named = given or (Path(os.environ["OMS_WORKSPACE"]) if os.environ.get("OMS_WORKSPACE") else None)
    if named is not None:
        if not (named / CONFIG_NAME).is_file():
            raise UsageError(_("no workspace in `{folder}`: it has no oms.toml", folder=named),
                             _("make one with: oms init {folder}", folder=named))  # fmt: skip
        return named.resolve()
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / CONFIG_NAME).is_file():
            return folder
    home = default_folder()
    if (home / CONFIG_NAME).is_file():
        return home
    raise UsageError(_("no workspace here: neither this folder nor one above it holds an oms.toml"),
                     _("make one with: oms init, or see a whole day first with: oms demo"))  # fmt: skip


def default_folder() -> Path:
    """The workspace of a user who never chose one."""
    from platformdirs import user_data_path

    return user_data_path("oms", appauthor=False)


@contextmanager
def locked(root: Path, command: str, wait: float) -> Iterator[None]:
    """
    Hold the workspace while the block runs; a second `oms` waits up to `wait` seconds.

    Raises WorkspaceLocked naming the holder. A holder that died holds nothing: the lock goes with the process.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(root / ".oms.lock", timeout=wait, mode=0o600)
    holder = root / ".oms.holder"
    try:
        lock.acquire(poll_interval=0.05)
    except Timeout:
        raise WorkspaceLocked(
            _("another oms holds this workspace: {holder}", holder=_holder(holder)),
            _("wait for it to end, or wait longer with --wait SECONDS"),
        ) from None
    try:
        _hold(holder, command)
        yield
    finally:
        with suppress(OSError):
            holder.unlink()
        lock.release()


def _hold(path: Path, command: str) -> None:
    """
    Say who holds the lock. Written in place: no second file that a killed process could leave, nothing to wait for on
    disk; whoever reads half of it reads "unknown", and only the lock itself decides. A full disk stops nobody here.
    """
    with suppress(OSError):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump({"pid": os.getpid(), "command": command}, file)


def _holder(path: Path) -> str:
    try:
        held = json.loads(path.read_text())
        return f"`oms {held['command']}` (pid {held['pid']})"
    except (OSError, ValueError, KeyError):
        return _("unknown")


def write_private(path: Path, data: bytes) -> None:
    """
    Write `data` to `path` whole or not at all, readable by its owner only.

    Written to a temporary name beside it, flushed to disk, then renamed. The name is always the same: what a killed
    process left there is overwritten by the next one, which holds the lock as the first did.
    """
    make_private_folder(path.parent)
    temporary = path.with_name(f".{path.name}.part")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        faults.point("before a rename")
        os.replace(temporary, path)
    except BaseException as error:
        with suppress(OSError):
            temporary.unlink()
        if isinstance(error, OSError):  # writing, unlike opening, does not say to what
            error.filename, error.filename2 = str(path), None
        raise


def make_private_folder(folder: Path) -> None:
    """Make `folder` and its parents where missing, for their owner only."""
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for each in reversed(missing):
        with suppress(FileExistsError):
            each.mkdir(mode=0o700)
