"""Stock that stands in a channel's own warehouse, or at a 3PL that writes reports of its own."""

import os

from oms.flow.importing import import_files
from oms.flow.recognising import Wishes
from tests.channels.reading import DATA
from tests.conftest import Desk

FBA = """
[[locations]]
code = "FBA"
country = "US"
ships = false
returns = false
"""
HEADINGS = "Country,Product Name,FNSKU,Merchant SKU,ASIN,Condition,Units Sold Last 30 Days,Available,FC transfer,Inbound\n"
REPORT = HEADINGS + "US,Mug,X1,MUG-2PK,B1,New,9,40,3,5\nUS,Mug,X2,MUG,B2,New,9,7,0,0\nUS,Lamp,X3,LAMP,B3,New,1,4,0,0\n"
PRODUCTS = "sku,title\nMUG,Mug\n"
LISTINGS = "channel,listing_sku,sku,quantity\namazon-us,MUG-2PK,MUG,2\n"


def _with_fba(desk: Desk) -> Desk:
    (desk.root / "oms.toml").write_text((desk.root / "oms.toml").read_text() + FBA)
    return desk


def test_what_lies_at_the_channel_is_counted_at_its_location(desk: Desk) -> None:
    """Two listings of one sku are parts of one count, a pack of two counts twice; a name nobody mapped is rejected."""
    _with_fba(desk).import_text(PRODUCTS, "products.csv")
    desk.import_text(LISTINGS, "listings.csv")
    report = desk.import_text(REPORT, "fba.csv")
    file = report.files[0]

    assert (report.exit_code, file.kind, file.channel, file.rows, file.rows_rejected) == (3, "stock", "amazon-us", 3, 1)
    assert [(one["row"], one["value"]) for one in file.problems] == [(4, "LAMP")]
    assert desk.rows("SELECT sku, location, on_hand FROM stock") == [("MUG", "FBA", 87)]


def test_the_same_report_twice_changes_nothing(desk: Desk) -> None:
    """A count is a fact of its time."""
    _with_fba(desk).import_text(PRODUCTS + "MUG-2PK,Mugs\nLAMP,Lamp\n", "products.csv")
    first = desk.import_text(REPORT, "fba.csv")
    before = desk.dump()
    again = desk.import_text(REPORT + "\n", "again.csv")

    assert (first.exit_code, first.files[0].new, again.files[0].new, again.files[0].unchanged) == (0, 3, 0, 3)
    assert before == desk.dump()


def test_a_warehouse_that_nobody_named_is_refused(desk: Desk) -> None:
    """The message says what to write into oms.toml."""
    report = desk.import_text(REPORT, "fba.csv")

    assert report.exit_code == 1
    assert report.files[0].error == "fba.csv: no location is called `FBA US` or `FBA`"
    assert 'code = "FBA"' in (report.files[0].hint or "")


def test_a_place_said_by_hand_counts_there(desk: Desk) -> None:
    """And where that place ships, the report says what follows from it."""
    desk.import_text(PRODUCTS, "products.csv")
    file = desk.import_text(REPORT, "fba.csv", location="NJ").files[0]

    assert desk.rows("SELECT sku, location, on_hand FROM stock") == [("MUG", "NJ", 7)]
    assert any("NJ: this is stock that the channel ships" in note for note in file.notes)


def test_the_inventory_of_shopify_counts_where_it_is_asked_to(desk: Desk) -> None:
    """Without `--as stock` the file is the form for stock; with it, its on hand is a count."""
    text = (
        "Handle,Title,Option1 Name,Option1 Value,SKU,Location,Committed (not editable),Available (not editable),"
        "On hand (current),On hand (new)\n"
        "mug,Mug,Title,Default Title,MUG,NJ,2,6,8,\nmug,Mug,Title,Default Title,MUG,CA,not stocked,not stocked,not stocked,\n"
    )
    desk.import_text(PRODUCTS, "products.csv")
    form = desk.import_text(text, "inventory.csv").files[0]
    count = desk.import_text(text, "inventory.csv", kind="stock").files[0]

    assert (form.kind, form.rows, count.kind, count.rows, count.ignored) == (
        "template",
        2,
        "stock",
        2,
        {"not stocked there": 1},
    )
    assert desk.rows("SELECT sku, location, on_hand FROM stock") == [("MUG", "NJ", 8)]


def test_a_3pl_calls_things_as_we_do(desk: Desk) -> None:
    """Its rows of one sku and facility are one count, as of the day of the snapshot."""
    desk.import_text(PRODUCTS, "products.csv")
    path = DATA / "flexport" / "levels_clean.csv"
    text = path.read_text().replace("Newark Warehouse", "Newark 3PL")
    (desk.root / "levels.csv").write_text(text)
    os.utime(desk.root / "levels.csv", (1763500000, 1763500000))
    report = import_files(desk.shop, [desk.root / "levels.csv"], Wishes())

    assert report.exit_code == 0
    assert desk.rows("SELECT sku, location, quantity, happened_at FROM moves ORDER BY 2 DESC") == [
        ("MUG-RED", "NJ", 120, "2026-11-19T04:59:59Z"), ("00417", "CA", 50, "2026-11-19T04:59:59Z"),
    ]  # fmt: skip


BINS = "SKU,Product Name,Location,On Hand,Allocated,Available\nMUG,Mug,A-01,40,6,34\nMUG,Mug,A-02,12,2,8\nMUG,Mug,A-02,12,2,8\n"


def test_bins_of_a_3pl_add_up_where_it_is_said_whose_they_are(desk: Desk) -> None:
    """Counted is what is free and what it keeps for our parcels, not what is damaged; a row said twice counts once."""
    desk.import_text(PRODUCTS, "products.csv")
    refused = desk.import_text(BINS, "bins.csv")
    file = desk.import_text(BINS, "bins.csv", location="NJ").files[0]

    assert (refused.exit_code, refused.files[0].error) == (1, "bins.csv: no location is called `A-01`")
    assert "--location" in (refused.files[0].hint or "")
    assert (file.format, file.rows, file.ignored) == ("3pl-stock", 3, {"repeated row": 1})
    assert desk.rows("SELECT sku, location, on_hand FROM stock") == [("MUG", "NJ", 50)]


def test_what_shopify_sets_apart_is_not_counted(desk: Desk) -> None:
    """The stock file adds it again, so that counting and writing back changes nothing."""
    text = (
        "Handle,Title,Option1 Name,Option1 Value,SKU,Location,Unavailable (not editable),Committed (not editable),"
        "Available (not editable),On hand (current),On hand (new)\nmug,Mug,Title,Default Title,MUG,NJ,3,2,5,10,\n"
    )
    desk.import_text(PRODUCTS, "products.csv")
    desk.import_text(text, "inventory.csv", kind="stock")

    assert desk.rows("SELECT sku, location, on_hand FROM stock") == [("MUG", "NJ", 7)]
