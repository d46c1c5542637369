"""Back to the channels: what each may sell now, written as the difference from what it was told last."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import polars as pl

from oms.channels import stockfile
from oms.config import Channel
from oms.core import ats
from oms.errors import ConfigError, UnreadableFile
from oms.flow import offers
from oms.flow.forms import writer
from oms.flow.shop import Shop
from oms.flow.shown import Catalog, Shown, load_catalog, to_show
from oms.model.frames import Schema
from oms.model.times import parse_iso
from oms.store import publishing
from oms.store.batch import Batch, Document
from oms.store.publishing import LastImport
from oms.words import _

CHANGES: Schema = {
    "channel": pl.String, "listing_sku": pl.String, "location": pl.String, "sku": pl.String, "before": pl.Int64,
    "after": pl.Int64, "reason": pl.String,
}  # fmt: skip
UNPUBLISHED: Schema = {"channel": pl.String, "listing_sku": pl.String, "reason": pl.String}

#: Kinds that never have orders of their own: nothing to be too old.
_WITHOUT_ORDERS = ("google",)
#: Kinds that may be counters alone: without listings there is nothing to say of them.
_COUNTERS = ("square",)


@dataclass(frozen=True)
class Skipped:
    """A channel that was not written. `refused`: it had something to be told, and a rule said no."""

    channel: str
    reason: str
    refused: bool = True

    def json(self) -> dict[str, Any]:
        """Keys: channel, reason."""
        return {"channel": self.channel, "reason": self.reason}


@dataclass(frozen=True)
class SyncReport:
    """What the channels are told. `changes` and `unpublished` are frames of CHANGES and UNPUBLISHED."""

    batch: int | None
    documents: list[Document]
    changes: pl.DataFrame
    skipped: list[Skipped]
    unpublished: pl.DataFrame
    published: list[str] = field(default_factory=list)  # channels that are up to date now
    notes: list[str] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        """0 done, 3 some channels were refused, 1 all were."""
        if not any(skipped.refused for skipped in self.skipped):
            return 0
        return 3 if self.published else 1

    def json(self) -> dict[str, Any]:
        """Keys: batch, documents, changes, skipped, unpublished, notes."""
        return {
            "batch": self.batch,
            "documents": [document.json() for document in self.documents],
            "changes": self.changes.to_dicts(),
            "skipped": [skipped.json() for skipped in self.skipped],
            "unpublished": self.unpublished.to_dicts(),
            "notes": self.notes,
        }


class _NothingDone(Exception):
    """Leaves the write block without a trace; carries what to say."""

    def __init__(self, report: SyncReport) -> None:
        self.report = report


@dataclass
class _Run:
    """One sync, while it goes from channel to channel."""

    shop: Shop
    batch: Batch
    full: bool
    force: bool
    facts: offers.Facts
    catalog: Catalog
    imports: dict[str, LastImport]
    changes: list[pl.DataFrame] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    unpublished: list[pl.DataFrame] = field(default_factory=list)
    published: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def sync(
    shop: Shop, channels: Sequence[str] = (), *, full: bool = False, force: bool = False, dry_run: bool = False
) -> SyncReport:
    """
    Write the stock files of `channels` (all where none is named).

    `full` writes every listing, not only what changed; `force` goes past the guards (old orders, too many zeros).
    """
    chosen = [shop.config.channel(name) for name in dict.fromkeys(channels)] or list(shop.config.channels)
    try:
        with shop.store.write("sync", shop.now, config=shop.config, words=shop.words, wait=shop.wait, dry_run=dry_run) as batch:
            run = _begin(shop, batch, full, force)
            for channel in chosen:
                try:
                    _publish(run, channel)
                except ConfigError as error:  # its format: the other channels are told all the same
                    run.skipped.append(Skipped(channel.name, error.message))
            report = _report(run)
            if report.exit_code == 1:
                raise _NothingDone(report)
            batch.summary({"channels": run.published, "changes": report.changes.height,
                           "skipped": [skipped.channel for skipped in run.skipped]})  # fmt: skip
        return report
    except _NothingDone as nothing:
        return nothing.report


def _begin(shop: Shop, batch: Batch, full: bool, force: bool) -> _Run:
    conn = batch.conn
    return _Run(shop, batch, full, force, offers.facts(shop, conn), load_catalog(conn), publishing.last_imports(conn))


def _report(run: _Run) -> SyncReport:
    report = SyncReport(
        run.batch.id, run.batch.recovered + run.batch.documents,
        pl.concat([pl.DataFrame(schema=CHANGES), *run.changes]), run.skipped,
        pl.concat([pl.DataFrame(schema=UNPUBLISHED), *run.unpublished]), run.published, run.notes,
    )  # fmt: skip
    if report.exit_code == 1:
        return SyncReport(None, run.batch.recovered, pl.DataFrame(schema=CHANGES), run.skipped, report.unpublished,
                          [], run.notes)  # fmt: skip
    return report


def _publish(run: _Run, channel: Channel) -> None:
    """Tell one channel, or say why not."""
    listings = publishing.listings(run.batch.conn, channel.name)
    if listings.is_empty() and channel.kind in _COUNTERS:
        return
    old = _too_old(run, channel)
    if listings.is_empty() and (channel.kind not in stockfile.FORMS or old):
        run.skipped.append(Skipped(channel.name, old or _("it has no listings"), refused=False))
        return
    if old:
        run.skipped.append(Skipped(channel.name, old))
        return
    found = to_show(run.shop, run.batch.conn, run.facts, run.catalog, channel, listings, run.force)
    if isinstance(found, str):
        run.skipped.append(Skipped(channel.name, found, refused=not listings.is_empty()))
        return
    told = publishing.published(run.batch.conn, channel.name)
    zeros, positive = ats.zeroed(*_offered(found, told))
    if not run.force and ats.guarded(zeros, positive, run.shop.config.sync.guard_zeroed):
        run.skipped.append(Skipped(channel.name, _(
            "{zeros} of {positive} listings would become 0: look at the stock counts, or use --force",
            zeros=zeros, positive=positive)))  # fmt: skip
        return
    try:
        _tell(run, channel, found, told)
    except UnreadableFile as error:
        run.skipped.append(Skipped(channel.name, error.message))
        return
    run.published.append(channel.name)
    run.unpublished.append(found.unpublished.select(pl.lit(channel.name).alias("channel"), "listing_sku", "reason"))
    run.notes += found.notes


def _offered(found: Shown, told: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What is and was for sale: of what Shopify calls on hand, committed and unavailable units are not."""
    if found.form is None:
        return found.shown, told
    kept = found.shown.group_by("listing_sku", "place").agg(kept=(pl.col("committed") + pl.col("unavailable")).sum())
    before = told.join(kept, on=["listing_sku", "place"], how="left").with_columns(
        quantity=pl.col("quantity") - pl.col("kept").fill_null(0)
    )
    return found.shown.with_columns(quantity="here"), before


