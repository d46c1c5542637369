"""`oms format`: formats of the seller's own, drafted from a sample, checked, listed."""

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from oms.channels import READERS, custom, look
from oms.channels.base import Context, Reading, read_file
from oms.channels.drafting import draft
from oms.config import CHANNEL_KINDS
from oms.errors import ConfigError, Refused, UnknownHeadings, UsageError
from oms.flow.shop import Shop
from oms.model.money import decimal_text
from oms.sheets import guard
from oms.sheets.columns import normals
from oms.sheets.read import load, peek
from oms.words import _, nearest
from oms.workspace import write_private

#: Orders, counts or parcels that a check shows.
SHOWN = 5


@dataclass(frozen=True)
class NewReport:
    """The format that was drafted, and what in it somebody has to look at."""

    name: str
    path: str
    kind: str
    text: str
    columns: dict[str, str]
    unsure: list[str]
    known_to: list[str]  # built-in formats that read such a file already
    draft: bool  # something needed is missing: it is not used until it is there
    exit_code: int = 0

    def json(self) -> dict[str, Any]:
        """Keys: name, path, kind, columns{field: heading}, unsure[], known_to[], draft, text."""
        return {name: value for name, value in vars(self).items() if name != "exit_code"}


def new(shop: Shop, sample: Path, name: str | None = None, *, dry_run: bool = False) -> NewReport:
    """Draft formats/NAME.toml from `sample`. Refused where it exists; UsageError for a name that cannot be one."""
    called = name or re.sub(r"[^\w]+", "-", sample.stem.lower()).strip("-")
    if not re.fullmatch(r"[\w][\w.\-]*", called):
        raise UsageError(_("`{name}`: not a name for a format", name=called), _("name it with --name, as in --name otto"))
    if called in CHANNEL_KINDS:
        raise UsageError(_("`{name}` is a kind of channel that is built in", name=called), _("name it with --name"))
    path = shop.root / "formats" / f"{called}.toml"
    if path.exists():
        raise Refused(_("{file} exists already", file=f"formats/{called}.toml"), _("name another with --name"))
    guard.check(sample, shop.config.limits)
    seen = peek(sample, shop.config.limits)
    known = [reader.format for reader in READERS if reader.recognises(normals(seen.headings))]
    drafted = draft(load(seen, shop.config.limits), shop.config.business.timezone)
    if not dry_run:
        write_private(path, drafted.text.encode())
    return NewReport(
        called, f"formats/{called}.toml", drafted.kind, drafted.text, drafted.columns, drafted.unsure, known, drafted.draft
    )


@dataclass(frozen=True)
class CheckReport:
    """A format that is in order, and how it understands a sample."""

    name: str
    kind: str
    file: str | None = None
    rows: int = 0
    rejected: int = 0
    ignored: dict[str, int] = field(default_factory=dict)
    problems: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    found: list[dict[str, Any]] = field(default_factory=list)  # orders, or rows of a count or of tracking

    @property
    def exit_code(self) -> int:
        """3 when rows of the sample would be rejected."""
        return 3 if self.rejected else 0

    def json(self) -> dict[str, Any]:
        """Keys: name, kind, file, rows, rejected, ignored{}, problems[], notes[], found[]."""
        return dict(vars(self))


def check(shop: Shop, name: str, sample: Path | None = None) -> CheckReport:
    """
    Check formats/NAME.toml, and read `sample` by it without writing anything.

    Raises ConfigError for what is wrong with the format, UnknownHeadings where the sample is not of it.
    """
    form = _called(shop, name)
    said = [_("`draft = true` stands in it: nothing is read by it until you take that out")] if form.form.draft else []
    if sample is None:
        return CheckReport(name, form.reader.kind, notes=said)
    guard.check(sample, shop.config.limits)
    try:
        seen, reader = look(sample, shop.config.limits, [form], name)
    except UnknownHeadings as error:
        headings = normals(peek(sample, shop.config.limits).headings)
        absent = [heading for heading in form.form.recognise if not normals([heading]) <= headings]
        if not absent:
            raise
        raise UnknownHeadings(
            _("{file}: not of {name}: lacks {headings}", file=sample.name, name=f"formats/{name}.toml",
              headings=", ".join(f"`{each}`" for each in absent)), error.hint,
        ) from error  # fmt: skip
    channel = next((each for each in shop.config.channels if each.kind == name), None)
    context = Context(channel, shop.config.zone_of(channel), shop.config.currency_of(channel), shop.config, None, shop.now)
    reading = read_file(reader, seen, shop.config.limits, context)
    others = [each.format for each in READERS if each.recognises(normals(seen.headings))]
    notes = [*said, *reading.notes]
    if others:
        notes.append(_("{formats} reads such a file as well: import it with --as {name}", formats=", ".join(others), name=name))
    return CheckReport(
        name, reading.kind, sample.name, reading.rows, reading.rows_rejected, dict(reading.ignored),
        reading.rejected.head(20).to_dicts(), notes, _orders(reading) if reading.kind == "orders" else _rows(reading),
    )  # fmt: skip


