"""
A workspace as the commands that only look see it: a few words of oms.toml, read without checking the rest.

They must appear at once, and the checked configuration (pydantic) takes longer to load than they take to answer.
"""

import tomllib
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from oms.model.times import iso
from oms.store.db import Store
from oms.workspace import CONFIG_NAME


@dataclass(frozen=True)
class Glance:
    """
    The seller's folder and the time it is now.

    `services` is channel -> the words of services it maps, `safety` is location -> units never offered.
    """

    root: Path
    now: datetime
    name: str = ""
    language: str = "en"
    timezone: str = "UTC"
    services: dict[str, frozenset[str]] = field(default_factory=dict)
    safety: dict[str, int] = field(default_factory=dict)

    @property
    def store(self) -> Store:
        """`oms.db`."""
        return Store(self.root)

    @property
    def at(self) -> str:
        """Now, as the store writes times."""
        return iso(self.now)

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels of oms.toml, in its order."""
        return tuple(self.services)

    def check_location(self, code: str) -> None:
        """UnknownLocation where oms.toml has no location `code`."""
        if code not in self.safety:
            from oms.config_file import load  # says in words what is wrong

            load(self.root / CONFIG_NAME).location(code)


def glance(root: Path, now: datetime) -> Glance:
    """Read what looking needs from oms.toml; ConfigError when it cannot be read."""
    path = root / CONFIG_NAME
    try:
        raw = tomllib.loads(path.read_text("utf-8-sig"))
        business = raw.get("business", {})
        return Glance(
            root, now,
            str(business.get("name", "")), str(business.get("language", "en")), str(business.get("timezone", "UTC")),
            {str(channel["name"]): frozenset(channel.get("services", {})) for channel in raw.get("channels", ())},
            {str(place["code"]): int(place.get("safety_stock", 0)) for place in raw.get("locations", ())},
        )  # fmt: skip
    except (ValueError, TypeError, KeyError, AttributeError):
        from oms.config_file import load  # says in words what is wrong

        config = load(path)
        return Glance(
            root, now, config.business.name, config.business.language, config.business.timezone,
            {channel.name: frozenset(channel.services) for channel in config.channels},
            {place.code: place.safety_stock for place in config.locations},
        )  # fmt: skip
