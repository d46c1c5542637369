"""Routing a real store: what is read, what is reserved, what a second run, an undo and a dry run leave behind."""

import re
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from oms.flow.explain import explain
from oms.flow.pick import pick_orders
from oms.flow.route import RouteReport, route_orders
from oms.flow.undo import undo
from tests.conftest import Desk

PRODUCTS = "sku,title,weight_g\nMUG,Mug,400\nPOT,Pot,2500\nTEA,Tea,100\n"
RATES = """location,carrier,service,country,postcode_prefix,weight_from_g,weight_to_g,price,per_kg,currency,days_max
NJ,UPS,Ground,US,,0,1000,6.00,0,USD,5
NJ,UPS,Ground,US,,1000,30000,8.00,1.00,USD,5
CA,UPS,Ground,US,,0,1000,7.00,0,USD,5
CA,UPS,Ground,US,,1000,30000,9.00,1.00,USD,5
CA,UPS,Ground,US,9,0,1000,5.00,0,USD,2
"""
ORDERS = """order_ref,placed_at,sku,quantity,currency,payment_status,name,address1,city,region,postcode,country
W1,2026-11-19T10:00:00Z,MUG,1,USD,paid,Ada Fox,1 Elm Rd,New York,NY,10001,US
W2,2026-11-19T11:00:00Z,MUG,2,USD,paid,Bo Lee,2 Oak Rd,Los Angeles,CA,90001,US
W2,2026-11-19T11:00:00Z,POT,1,USD,paid,Bo Lee,2 Oak Rd,Los Angeles,CA,90001,US
W3,2026-11-19T12:00:00Z,TEA,5,USD,paid,Cy Ray,3 Ash Rd,Chicago,IL,60601,US
W4,2026-11-19T12:00:00Z,MUG,1,USD,unpaid,Di Oak,4 Fir Rd,Chicago,IL,60601,US
"""


def stocked(desk: Desk) -> Desk:
    for text, name in ((PRODUCTS, "products.csv"), (RATES, "rates.csv")):
        assert 0 == desk.import_text(text, name).exit_code
    for sku, location, units in (("MUG", "NJ", 5), ("MUG", "CA", 5), ("POT", "NJ", 2), ("TEA", "CA", 3)):
        desk.stock(sku, location, units)
    assert 0 == desk.import_text(ORDERS, "orders.csv", channel="web").exit_code
    return desk


def sent(report: RouteReport) -> list[tuple[Any, ...]]:
    return [(a["order_ref"], a["sku"], a["location"], a["quantity"], a["cost"]) for a in report.json()["assignments"]]


def test_the_page_says_what_is_sent_what_waits_and_when_it_may_come(desk: Desk) -> None:
    """Its costs sum: 27.20 for what is sent, 50.00 that waiting weighs; W3's teas wait, and nobody knows till when."""
    report = route_orders(stocked(desk).shop, page=True)
    page = (desk.root / (report.page or "")).read_text("utf-8")
    cells = [re.findall("<t[dh].*?>(.*?)</t[dh]>", row) for row in re.findall("<tr>(.*)</tr>", page)]

    assert ["27.20", "50.00", "77.20"] == [row[1] for row in cells[:3]]
    assert ["all", "", "", "3", "7", "23.30", "3.10", "0.80", "0.00", "0.00", "27.20"] in cells
    assert ["TEA", "no_stock", "1", "2", "", "", "1"] in cells
    assert "made 2026-11-19" in page


