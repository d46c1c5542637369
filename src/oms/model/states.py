"""The words for where things stand. Spelled as the store, the JSON and the pages spell them."""

from enum import StrEnum


class Status(StrEnum):
    """Where an order stands; the first that is true, in this order of definition (derived, never set by hand)."""

    CANCELLED = "cancelled"
    EXTERNAL = "external"
    DELIVERED = "delivered"
    SHIPPED = "shipped"
    PART_SHIPPED = "part_shipped"
    UNPAID = "unpaid"
    HELD = "held"
    PICKING = "picking"
    ROUTED = "routed"
    WAITING = "waiting"
    READY = "ready"


class Reason(StrEnum):
    """Why an order is held."""

    UNPAID = "unpaid"
    UNMAPPED_SKU = "unmapped_sku"
    ADDRESS = "address"
    RISK = "risk"
    DUPLICATE = "duplicate"
    BUYER_CANCEL_REQUESTED = "buyer_cancel_requested"
    ON_HOLD = "on_hold"
    CHANGED_AFTER_PICK = "changed_after_pick"
    RECALL = "recall"
    SHORT = "short"
    MANUAL = "manual"


#: Holds that follow from facts and clear themselves when their cause is gone; the others stay until a person releases.
DERIVED_REASONS = (
    Reason.UNPAID,
    Reason.UNMAPPED_SKU,
    Reason.ADDRESS,
    Reason.RISK,
    Reason.DUPLICATE,
    Reason.BUYER_CANCEL_REQUESTED,
    Reason.ON_HOLD,
)


class Allocation(StrEnum):
    """States of an allocation; `reserved` and `picking` are open and hold stock."""

    RESERVED = "reserved"
    PICKING = "picking"
    SHIPPED = "shipped"
    RELEASED = "released"


class Move(StrEnum):
    """Kinds of entry in the stock ledger. A count states what was there; all others add their signed quantity."""

    COUNT = "count"
    RECEIPT = "receipt"
    SHIPMENT = "shipment"
    SALE = "sale"
    TRANSFER = "transfer"
    RESTOCK = "restock"
    SCRAP = "scrap"
    ADJUSTMENT = "adjustment"


class Payment(StrEnum):
    """What the channel says of the money. We verify payments; we never take them."""

    PAID = "paid"
    UNPAID = "unpaid"
    COD = "cod"  # to be paid on delivery
    UNKNOWN = "unknown"  # the file does not say: taken as paid, the channel releases only paid orders there


class Disposition(StrEnum):
    """Where returned goods stand; only `restocked` is stock again."""

    QUARANTINE = "quarantine"
    RESTOCKED = "restocked"
    SCRAPPED = "scrapped"
