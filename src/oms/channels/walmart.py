"""
Walmart Marketplace order sheets: one row a line, the order's own columns repeated on each.

`PO#` names an order, `Line#` a line of it. `Item Cost` is the price of the whole line. Dates have no time, in the
channel's zone. The sheet is also the form in which tracking goes back (`Update Status`, `Update Qty`, `Carrier`,
`Tracking Number`, `Tracking Url`), so the file is kept as the channel's template. `Order#` is the customer's order, of
which several POs may be made: the PO is what is shipped and confirmed, so `Order#` is kept as a tag and identifies nothing.
"""

import polars as pl

from oms.channels.base import Context, Reader
from oms.channels.declared import OrderSheet
from oms.channels.fields import CANCELLED, DELIVERED, READY, SHIPPED, UNPAID, column
from oms.sheets.columns import Legend, OneOf, Text, bind, normal, normals, typed
from oms.sheets.read import Sheet
from oms.sheets.write import csv_bytes

_STATUS = {
    "created": UNPAID, "acknowledged": READY, "shipped": SHIPPED, "delivered": DELIVERED, "cancelled": CANCELLED,
    "canceled": CANCELLED, "refund": CANCELLED, "refunded": CANCELLED,
}  # fmt: skip

LEGEND: Legend = {
    "order_ref": column("order_ref", "PO#", "PO Number", "Purchase Order ID"),
    "tags": Text("Order#", "Order Number", guarded=True),
    "line_ref": column("line_ref", "Line#", "Line Number"),
    "placed_at": column("placed_at", "Order Date"),
    "ship_by": column("ship_by", "Ship By", "Ship By Date"),
    "status": OneOf("Status", words=_STATUS),
    "fulfilment": OneOf(
        "Fulfillment Entity", words=dict.fromkeys(("wfs", "walmart", "wfs fulfilled", "walmart fulfilled",
        "fulfilled by walmart", "wfsfulfilled"), "external"), other=None,
    ),
    "sku": column("sku", "SKU"),
    "barcode": column("barcode", "UPC"),
    "title": column("title", "Item Description"),
    "quantity": column("quantity", "Qty", "Quantity"),
    "line_total": column("line_total", "Item Cost"),
    "line_shipping": column("line_shipping", "Shipping Cost"),
    "line_tax": column("line_tax", "Tax"),
    "service": Text("Shipping Method", "Shipping Tier"),
    "name": column("name", "Customer Name"),
    "phone": column("phone", "Customer Phone Number"),
    "address1": column("address1", "Ship to Address 1"),
    "address2": column("address2", "Ship to Address 2"),
    "city": column("city", "City"),
    "region": column("region", "State"),
    "postcode": column("postcode", "Zip", "Zip Code"),
    "country": column("country", "Country", "Ship to Country"),
    "currency": column("currency", "Currency"),
}  # fmt: skip


def _ours(rows: pl.DataFrame, context: Context) -> pl.DataFrame:
    """The sheet has no country: Walmart.com delivers within the United States, Walmart.ca within Canada."""
    home = {"CAD": "CA", "MXN": "MX"}
    here = pl.col("currency").replace_strict(home, default="US", return_dtype=pl.String)
    return rows.with_columns(country=pl.coalesce("country", here), tags=pl.concat_str(pl.lit("Order# "), pl.col("tags")))


def _is_sheet(headings: frozenset[str]) -> bool:
    """By the purchase order, its line and what else only such a sheet has; a `PO Number` alone is anybody's."""
    needed = all(normals(LEGEND[name].headings) & headings for name in ("order_ref", "line_ref", "sku", "quantity"))
    marks = {"update_status", "fulfillment_entity"} | ({"item_cost"} if "po#" in headings else set())
    return needed and bool(marks & headings)


ORDERS = OrderSheet(
    "walmart-orders",
    LEGEND,
    _is_sheet,
    channel_kind="walmart",
    sums=True,
    keep=True,
    derive=_ours,
)
READERS: tuple[Reader, ...] = (ORDERS,)

_ANSWER = ("Update Status", "Update Qty", "Carrier", "Tracking Number")


def answerable(headings: tuple[str, ...]) -> bool:
    """Whether a sheet with these headings has the columns that tell of a shipment."""
    return ORDERS.recognises(normals(headings)) and normals(_ANSWER) <= normals(headings)


def answered(sheet: Sheet, told: pl.DataFrame) -> tuple[pl.DataFrame, bytes]:
    """
    The rows of an order sheet that `told` (order_ref, line_ref, quantity, carrier, tracking) is about, filled in.

    One row a parcel. Returns which of `told` were found, and the file.
    """
    headings = {normal(heading): heading for heading in sheet.peek.headings}
    status, quantity, carrier, tracking = (headings[normal(name)] for name in _ANSWER)
    bound = bind({name: LEGEND[name] for name in ("order_ref", "line_ref")}, sheet.peek.headings)
    named = typed(sheet.frame, bound, timezone="UTC", currency="USD").frame.select("row", "order_ref", "line_ref")
    at = ["order_ref", "line_ref"]
    last = named.drop_nulls().unique(at, keep="last", maintain_order=True)
    found = told.join(last, on=at, maintain_order="left")
    answers = found.select(
        "row", said_quantity=pl.col("quantity").cast(pl.String), said_carrier="carrier", said_tracking="tracking"
    )
    rows = answers.join(sheet.frame, on="row", maintain_order="left").with_columns(
        pl.lit("Shipped").alias(status), pl.col("said_quantity").alias(quantity), pl.col("said_carrier").alias(carrier),
        pl.col("said_tracking").alias(tracking),
    )  # fmt: skip
    return found.drop("row"), csv_bytes(rows.select(sheet.peek.headings))
