"""
The schemas of the frames that travel between files, decisions and the store: column -> dtype, unit in the name.

Times are UTC ISO-8601 text (model/times.py), money is Int64 minor units of the row's `currency`, NULL where the file
does not say (never 0 for unknown). Identifiers are text.
"""

import polars as pl

Schema = dict[str, type[pl.DataType]]

#: Orders as one file tells them. `order_no` joins ORDERS and LINES of one file (0, 1, 2 … in order of first row).
ORDERS: Schema = {
    "order_no": pl.Int64,
    "row": pl.Int64,  # first line of the order in the file
    "order_ref": pl.String,  # the name a person uses
    "channel_order_id": pl.String,  # the channel's own stable id, NULL where the file has none
    "placed_at": pl.String,
    "updated_at": pl.String,  # newest event time the file gives for the order (created, paid, shipped, cancelled …)
    "payment": pl.String,  # model.states.Payment
    "cancelled": pl.Boolean,  # the whole order
    "cancelled_at": pl.String,
    "delivered": pl.Boolean,
    "fulfilled_at": pl.String,  # when the channel says it was shipped
    "ship_by": pl.String,
    "currency": pl.String,
    "subtotal": pl.Int64,
    "discount": pl.Int64,
    "shipping": pl.Int64,
    "tax": pl.Int64,
    "total": pl.Int64,
    "refunded": pl.Int64,
    "service": pl.String,  # the channel's word
    "risk": pl.String,  # high | medium | low | NULL
    "tags": pl.String,
    "note": pl.String,
    "gift": pl.Boolean,
    "cancel_requested": pl.Boolean,  # the buyer asks to cancel
    "on_hold": pl.Boolean,  # the channel has not released it
    "no_address": pl.Boolean,  # the report never has addresses: sales history, not shippable by itself
    "counter_location": pl.String,  # sold over a counter there (as the file names the place), goods already left
    "delivery": pl.String,  # ship | pickup
    "pickup_location": pl.String,
    "name": pl.String,
    "company": pl.String,
    "phone": pl.String,
    "email": pl.String,
    "address1": pl.String,
    "address2": pl.String,
    "city": pl.String,
    "region": pl.String,
    "postcode": pl.String,
    "country": pl.String,  # ISO 3166-1 alpha-2 where it was recognised, else as it stands
}

LINES: Schema = {
    "order_no": pl.Int64,
    "row": pl.Int64,
    "position": pl.Int64,  # 0, 1, 2 … within the order
    "line_ref": pl.String,  # the channel's line id, NULL where the file has none
    "line_key": pl.String,  # made from the content: sku (else title and price), then "#" and its occurrence
    "listing_sku": pl.String,  # the row's sku, else the catalogue id, else "title / variant"
    "barcode": pl.String,
    "title": pl.String,
    "variant": pl.String,
    "quantity": pl.Int64,  # ordered, >= 0
    "cancelled": pl.Int64,  # of these, never to leave
    "shipped": pl.Int64,  # of these, already left according to the channel
    "unit_price": pl.Int64,
    "discount": pl.Int64,
    "tax": pl.Int64,
    "external": pl.Boolean,  # fulfilled from the channel's own warehouse (FBA …)
    "note": pl.String,  # personalisation, gift message
}

#: Refunds over a counter: goods back at the shop, in quarantine.
COUNTER_RETURNS: Schema = {
    "row": pl.Int64,
    "return_ref": pl.String,  # unique within the channel: transaction, item and occurrence
    "order_ref": pl.String,  # the sale it refunds, NULL where the file does not say
    "returned_at": pl.String,
    "location": pl.String,
    "listing_sku": pl.String,
    "title": pl.String,
    "quantity": pl.Int64,  # > 0
    "refunded": pl.Int64,
    "currency": pl.String,
}

#: What is wrong with a file, one row a complaint. The whole order of a complained row is rejected.
REJECTED: Schema = {
    "row": pl.Int64,
    "column": pl.String,
    "value": pl.String,
    "what": pl.String,
    "hint": pl.String,
}

PRODUCTS: Schema = {
    "row": pl.Int64, "sku": pl.String, "title": pl.String, "barcode": pl.String,
    "weight_g": pl.Int64, "length_mm": pl.Int64, "width_mm": pl.Int64, "height_mm": pl.Int64,
    "cost": pl.Int64, "currency": pl.String, "hs_code": pl.String, "origin": pl.String, "active": pl.Boolean,
}  # fmt: skip

