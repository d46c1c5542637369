"""`oms confirm`: tell each channel what left, once, with its tracking."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from oms.channels.confirmation import CONFIRMATIONS, SILENT, confirmation
from oms.errors import UnknownBatch
from oms.flow.ship_order import moment
from oms.flow.shop import Shop
from oms.store.confirming import batch_exists, save_told, to_tell
from oms.store.db import Batch, Document
from oms.words import _


@dataclass(frozen=True)
class ConfirmReport:
    """The files for the channels; `batch` None where there was nothing to tell."""

    batch: int | None = None
    documents: tuple[Document, ...] = ()
    confirmed: int = 0
    exit_code: int = 0

    def json(self) -> dict[str, Any]:
        """Keys: batch, documents, confirmed (rows)."""
        documents = [document.json() for document in self.documents]
        return {"batch": self.batch, "documents": documents, "confirmed": self.confirmed}


class _NothingToTell(Exception):
    """Rolls the batch back: nothing is to be told."""


def confirm(
    shop: Shop, channels: Sequence[str] = (), *, since: str | None = None, batch_id: int | None = None,
    dry_run: bool = False,
) -> ConfirmReport:  # fmt: skip
    """
    Write one row per (parcel, order, line) that its channel does not know yet, or knows with another number.

    `since` (a time or date as a person writes it) and `batch_id` write again what left or was told then.
    Raises UnknownChannel, UnknownBatch, UsageError.
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
            if not rows.height:
                raise _NothingToTell
            _write(shop, batch, rows)
            batch.summary({"confirmed": rows.height})
            report = ConfirmReport(batch.id, (*batch.recovered, *batch.documents), rows.height)
    except _NothingToTell:
        pass
    return report


def _write(shop: Shop, batch: Batch, rows: pl.DataFrame) -> None:
    zones = {channel.name: shop.config.zone_of(channel) for channel in shop.config.channels}
    for (name, kind), part in rows.group_by("channel", "kind", maintain_order=True):
        zone = zones.get(str(name), shop.config.business.timezone)
        extension, data = confirmation(str(kind), part.select(CONFIRMATIONS.keys()), zone)
        path = batch.document("confirmation", f"confirm-{name}.{extension}", data, channel=str(name))
        save_told(batch, part, path)
