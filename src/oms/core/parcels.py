"""The nouns of shipping: what a tracking row says, what is open of an order, what left, and what follows."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Notice:
    """One row of tracking: a parcel left. Times are UTC text, `cost` minor units; None where the row does not say."""

    row: int
    tracking: str
    carrier: str
    sku: str | None = None
    quantity: int | None = None
    location: str | None = None
    shipped_at: str = ""
    cost: int | None = None


@dataclass
class Open:
    """Units of an allocation that have not left; `picking` or only reserved."""

    id: int
    line_id: int
    sku: str
    location: str
    quantity: int
    picking: bool
    service: str | None = None


@dataclass(frozen=True)
class Line:
    """A line: what one line unit draws (sku -> units), what is left to ship (line units), and its names in files."""

    id: int
    units: dict[str, int]
    left: int
    names: frozenset[str]


@dataclass
class Sent:
    """Units of a line that left in a parcel; `parcel_id` None while the parcel is only planned."""

    parcel_id: int | None
    tracking: str
    carrier: str
    location: str | None
    line_id: int
    sku: str
    units: int


@dataclass
class Order:
    """One order as far as shipping goes; changed in place while its rows are decided."""

    id: int
    ref: str
    lines: dict[int, Line]
    open: list[Open] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    holds: tuple[str, ...] = ()
    closed: str | None = None  # why nothing can leave: a sentence
    replaced: frozenset[str] = frozenset()  # numbers, in capitals, that were corrected to others


@dataclass(frozen=True)
class Item:
    """`units` of an allocation leave; `quantity` line units are complete with them."""

    allocation_id: int
    line_id: int
    sku: str
    units: int
    quantity: int
    service: str | None


@dataclass(frozen=True)
class Leaving:
    """What leaves of an order with one row."""

    order_id: int
    notice: Notice
    location: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Correction:
    """A parcel that left has another number or carrier than was said before."""

    order_id: int
    parcel_id: int
    notice: Notice
    before: str


@dataclass(frozen=True)
class Complaint:
    """Why a row is rejected."""

    row: int
    column: str
    value: str
    what: str
    hint: str


@dataclass(frozen=True)
class Remark:
    """Something to tell the user: `kind` groups remarks, `text` is said where there is only one."""

    kind: str
    ref: str
    text: str


@dataclass
class Plan:
    """All decisions of one file or command; `unchanged` counts rows that say nothing new."""

    leaving: list[Leaving] = field(default_factory=list)
    corrections: list[Correction] = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    unchanged: int = 0
