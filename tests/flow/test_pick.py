"""Picking: what goes to the bench, with which papers, and what is refused."""

import csv
import io
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest

from oms.errors import ConfigError, UnknownChannel, UnknownLocation
from oms.flow.pick import PickReport, pick_orders
from oms.flow.settle import settle
from tests.flow.shipping_desk import NOW, TOML, Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Two skus at two locations."""
    return stocked(tmp_path)


def stocked(root: Path, toml: str = TOML) -> Desk:
    desk = Desk(root, toml)
    for sku in ("MUG", "LID"):
        for place in ("NJ", "CA"):
            desk.count(sku, place, 10)
    return desk


def text(desk: Desk, report: PickReport, name: str) -> str:
    path = next(document.path for document in report.documents if document.path.endswith(name))
    return (desk.shop.root / path).read_text("utf-8-sig")


def table(desk: Desk, report: PickReport, name: str, delimiter: str = ",") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text(desk, report, name)), delimiter=delimiter))


def test_reserved_units_go_to_the_bench_with_their_papers(desk: Desk) -> None:
    """Each location gets its list; the 3PL its order file; the order is `picking`."""
    desk.order("1001", {"MUG": 2, "LID": 1}, note="no plastic", gift=1, tags="vip")
    desk.order("1002", {"MUG": 1}, ship_by="2026-11-23T17:00:00Z")
    desk.reserve("1001", "NJ", "MUG", 2)
    desk.reserve("1001", "CA", "LID", 1)
    desk.reserve("1002", "NJ", "MUG", 1)

    report = pick_orders(desk.shop)

    assert (0, 2, 4) == (report.exit_code, report.orders, report.units)
    assert [
        ("picklist", "CA", "picklist-CA.xlsx"), ("picklist", "CA", "picklist-CA.csv"), ("slips", "CA", "slips-CA.html"),
        ("picklist", "NJ", "picklist-NJ.xlsx"), ("picklist", "NJ", "picklist-NJ.csv"), ("slips", "NJ", "slips-NJ.html"),
        ("orders", "NJ", "orders-NJ.csv"),
    ] == [(each.kind, each.location, Path(each.path).name) for each in report.documents]  # fmt: skip
    assert ["picking", "picking"] == [desk.status("1001"), desk.status("1002")]
    assert (10, 3) == desk.stock("MUG", "NJ")
    rows = table(desk, report, "picklist-NJ.csv")
    assert [
        ("sku", "MUG", "3", "", "2 orders"),
        ("order", "MUG", "1", "1002", ""),
        ("order", "MUG", "2", "1001", "GIFT · no plastic · vip"),
    ] == [(r["part"], r["sku"], r["quantity"], r["order_ref"], r["remarks"]) for r in rows]
    assert "2026-11-23 12:00" == rows[1]["ship_by"]


def test_the_workbook_has_one_sheet_and_says_the_same(desk: Desk) -> None:
    """People open the XLSX; quantities are numbers in it."""
    desk.order("1001", {"MUG": 2})
    desk.reserve("1001", "NJ", "MUG", 2)

    report = pick_orders(desk.shop)
    path = next(each.path for each in report.documents if each.path.endswith(".xlsx"))
    book = openpyxl.load_workbook(desk.shop.root / path)

    assert 1 == len(book.worksheets)
    assert ["part", "sku", "title", "barcode", "quantity", "order_ref", "channel", "ship_by", "service", "remarks"] == [
        cell.value for cell in book.worksheets[0][1]
    ]
    assert 2 == book.worksheets[0]["E2"].value


def test_nothing_to_pick_is_no_failure_and_no_noise(desk: Desk) -> None:
    """Exit 0, and no batch in the log."""
    desk.order("1001", {"MUG": 2})
    before = desk.rows("SELECT count(*) FROM batches")

    report = pick_orders(desk.shop)

    assert (None, 0, 0, ()) == (report.batch, report.exit_code, report.orders, report.documents)
    assert before == desk.rows("SELECT count(*) FROM batches")


def test_twice_picks_once(desk: Desk) -> None:
    """What is at the bench is not picked again."""
    desk.order("1001", {"MUG": 2})
    desk.reserve("1001", "NJ", "MUG", 2)
    pick_orders(desk.shop)

    assert 0 == pick_orders(desk.shop).orders


def test_a_split_order_is_picked_place_by_place(desk: Desk) -> None:
    """With --location the other place's part stays reserved, and is picked later."""
    desk.order("1001", {"MUG": 2, "LID": 1})
    desk.reserve("1001", "NJ", "MUG", 2)
    desk.reserve("1001", "CA", "LID", 1)

    first = pick_orders(desk.shop, "NJ")
    second = pick_orders(desk.shop, "CA")

    assert (2, 1) == (first.units, second.units)
    assert {"NJ"} == {each.location for each in first.documents}


