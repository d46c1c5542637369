"""The nouns of a comparison: a line as the store has it, a line as a file says it, and the change set between them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from oms.model.states import Reason

#: What the journal does not repeat: a buyer's words, and what only says when and how a file spoke.
_UNTOLD = ("note", "content_hash", "format", "as_of")


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
