"""A channel's own warehouse sends what other channels sold, as examples/mcf sets it up."""

import shutil
import sqlite3
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms.core.warehouse_names import called
from oms.flow.checking import check_config
from oms.flow.confirm import confirm
from oms.flow.explain_order import explain_order
from oms.flow.pick import PickReport, pick_orders
from oms.flow.route import route_orders
from oms.flow.undo import undo
from oms.store.warehouse_listings import NAMES
from tests.conftest import Desk, Oms

EXAMPLE = Path(__file__).parents[2] / "examples" / "mcf"
FILES = (("products.csv", None), ("listings.csv", None), ("rates.csv", None), ("stock.csv", None), ("fba.txt", "amazon-us"))
ORDERS = (EXAMPLE / "orders.csv").read_text("utf-8")
FBA_HEAD = "sku\tfnsku\tafn-fulfillable-quantity\tsnapshot-date\n"


@pytest.fixture
def mcf(tmp_path: Path) -> Desk:
    """The example, with its stock."""
    desk = Desk(shutil.copytree(EXAMPLE, tmp_path / "shop"))
    for name, channel in FILES:
        assert 0 == desk.import_text((EXAMPLE / name).read_text("utf-8"), name, channel=channel).exit_code
    return desk


def told(desk: Desk, picked: PickReport) -> list[dict[str, str]]:
    """The rows of Amazon's order file."""
    path = next(each.path for each in picked.documents if each.kind == "orders" and each.location == "FBA")
    head, *rows = (desk.root / path).read_bytes().decode("latin-1").splitlines()
    return [dict(zip(head.split("\t"), row.split("\t"), strict=True)) for row in rows]


def edit(desk: Desk, before: str, after: str) -> None:
    """Change oms.toml."""
    path = desk.root / "oms.toml"
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after), "utf-8")


def test_amazon_sends_what_the_shop_sold_by_the_name_it_knows(mcf: Desk) -> None:
    """The shop's order is in Amazon's order file, by Amazon's sku, tab separated, in Latin-1, with nothing quoted."""
    mcf.import_text(ORDERS.replace("Ida Fox", 'Renée "Ida" Fox'), "orders.csv", channel="site")
    report = route_orders(mcf.shop)
    picked = pick_orders(mcf.shop, force=True)
    row = told(mcf, picked)[0]

    assert ["FBA"] == [a["location"] for a in report.json()["assignments"]]
    assert ["outbox/2026-11-19-0008-pick/orders-FBA.txt"] == [d.path for d in picked.documents if d.kind == "orders"]
    names = ("MerchantFulfillmentOrderID", "MerchantSKU", "Quantity", "DeliverySLA", "AddressName", "FulfillmentAction",
             "MarketplaceID")  # fmt: skip
    assert ("1001", "AMZ-MUG", "2", "Standard", 'Renée "Ida" Fox', "Ship", "ATVPDKIKX0DER") == tuple(row[n] for n in names)


def test_letters_that_the_file_does_not_have_are_told(mcf: Desk) -> None:
    """Amazon's file is in Latin-1: a Chinese name is no name there, and the seller is told before the upload."""
    mcf.import_text(ORDERS.replace("Ida Fox", "王小明"), "orders.csv", channel="site")
    mcf.import_text(ORDERS.replace("Ida Fox", "Renée Fox").replace("1001,", "1002,"), "orders2.csv", channel="site")
    route_orders(mcf.shop)
    report = pick_orders(mcf.shop, force=True)

    assert ("FBA: 1 order has letters that latin-1 does not have: they are `?` in its order file",) == report.notes


