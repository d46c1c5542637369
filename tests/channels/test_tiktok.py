"""TikTok Shop's order export: what its rows say, in the languages and the order of days of its markets."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from oms.channels.base import Reading

from .seller_desk import complaints, read, table

DATA = Path(__file__).parent.parent / "data" / "channels" / "tiktok"
ROW = {
    "Order ID": "583812345678900001", "Order Status": "To ship", "Order Substatus": "Awaiting shipment", "SKU ID": "1729001",
    "Seller SKU": "MUG", "Product Name": "Mug", "Variation": "Blue", "Quantity": "1", "Created Time": "14/11/2026 09:10:11",
}  # fmt: skip
Sold = Callable[..., Reading]


@pytest.fixture
def sold(tmp_path: Path) -> Sold:
    """Read rows that differ from an ordinary one."""

    def reading(*rows: dict[str, Any], timezone: str | None = None, currency: str = "USD") -> Reading:
        return read(table(tmp_path / "orders.tsv", [ROW | row for row in rows]), "tiktok", timezone, currency)

    return reading


def states(reading: Reading) -> list[tuple[Any, ...]]:
    return reading.orders.select("payment", "cancelled", "delivered", "on_hold").rows()


def counters(reading: Reading) -> list[tuple[Any, ...]]:
    return reading.lines.select("quantity", "cancelled", "shipped").rows()


def test_an_order_is_its_lines_and_its_money_once():
    """The order's amounts stand on both of its rows; times are the market's; the masked buyer stays masked."""
    reading = read(DATA / "orders_clean.csv", "tiktok", "Asia/Kuala_Lumpur", "MYR")
    first = reading.orders.row(0, named=True)

    assert ("tiktok-orders", 7, 0) == (reading.format, reading.rows, reading.rows_rejected)
    assert {"the row that explains the columns": 1} == reading.ignored
    assert not reading.whole_orders
    assert {
        "order_ref": "583812345678900101", "placed_at": "2026-11-14T01:10:11Z", "payment": "paid", "currency": "MYR",
        "subtotal": 6000, "discount": 250, "shipping": 490, "total": 6240, "refunded": 0, "name": "S**** b*** A**",
        "phone": "(+60)12*****34", "address1": "N* 1*, J**** K*****", "city": "Klang", "region": "Selangor",
        "postcode": "41000", "country": "MY", "service": "Standard shipping", "note": "Leave it with the guard",
        "no_address": False,
    }.items() <= first.items()  # fmt: skip
    assert [(None, "1729500000000000101#1", "MUG", 2, 2000, 250), (None, "1729500000000000102#1", "CUP", 2, 1000, 0)] == (
        reading.lines.filter(order_no=0)
        .select("line_ref", "line_key", "listing_sku", "quantity", "unit_price", "discount").rows()
    )  # fmt: skip
    assert "2026-11-15T15:59:59Z" == reading.as_of


def test_money_of_a_line_is_what_was_paid_for_it(sold):
    """Original price x quantity less all discounts is the subtotal after discount, to the last cent."""
    full = {"SKU Unit Original Price": "10.00", "SKU Subtotal Before Discount": "30.00", "SKU Platform Discount": "1.01",
            "SKU Seller Discount": "2", "SKU Subtotal After Discount": "26.99", "Quantity": 3}  # fmt: skip
    only_after = {"Order ID": "2", "SKU Subtotal After Discount": "20.00", "Quantity": 3}
    reading = sold(full, only_after)
    paid = pl.col("unit_price") * pl.col("quantity") - pl.col("discount")

    assert [(1000, 301), (667, 1)] == reading.lines.select("unit_price", "discount").rows()
    assert [2699, 2000] == reading.lines.select(paid).to_series().to_list()


@pytest.mark.parametrize(
    ("currency", "cell", "minor"),
    [
        ("VND", "1.112.250 ₫", 1112250), ("VND", "189000", 189000), ("IDR", "Rp 10.000", 1000000), ("IDR", "189950", 18995000),
        ("IDR", "IDR 189,950", 18995000), ("BRL", "R$ 62,90", 6290), ("BRL", "1.062", 106200), ("USD", "$1,062.40", 106240),
        ("THB", "฿1,290", 129000), ("TWD", "NT$1,390", 139000), ("MYR", "2.9789999999999996", 298),
    ],
)  # fmt: skip
def test_money_is_read_as_its_market_writes_it(sold, currency, cell, minor):
    """A point between thousands in Jakarta is none in New York."""
    reading = sold({"Order Amount": cell}, currency=currency)

    assert [minor] == reading.orders["total"].to_list()


@pytest.mark.parametrize(
    ("currency", "cell"), [("IDR", "12.5"), ("IDR", "Rp 12,50"), ("TWD", "1.39"), ("VND", "12.5"), ("VND", "12,50")]
)
def test_a_price_whose_zeros_a_spreadsheet_ate_is_refused(sold, currency, cell):
    """`12.500` became 12.5: whether it did is not for us to guess."""
    reading = sold({"Order Amount": cell}, currency=currency)

    assert (1, [cell]) == (reading.rows_rejected, reading.rejected["value"].to_list())
    assert "12.500" in reading.rejected["hint"][0]


@pytest.mark.parametrize(("currency", "cell"), [("IDR", "12500.00"), ("IDR", "12,500"), ("IDR", "12.500,50"), ("IDR", "0")])
def test_whole_prices_of_such_a_market_stay(sold, currency, cell):
    """Zeros behind the sign are no cents."""
    assert 0 == sold({"Order Amount": cell}, currency=currency).rows_rejected


def test_thousands_or_cents_is_not_guessed_where_a_column_has_both(sold):
    """`1.250` beside `12,50`: one order is told, the others stand."""
    reading = sold(
        {"Order Amount": "12,50"}, {"Order ID": "2", "Order Amount": "1.250"}, {"Order ID": "3", "Order Amount": "7"}
    )

    assert [1250, 700] == reading.orders["total"].to_list()
    assert ["1.250"] == reading.rejected["value"].to_list()
    assert "thousands or a fraction" in reading.rejected["what"][0]


def test_headings_may_have_been_deleted():
    """The row of explanations takes their place; Thai words stand below it."""
    reading = read(DATA / "orders_explained_th.tsv", "tiktok", "Asia/Bangkok", "THB")

    assert (5, 0, {}) == (reading.rows, reading.rows_rejected, reading.ignored)
    assert [
        ("paid", False, False, False), ("paid", False, True, False), ("unknown", True, False, False),
        ("unpaid", False, False, False), ("paid", False, True, False),
    ] == states(reading)  # fmt: skip
    assert [(1, 0, 0), (2, 0, 2), (1, 1, 0), (1, 0, 0), (1, 0, 1)] == counters(reading)
    assert "2026-08-03T04:27:18Z" == reading.orders["placed_at"][0]


@pytest.mark.parametrize(
    ("status", "substatus", "expected"),
    [
        ("Unpaid", "", ("unpaid", False, False, False)),
        ("On hold", "", ("paid", False, False, True)),
        ("To ship", "On hold", ("paid", False, False, True)),
        ("To ship", "Awaiting collection", ("paid", False, False, False)),
        ("Shipped", "In transit", ("paid", False, False, False)),
        ("Shipped", "Delivered", ("paid", False, True, False)),
        ("Completed", "", ("paid", False, True, False)),
        ("Cancelled", "", ("unknown", True, False, False)),
        ("Dikirim", "Sedang transit", ("paid", False, False, False)),
        ("Selesai", "", ("paid", False, True, False)),
        ("Dibatalkan", "", ("unknown", True, False, False)),
        ("Belum dibayar", "", ("unpaid", False, False, False)),
        ("Đã huỷ", "", ("unknown", True, False, False)),
        ("Cần gửi", "", ("paid", False, False, False)),
        ("Đã hoàn tất", "", ("paid", False, True, False)),
    ],
)
def test_words_of_the_markets(sold, status, substatus, expected):
    """English, Indonesian, Vietnamese; with and without composed accents."""
    import unicodedata

    one = sold({"Order Status": status, "Order Substatus": substatus})
    decomposed = sold({"Order Status": unicodedata.normalize("NFD", status), "Order Substatus": substatus})

    assert [expected] == states(one) == states(decomposed)


def test_a_word_nobody_knows_holds_the_order(sold):
    """It is imported, held, and said; never dropped. What has a time of shipment has left."""
    left = {"Order ID": "3", "Order Status": "Weg", "Shipped Time": "15/11/2026 09:00:00"}
    reading = sold({"Order Status": "Unterwegs"}, {"Order ID": "2", "Order Substatus": "Waiting for Godot"}, left)

    assert (3, 0) == (reading.orders.height, reading.rows_rejected)
    assert [True, True, True] == reading.orders["on_hold"].to_list()
    assert [(1, 0, 0), (1, 0, 0), (1, 0, 1)] == counters(reading)
    assert "3 orders are held: nobody knows their status `Unterwegs`, `Waiting for Godot`, `Weg`" in reading.notes


def test_cancel_before_and_after_the_parcel_left(sold):
    """A cancelled order with a tracking number must be stopped at the bench; one that has left counts as shipped."""
    ended = {"Order Status": "Cancelled", "Cancelation/Return Type": "Cancel", "Tracking ID": "T1"}
    reading = sold(ended, ended | {"Order ID": "2", "Shipped Time": "15/11/2026 09:00:00"}, {"Order ID": "3"})

    assert [(1, 1, 0), (1, 0, 1), (1, 0, 0)] == counters(reading)
    assert ("1 cancelled orders have a tracking number, stop their parcels: `583812345678900001`",
            "1 orders were cancelled after their parcels had left: they count as shipped") == reading.notes[-2:]  # fmt: skip


def test_a_buyer_who_asks_to_cancel_is_heard(sold):
    """To ship, with type Cancel: held until somebody has looked. Returns leave the goods shipped."""
    asked = {"Cancelation/Return Type": "Cancel"}
    back = {"Order ID": "2", "Order Status": "Completed", "Cancelation/Return Type": "Return/Refund"}
    reading = sold(asked, back)

    assert [True, False] == reading.orders["cancel_requested"].to_list()
    assert [(1, 0, 0), (1, 0, 1)] == counters(reading)
    assert "1 orders speak of returns or refunds: they stay shipped, and no stock comes back by this file" in reading.notes


def test_tiktoks_own_warehouse_is_not_ours(sold):
    """`Fulfillment by TikTok Shop` is external; both words for the seller's are ours."""
    kinds = ("Fulfillment by TikTok Shop", "Fulfillment by seller", "Seller Shipping", "")
    reading = sold(*({"Order ID": str(at), "Fulfillment Type": kind} for at, kind in enumerate(kinds)))

    assert [True, False, False, False] == reading.lines["external"].to_list()


