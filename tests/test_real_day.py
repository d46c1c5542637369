"""
A whole day on real exports: three web shops that sell cash on delivery, none with a sku filled in, and three weeks of a till.

The exports come from the samples; stock counts, rates and the shops' inventory exports, which the samples lack, are made here.
"""

import csv
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Oms

SHOPS = {"bd1": "bd_cod_03.csv", "bd2": "bd_cod_10.csv", "bd3": "bd_cod_15.csv"}
TILLS = ("items-2026-05.csv", "items-2026-06-12-2026-06-17.csv", "items-2026-06-17-2026-06-21.csv")
CONFIG = """
[business]
name = "Blue Door Goods"
currency = "BDT"
timezone = "Asia/Dhaka"

[[locations]]
code = "DHA"
country = "BD"
postcode = "1207"
timezone = "Asia/Dhaka"
handling = "15.00"

[[locations]]
code = "CTG"
country = "BD"
postcode = "4000"
timezone = "Asia/Dhaka"
handling = "10.00"

[[locations]]
code = "SHOP"
name = "Sunrise Social Club LLC"
kind = "store"
country = "US"
postcode = "10001"
ships = false
timezone = "America/New_York"

{channels}
[[channels]]
name = "till"
kind = "square"
currency = "USD"
locations = ["SHOP"]
timezone = "America/New_York"

[routing]
split_penalty = "40.00"
wait_penalty = "900.00"

[fx]
USD = "117.0"

[verify]
accept_cod = ["bd1", "bd2", "bd3"]
"""
CHANNEL = '[[channels]]\nname = "{name}"\nkind = "shopify"\ncurrency = "BDT"\nlocations = ["DHA", "CTG"]\n'
NOW = "2026-06-22T03:00:00Z"


