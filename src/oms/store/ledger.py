"""The stock ledger as a person asks for it, and the entries a person makes in it. Balances are derived by settling."""

import difflib
import json
import sqlite3
from collections.abc import Sequence

from oms.errors import Refused, UnknownSku
from oms.model.states import Move
from oms.store import transfers
from oms.store.batch import Batch
from oms.store.tallies import LOW_STOCK
from oms.store.transfers import Arrived, Found
from oms.words import _

#: Skus that a wrong one is compared with.
_COMPARED = 5_000


def known_sku(conn: sqlite3.Connection, sku: str) -> str:
    """`sku`, where it is one of ours; UnknownSku with the nearest one otherwise: nothing is created by itself."""
    if conn.execute("SELECT 1 FROM products WHERE sku = ?", (sku,)).fetchone():
        return sku
    near = _nearest(conn, sku)
    raise UnknownSku(
        _("no sku `{sku}`{near}", sku=sku, near=_(", did you mean `{near}`?", near=near) if near else ""),
        _("declare it with a row in a products or stock file: oms import products.csv"),
    )


def _nearest(conn: sqlite3.Connection, sku: str) -> str | None:
    same = conn.execute("SELECT sku FROM products WHERE sku LIKE ? ESCAPE '\\' ORDER BY sku LIMIT 1", (_like(sku),)).fetchone()
    if same:
        return str(same[0])
    for pattern in (f"{_like(sku[:2])}%", "%"):
        rows = conn.execute(
            "SELECT sku FROM products WHERE sku LIKE ? ESCAPE '\\' AND abs(length(sku) - ?) <= 3 ORDER BY sku LIMIT ?",
            (pattern, len(sku), _COMPARED),
        ).fetchall()
        close = difflib.get_close_matches(sku, [row["sku"] for row in rows], 1, 0.6)
        if close:
            return str(close[0])
    return None


def _like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def components(conn: sqlite3.Connection, sku: str) -> list[str]:
    """The components of `sku` where it is a kit."""
    rows = conn.execute("SELECT sku FROM kit_components WHERE kit_sku = ? ORDER BY sku", (sku,))
    return [row["sku"] for row in rows]


def countable_sku(conn: sqlite3.Connection, sku: str) -> str:
    """A known sku that has stock of its own; a kit is refused, naming its components."""
    parts = components(conn, known_sku(conn, sku))
    if parts:
        raise Refused(
            _("`{sku}` is a kit: it has no stock of its own", sku=sku),
            _("its stock is that of its components: {skus}", skus=", ".join(parts)),
        )
    return sku


def low_skus(conn: sqlite3.Connection) -> list[str]:
    """Skus of which nothing is left to offer (tallies.LOW_STOCK)."""
    return [row["sku"] for row in conn.execute(f"{LOW_STOCK} ORDER BY x.sku")]


def stock_rows(
    conn: sqlite3.Connection, skus: Sequence[str] | None = None, location: str | None = None, short: bool = False
) -> list[sqlite3.Row]:
    """
    A row for every (sku, location) ever counted or moved: sku, location, on_hand, reserved, available, shortfall,
    incoming (expected there and not received), title.
    """
    conditions, values = ["1"], list[object]()
    if skus is not None:
        conditions.append("s.sku IN (SELECT value FROM json_each(?))")
        values.append(json.dumps(list(skus)))
    if location is not None:
        conditions.append("s.location = ?")
        values.append(location)
    if short:
        conditions.append("s.shortfall > 0")
    return conn.execute(
        "SELECT s.sku, s.location, s.on_hand, s.reserved, s.on_hand - s.reserved AS available, s.shortfall, "
        "COALESCE(i.units, 0) AS incoming, p.title FROM stock s JOIN products p ON p.sku = s.sku "
        "LEFT JOIN (SELECT sku, location, sum(max(0, quantity - received)) AS units FROM incoming GROUP BY sku, location) i "
        f"ON i.sku = s.sku AND i.location = s.location WHERE {' AND '.join(conditions)} ORDER BY s.sku, s.location",
        values,
    ).fetchall()


def expected(conn: sqlite3.Connection, skus: Sequence[str], location: str | None = None) -> list[sqlite3.Row]:
    """
    What is on its way, soonest first: id, sku, location (NULL: nobody said), quantity (still to come), expected_on,
    reference, source (of a transfer: the place it left).
    """
    return conn.execute(
        "SELECT id, sku, location, quantity - received AS quantity, expected_on, reference, source FROM incoming "
        "WHERE quantity > received AND sku IN (SELECT value FROM json_each(:skus)) "
        "AND (:location IS NULL OR location IS NULL OR location = :location) "
        "ORDER BY expected_on, location IS NULL, location, reference, id",
        {"skus": json.dumps(list(skus)), "location": location},
    ).fetchall()


