"""Formats of the seller's own: a TOML file fills the declarations that built-in channels make."""

from datetime import UTC, datetime

import pytest

from oms.channels import READERS, custom, look
from oms.channels.base import Context, Reading, read_file
from oms.errors import AmbiguousFile, ConfigError, UnknownHeadings

from .own_desk import CONFIG, LIMITS

NOW = datetime(2026, 11, 19, 14, tzinfo=UTC)
ORDERS = """
kind = "orders"
recognise = ["Nr", "Artikel"]
zone = "Europe/Berlin"
currency = "EUR"
{more}
[columns]
order_ref = "Nr"
placed_at = {{ heading = "Datum", formats = ["%d.%m.%Y %H:%M"] }}
sku = {{ heading = ["Artikel", "SKU"], missing = ["-"] }}
title = "Titel"
quantity = "Menge"
unit_price = {{ heading = "Preis", decimal = "," }}
total = {{ heading = "Summe", decimal = "," }}
status = "Status"
country = {{ value = "Deutschland" }}
{columns}
[statuses]
"offen" = "ready"
"neu" = "unpaid"
"gesperrt" = "on_hold"
"weg" = "shipped"
"da" = "delivered"
"storno" = "cancelled"
{tables}
"""
COUNT = 'kind = "stock"\nrecognise = ["A"]\n{more}\n[columns]\nsku = "A"\n{column}\n'
HEAD = "Nr;Datum;Artikel;Titel;Menge;Preis;Summe;Status"


@pytest.fixture
def understood(tmp_path):
    """Read rows by a format; `changes` replace text of the format."""

    def make(*rows: str, text: str = ORDERS, head: str = HEAD, encoding: str = "utf-8", **parts: str) -> Reading:
        filled = text.format(more=parts.get("more", ""), columns=parts.get("columns", ""), tables=parts.get("tables", ""))
        for old, new in parts.items():
            if old.startswith("drop_"):
                filled = "\n".join(line for line in filled.splitlines() if not line.startswith(new))
        form = custom.parse(filled, "hof", "formats/hof.toml")
        path = tmp_path / "orders.csv"
        path.write_bytes(("\n".join([head, *rows]) + "\n").encode(encoding))
        seen, reader = look(path, LIMITS, [form])
        return read_file(reader, seen, LIMITS, Context(None, "America/New_York", "USD", CONFIG, None, NOW))

    return make


def test_columns_constants_and_words(understood):
    """Its dates, commas and words; its zone and currency; one text for a column the file does not have."""
    reading = understood("A1;18.11.2026 09:00;TASSE;Tasse, groß;2;1.014,90;2.029,80;Offen")

    assert ("hof", "orders", False, 1, 0) == (
        reading.format, reading.kind, reading.whole_orders, reading.rows, reading.rows_rejected
    )  # fmt: skip
    assert [("A1", "2026-11-18T08:00:00Z", "paid", "EUR", 202980, "DE")] == reading.orders.select(
        "order_ref", "placed_at", "payment", "currency", "total", "country"
    ).rows()
    assert [("TASSE", "Tasse, groß", 2, 101490)] == reading.lines.select(
        "listing_sku", "title", "quantity", "unit_price"
    ).rows()


@pytest.mark.parametrize(
    ("word", "payment", "cancelled", "on_hold", "delivered", "shipped"),
    [
        ("offen", "paid", False, False, False, 0), ("neu", "unpaid", False, False, False, 0),
        ("gesperrt", "unknown", False, True, False, 0), ("weg", "paid", False, False, False, 1),
        ("da", "paid", False, False, True, 1), ("storno", "unknown", True, False, False, 0),
    ],
)  # fmt: skip
def test_words_of_its_status(understood, word, payment, cancelled, on_hold, delivered, shipped):
    """All six of ours."""
    reading = understood(f"A1;18.11.2026 09:00;TASSE;;1;5,00;5,00;{word}")

    assert [(payment, cancelled, on_hold, delivered)] == reading.orders.select(
        "payment", "cancelled", "on_hold", "delivered"
    ).rows()
    assert [shipped] == reading.lines["shipped"].to_list()


