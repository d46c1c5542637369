"""The morning screen, the list of orders and one order's story say what the store holds, and nothing personal too much."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from oms.errors import UnknownChannel, UnknownOrder, UsageError
from oms.flow.glance import Glance, glance
from oms.flow.look import orders, reserved_units, show, status
from tests.flow.shipping_desk import TOML, Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Two mugs in Newark and one order of them, routed; a set that is being picked; a listing nobody mapped."""
    desk = Desk(tmp_path)
    desk.count("MUG", "NJ", 10)
    desk.count("PLATE", "NJ", 1)
    desk.kit("SET", MUG=2, PLATE=1)
    desk.order("#1", {"MUG": 2}, total=2500, ship_by="2026-11-21T18:00:00Z")
    desk.reserve("#1", "NJ", "MUG", 2)
    desk.order("#2", {"SET": 1}, placed_at="2026-11-21T19:00:00Z")
    desk.reserve("#2", "NJ", "MUG", 2, "picking")
    desk.reserve("#2", "NJ", "PLATE", 1, "picking")
    desk.order("#3", {"OTHER": 1}, placed_at="2026-11-21T20:00:00Z")
    with desk.write() as batch:
        batch.conn.execute("INSERT INTO listings (channel, listing_sku) VALUES ('site', 'OTHER')")
        from oms.flow.settle import settle

        batch.touch_orders("SELECT id FROM orders")
        settle(batch, desk.shop.config)
    return desk


def view(desk: Desk) -> Glance:
    """The desk as the commands that look see it."""
    return glance(desk.shop.root, desk.shop.now)


def test_the_morning_screen_counts_what_waits_where(desk: Desk) -> None:
    """Every order stands under its status; late, unmapped and sold-out are counted."""
    found = status(view(desk)).json()

    assert {"routed": 1, "picking": 1, "held": 1} == found["orders"]
    assert {"unmapped_sku": 1} == found["holds"]
    assert (1, 1, 1) == (found["late"], found["unmapped"], found["low_stock"])
    assert "site" in found["last_import"]


def test_an_order_is_late_by_the_clock_not_by_the_last_command(desk: Desk) -> None:
    """What is late is as of now, although nothing was written since."""
    before = glance(desk.shop.root, desk.shop.now - timedelta(days=3))

    assert 0 == status(before).late
    assert 1 == status(view(desk)).late


def test_an_empty_workspace_has_an_empty_screen(tmp_path: Path) -> None:
    """Nothing was imported: zeros and no error."""
    found = status(view(Desk(tmp_path))).json()

    assert {} == found["orders"]
    assert (0, 0, 0) == (found["late"], found["unmapped"], found["low_stock"])


def test_a_word_for_a_service_that_nobody_mapped_is_named(tmp_path: Path) -> None:
    """With a rate card, a channel's word that is neither mapped nor in it shows; a mapped one does not."""
    desk = Desk(tmp_path, TOML + '\n[[channels]]\nname = "etsy"\nkind = "etsy"\nservices = { "*" = "Ground" }\n')
    with desk.write() as batch:
        batch.conn.execute(
            "INSERT INTO rates (location, carrier, service, country, weight_to_g, price, currency) "
            "VALUES ('*', 'UPS', 'Ground', '*', 1000, 500, 'USD')"
        )
    desk.order("#1", {"MUG": 1}, service="Rocket")
    desk.order("#2", {"MUG": 1}, service="Ground", channel="bazaar")
    desk.order("#3", {"MUG": 1}, service="Rocket", channel="etsy")

    assert [{"channel": "site", "service": "Rocket"}] == status(view(desk)).unmapped_services


