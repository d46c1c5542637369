"""Stock files of the channels: what is written can be read back, zero included, skus letter for letter."""

import json
import os
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from oms.channels import recognise, stockfile
from oms.channels.base import read_file
from oms.channels.ebay_stock import ACTIVE_LISTINGS
from oms.channels.stockfile import Asked, writer_of
from oms.config import CHANNEL_KINDS, Channel
from oms.config_file import parse
from oms.errors import ConfigError
from oms.sheets.read import load, peek

from .reading import CONTEXT, DATA, LIMITS

AS_OF = "2026-11-19T13:00:00Z"
SKUS = ["0042", "=1+1", "-5", "@home", 'MUG "blue", large', "杯子", "a;b|c", "A'B", "[/b]"]
TOLD = pl.DataFrame(
    {"listing_sku": SKUS, "place": [""] * len(SKUS), "quantity": [0, 7, 1, 0, 12, 3, 100_000, 4, 5]},
)
CONFIG = parse(
    """
    [[locations]]
    code = "SOHO"
    kind = "store"
    country = "US"
    channel_names = { merchant = "Soho 1" }
    [[locations]]
    code = "NJ"
    country = "US"
    [[channels]]
    name = "amazon-us"
    kind = "amazon"
    stock_file = "listings-feed"
    seller_id = "A1EXAMPLE"
    [[channels]]
    name = "merchant"
    kind = "google"
    """
)
#: Kind -> the columns of the sku and of the number.
TABLES = {
    "amazon": ("sku", "quantity"), "ebay": ("CustomLabel", "Quantity"), "woocommerce": ("SKU", "Stock"),
    "walmart": ("SKU", "Quantity"), "google": ("id", "quantity"), "generic": ("listing_sku", "quantity"),
    "temu": ("listing_sku", "quantity"), "etsy": ("listing_sku", "quantity"), "square": ("listing_sku", "quantity"),
}  # fmt: skip


def written(channel: Channel, rows: pl.DataFrame = TOLD, config=CONFIG) -> dict[str, bytes]:
    """The files for a channel, by what stands behind their name."""
    writer = writer_of(channel)
    return dict(writer.files(rows, Asked(channel, config, AS_OF)))


def table(data: bytes, tmp_path: Path) -> pl.DataFrame:
    """A written file as the import reads files."""
    path = tmp_path / "written"
    path.write_bytes(data)
    return load(peek(path, LIMITS), LIMITS).frame


@pytest.mark.parametrize("kind", TABLES)
def test_what_is_written_reads_back(kind, tmp_path):
    """Every sku letter for letter, every number, and 0 is a number."""
    sku, quantity = TABLES[kind]
    (data,) = written(Channel(name="x", kind=kind)).values()
    rows = table(data, tmp_path)

    assert TOLD["listing_sku"].to_list() == rows[sku].to_list()
    assert [str(number) for number in TOLD["quantity"]] == rows[quantity].to_list()


def test_every_kind_of_channel_has_a_file_or_a_form():
    """Nobody is forgotten: a writer, or a form of its own to fill."""
    for kind in CHANNEL_KINDS:
        if writer_of(Channel(name="x", kind=kind)) is None:
            assert kind in stockfile.FORMS


def test_a_sku_that_would_break_an_unquoted_file_does_not_fit():
    """Tabs and line ends cannot stand where nothing is quoted; elsewhere they can."""
    names = pl.DataFrame({"listing_sku": ["plain", "with\ttab", "with\nend", "x" * 51]})
    fits = {
        kind: names.select(fits=writer_of(Channel(name="x", kind=kind)).fits(pl.col("listing_sku")))["fits"].to_list()
        for kind in ("amazon", "google")
    }

    assert {"amazon": [True, False, False, True], "google": [True, False, False, False]} == fits


def test_woocommerce_is_told_whether_there_is_any(tmp_path):
    """`In stock?` follows the number, so that a sold out product cannot be ordered."""
    (data,) = written(Channel(name="x", kind="woocommerce")).values()

    assert ["0", "1", "1", "0"] == table(data, tmp_path)["In stock?"].to_list()[:4]


def test_ebay_without_its_download_goes_by_custom_labels():
    """The heading of the actions names the site of the channel's currency."""
    (data,) = written(Channel(name="x", kind="ebay", currency="GBP"), TOLD.head(1)).values()

    assert (
        "*Action(SiteID=UK|Country=GB|Currency=GBP|Version=1193|CC=UTF-8),CustomLabel,Quantity\r\nRevise,0042,0\r\n"
    ) == data.decode()


def test_ebay_gets_its_own_rows_back(tmp_path):
    """A listing by its number, a variation under the row of its item, nothing else of the download."""
    sheet = load(peek(DATA / "ebay" / "listings_clean.csv", LIMITS), LIMITS)
    form = ACTIVE_LISTINGS.understand(sheet, CONTEXT)
    told = form.cells.filter(pl.col("listing_sku") != "MUG-B").select("row", "column", quantity=pl.lit(0, pl.Int64))

    assert ["MUG-B", "SH-M", "110000000002 / Size=L"] == form.cells["listing_sku"].to_list()
    assert [
        "*Action(SiteID=US|Country=US|Currency=USD|Version=1193),Item number,Title,Listing site,Currency,Start price,"
        "Available quantity,Relationship,Relationship details,Custom label (SKU)",
        "Revise,110000000002,Shirt,US,USD,,,,,",
        ",,,,USD,19.90,0,Variation,Size=M,SH-M",
        ",,,,USD,19.90,0,Variation,Size=L,",
    ] == form.fill(told).decode().splitlines()


