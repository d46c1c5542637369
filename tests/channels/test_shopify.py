"""Shopify's exports: whole orders from rows that say little, and the inventory form."""

import csv
from io import StringIO
from pathlib import Path

import polars as pl
import pytest

from oms.channels.base import Reading

from .reading import DATA, read, rows

CLEAN = DATA / "shopify" / "orders_clean.csv"
ORDER = {
    "Name": "#1",
    "Created at": "2026-11-10 10:00:00 -0500",
    "Financial Status": "paid",
    "Fulfillment Status": "unfulfilled",
    "Total": "10.00",
    "Currency": "USD",
    "Lineitem quantity": "1",
    "Lineitem name": "Enamel Mug",
    "Lineitem price": "10.00",
    "Lineitem sku": "MUG",
    "Shipping Name": "Ida Fairweather",
    "Shipping Address1": "12 Lantern Row",
    "Shipping Zip": "12207",
    "Shipping Country": "US",
}


@pytest.fixture
def export(tmp_path):
    """Read an export of these rows; each is `ORDER` with changes, or a continuation row (`Name` and line only)."""

    def make(*changes: dict[str, str], headings: tuple[str, ...] = ()) -> Reading:
        lines = [{k: v for k, v in (ORDER | change).items() if v is not None} for change in changes]
        names = headings or tuple(dict.fromkeys(name for line in lines for name in line))
        out = StringIO()
        table = csv.DictWriter(out, names, extrasaction="ignore")
        table.writeheader()
        table.writerows(lines)
        path = tmp_path / "orders_export.csv"
        path.write_text(out.getvalue(), encoding="utf-8")
        return read(path)

    return make


def more(**line: str) -> dict[str, str]:
    """A continuation row."""
    return {name: "" for name in ORDER if name not in ("Name",) and not name.startswith("Lineitem")} | {
        name.replace("_", " "): value for name, value in line.items()
    }


def test_order_is_taken_whole():
    """The first row carries the order, every row a line; money and addresses once."""
    reading = read(CLEAN)
    first = reading.orders.row(0, named=True)

    assert ("shopify-orders", "orders", True) == (reading.format, reading.kind, reading.whole_orders)
    assert (9, 0, 7, 9) == (reading.rows, reading.rows_rejected, reading.orders.height, reading.lines.height)
    assert {
        "order_ref": "#1001", "channel_order_id": "6100000001001", "placed_at": "2026-11-10T14:58:12Z",
        "updated_at": "2026-11-10T15:00:00Z", "payment": "paid", "currency": "USD", "subtotal": 2998, "discount": 0,
        "shipping": 500, "tax": 240, "total": 3738, "refunded": 0, "service": "Standard", "risk": "low",
        "tags": "gift, Ship Wed 11/12", "note": "Leave with the neighbour", "name": "Ida Fairweather",
        "phone": "+15185550101", "email": "ida@example.com", "address1": "12 Lantern Row", "city": "Albany",
        "region": "NY", "postcode": "12207", "country": "US", "no_address": False, "cancelled": False,
    }.items() <= first.items()  # fmt: skip
    assert "2026-11-13T15:00:00Z" == reading.as_of


def test_lines_have_keys_made_from_what_they_are():
    """There is no line id: sku, else title and price, and which of its kind it is."""
    reading = read(CLEAN)

    assert [
        ("TEE-BLK-S#1", "TEE-BLK-S", 0, 2, 999),
        ("0986435621#1", "0986435621", 1, 1, 1000),
    ] == rows(reading.lines.filter(order_no=0), "line_key", "listing_sku", "position", "quantity", "unit_price")
    assert [("Water Bottle - 1 L @ 149900#1", "Water Bottle - 1 L")] == rows(
        reading.lines.filter(order_no=2), "line_key", "listing_sku"
    )


def test_two_equal_lines_are_two_lines(export):
    """The same article twice in one order."""
    reading = export({}, more(Lineitem_quantity="2"), more())

    assert [("MUG#1", 1), ("MUG#3", 2), ("MUG#2", 1)] == rows(reading.lines, "line_key", "quantity")