def test_held_orders_stay(desk: Desk) -> None:
    """A hold stops its whole order from being picked."""
    order_id = desk.order("1001", {"MUG": 2})
    desk.reserve("1001", "NJ", "MUG", 2)
    with desk.write() as batch:
        batch.conn.execute("INSERT INTO holds (order_id, reason) VALUES (?, 'manual')", (order_id,))
        batch.touch_orders("VALUES (?)", (order_id,))
        settle(batch, desk.shop.config)

    assert 0 == pick_orders(desk.shop).orders


def test_an_order_that_ships_complete_waits_for_its_last_line(desk: Desk) -> None:
    """`ship_complete`: nothing is picked before all is allocated."""
    desk.order("1001", {"MUG": 2, "LID": 1}, "bazaar")
    desk.reserve("1001", "NJ", "MUG", 2)

    assert 0 == pick_orders(desk.shop).orders

    desk.reserve("1001", "NJ", "LID", 1)

    assert 3 == pick_orders(desk.shop).units


def test_a_channel_with_old_orders_is_refused_and_the_others_go_on(desk: Desk) -> None:
    """A cancel may be waiting: refused with the reason, picked with --force."""
    desk.order("1001", {"MUG": 2})
    desk.order("2001", {"MUG": 1}, "tiktok")
    for ref in ("1001", "2001"):
        desk.reserve(ref, "NJ", "MUG", 1)
    with desk.write() as batch:
        batch.conn.execute("UPDATE batches SET started_at = '2026-11-21T14:00:00Z' WHERE id < ?", (batch.id,))
    desk.imported("tiktok", NOW - timedelta(hours=2))

    report = pick_orders(desk.shop)

    assert (3, 1) == (report.exit_code, report.orders)
    reason = "its orders were last imported 25 h ago, [pick] max_age is 24 h"
    assert [{"channel": "site", "reason": reason}] == report.json()["refused"]
    assert "routed" == desk.status("1001")

    report = pick_orders(desk.shop)

    assert (1, None, 0) == (report.exit_code, report.batch, report.orders)

    report = pick_orders(desk.shop, force=True)

    assert (0, 1) == (report.exit_code, report.orders)


def test_an_undone_import_does_not_count(desk: Desk) -> None:
    """Only imports that stand make a channel's orders fresh."""
    desk.order("1001", {"MUG": 2})
    desk.reserve("1001", "NJ", "MUG", 2)
    with desk.write() as batch:
        batch.conn.execute("UPDATE batches SET undone_by = ? WHERE id < ?", (batch.id, batch.id))

    assert "its orders were never imported" == pick_orders(desk.shop).refused[0][1]


def test_orders_with_the_platforms_label_are_in_no_address_file(desk: Desk) -> None:
    """Pick lists yes, 3PL order file no; the report says so."""
    desk.order("2001", {"MUG": 1}, "tiktok")
    desk.reserve("2001", "NJ", "MUG", 1)

    report = pick_orders(desk.shop)

    assert [".xlsx", ".csv", ".html"] == [Path(each.path).suffix for each in report.documents]
    assert ("NJ: 1 order has its channel's own label and is in no order file",) == report.notes


