"""Shipping decisions hold whatever the rows say: nothing leaves twice, nothing leaves that was not there."""

from hypothesis import given
from hypothesis import strategies as st

from oms.core.parcels import Line, Notice, Open, Order, Plan
from oms.core.ship import completed, decide

SKUS = ("MUG", "LID")
rows = st.lists(
    st.tuples(
        st.sampled_from(["T1", "T2", "T3"]),
        st.sampled_from([None, "MUG", "LID", "SET"]),
        st.none() | st.integers(1, 5),
        st.sampled_from([None, "NJ", "CA"]),
    ),
    max_size=8,
)
stock = st.lists(st.tuples(st.sampled_from(SKUS), st.sampled_from(["NJ", "CA"]), st.integers(1, 3), st.booleans()), max_size=5)


def order_of(allocations: list[tuple[str, str, int, bool]]) -> Order:
    """One order of five kits, each a mug and two lids."""
    line = Line(1, {"MUG": 1, "LID": 2}, 5, frozenset({"SET"}))
    open_ = [Open(number, 1, sku, place, units, picking) for number, (sku, place, units, picking) in enumerate(allocations)]
    return Order(1, "1001", {1: line}, open_)


def notices(said: list[tuple[str, str | None, int | None, str | None]]) -> list[Notice]:
    return [
        Notice(number, tracking, "UPS", sku, quantity if sku else None, place)
        for number, (tracking, sku, quantity, place) in enumerate(said)
    ]


@given(stock, rows)
def test_what_left_is_what_was_there(allocations: list[tuple[str, str, int, bool]], said: list) -> None:  # type: ignore[type-arg]
    """Units of every allocation: open + gone = what it had; complete line units are booked exactly."""
    order, plan = order_of(allocations), Plan()
    had = {each.id: each.quantity for each in order.open}

    decide(order, notices(said), plan)
    gone: dict[int, int] = {}
    for leaving in plan.leaving:
        for item in leaving.items:
            assert item.units > 0
            gone[item.allocation_id] = gone.get(item.allocation_id, 0) + item.units

    left = {each.id: each.quantity for each in order.open}
    assert had == {number: gone.get(number, 0) + left.get(number, 0) for number in had}
    booked = sum(item.quantity for leaving in plan.leaving for item in leaving.items)
    assert min(5, completed(order.lines[1], order.sent)) == booked == 5 - order.lines[1].left


@given(stock, rows)
def test_every_row_has_one_fate(allocations: list[tuple[str, str, int, bool]], said: list) -> None:  # type: ignore[type-arg]
    """Shipped, corrected, known or complained of."""
    order, plan = order_of(allocations), Plan()

    decide(order, notices(said), plan)

    assert len(said) == len(plan.leaving) + len(plan.corrections) + plan.unchanged + len(plan.complaints)


@given(stock, rows)
def test_saying_it_again_ships_nothing_again(allocations: list[tuple[str, str, int, bool]], said: list) -> None:  # type: ignore[type-arg]
    """What a row shipped is known when the same row comes again alone."""
    order, plan = order_of(allocations), Plan()
    decide(order, notices(said), plan)
    shipped = {leaving.notice.row for leaving in plan.leaving}

    for notice in notices(said):
        if notice.row in shipped:
            again = Plan()
            decide(order, [notice], again)

            assert [] == again.leaving


def test_one_number_from_two_places_is_two_parcels() -> None:
    """What left from CA under the number is not what leaves from NJ under it."""
    order, plan = order_of([("MUG", "NJ", 1, False), ("MUG", "CA", 1, False)]), Plan()
    decide(order, notices([("T2", None, None, "CA"), ("T2", "MUG", 1, "NJ")]), plan)

    assert [(each.location, [item.units for item in each.items]) for each in plan.leaving] == [("CA", [1]), ("NJ", [1])]
