"""Our own kinds of file: what is taken, what is complained about, what is never guessed."""

from datetime import date, datetime

import openpyxl
import polars as pl
import pytest
from stdnum import ean

from oms.channels import FALLBACKS, READERS, recognise
from oms.channels.own import READERS as OURS
from oms.errors import AmbiguousFile, UnknownHeadings, UnreadableFile
from oms.sheets.read import peek
from oms.sheets.template import FORMATS, kinds, template_bytes

from .own_desk import LIMITS, SAMPLES, complaints, read

OWN = SAMPLES / "own"


@pytest.fixture
def put(tmp_path):
    def write(text: str, name: str = "file.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def kind_of(put, headings: str, as_kind: str | None = None) -> str:
    return recognise(peek(put(headings + "\n"), LIMITS), as_kind).format


@pytest.mark.parametrize(
    ("headings", "format"),
    [
        ("sku,weight_g", "oms-products"),
        ("SKU,Title,Colour,Weight (g)", "oms-products"),
        ("sku,title", "oms-products"),
        ("kit_sku,sku,quantity", "oms-kits"),
        ("channel,listing_sku,sku", "oms-listings"),
        ("sku,on_hand", "oms-stock"),
        ("货号,库存,仓库", "oms-stock"),
        ("貨號,庫存,倉庫,盤點時間", "oms-stock"),
        ("On Hand,SKU,title", "oms-stock"),
        ("sku,NJ,CA", "oms-stock-wide"),
        ("sku,title,NJ", "oms-stock-wide"),
        ("sku,quantity,expected_on", "oms-incoming"),
        ("location,carrier,service,country,weight_to_g,price", "oms-rates"),
        ("order_ref,placed_at,sku,quantity,country", "oms-orders"),
        ("订单号,下单时间,货号,数量,国家", "oms-orders"),
        ("order_id,placed_at,title,qty,country", "oms-orders"),
        ("order_ref,tracking,carrier", "oms-tracking"),
        ("order_ref,tracking,carrier,sku,quantity", "oms-tracking"),
        ("Order Number,Tracking Number,Courier", "oms-tracking"),
        ("订单编号,物流单号,物流公司,发货时间", "oms-tracking"),
        ("订单号,运单号,物流商", "oms-tracking"),
    ],
)
def test_headings_say_what_a_file_is(put, headings, format):
    """In any order and case, with spaces, dashes or underscores, in English and Chinese."""
    assert format == kind_of(put, headings)
    assert format == kind_of(put, headings.upper().replace("_", " - "))
    assert format == kind_of(put, ",".join(reversed(headings.split(","))))


@pytest.mark.parametrize(
    "headings",
    [
        "order-id,return-date,sku,asin,quantity,reason",  # Amazon's returns
        "Sale Date,Item Name,Quantity,Order ID,SKU,Date Paid",  # Etsy's sold items
        "Return Order ID,Order ID,Order Status,SKU ID,Seller SKU,Return Type,Return Reason,Quantity",  # TikTok's returns
        "Item name,GTIN,Item ID,SKU,Status,Daily sales",  # Walmart's stock
        "order_ref,sku,quantity,reason",  # returns of ours
    ],
)
def test_other_peoples_files_are_not_ours(put, headings):
    """A marketplace's export is refused until somebody knows it, never half-read as one of ours."""
    with pytest.raises(UnreadableFile):
        kind_of(put, headings)


def test_missing_headings_are_named_with_what_was_found(put):
    """An orders file without quantity says so."""
    with pytest.raises(UnknownHeadings) as caught:
        kind_of(put, "order_ref,sku,placed_at,country,name")

    assert (
        "file.csv: as a file of orders it lacks `quantity`; found: `order_ref`, `sku`, `placed_at`, `country`, `name`"
        == caught.value.message
    )
    assert "oms template orders" in str(caught.value.hint)


def test_a_recognised_file_may_still_lack_a_heading(put):
    """Required is required, even where the rest is clear."""
    with pytest.raises(UnknownHeadings, match="lacks `placed_at`, `country`; found: `order_ref`"):
        read(put("order_ref,sku,quantity\nA,MUG,1\n"), channel="web")


def test_the_user_may_say_what_a_file_is(put):
    """`--as products` for a list whose headings could be locations."""
    assert "oms-products" == kind_of(put, "sku,title,colour", "products")
    with pytest.raises(UnknownHeadings, match="as a file of rates it lacks"):
        kind_of(put, "sku,title,colour", "rates")


def test_every_own_kind_is_listed_once():
    """Each kind has one reader that is asked first; the rest are asked last."""
    first = [reader.format for reader in READERS]
    ours = [reader.format for reader in OURS]

    assert len(first) == len(set(first))
    assert set(ours) <= set(first)
    assert not [last for last in FALLBACKS if any(last is reader for reader in READERS)]


def test_clean_orders_are_orders():
    """Columns repeated on each line are said once an order; times are in the business's zone."""
    reading = read(OWN / "orders_clean.csv", channel="web")

    assert (4, 0, {}) == (reading.rows, reading.rows_rejected, reading.ignored)
    assert [
        ("B-1001", "2026-11-18T14:15:00Z", "paid", "2026-11-22T04:59:59Z", "Standard", "US"),
        ("B-1002", "2026-11-18T19:40:00Z", "unpaid", None, None, "US"),
        ("B-1003", "2026-11-19T01:05:30Z", "cod", None, "Express", "CN"),
    ] == reading.orders.select("order_ref", "placed_at", "payment", "ship_by", "service", "country").rows()
    assert [
        (0, "1", "MUG-BLUE", 2, 0, 0, 1250),
        (0, "2", "TEA-SENCHA", 1, 0, 0, 900),
        (1, "1", "TEA-SENCHA", 3, 0, 0, 900),
        (2, "1", "MUG-BLUE", 1, 0, 0, 1250),
    ] == reading.lines.select("order_no", "line_ref", "listing_sku", "quantity", "cancelled", "shipped", "unit_price").rows()
    assert "2026-11-19T01:05:30Z" == reading.as_of
    assert not reading.whole_orders


def test_hostile_orders_are_rejected_whole_and_named():
    """A bad row takes its order along, never half of it, and never the rest of the file."""
    reading = read(OWN / "orders_hostile.csv", channel="web")

    assert [
        (3, "Quantity", "not a whole number of 0 or more"),
        (6, "PLACED-AT", "not a date and time"),
        (8, "Quantity", "nothing is ordered"),
        (10, "sku", "a spreadsheet has changed this identifier"),
        (12, "Country", "another row of the same order says something else"),
        (15, "Pickup Location", "no location of this name"),
        (18, "Order Ref", "is blank"),
        (19, "sku", "is blank, and so are listing_sku and title"),
        (20, "Status", "a word this column is not known to have"),
        (20, "Unit Price", "not an amount of money of 0 or more"),
    ] == complaints(reading)
    assert ["#2001", "#2004", "#2008", "#2009", "#2011"] == reading.orders["order_ref"].to_list()
    assert [3, 5, 6, 8, 10, 11, 12, 15, 18, 19, 20] == reading.rejected_rows.to_list()
    assert {"comment": 1} == reading.ignored
    assert ("columns left out: `colour`",) == reading.notes


def test_hostile_orders_say_what_they_say():
    """Titles stand in for a sku, an order's columns may stand on one row, equal lines are two lines."""
    lines = read(OWN / "orders_hostile.csv", channel="web").lines

    assert [
        ("MUG-BLUE", 'Mug [/b] "big"', 1, 0, 0, 1250),
        ("Poster, signed / A3", "Poster, signed", 2, 0, 0, 120050),
        ("MUG-BLUE", "Mug", 0, 0, 0, 1250),
        ("MUG-BLUE", "Mug", 1000, 0, 1000, 1250),
        ("MUG-BLUE", "Mug", 1, 0, 0, 1250),
        ("MUG-BLUE", "Mug", 1, 0, 0, 1250),
        ("MUG-BLUE", "Mug", 1, 0, 0, 1250),
    ] == lines.select("listing_sku", "title", "quantity", "cancelled", "shipped", "unit_price").rows()
    assert ["MUG-BLUE#1", "MUG-BLUE#2"] == lines["line_key"].to_list()[-2:]


def test_complaints_never_name_a_buyer(put):
    """Two names under one order number: the row is enough."""
    path = put("order_ref,placed_at,sku,quantity,country,name\nA,2026-11-18,MUG,1,US,Ada Vale\nA,2026-11-18,TEA,1,US,Ben Orr\n")
    reading = read(path, channel="web")

    assert [(3, "name", "another row of the same order says something else")] == complaints(reading)
    assert reading.rejected["value"].to_list() == [None]
    assert 2 == reading.rows_rejected


def test_orders_in_chinese():
    """Headings, payment words and countries; the text is whole."""
    reading = read(OWN / "orders_zh.csv", channel="web")

    assert [
        ("甲-1", "paid", "CNY", "王芳", "CN", "请送礼盒"),
        ("甲-2", "cod", "CNY", "陳偉", "TW", None),
    ] == reading.orders.select("order_ref", "payment", "currency", "name", "country", "note").rows()


@pytest.mark.parametrize(
    ("headings", "cells", "payment"),
    [
        ("", "", "unknown"),  # says nothing: taken as paid
        (",payment_status", ",paid", "paid"),
        (",payment_status", ",Cash on delivery", "cod"),
        (",payment_status", ",货到付款", "cod"),
        (",payment_status", ",", "unpaid"),
        (",paid_at", ",2026-11-18 10:00", "paid"),
        (",paid_at", ",", "unpaid"),
        (",payment_status,paid_at", ",,2026-11-18 10:00", "paid"),
        (",status", ",待付款", "unpaid"),
    ],
)
def test_payment_is_what_the_columns_say(put, headings, cells, payment):
    """No column says nothing; a blank in one says not paid."""
    path = put(f"order_ref,placed_at,sku,quantity,country{headings}\nA,2026-11-18,MUG,1,US{cells}\n")

    assert [payment] == read(path, channel="web").orders["payment"].to_list()


@pytest.mark.parametrize(
    ("word", "line", "order"),
    [
        ("", (0, 0), (False, False, False)),
        ("cancelled", (3, 0), (True, False, False)),
        ("已取消", (3, 0), (True, False, False)),
        ("Shipped", (0, 3), (False, False, False)),
        ("delivered", (0, 3), (False, True, False)),
        ("on hold", (0, 0), (False, False, True)),
    ],
)
def test_status_says_what_became_of_an_order(put, word, line, order):
    """What is done is not done again."""
    path = put(f"order_ref,placed_at,sku,quantity,country,status\nA,2026-11-18,MUG,3,US,{word}\n")
    reading = read(path, channel="web")

    assert [line] == reading.lines.select("cancelled", "shipped").rows()
    assert [order] == reading.orders.select("cancelled", "delivered", "on_hold").rows()


def test_a_cancelled_line_leaves_its_order_open(put):
    """Only when all lines are cancelled is the order."""
    path = put("order_ref,placed_at,sku,quantity,country,status\nA,2026-11-18,MUG,1,US,cancelled\nA,2026-11-18,TEA,1,US,\n")
    reading = read(path, channel="web")

    assert [False] == reading.orders["cancelled"].to_list()
    assert [1, 0] == reading.lines["cancelled"].to_list()


def test_line_numbers_stand_once(put):
    """The same line again is ignored; another line under its number is a complaint."""
    path = put(
        "order_ref,line_ref,placed_at,sku,quantity,country\n"
        "A,1,2026-11-18,MUG,1,US\nA,1,2026-11-18,MUG,1,US\nB,1,2026-11-18,MUG,1,US\nB,1,2026-11-18,MUG,2,US\n"
    )
    reading = read(path, channel="web")

    assert {"repeated row": 1} == reading.ignored
    assert ["A"] == reading.orders["order_ref"].to_list()
    assert [(4, "line_ref"), (5, "line_ref")] == [each[:2] for each in complaints(reading)]


def test_notes_that_differ_belong_to_their_lines(put):
    """A gift text stays with its cup."""
    path = put(
        "order_ref,placed_at,sku,quantity,country,note,personalization\n"
        "A,2026-11-18,MUG,1,US,For Ida,blue\nA,2026-11-18,MUG,1,US,For Jon,\nB,2026-11-18,MUG,1,US,Ring twice,\n"
    )
    reading = read(path, channel="web")

    assert [None, "Ring twice"] == reading.orders["note"].to_list()
    assert ["blue; For Ida", "For Jon", None] == reading.lines["note"].to_list()


def test_the_channels_sku_wins_over_ours_and_is_told(put):
    """`listing_sku` is what the channel calls it; a mapping says what it is."""
    path = put("order_ref,placed_at,sku,listing_sku,quantity,country\nA,2026-11-18,MUG,4711,1,US\n")
    reading = read(path, channel="web")

    assert ["4711"] == reading.lines["listing_sku"].to_list()
    assert "listing_sku was taken" in reading.notes[0]


def test_money_is_in_the_currency_of_its_row(put):
    """Yen have no cents; a row without a currency is in the channel's."""
    path = put(
        "order_ref,placed_at,sku,quantity,country,unit_price,currency\n"
        'A,2026-11-18,MUG,1,JP,"1,800",JPY\nB,2026-11-18,MUG,1,DE,"1.234,50 €",EUR\nC,2026-11-18,MUG,1,US,$9,\n'
    )
    reading = read(path, channel="web")

    assert [1800, 123450, 900] == reading.lines["unit_price"].to_list()
    assert ["JPY", "EUR", "USD"] == reading.orders["currency"].to_list()


def test_a_foreign_template_of_orders_is_read_by_its_own_words(put):
    """order_no, buyer_name, zip: understood where the rest is clear."""
    path = put(
        "order_id,order_no,placed_at,buyer_name,address1,city,state,zip,country,sku,title,variant,quantity,total\n"
        "7,P-7,2026-09-22 10:00,Grace Vale,10 Quay,Prescott,AZ,01301,US,,Tee,Ivory / M,1,32.00\n"
    )
    reading = read(path, channel="web")

    assert [("P-7", "Grace Vale", "AZ", "01301")] == reading.orders.select("order_ref", "name", "region", "postcode").rows()
    assert ["Tee / Ivory / M"] == reading.lines["listing_sku"].to_list()
    assert ("columns left out: `order_id`, `total`",) == reading.notes


def test_generic_orders_of_the_samples(samples):
    """The template of another program imports as it is."""
    reading = read(samples / "channels" / "generic" / "generic_orders.csv", channel="web")

    assert ("oms-orders", 3, 0, 3) == (reading.format, reading.rows, reading.rows_rejected, reading.orders.height)
    assert "No SKU Tee" == reading.lines["listing_sku"].to_list()[-1]


def test_counts_are_as_of_the_end_of_their_day_where_they_were_made():
    """A date alone is midnight there; a time without a zone is local time there."""
    reading = read(OWN / "stock_clean.csv")

    assert [
        ("MUG-BLUE", "NJ", 40, "2026-11-19T04:59:59Z"),
        ("MUG-BLUE", "CA", 25, "2026-11-19T07:59:59Z"),
        ("TEA-SENCHA", "NJ", 12, "2026-11-18T18:00:00Z"),
        ("TEA-SENCHA", "CA", 1200, "2026-11-18T17:00:00Z"),
    ] == reading.table.select("sku", "location", "on_hand", "counted_at").rows()
    assert "2026-11-19T07:59:59Z" == reading.as_of


def test_hostile_counts_are_named_and_never_mended():
    """Negative, halved, mangled, contradicting, nowhere: each says its row."""
    reading = read(OWN / "stock_hostile.csv")

    assert [
        (5, "On-Hand", "a count cannot be below zero"),
        (6, "Location", "no location of this name"),
        (7, "On-Hand", "not a whole number"),
        (8, "SKU", "a spreadsheet has changed this identifier"),
        (9, "On-Hand", "row 10 says something else of the same"),
        (10, "On-Hand", "row 9 says something else of the same"),
        (12, "SKU", "is blank"),
        (13, "On-Hand", "is blank"),
        (14, "Counted At", "not a date and time"),
    ] == complaints(reading)
    assert {"comment": 1, "repeated row": 1} == reading.ignored
    assert [("MUG-BLUE", 5), ("00701", 7)] == reading.table.select("sku", "on_hand").rows()
    assert "columns left out: `shelf`" in reading.notes


def test_a_count_from_the_future_was_counted_now():
    """Nobody counts tomorrow's stock."""
    table = read(OWN / "stock_hostile.csv").table

    assert ["2026-11-19T14:00:00Z"] == table.filter(pl.col("sku") == "00701")["counted_at"].to_list()


def test_a_day_in_a_workbook_is_a_day(tmp_path):
    """A date cell comes with a midnight nobody meant: the count was made at the end of that day."""
    book = openpyxl.Workbook()
    moments = (date(2026, 11, 18), datetime(2026, 11, 18, 9, 30), "2026-11-18")  # noqa: DTZ001 - as a sheet keeps it
    book.active.append(["sku", "on_hand", "location", "counted_at"])
    for at, counted_at in enumerate(moments):
        book.active.append([f"SKU-{at}", 5, "NJ", counted_at])
    book.save(tmp_path / "stock.xlsx")

    assert ["2026-11-19T04:59:59Z", "2026-11-18T14:30:00Z", "2026-11-19T04:59:59Z"] == read(tmp_path / "stock.xlsx").table[
        "counted_at"
    ].to_list()


def test_rows_without_a_time_leave_it_to_the_file(put):
    """A count that says no time was made when the file was, not when another row was."""
    assert read(put("sku,on_hand,location,counted_at\nMUG,1,NJ,2026-11-02\nTEA,2,NJ,\n")).as_of is None


def test_location_of_the_command_fills_blank_ones(put):
    """`--location CA` for a file that says none; what the file says wins."""
    reading = read(put("sku,on_hand,location\nMUG,1,\nTEA,2,NJ\n"), location="CA")

    assert ["CA", "NJ"] == reading.table["location"].to_list()


def test_counts_with_a_column_a_location():
    """A blank cell was not counted; a zero was."""
    reading = read(OWN / "stock_wide_hostile.csv")

    assert [(4, "CA"), (5, "NJ"), (8, "sku"), (9, "sku")] == [each[:2] for each in complaints(reading)]
    assert [("CUP-RED", "CA", 2), ("CUP-RED", "NJ", 1), ("00701", "CA", 0), ("00701", "NJ", 7)] == sorted(
        reading.table.select("sku", "location", "on_hand").rows(), key=lambda row: (row[0] == "00701", row)
    )
    assert {"comment": 1, "repeated row": 1, "nothing counted": 1} == reading.ignored


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sku,NJ,CB\nMUG,1,2\n", "no location is called `CB`, did you mean `CA`?"),
        ("sku,colour\nMUG,red\n", "no location is called `colour`"),
        ("sku,NJ,Newark 3PL\nMUG,1,2\n", "`Newark 3PL` is a second column for NJ"),
    ],
)
def test_a_column_that_is_no_location_is_an_error(put, text, said):
    """Stock under a misspelt heading would be lost without a word."""
    with pytest.raises(UnknownHeadings) as caught:
        read(put(text))

    assert said in caught.value.message


