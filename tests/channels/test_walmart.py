"""Walmart's order sheet: lines of purchase orders, and the form in which tracking goes back."""

from pathlib import Path

from oms.channels import walmart
from oms.sheets.columns import normals

from .own_desk import SAMPLES, complaints, read

WALMART = SAMPLES / "walmart"


def test_prices_are_of_the_line_and_the_order_is_their_sum():
    """10.00 for three is 3.34 less two cents; cancelled lines count for nothing."""
    reading = read(WALMART / "orders_clean.csv")

    assert [("1", 1, 1200, None), ("2", 3, 334, 2)] == reading.lines.head(2).select(
        "line_ref", "quantity", "unit_price", "discount"
    ).rows()
    assert [
        ("1087000000001", 2200, 499, 200, 2899), ("1087000000002", 900, 0, 100, 1000), ("1087000000003", 900, 0, 100, 1000),
        ("1087000000004", 1800, 0, 100, 1900), ("1087000000005", 1800, 0, 100, 1900), ("1087000000006", None, None, None, None),
        ("1087000000007", 900, 0, 100, 1000),
    ] == reading.orders.select("order_ref", "subtotal", "shipping", "tax", "total").rows()  # fmt: skip


def test_statuses():
    """Created is not acknowledged yet; a cancelled line is a line; WFS is Walmart's to ship."""
    reading = read(WALMART / "orders_clean.csv")

    assert [
        ("paid", False, False), ("paid", False, False), ("unpaid", False, False), ("paid", False, False),
        ("paid", False, True), ("unknown", True, False), ("paid", False, False),
    ] == reading.orders.select("payment", "cancelled", "delivered").rows()  # fmt: skip
    assert [
        (0, 0, False), (0, 0, False), (0, 0, False), (1, 0, False), (0, 0, False), (0, 2, False), (0, 2, False),
        (2, 0, False), (0, 0, True),
    ] == reading.lines.select("cancelled", "shipped", "external").rows()  # fmt: skip


def test_days_barcode_country_and_order_number():
    """Ship by the end of that day; leading zeros stay; Order# identifies nothing; the sheet is of the United States."""
    reading = read(WALMART / "orders_clean.csv")
    order = reading.orders.row(0, named=True)

    assert {
        "channel_order_id": None, "tags": "Order# 2000000000001", "placed_at": "2026-11-17T05:00:00Z", "updated_at": None,
        "ship_by": "2026-11-20T04:59:59Z", "country": "US", "currency": "USD", "service": "Value", "postcode": "07030",
    }.items() <= order.items()  # fmt: skip
    assert "000123456789" == reading.lines["barcode"][0]


def test_a_sheet_has_no_time_of_its_own():
    """Days alone do not tell an older sheet from a newer one: the time of the file does."""
    reading = read(WALMART / "orders_clean.csv")

    assert (None, True, False) == (reading.as_of, reading.keep, reading.whole_orders)


def test_hostile_rows_are_named():
    """Mangled numbers, foreign words, contradictions: the order is rejected, the others stay."""
    reading = read(WALMART / "orders_hostile.csv")

    assert [
        (3, "Item Cost", "not an amount of money of 0 or more"),
        (5, "Qty", "nothing was ordered: quantity 0 on an open line"),
        (6, "PO#", "a spreadsheet has changed this identifier"),
        (7, "Status", "a word this column is not known to have"),
        (9, "Line#", "another row of the same order has this line and says something else"),
        (10, "Line#", "another row of the same order has this line and says something else"),
        (12, "Customer Name", "rows of one order number say different things"),
        (12, "Ship to Address 1", "rows of one order number say different things"),
        (13, "Customer Name", "rows of one order number say different things"),
        (13, "Ship to Address 1", "rows of one order number say different things"),
    ] == complaints(reading)
    assert {"the same line again": 1} == reading.ignored
    assert ["1087000000011", "1087000000016", "1087000000018"] == reading.orders["order_ref"].to_list()
    assert all(value is None for value in reading.rejected.filter(reading.rejected["row"] > 11)["value"])


def test_mangled_barcode_is_left_out():
    """It is no reason to stop an order."""
    lines = read(WALMART / "orders_hostile.csv").lines

    assert [("0012", "000123456789"), ("TEA-SEN", "000123456789"), ("TEA-SEN", None), ("TEA-SEN", "000123456789")] == (
        lines.select("listing_sku", "barcode").rows()
    )


def test_sheet_is_kept_as_the_form_for_tracking(oms):
    """The file itself, byte for byte, where the confirmation will look for it."""
    config = (oms.root / "oms.toml").read_text() + '\n[[channels]]\nname = "wm"\nkind = "walmart"\nlocations = ["NJ"]\n'
    (oms.root / "oms.toml").write_text(config)
    (oms.root / "sheet.csv").write_bytes((WALMART / "orders_clean.csv").read_bytes())
    found = oms.ok("import", "sheet.csv")["files"][0]

    assert ("wm", "walmart-orders", 7) == (found["channel"], found["format"], found["new"])
    assert ["kept as templates/wm/sheet.csv"] == found["notes"]
    assert (WALMART / "orders_clean.csv").read_bytes() == (oms.root / "templates/wm/sheet.csv").read_bytes()
    assert 7 == oms.ok("import", "sheet.csv")["files"][0]["unchanged"]


def test_known_sample(samples: Path):
    """Another project's sheet."""
    reading = read(samples / "channels" / "walmart" / "orders_fixture.csv")

    assert ("walmart-orders", 4, 0, 3) == (reading.format, reading.rows, reading.rows_rejected, reading.orders.height)
    assert [7791, None, 3244] == reading.orders["total"].to_list()


def test_other_spellings_of_the_sheet(tmp_path):
    """`PO Number`, `Line Number` and `Quantity`; a purchase order of somebody else is no sheet of Walmart's."""
    text = (WALMART / "orders_clean.csv").read_text("utf-8")
    for was, now in (("PO#", "PO Number"), ("Line#", "Line Number"), (",Qty,", ",Quantity,")):
        text = text.replace(was, now, 1)
    (tmp_path / "sheet.csv").write_text(text, encoding="utf-8")
    headings = normals(["PO Number", "Line Number", "SKU", "Quantity", "Item Cost"])

    assert 7 == read(tmp_path / "sheet.csv").orders.height
    assert not walmart.ORDERS.recognises(headings)
