"""Orders of one buyer in one parcel, from the routing to what the channels are told."""

import csv
import shutil
import sqlite3
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from oms.flow.confirm import confirm
from oms.flow.explain import explain
from oms.flow.pick import PickReport, pick_orders
from oms.flow.route import RouteReport, route_orders
from oms.flow.ship_order import ship_order
from oms.flow.undo import undo
from oms.flow.verify import cancel, hold, release
from tests.conftest import DATA, Desk, Oms
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
    first, second = (explain(desk.shop, ref) for ref in ("E1", "E2"))
    lines = [line.strip() for line in (*first.lines(), *second.lines())]
    assert "pays 7.90 of the 7.90 USD of its parcel" in lines
    assert "pays 0.00 of the 7.90 USD of its parcel, by joining 7.90 less" in lines
    assert "in one parcel with web/E2 from CA, which pays 0.00" in lines
    assert [("7.90", "7.90", "E2", "0.00"), ("0.00", "7.90", "E1", "7.90")] == [
        (story["allocations"][0]["cost"], story["allocations"][0]["parcel_cost"], story["joined"][0]["order_ref"],
         story["joined"][0]["cost"])
        for story in (first.json(), second.json())
    ]  # fmt: skip
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


def cost_of(location: str, grams: int, units: int) -> int:
    """What a parcel to New York costs, in cents, as RATES and oms.toml say."""
    base, handling, unit = {"NJ": (600, 110, 20), "CA": (700, 90, 0)}[location]
    return (base if grams <= 1000 else base + 200 + round((grams - 1000) / 10)) + handling + unit * units


def parcels(desk: Desk) -> dict[tuple[str, str], tuple[int, int]]:
    """By place and orders of a parcel: what is written down that it costs, and what it does cost."""
    rows = desk.rows(
        "SELECT a.location, COALESCE(a.detail ->> '$.joint', o.id), o.order_ref, a.cost, a.quantity * p.weight_g, a.quantity, "
        "(a.detail ->> '$.shipping') + (a.detail ->> '$.handling') + (a.detail ->> '$.handling_unit') "
        "  + (a.detail ->> '$.split') + (a.detail ->> '$.late'), a.detail ->> '$.split' "
        "FROM allocations a JOIN orders o ON o.id = a.order_id JOIN products p ON p.sku = a.sku WHERE a.state = 'reserved' "
        "ORDER BY o.order_ref"
    )
    assert all(cost == parts for _place, _leader, _ref, cost, _grams, _units, parts, _split in rows)
    found: dict[tuple[str, int], list[tuple[Any, ...]]] = {}
    for row in rows:
        found.setdefault((row[0], row[1]), []).append(row)
    told = {}
    for (place, _leader), mine in found.items():
        refs = ",".join(dict.fromkeys(row[2] for row in mine))
        cost, grams, units, split = (sum(row[n] for row in mine) for n in (3, 4, 5, 7))
        told[place, refs] = cost, cost_of(place, grams, units) + split
    return told


def right(desk: Desk) -> bool:
    """Whether all that is reserved costs what is written down of it."""
    return all(told == is_so for told, is_so in parcels(desk).values())


def test_who_stays_pays_when_the_one_who_paid_is_cancelled(desk: Desk) -> None:
    """E2 paid 0.20 beside E1; alone it is a parcel like any other, told so by the next routing and not again."""
    bought(shop(desk), "E1|MUG|1", "E2|MUG|1")
    route_orders(desk.shop)
    assert {("NJ", "E1,E2"): (750, 750)} == parcels(desk)
    cancel(desk.shop, "E1")
    assert {("NJ", "E2"): (20, 730)} == parcels(desk)

    report = route_orders(desk.shop)

    assert {("NJ", "E2"): (730, 730)} == parcels(desk)
    assert {"total": "0.00", "joined": 0, "saved": "0.00"}.items() <= report.json()["cost"].items()
    assert "by joining" not in "\n".join(explain(desk.shop, "E2").lines())
    assert route_orders(desk.shop).batch is None
    undo(desk.shop, report.batch or 0)
    assert {("NJ", "E2"): (20, 730)} == parcels(desk)


def test_those_who_stay_share_what_is_left(desk: Desk) -> None:
    """Three mugs in one parcel are over 1 kg; without the first or the second, the two others are one that is not."""
    for ref, refs in (("E1", "E2,E3"), ("E2", "E1,E3")):
        with TemporaryDirectory() as folder:
            other = Desk(Path(shutil.copytree(desk.root, Path(folder) / "shop")))
            bought(shop(other), "E1|MUG|1", "E2|MUG|1", "E3|MUG|1")
            route_orders(other.shop)
            assert {("NJ", "E1,E2,E3"): (990, 990)} == parcels(other)
            cancel(other.shop, ref)
            route_orders(other.shop)

            assert {("NJ", refs): (750, 750)} == parcels(other)
            assert route_orders(other.shop).batch is None


def test_two_that_are_reserved_already_are_joined(desk: Desk) -> None:
    """Routed apart, while it was not asked for: nothing moves, so they are joined for whatever it saves, and once."""
    bought(shop(desk, consolidate=False), "E1|MUG|1", "E2|MUG|1")
    route_orders(desk.shop)
    assert {("NJ", "E1"): (730, 730), ("NJ", "E2"): (730, 730)} == parcels(desk)
    path = desk.root / "oms.toml"
    path.write_text(path.read_text("utf-8").replace("consolidate = false", "consolidate = true"), "utf-8")

    report = route_orders(desk.shop)

    assert {("NJ", "E1,E2"): (750, 750)} == parcels(desk)
    assert {"total": "0.00", "joined": 2, "saved": "7.10"}.items() <= report.json()["cost"].items()
    assert [] == report.json()["assignments"]
    assert "in one parcel with web/E2 from NJ" in "\n".join(explain(desk.shop, "E1").lines())
    assert route_orders(desk.shop).batch is None
    assert 2 == pick_orders(desk.shop, force=True).orders


