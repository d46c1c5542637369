"""Square's item sales: what left over a counter, where and when, and what came back."""

from zoneinfo import available_timezones

import polars as pl
import pytest

from oms.channels.rails_zones import RAILS_ZONES

from .own_desk import SAMPLES, complaints, read

SQUARE = SAMPLES / "square"
HEAD = (
    "Date,Time,Time Zone,Item,Qty,Price Point Name,SKU,Gross Sales,Discounts,Net Sales,Tax,Transaction ID,Event Type,Location"
)


@pytest.fixture
def sold(tmp_path):
    def reading(*rows: str, **options):
        path = tmp_path / "items.csv"
        path.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
        return read(path, channel="till", **options)

    return reading


def test_a_transaction_is_an_order_that_has_left():
    """Paid, gone, at its shop, at its local time; amounts are added up over its rows."""
    reading = read(SQUARE / "items_clean.csv", channel="till")

    assert ("square-items", 5, 0, {}) == (reading.format, reading.rows, reading.rows_rejected, reading.ignored)
    assert [
        ("TXA", "2026-11-18T21:20:05Z", "paid", "Corner Shop", 2900, 500, 203, 3103, None),
        ("TXB", "2026-11-18T16:02:44Z", "paid", "Corner Shop", 1800, 0, 126, 1926, "Ada Vale"),
    ] == reading.orders.select(
        "order_ref", "placed_at", "payment", "counter_location", "subtotal", "discount", "tax", "total", "name"
    ).rows()
    assert "2026-11-18T21:20:05Z" == reading.as_of


def test_lines_go_by_sku_then_token_then_title():
    """Two equal rows are two sales; the price is of one unit; modifiers are the line's note."""
    lines = read(SQUARE / "items_clean.csv", channel="till").lines

    assert [
        ("TXA", "TOKMUG", "TOKMUG#1", "Blue Mug / Large", 2, 2, 1250, 500, 140, "Gift wrap"),
        ("TXA", "TEA-SENCHA", "TEA-SENCHA#1", "Sencha", 1, 1, 900, 0, 63, None),
        ("TXB", "TEA-SENCHA", "TEA-SENCHA#1", "Sencha", 1, 1, 900, 0, 63, None),
        ("TXB", "TEA-SENCHA", "TEA-SENCHA#2", "Sencha", 1, 1, 900, 0, 63, None),
    ] == lines.select(
        pl.col("order_no").replace_strict([0, 1], ["TXA", "TXB"]),
        "listing_sku", "line_key", "title", "quantity", "shipped", "unit_price", "discount", "tax", "note",
    ).rows()  # fmt: skip


def test_a_refund_is_goods_that_came_back():
    """At that shop, with what was paid back; the sale is named only where the file has it."""
    clean = read(SQUARE / "items_clean.csv", channel="till").returns
    hostile = read(SQUARE / "items_hostile.csv", channel="till").returns

    assert [("TXR/TOKMUG#1", None, "2026-11-17T15:00:00Z", "Corner Shop", "TOKMUG", 1, 1338, "USD")] == clean.select(
        "return_ref", "order_ref", "returned_at", "location", "listing_sku", "quantity", "refunded", "currency"
    ).rows()
    assert [("T8/Mug [/b] / Regular#1", "T8"), ("T8/Mug [/b] / Regular#2", "T8")] == hostile.select(
        "return_ref", "order_ref"
    ).rows()


def test_hostile_rows_are_named():
    """Loose weight, an unknown zone, words for money: the transaction is rejected, the others kept."""
    reading = read(SQUARE / "items_hostile.csv", channel="till")

    assert [
        (3, "Qty", "not a whole number"),
        (5, "Time Zone", "a time zone nobody knows"),
        (8, "Tax", "not an amount of money"),
        (9, "Item", "neither SKU, Token nor Item"),
        (14, "Transaction ID", "is blank"),
        (15, "Date", "not a date and time"),
    ] == complaints(reading)
    assert ["T1", "T4", "T8"] == reading.orders["order_ref"].to_list()
    assert {"quantity 0": 1, "refund of money only": 1} == reading.ignored
    assert "whole units" in reading.rejected["hint"].to_list()[0]


