"""
Which product a title means: how alike the words of two titles are, rare words telling more than common ones.

A title of a channel is longer than ours ("gift", "dishwasher safe"), so what matters most is how much of the product's
title stands in it, then how much of it the product's title explains: both are weighed by the words' rarity among the
products and put together as F with beta = 2 (van Rijsbergen, Information Retrieval, 1979, chapter 7). A word that no
product has counts as the one it is nearly spelled as. The same titles give the same answer, in any order.
"""

import polars as pl

#: Words of letters, numbers on their own (`12oz` is two words), and each Chinese character by itself.
_WORD = r"\p{Han}|[\p{L}\p{M}&&\P{Han}]+|\p{N}+"
NEARLY = 0.6  # two spellings of one word: twice the shared letter groups over all of theirs
BEST = 2  # products kept of each listing: the best, and the one that it must be better than


def alike(titles: pl.DataFrame, products: pl.DataFrame) -> pl.DataFrame:
    """
    The products most like each title: at, sku, alike (Float64, 0 to 1), at most BEST of each, best first.

    titles: at (Int64), title. products: sku, title. Titles that share no word with any product are absent.
    """
    schema = {"at": pl.Int64, "sku": pl.String, "alike": pl.Float64}
    theirs, ours = _words(titles, "at"), _words(products, "sku")
    if theirs.is_empty() or ours.is_empty():
        return pl.DataFrame(schema=schema)
    weights = ours.group_by("word").agg(n=pl.len()).select("word", weight=(1 + products.height / pl.col("n")).log())
    rarest = weights["weight"].max()
    spelled = _spelled(theirs["word"].unique(), weights["word"])
    said = (
        theirs.join(spelled, on="word", how="left", maintain_order="left")
        .with_columns(word=pl.coalesce("known", "word"), likely=pl.col("likely").fill_null(1.0))
        .join(weights, on="word", how="left", maintain_order="left").with_columns(pl.col("weight").fill_null(rarest))
        .group_by("at", "word").agg(pl.col("weight").first(), pl.col("likely").max())
    )  # fmt: skip
    ours = ours.join(weights, on="word")
    of_title = said.group_by("at").agg(title=pl.col("weight").sum())
    of_product = ours.group_by("sku").agg(product=pl.col("weight").sum())
    shared = (
        said.lazy().join(ours.lazy().select("word", "sku"), on="word")
        .group_by("at", "sku").agg(shared=(pl.col("weight") * pl.col("likely")).sum())
        .join(of_title.lazy(), on="at").join(of_product.lazy(), on="sku")
        .select("at", "sku", alike=5 * pl.col("shared") / (pl.col("title") + 4 * pl.col("product")))
    )  # fmt: skip
    # The order of a sum changes its last digits: rounded, equal titles are equally alike.
    ranked = shared.with_columns(pl.col("alike").round(4)).sort("at", "alike", "sku", descending=[False, True, False])
    return ranked.group_by("at", maintain_order=True).head(BEST).select(list(schema)).collect()


def _words(frame: pl.DataFrame, key: str) -> pl.DataFrame:
    """key, word: each word of `title` once, without case, width and the plural's s."""
    folded = pl.col("title").str.normalize("NFKC").str.to_lowercase()
    return (
        frame.select(key, word=folded.str.extract_all(_WORD)).explode("word", empty_as_null=True).drop_nulls()
        .with_columns(pl.when(pl.col("word").str.contains("^[a-z]{3,}[^s]s$")).then(pl.col("word").str.slice(0, pl.col("word")
                      .str.len_chars() - 1)).otherwise("word"))
        .unique(maintain_order=True)
    )  # fmt: skip


def _spelled(words: pl.Series, known: pl.Series) -> pl.DataFrame:
    """word, known, likely: for each of `words` that is not among `known`, the known word it is nearly spelled as."""
    unknown = words.filter(~words.is_in(known.implode()))
    theirs, ours = _letters(unknown), _letters(known)
    counts = ours.group_by("word").agg(ours=pl.len()).rename({"word": "known"})
    return (
        theirs.lazy().join(ours.rename({"word": "known"}).lazy(), on="letters").group_by("word", "known").agg(shared=pl.len())
        .join(theirs.group_by("word").agg(theirs=pl.len()).lazy(), on="word").join(counts.lazy(), on="known")
        .select("word", "known", likely=2 * pl.col("shared") / (pl.col("theirs") + pl.col("ours")))
        .filter(pl.col("likely") >= NEARLY)
        .sort("word", "likely", "known", descending=[False, True, False]).unique("word", keep="first", maintain_order=True)
        .collect()
    )  # fmt: skip


def _letters(words: pl.Series) -> pl.DataFrame:
    """word, letters: every two neighbours in a word of four letters or more, its edges among them."""
    long = pl.DataFrame({"word": words.cast(pl.String)}).filter(pl.col("word").str.contains(r"^\pL{4,}$"))
    edged = pl.concat_str(pl.lit("^"), "word", pl.lit("$"))
    places = pl.int_ranges(0, edged.str.len_chars() - 1)
    return (
        long.with_columns(edged=edged, place=places).explode("place", empty_as_null=True)
        .select("word", letters=pl.col("edged").str.slice(pl.col("place"), 2)).unique(maintain_order=True)
    )  # fmt: skip
