"""
What a newer file changes in an order we know: the change set, by the stage each line has reached.

Before picking a cut or a cancel takes effect at once; after picking it is a recall and the counters stand. Cancelled,
paid and shipped never go back, whatever the file. An older file changes no lines, quantities or addresses.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from oms.core.change_set import ChangeSet, SaidLine, StoredLine
from oms.core.line_changes import line_change, match_lines, missing
from oms.model.states import Payment, Reason

#: Order attributes that a newer file overwrites where it says something.
FIELDS = (
    "ship_by", "currency", "subtotal", "discount", "shipping", "tax", "total", "refunded", "service", "risk", "tags",
    "note", "gift", "cancel_requested", "on_hold", "delivery", "pickup_location", "placed_at",
)  # fmt: skip
CONTACT = ("name", "company", "phone", "email", "address1", "address2", "city", "region", "postcode", "country")
#: Parts of a contact that decide where a parcel goes.
PLACE = ("address1", "address2", "city", "region", "postcode", "country")
#: What an older file may still say where nobody has: it contradicts nothing.
_FILLED = ("currency", "subtotal", "discount", "shipping", "tax", "total", "refunded", "service", "tags", "note")


def compare(
    order: Mapping[str, Any],
    contact: Mapping[str, Any] | None,
    stored: Sequence[StoredLine],
    said_order: Mapping[str, Any],
    said_lines: Sequence[SaidLine],
    *,
    older: bool,
    whole_orders: bool,
) -> ChangeSet:
    """
    What `said_order` and `said_lines` change in `order` (rows of the store; the said ones with the names of ORDERS).

    `older`: the file is older than what the order remembers. `whole_orders`: a line missing from it was removed.
    """
    changes = ChangeSet()
    picked = any(line.picking or line.shipped for line in stored)
    known_cancelled = order["cancelled_at"] is not None
    cancelled = bool(said_order["cancelled"]) and not known_cancelled
    _one_way_facts(changes, order, said_order)
    if not older:
        _attributes(changes, order, said_order)
        _contact(changes, order, contact, said_order)
        moved = bool(set(changes.contact) & set(PLACE)) or bool(
            {"service", "delivery", "pickup_location"} & set(changes.fields)
        )
        if moved and any(line.picking for line in stored):
            changes.holds[Reason.CHANGED_AFTER_PICK] = ", ".join(sorted({*changes.contact, *changes.fields}))
        changes.release_all = moved
    else:
        _fill(changes, order, contact, said_order)
    pairs, gone, added = match_lines(stored, said_lines)
    older = older or known_cancelled  # what was cancelled is not edited any more
    if cancelled or (whole_orders and not older):
        pairs += [(known, missing(known)) for known in gone]
    compared = [line_change(*pair, cancelled=cancelled, older=older, whole_orders=whole_orders) for pair in pairs]
    changes.lines = [change for change in compared if not change.is_empty()]
    if not older and not cancelled:
        changes.added = added
    _after_picking(changes, picked)
    return changes


def _one_way_facts(changes: ChangeSet, order: Mapping[str, Any], said: Mapping[str, Any]) -> None:
    """Paid, cancelled, delivered, a known address report: they only ever come true."""
    if said["payment"] == Payment.PAID and order["payment"] != Payment.PAID:
        changes.fields["payment"] = str(Payment.PAID)
    if said["cancelled"] and order["cancelled_at"] is None:
        changes.fields["cancelled_at"] = said["cancelled_at"] or said["updated_at"] or order["as_of"]
    if said["delivered"] and not order["delivered"]:
        changes.fields["delivered"] = 1
    if order["no_address"] and not said["no_address"]:
        changes.fields["no_address"] = 0
    if said["channel_order_id"] and not order["channel_order_id"]:
        changes.fields["channel_order_id"] = said["channel_order_id"]


def _attributes(changes: ChangeSet, order: Mapping[str, Any], said: Mapping[str, Any]) -> None:
    for name in FIELDS:
        value = said[name]
        if isinstance(value, bool):
            value = int(value)
        if value is not None and value != order[name]:
            changes.fields[name] = value
    if said["order_ref"] and said["order_ref"] != order["order_ref"]:
        changes.fields["order_ref"] = said["order_ref"]
    if order["payment"] != Payment.PAID and said["payment"] not in (None, Payment.UNKNOWN, order["payment"]):
        changes.fields["payment"] = said["payment"]


def _contact(changes: ChangeSet, order: Mapping[str, Any], contact: Mapping[str, Any] | None, said: Mapping[str, Any]) -> None:
    """Blank and masked values overwrite nothing; what was erased stays erased."""
    if contact is not None and contact["erased"]:
        return
    for name in CONTACT:
        value = said[name]
        known = contact[name] if contact is not None else None
        if value is None or not value.strip() or masked(value) or value == known:
            continue
        if said["no_address"] and known is not None:
            continue  # a report without addresses knows a town at best
        changes.contact[name] = value


def masked(value: str) -> bool:
    """Whether a channel hides what stands here: `J*** D**`, `李*`."""
    return "*" in value or "＊" in value


def _fill(changes: ChangeSet, order: Mapping[str, Any], contact: Mapping[str, Any] | None, said: Mapping[str, Any]) -> None:
    """What an older file says of things that nobody has said yet; nothing known changes."""
    if said["currency"] in (None, order["currency"]) or order["currency"] is None:
        changes.fields |= {name: said[name] for name in _FILLED if order[name] is None and said[name] is not None}
    if contact is not None and contact["erased"]:
        return
    known = {name: contact[name] if contact is not None else None for name in CONTACT}
    told = {name: said[name] for name in CONTACT if (said[name] or "").strip() and not masked(said[name])}
    elsewhere = any(
        (there := known[name]) is not None and there.casefold() != told[name].casefold() for name in PLACE if name in told
    )  # half an address of one place and half of another is no address
    changes.contact |= {
        name: value for name, value in told.items() if known[name] is None and not (elsewhere and name in PLACE)
    }


def _after_picking(changes: ChangeSet, picked: bool) -> None:
    """Name the holds that a change brings to an order that was picked already."""
    recalled = [c.line.listing_sku or c.line.line_ref for c in changes.lines if c.recalled > c.line.recalled]
    if recalled:
        changes.holds[Reason.RECALL] = ", ".join(recalled)
    if not picked:
        return
    grown = [c.line.listing_sku or c.line.line_ref for c in changes.lines if c.ordered > c.line.ordered]
    grown += [line.listing_sku or line.line_key for line in changes.added]
    if grown:
        already = changes.holds.get(Reason.CHANGED_AFTER_PICK)
        changes.holds[Reason.CHANGED_AFTER_PICK] = ", ".join([already, *grown] if already else grown)
