"""Orders of one buyer in one parcel, from the routing to what the channels are told."""

import csv

from oms.flow.confirm import confirm
from oms.flow.explain import explain
from oms.flow.pick import PickReport, pick_orders
from oms.flow.route import RouteReport, route_orders
from oms.flow.ship_order import ship_order
from oms.flow.undo import undo
from tests.conftest import Desk
from tests.flow.test_route import PRODUCTS, RATES, sent

HEAD = "order_ref,placed_at,sku,quantity,currency,payment_status,name,email,address1,city,region,postcode,country\n"
EVE = "USD,paid,Eve Elm,eve@example.com,{street},New York,NY,10001,US"


def bought(desk: Desk, *orders: str, street: str = "1 Elm Rd", name: str = "orders.csv") -> None:
    """Orders of one buyer: number, sku, units."""
    rows = [each.split("|") for each in orders]
    lines = [
        f"{ref},2026-11-19T1{n}:00:00Z,{sku},{units},{EVE.format(street=street)}\n" for n, (ref, sku, units) in enumerate(rows)
    ]
    assert 0 == desk.import_text(HEAD + "".join(lines), name, channel="web").exit_code


def shop(desk: Desk, consolidate: bool = True) -> Desk:
    """Mugs at both places, tea in California alone."""
    path = desk.root / "oms.toml"
    switch = "true" if consolidate else "false"
    path.write_text(path.read_text("utf-8").replace("[routing]", f"[routing]\nconsolidate = {switch}", 1), "utf-8")
    for text, name in ((PRODUCTS, "products.csv"), (RATES, "rates.csv")):
        desk.import_text(text, name)
    for sku, location, units in (("MUG", "NJ", 9), ("MUG", "CA", 9), ("TEA", "CA", 9)):
        desk.stock(sku, location, units)
    return desk


def places(report: RouteReport) -> dict[str, str]:
    """Where each order leaves from."""
    return {ref: place for ref, _sku, place, _units, _cost in sent(report)}


def papers(desk: Desk, report: PickReport, name: str) -> list[str]:
    """The text of the documents whose path ends so."""
    return [(desk.root / each.path).read_text("utf-8-sig") for each in report.documents if each.path.endswith(name)]


def test_one_parcel_from_the_routing_to_the_confirmation(desk: Desk) -> None:
    """
    E1 would leave from New Jersey for 7.30, E2 (tea) from California for 7.90. Together from California they cost 7.00
    + 0.90 and no split: the second pays nothing but its own units.
    """
    bought(shop(desk), "E1|MUG|1", "E2|TEA|1")

    report = route_orders(desk.shop)

    assert {"E1": "CA", "E2": "CA"} == places(report)
    assert {"joined": 2, "saved": "7.30"}.items() <= report.json()["cost"].items()
    assert "7.90" == report.json()["cost"]["total"]
    lines = "\n".join(explain(desk.shop, "E1").lines())
    assert "in one parcel with web/E2 from CA" in lines
    assert "by joining" in "\n".join([lines, *explain(desk.shop, "E2").lines()])
    assert route_orders(desk.shop).batch is None
    picked = pick_orders(desk.shop, force=True)
    slips, listed = papers(desk, picked, "slips-CA.html")[0], papers(desk, picked, "picklist-CA.csv")[0]
    assert (2, 1, 1) == (
        slips.count("in one parcel with "),
        slips.count("in one parcel with E2"),
        listed.count("one parcel with E1"),
    )
    ship_order(desk.shop, "E1", tracking="1Z999AA10123456784", carrier="UPS")
    assert [("E1", "shipped"), ("E2", "shipped")] == desk.rows("SELECT order_ref, status FROM orders ORDER BY order_ref")
    assert [(1,)] == desk.rows("SELECT count(*) FROM parcels")
    told = confirm(desk.shop)
    rows = list(csv.DictReader((desk.root / told.documents[0].path).read_text("utf-8-sig").splitlines()))
    assert (2, 2, 1) == (told.confirmed, len(rows), len({row["tracking"] for row in rows}))


def test_apart_unless_it_is_asked_for(desk: Desk) -> None:
    """Each from where it costs least."""
    bought(shop(desk, consolidate=False), "E1|MUG|1", "E2|TEA|1")

    report = route_orders(desk.shop)

    assert {"E1": "NJ", "E2": "CA"} == places(report)
    assert "saved" not in report.json()["cost"]


def test_a_later_order_joins_and_an_undo_parts_them(desk: Desk) -> None:
    """E2 comes after E1 was routed and goes with it; E3 lives elsewhere. Without that batch E1 is alone again."""
    bought(shop(desk), "E1|MUG|1")
    assert {"E1": "NJ"} == places(route_orders(desk.shop))
    bought(desk, "E2|MUG|1", name="later.csv")
    bought(desk, "E3|MUG|1", street="2 Oak Rd", name="other.csv")

    report = route_orders(desk.shop)

    assert [("E2", "0.20"), ("E3", "7.30")] == sorted((ref, cost) for ref, _sku, _place, _units, cost in sent(report))
    joint = "SELECT count(*) FROM allocations WHERE state = 'reserved' AND detail ->> '$.joint' IS NOT NULL"
    assert [(2,)] == desk.rows(joint)
    undo(desk.shop, report.batch or 0)
    assert [(0,)] == desk.rows(joint)


def test_who_is_cancelled_leaves_the_other_alone(desk: Desk) -> None:
    """Nothing is left to share: no slip says so, and the order may move again."""
    bought(shop(desk), "E1|MUG|1", "E2|MUG|1")
    route_orders(desk.shop)
    desk.import_text(
        HEAD.replace("payment_status", "payment_status,status") + "E1,2026-11-19T10:00:00Z,MUG,1,"
        + EVE.format(street="1 Elm Rd").replace("paid", "paid,cancelled") + "\n", "cancel.csv", channel="web",
    )  # fmt: skip

    assert "in one parcel" not in "\n".join(explain(desk.shop, "E2").lines())
    picked = pick_orders(desk.shop, force=True)
    assert 1 == picked.orders
    assert all("in one parcel" not in slip for slip in papers(desk, picked, ".html"))


def test_a_3pl_reads_which_orders_go_together(desk: Desk) -> None:
    """The same parcel on both of its orders, another on the third."""
    path = desk.root / "oms.toml"
    text = path.read_text("utf-8")
    path.write_text(text if 'kind = "3pl"' in text else text.replace('code = "NJ"', 'code = "NJ"\nkind = "3pl"', 1), "utf-8")
    bought(shop(desk), "E1|MUG|1", "E2|MUG|1")
    bought(desk, "E3|MUG|1", street="2 Oak Rd", name="other.csv")
    route_orders(desk.shop)

    file = papers(desk, pick_orders(desk.shop, force=True), "orders-NJ.csv")[0]

    assert [("E1", "E1"), ("E2", "E1"), ("E3", "E3")] == [
        (row["order_id"], row["parcel"]) for row in csv.DictReader(file.splitlines())
    ]


def test_a_channels_warehouse_packs_each_order_by_itself(desk: Desk) -> None:
    """It cannot be told that two orders go together: each is a parcel of its own, and costs one."""
    path = desk.root / "oms.toml"
    text = path.read_text("utf-8")
    path.write_text(text.replace('code = "NJ"', 'code = "NJ"\nchannel = "site"', 1), "utf-8")
    bought(shop(desk), "E1|MUG|1", "E2|MUG|1")

    report = route_orders(desk.shop)

    assert {"E1": "NJ", "E2": "NJ"} == places(report)
    assert {"joined": 0, "saved": "0.00"}.items() <= report.json()["cost"].items()
