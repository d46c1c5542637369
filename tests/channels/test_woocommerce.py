"""WooCommerce: what two families of plugins write of the same orders."""

from pathlib import Path

import pytest

from oms.channels.base import Reading

from .own_desk import SAMPLES, complaints, read

WOO = SAMPLES / "woocommerce"
HEAD = "order_id,order_date,status,order_total,order_currency,payment_method,billing_address_1,billing_country,line_items"
ROW = "7001,2026-11-18 09:00:00,{status},12.00,USD,{method},1 Mill Lane,US,name:Tea|sku:TEA|quantity:1|total:12.00"


@pytest.fixture
def exported(tmp_path):
    """Read rows of an export with a cell `line_items`."""

    def make(*rows: str, head: str = HEAD) -> Reading:
        path = tmp_path / "orders.csv"
        path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
        return read(path)

    return make


def test_numbered_items_become_lines():
    """Prices are of the whole line: before the discount the unit price, after it the discount, to the cent."""
    reading = read(WOO / "orders_clean.csv")

    assert ("woocommerce-orders", 6, 0, False) == (
        reading.format, reading.rows, reading.rows_rejected, reading.whole_orders
    )  # fmt: skip
    assert [
        ("MUG-BLU#1", "MUG-BLU", 2, 1200, 300),
        ("TEA-SEN#1", "TEA-SEN", 1, 1200, None),
        ("Candle @ 334#1", "305", 3, 334, 2),
        ("STRAIN-1#1", "STRAIN-1", 1, 900, None),
        ("TEA-SEN#1", "TEA-SEN", 1, 1200, None),
        ("TEA-SEN#1", "TEA-SEN", 1, 1200, None),
    ] == reading.lines.select("line_key", "listing_sku", "quantity", "unit_price", "discount").rows()


def test_order_has_its_money_its_address_and_its_site_time():
    """Dates are local to the site; the shipping address is taken where there is one."""
    order = read(WOO / "orders_clean.csv").orders.row(0, named=True)

    assert {
        "order_ref": "5101", "channel_order_id": "5101", "placed_at": "2026-11-18T14:12:05Z", "payment": "paid",
        "subtotal": 3600, "discount": 300, "shipping": 500, "tax": 0, "total": 3800, "name": "Bo Lind",
        "company": "Lind Ltd", "address1": "88 Broad St", "address2": "Floor 2", "country": "US", "note": "Ring twice",
        "phone": "+1 201 555 0101", "email": "ada@example.com", "service": "Flat rate", "no_address": False,
    }.items() <= order.items()  # fmt: skip


def test_blank_shipping_address_is_the_billing_address_whole():
    """Never a part of one and a part of the other."""
    order = read(WOO / "orders_clean.csv").orders.row(1, named=True)

    assert ("#5102", "Ada Boon", None, "1 Mill Lane", None, "07030") == tuple(
        order[name] for name in ("order_ref", "name", "company", "address1", "address2", "postcode")
    )


def test_cart_that_nobody_filled_is_ignored_and_counted():
    """A nearly empty row is no mistake of the seller's."""
    assert {"an order without items that nobody paid": 1} == read(WOO / "orders_clean.csv").ignored


def test_an_order_with_one_blank_item_is_read_and_not_left_out(tmp_path):
    """A cancelled order of one mug, whose second item has a price alone: its row is read, once."""
    path = tmp_path / "orders.csv"
    path.write_text(
        "order_id,order_number,order_date,status,order_total,order_currency,billing_first_name,shipping_country,"
        "Product Item 1 Name,Product Item 1 SKU,Product Item 1 Quantity,Product Item 1 Total,Product Item 2 Subtotal\n"
        "1,1,2026-11-10 10:00:00,cancelled,10.00,USD,Ada,US,Mug,MUG,1,10.00,5.00\n", "utf-8",
    )  # fmt: skip
    reading = read(path)

    assert (1, 0, {}, ["MUG"]) == (reading.rows, reading.rows_rejected, reading.ignored, reading.lines["listing_sku"].to_list())


@pytest.mark.parametrize(
    ("status", "method", "payment", "cancelled", "on_hold", "shipped"),
    [
        ("processing", "stripe", "paid", False, False, 0), ("wc-processing", "cod", "cod", False, False, 0),
        ("In Bearbeitung", "Nachnahme", "cod", False, False, 0), ("pending", "stripe", "unpaid", False, False, 0),
        ("Pending payment", "cod", "unpaid", False, False, 0), ("on-hold", "bacs", "unknown", False, True, 0),
        ("completed", "stripe", "paid", False, False, 1), ("wc-cancelled", "stripe", "unknown", True, False, 0),
        ("failed", "stripe", "unknown", True, False, 0), ("refunded", "stripe", "unknown", True, False, 0),
    ],
)  # fmt: skip
def test_status_words(exported, status, method, payment, cancelled, on_hold, shipped):
    """Processing is paid, on-hold is held, completed has left; cash on delivery is seen by id and by title."""
    reading = exported(ROW.format(status=status, method=method))

    assert [(payment, cancelled, on_hold)] == reading.orders.select("payment", "cancelled", "on_hold").rows()
    assert [shipped] == reading.lines["shipped"].to_list()


