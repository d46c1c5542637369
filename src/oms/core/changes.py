"""
What a newer file changes in an order we know: the change set, by the stage each line has reached.

Before picking a cut or a cancel takes effect at once; after picking it is a recall and the counters stand. Cancelled,
paid and shipped never go back, whatever the file. An older file changes no lines, quantities or addresses.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from oms.model.states import Payment, Reason

#: Order attributes that a newer file overwrites where it says something.
FIELDS = (
    "ship_by", "currency", "subtotal", "discount", "shipping", "tax", "total", "refunded", "service", "risk", "tags",
    "note", "gift", "cancel_requested", "on_hold", "delivery", "pickup_location", "placed_at",
)  # fmt: skip
CONTACT = ("name", "company", "phone", "email", "address1", "address2", "city", "region", "postcode", "country")
#: Parts of a contact that decide where a parcel goes.
PLACE = ("address1", "address2", "city", "region", "postcode", "country")
#: What the journal does not repeat: a buyer's words, and what only says when and how a file spoke.
_UNTOLD = ("note", "content_hash", "format", "as_of")
#: What an older file may still say where nobody has: it contradicts nothing.
_FILLED = ("currency", "subtotal", "discount", "shipping", "tax", "total", "refunded", "service", "tags", "note")
_LINE_FACTS = ("title", "variant", "barcode", "note", "unit_price", "discount", "tax")


@dataclass(frozen=True)
class StoredLine:
    """A line as the store has it; `reserved` and `picking` are its open allocations in line units, rounded up."""

    id: int
    line_ref: str
    has_channel_ref: bool
    line_key: str
    position: int
    listing_sku: str | None
    title: str | None
    ordered: int
    cancelled: int
    recalled: int
    shipped: int
    reserved: int
    picking: int
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def net(self) -> int:
        """Units the channel still wants, or got, from us."""
        return self.ordered - self.cancelled - self.recalled


@dataclass(frozen=True)
class SaidLine:
    """A line as the file says it."""

    line_ref: str | None
    line_key: str
    position: int
    listing_sku: str | None
    title: str | None
    quantity: int
    cancelled: int
    shipped: int
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class LineChange:
    """The new counters and attributes of one line, and how many reserved line units no longer fit."""

    line: StoredLine
    ordered: int
    cancelled: int
    recalled: int
    shipped: int
    released: int = 0
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def shipped_elsewhere(self) -> int:
        """Units that left without our tracking, new in this change."""
        return self.shipped - self.line.shipped

    def is_empty(self) -> bool:
        """Whether nothing changes."""
        line = self.line
        same = (self.ordered, self.cancelled, self.recalled, self.shipped)
        return same == (line.ordered, line.cancelled, line.recalled, line.shipped) and not self.facts


@dataclass
class ChangeSet:
    """Everything a file changes in one order. Empty: the file says nothing new."""

    fields: dict[str, Any] = field(default_factory=dict)
    contact: dict[str, Any] = field(default_factory=dict)
    lines: list[LineChange] = field(default_factory=list)
    added: list[SaidLine] = field(default_factory=list)
    release_all: bool = False  # the way to the buyer changed: route again
    holds: dict[Reason, str] = field(default_factory=dict)

    def is_empty(self) -> bool:
        """Whether the order stays as it is."""
        return not (self.fields or self.contact or self.lines or self.added)

    def story(self) -> dict[str, Any]:
        """For the journal: what changed, naming fields of personal data but never their values."""
        told: dict[str, Any] = {}
        if self.fields:
            told["fields"] = {name: value for name, value in sorted(self.fields.items()) if name not in _UNTOLD}
        if self.contact:
            told["contact"] = sorted(self.contact)
        changes = [
            {"line_ref": change.line.line_ref}
            | {name: [before, after] for name in ("ordered", "cancelled", "recalled", "shipped")
               if (before := getattr(change.line, name)) != (after := getattr(change, name))}
            | ({"facts": sorted(change.facts)} if change.facts else {})
            for change in self.lines
        ]  # fmt: skip
        if changes:
            told["lines"] = changes
        if self.added:
            told["added"] = [{"listing_sku": line.listing_sku, "quantity": line.quantity} for line in self.added]
        if self.holds:
            told["holds"] = sorted(self.holds)
        return told


def match_lines(
    stored: Sequence[StoredLine], said: Sequence[SaidLine]
) -> tuple[list[tuple[StoredLine, SaidLine]], list[StoredLine], list[SaidLine]]:
    """
    Which said line is which stored one: by the channel's id, then by content (the same number of units first), then by
    sku or title, position last.

    Returns the pairs, the stored lines nobody speaks of, and the said lines nobody knows.
    """
    left, new = list(stored), list(said)
    pairs: list[tuple[StoredLine, SaidLine]] = []
    ways = (_same_id, _same_content_and_units, _same_content, _same_article_and_place, _same_article, _same_title_and_place)
    for same in ways:
        for line in list(new):
            found = next((known for known in left if same(known, line)), None)
            if found is not None:
                pairs.append((found, line))
                left.remove(found)
                new.remove(line)
    return sorted(pairs, key=lambda both: both[0].position), left, new


def _same_id(known: StoredLine, line: SaidLine) -> bool:
    return line.line_ref is not None and known.has_channel_ref and known.line_ref == line.line_ref


def _could_be(known: StoredLine, line: SaidLine) -> bool:
    """Two lines with ids of the channel that are not equal are two lines, whatever else they share."""
    return line.line_ref is None or not known.has_channel_ref


def _same_content_and_units(known: StoredLine, line: SaidLine) -> bool:
    """Occurrences are counted anew in each file: of two lines of one sku, each stays the one that is as large."""
    same = _content(known.line_key) == _content(line.line_key) and known.net == line.quantity - line.cancelled
    prices = {facts["unit_price"] for facts in (known.facts, line.facts) if facts.get("unit_price") is not None}
    return same and len(prices) < 2 and _could_be(known, line)


def _content(line_key: str) -> str:
    return line_key.rpartition("#")[0]


def _same_content(known: StoredLine, line: SaidLine) -> bool:
    return _could_be(known, line) and known.line_key == line.line_key


def _same_article(known: StoredLine, line: SaidLine) -> bool:
    return _could_be(known, line) and known.listing_sku == line.listing_sku


def _same_article_and_place(known: StoredLine, line: SaidLine) -> bool:
    return _same_article(known, line) and known.title == line.title and known.position == line.position


def _same_title_and_place(known: StoredLine, line: SaidLine) -> bool:
    same = known.title is not None and known.title == line.title and known.position == line.position
    return same and _could_be(known, line)


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
    compared = [_line(known, line, cancelled, older, whole_orders) for known, line in pairs]
    compared += [
        _line(known, _missing(known), cancelled, older, whole_orders)
        for known in gone
        if cancelled or (whole_orders and not older)
    ]
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


def _missing(known: StoredLine) -> SaidLine:
    return SaidLine(None, known.line_key, known.position, known.listing_sku, known.title, 0, 0, 0)


def _line(known: StoredLine, said: SaidLine, cancelled: bool, older: bool, whole_orders: bool) -> LineChange:
    change = LineChange(known, known.ordered, known.cancelled, known.recalled, known.shipped)
    wanted = 0 if cancelled else said.quantity - said.cancelled
    explicit = cancelled or said.cancelled > 0
    if wanted < known.net and (explicit or not older):
        _cut(change, known.net - wanted)
    elif wanted > known.net and not older and (known.net > 0 or whole_orders) and not cancelled:
        _raise(change, wanted - known.net)
    left = change.ordered - change.cancelled - change.shipped
    change.shipped += max(0, min(left, said.shipped - change.shipped))
    change.recalled = min(change.recalled, change.ordered - change.cancelled)
    fits = max(0, change.ordered - change.cancelled - change.recalled - known.picking - known.shipped)
    if change.recalled and not known.picking:
        fits = max(0, change.ordered - change.cancelled - known.shipped)
    change.released = max(0, known.reserved - fits)
    change.facts = {
        name: said.facts.get(name) for name in _LINE_FACTS
        if said.facts.get(name) is not None and said.facts.get(name) != known.facts.get(name)
        and (not older or known.facts.get(name) is None)
    }  # fmt: skip
    if said.line_ref is not None and not known.has_channel_ref:
        change.facts |= {"line_ref": said.line_ref, "has_channel_ref": 1}
    return change


def _cut(change: LineChange, units: int) -> None:
    """Units that have not been picked are cancelled; those at the bench or gone are recalled."""
    known = change.line
    free = max(0, known.ordered - known.cancelled - max(known.shipped + known.picking, known.recalled))
    cancelled = min(units, free)
    change.cancelled += cancelled
    change.recalled += units - cancelled


def _raise(change: LineChange, units: int) -> None:
    """A recall that is taken back comes first; cancelled units stay cancelled, more are ordered."""
    unrecalled = min(units, change.recalled)
    change.recalled -= unrecalled
    change.ordered += units - unrecalled


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
