"""
Empty files of our own kinds: the headings, and under them a comment row that explains each column.

The comment row may stay when the file is filled in: a row whose first cell begins with `# ` is ignored when it is read.
"""

import polars as pl

from oms.errors import UsageError
from oms.sheets.write import csv_bytes, xlsx_bytes
from oms.words import _

FORMATS = ("csv", "tsv", "xlsx")


def _explained() -> dict[str, dict[str, str]]:
    """Kind -> heading -> what stands under it. Texts are looked up when asked for, in the language then spoken."""
    sku = _("required: your own sku, as text")
    location = _("code or name of the location (blank = the one given with --location)")
    moment = _("2026-11-22 14:00 or with an offset 2026-11-22T14:00:00-05:00")
    return {
        "products": {
            "sku": sku,
            "title": _("name"),
            "barcode": _("EAN, UPC or your own, as text"),
            "weight_g": _("grams, packed"),
            "length_mm": _("millimetres, packed"),
            "width_mm": _("millimetres, packed"),
            "height_mm": _("millimetres, packed"),
            "cost": _("of one unit, like 4.20"),
            "currency": _("of the cost, like USD (blank = your own)"),
            "hs_code": _("customs tariff number"),
            "origin": _("country of origin, like CN"),
            "active": _("yes or no (blank = yes)"),
        },
        "kits": {
            "kit_sku": _("required: sku of the kit"),
            "sku": _("required: sku of a component, one row each"),
            "quantity": _("required: how many of it are in one kit"),
        },
        "listings": {
            "channel": _("required: name of the channel in oms.toml"),
            "listing_sku": _("required: sku or catalogue id as the channel spells it"),
            "sku": sku,
            "quantity": _("units of the sku in one listing (blank = 1)"),
            "title": _("name on the channel"),
        },
        "stock": {
            "sku": sku,
            "on_hand": _("required: units counted, a whole number of 0 or more"),
            "location": location,
            "counted_at": _("when it was counted, like {moment} (blank = the file's time)", moment=moment),
        },
        "incoming": {
            "sku": sku,
            "quantity": _("required: units on their way"),
            "expected_on": _("required: day of arrival, like 2026-11-22"),
            "location": location,
            "reference": _("purchase order or container"),
        },
        "rates": {
            "location": _("required: code of the location, * = all"),
            "carrier": _("required: UPS, USPS, DHL …"),
            "service": _("required: Standard, Express …, * = any"),
            "country": _("required: destination like US, * = all"),
            "postcode_prefix": _("first characters of the postcode (blank = all)"),
            "weight_from_g": _("above this many grams (blank = 0)"),
            "weight_to_g": _("required: up to this many grams"),
            "price": _("required: of a parcel, like 7.90"),
            "per_kg": _("for each kilogram above weight_from_g (blank = 0)"),
            "currency": _("like USD (blank = your own)"),
            "days_min": _("days on the way, at least"),
            "days_max": _("days on the way, at most"),
        },
        "orders": {
            "order_ref": _("required: order number, the same on each of its lines"),
            "line_ref": _("number of the line, where there is one"),
            "placed_at": _("required: like {moment}", moment=moment),
            "sku": _("sku or listing_sku is required, as text"),
            "listing_sku": _("sku as the channel spells it"),
            "title": _("name of the article"),
            "variant": _("colour, size"),
            "quantity": _("required: units ordered"),
            "unit_price": _("of one unit, like 24.00"),
            "currency": _("like USD (blank = the channel's)"),
            "payment_status": _("paid, unpaid or cod (cash on delivery)"),
            "paid_at": _("when it was paid"),
            "status": _("open, on hold, shipped, delivered or cancelled (blank = open)"),
            "name": _("recipient"),
            "company": _("recipient's company"),
            "phone": _("as text"),
            "email": _("recipient's e-mail"),
            "address1": _("street and number"),
            "address2": _("flat, floor"),
            "city": _("city"),
            "region": _("state or province"),
            "postcode": _("as text"),
            "country": _("required: like US or United States"),
            "service": _("shipping service as the rate card spells it"),
            "ship_by": _("to leave by then"),
            "delivery": _("ship or pickup (blank = ship)"),
            "pickup_location": _("where the customer collects it"),
            "note": _("note"),
        },
        "tracking": {
            "order_ref": _("required: order number, or channel/number"),
            "tracking": _("required: tracking number, as text"),
            "carrier": _("required: UPS, USPS, DHL …"),
            "sku": _("blank = all that was picked there for the order"),
            "quantity": _("units of the sku in the parcel"),
            "shipped_at": _("like {moment} (blank = now)", moment=moment),
            "location": _("where it left from"),
            "channel": _("only where two channels share an order number"),
            "cost": _("freight paid, in your own currency"),
        },
    }


def kinds() -> tuple[str, ...]:
    """The kinds that have a template."""
    return tuple(_explained())


def template_bytes(kind: str, fmt: str = "csv") -> bytes:
    """
    An empty file of `kind` as "csv" (with a byte order mark, for spreadsheets), "tsv" or "xlsx".

    Raises UsageError for a kind or format that does not exist.
    """
    explained = _explained()
    if kind not in explained:
        raise UsageError(_("no kind `{kind}` of file", kind=kind), _("kinds: {kinds}", kinds=", ".join(explained)))
    if fmt not in FORMATS:
        raise UsageError(_("no format `{format}`", format=fmt), _("formats: {formats}", formats=", ".join(FORMATS)))
    columns = explained[kind]
    first = next(iter(columns))
    texts = {name: f"# {text}" if name == first else text for name, text in columns.items()}
    frame = pl.DataFrame({name: [text] for name, text in texts.items()})
    if fmt == "xlsx":
        return xlsx_bytes({kind: frame}, widths={name: max(14, len(name) + 4) for name in columns})
    return csv_bytes(frame, delimiter="," if fmt == "csv" else "\t", bom=True)
