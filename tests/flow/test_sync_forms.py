"""Forms of the marketplaces: downloaded, filled in place, and back with nothing changed but our numbers."""

import io
import os
from datetime import timedelta
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from oms import config_file
from oms.flow.importing import import_files
from oms.flow.recognising import Wishes
from oms.flow.shop import Shop
from oms.flow.sync import sync
from oms.sheets.write import csv_bytes
from tests.channels.stock_books import LAZADA, SHOPEE, TIKTOK, TIKTOK_PLACES, column, handed_out, parts
from tests.flow.publishing_seeds import shop_of
from tests.flow.test_sync import numbers

SHEET = "xl/worksheets/sheet1.xml"
#: Kind -> its workbook, the letter of the column of numbers, and what stands there above the listings.
BOOKS = {"tiktok": (TIKTOK, "F", 5), "lazada": (LAZADA, "H", 4), "shopee": (SHOPEE, "H", 6)}
CHANNELS = "".join(
    f'\n[[channels]]\nname = "{kind}-my"\nkind = "{kind}"\nlocations = ["CA", "NJ"]\n' for kind in (*BOOKS, "ebay")
)


def seeded(tmp_path, kind):
    """Nine mugs in two places, six shirts in one; the channel's orders just imported."""
    seeds = shop_of(tmp_path, more=CHANNELS)
    seeds.products("0017", "TEE-L")
    seeds.count("0017", "CA", 5)
    seeds.count("0017", "NJ", 4)
    seeds.count("TEE-L", "NJ", 6)
    seeds.imported(f"{kind}-my")
    return seeds


def put(seeds, kind, data, name="book.xlsx", ago=timedelta(hours=1)):
    path = seeds.shop.root / "templates" / f"{kind}-my" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    at = (seeds.shop.now - ago).timestamp()
    os.utime(path, (at, at))
    return path


def told(report, kind):
    """What the channel was told, by listing and place."""
    return {(sku, place): after for (channel, sku, place), after in numbers(report).items() if channel == f"{kind}-my"}


@pytest.mark.parametrize("kind", BOOKS)
def test_the_workbook_goes_back_with_our_numbers_alone(tmp_path, kind):
    """What the places can spare, in the one column; every other part of the package byte for byte."""
    rows, letter, above = BOOKS[kind]
    seeds = seeded(tmp_path, kind)
    package = handed_out(rows)
    put(seeds, kind, package)
    report = sync(seeds.shop, [f"{kind}-my"])
    path = seeds.shop.root / report.documents[0].path
    before, after = parts(package), parts(path.read_bytes())

    assert {("0017", None): 8, ("TEE-L", None): 6} == told(report, kind)  # 5 + 4, one kept back for safety in CA
    assert f"stock-{kind}-my.xlsx" == path.name
    assert [SHEET] == [name for name in before if before[name] != after[name]]
    assert [8, 6] == column(path, letter)[above : above + 2]


@pytest.mark.parametrize("kind", BOOKS)
def test_what_is_known_already_goes_back_as_well(tmp_path, kind):
    """All of the workbook is uploaded: a number that it still has from yesterday would come back to life."""
    rows, letter, above = BOOKS[kind]
    seeds = seeded(tmp_path, kind)
    put(seeds, kind, handed_out(rows))
    sync(seeds.shop, [f"{kind}-my"])
    seeds.count("TEE-L", "NJ", 0, "2026-11-19T12:00:00Z")
    report = sync(seeds.shop, [f"{kind}-my"])

    assert {("TEE-L", None): 0} == told(report, kind)
    assert [8, 0] == column(seeds.shop.root / report.documents[0].path, letter)[above : above + 2]
    assert [] == sync(seeds.shop, [f"{kind}-my"]).documents


@pytest.mark.parametrize("kind", BOOKS)
def test_a_copy_as_csv_cannot_go_back_and_says_so(tmp_path, kind):
    """Its listings are known; for the file the channel wants its own workbook, and both commands say that."""
    seeds = seeded(tmp_path, kind)
    path = seeds.shop.root / "inbox" / f"{kind}-my" / "book.csv"
    path.parent.mkdir(parents=True)
    path.write_bytes(csv_bytes(pl.DataFrame([*BOOKS[kind][0]], orient="row").cast(pl.String), header=[]))
    (seeds.shop.root / "oms.toml").write_text("", "utf-8")
    imported = import_files(seeds.shop, [path], Wishes()).files[0]
    skipped = sync(seeds.shop, [f"{kind}-my"]).skipped[0]

    assert (None, True) == (imported.error, imported.new > 1)
    assert "takes only the .xlsx it handed out" in imported.notes[-1]
    assert (
        f"`templates/{kind}-my/book.csv` is a copy: the channel takes only the .xlsx it handed out; import that"
        == skipped.reason
    )


