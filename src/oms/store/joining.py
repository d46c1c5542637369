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


def joint(conn: sqlite3.Connection) -> tuple[pl.DataFrame, pl.DataFrame]:
    """
    JOINT of temp.routable, nothing of an order being picked or gone: what shares a parcel with another order; and what did with
    one that is not there any more, so that what it pays is not right.
    """
    marked = query(
        conn,
        "SELECT DISTINCT a.order_id, a.location, a.detail ->> '$.joint' AS leader "
        "FROM temp.routable r JOIN allocations a ON a.order_id = r.order_id "
        "WHERE a.state = 'reserved' AND a.detail ->> '$.joint' IS NOT NULL AND NOT EXISTS ("
        "  SELECT 1 FROM allocations p WHERE p.order_id = a.order_id AND p.state IN ('picking', 'shipped')) "
        "ORDER BY a.order_id, a.location",
        schema=JOINT,
    )
    if marked.is_empty():
        return marked, marked
    parcel, here = ["leader", "location"], _reserved(conn)
    stays = marked.filter(pl.len().over(parcel) > 1)
    alone = marked.join(stays, on=["order_id", "location"], how="anti")
    alone = alone.join(here.filter(pl.col("orders") > 1), on=parcel, how="anti")
    unpaid = pl.concat([_left(conn), here.filter(pl.col("led") == 0).select("location", "leader")])
    return stays, pl.concat([alone, stays.join(unpaid, on=parcel, how="semi")]).sort("order_id", "location")


def _left(conn: sqlite3.Connection) -> pl.DataFrame:
    """leader, location of the parcels that an order has left: what it had there was released, and it has no more there."""
    return query(
        conn,
        "SELECT DISTINCT x.location, x.detail ->> '$.joint' AS leader FROM allocations x "
        "WHERE x.state = 'released' AND x.detail ->> '$.joint' IS NOT NULL AND NOT EXISTS ("
        "  SELECT 1 FROM allocations y WHERE y.order_id = x.order_id AND y.location = x.location "
        "  AND y.state IN ('reserved', 'picking', 'shipped') AND y.detail ->> '$.joint' = x.detail ->> '$.joint') "
        "ORDER BY 2, 1",
        schema={"location": pl.String, "leader": pl.Int64},
    )


def _reserved(conn: sqlite3.Connection) -> pl.DataFrame:
    """
    leader, location of the parcels that are reserved, how many orders are (one may be held, and not be routed now), and whether
    the leader, who pays most, is one of them.
    """
    return query(
        conn,
        "SELECT a.location, a.detail ->> '$.joint' AS leader, count(DISTINCT a.order_id) AS orders, "
        "max(a.order_id = a.detail ->> '$.joint') AS led FROM allocations a "
        "WHERE a.state = 'reserved' AND a.detail ->> '$.joint' IS NOT NULL GROUP BY 1, 2 ORDER BY 2, 1",
        schema={"location": pl.String, "leader": pl.Int64, "orders": pl.Int64, "led": pl.Int64},
    )


#: Of the allocation `a` and the row `j` of temp.joined: what it pays less of handling, as it stands; older stores do not say.
_NONE = """COALESCE(a.detail ->> '$.joint_handling', CASE WHEN COALESCE(a.detail ->> '$.joint_saved', 0) <> 0
    AND COALESCE(a.detail ->> '$.handling', 0) = 0 THEN j.handling ELSE 0 END)"""
_SAVED = "COALESCE(a.detail ->> '$.joint_saved', 0)"


def save(batch: Batch, joined: pl.DataFrame) -> bool:
    """
    Mark what goes in one parcel (JOINED): with whom, by which carrier, and what it saves. What was reserved before is paid for
    anew. True where anything was to be marked.
    """
    if joined.is_empty():
        return False
    conn = batch.conn
    stage(conn, "joined", joined)
    mine = "a.order_id = j.order_id AND a.location = j.location AND a.state = 'reserved'"
    # What an order pays stands in the first of its allocations there.
    conn.execute(
        f"UPDATE allocations AS a SET cost = a.cost + {_SAVED} - j.saved, "
        f"detail = json_set(a.detail, '$.shipping', (a.detail ->> '$.shipping') + {_SAVED} - {_NONE} - j.less, "
        f"  '$.handling', (a.detail ->> '$.handling') + {_NONE} - j.none) FROM temp.joined j "
        f"WHERE {mine} AND j.standing = 1 AND j.less IS NOT NULL AND a.id = (SELECT min(f.id) FROM allocations f "
        "  WHERE f.order_id = j.order_id AND f.location = j.location AND f.state = 'reserved')"
    )
    conn.execute(
        "UPDATE allocations AS x SET detail = json_remove(x.detail, '$.joint') WHERE x.state = 'released' "
        "AND x.detail ->> '$.joint' IS NOT NULL AND (x.location, x.detail ->> '$.joint') IN ("
        f"  SELECT a.location, a.detail ->> '$.joint' FROM temp.joined j JOIN allocations a ON {mine})"
    )
    conn.execute(
        "UPDATE allocations AS a SET carrier = COALESCE(j.carrier, a.carrier), service = COALESCE(j.service, a.service), "
        "detail = CASE WHEN j.leader IS NULL THEN json_remove(a.detail, '$.joint', '$.joint_saved', '$.joint_handling') "
        "  WHEN j.less IS NULL THEN json_set(a.detail, '$.joint', j.leader) "
        "  ELSE json_set(a.detail, '$.joint', j.leader, '$.joint_saved', j.saved, '$.joint_handling', j.none) END "
        f"FROM temp.joined j WHERE {mine}"
    )
    return True


def partners(conn: sqlite3.Connection, order_id: int) -> list[sqlite3.Row]:
    """
    The other orders in the parcels of an order, as far as nothing of them left: channel, order_ref, location, and what each
    pays of the parcel (`cost`, minor units).
    """
    return conn.execute(
        "SELECT o.channel, o.order_ref, b.location, sum(b.cost) AS cost FROM ("
        "  SELECT DISTINCT a.location, a.state, a.detail ->> '$.joint' AS leader FROM allocations a "
        "  WHERE a.order_id = ?1 AND a.state IN ('reserved', 'picking')) mine "
        "JOIN allocations b ON b.location = mine.location AND b.order_id <> ?1 AND b.state = mine.state "
        "AND b.detail ->> '$.joint' = mine.leader "
        "JOIN orders o ON o.id = b.order_id "
        "GROUP BY b.location, o.id ORDER BY b.location, o.channel, o.order_ref",
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
