"""`oms log`: what happened, in which batch; of everything, of one sku, of one order."""

import json
from dataclasses import dataclass, field
from typing import Any

from oms.errors import OmsError, UnknownBatch, UnknownOrder
from oms.flow import look, stock
from oms.flow.glance import Glance
from oms.store import journal, looking
from oms.store.orders import find_order
from oms.words import _

#: Events of a single batch that are listed; an import can have as many as it has orders.
MOST_EVENTS = 1_000


@dataclass(frozen=True)
class LogReport:
    """Batches, newest first; for a sku also its ledger, for an order its events."""

    batches: list[dict[str, Any]]
    about: dict[str, Any] = field(default_factory=dict)
    ledger: stock.LedgerReport | None = None
    exit_code: int = 0

    def json(self) -> dict[str, Any]:
        """
        Keys: batches[]{id, at, command, words, summary, undoes, undone_by, files[], documents[]}.

        For a sku also sku, moves[], allocations[]; for an order channel, order_ref, events[]; for one batch made,
        changed, events[].
        """
        return self.about | (self.ledger.json() if self.ledger else {}) | {"batches": self.batches}


def log(view: Glance, word: str | None = None, batch: int | None = None, limit: int | None = None) -> LogReport:
    """
    The batches that ran, newest first; with `word`, those that touched this sku or this order, and how.

    Raises UnknownBatch; UnknownOrder where `word` is neither a sku nor an order.
    """
    with view.store.read() as conn:
        if batch is not None:
            found = _described(conn, journal.batches(conn, [batch]))
            if not found:
                raise UnknownBatch(_("no batch {batch}", batch=batch), _("list batches with: oms log"))
            events = [
                look.events_json(row) | {"channel": row["channel"], "order_ref": row["order_ref"]}
                for row in journal.events(conn, batch, MOST_EVENTS)
            ]
            return LogReport(found, {
                "made": journal.rows_made(conn, batch), "changed": journal.rows_changed(conn, batch), "events": events,
            })  # fmt: skip
        if word is None:
            return LogReport(_described(conn, journal.batches(conn, limit=limit)))
        if not journal.is_sku(conn, word):
            order = _order(conn, word)
            events = [look.events_json(row) for row in looking.order_events(conn, order["id"])]
            touched = journal.batches(conn, [event["batch"] for event in events], limit)
            return LogReport(
                _described(conn, touched),
                {"channel": order["channel"], "order_ref": order["order_ref"], "events": events},
            )
    ledger = stock.log(view, word)
    with view.store.read() as conn:
        touched = journal.batches(conn, [row["batch"] for row in (*ledger.moves, *ledger.allocations)], limit)
        return LogReport(_described(conn, touched), ledger=ledger)


def _order(conn: Any, word: str) -> Any:
    try:
        return find_order(conn, word)
    except UnknownOrder as error:
        raise _neither(word) from error


def _neither(word: str) -> OmsError:
    return UnknownOrder(_("`{word}` is neither a sku nor an order", word=word), _("list them with: oms stock, oms orders"))


def _described(conn: Any, rows: list[Any]) -> list[dict[str, Any]]:
    """Elements of `batches[]`."""
    ids = [row["id"] for row in rows]
    read: dict[int, list[dict[str, Any]]] = {}
    for row in journal.files(conn, ids):
        read.setdefault(row["batch_id"], []).append({
            "file": row["path"], "kind": row["kind"], "format": row["format"], "channel": row["channel"],
            "location": row["location"], "rows": row["rows"],
        })  # fmt: skip
    wrote: dict[int, list[dict[str, Any]]] = {}
    for row in journal.documents(conn, ids):
        wrote.setdefault(row["batch_id"], []).append(
            {"kind": row["kind"], "location": row["location"], "channel": row["channel"], "path": row["path"]}
        )
    return [
        {
            "id": row["id"], "at": row["at"], "command": row["command"], "words": row["words"],
            "summary": json.loads(row["summary"]), "undoes": row["undoes"], "undone_by": row["undone_by"],
            "files": read.get(row["id"], []), "documents": wrote.get(row["id"], []),
        }
        for row in rows
    ]  # fmt: skip