def test_an_item_number_that_a_spreadsheet_changed_is_not_written(tmp_path):
    """`1.1E+11` is nobody's: only what has a custom label can be found again."""
    sheet = load(peek(DATA / "ebay" / "listings_hostile.csv", LIMITS), LIMITS)

    assert ["=1+1", "0042"] == ACTIVE_LISTINGS.understand(sheet, CONTEXT).cells["listing_sku"].to_list()


def test_amazon_feed_of_a_few_listings():
    """One patch a listing, numbered from 1."""
    channel = CONFIG.channel("amazon-us")
    feed = json.loads(written(channel, TOLD.head(2))[""])

    assert {"sellerId": "A1EXAMPLE", "version": "2.0"} == feed["header"]
    assert [(1, "0042", 0), (2, "=1+1", 7)] == [
        (m["messageId"], m["sku"], m["patches"][0]["value"][0]["quantity"]) for m in feed["messages"]
    ]


def test_amazon_feed_is_cut_where_a_feed_ends():
    """A feed takes 25,000 messages; numbers start again in the next."""
    many = pl.DataFrame({"listing_sku": [f"S{i}" for i in range(25_001)]}).with_columns(
        place=pl.lit(""), quantity=pl.lit(1, pl.Int64)
    )
    files = written(CONFIG.channel("amazon-us"), many)
    sizes = {suffix: len(json.loads(data)["messages"]) for suffix, data in files.items()}

    assert {"": 25_000, "-2": 1} == sizes
    assert 1 == json.loads(files["-2"])["messages"][0]["messageId"]


def test_amazon_feed_keeps_to_the_published_schema():
    """As Amazon publishes it, draft 2019-09."""
    samples = os.environ.get("OMS_SAMPLES")
    if not samples:
        pytest.skip("OMS_SAMPLES names no folder with the published schemas")
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((Path(samples) / "contracts" / "amazon" / "listings-feed-schema-v2.json").read_text("utf-8"))
    feed = json.loads(written(CONFIG.channel("amazon-us"))[""])

    assert [] == [error.message for error in jsonschema.validators.validator_for(schema)(schema).iter_errors(feed)]


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ('kind = "amazon"\nstock_file = "listings-feed"', "needs your `seller_id`"),
        ('kind = "ebay"\nstock_file = "listings-feed"', "is for channels of kind amazon"),
        ('kind = "amazon"\nstock_file = "xml"', "stock_file"),
    ],
)
def test_a_stock_file_that_cannot_be_is_said(keys, said):
    """Before anything is written."""
    with pytest.raises(ConfigError, match=said):
        parse(f'[[channels]]\nname = "x"\n{keys}\n')


def test_google_gets_a_feed_for_the_shop_and_one_for_its_stores(tmp_path):
    """Online and local numbers are different feeds; a store is called as the Business Profile calls it."""
    rows = pl.DataFrame({"listing_sku": ["0042", "0042", "MUG"], "place": ["", "SOHO", "SOHO"], "quantity": [9, 0, 2]})
    files = written(CONFIG.channel("merchant"), rows)

    assert {
        "": "id\tavailability\tquantity\n0042\tin_stock\t9\n",
        "-local": "store_code\tid\tquantity\tavailability\nSoho 1\t0042\t0\tout_of_stock\nSoho 1\tMUG\t2\tin_stock\n",
    } == {suffix: data.decode() for suffix, data in files.items()}


@pytest.mark.parametrize(("folder", "takes"), [("tiktok", 1), ("lazada", 1), ("shopee", 1), ("ebay", 1)])
def test_a_form_names_its_listings_as_its_import_does(folder, takes):
    """What `oms map` shows is what `oms sync` fills, in the clean form and in the hostile one."""
    for path in sorted((DATA / folder).glob("*_*.csv")):
        seen = peek(path, LIMITS)
        reader = recognise(seen)
        if reader.kind != "template":
            continue
        named = read_file(reader, seen, LIMITS, CONTEXT).table
        cells = reader.understand(load(seen, LIMITS), CONTEXT).cells

        assert set(cells["listing_sku"]) <= set(named["listing_sku"])
        assert stockfile.FORMS[folder] is reader


def test_numbers_of_places_are_told_apart_by_the_labels():
    """TikTok and Shopee label the columns below, Lazada calls the column itself as the warehouse."""
    found = {}
    for name in ("tiktok", "lazada", "shopee"):
        seen = peek(DATA / name / "stock_hostile.csv", LIMITS)
        found[name] = stockfile.FORMS[name].understand(load(seen, LIMITS), CONTEXT).cells["place"].unique().sort().to_list()

    assert {
        "tiktok": ["Johor", "Kuala Lumpur"], "lazada": ["Bangkok store", "Chiang Mai"], "shopee": ["Johor", "Kuala Lumpur"],
    } == found  # fmt: skip


def test_formats_of_ones_own_get_the_plain_list(tmp_path):
    """A channel without an upload: the list says up to when its orders were known."""
    (data,) = written(replace_kind("handelshof")).values()

    assert {AS_OF} == set(table(data, tmp_path)["as_of"])


def replace_kind(kind: str) -> Channel:
    return CONFIG.channel("merchant").model_copy(update={"kind": kind})


def test_a_context_without_a_channel_is_enough():
    """Reading a form asks for nothing but the file."""
    seen = peek(DATA / "tiktok" / "stock_clean.csv", LIMITS)
    context = replace(CONTEXT, location=None)

    assert 3 == stockfile.FORMS["tiktok"].understand(load(seen, LIMITS), context).cells.height