def _called(shop: Shop, name: str) -> custom.Format:
    path = shop.root / "formats" / f"{name}.toml"
    if not path.is_file():
        known = sorted(each.stem for each in (shop.root / "formats").glob("*.toml"))
        raise ConfigError(
            _("no file formats/{name}.toml{near}", name=name, near=nearest(name, known)),
            _("formats: {names}", names=", ".join(known)) if known else _("draft one with: oms format new FILE"),
        )
    form = custom.load_one(path)
    if form is None:
        raise ConfigError(_("formats/{name}.toml says how to write a file, not how to read one", name=name))
    return form


def _orders(reading: Reading) -> list[dict[str, Any]]:
    """The first orders, without the buyer's data."""
    found = []
    for order in reading.orders.head(SHOWN).to_dicts():
        lines = reading.lines.filter(reading.lines["order_no"] == order["order_no"]).to_dicts()
        currency = order["currency"]
        found.append({
            "row": order["row"], "order_ref": order["order_ref"], "placed_at": order["placed_at"],
            "payment": order["payment"],
            "state": next((word for word in ("cancelled", "delivered", "on_hold") if order[word]), None)
            or ("shipped" if all(each["shipped"] for each in lines) else "open"),
            "ship_by": order["ship_by"], "currency": currency, "total": _money(order["total"], currency),
            "country": order["country"],
            "address": all(order[part] for part in ("name", "address1", "city", "country")),
            "lines": [
                {
                    "line_ref": each["line_ref"], "listing_sku": each["listing_sku"], "title": each["title"],
                    "quantity": each["quantity"], "cancelled": each["cancelled"], "shipped": each["shipped"],
                    "unit_price": _money(each["unit_price"], currency),
                }
                for each in lines
            ],
        })  # fmt: skip
    return found


def _money(amount: int | None, currency: str) -> str | None:
    return None if amount is None else decimal_text(amount, currency)


def _rows(reading: Reading) -> list[dict[str, Any]]:
    """The first rows of a count or of tracking."""
    return [{name: value for name, value in row.items() if value is not None} for row in reading.table.head(SHOWN).to_dicts()]


@dataclass(frozen=True)
class ListReport:
    """The formats of a workspace."""

    formats: list[dict[str, Any]]
    exit_code: int = 0

    def json(self) -> dict[str, Any]:
        """Keys: formats[]{name, kind, recognise[], channels[], error}."""
        return {"formats": self.formats}


def listed(shop: Shop) -> ListReport:
    """Every file in formats/, with the channels that use it; what is wrong with one is said beside it."""
    found = []
    for path in sorted((shop.root / "formats").glob("*.toml")):
        used = [c.name for c in shop.config.channels if c.kind == path.stem]
        used += [each.code for each in shop.config.locations if each.format == path.stem]
        entry: dict[str, Any] = {"name": path.stem, "kind": None, "recognise": [], "used_by": used, "error": None}
        try:
            form = custom.load_one(path)
            if form is None:
                entry["kind"] = tomllib.loads(path.read_text("utf-8-sig"))["kind"]
            else:
                entry |= {"kind": form.form.kind, "recognise": list(form.form.recognise)}
                custom.ready(form)
        except ConfigError as error:
            entry["error"] = error.message
        found.append(entry)
    return ListReport(found)
