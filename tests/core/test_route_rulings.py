"""What the seller's rules forbid is not planned, by whatever way an order is served."""

from dataclasses import replace

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from oms.core.route import Problem, route
from oms.core.route.explain import BY_RULE, explain
from oms.core.route.orders import prepare
from oms.core.route.problem import Rules
from oms.core.route.rulings import NO_RULING, Rule, Ruling, matches, rulings, together
from oms.model.frames import ORDER_FACTS, WITHHELD
from tests.core.route_desk import again, card, order, problem, rate, sent, waits
from tests.core.test_route_properties import problems

CODES = ("A", "B", "C")
some_rulings = st.builds(
    Ruling, barred=st.dictionaries(st.sampled_from(CODES), st.just("no")), priority=st.integers(-1, 1),
    ship_complete=st.sampled_from((None, True, False)), max_metres=st.sampled_from((None, 0, 10**6)),
    max_parcels=st.sampled_from((None, 1, 2)), min_value=st.sampled_from((None, 3, 6)),
    prefer=st.sampled_from(((), (("p", (("B",),)),), (("p", (("C", "A"),)), ("q", (("A",), ("B",)))))),
)  # fmt: skip


def worth(given: Problem, **by_sku: int) -> pl.DataFrame:
    """What goods are worth: 1, 2 and 3 minor units by their sku, unless `by_sku` says otherwise."""
    each = {"MUG": 1, "POT": 2, "TEA": 3} | by_sku
    return given.demand.select("line_id", "sku", worth=1000 * pl.col("sku").replace_strict(each, return_dtype=pl.Int64))


def ruled(given: Problem, **by_ref: Ruling) -> Problem:
    ids = dict(given.orders.select("order_ref", "order_id").iter_rows())
    return replace(given, rulings={ids[ref]: ruling for ref, ruling in by_ref.items()})


@given(problems(), st.data())
def test_nothing_leaves_from_where_a_rule_forbids_it(given: Problem, data: st.DataObject) -> None:
    """Neither an order, nor a sku from where it is withheld; and a second run finds nothing to do."""
    found = {order_id: data.draw(some_rulings) for order_id in given.orders["order_id"]}
    pairs = data.draw(st.sets(st.tuples(st.sampled_from(("MUG", "POT")), st.sampled_from(CODES))))
    withheld = pl.DataFrame([(*pair, "no", 0) for pair in sorted(pairs)], WITHHELD, orient="row")
    problem = replace(given, rulings=found, withheld=withheld, worth=worth(given))

    decision = route(problem)

    leaves = set(decision.assignments.select("order_id", "location").iter_rows())
    assert not {(order_id, code) for order_id, ruling in found.items() for code in ruling.barred} & leaves
    assert not pairs & set(decision.assignments.select("sku", "location").iter_rows())
    second = route(again(problem, decision))
    assert (0, 0) == (second.assignments.height, second.released.height)


@given(problems())
def test_rules_that_forbid_nothing_change_nothing(given: Problem) -> None:
    """An order that rules are about is served as one that no rule is about."""
    free = replace(given, rulings=dict.fromkeys(given.orders["order_id"], Ruling()))

    assert route(given).assignments.equals(route(free).assignments)


def test_a_forbidden_place_is_named_with_its_rule() -> None:
    """`oms explain` says which rule; what waits because of one waits for `rule`."""
    given = ruled(problem([order("1", {"MUG": 1})], {("MUG", "A"): 1}), **{"1": Ruling({"A": "eu-only"})})

    told = explain(prepare(given))

    assert [("1", "MUG", 1, "rule")] == waits(route(given))
    assert {("A", "eu-only")} == {("ABC"[c.parcels[0].place], c.rule) for c in told.others if c.reason == BY_RULE}


def test_withheld_stock_is_named_with_its_rule() -> None:
    """What a rule keeps at its place waits for `rule`; the rest of the order leaves."""
    given = replace(
        problem([order("1", {"MUG": 1, "TEA": 1})], {("TEA", "A"): 1, ("MUG", "A"): 1}),
        withheld=pl.DataFrame([("MUG", "A", "counter", 1)], WITHHELD, orient="row"),
    )
    decision = route(given)

    assert [("1", "TEA", "A", 1, 500)] == sent(decision)
    assert [("1", "MUG", 1, "rule")] == waits(decision)
    assert ("counter", "A") in {(c.rule, "ABC"[c.parcels[0].place]) for c in explain(prepare(given)).others}


def test_a_rule_that_comes_later_moves_what_is_not_picked() -> None:
    """An order reserved where it may not leave from any more moves, though that is dearer, or waits."""
    rates = card(rate("A", 500), rate("B", 900))
    given = problem([order("1", {"MUG": 1})], {("MUG", "A"): 1, ("MUG", "B"): 1}, rates=rates)
    held = again(given, route(given))

    moved = route(ruled(held, **{"1": Ruling({"A": "never-a"})}))
    waiting = route(ruled(held, **{"1": Ruling({"A": "never-a", "B": "never-b", "C": "never-c"})}))

    assert [("1", "MUG", "B", 1, 900)] == sent(moved)
    assert ([], [("1", "MUG", 1, "rule")], 1) == (sent(waiting), waits(waiting), waiting.released.height)