def test_unknown_word_rejects_its_order(understood):
    """And no other."""
    reading = understood("A1;18.11.2026 09:00;TASSE;;1;5,00;5,00;was", "A2;18.11.2026 09:00;TASSE;;1;5,00;5,00;offen")

    assert ["A2"] == reading.orders["order_ref"].to_list()
    assert [(2, "Status", "was")] == reading.rejected.select("row", "column", "value").rows()


def test_order_on_its_first_row_only(understood):
    """Further rows have lines and nothing else; the status is the order's."""
    reading = understood(
        "A1;18.11.2026 09:00;TASSE;;1;5,00;11,00;weg", ";;KERZE;;2;3,00;;", "A2;18.11.2026 09:30;KERZE;;1;3,00;3,00;offen",
        more='order_columns = "first"',
    )  # fmt: skip

    assert [("A1", 1100, "paid"), ("A2", 300, "paid")] == reading.orders.select("order_ref", "total", "payment").rows()
    assert [(0, "TASSE", 1), (0, "KERZE", 2), (1, "KERZE", 0)] == reading.lines.select(
        "order_no", "listing_sku", "shipped"
    ).rows()


def test_without_that_rule_a_row_without_a_number_is_rejected(understood):
    """Nothing is guessed."""
    reading = understood("A1;18.11.2026 09:00;TASSE;;1;5,00;5,00;offen", ";;KERZE;;2;3,00;;")

    assert [3] == reading.rejected_rows.to_list()


def test_a_row_is_a_unit(understood):
    """Equal rows are counted, each with its own fate; rows with an id of their own stay lines."""
    rows = [
        "A1;18.11.2026 09:00;TASSE;;;5,00;;offen;", "A1;18.11.2026 09:00;TASSE;;;5,00;;storno;",
        "A1;18.11.2026 09:00;TASSE;;;5,00;;offen;", "A1;18.11.2026 09:00;TASSE;;;5,00;;offen;77",
    ]  # fmt: skip
    reading = understood(*rows, head=HEAD + ";Pos", more='row = "unit"', columns='line_ref = "Pos"', drop_quantity="quantity")

    assert [(None, 3, 1, 0), ("77", 1, 0, 0)] == reading.lines.select("line_ref", "quantity", "cancelled", "shipped").rows()
    assert (4, 0, 1) == (reading.rows, reading.rows_rejected, reading.orders.height)


def test_payment_column_goes_first(understood):
    """Its words, then when it was paid, then the status."""
    rows = [
        "A1;18.11.2026 09:00;TASSE;;1;5,00;5,00;offen;nein;", "A2;18.11.2026 09:00;TASSE;;1;5,00;5,00;offen;bei Lieferung;",
        "A3;18.11.2026 09:00;TASSE;;1;5,00;5,00;neu;;2026-11-18 10:00:00",
    ]  # fmt: skip
    reading = understood(
        *rows, head=HEAD + ";Bezahlt;Am", columns='payment_status = "Bezahlt"\npaid_at = "Am"',
        tables='[payments]\n"nein" = "unpaid"\n"bei Lieferung" = "cod"',
    )  # fmt: skip

    assert ["unpaid", "cod", "paid"] == reading.orders["payment"].to_list()


def test_marketplaces_own_warehouse_is_external(understood):
    """By the words that the format names; others are the seller's own."""
    reading = understood(
        "A1;18.11.2026 09:00;TASSE;;1;5,00;5,00;offen;HofLager", "A2;18.11.2026 09:00;TASSE;;1;5,00;5,00;offen;selbst",
        head=HEAD + ";Versand", columns='fulfilment = "Versand"', more='external = ["Hoflager"]',
    )  # fmt: skip

    assert [True, False] == reading.lines["external"].to_list()