def test_what_needs_another_label_never_goes_there(mcf: Desk) -> None:
    """TikTok's order leaves from NJ though FBA is cheaper, waits where only FBA has it, and explain says why."""
    text = ORDERS.replace("1001,", "T1,")
    mcf.import_text(text, "tiktok.csv", channel="tiktok")
    mcf.import_text(text.replace("T1,", "T2,").replace("MUG,2", "MUG,41"), "tiktok2.csv", channel="tiktok")
    report = route_orders(mcf.shop).json()
    (order_id,) = mcf.rows("SELECT id FROM orders WHERE order_ref = 'T1'")[0]
    story = explain_order(mcf.shop, order_id)

    assert {"NJ"} == {a["location"] for a in report["assignments"]}
    assert [("T2", 3, "no_stock")] == [(w["order_ref"], w["short"], w["reason"]) for w in report["waiting"]]
    assert ["a warehouse of amazon-us: tiktok makes its own labels"] == [
        c["why"] for c in story.candidates if c["locations"] == ["FBA"]
    ]


def test_a_warehouse_that_becomes_a_channels_gives_back_what_it_cannot_send(mcf: Desk) -> None:
    """TikTok's order that was reserved at FBA before oms.toml said whose it is moves to NJ, though that is dearer."""
    edit(mcf, 'channel = "amazon-us"            # whose warehouse it is\nformat = "amazon-mcf"', "# format")
    mcf.import_text(ORDERS, "tiktok.csv", channel="tiktok")
    edit(mcf, 'kind = "tiktok"', 'kind = "tiktok"\nlocations = ["FBA"]')
    before = route_orders(mcf.shop).json()["assignments"]
    edit(mcf, "# format ", 'channel = "amazon-us"\nformat = "amazon-mcf"')
    edit(mcf, 'kind = "tiktok"\nlocations = ["FBA"]', 'kind = "tiktok"\nlocations = ["FBA", "NJ"]')
    after = route_orders(mcf.shop).json()["assignments"]

    assert (["FBA"], ["NJ"]) == ([a["location"] for a in before], [a["location"] for a in after])


def test_the_channel_itself_sells_and_sends_nothing_of_it(mcf: Desk) -> None:
    """Amazon's own order for the seller to send leaves from NJ, whatever lies at FBA: Amazon counts that itself."""
    head = "order-id\torder-item-id\tpurchase-date\tpayments-date\tpromise-date\tdays-past-promise\tbuyer-name\tsku\t" \
           "product-name\tquantity-purchased\tquantity-shipped\tquantity-to-ship\tship-service-level\trecipient-name\t" \
           "ship-address-1\tship-city\tship-state\tship-postal-code\tship-country"  # fmt: skip
    row = "111-1\t1\t2026-11-19T08:00:00+00:00\t2026-11-19T08:00:00+00:00\t2026-11-23T08:00:00+00:00\t-4\tIda Fox\tAMZ-MUG\t" \
          "Mug\t1\t0\t1\tStandard\tIda Fox\t1 Elm Rd\tNew York\tNY\t10001\tUS"  # fmt: skip
    mcf.import_text(f"{head}\n{row}\n", "unshipped.txt", channel="amazon-us")

    assert ["NJ"] == [a["location"] for a in route_orders(mcf.shop).json()["assignments"]]


def test_orders_of_two_shops_with_one_number_are_two_orders_at_amazon(mcf: Desk) -> None:
    """Each has a number of its own in the file, and a tracking file that repeats it finds its order."""
    edit(mcf, '[[channels]]\nname = "tiktok"', '[[channels]]\nname = "shop2"\nkind = "generic"\nservices = { "*" = "Standard" }'
                                               '\n\n[[channels]]\nname = "tiktok"')  # fmt: skip
    mcf.import_text(ORDERS, "orders.csv", channel="site")
    mcf.import_text(ORDERS.replace("Ida Fox", "Bo Lee"), "orders2.csv", channel="shop2")
    route_orders(mcf.shop)
    rows = told(mcf, pick_orders(mcf.shop, force=True))
    numbers = [row["MerchantFulfillmentOrderID"] for row in rows]
    lines = [f"{number},TBA30291648200{n},Amazon" for n, number in enumerate(numbers)]
    report = mcf.import_text("\n".join(["order_ref,tracking,carrier", *lines]), "tracking.csv")

    assert ["shop2/1001", "site/1001"] == sorted(numbers)
    assert ["1001", "1001"] == [row["DisplayableOrderID"] for row in rows]
    assert [(2, 0)] == [(f.new, f.rejected) for f in report.files]
    assert {("shop2", "shipped"), ("site", "shipped")} == set(mcf.rows("SELECT channel, status FROM orders"))


