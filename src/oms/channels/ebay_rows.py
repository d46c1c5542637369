"""
What the rows of an eBay report are: items, summaries, and what stands below them.
"""

from dataclasses import replace

import polars as pl

from oms.sheets.read import Sheet, short_note
from oms.words import _

#: The footer begins in the first columns, whatever their headings; elsewhere where somebody moved columns.
FIRST = 3
_FEW = 3  # cells of a footer: how many, of what, from when to when
_COUNT = r"(?i)^'?(\d+)(?:[.,]0)?[\s,;]*[^\d]{0,3}(?:record|datens|\w*\W*heruntergeladen|\w*\W*downloaded)"
_SELLER = r"^[^\d:]{2,40}:\s*\S"
_NUMBER = r"^'?(\d+)(?:[.,]0+)?$"
_RECORDS = r"(?i)^[\s,;]*(?:record\(s\)|records? downloaded|datens\w*(?:\(e\))? heruntergeladen)"
_WHOSE = r"(?i)^(?:seller|verkäufer|mitglied)[^:\d]{0,20}:\s*\S"


def marked(sheet: Sheet, columns: set[str]) -> pl.DataFrame:
    """
    Of every row what it is: `row, kind ("" for a sale, count, seller, headings), count`.

    `columns` are those the reader declares; a footer says nothing in any but the first, or, where columns were moved,
    in few.
    """
    first = list(sheet.peek.headings[:FIRST])
    read = [name for name in sheet.peek.headings if name in columns]
    cells = {name: pl.col(name).str.strip_chars().fill_null("") for name in read}
    said = {name: cell != "" for name, cell in cells.items()}
    text = pl.concat_str([pl.col(name).str.strip_chars() for name in first], separator=" ", ignore_nulls=True)
    alone = ~pl.any_horizontal([said[name] for name in read if name not in first] or [pl.lit(False)])
    filled = pl.sum_horizontal(said.values())
    counted = pl.coalesce(cell.str.extract(_NUMBER) for cell in cells.values())
    moved = (filled <= _FEW) & counted.is_not_null() & pl.any_horizontal(c.str.contains(_RECORDS) for c in cells.values())
    whose = (filled == 1) & pl.any_horizontal(cell.str.contains(_WHOSE) for cell in cells.values())
    again = pl.all_horizontal(pl.col(name).str.strip_chars().str.to_lowercase() == name.lower() for name in first)
    kind = (
        pl.when((alone & text.str.contains(_COUNT)) | moved).then(pl.lit("count"))
        .when((alone & text.str.contains(_SELLER)) | whose).then(pl.lit("seller"))
        .when(again.fill_null(False)).then(pl.lit("headings"))
        .otherwise(pl.lit(""))
    )  # fmt: skip
    found = sheet.frame.select("row", kind=kind, count=pl.coalesce(text.str.extract(_COUNT), counted))
    count = pl.when(pl.col("kind") == "count").then("count")
    return found.select("row", "kind", count=count.cast(pl.Int64, strict=False))


def ignored(marked: pl.DataFrame) -> dict[str, pl.Series]:
    """The rows that are no sales, by reason."""

    def rows(kind: str) -> pl.Series:
        return marked.filter(pl.col("kind") == kind)["row"]

    return {
        _("below the sales: how many they are, and whose"): pl.concat([rows("count"), rows("seller")]),
        _("the headings again"): rows("headings"),
    }


def without_short_note(sheet: Sheet, marked: pl.DataFrame) -> Sheet:
    """`sheet` without the note about short rows, where these are the footers and no others."""
    short = short_note(marked.filter(pl.col("kind").is_in(["count", "seller"])).height)
    return replace(sheet, notes=tuple(note for note in sheet.notes if note != short))


def miscounted(marked: pl.DataFrame, rows: pl.DataFrame) -> list[str]:
    """A note where a report says another number of sales records than stand above its footer."""
    counts = marked.filter(pl.col("count").is_not_null()).select("row", "count").sort("row")
    if counts.is_empty():
        return []
    said = rows.select("row", record=pl.coalesce("record", "order_number")).drop_nulls("record")
    if counts.height > 1:  # reports pasted together, each with its own
        said = said.sort("row").join_asof(
            counts.select(pl.col("row"), part=pl.col("row")), on="row", strategy="forward"
        ).drop_nulls("part")  # fmt: skip
    else:
        said = said.with_columns(part=pl.lit(counts["row"][0], pl.Int64))
    there = said.group_by("part").agg(pl.col("record").n_unique())
    compared = counts.join(there, left_on="row", right_on="part", how="left").with_columns(pl.col("record").fill_null(0))
    wrong = compared.filter(pl.col("record") != pl.col("count"))
    return [
        _("row {row}: the report says {said} sales records, {found} stand in it: download it again", row=row, said=count,
          found=record)
        for row, count, record in wrong.select("row", "count", "record").iter_rows()
    ]  # fmt: skip


def named(rows: pl.DataFrame) -> pl.DataFrame:
    """
    `rows` with `order_ref` (the order number, else that of another row of the same sale, else the record number) and
    `is_line`: it names something that was sold.
    """
    numbers = pl.col("order_number").drop_nulls()
    of_sale = pl.when(numbers.n_unique().over("record", "buyer") == 1).then(numbers.first().over("record", "buyer"))
    known = pl.when(pl.col("record").is_not_null()).then(of_sale)
    transaction = pl.when(pl.col("transaction") != "0").then("transaction").alias("transaction")
    says = pl.any_horizontal(pl.col("item", "title", "sku", "transaction").is_not_null())
    return rows.with_columns(order_ref=pl.coalesce("order_number", known, "record"), is_line=says).with_columns(transaction)


def without_repeats(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """`rows` without those that stand again further down (reports pasted together), and those."""
    summary = pl.col("order_no").is_not_null() & ~pl.col("is_line")
    line = pl.col("order_no").is_not_null() & pl.col("transaction").is_not_null()
    key = (
        pl.when(summary).then(pl.lit("summary"))
        .when(line).then(pl.concat_str(pl.col("item").fill_null(""), "transaction", separator=" "))
    )  # fmt: skip
    keyed = rows.with_columns(repeated=key)
    last = pl.col("row") == pl.col("row").max().over("order_no", "repeated")
    stays = pl.col("repeated").is_null() | last
    return keyed.filter(stays).drop("repeated"), keyed.filter(~stays).drop("repeated")