def test_orders_are_reserved_where_they_are_cheapest(desk: Desk) -> None:
    """
    W1: NJ 6.00 + 1.10 + 0.20. W2: NJ 3.3 kg = 8.00 + 2.30 + 1.10 + 3 x 0.20 (CA has no pot). W3: 3 of 5 teas from CA.

    Two teas wait at 50.00. The unpaid W4 is not looked at.
    """
    report = route_orders(stocked(desk).shop)

    assert [
        ("W1", "MUG", "NJ", 1, "7.30"), ("W2", "MUG", "NJ", 2, "12.00"), ("W2", "POT", "NJ", 1, "0.00"),
        ("W3", "TEA", "CA", 3, "7.90"),
    ] == sent(report)  # fmt: skip
    assert {
        "orders": {"routed": 3, "split": 0, "waiting": 1}, "currency": "USD",
        "cost": {"total": "77.20", "waiting": "50.00", "lower_bound": "77.20", "gap": 0.0, "greedy": "77.20"},
        "waiting": [{"channel": "web", "order_ref": "W3", "line_ref": "TEA#1", "sku": "TEA", "short": 2, "free": 0,
                     "reason": "no_stock", "expected_on": None}],
    }.items() <= report.json().items()  # fmt: skip
    assert [("W1", "routed"), ("W2", "routed"), ("W3", "routed"), ("W4", "unpaid")] == desk.rows(
        "SELECT order_ref, status FROM orders ORDER BY order_ref"
    )
    assert [("MUG", "CA", 0), ("MUG", "NJ", 3), ("POT", "NJ", 1), ("TEA", "CA", 3)] == desk.rows(
        "SELECT sku, location, reserved FROM stock ORDER BY sku, location"
    )
    assert [("UPS", "Ground", "2026-11-19", "postcode", 730)] == desk.rows(
        "SELECT carrier, service, ship_on, distance_level, cost FROM allocations ORDER BY id LIMIT 1"
    )
    assert [("TEA", 2, "no_stock")] == desk.rows("SELECT sku, short, reason FROM waiting")


def test_the_same_again_changes_nothing(desk: Desk) -> None:
    """No batch, no assignment; what waits is still said."""
    route_orders(stocked(desk).shop)
    before = desk.dump()

    report = route_orders(desk.shop)

    assert (None, [], 1) == (report.batch, sent(report), report.waiting_orders)
    assert before == desk.dump()


def test_a_dry_run_says_the_same_and_writes_nothing(desk: Desk) -> None:
    """The same document, the same store."""
    before = stocked(desk).dump()

    told = route_orders(desk.shop, dry_run=True)

    assert before == desk.dump()
    assert told.json() == route_orders(desk.shop).json()


def test_undo_gives_everything_back(desk: Desk) -> None:
    """As if nothing had been routed."""
    before = stocked(desk).dump()
    report = route_orders(desk.shop)
    assert report.batch is not None

    undo(desk.shop, report.batch)

    assert before["orders"] == desk.dump()["orders"]
    assert [] == desk.rows("SELECT 1 FROM allocations") + desk.rows("SELECT 1 FROM stock WHERE reserved > 0")


def test_new_stock_fills_what_waits_and_the_parcel_is_told_anew(desk: Desk) -> None:
    """Two more teas at CA: the parcel has five now, at the same step of the card."""
    route_orders(stocked(desk).shop)
    desk.stock("TEA", "CA", 5, "2026-11-19T13:00:00Z")

    report = route_orders(desk.shop)

    assert [("W3", "TEA", "CA", 5, "7.90")] == sent(report)
    assert [("TEA", 5)] == desk.rows("SELECT sku, reserved FROM stock WHERE sku = 'TEA'")
    assert [] == desk.rows("SELECT 1 FROM waiting")


def test_what_is_picked_stays(desk: Desk) -> None:
    """W2 is on the bench when a pot comes in at CA; W1 still moves nowhere, W2 not at all."""
    route_orders(stocked(desk).shop)
    pick_orders(desk.shop, force=True)
    desk.stock("POT", "CA", 5, "2026-11-19T13:00:00Z")

    report = route_orders(desk.shop)

    assert (None, []) == (report.batch, sent(report))


def test_a_held_order_is_not_routed_and_a_routed_one_that_is_held_stays(desk: Desk) -> None:
    """The hold stops it; what it has stays reserved."""
    route_orders(stocked(desk).shop)
    shop = desk.shop
    with shop.store.write("hold", shop.now, config=shop.config) as batch:
        batch.conn.execute("INSERT INTO holds (order_id, reason) SELECT id, 'manual' FROM orders WHERE order_ref = 'W1'")
    report = route_orders(shop)

    assert [] == sent(report)
    assert [(1,)] == desk.rows("SELECT sum(quantity) FROM allocations a JOIN orders o ON o.id = a.order_id "
                               "WHERE o.order_ref = 'W1' AND a.state = 'reserved'")  # fmt: skip


