"""Which orders may go on: looking again at all of them, and a person's holds, releases and cancels."""

from dataclasses import dataclass, field
from typing import Any

from oms.core.changes import compare
from oms.errors import Refused, UsageError
from oms.flow.orders_in import save_changes, stored_line
from oms.flow.settle import settle
from oms.flow.shop import Shop
from oms.model.states import Allocation, Reason
from oms.store import order_changes as saving
from oms.store.allocations import release_order
from oms.store.batch import Batch
from oms.store.order_loading import STORED_LINES
from oms.store.orders import find_order, holds_of
from oms.words import _


@dataclass(frozen=True)
class VerifyReport:
    """Every active hold of an open order."""

    batch: int
    checked: int
    held: list[dict[str, Any]]
    exit_code: int = 0

    def json(self) -> dict[str, Any]:
        """Keys: batch, checked, holds{reason: n}, orders[]{channel, order_ref, reason, detail}."""
        counts: dict[str, int] = {}
        for one in self.held:
            counts[one["reason"]] = counts.get(one["reason"], 0) + 1
        return {"batch": self.batch, "checked": self.checked, "holds": counts, "orders": self.held}


def verify(shop: Shop, dry_run: bool = False) -> VerifyReport:
    """Derive mapping, holds and status of every open order anew."""
    with shop.store.write("verify", shop.now, config=shop.config, words=shop.words, wait=shop.wait, dry_run=dry_run) as batch:
        batch.touch_orders("SELECT id FROM orders WHERE status NOT IN ('cancelled', 'external', 'delivered', 'shipped')")
        settle(batch, shop.config)
        checked = batch.conn.execute("SELECT count(*) FROM temp.touched_orders").fetchone()[0]
        held = [
            dict(row)
            for row in batch.conn.execute(
                "SELECT o.channel, o.order_ref, h.reason, h.detail FROM holds h JOIN orders o ON o.id = h.order_id "
                "WHERE h.released = 0 AND o.status NOT IN ('cancelled', 'external', 'delivered', 'shipped') "
                "ORDER BY h.reason, o.channel, o.order_ref"
            )
        ]
        batch.summary({"holds": len(held)})
        return VerifyReport(batch.id, checked, held)


@dataclass(frozen=True)
class HoldReport:
    """An order after a person held, released or cancelled it."""

    batch: int
    channel: str
    order_ref: str
    status: str
    holds: list[dict[str, str]]
    notes: list[str] = field(default_factory=list)
    exit_code: int = 0

    def json(self) -> dict[str, Any]:
        """Keys: batch, channel, order_ref, status, holds[]{reason, detail}, notes[]."""
        return {name: value for name, value in vars(self).items() if name != "exit_code"}


def hold(shop: Shop, ref: str, reason: str, dry_run: bool = False) -> HoldReport:
    """Hold the order `ref` for a reason in the person's own words."""
    if not reason.strip():
        raise UsageError(_("a hold needs a reason"), _('for example: --reason "buyer asked to wait"'))
    with shop.store.write("hold", shop.now, config=shop.config, words=shop.words, wait=shop.wait,
                          dry_run=dry_run) as batch:  # fmt: skip
        order = find_order(batch.conn, ref)
        saving.hold(batch, order["id"], Reason.MANUAL, reason.strip())
        batch.event("held", order_id=order["id"], detail={"reason": "manual"})
        return _told(batch, shop, order["id"])


