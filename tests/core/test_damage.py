"""What spreadsheets do to cells, and what counts as a proof of what stood there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms.core.damage import Known, of_amounts, of_barcode, of_identifier, of_postcode, of_stored_number, read_again

KNOWN = Known.of(("583812345678900101", "583812345999900202", "4006381333931", "3-4", "12-25", "007", "MUG", "MAR-09"))


def repaired(cell, known=KNOWN):
    """What stood there, None where nobody can prove it, the cell itself where nothing happened."""
    found = of_identifier(cell, known)
    return cell if found is None else found.repaired


@pytest.mark.parametrize(
    ("cell", "was"),
    [
        ("5.83812E+17", None),  # two known numbers become that
        ("5.838123459999E+17", "583812345999900202"),
        ("4.00638E+12", "4006381333931"), ("4,00638E+12", "4006381333931"), ("4E+12", "4006381333931"), ("9.9E+12", None),
        ("583812345678900000", "583812345678900101"), ("583812345678900101", "583812345678900101"),
        ("7", "007"), ("07", "007"), ("8", "8"), ("MUG", "MUG"), ("mug", "mug"),
        ("4-Mar", "3-4"), ("04. Mrz", "3-4"), ("2026-03-04 00:00:00", "3-4"), ("25-Dec", "12-25"), ("9-Mar", "MAR-09"),
        ("5-Mar", None), ("#N/A", None), ("#REF!", None),
    ],
)  # fmt: skip
def test_a_name_is_repaired_by_the_only_one_that_becomes_it(cell, was):
    """Scientific notation, 15 digits, lost zeros, days: one known name proves itself, two or none prove nothing."""
    assert was == repaired(cell)


def test_a_day_that_two_skus_become_is_nobodys():
    """`3-4` and `4-3` both become a day in March or April."""
    assert repaired("4-Mar", Known.of(("3-4", "4-3"))) is None


def test_a_known_name_is_never_repaired():
    """Some people do call a thing `4-Mar`."""
    assert "4-Mar" == repaired("4-Mar", Known.of(("4-Mar", "3-4")))


def test_long_numbers_of_workbooks_are_found_by_what_is_kept():
    """As a float, 583812345678900101 and 583812345678900100 are the same."""
    assert "583812345678900101" == of_stored_number("583812345678900100", KNOWN).repaired
    assert of_stored_number("583812345678900100", Known.of(())).repaired is None


@pytest.mark.parametrize(
    ("cell", "was"),
    [("36000291452", "036000291452"), ("4006381333931", None), ("36000291453", None), ("12345", None), ("A-1", None)],
)
def test_a_check_digit_proves_a_barcodes_zeros(cell, was):
    """Eleven digits that are right with a zero before them are a UPC; whole ones and a seller's own stay."""
    found = of_barcode(cell, Known.of(()))

    assert was == (None if found is None else found.repaired)


def test_a_known_barcode_is_spelled_as_it_is_known():
    """An EAN-13 with two zeros before it gets both back."""
    assert "0036000291452" == of_barcode("36000291452", Known.of(("0036000291452",))).repaired


@pytest.mark.parametrize(
    ("cell", "country", "region", "was"),
    [
        ("7030", "US", "NJ", "07030"), ("501", "US", None, "00501"), ("1067", "DE", None, "01067"),
        ("7030", "US", "Nowhere", "07030"), ("1000", "BE", None, "1000"), ("07030", "US", "NJ", "07030"),
        ("7030", "ZZ", None, "7030"), ("7030", "GB", None, "7030"), ("7030", "US", "CA", None),
    ],
)  # fmt: skip
def test_the_country_proves_a_postcodes_zeros(cell, country, region, was):
    """Five digits in the US and Germany, four in Belgium; a zip of New Jersey is none of California."""
    found = of_postcode(cell, country, region)

    assert was == (cell if found is None else found.repaired)


def test_a_column_proves_its_decimal_comma():
    """Beside `12,50`, `2,979` is not two thousand; without it, or beside a point, nobody knows."""
    assert {"12,50": "12.50", "2,979": "2.979"} == {cell: f.repaired for cell, f in of_amounts(["12,50", "2,979", "4"]).items()}
    assert {} == of_amounts(["2,979"]) == of_amounts(["12,50", "3,25"]) == of_amounts(["12,50", "2,979", "1.5"])


@pytest.mark.parametrize(
    ("text", "encoding", "was"),
    [("CafÃ©", "utf-8", "Café"), ("ºìÉ«²è±\xad", "gb18030", "红色茶杯"), ("Café", "utf-8", None), ("红", "gb18030", None),
     ("MUG", "utf-8", "MUG"), ("â‚¬", "utf-8", "€")],
)  # fmt: skip
def test_text_is_read_again_byte_by_byte(text, encoding, was):
    """What Latin-1 or Windows-1252 made of it is undone; what neither made is not."""
    assert was == read_again(text, encoding)


@given(st.lists(st.text(max_size=8), max_size=8), st.text(max_size=24))
def test_no_cell_is_too_odd(names, cell):
    """Whatever stands there, a repair is a known name and nothing else."""
    known = Known.of(names)
    found = of_identifier(cell, known)

    assert found is None or found.repaired is None or found.repaired in known.names


@given(st.from_regex(r"\A[1-9][0-9]{15,18}\Z"), st.integers(0, 9))
def test_a_number_that_was_cut_comes_back(number, more):
    """Whatever a spreadsheet made of a known order number, by 15 digits or by a few, it is found again when it is alone."""
    cut = number[:15] + "0" * (len(number) - 15)
    known = Known.of((number, "9" * (len(number) + 1 + more)))

    assert number == repaired(cut, known)
    assert number == repaired(f"{float(number):.5E}", known)


def as_a_spreadsheet_shows(name, reads_the_month_first):
    """What is left of a name in a cell that a spreadsheet takes for a number or a day."""
    if name.isdigit():
        number = name.lstrip("0") or "0"
        if len(number) > 15:
            return number[:15] + "0" * (len(number) - 15)
        return f"{float(number):.5E}" if len(number) > 11 else number
    a, b = map(int, name.split("-"))
    month, day = (a, b) if (reads_the_month_first and a <= 12) or b > 12 else (b, a)
    return f"{day}-{'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split()[month - 1]}"


NUMBERS = st.from_regex(r"\A0{0,3}[1-9][0-9]{2,4}\Z") | st.from_regex(r"\A0{0,2}5838[0-3]{8,15}\Z")
DAYS = st.tuples(st.integers(1, 12), st.integers(1, 12)).map("{0[0]}-{0[1]}".format)


@given(st.lists(NUMBERS | DAYS, min_size=1, max_size=30, unique=True), st.booleans(), st.data())
def test_a_repair_is_never_wrong(names, month_first, data):
    """Whatever a spreadsheet made of one of many like names: that one comes back, or nothing is repaired."""
    name = data.draw(st.sampled_from(names))
    known = Known.of(names)
    cell = as_a_spreadsheet_shows(name, month_first)
    found = of_identifier(cell, known)

    assert found is None or found.repaired in (name, None)