def test_reserve_and_capacity_come_from_the_configuration(desk: Desk) -> None:
    """NJ keeps 4 mugs for its counter and sends one order a day."""
    stocked(desk)
    shop = desk.shop
    places = tuple(
        place.model_copy(update={"routing_reserve": 4, "daily_capacity": 1}) if place.code == "NJ" else place
        for place in shop.config.locations
    )
    report = route_orders(replace(shop, config=shop.config.model_copy(update={"locations": places})))

    assert [("W1", "MUG", "NJ", 1, "7.30"), ("W2", "MUG", "CA", 2, "5.90"), ("W3", "TEA", "CA", 3, "7.90")] == sent(report)
    assert [("POT", "no_stock"), ("TEA", "no_stock")] == [(w["sku"], w["reason"]) for w in report.json()["waiting"]]


def test_capacity_counts_earlier_routings(desk: Desk) -> None:
    """One order left for today: in the next run there is room for one, not for two."""
    stocked(desk)
    shop = desk.shop
    places = tuple(place.model_copy(update={"daily_capacity": 2}) if place.code == "NJ" else place
                   for place in shop.config.locations if place.code != "CA")  # fmt: skip
    channels = tuple(c.model_copy(update={"locations": ("NJ",)}) for c in shop.config.channels if c.name == "web")
    small = replace(shop, config=shop.config.model_copy(update={"locations": places, "channels": channels}))
    first = route_orders(small)
    desk.import_text(ORDERS.replace("W", "X"), "more.csv", channel="web")

    second = route_orders(small)

    assert ["W1", "W2", "W2"] == [a["order_ref"] for a in first.json()["assignments"]]
    assert [] == sent(second)
    assert {("X1", "capacity"), ("X2", "capacity")} <= {(w["order_ref"], w["reason"]) for w in second.json()["waiting"]}


def test_goal_on_the_command_line(desk: Desk) -> None:
    """The nearest full cover: W2's mugs and pot still need NJ, W1 is nearer to NJ, teas are only at CA."""
    stocked(desk)
    desk.stock("POT", "CA", 2)

    report = route_orders(desk.shop, "distance")

    assert [("W1", "NJ"), ("W2", "CA"), ("W2", "CA"), ("W3", "CA")] == [s[0:3:2] for s in sent(report)]


def test_explain_an_order(desk: Desk) -> None:
    """What was chosen, what CA lacks, the split that would be dearer, and the shop that is none of the channel's."""
    route_orders(stocked(desk).shop)

    story = explain(desk.shop, "W2").json()

    assert "routed" == story["state"]
    assert [("NJ", "12.00", "chosen"), ("CA", "10.20", "no_stock"), ("SHOP", None, "not_of_channel"),
            ("CA+NJ", "18.20", "dearer")] == sorted(
        (("+".join(c["locations"]), c["cost"], c["reason"]) for c in story["candidates"]),
        key=lambda c: ["chosen", "no_stock", "not_of_channel", "dearer"].index(c[2]),
    )  # fmt: skip
    assert "dearer by 6.20" in [c["why"] for c in story["candidates"]]
    assert ["12.00", "0.00"] == [a["cost"] for a in story["allocations"]]


def contested_mugs(desk: Desk) -> None:
    """Two orders that would both rather have their mugs from CA, which holds enough for one of them."""
    rates = RATES.splitlines(keepends=True)[0] + "".join(
        f"{place},UPS,Ground,US,{prefix},0,30000,{price},0,USD,5\n"
        for place, prefix, price in (("CA", 1, 4), ("CA", 9, 5), ("NJ", 1, 8), ("NJ", 9, 14))
    )
    orders = "".join(line for line in ORDERS.splitlines(keepends=True) if "POT" not in line and line[:2] not in ("W3", "W4"))
    for text, name in ((PRODUCTS, "products.csv"), (rates, "rates.csv")):
        desk.import_text(text, name)
    desk.stock("MUG", "CA", 2)
    desk.stock("MUG", "NJ", 2)
    desk.import_text(orders, "orders.csv", channel="web")


