"""Looking: the morning screen, the list of orders, one order's whole story. Reads only, and starts at once."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from oms.errors import UnknownChannel, UsageError
from oms.flow.glance import Glance
from oms.model.money import decimal_text
from oms.model.states import Reason, Status
from oms.model.times import iso
from oms.store import looking
from oms.store.orders import find_order
from oms.words import _, nearest

#: What `--status open` means.
OPEN = (Status.PART_SHIPPED, Status.UNPAID, Status.HELD, Status.PICKING, Status.ROUTED, Status.WAITING, Status.READY)
CONTACT = ("name", "phone", "email", "address1", "address2", "city", "region", "postcode", "country")
_MONEY = ("subtotal", "discount", "shipping", "tax", "total", "refunded")


@dataclass(frozen=True)
class StatusReport:
    """What waits where. `low_stock`: skus with nothing left to offer; `shortfall`: units sold beyond what was there."""

    at: str
    orders: dict[str, int]
    late: int
    unmapped: int
    low_stock: int
    shortfall: int
    last_import: dict[str, str]
    holds: dict[str, int]
    waiting: dict[str, int]
    expected: dict[str, int]  # day -> orders for which all that they wait for is expected by then
    shipped_elsewhere: int
    unmapped_services: list[dict[str, str]]
    unwritten_files: int
    exit_code: int = 0

    def json(self) -> dict[str, Any]:
        """
        Keys of the contract, and holds, waiting, expected, shortfall, shipped_elsewhere, unmapped_services, unwritten_files.
        """
        return {
            "at": self.at, "orders": self.orders, "late": self.late, "unmapped": self.unmapped,
            "low_stock": self.low_stock, "last_import": self.last_import, "holds": self.holds, "waiting": self.waiting,
            "expected": self.expected,
            "shortfall": self.shortfall, "shipped_elsewhere": self.shipped_elsewhere,
            "unmapped_services": self.unmapped_services, "unwritten_files": self.unwritten_files,
        }  # fmt: skip


def status(view: Glance) -> StatusReport:
    """
    The morning screen. Counts are of the last command that wrote; what is late is as of now.

    `shipped_elsewhere` looks one day back.
    """
    with view.store.read() as conn:
        counted = looking.tallies(conn)
        by_word = {name: {row["word"]: int(row["n"]) for row in rows} for name, rows in counted.items()}
        seen = [(row["channel"], row["word"]) for row in counted.get("service", ())]
        channels = (*view.channels, *(c for c in looking.channel_names(conn) if c not in view.channels))
        return StatusReport(
            at=view.at,
            orders={each: by_word["status"][each] for each in Status if each in by_word.get("status", {})},
            late=looking.late(conn, view.at),
            unmapped=sum(int(row["n"]) for row in counted.get("unmapped", ())),
            low_stock=sum(by_word.get("low_stock", {}).values()),
            shortfall=sum(by_word.get("shortfall", {}).values()),
            last_import=looking.last_imports(conn, channels),
            holds=by_word.get("hold", {}),
            waiting=by_word.get("waiting", {}),
            expected=dict(sorted(by_word.get("expected", {}).items())),
            shipped_elsewhere=looking.shipped_elsewhere(conn, iso(view.now - timedelta(days=1))),
            unmapped_services=_unmapped_services(view, seen, looking.rate_services(conn, {word for _c, word in seen})),
            unwritten_files=looking.pending_files(conn),
        )


def _unmapped_services(view: Glance, seen: Sequence[tuple[str, str]], rated: set[str]) -> list[dict[str, str]]:
    """Words of channels for a service that neither `[[channels]] services` nor the rate card knows."""
    return [
        {"channel": channel, "service": word}
        for channel, word in sorted(seen)
        if word not in rated and not view.services.get(channel, frozenset()) & {word, "*"}
    ]


@dataclass(frozen=True)
class OrdersReport:
    """Orders that fit; `more` says whether a limit left some out."""

    orders: list[dict[str, Any]]
    more: bool = False
    exit_code: int = 0

    def json(self) -> dict[str, Any]:
        """Keys: orders."""
        return {"orders": self.orders}


def orders(
    view: Glance,
    *,
    status: str | None = None,
    channel: str | None = None,
    hold: str | None = None,
    late: bool = False,
    limit: int | None = None,
) -> OrdersReport:
    """
    The orders with that status (`open`: with something left to do), of that channel, held for that reason, late.

    Newest first; late ones by their ship_by.
    """
    statuses: tuple[str, ...] = ()
    if status is not None:
        statuses = OPEN if status == "open" else (_known(status, [*Status, "open"], _("status")),)
    reason = None if hold is None else _known(hold, list(Reason), _("reason"))
    with view.store.read() as conn:
        if channel is not None:
            names = [*view.channels, *looking.channel_names(conn)]
            if channel not in names:
                raise UnknownChannel(
                    _("no channel `{name}`{near}", name=channel, near=nearest(channel, names)),
                    _("channels: {names}", names=", ".join(dict.fromkeys(names)) or _("none")),
                )
        rows = looking.orders(
            conn, statuses=statuses, channel=channel, reason=reason, late_at=view.at if late else None,
            limit=None if limit is None else limit + 1,
        )  # fmt: skip
        more = limit is not None and len(rows) > limit
        rows = rows[:limit]
        return OrdersReport(_described(rows, looking.details(conn, [row["id"] for row in rows])), more)


def _described(rows: Sequence[Any], details: tuple[list[Any], ...]) -> list[dict[str, Any]]:
    """Elements of `orders[]`."""
    holds, lines, units, allocations = details
    holds_by_order: dict[int, list[dict[str, str]]] = {}
    for order_id, reason, detail in holds:
        holds_by_order.setdefault(order_id, []).append({"reason": reason, "detail": detail})
    units_by_line: dict[int, list[tuple[str, int]]] = {}
    for line_id, sku, n in units:
        units_by_line.setdefault(line_id, []).append((sku, n))
    allocations_by_line: dict[int, list[dict[str, Any]]] = {}
    for line_id, sku, location, quantity, state in allocations:
        allocations_by_line.setdefault(line_id, []).append(
            {"sku": sku, "location": location, "quantity": quantity, "state": state}
        )
    lines_by_order: dict[int, list[dict[str, Any]]] = {}
    for order_id, line_id, line_ref, listing_sku, sku, title, ordered, cancelled, shipped, returned in lines:
        allocated = allocations_by_line.get(line_id, [])
        lines_by_order.setdefault(order_id, []).append({
            "line_ref": line_ref, "listing_sku": listing_sku, "sku": sku, "title": title, "quantity": ordered,
            "cancelled": cancelled, "reserved": reserved_units(units_by_line.get(line_id, ()), allocated),
            "shipped": shipped, "returned": returned, "allocations": allocated,
        })  # fmt: skip
    return [
        {
            "channel": row["channel"], "order_ref": row["order_ref"], "status": row["status"],
            "placed_at": row["placed_at"], "ship_by": row["ship_by"], "currency": row["currency"],
            "total": _money(row["total"], row["currency"]), "holds": holds_by_order.get(row["id"], []),
            "lines": lines_by_order.get(row["id"], []),
        }
        for row in rows
    ]  # fmt: skip


def reserved_units(units: Iterable[tuple[str, int]], allocations: Iterable[dict[str, Any]]) -> int:
    """Line units with stock promised and not yet gone: of a kit, as many as its scarcest component allows."""
    by_sku: dict[str, list[int]] = {}
    for each in allocations:
        found = by_sku.setdefault(each["sku"], [0, 0])
        found[0] += each["quantity"]
        found[1] += each["quantity"] if each["state"] == "shipped" else 0
    if not by_sku:
        return 0
    covered = [(by_sku.get(sku, [0, 0]), n) for sku, n in units]
    return min((held[0] // n for held, n in covered), default=0) - min((held[1] // n for held, n in covered), default=0)


@dataclass(frozen=True)
class ShowReport:
    """One order's whole story."""

    order: dict[str, Any]
    exit_code: int = 0

    def json(self) -> dict[str, Any]:
        """Keys of an element of `orders[]`, amounts of its lines, contact, parcels, events, documents, what else is known."""
        return self.order


