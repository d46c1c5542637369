"""Parcels leave, as tracking rows say: those of a file, or the one of `oms ship`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from sqlite3 import Row
from typing import Any

import polars as pl

from oms.config import Config
from oms.core import carriers, ship
from oms.core.parcels import Complaint, Line, Notice, Open, Order, Plan, Remark, Sent
from oms.model.frames import REJECTED
from oms.model.times import iso
from oms.store import joining, shipping
from oms.store.batch import Batch
from oms.words import _

#: Remarks of one kind are told one by one up to this many, then summed up.
TOLD = 3


@dataclass(frozen=True)
class Shipments:
    """What a set of tracking rows did. Rows: `shipped + corrected + unchanged + rejected` = all of them."""

    shipped: int
    corrected: int
    unchanged: int
    rejected: pl.DataFrame  # REJECTED
    notes: tuple[str, ...]
    parcels: int


def ship_rows(
    batch: Batch, config: Config, rows: pl.DataFrame, file_id: int | None = None, channel: str | None = None
) -> tuple[int, pl.DataFrame, tuple[str, ...]]:
    """
    Let leave what a tracking file says: (rows that changed something, rejected (REJECTED), things to tell the user).

    `rows`: model.frames.TRACKING. `channel`: whose orders they are where a row does not say. Rows that are neither
    counted nor rejected were known already. The caller settles.
    """
    done = ship_parcels(batch, config, rows, file_id, channel)
    return done.shipped + done.corrected, done.rejected, done.notes


def ship_parcels(
    batch: Batch, config: Config, rows: pl.DataFrame, file_id: int | None = None, channel: str | None = None
) -> Shipments:
    """As `ship_rows`, telling apart what is new, corrected and known already."""
    plan = Plan()
    refs = rows.select("row", ref=pl.col("order_ref").str.strip_chars(),
                       channel=pl.coalesce(pl.col("channel").str.strip_chars().replace("", None),
                                           pl.lit(channel, pl.String)))  # fmt: skip
    matches = shipping.match_orders(batch.conn, refs)
    names = {each.name for each in config.channels}
    notices: dict[int, list[Notice]] = {}
    found: dict[int, Row] = {}
    for row in rows.with_columns(refs["ref"].alias("order_ref"), refs["channel"]).sort("row").iter_rows(named=True):
        orders = matches.get(row["row"], [])
        if len(orders) != 1:
            plan.complaints.append(_unmatched(row, [each["channel"] for each in orders], names))
            continue
        order = orders[0]
        notice = check(config, order, row, batch.now, plan)
        if notice is not None:
            found[order["id"]] = order
            notices.setdefault(order["id"], []).append(notice)
    decide(batch, found, notices, plan)
    return save(batch, plan, file_id)


def _unmatched(row: Mapping[str, Any], channels: list[str], known: set[str]) -> Complaint:
    ref, channel = row["order_ref"] or "", row["channel"]
    if channels:
        return Complaint(row["row"], "order_ref", ref,
                              _("names orders of {channels}", channels=", ".join(channels)),
                              _("add the column channel, or write channel/order_ref"))  # fmt: skip
    if channel is not None and channel not in known:
        return Complaint(row["row"], "channel", channel, _("no channel of this name in oms.toml"), "")
    what = _("no order has this number") if ref else _("is blank")
    return Complaint(row["row"], "order_ref", ref, what, _("import the orders first"))


def check(config: Config, order: Row, row: Mapping[str, Any], now: datetime, plan: Plan) -> Notice | None:
    """A row of TRACKING as a notice; None, and a complaint in `plan`, where it cannot be used."""
    tracking, carrier = carriers.clean(row["tracking"] or ""), (row["carrier"] or "").strip()
    sku = (row["sku"] or "").strip() or None
    place = (row["location"] or "").strip()
    location = config.location_named(place, order["channel"]) if place else None
    problem: tuple[str, str, str, str] | None = None
    if not tracking:
        problem = ("tracking", "", _("is blank"), _("a parcel is known by its tracking number"))
    elif carriers.damaged(tracking):
        problem = ("tracking", tracking, _("a spreadsheet has rounded this number"),
                   _("format the column as text in the source and save it again"))  # fmt: skip
    elif not carrier:
        problem = ("carrier", "", _("is blank"), _("say who carries it: UPS, USPS, DHL …"))
    elif row["quantity"] is not None and row["quantity"] <= 0:
        problem = ("quantity", str(row["quantity"]), _("is not 1 or more"), "")
    elif row["quantity"] is not None and sku is None:
        problem = ("sku", "", _("is blank, but there is a quantity"), _("say sku and quantity, or neither"))
    elif place and location is None:
        problem = ("location", place, _("no location of this name"),
                   _("locations: {codes}", codes=", ".join(config.location_codes)))  # fmt: skip
    if problem:
        plan.complaints.append(Complaint(row["row"], *problem))
        return None
    name = carriers.normalise(carrier)
    at = row["shipped_at"] or iso(now)
    if at > iso(now + timedelta(days=1)):  # a date alone is the end of its day: later than now, and no mistake
        plan.remarks.append(Remark("future", order["order_ref"], _(
            "`{ref}`: `{at}` is later than now: now is used", ref=order["order_ref"], at=at)))  # fmt: skip
    at = min(at, iso(now))
    if carriers.fits(name, tracking) is False:
        plan.remarks.append(Remark("format", order["order_ref"], _(
            "`{tracking}` does not look like a number of {carrier}", tracking=tracking, carrier=name)))  # fmt: skip
    return Notice(row["row"], tracking, name, sku, row["quantity"], location.code if location else None, at,
                       row["cost"])  # fmt: skip


def decide(batch: Batch, found: Mapping[int, Row], notices: Mapping[int, list[Notice]], plan: Plan) -> None:
    """Decide the checked rows of each order (`found`: order id -> its row of `orders`), adding to `plan`."""
    for order in _load(batch, found):
        ship.decide(order, notices[order.id], plan)
    _with_them(batch, notices, plan)


def _with_them(batch: Batch, notices: Mapping[int, list[Notice]], plan: Plan) -> None:
    """What goes in one parcel with an order that leaves whole leaves with it, where nothing is said of it."""
    leaving = {(each.order_id, each.location): each.notice for each in plan.leaving if each.notice.sku is None}
    shared: dict[int, tuple[Row, list[Notice]]] = {}
    for row in joining.in_one_parcel(batch.conn, [order_id for order_id, _location in leaving]):
        notice = leaving.get((row["with"], row["location"]))
        if notice is not None and row["id"] not in notices and row["id"] not in shared:
            shared[row["id"]] = (row, [replace(notice, location=row["location"], cost=None)])
    side = Plan()
    for order in _load(batch, {order_id: row for order_id, (row, _notices) in shared.items()}):
        ship.decide(order, shared[order.id][1], side)
    plan.leaving += side.leaving
    for each in side.leaving:
        ref = shared[each.order_id][0]["order_ref"]
        plan.remarks.append(Remark("joined", ref, _("`{ref}` left in the same parcel", ref=ref)))


def _load(batch: Batch, found: Mapping[int, Row]) -> Iterable[Order]:
    facts = shipping.load_facts(batch.conn, found)
    orders = {order_id: Order(order_id, row["order_ref"], {}) for order_id, row in found.items()}
    units: dict[int, dict[str, int]] = {}
    for row in facts.units:
        units.setdefault(row["line_id"], {})[row["sku"]] = row["units"]
    for row in facts.lines:
        names = frozenset(row[name] for name in ("listing_sku", "sku", "line_ref", "barcode") if row[name])
        left = 0 if row["external"] else row["left_units"]
        orders[row["order_id"]].lines[row["id"]] = Line(row["id"], units.get(row["id"], {}), left, names)
    for row in facts.open:
        orders[row["order_id"]].open.append(
            Open(row["id"], row["line_id"], row["sku"], row["location"], row["quantity"],
                      row["state"] == "picking", row["service"])
        )  # fmt: skip
    for row in facts.sent:
        orders[row["order_id"]].sent.append(
            Sent(row["parcel_id"], row["tracking"] or "", row["carrier"] or "", row["location"], row["line_id"],
                      row["sku"], row["units"])
        )  # fmt: skip
    for row in facts.holds:
        orders[row["order_id"]].holds += (row["reason"],)
    for row in facts.replaced:
        orders[row["order_id"]].replaced |= {str(row["number"] or "").upper()}
    for order_id, row in found.items():
        orders[order_id].closed = _closed(row)
    return [orders[order_id] for order_id in sorted(orders)]


def _closed(row: Row) -> str | None:
    ref = row["order_ref"]
    if row["counter_location"] is not None:
        return _("`{ref}` was sold over a counter: nothing of it is sent", ref=ref)
    if row["external"]:
        return _("`{ref}` is fulfilled by its channel, not from our stock", ref=ref)
    if row["status"] == "cancelled":
        return _("`{ref}` is cancelled", ref=ref)
    return None


def save(batch: Batch, plan: Plan, file_id: int | None) -> Shipments:
    """Write down what `plan` says: parcels, what left in them, corrected numbers."""
    parcels: dict[tuple[str, str, str], int] = {}
    for leaving in sorted(plan.leaving, key=lambda each: each.notice.row):
        notice = leaving.notice
        key = (notice.tracking, notice.carrier, leaving.location)
        row = None if file_id is None else notice.row
        if key not in parcels or notice.cost is not None:
            parcels[key] = shipping.save_parcel(batch, shipping.ParcelFacts(
                notice.tracking, notice.carrier, leaving.location, notice.shipped_at, leaving.items[0].service,
                notice.cost, file_id, row))  # fmt: skip
        for item in leaving.items:
            facts = shipping.ItemFacts(leaving.order_id, item.line_id, item.allocation_id, item.sku, item.units, item.quantity)
            shipping.save_item(batch, parcels[key], facts, notice.shipped_at, file_id, row)
        batch.event("shipped", order_id=leaving.order_id, location=leaving.location,
                    detail={"tracking": notice.tracking, "carrier": notice.carrier,
                            "units": sum(item.units for item in leaving.items)})  # fmt: skip
    wanted = {each.parcel_id: each for each in plan.corrections}
    changed = {parcel_id for parcel_id, each in wanted.items() if _correct(batch, each.order_id, parcel_id, each.notice,
                                                                           each.before)}  # fmt: skip
    corrected = sum(each.parcel_id in changed for each in plan.corrections)
    rows = {each.notice.row for each in plan.leaving}  # of orders in one parcel, one may speak for all
    return Shipments(
        len(rows), corrected, plan.unchanged + len(plan.corrections) - corrected, _rejected(plan.complaints),
        _notes(plan.remarks), len(set(parcels.values()) | changed),
    )  # fmt: skip


def _correct(batch: Batch, order_id: int, parcel_id: int, notice: Notice, before: str) -> bool:
    """Give a parcel that left another number or carrier; it is confirmed again. False where nothing differs."""
    if not shipping.correct_parcel(batch, parcel_id, notice.tracking, notice.carrier):
        return False
    batch.event("tracking_corrected", order_id=order_id,
                detail={"tracking": notice.tracking, "carrier": notice.carrier, "before": before})  # fmt: skip
    return True


def _rejected(complaints: list[Complaint]) -> pl.DataFrame:
    rows = [(c.row, c.column, c.value, c.what, c.hint) for c in complaints]
    return pl.DataFrame(rows, schema=REJECTED, orient="row").sort("row", maintain_order=True)


def _notes(remarks: list[Remark]) -> tuple[str, ...]:
    kinds: dict[str, list[Remark]] = {}
    for remark in remarks:
        kinds.setdefault(remark.kind, []).append(remark)
    summaries = {
        "not_picked": _("{count} orders were shipped without a pick list: {refs}"),
        "replaced": _("{count} rows say numbers that were corrected since, the new ones stay: {refs}"),
        "corrected": _("{count} parcels have another number or carrier than before: {refs}"),
        "recall": _("{count} orders were called back and left all the same, expect returns: {refs}"),
        "joined": _("{count} orders left in the parcel of another of their buyer: {refs}"),
        "held": _("{count} orders were shipped although they are held: {refs}"),
        "format": _("{count} numbers do not look like their carrier's: {refs}"),
        "future": _("{count} rows say a time later than now, now is used: {refs}"),
    }
    notes: list[str] = []
    for kind, said in sorted(kinds.items()):
        if len(said) <= TOLD:
            notes += [remark.text for remark in said]
        else:
            refs = ", ".join(f"`{remark.ref}`" for remark in said[:TOLD]) + ", …"
            notes.append(summaries[kind].format(count=len(said), refs=refs))
    return tuple(notes)