def test_price_of_the_line(understood):
    """Only the whole line's price stands there: rounded up, the rest is a discount."""
    reading = understood(
        "A1;18.11.2026 09:00;TASSE;;3;10,00;;offen", columns='line_total = { heading = "Preis", decimal = "," }',
        drop_price="unit_price",
    )  # fmt: skip

    assert [(334, 2)] == reading.lines.select("unit_price", "discount").rows()


def test_days_without_a_time_are_no_as_of(understood):
    """The file's own time decides which of two is newer."""
    timed = understood("A1;18.11.2026 09:00;TASSE;;1;5,00;5,00;offen")
    days = understood("A1;18.11.2026;TASSE;;1;5,00;5,00;offen", text=ORDERS.replace("%d.%m.%Y %H:%M", "%d.%m.%Y"))

    assert ("2026-11-18T08:00:00Z", None) == (timed.as_of, days.as_of)
    assert ["2026-11-17T23:00:00Z"] == days.orders["placed_at"].to_list()


def test_encoding_and_delimiter_of_the_format(understood):
    """What nobody could read otherwise; and no remark on a guess that the format has made."""
    reading = understood(
        "A1~18.11.2026 09:00~TASSE~Stück~1~5,00~5,00~offen", head=HEAD.replace(";", "~"), encoding="cp1250",
        more='delimiter = "~"\nencodings = ["cp1250"]',
    )  # fmt: skip

    assert (["Stück"], ()) == (reading.lines["title"].to_list(), reading.notes)


def test_stock_in_somebody_elses_columns(understood):
    """As our own counts are understood: the location by its name or given once, a day is its end there."""
    text = """
    kind = "stock"
    recognise = ["Artikel", "Bestand"]
    [columns]
    sku = "Artikel"
    on_hand = "Bestand"
    location = {{ value = "{more}" }}
    counted_at = {{ heading = "Stand", formats = ["%d.%m.%Y"] }}
    """
    reading = understood("TASSE;7;18.11.2026", "KERZE;x;18.11.2026", head="Artikel;Bestand;Stand", text=text, more="Newark 3PL")

    assert ("hof", "stock", 2, 1) == (reading.format, reading.kind, reading.rows, reading.rows_rejected)
    assert [("TASSE", "NJ", 7, "2026-11-19T04:59:59Z")] == reading.table.select(
        "sku", "location", "on_hand", "counted_at"
    ).rows()


def test_tracking_of_a_3pl(understood):
    """Carrier and place are always the same, the time is its own."""
    text = """
    kind = "tracking"
    recognise = "Paket"
    zone = "Europe/Berlin"
    [columns]
    order_ref = "Auftrag"
    tracking = "Paket"
    carrier = {{ value = "DHL" }}
    shipped_at = {{ heading = "Zeit", formats = "%d.%m.%Y %H:%M" }}
    """
    reading = understood("A1;0034;18.11.2026 17:00", ";0035;18.11.2026 17:00", head="Auftrag;Paket;Zeit", text=text)

    assert [("A1", "0034", "DHL", "2026-11-18T16:00:00Z")] == reading.table.select(
        "order_ref", "tracking", "carrier", "shipped_at"
    ).rows()
    assert [(3, "Auftrag")] == reading.rejected.select("row", "column").rows()


def test_constant_that_nobody_knows_is_named_by_its_field(understood):
    """Not by a column that the file does not have."""
    text = """
    kind = "stock"
    recognise = ["Artikel"]
    [columns]
    sku = "Artikel"
    on_hand = "Bestand"
    location = {{ value = "Mars" }}
    """
    reading = understood("TASSE;7", head="Artikel;Bestand", text=text)

    assert [("location", "no location of this name")] == reading.rejected.select("column", "what").rows()


