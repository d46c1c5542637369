"""
Orders of one file into the store: new ones whole, known ones by their change set.
"""

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import polars as pl

from oms.config import Config
from oms.core.change_set import ChangeSet, SaidLine, StoredLine
from oms.core.changes import compare
from oms.core.discounts import spread_discounts
from oms.core.route.calendar import due_after
from oms.model.frames import LINES, ORDERS
from oms.sheets.ahead import ahead
from oms.store import order_changes as saving
from oms.store import order_loading as loading
from oms.store.batch import Batch
from oms.store.mapping import mapping_of
from oms.store.order_loading import Source

#: Columns that say where a fact stands in the file, not what it is.
_WHERE = ("order_no", "row", "updated_at", "position")
_IDENTITY = ("order_no", "order_ref", "channel_order_id", "content_hash")
#: Orders that are loaded at a time.
_PORTION = 100_000
_FACTS = ("title", "variant", "barcode", "note", "unit_price", "discount", "tax")


def load_orders(
    batch: Batch, source: Source, config: Config, pieces: Iterable[tuple[pl.DataFrame, pl.DataFrame]], count: int,
    whole_orders: bool,
) -> Counter[str]:  # fmt: skip
    """
    Load the `count` orders of one file, piece by piece (ORDERS, LINES). Returns how many are `new`, `updated`, `unchanged`.
    """
    channel = config.channel(source.channel)
    # What a new order is due by where its channel says nothing; it never overwrites what the channel did say.
    due = due_after(pl.col("placed_at"), channel.handling_days, config.zone_of(channel))
    mapping = mapping_of(batch.conn, source.channel)
    found: Counter[str] = Counter()
    with loading.room_for(batch, source, count):
        for some, theirs in ahead(_prepared(pieces)):
            known = loading.match_orders(batch.conn, source, some.select(_IDENTITY))
            new = some.join(known, on="order_no", how="anti", maintain_order="left") if known.height else some
            mapped = theirs.join(mapping, on="listing_sku", how="left", maintain_order="left").with_columns(
                pl.col("listing_quantity").fill_null(1)
            )
            loading.insert_orders(batch, source, new.with_columns(due_by=due), mapped)
            found["new"] += new.height
            found["updated"] += _change_known_orders(batch, source, known, some, theirs, whole_orders)
            loading.note_described(batch, source)
            loading.remember_listings(batch, source, theirs)
    found["unchanged"] = count - found["new"] - found["updated"]
    return found


def _prepared(pieces: Iterable[tuple[pl.DataFrame, pl.DataFrame]]) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """All that can be said of the pieces without the store: cancels, discounts, hashes."""
    for orders, lines in _portions(pieces):
        some, theirs = _whole_cancels(orders, lines)
        theirs = spread_discounts(some, theirs)
        yield _described(some, theirs), theirs


def _portions(pieces: Iterable[tuple[pl.DataFrame, pl.DataFrame]]) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """The pieces in portions of whole orders: the memory that loading takes does not grow with the file."""
    for orders, lines in pieces:
        orders, lines = orders.sort("order_no"), lines.sort("order_no", "position")
        for start in range(0, orders.height, _PORTION):
            some = orders.slice(start, _PORTION)
            first = lines["order_no"].search_sorted(some["order_no"][0], side="left")
            last = lines["order_no"].search_sorted(some["order_no"][-1], side="right")
            yield some, lines.slice(first, last - first)


