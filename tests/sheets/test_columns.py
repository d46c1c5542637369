"""Cells become values, or complaints that say where and why; nothing is guessed."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms.model.money import decimal_text
from oms.sheets.columns import (
    Amount,
    CurrencyCode,
    Flag,
    Moment,
    OneOf,
    Text,
    Typed,
    Whole,
    bind,
    normal,
    typed,
)
from oms.sheets.values import amount, moment, whole


def read(column, *values: str | None, currency: str = "USD", timezone: str = "America/New_York") -> Typed:
    frame = pl.DataFrame({"X": list(values), "row": range(2, 2 + len(values))}, schema={"X": pl.String, "row": pl.Int64})
    return typed(frame, bind({"x": column}, ["X"]), timezone=timezone, currency=currency)


def test_headings_are_compared_by_their_words():
    """Case, BOM, spaces, dashes and underscores make no difference."""
    same = {normal(h) for h in ("order-id", "\ufeffOrder ID", " order_id ", "ORDER  id", "'order-id", '"Order-Id"')}

    assert {"order_id"} == same


def test_own_heading_goes_before_its_aliases():
    """A file with both has what it was asked for."""
    assert {"x": "qty"} == dict(bind({"x": Text("qty", "数量")}, ["数量", "qty"]).headings)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1499.00", 149900), ("1499", 149900), (" 5.5 ", 550), ("$1,200.50", 120050), ("(3.00)", -300), ("-$3.00", -300),
        ("116,99 €", 11699), ("1.116,99 €", 111699), ("1'200.50", 120050), ("1 200,50", 120050), ("Rs. 1,20,000.50", 12000050),
        ("2.9789999999999996", 298), ("US$ 5", 500), ("￥１２０", 12000), ("-0.01", -1), ("1,200", 120000), ("5.", 500),
    ],
)  # fmt: skip
def test_money_as_people_write_it(cell, value):
    """Signs, separators, parentheses, full-width digits."""
    assert [value] == read(Amount("X"), cell).frame["x"].to_list()


@pytest.mark.parametrize("cell", ["twelve", "1E5", "12-5", "5%", "1.2.3", "1,2,3", "--", "#REF!", "1/2", "12..5"])
def test_what_is_no_money_is_refused(cell):
    """Never a guess."""
    result = read(Amount("X"), "1.00", cell)

    assert [100, None] == result.frame["x"].to_list()
    assert [(3, "X", cell, "not an amount of money", None)] == result.rejected.rows()


@pytest.mark.parametrize(
    ("cell", "currency", "decimal", "value"),
    [
        ("1.112.250 ₫", "VND", ".", 1112250), ("1.112", "JPY", ".", 1112), ("1500.00", "JPY", ".", 1500),
        ("12.5", "JPY", ".", None), ("1.112", "USD", ".", 111), ("1.112", "USD", ",", 111200), ("1.112", "USD", "auto", None),
        ("1.250", "KWD", ".", 1250), ("Rp 10.000", "IDR", ",", 1000000),
    ],
)  # fmt: skip
def test_lone_separator_goes_by_currency_and_channel(cell, currency, decimal, value):
    """`1.112` is a price in dollars, a thousand in yen, and refused where it could be either."""
    assert [value] == read(Amount("X", decimal=decimal), cell, currency=currency).frame["x"].to_list()


@pytest.mark.parametrize(
    ("decimal", "cells", "refused"),
    [
        (".", ["12,50", "1.250", "1250.00", "1.250,00"], ["1.250"]),
        (".", ["12.50", "1.250", "1,250"], []),
        (".", ["1,250", "1.250"], []),
        (",", ["12.50", "1,250", "€ 1,250"], ["1,250", "€ 1,250"]),
        (",", ["12,50", "1.250", "1,250"], []),
        (".", ["1.250,00", "2.500"], ["2.500"]),
        (".", ["12,50", "2,979", "$1,250.00"], ["2,979"]),
    ],
)  # fmt: skip
def test_a_fraction_or_thousands_by_the_other_cells_of_the_column(decimal, cells, refused):
    """Where others have the other sign before their cents, a lone one before three digits is nobody's guess."""
    assert refused == read(Amount("X", decimal=decimal), *cells).rejected["value"].to_list()