HOSTILE = "\ufeff" + "\r\n".join([
    HEAD,
    "A1;18.11.2026 09:00;0012;Tasse [/b] 茶;1;5,00;11,00;offen",
    "A2;18.11.2026 09:00;TASSE;;zwei;5,00;;offen",
    "A1;18.11.2026 09:00;KERZE;;2;3,00;11,00;offen",
    "A3;31.02.2026 09:00;TASSE;;1;5,00;;offen",
    "A4;18.11.2026 09:00;-;;1;5,00;;offen",
    "A5;18.11.2026 09:00;TASSE;;0;5,00;;offen",
    "A6;18.11.2026 09:00;TASSE;;0;5,00;;storno",
    "A7;18.11.2026 09:00;TASSE;;1;-5,00;;offen",
    "1,2E+15;18.11.2026 09:00;TASSE;;1;5,00;;offen",
    "A8;18.11.2026 09:00;TASSE;;1;5,00;5,00;offen",
    "A8;18.11.2026 09:00;TASSE;;1;5,00;6,00;offen",
    ";;;;;;;",
    "A9;18.11.2026 09:00;TASSE;;1;5,00",
])  # fmt: skip


@pytest.mark.parametrize("order", [1, -1])
def test_hostile_file_in_any_order(understood, order):
    """Books balance, good orders stay, bad rows are named."""
    head, *rows = HOSTILE.split("\r\n")
    reading = understood(*rows[:-1][::order], rows[-1], head=head)

    assert 12 == reading.rows == reading.rows_rejected + sum(reading.ignored.values()) + 4
    assert {"A1", "A6", "A9"} == set(reading.orders["order_ref"])
    assert {"0012", "KERZE", "TASSE"} == set(reading.lines["listing_sku"])
    assert 8 == reading.rejected.height


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('recognise = ["A"]\n[columns]\n', ["kind: is missing"]),
        ('kind = "order"\nrecognise = ["A"]\n[columns]\n', ["kind `order`", "did you mean `orders`?"]),
        ('kind = "orders"\nrecognize = ["A"]\n[columns]\n', ["recognise: is missing", "recognize: no such key, did you mean"]),
        ('kind = "stock"\nrecognise = []\n[columns]\nsku = "A"\non_hand = "B"\n', ["recognise: "]),
        (COUNT.format(more="", column=""), ["columns.on_hand: is missing"]),
        (COUNT.format(more="", column='onhand = "B"'), ["columns.onhand: no such field of stock, did"]),
        (COUNT.format(more='zone = "Mars"', column='on_hand = "B"'), ["zone `Mars`: not a time zone"]),
        (COUNT.format(more='currency = "Euro"', column='on_hand = "B"'), ["currency `Euro`"]),
        (COUNT.format(more='encodings = ["utf8x"]', column='on_hand = "B"'), ["encodings.0 `utf8x`"]),
        (COUNT.format(more="", column='on_hand = { hedding = "B" }'), ["columns.on_hand.hedding: no such key, did"]),
        (COUNT.format(more="", column='on_hand = { heading = "B", value = "1" }'), ["columns.on_hand: a column has either"]),
        (COUNT.format(more="", column='on_hand = { value = "many" }'), ["columns.on_hand.value `many`: not a whole number"]),
        (COUNT.format(more="", column='on_hand = { heading = "B", formats = "%d" }'), ["columns.on_hand.formats.0 `%d`"]),
        (COUNT.format(more="", column='on_hand = { heading = "B", formats = "%Y%m%d" }'), ["columns.on_hand.formats: is for"]),
        (ORDERS.format(more="", columns="", tables='"x" = "redy"'), ["statuses.x `redy`", "did you mean `ready`?"]),
        (ORDERS.format(more="", columns='payment_status = "P"', tables=""), ["payments: columns.payment_status and its words"]),
        (ORDERS.format(more='row = "unit"', columns="", tables=""), ['columns.quantity: row = "unit"']),
        (ORDERS.format(more='row = "units"', columns="", tables=""), ["row `units`: none of line, unit, did you mean `unit`?"]),
        (ORDERS.replace("%Y %H:%M", "%q").format(more="", columns="", tables=""), ["columns.placed_at.formats.0 `%d.%m.%q`"]),
        (ORDERS.format(more="", columns="", tables='[stock_file]\ncolumns = [{ heading = "A", value = "skuu" }]'),
         ["stock_file.columns `skuu`: nothing we know, there are listing_sku, quantity, as_of"]),
        (ORDERS.format(more="", columns="", tables='[tracking_file]\ncolumns = [{ heading = "A" }]'),
         ["tracking_file.columns.0", "either `value` or `text`"]),
        (ORDERS.format(more="", columns="", tables='[stock_file]\nencoding = "x"\ncolumns = [{ heading = "A", text = "" }]'),
         ["stock_file.encoding", "not an encoding"]),
        (COUNT.format(more='stock_file = { columns = [{ heading = "A", text = "" }] }', column='on_hand = "B"'),
         ['stock_file: is for kind = "orders"']),
        ("kind = ", ["not TOML"]),
    ],
)  # fmt: skip
def test_mistakes_are_named(text, said):
    """File, key, value, and the nearest key there is."""
    with pytest.raises(ConfigError) as caught:
        custom.parse(text, "hof", "formats/hof.toml")

    assert all(words in caught.value.message for words in said), caught.value.message
    assert all(line.startswith("formats/hof.toml: ") for line in caught.value.message.splitlines())


