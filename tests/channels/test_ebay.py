"""eBay's orders report: summaries and items, three languages, footers, and what `Sold For` is the price of."""

import random
from pathlib import Path

import pytest

from oms.channels.base import Reading
from oms.sheets.read import load, peek
from oms.sheets.write import csv_bytes

from .reading import DATA, LIMITS, read, rows

EBAY = DATA / "ebay"
BELOW = "below the sales: how many they are, and whose"
SALE = {
    "Sales Record Number": "101", "Order Number": "14-00001-00001", "Buyer Username": "noor_v", "Ship To Name": "Noor Valdez",
    "Ship To Address 1": "9 Quarry St", "Ship To Country": "United States", "Item Number": "226000000001",
    "Item Title": "Mug", "Custom Label": "MUG", "Quantity": "1", "Sold For": "$10.00", "Shipping And Handling": "$4.00",
    "Seller Collected Tax": "", "eBay Collected Tax": "", "Total Price": "$14.00", "Sale Date": "Nov-10-26",
    "Paid On Date": "Nov-10-26", "Shipped On Date": "", "Transaction ID": "2400000000001", "Variation Details": "",
}  # fmt: skip
SUMMARY = {"Item Number": "", "Item Title": "", "Custom Label": "", "Transaction ID": ""}
CHILD = {
    "Ship To Name": "", "Ship To Address 1": "", "Ship To Country": "", "Shipping And Handling": "", "Total Price": "",
    "Sale Date": "", "Paid On Date": "",
}  # fmt: skip


@pytest.fixture
def report(tmp_path):
    """Read a report of one sale with changes; text stands as it is; a change to None takes the column away."""

    def make(*changes: dict[str, str | None] | str) -> Reading:
        first = next(SALE | change for change in changes if isinstance(change, dict))
        names = [name for name, value in first.items() if value is not None]
        lines = [",".join(names)]
        for change in changes:
            sale = SALE | change if isinstance(change, dict) else {}
            lines.append(change if isinstance(change, str) else ",".join(f'"{sale[name]}"' for name in names))
        path = tmp_path / "eBay-OrdersReport.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return read(path)

    return make


def test_american_report():
    """A line of commas, the headings, a padding row, sales, a blank line, the footer: eight rows, four orders."""
    reading = read(EBAY / "orders_us_clean.csv")

    assert ("ebay-orders", 8, 0, ()) == (reading.format, reading.rows, reading.rows_rejected, reading.notes)
    assert {BELOW: 2} == reading.ignored
    assert not reading.whole_orders
    assert [
        ("14-00001-30001", "paid", 4599, 500, 421, 5520), ("14-00002-30002", "paid", 106000, 0, 8480, 114480),
        ("3003", "unpaid", 3000, None, None, 3000), ("14-00004-30004", "paid", 10000, 800, 900, 11700),
    ] == rows(reading.orders, "order_ref", "payment", "subtotal", "shipping", "tax", "total")  # fmt: skip
    assert [
        ("2400000000001", "CLOCK-OAK", 1, 0, 4599), ("2400000000002", "MUG-B", 2, 0, 3000),
        ("2400000000003", "226000000003 / [Colour:Red,Size:M]", 1, 1, 100000),
        ("2400000000004", "VASE-1", 1, 0, 3000), ("2400000000005", "MUG-B", 4, 4, 2500),
    ] == rows(reading.lines, "line_ref", "listing_sku", "quantity", "shipped", "unit_price")  # fmt: skip


def test_the_summary_brings_buyer_address_and_money():
    """The items of the sale stand below it without them."""
    order = read(EBAY / "orders_us_clean.csv").orders.row(1, named=True)

    assert {
        "row": 5, "name": "Noor Valdez", "address1": "9 Quarry St", "postcode": "97301", "country": "US",
        "placed_at": "2026-11-17T05:00:00Z", "ship_by": "2026-11-21T04:59:59Z", "fulfilled_at": "2026-11-19T04:59:59Z",
    }.items() <= order.items()  # fmt: skip


def test_british_report():
    """`Post to`, sentence case, the day before the month, pounds."""
    reading = read(EBAY / "orders_uk_clean.csv")

    assert [("21-00001-50001", "LS1 4DY", "GB", "GBP", 1810, "2026-11-07T05:00:00Z", "2026-11-11T04:59:59Z")] == rows(
        reading.orders, "order_ref", "postcode", "country", "currency", "total", "placed_at", "ship_by"
    )
    assert [(2, 750)] == rows(reading.lines, "quantity", "unit_price")


