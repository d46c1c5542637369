"""Drafts of formats: guessed by headings, then by cells; what is unsure says so; what is drafted can be read."""

import pytest

from oms.channels import custom
from oms.channels.drafting import Draft, draft
from oms.sheets.read import load, peek

from .own_desk import LIMITS


@pytest.fixture
def drafted(tmp_path):
    """The draft of a file with these lines."""

    def make(*lines: str, encoding: str = "utf-8") -> Draft:
        path = tmp_path / "sample.csv"
        path.write_bytes(("\n".join(lines) + "\n").encode(encoding))
        return draft(load(peek(path, LIMITS), LIMITS), "Europe/Berlin")

    return make


def form_of(found: Draft) -> custom.Format:
    """The draft as a checked format."""
    form = custom.parse(found.text, "draft", "formats/draft.toml")
    assert form is not None
    return form


@pytest.mark.parametrize(
    "heading",
    [
        "Order No.,Order Date,Item SKU,Qty,Price,Ship To Country",
        "Bestellnummer,Bestelldatum,Artikelnummer,Menge,Einzelpreis,Land",
        "Numéro de commande,Date de commande,Référence,Quantité,Prix unitaire,Pays",
        "Pedido,Fecha,Referencia,Cantidad,Precio,País",
        "注文番号,注文日時,商品コード,個数,単価,国",
        "订单编号,下单时间,商品编码,数量,单价,国家",
    ],
)
def test_headings_of_many_languages(drafted, heading):
    """Six needed columns, by their headings."""
    found = drafted(heading, "A-1001,2026-11-18 09:00,MUG,2,14.90,DE")

    assert {"order_ref", "placed_at", "sku", "quantity", "unit_price", "country"} == found.columns.keys()
    assert "orders" == form_of(found).form.kind


def test_cells_help_where_headings_say_nothing(drafted):
    """By what they look like, and it is said."""
    found = drafted(
        "Spalte A,Spalte B,Artikel,Spalte D,Spalte E",
        "X-10001,18.11.2026 09:00,MUG,2,EUR",
        "X-10002,19.11.2026 09:00,TEA,1,EUR",
    )

    assert {
        "order_ref": "Spalte A", "placed_at": "Spalte B", "sku": "Artikel", "quantity": "Spalte D", "currency": "Spalte E",
    } == found.columns  # fmt: skip
    assert 4 == sum("by its cells" in each for each in found.unsure)


def test_times_and_amounts_as_they_are_written(drafted):
    """The day first or the month first is unsure where both fit; commas are decimal where they part two digits."""
    head = "Order ID,Order Date,SKU,Quantity,Unit Price"
    sure = form_of(drafted(head, 'A1001,25/11/2026 09:00,MUG,1,"1.014,90"')).form.columns
    unsure = drafted(head, "A1001,05/11/2026 09:00,MUG,1,14.90")

    assert (("%d/%m/%Y %H:%M",), ",") == (sure["placed_at"].formats, sure["unit_price"].decimal)
    assert ["placed_at = Order Date: could also be %m/%d/%Y %H:%M"] == unsure.unsure
    assert "." == form_of(unsure).form.columns["unit_price"].decimal


def test_words_of_a_status_are_mapped_or_asked(drafted):
    """Known ones, likely ones, and those that nobody knows: these hold the order."""
    found = drafted(
        "Order ID,Order Date,SKU,Quantity,Status", "A1001,2026-11-18,MUG,1,Versendet",
        "A1002,2026-11-18,MUG,1,AWAITING_SHIPMENT",
        "A1003,2026-11-18,MUG,1,Cancelled by buyer", "A1004,2026-11-18,MUG,1,xyz", "A1005,2026-11-18,MUG,1,",
    )  # fmt: skip

    assert {
        "Versendet": "shipped", "AWAITING_SHIPMENT": "ready", "Cancelled by buyer": "cancelled", "xyz": "on_hold",
    } == form_of(found).form.statuses  # fmt: skip
    assert ["status `Cancelled by buyer`: nobody knows this word", "status `xyz`: nobody knows this word"] == found.unsure


def test_no_cell_of_a_person_gets_into_a_draft(drafted):
    """Headings and words of a status; nothing else of the sample."""
    found = drafted(
        "Order ID,Order Date,SKU,Quantity,Name,Street,City,Zip,Email,Phone,Status",
        "A1001,2026-11-18,MUG,1,Ida Fairweather,9 Elm Row,Dover,19901,ida@example.com,555 0199,open",
    )

    assert {"name", "address1", "city", "postcode", "email", "phone"} <= found.columns.keys()
    assert not any(word in found.text for word in ("Ida", "Elm", "Dover", "19901", "example.com", "0199", "A1001", "MUG"))


def test_rows_of_units_and_orders_on_first_rows(drafted):
    """No quantity: a row is a unit. A blank order number: the order above goes on. Both are said."""
    found = drafted("Order ID,Order Date,SKU,Name", "A1001,2026-11-18,MUG,Ida F", ",,TEA,")
    form = form_of(found).form

    assert ("unit", "first") == (form.row, form.order_columns)
    assert 2 == len(found.unsure)


def test_tracking_and_stock_are_seen(drafted):
    """By what stands in them."""
    tracking = drafted("Auftrag;Sendungsnummer;Versanddienstleister;Versanddatum", "A1;0034;DHL;18.11.2026")
    stock = drafted("Artikelnummer;Lagerbestand;Lager", "MUG;7;NJ")

    assert ("tracking", "tracking") == (tracking.kind, form_of(tracking).reader.kind)
    assert ("stock", "stock") == (stock.kind, form_of(stock).reader.kind)


def test_what_is_missing_is_left_to_the_person(drafted):
    """A draft of a file without order numbers is no format yet, and says what it lacks."""
    found = drafted("Colour,Shape", "red,round")

    assert '# order_ref = "…"' in found.text
    with pytest.raises(custom.ConfigError, match=r"columns\.\w+: is missing"):
        form_of(found)


def test_strange_headings_are_quoted(drafted):
    """Quotes, backslashes, brackets: the draft is TOML all the same."""
    found = drafted('Order ID;Order Date;"SKU ""x\\y"" [1]";Quantity', "A1001;2026-11-18;MUG;1")

    assert 'SKU "x\\y" [1]' == form_of(found).form.columns["sku"].heading[0]


def test_encoding_that_was_guessed_is_written_down(drafted):
    """So that the next file is read alike."""
    found = drafted("Bestellnummer;Bestelldatum;Artikelnummer;Stückzahl Größe", "A1;2026-11-18;Müsli;1", encoding="cp1252")

    assert ("cp1252",) == form_of(found).form.encodings
