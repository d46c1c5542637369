"""The seller's newest inventory export of a channel, from templates/CHANNEL/: our stock file is made from it."""

import sqlite3
from datetime import UTC, datetime

from oms.channels import stockfile
from oms.channels.base import Context
from oms.config import Channel
from oms.flow.shop import Shop
from oms.model.times import iso, parse_iso
from oms.sheets.read import load, peek
from oms.store import publishing
from oms.words import _

FOLDER = "templates"


def newest_export(shop: Shop, conn: sqlite3.Connection, channel: Channel, force: bool) -> stockfile.Export | str:
    """
    The newest export in `templates/CHANNEL/`, or why there is none to work with.

    A file that came by `oms import` is as old as its import, one that was put there as its modification time says.
    """
    imported = publishing.templates(conn, channel.name)
    ages = []
    for path in sorted((shop.root / FOLDER / channel.name).glob("*.csv")):
        name = path.relative_to(shop.root).as_posix()
        at = imported.get(name, iso(datetime.fromtimestamp(path.stat().st_mtime, UTC)))
        if at is not None:  # its import was undone
            ages.append((at, name))
    if not ages:
        return _("no inventory export: export it on the channel and import it, or put it into {folder}/",
                 folder=f"{FOLDER}/{channel.name}")  # fmt: skip
    at, name = max(ages)
    if not force and shop.now - parse_iso(at) > shop.config.sync.max_age:
        return _("its inventory export `{path}` is older than the limit: import a newer one, or use --force", path=name)
    found = peek(shop.root / name, shop.config.limits)
    if not stockfile.is_export(found.headings):
        return _("`{path}` is no inventory export: export it again and import it", path=name)
    config = shop.config
    context = Context(channel, config.zone_of(channel), config.currency_of(channel), config, None, shop.now)
    return stockfile.read_export(load(found, config.limits), context)
