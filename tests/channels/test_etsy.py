"""Etsy's sold order items: lines with their order; and why the sold orders are refused."""

from pathlib import Path

import pytest

from oms.channels.base import Reading
from oms.errors import UnreadableFile

from .reading import DATA, read, rows

ETSY = DATA / "etsy"
ITEM = {
    "Sale Date": "11/16/26", "Item Name": "Mug", "Quantity": "2", "Price": "10.00", "Discount Amount": "0",
    "Shipping Discount": "0", "Order Shipping": "4.00", "Order Sales Tax": "1.00", "Item Total": "20.00", "Currency": "USD",
    "Transaction ID": "41000001", "Listing ID": "15000001", "Date Paid": "11/16/26", "Date Shipped": "",
    "Order ID": "3100000001", "Variations": "", "Order Type": "online", "SKU": "MUG",
}  # fmt: skip


@pytest.fixture
def items(tmp_path):
    """Read a download of one item with changes; a change to None takes the column away."""

    def make(*changes: dict[str, str | None]) -> Reading:
        lines = [ITEM | change for change in changes or ({},)]
        names = [name for name, value in lines[0].items() if value is not None]
        text = [",".join(names), *(",".join(f'"{line[name]}"' for name in names) for line in lines)]
        path = tmp_path / "EtsySoldOrderItems2026-11.csv"
        path.write_text("\n".join(text) + "\n", encoding="utf-8")
        return read(path)

    return make


def test_items_and_their_orders():
    """Postage and tax once an order, the coupon off, the zip without its apostrophe."""
    reading = read(ETSY / "items_clean.csv")

    assert ("etsy-order-items", 3, 0, {}, ()) == (
        reading.format, reading.rows, reading.rows_rejected, reading.ignored, reading.notes
    )  # fmt: skip
    assert not reading.whole_orders
    assert [
        ("3100000001", "paid", 7700, 0, 800, 408, 8908, "83702"), ("3100000002", "paid", 2700, 270, 600, 0, 3030, "83702"),
    ] == rows(
        reading.orders, "order_ref", "payment", "subtotal", "discount", "shipping", "tax", "total", "postcode"
    )  # fmt: skip
    assert [("41000001", 2, 0, 3400), ("41000002", 1, 0, 900), ("41000003", 3, 3, 900)] == rows(
        reading.lines, "line_ref", "quantity", "shipped", "unit_price"
    )


def test_dates_are_days_of_the_channel():
    """Sold when the day begins, shipped when it ends."""
    orders = read(ETSY / "items_clean.csv").orders

    assert [("2026-11-16T05:00:00Z", None), ("2026-11-12T05:00:00Z", "2026-11-15T04:59:59Z")] == rows(
        orders, "placed_at", "fulfilled_at"
    )


@pytest.mark.parametrize(
    ("variations", "variant", "note"),
    [
        ("Color:White,Size:S", "Color:White,Size:S", None),
        ("Color:White,Personalization:Name: Ada, Date: 4 July", "Color:White", "Personalization:Name: Ada, Date: 4 July"),
        ("Personalisation:for Mum", None, "Personalisation:for Mum"),
        ("Personalization:Ada,Color:White", "Personalization:Ada,Color:White", "Personalization:Ada,Color:White"),
        ("", None, None),
    ],
)
def test_what_the_buyer_asked_for_is_a_note(items, variations, variant, note):
    """Whole, with its commas and colons; it never tells listings apart, unless an option may hide in it."""
    reading = items({"Variations": variations, "SKU": None})
    listing = "15000001" if variant is None else f"15000001 / {variant}"

    assert [(variant, note, listing)] == rows(reading.lines, "variant", "note", "listing_sku")


def test_order_id_with_a_hash_is_the_same_order(items):
    """`#3001` and `3001`."""
    reading = items({"Order ID": "#3001"}, {"Order ID": "3001", "Transaction ID": "41000002"})

    assert ["3001"] == reading.orders["order_ref"].to_list()


