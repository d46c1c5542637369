"""Writing a change set: counters, attributes, what is given back, what left without us."""

from collections.abc import Mapping, Sequence
from itertools import chain, count
from typing import Any

from oms.store.allocations import open_allocations, release_order, release_reserved, ship
from oms.store.batch import Batch

#: Holds that stay until a person releases them.
_HOLD = (
    "INSERT INTO holds (order_id, reason, detail) VALUES (?, ?, ?) "
    "ON CONFLICT (order_id, reason) DO UPDATE SET released = 0, detail = excluded.detail"
)


def save_order(batch: Batch, order_id: int, fields: Mapping[str, Any]) -> None:
    """Overwrite columns of an order."""
    if fields:
        names = ", ".join(f"{name} = ?" for name in fields)
        batch.conn.execute(f"UPDATE orders SET {names} WHERE id = ?", (*fields.values(), order_id))
    batch.touch_orders("VALUES (?)", (order_id,))


def save_contact(batch: Batch, order_id: int, fields: Mapping[str, Any]) -> None:
    """Overwrite columns of an order's contact, made where it is missing."""
    if not fields:
        return
    batch.conn.execute("INSERT OR IGNORE INTO contacts (order_id) VALUES (?)", (order_id,))
    names = ", ".join(f"{name} = ?" for name in fields)
    batch.conn.execute(f"UPDATE contacts SET {names} WHERE order_id = ?", (*fields.values(), order_id))


def save_line(batch: Batch, line_id: int, fields: Mapping[str, Any]) -> None:
    """Overwrite columns of a line."""
    names = ", ".join(f"{name} = ?" for name in fields)
    batch.conn.execute(f"UPDATE lines SET {names} WHERE id = ?", (*fields.values(), line_id))


def add_line(batch: Batch, order_id: int, fields: Mapping[str, Any]) -> None:
    """Add a line to a known order; settling maps it. A line without an id of its own gets a name that is free there."""
    if not fields["has_channel_ref"]:
        taken = {row[0] for row in batch.conn.execute("SELECT line_ref FROM lines WHERE order_id = ?", (order_id,))}
        content = fields["line_key"].rpartition("#")[0]
        others = (f"{content}#{occurrence}" for occurrence in count(1))
        free = next(name for name in chain([fields["line_key"]], others) if name not in taken)
        fields = {**fields, "line_ref": free, "line_key": free}
    columns = ", ".join(fields)
    places = ", ".join("?" * (len(fields) + 1))
    batch.conn.execute(f"INSERT INTO lines (order_id, {columns}) VALUES ({places})", (order_id, *fields.values()))


def hold(batch: Batch, order_id: int, reason: str, detail: str) -> None:
    """Hold an order until a person releases it."""
    batch.conn.execute(_HOLD, (order_id, reason, detail))
    batch.touch_orders("VALUES (?)", (order_id,))


def give_back(batch: Batch, line_id: int, keep_line_units: int) -> None:
    """Release what is reserved for a line beyond `keep_line_units`."""
    release_reserved(batch, line_id, keep_line_units)


def give_back_order(batch: Batch, order_id: int) -> None:
    """Release everything that is reserved, not picked, for an order."""
    release_order(batch, order_id)


def ship_elsewhere(batch: Batch, order_id: int, lines: Sequence[tuple[int, int]], shipped_at: str) -> int:
    """
    The channel says that line units left without our tracking: (line_id, line units) each.

    What we held for them leaves our stock at the channel's time. Returns the sku units that did.
    """
    parcels: dict[str, int] = {}
    moved = 0
    for line_id, line_units in lines:
        drawn = batch.conn.execute("SELECT sku, units FROM line_units WHERE line_id = ?", (line_id,)).fetchall()
        for sku, units in drawn:
            wanted = line_units * units
            for row in open_allocations(batch.conn, line_id, sku):
                taken = min(wanted, row["quantity"])
                if not taken:
                    break
                wanted -= taken
                moved += taken
                parcel_id = parcels.get(row["location"]) or _parcel(batch, row["location"], shipped_at)
                parcels[row["location"]] = parcel_id
                ship(batch, row, taken, parcel_id, shipped_at)
                batch.conn.execute(
                    "INSERT INTO parcel_lines (parcel_id, order_id, line_id, allocation_id, sku, units, quantity) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (parcel_id, order_id, line_id, row["id"], sku, taken, taken // units if len(drawn) == 1 else 0),
                )
    return moved


def _parcel(batch: Batch, location: str, shipped_at: str) -> int:
    cursor = batch.conn.execute(
        "INSERT INTO parcels (batch_id, location, shipped_at, elsewhere) VALUES (?, ?, ?, 1)",
        (batch.id, location, shipped_at),
    )
    return int(cursor.lastrowid or 0)
