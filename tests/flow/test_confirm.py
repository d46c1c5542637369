"""Confirming: each channel hears once, in its own shape, what left with which number."""

import csv
import io
import os
from pathlib import Path

import pytest

from oms.errors import UnknownBatch, UnknownChannel
from oms.flow.confirm import ConfirmReport, confirm
from oms.flow.ship_order import ship_order
from oms.flow.sync import sync
from tests.flow.shipping_desk import TOML, Desk

GOOD = "1Z999AA10123456784"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Two skus at two locations."""
    desk = Desk(tmp_path)
    for sku in ("MUG", "LID"):
        for place in ("NJ", "CA"):
            desk.count(sku, place, 10)
    return desk


def shipped(desk: Desk, ref: str, channel: str, carrier: str = "UPS", tracking: str = GOOD) -> None:
    """An order of two mugs that left NJ."""
    desk.order(ref, {"MUG": 2}, channel)
    desk.picking(ref, "NJ", "MUG", 2)
    ship_order(desk.shop, ref, tracking=tracking, carrier=carrier, at="2026-11-22T10:00:00Z")


def table(desk: Desk, report: ConfirmReport, delimiter: str = ",") -> list[dict[str, str]]:
    text = (desk.shop.root / report.documents[0].path).read_text("utf-8")
    return list(csv.DictReader(io.StringIO(text), delimiter=delimiter, quoting=csv.QUOTE_MINIMAL))


def test_amazon_gets_its_tab_separated_file(desk: Desk) -> None:
    """Order id, item id, quantity, time with zone, code from Amazon's list."""
    shipped(desk, "111-1", "amazon-us")

    report = confirm(desk.shop)

    assert ("confirmation", "amazon-us", "confirm-amazon-us.txt") == (
        report.documents[0].kind, report.documents[0].channel, Path(report.documents[0].path).name,
    )  # fmt: skip
    assert [
        {
            "order-id": "111-1", "order-item-id": "111-1-0", "quantity": "2", "ship-date": "2026-11-22T02:00:00-08:00",
            "carrier-code": "UPS", "carrier-name": "", "tracking-number": GOOD, "ship-method": "Ground",
        }
    ] == table(desk, report, "\t")  # fmt: skip


def test_a_carrier_that_amazon_has_no_code_for_is_other_with_its_name(desk: Desk) -> None:
    """`Other`, and our spelling of the name."""
    shipped(desk, "111-1", "amazon-us", "云途物流", "YT2112345678901234")

    row = table(desk, confirm(desk.shop), "\t")[0]

    assert ("Other", "YunExpress") == (row["carrier-code"], row["carrier-name"])


def test_a_line_without_a_channel_id_has_none_in_the_file(desk: Desk) -> None:
    """A line_ref that we made up is not told to Amazon."""
    shipped(desk, "111-1", "amazon-us")
    with desk.write() as batch:
        batch.conn.execute("UPDATE lines SET has_channel_ref = 0")

    assert "" == table(desk, confirm(desk.shop), "\t")[0]["order-item-id"]


def test_shopify_gets_what_fulfilment_apps_read(desk: Desk) -> None:
    """Name, number, company, line, quantity."""
    shipped(desk, "#1001", "site")

    assert [
        {
            "Name": "#1001", "Tracking Number": GOOD, "Tracking Company": "UPS", "Lineitem name": "The MUG",
            "Lineitem sku": "MUG", "Quantity": "2",
        }
    ] == table(desk, confirm(desk.shop))  # fmt: skip


def test_other_channels_get_the_generic_file(desk: Desk) -> None:
    """One shape for everybody else."""
    shipped(desk, "B-1", "bazaar")

    assert [
        {
            "order_ref": "B-1", "line_ref": "", "listing_sku": "MUG", "quantity": "2", "carrier": "UPS",
            "tracking": GOOD, "shipped_at": "2026-11-22T10:00:00Z",
        }
    ] == table(desk, confirm(desk.shop))  # fmt: skip


def test_nothing_is_told_twice_unless_asked(desk: Desk) -> None:
    """The second run is silent; --since and --batch write again; the third run is silent still."""
    shipped(desk, "B-1", "bazaar")
    first = confirm(desk.shop)

    assert (1, None, 0) == (first.confirmed, confirm(desk.shop).batch, confirm(desk.shop).exit_code)
    assert (1, 1) == (
        confirm(desk.shop, batch_id=first.batch).confirmed,
        confirm(desk.shop, since="2026-11-22").confirmed,
    )
    assert 0 == confirm(desk.shop, since="2026-11-23").confirmed
    assert 0 == confirm(desk.shop).confirmed


def test_a_corrected_number_is_told_again(desk: Desk) -> None:
    """With all its quantity, once."""
    shipped(desk, "B-1", "bazaar")
    confirm(desk.shop)
    ship_order(desk.shop, "B-1", tracking="1Z999AA10123456793", replaces=GOOD)

    report = confirm(desk.shop)

    assert [("1Z999AA10123456793", "2")] == [(r["tracking"], r["quantity"]) for r in table(desk, report)]
    assert 0 == confirm(desk.shop).confirmed