@pytest.mark.parametrize(
    ("cell", "lines"),
    [
        ("name:Mug|sku:M|quantity:2|total:9.00||name:Tea|sku:T|quantity:1|total:1.00", [("M", 2, 450), ("T", 1, 100)]),
        ("name:Mug; blue|sku:M|quantity:2|total:9.00;name:Tea|pot|sku:T|quantity:1|total:1.00", [("M", 2, 450), ("T", 1, 100)]),
        ("SKU:M | Name:Mug | Quantity:2 | Total:$9.00\nSKU:T|Name:Tea|Quantity:1", [("M", 2, 450), ("T", 1, None)]),
        ("name:Mug|product_id:31|quantity:1|total:1,009.00|meta:", [("31", 1, 100900)]),
        ("name:A|quantity:1|total:1.00||name:A|quantity:1|total:1.00", [("A", 1, 100), ("A", 1, 100)]),
    ],
)
def test_cells_with_items(exported, cell, lines):
    """Whatever parts the items, whatever stands in a name."""
    reading = exported(ROW.format(status="processing", method="x").rpartition(",")[0] + f',"{cell}"')

    assert lines == reading.lines.select("listing_sku", "quantity", "unit_price").rows()


def test_hostile_orders_are_named():
    """Each bad row by what is wrong with it; the good orders stay; a pasted double is taken once."""
    reading = read(WOO / "orders_hostile.csv")

    assert [
        (4, "item quantity", "not a whole number of 0 or more"),
        (5, "status", "a word this column is not known to have"),
        (6, "order_date", "not a date and time"),
        (7, "item quantity", "no quantity"),
        (7, "item sku", "neither a sku nor a title"),
        (8, "item quantity", "no quantity"),
        (8, "item sku", "neither a sku nor a title"),
        (12, "item line_total", "not an amount of money of 0 or more"),
        (13, "order_number", "another row has this order number and says something else"),
        (14, "order_number", "another row has this order number and says something else"),
        (15, "order_number", "no order number in this row"),
    ] == complaints(reading)
    assert ["5201", "5202", "5208"] == reading.orders["order_ref"].to_list()
    assert {"an order without items that nobody paid": 1, "the same order again": 1} == reading.ignored


def test_lines_of_the_other_plugin_tell_of_the_same_order():
    """The same order from both plugins has the same name, keys and prices."""
    orders, lines = read(WOO / "orders_clean.csv"), read(WOO / "lines_clean.csv")

    def first(reading):
        return reading.lines.filter(reading.lines["order_no"] == 0).select("line_key", "quantity", "unit_price").rows()

    assert ("woocommerce-lines", 6, 0) == (lines.format, lines.rows, lines.rows_rejected)
    assert first(orders) == first(lines)
    assert orders.orders["order_ref"][0] == lines.orders["order_ref"][0]
    assert [3800, 900, 1800, 900] == lines.orders["total"].to_list()
    assert ["paid", "unknown", "cod", "paid"] == lines.orders["payment"].to_list()


def test_refunded_units_never_leave(exported):
    """`Quantity (- Refund)` is what is left of `Quantity`."""
    head = "Order Number,Order Status,Order Date,SKU,Item Name,Quantity,Quantity (- Refund),Item Cost,Order Total Amount"
    reading = exported(
        "1,Processing,2026-11-18 09:00,TEA,Tea,3,1,2.00,6.00", "1,Processing,2026-11-18 09:00,MUG,Mug,1,0,2.00,6.00",
        "2,Completed,2026-11-18 09:00,TEA,Tea,3,1,2.00,6.00", head=head,
    )  # fmt: skip

    assert [("TEA", 3, 2, 0), ("MUG", 1, 1, 0), ("TEA", 3, 2, 1)] == reading.lines.select(
        "listing_sku", "quantity", "cancelled", "shipped"
    ).rows()
    assert [False, False] == reading.orders["cancelled"].to_list()


def test_amounts_of_the_order_are_taken_once(exported):
    """However many rows repeat them; two that differ are two orders under one number."""
    head = "Order Number,Order Status,Order Date,SKU,Item #,Quantity (- Refund),Item Cost,Order Total Amount"
    reading = exported(
        "1,Processing,2026-11-18 09:00,TEA,1,1,2.00,4.00", "1,Processing,2026-11-18 09:00,MUG,2,1,2.00,4.00",
        "2,Processing,2026-11-18 09:00,TEA,1,1,2.00,4.00", "2,Processing,2026-11-18 09:00,MUG,2,1,2.00,5.00", head=head,
    )  # fmt: skip

    assert [("1", 400)] == reading.orders.select("order_ref", "total").rows()
    assert [4, 5] == reading.rejected_rows.to_list()


def test_when_an_order_was_placed(exported):
    """Some plugins call it `date`; where a file has no such column that is said, for without it there is no ship_by."""
    row = ROW.format(status="processing", method="")
    other = exported(row, head=HEAD.replace("order_date", "date"))
    none = exported(row, head=HEAD.replace("order_date", "day"))

    assert "2026-11-18T14:00:00Z" == other.orders["placed_at"].item()
    assert (None, 1) == (none.orders["placed_at"].item(), none.orders.height)
    assert ["nothing says when these orders were placed" in note for note in (*other.notes, *none.notes)] == [True]


def test_known_sample(samples: Path):
    """The numbered shape of another project's test."""
    reading = read(samples / "channels" / "woocommerce" / "order_item_columns.csv")

    assert ("woocommerce-orders", 3, 0, 2, 1) == (
        reading.format, reading.rows, reading.rows_rejected, reading.orders.height, sum(reading.ignored.values())
    )  # fmt: skip
    assert [("10645", 5, 5, 650), ("300", 1, 1, 8800)] == reading.lines.select(
        "listing_sku", "quantity", "shipped", "unit_price"
    ).rows()
