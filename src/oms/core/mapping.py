"""
What an unmapped listing could be, and how sure that is. Suggestions are only ever suggestions.

In falling order: the same barcode, the same sku spelled otherwise (case, width and punctuation do not count), what another
channel calls the same, the same sku in packs, and a product with nearly the same title.
"""

import re
import unicodedata

import polars as pl

from oms.core.titles import alike
from oms.words import _

#: From here on a title is `likely`, below `perhaps`, below LEAST no suggestion.
LIKELY, LEAST = 0.85, 0.55
#: How much better than the second the best title must be.
AHEAD = 0.05

SUGGESTIONS = {
    "channel": pl.String, "listing_sku": pl.String, "title": pl.String, "open_units": pl.Int64, "sku": pl.String,
    "quantity": pl.Int64, "sure": pl.String, "because": pl.String,
}  # fmt: skip

_PACK = "packs?|pk|pcs|pieces?|count|ct|er[- ]?(?:set|pack)|件装|件套|个装|個裝|個セット|枚セット|個入り|本セット"
_IN_TITLE = re.compile(
    r"\b(?:packs?|sets?|lots?|bundles?|cases?|box(?:es)?) of (\d{1,3})\b"
    rf"|(?<![\d.,])(\d{{1,3}})[ -]?(?:{_PACK})(?![a-z])"
    r"|(?<![\d.,])(\d{1,3}) ?x(?= )|(?<![\w.,])x ?(\d{1,3})(?!\w)"
)
_IN_SKU = re.compile(r"[-_ .](?:x ?(\d{1,3})|(\d{1,3}) ?(?:x|pk|pack|pcs|ct|er)|(?:pk|pack|set) ?(\d{1,3}))$")


def suggest(listings: pl.DataFrame, products: pl.DataFrame, elsewhere: pl.DataFrame) -> pl.DataFrame:
    """
    One row a listing (SUGGESTIONS), in the order given; `sku`, `quantity` and `sure` are NULL where nothing fits, `because`
    then says between what nobody could choose.

    listings: channel, listing_sku, title, barcode, open_units. products: sku, title, barcode.
    elsewhere: listing_sku, sku, quantity of all mapped listings. `sure`: sure, likely, perhaps.
    """
    said = listings.with_columns(
        at=pl.int_range(pl.len(), dtype=pl.Int64),
        spelling=spelling(pl.col("listing_sku")),
        code=pl.coalesce(_barcode(pl.col("barcode")), _barcode(pl.col("listing_sku"))),
        **_packs(listings),
    )
    said = said.with_columns(named=pl.coalesce("title", "listing_sku"), bare=spelling(pl.col("bare")))
    found = said
    for column, other in _identities(products, elsewhere):
        found = found.join(other, on=column, how="left", maintain_order="left")
    titles = alike(said.select("at", title="named"), products.select("sku", "title"))
    best = titles.group_by("at", maintain_order=True).agg(
        pl.col("sku").first().alias("alike_sku"), pl.col("alike").first(), second=pl.col("sku").get(1, null_on_oob=True),
        behind=pl.col("alike").first() - pl.col("alike").get(1, null_on_oob=True).fill_null(0.0),
    )  # fmt: skip
    found = found.join(best, on="at", how="left", maintain_order="left")
    counted = products.select(alike_sku="sku", counted=_packed(products["title"]))
    found = found.join(counted, on="alike_sku", how="left", maintain_order="left")
    return _decided(found).select(list(SUGGESTIONS)).cast(SUGGESTIONS)  # type: ignore[arg-type]


def _identities(products: pl.DataFrame, elsewhere: pl.DataFrame) -> list[tuple[str, pl.DataFrame]]:
    """What names exactly one sku, by each thing that can: (column of the listing to join on, that and the sku)."""
    spelled = products.select(spelling=spelling(pl.col("sku")), same_sku="sku").filter(pl.col("spelling") != "")
    barcodes = products.select(code=_barcode(pl.col("barcode")), same_barcode="sku").drop_nulls("code")
    others = elsewhere.select(
        spelling=spelling(pl.col("listing_sku")), other_sku="sku", other_quantity="quantity"
    ).unique().filter(pl.col("spelling") != "")  # fmt: skip
    return [
        ("spelling", spelled.filter(pl.len().over("spelling") == 1)),
        ("code", barcodes.filter(pl.len().over("code") == 1)),
        ("spelling", others.filter(pl.len().over("spelling") == 1)),
        ("bare", spelled.filter(pl.len().over("spelling") == 1).rename({"spelling": "bare", "same_sku": "packed_sku"})),
    ]