def test_german_report():
    """Semicolons, decimal commas, German months, `--` for a name that is not given."""
    reading = read(EBAY / "orders_de_clean.csv")

    assert {BELOW: 2} == reading.ignored
    assert [
        ("Toni Brückner", "DE", "EUR", 111699, "2026-11-10T05:00:00Z"),
        ("Jo Mertens", "AT", "EUR", 1850, "2026-10-12T04:00:00Z"),
    ] == rows(reading.orders, "name", "country", "currency", "total", "placed_at")  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "unit", "total", "tax", "unsure"),
    [
        ({"Quantity": "3", "Total Price": "$34.00"}, 1000, 3400, None, False),
        ({"Quantity": "3", "Total Price": "$14.00"}, 334, 1400, None, True),
        ({"Quantity": "2", "eBay Collected Tax": "$2.00", "Total Price": "$26.00"}, 1000, 2600, 200, False),
        ({"Quantity": "2", "eBay Collected Tax": "$2.00", "Total Price": "$24.00"}, 1000, 2400, 0, False),
        ({"Quantity": "2", "eBay Collected Tax": "$2.00", "Total Price": "$16.00"}, 500, 1600, 200, False),
        ({"Quantity": "2", "Total Price": "$99.00"}, 500, 9900, None, False),
        ({"Quantity": "2", "Total Price": ""}, 500, None, None, False),
    ],
)
def test_the_total_says_what_sold_for_is_the_price_of(report, changes, unit, total, tax, unsure):
    """Of one unit or of the row; with the taxes it includes, or without. Where nothing fits: of the row, and a note."""
    reading = report(changes)
    noted = changes["Total Price"] in ("$99.00", "")

    assert [(unit, 2 if unsure else None)] == rows(reading.lines, "unit_price", "discount")
    assert [(total, tax)] == rows(reading.orders, "total", "tax")
    assert noted == any("what Sold For is the price of" in note for note in reading.notes)


def test_items_of_a_summary_may_be_amounts_of_their_rows(report):
    """The summary's Sold For is their sum, as they stand."""
    reading = report(
        SUMMARY | {"Quantity": "3", "Sold For": "$30.00", "Total Price": "$34.00"},
        CHILD | {"Quantity": "2", "Sold For": "$20.00"},
        CHILD | {"Quantity": "1", "Transaction ID": "2400000000002"},
    )

    assert [(3000, 400, 3400)] == rows(reading.orders, "subtotal", "shipping", "total")
    assert [(2, 1000), (1, 1000)] == rows(reading.lines, "quantity", "unit_price")
    assert () == reading.notes


def test_two_items_without_a_summary(report):
    """Each row with a total of its own adds up; one total repeated on both is nobody's."""
    own = report({}, {"Transaction ID": "2400000000002"})
    same = report({"Total Price": "$24.00"}, {"Transaction ID": "2400000000002", "Total Price": "$24.00"})

    assert [(2000, 2800)] == rows(own.orders, "subtotal", "total")
    assert [(2000, None)] == rows(same.orders, "subtotal", "total")


def test_unpaid_is_unpaid_until_a_date_says_otherwise(report):
    """Where the report has the column; a narrow one does not know."""
    assert ["unpaid"] == report({"Paid On Date": ""}).orders["payment"].to_list()
    assert ["unpaid"] == report({"Paid On Date": None, "Order Number": ""}).orders["payment"].to_list()
    assert ["unknown"] == report({"Paid On Date": None}).orders["payment"].to_list()


def test_an_unpaid_sale_keeps_its_identity_when_it_gets_a_number(report):
    """Record number and year, until then and after."""
    before = report({"Order Number": "", "Paid On Date": ""}).orders
    after = report({"Paid On Date": "Nov-12-26"}).orders

    assert [("101", "101@2026"), ("14-00001-00001", "101@2026")] == [
        *rows(before, "order_ref", "channel_order_id"), *rows(after, "order_ref", "channel_order_id"),
    ]  # fmt: skip


def test_two_sellers_pasted_together_share_no_identity(report):
    """The same record number of two accounts: two orders."""
    orders = report({}, {"Order Number": "14-00009-00009", "Buyer Username": "otto"}).orders

    assert [("14-00001-00001", None), ("14-00009-00009", None)] == rows(orders, "order_ref", "channel_order_id")


@pytest.mark.parametrize(
    ("sign", "currency"),
    [("$", "USD"), ("AU $", "AUD"), ("C $", "CAD"), ("£", "GBP"), ("EUR ", "EUR"), ("US $", "USD"), ("", "USD")],
)
def test_the_sign_says_the_currency(report, sign, currency):
    """A plain `$` is the seller's own."""
    reading = report({"Sold For": f"{sign}10.00", "Shipping And Handling": f"{sign}4.00", "Total Price": f"{sign}14.00"})

    assert [(currency, 1400)] == rows(reading.orders, "currency", "total")


def test_a_shipped_summary_ships_its_items(report):
    """Unless the items have dates of their own."""
    summary = SUMMARY | {"Quantity": "2", "Sold For": "$20.00", "Shipped On Date": "Nov-12-26"}
    two = CHILD | {"Transaction ID": "2400000000002"}

    assert [1, 1] == report(summary, CHILD, two).lines["shipped"].to_list()
    assert [1, 0] == report(summary, CHILD | {"Shipped On Date": "Nov-12-26"}, two).lines["shipped"].to_list()


