"""Counts and kits of a file: as of when, and of what nobody can count."""

import pytest

from oms.errors import UsageError
from tests.conftest import Desk

#: Where a count of two places comes from a file that says no time.
TWO = "sku,NJ,CA\nMUG,4,5\n"


def test_a_day_ends_where_the_stock_lies(desk: Desk) -> None:
    """`--as-of` with a day alone: the last second of it in New York, and three hours later in Los Angeles."""
    desk.import_text(TWO, as_of="2026-11-18")

    assert desk.rows("SELECT location, happened_at FROM moves ORDER BY 1 DESC") == [
        ("NJ", "2026-11-19T04:59:59Z"), ("CA", "2026-11-19T07:59:59Z"),
    ]  # fmt: skip


def test_a_time_without_a_zone_is_of_the_place(desk: Desk) -> None:
    """Noon on the wall there; what was not counted yet is counted now."""
    desk.import_text(TWO, as_of="2026-11-18T12:00")
    desk.import_text("sku,on_hand,location\nCUP,1,NJ\n", "cup.csv", as_of="2026-12-24")

    assert desk.rows("SELECT sku, location, happened_at FROM moves ORDER BY 1, 2") == [
        ("CUP", "NJ", "2026-11-19T14:00:00Z"),
        ("MUG", "CA", "2026-11-18T20:00:00Z"),
        ("MUG", "NJ", "2026-11-18T17:00:00Z"),
    ]


def test_a_word_that_is_no_time_stops_the_command(desk: Desk) -> None:
    """Nothing is read."""
    with pytest.raises(UsageError, match="--as-of `yesterday`"):
        desk.import_text(TWO, as_of="yesterday")


def test_a_kit_is_not_counted(desk: Desk) -> None:
    """Its row is rejected by name, the others count."""
    desk.import_text("kit_sku,sku,quantity\nSET,MUG,2\n", "kits.csv")
    report = desk.import_text("sku,on_hand,location\nSET,3,NJ\nMUG,9,NJ\n", "stock.csv")
    file = report.files[0]

    assert (report.exit_code, file.rows, file.rows_rejected, file.new) == (3, 2, 1, 1)
    assert [(one["row"], one["value"], one["what"]) for one in file.problems] == [(2, "SET", "a kit has no stock of its own")]
    assert desk.rows("SELECT sku, on_hand FROM stock") == [("MUG", 9)]


def test_kits_are_not_made_of_kits(desk: Desk) -> None:
    """Neither a kit in a kit, nor one made of what another kit holds: such a kit is left out whole."""
    desk.import_text("kit_sku,sku,quantity\nSET,MUG,2\n", "kits.csv")
    report = desk.import_text("kit_sku,sku,quantity\nBIG,SET,1\nBIG,CUP,1\nMUG,CUP,1\nDUO,CUP,2\n", "more.csv")

    assert (report.exit_code, report.files[0].rows_rejected, report.files[0].new) == (3, 3, 1)
    assert desk.rows("SELECT kit_sku, sku FROM kit_components ORDER BY 1") == [("DUO", "CUP"), ("SET", "MUG")]