def _decided(found: pl.DataFrame) -> pl.DataFrame:
    """`sku, quantity, sure, because` out of everything that was found."""
    two = (
        pl.col("same_sku").is_not_null() & pl.col("same_barcode").is_not_null() & (pl.col("same_sku") != pl.col("same_barcode"))
    )
    known = pl.coalesce("same_barcode", "same_sku", "other_sku").is_not_null()
    in_packs = ~known & pl.col("packed_sku").is_not_null()
    titled = ~known & ~in_packs & (pl.col("alike") >= LEAST)
    close = titled & (pl.col("behind") < AHEAD)
    pack = pl.coalesce("sku_pack", "title_pack").fill_null(1)
    percent = (pl.col("alike") * 100).round().cast(pl.Int64).cast(pl.String)
    by_title = _said(_("title {percent} % alike", percent="\0"), percent)
    tie = _said(_("title as much like {sku} as {other}", sku="\0", other="\1"), pl.col("alike_sku"), pl.col("second"))
    quarrel = _said(
        _("spelled like {sku}, barcode of {other}", sku="\0", other="\1"), pl.col("same_sku"), pl.col("same_barcode")
    )
    return found.with_columns(
        sku=pl.when(two | close).then(None).when(known).then(pl.coalesce("same_barcode", "same_sku", "other_sku"))
        .when(in_packs).then("packed_sku").when(titled).then("alike_sku"),
        quantity=pl.when(two | close).then(None).when(pl.coalesce("same_barcode", "same_sku").is_not_null()).then(1)
        .when(known).then("other_quantity").when(in_packs).then(pack)
        # Where the product's own title counts as many, the pack is the product.
        .when(titled).then(pl.when(pl.col("counted") == pack).then(1).otherwise(pack)),
        sure=pl.when(two | close).then(None).when(known).then(pl.lit("sure"))
        .when(in_packs | (titled & (pl.col("alike") >= LIKELY))).then(pl.lit("likely")).when(titled).then(pl.lit("perhaps")),
        because=pl.when(two).then(quarrel).when(close).then(tie)
        .when(pl.col("same_barcode").is_not_null()).then(pl.lit(_("same barcode")))
        .when(pl.col("same_sku").is_not_null()).then(pl.lit(_("same sku, spelled otherwise")))
        .when(known).then(pl.lit(_("another channel's listing of this name")))
        .when(in_packs).then(pl.lit(_("same sku, in packs")))
        .when(titled).then(by_title),
    )  # fmt: skip


def _said(message: str, *values: pl.Expr) -> pl.Expr:
    """`message` with a column's values where its control characters stand."""
    parts: list[pl.Expr] = []
    rest = message
    for at, value in enumerate(values):
        head, rest = rest.split(chr(at), 1)
        parts += [pl.lit(head), value]
    return pl.concat_str(*parts, pl.lit(rest))


def _packs(listings: pl.DataFrame) -> dict[str, pl.Series]:
    """How many of something a listing says it is, by its sku (and what the sku is without that) and by its title."""
    matches = [_IN_SKU.search(sku.lower()) for sku in listings["listing_sku"]]
    counts = [_most(match) if match else None for match in matches]
    bare = [sku[: match.start()] if match and count else None
            for sku, match, count in zip(listings["listing_sku"], matches, counts, strict=True)]  # fmt: skip
    return {
        "sku_pack": pl.Series(counts, dtype=pl.Int64),
        "bare": pl.Series(bare, dtype=pl.String),
        "title_pack": _packed(listings.select(pl.coalesce("title", "listing_sku")).to_series()),
    }


def _packed(titles: pl.Series) -> pl.Series:
    """How many of something each title says it is; NULL where it says nothing of the kind, or two things."""
    found = []
    for title in titles:
        said = {_most(match) for match in _IN_TITLE.finditer(unicodedata.normalize("NFKC", title or "").lower())} - {None}
        found.append(said.pop() if len(said) == 1 else None)
    return pl.Series(found, dtype=pl.Int64)


def _most(match: re.Match[str]) -> int | None:
    """The number in a match; one of something is no pack."""
    number = int(next(group for group in match.groups() if group))
    return number if number > 1 else None


def spelling(sku: pl.Expr) -> pl.Expr:
    """A sku without case, width and punctuation: how suggestions compare, never how lines are mapped."""
    return sku.str.normalize("NFKC").str.to_lowercase().str.replace_all(r"[^\p{L}\p{N}]", "")


def _barcode(text: pl.Expr) -> pl.Expr:
    """A GTIN without leading zeros; NULL where the text is none."""
    digits = text.str.strip_chars()
    return pl.when(digits.str.contains(r"^\d{8,14}$")).then(digits.str.strip_chars_start("0"))