def test_products_say_no_more_than_the_file():
    """Weights are grams, costs minor units of their currency, barcodes keep their zeros."""
    reading = read(OWN / "products_clean.csv")

    assert [
        ("MUG-BLUE", "4006381333931", 380, 420, "USD", "CN", True),
        ("TEA-SENCHA", "036000291452", 120, 560, "JPY", "JP", None),
        ("00701", None, 40, None, None, None, False),
    ] == reading.table.select("sku", "barcode", "weight_g", "cost", "currency", "origin", "active").rows()


def test_hostile_products_are_named():
    """A barcode that lost its zeros is told so and not mended."""
    reading = read(OWN / "products_hostile.csv")

    assert [
        (4, "barcode", "has lost its leading zeros"),
        (5, "barcode", "its check digit is wrong"),
        (6, "sku", "row 7 says something else of the same"),
        (7, "sku", "row 6 says something else of the same"),
        (8, "weight_g", "not a whole number of 0 or more"),
        (9, "weight_g", "not a whole number of 0 or more"),
        (10, "sku", "a spreadsheet has changed this identifier"),
        (11, "active", "neither yes nor no"),
        (11, "cost", "not an amount of money of 0 or more"),
        (11, "currency", "not a currency"),
        (12, "sku", "is blank"),
    ] == complaints(reading)
    assert {"repeated row": 1} == reading.ignored
    assert ["MUG-BLUE", "CUP-EUR"] == reading.table["sku"].to_list()