def test_the_same_article_twice_is_two_lines(sold):
    """Split over two packages, in any order of rows; without a seller sku the platform's names it."""
    parts = [{"Package ID": "P1", "Quantity": 2}, {"Package ID": "P2"}, {"Seller SKU": "", "SKU ID": "1729002"}]
    keys = [("1729001#2", "MUG", 2), ("1729001#1", "MUG", 1), ("1729002#1", "1729002", 1)]

    assert keys == sold(*parts).lines.select("line_key", "listing_sku", "quantity").rows()
    assert sorted(keys) == sorted(sold(*reversed(parts)).lines.select("line_key", "listing_sku", "quantity").rows())


def test_bad_rows_are_named_and_the_good_orders_kept():
    """Blank first line, a short row, scientific ids, words for numbers: each is said with its row."""
    reading = read(DATA / "orders_us_hostile.csv", "tiktok", "America/New_York")

    assert [
        (10, "Quantity", "not a whole number of 0 or more"),
        (11, "Order ID", "a spreadsheet has changed this identifier"),
        (12, "Created Time", "the order does not say when it was placed"),
        (15, "Created Time", "not a date and time"),
        (16, "Quantity", "nothing was ordered: quantity 0 on an open line"),
        (17, "Order ID", "no order id in this row"),
    ] == complaints(reading)
    assert (14, 6, 1) == (reading.rows, reading.rows_rejected, sum(reading.ignored.values()))
    assert [("MUG", 100000), ("MUG", 6000), ("Gift card", 0)] == (
        reading.lines.filter(order_no=0).select("listing_sku", "unit_price").rows()
    )
    assert [106240, 240] == [reading.orders.row(0, named=True)[name] for name in ("total", "tax")]


