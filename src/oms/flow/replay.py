"""`oms route --replay`: orders of the past routed again, beside what was made of them; nothing is changed."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from oms import config_file
from oms.channels.base import Context
from oms.config import Config
from oms.core.route import Problem, route
from oms.core.route.rates import ANY, RateCard, rate_card
from oms.core.route.replay import Played, Run, measure, play
from oms.errors import UnreadableFile, UsageError
from oms.flow import pieces
from oms.flow.recognising import Wishes, recognise
from oms.flow.routing import places_at, problem_of
from oms.flow.shop import Shop
from oms.model.money import decimal_text
from oms.model.times import iso, zone
from oms.store import history
from oms.words import _

#: Each run of the replay is at this time of the business's day.
NOON = time(12)


@dataclass(frozen=True)
class Replayed:
    """One way in which the orders were, or would have been, sent."""

    way: str
    played: Played

    def json(self, currency: str) -> dict[str, Any]:
        """Keys: way, orders, units, orders_whole, orders_split, orders_late, parcels, units_sent, cost, shipping."""
        told = {"way": self.way} | asdict(self.played)
        return told | {name: decimal_text(told[name], currency) for name in ("cost", "shipping")}


@dataclass(frozen=True)
class ReplayReport:
    """The ways beside each other: first what happened, then what would have."""

    first: date
    last: date
    currency: str
    ways: list[Replayed]
    notes: list[str] = field(default_factory=list)
    exit_code: int = 0

    def json(self) -> dict[str, Any]:
        """Keys: from, to, currency, ways, notes."""
        return {
            "from": self.first.isoformat(), "to": self.last.isoformat(), "currency": self.currency,
            "ways": [each.json(self.currency) for each in self.ways], "notes": self.notes,
        }  # fmt: skip


@dataclass(frozen=True)
class _Otherwise:
    """What is to be other than it was. `stock` is FREE_STOCK that lay there from the first day on."""

    config: Config
    card: RateCard | None = None
    stock: pl.DataFrame | None = None


def replay(
    shop: Shop, days: str, *, hold: int = 1, files: Sequence[Path] = (), progress: Callable[[int], Any] = lambda steps: None
) -> ReplayReport:
    """
    Route the orders placed on `days` (FROM..TO) again as they came in: at noon of every `hold`-th day, on the stock of then.

    `files` say what is to be other than it was: an oms.toml, a rate card, a count of what would have lain somewhere.
    Raises UsageError where no such order is known.
    """
    first, last = _days(days)
    noons = _noons(shop.config, first, last, hold)
    with shop.store.read() as conn:
        history.note_placed(conn, [channel.name for channel in shop.config.channels], _midnight(shop.config, first),
                            _midnight(shop.config, last + timedelta(days=1)))  # fmt: skip
        asked = history.demand(conn)
        if asked.is_empty():
            raise UsageError(_("no orders to replay from {first} to {last}", first=first, last=last),
                             _("orders that oms knows: oms orders"))  # fmt: skip
        ways = [Replayed(_("as it was"), _as_it_was(shop, conn, asked))]
        ways.append(Replayed(_("routed again"), _played(shop, conn, asked, noons, _Otherwise(shop.config), progress)))
        if files:
            other = _otherwise(shop, files)
            names = ", ".join(path.name for path in files)
            ways.append(Replayed(_("with {files}", files=names), _played(shop, conn, asked, noons, other, progress)))
    return ReplayReport(first, last, shop.config.business.currency, ways, _notes(ways, shop.config.business.currency))


def _days(words: str) -> tuple[date, date]:
    first, mark, last = words.partition("..")
    try:
        found = date.fromisoformat(first), date.fromisoformat(last if mark else first)
    except ValueError:
        raise UsageError(_("`{words}`: not FROM..TO", words=words), _("for example 2026-10-01..2026-10-31")) from None
    if found[0] > found[1]:
        raise UsageError(_("`{words}`: ends before it begins", words=words))
    return found


def _midnight(config: Config, day: date) -> str:
    return iso(datetime.combine(day, time(), zone(config.business.timezone)))


def _noons(config: Config, first: date, last: date, hold: int) -> list[datetime]:
    """Every `hold`-th noon, and the first at which all orders are known."""
    end = (last - first).days + 1
    days = sorted({*range(hold - 1, end, hold), end})
    return [datetime.combine(first + timedelta(days=day), NOON, zone(config.business.timezone)) for day in days]


def _problem(shop: Shop, conn: sqlite3.Connection, asked: pl.DataFrame) -> Problem:
    """All orders of the replay, as if nothing had been sent."""
    whole = problem_of(shop, conn)
    return replace(whole, demand=asked, current=whole.current.clear(),
                   orders=whole.orders.join(asked, on="order_id", how="semi"))  # fmt: skip


def _as_it_was(shop: Shop, conn: sqlite3.Connection, asked: pl.DataFrame) -> Played:
    sent = history.sent(conn).join(asked, on="order_id", how="semi")
    return measure(_problem(shop, conn, asked), sent, _zones(shop.config))


def _played(
    shop: Shop, conn: sqlite3.Connection, asked: pl.DataFrame, noons: Sequence[datetime], other: _Otherwise,
    progress: Callable[[int], Any],
) -> Played:  # fmt: skip
    problem = _problem(replace(shop, config=other.config), conn, asked)
    if other.card is not None:
        problem = replace(problem, card=other.card)
    runs = (_run(conn, noon, other, progress) for noon in noons)
    return measure(problem, play(problem, runs, route), _zones(other.config))


def _run(conn: sqlite3.Connection, noon: datetime, other: _Otherwise, progress: Callable[[int], Any]) -> Run:
    supply = history.supply(conn, iso(noon), {place.code: place.routing_reserve for place in other.config.locations})
    if other.stock is not None:
        supply = pl.concat([supply.join(other.stock, on=["sku", "location"], how="anti"), other.stock])
    progress(1)
    return Run(iso(noon), places_at(other.config, noon), supply)


def _zones(config: Config) -> dict[str, str]:
    return {place.code: config.zone_of(place) for place in config.locations}


def _otherwise(shop: Shop, files: Sequence[Path]) -> _Otherwise:
    """What `files` say is to be other than it was."""
    config = shop.config
    for path in files:
        if path.suffix == ".toml":
            config = config_file.load(path)
    changed, tables = replace(shop, config=config), {}
    for path in files:
        if path.suffix != ".toml":
            kind, table = _table(changed, path)
            tables[kind] = table
    card = rate_card(tables["rates"], config.business.currency, config.fx) if "rates" in tables else None
    stock = tables.get("stock")
    return _Otherwise(config, card, None if stock is None else stock.select("sku", "location", free="on_hand"))


def _table(shop: Shop, path: Path) -> tuple[str, pl.DataFrame]:
    """The rate card or count in `path`."""
    config = shop.config
    file = recognise(shop, path, Wishes(), ())
    if file.reader.kind not in ("rates", "stock"):
        raise UsageError(_("{file}: a file of {kind}", file=path.name, kind=file.reader.kind),
                         _("a replay can be given an oms.toml, a rate card and a stock count"))  # fmt: skip
    context = Context(None, config.business.timezone, config.business.currency, config, None, shop.now)
    reading = pieces.read(file.reader, file.peek, config.limits, context).whole
    if reading.rejected.height:
        bad = reading.rejected.row(0, named=True)
        raise UnreadableFile(_("{file}: row {row}: {what}", file=path.name, row=bad["row"], what=bad["what"]), bad["hint"])
    unknown = sorted(set(reading.table["location"].drop_nulls()) - {*config.location_codes, ANY})
    if unknown or (file.reader.kind == "stock" and reading.table["location"].null_count()):
        raise UnreadableFile(_("{file}: no location `{place}`", file=path.name, place=unknown[0] if unknown else ""),
                             _("locations: {codes}", codes=", ".join(config.location_codes)))  # fmt: skip
    return file.reader.kind, reading.table


def _notes(ways: Sequence[Replayed], currency: str) -> list[str]:
    """What the ways say about each other, in a sentence each."""
    was, *others = ways
    notes = []
    for other in others:
        saved = was.played.cost - other.played.cost
        if other.played.units_sent != was.played.units_sent:
            notes.append(_("{way}: {units} units sent instead of {before}, so the costs are not of the same parcels",
                           way=other.way, units=other.played.units_sent, before=was.played.units_sent))  # fmt: skip
        elif not saved:
            notes.append(_("{way}: the same cost", way=other.way))
        elif saved > 0:
            notes.append(_("{way}: {amount} {currency} less, {share}", way=other.way, amount=decimal_text(saved, currency),
                           currency=currency, share=_share(saved, was.played.cost)))  # fmt: skip
        else:
            notes.append(_("{way}: {amount} {currency} more, {share}", way=other.way, amount=decimal_text(-saved, currency),
                           currency=currency, share=_share(-saved, was.played.cost)))  # fmt: skip
    return notes


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "-"