def test_orders_are_listed_newest_first_and_never_tell_the_buyer(desk: Desk) -> None:
    """Counters, allocations and holds of every order; no name, address, phone or e-mail."""
    found = orders(view(desk)).json()["orders"]

    assert ["#3", "#2", "#1"] == [order["order_ref"] for order in found]
    assert {
        "channel": "site", "order_ref": "#1", "status": "routed", "placed_at": "2026-11-21T18:30:00Z",
        "ship_by": "2026-11-21T18:00:00Z", "currency": "USD", "total": "25.00", "holds": [],
        "lines": [{
            "line_ref": "#1-0", "listing_sku": "MUG", "sku": "MUG", "title": "The MUG", "quantity": 2, "cancelled": 0,
            "reserved": 2, "shipped": 0, "returned": 0,
            "allocations": [{"sku": "MUG", "location": "NJ", "quantity": 2, "state": "reserved"}],
        }],
    } == found[2]  # fmt: skip
    assert not any(word in json.dumps(found, ensure_ascii=False) for word in ("林小雨", "Elm", "rain@", "+1201", "07102"))


def test_a_kit_line_is_reserved_as_far_as_its_scarcest_component(desk: Desk) -> None:
    """Two mugs and a plate make one set."""
    (line,) = orders(view(desk), status="picking").orders[0]["lines"]

    assert 1 == line["reserved"]


@pytest.mark.parametrize(
    ("allocations", "expected"),
    [
        ([("MUG", 4, "reserved"), ("PLATE", 2, "reserved")], 2),
        ([("MUG", 4, "reserved")], 0),
        ([("MUG", 4, "shipped"), ("PLATE", 2, "reserved")], 2),
        ([("MUG", 2, "shipped"), ("PLATE", 1, "shipped"), ("MUG", 2, "picking"), ("PLATE", 1, "reserved")], 1),
        ([("MUG", 4, "shipped"), ("PLATE", 2, "shipped")], 0),
        ([], 0),
    ],
)
def test_line_units_reserved(allocations: list[tuple[str, int, str]], expected: int) -> None:
    """A set of two mugs and a plate is promised until its last component has left."""
    given = [{"sku": sku, "quantity": quantity, "state": state} for sku, quantity, state in allocations]

    assert expected == reserved_units([("MUG", 2), ("PLATE", 1)], given)


def test_orders_can_be_narrowed(desk: Desk) -> None:
    """By status, channel, reason and lateness; open means that something is left to do."""
    look = view(desk)

    assert ["#3"] == [o["order_ref"] for o in orders(look, hold="unmapped_sku").orders]
    assert ["#1"] == [o["order_ref"] for o in orders(look, late=True).orders]
    assert ["#3", "#2", "#1"] == [o["order_ref"] for o in orders(look, status="open", channel="site").orders]
    assert [] == orders(look, channel="till").orders
    assert orders(look, limit=2).more
    assert not orders(look, limit=3).more


def test_a_misspelt_filter_suggests_the_right_word(desk: Desk) -> None:
    """Not an empty list that looks like an answer."""
    with pytest.raises(UsageError, match="did you mean `routed`"):
        orders(view(desk), status="ruoted")
    with pytest.raises(UnknownChannel, match="did you mean `site`"):
        orders(view(desk), channel="sit")


def test_one_order_tells_its_whole_story(desk: Desk) -> None:
    """Buyer, lines and what happened in which batch."""
    desk.order("#4", {"MUG": 1})
    desk.reserve("#4", "NJ", "MUG", 1)
    found = show(view(desk), "site/#4").json()

    assert {"name": "林小雨", "phone": "+12015550123", "postcode": "07102"}.items() <= found["contact"].items()
    assert [("allocated", "route")] == [(event["kind"], event["command"]) for event in found["events"]]
    assert "routed" == found["status"]
    with pytest.raises(UnknownOrder):
        show(view(desk), "#99")


def test_amounts_are_written_in_the_digits_of_their_currency(tmp_path: Path) -> None:
    """Yen have no cents; what the file did not say stays unknown."""
    desk = Desk(tmp_path)
    desk.order("#1", {"MUG": 1}, currency="JPY", total=2500)

    assert "2500" == show(view(desk), "#1").order["total"]
    assert show(view(desk), "#1").order["amounts"]["tax"] is None
    assert [(line["unit_price"], line["discount"]) for line in show(view(desk), "#1").order["lines"]] == [(None, None)]