@pytest.mark.parametrize(
    "barcode",
    ["96385074", "036000291452", "4006381333931", "00012345600012", "96385075", "036000291453", "00012345600013"],
)
def test_check_digits_are_those_of_the_standard(put, barcode):
    """GTIN 8, 12, 13 and 14, as stdnum computes them."""
    reading = read(put(f"sku,barcode\nMUG,{barcode}\n"))

    assert ean.is_valid(barcode) == (reading.rows_rejected == 0)


@pytest.mark.parametrize("barcode", ["ABC-1", "12345", "1234567890", "X4006381333932", "123456789012345678"])
def test_a_barcode_of_ones_own_passes(put, barcode):
    """Not everything with bars is a GTIN."""
    assert 0 == read(put(f"sku,barcode\nMUG,{barcode}\n")).rows_rejected


def test_locations_among_products_are_told(put):
    """Counts in a list of products are not read, and the report says so."""
    reading = read(put("sku,weight_g,NJ\nMUG,380,5\n"))

    assert "`NJ` are locations" in reading.notes[-1]


def test_an_identifier_kept_as_a_number_is_refused(tmp_path):
    """A workbook that keeps a long sku as a number has lost its end; a short one has not."""
    book = openpyxl.Workbook()
    for row in (["sku", "on_hand"], [1234567890123456789, 5], [123, 6], ["00701", 7]):
        book.active.append(row)
    book.save(tmp_path / "stock.xlsx")
    reading = read(tmp_path / "stock.xlsx", location="NJ")

    assert [(2, "sku", "a spreadsheet has changed this identifier")] == complaints(reading)
    assert [("123", 6), ("00701", 7)] == reading.table.select("sku", "on_hand").rows()