def test_a_kits_parts_are_listed_with_the_kit(desk: Desk) -> None:
    """The bench takes components and knows what they belong to."""
    desk.kit("SET", MUG=2, LID=1)
    desk.order("1001", {"SET": 1})
    desk.reserve("1001", "CA", "MUG", 2)
    desk.reserve("1001", "CA", "LID", 1)

    rows = table(desk, pick_orders(desk.shop), "picklist-CA.csv")

    assert [("LID", "1", "kit SET"), ("MUG", "2", "kit SET")] == [
        (r["sku"], r["quantity"], r["remarks"]) for r in rows if r["part"] == "order"
    ]


def test_slips_are_pages_with_barcodes_and_whole_chinese_text(desk: Desk) -> None:
    """One page an order; what a buyer wrote is text and never markup."""
    desk.order("1001", {"MUG": 2}, note="<script>alert(1)</script> 请勿折叠", tags="fraud-check")
    desk.order("单-7", {"LID": 1})
    desk.reserve("1001", "CA", "MUG", 2)
    desk.reserve("单-7", "CA", "LID", 1)

    page = text(desk, pick_orders(desk.shop), "slips-CA.html")

    assert 2 == page.count("<section>") == page.count("<svg")
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; 请勿折叠" in page
    assert "林小雨" in page
    assert "fraud-check" not in page
    body = page[page.index("<body>") : page.index("</html>")].replace("<br>", "<br/>")
    assert 2 == len(ElementTree.fromstring(body).findall("section"))


def test_slips_can_be_left_out(tmp_path: Path) -> None:
    """`[pick] slips = false`: lists only."""
    desk = stocked(tmp_path, TOML + "\n[pick]\nslips = false\n")
    desk.order("1001", {"MUG": 2})
    desk.reserve("1001", "CA", "MUG", 2)

    assert ["picklist", "picklist"] == [each.kind for each in pick_orders(desk.shop).documents]


def test_the_order_file_has_one_row_a_sku_and_the_address(desk: Desk) -> None:
    """Our own columns, where the location names no template."""
    desk.order("1001", {"MUG": 2, "LID": 1}, note="=1+1")
    desk.reserve("1001", "NJ", "MUG", 2)
    desk.reserve("1001", "NJ", "LID", 1)

    rows = table(desk, pick_orders(desk.shop), "orders-NJ.csv")

    assert [("1001", "林小雨", "07102", "US", "MUG", "2"), ("1001", "林小雨", "07102", "US", "LID", "1")] == [
        (r["order_id"], r["ship_name"], r["ship_zipcode"], r["ship_country"], r["product_sku"], r["product_qty"]) for r in rows
    ]
    assert {"'=1+1"} == {r["note"] for r in rows}
    assert "2026-11-21" == rows[0]["order_date"]


TEMPLATE = """
kind = "3pl-orders"
delimiter = ";"
encoding = "gb18030"
header = false
continuation = "blank"
country = "name"
dates = "%d.%m.%Y"
columns = [
  { heading = "No", value = "order_ref" }, { heading = "Name", value = "name" }, { heading = "Land", value = "country" },
  { heading = "Code", text = "BLUE" }, { heading = "SKU", value = "sku" }, { heading = "Qty", value = "quantity" },
  { heading = "Date", value = "placed_at" }, { heading = "Price", value = "unit_price" },
]
"""


def with_template(root: Path, template: str) -> Desk:
    desk = stocked(root, TOML.replace('kind = "3pl"\n', 'kind = "3pl"\nformat = "acme"\n'))
    (root / "formats").mkdir()
    (root / "formats" / "acme.toml").write_text(template, "utf-8")
    desk.order("1001", {"MUG": 2, "LID": 1})
    desk.reserve("1001", "NJ", "MUG", 2)
    desk.reserve("1001", "NJ", "LID", 1)
    return desk