def test_each_row_is_in_the_zone_it_names():
    """One account, shops in several zones; the hour that comes twice is its first."""
    orders = read(SQUARE / "items_hostile.csv", channel="till").orders

    assert ["2026-11-01T05:30:00Z", "2026-11-18T03:20:00Z", "2026-11-18T12:50:00Z"] == orders["placed_at"].to_list()


def test_the_oldest_version_has_no_token():
    """24 columns: the item and its price point stand in."""
    lines = read(SQUARE / "items_hostile.csv", channel="till").lines

    assert ["Mug [/b] / Regular", "杯子, 蓝", "Mug [/b] / Regular"] == lines["listing_sku"].to_list()


def test_location_of_the_command_wins(sold):
    """`--location` says where, whatever the till calls itself; else its name; else the channel's only shop."""
    row = "2026-11-18,10:00:00,London,Mug,1,,,$5.00,$0.00,$5.00,$0.00,T1,Payment"

    assert ["NJ"] == sold(f"{row},Corner Shop", location="NJ").orders["counter_location"].to_list()
    assert ["Corner Shop"] == sold(f"{row},Corner Shop").orders["counter_location"].to_list()
    assert ["SHOP"] == sold(f"{row},").orders["counter_location"].to_list()


def test_a_row_without_event_type_goes_by_its_sign(sold):
    """Older exports leave the event blank."""
    reading = sold(
        "2026-11-18,10:00:00,,Mug,3,,,$10.00,$0.00,$10.00,$0.00,T1,,Corner Shop",
        "2026-11-18,11:00:00,,Mug,-1,,,-$5.00,$0.00,-$5.00,$0.00,T2,,Corner Shop",
    )

    assert [(3, 333)] == reading.lines.select("quantity", "unit_price").rows()
    assert [1] == reading.returns["quantity"].to_list()
    assert ["2026-11-18T15:00:00Z"] == reading.orders["placed_at"].to_list()


def test_amounts_that_are_missing_are_unknown(sold):
    """A blank tax is no tax of zero."""
    reading = sold("2026-11-18,10:00:00,London,Mug,1,,,$5.00,$0.00,$5.00,,T1,Payment,Corner Shop")

    assert [(500, None, None)] == reading.orders.select("subtotal", "tax", "total").rows()


def test_every_zone_of_rails_is_one_of_the_database():
    """The whole list, so that a shop anywhere is understood."""
    assert set(RAILS_ZONES.values()) <= available_timezones()
    assert "America/New_York" == RAILS_ZONES["Eastern Time (US & Canada)"]
    assert len(RAILS_ZONES) > 150


@pytest.mark.parametrize(
    ("name", "rows", "orders", "units", "returns", "listings", "as_of"),
    [
        ("items-2026-05", 223, 162, 251, 1, 5, "2026-05-30T17:03:14Z"),
        ("items-2026-06-12-2026-06-17", 366, 239, 416, 0, 8, "2026-06-16T16:48:11Z"),
        ("items-2026-06-17-2026-06-21", 306, 205, 345, 0, 6, "2026-06-20T17:04:59Z"),
        ("items_with_refund_and_sku", 3, 2, 4, 0, 2, "2026-09-13T14:02:11Z"),
    ],
)
def test_real_exports_are_read_whole(samples, name, rows, orders, units, returns, listings, as_of):
    """Nothing is rejected, nothing ignored, every row is a line or a return."""
    reading = read(samples / "channels" / "square" / f"{name}.csv", channel="till")

    assert (rows, 0, {}) == (reading.rows, reading.rows_rejected, reading.ignored)
    assert (orders, rows - returns, returns) == (reading.orders.height, reading.lines.height, reading.returns.height)
    assert (units, listings) == (reading.lines["quantity"].sum(), reading.lines["listing_sku"].n_unique())
    assert as_of == reading.as_of