def test_a_kit_is_loaded_whole_or_not_at_all():
    """A rejected component takes its kit along; kits of kits are none."""
    reading = read(OWN / "kits_hostile.csv")

    assert [("TEA-TRIO", "TEA-SENCHA", 3)] == reading.table.select("kit_sku", "sku", "quantity").rows()
    assert "is a kit itself" in [each[2] for each in complaints(reading)]


def test_a_bad_component_rejects_the_other_rows_of_its_kit(put):
    """Half a kit would ship half a present."""
    reading = read(put("kit_sku,sku,quantity\nBOX,MUG,1\nBOX,TEA,none\nPAIR,TEA,2\n"))

    assert [
        (2, "kit_sku", "another row of the same kit is rejected"),
        (3, "quantity", "not a whole number of 1 or more"),
    ] == complaints(reading)
    assert ["PAIR"] == reading.table["kit_sku"].to_list()


def test_listings_name_channels_of_oms_toml():
    """An unknown channel is a rejected row; a blank quantity is 1."""
    assert [1, 2, 1] == read(OWN / "listings_clean.csv", channel="web").table["quantity"].to_list()
    assert (4, "Channel", "no channel of this name in oms.toml") in complaints(read(OWN / "listings_hostile.csv"))


def test_incoming_goods_have_a_day():
    """Times are cut to their day; days that could be two days are refused."""
    assert ["2026-12-01", "2026-12-05"] == read(OWN / "incoming_clean.csv").table["expected_on"].to_list()
    hostile = read(OWN / "incoming_hostile.csv")

    assert [("2026-12-01", "PO-1")] == hostile.table.select("expected_on", "reference").rows()
    assert (4, "Expected On", "not a day") in complaints(hostile)


