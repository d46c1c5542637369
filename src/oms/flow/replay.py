"""`oms route --replay`: orders of the past routed again, beside what was made of them; nothing is changed."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from oms import config_file
from oms.channels.base import Context
from oms.channels.custom import Formats
from oms.config import Config
from oms.core.route import DEFAULT_EFFORT, Problem, route
from oms.core.route.rates import ANY, RateCard, rate_card
from oms.core.route.replay import Played, Run, measure, play
from oms.errors import UnreadableFile, UsageError
from oms.flow import pieces
from oms.flow.recognising import Wishes, recognise
from oms.flow.routing import places_at, problem_of
from oms.flow.shop import Shop
from oms.model.money import decimal_text
from oms.model.times import iso, zone
from oms.store import history, routing
from oms.words import _, plural

#: Each run of the replay is at this time of the business's day.
NOON = time(12)


@dataclass(frozen=True)
class Replayed:
    """One way in which the orders were, or would have been, sent: was, greedy, together, or with `files`."""

    way: str
    played: Played
    files: str = ""

    @property
    def label(self) -> str:
        """The way in words."""
        words = {"was": _("back then"), "greedy": _("one after another"), "together": _("together")}
        return words.get(self.way) or _("with {files}", files=self.files)

    def json(self, currency: str) -> dict[str, Any]:
        """Keys: way, files, orders, units, orders_whole, orders_split, orders_late, parcels, units_sent, cost, shipping."""
        told = {"way": self.way, "files": self.files} | asdict(self.played)
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
    shop: Shop, days: str, *, hold: int = 1, effort: int = DEFAULT_EFFORT, files: Sequence[Path] = (),
    progress: Callable[[int], Any] = lambda steps: None,
) -> ReplayReport:  # fmt: skip
    """
    Route the orders placed on `days` (FROM..TO) again as they came in: at noon of every `hold`-th day, on the stock of then;
    once one after another and, with an `effort`, once together.

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
        stage = _Stage(shop, conn, asked, noons, progress)
        as_it_is = _Otherwise(shop.config)
        ways = [Replayed("was", stage.as_it_was()), Replayed("greedy", stage.played(as_it_is, 0))]
        if effort:
            ways.append(Replayed("together", stage.played(as_it_is, effort)))
        notes = (
            [_("orders of one buyer are not joined here ([routing] consolidate)")] if shop.config.routing.consolidate else []
        )
        if files:
            names, other = ", ".join(path.name for path in files), _otherwise(shop, files)
            ways.append(Replayed("with", stage.played(other, effort), names))
            notes += stage.idle(other)
    currency = shop.config.business.currency
    return ReplayReport(first, last, currency, ways, [*_notes(ways, currency), *notes])


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


@dataclass(frozen=True)
class _Stage:
    """Where the past is played: the orders of temp.routable and what they asked for, and when runs are."""

    shop: Shop
    conn: sqlite3.Connection
    asked: pl.DataFrame
    noons: Sequence[datetime]
    progress: Callable[[int], Any]

    def as_it_was(self) -> Played:
        """What was decided at the time."""
        sent = history.sent(self.conn).join(self.asked, on="order_id", how="semi")
        return measure(self._problem(self.shop.config), sent, _zones(self.shop.config))

    def played(self, other: _Otherwise, effort: int) -> Played:
        """What would have been decided."""
        problem = self._problem(other.config)
        if other.card is not None:
            problem = replace(problem, card=other.card)
        sent = play(problem, (self._run(noon, other) for noon in self.noons), partial(route, effort=effort, again=True))
        return measure(problem, sent, _zones(other.config))

    def idle(self, other: _Otherwise) -> list[str]:
        """Why nothing leaves from places that are new, where that is for want of a price or of stock."""
        config, notes = other.config, []
        card = other.card or rate_card(routing.rates(self.conn), config.business.currency, config.fx)
        priced = {rate.location for rates in card.rows.values() for rate in rates}
        stocked = set() if other.stock is None else set(other.stock.filter(pl.col("free") > 0)["location"])
        for code in sorted({place.code for place in config.locations if place.ships} - {*self.shop.config.location_codes}):
            if config.routing.fallback_rate is None and priced.isdisjoint((code, ANY)):
                notes.append(_("nothing leaves from {place}: no row of the rate card is for it", place=code))
            elif code not in stocked:
                notes.append(_("nothing leaves from {place}: no stock lay there; say how much with a count", place=code))
        return notes

    def _problem(self, config: Config) -> Problem:
        """All orders, as if nothing had been sent."""
        whole = problem_of(replace(self.shop, config=config), self.conn)
        return replace(whole, demand=self.asked, current=whole.current.clear(),
                       orders=whole.orders.join(self.asked, on="order_id", how="semi"))  # fmt: skip

    def _run(self, noon: datetime, other: _Otherwise) -> Run:
        reserve = {place.code: place.routing_reserve for place in other.config.locations}
        supply = history.supply(self.conn, iso(noon), reserve)
        if other.stock is not None:
            supply = pl.concat([supply.join(other.stock, on=["sku", "location"], how="anti"), other.stock])
        self.progress(1)
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
    file = recognise(shop, path, Wishes(), Formats())
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
    """What each way says about the one that was, and deciding together about deciding one after another."""
    was, greedy, *others = ways
    notes = [_beside(was, greedy, currency)]
    for other in others:
        notes.append(_beside(greedy if other.way == "together" else was, other, currency))
    return notes


def _beside(basis: Replayed, other: Replayed, currency: str) -> str:
    saved, whole = basis.played.cost - other.played.cost, basis.played.cost
    if other.played.units_sent != basis.played.units_sent:
        return _other_parcels(basis, other, currency)
    if not saved:
        return _("{way}: the same cost as {basis}", way=other.label, basis=basis.label)
    words = _("{way}: {amount} {currency} less than {basis}, {share}", way=other.label, basis=basis.label, currency=currency,
              amount=decimal_text(saved, currency), share=_share(saved, whole))  # fmt: skip
    more = _("{way}: {amount} {currency} more than {basis}, {share}", way=other.label, basis=basis.label, currency=currency,
             amount=decimal_text(-saved, currency), share=_share(-saved, whole))  # fmt: skip
    return words if saved > 0 else more


def _other_parcels(basis: Replayed, other: Replayed, currency: str) -> str:
    """Two ways that send unlike many units, beside each other."""
    units, cost = other.played.units_sent - basis.played.units_sent, other.played.cost - basis.played.cost
    sent = plural("{count} unit more", "{count} units more", units) if units > 0 else plural(
        "{count} unit fewer", "{count} units fewer", -units
    )  # fmt: skip
    amount = decimal_text(abs(cost), currency)
    paid = (
        _("{amount} {currency} more", amount=amount, currency=currency) if cost > 0
        else _("{amount} {currency} less", amount=amount, currency=currency)
    )  # fmt: skip
    return _("{way}: {sent} sent than {basis}, for {paid}; the costs are not of the same parcels", way=other.label, sent=sent,
             basis=basis.label, paid=paid)  # fmt: skip


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "-"
