"""One parcel said by hand: `oms ship`."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from sqlite3 import Row
from typing import Any

from oms.config import Config
from oms.core import carriers
from oms.core.parcels import Correction, Plan
from oms.errors import Refused, UsageError
from oms.flow import ship
from oms.flow.settle import settle
from oms.flow.shop import Shop
from oms.model.money import minor
from oms.model.times import end_of_day, iso, zone
from oms.store import shipping
from oms.store.batch import Batch, Document
from oms.store.orders import find_order
from oms.words import _

#: What stands for the tracking number, before the number of the order, and for the carrier of what the buyer collected.
COLLECTED, PICKUP = "COLLECTED-", "pickup"


@dataclass(frozen=True)
class ShipReport:
    """What `oms ship` wrote down; `batch` None where it was known already."""

    batch: int | None
    order_ref: str
    parcels: int
    warnings: tuple[str, ...] = ()
    documents: tuple[Document, ...] = field(default=())
    exit_code: int = 0

    def json(self) -> dict[str, Any]:
        """Keys: batch, parcels, warnings (and documents, where a crash had left some to write)."""
        found = {"batch": self.batch, "parcels": self.parcels, "warnings": list(self.warnings)}
        return found | ({"documents": [each.json() for each in self.documents]} if self.documents else {})


class _NothingNew(Exception):
    """Rolls the batch back: what was said is known already."""


def ship_order(
    shop: Shop, ref: str, *, tracking: str | None = None, carrier: str | None = None, location: str | None = None,
    sku: str | None = None, quantity: int | None = None, at: str | None = None, cost: Decimal | None = None,
    replaces: str | None = None, dry_run: bool = False,
) -> ShipReport:  # fmt: skip
    """
    A parcel of the order `ref` left; with `replaces`, the parcel of that number really has the number `tracking`.

    Only what the buyer collects needs neither number nor carrier.
    Raises UnknownOrder, AmbiguousRef, UnknownLocation, UsageError, or Refused saying why nothing can leave.
    """
    place = shop.config.location(location) if location is not None else None
    row = {
        "row": 0, "tracking": tracking, "carrier": carrier, "sku": sku, "quantity": quantity, "location": location,
        "shipped_at": moment(at, shop.config.zone_of(place)) if at else None,
        "cost": None if cost is None else minor(cost, shop.config.business.currency),
    }  # fmt: skip
    report = ShipReport(None, ref, 0)
    recovered: list[Document] = []
    try:
        with shop.store.write("ship", shop.now, config=shop.config, words=shop.words, wait=shop.wait, dry_run=dry_run) as batch:
            recovered = batch.recovered
            done = _ship_one(batch, shop.config, ref, row, replaces)
            if not done.shipped + done.corrected:
                report = ShipReport(None, ref, 0, done.notes)
                raise _NothingNew
            settle(batch, shop.config)
            batch.summary({"order": ref, "parcels": done.parcels})
            report = ShipReport(batch.id, ref, done.parcels, done.notes)
    except _NothingNew:
        pass
    return ShipReport(report.batch, ref, report.parcels, report.warnings, tuple(recovered))


def _ship_one(batch: Batch, config: Config, ref: str, row: dict[str, Any], replaces: str | None) -> ship.Shipments:
    order = find_order(batch.conn, ref)
    if row["tracking"] is None and order["delivery"] == "pickup":
        row = row | {"tracking": COLLECTED + order["order_ref"], "carrier": row["carrier"] or PICKUP}
    if row["tracking"] is None:
        raise UsageError(_("--tracking is missing"), _("say the parcel's tracking number: --tracking 1Z999AA10123456784"))
    if row["carrier"] is None and replaces is None:
        raise UsageError(_("--carrier is missing"), _("say who carries it: --carrier UPS"))
    old = None
    if replaces is not None:
        old = _replaced(batch, order, replaces)
        row = row | {"carrier": row["carrier"] or old["carrier"]}
    plan = Plan()
    notice = ship.check(config, order, row, batch.now, plan)
    if notice is not None and old is not None:
        plan.corrections.append(Correction(order["id"], old["id"], notice, old["tracking"] or ""))
    elif notice is not None:
        ship.decide(batch, {order["id"]: order}, {order["id"]: [notice]}, plan)
    for complaint in plan.complaints:
        about = f"{complaint.column}: " if complaint.column in ("tracking", "carrier", "quantity", "sku") else ""
        raise Refused(complaint.what if "`" in complaint.what else about + complaint.what, complaint.hint or None)
    return ship.save(batch, plan, None)


def _replaced(batch: Batch, order: Row, number: str) -> Row:
    known = shipping.parcels_of(batch.conn, order["id"])
    for parcel in known:
        if (parcel["tracking"] or "").upper() == carriers.clean(number).upper():
            return parcel
    numbers = ", ".join(f"`{parcel['tracking']}`" for parcel in known if parcel["tracking"]) or _("none")
    raise Refused(
        _("no parcel `{tracking}` left of `{ref}`", tracking=number, ref=order["order_ref"]),
        _("its parcels: {numbers}", numbers=numbers),
    )


def moment(text: str, zone_name: str, *, start: bool = False) -> str:
    """
    A time that a person wrote, as UTC text; one without a zone is of `zone_name`.

    A date alone is the end of that day, with `start` its beginning. Raises UsageError.
    """
    try:
        if len(text) == 10 and not start:
            return iso(end_of_day(date.fromisoformat(text), zone_name))
        said = datetime.fromisoformat(text)
    except ValueError:
        hint = _("for example 2026-11-22 or 2026-11-22T15:30")
        raise UsageError(_("`{value}`: not a time", value=text), hint) from None
    return iso(said if said.tzinfo else said.replace(tzinfo=zone(zone_name)))
