"""An opened workspace: what every flow needs to know."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from oms import config_file
from oms.config import Config
from oms.store.batch import Document
from oms.store.db import Store
from oms.workspace import CONFIG_NAME


@dataclass(frozen=True)
class Shop:
    """The seller's folder, its configuration, the time it is now, and how long to wait for the lock (seconds)."""

    root: Path
    config: Config
    now: datetime
    wait: float = 30.0
    words: str = ""  # the command as it was typed, for the log
    recovered: list[Document] = field(default_factory=list, compare=False)  # of earlier batches, finished by this command

    @property
    def store(self) -> Store:
        """`oms.db`."""
        return Store(self.root, self.recovered)


def open_shop(root: Path, now: datetime, wait: float = 30.0, words: str = "") -> Shop:
    """Read the configuration of the workspace `root`; ConfigError when it is wrong."""
    return Shop(root, config_file.load(root / CONFIG_NAME), now, wait, words)