def test_what_is_sent_later_has_a_number_of_its_own(mcf: Desk) -> None:
    """Of 7 mugs Amazon has 5 and sends them; the other 2 are a second request, and its tracking is the order's."""
    edit(mcf, 'name = "site"\nkind = "generic"', 'name = "site"\nkind = "generic"\nlocations = ["FBA"]')
    mcf.import_text(ORDERS.replace("MUG,2", "MUG,7"), "orders.csv", channel="site")
    route_orders(mcf.shop)
    first = told(mcf, pick_orders(mcf.shop, force=True))
    mcf.import_text("order_ref,tracking,carrier\n1001,TBA302916482001,Amazon\n", "tracking1.csv")
    mcf.import_text(f"{FBA_HEAD}AMZ-MUG\tX00AB12CD1\t9\t2026-11-19T13:59:00Z\n", "fba2.txt", channel="amazon-us")
    later = Desk(mcf.root, mcf.now.replace(hour=20))
    later.import_text(f"{FBA_HEAD}AMZ-MUG\tX00AB12CD1\t9\t2026-11-19T19:00:00Z\n", "fba3.txt", channel="amazon-us")
    route_orders(later.shop)
    second = told(later, pick_orders(later.shop, force=True))
    later.import_text("order_ref,tracking,carrier\n1001+2,TBA302916482002,Amazon\n", "tracking2.csv")

    assert [("1001", "5"), ("1001+2", "2")] == [
        (row["MerchantFulfillmentOrderID"], row["Quantity"]) for row in (*first, *second)
    ]
    assert [("shipped",)] == later.rows("SELECT status FROM orders")
    assert 2 == sum(1 for _row in later.rows("SELECT id FROM parcels WHERE tracking LIKE 'TBA30291648200%'"))
    assert 0 == confirm(later.shop, []).exit_code


def test_a_sku_that_amazon_knows_by_no_name_is_refused_and_the_rest_goes(mcf: Desk) -> None:
    """The order is named with its sku and is not picked; mapped, it is."""
    mcf.import_text("sku,title,weight_g\nCUP,Cup,300\n", "more.csv")
    mcf.stock("CUP", "FBA", 3)
    mcf.import_text(ORDERS + ORDERS.splitlines()[1].replace("1001", "1002").replace("MUG,2", "CUP,1"), "o.csv", channel="site")
    route_orders(mcf.shop)
    report = pick_orders(mcf.shop, force=True)

    assert 3 == report.exit_code
    assert [{"channel": "site", "order_ref": "1002", "location": "FBA", "sku": "CUP",
             "reason": "no listing of amazon-us is CUP"}] == report.json()["refused"]  # fmt: skip
    assert ["1001"] == [row["MerchantFulfillmentOrderID"] for row in told(mcf, report)]
    assert [("1001", "picking"), ("1002", "routed")] == mcf.rows("SELECT order_ref, status FROM orders ORDER BY order_ref")
    alone = pick_orders(mcf.shop, force=True)
    assert (1, None) == (alone.exit_code, alone.batch)
    mcf.import_text("channel,listing_sku,sku\namazon-us,AMZ-CUP,CUP\n", "listings2.csv")
    assert ["AMZ-CUP"] == [row["MerchantSKU"] for row in told(mcf, pick_orders(mcf.shop, force=True))]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ([], None),  # two listings, and nobody has said which lies there
        ([("A-MUG", 0, "18"), ("B-MUG", 4, "18")], "B-MUG"),  # of one file: the one with enough
        ([("A-MUG", 4, "17"), ("B-MUG", 4, "18")], "B-MUG"),  # of two files: the newest
        ([("B-MUG", 9, "18"), ("A-MUG", 4, "17")], "B-MUG"),  # whichever came first
        ([("A-MUG", 4, "18"), ("B-MUG", 4, "18")], "A-MUG"),  # equals: by name
    ],
)
def test_of_several_listings_it_is_the_one_that_lies_there(
    tmp_path: Path, files: list[tuple[str, int, str]], expected: str | None
) -> None:
    """FBA's own stock file decides; without one nobody guesses."""
    desk = Desk(shutil.copytree(EXAMPLE, tmp_path / "shop"))
    for name in ("products.csv", "rates.csv"):
        desk.import_text((EXAMPLE / name).read_text("utf-8"), name)
    desk.import_text("channel,listing_sku,sku\namazon-us,A-MUG,MUG\namazon-us,B-MUG,MUG\n", "listings.csv")
    for day in dict.fromkeys(day for _sku, _units, day in files):
        rows = "".join(f"{sku}\tX-{sku}\t{n}\t2026-11-{day}T10:00:00Z\n" for sku, n, at in files if at == day)
        assert 0 == desk.import_text(FBA_HEAD + rows, f"fba{day}.txt", channel="amazon-us").exit_code
    if not files:
        desk.stock("MUG", "FBA", 5)
    desk.import_text(ORDERS, "orders.csv", channel="site")
    route_orders(desk.shop)
    report = pick_orders(desk.shop, force=True)

    if expected is None:
        assert ["`A-MUG`, `B-MUG` of amazon-us are MUG, and no stock file says which of them lies there"] == [
            each.reason for each in report.nameless
        ]
    else:
        assert [expected] == [row["MerchantSKU"] for row in told(desk, report)]


