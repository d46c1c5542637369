"""`oms confirm`: tell each channel what left, once, with its tracking."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from oms.channels import walmart
from oms.channels.confirmation import CONFIRMATIONS, SILENT, confirmation
from oms.errors import ConfigError, OmsError, UnknownBatch
from oms.flow.forms import kept, own_format
from oms.flow.ship_order import moment
from oms.flow.shop import Shop
from oms.sheets import guard
from oms.sheets.read import load, peek
from oms.store.batch import Batch, Document
from oms.store.confirming import batch_exists, save_told, to_tell
from oms.words import _

SHEETS = 200  # order sheets that are looked through for an order


@dataclass(frozen=True)
class ConfirmReport:
    """The files for the channels; `batch` None where there was nothing to tell."""

    batch: int | None = None
    documents: tuple[Document, ...] = ()
    confirmed: int = 0
    skipped: tuple[tuple[str, ConfigError], ...] = ()  # (channel, why)

    @property
    def exit_code(self) -> int:
        """3 where some channels were skipped."""
        return 3 if self.skipped else 0

    def json(self) -> dict[str, Any]:
        """Keys: batch, documents, confirmed (rows), skipped[]{channel, reason}."""
        documents = [document.json() for document in self.documents]
        skipped = [{"channel": channel, "reason": error.message} for channel, error in self.skipped]
        return {"batch": self.batch, "documents": documents, "confirmed": self.confirmed, "skipped": skipped}


class _NothingToTell(Exception):
    """Rolls the batch back: nothing is to be told."""


def confirm(
    shop: Shop, channels: Sequence[str] = (), *, since: str | None = None, batch_id: int | None = None,
    dry_run: bool = False,
) -> ConfirmReport:  # fmt: skip
    """
    Write one row per (parcel, order, line) that its channel does not know yet, or knows with another number.

    `since` (a time or date as a person writes it) and `batch_id` write again what left or was told then.
    Raises UnknownChannel, UnknownBatch, UsageError, ConfigError (no channel's format can be used).
    """
    for name in channels:
        shop.config.channel(name)
    from_then = moment(since, shop.config.business.timezone, start=True) if since else None
    report = ConfirmReport()
    try:
        with shop.store.write(
            "confirm", shop.now, config=shop.config, words=shop.words, wait=shop.wait, dry_run=dry_run
        ) as batch:
            report = ConfirmReport(documents=tuple(batch.recovered))
            if batch_id is not None and (batch_id >= batch.id or not batch_exists(batch.conn, batch_id)):
                raise UnknownBatch(_("no batch {number}", number=batch_id), _("list batches with: oms log"))
            rows = to_tell(batch.conn, list(channels), SILENT, since=from_then, batch_id=batch_id)
            skipped = _unwritable(shop, rows)
            rows = rows.filter(~pl.col("channel").is_in([name for name, _error in skipped]))
            if skipped and not rows.height:
                raise skipped[0][1]
            if not rows.height:
                raise _NothingToTell
            _write(shop, batch, rows)
            batch.summary({"confirmed": rows.height})
            report = ConfirmReport(batch.id, (*batch.recovered, *batch.documents), rows.height, skipped)
    except _NothingToTell:
        pass
    return report


def _unwritable(shop: Shop, rows: pl.DataFrame) -> tuple[tuple[str, ConfigError], ...]:
    """The channels of `rows` whose own format cannot be used, and why: the others are told all the same."""
    found = []
    for name, kind in rows.select("channel", "kind").unique().sort("channel").iter_rows():
        try:
            own_format(shop, kind)
        except ConfigError as error:
            found.append((name, error))
    return tuple(found)


def _write(shop: Shop, batch: Batch, rows: pl.DataFrame) -> None:
    for (name, kind), part in rows.group_by("channel", "kind", maintain_order=True):
        channel = next((each for each in shop.config.channels if each.name == name), None)
        files = list(_on_sheets(shop, batch, str(name), part)) if kind == "walmart" else []
        told = [rows.select("parcel_id", "line_id") for rows, _extension, _data in files]
        rest = part.join(pl.concat(told), on=["parcel_id", "line_id"], how="anti", maintain_order="left") if told else part
        if rest.height:
            extension, data = confirmation(
                str(kind),
                rest.select(CONFIRMATIONS.keys()),
                shop.config.zone_of(channel),
                shop.config.currency_of(channel),
                own_format(shop, str(kind)),
            )
            files.append((rest, extension, data))
        for number, (told_rows, extension, data) in enumerate(files, 1):
            suffix = "" if number == 1 else f"-{number}"
            path = batch.document("confirmation", f"confirm-{name}{suffix}.{extension}", data, channel=str(name))
            save_told(batch, told_rows, path)


def _on_sheets(shop: Shop, batch: Batch, channel: str, rows: pl.DataFrame) -> Iterator[tuple[pl.DataFrame, str, bytes]]:
    """Order sheets of the channel with `rows` filled in, the newest sheet that has an order first."""
    for _at, name in kept(shop, batch.conn, channel, (".csv", ".xlsx", ".txt", ".tsv"))[:SHEETS]:
        if rows.is_empty():
            return
        try:
            guard.check(shop.root / name, shop.config.limits)
            seen = peek(shop.root / name, shop.config.limits)
            if not walmart.answerable(seen.headings):
                continue
            found, data = walmart.answered(load(seen, shop.config.limits), rows)
        except OmsError:  # damaged since: what only this sheet has goes out as a list
            continue
        if found.height:
            yield found, "csv", data
            rows = rows.join(found, on=["parcel_id", "line_id"], how="anti", maintain_order="left")