def test_who_is_joined_by_a_third_keeps_what_he_saves(desk: Desk) -> None:
    """E2 joined E1 and says so still when E3 has joined both."""
    bought(shop(desk), "E1|MUG|1", "E2|MUG|1")
    route_orders(desk.shop)
    bought(desk, "E3|TEA|1", name="later.csv")
    desk.stock("TEA", "NJ", 5)
    route_orders(desk.shop)

    assert ["7.10"] == [a["joining_saves"] for a in explain(desk.shop, "E2").json()["allocations"]]
    assert right(desk)


def test_what_an_older_oms_joined_is_parted_as_well(desk: Desk) -> None:
    """It did not write down what of the saving was handling; that a parcel without handling had shared it says as much."""
    bought(shop(desk), "E1|MUG|1", "E2|MUG|1")
    route_orders(desk.shop)
    older = sqlite3.connect(desk.root / "oms.db", isolation_level=None)
    older.execute("UPDATE allocations SET detail = json_remove(detail, '$.joint_handling')")
    older.close()
    cancel(desk.shop, "E1")
    route_orders(desk.shop)

    assert {("NJ", "E2"): (730, 730)} == parcels(desk)
    assert [(600, 110)] == desk.rows("SELECT detail ->> '$.shipping', detail ->> '$.handling' FROM allocations "
                                     "WHERE state = 'reserved'")  # fmt: skip


def test_a_store_from_the_command_line_mends_itself(desk: Desk) -> None:
    """`oms cancel`, then `oms route`: one run mends, the next has nothing to do."""
    bought(shop(desk), "E1|MUG|1", "E2|MUG|1")
    oms = Oms(desk.root)
    oms.ok("route")
    oms.ok("cancel", "E1")
    first, second = oms.ok("route"), oms.ok("route")

    assert (True, None) == (first["batch"] is not None, second["batch"])
    assert {("NJ", "E2"): (730, 730)} == parcels(desk)


steps = st.lists(
    st.one_of(
        st.tuples(st.just("buy"), st.sampled_from(("MUG", "TEA", "POT")), st.integers(1, 2)),
        st.tuples(st.just("cancel"), st.integers(0, 5), st.just(0)),
        st.tuples(st.just("count"), st.sampled_from(("MUG", "TEA", "POT")), st.integers(0, 4)),
        st.tuples(st.just("switch"), st.just(0), st.just(0)),
    ),
    min_size=2, max_size=6,
)  # fmt: skip


@settings(max_examples=20)
@given(steps)
def test_whoever_comes_and_goes_each_parcel_is_paid_for_once(day: list[tuple[str, Any, int]]) -> None:
    """
    After every routing the orders of a parcel together say what it costs, by the rate card; the next routing changes nothing.
    """
    with TemporaryDirectory() as folder:
        root = Path(folder) / "shop"
        root.mkdir()
        (root / "oms.toml").write_text((DATA / "oms.toml").read_text("utf-8"), "utf-8")
        desk, numbers = shop(Desk(root)), list[str]()
        desk.stock("POT", "NJ", 9)
        desk.stock("TEA", "NJ", 9)
        for n, (what, which, units) in enumerate(day):
            if what == "buy":
                numbers.append(f"E{n}")
                bought(desk, f"E{n}|{which}|{units}", name=f"{n}.csv")
            elif what == "cancel" and which < len(numbers):
                cancel(desk.shop, numbers.pop(which))
            elif what == "count":
                desk.stock(which, "NJ", units, f"2026-11-19T1{n}:30:00Z" if n < 3 else f"2026-11-19T13:{n}0:00Z")
            elif what == "switch":
                path = root / "oms.toml"
                text = path.read_text("utf-8")
                now, then = ("true", "false") if "consolidate = true" in text else ("false", "true")
                path.write_text(text.replace(f"consolidate = {now}", f"consolidate = {then}"), "utf-8")
            if "consolidate = true" in (root / "oms.toml").read_text("utf-8"):
                route_orders(desk.shop)
                assert right(desk), parcels(desk)
                assert route_orders(desk.shop).batch is None


def test_who_is_held_is_still_of_the_parcel(desk: Desk) -> None:
    """A hold parts nobody; when it is released all are as they were. Picked without it, it pays for itself."""
    bought(shop(desk), "E1|MUG|1", "E2|MUG|1")
    route_orders(desk.shop)
    hold(desk.shop, "E1", "look at the address")
    assert route_orders(desk.shop).batch is None
    release(desk.shop, "E1")
    assert route_orders(desk.shop).batch is None
    assert {("NJ", "E1,E2"): (750, 750)} == parcels(desk)
    hold(desk.shop, "E2", "look at the address")
    pick_orders(desk.shop, force=True)
    release(desk.shop, "E2")
    route_orders(desk.shop)

    assert {("NJ", "E2"): (730, 730)} == parcels(desk)


def test_when_the_batch_of_the_one_who_paid_is_undone_the_others_share(desk: Desk) -> None:
    """E1's routing is taken back with all that came after; routed without it, E2 and E3 are one parcel that is paid for."""
    bought(shop(desk), "E1|MUG|1", "E2|MUG|1")
    first = route_orders(desk.shop).batch or 0
    hold(desk.shop, "E1", "look")
    bought(desk, "E3|TEA|1", name="later.csv")
    desk.stock("TEA", "NJ", 5)
    route_orders(desk.shop)
    undo(desk.shop, first, cascade=True)
    route_orders(desk.shop)

    assert right(desk)
    assert route_orders(desk.shop).batch is None