def test_explain_says_who_has_what_was_competed_for(desk: Desk) -> None:
    """Both would rather have the mug in CA. W2 needs it more: W1 leaves from NJ, and is told so."""
    contested_mugs(desk)
    report = route_orders(desk.shop, page=True)
    story = explain(desk.shop, "W1").json()
    lost = next(c for c in story["candidates"] if c["locations"] == ["CA"])
    again = route_orders(desk.shop, page=True)

    assert [("W1", "NJ"), ("W2", "CA")] == [(row[0], row[2]) for row in sent(report)]
    assert (2, 0.0) == (report.contested, report.gap)
    assert float(report.json()["cost"]["greedy"]) > float(report.json()["cost"]["total"])
    assert [("MUG", "CA", "W2", 2)] == [
        tuple(t[n] for n in ("sku", "location", "order_ref", "quantity")) for t in lost["taken_by"]
    ]
    assert lost["taken_by"][0]["scarcity_price"] is not None
    assert (None, ["nothing changed: no page is written"]) == (again.page, again.notes)
    assert report.page is not None
    page = (desk.shop.root / report.page).read_text("utf-8")
    assert [
        "Cost",
        "By location and service",
        "Scarcity prices: what one more unit would save, about",
        "Transfers worth a look",
    ] == (re.findall("<h2>(.*)</h2>", page))
    assert "<td>MUG</td><td>CA</td>" in page
    assert any("2 x MUG went to web/W2, one more there would save about" in line for line in explain(desk.shop, "W1").lines())


@pytest.mark.parametrize(("cost", "worth"), [("0.10", True), ("1000", False)])
def test_a_transfer_is_named_where_it_saves_more_than_it_costs(desk: Desk, cost: str, worth: bool) -> None:
    """A mug lies idle in New Jersey, and one more in California would save; the page shows both amounts, or nothing."""
    path = desk.root / "oms.toml"
    path.write_text(path.read_text("utf-8").replace("[routing]", f'[routing]\ntransfer_cost = "{cost}"', 1), "utf-8")
    contested_mugs(desk)

    report = route_orders(desk.shop, page=True)

    page = (desk.shop.root / (report.page or "")).read_text("utf-8")
    assert (worth, worth) == ("Transfers worth a look" in page, f'<td class="n">{cost}</td>' in page)


@pytest.mark.parametrize(
    ("friday", "evening", "monday"),
    [
        ("2026-04-03T02:00:00Z", "2026-04-03T04:00:00Z", "2026-04-06T03:30:00Z"),  # summer time ends there
        ("2026-10-02T03:00:00Z", "2026-10-02T05:00:00Z", "2026-10-05T02:30:00Z"),  # and begins
    ],
)
def test_a_full_day_is_a_day_of_the_place(desk: Desk, friday: str, evening: str, monday: str) -> None:
    """
    Sydney sends one order a day until 14:00 there. On the Friday before the clocks change the first leaves, the second waits;
    after 14:00 it is for Monday, the third waits then; what comes on Monday at 13:30 finds Monday taken, too.
    """
    path = desk.root / "oms.toml"
    text = path.read_text("utf-8").replace(
        'timezone = "America/Los_Angeles"\n', 'timezone = "Australia/Sydney"\ndaily_capacity = 1\n', 1
    )
    path.write_text(text, "utf-8")
    head = ORDERS.splitlines(keepends=True)[0]
    days = []
    for n, at in enumerate((friday, friday, evening, evening, monday)):
        desk.now = datetime.fromisoformat(at)
        if n == 0:
            for table, name in ((PRODUCTS, "products.csv"), (RATES, "rates.csv")):
                desk.import_text(table, name)
            desk.stock("TEA", "CA", 9, counted_at="2026-01-01T12:00:00Z")
        desk.import_text(f"{head}S{n},{at},TEA,1,USD,paid,Ada Fox,1 Elm Rd,New York,NY,10001,US\n", f"{n}.csv", channel="web")
        report = route_orders(desk.shop).json()
        days.append([(a["order_ref"], a["ship_on"]) for a in report["assignments"]] or [w["reason"] for w in report["waiting"]])

    first, then = friday[:10], monday[:10]
    assert [[("S0", first)], ["capacity"], [("S1", then)], ["capacity", "capacity"]] == [
        days[0], days[1], days[2], days[3][:2],
    ]  # fmt: skip
    assert {"capacity"} == set(days[4])