def test_a_kit_is_told_when_it_is_complete(desk: Desk) -> None:
    """The parcel that completes it tells it."""
    desk.kit("SET", MUG=2, LID=1)
    desk.order("B-1", {"SET": 1}, "bazaar")
    desk.picking("B-1", "NJ", "MUG", 2)
    desk.picking("B-1", "CA", "LID", 1)
    ship_order(desk.shop, "B-1", tracking="T1", carrier="Bob", location="NJ")

    assert 0 == confirm(desk.shop).confirmed

    ship_order(desk.shop, "B-1", tracking="T2", carrier="Bob")

    assert [("SET", "1", "T2")] == [(r["listing_sku"], r["quantity"], r["tracking"]) for r in table(desk, confirm(desk.shop))]


def test_one_parcel_of_two_orders_is_two_rows(desk: Desk) -> None:
    """One row per parcel, order and line."""
    shipped(desk, "B-1", "bazaar")
    shipped(desk, "B-2", "bazaar")

    assert [(1,)] == desk.rows("SELECT count(*) FROM parcels")
    assert ["B-1", "B-2"] == [row["order_ref"] for row in table(desk, confirm(desk.shop))]


def test_more_of_a_line_in_the_same_parcel_is_told_as_the_difference(desk: Desk) -> None:
    """What was told stays told."""
    desk.order("B-1", {"MUG": 3}, "bazaar")
    desk.picking("B-1", "NJ", "MUG", 3)
    ship_order(desk.shop, "B-1", tracking="T1", carrier="Bob", sku="MUG", quantity=1)
    confirm(desk.shop)
    ship_order(desk.shop, "B-1", tracking="T1", carrier="Bob", sku="MUG", quantity=3)

    assert ["2"] == [row["quantity"] for row in table(desk, confirm(desk.shop))]
    assert 0 == confirm(desk.shop).confirmed


def test_only_the_channels_named(desk: Desk) -> None:
    """Others keep theirs for later; what the channel shipped itself is never told."""
    shipped(desk, "B-1", "bazaar")
    shipped(desk, "#1001", "site", tracking="1Z999AA10123456793")
    shipped(desk, "#1002", "site", tracking="1Z999AA10123456800")
    with desk.write() as batch:
        batch.conn.execute("UPDATE parcels SET elsewhere = 1 WHERE tracking = '1Z999AA10123456800'")

    assert 1 == confirm(desk.shop, ["site"]).confirmed
    assert ["bazaar"] == [each.channel for each in confirm(desk.shop).documents]


def test_wrong_words_and_dry_runs(desk: Desk) -> None:
    """Unknown channels and batches are named; a dry run tells nobody."""
    shipped(desk, "B-1", "bazaar")

    with pytest.raises(UnknownChannel):
        confirm(desk.shop, ["mars"])
    with pytest.raises(UnknownBatch):
        confirm(desk.shop, batch_id=999)
    assert 1 == confirm(desk.shop, dry_run=True).confirmed
    assert 1 == confirm(desk.shop).confirmed


JAPAN = TOML + '\n[[channels]]\nname = "amazon-jp"\nkind = "amazon"\ntimezone = "Asia/Tokyo"\ncurrency = "JPY"\n'


def test_amazon_japan_gets_its_template(tmp_path: Path) -> None:
    """Two rows above the headings, one more column, days in Tokyo, and the encoding that it reads there."""
    desk = Desk(tmp_path, JAPAN)
    desk.count("MUG", "NJ", 10)
    shipped(desk, "250-1", "amazon-jp", "Yamato Transport", "123456789012")

    report = confirm(desk.shop)
    first, labels, *rows = (desk.shop.root / report.documents[0].path).read_bytes().decode("cp932").split("\r\n")

    assert first.startswith("TemplateType=OrderFulfillment\tVersion=2011.1102\tこの行は")
    assert [8, 8, 8] == [line.count("\t") for line in (first, labels, rows[0])]
    assert labels.startswith("注文番号\t注文商品番号\t出荷数")
    assert [
        "order-id\torder-item-id\tquantity\tship-date\tcarrier-code\tcarrier-name\ttracking-number\tship-method\t"
        "cod-collection-method",
        "250-1\t250-1-0\t2\t2026-11-22\tYamatoTransport\t\t123456789012\tGround\t",
        "",
    ] == rows


WALMART = TOML + '\n[[channels]]\nname = "walmart-us"\nkind = "walmart"\n'
SHEET = (
    "PO#,Order#,Customer Name,Line#,UPC,Status,Qty,SKU,Item Cost,Update Status,Update Qty,Carrier,Tracking Number,"
    "Tracking Url,Fulfillment Entity\n"
)


def walmart_desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path, WALMART)
    desk.count("MUG", "NJ", 10)
    return desk