def test_a_forbidden_carrier_is_not_asked() -> None:
    """Batteries do not fly: the next carrier takes them."""
    rates = card(rate("*", 500, carrier="Air"), rate("*", 700, carrier="Road"))
    given = problem([order("1", {"MUG": 1}), order("2", {"MUG": 1})], {("MUG", "A"): 2}, rates=rates)

    decision = route(ruled(given, **{"1": Ruling(carriers={"air": "batteries"})}))

    assert [("1", "Road", 700), ("2", "Air", 500)] == list(
        decision.assignments.select("order_ref", "carrier", "cost").iter_rows()
    )


def test_priority_orders_are_served_first() -> None:
    """The last unit is for the order with the tag, though it came second."""
    given = problem([order("1", {"MUG": 1}), order("2", {"MUG": 1})], {("MUG", "A"): 1})

    assert [("2", "MUG", "A", 1, 500)] == sent(route(ruled(given, **{"2": Ruling(priority=1)})))


def test_priority_of_a_rule_decides_who_waits() -> None:
    """As that of a channel: the order with the tag gets the last mug, though it came second and costs more to send."""
    rates = card(rate("*", 400, postcode_prefix="1"), rate("*", 900, postcode_prefix="2"))
    given = problem([order("1", {"MUG": 1}), order("2", {"MUG": 1}, postcode="2")], {("MUG", "A"): 1}, rates=rates)

    assert [("1", "MUG", 1, "no_stock")] == waits(route(ruled(given, **{"2": Ruling(priority=1)})))


def test_a_rule_lets_an_order_go_in_part() -> None:
    """`ship_complete` of a rule stands in place of the channel's."""
    given = problem([order("1", {"MUG": 1, "TEA": 1})], {("MUG", "A"): 1}, rules=Rules(wait_penalty=100))

    assert [] == sent(route(ruled(given, **{"1": Ruling(ship_complete=True)})))


def facts(**more: object) -> pl.DataFrame:
    plain = {"order_id": 1, "channel": "web", "country": "de", "postcode": "10 115", "service": " Express", "tags": "b2b, VIP",
             "pickup": False, "value": 1999, "address_line": 36}  # fmt: skip
    return pl.DataFrame([plain | more], ORDER_FACTS)


def fits(rule: Rule, **more: object) -> bool:
    demand = pl.DataFrame({"order_id": [1], "sku": ["BAT-AA"]})
    sizes = pl.DataFrame({"sku": ["BAT-AA"], "weight_g": [900], "longest_mm": [1200]})
    return bool(matches([rule], facts(**more), demand, sizes)["r"])


def test_filters() -> None:
    """Every filter lets by what it names and keeps the rest; what is collected is about no rule."""
    fitting = [
        Rule("r"), Rule("r", channels=["web"]), Rule("r", countries=["DE"]), Rule("r", postcodes=["10-1"]),
        Rule("r", services=["express"]), Rule("r", tags=["vip"]), Rule("r", skus=["BAT-*"]), Rule("r", value_under=2000),
        Rule("r", value_over=1998), Rule("r", unit_over_g=899), Rule("r", unit_over_mm=1199), Rule("r", address_line_over=35),
        Rule("r", channels=["web"], skus=["BAT-AA"], tags=["x", "b2b"]),
    ]  # fmt: skip
    others = [
        Rule("r", channels=["shop"]), Rule("r", countries=["AT"]), Rule("r", postcodes=["11"]), Rule("r", services=["std"]),
        Rule("r", tags=["vi"]), Rule("r", skus=["BAT"]), Rule("r", value_under=1999), Rule("r", value_over=1999),
        Rule("r", unit_over_g=900), Rule("r", unit_over_mm=1200), Rule("r", address_line_over=36),
        Rule("r", channels=["web"], countries=["AT"]),
    ]  # fmt: skip

    assert [True] * len(fitting) == [fits(rule) for rule in fitting]
    assert [False] * len(others) == [fits(rule) for rule in others]
    assert not fits(Rule("r"), pickup=True)
    assert not fits(Rule("r", value_over=0), value=None)


def test_of_several_rules_the_first_has_the_name() -> None:
    """Places are forbidden by any of them; priority and ship_complete are the first rule's that says them."""
    rules = [
        Rule("one", only=["A"], max_metres=500),
        Rule("two", never=["B", "A"], priority=3, max_metres=100),
        Rule("all", never=["*"]),
    ]

    assert Ruling({"B": "one", "C": "one", "A": "two"}, {}, 100, "two", 3, None) == together(rules, CODES)
    assert {7: together(rules[1:2], CODES)} == rulings(rules, {"one": [], "two": [7], "all": []}, CODES)
    assert NO_RULING == together([], CODES)