def release(shop: Shop, ref: str, reason: str | None = None, dry_run: bool = False) -> HoldReport:
    """
    Release every hold of the order `ref`, or the one with `reason`.

    Refused for `unmapped_sku`: what nobody knows cannot be shipped.
    """
    with shop.store.write("release", shop.now, config=shop.config, words=shop.words, wait=shop.wait,
                          dry_run=dry_run) as batch:  # fmt: skip
        order = find_order(batch.conn, ref)
        held = [each["reason"] for each in holds_of(batch.conn, order["id"])]
        wanted = [each for each in held if reason in (None, each)]
        if not wanted:
            missing = _("`{ref}` has no hold `{reason}`", ref=ref, reason=reason)
            raise Refused(
                _("`{ref}` is not held", ref=ref) if reason is None else missing,
                _("holds: {holds}", holds=", ".join(held)) if held else None,
            )
        if Reason.UNMAPPED_SKU in wanted:
            if wanted == [Reason.UNMAPPED_SKU]:
                raise Refused(_("`{ref}` has a line that is not mapped to a sku", ref=ref),
                              _("map it with: oms map suggest, then oms map set"))  # fmt: skip
            wanted.remove(Reason.UNMAPPED_SKU)
        marks = ", ".join("?" * len(wanted))
        batch.conn.execute(f"UPDATE holds SET released = 1 WHERE order_id = ? AND reason IN ({marks})", (order["id"], *wanted))
        batch.touch_orders("VALUES (?)", (order["id"],))
        batch.event("released", order_id=order["id"], detail={"reasons": sorted(wanted)})
        return _told(batch, shop, order["id"])


def cancel(shop: Shop, ref: str, stopped: bool = False, dry_run: bool = False) -> HoldReport:
    """
    Cancel what has not been picked of the order `ref`; what is being picked becomes a recall.

    `stopped`: a person says that the picked units did not leave, so that they are given back too.
    """
    with shop.store.write("cancel", shop.now, config=shop.config, words=shop.words, wait=shop.wait,
                          dry_run=dry_run) as batch:  # fmt: skip
        order = find_order(batch.conn, ref)
        if stopped:
            release_order(batch, order["id"], (Allocation.RESERVED, Allocation.PICKING))
            batch.conn.execute("UPDATE lines SET recalled = 0 WHERE order_id = ?", (order["id"],))
            batch.conn.execute("DELETE FROM holds WHERE order_id = ? AND reason = 'recall'", (order["id"],))
        lines = [stored_line(row) for row in batch.conn.execute(f"{STORED_LINES} WHERE l.order_id = ?", (order["id"],))]
        if not any(line.net > line.shipped for line in lines):
            raise Refused(_("`{ref}`: nothing is left to cancel", ref=ref), _("a shipped order comes back as a return"))
        said = dict(order) | {"cancelled": 1, "cancelled_at": batch.at, "updated_at": batch.at, "no_address": 0}
        shipped = [line for line in lines if line.shipped]
        changes = compare({**dict(order), "cancelled_at": None}, None, lines, _blank(said), [], older=True,
                          whole_orders=False)  # fmt: skip
        if shipped:
            changes.fields.pop("cancelled_at", None)  # the order lives on with what has left
        save_changes(batch, order, None, changes, {})
        notes = [_("being picked: stop it at the bench, then run: oms cancel {ref} --stopped", ref=ref)] \
            if Reason.RECALL in changes.holds else []  # fmt: skip
        return _told(batch, shop, order["id"], notes)


def _blank(said: dict[str, Any]) -> dict[str, Any]:
    """A saying that says nothing but the cancel."""
    contact = dict.fromkeys(
        ("name", "company", "phone", "email", "address1", "address2", "city", "region", "postcode", "country")
    )
    return said | contact | {"payment": None, "delivered": 0, "channel_order_id": None}


def _told(batch: Batch, shop: Shop, order_id: int, notes: list[str] | None = None) -> HoldReport:
    settle(batch, shop.config)
    order = batch.conn.execute("SELECT channel, order_ref, status FROM orders WHERE id = ?", (order_id,)).fetchone()
    batch.summary({"order": f"{order['channel']}/{order['order_ref']}"})
    return HoldReport(batch.id, order["channel"], order["order_ref"], order["status"],
                      holds_of(batch.conn, order_id), notes or [])  # fmt: skip