def test_rates_are_complete():
    """Stars stand for all, blanks for nothing; prices are in the row's currency."""
    reading = read(OWN / "rates_clean.csv")

    assert [
        ("NJ", "UPS", "US", "", 0, 500, 640, 0, "USD"),
        ("NJ", "UPS", "US", "07", 0, 500, 510, 0, "USD"),
        ("*", "DHL", "*", "", 0, 2000, 2490, 650, "USD"),
        ("CA", "Yamato", "JP", "", 500, 1000, 1800, 0, "JPY"),
    ] == reading.table.select(
        "location", "carrier", "country", "postcode_prefix", "weight_from_g", "weight_to_g", "price", "per_kg", "currency"
    ).rows()


def test_hostile_rates_are_named():
    """Two prices for the same parcel, a country nobody knows, a weight range that is none."""
    reading = read(OWN / "rates_hostile.csv")

    assert [
        (2, "Carrier", "row 3 says something else of the same"),
        (3, "Carrier", "row 2 says something else of the same"),
        (4, "Country", "no country of this name"),
        (5, "Location", "no location of this name"),
        (6, "Location", "is blank"),
        (6, "Service", "is blank"),
        (7, "Weight To G", "is not above weight_from_g"),
        (8, "Days Max", "is below days_min"),
        (8, "Price", "not an amount of money of 0 or more"),
        (9, "Carrier", "is blank"),
    ] == complaints(reading)
    assert [("*", "DHL", 102490)] == reading.table.select("location", "carrier", "price").rows()


