"""What every reader promises, on every sample file beside it: a clean one and a hostile one a kind."""

import re
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from oms.channels import FALLBACKS, READERS, recognise
from oms.channels.base import Reading, order_reading
from oms.errors import UnknownHeadings, UnreadableFile
from oms.model.frames import COUNTER_RETURNS, KINDS, LINES, ORDERS, REJECTED
from oms.model.states import Payment
from oms.sheets.columns import normals
from oms.sheets.read import load, peek
from oms.sheets.write import csv_bytes, xlsx_bytes

from .reading import CONTEXT, DATA, LIMITS, read

SAMPLES = sorted(path for path in DATA.rglob("*") if path.suffix in (".csv", ".tsv", ".txt", ".xlsx"))
UTC_TEXT = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"
TIMES = ("placed_at", "updated_at", "cancelled_at", "fulfilled_at", "ship_by")


def each(paths):
    """A test of each of these samples."""
    return pytest.mark.parametrize("path", paths, ids=lambda path: path.relative_to(DATA).as_posix())


def is_template(path: Path) -> bool:
    """A form that goes back: its rows stay where they are."""
    return recognise(peek(path, LIMITS)).kind == "template"


sample = each(SAMPLES)


def as_table(path: Path, tmp_path: Path, change) -> Path:
    """A copy of a sample as plain CSV with its rows changed."""
    frame = load(peek(path, LIMITS), LIMITS).frame.drop("row")
    copy = tmp_path / "copy.csv"
    copy.write_bytes(csv_bytes(change(frame), neutralise=False))
    return copy


def facts(reading: Reading) -> tuple[list[tuple[object, ...]], ...]:
    """Everything but where it stands in the file."""
    refs = reading.orders.select("order_no", "order_ref")
    lines = reading.lines.join(refs, on="order_no")
    frames = [
        reading.orders.drop("order_no", "row"),
        lines.drop("order_no", "row", "position"),
        reading.returns.drop("row"),
        reading.table.drop("row", strict=False),
    ]
    return tuple(sorted(frame.rows(), key=repr) for frame in frames)


@sample
def test_exactly_one_reader_recognises_it(path):
    """No two channels claim a file, nobody's file is nobody's."""
    headings = normals(peek(path, LIMITS).headings)
    able = [reader.format for reader in READERS if reader.recognises(headings)]

    assert 1 == len(able) or (not able and any(reader.recognises(headings) for reader in FALLBACKS))


@sample
def test_books_balance(path):
    """Every row was accepted, rejected with a reason, or ignored with one."""
    reading = read(path)
    accepted = reading.rows - reading.rows_rejected - sum(reading.ignored.values())

    assert accepted >= 0
    assert reading.rows == load(peek(path, LIMITS), LIMITS).frame.height
    assert reading.rows_rejected == len(reading.rejected_rows) == reading.rejected_rows.n_unique()
    assert set(reading.rejected["row"]) <= set(reading.rejected_rows)
    assert all(reading.ignored.values())
    assert all(reading.ignored.keys())
    if reading.kind == "orders":
        assert accepted >= reading.orders.height
        assert set(reading.orders["row"]).isdisjoint(reading.rejected_rows)
        assert set(reading.lines["row"]).isdisjoint(reading.rejected_rows)
    else:
        assert set(reading.table["row"]).isdisjoint(reading.rejected_rows)


@sample
def test_frames_have_their_schemas(path):
    """Column by column, as the store and the decisions expect them."""
    reading = read(path)

    assert reading.kind in KINDS
    assert ORDERS == dict(reading.orders.schema)
    assert LINES == dict(reading.lines.schema)
    assert COUNTER_RETURNS == dict(reading.returns.schema)
    assert REJECTED == dict(reading.rejected.schema)
    assert pl.Int64 == reading.rejected_rows.dtype


@sample
def test_orders_hold_together(path):
    """Keys are unique, quantities are counted in units, states are ours, times have a zone."""
    reading = read(path)
    orders, lines = reading.orders, reading.lines

    assert orders["order_no"].n_unique() == orders["order_ref"].n_unique() == orders.height
    assert 0 == orders["order_ref"].null_count()
    assert set(orders["order_no"]) == set(lines["order_no"])
    assert lines.height == lines.select(pl.struct("order_no", "line_key").n_unique()).item()
    assert lines.height == lines.select(pl.struct("order_no", "position").n_unique()).item()
    known = lines.filter(pl.col("line_ref").is_not_null())
    assert known.height == known.select(pl.struct("order_no", "line_ref").n_unique()).item()
    assert 0 == lines["listing_sku"].null_count()
    assert lines.select((pl.col("quantity") >= pl.col("cancelled") + pl.col("shipped")).all()).item()
    assert lines.select((pl.min_horizontal("quantity", "cancelled", "shipped") >= 0).all()).item()
    assert set(orders["payment"]) <= {state.value for state in Payment}
    assert orders.select(pl.col(TIMES).str.contains(UTC_TEXT).all()).row(0) == (True,) * len(TIMES)
    assert 0 == orders["currency"].null_count()


@sample
def test_an_open_line_wants_something(path):
    """Quantity 0 is a cancelled line or a rejected row."""
    reading = read(path)
    idle = reading.lines.filter(pl.col("quantity") == 0)
    orders = reading.orders.join(idle.select("order_no").unique(), on="order_no", how="semi")

    assert idle.is_empty() or orders["cancelled"].any() or reading.format in ("amazon-all-orders", "woocommerce-lines")


