"""Parcels that several orders of one buyer share: who could, who does, and what is written down of it."""

import json
import sqlite3
from collections.abc import Collection

import polars as pl

from oms.model.frames import JOINT
from oms.store.batch import Batch
from oms.store.frames import query, query_large, stage

_CONTACT = ("name", "company", "email", "phone", "address1", "address2", "city", "region", "postcode", "country")


def contacts(conn: sqlite3.Connection, channels: Collection[str]) -> pl.DataFrame:
    """Who gets the orders of temp.routable of `channels` that are sent and no gifts: order_id and a contact's columns."""
    return query_large(
        conn,
        f"SELECT o.id AS order_id, {', '.join(f'c.{name}' for name in _CONTACT)} "
        f"FROM temp.routable r JOIN orders o ON o.id = r.order_id JOIN contacts c ON c.order_id = o.id "
        f"WHERE o.delivery <> 'pickup' AND o.gift = 0 AND c.erased = 0 "
        f"AND o.channel IN ({', '.join('?' * len(channels)) or 'NULL'})",
        sorted(channels),
        schema={"order_id": pl.Int64} | dict.fromkeys(_CONTACT, pl.String),
    ).sort("order_id")


def joint(conn: sqlite3.Connection) -> pl.DataFrame:
    """JOINT of temp.routable: what shares a parcel with another order, nothing of either being picked or gone."""
    return query(
        conn,
        "WITH marked AS ("
        "  SELECT DISTINCT a.order_id, a.location, a.detail ->> '$.joint' AS leader "
        "  FROM temp.routable r JOIN allocations a ON a.order_id = r.order_id "
        "  WHERE a.state = 'reserved' AND a.detail ->> '$.joint' IS NOT NULL AND NOT EXISTS ("
        "    SELECT 1 FROM allocations p WHERE p.order_id = a.order_id AND p.state IN ('picking', 'shipped'))) "
        "SELECT order_id, location, leader FROM marked m "
        "WHERE (SELECT count(*) FROM marked n WHERE n.leader = m.leader AND n.location = m.location) > 1 "
        "ORDER BY order_id, location",
        schema=JOINT,
    )


def save(batch: Batch, joined: pl.DataFrame) -> None:
    """Mark what goes in one parcel (JOINED): with whom, by which carrier, and what it saves."""
    if joined.is_empty():
        return
    stage(batch.conn, "joined", joined)
    batch.conn.execute(
        "UPDATE allocations SET carrier = j.carrier, service = j.service, "
        "detail = json_set(allocations.detail, '$.joint', j.leader, '$.joint_saved', j.saved) FROM temp.joined j "
        "WHERE allocations.order_id = j.order_id AND allocations.location = j.location AND allocations.state = 'reserved'"
    )


def partners(conn: sqlite3.Connection, order_id: int) -> list[sqlite3.Row]:
    """The other orders in the parcels of an order, as far as nothing of them left: channel, order_ref, location."""
    return conn.execute(
        "SELECT DISTINCT o.channel, o.order_ref, b.location FROM allocations a "
        "JOIN allocations b ON b.location = a.location AND b.order_id <> a.order_id AND b.state = a.state "
        "AND b.detail ->> '$.joint' = a.detail ->> '$.joint' "
        "JOIN orders o ON o.id = b.order_id "
        "WHERE a.order_id = ? AND a.state IN ('reserved', 'picking') ORDER BY b.location, o.channel, o.order_ref",
        (order_id,),
    ).fetchall()


def in_one_parcel(conn: sqlite3.Connection, order_ids: Collection[int]) -> list[sqlite3.Row]:
    """The orders being picked that share a parcel with one of `order_ids` (`with`) from `location`, with what shipping asks."""
    return conn.execute(
        'SELECT DISTINCT o.id, o.order_ref, o.status, o.external, o.counter_location, a.order_id AS "with", b.location '
        "FROM allocations a "
        "JOIN allocations b ON b.location = a.location AND b.order_id <> a.order_id AND b.state = 'picking' "
        "AND b.detail ->> '$.joint' = a.detail ->> '$.joint' "
        "JOIN orders o ON o.id = b.order_id "
        "WHERE a.order_id IN (SELECT value FROM json_each(?)) AND a.state = 'picking' ORDER BY o.id, a.order_id, b.location",
        (json.dumps(sorted(order_ids)),),
    ).fetchall()