@given(st.integers(-(10**11), 10**11), st.sampled_from(["USD", "JPY", "KWD"]))
def test_plain_money_is_exact(minor, currency):
    """To the last minor unit, by the fast way and by the careful one."""
    text = decimal_text(minor, currency)

    assert [minor] == read(Amount("X"), text, currency=currency).frame["x"].to_list()
    assert minor == amount(text, {"USD": 2, "JPY": 0, "KWD": 3}[currency])


def test_each_row_has_its_own_currency():
    """A file of two marketplaces."""
    frame = pl.DataFrame({"X": ["5.00", "500", "1.234", None], "row": [2, 3, 4, 5]})
    currencies = pl.Series(["USD", "JPY", "KWD", "USD"])
    result = typed(
        frame, bind({"x": Amount("X")}, ["X"]), timezone="UTC", currency="USD", currencies=currencies
    )  # fmt: skip

    assert [500, 500, 1234, None] == result.frame["x"].to_list()
    assert result.rejected.is_empty()


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("2026-04-05 22:47:04 +0500", "2026-04-05T17:47:04Z"), ("2026-04-05 22:47:04 -0330", "2026-04-06T02:17:04Z"),
        ("2026-09-22T15:04:11+00:00", "2026-09-22T15:04:11Z"), ("2026-09-22T15:04:11-07:00", "2026-09-22T22:04:11Z"),
        ("2026-09-22T15:04:11Z", "2026-09-22T15:04:11Z"), ("2026-09-22T15:04:11.123Z", "2026-09-22T15:04:11Z"),
        ("2026-09-22 15:04:11", "2026-09-22T19:04:11Z"), ("2026-09-22T15:04:11", "2026-09-22T19:04:11Z"),
        ("2026/9/22 15:04", "2026-09-22T19:04:00Z"), ("2026-09-22", "2026-09-22T04:00:00Z"),
        ("45384.34789", "2024-04-02T12:20:58Z"), ("10-Dez-25", "2025-12-10T05:00:00Z"), ("Sep-07-26", "2026-09-07T04:00:00Z"),
        ("04 Jul 2022 11:46", "2022-07-04T15:46:00Z"), ("2026-03-08 02:30:00", "2026-03-08T07:30:00Z"),
        ("2026-11-01 01:30:00", "2026-11-01T05:30:00Z"),
    ],
)  # fmt: skip
def test_times_become_utc(cell, value):
    """By their offset, else by the zone of the file; the hour of daylight saving has one answer."""
    assert [value] == read(Moment("X"), cell).frame["x"].to_list()


@pytest.mark.parametrize("cell", ["not-a-date", "2026-13-01", "31/31/2026", "99999", "0206-01-01 00:00:00 +0000", "12"])
def test_what_is_no_time_is_refused(cell):
    """A wrong year is no year."""
    result = read(Moment("X"), cell)

    assert [None] == result.frame["x"].to_list()
    assert ["not a date and time"] == result.rejected["what"].to_list()


def test_declared_formats_decide_day_and_month():
    """03/04 is what the channel says it is."""
    us, vn = Moment("X", formats=("%m/%d/%Y %I:%M:%S %p",)), Moment("X", formats=("%d/%m/%Y %H:%M:%S",))

    assert ["2026-03-04T22:05:06Z"] == read(us, "03/04/2026 05:05:06 PM\t").frame["x"].to_list()
    assert ["2026-04-02T22:05:06Z"] == read(vn, "03/04/2026 05:05:06\t", timezone="Asia/Ho_Chi_Minh").frame["x"].to_list()


def test_date_alone_may_mean_its_end():
    """A promise for Friday holds until Friday is over."""
    assert "2026-09-23T03:59:59Z" == moment("2026-09-22", "America/New_York", end_of_day=True)


def test_whole_numbers():
    """One and a half is none."""
    result = read(Whole("X"), "1", "1.0", "1,000", " 2 ", "1.5", "-1", "9999999999", None, "")

    assert [1, 1, 1000, 2, None, None, None, None, None] == result.frame["x"].to_list()
    assert [6, 7, 8] == result.rejected["row"].to_list()
    assert whole("12,34") is None


@pytest.mark.parametrize("cell", ["1.23457E+12", "6.1E+12", "1,23457E+12", "#N/A", "'5.8E+17", '="1.2E+12"'])
def test_mangled_identifier_is_refused(cell):
    """What a spreadsheet cut off is gone."""
    result = read(Text("X", identifier=True), cell, "12E5", "'000123", '="00456"', "#1001")

    assert [None, "12E5", "000123", "00456", "#1001"] == result.frame["x"].to_list()
    assert [2] == result.rejected["row"].to_list()


