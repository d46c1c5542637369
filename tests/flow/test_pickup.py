"""Orders that the buyer collects, from the channel's file to the counter."""

import pytest

from oms.config_file import parse
from oms.errors import ConfigError
from oms.flow.offers import facts
from tests.conftest import DATA, Desk, Oms

HEAD = "Name,Email,Financial Status,Currency,Shipping Method,Created at,Lineitem quantity,Lineitem name,Lineitem sku,Id,"
HEAD += "Shipping Zip,Shipping Country\n"
COLLECT = 'locations = ["NJ", "CA", "SHOP"]\nservices = { "Corner Shop" = "pickup:SHOP", "Pick up" = "pickup" }'


def shopify(*rows: str) -> str:
    """Orders of a web shop: number, method, sku, quantity."""
    told = []
    for row in rows:
        ref, method, sku, units = row.split("|")
        told.append(f"{ref},eve@example.com,paid,USD,{method},2026-11-18 10:00:00 -0500,{units},Mug,{sku},{ref[1:]},10001,US\n")
    return HEAD + "".join(told)


@pytest.fixture
def shop(oms: Oms) -> Oms:
    """The shop has mugs, the warehouses have mugs and pots; buyers may collect at the shop."""
    path = oms.root / "oms.toml"
    path.write_text(path.read_text("utf-8").replace('locations = ["NJ", "CA"]', COLLECT, 1), "utf-8")
    oms.write("stock.csv", "sku,NJ,CA,SHOP\nMUG,5,5,2\nPOT,5,5,0\n")
    oms.write("rates.csv", "location,carrier,service,country,weight_to_g,price\n*,UPS,*,*,30000,6.00\n")
    oms.ok("import", "stock.csv", "rates.csv")
    return oms


def test_a_pickup_from_the_file_to_the_counter(shop: Oms) -> None:
    """The word for the method says where; it costs nothing, the papers say so, and no tracking number is asked for."""
    shop.write("orders.csv", shopify("#1|Corner Shop|MUG|1", "#2|Pick up|MUG|1", "#3|Standard|MUG|1"))
    shop.ok("import", "orders.csv", "--channel", "site")

    routed = shop.ok("route")
    told = shop.ok("pick", "--location", "SHOP")
    left = shop.ok("ship", "#1")
    again = shop.ok("ship", "#1")
    shop.ok("ship", "#2")

    assert {("#1", "SHOP", None), ("#2", "SHOP", None)} == {
        (a["order_ref"], a["location"], a["carrier"]) for a in routed["assignments"] if a["cost"] == "0.00"
    }
    papers = {d["kind"]: (shop.root / d["path"]).read_text("utf-8-sig") for d in told["documents"] if d["path"][-4:] != "xlsx"}
    assert (2, 2) == (papers["picklist"].count("customer collects"), papers["slips"].count("customer collects"))
    assert (1, 0) == (left["parcels"], again["parcels"])
    assert "shipped" == shop.ok("show", "#1")["status"]
    assert [("COLLECTED-#1", "pickup"), ("COLLECTED-#2", "pickup")] == Desk(shop.root).rows(
        "SELECT tracking, carrier FROM parcels ORDER BY id"
    )
    refused = shop("ship", "#3")
    assert (2, True) == (refused.exit_code, "--tracking is missing" in refused.stderr)


def test_a_pickup_waits_for_all_of_it(shop: Oms) -> None:
    """A pot would come from New Jersey by parcel; the buyer who comes to the shop waits until it is there."""
    shop.write("orders.csv", shopify("#1|Pick up|MUG|1", "#1|Pick up|POT|1"))
    shop.write("incoming.csv", "sku,quantity,expected_on,location\nPOT,4,2026-11-24,NJ\nPOT,4,2026-11-30,SHOP\n")
    shop.ok("import", "orders.csv", "--channel", "site")
    shop.ok("import", "incoming.csv")

    waiting = shop.ok("route")["waiting"]

    assert {("MUG", "ship_complete", None), ("POT", "pickup", "2026-11-30")} == {
        (w["sku"], w["reason"], w["expected_on"]) for w in waiting
    }
    shop.write("received.csv", "sku,location,on_hand\nPOT,SHOP,1\n")
    shop.ok("import", "received.csv")
    assert ["SHOP", "SHOP"] == [a["location"] for a in shop.ok("route")["assignments"]]


def test_what_is_to_be_collected_is_not_offered_twice(shop: Oms) -> None:
    """A pickup that no place was chosen for draws on the places where buyers may collect, not on the warehouses."""
    shop.write("orders.csv", shopify("#1|Pick up|MUG|1"))
    shop.ok("import", "orders.csv", "--channel", "site")
    desk = Desk(shop.root).shop

    with desk.store.read() as conn:
        found = facts(desk, conn)

    assert [("*", "SHOP")] == list(found.reach.select("pickup", "location").iter_rows())


def test_a_place_to_collect_must_be_one() -> None:
    """`pickup:SHPO` is a slip."""
    text = (DATA / "oms.toml").read_text("utf-8").replace('"Standard" = "Standard"', '"Shop" = "pickup:SHPO"')

    with pytest.raises(ConfigError, match=r"channels.amazon-us.services: no location `SHPO`, did you mean `SHOP`\?"):
        parse(text)


def test_a_word_that_is_explained_later(oms: Oms) -> None:
    """The same file again, after oms.toml says what its word means: the order is a pickup."""
    oms.write("stock.csv", "sku,SHOP\nMUG,2\n")
    oms.write("orders.csv", shopify("#1|Corner Shop|MUG|1"))
    oms.ok("import", "stock.csv")
    oms.ok("import", "orders.csv", "--channel", "site")
    path = oms.root / "oms.toml"
    path.write_text(path.read_text("utf-8").replace('locations = ["NJ", "CA"]', COLLECT, 1), "utf-8")
    oms.ok("import", "orders.csv", "--channel", "site")

    assert ["SHOP"] == [a["location"] for a in oms.ok("route")["assignments"]]
