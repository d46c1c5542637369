"""
Our own files of products, kits, listings, incoming goods and rates: one row a thing, nothing guessed.

A barcode whose check digit is wrong is complained about and never mended; identifiers are text.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from oms.channels.base import Reading, table_reading
from oms.channels.countries import alpha2_all
from oms.channels.own_kind import (
    REPEATED,
    File,
    OwnReader,
    blanks,
    currencies_of,
    place_called,
    place_codes,
    repeats,
    ticked,
)  # fmt: skip
from oms.channels.own_words import FOREIGN, REASON, has, has_any, named, spelled
from oms.model import frames
from oms.model.frames import Schema
from oms.model.gtin import LENGTHS
from oms.sheets.columns import Amount, Column, CurrencyCode, Flag, Text, Whole, complain, typed
from oms.sheets.values import moment
from oms.words import _


class Day(Column):
    """A calendar day as `2026-11-22`; of a time, the day that stands there."""

    def __init__(self, heading: str, *aliases: str) -> None:
        super().__init__(heading, *aliases)
        self.what = _("not a day")
        self.hint = _("write it as `2026-11-22`")

    def passes(self, cell: pl.Expr, env: object) -> list[pl.Expr]:
        return [cell.str.to_date("%Y-%m-%d", strict=False).dt.to_string("%Y-%m-%d")]

    def odd(self, cell: str, env: object) -> object:
        found = moment(re.sub(r"\s*(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})$", "", cell) if ":" in cell else cell, "UTC")
        return found[:10] if found else None


def _table(
    file: File, kind: str, schema: Schema, table: pl.DataFrame, complaints: list[pl.DataFrame], key: Sequence[str],
) -> Reading:  # fmt: skip
    """Put a kind together: rows that contradict each other by `key` are complaints, repeated ones are ignored."""
    keyed = table.select("row", *(name for name in schema if name != "row" and name in table.columns))
    again, contrary = repeats(keyed, key, file.heading(key[0]), complaints)
    return table_reading(
        format=f"oms-{kind}", kind=kind, schema=schema, sheet=file.sheet, table=table,
        complaints=[*complaints, contrary], ignored={**file.ignored, REPEATED: again}, notes=file.notes,
    )  # fmt: skip


def _products(file: File) -> Reading:
    currencies, wrong = currencies_of(file)
    cells = typed(file.frame, file.bound, timezone="UTC", currency=file.context.currency, currencies=currencies)
    table = cells.frame.with_columns(
        alpha2_all(cells.frame["origin"]).alias("origin"),
        currency=pl.when(pl.col("cost").is_not_null()).then(pl.col("currency").fill_null(file.context.currency)),
    )
    complaints = [wrong, cells.rejected, *blanks(file, table, "sku"), *_barcodes(file, table)]
    places = [heading for heading in file.sheet.peek.headings
              if place_called(file.context.config, heading, file.context) is not None]  # fmt: skip
    if places:
        note = _("{columns} are locations: counts among products are not read, import them as a file of their own",
                 columns=ticked(places))  # fmt: skip
        file = replace(file, notes=(*file.notes, note))
    return _table(file, "products", frames.PRODUCTS, table, complaints, ["sku"])


_LONG = r"^\d{8,14}$"


def right_gtin(barcode: pl.Expr) -> pl.Expr:
    """Whether text of 8 to 14 digits, with zeros before it, ends in its right check digit; other text is nobody's to check."""
    full = barcode.str.zfill(14)
    weighed = [full.str.slice(at, 1).cast(pl.Int64, strict=False) * (1 if at % 2 else 3) for at in range(14)]
    return ~barcode.str.contains(_LONG) | (pl.sum_horizontal(weighed) % 10 == 0)


def _barcodes(file: File, table: pl.DataFrame) -> list[pl.DataFrame]:
    """
    Complaints about GTINs (8, 12, 13, 14 digits) whose check digit is wrong, and about those that lost their zeros.

    Other barcodes are the seller's own and pass.
    """
    long = table.filter(pl.col("barcode").str.contains(_LONG))
    whole, fits = pl.col("barcode").str.len_bytes().is_in(LENGTHS), right_gtin(pl.col("barcode"))
    barcode, heading = pl.col("barcode"), file.heading("barcode")
    stripped = complain(
        long, ~whole & fits, heading, _("has lost its leading zeros"),
        _("a spreadsheet took it for a number: with zeros to 12, 13 or 14 digits its check digit is right"), barcode,
    )  # fmt: skip
    wrong = complain(long, whole & ~fits, heading, _("its check digit is wrong"),
                     _("scan it again; a barcode of your own has another length or a letter in it"), barcode)  # fmt: skip
    return [stripped, wrong]