def sheet(desk: Desk, name: str, *orders: str, at: float = 0) -> Path:
    path = desk.shop.root / "templates" / "walmart-us" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    row = ',W-9,"Boon, Ada",{line},000123456789,Acknowledged,2,MUG,20.00,,,,,,Seller Fulfilled\n'
    path.write_text(SHEET + "".join(ref + row.format(line=f"{ref}-0") for ref in orders), "utf-8")
    os.utime(path, (1_700_000_000 + at, 1_700_000_000 + at))
    return path


def test_walmart_gets_its_own_sheet_back(tmp_path: Path) -> None:
    """The rows of what left, with the four answers; whatever else Walmart wrote stays."""
    desk = walmart_desk(tmp_path)
    sheet(desk, "orders.csv", "1087", "1088")
    shipped(desk, "1088", "walmart-us")

    report = confirm(desk.shop)

    assert [
        {
            "PO#": "1088", "Order#": "W-9", "Customer Name": "Boon, Ada", "Line#": "1088-0", "UPC": "000123456789",
            "Status": "Acknowledged", "Qty": "2", "SKU": "MUG", "Item Cost": "20.00", "Update Status": "Shipped",
            "Update Qty": "2", "Carrier": "UPS", "Tracking Number": GOOD, "Tracking Url": "",
            "Fulfillment Entity": "Seller Fulfilled",
        }
    ] == table(desk, report)  # fmt: skip
    assert 0 == confirm(desk.shop).confirmed


def test_walmart_orders_of_several_sheets(tmp_path: Path) -> None:
    """Each in the newest sheet that has it; what no sheet has goes out as a list; a damaged sheet stops nothing."""
    desk = walmart_desk(tmp_path)
    sheet(desk, "monday.csv", "1087", at=1)
    sheet(desk, "tuesday.csv", "1088", at=2)
    sheet(desk, "broken.csv", at=3).write_bytes(b"\0\0\0")
    sheet(desk, "other.csv", at=4).write_text("PO#,SKU\n1087,MUG\n")
    for ref in ("1087", "1088", "1089"):
        shipped(desk, ref, "walmart-us")

    report = confirm(desk.shop)
    texts = [(desk.shop.root / document.path).read_text("utf-8") for document in report.documents]

    assert ["confirm-walmart-us.csv", "confirm-walmart-us-2.csv", "confirm-walmart-us-3.csv"] == [
        Path(document.path).name for document in report.documents
    ]
    assert ["1088,", "1087,", "1089,"] == [text.splitlines()[1][:5] for text in texts]
    assert texts[2].startswith("order_ref,line_ref,listing_sku")
    assert 3 == report.confirmed


def test_a_walmart_line_in_two_parcels_is_answered_twice(tmp_path: Path) -> None:
    """A row a parcel, each with its own quantity and number."""
    desk = walmart_desk(tmp_path)
    sheet(desk, "orders.csv", "1087")
    desk.order("1087", {"MUG": 2}, "walmart-us")
    desk.picking("1087", "NJ", "MUG", 2)
    for number in (GOOD, "1Z999AA10123456793"):
        ship_order(desk.shop, "1087", tracking=number, carrier="UPS", sku="MUG", quantity=1)

    rows = table(desk, confirm(desk.shop))

    assert [("1", GOOD), ("1", "1Z999AA10123456793")] == [(row["Update Qty"], row["Tracking Number"]) for row in rows]


BASAR = """kind = "orders"
recognise = ["Nr"]
[columns]
order_ref = "Nr"
placed_at = "Datum"
sku = "Artikel"
quantity = "Menge"

[stock_file]
delimiter = ";"
encoding = "cp1252"
columns = [{ heading = "Artikel", value = "listing_sku" }, { heading = "Bestand", value = "quantity" },
           { heading = "Lager", text = "1" }, { heading = "Lager", value = "as_of" }]

[tracking_file]
header = false
columns = [{ heading = "Nr", value = "order_ref" }, { heading = "Paket", value = "tracking" }, { heading = "Typ", text = "P" }]
"""
OWN = TOML + '\n[[channels]]\nname = "stall"\nkind = "basar"\n'


def test_a_format_of_ones_own_says_what_goes_back(tmp_path: Path) -> None:
    """Columns, separator, encoding and fixed words of its `tracking_file` and `stock_file`."""
    (tmp_path / "formats").mkdir()
    (tmp_path / "formats" / "basar.toml").write_text(BASAR, "utf-8")
    desk = Desk(tmp_path, OWN)
    desk.count("MUG", "NJ", 10)
    shipped(desk, "77", "stall")

    with desk.write() as batch:
        batch.conn.execute("INSERT INTO listings (channel, listing_sku) VALUES ('stall', 'MUG')")

    told = confirm(desk.shop).documents[0]
    stock = sync(desk.shop, ["stall"], force=True).documents[0]

    assert f"77,{GOOD},P\r\n".encode() == (tmp_path / told.path).read_bytes()
    assert b"Artikel;Bestand;Lager;Lager\r\nMUG;8;1;2026-11-22T13:00:00Z\r\n" == (tmp_path / stock.path).read_bytes()
