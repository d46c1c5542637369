"""The flags that many commands share, the stages of the help screen, and the opened workspace."""

import os
import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from oms import workspace as folders
from oms.cli import console
from oms.errors import UsageError
from oms.words import _, speak

if TYPE_CHECKING:
    from oms.flow.glance import Glance
    from oms.flow.shop import Shop

START = _("Start")
IN = _("In: files and orders")
OUT = _("Out: route, pick, ship")
CHANNELS = _("Back to the channels")
LOOK = _("Look")
STOCK = _("Stock")
SAFETY = _("Safety")
STAGES = (START, IN, OUT, CHANNELS, LOOK, STOCK, SAFETY)

Workspace = Annotated[
    Path | None,
    typer.Option("-w", "--workspace", envvar="OMS_WORKSPACE", help=_("The workspace (else the nearest oms.toml)."),
                 file_okay=False),
]  # fmt: skip
Json = Annotated[bool, typer.Option("--json", help=_("Print one JSON document instead."))]
DryRun = Annotated[bool, typer.Option("--dry-run", help=_("Show what would happen; write nothing."))]
Wait = Annotated[float, typer.Option("--wait", min=0, help=_("Seconds to wait for another oms."), show_default=True)]
Force = Annotated[bool, typer.Option("--force", help=_("Do it although a guard says no."))]


def now() -> datetime:
    """The time it is, or the time that OMS_NOW (ISO-8601) says it is."""
    fixed = os.environ.get("OMS_NOW")
    if not fixed:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        moment = datetime.fromisoformat(fixed)
    except ValueError:
        raise UsageError(_("OMS_NOW `{value}`: not an ISO-8601 time", value=fixed),
                         _("for example 2026-11-19T14:00:00Z")) from None  # fmt: skip
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)


def open_shop(workspace: Path | None, wait: float = 30.0) -> "Shop":
    """The workspace a command works in, with its configuration and the time."""
    from oms.flow.shop import open_shop

    shop = open_shop(folders.find(workspace), now(), wait, shlex.join(sys.argv[1:]))
    speak(shop.config.business.language)
    console.watch(shop.recovered)
    return shop


def look_at(workspace: Path | None) -> "Glance":
    """The workspace that a command only looks at, without what takes time to load."""
    from oms.flow.glance import glance

    view = glance(folders.find(workspace), now())
    speak(view.language)
    return view
