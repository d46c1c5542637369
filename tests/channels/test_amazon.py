"""Amazon's reports: three views of the same lines."""

from pathlib import Path

import pytest

from oms.channels.base import Reading

from .reading import DATA, read, rows

AMAZON = DATA / "amazon"
LINE = {
    "amazon-order-id": "111-0000001-0000001", "purchase-date": "2026-11-16T23:04:11+00:00", "order-status": "Unshipped",
    "fulfillment-channel": "Merchant", "sales-channel": "Amazon.com", "sku": "MUG", "item-status": "Unshipped",
    "quantity": "1", "currency": "USD", "item-price": "10.00",
}  # fmt: skip
ITEM = {
    "order-id": "111-0000001-0000001", "order-item-id": "1", "purchase-date": "2026-11-16T23:04:11+00:00",
    "payments-date": "2026-11-16T23:05:11+00:00", "sku": "MUG", "quantity-purchased": "1", "quantity-shipped": "0",
    "quantity-to-ship": "1", "item-price": "10.00", "is-buyer-requested-cancellation": "false",
}  # fmt: skip


@pytest.fixture
def report(tmp_path):
    """Read a report of `base` rows with changes."""

    def make(base: dict[str, str], *changes: dict[str, str], delimiter: str = "\t") -> Reading:
        lines = [base | {name.replace("_", "-"): value for name, value in change.items()} for change in changes]
        names = list(lines[0])
        text = "\n".join(
            delimiter.join(line[name] for name in names) for line in [dict(zip(names, names, strict=True)), *lines]
        )
        path = tmp_path / "report.txt"
        path.write_text(text + "\n", encoding="utf-8")
        return read(path)

    return make


def test_unshipped_report_has_people_and_promises():
    """Who gets what by when; part of it may have left."""
    reading = read(AMAZON / "unshipped_clean.txt")
    order = reading.orders.row(1, named=True)

    assert ("amazon-unshipped", False, 4, 0) == (
        reading.format, reading.whole_orders, reading.rows, reading.rows_rejected
    )  # fmt: skip
    assert {
        "order_ref": "111-0000002-0000002", "placed_at": "2026-11-16T23:04:11Z", "ship_by": "2026-11-20T07:59:59Z",
        "payment": "paid", "service": "Expedited", "name": "Lars Testmann", "address1": "4 Orchard Ct",
        "address2": "c/o Front Desk", "postcode": "02139", "country": "US", "cancel_requested": True,
        "no_address": False, "total": None,
    }.items() <= order.items()  # fmt: skip
    assert "2026-11-17T09:00:00Z" == reading.as_of


def test_price_of_the_line_becomes_a_unit_price():
    """80.97 for three is 26.99; what does not divide is kept to the cent as a discount."""
    reading = read(AMAZON / "unshipped_clean.txt")

    assert [
        ("90000000000001", 3, 1, 0, 2699, None),
        ("90000000000002", 1, 0, 0, 1000, None),
        ("90000000000003", 3, 0, 0, 334, 2),
        ("90000000000004", 4, 1, 1, 1000, None),
    ] == rows(reading.lines, "line_ref", "quantity", "shipped", "cancelled", "unit_price", "discount")


def test_quotes_and_commas_of_a_title_are_kept():
    """The reports have tabs and no quoting."""
    assert 'Crew Tee, 15" "Slim"' == read(AMAZON / "unshipped_clean.txt").lines["title"][0]


def test_new_orders_report_has_the_money():
    """Prices, promotions, tax on top in dollars."""
    reading = read(AMAZON / "new_orders_clean.txt")

    assert "amazon-new-orders" == reading.format
    assert [(9097, 500, 816, 200, 10213, "+1 208 555 0107")] == rows(
        reading.orders, "subtotal", "shipping", "tax", "discount", "total", "phone"
    )


def test_three_reports_tell_of_one_set_of_lines():
    """Whatever comes first, the same order has the same keys."""
    keys = []
    for name in ("unshipped_clean.txt", "new_orders_clean.txt", "all_orders_clean.txt"):
        reading = read(AMAZON / name)
        order = reading.orders.filter(order_ref="111-0000001-0000001")
        keys.append(reading.lines.join(order, on="order_no", how="semi")["line_key"].to_list())

    assert [["TEE-BLK-S#1", "0986435621#1"]] * 3 == keys


def test_all_orders_report_is_history():
    """No people; the status of the item goes before that of the order; our own fulfilment requests are no sales."""
    reading = read(AMAZON / "all_orders_clean.txt")
    lines = reading.lines.join(reading.orders.select("order_no", "order_ref"), on="order_no")

    assert {"not a sale: our own fulfilment request": 1} == reading.ignored
    assert (10, 0, 6) == (reading.rows, reading.rows_rejected, reading.orders.height)
    assert [
        ("111-0000001-0000001", "TEE-BLK-S#1", 3, 0, 0, False),
        ("111-0000001-0000001", "0986435621#1", 1, 0, 0, False),
        ("111-0000004-0000004", "TEE-BLK-S#1", 1, 0, 1, False),
        ("111-0000004-0000004", "0986435621#1", 0, 0, 0, False),
        ("111-0000005-0000005", "TEE-BLK-S#1", 2, 0, 2, True),
        ("111-0000006-0000006", "TEE-BLK-S#1", 1, 0, 0, False),
        ("111-0000007-0000007", "TEE-BLK-S#1", 0, 0, 0, False),
        ("111-0000009-0000009", "TEE-BLK-S#1", 1, 0, 0, False),
        ("111-0000009-0000009", "TEE-BLK-S#2", 2, 0, 0, False),
    ] == rows(lines, "order_ref", "line_key", "quantity", "cancelled", "shipped", "external")
    assert [
        ("paid", False, False, True), ("paid", False, False, True), ("paid", False, True, True),
        ("unpaid", False, False, True), ("unknown", True, False, True), ("paid", False, False, True),
    ] == rows(reading.orders, "payment", "cancelled", "delivered", "no_address")  # fmt: skip


