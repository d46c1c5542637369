"""What an unmapped listing could be: the same sku spelled otherwise, else the same barcode."""

import polars as pl


def suggest(listings: pl.DataFrame, products: pl.DataFrame) -> pl.DataFrame:
    """
    One row a listing, in the order given, with `sku` and `because` (NULL where nothing fits, or where two skus do).

    listings: channel, listing_sku, title, barcode, open_units. products: sku, barcode (String).
    """
    spelled = products.select("sku", spelling=_spelling(pl.col("sku")))
    by_sku = spelled.filter(pl.len().over("spelling") == 1).rename({"sku": "same_sku"})
    barcodes = products.select(same_barcode="sku", code=_barcode(pl.col("barcode"))).drop_nulls("code")
    by_barcode = barcodes.filter(pl.len().over("code") == 1)
    found = (
        listings.with_columns(spelling=_spelling(pl.col("listing_sku")), code=_barcode(pl.col("barcode")))
        .join(by_sku, on="spelling", how="left", maintain_order="left")
        .join(by_barcode, on="code", how="left", maintain_order="left")
    )  # fmt: skip
    as_code = found.select(code=_barcode(pl.col("listing_sku"))).join(by_barcode, on="code", how="left", maintain_order="left")[
        "same_barcode"
    ]
    found = found.with_columns(same_barcode=pl.coalesce("same_barcode", as_code))
    return found.select(
        "channel", "listing_sku", "title", "open_units",
        sku=pl.coalesce("same_sku", "same_barcode"),
        because=pl.when(pl.col("same_sku").is_not_null()).then(pl.lit("same sku, spelled otherwise"))
        .when(pl.col("same_barcode").is_not_null()).then(pl.lit("same barcode")),
    )  # fmt: skip


def _spelling(sku: pl.Expr) -> pl.Expr:
    """A sku without case, width and punctuation."""
    return sku.str.normalize("NFKC").str.to_lowercase().str.replace_all(r"[^\p{L}\p{N}]", "")


def _barcode(text: pl.Expr) -> pl.Expr:
    """A GTIN without leading zeros; NULL where the text is none."""
    digits = text.str.strip_chars()
    return pl.when(digits.str.contains(r"^\d{8,14}$")).then(digits.str.strip_chars_start("0"))