def _too_old(run: _Run, channel: Channel) -> str | None:
    """Why the channel's orders are too old to publish on: sales we have not seen would be sold again."""
    if run.force or channel.kind in _WITHOUT_ORDERS:
        return None
    last = run.imports.get(channel.name)
    if last is None:
        return _("its orders were never imported: import them first, or use --force")
    age = run.shop.now - parse_iso(last.at)
    if age <= run.shop.config.sync.max_age:
        return None
    return _("its orders were imported {age} ago, more than {limit}: import newer ones, or use --force",
             age=hours(age), limit=hours(run.shop.config.sync.max_age))  # fmt: skip


def hours(age: timedelta) -> str:
    """An age as a person says it: `36 h`, `45 min`."""
    minutes = int(age.total_seconds() // 60)
    return _("{count} h", count=minutes // 60) if minutes >= 120 else _("{count} min", count=minutes)


def _tell(run: _Run, channel: Channel, found: Shown, told: pl.DataFrame) -> None:
    """Write the file and remember what it says; UnreadableFile where its form cannot be filled, before anything else."""
    totals = found.shown.select("listing_sku", "place", "quantity")
    if found.form is not None:  # two of its rows can be one listing at one place: they are told together
        number = pl.col("quantity").sum() if found.form.by_place else pl.col("quantity").first()
        totals = totals.group_by("listing_sku", "place").agg(number)
    before = told.select("listing_sku", "place", before="quantity")
    written = (
        totals.join(before, on=["listing_sku", "place"], how="left").sort("listing_sku", "place")
        if run.full else ats.differences(totals, told)
    )  # fmt: skip
    if written.is_empty():
        return
    last = run.imports.get(channel.name)
    as_of = last.as_of if last else None
    rows = found.shown.join(written.select("listing_sku", "place"), on=["listing_sku", "place"], how="semi")
    rows = rows.sort("listing_sku", "place")
    for suffix, ending, data in _files(run, channel, found, rows, as_of):
        run.batch.document("stock", f"stock-{channel.name}{suffix}.{ending}", data, channel=channel.name)
    publishing.remember(run.batch, channel.name, written, as_of)
    run.batch.event("published", detail={"channel": channel.name, "listings": written.height, "as_of": as_of})
    run.changes.append(_changes(run, channel, found, rows, written))


def _files(run: _Run, channel: Channel, found: Shown, rows: pl.DataFrame, as_of: str | None) -> list[tuple[str, str, bytes]]:
    """What stands behind the name, ending and bytes of each file that tells `rows`."""
    if found.form is not None:
        return [("", found.form.ending, found.form.fill(found.shown if found.form.whole else rows))]
    writes = writer(run.shop, channel)
    if writes is None:
        raise AssertionError("neither a form nor a writer")
    asked = stockfile.Asked(channel, run.shop.config, as_of)
    return [(suffix, writes.ending, data) for suffix, data in writes.files(rows, asked)]


def _changes(run: _Run, channel: Channel, found: Shown, rows: pl.DataFrame, written: pl.DataFrame) -> pl.DataFrame:
    """CHANGES of the `written` listings, one row a listing and place; `rows` says what sets their numbers."""
    told = written.select("listing_sku", "place", "before", after="quantity")
    first = rows.unique(["listing_sku", "place"], keep="first", maintain_order=True)
    first = first.join(told, on=["listing_sku", "place"])
    pool = run.facts.pool(channel).left
    said = (
        ats.reasons(first, pool)
        if channel.kind not in stockfile.BY_SHOP
        else pl.concat(
            ats.reasons(part, run.facts.pool(channel, run.shop.config.location(place) if place else None).left)
            for (place,), part in first.group_by("place", maintain_order=True)
        )
    )
    if found.form is not None and found.form.by_place:  # the number is what the channel calls on hand
        there = pl.format(_("; here {} + committed {} + unavailable {}"), "here", "committed", "unavailable")
        said = said.with_columns(pl.concat_str("reason", there))
    return (
        said.with_columns(
            reason=pl.when(pl.col("before").is_null())
            .then(pl.lit(_("first publish: ")) + pl.col("reason")).otherwise(pl.col("reason")),
            channel=pl.lit(channel.name),
            location=pl.when(pl.col("place") != "").then("place"),
        )
        .sort("listing_sku", "place")
        .select("channel", "listing_sku", "location", pl.col("sold_as").alias("sku"), "before", "after", "reason")
        .cast(CHANGES)  # type: ignore[arg-type]
    )  # fmt: skip
