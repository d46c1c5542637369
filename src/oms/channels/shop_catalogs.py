"""
Product exports of web shops, read as our own products: sku, title, barcode, weight, size and cost.

Such a file is a picture of the shop and not of the shelf: what it says of stock and prices is left alone. Many shops
write nonsense under barcodes, so a wrong one is left out and told; it stops no product.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from oms.channels.base import Context, Reader, Reading, spotless, table_reading
from oms.channels.own_catalog import right_gtin
from oms.channels.own_kind import REPEATED, repeats
from oms.model.frames import PRODUCTS
from oms.sheets.cells import MISSING
from oms.sheets.columns import Amount, Column, Legend, Text, bind, complain, typed
from oms.sheets.read import Sheet
from oms.words import _, plural


class Measure(Column):
    """A weight or a length in units of its heading, as a whole number of grams or millimetres, rounded up; 0 is unknown."""

    dtype = pl.Int64

    def __init__(self, heading: str, *aliases: str, unit: float = 1) -> None:
        super().__init__(heading, *aliases)
        self.unit = unit
        self.what = _("not a number of 0 or more")

    def passes(self, cell: pl.Expr, env: object) -> list[pl.Expr]:
        return [pl.lit(None, pl.Int64)]

    def odd(self, cell: str, env: object) -> object:
        if not re.fullmatch(r"\d{1,7}(?:[.,]\d+)?", cell):
            return None
        return math.ceil(round(float(cell.replace(",", ".")) * self.unit, 6)) or MISSING


@dataclass(frozen=True)
class Catalogue:
    """
    A product export. `legend` fields beside those of PRODUCTS are what `made` and `ignoring` look at.

    `made` completes the rows, in the order of the file; `ignoring` is what is no product, by the name that the report of an
    import gives it.
    """

    format: str
    channel_kind: str | None
    legend: Legend
    signs: tuple[frozenset[str], ...]
    made: Callable[[pl.DataFrame], pl.DataFrame]
    ignoring: Mapping[str, pl.Expr]
    kind: str = "products"

    def recognises(self, headings: frozenset[str]) -> bool:
        """By headings that nothing else has side by side."""
        return any(each <= headings for each in self.signs)

    def columns(self, headings: tuple[str, ...]) -> set[str]:
        """The declared ones."""
        return set(bind(self.legend, headings).headings.values())

    def read(self, sheet: Sheet, context: Context) -> Reading:
        """The file as PRODUCTS; of equal rows one, and none of those that contradict each other."""
        bound = bind(self.legend, sheet.peek.headings)
        cells = typed(sheet.frame, bound, timezone=context.timezone, currency=context.currency)
        table = self.made(cells.frame)
        wrong = pl.col("barcode").is_not_null() & ~right_gtin(pl.col("barcode"))
        odd = table.filter(wrong)["sku"].drop_nulls().to_list()
        table = table.with_columns(
            barcode=pl.when(~wrong).then("barcode"),
            currency=pl.when(pl.col("cost").is_not_null()).then(pl.lit(context.currency)),
        )
        sound = spotless(table, cells.rejected)
        ignored = {reason: sound.filter(when.fill_null(False))["row"] for reason, when in self.ignoring.items()}
        out = pl.concat([pl.Series("row", [], pl.Int64), *ignored.values()])
        things = table.filter(~pl.col("row").is_in(out.implode()))
        sku = bound.headings["sku"]
        blank = complain(spotless(things, cells.rejected), pl.col("sku").is_null(), sku, _("is blank"))
        keyed = things.select("row", *(name for name in PRODUCTS if name != "row" and name in things.columns))
        again, contrary = repeats(keyed, ["sku"], sku, [cells.rejected, blank])
        notes = [plural(
            "{count} barcode fails its check digit and is left out: {skus}",
            "{count} barcodes fail their check digit and are left out: {skus}", len(odd),
            skus=", ".join(odd[:5]) + (" …" if len(odd) > 5 else ""),
        )] if odd else []  # fmt: skip
        return table_reading(
            format=self.format, kind=self.kind, schema=PRODUCTS, sheet=sheet, table=things,
            complaints=[cells.rejected, blank, contrary], ignored={**ignored, REPEATED: again}, notes=notes,
        )  # fmt: skip


def _variants(rows: pl.DataFrame) -> pl.DataFrame:
    """Shopify writes the title on the first row of a product only, and `Default Title` for a product without variants."""
    options = [pl.when(pl.col(name) != "Default Title").then(name) for name in ("option1", "option2", "option3")]
    title = pl.col("title").forward_fill().over("handle")
    return rows.with_columns(title=pl.concat_str(title, *options, separator=" / ", ignore_nulls=True))


_SHOPIFY: Legend = {
    "handle": Text("Handle", "URL handle"),
    "title": Text("Title"),
    **{f"option{n}": Text(f"Option{n} Value") for n in (1, 2, 3)},
    "sku": Text("Variant SKU", "SKU", identifier=True),
    "barcode": Text("Variant Barcode", "Barcode", guarded=True),
    "weight_g": Measure("Variant Grams", "Weight value (grams)"),
    "cost": Amount("Cost per item", least=0),
    "price": Text("Variant Price", "Price"),
}
_NO_SKU = pl.col("sku").is_null()


#: What a unit of a heading is in grams, and in millimetres.
_WEIGHTS = {"kg": 1000.0, "g": 1.0, "lbs": 453.59237, "oz": 28.349523125}
_LENGTHS = {"cm": 10.0, "mm": 1.0, "m": 1000.0, "in": 25.4, "yd": 914.4}
_SIZES = {"length_mm": "Length", "width_mm": "Width", "height_mm": "Height"}
_WOOCOMMERCE: Legend = {
    "type": Text("Type"),
    "sku": Text("SKU", identifier=True),
    "title": Text("Name"),
    "barcode": Text("GTIN, UPC, EAN, or ISBN", guarded=True),
    "cost": Amount("Cost of goods", least=0),
    "price": Text("Regular price"),
    **{f"weight {unit}": Measure(f"Weight ({unit})", unit=grams) for unit, grams in _WEIGHTS.items()},
    **{f"{field} {unit}": Measure(f"{heading} ({unit})", unit=mm)
       for field, heading in _SIZES.items() for unit, mm in _LENGTHS.items()},
}  # fmt: skip


def _measured(rows: pl.DataFrame) -> pl.DataFrame:
    """WooCommerce writes the shop's unit into the heading."""
    return rows.with_columns(
        pl.coalesce(f"weight {unit}" for unit in _WEIGHTS).alias("weight_g"),
        *(pl.coalesce(f"{field} {unit}" for unit in _LENGTHS).alias(field) for field in _SIZES),
    )


_KIND = pl.col("type").str.to_lowercase()
READERS: tuple[Reader, ...] = (
    Catalogue(
        "shopify-products", "shopify", _SHOPIFY,
        (frozenset(("handle", "variant_sku", "variant_price")), frozenset(("url_handle", "title", "sku", "price"))),
        _variants,
        {
            _("a picture"): _NO_SKU & pl.col("price").is_null(),
            _("a variant without SKU"): _NO_SKU & pl.col("price").is_not_null(),
        },
    ),
    Catalogue(
        "woocommerce-products", "woocommerce", _WOOCOMMERCE, (frozenset(("type", "sku", "name", "regular_price")),), _measured,
        {
            _("stands for its variations, or for products of another shop"): _KIND.str.contains("variable|grouped|external"),
            _("a product without SKU"): _NO_SKU & ~_KIND.str.contains("variable|grouped|external"),
        },
    ),
)  # fmt: skip
