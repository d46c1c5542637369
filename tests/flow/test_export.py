"""For the ERP and the bookkeeper: what came or changed, once, in their columns; and everything, whole."""

import csv
import io
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from oms.errors import ConfigError, Refused
from oms.flow.export import export, export_all
from oms.flow.formats import check, listed
from oms.flow.ship_order import ship_order
from oms.flow.undo import undo
from tests.flow.shipping_desk import Desk

GOOD = "1Z999AA10123456784"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Ten mugs, and an order of two of them and a lid."""
    desk = Desk(tmp_path)
    desk.count("MUG", "NJ", 10)
    desk.count("LID", "NJ", 10)
    order_id = desk.order("#1", {"MUG": 2, "LID": 1}, total=4150, shipping=500, tax=0, currency="USD")
    with desk.write() as batch:
        batch.conn.execute("UPDATE lines SET unit_price = 1200, discount = 50 WHERE order_id = ? AND listing_sku = 'MUG'",
                           (order_id,))  # fmt: skip
        batch.conn.execute("UPDATE lines SET unit_price = 1250, title = '=1+1' WHERE order_id = ? AND listing_sku = 'LID'",
                           (order_id,))  # fmt: skip
    return desk


def tables(desk: Desk, report) -> dict[str, list[dict[str, str]]]:
    """The rows of each CSV file, by its table."""
    return {
        Path(document.path).stem.split("-")[-1]: list(
            csv.DictReader(io.StringIO((desk.shop.root / document.path).read_text("utf-8")))
        )
        for document in report.documents
    }


def template(desk: Desk, name: str, text: str) -> None:
    path = desk.shop.root / "formats" / f"{name}.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text('kind = "export"\n' + text, "utf-8")


def test_orders_and_moves_of_the_day(desk):
    """A row a line; amounts of the order on its first line alone, so that a column can be summed; formulas are text."""
    rows = tables(desk, export(desk.shop))
    first, second = rows["orders"]

    assert ("#1", "site", "MUG", "2", "12.00", "0.50", "23.50", "5.00", "41.50") == tuple(
        first[name] for name in ("order", "channel", "sku", "ordered", "unit_price", "line_discount", "line_total",
                                 "order_shipping", "order_total")
    )  # fmt: skip
    assert ("#1", "LID", "'=1+1", "12.50", "", "") == tuple(
        second[name] for name in ("order", "sku", "title", "line_total", "order_shipping", "order_total")
    )
    assert ["count", "count"] == [move["kind"] for move in rows["moves"]]
    assert "receipts" not in rows


def test_what_is_exported_is_its_owners_alone(desk):
    """The files of a day, and the folders they lie in."""
    paths = [desk.shop.root / document.path for document in export(desk.shop).documents]

    assert {0o600} == {path.stat().st_mode & 0o777 for path in paths}
    assert {0o700} == {path.parent.stat().st_mode & 0o777 for path in paths}


def test_what_was_exported_is_not_exported_again(desk):
    """Nothing new: no file and no batch. One parcel: its order again, with what has left, and its moves."""
    first = export(desk.shop)
    nothing = export(desk.shop)
    desk.picking("#1", "NJ", "MUG", 2)
    ship_order(desk.shop, "#1", tracking=GOOD, carrier="UPS")
    rows = tables(desk, export(desk.shop))

    assert (None, (), 0) == (nothing.batch, nothing.documents, nothing.exit_code)
    assert first.batch == nothing.since
    assert [("MUG", "2"), ("LID", "0")] == [(row["sku"], row["shipped"]) for row in rows["orders"]]
    assert [("shipment", "MUG", "-2", "#1")] == [
        (row["kind"], row["sku"], row["quantity"], row["order"]) for row in rows["moves"]
    ]


def test_undo_of_an_export_exports_it_again(desk):
    """What was taken back is new once more."""
    first = export(desk.shop)
    undo(desk.shop, first.batch)

    assert first.rows == export(desk.shop).rows


def test_dry_run_says_the_same_and_remembers_nothing(desk):
    """The next run still has it."""
    shown = export(desk.shop, dry_run=True)

    assert shown.rows == export(desk.shop).rows
    assert {"orders": 2, "moves": 2, "receipts": 0} == shown.json()["rows"]


def test_since_writes_it_again(desk):
    """From a day on, exported or not."""
    export(desk.shop)

    assert 2 == export(desk.shop, since="2026-11-22").rows["orders"]
    assert {"orders": 0, "moves": 0, "receipts": 0} != export(desk.shop, since="2026-01-01").rows
    assert () == export(desk.shop, since="2027-01-01").documents


def test_a_template_of_ones_own(desk):
    """Columns, separator, decimal comma, words of their own, blank continuation; receipts with what they cost."""
    template(
        desk,
        "buch",
        """
