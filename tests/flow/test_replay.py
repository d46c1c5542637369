"""`oms route --replay`: the past routed again, beside what was."""

import shutil
from pathlib import Path

import pytest

from tests.conftest import Oms

TOML = """
[business]
currency = "USD"
timezone = "UTC"

[[locations]]
code = "EAST"
country = "US"
postcode = "07001"
working_days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

[[locations]]
code = "WEST"
country = "US"
postcode = "90001"
working_days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

[[channels]]
name = "web"
kind = "generic"

[routing]
split_penalty = "1.00"
wait_penalty = "50.00"
fallback_rate = { base = "5.00", per_km = "0.001", per_kg = "0.00" }
"""
HEAD = "order_ref,placed_at,sku,quantity,price,currency,name,address1,city,region,postcode,country,payment\n"


def order_row(ref: str, day: int, sku: str, units: int, postcode: str) -> str:
    city, region = ("Hoboken", "NJ") if postcode.startswith("0") else ("Los Angeles", "CA")
    return f"{ref},2026-11-{day:02d}T08:00:00Z,{sku},{units},9.00,USD,Ada Boon,1 Mill Lane,{city},{region},{postcode},US,paid\n"


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three days of orders, each routed at noon and shipped; more mugs came on the second."""
    oms = Oms(tmp_path_factory.mktemp("past"), now="2026-11-02T12:00:00Z")
    oms.write("oms.toml", TOML)
    oms.write("products.csv", "sku,title\nMUG,Mug\nPOT,Pot\n")
    count = "sku,location,on_hand,counted_at\nMUG,WEST,2,2026-11-01T00:00:00Z\nPOT,EAST,9,2026-11-01T00:00:00Z\n"
    oms.write("stock.csv", count)
    oms.ok("import", "products.csv", "stock.csv")
    days = {
        2: (order_row("A", 2, "MUG", 2, "07030"), order_row("B", 2, "POT", 1, "07030")),
        3: (order_row("C", 3, "MUG", 1, "90012"),),
        4: (order_row("D", 4, "POT", 2, "90012"),),
    }
    for day, rows in days.items():
        oms.now = f"2026-11-{day:02d}T12:00:00Z"
        oms.write(f"orders-{day}.csv", HEAD + "".join(rows))
        oms.ok("import", f"orders-{day}.csv")
        if day == 3:
            oms.ok("stock", "receive", "MUG", "5", "--location", "WEST")
        oms.ok("route")
        oms.ok("pick")
        for row in rows:
            oms.ok("ship", row[0], "--tracking", f"1Z{row[0]}", "--carrier", "Post")
    return oms.root


@pytest.fixture
def history(past: Path, tmp_path: Path) -> Oms:
    """A copy of it, some weeks later."""
    return Oms(Path(shutil.copytree(past, tmp_path / "shop")), now="2026-11-20T12:00:00Z")


def test_the_same_rules_make_the_same_of_it(history: Oms) -> None:
    """What was routed each noon and is routed again each noon is the same: cost, parcels, units."""
    before = (history.root / "oms.db").read_bytes()
    report = history.ok("route", "--replay", "2026-11-02..2026-11-04")
    was, again, together = report["ways"]

    assert ["was", "greedy", "together"] == [way["way"] for way in report["ways"]]
    assert together | {"way": ""} == again | {"way": ""}
    assert ("2026-11-02", "2026-11-04", "USD") == (report["from"], report["to"], report["currency"])
    assert was | {"way": ""} == again | {"way": ""}
    assert (4, 4, 4, 6, 6) == (was["orders"], was["orders_whole"], was["parcels"], was["units"], was["units_sent"])
    assert before == (history.root / "oms.db").read_bytes()


def test_stock_that_came_later_was_not_there_before(history: Oms) -> None:
    """On the first day there were two mugs, whatever came later and whatever left since."""
    first = history.ok("route", "--replay", "2026-11-02")["ways"][1]
    more = order_row("E", 2, "MUG", 3, "07030")
    history.ok("import", history.write("orders-late.csv", HEAD + more))
    second = history.ok("route", "--replay", "2026-11-02..2026-11-02")["ways"][1]

    assert (2, 3) == (first["orders"], first["units_sent"])
    assert (3, 6, 6) == (second["orders"], second["units"], second["units_sent"])  # at the noon after, five more had come


def test_other_rules_rates_and_stock(history: Oms) -> None:
    """A warehouse more, dearer rates, or another oms.toml: each beside what was, and in words."""
    near = history.write("stock-near.csv", "sku,location,on_hand\nMUG,EAST,100\n")
    dear = history.write("rates.csv", "location,carrier,service,country,weight_to_g,price\n*,Post,*,US,30000,20.00\n")
    flat = history.write("flat.toml", TOML.replace('per_km = "0.001"', 'per_km = "0.0"'))
    costs = {}
    for file in (near, dear, flat):
        report = history.ok("route", "--replay", "2026-11-02..2026-11-04", "--with", file)
        was, *_again, other = report["ways"]
        costs[file.name] = float(other["cost"]) - float(was["cost"])

        assert (other["way"], other["files"]) == ("with", file.name)
        assert other["units_sent"] == was["units_sent"]
        assert file.name in report["notes"][-1]

    assert costs["stock-near.csv"] < 0 < costs["rates.csv"]
    assert costs["flat.toml"] < 0


def test_a_way_that_sends_fewer_units_says_how_many_and_for_how_much(history: Oms) -> None:
    """Less stock costs less to send, which is no saving: the note names both."""
    none = history.write("stock-none.csv", "sku,location,on_hand\nMUG,EAST,0\nMUG,WEST,0\n")
    report = history.ok("route", "--replay", "2026-11-02..2026-11-04", "--with", none)
    was, *_again, other = report["ways"]
    fewer, less = was["units_sent"] - other["units_sent"], float(was["cost"]) - float(other["cost"])

    assert fewer > 1
    assert (
        f"with stock-none.csv: {fewer} units fewer sent than back then, for {less:.2f} USD less; "
        "the costs are not of the same parcels"
    ) == report["notes"][-1]


def test_why_a_new_warehouse_sends_nothing(history: Oms) -> None:
    """Nobody counted there; or no row of the rate card is for it. With both it sends, and there is nothing to say."""
    place = '[[locations]]\ncode = "{}"\ncountry = "US"\npostcode = "60601"\n\n[[channels]]'
    north = history.write("north.toml", TOML.replace("[[channels]]", place.format("NORTH"), 1))
    lines = [line for line in TOML.splitlines(True) if "fallback" not in line]
    bare = history.write("bare.toml", "".join(lines).replace("[[channels]]", place.format("NORTH"), 1))
    rates = history.write("rates.csv", "location,carrier,service,country,weight_to_g,price\nEAST,Post,*,US,30000,2.00\n"
                                       "WEST,Post,*,US,30000,2.00\n")  # fmt: skip
    stock = history.write("stock-north.csv", "sku,location,on_hand\nMUG,NORTH,100\n")

    def said(*files: Path) -> list[str]:
        words = [word for file in files for word in ("--with", file)]
        notes = history.ok("route", "--replay", "2026-11-02..2026-11-04", *words)["notes"]
        return [note for note in notes if "NORTH" in note]

    assert ["nothing leaves from NORTH: no stock lay there; say how much with a count"] == said(north)
    assert ["nothing leaves from NORTH: no row of the rate card is for it"] == said(bare, rates, stock)
    assert [] == said(north, stock)


def test_that_orders_are_not_joined_is_said_to_who_joins_them(history: Oms) -> None:
    """The first row may hold shared parcels, the others do not."""
    said = "orders of one buyer are not joined here ([routing] consolidate)"
    apart = history.ok("route", "--replay", "2026-11-02")["notes"]
    history.write("oms.toml", TOML.replace("[routing]", "[routing]\nconsolidate = true"))

    assert said not in apart
    assert said == history.ok("route", "--replay", "2026-11-02")["notes"][-1]


def test_held_for_days_it_leaves_later(history: Oms) -> None:
    """Routed on every third day only: the same orders, some late."""
    was, again = history.ok("route", "--replay", "2026-11-02..2026-11-04", "--hold", "3")["ways"][:2]

    assert was["units_sent"] == again["units_sent"]
    assert 0 == was["orders_late"]


def test_orders_that_compete_are_worth_deciding_together(history: Oms) -> None:
    """The first in line would take the near pot that the second needs more: together they cost less, and a note says so."""
    head = "sku,location,on_hand,counted_at\n"
    history.write("extra.csv", head + "POT,EAST,1,2026-11-10T00:00:00Z\nPOT,WEST,9,2026-11-10T00:00:00Z\n")
    rates = "location,carrier,service,country,postcode_prefix,weight_to_g,price\n"
    rates += (
        "EAST,Post,*,US,0,30000,5.00\nWEST,Post,*,US,0,30000,40.00\nEAST,Post,*,US,9,30000,4.00\nWEST,Post,*,US,9,30000,5.00\n"
    )
    history.write("rates.csv", rates)
    history.now = "2026-11-12T12:00:00Z"
    history.ok("import", "extra.csv", "rates.csv")
    rows = order_row("F", 11, "POT", 1, "90012") + order_row("G", 12, "POT", 1, "07030")
    history.ok("import", history.write("orders-11.csv", HEAD + rows))
    history.ok("route", "--greedy")
    history.now = "2026-11-20T12:00:00Z"
    report = history.ok("route", "--replay", "2026-11-11..2026-11-12", "--hold", "2")
    was, again, together = report["ways"]
    alone = history.ok("route", "--replay", "2026-11-11..2026-11-12", "--hold", "2", "--greedy")["ways"]

    assert (was["cost"], again["cost"], together["cost"]) == ("44.00", "44.00", "10.00")
    assert "together: 34.00 USD less than one after another, 77.3%" == report["notes"][-1]
    assert [was, again] == alone


def test_what_cannot_be_replayed_is_said(history: Oms) -> None:
    """No such days, no such orders, files of another kind: exit code 2 or 1, and a hint."""
    for words, said in (
        (("--replay", "yesterday"), "`yesterday`: not FROM..TO"),
        (("--replay", "2026-11-04..2026-11-02"), "ends before it begins"),
        (("--replay", "2025-01-01..2025-01-31"), "no orders to replay"),
        (("--with", "flat.toml"), "--with is for --replay"),
        (("--replay", "2026-11-02", "--with", "orders-2.csv"), "orders-2.csv: a file of orders"),
    ):
        history.write("flat.toml", TOML)
        result = history("route", *words)

        assert 2 == result.exit_code
        assert said in result.stderr

    history.write("rates.csv", "location,carrier,service,country,weight_to_g,price\nMOON,Post,*,US,30000,20.00\n")
    result = history("route", "--replay", "2026-11-02", "--with", "rates.csv")

    assert 1 == result.exit_code
    assert "MOON" in result.stderr + result.stdout or "no location" in result.stderr