def test_the_3pls_template_decides_the_order_file(tmp_path: Path) -> None:
    """Columns, order, delimiter, encoding, dates, no heading line, blank continuation."""
    desk = with_template(tmp_path, TEMPLATE)
    with desk.write() as batch:
        batch.conn.execute("UPDATE lines SET unit_price = 1250")

    report = pick_orders(desk.shop)
    path = next(each.path for each in report.documents if each.kind == "orders")

    assert "1001;林小雨;United States;BLUE;MUG;2;21.11.2026;12.50\r\n;;;BLUE;LID;1;;12.50\r\n" == (
        desk.shop.root / path
    ).read_bytes().decode("gb18030")


def test_a_workbook_for_the_3pl(tmp_path: Path) -> None:
    """`file = "xlsx"`; headings may repeat."""
    columns = '[{ heading = "Ref", value = "order_ref" }, { heading = "Ref", value = "sku" }]'
    desk = with_template(tmp_path, f'kind = "3pl-orders"\nfile = "xlsx"\ncolumns = {columns}')

    report = pick_orders(desk.shop)
    path = next(each.path for each in report.documents if each.kind == "orders")
    sheet = openpyxl.load_workbook(desk.shop.root / path).worksheets[0]

    assert [("Ref", "Ref (2)"), ("1001", "MUG"), ("1001", "LID")] == list(sheet.values)


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ('kind = "3pl-orders"', "formats/acme.toml: columns: is missing"),
        (TEMPLATE.replace("order_ref", "order_reff"), "nothing we know, did you mean `order_ref`?"),
        (TEMPLATE.replace("header", "headers"), "formats/acme.toml: headers: no such key, did you mean `header`?"),
        (TEMPLATE.replace("gb18030", "klingon"), "not an encoding"),
        (TEMPLATE.replace('text = "BLUE"', 'text = "BLUE", value = "sku"'), "either `value` or `text`"),
        ("kind = ", "formats/acme.toml: not TOML"),
    ],
)
def test_a_template_that_cannot_be_used_stops_before_anything_is_written(tmp_path: Path, template: str, message: str) -> None:
    """File, key and nearest known key are named; nothing is picked."""
    desk = with_template(tmp_path, template)

    with pytest.raises(ConfigError) as caught:
        pick_orders(desk.shop)

    assert message in caught.value.message
    assert "routed" == desk.status("1001")


def test_a_template_that_cannot_be_used_stops_only_its_location(tmp_path: Path) -> None:
    """The warehouse picks; the 3PL's orders wait, and its file is named."""
    desk = with_template(tmp_path, 'kind = "3pl-orders"')
    desk.order("1002", {"MUG": 1})
    desk.reserve("1002", "CA", "MUG", 1)

    report = pick_orders(desk.shop)

    assert (3, 1) == (report.exit_code, report.orders)
    assert [{"location": "NJ", "reason": "formats/acme.toml: columns: is missing"}] == report.json()["refused"]
    assert ("routed", "picking") == (desk.status("1001"), desk.status("1002"))


def test_unknown_places_and_channels_are_named(desk: Desk) -> None:
    """Wrong words stop the command."""
    with pytest.raises(UnknownLocation):
        pick_orders(desk.shop, "Mars")
    with pytest.raises(UnknownChannel):
        pick_orders(desk.shop, channel="mars")


def test_a_dry_run_picks_nothing(desk: Desk) -> None:
    """The same report, and the store as before."""
    desk.order("1001", {"MUG": 2})
    desk.reserve("1001", "NJ", "MUG", 2)

    report = pick_orders(desk.shop, dry_run=True)

    assert 2 == report.units
    assert "routed" == desk.status("1001")
    assert not (desk.shop.root / "outbox").exists()
