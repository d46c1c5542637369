"""Every reader, on files that went through many hands."""

from pathlib import Path

import polars as pl
from hypothesis import given

from oms.channels import look
from oms.channels.base import Context, Reading, read_file
from oms.config import Limits
from oms.errors import OmsError
from oms.model.frames import COUNTER_RETURNS, LINES, ORDERS, REJECTED
from oms.sheets import guard
from tests.channels.reading import CONFIG, NOW
from tests.fuzz.damage import Spoiled, files, tries

LIMITS = Limits()
CONTEXT = Context(None, "America/New_York", "USD", CONFIG, "NJ", NOW)


def read(folder: Path, file: Spoiled) -> Reading | None:
    """The file by the reader that takes it; None where it is refused as a whole."""
    path = folder / file.name
    path.write_bytes(file.data)
    try:
        guard.check(path, LIMITS)
        seen, reader = look(path, LIMITS)
        return read_file(reader, seen, LIMITS, CONTEXT)
    except OmsError:
        return None


@tries(100)
@given(file=files())
def test_no_file_breaks_a_reader_and_no_row_is_lost(tmp_path_factory, file):
    """Whatever is in a file, it is refused in words, or each of its rows is read, rejected or left out with a reason."""
    reading = read(tmp_path_factory.getbasetemp(), file)
    if reading is None:
        return
    accepted = reading.rows - reading.rows_rejected - sum(reading.ignored.values())
    told = pl.concat([reading.lines["row"], reading.returns["row"], reading.orders["row"]]).n_unique()

    assert accepted >= 0
    assert reading.rows_rejected == len(reading.rejected_rows) == reading.rejected_rows.n_unique()
    assert set(reading.rejected["row"]) <= set(reading.rejected_rows)
    assert REJECTED == dict(reading.rejected.schema)
    if reading.kind != "orders":
        assert accepted == reading.table["row"].n_unique() or reading.kind == "template" or reading.format == "oms-stock"
        return
    assert accepted >= told
    assert (ORDERS, LINES, COUNTER_RETURNS) == (dict(reading.orders.schema), dict(reading.lines.schema),
                                                dict(reading.returns.schema))  # fmt: skip
    assert set(reading.orders["order_no"]) == set(reading.lines["order_no"])
    assert set(reading.lines["row"]).isdisjoint(reading.rejected_rows)
    assert reading.lines.select((pl.col("quantity") >= pl.col("cancelled") + pl.col("shipped")).all()).item()
    assert reading.lines.select((pl.min_horizontal("quantity", "cancelled", "shipped") >= 0).all()).item()