def _kits(file: File) -> Reading:
    cells = typed(file.frame, file.bound, timezone="UTC", currency="USD")
    table = cells.frame
    complaints = [cells.rejected, *blanks(file, table, "kit_sku", "sku", "quantity")]
    nested = pl.col("sku").is_in(table["kit_sku"].drop_nulls().unique().implode())
    hint = _("list the single skus it is made of")
    complaints.append(complain(table, nested, file.heading("sku"), _("is a kit itself"), hint, pl.col("sku")))
    _again, contrary = repeats(table, ["kit_sku", "sku"], file.heading("kit_sku"), complaints)
    bad = pl.concat([contrary["row"], *(each["row"] for each in complaints)])
    broken = table.filter(pl.col("row").is_in(bad.implode()))["kit_sku"].drop_nulls().unique()
    # The rows of a kit are the whole kit: half of them would take the other components out of it.
    rest = pl.col("kit_sku").is_in(broken.implode()) & ~pl.col("row").is_in(bad.implode())
    complaints += [contrary, complain(table, rest, file.heading("kit_sku"), _("another row of the same kit is rejected"),
                                      value=pl.col("kit_sku"))]  # fmt: skip
    return _table(file, "kits", frames.KITS, table, complaints, ["kit_sku", "sku"])


def _listings(file: File) -> Reading:
    cells = typed(file.frame, file.bound, timezone="UTC", currency="USD")
    table = cells.frame.with_columns(pl.col("quantity").fill_null(1))
    names = [channel.name for channel in file.context.config.channels]
    unknown = pl.col("channel").is_not_null() & ~pl.col("channel").is_in(names)
    complaints = [cells.rejected, *blanks(file, table, "listing_sku", "sku")]
    complaints.append(complain(table, unknown, file.heading("channel"), _("no channel of this name in oms.toml"),
                               _("channels: {names}", names=", ".join(names)), pl.col("channel")))  # fmt: skip
    return _table(file, "listings", frames.LISTINGS, table, complaints, ["listing_sku", "channel"])


def _incoming(file: File) -> Reading:
    cells = typed(file.frame, file.bound, timezone="UTC", currency="USD")
    table, unknown = place_codes(file, cells.frame)
    complaints = [cells.rejected, unknown, *blanks(file, table, "sku", "quantity", "expected_on")]
    return _table(file, "incoming", frames.INCOMING, table, complaints, ["sku", "location", "expected_on", "reference"])


def _rates(file: File) -> Reading:
    currencies, wrong = currencies_of(file)
    cells = typed(file.frame, file.bound, timezone="UTC", currency=file.context.currency, currencies=currencies)
    table, unknown = place_codes(file, cells.frame, star=True)
    table = table.with_columns(
        alpha2_all(table["country"]).alias("country"),
        pl.col("postcode_prefix").fill_null(""),
        pl.col("weight_from_g", "per_kg").fill_null(0),
        pl.col("currency").fill_null(file.context.currency),
    )
    complaints = [wrong, cells.rejected, unknown, *blanks(file, table, "carrier", "weight_to_g", "price")]
    complaints += [
        complain(table, pl.col(field).is_null(), file.heading(field), _("is blank"), _("`*` stands for all"))
        for field in ("location", "service", "country")
    ]
    country = pl.col("country")
    strange = country.is_not_null() & (country != "*") & ~country.str.contains("^[A-Z]{2}$")
    complaints.append(complain(table, strange, file.heading("country"), _("no country of this name"),
                               _("write a code like `US`, or `*` for all"), country))  # fmt: skip
    order = pl.col("weight_to_g") <= pl.col("weight_from_g")
    complaints.append(complain(table, order, file.heading("weight_to_g"), _("is not above weight_from_g"),
                               value=pl.col("weight_to_g")))  # fmt: skip
    days = pl.col("days_max") < pl.col("days_min")
    complaints.append(complain(table, days, file.heading("days_max"), _("is below days_min"), value=pl.col("days_max")))
    key = ["carrier", "location", "service", "country", "postcode_prefix", "weight_from_g"]
    return _table(file, "rates", frames.RATES, table, complaints, key)


_STRONG = ("weight_g", "length_mm", "width_mm", "height_mm", "hs_code", "cost", "origin", "active")
_WEAK = ("title", "barcode", "currency")
_NOT_PRODUCTS = ("quantity", "on_hand", "order_ref", "listing_sku", "kit_sku", "carrier", "expected_on", "tracking",
                 "location", "counted_at")  # fmt: skip
