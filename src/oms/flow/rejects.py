"""Rejected rows, in the shape of the file they came from and with the reason beside them: mend and import again."""

import codecs

import polars as pl

from oms.config import Limits
from oms.sheets.read import Peek, load
from oms.store.batch import Batch

REASON = "oms_reason"


def write_rejects(batch: Batch, peek: Peek, limits: Limits, rows: pl.Series, complaints: pl.DataFrame) -> str:
    """
    Write every row in `rows` of the file of `peek`, whole, with what is wrong (`complaints`: REJECTED) as a last column.

    Returns the path of the document, relative to the workspace. Cells stay exactly as the seller's file had them.
    """
    reasons = (
        complaints.with_columns(
            said=pl.concat_str(pl.col("column").fill_null(""), pl.lit(" "), pl.col("what"), ignore_nulls=True)
            .str.strip_chars()
        )
        .group_by("row").agg(pl.col("said").unique(maintain_order=True).str.join("; "))
    )  # fmt: skip
    sheet = load(peek, limits)
    frame = (
        sheet.frame.filter(pl.col("row").is_in(rows.implode()))
        .join(reasons, on="row", how="left", maintain_order="left")
        .with_columns(pl.col("said").fill_null("its order has a rejected row"))
        .rename({"said": REASON}).drop("row")
    )  # fmt: skip
    text = frame.write_csv(
        separator=peek.delimiter or ",",
        quote_style="never" if peek.kind == "text" and not peek.quoting else "necessary",
    )
    name = f"{batch.now:%Y-%m-%d}-{batch.id:04d}-{peek.path.stem}.{'txt' if peek.delimiter == chr(9) else 'csv'}"
    return batch.document("rejects", name, codecs.BOM_UTF8 + text.encode(), folder="rejected")