delimiter = ";"
decimal = ","
encoding = "cp1252"
dates = "%d.%m.%Y"
continuation = "blank"
orders = [{ heading = "Beleg", value = "order_ref" }, { heading = "Datum", value = "placed_at" },
          { heading = "Artikel", value = "sku" }, { heading = "Betrag", value = "line_total" },
          { heading = "Konto", text = "8400" }]
receipts = [{ heading = "Artikel", value = "sku" }, { heading = "Menge", value = "quantity" },
            { heading = "Wert", value = "value" }]
""",
    )
    with desk.write() as batch:
        batch.conn.execute("UPDATE products SET cost = 310, currency = 'EUR' WHERE sku = 'MUG'")
        batch.conn.execute(
            "INSERT INTO moves (batch_id, sku, location, kind, quantity, happened_at, tie) "
            "VALUES (?, 'MUG', 'NJ', 'receipt', 12, '2026-11-22T14:30:00Z', 2)", (batch.id,)
        )  # fmt: skip
        batch.touch_stock("VALUES ('MUG', 'NJ')")
    report = export(desk.shop, "buch")
    texts = {Path(d.path).name: (desk.shop.root / d.path).read_bytes().decode("cp1252") for d in report.documents}

    assert {
        "buch-orders.csv": "Beleg;Datum;Artikel;Betrag;Konto\r\n#1;21.11.2026;MUG;23,50;8400\r\n;;LID;12,50;8400\r\n",
        "buch-receipts.csv": "Artikel;Menge;Wert\r\nMUG;12;37,20\r\n",
    } == texts


def test_every_template_has_its_own_memory(desk):
    """The bookkeeper's export does not take from the ERP's."""
    template(desk, "erp", 'orders = [{ heading = "o", value = "order_ref" }]')
    export(desk.shop)

    assert 2 == export(desk.shop, "erp").rows["orders"]


def test_a_workbook_has_a_sheet_a_table(desk):
    """Identifiers are text; a heading may stand twice."""
    template(
        desk,
        "book",
        """
