"""Order discounts on lines, to the last cent."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from oms.core.discounts import spread_discounts
from oms.model.money import spread

LINE = {"order_no": pl.Int64, "position": pl.Int64, "quantity": pl.Int64, "unit_price": pl.Int64, "discount": pl.Int64}


def shared(discount: int | None, *lines: tuple[int, int | None, int | None]) -> list[int | None]:
    orders = pl.DataFrame({"order_no": [0], "discount": [discount]}, schema={"order_no": pl.Int64, "discount": pl.Int64})
    frame = pl.DataFrame([(0, n, *line) for n, line in enumerate(lines)], schema=LINE, orient="row")
    return spread_discounts(orders, frame)["discount"].to_list()


def test_ten_dollars_over_three_equal_lines() -> None:
    """The cent that is left over goes to the first line."""
    assert [334, 333, 333] == shared(1000, (1, 500, None), (1, 500, None), (1, 500, None))


def test_lines_that_say_their_own_discount_bear_only_the_rest() -> None:
    """Two dollars are on the first line already; the other eight are shared by value."""
    assert [200 + 400, 400] == shared(1000, (1, 2000, 200), (2, 1000, None))


def test_what_nobody_said_stays_unknown() -> None:
    """No discount of the order, or none beyond the lines': NULL stays NULL, never 0."""
    assert [None] == shared(None, (1, 500, None))
    assert [None] == shared(0, (1, 500, None))
    assert [300] == shared(300, (1, 500, 300))


@given(st.integers(1, 10**7), st.lists(st.tuples(st.integers(0, 20), st.integers(0, 10**6)), min_size=1, max_size=6))
def test_the_parts_sum_and_are_the_largest_remainders(discount: int, lines: list[tuple[int, int]]) -> None:
    """The same shares as money.spread gives, whatever the lines cost."""
    assert spread(discount, [n * price for n, price in lines]) == shared(discount, *((n, price, None) for n, price in lines))