KITS: Schema = {"row": pl.Int64, "kit_sku": pl.String, "sku": pl.String, "quantity": pl.Int64}

LISTINGS: Schema = {
    "row": pl.Int64, "channel": pl.String, "listing_sku": pl.String, "sku": pl.String, "quantity": pl.Int64,
    "title": pl.String,
}  # fmt: skip

#: `counted_at` NULL: the time of the file decides. `location` NULL: `--location` decides.
STOCK: Schema = {
    "row": pl.Int64, "sku": pl.String, "location": pl.String, "on_hand": pl.Int64, "counted_at": pl.String,
}  # fmt: skip

#: What another warehouse says it holds of what a channel (or the seller) calls `listing_sku`; rows of one thing add up.
LEVELS: Schema = {
    "row": pl.Int64, "listing_sku": pl.String, "location": pl.String, "on_hand": pl.Int64, "counted_at": pl.String,
}  # fmt: skip

#: Goods on their way back, one row a line of a return. `received_at` NULL: not back yet. `withdrawn`: they never will be.
RETURNS: Schema = {
    "row": pl.Int64, "return_ref": pl.String, "order_ref": pl.String, "line_ref": pl.String, "listing_sku": pl.String,
    "title": pl.String, "quantity": pl.Int64, "reason": pl.String, "requested_at": pl.String, "received_at": pl.String,
    "withdrawn": pl.Boolean, "refunded": pl.Int64, "currency": pl.String, "location": pl.String,
}  # fmt: skip

INCOMING: Schema = {
    "row": pl.Int64, "sku": pl.String, "quantity": pl.Int64, "expected_on": pl.String, "location": pl.String,
    "reference": pl.String,
}  # fmt: skip

#: Money in minor units of `currency`; `per_kg` too.
RATES: Schema = {
    "row": pl.Int64, "location": pl.String, "carrier": pl.String, "service": pl.String, "country": pl.String,
    "postcode_prefix": pl.String, "weight_from_g": pl.Int64, "weight_to_g": pl.Int64, "price": pl.Int64,
    "per_kg": pl.Int64, "currency": pl.String, "days_min": pl.Int64, "days_max": pl.Int64,
}  # fmt: skip

TRACKING: Schema = {
    "row": pl.Int64, "order_ref": pl.String, "tracking": pl.String, "carrier": pl.String, "sku": pl.String,
    "quantity": pl.Int64, "shipped_at": pl.String, "location": pl.String, "channel": pl.String, "cost": pl.Int64,
}  # fmt: skip

#: Open orders, as routing reads them. Times are UTC text, ship_by is never NULL; `location` is where a `pickup` order is
#: collected.
OPEN_ORDERS: Schema = {
    "order_id": pl.Int64, "channel": pl.String, "order_ref": pl.String, "placed_at": pl.String, "ship_by": pl.String,
    "service": pl.String, "pickup": pl.Boolean, "location": pl.String, "country": pl.String, "region": pl.String,
    "city": pl.String, "postcode": pl.String,
}  # fmt: skip

#: What an open line draws, one row a sku. `units` per line unit, `left` line units still to ship, `need` sku units that
#: nothing is allocated for yet.
#: What `[[routing.rules]]` ask of an order; `value` in minor units of the business currency, `address_line` in characters.
ORDER_FACTS: Schema = {
    "order_id": pl.Int64, "channel": pl.String, "country": pl.String, "postcode": pl.String, "service": pl.String,
    "tags": pl.String, "pickup": pl.Boolean, "value": pl.Int64, "address_line": pl.Int64,
}  # fmt: skip
#: Stock that a rule keeps where it is; `free` is how much that is.
WITHHELD: Schema = {"sku": pl.String, "location": pl.String, "rule": pl.String, "free": pl.Int64}
#: What a unit of a row of an open line is worth at the line's price, in thousandths of minor units of the business currency.
WORTH: Schema = {"line_id": pl.Int64, "sku": pl.String, "worth": pl.Int64}
OPEN_DEMAND: Schema = {
    "order_id": pl.Int64, "line_id": pl.Int64, "line_ref": pl.String, "position": pl.Int64, "sku": pl.String,
    "units": pl.Int64, "left": pl.Int64, "need": pl.Int64,
}  # fmt: skip

