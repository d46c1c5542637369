"""Orders by what a person calls them."""

import sqlite3

from oms.errors import AmbiguousRef, UnknownOrder
from oms.words import _


def find_order(conn: sqlite3.Connection, ref: str) -> sqlite3.Row:
    """
    The row of `orders` that `ref` means: an order_ref, the channel's own id, or `channel/REF`.

    Raises UnknownOrder, or AmbiguousRef listing the spellings that tell them apart.
    """
    found = _matching(conn, ref)
    if not found and "/" in ref:
        channel, _slash, rest = ref.partition("/")
        found = [row for row in _matching(conn, rest) if row["channel"] == channel]
    if not found:
        raise UnknownOrder(_("no order `{ref}`", ref=ref), _("list orders with: oms orders"))
    if len(found) > 1:
        same_channel = len({row["channel"] for row in found}) < len(found)
        names = ", ".join(f"{row['channel']}/{row['channel_order_id'] if same_channel else row['order_ref']}" for row in found)
        raise AmbiguousRef(_("`{ref}` names {count} orders", ref=ref, count=len(found)), _("say one of: {names}", names=names))
    return found[0]


def _matching(conn: sqlite3.Connection, ref: str) -> list[sqlite3.Row]:
    return conn.execute(
        "SELECT * FROM orders WHERE order_ref = :ref "
        "UNION SELECT * FROM orders WHERE channel_order_id = :ref ORDER BY channel, id",
        {"ref": ref},
    ).fetchall()


def holds_of(conn: sqlite3.Connection, order_id: int) -> list[dict[str, str]]:
    """The active holds of an order: reason, detail."""
    return [
        dict(row)
        for row in conn.execute(
            "SELECT reason, detail FROM holds WHERE order_id = ? AND released = 0 ORDER BY reason", (order_id,)
        )
    ]
