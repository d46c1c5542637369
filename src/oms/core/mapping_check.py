"""What is contradictory or dead in the mapping: found by looking at all listings, products and kits at once. Pure."""

import polars as pl

from oms.core.mapping import spelling
from oms.model.gtin import LENGTHS, fits
from oms.words import _

PROBLEMS = {
    "problem": pl.String, "channel": pl.String, "listing_sku": pl.String, "sku": pl.String, "detail": pl.String,
}  # fmt: skip


def doubts(listings: pl.DataFrame, products: pl.DataFrame, kits: pl.DataFrame, stocked: pl.Series) -> pl.DataFrame:
    """
    Problems (PROBLEMS): listings on two skus, skus nobody ever stocked, barcodes that are wrong or shared.

    listings: channel, listing_sku, sku (mapped by a row, or NULL), barcode. products: sku, barcode, active.
    kits: kit_sku, sku. stocked: skus that were ever counted or moved; where it is empty, nothing is called unstocked.
    """
    mapped = listings.with_columns(drawn=pl.coalesce("sku", "listing_sku")).join(
        products.select(drawn="sku"), on="drawn", how="semi", maintain_order="left"
    )
    found = [_two_skus(mapped), _another(mapped, products), _elsewhere(mapped), _barcodes(listings, products)]
    if len(stocked):
        found.append(_unstocked(mapped, products, kits, stocked))
    return pl.concat([pl.DataFrame(schema=PROBLEMS), *found]).unique(maintain_order=True)


def _problem(frame: pl.DataFrame, problem: str, detail: pl.Expr, **columns: str | None) -> pl.DataFrame:
    """PROBLEMS of one kind, a row of `frame` each; columns that are not named come from `frame`."""
    values = {name: columns.get(name, name) for name in ("channel", "listing_sku", "sku")}
    return frame.select(
        problem=pl.lit(problem),
        **{name: pl.lit(None, pl.String) if value is None else pl.col(value) for name, value in values.items()},
        detail=detail,
    )


def _two_skus(mapped: pl.DataFrame) -> pl.DataFrame:
    """Listings of one channel that differ in case, width or punctuation alone, and draw different skus."""
    spelled = mapped.with_columns(spelling=spelling(pl.col("listing_sku"))).filter(pl.col("spelling") != "")
    among = ["channel", "spelling"]
    two = spelled.filter(pl.col("drawn").n_unique().over(among) > 1).with_columns(
        others=pl.concat_str("listing_sku", pl.lit(" → "), "drawn").sort().str.join(", ").over(among)
    )
    return _problem(two, "one listing, two skus", pl.col("others"), sku="drawn")


def _another(mapped: pl.DataFrame, products: pl.DataFrame) -> pl.DataFrame:
    """Listings that are spelled as one of our skus and mapped to another: the row wins, was it meant?"""
    own = mapped.filter(pl.col("sku") != pl.col("listing_sku")).join(
        products.select(listing_sku="sku"), on="listing_sku", how="semi", maintain_order="left"
    )
    return _problem(own, "named like another sku", pl.lit(_("its own name is a sku of yours too")))


def _elsewhere(mapped: pl.DataFrame) -> pl.DataFrame:
    """One listing name that is another sku on another channel."""
    among = ["listing_sku"]
    split = mapped.filter(pl.col("drawn").n_unique().over(among) > 1).with_columns(
        others=pl.concat_str("channel", pl.lit(" → "), "drawn").sort().str.join(", ").over(among)
    )
    return _problem(split, "another sku on another channel", pl.col("others"), sku="drawn")


def _unstocked(mapped: pl.DataFrame, products: pl.DataFrame, kits: pl.DataFrame, stocked: pl.Series) -> pl.DataFrame:
    """Listings of skus, and kits of parts, that nobody ever counted or moved: they can never be sold."""
    never = products.filter(pl.col("active") & ~pl.col("sku").is_in(stocked.implode()))["sku"]
    of_kits = pl.col("drawn").is_in(kits["kit_sku"].implode())
    listed = mapped.filter(pl.col("drawn").is_in(never.implode()) & ~of_kits)
    parts = kits.filter(pl.col("sku").is_in(never.implode()) & ~pl.col("sku").is_in(kits["kit_sku"].implode()))
    return pl.concat([
        _problem(listed, "never stocked", pl.lit(_("no count or receipt ever named it")), sku="drawn"),
        _problem(parts, "kit of a part never stocked", pl.col("sku"), channel=None, listing_sku=None, sku="kit_sku"),
    ])  # fmt: skip


def _barcodes(listings: pl.DataFrame, products: pl.DataFrame) -> pl.DataFrame:
    """Barcodes of GTIN length whose check digit is wrong, and those that stand on two skus."""
    ours = products.select("sku", "barcode").drop_nulls().with_columns(code=_digits("barcode"))
    theirs = listings.select("channel", "listing_sku", "sku", "barcode").drop_nulls("barcode")
    wrong = pl.col("barcode").str.strip_chars().map_elements(_is_wrong, return_dtype=pl.Boolean)
    shared = ours.filter(pl.col("code").is_not_null() & (pl.len().over("code") > 1)).with_columns(
        others=pl.col("sku").sort().str.join(", ").over("code")
    )
    return pl.concat([
        _problem(theirs.filter(wrong), "barcode with a wrong check digit", pl.col("barcode")),
        _problem(ours.filter(wrong), "barcode with a wrong check digit", pl.col("barcode"), channel=None, listing_sku=None),
        _problem(shared, "one barcode, two skus", pl.concat_str("barcode", pl.lit(": "), "others"), channel=None,
                 listing_sku=None),
    ])  # fmt: skip


def _digits(column: str) -> pl.Expr:
    bare = pl.col(column).str.strip_chars()
    return pl.when(bare.str.contains(r"^\d{8,14}$")).then(bare.str.strip_chars_start("0"))


def _is_wrong(barcode: str) -> bool:
    return barcode.isascii() and barcode.isdigit() and len(barcode) in LENGTHS and not fits(barcode)