def test_explain_before_routing_and_what_waits(desk: Desk) -> None:
    """What would be chosen; what is short; nothing is written."""
    before = stocked(desk).dump()

    ready, short, unpaid = (explain(desk.shop, ref).json() for ref in ("W1", "W3", "W4"))

    assert ("would_route", "NJ") == (ready["state"], ready["candidates"][0]["locations"][0])
    assert [("TEA", 2, "no_stock")] == [(w["sku"], w["short"], w["reason"]) for w in short["waiting"]]
    assert (["unpaid"], "would_route") == (unpaid["holds"], unpaid["state"])
    assert before == desk.dump()


@pytest.mark.parametrize(
    ("now", "reason", "words"),
    [
        ("2026-11-19T14:00:00Z", None, "ships 2026-11-19"),
        ("2026-11-20T04:59:30Z", "cutoff", "ships 2026-11-20, past its cut-off"),  # 23:59:30 in New York
        ("2026-11-21T14:00:00Z", "closed", "ships 2026-11-23, closed today"),  # Saturday
    ],
)
def test_explain_says_why_a_parcel_does_not_leave_today(desk: Desk, now: str, reason: str | None, words: str) -> None:
    """The cut-off has passed, or the place is closed; for programs as a word."""
    story = explain(replace(stocked(desk).shop, now=datetime.fromisoformat(now)), "W1")

    assert reason == story.json()["candidates"][0]["parcels"][0]["not_today"]
    assert [line for line in story.lines() if line.endswith(words) and "NJ  1 x MUG" in line]


def test_explain_names_what_no_carrier_takes_beside_what_lacks(desk: Desk) -> None:
    """No stock, and no row of the card either: a count alone would not help."""
    desk.import_text(PRODUCTS, "products.csv")
    desk.import_text(ORDERS, "orders.csv", channel="web")
    shop, routing = desk.shop, desk.shop.config.routing.model_copy(update={"fallback_rate": None})
    story = explain(replace(shop, config=shop.config.model_copy(update={"routing": routing})), "W1")

    assert "  NJ  no stock: MUG needs 1, free 0; and no row of the rate card fits" in story.lines()


def test_explain_names_a_sku_too(desk: Desk) -> None:
    """A word that is no order is looked up among the skus."""
    assert "POT" == explain(stocked(desk).shop, "POT").json()["sku"]
    assert any("NJ" in line for line in explain(desk.shop, "W2").lines())


def test_orders_of_a_channel_that_is_gone_stay(desk: Desk) -> None:
    """oms.toml names it no more: its orders are left alone."""
    stocked(desk)
    shop = desk.shop
    channels = tuple(channel for channel in shop.config.channels if channel.name != "web")
    report = route_orders(replace(shop, config=shop.config.model_copy(update={"channels": channels})))

    assert (None, []) == (report.batch, sent(report))


def test_services_and_weights_nobody_knows_are_named(desk: Desk) -> None:
    """`Drone` is in no rate card; a sku without a weight is priced as the lightest parcel."""
    stocked(desk)
    desk.import_text("sku,title\nFOG,Fog\n", "fog.csv")
    desk.stock("FOG", "NJ", 1)
    desk.import_text(
        "order_ref,placed_at,sku,quantity,currency,payment_status,name,address1,city,region,postcode,country,service\n"
        "F1,2026-11-19T10:00:00Z,FOG,1,USD,paid,Ada Fox,1 Elm Rd,New York,NY,10001,US,Drone\n", "f.csv", channel="web",
    )  # fmt: skip

    report = route_orders(desk.shop)

    assert [
        "service `Drone` (1 order) is not in the rate card", "no weight, so priced as the lightest parcel: FOG",
    ] == report.notes  # fmt: skip
