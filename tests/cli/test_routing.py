"""`oms route` and `oms explain` as a person and a script meet them."""

from tests.conftest import Oms
from tests.flow.test_route import ORDERS, PRODUCTS, RATES

STOCK = """sku,location,on_hand,counted_at
MUG,NJ,5,2026-11-18T12:00:00Z
MUG,CA,5,2026-11-18T12:00:00Z
POT,NJ,2,2026-11-18T12:00:00Z
TEA,CA,3,2026-11-18T12:00:00Z
"""


def stocked(oms: Oms) -> Oms:
    for name, text in (("products", PRODUCTS), ("rates", RATES), ("stock", STOCK), ("orders", ORDERS)):
        oms.write(f"{name}.csv", text)
    oms.ok("import", "products.csv", "rates.csv", "stock.csv")
    oms.ok("import", "orders.csv", "--channel", "web")
    return oms


def test_route_prints_rows_for_scripts_and_words_for_people(oms: Oms) -> None:
    """Data on stdout as TSV, the sum on stderr; the second run says that nothing changes."""
    first = stocked(oms)("route")
    second = oms("route")

    assert (0, 0) == (first.exit_code, second.exit_code)
    assert "channel\torder\tline\tsku\tlocation\tn\tcarrier\tservice\tships\tcost" == first.stdout.splitlines()[0]
    assert "web\tW1\tMUG#1\tMUG\tNJ\t1\tUPS\tGround\t2026-11-19\t7.30" == first.stdout.splitlines()[1]
    assert "web\tW3\tTEA#1\tTEA\t2\t0\tno_stock\t" == first.stdout.splitlines()[-1]
    assert "3 orders routed, 0 split, 1 waiting; cost 77.20 USD, 50.00 of it for what waits" in first.stderr
    assert "nothing to change; 1 order waits" in second.stderr


def test_route_as_json(oms: Oms) -> None:
    """One document with the keys of the contract; where nothing competes --greedy gives the same, a dry run writes nothing."""
    stocked(oms)
    dry = oms.ok("route", "--dry-run")
    told = oms.ok("route", "--greedy")

    assert {**dry, "cost": told["cost"]} == told
    assert {"total": "77.20", "waiting": "50.00", "lower_bound": "77.20", "gap": 0.0, "greedy": "77.20"} == dry["cost"]
    assert {"total": "77.20", "waiting": "50.00", "lower_bound": None, "gap": None, "greedy": "77.20"} == told["cost"]
    assert {"batch", "orders", "cost", "currency", "assignments", "waiting", "notes"} == set(told)
    assert {"total", "waiting", "lower_bound", "gap", "greedy"} == set(told["cost"])
    assert ["W1", "W2", "W2", "W3"] == [row["order_ref"] for row in told["assignments"]]


def test_what_means_nothing_beside_a_replay_is_refused(oms: Oms) -> None:
    """A goal or a page beside --replay, days to hold without it: said, not left out in silence."""
    stocked(oms)
    wrong = [
        oms("route", "--replay", "2026-11-01..2026-11-30", "--goal", "distance"),
        oms("route", "--replay", "2026-11-01..2026-11-30", "--report"),
        oms("route", "--hold", "3"),
    ]

    assert [2, 2, 2] == [each.exit_code for each in wrong]
    assert ["--goal is not for --replay", "--report is not for --replay", "--hold is for --replay"] == [
        each.stderr.splitlines()[0].removeprefix("error: ") for each in wrong
    ]


def test_a_dry_run_names_no_page(oms: Oms) -> None:
    """Nothing is written, so there is nothing to see."""
    dry, real = stocked(oms)("route", "--report", "--dry-run"), oms("route", "--report")

    assert (False, True) == ("see outbox" in dry.stderr, "see outbox" in real.stderr)


def test_goal_must_be_one_of_three(oms: Oms) -> None:
    """Another word is wrong usage."""
    assert 2 == oms("route", "--goal", "luck").exit_code


def test_explain_tells_the_plans(oms: Oms) -> None:
    """The chosen one first, with its parts; then what the others lost by."""
    stocked(oms).ok("route")
    told = oms("explain", "W2").stdout

    assert "* NJ  12.00 USD  chosen" in told
    assert "shipping 10.30 + handling 1.10 + handling unit 0.60" in told
    assert "CA  10.20 USD  no stock: POT needs 1, free 0" in told
    assert "CA + NJ  18.20 USD  dearer by 6.20" in told
    assert "SHOP  not among the channel's locations" in told


def test_explain_a_sku_and_a_word_that_is_neither(oms: Oms) -> None:
    """A sku's number is explained; what is neither order nor sku is said with a hint."""
    stocked(oms)
    neither = oms("explain", "NOPE")

    assert oms("explain", "POT").stdout.startswith("POT")
    assert (1, "error: `NOPE` is neither an order nor a sku") == (neither.exit_code, neither.stderr.splitlines()[0])
    assert "hint: list them with: oms orders, oms stock" in neither.stderr


def test_rules_are_checked_on_the_command_line(oms: Oms) -> None:
    """Without rules it says where they stand; with rules there is one document with a price each."""
    nothing = oms("rules", "check")
    config = oms.root / "oms.toml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text + '\n[[routing.rules]]\nname = "far"\nmax_km = 10\n', encoding="utf-8")

    told = oms.ok("rules", "check")

    assert (0, "no rules: [[routing.rules]] of oms.toml") == (nothing.exit_code, nothing.stderr.strip())
    assert ["far"] == [rule["name"] for rule in told["rules"]]
    assert {"currency", "rules", "findings"} == told.keys()
