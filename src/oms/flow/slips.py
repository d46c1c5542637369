"""Packing slips: one printable HTML file a location, one page an order, the order_ref as a barcode."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import Any

import polars as pl
from barcode.codex import Code128
from barcode.errors import BarcodeError
from jinja2 import Environment, Template
from markupsafe import Markup

from oms.config import Config, Location
from oms.core.pick import local_time
from oms.words import _


@dataclass(frozen=True)
class SlipLine:
    """A row of a slip: so many of this sku."""

    sku: str
    title: str
    quantity: int
    remark: str


@dataclass(frozen=True)
class Slip:
    """A page: one order's share at the location."""

    order_ref: str
    facts: str
    address: str
    symbol: Markup
    lines: tuple[SlipLine, ...]
    remarks: str


def slips_html(picks: pl.DataFrame, contacts: pl.DataFrame, config: Config, location: Location) -> bytes:
    """
    The slips of one location: `picks` (store.picking.PICKS, in the order of the pages), `contacts` (CONTACTS).

    Everything a seller's data says passes escaping; the file needs nothing from outside.
    """
    text = _template().render(
        language="zh-CN" if config.business.language == "zh" else "en",
        title=_("Packing slips {location}", location=location.code),
        business=config.business.name,
        words={"quantity": _("quantity"), "sku": _("sku"), "title": _("title")},
        slips=_slips(picks.with_columns(local_time("placed_at", config.zone_of(location), "%Y-%m-%d")), contacts),
    )
    return text.encode()


@cache
def _template() -> Template:
    environment = Environment(autoescape=True)
    return environment.from_string(files("oms.data").joinpath("slip.html.j2").read_text("utf-8"))


def _slips(picks: pl.DataFrame, contacts: pl.DataFrame) -> Iterator[Slip]:
    people = {row["order_id"]: row for row in contacts.iter_rows(named=True)}
    for order_id, group in groupby(picks.iter_rows(named=True), key=lambda row: row["order_id"]):
        rows = list(group)
        first = rows[0]
        facts = [first["channel"], first["placed_at"], first["service"]]
        if first["delivery"] == "pickup":
            facts.append(_("customer collects"))
        # The slip travels with the parcel: tags are for the bench alone and stay on the pick list.
        remarks = [_("GIFT") if first["gift"] else None, first["note"]]
        yield Slip(
            first["order_ref"], " · ".join(fact for fact in facts if fact), _address(people.get(order_id)),
            symbol(first["order_ref"]), tuple(_lines(rows)), "\n".join(each for each in remarks if each),
        )  # fmt: skip


def _lines(rows: list[dict[str, Any]]) -> Iterator[SlipLine]:
    for _key, group in groupby(rows, key=lambda row: (row["line_id"], row["sku"])):
        each = list(group)
        first = each[0]
        remark = [first["variant"], first["line_note"]]
        if first["line_sku"] != first["sku"]:
            remark.insert(0, _("kit {sku}", sku=first["line_sku"]))
        yield SlipLine(
            first["sku"], first["title"] or "", sum(row["quantity"] for row in each),
            " · ".join(text for text in remark if text),
        )  # fmt: skip


def _address(person: dict[str, Any] | None) -> str:
    if person is None:
        return ""
    town = " ".join(person[name] for name in ("postcode", "city", "region") if person[name])
    wanted = [person[name] for name in ("name", "company", "address1", "address2")] + [town, person["country"]]
    return "\n".join(part for part in wanted if part)


def symbol(order_ref: str) -> Markup:
    """`order_ref` as an inline SVG: Code 128, or a QR code where it has characters that Code 128 lacks."""
    try:
        modules = Code128(order_ref).build()[0]
    except BarcodeError:
        return _qr(order_ref)
    bars, x = [], 0
    for dark, run in groupby(modules):
        width = len(list(run))
        if dark == "1":
            bars.append(f"M{x} 0h{width}v40h-{width}z")
        x += width
    # 10 modules of white on each side, as the standard wants.
    return Markup('<svg viewBox="-10 0 {} 40" preserveAspectRatio="none" style="width:{}mm"><path d="{}"/></svg>').format(
        x + 20, round((x + 20) * 0.33, 1), "".join(bars)
    )


def _qr(order_ref: str) -> Markup:
    import segno

    return Markup(segno.make(order_ref, micro=False).svg_inline(scale=2))