def receive_expected(batch: Batch, sku: str, location: str, reference: str | None, units: int) -> list[sqlite3.Row]:
    """
    Tick off what was expected there, soonest first; with a `reference` only what carries it.

    Returns the rows (expected_on, reference, source, quantity: ticked off now).
    """
    ticked = []
    for row in expected(batch.conn, [sku], location):
        if units <= 0:
            break
        if reference is not None and row["reference"] != reference:
            continue
        taken = min(units, row["quantity"])
        units -= taken
        batch.conn.execute("UPDATE incoming SET received = received + ? WHERE id = ?", (taken, row["id"]))
        ticked.append(
            batch.conn.execute("SELECT ? AS expected_on, ? AS reference, ? AS source, ? AS quantity",
                               (row["expected_on"], row["reference"], row["source"], taken)).fetchone()
        )  # fmt: skip
    return ticked


def count(batch: Batch, sku: str, location: str, quantity: int, counted_at: str | None) -> tuple[bool, list[Arrived]]:
    """
    State what is there: now (after everything that happened so far), or as of `counted_at`.

    A count is a fact of its (sku, location, time): the same again changes nothing (returns False), another number
    for the same time corrects it. With it what arrived of transfers, as the count tells.
    """
    known = None
    if counted_at is not None:
        known = batch.conn.execute(
            "SELECT id, quantity FROM moves WHERE sku = ? AND location = ? AND happened_at = ? AND kind = 'count' AND tie = 1",
            (sku, location, counted_at),
        ).fetchone()
        if known is not None and known["quantity"] == quantity:
            return False, []
    at, tie = counted_at or batch.at, 2 if counted_at is None else 1
    was = None if known is None else int(known["quantity"])
    arrived = transfers.arrive(batch, [Found(sku, location, at, tie, quantity, was)])
    if known is None:
        _enter(batch, Move.COUNT, sku, location, quantity, at, tie, None)
    else:
        batch.touch_stock("VALUES (?, ?)", (sku, location))
        batch.conn.execute("UPDATE moves SET quantity = ? WHERE id = ?", (quantity, known["id"]))
    return True, arrived


def add(batch: Batch, kind: Move, sku: str, location: str, quantity: int, note: str | None) -> None:
    """Add a signed quantity, now."""
    _enter(batch, kind, sku, location, quantity, batch.at, 2, note)


def _enter(batch: Batch, kind: Move, sku: str, location: str, quantity: int, at: str, tie: int, note: str | None) -> None:
    batch.conn.execute(
        "INSERT INTO moves (batch_id, sku, location, kind, quantity, happened_at, tie, note) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (batch.id, sku, location, kind, quantity, at, tie, note),
    )
    batch.touch_stock("VALUES (?, ?)", (sku, location))


def available(conn: sqlite3.Connection, sku: str, location: str) -> int:
    """on_hand - reserved; 0 where it was never counted."""
    row = conn.execute(
        "SELECT on_hand - reserved FROM stock WHERE sku = ? AND location = ?", (sku, location)
    ).fetchone()  # fmt: skip
    return int(row[0]) if row else 0


def given_back(batch: Batch) -> list[sqlite3.Row]:
    """Orders that lost allocations in this batch: channel, order_ref, sku, location, detail (JSON)."""
    return batch.conn.execute(
        "SELECT o.channel, o.order_ref, e.sku, e.location, e.detail FROM events e JOIN orders o ON o.id = e.order_id "
        "WHERE e.batch_id = ? AND e.kind = 'given_back' ORDER BY e.id",
        (batch.id,),
    ).fetchall()


def moves(
    conn: sqlite3.Connection, sku: str | None, location: str | None = None, batch_id: int | None = None
) -> list[sqlite3.Row]:
    """
    The ledger in the order in which things happened: id, sku, location, kind, quantity, at, batch, command, channel,
    order_ref, tracking, file, row, note.
    """
    return conn.execute(
        "SELECT m.id, m.sku, m.location, m.kind, m.quantity, m.happened_at AS at, m.batch_id AS batch, b.command, "
        "o.channel, o.order_ref, p.tracking, f.path AS file, m.row, m.note FROM moves m "
        "JOIN batches b ON b.id = m.batch_id LEFT JOIN lines l ON l.id = m.line_id LEFT JOIN orders o ON o.id = l.order_id "
        "LEFT JOIN parcels p ON p.id = m.parcel_id LEFT JOIN files_in f ON f.id = m.file_id "
        "WHERE (:sku IS NULL OR m.sku = :sku) AND (:location IS NULL OR m.location = :location) "
        "AND (:batch IS NULL OR m.batch_id = :batch) "
        "ORDER BY m.sku, m.location, m.happened_at, m.tie, m.id",
        {"sku": sku, "location": location, "batch": batch_id},
    ).fetchall()


def allocations(conn: sqlite3.Connection, sku: str, location: str | None = None) -> list[sqlite3.Row]:
    """What was ever set aside: location, quantity, state, batch, at, channel, order_ref, line_ref."""
    return conn.execute(
        "SELECT a.location, a.quantity, a.state, a.batch_id AS batch, b.started_at AS at, o.channel, o.order_ref, l.line_ref "
        "FROM allocations a JOIN batches b ON b.id = a.batch_id JOIN orders o ON o.id = a.order_id "
        "JOIN lines l ON l.id = a.line_id WHERE a.sku = ? AND (? IS NULL OR a.location = ?) ORDER BY a.id",
        (sku, location, location),
    ).fetchall()
