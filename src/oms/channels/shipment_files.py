"""
What shipping tools and 3PLs answer: which order left in which parcel. No two of them write the same headings.

A row is a parcel, or an item of one where it has a sku. Warehouses and shops that oms.toml does not know are left out: the
order says whose it is, and where it leaves from if that is one place. Labels that were voided left with nobody.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

import polars as pl

from oms.channels.base import Context, Reader, Reading
from oms.channels.day_first import Decision, ambiguous
from oms.channels.own_kind import File, days_alone, place_called, ticked
from oms.channels.own_orders import LOOSE_ORDERS
from oms.channels.own_tracking import LOOSE_TRACKING, TRACKING, slashed_dates
from oms.channels.own_words import FOREIGN, LOOSE, STRICT
from oms.sheets.columns import Amount, Bound, Column, Legend, Moment, Text, Whole, bind, complain, normals
from oms.sheets.read import Sheet
from oms.words import _

_ORDER = ("order_ref", *STRICT["order_ref"], *LOOSE["order_ref"], "Order - Number", "Order Num", "orderNum", "Order #",
          "Store Order ID", "Store Order Number", "Customer Order Number", "Reference Number", "Order Reference", "orderID",
          "Merchant Order ID", "Marketplace Order ID", "Client Order ID", "Purchase Order Number")  # fmt: skip
_TRACKING = ("tracking", *STRICT["tracking"], *LOOSE["tracking"], "Shipment - Tracking Number", "Tracking #",
             "Tracking Numbers", "Tracking Ref", "Consignment Number", "Waybill Number", "AWB")  # fmt: skip
_CARRIER = ("carrier", *STRICT["carrier"], *LOOSE["carrier"], "Carrier - Name Actual", "Carrier - Name", "Shipment - Carrier",
            "Carrier Name Actual", "Shipping Provider", "Shipping Company", "Tracking Company", "Provider",
            "Carrier - Service Selected", "Shipment - Service", "Carrier Service", "Shipping Service", "Service",
            "Ship Method", "Shipping Method")  # fmt: skip
_SHIPPED = ("shipped_at", *STRICT["shipped_at"], *LOOSE["shipped_at"], "Date - Shipped Date", "Date - Ship Date",
            "Shipment - Ship Date", "Shipping Date", "Despatch Date", "Dispatch Date", "Date Dispatched",
            "Fulfilled At", "Label Created Date")  # fmt: skip

LEGEND: Legend = {
    "order_ref": Text(*_ORDER, identifier=True),
    "tracking": Text(*_TRACKING, identifier=True),
    "carrier": Text(*_CARRIER),
    "sku": Text("sku", "Item - SKU", "Item SKU", "Product SKU", "Item Number", "Product Code", "货号", "商品编码",
                identifier=True),
    "quantity": Whole("quantity", "Item - Qty", "Item - Quantity", "Qty", "Qty Shipped", "Quantity Shipped", "Shipped Quantity",
                      "Units", "数量", least=1),
    "shipped_at": Moment(*_SHIPPED, end_of_day=True),
    "location": Text("location", "Warehouse", "Warehouse Name", "Ship From", "Ship From - Name", "Ship From - Warehouse",
                     "Fulfillment Center", "Facility", "仓库"),
    "channel": Text("channel", "Market - Store Name", "Store", "Store Name", "Marketplace", "店铺", "渠道"),
    "cost": Amount("cost", "Shipment - Cost", "Amount - Shipping Cost", "Shipping Cost", "Label Cost", "Carrier Fee", least=0),
    "voided": Text("Voided", "Shipment - Voided", "Void", "Is Voided"),
}  # fmt: skip
#: Headings that an export of orders has, and no answer to them.
_ORDERS_HAVE = normals((
    "unit_price", "Item Price", "Lineitem price", "payment_status", "Financial Status", "Payment Status", "Payment Method",
    "Order Status", "订单状态", "单价", "付款状态", "reason",
))  # fmt: skip
_VOIDED = "voided label"


class Shipments:
    """An order, a tracking number and a carrier stand in each row; all else is welcome or left out."""

    format = "3pl-tracking"
    kind = "tracking"
    channel_kind: str | None = None

    def recognises(self, headings: frozenset[str]) -> bool:
        """By the three, and nothing that makes it an export of orders."""
        if LOOSE_ORDERS.recognises(headings) or LOOSE_TRACKING.recognises(headings):
            return False
        needed = (normals(names) & headings for names in (_ORDER, _TRACKING, _CARRIER))
        return all(needed) and not headings & (_ORDERS_HAVE | FOREIGN)

    def columns(self, headings: tuple[str, ...]) -> set[str]:
        """The declared ones: nobody's address."""
        return set(bind(LEGEND, headings).headings.values())

    def read(self, sheet: Sheet, context: Context) -> Reading:
        """The file as TRACKING."""
        bound = bind(LEGEND, sheet.peek.headings)
        decision = slashed_dates(sheet.frame, bound.headings, context)
        if decision is not None:
            dated: dict[str, Column] = {"shipped_at": Moment(*_SHIPPED, formats=decision.formats, end_of_day=True)}
            bound = bind({**LEGEND, **dated}, sheet.peek.headings)
        if "sku" not in bound:  # of the whole parcel: how many things are in it
            bound = bound.only(*(name for name in bound.legend if name != "quantity"))
        frame, unknown = _known(days_alone(sheet.frame, bound, sheet.peek), bound, context)
        voided = _voided(frame, bound)
        frame = frame.filter(~pl.col("row").is_in(voided.implode()))
        legend = {name: column for name, column in {**LEGEND, **bound.legend}.items() if name != "voided"}
        bound = Bound(legend, {name: heading for name, heading in bound.headings.items() if name != "voided"})
        reading = TRACKING.make(File(sheet, bound, frame, context, {_VOIDED: voided}, unknown))
        undecided = _undecided(frame, bound.headings, decision)
        if undecided.height:
            rows = undecided["row"].filter(~undecided["row"].is_in(reading.rejected_rows.implode()))
            reading = replace(
                reading, rows_rejected=reading.rows_rejected + len(rows),
                rejected=pl.concat([reading.rejected, undecided.filter(pl.col("row").is_in(rows.implode()))]).sort("row"),
                rejected_rows=reading.rejected_rows.append(rows).sort(),
                table=reading.table.filter(~pl.col("row").is_in(rows.implode())),
            )  # fmt: skip
        return replace(reading, format=self.format)