@each([path for path in SAMPLES if not is_template(path)])
def test_rows_in_any_order_give_the_same(path, tmp_path):
    """Sorting a file in a spreadsheet changes nothing."""
    shuffled = as_table(path, tmp_path, lambda frame: frame.sample(fraction=1, shuffle=True, seed=7))

    assert facts(read(as_table(path, tmp_path, lambda frame: frame))) == facts(read(shuffled))


@each([path for path in SAMPLES if path.suffix != ".xlsx"])
def test_workbook_says_the_same_as_text(path, tmp_path):
    """The same cells in XLSX are the same file."""
    frame = load(peek(path, LIMITS), LIMITS).frame.drop("row")
    book = tmp_path / "copy.xlsx"
    book.write_bytes(xlsx_bytes({"Sheet": frame.fill_null("")}))
    text = as_table(path, tmp_path, lambda frame: frame)
    plain = [reading.rejected.select("column", "value", "what").rows() for reading in (read(text), read(book))]

    assert sorted(plain[0], key=repr) == sorted(plain[1], key=repr)


@each([path for path in SAMPLES if "hostile" not in path.name])  # where some numbers are meant to be wrong
def test_apostrophes_before_numbers_are_no_part_of_them(path, tmp_path):
    """A spreadsheet writes one before a number that is to stay text."""
    long = r"^\d{5,}$"
    plain = read(as_table(path, tmp_path, lambda frame: frame))
    marked = as_table(
        path, tmp_path, lambda frame: frame.with_columns(
            pl.when(pl.col(name).str.contains(long)).then("'" + pl.col(name)).otherwise(pl.col(name)).alias(name)
            for name in frame.columns
        )
    )  # fmt: skip
    again = read(marked)

    assert (plain.rows, plain.rows_rejected, plain.ignored) == (again.rows, again.rows_rejected, again.ignored)


@sample
def test_a_row_of_nonsense_never_stops_the_file(path, tmp_path):
    """It is rejected, or ignored; what was read before is read still."""
    reading = read(path)
    nonsense = as_table(
        path, tmp_path, lambda frame: pl.concat([frame, pl.DataFrame({name: ["?!"] for name in frame.columns})])
    )
    again = read(nonsense)

    assert again.rows_rejected + sum(again.ignored.values()) > reading.rows_rejected + sum(reading.ignored.values()) or (
        again.kind in ("template", "products", "listings", "kits")
    )


@sample
def test_headings_alone_give_nothing(path, tmp_path):
    """An empty export is no error."""
    reading = read(as_table(path, tmp_path, lambda frame: frame.head(0)))

    assert (0, 0, 0, 0) == (reading.rows, reading.rows_rejected, reading.orders.height, reading.table.height)


@sample
def test_only_declared_columns_matter(path):
    """What a reader says it reads is all it reads: a wide file costs no more than a narrow one."""
    seen = peek(path, LIMITS)
    reader = recognise(seen)
    wide = reader.read(load(seen, LIMITS), CONTEXT)

    assert reader.columns(seen.headings) <= set(seen.headings)
    assert facts(wide) == facts(read(path))


@sample
def test_same_file_twice_is_the_same(path):
    """Reading has no memory."""
    assert facts(read(path)) == facts(read(path))
    assert read(path).rejected.rows() == read(path).rejected.rows()


def test_no_event_lies_in_the_future():
    """`as_of` never goes beyond now."""
    for path in SAMPLES:
        as_of = read(path).as_of

        assert as_of is None or (re.match(UTC_TEXT, as_of) and as_of <= "2026-11-19T14:00:00Z")


def test_row_that_belongs_to_nothing_is_said():
    """A reader that forgets a row is found out by the books."""
    path = DATA / "shopify" / "orders_clean.csv"
    sheet = load(peek(path, LIMITS), LIMITS)
    keys = pl.DataFrame({"row": [2, 3], "order_no": [None, None]}, schema={"row": pl.Int64, "order_no": pl.Int64})
    empty_orders, empty_lines = pl.DataFrame(schema=ORDERS), pl.DataFrame(schema=LINES)
    reading = order_reading(
        format="x", sheet=sheet, keys=keys, orders=empty_orders, lines=empty_lines, complaints=[]
    )  # fmt: skip

    assert [2, 3] == reading.rejected["row"].to_list()


def test_unknown_headings_are_named(tmp_path):
    """The message repeats what was found, not one line of data."""
    path = tmp_path / "odd.csv"
    path.write_text("colour,shape\nred,Ida Fairweather\n", encoding="utf-8")

    with pytest.raises(UnreadableFile, match="`colour`, `shape`") as caught:
        recognise(peek(path, LIMITS))
    assert "Ida" not in str(caught.value)


def test_reader_that_does_not_fit_is_refused(tmp_path):
    """`--as` does not make a file what it is not."""
    with pytest.raises(UnreadableFile):
        recognise(peek(DATA / "shopify" / "orders_clean.csv", LIMITS), "rates")


def test_a_workbook_with_its_rows_on_another_sheet_says_which_were_not_read(tmp_path):
    """The first sheet is read; where nobody knows it, the others are named."""
    book = openpyxl.Workbook()
    book.active.append(["notes"])
    book.create_sheet("orders").append(["order_ref", "placed_at", "sku", "quantity", "country"])
    book.save(tmp_path / "orders.xlsx")

    with pytest.raises(UnknownHeadings, match="read sheet `Sheet`; not read: `orders`"):
        recognise(peek(tmp_path / "orders.xlsx", LIMITS))