def test_days_and_months_are_told_apart_and_said(sold):
    """One day above 12 decides for all cells of the file."""
    reading = sold({"Created Time": "03/08/2026 10:00:00"}, {"Order ID": "2", "Created Time": "13/08/2026 10:00:00"})

    assert ["2026-08-03T10:00:00Z", "2026-08-13T10:00:00Z"] == reading.orders["placed_at"].to_list()
    assert "dates are read with the day first, by days after the 12th" in reading.notes


def test_dates_that_could_be_either_are_refused(sold):
    """Nobody guesses: the row says how to tell. What needs no decision is read."""
    reading = sold(
        {"Created Time": "03/08/2026 10:00:00"}, {"Order ID": "2", "Created Time": "2026/03/08 10:00:00"},
        {"Order ID": "3", "Created Time": "08/08/2026 10:00:00"},
    )  # fmt: skip

    assert [(2, "Created Time", "the day or the month first: the file does not say")] == complaints(reading)
    assert "timezone" in reading.rejected["hint"][0]
    assert ["2026-03-08T10:00:00Z", "2026-08-08T10:00:00Z"] == reading.orders["placed_at"].to_list()


@pytest.mark.parametrize(
    ("row", "timezone", "why", "placed_at"),
    [
        ({"Created Time": "03/08/2026 10:00:00 PM"}, None, "AM and PM", "2026-03-08T22:00:00Z"),
        ({"Paid Time": "04/07/2026 10:00:00"}, None, "the order of events", "2026-03-08T10:00:00Z"),
        ({"Order Status": "Dikirim"}, None, "the language of the status words", "2026-08-03T10:00:00Z"),
        ({"Country": "Vietnam"}, None, "the country of the addresses", "2026-08-03T10:00:00Z"),
        ({"Country": "United States"}, None, "the country of the addresses", "2026-03-08T10:00:00Z"),
        ({}, "Asia/Ho_Chi_Minh", "the channel's zone", "2026-08-03T03:00:00Z"),
        ({}, "America/Chicago", "the channel's zone", "2026-03-08T15:00:00Z"),
    ],
)
def test_what_tells_days_from_months(sold, row, timezone, why, placed_at):
    """The hour that America leaves out on 8 March is behind us at 10 in Chicago: summer time."""
    reading = sold({"Created Time": "03/08/2026 10:00:00"} | row, timezone=timezone)

    assert [placed_at] == reading.orders["placed_at"].to_list()
    assert any(note.endswith(f"by {why}") for note in reading.notes)


