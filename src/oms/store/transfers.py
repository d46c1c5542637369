"""
Transfers between our own places that are on their way: sent from one, expected at another, and there once.

They are rows of `incoming` that know where they left (`source`) and when (`sent_at`). A receipt ticks them off, and so does a
count of the place that finds more than the ledger knew of: what is more is what arrived.
"""

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from oms.errors import Refused
from oms.store.batch import Batch
from oms.words import _


class Found(NamedTuple):
    """A count that is about to be written down: `was` is what an earlier file said for the same time, None where none did."""

    sku: str
    location: str
    at: str
    tie: int
    units: int
    was: int | None = None


class Arrived(NamedTuple):
    """Units of a transfer that a count found, or a receipt took in."""

    sku: str
    location: str
    source: str
    reference: str
    expected_on: str
    units: int


def send(batch: Batch, sku: str, source: str, target: str, units: int, expected_on: str, reference: str) -> None:
    """Note that units are on their way; those of one reference and day are one row. Refused where others are called so."""
    other = "SELECT 1 FROM incoming WHERE sku = ? AND location = ? AND expected_on = ? AND reference = ? AND source IS NOT ?"
    if batch.conn.execute(other, (sku, target, expected_on, reference, source)).fetchone():
        raise Refused(_("`{reference}`: other units of {sku} are on their way to {location} under this name", sku=sku,
                        reference=reference, location=target), _("call these otherwise: --reference"))  # fmt: skip
    batch.conn.execute(
        "INSERT INTO incoming (sku, location, quantity, expected_on, reference, source, sent_at) VALUES (?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (sku, COALESCE(location, ''), expected_on, reference) "
        "DO UPDATE SET quantity = quantity + excluded.quantity",
        (sku, target, units, expected_on, reference, source, batch.at),
    )


def pending(conn: sqlite3.Connection) -> bool:
    """Whether any transfer is on its way."""
    sql = "SELECT EXISTS (SELECT 1 FROM incoming WHERE source IS NOT NULL AND received < quantity)"
    return bool(conn.execute(sql).fetchone()[0])


def arrive(batch: Batch, found: Sequence[Found]) -> list[Arrived]:
    """
    Tick off what counts that are not written down yet find more than the ledger knew of, as far as it was on its way then;
    what is expected soonest first. Only the newest count of a place says anything.
    """
    arrived: list[Arrived] = []
    for count in found:
        knew = _known(batch.conn, count)
        if knew is None:
            continue
        more = max(0, count.units - knew) - (0 if count.was is None else max(0, count.was - knew))
        for row in _on_their_way(batch.conn, count):
            taken = min(more, row["quantity"] - row["received"])
            if taken <= 0:
                break
            more -= taken
            batch.conn.execute("UPDATE incoming SET received = received + ? WHERE id = ?", (taken, row["id"]))
            each = Arrived(count.sku, count.location, row["source"], row["reference"], row["expected_on"], taken)
            batch.event("arrived", sku=each.sku, location=each.location,
                        detail={"units": taken, "source": each.source, "reference": each.reference})  # fmt: skip
            arrived.append(each)
    return arrived


def _on_their_way(conn: sqlite3.Connection, count: Found) -> list[sqlite3.Row]:
    return conn.execute(
        "SELECT id, quantity, received, source, reference, expected_on FROM incoming "
        "WHERE sku = ? AND location = ? AND source IS NOT NULL AND received < quantity AND sent_at <= ? "
        "ORDER BY expected_on, reference, id",
        (count.sku, count.location, count.at),
    ).fetchall()


def _known(conn: sqlite3.Connection, count: Found) -> int | None:
    """What the ledger says was there when it was counted, without that count; None where a newer count says what is there."""
    here = (count.sku, count.location, count.at, count.tie)
    newer = "SELECT 1 FROM moves WHERE sku = ? AND location = ? AND kind = 'count' AND (happened_at, tie) > (?, ?)"
    if conn.execute(newer, here).fetchone():
        return None
    last = conn.execute(
        "SELECT id, quantity, happened_at, tie FROM moves WHERE sku = ? AND location = ? AND kind = 'count' "
        "AND (happened_at, tie) <= (?, ?) AND NOT (tie = 1 AND happened_at = ? AND ? = 1) "
        "ORDER BY happened_at DESC, tie DESC, id DESC LIMIT 1",
        (*here, count.at, count.tie),
    ).fetchone()
    since = ("", -1, 0) if last is None else (last["happened_at"], last["tie"], last["id"] if last["tie"] == 2 else 0)
    moved = conn.execute(
        "SELECT COALESCE(sum(quantity), 0) FROM moves WHERE sku = ? AND location = ? AND kind <> 'count' "
        "AND (happened_at, tie) <= (?, ?) AND (happened_at, tie, CASE tie WHEN 2 THEN id ELSE 0 END) > (?, ?, ?)",
        (*here, *since),
    ).fetchone()[0]
    return max(0, (0 if last is None else int(last["quantity"])) + int(moved))


def counted_already(conn: sqlite3.Connection, sku: str, location: str, reference: str | None) -> sqlite3.Row | None:
    """
    The newest transfer there that a count found and of which nothing is on its way any more: reference, units, at; None where
    there is none, or something is.
    """
    found: sqlite3.Row | None = conn.execute(
        "SELECT e.detail ->> '$.reference' AS reference, e.detail ->> '$.units' AS units, e.at FROM events e "
        "JOIN batches b ON b.id = e.batch_id AND b.undone_by IS NULL "
        "WHERE e.kind = 'arrived' AND e.sku = :sku AND e.location = :location "
        "AND (:reference IS NULL OR e.detail ->> '$.reference' = :reference) "
        "AND NOT EXISTS (SELECT 1 FROM incoming i WHERE i.sku = :sku AND i.location = :location AND i.received < i.quantity "
        "  AND (:reference IS NULL OR i.reference = :reference)) "
        "ORDER BY e.id DESC LIMIT 1",
        {"sku": sku, "location": location, "reference": reference},
    ).fetchone()
    return found
