"""What a channel may sell: the arithmetic, and that nothing is ever promised twice from one pool."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oms.core import ats
from oms.core.ats import Offer

SKUS = ("A", "B", "C")
PLACES = ("CA", "NJ", "TX")


def stock(*rows):
    return pl.DataFrame(rows, schema=ats.STOCK, orient="row")


def demand(*rows):
    return pl.DataFrame(rows, schema=ats.DEMAND, orient="row")


def reach(*rows):
    return pl.DataFrame(rows, schema=dict.fromkeys(("channel", "pickup", "location"), pl.String), orient="row")


def soft(**units):
    return pl.DataFrame(list(units.items()), schema={"sku": pl.String, "soft": pl.Int64}, orient="row")


def parts(*rows):
    return pl.DataFrame(
        [(listing, sold_as, 1, sku, units) for listing, sold_as, sku, units in rows], schema=ats.PARTS, orient="row"
    )


def net_of(offer, stock_rows, soft_rows=None, safety=None):
    free = ats.free_stock(stock(*stock_rows), offer, safety or {})
    found = ats.nets(free, soft_rows if soft_rows is not None else soft(), offer)
    return {row["sku"]: row["net"] for row in found.iter_rows(named=True)}


def shown_of(offer, stock_rows, parts_frame, cap=None):
    free = ats.free_stock(stock(*stock_rows), offer, {})
    left = ats.nets(free, soft(), offer)
    shown = ats.listed(parts_frame, left, cap)
    return dict(shown.sort("listing_sku").select("listing_sku", "quantity").iter_rows())


def test_safety_stock_of_one_place_never_eats_the_stock_of_another():
    """Each place is floored by itself: NJ with less than its safety stock gives 0, not minus."""
    net = net_of(Offer(("CA", "NJ")), [("A", "CA", 5, 2), ("A", "NJ", 1, 0)], safety={"NJ": 4})

    assert {"A": 3} == net


def test_only_the_channels_own_places_count():
    """Stock at a place the channel does not sell from is not offered."""
    net = net_of(Offer(("CA",)), [("A", "CA", 5, 0), ("A", "TX", 50, 0)])

    assert {"A": 5} == net


@pytest.mark.parametrize(("buffer", "expected"), [(0, 9), (2, 7), (20, 0), ("0%", 9), ("10%", 8), ("50%", 4), ("100%", 0)])
def test_buffer_is_taken_after_soft_demand_and_percents_are_rounded_up(buffer, expected):
    """10 free, 1 wanted already: 10 % of the 9 left is 1, 50 % is 5."""
    net = net_of(Offer(("CA",), buffer), [("A", "CA", 10, 0)], soft(A=1))

    assert {"A": expected} == net


def test_demand_counts_where_its_channel_can_take_it_from_and_once():
    """An order of a channel that shares one of two places is counted once; one that shares none is not."""
    wanted = demand(("amazon", None, "A", 3), ("site", None, "A", 2), ("site", "TX", "A", 9), ("far", None, "A", 7))
    from_where = reach(
        ("amazon", None, "CA"), ("amazon", None, "NJ"), ("site", None, "NJ"), ("site", "TX", "TX"), ("far", None, "TX")
    )

    assert {"A": 5} == dict(ats.soft_units(wanted, from_where, Offer(("CA", "NJ"))).iter_rows())


def test_soft_demand_without_stock_leaves_nothing():
    """More wanted than there is: 0, never less."""
    assert {"A": 0, "B": 0} == net_of(Offer(("CA",)), [("A", "CA", 2, 0)], soft(A=5, B=1))


def test_a_kit_is_as_many_as_its_scarcest_component():
    """Minimum over components of what is left of each, in kit units; a component nobody stocks makes 0."""
    shown = shown_of(
        Offer(("CA",), 1),
        [("A", "CA", 10, 0), ("B", "CA", 6, 1)],
        parts(("KIT", "KIT", "A", 2), ("KIT", "KIT", "B", 3), ("NO", "NO", "A", 1), ("NO", "NO", "GONE", 1)),
    )

    assert {"KIT": 1, "NO": 0} == shown  # A: (10 - 1) // 2 = 4, B: (5 - 1) // 3 = 1


def test_a_multipack_is_floored_after_the_buffer_and_capped_in_packs():
    """Seven left of ten make three packs of two; `max_listed` counts packs."""
    rows = [("A", "CA", 10, 0)]
    packs = parts(("PACK2", "A", "A", 2), ("ONE", "A", "A", 1))

    assert {"ONE": 7, "PACK2": 3} == shown_of(Offer(("CA",), 3), rows, packs)
    assert {"ONE": 2, "PACK2": 2} == shown_of(Offer(("CA",), 3), rows, packs, cap=2)


def test_what_is_not_sold_any_more_shows_nothing():
    """A sku that is not active is told as 0."""
    ended = parts(("OLD", "A", "A", 1)).with_columns(active=pl.lit(0, pl.Int64))

    assert {"OLD": 0} == shown_of(Offer(("CA",)), [("A", "CA", 10, 0)], ended)


def test_a_listing_row_wins_over_a_name_that_equals_a_sku():
    """`A` on this channel is two of B; `B` has no row and is itself; `X` is nobody's."""
    listings = pl.DataFrame([("A", "B", 2), ("B", None, 1), ("X", None, 1)], schema=ats.LISTED, orient="row")
    products = pl.DataFrame({"sku": ["A", "B"], "active": [1, 0]})
    mapped = ats.map_listings(listings, products).sort("listing_sku")

    assert [("A", "B", 2, 0), ("B", "B", 1, 0), ("X", None, 1, None)] == mapped.rows()


