"""balance = the newest count + every move after it, whichever arrived first."""

import tempfile
from pathlib import Path

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from oms.flow.settle import settle
from oms.store.catalog import load_counts
from oms.store.files import note_file
from tests.conftest import DATA, Desk

HOURS = st.integers(0, 23)
FACTS = st.lists(
    st.one_of(
        st.tuples(st.just("count"), HOURS, st.integers(0, 9)),
        st.tuples(st.just("sale"), HOURS, st.integers(1, 4)),
    ),
    min_size=1, max_size=8, unique_by=lambda fact: fact[:2],
)  # fmt: skip


def expected(facts: list[tuple[str, int, int]]) -> int:
    """The definition, by hand: a sale in the very second of a count was counted."""
    counts = [(hour, n) for kind, hour, n in facts if kind == "count"]
    newest, balance = max(counts) if counts else (-1, 0)
    return balance - sum(n for kind, hour, n in facts if kind == "sale" and hour > newest)


def enter(desk: Desk, kind: str, hour: int, n: int) -> None:
    at = f"2026-11-18T{hour:02d}:00:00Z"
    shop = desk.shop
    with shop.store.write("test", shop.now, config=shop.config) as batch:
        if kind == "count":
            table = pl.DataFrame({"row": [1], "sku": ["MUG"], "location": ["NJ"], "on_hand": [n], "counted_at": [at]})
            file_id = note_file(batch, path="f", sha256=at, kind="stock", format="oms-stock", channel=None, location=None,
                                as_of=at, rows=1, report={})  # fmt: skip
            load_counts(batch, table, file_id)
        else:
            batch.conn.execute("INSERT OR IGNORE INTO products (sku) VALUES ('MUG')")
            batch.conn.execute(
                "INSERT INTO moves (batch_id, sku, location, kind, quantity, happened_at, tie) "
                "VALUES (?, 'MUG', 'NJ', 'sale', ?, ?, 0)", (batch.id, -n, at),
            )  # fmt: skip
            batch.touch_stock("VALUES ('MUG', 'NJ')")
        settle(batch, shop.config)


@settings(max_examples=25, deadline=None)
@given(FACTS.flatmap(lambda facts: st.tuples(st.just(facts), st.permutations(facts))))
def test_stock_is_the_same_in_whatever_order_facts_arrive(both: tuple[list[tuple[str, int, int]], ...]) -> None:
    """A late count resurrects nothing, an early sale takes nothing away."""
    facts, arrived = both
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "oms.toml").write_text((DATA / "oms.toml").read_text(encoding="utf-8"), encoding="utf-8")
        desk = Desk(root)
        for fact in arrived:
            enter(desk, *fact)
        balance = expected(facts)

        assert desk.rows("SELECT on_hand, shortfall FROM stock") == [(max(0, balance), max(0, -balance))]
