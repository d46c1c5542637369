"""Making a workspace, and checking and changing its config_file."""

from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from oms import config_file
from oms.store.db import Store
from oms.workspace import CONFIG_NAME, FOLDERS, STORE_NAME, locked, make_private_folder, write_private


@dataclass(frozen=True)
class InitReport:
    """What `oms init` made."""

    folder: Path
    made: list[str]
    exit_code: int = 0

    def json(self) -> dict[str, Any]:
        """Keys: folder, made."""
        return {"folder": str(self.folder), "made": self.made}


def init(folder: Path, now: datetime, dry_run: bool = False) -> InitReport:
    """Make a workspace in `folder`; what exists stays as it is."""
    root = folder.resolve()
    made = []
    if not (root / CONFIG_NAME).exists():
        made.append(CONFIG_NAME)
        if not dry_run:
            write_private(root / CONFIG_NAME, files("oms.data").joinpath("oms.toml").read_bytes())
    for name in FOLDERS:
        if not (root / name).is_dir():
            made.append(f"{name}/")
            if not dry_run:
                make_private_folder(root / name)
    if not (root / STORE_NAME).exists():
        made.append(STORE_NAME)
        if not dry_run:
            with Store(root).read():
                pass
    return InitReport(root, made)


@dataclass(frozen=True)
class SetReport:
    """The key that `oms config set` changed."""

    key: str
    value: str
    exit_code: int = 0

    def json(self) -> dict[str, Any]:
        """Keys: key, value."""
        return {"key": self.key, "value": self.value}


def set_config(root: Path, key: str, value: str, dry_run: bool = False) -> SetReport:
    """Set one key of oms.toml; ConfigError, and nothing written, when the file would be wrong afterwards."""
    path = root / CONFIG_NAME
    with locked(root, "config set", 30):
        text = config_file.set_value(path.read_text("utf-8"), key, value)
        config_file.parse(text, str(path))
        if not dry_run:
            write_private(path, text.encode())
    return SetReport(key, value)