def test_what_is_not_ours_stays_as_it_is(tmp_path):
    """A variation that nobody mapped is named and keeps what the workbook says."""
    seeds = seeded(tmp_path, "tiktok")
    put(seeds, "tiktok", handed_out(TIKTOK))
    report = sync(seeds.shop, ["tiktok-my"])

    assert [8, 6, None] == column(seeds.shop.root / report.documents[0].path, "F")[5:]
    assert [("NOBODY", "not mapped to a sku")] == [(u["listing_sku"], u["reason"]) for u in report.json()["unpublished"]]


def test_a_column_a_warehouse_is_told_by_warehouse(tmp_path):
    """The labels name the places; a name nobody knows keeps its numbers and is said."""
    seeds = seeded(tmp_path, "tiktok")
    rows = [list(row) for row in TIKTOK_PLACES]
    rows[2][6] = "Newark"
    put(seeds, "tiktok", handed_out(rows))
    report = sync(seeds.shop, ["tiktok-my"])
    path = seeds.shop.root / report.documents[0].path

    assert {("0017", "CA"): 4, ("0017", "NJ"): 4, ("TEE-L", "CA"): 0, ("TEE-L", "NJ"): 6} == told(report, "tiktok")
    assert ([4, 0], [4, 6]) == (column(path, "F")[5:7], column(path, "G")[5:7])
    seeds = seeded(tmp_path / "other", "tiktok")
    put(seeds, "tiktok", handed_out(TIKTOK_PLACES))

    assert ["tiktok-my: no location is called `Newark Warehouse` there: its rows stay as they are"] == sync(
        seeds.shop, ["tiktok-my"]
    ).notes


@pytest.mark.parametrize(
    ("data", "ago", "said"),
    [
        (None, 1, "no batch edit workbook: download it"),
        (handed_out(TIKTOK), 30, "older than the limit"),
        (handed_out(SHOPEE), 1, "is no batch edit workbook"),
        (b"PK\x03\x04 nothing", 1, "book.xlsx"),
        (b"", 1, "book.xlsx"),
    ],
)
def test_without_a_form_to_fill_the_channel_is_skipped_and_named(tmp_path, data, ago, said):
    """None, an old one, another one, a damaged one: the others are written."""
    seeds = seeded(tmp_path, "tiktok")
    seeds.listings("tiktok-my", ("0017", None))
    seeds.imported("web")
    seeds.listings("web", ("0017", None))
    if data is not None:
        put(seeds, "tiktok", data, ago=timedelta(hours=ago))
    report = sync(seeds.shop)

    assert 3 == report.exit_code
    assert [("web", "0017", None)] == list(numbers(report))
    assert said in next(s["reason"] for s in report.json()["skipped"] if s["channel"] == "tiktok-my")


def test_a_form_that_cannot_be_filled_leaves_no_trace(tmp_path):
    """A formula in the column of numbers: refused, and the next sync has everything to tell."""
    seeds = seeded(tmp_path, "tiktok")
    rows = [list(row) for row in TIKTOK]
    rows[5][5] = "=1+1"
    path = put(seeds, "tiktok", handed_out(rows))
    refused = sync(seeds.shop, ["tiktok-my"])
    path.write_bytes(handed_out(TIKTOK))

    assert (1, None, []) == (refused.exit_code, refused.batch, refused.documents)
    assert "a formula" in refused.json()["skipped"][0]["reason"]
    assert 2 == len(numbers(sync(seeds.shop, ["tiktok-my"], force=True)))