def test_packs_at_amazon_are_told_as_packs(mcf: Desk) -> None:
    """Where Amazon has packs of two only, four mugs are two of them, and three are refused."""
    mcf.import_text("channel,listing_sku,sku,quantity\namazon-us,AMZ-MUG,MUG,2\n", "listings2.csv")
    mcf.import_text(f"{FBA_HEAD}AMZ-MUG\tX00AB12CD1\t9\t2026-11-19T13:00:00Z\n", "fba2.txt", channel="amazon-us")
    four = ORDERS.replace("MUG,2", "MUG,4")
    mcf.import_text(four + ORDERS.splitlines()[1].replace("1001", "1002").replace("MUG,2", "MUG,3"), "o.csv", channel="site")
    route_orders(mcf.shop)
    report = pick_orders(mcf.shop, force=True)

    assert [("AMZ-MUG", "2")] == [(row["MerchantSKU"], row["Quantity"]) for row in told(mcf, report)]
    assert ["amazon-us lists MUG in packs only (`AMZ-MUG`), and 3 make no whole ones"] == [n.reason for n in report.nameless]


def test_the_parts_of_a_kit_have_lines_of_their_own(mcf: Desk) -> None:
    """A set of mug and cup is two rows with two item numbers."""
    mcf.import_text("sku,title,weight_g\nCUP,Cup,300\nSET,Set,700\n", "more.csv")
    mcf.import_text("kit_sku,sku,quantity\nSET,MUG,1\nSET,CUP,1\n", "kits.csv")
    mcf.import_text("channel,listing_sku,sku\namazon-us,AMZ-CUP,CUP\n", "listings2.csv")
    mcf.stock("CUP", "FBA", 3)
    mcf.import_text(ORDERS.replace("MUG,2", "SET,1"), "orders.csv", channel="site")
    route_orders(mcf.shop)
    rows = told(mcf, pick_orders(mcf.shop, force=True))

    assert [("SET#1/CUP", "AMZ-CUP"), ("SET#1/MUG", "AMZ-MUG")] == [
        (row["MerchantFulfillmentOrderItemID"], row["MerchantSKU"]) for row in rows
    ]


def test_a_format_of_that_name_in_the_workspace_wins(mcf: Desk) -> None:
    """Who copies the format and changes it gets what it says there."""
    own = mcf.root / "formats" / "amazon-mcf.toml"
    own.parent.mkdir()
    own.write_text('kind = "3pl-orders"\ncolumns = [{ heading = "what", value = "warehouse_sku" }]\n', "utf-8")
    mcf.import_text(ORDERS, "orders.csv", channel="site")
    route_orders(mcf.shop)
    picked = pick_orders(mcf.shop, force=True)
    path = next(each.path for each in picked.documents if each.kind == "orders")

    assert b"what\r\nAMZ-MUG\r\n" == (mcf.root / path).read_bytes()