def _whole_cancels(orders: pl.DataFrame, lines: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Cancel what has not left of a cancelled order, and call an order external when all its lines are."""
    lines = lines.join(orders.select("order_no", whole=pl.col("cancelled").fill_null(False)), on="order_no", how="left")
    lines = lines.with_columns(
        cancelled=pl.when("whole").then(pl.col("quantity") - pl.col("shipped")).otherwise("cancelled"),
        external=pl.col("external").fill_null(False),
    ).drop("whole")
    external = lines.group_by("order_no").agg(pl.col("external").all())
    return orders.join(external, on="order_no", how="left", maintain_order="left"), lines


def _described(orders: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """`orders` with `content_hash`: 16 bytes over everything the file says of the order, in any order of its rows."""
    text = pl.concat_str(_spelled(lines, [c for c in LINES if c not in _WHERE]), separator="\x1f")
    said = (
        lines.lazy().sort("order_no", "line_key").select("order_no", said=text)
        .group_by("order_no", maintain_order=True).agg("said")
        .with_columns(pl.col("said").list.join("\x1e")).collect()  # six times as fast as joining while grouping
    )  # fmt: skip
    whole = orders.join(said, on="order_no", how="left", maintain_order="left").select(
        pl.concat_str([*_spelled(orders, [c for c in ORDERS if c not in _WHERE]), pl.col("said")], separator="\x1f")
        .cast(pl.Binary)
    ).to_series()  # fmt: skip
    hashes = [hashlib.blake2b(each, digest_size=16).digest() for each in whole]
    return orders.with_columns(content_hash=pl.Series(hashes, dtype=pl.Binary))


def _spelled(frame: pl.DataFrame, names: list[str]) -> list[pl.Expr]:
    """The columns as text, NULL as a zero byte; neighbours that say the same on every row are spelled out once."""
    alike = frame.select(pl.col(name).eq_missing(pl.col(name).first()).all() for name in names).row(0)
    texts = {name: pl.col(name).cast(pl.String).fill_null("\x00") for name in names}
    spelled: list[pl.Expr] = []
    constants: list[str] = []
    for name, constant in zip(names, alike, strict=True):
        if constant and frame.height:
            constants.append(frame.head(1).select(texts[name]).item())
            continue
        if constants:
            spelled.append(pl.lit("\x1f".join(constants)))
            constants = []
        spelled.append(texts[name])
    return [*spelled, pl.lit("\x1f".join(constants))] if constants else spelled


def _change_known_orders(
    batch: Batch, source: Source, known: pl.DataFrame, orders: pl.DataFrame, lines: pl.DataFrame, whole_orders: bool
) -> int:
    differing = known.filter(pl.col("same") == 0).select("order_no")
    if differing.is_empty():
        return 0
    loading.stage_changed(
        batch.conn, orders.join(differing, on="order_no", how="semi"), lines.join(differing, on="order_no", how="semi")
    )
    changed = loading.changed_orders(batch.conn)
    said, stored, known_orders, contacts = loading.changed_details(batch.conn)
    updated = 0
    for row in changed:
        order_id = row["order_id"]
        changes = compare(
            known_orders[order_id],
            contacts.get(order_id),
            [stored_line(line) for line in stored.get(order_id, [])],
            dict(row),
            [_said_line(line) for line in said.get(row["order_no"], [])],
            older=bool(row["older"]),
            whole_orders=whole_orders,
        )
        lines_by_key = {line["line_key"]: line for line in said[row["order_no"]]}
        _save(batch, source, known_orders[order_id], row, changes, lines_by_key)
        updated += not changes.is_empty()
    return updated


def _save(batch: Batch, source: Source, order: sqlite3.Row, row: sqlite3.Row, changes: ChangeSet, said: dict[str, Any]) -> None:
    """Write one change set of a file, and remember that the file described the order."""
    remembered: dict[str, Any] = {}
    if not row["older"]:
        remembered = {"content_hash": row["content_hash"], "format": source.format, "as_of": source.as_of}
    if changes.is_empty():
        saving.save_order(batch, order["id"], remembered)
    else:
        # One statement with the change itself: undo must find the hash that stood before.
        changes.fields |= remembered
        shipped_at = row["fulfilled_at"] or row["updated_at"] or source.as_of
        save_changes(batch, order, shipped_at, changes, said)


def save_changes(batch: Batch, order: sqlite3.Row, shipped_at: str | None, changes: ChangeSet, said: dict[str, Any]) -> None:
    """
    Write one change set, and what it does to stock and holds.

    `shipped_at`: when units left that the channel says are gone; `said`: staged rows of added lines by line_key.
    """
    order_id = order["id"]
    deed = {"revision": order["revision"] + 1}
    if changes.lines or changes.added or changes.release_all:
        deed["route_tried"] = 0
    saving.save_order(batch, order_id, changes.fields | deed)
    saving.save_contact(batch, order_id, changes.contact)
    left = []
    for change in changes.lines:
        elsewhere = change.line.facts["shipped_elsewhere"] + change.shipped_elsewhere
        counters = {
            "ordered": change.ordered, "cancelled": change.cancelled, "recalled": change.recalled,
            "shipped": change.shipped, "shipped_elsewhere": elsewhere,
        }  # fmt: skip
        if change.released:
            saving.give_back(batch, change.line.id, change.line.reserved - change.released)
        if change.shipped_elsewhere:
            left.append((change.line.id, change.shipped_elsewhere))
        saving.save_line(batch, change.line.id, counters | change.facts)
    if left and shipped_at:
        moved = saving.ship_elsewhere(batch, order_id, left, shipped_at)
        if moved:
            batch.event("shipped_elsewhere", order_id=order_id, detail={"units": moved, "at": shipped_at})
    for line in changes.added:
        saving.add_line(batch, order_id, _new_line(said[line.line_key]))
    if changes.release_all:
        saving.give_back_order(batch, order_id)
    for reason, detail in changes.holds.items():
        saving.hold(batch, order_id, reason, detail)
    batch.event("order_changed", order_id=order_id, detail=changes.story())


def stored_line(row: sqlite3.Row) -> StoredLine:
    """A row of order_loading.STORED_LINES as core/changes.py takes it."""
    return StoredLine(
        row["id"], row["line_ref"], bool(row["has_channel_ref"]), row["line_key"], row["position"], row["listing_sku"],
        row["title"], row["ordered"], row["cancelled"], row["recalled"], row["shipped"], row["reserved"],
        row["picking"], {name: row[name] for name in (*_FACTS, "shipped_elsewhere")},
    )  # fmt: skip


def _said_line(row: sqlite3.Row) -> SaidLine:
    return SaidLine(
        row["line_ref"], row["line_key"], row["position"], row["listing_sku"], row["title"], row["quantity"],
        row["cancelled"], row["shipped"], {name: row[name] for name in _FACTS},
    )  # fmt: skip


def _new_line(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "line_ref": row["line_ref"] or row["line_key"], "has_channel_ref": int(row["line_ref"] is not None),
        "line_key": row["line_key"], "position": row["position"], "row": row["row"], "listing_sku": row["listing_sku"],
        "ordered": row["quantity"], "cancelled": row["cancelled"], "shipped": row["shipped"],
        "shipped_elsewhere": row["shipped"], "external": int(bool(row["external"])),
    } | {name: row[name] for name in _FACTS}  # fmt: skip
