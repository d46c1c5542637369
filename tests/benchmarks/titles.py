"""
Suggesting skus by title for many listings: python -m tests.benchmarks.titles [LISTINGS] [PRODUCTS]

Titles are four or five words in any order behind a shop's name; in some a letter is missing. Prints CPU seconds, and how
many suggestions were right, wrong and not made.
"""

import random
import sys
import time

import polars as pl

from oms.core.mapping import suggest

WORDS = (
    "stoneware linen cotton bamboo glass steel ceramic oak walnut leather silk wool enamel marble".split(),
    "mug towel bowl plate vase cup board apron lamp candle tray jar basket throw pillow spoon".split(),
    "red blue white green black grey sand ochre navy pink teal cream".split(),
    ["small", "large", "medium", "12oz", "16oz", "30 cm", "50x70 cm", "set of 4", "XL", ""],
)


def main(listings: int, products: int) -> None:
    """Print the figures."""
    rng = random.Random(1)
    titles = sorted({" ".join(rng.choice(words) for words in WORDS).strip() for _ in range(3 * products)})
    rng.shuffle(titles)
    known = pl.DataFrame({"sku": [f"S{at}" for at in range(products)], "title": titles[:products]})
    wanted = [rng.randrange(products) for _ in range(listings)]
    said = []
    for at in wanted:
        words = titles[at].split()
        rng.shuffle(words)
        if rng.random() < 0.3:
            words[0] = words[0][:2] + words[0][3:] if len(words[0]) > 4 else words[0]
        said.append("Blue Door " + " ".join(words).title())
    nothing = pl.lit(None, pl.String)
    offered = pl.DataFrame({"listing_sku": [f"L{at}" for at in range(listings)], "title": said}).with_columns(
        channel=pl.lit("site"), barcode=nothing, open_units=pl.lit(0, pl.Int64)
    )
    elsewhere = pl.DataFrame(schema={"listing_sku": pl.String, "sku": pl.String, "quantity": pl.Int64})
    begun = time.process_time()
    found = suggest(offered, known.with_columns(barcode=nothing), elsewhere)["sku"].to_list()
    seconds = time.process_time() - begun
    right = sum(1 for sku, at in zip(found, wanted, strict=True) if sku == f"S{at}")
    print(f"{listings} listings, {products} products: {seconds:.1f} CPU-s; {right} right, "
          f"{listings - right - found.count(None)} wrong, {found.count(None)} without a suggestion")  # fmt: skip


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    main(*(given if len(given) == 2 else (2000, 5000)))