def test_soft_and_buffer_come_off_the_last_places_first():
    """Six to keep back: all four of TX, then two of NJ, CA stays whole."""
    offer = Offer(PLACES, 1)
    free = ats.free_stock(stock(("A", "CA", 3, 0), ("A", "NJ", 5, 0), ("A", "TX", 4, 0)), offer, {})
    places = ats.sellable_by_location(free, ats.nets(free, soft(A=5), offer))

    assert [("A", "CA", 3), ("A", "NJ", 3), ("A", "TX", 0)] == places.rows()


def test_max_listed_counts_over_all_places_of_a_listing():
    """Three of a cap of five at CA leave two for NJ."""
    free = ats.free_stock(stock(("A", "CA", 3, 0), ("A", "NJ", 5, 0)), Offer(PLACES), {})
    left = ats.nets(free, soft(), Offer(PLACES))
    places = pl.DataFrame({"listing_sku": ["A", "A"], "location": ["NJ", "CA"]})
    shown = ats.listed_by_location(places, parts(("A", "A", "A", 1)), ats.sellable_by_location(free, left), 5)

    assert [("A", "CA", 3), ("A", "NJ", 2)] == shown.select("listing_sku", "location", "quantity").rows()


def test_a_kit_needs_its_components_at_one_place():
    """One component at CA and the other at NJ: no kit at either."""
    free = ats.free_stock(stock(("A", "CA", 3, 0), ("B", "NJ", 5, 0), ("A", "NJ", 2, 0)), Offer(PLACES), {})
    left = ats.nets(free, soft(), Offer(PLACES))
    places = pl.DataFrame({"listing_sku": ["K", "K"], "location": ["CA", "NJ"]})
    kit = parts(("K", "K", "A", 1), ("K", "K", "B", 1))
    shown = ats.listed_by_location(places, kit, ats.sellable_by_location(free, left), None)

    assert [("K", "CA", 0), ("K", "NJ", 2)] == shown.select("listing_sku", "location", "quantity").rows()


def test_the_reason_is_the_arithmetic_that_set_the_number():
    """Stock, what is kept and why, and the component that limits a kit."""
    offer = Offer(("CA",), 1)
    free = ats.free_stock(stock(("A", "CA", 9, 2), ("B", "CA", 20, 0)), offer, {"CA": 1})
    left = ats.nets(free, soft(A=1), offer)
    shown = ats.listed(parts(("A", "A", "A", 1), ("K", "K", "A", 1), ("K", "K", "B", 1)), left, 2)
    said = dict(ats.reasons(shown, left).sort("listing_sku").select("listing_sku", "reason").iter_rows())

    expected = "on_hand 9, reserved 2, safety_stock 1, soft 1, buffer 1, max_listed"
    assert {"A": expected, "K": f"kit, limited by A: {expected}"} == said


