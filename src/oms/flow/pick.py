"""`oms pick`: reserved units go to the people who take them off the shelf, with lists, slips and 3PL order files."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple

import polars as pl

from oms.config import Config, Location
from oms.core.pick import pick_list, too_old
from oms.errors import ConfigError
from oms.flow.orderfile import OrderFormat, load_format, order_file, orders_with_lost_letters
from oms.flow.settle import settle_statuses
from oms.flow.shop import Shop
from oms.flow.slips import slips_html
from oms.flow.warehouse_names import Nameless, named
from oms.sheets.write import csv_bytes, xlsx_bytes
from oms.store.batch import Batch, Document
from oms.store.documents import Packed
from oms.store.picking import find_picks, leave_out, pick, read_picks
from oms.words import _, plural


@dataclass(frozen=True)
class PickReport:
    """What went to the bench; `batch` None where nothing did."""

    batch: int | None = None
    documents: tuple[Document, ...] = ()
    orders: int = 0
    units: int = 0
    refused: tuple[tuple[str, str], ...] = ()  # (channel, why)
    unwritable: tuple[tuple[str, ConfigError], ...] = ()  # (location, why): its template cannot be used
    nameless: tuple[Nameless, ...] = ()  # orders that a channel's warehouse has no name for
    notes: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """3 where some channels or locations were left out, 1 where all were."""
        if not self.refused and not self.unwritable and not self.nameless:
            return 0
        return 3 if self.orders else 1

    def json(self) -> dict[str, Any]:
        """Keys: batch, documents, orders, units, notes, refused[]{channel, reason}, {location, reason} or {channel, order_ref,
        location, sku, reason}."""
        return {
            "batch": self.batch,
            "documents": [document.json() for document in self.documents],
            "orders": self.orders,
            "units": self.units,
            "refused": [{"channel": channel, "reason": reason} for channel, reason in self.refused]
            + [{"location": location, "reason": error.message} for location, error in self.unwritable]
            + [order.json() for order in self.nameless],
            "notes": list(self.notes),
        }


class _NothingToPick(Exception):
    """Rolls the batch back: nothing is to be done."""


def pick_orders(
    shop: Shop, location: str | None = None, channel: str | None = None, *, force: bool = False, dry_run: bool = False
) -> PickReport:
    """
    Turn what is reserved into `picking` and write the documents of each location.

    Channels whose orders were imported too long ago are refused, unless `force`: a cancel may be waiting.
    A 3PL whose template cannot be used is left out and named, and so is an order with a sku that a channel's own warehouse
    knows by no name. Raises UnknownLocation, UnknownChannel, ConfigError (where
    nothing else is to be picked).
    """
    if location is not None:
        shop.config.location(location)
    if channel is not None:
        shop.config.channel(channel)
    report = PickReport()
    try:
        with shop.store.write("pick", shop.now, config=shop.config, words=shop.words, wait=shop.wait, dry_run=dry_run) as batch:
            report = PickReport(documents=tuple(batch.recovered))
            report = _pick(shop, batch, location, channel, force)
            if report.batch is None:
                raise _NothingToPick
    except _NothingToPick:
        pass
    return report


def _pick(shop: Shop, batch: Batch, location: str | None, channel: str | None, force: bool) -> PickReport:
    refused = []
    channels = find_picks(batch.conn, location, channel)
    for name, imported_at in channels.items():
        reason = None if force else too_old(imported_at, shop.now, shop.config.pick.max_age)
        if reason is not None:
            refused.append((name, reason))
    if len(refused) == len(channels):
        return PickReport(documents=tuple(batch.recovered), refused=tuple(refused))
    leave_out(batch.conn, channels=[name for name, _reason in refused])
    picks, contacts = read_picks(batch.conn)
    forms, unwritable = _forms(shop, picks)
    if unwritable:
        leave_out(batch.conn, locations=[place for place, _error in unwritable])
        picks, contacts = read_picks(batch.conn)
        if picks.is_empty():
            raise unwritable[0][1]
    picks, nameless = named(batch.conn, shop.config, picks, forms)
    if nameless:
        leave_out(batch.conn, orders=[(order.order_id, order.location) for order in nameless])
        picks, contacts = read_picks(batch.conn)
        if picks.is_empty():
            return PickReport(None, tuple(batch.recovered), 0, 0, tuple(refused), unwritable, tuple(nameless))
        picks, _none = named(batch.conn, shop.config, picks, forms)
    with ThreadPoolExecutor(1) as aside:  # one core makes the papers while the other works in the store
        papers = aside.submit(list, _papers(shop.config, picks, contacts, forms))
        pick(batch)
        settle_statuses(batch)
        for paper in papers.result():
            batch.document(paper.kind, paper.name, paper.packed, location=paper.location)
    orders, units = picks["order_id"].n_unique(), int(picks["quantity"].sum())
    batch.summary({"orders": orders, "units": units})
    notes = (*_labelled_elsewhere(shop.config, picks), *_lost_letters(shop.config, picks, contacts, forms))
    return PickReport(
        batch.id, (*batch.recovered, *batch.documents), orders, units, tuple(refused), unwritable, tuple(nameless), notes
    )


def _forms(shop: Shop, picks: pl.DataFrame) -> tuple[dict[str, OrderFormat], tuple[tuple[str, ConfigError], ...]]:
    """The template of each 3PL whose order file will be written; those whose cannot be used, and why."""
    ours = picks.filter(~pl.col("channel").is_in(_labelling(shop.config)))
    forms, unwritable = {}, []
    for code in sorted(ours["location"].unique()):
        place = _place(shop.config, code)
        if place.kind == "3pl":
            try:
                forms[code] = load_format(shop.root, place)
            except ConfigError as error:
                unwritable.append((code, error))
    return forms, tuple(unwritable)


def _place(config: Config, code: str) -> Location:
    """The location; one that is gone from oms.toml still has goods to be picked."""
    return next((each for each in config.locations if each.code == code),
                Location.model_validate({"code": code, "country": "ZZ"}))  # fmt: skip


class _Paper(NamedTuple):
    kind: str
    name: str
    packed: Packed
    location: str


def _paper(kind: str, name: str, data: bytes, location: str) -> _Paper:
    return _Paper(kind, name, Packed.of(name, data), location)


def _papers(
    config: Config, picks: pl.DataFrame, contacts: pl.DataFrame, forms: Mapping[str, OrderFormat]
) -> Iterator[_Paper]:  # fmt: skip
    """The documents of each location, in the order of their codes."""
    for code in sorted(picks["location"].unique()):
        place, here = _place(config, code), picks.filter(pl.col("location") == code)
        table = pick_list(here, config.zone_of(place))
        yield _paper("picklist", f"picklist-{code}.xlsx", xlsx_bytes({_("pick list"): table}), code)
        yield _paper("picklist", f"picklist-{code}.csv", csv_bytes(table, bom=True), code)
        if config.pick.slips:
            yield _paper("slips", f"slips-{code}.html", slips_html(here, contacts, config, place), code)
        if code in forms:
            ours, form = here.filter(~pl.col("channel").is_in(_labelling(config))), forms[code]
            yield _paper("orders", f"orders-{code}.{form.file}", order_file(ours, contacts, form, config, place), code)


def _labelling(config: Config) -> list[str]:
    return [channel.name for channel in config.channels if channel.labels_itself]


def _lost_letters(
    config: Config, picks: pl.DataFrame, contacts: pl.DataFrame, forms: Mapping[str, OrderFormat]
) -> tuple[str, ...]:  # fmt: skip
    """What to say of orders whose names or addresses an order file cannot spell."""
    ours = picks.filter(~pl.col("channel").is_in(_labelling(config)))
    lost = {
        code: orders_with_lost_letters(ours.filter(pl.col("location") == code), contacts, form)
        for code, form in sorted(forms.items())
    }
    return tuple(
        plural("{location}: {count} order has letters that {encoding} does not have: they are `?` in its order file",
               "{location}: {count} orders have letters that {encoding} does not have: they are `?` in its order file",
               orders, location=code, encoding=forms[code].encoding)
        for code, orders in lost.items() if orders
    )  # fmt: skip


def _labelled_elsewhere(config: Config, picks: pl.DataFrame) -> tuple[str, ...]:
    """What to say of orders that a 3PL is to send and that are in no order file."""
    theirs = [place.code for place in config.locations if place.kind == "3pl"]
    labelled = (
        picks.filter(pl.col("location").is_in(theirs), pl.col("channel").is_in(_labelling(config)))
        .group_by("location").agg(pl.col("order_id").n_unique()).sort("location")
    )  # fmt: skip
    return tuple(
        plural("{location}: {count} order has its channel's own label and is in no order file",
               "{location}: {count} orders have their channel's own label and are in no order file", orders, location=code)
        for code, orders in labelled.iter_rows()
    )  # fmt: skip