@pytest.mark.parametrize(("count", "warned"), [("1", False), ("2", True)])
def test_the_footer_is_a_checksum(report, count, warned):
    """It counts sales records, not rows."""
    reading = report(
        SUMMARY | {"Sold For": "$20.00"}, CHILD, CHILD | {"Transaction ID": "2400000000002"},
        f"{count},record(s) downloaded, from Nov-10-26 to Nov-10-26", "Seller ID : bluedoor",
    )  # fmt: skip

    assert (5, 0, 1) == (reading.rows, reading.rows_rejected, reading.orders.height)
    assert warned == any("sales records" in note for note in reading.notes)
    assert len(reading.notes) == warned


@pytest.mark.parametrize(
    "count",
    [
        "1,record(s) downloaded, from Nov-10-26 to Nov-10-26",
        "1.0,record(s)",
        "1,records downloaded",
        '"1 record(s) downloaded"',
    ],
)
def test_footers_as_a_spreadsheet_leaves_them(report, count):
    """Numbers become 1.0; lines get as many cells as the headings have."""
    reading = report({}, count + "," * 8, "Seller ID : bluedoor" + "," * 10)

    assert (3, 0, {BELOW: 2}) == (reading.rows, reading.rows_rejected, reading.ignored)
    assert not [note for note in reading.notes if "sales records" in note]


@pytest.mark.parametrize("name", ["orders_us_clean.csv", "orders_uk_clean.csv", "orders_de_clean.csv", "orders_us_hostile.csv"])
@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_footers_are_found_where_somebody_moved_the_columns(tmp_path, name, seed):
    """Wherever the cells of a footer stand then, it is no sale, and still counts."""
    frame = load(peek(EBAY / name, LIMITS), LIMITS).frame.drop("row")
    moved = list(frame.columns)
    random.Random(seed).shuffle(moved)
    path = tmp_path / "moved.csv"
    path.write_bytes(csv_bytes(frame.select(moved), neutralise=False))
    was, now = read(EBAY / name), read(path)

    assert (was.rows, was.rows_rejected, was.ignored) == (now.rows, now.rows_rejected, now.ignored)
    assert was.orders["order_ref"].to_list() == now.orders["order_ref"].to_list()
    assert ["sales records" in note for note in was.notes] == ["sales records" in note for note in now.notes]


def test_a_sale_is_no_footer(report):
    """Not even of a record, in a file with few columns."""
    few = {name: None for name in SALE if name not in ("Order Number", "Item Title", "Quantity", "Sold For")}
    reading = report(few | {"Item Title": "Record Store Day: 45 songs"})

    assert (1, 0, {}) == (reading.rows, reading.rows_rejected, reading.ignored)


def test_footer_without_a_line_end_is_a_footer_all_the_same(report, tmp_path):
    """The file does not end in the middle of a row."""
    report({}, "1,record(s) downloaded, from Nov-10-26 to Nov-10-26", "Seller ID : bluedoor")
    path = tmp_path / "eBay-OrdersReport.csv"
    path.write_bytes(path.read_bytes().rstrip(b"\n"))

    assert 0 == read(path).rows_rejected


def test_orders_of_ebays_own_warehouse_are_external(report):
    """They are recorded for sales."""
    assert [True, False] == report(
        {"eBay Fulfillment Program": "Yes"},
        {"Order Number": "14-2", "Sales Record Number": "102", "eBay Fulfillment Program": "No"},
    ).lines["external"].to_list()


def test_hostile_report():
    """Two reports pasted together, headings and footers in the middle: each bad row named, the good orders stay."""
    reading = read(EBAY / "orders_us_hostile.csv")

    assert {
        BELOW: 4, "the headings again": 1, "the same again, further down": 1,
    } == reading.ignored  # fmt: skip
    assert [9, 10, 11, 13, 14, 16] == reading.rejected_rows.to_list()
    assert ["14-00001-40001", "14-00005-40005", "14-00008-40008"] == reading.orders["order_ref"].to_list()
    assert ["2400000000101", "2400000000105", None] == reading.lines["line_ref"].to_list()
    assert [4, 17] == [int(note.split()[1].strip(":")) for note in reading.notes if note.startswith("row ")]


@pytest.mark.parametrize(
    ("name", "rows_", "orders", "lines"),
    [("us_12col_rows.csv", 1, 1, 1), ("us_80col_header.csv", 0, 0, 0), ("us_built_full_layout.csv", 7, 3, 4)],
)
def test_known_samples(samples: Path, name, rows_, orders, lines):
    """Nothing is rejected, nothing is noted."""
    reading = read(samples / "channels" / "ebay" / name)

    assert ("ebay-orders", rows_, 0, ()) == (reading.format, reading.rows, reading.rows_rejected, reading.notes)
    assert (orders, lines) == (reading.orders.height, reading.lines.height)
