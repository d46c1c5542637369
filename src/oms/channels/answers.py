"""What goes back to a channel of a seller's own format: `[stock_file]` and `[tracking_file]` of its TOML file."""

import polars as pl
from pydantic import Field

from oms.sheets.layout import Column, Layout, arranged, headings
from oms.sheets.write import csv_bytes

#: What a column of the stock file may say, and of the tracking file.
STOCK = ("listing_sku", "quantity", "as_of")
TRACKING = ("order_ref", "line_ref", "listing_sku", "title", "quantity", "carrier", "service", "tracking", "shipped_at")


class AnswerFile(Layout):
    """A CSV file, column by column from left to right."""

    columns: tuple[Column, ...] = Field(min_length=1)

    def written(self, rows: pl.DataFrame, *, neutralise: bool) -> bytes:
        """`rows` in these columns; headings may repeat."""
        return csv_bytes(
            arranged(rows, self.columns), delimiter=self.delimiter, encoding=self.encoding,
            header=headings(self.columns) if self.header else [], neutralise=neutralise,
        )  # fmt: skip
