"""
The template of `oms export`: which columns an ERP or a bookkeeper gets, and how they are written.

A template is a TOML file in `formats/` of the workspace; the one that is called `daily` ships with oms
(data/formats/daily.toml, which explains every key).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import model_validator

from oms.errors import ConfigError
from oms.flow.templates import ours, own
from oms.sheets.layout import Column, Layout, unknown
from oms.words import _, nearest

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


class ExportFormat(Layout):
    """A template, checked. A table without columns is not written."""

    kind: Literal["export"]
    file: Literal["csv", "xlsx"] = "csv"
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
            if (problem := unknown(columns, VALUES[table])) is not None:
                raise ValueError(f"{table}: {problem}")
        return self

    @property
    def tables(self) -> dict[str, tuple[Column, ...]]:
        """The tables that have columns."""
        found = {"orders": self.orders, "moves": self.moves, "receipts": self.receipts}
        return {table: columns for table, columns in found.items() if columns}


def load_format(root: Path, name: str | None) -> ExportFormat:
    """The template `name` (ours where None, unless the workspace has its own `daily`); ConfigError naming file and key."""
    hint = _("keys: {keys}; orders, moves and receipts are lists of columns with heading, and value or text",
             keys=", ".join(ExportFormat.model_fields))  # fmt: skip
    found = own(ExportFormat, root, name or DEFAULT, hint=hint)
    if found is not None:
        return found
    if name in (None, DEFAULT):
        return ours(ExportFormat, DEFAULT)
    known = tuple(sorted(each.stem for each in (root / "formats").glob("*.toml")))
    raise ConfigError(
        _("no file formats/{name}.toml{near}", name=name, near=nearest(str(name), known)),
        _("`oms export` alone writes our own columns; a file in formats/ says others, its {hint}", hint=hint),
    )