def test_an_undone_stock_file_is_no_witness(mcf: Desk) -> None:
    """What a stock file named is forgotten with it, and known again when it comes again."""
    named = mcf.rows("SELECT location, listing_sku, on_hand FROM warehouse_listings")
    (batch,) = mcf.rows("SELECT max(batch_id) FROM files_in")[0]
    undo(mcf.shop, batch)
    gone = mcf.rows("SELECT count(*) FROM warehouse_listings")
    mcf.import_text((EXAMPLE / "fba.txt").read_text("utf-8"), "fba.txt", channel="amazon-us")

    assert [("FBA", "AMZ-MUG", 5)] == named
    assert [(0,)] == gone
    assert named == mcf.rows("SELECT location, listing_sku, on_hand FROM warehouse_listings")


def test_a_store_of_version_3_learns_what_warehouses_call_things(mcf: Desk) -> None:
    """An older store takes the stock file in, and an undo takes it back."""
    older = sqlite3.connect(mcf.root / "oms.db", isolation_level=None)
    older.execute("DROP TABLE warehouse_listings")
    older.execute("DELETE FROM _sqlite_migrations WHERE name LIKE 'version_4%'")
    older.execute("DELETE FROM marks WHERE name = 'warehouse_listings'")
    older.execute("PRAGMA user_version = 3")
    older.close()
    file = mcf.import_text(f"{FBA_HEAD}AMZ-MUG\tX00AB12CD1\t9\t2026-11-19T13:00:00Z\n", "fba2.txt", channel="amazon-us")

    assert [("AMZ-MUG", 9)] == mcf.rows("SELECT listing_sku, on_hand FROM warehouse_listings")
    undo(mcf.shop, file.batch or 0)
    assert [] == mcf.rows("SELECT * FROM warehouse_listings")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ('kind = "tiktok"', 'kind = "tiktok"\nlocations = ["FBA"]',
         "channels.tiktok.locations: take FBA out: tiktok makes its own labels, and a warehouse of amazon-us sends under its "
         "own"),
        ('marketplace_id = "ATVPDKIKX0DER"', 'locations = ["FBA", "NJ"]',
         "channels.amazon-us.locations: take FBA out: amazon-us counts and sends its own stock itself"),
        ('format = "amazon-mcf" ', "# ",
         'locations.FBA.format: the order file has our own columns; Amazon\'s are format = "amazon-mcf"'),
        ('kind = "3pl"', 'kind = "warehouse"', 'locations.FBA.kind: only a "3pl" gets an order file'),
        ('channel = "amazon-us"', "# ",
         "locations.FBA: `amazon-mcf` writes the skus of a channel, and this is no channel's warehouse"),
        ('format = "amazon-mcf"', 'format = "amazon-mfc"',
         "locations.FBA.format: no file formats/amazon-mfc.toml, did you mean `amazon-mcf`?"),
        ('name = "site"\nkind = "generic"', 'name = "site"\nkind = "generic"\nlocations = ["NJ"]',
         "locations.FBA: no channel may send from there"),
        ('code = "FBA"', 'code = "FBQ"', "locations.FBQ: no row of the rate card is for it"),
        ('kind = "amazon"', 'kind = "walmart"',
         'locations.FBA.format: "amazon-mcf" is Amazon\'s, and amazon-us is of kind walmart'),
    ],
)  # fmt: skip
def test_check_says_what_is_wrong_with_such_a_warehouse(mcf: Desk, before: str, after: str, expected: str) -> None:
    """Each by key, with what to do."""
    assert [] == check_config(mcf.shop).warnings
    edit(mcf, before, after)
    if "walmart" in after:
        edit(mcf, 'marketplace_id = "ATVPDKIKX0DER"', "")

    assert expected in check_config(mcf.shop).warnings


