"""Tracking as shipping tools and 3PLs write it: their headings, their shops, their warehouses."""

from tests.conftest import Desk

ORDERS = (
    "order_ref,placed_at,sku,title,quantity,unit_price,country,name,address1,city,postcode\n"
    "W-1,2026-11-17 10:00,MUG,Mug,2,9.00,US,Ida Fairweather,1 Mill Lane,Newark,07001\n"
    "W-2,2026-11-17 10:00,MUG,Mug,1,9.00,US,Otto Lindqvist,2 Mill Lane,Newark,07001\n"
)
SHIPSTATION = (
    "Order - Number,Date - Shipped Date,Ship To - Name,Item - SKU,Item - Qty,Carrier - Service Selected,"
    "Shipment - Tracking Number,Ship From - Name,Market - Store Name,Voided\n"
    "W-1,11/18/2026 10:22:00 AM,Ida Fairweather,MUG,2,UPS Ground,1Z999AA10123456784,Main dock,Blue Door,false\n"
    "W-2,11/18/2026 10:40:00 AM,Otto Lindqvist,MUG,1,UPS Ground,1Z999AA10123456784,Main dock,Blue Door,true\n"
)


def _picked(desk: Desk) -> None:
    desk.stock("MUG", "NJ", 10)
    desk.import_text(ORDERS, "orders.csv")
    for ref in ("W-1", "W-2"):
        desk.reserve(ref, "NJ", picking=True)


def test_a_shipping_tool_answers_in_its_own_words(desk: Desk) -> None:
    """A voided label ships nothing; a dock and a store that oms.toml does not know are left out; the day is read rightly."""
    _picked(desk)
    file = desk.import_text(SHIPSTATION, "shipped.csv").files[0]

    assert (file.format, file.rows, file.new, file.ignored) == ("3pl-tracking", 2, 1, {"voided label": 1})
    assert desk.rows("SELECT carrier, tracking, location, shipped_at FROM parcels") == [
        ("UPS", "1Z999AA10123456784", "NJ", "2026-11-18T15:22:00Z")
    ]
    assert any("`Main dock`" in note for note in file.notes)


def test_the_same_answer_again_ships_nothing_twice(desk: Desk) -> None:
    """Nor when it comes in another order of rows."""
    _picked(desk)
    desk.import_text(SHIPSTATION, "shipped.csv")
    head, one, two = SHIPSTATION.splitlines(keepends=True)
    again = desk.import_text(head + two + one, "again.csv").files[0]

    assert (again.new, again.unchanged, len(desk.rows("SELECT * FROM parcels"))) == (0, 1, 1)


def test_how_many_things_are_in_a_parcel_is_no_quantity_of_a_sku(desk: Desk) -> None:
    """One row a parcel, with the number of its items."""
    _picked(desk)
    text = "Order #,Tracking #,Carrier,Qty\nW-1,1Z999AA10123456784,UPS,2\nW-2,1Z999AA10123456784,UPS,7\n"
    report = desk.import_text(text, "parcels.csv")

    assert (report.exit_code, report.files[0].new) == (0, 2)


def test_a_number_that_a_spreadsheet_rounded_is_rejected_alone(desk: Desk) -> None:
    """The other rows are taken."""
    _picked(desk)
    text = "Order #,Tracking #,Carrier\nW-1,1.23457E+21,UPS\nW-2,1Z999AA10123456784,UPS\n"
    report = desk.import_text(text, "parcels.csv")

    assert (report.exit_code, report.files[0].new, report.files[0].rows_rejected) == (3, 1, 1)


def test_a_day_with_slashes_is_read_as_our_country_writes_it(desk: Desk) -> None:
    """In files with plain headings too."""
    _picked(desk)
    text = "Order Number,Tracking Number,Carrier,Ship Date\nW-1,1Z999AA10123456784,UPS,11/18/2026\n"
    report = desk.import_text(text, "parcels.csv")

    assert (report.exit_code, report.files[0].new) == (0, 1)
    assert desk.rows("SELECT shipped_at FROM parcels") == [("2026-11-19T04:59:59Z",)]