def test_only_differences_are_told_and_zero_is_told_as_well():
    """An unchanged number is not repeated; a listing never told is told even if it is 0."""
    schema = {"listing_sku": pl.String, "place": pl.String, "quantity": pl.Int64}
    shown = pl.DataFrame([("A", "", 1), ("B", "", 0), ("C", "", 3)], schema=schema, orient="row")
    told = pl.DataFrame([("A", "", 1), ("C", "", 2)], schema=schema, orient="row")
    found = ats.differences(shown, told).select("listing_sku", "before", "quantity").rows()

    assert [("B", None, 0), ("C", 2, 3)] == found


@pytest.mark.parametrize(
    ("zeros", "positive", "expected"), [(9, 9, False), (3, 10, False), (4, 10, True), (0, 10, False), (10, 10, True)]
)
def test_guard_asks_from_ten_listings_on(zeros, positive, expected):
    """With a share of 0.3: three of ten may end, four may not, and under ten nobody is asked."""
    assert expected is ats.guarded(zeros, positive, 0.3)


@st.composite
def shops(draw):
    rows = []
    for sku in SKUS:
        for place in PLACES:
            on_hand = draw(st.integers(0, 12))
            rows.append((sku, place, on_hand, draw(st.integers(0, on_hand))))
    buffer = draw(st.one_of(st.integers(0, 5), st.sampled_from(["0%", "7%", "50%", "100%"])))
    offer = Offer(tuple(sorted(draw(st.sets(st.sampled_from(PLACES), min_size=1)))), buffer)
    cap = draw(st.one_of(st.none(), st.integers(0, 9)))
    wanted = {sku: draw(st.integers(0, 15)) for sku in SKUS}
    safety = {place: draw(st.integers(0, 4)) for place in PLACES}
    return rows, offer, cap, wanted, safety


def reference(rows, offer, wanted, safety, sku):
    """Rule 5.1, word by word, for one sku: pool, what soft and buffer take, net."""
    pool = sum(max(0, h - r - safety[p]) for s, p, h, r in rows if s == sku and p in offer.locations)
    after = max(0, pool - wanted[sku])
    buffer = offer.buffer if isinstance(offer.buffer, int) else -(-after * int(offer.buffer[:-1]) // 100)
    return pool, max(0, pool - wanted[sku] - buffer)


@settings(max_examples=150, deadline=None)
@given(shops())
def test_no_channel_is_ever_told_more_than_its_pool(shop):
    """Every number follows rule 5.1; single, pack, kit and per-place numbers stay within what is left of each sku."""
    rows, offer, cap, wanted, safety = shop
    free = ats.free_stock(stock(*rows), offer, safety)
    left = ats.nets(free, soft(**wanted), offer)
    expected = {sku: reference(rows, offer, wanted, safety, sku) for sku in SKUS}
    listings = parts(
        *((sku, sku, sku, 1) for sku in SKUS), ("PACK", "A", "A", 3), ("KIT", "KIT", "A", 2), ("KIT", "KIT", "B", 1)
    )
    shown = {row["listing_sku"]: row for row in ats.listed(listings, left, cap).iter_rows(named=True)}
    sellable = ats.sellable_by_location(free, left)
    places = pl.DataFrame(
        [(listing, place) for listing in (*SKUS, "PACK", "KIT") for place in offer.locations],
        schema={"listing_sku": pl.String, "location": pl.String}, orient="row",
    )  # fmt: skip
    by_place = ats.listed_by_location(places, listings, sellable, cap)
    sums = dict(by_place.group_by("listing_sku").agg(pl.col("quantity").sum()).iter_rows())

    most = 10**9 if cap is None else cap

    assert {sku: net for sku, (_pool, net) in expected.items()} == dict(left.select("sku", "net").iter_rows())
    for sku in SKUS:
        assert min(expected[sku][1], most) == shown[sku]["quantity"] == sums[sku]
    assert min(expected["A"][1] // 3, most) == shown["PACK"]["quantity"] >= sums["PACK"]
    assert min(expected["A"][1] // 2, expected["B"][1], most) == shown["KIT"]["quantity"] >= sums["KIT"]
    assert dict(left.select("sku", "net").iter_rows()) == dict(
        sellable.group_by("sku").agg(pl.col("sellable").sum()).iter_rows()
    )
    assert sellable.join(free, on=["sku", "location"]).filter(pl.col("sellable") > pl.col("free")).is_empty()