@pytest.mark.parametrize(
    ("order", "item", "shipped", "cancelled"),
    [
        ("Shipped", "Cancelled", 0, 2), ("Shipped", "Shipped", 2, 0), ("Unshipped", "", 0, 0), ("CANCELED", "", 0, 2),
        ("PartiallyShipped", "Shipped", 2, 0), ("shipped", "unshipped", 0, 0), ("Shipped - Returned to Seller", "", 2, 0),
    ],
)  # fmt: skip
def test_item_status_goes_first(report, order, item, shipped, cancelled):
    """In any case of letters."""
    reading = report(LINE, {"order_status": order, "item_status": item, "quantity": "2"})

    assert [(2, shipped, cancelled)] == rows(reading.lines, "quantity", "shipped", "cancelled")


@pytest.mark.parametrize(
    ("channel", "external"), [("Amazon", True), ("AFN", True), ("Merchant", False), ("MFN", False), ("", False)]
)
def test_goods_in_amazons_warehouse_are_not_ours_to_ship(report, channel, external):
    """FBA is recorded for sales only."""
    assert [external] == report(LINE, {"fulfillment_channel": channel}).lines["external"].to_list()


def test_hostile_japanese_report():
    """Shift_JIS, a pasted double, a mangled id: one good order, each bad row named."""
    reading = read(AMAZON / "unshipped_hostile_cp932.txt")

    assert ("encoding guessed as cp932: look at names with accents",) == reading.notes
    assert {"the same line again, further down": 1} == reading.ignored
    assert [3, 4, 5, 7, 8] == reading.rejected_rows.to_list()
    assert [("試験 花子", "渋谷区", "150-0001", "JP")] == rows(reading.orders, "name", "city", "postcode", "country")
    assert [("湯のみ-01", "有田焼 湯のみ [/b] ソ能表")] == rows(reading.lines, "listing_sku", "title")


def test_hostile_german_report():
    """ISO-8859-1, foreign status words, half units: the good orders stay."""
    reading = read(AMAZON / "all_orders_hostile_latin1.txt")

    assert [("302-0000001-0000001", "Köln"), ("302-0000004-0000004", "Orléans")] == rows(reading.orders, "order_ref", "city")
    assert 'Bierkrug "Größe L", weiß' == reading.lines["title"][0]
    assert [3, 4, 6] == reading.rejected_rows.to_list()


def test_tax_may_be_within_the_price(report):
    """European prices contain it, the report does not say: no total rather than a wrong one."""
    reading = report(LINE | {"item-tax": "1.60"}, {"currency": "EUR"}, {"amazon_order_id": "2", "currency": "USD"})

    assert [None, 1160] == reading.orders["total"].to_list()


def test_saved_as_csv_it_is_the_same_report(report):
    """Commas for tabs."""
    reading = report(LINE, {}, delimiter=",")

    assert ("amazon-all-orders", 1) == (reading.format, reading.orders.height)


def test_cash_on_delivery_is_seen(report):
    """Where there is no payment yet and the method says so."""
    base = ITEM | {"payments-date": "", "payment-method": ""}
    reading = report(base, {"payment_method": "COD"}, {"order_id": "2", "payment_method": "Other"})

    assert ["cod", "unknown"] == reading.orders["payment"].to_list()


def test_more_shipped_than_ordered_is_refused(report):
    """Counters that do not hold."""
    reading = report(ITEM, {"quantity_shipped": "2", "quantity_to_ship": "0"})

    assert ["more shipped than ordered"] == reading.rejected["what"].to_list()


@pytest.mark.parametrize(
    ("name", "format", "rows_", "rejected", "orders", "ignored"),
    [
        ("unshipped_us_fixture.txt", "amazon-unshipped", 4, 1, 3, 0),
        ("all_orders_demo_de.txt", "amazon-all-orders", 3, 0, 2, 0),
        ("jc_amazon_orders.csv", "amazon-all-orders", 6, 0, 5, 1),
    ],
)
def test_known_samples(samples: Path, name, format, rows_, rejected, orders, ignored):
    """The one bad date is rejected, the rest is taken."""
    reading = read(samples / "channels" / "amazon" / name)

    assert (format, rows_, rejected, orders, ignored) == (
        reading.format, reading.rows, reading.rows_rejected, reading.orders.height, sum(reading.ignored.values())
    )  # fmt: skip