@pytest.mark.parametrize(
    ("financial", "method", "tags", "payment"),
    [
        ("paid", "", "", "paid"),
        ("partially_refunded", "", "", "paid"),
        ("Paid", "", "", "paid"),
        ("pending", "Cash on Delivery (COD)", "", "cod"),
        ("pending", "COD", "", "cod"),
        ("pending", "manual", "", "cod"),
        ("pending", "Nachnahme", "", "cod"),
        ("pending", "货到付款", "", "cod"),
        ("pending", "", "some_cod_form", "cod"),
        ("pending", "", "Confirmed", "unpaid"),
        ("pending", "Bank Deposit", "cod_form", "unpaid"),
        ("authorized", "Shopify Payments", "", "unpaid"),
        ("partially_paid", "Cash on Delivery (COD)", "", "unpaid"),
        ("voided", "Cash on Delivery (COD)", "", "unpaid"),
        ("expired", "", "", "unpaid"),
        ("", "", "", "unknown"),
    ],
)
def test_payment_says_whether_it_may_ship(export, financial, method, tags, payment):
    """Pending is paid at the door only where the payment method says so."""
    reading = export({"Financial Status": financial, "Payment Method": method, "Tags": tags})

    assert [payment] == reading.orders["payment"].to_list()


def test_cancelled_order_has_nothing_left_to_ship():
    """`Cancelled at` cancels; so does a full refund before anything left; neither takes back what was shipped."""
    reading = read(CLEAN)
    cancelled = reading.orders.filter("cancelled")

    assert [("#1004", "2026-11-12T14:00:00Z"), ("#1006", None)] == rows(cancelled, "order_ref", "cancelled_at")
    assert [(1, 1, 0), (1, 1, 0)] == rows(
        reading.lines.join(cancelled, on="order_no", how="semi"), "quantity", "cancelled", "shipped"
    )


def test_refund_after_shipment_cancels_nothing(export):
    """The goods are with the buyer."""
    shipped = export({"Financial Status": "refunded", "Refunded Amount": "10.00", "Fulfillment Status": "fulfilled"})

    assert [(False, 1000)] == rows(shipped.orders, "cancelled", "refunded")
    assert [(0, 1)] == rows(shipped.lines, "cancelled", "shipped")


def test_what_was_shipped_is_known_by_line_and_by_order():
    """A fulfilled order is shipped whole, a partial one by its lines."""
    reading = read(CLEAN)

    assert [("#1002", [1]), ("#1005", [3, 0])] == [
        (ref, reading.lines.join(reading.orders.filter(order_ref=ref), on="order_no", how="semi")["shipped"].to_list())
        for ref in ("#1002", "#1005")
    ]


def test_gift_cards_never_leave_a_shelf():
    """What needs no shipping is recorded, not routed."""
    assert ["GIFT-25"] == read(CLEAN).lines.filter("external")["listing_sku"].to_list()


def test_form_data_stays_out_of_the_note():
    """Of the note attributes only what people wrote: no tracking, nothing of the buyer's address."""
    order = read(CLEAN).orders.filter(order_ref="#1003").row(0, named=True)

    assert ("Gift wrap: red paper", "cod", None, "BD") == (
        order["note"], order["payment"], order["postcode"], order["country"]
    )  # fmt: skip


def test_form_completes_what_the_address_lacks(export):
    """COD forms put phone and street where Shopify does not look."""
    reading = export({
        "Shipping Address1": "", "Shipping Phone": "", "Shipping City": "",
        "Note Attributes": "Phone number: 01700000009\r\nAddress: 9 Trial Road\r\nCity: Sylhet\r\nUTM source: x",
    })  # fmt: skip

    assert [("01700000009", "9 Trial Road", "Sylhet", None)] == rows(reading.orders, "phone", "address1", "city", "note")


def test_order_columns_come_from_the_row_that_has_them(export):
    """Some exports put the lines first; some repeat the status on every row."""
    reading = export(more(Lineitem_sku="A"), {"Lineitem sku": "B", "Tags": "late"}, more(Lineitem_sku="C", Total="10.00"))

    assert [("#1", "paid", "late", 1000)] == rows(reading.orders, "order_ref", "payment", "tags", "total")
    assert ["A", "B", "C"] == reading.lines["listing_sku"].to_list()


def test_row_of_the_order_without_a_line_is_no_line(export):
    """It carries the order; the lines follow."""
    reading = export({name: "" for name in ORDER if name.startswith("Lineitem")}, more(Lineitem_sku="A"))

    assert (2, 0, ["A"]) == (reading.rows, reading.rows_rejected, reading.lines["listing_sku"].to_list())


def test_narrow_export_is_sales_history(export):
    """Name, quantity and title are enough; without addresses it says so."""
    reading = export({"Lineitem name": "Blue Widget"}, headings=("Name", "Lineitem quantity", "Lineitem name"))

    assert [("#1", "unknown", True, None, "USD")] == rows(
        reading.orders, "order_ref", "payment", "no_address", "placed_at", "currency"
    )


