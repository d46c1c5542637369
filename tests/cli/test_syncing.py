"""`oms sync` and stock numbers as a seller types them."""

import pytest

PRODUCTS = "sku,title\n0017,Blue mug\nTEE,Tee\n"
STOCK = "sku,location,on_hand,counted_at\n0017,NJ,5,2026-11-18T12:00:00Z\nTEE,CA,3,2026-11-18T12:00:00Z\n"
LISTINGS = "channel,listing_sku,sku,quantity\nweb,MUG-X2,0017,2\n"
ORDERS = (
    "order_ref,placed_at,sku,quantity,name,address1,city,region,postcode,country\n"
    "W-1,2026-11-19T09:00:00Z,0017,1,Ada Example,1 Sample Street,Albany,NY,12207,US\n"
)
INVENTORY = (
    "Handle,Title,Option1 Name,Option1 Value,SKU,HS Code,COO,Location,Bin name,Incoming (not editable),"
    "Unavailable (not editable),Committed (not editable),Available (not editable),On hand (current),On hand (new)\n"
    "mug,Mug,Title,Default Title,0017,,,Newark 3PL,,0,1,0,4,5,\n"
)


@pytest.fixture
def stocked(oms):
    """Products, counts, one listing of two and one paid order on the channel `web`."""
    for name, text in (("products.csv", PRODUCTS), ("stock.csv", STOCK), ("listings.csv", LISTINGS)):
        oms.ok("import", oms.write(f"inbox/{name}", text))
    oms.ok("import", oms.write("inbox/orders.csv", ORDERS), "--channel", "web")
    return oms


def test_a_stock_file_is_written_and_only_once(stocked):
    """Five on hand, one waits: four mugs, two packs. The second run has nothing to say."""
    first = stocked.ok("sync", "web")
    second = stocked.ok("sync", "web")
    text = (stocked.root / first["documents"][0]["path"]).read_text()

    assert (
        "listing_sku,quantity,as_of\n0017,4,2026-11-19T09:00:00Z\nMUG-X2,2,2026-11-19T09:00:00Z\n"
        == text.replace("\r\n", "\n")
    )  # fmt: skip
    assert {
        "channel": "web", "listing_sku": "MUG-X2", "location": None, "sku": "0017", "before": None, "after": 2,
        "reason": "first publish: on_hand 5, reserved 0, soft 1, buffer 0",
    } == first["changes"][1]  # fmt: skip
    assert "stock-web.csv" == first["documents"][0]["path"].rpartition("/")[2]
    assert ([], []) == (second["documents"], second["changes"])


def test_words_and_exit_code_when_a_channel_is_skipped(stocked):
    """Amazon has a listing and its orders were never imported: named on stderr, exit 3, `web` written."""
    stocked.ok("import", stocked.write("inbox/more.csv", "channel,listing_sku,sku\namazon-us,AM-1,TEE\n"))
    result = stocked("sync")

    assert 3 == result.exit_code
    assert "warning: amazon-us skipped: its orders were never imported: import them first, or use --force" in result.stderr
    assert ["web\t0017", "web\tMUG-X2"] == ["\t".join(line.split("\t")[:2]) for line in result.stdout.splitlines()[1:]]


def test_shopify_gets_the_imported_inventory_export_back(stocked):
    """Four may be sold, one is unavailable: on hand 5, in Shopify's own rows."""
    stocked.ok("import", stocked.write("inbox/inventory.csv", INVENTORY), "--channel", "site")
    report = stocked.ok("sync", "site", "--force")
    text = (stocked.root / report["documents"][0]["path"]).read_text()

    assert INVENTORY.replace(",4,5,\n", ",4,5,5\n") == text.replace("\r\n", "\n")


def test_dry_run_leaves_no_file(stocked):
    """The same numbers, nothing in outbox/."""
    before = sorted(stocked.root.glob("outbox/*"))
    report = stocked.ok("sync", "web", "--dry-run")

    assert [4, 2] == [change["after"] for change in report["changes"]]
    assert before == sorted(stocked.root.glob("outbox/*"))
    assert [4, 2] == [change["after"] for change in stocked.ok("sync", "web")["changes"]]