def test_check_names_what_amazon_could_not_be_told_of(mcf: Desk) -> None:
    """Stock without a listing, and a service that Amazon does not have."""
    mcf.import_text("sku,title,weight_g\nCUP,Cup,300\n", "more.csv")
    mcf.stock("CUP", "FBA", 3)
    mcf.import_text("location,carrier,service,country,weight_to_g,price\nFBA,Amazon,Overnight,US,30000,9.50\n", "rates2.csv")

    assert [
        "1 sku with stock at FBA is no listing of amazon-us: no order of it can be sent: CUP",
        "the rate card has the service `Overnight` at FBA; Amazon knows Standard, Expedited, Priority",
    ] == check_config(mcf.shop).warnings


def test_from_the_command_line(tmp_path: Path) -> None:
    """A wrong channel is refused with the nearest; what cannot be named is a warning and exit 1, with nothing changed."""
    oms = Oms(Path(shutil.copytree(EXAMPLE, tmp_path / "shop")))
    text = (oms.root / "oms.toml").read_text("utf-8")
    (oms.root / "oms.toml").write_text(text.replace('channel = "amazon-us"', 'channel = "amazon-uk"'), "utf-8")
    wrong = oms("config", "check")
    (oms.root / "oms.toml").write_text(text, "utf-8")
    oms.ok("import", "products.csv", "rates.csv")
    oms.ok("import", oms.write("count.csv", "sku,on_hand,location\nMUG,5,FBA\n"))
    oms.ok("import", oms.write("orders.csv", ORDERS), "--channel", "site")
    oms.ok("route")
    refused = oms("pick")
    dry = oms("pick", "--dry-run", "--json")

    assert 2 == wrong.exit_code
    assert "locations.FBA.channel: no channel `amazon-uk`, did you mean `amazon-us`?" in wrong.stderr
    assert 1 == refused.exit_code == dry.exit_code
    assert "site/1001 is not picked at FBA: no listing of amazon-us is MUG" in refused.stderr
    assert [("site", "1001", "MUG")] == [(r["channel"], r["order_ref"], r["sku"]) for r in dry.json["refused"]]


@st.composite
def names(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Names of two skus."""
    listing = st.sampled_from("ABCDEF")
    row = st.fixed_dictionaries({
        "sku": st.sampled_from(["MUG", "CUP"]), "listing_quantity": st.integers(1, 3),
        "said_at": st.sampled_from([None, "2026-11-17", "2026-11-18"]), "on_hand": st.integers(0, 9),
    })  # fmt: skip
    found = [{"listing_sku": name} | draw(row) for name in draw(st.lists(listing, unique=True))]
    return [each | {"on_hand": None} if each["said_at"] is None else each for each in found]


@given(names(), st.lists(st.tuples(st.sampled_from(["MUG", "CUP"]), st.integers(1, 6)), min_size=1), st.randoms())
def test_a_name_is_always_one_of_the_sku_and_the_same_whatever_the_order(
    known: list[dict[str, Any]], wanted: list[tuple[str, int]], chance: Any
) -> None:
    """Whole packs of the sku, the newest that a stock file named; none is named only where nobody can say."""
    asked = pl.DataFrame(wanted, {"sku": pl.String, "quantity": pl.Int64}, orient="row")
    shuffled = list(known)
    chance.shuffle(shuffled)
    result = called(asked, pl.DataFrame(known, NAMES))

    assert result.equals(called(asked.reverse(), pl.DataFrame(shuffled, NAMES)))
    assert sorted(set(wanted)) == result.select("sku", "quantity").rows()
    for sku, quantity, listing, packs in result.rows():
        fits = [n for n in known if n["sku"] == sku and quantity % n["listing_quantity"] == 0]
        said = [n for n in fits if n["said_at"] is not None]
        if listing is None:
            assert not said
            assert len(fits) != 1
            continue
        chosen = next(n for n in fits if n["listing_sku"] == listing)
        assert packs * chosen["listing_quantity"] == quantity
        assert (chosen["said_at"] == max(n["said_at"] for n in said)) if said else len(fits) == 1