def test_a_coupon_on_several_lines_may_be_one_or_many(items):
    """The file does not say: no total rather than a wrong one."""
    coupon = {"Discount Amount": "3.00"}
    reading = items(coupon, coupon | {"Transaction ID": "41000002"})

    assert [(4000, None, 400, None)] == rows(reading.orders, "subtotal", "discount", "shipping", "total")


def test_decimal_commas(items):
    """`"12,00"`."""
    reading = items({"Price": "12,00", "Item Total": "24,00", "Currency": "EUR"})

    assert [(1200, "EUR", 2400)] == [
        (*rows(reading.lines, "unit_price")[0], *rows(reading.orders, "currency", "subtotal")[0])
    ]  # fmt: skip


def test_item_total_goes_before_the_price(items):
    """To the cent, and a note says that they differ."""
    reading = items({"Quantity": "3", "Price": "10.00", "Item Total": "29.99"})

    assert [(1000, 1)] == rows(reading.lines, "unit_price", "discount")
    assert [2999] == reading.orders["subtotal"].to_list()
    assert 1 == len(reading.notes)


def test_days_first_where_the_file_proves_it(items):
    """A thirteenth month is none; without a proof the month stands first."""
    fifth, sixteenth = ({"Sale Date": day, "Date Paid": day, "Order ID": day[:2]} for day in ("05/11/26", "16/11/26"))
    proven, unproven = items(fifth, sixteenth), items(fifth)

    assert ["2026-11-05T05:00:00Z", "2026-11-16T05:00:00Z"] == proven.orders["placed_at"].to_list()
    assert ("dates are read day first: some can be nothing else",) == proven.notes
    assert ["2026-05-11T04:00:00Z"] == unproven.orders["placed_at"].to_list()


def test_unpaid_until_it_is_paid(items):
    """A blank Date Paid; without the column nobody knows."""
    assert ["unpaid"] == items({"Date Paid": ""}).orders["payment"].to_list()
    assert ["unknown"] == items({"Date Paid": None}).orders["payment"].to_list()


def test_sold_in_person_has_left_already(items):
    """It is recorded and never shipped."""
    assert [2] == items({"Order Type": "in_person"}).lines["shipped"].to_list()


def test_sold_orders_are_refused_with_the_file_that_is_wanted(tmp_path):
    """They do not say what was sold; whatever else they say stands in the items as well."""
    path = tmp_path / "EtsySoldOrders2026-11.csv"
    path.write_text(
        "Sale Date,Order ID,Full Name,Number of Items,Date Shipped,Currency,Order Value,Order Total,SKU\n"
        '11/16/26,3100000001,Liv Quill,3,,USD,77.00,89.08,"MUG,SOAP"\n', encoding="utf-8",
    )  # fmt: skip

    with pytest.raises(UnreadableFile, match="without their items") as caught:
        read(path)
    assert "EtsySoldOrderItems" in str(caught.value.hint)
    assert "Quill" not in str(caught.value)


def test_hostile_british_items():
    """A heading twice, decimal commas, a line pasted again, mangled ids: the good orders stay."""
    reading = read(ETSY / "items_uk_hostile.csv")

    assert {"the same line again, further down": 1} == reading.ignored
    assert [4, 5, 6, 7, 10, 11] == reading.rejected_rows.to_list()
    assert [
        ("3001", "GBP", 350, 1550, None), ("3006", "GBP", 350, 101550, "2026-11-18T04:59:59Z"),
        ("3008", "USD", 350, 1550, None),
    ] == rows(reading.orders, "order_ref", "currency", "shipping", "total", "fulfilled_at")  # fmt: skip
    assert "Personalisation:für Opa,\nin Grün, bitte" == reading.lines["note"][1]


def test_known_samples(samples: Path):
    """The items are read whole; their orders are recognised and refused."""
    reading = read(samples / "channels" / "etsy" / "sold_order_items_us.csv")

    assert ("etsy-order-items", 3, 0, {}) == (reading.format, reading.rows, reading.rows_rejected, reading.ignored)
    assert [7600, 3300, 1500] == reading.orders["total"].to_list()
    assert [2, 3, 0] == reading.lines["shipped"].to_list()
    with pytest.raises(UnreadableFile, match="without their items"):
        read(samples / "channels" / "etsy" / "sold_orders_us.csv")