file = "xlsx"
orders = [{ heading = "o", value = "order_ref" }, { heading = "o", value = "total" }]
moves = [{ heading = "sku", value = "sku" }]
""",
    )
    (document,) = export(desk.shop, "book").documents
    book = openpyxl.load_workbook(desk.shop.root / document.path)

    assert ["orders", "moves"] == book.sheetnames
    assert [("o", "o (2)"), ("#1", "41.50"), ("#1", None)] == list(book["orders"].iter_rows(values_only=True))


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [(-1250, "USD", "-12.50"), (5, "USD", "0.05"), (1250, "JPY", "1250"), (1250, "KWD", "1.250"), (7, None, "0.07")],
)
def test_amounts_have_the_digits_of_their_currency(desk, amount, currency, said):
    """No yen has a hundredth, a dinar has three digits; nothing is rounded."""
    with desk.write() as batch:
        batch.conn.execute("UPDATE orders SET total = ?, currency = ?", (amount, currency))

    assert said == tables(desk, export(desk.shop))["orders"][0]["order_total"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('orders = [{ heading = "o", value = "order_reff" }]', "`order_reff`: nothing we know, did you mean `order_ref`"),
        ('moves = [{ heading = "o" }]', "a column has either `value` or `text`"),
        ('order = []', "order: no such key, did you mean `orders`"),
        ("", "none of orders, moves and receipts has columns"),
        ('moves = [{ heading = "o", value = "sku" }]\nencoding = "klingon"', "not an encoding"),
        ('moves = [{ heading = "o", value = "sku" }]\nfile = "xlsx"\nheader = false', "header = false"),
        ("moves = [", "not TOML"),
    ],
)  # fmt: skip
def test_a_template_that_cannot_be_used_says_why(desk, text, said):
    """File, key, and the nearest known word, before anything is written."""
    template(desk, "erp", text)

    with pytest.raises(ConfigError, match=said) as caught:
        export(desk.shop, "erp")
    assert "formats/erp.toml" in caught.value.message


def test_a_template_that_is_not_there(desk):
    """The nearest name is offered; another kind of format is no template."""
    template(desk, "erp", 'orders = [{ heading = "o", value = "order_ref" }]')
    (desk.shop.root / "formats" / "read.toml").write_text('kind = "orders"\n')

    with pytest.raises(ConfigError, match="did you mean `erp`"):
        export(desk.shop, "epr")
    with pytest.raises(ConfigError, match="kind"):
        export(desk.shop, "read")


def test_a_template_is_no_format_to_read(desk):
    """`oms format list` names it as what it is; imports are not disturbed by it."""
    template(desk, "erp", 'orders = [{ heading = "o", value = "order_ref" }]')

    assert [("erp", "export")] == [(each["name"], each["kind"]) for each in listed(desk.shop).formats]
    with pytest.raises(ConfigError, match="how to write a file"):
        check(desk.shop, "erp")


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_the_whole_store_as_tables(desk, kind):
    """Every table of the business with every row; the folder is there when it is whole, and is never overwritten."""
    report = export_all(desk.shop, kind=kind)
    folder = desk.shop.root / report.path
    read = pl.read_parquet if kind == "parquet" else pl.read_csv

    assert {f"{name}.{kind}" for name in report.tables} == {path.name for path in folder.iterdir()}
    assert {"orders", "lines", "contacts", "moves", "stock", "parcels"} <= set(report.tables)
    assert {name: read(folder / f"{name}.{kind}").height for name in ("orders", "lines")} == {"orders": 1, "lines": 2}
    assert ["#1"] == read(folder / f"orders.{kind}")["order_ref"].to_list()
    assert 0o700 == folder.stat().st_mode & 0o777
    assert {0o600} == {path.stat().st_mode & 0o777 for path in folder.iterdir()}  # the buyers' addresses are in them
    with pytest.raises(Refused, match="exists already"):
        export_all(desk.shop, kind=kind)


def test_the_whole_store_elsewhere_and_dry(desk, tmp_path):
    """To a folder that is named; a dry run counts and writes nothing."""
    target = tmp_path / "for the accountant"
    counted = export_all(desk.shop, folder=target, dry_run=True)

    assert not target.exists()
    assert counted.tables == export_all(desk.shop, folder=target).tables
    assert {0o600} == {path.stat().st_mode & 0o777 for path in target.iterdir()}
    assert [] == list(tmp_path.glob(".for*"))
    assert pl.Int64 == pl.read_parquet(target / "orders.parquet").schema["total"]


def test_what_a_killed_export_left_is_not_in_the_next(desk, tmp_path):
    """Only the tables of one moment, of one kind."""
    left = tmp_path / ".out.part"
    left.mkdir()
    (left / "orders.csv").write_text("half")
    export_all(desk.shop, folder=tmp_path / "out")

    assert not left.exists()
    assert [] == list((tmp_path / "out").glob("*.csv"))