def test_tracking_rows_are_kept_as_they_are():
    """Equal rows may be two equal lines; a blank carrier is for those who know the order."""
    reading = read(OWN / "tracking_hostile.csv")

    assert [("B-1001", "UPS", 2), ("#B-1004", None, None), ("#B-1006", None, None)] == reading.table.select(
        "order_ref", "carrier", "quantity"
    ).rows()
    twice = read(OWN / "tracking_clean.csv").table

    assert ["2026-11-18T20:00:00Z", "2026-11-18T20:00:00Z", "2026-11-19T07:59:59Z"] == twice["shipped_at"].to_list()


def test_order_numbers_that_begin_with_a_hash_are_no_comments(put):
    """`# note` and a lone `#note` are comments; `#1001` is an order."""
    path = put("order_ref,tracking,carrier\n# from Monday,1Z,\n#later,,\n#1001,1Z999AA10123456784,UPS\n")
    reading = read(path)

    assert {"comment": 2} == reading.ignored
    assert ["#1001"] == reading.table["order_ref"].to_list()


@pytest.mark.parametrize("fmt", FORMATS)
@pytest.mark.parametrize("kind", kinds())
def test_a_template_reads_back_as_nothing(tmp_path, kind, fmt):
    """Every column is known, the comment row is skipped, the kind is recognised."""
    path = tmp_path / f"{kind}.{fmt}"
    path.write_bytes(template_bytes(kind, fmt))
    reading = read(path, channel="web")

    assert (kind, 1, {"comment": 1}, 0, ()) == (
        reading.kind, reading.rows, reading.ignored, reading.rows_rejected, reading.notes,
    )  # fmt: skip