def test_folder_of_formats(tmp_path):
    """By name; templates of 3PL order files are another thing; a built-in name is refused."""
    folder = tmp_path / "formats"
    folder.mkdir()
    (folder / "hof.toml").write_text(ORDERS.format(more="", columns="", tables=""), encoding="utf-8")
    (folder / "newark.toml").write_text('kind = "3pl-orders"\ncolumns = [{ heading = "Order", value = "order_ref" }]\n')
    (folder / "notes.txt").write_text("nothing")

    assert ["hof"] == [form.name for form in custom.load(tmp_path).usable]
    assert custom.Formats() == custom.load(tmp_path / "elsewhere")

    (folder / "amazon.toml").write_text((folder / "hof.toml").read_text("utf-8"), encoding="utf-8")
    found = custom.load(tmp_path)

    assert ["hof"] == [form.name for form in found.usable]
    assert ["`amazon` is a kind of channel that is built in"] == [
        each.error.message.removeprefix("formats/amazon.toml: ") for each in found.unusable
    ]


def test_two_that_know_a_file_are_named(tmp_path):
    """A built-in reader is no better than a format of the seller's own; `--as` decides."""
    path = tmp_path / "orders.csv"
    path.write_text("order_ref,placed_at,sku,quantity,country\nA,2026-11-18,M,1,US\n", encoding="utf-8")
    text = 'kind = "orders"\nrecognise = ["order_ref"]\n[columns]\norder_ref = "order_ref"\nplaced_at = "placed_at"\n'
    mine = custom.parse(text + 'sku = "sku"\nquantity = "quantity"\n', "mine", "formats/mine.toml")

    with pytest.raises(AmbiguousFile, match="could be `oms-orders` or `mine`"):
        look(path, LIMITS, [mine])
    assert "mine" == look(path, LIMITS, [mine], "mine")[1].format
    assert "oms-orders" == look(path, LIMITS, [mine], "oms-orders")[1].format
    assert "oms-orders" == look(path, LIMITS)[1].format


def test_headings_of_the_format_must_all_be_there(tmp_path):
    """Those under `recognise`, and a heading for each needed column."""
    path = tmp_path / "x.csv"
    path.write_text("Nr;Artikel;Menge\nA;B;1\n", encoding="utf-8")
    form = custom.parse(ORDERS.format(more="", columns="", tables=""), "hof", "formats/hof.toml")

    with pytest.raises(UnknownHeadings):
        look(path, LIMITS, [form])


def test_built_in_readers_are_as_they_were():
    """Formats of one workspace are nobody else's."""
    assert all(reader.format != "hof" for reader in READERS)