@pytest.fixture
def shop(tmp_path: Path) -> Oms:
    """Three shops and a till, two warehouses that ship and the shop of the till."""
    (tmp_path / "oms.toml").write_text(CONFIG.format(channels="".join(CHANNEL.format(name=name) for name in SHOPS)))
    return Oms(tmp_path, now=NOW)


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def write_rows(shop: Oms, name: str, rows: list[dict[str, Any]]) -> None:
    """A CSV file in the workspace."""
    with (shop.root / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def import_all(shop: Oms, samples: Path) -> dict[str, Any]:
    """Every real export, each for its channel; exit code 0 says that no row was rejected."""
    reports = {name: shop.ok("import", samples / "channels/shopify" / file, "--channel", name) for name, file in SHOPS.items()}
    for file in TILLS:
        reports[file] = shop.ok("import", samples / "channels/square" / file, "--channel", "till")
    return reports


def map_everything(shop: Oms) -> int:
    """A product a listing, as `oms map suggest` writes them down; how many listings."""
    shop("map", "suggest", "-o", "listings.csv")
    listings = rows_of(shop.root / "listings.csv")
    for number, listing in enumerate(listings):
        listing["sku"] = f"SKU-{number:03d}"
    write_rows(shop, "products.csv", [{"sku": each["sku"], "title": each["title"] or each["listing_sku"], "weight_g": 350}
                                      for each in listings])  # fmt: skip
    write_rows(shop, "listings.csv", listings)
    shop.ok("import", "products.csv", "listings.csv")
    return len(listings)


def count_and_price(shop: Oms) -> None:
    """Stock for all but one sku, unevenly; what each parcel costs within the country."""
    skus = [row["sku"] for row in rows_of(shop.root / "products.csv")]
    write_rows(shop, "stock.csv", [
        {"sku": sku, "location": place, "on_hand": on_hand, "counted_at": "2026-06-21T20:00:00Z"}
        for number, sku in enumerate(skus) for place, on_hand in (("DHA", number % 3), ("CTG", number % 2 * 40), ("SHOP", 25))
    ])  # fmt: skip
    write_rows(shop, "rates.csv", [
        {"location": place, "carrier": "Steadfast", "service": "*", "country": "BD", "weight_to_g": 30000, "price": price,
         "per_kg": 20}
        for place, price in (("DHA", 70), ("CTG", 110))
    ])  # fmt: skip
    shop.ok("import", "stock.csv", "rates.csv")


def export_inventory(shop: Oms) -> None:
    """What each shop's inventory export would say before anything was ever written back."""
    headings = ("Handle", "Title", "Option1 Name", "Option1 Value", "SKU", "HS Code", "COO", "Location", "Bin name",
                "Incoming (not editable)", "Unavailable (not editable)", "Committed (not editable)",
                "Available (not editable)", "On hand (current)", "On hand (new)")  # fmt: skip
    for channel in SHOPS:
        rows = [
            dict.fromkeys(headings, "") | {
                "Handle": f"item-{number}", "Title": each["listing_sku"], "Option1 Name": "Title",
                "Option1 Value": "Default Title", "Location": place, "On hand (current)": "0",
            }
            for number, each in enumerate(rows_of(shop.root / "listings.csv")) if each["channel"] == channel
            for place in ("DHA", "CTG")
        ]  # fmt: skip
        write_rows(shop, f"inventory-{channel}.csv", rows)
        shop.ok("import", f"inventory-{channel}.csv", "--channel", channel)


def test_a_day_from_real_exports(shop: Oms, samples: Path) -> None:
    """Everything comes in, what has stock leaves with tracking, channels are told once, and a second time changes nothing."""
    read = import_all(shop, samples)
    held = shop.ok("status")["orders"]
    listings = map_everything(shop)
    count_and_price(shop)
    ready = shop.ok("status")["orders"]
    routed = shop.ok("route")
    picked = shop.ok("pick", "--force")  # the newest export is months older than the clock of this test
    write_rows(shop, "tracking.csv", [
        {"order_ref": each["order_ref"], "channel": each["channel"], "sku": each["sku"], "quantity": each["quantity"],
         "tracking": f"SF{number:08d}", "carrier": "Steadfast", "location": each["location"]}
        for number, each in enumerate(routed["assignments"])
    ])  # fmt: skip
    shop.ok("import", "tracking.csv")
    confirmed = shop.ok("confirm")
    export_inventory(shop)
    synced = shop.ok("sync", "--force")
    told = [shop.ok("status")["orders"], shop.ok("stock"), shop.ok("orders")]
    again = [file for report in import_all(shop, samples).values() for file in report["files"]]
    nothing = [shop.ok("route")["assignments"], shop.ok("confirm")["confirmed"], shop.ok("sync", "--force")["changes"]]

    assert {file: (each["rows"], each["new"], each["returns"]) for each in (report["files"][0] for report in read.values())
            for file in [Path(each["file"]).name]} == {
        "bd_cod_03.csv": (10, 7, 0), "bd_cod_10.csv": (50, 50, 0), "bd_cod_15.csv": (58, 50, 0),
        "items-2026-05.csv": (223, 162, 1), "items-2026-06-12-2026-06-17.csv": (366, 239, 0),
        "items-2026-06-17-2026-06-21.csv": (306, 205, 0),
    }  # fmt: skip
    assert (held, listings, ready) == (
        {"cancelled": 19, "held": 11, "shipped": 683}, 20, {"cancelled": 19, "ready": 11, "shipped": 683}
    )  # fmt: skip
    assert routed["orders"] == {"routed": 9, "split": 0, "waiting": 5}
    assert (picked["orders"], picked["units"]) == (9, sum(each["quantity"] for each in routed["assignments"]))
    assert {(each["kind"], each["location"]) for each in picked["documents"]} == {
        (kind, place) for kind in ("picklist", "slips") for place in ("CTG", "DHA")
    }  # fmt: skip
    assert confirmed["confirmed"] == len(routed["assignments"])
    assert {each["channel"] for each in synced["documents"]} == {*SHOPS, "till"}
    assert [(each["new"], each["updated"], each["rejected"]) for each in again] == [(0, 0, 0)] * len(again)
    assert nothing == [[], 0, []]
    assert told == [shop.ok("status")["orders"], shop.ok("stock"), shop.ok("orders")]
    assert shop.ok("doctor")["ok"]