def test_a_template_has_every_column_that_is_read(tmp_path):
    """What a reader needs is in its template, marked as required."""
    for reader in OURS:
        path = tmp_path / f"{reader.kind}.csv"
        path.write_bytes(template_bytes(reader.kind))
        headings = peek(path, LIMITS).headings

        assert set(headings) == reader.columns(headings)


def test_rejected_rows_come_back_with_their_reason(put):
    """The column that we add to a rejects file is no location and no unknown column."""
    wide = read(put("sku,NJ,oms_reason\nMUG,4,NJ not a whole number\n"))
    listed = read(put("sku,title,oms_reason\nMUG,Mug,title is blank\n", "b.csv"))

    assert [("MUG", 4)] == wide.table.select("sku", "on_hand").rows()
    assert ("oms-products", ()) == (listed.format, listed.notes)


def test_two_readers_for_one_file_are_named(put):
    """Nobody guesses between two kinds."""
    with pytest.raises(AmbiguousFile, match="oms-listings"):
        kind_of(put, "channel,listing_sku,sku,quantity,expected_on")


def test_a_heading_that_stands_twice_is_told(put):
    """The first one is read, and that is said in words."""
    reading = read(put("sku,title,title,weight_g,colour\nMUG,Mug,Cup,400,red\n"))

    assert [("MUG", "Mug")] == reading.table.select("sku", "title").rows()
    assert (
        "the heading `title` stands there more than once: the first is read", "columns left out: `colour`",
    ) == reading.notes  # fmt: skip