@pytest.mark.parametrize("kind", BOOKS)
def test_a_downloaded_workbook_comes_in_by_import(tmp_path, kind):
    """`oms import` knows it, keeps it as the channel's template, and its rows are listings."""
    config = f'[[locations]]\ncode = "NJ"\ncountry = "US"\n[[channels]]\nname = "{kind}-my"\nkind = "{kind}"\n'
    shop = Shop(tmp_path, config_file.parse(config), seeded(tmp_path / "seeds", kind).shop.now)
    (tmp_path / "oms.toml").write_text(config)
    path = tmp_path / "download.xlsx"
    path.write_bytes(handed_out(BOOKS[kind][0]))
    os.utime(path, (shop.now.timestamp(), shop.now.timestamp()))
    report = import_files(shop, [path], Wishes())

    assert [f"{kind}-stock"] == [file.format for file in report.files]
    assert path.read_bytes() == (tmp_path / "templates" / f"{kind}-my" / "download.xlsx").read_bytes()
    with shop.store.read() as conn:
        known = {row[0] for row in conn.execute("SELECT listing_sku FROM listings")}
    assert {"0017", "TEE-L"} <= known


def test_ebay_is_told_by_its_download_where_there_is_one(tmp_path):
    """Item numbers of the download, however old; without it the custom label stands for the listing."""
    seeds = seeded(tmp_path, "ebay")
    seeds.listings("ebay-my", ("0017", None))
    bare = sync(seeds.shop, ["ebay-my"], dry_run=True)
    head = "*Action(SiteID=US|Country=US|Currency=USD|Version=1193),Item number,Available quantity,Custom label (SKU)\n"
    put(seeds, "ebay", (head + ",110000000001,3,0017\n").encode(), "active.csv", timedelta(days=9))
    report = sync(seeds.shop, ["ebay-my"])

    assert {("0017", None): 8} == told(bare, "ebay") == told(report, "ebay")
    assert "Revise,110000000001,8,0017" == (seeds.shop.root / report.documents[0].path).read_text().splitlines()[1]


GOOGLE = """
[[locations]]
code = "SOHO"
kind = "store"
country = "US"
safety_stock = 1

[[channels]]
name = "merchant"
kind = "google"
buffer = 1
"""


def test_google_is_told_what_ships_and_what_each_store_has(tmp_path):
    """Online: what all places that ship can spare. A store: its own stock, less what is kept back there."""
    seeds = shop_of(tmp_path, more=GOOGLE)
    seeds.products("0017")
    seeds.count("0017", "NJ", 4)
    seeds.count("0017", "SOHO", 3)
    seeds.listings("merchant", ("0017", None))
    report = sync(seeds.shop, ["merchant"])
    files = {Path(d.path).name: (seeds.shop.root / d.path).read_text() for d in report.documents}

    assert {("merchant", "0017", None): 5, ("merchant", "0017", "SOHO"): 1} == numbers(report)
    assert {
        "stock-merchant.txt": "id\tavailability\tquantity\n0017\tin_stock\t5\n",
        "stock-merchant-local.txt": "store_code\tid\tquantity\tavailability\nSOHO\t0017\t1\tin_stock\n",
    } == files
    assert "on_hand 3, reserved 0, safety_stock 1, soft 0, buffer 1" in report.json()["changes"][1]["reason"]


def test_google_again_only_the_feed_that_changed(tmp_path):
    """A sale at the store: the local feed alone, with the one number."""
    seeds = shop_of(tmp_path, more=GOOGLE.replace('country = "US"', 'country = "US"\nships = false'))
    seeds.products("0017")
    seeds.count("0017", "NJ", 4)
    seeds.count("0017", "SOHO", 3)
    seeds.listings("merchant", ("0017", None))
    sync(seeds.shop, ["merchant"])
    seeds.count("0017", "SOHO", 1, "2026-11-19T12:00:00Z")
    report = sync(seeds.shop, ["merchant"])

    assert ["stock-merchant-local.txt"] == [Path(d.path).name for d in report.documents]
    assert {("merchant", "0017", "SOHO"): 0} == numbers(report)


def test_amazon_may_be_told_by_a_listings_feed(tmp_path):
    """Chosen in oms.toml; the file is JSON."""
    seeds = shop_of(tmp_path, 'stock_file = "listings-feed"\nseller_id = "A1EXAMPLE"')
    seeds.products("0017")
    seeds.count("0017", "NJ", 4)
    seeds.imported("amazon-us")
    seeds.listings("amazon-us", ("0017", None))
    report = sync(seeds.shop, ["amazon-us"])

    assert "stock-amazon-us.json" == Path(report.documents[0].path).name


def test_the_books_of_these_tests_are_workbooks():
    """openpyxl reads them, as Excel would."""
    for rows, _letter, _above in BOOKS.values():
        assert "Template" == openpyxl.load_workbook(io.BytesIO(handed_out(rows))).active.title