def _undecided(frame: pl.DataFrame, headings: Mapping[str, str], decision: Decision | None) -> pl.DataFrame:
    """Where nobody can say which day a date is, its row is refused."""
    wrong = decision is not None and decision.day_first is None
    heading = headings.get("shipped_at", "row")
    hint = _("write the dates as 2026-11-22")
    when = ambiguous(heading) if wrong else pl.lit(False)
    return complain(frame, when, heading, decision.why if decision else "", hint, pl.col(heading).cast(pl.String))


def _known(frame: pl.DataFrame, bound: Bound, context: Context) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """`frame` without the names of places and shops that oms.toml does not know, and a note that names them."""
    config, notes = context.config, list[str]()
    channels = {channel.name for channel in config.channels}
    said: dict[str, Callable[[str], bool]] = {
        "location": lambda name: place_called(config, name, context) is not None,
        "channel": lambda name: name in channels,
    }
    for field, knows in said.items():
        if field not in bound:
            continue
        heading = bound.headings[field]
        cell = pl.col(heading).str.strip_chars()
        names = sorted({name for name in frame.select(cell).to_series().drop_nulls().unique() if name and not knows(name)})
        if names:
            frame = frame.with_columns(pl.when(~cell.is_in(names)).then(cell).alias(heading))
            shown = ticked(names[:3]) + (", …" if len(names) > 3 else "")
            notes.append(_("{heading}: oms.toml does not know {names}: left out", heading=heading, names=shown))
    return frame, tuple(notes)


def _voided(frame: pl.DataFrame, bound: Bound) -> pl.Series:
    if "voided" not in bound:
        return pl.Series("row", [], pl.Int64)
    cell = pl.col(bound.headings["voided"]).str.strip_chars().str.to_lowercase()
    return frame.filter(cell.is_in(["true", "yes", "y", "1", "voided", "x"]))["row"]


FALLBACKS: tuple[Reader, ...] = (Shipments(),)
