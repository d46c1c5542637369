"""What goes back to a channel of a seller's own format: `[stock_file]` and `[tracking_file]` of its TOML file."""

import codecs
from typing import Annotated

import polars as pl
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from oms.config import nearest
from oms.sheets.write import csv_bytes
from oms.words import _

#: What a column of the stock file may say, and of the tracking file.
STOCK = ("listing_sku", "quantity", "as_of")
TRACKING = ("order_ref", "line_ref", "listing_sku", "title", "quantity", "carrier", "service", "tracking", "shipped_at")


def _encoding(name: str) -> str:
    try:
        codecs.lookup(name)
    except LookupError:
        raise ValueError(_('not an encoding: use a name like "utf-8" or "gb18030"')) from None
    return name


class AnswerColumn(BaseModel):
    """A column: a value of ours, or the same text in every row."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    heading: str
    value: str | None = None
    text: str | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "AnswerColumn":
        if (self.value is None) == (self.text is None):
            raise ValueError(_("a column has either `value` or `text`"))
        return self


class AnswerFile(BaseModel):
    """A CSV file, column by column from left to right."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    delimiter: str = Field(",", min_length=1, max_length=1)
    encoding: Annotated[str, AfterValidator(_encoding)] = "utf-8"
    header: bool = True
    columns: tuple[AnswerColumn, ...] = Field(min_length=1)

    def unknown(self, values: tuple[str, ...]) -> str | None:
        """What is wrong with the first column that asks for none of `values`."""
        odd = next((each.value for each in self.columns if each.value is not None and each.value not in values), None)
        return odd and _("`{value}`: none of {values}{near}", value=odd, values=", ".join(values), near=nearest(odd, values))

    def written(self, rows: pl.DataFrame, *, neutralise: bool) -> bytes:
        """`rows` in these columns; headings may repeat."""
        table = rows.select(
            (pl.lit(each.text, pl.String) if each.value is None else pl.col(each.value)).alias(str(number))
            for number, each in enumerate(self.columns)
        )
        headings = [each.heading for each in self.columns] if self.header else []
        return csv_bytes(
            table, delimiter=self.delimiter, encoding=self.encoding, header=headings, neutralise=neutralise
        )  # fmt: skip