def show(view: Glance, ref: str) -> ShowReport:
    """Everything about the order that `ref` names, its buyer included; UnknownOrder, AmbiguousRef."""
    with view.store.read() as conn:
        row = find_order(conn, ref)
        order_id, currency = row["id"], row["currency"]
        order = _described([row], looking.details(conn, [order_id]))[0]
        for line, amounts in zip(order["lines"], looking.line_amounts(conn, order_id), strict=True):
            line |= {name: _money(amounts[name], currency) for name in ("unit_price", "discount", "tax")}
        contact = looking.contact(conn, order_id)
        order |= {
            "channel_order_id": row["channel_order_id"],
            "payment": row["payment"],
            "service": row["service"],
            "delivery": row["delivery"],
            "amounts": {name: _money(row[name], currency) for name in _MONEY},
            "note": row["note"],
            "contact": {name: contact[name] if contact else None for name in CONTACT},
            "waiting": [dict(each) for each in looking.waiting(conn, order_id)],
            "parcels": _parcels(looking.parcels(conn, order_id)),
            "returns": [_return(each) for each in looking.returns(conn, order_id)],
            "documents": [dict(each) for each in looking.order_documents(conn, order_id, row["channel"])],
            "events": [events_json(each) for each in looking.order_events(conn, order_id)],
        }  # fmt: skip
        return ShowReport(order)


def events_json(row: Any) -> dict[str, Any]:
    """A row of the journal as an element of `events[]`."""
    return {
        "batch": row["batch_id"], "command": row["command"], "at": row["at"], "kind": row["kind"], "sku": row["sku"],
        "location": row["location"], "detail": json.loads(row["detail"]),
    }  # fmt: skip


def _parcels(rows: Iterable[Any]) -> list[dict[str, Any]]:
    parcels: dict[int, dict[str, Any]] = {}
    for row in rows:
        parcel = parcels.setdefault(row["id"], {
            "carrier": row["carrier"], "tracking": row["tracking"], "service": row["service"],
            "location": row["location"], "shipped_at": row["shipped_at"], "elsewhere": bool(row["elsewhere"]),
            "lines": [],
        })  # fmt: skip
        parcel["lines"].append({
            "line_ref": row["line_ref"], "sku": row["sku"], "quantity": row["units"], "confirmed": bool(row["confirmed"]),
        })  # fmt: skip
    return list(parcels.values())


def _return(row: Any) -> dict[str, Any]:
    """`state`: expected, until it is back; then where it stands (quarantine, restocked, scrapped)."""
    back = dict(row)
    disposition = back.pop("disposition")
    return back | {
        "state": disposition if row["received_at"] else "expected", "refunded": _money(row["refunded"], row["currency"]),
    }  # fmt: skip


def _money(amount: int | None, currency: str | None) -> str | None:
    return None if amount is None else decimal_text(amount, currency or "")


def _known(word: str, known: list[Any], what: str) -> str:
    names = [str(each) for each in known]
    if word not in names:
        raise UsageError(_("no {what} `{word}`{near}", what=what, word=word, near=nearest(word, names)), ", ".join(names))
    return word
