"""Forms of a channel, from templates/CHANNEL/: files that it handed out, in which our numbers go back."""

import sqlite3
from collections.abc import Collection
from datetime import UTC, datetime

from oms.channels import custom, stockfile
from oms.channels.base import Context
from oms.channels.custom import Format
from oms.channels.forms import Form
from oms.config import CHANNEL_KINDS, Channel
from oms.errors import OmsError
from oms.flow.shop import Shop
from oms.model.times import iso, parse_iso
from oms.sheets import guard
from oms.sheets.read import load, peek
from oms.store import publishing
from oms.words import _

FOLDER = "templates"
COPIES = (".csv", ".tsv", ".txt", ".xlsx")  # in which people save what was handed out as something else


def kept(shop: Shop, conn: sqlite3.Connection, channel: str, endings: Collection[str]) -> list[tuple[str, str]]:
    """
    The files in `templates/CHANNEL/`: since when (UTC text) and path, the newest first.

    A file that came by `oms import` is as old as its import, one that was put there as its modification time says.
    """
    imported = publishing.templates(conn, channel)
    ages = []
    for path in sorted((shop.root / FOLDER / channel).glob("*")):
        name = path.relative_to(shop.root).as_posix()
        at = imported.get(name, iso(datetime.fromtimestamp(path.stat().st_mtime, UTC)))
        if at is not None and path.suffix.lower() in endings:  # None: its import was undone
            ages.append((at, name))
    return sorted(ages, reverse=True)


def newest_form(shop: Shop, conn: sqlite3.Connection, channel: Channel, force: bool) -> Form | str | None:
    """The newest form in `templates/CHANNEL/`, why it is none to work with, or None where there is none."""
    reader = stockfile.FORMS[channel.kind]
    ages = kept(shop, conn, channel.name, reader.endings)
    if not ages:
        return None
    at, name = ages[0]
    if reader.ages and not force and shop.now - parse_iso(at) > shop.config.sync.max_age:
        return _("`{path}` is older than the limit: download it again and import it, or use --force", path=name)
    config = shop.config
    try:
        guard.check(shop.root / name, config.limits)
        found = peek(shop.root / name, config.limits)
        if not reader.fits(found.headings):
            return _("`{path}` is no {form}: download it again and import it", path=name, form=reader.called)
        context = Context(channel, config.zone_of(channel), config.currency_of(channel), config, None, shop.now)
        return reader.understand(load(found, config.limits), context)
    except OmsError as error:
        return error.message


def own_format(shop: Shop, kind: str) -> Format | None:
    """The seller's format that is a kind of channel; None for a kind that is built in. ConfigError where it cannot be used."""
    path = shop.root / "formats" / f"{kind}.toml"
    form = custom.load_one(path) if kind not in CHANNEL_KINDS and path.is_file() else None
    if form is not None:
        custom.ready(form)
    return form


def writer(shop: Shop, channel: Channel) -> stockfile.Writer | None:
    """Who writes the stock file of `channel` where no form of its own is filled in."""
    return stockfile.writer_of(channel, own_format(shop, channel.kind))


def lacking(shop: Shop, conn: sqlite3.Connection, channel: Channel) -> str:
    """What to say where a channel needs a form and there is none, or only a copy of one in another kind of file."""
    form = stockfile.FORMS[channel.kind]
    if copies := kept(shop, conn, channel.name, COPIES):
        return _("`{path}` is a copy: the channel takes only the {ending} it handed out; import that", path=copies[0][1],
                 ending=" ".join(form.endings))  # fmt: skip
    return _("no {form}: download it on the channel and import it, or put it into {folder}/",
             form=form.called, folder=f"{FOLDER}/{channel.name}")  # fmt: skip
