"""
The template of `oms export`: which columns an ERP or a bookkeeper gets, and how they are written.

A template is a TOML file in `formats/` of the workspace; the one that is called `daily` ships with oms
(data/formats/daily.toml, which explains every key).
"""

import codecs
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from oms.config import nearest
from oms.errors import ConfigError
from oms.words import _

KIND = "export"
DEFAULT = "daily"

ORDER_MONEY = ("subtotal", "discount", "shipping", "tax", "total", "refunded")
ORDER_VALUES = (
    "order_ref", "channel", "channel_order_id", "placed_at", "status", "payment", "currency", *ORDER_MONEY,
    "counter_location", "external", "name", "company", "city", "region", "postcode", "country",
)  # fmt: skip
LINE_MONEY = ("unit_price", "line_discount", "line_tax", "line_total")
LINE_VALUES = (
    "line_ref", "sku", "listing_sku", "title", "variant", "barcode", "ordered", "cancelled", "shipped", "returned",
    *LINE_MONEY,
)  # fmt: skip
MOVE_MONEY = ("cost", "value")
MOVE_VALUES = (
    "move", "happened_at", "kind", "sku", "title", "location", "quantity", *MOVE_MONEY, "currency", "order_ref", "channel",
    "note", "batch",
)  # fmt: skip
#: What each table of a template may hold.
VALUES: Mapping[str, tuple[str, ...]] = {
    "orders": ORDER_VALUES + LINE_VALUES, "moves": MOVE_VALUES, "receipts": MOVE_VALUES,
}  # fmt: skip


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
    value: str | None = None
    text: str | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "Column":
        if (self.value is None) == (self.text is None):
            raise ValueError(_("a column has either `value` or `text`"))
        return self


class ExportFormat(BaseModel):
    """A template, checked. A table without columns is not written."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["export"]
    file: Literal["csv", "xlsx"] = "csv"
    delimiter: str = Field(",", min_length=1, max_length=1)
    encoding: Annotated[str, AfterValidator(_encoding)] = "utf-8"
    header: bool = True
    decimal: Literal[".", ","] = "."
    dates: str = "%Y-%m-%d %H:%M"
    continuation: Literal["repeat", "blank"] = "repeat"
    orders: tuple[Column, ...] = ()
    moves: tuple[Column, ...] = ()
    receipts: tuple[Column, ...] = ()

    @model_validator(mode="after")
    def _fits_together(self) -> "ExportFormat":
        if self.file == "xlsx" and not self.header:
            raise ValueError(_('header = false is for file = "csv"'))
        if not self.tables:
            raise ValueError(_("none of orders, moves and receipts has columns"))
        for table, columns in self.tables.items():
            for column in columns:
                if column.value is not None and column.value not in VALUES[table]:
                    raise ValueError(_("{table}: `{value}`: nothing we know{near}", table=table, value=column.value,
                                       near=nearest(column.value, VALUES[table])))  # fmt: skip
        return self

    @property
    def tables(self) -> dict[str, tuple[Column, ...]]:
        """The tables that have columns."""
        found = {"orders": self.orders, "moves": self.moves, "receipts": self.receipts}
        return {table: columns for table, columns in found.items() if columns}


def load_format(root: Path, name: str | None) -> ExportFormat:
    """The template `name` (ours where None, unless the workspace has its own `daily`); ConfigError naming file and key."""
    path = root / "formats" / f"{name or DEFAULT}.toml"
    file = f"formats/{path.name}"
    if not path.is_file() and name in (None, DEFAULT):
        return _parse(files("oms.data").joinpath("formats", f"{DEFAULT}.toml").read_text("utf-8"), f"{DEFAULT}.toml")
    try:
        return _parse(path.read_text("utf-8-sig"), file)
    except FileNotFoundError:
        known = tuple(sorted(each.stem for each in (root / "formats").glob("*.toml")))
        raise ConfigError(
            _("no file {name}{near}", name=file, near=nearest(str(name), known)),
            _(
                "`oms export` alone writes our own columns; a file in formats/ says others, its keys: {keys}",
                keys=", ".join(ExportFormat.model_fields),
            ),
        ) from None
    except UnicodeDecodeError:
        raise ConfigError(_("{file}: not UTF-8 text", file=file), _("save it as UTF-8")) from None


def _parse(text: str, file: str) -> ExportFormat:
    try:
        return ExportFormat.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(_("{file}: not TOML: {error}", file=file, error=error)) from None
    except ValidationError as error:
        problems = [f"{file}: {_problem(dict(problem))}" for problem in error.errors()]
        hint = _("keys: {keys}; orders, moves and receipts are lists of columns with heading, and value or text",
                 keys=", ".join(ExportFormat.model_fields))  # fmt: skip
        raise ConfigError("\n".join(problems), hint) from None


def _problem(problem: Mapping[str, Any]) -> str:
    key = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "missing":
        return _("{key}: is missing", key=key)
    if problem["type"] == "extra_forbidden":
        known = (*ExportFormat.model_fields, *Column.model_fields)
        return _("{key}: no such key{near}", key=key, near=nearest(str(problem["loc"][-1]), known))
    what = str(problem["msg"]).removeprefix("Value error, ")
    return f"{key}: {what[:1].lower()}{what[1:]}" if key else what