#: Headings that speak of a sale, a parcel or a payment: such a file names skus and is no list of products.
_OF_A_SALE = re.compile(
    r"(?:^|_)order_(?:item_)?(?:id|number|no|date|status)$|^(?:buyer|recipient|customer|shipment|settlement|return)_"
    r"|^(?:quantity|units|qty)_(?:shipped|purchased|ordered|sold|returned)"
)


def _is_products(h: frozenset[str]) -> bool:
    """By what only a product has; by its title only where no other column could be a location with counts."""
    strong = any(has(h, field) for field in _STRONG) or not h - spelled("sku", *_WEAK) - {REASON}
    return strong and _are_things(h)


def _are_things(h: frozenset[str]) -> bool:
    things = has_any(h, "sku") and any(has(h, field) for field in (*_STRONG, *_WEAK))
    return things and not has_any(h, *_NOT_PRODUCTS) and not h & FOREIGN and not any(map(_OF_A_SALE.search, h))


_IDENTIFIER = {"identifier": True}

PRODUCTS = OwnReader(
    "products",
    {
        "sku": named(Text, "sku", **_IDENTIFIER), "title": named(Text, "title"),
        "barcode": named(Text, "barcode", **_IDENTIFIER), "weight_g": named(Whole, "weight_g"),
        "length_mm": named(Whole, "length_mm"), "width_mm": named(Whole, "width_mm"),
        "height_mm": named(Whole, "height_mm"), "cost": named(Amount, "cost", least=0),
        "currency": named(CurrencyCode, "currency"), "hs_code": named(Text, "hs_code", guarded=True),
        "origin": named(Text, "origin"), "active": named(Flag, "active"),
    },
    _is_products, (("sku",),), _products,
)  # fmt: skip

#: The same by its title alone, asked when nobody else knows the file.
LOOSE_PRODUCTS = OwnReader("products", PRODUCTS.legend, _are_things, PRODUCTS.needs, _products)

KITS = OwnReader(
    "kits",
    {
        "kit_sku": named(Text, "kit_sku", **_IDENTIFIER), "sku": named(Text, "sku", **_IDENTIFIER),
        "quantity": named(Whole, "quantity", least=1),
    },
    lambda h: has(h, "kit_sku") and has_any(h, "sku"), (("kit_sku",), ("sku",), ("quantity",)), _kits,
)  # fmt: skip

LISTINGS = OwnReader(
    "listings",
    {
        "channel": named(Text, "channel"), "listing_sku": named(Text, "listing_sku", **_IDENTIFIER),
        "sku": named(Text, "sku", **_IDENTIFIER), "quantity": named(Whole, "quantity", least=1),
        "title": named(Text, "title"),
    },
    lambda h: has(h, "listing_sku") and has_any(h, "sku") and not has_any(h, "order_ref", "on_hand", "kit_sku"),
    (("listing_sku",), ("sku",)), _listings,
)  # fmt: skip

INCOMING = OwnReader(
    "incoming",
    {
        "sku": named(Text, "sku", **_IDENTIFIER), "quantity": named(Whole, "quantity", least=1),
        "expected_on": named(Day, "expected_on"), "location": named(Text, "location"),
        "reference": named(Text, "reference", guarded=True),
    },
    lambda h: has(h, "expected_on") and has_any(h, "sku") and not has_any(h, "order_ref"),
    (("sku",), ("quantity",), ("expected_on",)), _incoming,
)  # fmt: skip

RATES = OwnReader(
    "rates",
    {
        "location": named(Text, "location"), "carrier": named(Text, "carrier"), "service": named(Text, "service"),
        "country": named(Text, "country"), "postcode_prefix": named(Text, "postcode_prefix", guarded=True),
        "weight_from_g": named(Whole, "weight_from_g"), "weight_to_g": named(Whole, "weight_to_g", least=1),
        "price": named(Amount, "price", least=0), "per_kg": named(Amount, "per_kg", least=0),
        "currency": named(CurrencyCode, "currency"), "days_min": named(Whole, "days_min"),
        "days_max": named(Whole, "days_max"),
    },
    lambda h: has(h, "carrier", "price") and not has_any(h, "order_ref", "tracking", "sku"),
    (("location",), ("carrier",), ("service",), ("country",), ("weight_to_g",), ("price",)), _rates,
)  # fmt: skip