def test_dates_that_contradict_each_other_are_refused(sold):
    """Two exports pasted together: neither reading fits."""
    reading = sold({"Created Time": "13/08/2026 10:00:00"}, {"Order ID": "2", "Created Time": "08/13/2026 10:00:00"})

    assert ["some dates have the day first, others the month"] * 2 == reading.rejected["what"].to_list()


def test_one_stray_date_among_hundreds_is_the_mistake(sold):
    """A typing error never turns the file around."""
    rows = [{"Order ID": str(at), "Created Time": f"{13 + at % 15}/08/2026 10:00:00"} for at in range(200)]
    reading = sold(*rows, {"Order ID": "x", "Created Time": "08/13/2026 10:00:00"})

    assert [(202, "Created Time", "not a date and time")] == complaints(reading)
    assert 200 == reading.orders.height


def test_workbook_of_single_cells(tmp_path):
    """A sheet that says it has one cell, with every cell in a row of its own numbered 1."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "OrderSKUList"
    sheet.append(list(ROW))
    sheet.append(["Platform unique order ID.", *[""] * (len(ROW) - 1)])
    for at in range(3):
        sheet.append(list((ROW | {"Order ID": f"58381234567890000{at}\t", "Created Time": "14/11/2026 09:10:11\t"}).values()))
    path = tmp_path / "a.xlsx"
    book.save(path)
    with zipfile.ZipFile(path) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    name = "xl/worksheets/sheet1.xml"
    text = parts[name].decode().replace('<dimension ref="A1:I5"', '<dimension ref="A1:A1"').replace("</row>", "")
    for number in range(1, 6):
        text = text.replace(f'<row r="{number}">', "")
    parts[name] = text.replace("<c ", '<row r="1"><c ').replace("</c>", "</c></row>").encode()
    with zipfile.ZipFile(path, "w") as packed:
        for part, content in parts.items():
            packed.writestr(part, content)

    reading = read(path, "tiktok", "Asia/Bangkok", "THB")

    assert (4, 0, 3) == (reading.rows, reading.rows_rejected, reading.orders.height)
    assert "583812345678900000" == reading.orders["order_ref"][0]


def test_samples_are_read(samples):
    """Every order file of the samples, as an account of its market, with the one row that is wrong."""
    dollars = ("us_orders_fixture.csv", "jc_tiktok_shop_orders.csv")
    found = {
        path.name: (lambda r: (r.orders.height, r.rows_rejected, sum(r.ignored.values())))(
            read(path, "tiktok", "Asia/Jakarta", "USD" if path.name in dollars else "IDR")
        )
        for path in sorted((samples / "channels" / "tiktok").iterdir())
        if path.name not in ("jc_fbt_inventory.csv", "jc_tiktok_sales.csv")
    }

    assert {
        "id_orders.csv": (1, 0, 0), "jc_tiktok_orders.csv": (4, 0, 0), "jc_tiktok_shop_orders.csv": (5, 0, 0),
        "tiktok_desc_row_dates.tsv": (2, 0, 1), "us_orders_fixture.csv": (3, 1, 1),
    } == found  # fmt: skip
