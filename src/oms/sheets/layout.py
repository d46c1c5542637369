"""How a text file that we write looks, as a TOML file of the seller's says: its columns, and the words between them."""

import codecs
from collections.abc import Sequence
from typing import Annotated

import polars as pl
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from oms.words import _, nearest


def _encoding(name: str) -> str:
    try:
        codecs.lookup(name)
    except LookupError:
        raise ValueError(_('not an encoding: use a name like "utf-8" or "gb18030"')) from None
    return name


#: The name of an encoding that Python knows.
Encoding = Annotated[str, AfterValidator(_encoding)]


class Column(BaseModel):
    """A column of the file: a value of ours, or the same text in every row."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    heading: str
    value: str | None = None
    text: str | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "Column":
        if (self.value is None) == (self.text is None):
            raise ValueError(_("a column has either `value` or `text`"))
        return self


class Layout(BaseModel):
    """What every such file has; each adds its columns."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    delimiter: str = Field(",", min_length=1, max_length=1)
    encoding: Encoding = "utf-8"
    header: bool = True


def unknown(columns: Sequence[Column], values: Sequence[str]) -> str | None:
    """What is wrong with the first column that asks for none of `values`."""
    odd = next((each.value for each in columns if each.value is not None and each.value not in values), None)
    if odd is None:
        return None
    near = nearest(odd, values) or _(", there are {values}", values=", ".join(values))
    return _("`{value}`: nothing we know{near}", value=odd, near=near)


def arranged(rows: pl.DataFrame, columns: Sequence[Column]) -> pl.DataFrame:
    """`rows` in these columns, named 0, 1, 2 …: headings of a file may repeat, columns of a frame may not."""
    return rows.select(
        (pl.lit(each.text, pl.String) if each.value is None else pl.col(each.value)).alias(str(number))
        for number, each in enumerate(columns)
    )


def headings(columns: Sequence[Column]) -> list[str]:
    """As they are written."""
    return [each.heading for each in columns]


def distinct(columns: Sequence[Column]) -> list[str]:
    """Headings for a workbook, whose columns cannot share one: the second is `Ref (2)`."""
    names: list[str] = []
    for at, heading in enumerate(headings(columns)):
        before = headings(columns[:at]).count(heading)
        names.append(f"{heading} ({before + 1})" if before else heading)
    return names