#: Allocations that the orders hold already. Those that are not `movable` are being picked or have left.
HELD_UNITS: Schema = {
    "order_id": pl.Int64, "line_id": pl.Int64, "sku": pl.String, "location": pl.String, "quantity": pl.Int64,
    "ship_on": pl.String, "movable": pl.Boolean,
}  # fmt: skip

#: Units free to route: on_hand - reserved - routing_reserve; below 0 counts as none.
FREE_STOCK: Schema = {"sku": pl.String, "location": pl.String, "free": pl.Int64}

#: What a unit weighs and takes up; NULL where unknown.
MEASURES: Schema = {"sku": pl.String, "weight_g": pl.Int64, "volume_mm3": pl.Int64}

#: One row a line, sku and location that a routing allocates. The parcel's parts and cost stand on its first row.
ASSIGNMENTS: Schema = {
    "order_id": pl.Int64, "channel": pl.String, "order_ref": pl.String, "line_id": pl.Int64, "line_ref": pl.String,
    "sku": pl.String, "location": pl.String, "quantity": pl.Int64, "carrier": pl.String, "service": pl.String,
    "ship_on": pl.String, "transit_days": pl.Int64, "distance_km": pl.Float64, "distance_level": pl.String,
    "weight_g": pl.Int64, "shipping": pl.Int64, "handling": pl.Int64, "handling_unit": pl.Int64, "split": pl.Int64,
    "late": pl.Int64, "cost": pl.Int64,
}  # fmt: skip

#: Allocations to give back: the order leaves from elsewhere, or its parcel there changed.
RELEASED: Schema = {"order_id": pl.Int64, "line_id": pl.Int64, "sku": pl.String, "location": pl.String}

#: What waits. `free` units are free at the order's locations; `cost` stands once a line, on its first row.
WAITING: Schema = {
    "order_id": pl.Int64, "channel": pl.String, "order_ref": pl.String, "line_id": pl.Int64, "line_ref": pl.String,
    "sku": pl.String, "short": pl.Int64, "free": pl.Int64, "reason": pl.String, "cost": pl.Int64,
}  # fmt: skip

#: What one more unit of a sku would save at a location where orders compete for it, about; minor units.
SCARCE: Schema = {"sku": pl.String, "location": pl.String, "price": pl.Int64}

#: Orders that may go in a parcel with others of the same buyer: equal texts are one buyer at one address.
BUYERS: Schema = {"order_id": pl.Int64, "buyer": pl.String}

#: What goes in one parcel with other orders: what is reserved at a place, and the order that leads.
JOINT: Schema = {"order_id": pl.Int64, "location": pl.String, "leader": pl.Int64}

#: Orders of parcels that a routing joined, with the carrier that takes all of it and what an order costs less by that (saved:
#: `less` of shipping and `none` of handling; the two are NULL where what it pays stays as it is); leader NULL: it goes alone
#: again. `handling` is that of the place; `standing`: it was reserved before, so that its cost is written down already.
JOINED: Schema = JOINT | {
    "carrier": pl.String, "service": pl.String, "saved": pl.Int64, "less": pl.Int64, "none": pl.Int64,
    "handling": pl.Int64, "standing": pl.Boolean,
}  # fmt: skip

#: Reserved parcels whose cost is told anew, and what it is: that of all of an order at a location.
RETOLD: Schema = {
    "order_id": pl.Int64, "location": pl.String, "carrier": pl.String, "service": pl.String, "transit_days": pl.Int64,
    "weight_g": pl.Int64, "shipping": pl.Int64, "handling": pl.Int64, "handling_unit": pl.Int64, "split": pl.Int64,
    "late": pl.Int64, "cost": pl.Int64,
}  # fmt: skip

#: The kinds of file `oms import` takes, in the order in which one command loads them.
KINDS = ("products", "kits", "stock", "listings", "incoming", "rates", "orders", "tracking", "returns", "template")


def empty(schema: Schema) -> pl.DataFrame:
    """A frame of `schema` without rows."""
    return pl.DataFrame(schema=schema)


def conform(frame: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    """`frame` with exactly the columns of `schema`, in its order; missing ones are NULL, others are left out."""
    return frame.select(
        (pl.col(name).cast(dtype) if name in frame.columns else pl.lit(None, dtype).alias(name))
        for name, dtype in schema.items()
    )