def test_hostile_file_keeps_its_good_orders():
    """Interleaved, with a BOM, markup, apostrophes and long cells: seven bad rows, each named, three good orders."""
    reading = read(DATA / "shopify" / "orders_hostile.csv")

    assert [
        (11, "Lineitem price", "twelve"),
        (15, "Name", None),
        (16, "Lineitem quantity", "0"),
        (19, "Id", "6.1E+12"),
        (25, "Financial Status", "teleported"),
        (30, "Created at", "31/31/2026"),
    ] == rows(reading.rejected, "row", "column", "value")
    assert [11, 14, 15, 16, 19, 25, 30] == reading.rejected_rows.to_list()
    assert ["#2001", "#2002", "#2006"] == reading.orders["order_ref"].to_list()
    assert 'Mug [red] with [/b] and "quotes"' == reading.lines["title"][0]
    assert ["=MUG+1", "=MUG+1", "杯-01", "杯-01", "000123"] == reading.lines["listing_sku"].to_list()
    assert [("69001", "+33123450000", "9 Rue de l'Essai, Bât. B", "FR")] == list(
        set(rows(reading.orders, "postcode", "phone", "address1", "country"))
    )
    assert "2025-11-15T20:00:00Z" == reading.orders["placed_at"][2]


def test_two_orders_of_one_name_are_told(export):
    """Two shops pasted into one file cannot be told apart."""
    reading = export({"Id": "1"}, {"Id": "2"})

    assert ["one Name stands for two orders"] == reading.rejected["what"].to_list()
    assert (2, 2, 0) == (reading.rows, reading.rows_rejected, reading.orders.height)


def test_cancelled_line_of_nothing_is_a_cancelled_line(export):
    """Quantity 0 is refused only where something should still be shipped."""
    cancelled = {"Lineitem quantity": "0", "Cancelled at": "2026-11-11 10:00:00 -0500"}
    reading = export(cancelled, {"Name": "#2", "Lineitem quantity": "0"})

    assert [(0, 0)] == rows(reading.lines, "quantity", "cancelled")
    assert [3] == reading.rejected["row"].to_list()


def test_currencies_have_their_own_digits(export):
    """Yen have none, dinars three."""
    reading = export(
        {"Currency": "JPY", "Total": "1500", "Lineitem price": "1500"},
        {"Name": "#2", "Currency": "KWD", "Total": "1.250", "Lineitem price": "1.250"},
        more(Name="#2", Lineitem_price="0.005"),
    )

    assert [("JPY", 1500), ("KWD", 1250)] == rows(reading.orders, "currency", "total")
    assert [1500, 1250, 5] == reading.lines["unit_price"].to_list()


def test_inventory_names_listings_and_places():
    """The listing is the SKU, else the title with its options, spelled as in orders."""
    reading = read(DATA / "shopify" / "inventory_clean.csv")

    assert ("shopify-inventory", "template", 4) == (reading.format, reading.kind, reading.rows)
    assert [
        (2, "TEE-BLK-S", "Newark Warehouse"),
        (3, "TEE-BLK-S", "Albany Shop"),
        (4, "0986435621", "Newark Warehouse"),
        (5, "Harbour Poster - A3", "Newark Warehouse"),
    ] == rows(reading.table, "row", "listing_sku", "location")


@pytest.mark.parametrize(
    ("name", "kind", "rows_", "orders", "lines"),
    [
        ("bd_cod_03.csv", "orders", 10, 7, 10),
        ("bd_cod_10.csv", "orders", 50, 50, 50),
        ("bd_cod_15.csv", "orders", 58, 50, 58),
        ("gocommerce_fixture.csv", "orders", 2, 1, 2),
        ("ltv_sample.csv", "orders", 249, 127, 249),
        ("inventory_real_shape.csv", "template", 3, 0, 0),
    ],
)
def test_real_exports_are_taken_whole(samples: Path, name, kind, rows_, orders, lines):
    """Nothing of a real file is rejected."""
    reading = read(samples / "channels" / "shopify" / name)

    assert (kind, rows_, 0, orders, lines) == (
        reading.kind, reading.rows, reading.rows_rejected, reading.orders.height, reading.lines.height
    )  # fmt: skip


def test_real_cash_on_delivery_orders(samples: Path):
    """38 pending and paid at the door, of which 34 have left; 12 voided and cancelled."""
    reading = read(samples / "channels" / "shopify" / "bd_cod_10.csv")

    assert {"cod": 38, "unpaid": 12} == dict(reading.orders["payment"].value_counts().rows())
    assert 12 == reading.orders["cancelled"].sum()
    assert 34 == reading.lines.filter(pl.col("shipped") > 0).height
