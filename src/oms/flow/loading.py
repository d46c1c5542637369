"""A file that was read, into the store: one function a kind."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from oms.channels.base import Reading
from oms.channels.stockfile import FORMS
from oms.config import Channel, Config
from oms.errors import UnreadableFile
from oms.flow.levels_in import counts_of
from oms.flow.orders_in import load_orders
from oms.flow.pieces import Read
from oms.model.frames import REJECTED, empty
from oms.store import catalog, warehouse_listings
from oms.store.batch import Batch
from oms.store.files import comes_again, follows_another
from oms.store.order_loading import Source, remember_template
from oms.store.returns import load_counter_returns, load_returns
from oms.store.transfers import Arrived
from oms.words import _, plural


@dataclass(frozen=True)
class Incoming:
    """A reading with what is known about its file."""

    content: Read
    path: Path
    channel: Channel | None
    location: str | None
    file_id: int
    as_of: str
    as_of_there: Mapping[str, str] = field(default_factory=dict)  # `--as-of` by location, where it was given

    @property
    def reading(self) -> Reading:
        """All that was read but the orders and lines of a long file."""
        return self.content.whole


@dataclass
class Loaded:
    """How many orders or rows were new, updated, unchanged (and `returns`); what only the store could reject."""

    counts: Counter[str] = field(default_factory=Counter)
    rejected: pl.DataFrame = field(default_factory=lambda: empty(REJECTED))
    notes: list[str] = field(default_factory=list)


def load(batch: Batch, config: Config, file: Incoming) -> Loaded:
    """Load one reading; UnreadableFile when the file as a whole does not fit the workspace."""
    match file.reading.kind:
        case "orders":
            return _orders(batch, config, file)
        case "stock":
            return _stock(batch, config, file)
        case "products":
            return Loaded(catalog.load_products(batch, file.reading.table))
        case "kits":
            return _kits(batch, file)
        case "listings":
            return Loaded(catalog.load_listings(batch, _channelled(config, file)))
        case "incoming":
            return Loaded(catalog.load_incoming(batch, _placed(file)))
        case "rates":
            return Loaded(catalog.load_rates(batch, file.reading.table))
        case "tracking":
            return _tracking(batch, config, file)
        case "returns":
            return _returns(batch, file)
        case "template":
            return _template(batch, file)
        case kind:
            raise AssertionError(kind)


def _orders(batch: Batch, config: Config, file: Incoming) -> Loaded:
    reading, channel = file.reading, file.channel
    if channel is None:
        raise AssertionError("orders without a channel")
    follows = follows_another(batch, channel.name, file.file_id)
    again = comes_again(batch, channel.name, file.file_id)
    source = Source(file.file_id, channel.name, reading.format, file.as_of, again, follows)
    counts: Counter[str] = Counter()
    if file.content.orders:
        placed = ((_placed_orders(config, file, orders), lines) for orders, lines in file.content.pieces())
        counts = load_orders(batch, source, config, placed, file.content.orders, reading.whole_orders)
    if reading.returns.height:
        returns = _located(config, file, reading.returns, "location")
        counts["returns"] = load_counter_returns(batch, source, returns)["new"]
    if reading.back.height:
        back = load_returns(batch, channel.name, file.file_id, reading.back)
        counts["returns"] += back["new"]
    return Loaded(counts, notes=[_kept(batch, file)] if reading.keep else [])


def _kept(batch: Batch, file: Incoming) -> str:
    """The file itself as a template of its channel, so that what goes back can be made from it; a note that says so."""
    name = file.channel.name if file.channel else ""
    path = batch.document("template", file.path.name, file.path.read_bytes(), channel=name, folder=f"templates/{name}")
    return _("kept as {path}", path=path)


def _placed_orders(config: Config, file: Incoming, orders: pl.DataFrame) -> pl.DataFrame:
    located = _located(config, file, _located(config, file, orders, "counter_location"), "pickup_location")
    return _collected(located, file.channel.pickups if file.channel else {})


def _collected(orders: pl.DataFrame, pickups: Mapping[str, str | None]) -> pl.DataFrame:
    """Orders whose service is, by `[[channels]] services`, that the buyer collects them; where, if the word says so."""
    if not pickups:
        return orders
    word = pl.col("service").str.strip_chars().str.to_lowercase()
    fits = word.is_in(list(pickups)) | pl.lit("*" in pickups)
    place = word.replace_strict(pickups, default=pickups.get("*"), return_dtype=pl.String)
    return orders.with_columns(
        delivery=pl.when(fits).then(pl.lit("pickup")).otherwise("delivery"),
        pickup_location=pl.when(fits).then(pl.coalesce("pickup_location", place)).otherwise("pickup_location"),
    )


def _located(config: Config, file: Incoming, frame: pl.DataFrame, column: str) -> pl.DataFrame:
    """`column` with the codes of the locations that the file names; UnreadableFile for a place nobody knows."""
    if file.channel is None:
        return frame
    codes: dict[str, str] = {}
    only = file.channel.locations[0] if file.channel.locations and len(file.channel.locations) == 1 else None
    for name in frame[column].drop_nulls().unique().sort():
        place = config.location_named(name, file.channel.name) or config.location_named(name, file.channel.kind)
        code = place.code if place else (file.location or only if column != "pickup_location" else None)
        if code is None:
            raise UnreadableFile(
                _("{file}: no location is called `{name}`", file=file.path.name, name=name),
                _('say so in oms.toml: channel_names = {{ {channel} = "{name}" }} at its location, or use --location',
                  channel=file.channel.name, name=name),
            )  # fmt: skip
        codes[name] = code
    return frame.with_columns(pl.col(column).replace_strict(codes, default=None, return_dtype=pl.String)) if codes else frame


def _stock(batch: Batch, config: Config, file: Incoming) -> Loaded:
    timeless = file.reading.table["counted_at"].null_count()
    said = plural("{count} row says no time: counted as of {time}", "{count} rows say no time: counted as of {time}",
                  timeless, time=file.as_of)  # fmt: skip
    notes = [said] if timeless else []
    said_here = _counts(config, file)
    counts, unknown = counts_of(batch.conn, said_here, file.channel.name if file.channel else None)
    own = [place.code for place in config.locations if file.channel and place.channel == file.channel.name]
    if own and "listing_sku" in said_here.columns:
        warehouse_listings.remember(batch, said_here.filter(pl.col("location").is_in(own)))
    kits = catalog.kits(batch.conn)
    of_kits = counts.filter(pl.col("sku").is_in(kits["kit_sku"].implode()))
    rejected = _complaints(
        of_kits, "sku", _("a kit has no stock of its own"), _("count its components: oms stock SKU names them")
    )
    counted = counts.join(of_kits, on="row", how="anti", maintain_order="left")
    done, arrived = catalog.load_counts(batch, counted, file.file_id)
    return Loaded(done, pl.concat([unknown, rejected]), notes + _arrivals(arrived))


def _arrivals(arrived: list[Arrived]) -> list[str]:
    """A note for each transfer of which counts found something."""
    units: Counter[tuple[str, str, str]] = Counter()
    for each in arrived:
        units[each.reference, each.source, each.location] += each.units
    return [
        plural("{count} unit of {reference} has arrived at {location} from {source}",
               "{count} units of {reference} have arrived at {location} from {source}", count, reference=reference,
               location=location, source=source)
        for (reference, source, location), count in sorted(units.items())
    ]  # fmt: skip


def _kits(batch: Batch, file: Incoming) -> Loaded:
    """Kits are not nested: one with a kit among its components, or that is a component itself, is not loaded."""
    said, known = file.reading.table, catalog.kits(batch.conn)
    others = known.join(said.select("kit_sku").unique(), on="kit_sku", how="anti")
    every = pl.concat([said["kit_sku"], others["kit_sku"]])
    nested = said.filter(pl.col("sku").is_in(every.implode()) | pl.col("kit_sku").is_in(others["sku"].implode()))
    bad = said.join(nested.select("kit_sku").unique(), on="kit_sku", how="semi", maintain_order="left")
    rejected = _complaints(bad, "kit_sku", _("a kit cannot be made of kits"), _("name the skus that the inner kit is made of"))
    return Loaded(catalog.load_kits(batch, said.join(bad, on="row", how="anti", maintain_order="left")), rejected)


def _complaints(rows: pl.DataFrame, column: str, what: str, hint: str) -> pl.DataFrame:
    return rows.select(
        "row", column=pl.lit(column), value=pl.col(column), what=pl.lit(what), hint=pl.lit(hint)
    ).cast(REJECTED)  # type: ignore[arg-type]  # fmt: skip


def _counts(config: Config, file: Incoming) -> pl.DataFrame:
    """STOCK with a location and a time on every row."""
    table = _placed(file)
    if table["location"].null_count():
        only = config.location_codes[0] if len(config.location_codes) == 1 else None
        if only is None:
            raise UnreadableFile(
                _("{file}: says no location", file=file.path.name),
                _("say where it was counted with --location, or add a column location"),
            )
        table = table.with_columns(pl.col("location").fill_null(only))
    there = pl.col("location").replace_strict(dict(file.as_of_there), default=None, return_dtype=pl.String)
    return table.with_columns(pl.coalesce("counted_at", there, pl.lit(file.as_of)) if file.as_of_there else
                              pl.col("counted_at").fill_null(file.as_of))  # fmt: skip


def _placed(file: Incoming) -> pl.DataFrame:
    return file.reading.table.with_columns(pl.col("location").fill_null(pl.lit(file.location, pl.String)))


def _channelled(config: Config, file: Incoming) -> pl.DataFrame:
    """LISTINGS with a known channel on every row."""
    given = file.channel.name if file.channel else None
    only = config.channels[0].name if len(config.channels) == 1 else None
    table = file.reading.table.with_columns(pl.col("channel").fill_null(pl.lit(given or only, pl.String)))
    if table["channel"].null_count():
        raise UnreadableFile(_("{file}: says no channel", file=file.path.name), _("say whose listings with --channel"))
    for name in table["channel"].unique().sort():
        config.channel(name)
    return table


def _tracking(batch: Batch, config: Config, file: Incoming) -> Loaded:
    from oms.flow.ship import ship_rows

    accepted, rejected, notes = ship_rows(
        batch, config, _placed(file), file.file_id, file.channel.name if file.channel else None
    )
    done = file.reading.table.height - rejected["row"].n_unique()
    return Loaded(Counter(new=accepted, unchanged=done - accepted), rejected, list(notes))


def _returns(batch: Batch, file: Incoming) -> Loaded:
    """What comes back; stock stays as it is until somebody has looked at it."""
    if file.channel is None:
        raise AssertionError("returns without a channel")
    counts = load_returns(batch, file.channel.name, file.file_id, file.reading.table)
    said = plural("{count} return is of an order that is not here: import the order, then this file again",
                  "{count} returns are of orders that are not here: import the orders, then this file again",
                  counts["unknown"])  # fmt: skip
    return Loaded(counts, notes=[said] if counts["unknown"] else [])


def _template(batch: Batch, file: Incoming) -> Loaded:
    """A channel's own stock file: kept, so that the next stock file is made from it; its rows are listings."""
    if file.channel is None:
        raise AssertionError("a template without a channel")
    new = remember_template(batch, file.channel.name, file.reading.table)
    table, notes = file.reading.table.height, [_kept(batch, file)]
    form = FORMS.get(file.channel.kind)
    if form is not None and file.path.suffix.lower() not in form.endings:
        notes.append(_("its listings are known now, but the channel takes only the {ending} it handed out, never a copy: "
                       "import that, and `oms sync` fills it", ending=" ".join(form.endings)))  # fmt: skip
    return Loaded(Counter(new=new, unchanged=table - new), notes=notes)
