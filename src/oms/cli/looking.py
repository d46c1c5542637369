"""`oms status`, `oms orders`, `oms show`: looking, without changing anything."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from oms.cli import console
from oms.cli.clock import clock
from oms.cli.options import LOOK, Json, Workspace, look_at
from oms.words import _

if TYPE_CHECKING:
    from oms.flow.glance import Glance
    from oms.flow.look import StatusReport

#: Orders a terminal shows where no `--limit` is given.
SCREENFUL = 50


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.command(rich_help_panel=LOOK)(status)
    app.command(rich_help_panel=LOOK)(orders)
    app.command(rich_help_panel=LOOK)(show)


def status(workspace: Workspace = None, as_json: Json = False) -> None:
    """
    Show what waits where, what is late, and what to do next: the morning screen.

    Example: oms status
    """
    from oms.flow.look import status as run

    view = look_at(workspace)
    report = run(view)
    console.finish(report, as_json, lambda: _show_status(report, view))


#: What a status means for the seller, and the command that goes on from there.
_NEXT = {
    "unpaid": "oms orders --status unpaid",
    "held": "oms orders --status held",
    "ready": "oms route",
    "waiting": "oms orders --status waiting",
    "routed": "oms pick",
    "picking": "oms import tracking.xlsx",
    "part_shipped": "oms orders --status part_shipped",
}
#: Days on which goods are expected that the screen names.
DAYS = 3
_QUIET = ("shipped", "delivered", "external", "cancelled")


def _show_status(report: "StatusReport", view: "Glance") -> None:
    title = f"{view.name} · {clock(report.at, view.timezone)}".lstrip(" ·")
    console.table([_("what"), _("n"), _("detail"), _("next")], status_rows(report), right=[_("n")], title=title)
    if not report.orders:
        console.say(_("no orders yet; bring some in with: oms import FILE"))
    for channel, at in report.last_import.items():
        console.say(_("{channel}: orders last imported {at}", channel=channel, at=clock(at, view.timezone)))


def status_rows(report: "StatusReport") -> list[tuple[str, int, str, str]]:
    """The screen, most urgent first: what, how many, of what kind, the next command."""
    counted = report.orders
    rows: list[tuple[str, int, str, str]] = []

    def add(what: str, n: int, detail: str = "", command: str = "") -> None:
        if n:
            rows.append((what, n, detail, command))

    add(_("late"), report.late, _("ship_by has passed"), "oms orders --late")
    add(_("unwritten files"), report.unwritten_files, _("a command was interrupted"), "oms doctor --repair")
    add(_("shortfall"), report.shortfall, _("units sold beyond what was there"), "oms stock --short")
    for word in ("unpaid", "held", "ready", "waiting", "routed", "picking", "part_shipped"):
        detail = {"held": _listed(report.holds, but="unpaid"), "waiting": _listed(report.waiting)}.get(word, "")
        add(word, counted.get(word, 0), detail, _NEXT[word])
        if word == "waiting":
            add(_("expected"), sum(report.expected.values()), _days(report.expected), _NEXT[word])
    add(_("unmapped"), report.unmapped, _("listings without a sku"), "oms map suggest")
    add(_("low stock"), report.low_stock, _("skus with nothing left to offer"), "oms stock --low")
    add(_("shipped elsewhere"), report.shipped_elsewhere, _("by the channel, in the last day"), "")
    for channel in dict.fromkeys(each["channel"] for each in report.unmapped_services):
        words = [each["service"] for each in report.unmapped_services if each["channel"] == channel]
        add(_("services"), len(words), _("{channel}: {words}: in no rate card", channel=channel, words=", ".join(words)),
            f"oms config set channels.{channel}.services")  # fmt: skip
    for word in _QUIET:
        add(word, counted.get(word, 0))
    return rows


def _days(orders: dict[str, int]) -> str:
    """The first days on which all that an order waits for is expected, and how many orders."""
    shown = ", ".join(_("{n} on {day}", n=n, day=day) for day, n in list(orders.items())[:DAYS])
    return shown + (_(" and later") if len(orders) > DAYS else "")


def _listed(counts: dict[str, int], but: str = "") -> str:
    return ", ".join(f"{n} {word}" for word, n in counts.items() if word != but)


def orders(
    status: Annotated[str | None, typer.Option(help=_("Only these: ready, held, … or open (something left to do)."))] = None,
    channel: Annotated[str | None, typer.Option(help=_("Only this channel's."))] = None,
    hold: Annotated[str | None, typer.Option(help=_("Only those held for this reason: unmapped_sku, address, …"))] = None,
    late: Annotated[bool, typer.Option("--late", help=_("Only open ones whose ship_by has passed, latest first."))] = False,
    limit: Annotated[int | None, typer.Option(min=1, help=_("At most so many (a terminal shows 50)."))] = None,
    workspace: Workspace = None,
    as_json: Json = False,
) -> None:
    """
    List orders, newest first, without anything personal.

    Example: oms orders --status held
    """
    from oms.flow.look import orders as run

    most = limit or (SCREENFUL if console.on_terminal() and not as_json else None)
    view = look_at(workspace)
    report = run(view, status=status, channel=channel, hold=hold, late=late, limit=most)
    console.finish(report, as_json, lambda: _show_orders(report.orders, report.more, view.timezone))


def _show_orders(found: list[dict[str, Any]], more: bool, timezone: str) -> None:
    console.table(
        [_("channel"), _("order"), _("status"), _("placed"), _("ship by"), _("units"), _("total"), _("holds")],
        (
            (
                o["channel"], o["order_ref"], o["status"], clock(o["placed_at"], timezone),
                clock(o["ship_by"], timezone),
                sum(line["quantity"] - line["cancelled"] for line in o["lines"]), _amount(o["total"], o["currency"]),
                "; ".join(_held(each) for each in o["holds"]),
            )
            for o in found
        ),
        right=[_("units"), _("total")],
    )  # fmt: skip
    if not found:
        console.say(_("no such orders"))
    if more:
        console.say(_("and more; see them with --limit N, or narrow with --status, --channel, --hold"))


def _held(hold: dict[str, str]) -> str:
    return f"{hold['reason']}: {hold['detail']}" if hold["detail"] else hold["reason"]


def _amount(amount: str | None, currency: str | None) -> str:
    return "" if amount is None else f"{amount} {currency or ''}".strip()


def show(
    ref: Annotated[str, typer.Argument(help=_("An order_ref, the channel's own id, or channel/REF."))],
    workspace: Workspace = None,
    as_json: Json = False,
) -> None:
    """
    Show one order's whole story: buyer, lines, parcels and what happened when.

    Example: oms show '#1001'
    """
    from oms.flow.look import show as run

    view = look_at(workspace)
    report = run(view, ref)
    console.finish(report, as_json, lambda: _show_order(report.order, view.timezone))


def _show_order(order: dict[str, Any], timezone: str) -> None:
    facts = {
        _("order"): f"{order['channel']}/{order['order_ref']}", _("status"): order["status"],
        _("holds"): "; ".join(_held(each) for each in order["holds"]), _("placed"): clock(order["placed_at"], timezone),
        _("ship by"): clock(order["ship_by"], timezone), _("service"): order["service"],
        _("payment"): order["payment"], _("total"): _amount(order["total"], order["currency"]),
        _("ship to"): ", ".join(str(part) for part in order["contact"].values() if part), _("note"): order["note"],
    }  # fmt: skip
    console.table([_("what"), _("is")], ((name, value) for name, value in facts.items() if value))
    _lines(order["lines"])
    if order["waiting"]:
        console.line("")
        console.table(
            [_("line"), _("sku"), _("short"), _("waits because"), _("expected on")],
            ((each["line_ref"], each["sku"], each["short"], each["reason"], each["expected_on"]) for each in order["waiting"]),
        )
    if order["parcels"]:
        console.line("")
        console.table(
            [_("parcel"), _("tracking"), _("from"), _("left"), _("contents")],
            ((p["carrier"], p["tracking"], p["location"], clock(p["shipped_at"], timezone),
              ", ".join(f"{line['quantity']} {line['sku']}" for line in p["lines"])) for p in order["parcels"]),
        )  # fmt: skip
    if order["returns"]:
        console.line("")
        console.table(
            [_("return"), _("sku"), _("units"), _("state"), _("at"), _("asked for"), _("came back"), _("refunded"),
             _("reason")],
            ((r["return_ref"], r["sku"], r["quantity"], r["state"], r["location"], clock(r["requested_at"], timezone),
              clock(r["received_at"], timezone), _amount(r["refunded"], r["currency"]), r["reason"])
             for r in order["returns"]),
        )  # fmt: skip
    if order["documents"]:
        console.line("")
        console.table([_("document"), _("path")], ((d["kind"], d["path"]) for d in order["documents"]))
    console.line("")
    show_events(order["events"], timezone)


def _lines(lines: list[dict[str, Any]]) -> None:
    console.line("")
    console.table(
        [_("line"), _("sku"), _("title"), _("ordered"), _("so far"), _("from")],
        (
            (
                line["line_ref"], line["sku"] or _("unmapped: {listing}", listing=line["listing_sku"] or ""),
                line["title"], line["quantity"],
                ", ".join(f"{line[name]} {name}" for name in _SO_FAR if line[name]),
                ", ".join(f"{a['quantity']} {a['sku']} {a['location']} {a['state']}" for a in line["allocations"]),
            )
            for line in lines
        ),
        right=[_("ordered")],
    )  # fmt: skip


_SO_FAR = ("cancelled", "reserved", "shipped", "returned")


def show_events(events: list[dict[str, Any]], timezone: str) -> None:
    """Print elements of `events[]`."""
    console.table(
        [_("at"), _("batch"), _("what happened"), _("sku"), _("location"), _("detail")],
        (
            (clock(e["at"], timezone), f"{e['batch']} {e['command']}", e["kind"], e["sku"], e["location"],
             told(e["detail"])) for e in events
        ),
    )  # fmt: skip


def told(detail: dict[str, Any]) -> str:
    """A detail of the journal in one line: `units 2, at 2026-11-25T08:00:00Z`."""
    return ", ".join(f"{key} {_plain(value)}" for key, value in detail.items() if value not in (None, "", [], {}))


def _plain(value: object) -> str:
    if isinstance(value, list):
        return " + ".join(map(_plain, value))
    if isinstance(value, dict):
        return " + ".join(f"{key} {_plain(each)}" for key, each in value.items())
    return str(value)
