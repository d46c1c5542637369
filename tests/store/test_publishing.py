"""What publishing reads: demand that no place was chosen for, and listings mapped as orders are."""

import polars as pl
import pytest

from oms.core import ats
from oms.store import publishing
from oms.store.frames import query, query_large
from oms.store.mapping import JOINS, QUANTITY, SKU
from tests.flow.publishing_seeds import shop_of

LONG_AGO = "2000-01-01T00:00:00Z"


@pytest.fixture
def seeds(tmp_path):
    """A and B in stock, a kit of two A and one B."""
    seeds = shop_of(tmp_path)
    seeds.products("A", "B", kits=[("KIT", "A", 2), ("KIT", "B", 1)])
    seeds.count("A", "NJ", 20)
    seeds.count("B", "NJ", 20)
    return seeds


def demand(seeds):
    with seeds.shop.store.read() as conn:
        return dict(publishing.open_demand(conn, LONG_AGO).select("sku", "units").sort("sku").iter_rows())


def test_what_is_set_aside_is_not_demand_any_more(seeds):
    """Three kits, one reserved whole, of another only its B: four A and one B are still without a place."""
    order = seeds.order("web", "W1", "KIT", 3)
    seeds.reserve(order, "A", "NJ", 2)
    seeds.reserve(order, "B", "NJ", 2)

    assert {"A": 4, "B": 1} == demand(seeds)


def test_components_that_left_before_their_kit_is_whole_are_not_wanted_again(seeds):
    """One kit: both A have left, B waits. Only B is demand."""
    order = seeds.order("web", "W1", "KIT", 1)
    seeds.reserve(order, "A", "NJ", 2, "shipped")

    assert {"B": 1} == demand(seeds)


def test_recalled_units_are_not_wanted_again(seeds):
    """Three picked, two of them recalled, the picks given back after a count: one is still to be sent."""
    order = seeds.order("web", "W1", "A", 3)
    seeds.execute("UPDATE lines SET recalled = 2 WHERE order_id = ?", order)

    assert {"A": 1} == demand(seeds)


def test_picked_units_that_were_recalled_are_counted_once(seeds):
    """Three ordered, two of them picked and one of these recalled: one is without a place."""
    order = seeds.order("web", "W1", "A", 3)
    seeds.reserve(order, "A", "NJ", 2, "picking")
    seeds.execute("UPDATE lines SET recalled = 1 WHERE order_id = ?", order)

    assert {"A": 1} == demand(seeds)


def test_listings_mean_the_same_sku_here_and_in_orders(seeds):
    """Publishing maps in frames, orders are mapped in SQL: one answer, also for kits that miss a component."""
    seeds.products(kits=[("HALF", "A", 1), ("HALF", "GONE", 1)])
    seeds.listings(
        "web", ("A", None), ("A2", "A", 2), ("B", "A", 3), ("KIT", None), ("K2", "KIT", 2), ("HALF", None), ("X", None),
        ("Y", "NOT-OURS", 4),
    )  # fmt: skip
    with seeds.shop.store.read() as conn:
        mapped = ats.map_listings(publishing.listings(conn, "web"), publishing.sellable_products(conn))
        by_orders = query(
            conn,
            f"SELECT w.listing_sku, {SKU} AS sku, {QUANTITY} AS quantity FROM (SELECT channel, listing_sku FROM listings) w "
            f"{JOINS.format(channel='w.channel', listing='w.listing_sku')}",
            schema={"listing_sku": pl.String, "sku": pl.String, "quantity": pl.Int64},
        )
    columns = ("listing_sku", "sku", pl.when(pl.col("sku").is_not_null()).then("quantity"))

    assert by_orders.select(*columns).sort("listing_sku").equals(mapped.select(*columns).sort("listing_sku"))


def test_large_queries_give_every_character_back(seeds):
    """Quotes, line ends, backslashes, emoji and NULL come through as they are; no rows are no rows."""
    odd = ['a"b', "c\nd", "e\\f", "茶 🍵", "", None, "007", "=1+1", "\t"]
    with seeds.shop.store.read() as conn:
        rows = " UNION ALL ".join(["SELECT ? AS text, ? AS number"] * len(odd))
        found = query_large(
            conn, rows, [x for i, text in enumerate(odd) for x in (text, i)], schema={"text": pl.String, "number": pl.Int64}
        )
        none = query_large(conn, "SELECT sku FROM products WHERE 0", schema={"sku": pl.String})

    assert odd == found.sort("number")["text"].to_list()
    assert (0, pl.String) == (none.height, none["sku"].dtype)