def test_mangled_phone_is_no_phone():
    """And no reason to stop an order."""
    result = read(Text("X", guarded=True, mangled_is_missing=True, missing=("-",)), "8.61381E+12", "'+15550100", "-", "")

    assert [None, "+15550100", None, None] == result.frame["x"].to_list()
    assert result.rejected.is_empty()


def test_text_is_kept_as_it_stands():
    """Only white space around it goes; an apostrophe of a title stays."""
    result = read(Text("X"), "'Tis [b]the[/b] season\u00a0", "  ", "=1+1", "a\nb")

    assert ["'Tis [b]the[/b] season", None, "=1+1", "a\nb"] == result.frame["x"].to_list()


def test_unknown_word_is_a_complaint_or_has_a_meaning():
    """Which of the two, the column says."""
    words = {"Paid": "paid"}

    assert [2] == read(OneOf("X", words=words), "owed").rejected["row"].to_list()
    assert ["paid", "unpaid"] == read(OneOf("X", words=words, other="unpaid"), " PAID", "owed").frame["x"].to_list()
    assert [None] == read(OneOf("X", words=words, other=None), "owed").frame["x"].to_list()


def test_yes_and_no():
    """In the words of spreadsheets."""
    result = read(Flag("X"), "TRUE", "no", "1", "否", "perhaps")

    assert [True, False, True, False, None] == result.frame["x"].to_list()
    assert [6] == result.rejected["row"].to_list()


def test_currency_codes():
    """ISO codes in any case."""
    result = read(CurrencyCode("X"), "usd", "JPY", "XXX")

    assert ["USD", "JPY", None] == result.frame["x"].to_list()
    assert [4] == result.rejected["row"].to_list()


def test_absent_column_is_null():
    """Not an error: the reader knows what it needs."""
    frame = pl.DataFrame({"row": [2, 3]}, schema={"row": pl.Int64})
    result = typed(frame, bind({"x": Whole("X"), "y": Text("Y")}, []), timezone="UTC", currency="USD")

    assert [(2, None, None), (3, None, None)] == result.frame.rows()


def test_long_value_is_shown_short():
    """A complaint repeats 80 characters."""
    assert 80 == len(read(Whole("X"), "x" * 500).rejected["value"][0])


def test_long_nonsense_is_refused_at_once():
    """A cell of a hundred thousand characters is no amount, no number, no time."""
    for column in (Amount("X"), Whole("X"), Moment("X")):
        for nonsense in ("x" * 100_000, "1" * 100_000, "1," * 50_000, " " * 100_000 + "x"):
            assert [2] == read(column, nonsense).rejected["row"].to_list()


@pytest.mark.parametrize(("ends", "expected"), [(False, "2026-11-18T05:00:00Z"), (True, "2026-11-19T04:59:59Z")])
def test_formats_without_a_time_of_day(ends, expected):
    """A day by a format of its own, as its first or its last second, alone in its file or beside others."""
    column = Moment("X", formats=("%d.%m.%Y",), end_of_day=ends)
    result = read(column, "18.11.2026", "18.11.2026", "2026-11-18", "32.11.2026")

    assert [expected] * 3 == result.frame["x"].drop_nulls().to_list()
    assert ["32.11.2026"] == result.rejected["value"].to_list()


@pytest.mark.parametrize("cell", ["99999999999999999999999.99", "9,999,999,999,999,999.00", "-99999999999999999999"])
def test_an_amount_that_nobody_paid_is_refused(cell):
    """A barcode that slipped into a price is a complaint, not a number that overflows."""
    read_ = read(Amount("X"), cell)

    assert [None] == read_.frame["x"].to_list()
    assert ["not an amount of money"] == read_.rejected["what"].to_list()


@pytest.mark.parametrize("cell", ["4006381333931", "1,000,000,000", "9223372036854775808", "99999999999999999999"])
def test_a_quantity_that_nobody_ordered_is_refused(cell):
    """Digits with commas between them are held to the same bound as digits alone."""
    assert [None] == read(Whole("X"), cell).frame["x"].to_list()
    assert [None] == read(Whole("X", least=None), cell).frame["x"].to_list()
