"""Back to the channels: who is told what, when not, and that it can be taken back."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from oms.errors import UnknownChannel
from oms.flow.explain_stock import explain_stock
from oms.flow.importing import import_files
from oms.flow.recognising import Wishes
from oms.flow.sync import sync
from oms.flow.undo import undo
from tests.flow.publishing_seeds import shop_of


@pytest.fixture
def seeds(tmp_path):
    """One sku in two places, two listings on Amazon, orders just imported."""
    seeds = shop_of(tmp_path)
    seeds.products("A", "B")
    seeds.count("A", "CA", 5)
    seeds.count("A", "NJ", 4)
    seeds.imported("amazon-us")
    seeds.listings("amazon-us", ("A", None), ("A-TWO", "A", 2))
    return seeds


def numbers(report):
    """(channel, listing, place) -> after."""
    return {(c["channel"], c["listing_sku"], c["location"]): c["after"] for c in report.json()["changes"]}


def amazon(report):
    return {listing: after for (channel, listing, _place), after in numbers(report).items() if channel == "amazon-us"}


def test_amazon_is_told_what_its_places_can_spare(seeds):
    """The file is Amazon's own: tabs, price left blank, packs in packs."""
    report = sync(seeds.shop)
    text = (seeds.shop.root / report.documents[0].path).read_text()

    assert 0 == report.exit_code
    assert "stock-amazon-us.txt" == Path(report.documents[0].path).name
    assert (
        "sku\tprice\tminimum-seller-allowed-price\tmaximum-seller-allowed-price\tquantity\thandling-time\t"
        "fulfillment-channel\nA\t\t\t\t8\t\t\nA-TWO\t\t\t\t4\t\t\n"
    ) == text.replace("\r\n", "\n")
    assert "first publish: on_hand 9, reserved 0, safety_stock 1, soft 0, buffer 0" == report.json()["changes"][0]["reason"]


def test_the_second_time_only_what_changed_is_written(seeds):
    """Nothing new: no file. One number moved: that one. `full`: everything."""
    sync(seeds.shop)
    again = sync(seeds.shop)
    seeds.count("A", "NJ", 3, "2026-11-19T12:00:00Z")
    moved = sync(seeds.shop)
    full = sync(seeds.shop, full=True)

    assert ([], []) == (again.documents, again.json()["changes"])
    assert [("A", 8, 7), ("A-TWO", 4, 3)] == [(c["listing_sku"], c["before"], c["after"]) for c in moved.json()["changes"]]
    assert {"A": 7, "A-TWO": 3} == amazon(full)


def test_dry_run_says_the_same_and_writes_nothing(seeds):
    """What would be told is shown; the next run still has it to tell."""
    shown = sync(seeds.shop, dry_run=True)
    told = sync(seeds.shop)

    assert shown.json()["changes"] == told.json()["changes"]
    assert {"A": 8, "A-TWO": 4} == amazon(told)


def test_undo_of_a_sync_tells_it_again(seeds):
    """What was taken back is a difference once more."""
    sync(seeds.shop)
    seeds.count("A", "NJ", 3, "2026-11-19T12:00:00Z")
    second = sync(seeds.shop)
    undo(seeds.shop, second.batch)
    third = sync(seeds.shop)

    assert second.json()["changes"] == third.json()["changes"]


def test_waiting_orders_of_other_channels_are_not_offered_again(seeds):
    """Any open order whose channel shares a place counts, whatever its status, each unit once."""
    seeds.order("web", "W1", "A", 1)
    seeds.order("site", "S1", "A", 2, payment="unpaid")
    routed = seeds.order("web", "W2", "A", 3)
    seeds.reserve(routed, "A", "NJ", 2)
    seeds.order("till", "T1", "A", 50)

    assert {"A": 2, "A-TWO": 1} == amazon(sync(seeds.shop))  # 4 + 4, 2 reserved, 1 + 2 + 1 wait


def test_an_order_that_is_collected_draws_on_its_shop_alone(seeds):
    """Pickup at SHOP takes nothing from what CA and NJ can send."""
    seeds.order("web", "W1", "A", 3, delivery="pickup", pickup_location="SHOP")

    assert {"A": 8, "A-TWO": 4} == amazon(sync(seeds.shop))


def test_unpaid_orders_stop_counting_after_a_week(seeds):
    """Nobody has paid since the 11th: the units are offered again; a person's release makes them count."""
    old = seeds.order("web", "W1", "A", 3, payment="unpaid", placed_at="2026-11-12T13:59:59Z")
    seeds.order("web", "W2", "A", 2, payment="unpaid", placed_at="2026-11-12T14:00:00Z")
    before = amazon(sync(seeds.shop))
    seeds.execute("UPDATE holds SET released = 1 WHERE order_id = ?", old)

    assert {"A": 6, "A-TWO": 3} == before
    assert {"A": 3, "A-TWO": 1} == amazon(sync(seeds.shop, full=True))


def test_cancelled_external_and_counter_orders_draw_nothing(seeds):
    """They never take from the places a channel sells from."""
    seeds.order("web", "W1", "A", 3)
    seeds.execute("UPDATE lines SET cancelled = 3")
    seeds.order("amazon-us", "F1", "B", 3, external=1, external_line=1)
    seeds.order("till", "C1", "A", 2, counter_location="NJ")

    assert {"A": 8, "A-TWO": 4} == amazon(sync(seeds.shop))


def test_a_kit_in_an_open_order_draws_its_components(seeds):
    """One kit of two A and one B waits: two A fewer, and the kit itself is as many as B allows."""
    seeds.products(kits=[("KIT", "A", 2), ("KIT", "B", 1)])
    seeds.count("B", "NJ", 3)
    seeds.listings("amazon-us", ("KIT", None))
    seeds.order("web", "W1", "KIT", 1)

    assert {"A": 6, "A-TWO": 3, "KIT": 2} == amazon(sync(seeds.shop))


def test_what_cannot_be_published_is_named(seeds):
    """Unmapped listings, Amazon's own stock: named with the reason, the others written."""
    seeds.listings("amazon-us", ("NOBODY", None), ("B", None))
    seeds.order("amazon-us", "F1", "B", 1, external=1, external_line=1)
    report = sync(seeds.shop)

    assert {"A", "A-TWO"} == set(amazon(report))
    assert [("B", "ships from the channel's own warehouse"), ("NOBODY", "not mapped to a sku")] == [
        (u["listing_sku"], u["reason"]) for u in report.json()["unpublished"]
    ]
    assert 0 == report.exit_code


def test_a_listing_sold_from_both_warehouses_is_published(seeds):
    """Once sold from our own stock, it is ours to publish."""
    seeds.order("amazon-us", "F1", "A", 1, external=1, external_line=1)
    seeds.order("amazon-us", "M1", "A", 1)

    assert {"A": 7, "A-TWO": 3} == amazon(sync(seeds.shop))


def test_a_product_that_ended_is_told_as_zero(seeds):
    """Not active: 0, and the reason says so."""
    sync(seeds.shop)
    seeds.execute("UPDATE products SET active = 0 WHERE sku = 'A'")
    report = sync(seeds.shop)

    assert {"A": 0, "A-TWO": 0} == amazon(report)
    assert {"not active"} == {c["reason"] for c in report.json()["changes"]}


def test_buffer_and_cap_of_a_channel(tmp_path):
    """Half of what is left after waiting orders, and no more than three shown."""
    seeds = shop_of(tmp_path, 'buffer = "50%"\nmax_listed = 3')
    seeds.products("A", "B")
    seeds.count("A", "NJ", 9)
    seeds.count("B", "NJ", 5)
    seeds.imported("amazon-us")
    seeds.listings("amazon-us", ("A", None), ("B", None))
    seeds.order("web", "W1", "B", 2)

    assert {"A": 3, "B": 1} == amazon(sync(seeds.shop))


def test_old_orders_stop_a_channel_and_only_it(seeds):
    """A sale we have not seen must not be sold again: the stale channel is named, the other written, exit 3."""
    seeds.imported("web", timedelta(hours=25))
    seeds.listings("web", ("A", None))
    report = sync(seeds.shop)

    assert 3 == report.exit_code
    assert [{"channel": "web", "reason": "its orders were imported 25 h ago, more than 24 h: import newer ones, or use "
             "--force"}] == [s for s in report.json()["skipped"] if s["channel"] == "web"]  # fmt: skip
    assert {"A", "A-TWO"} == set(amazon(report))
    assert ("web", "A", None) in numbers(sync(seeds.shop, ["web"], force=True))


def test_nothing_is_left_behind_when_every_channel_is_refused(tmp_path):
    """Never imported: exit 1, no batch, no file; an undone import counts as none."""
    seeds = shop_of(tmp_path)
    seeds.products("A")
    seeds.count("A", "NJ", 1)
    seeds.listings("web", ("A", None))
    never = sync(seeds.shop, ["web"])
    undo(seeds.shop, seeds.imported("web"))
    undone = sync(seeds.shop, ["web"])

    assert (1, None, []) == (never.exit_code, never.batch, never.documents)
    assert (1, None) == (undone.exit_code, undone.batch)
    with seeds.shop.store.read() as conn:
        assert [] == conn.execute("SELECT id FROM batches WHERE command = 'sync'").fetchall()


def test_a_channel_that_sells_nothing_yet_is_no_failure(seeds):
    """No listings: said, but the run is fine; a till without listings is not even mentioned."""
    report = sync(seeds.shop)

    assert ["site", "web"] == [s["channel"] for s in report.json()["skipped"]]
    assert 0 == report.exit_code


def many(seeds, count):
    seeds.products(*(f"M{i}" for i in range(count)))
    for i in range(count):
        seeds.count(f"M{i}", "NJ", 5)
    seeds.listings("amazon-us", *((f"M{i}", None) for i in range(count)))


def zero(seeds, count):
    for i in range(count):
        seeds.count(f"M{i}", "NJ", 0, "2026-11-19T12:00:00Z")


def test_too_many_zeros_need_a_persons_word(tmp_path):
    """More than 30 % would become 0: refused, the other channel written, exit 3; with force it is told."""
    seeds = shop_of(tmp_path)
    many(seeds, 10)
    seeds.imported("amazon-us")
    seeds.imported("web")
    seeds.listings("web", ("M0", None))
    first = sync(seeds.shop)
    zero(seeds, 4)
    refused = sync(seeds.shop)
    alone = sync(seeds.shop, ["amazon-us"])
    forced = sync(seeds.shop, ["amazon-us"], force=True)

    assert 0 == first.exit_code
    assert 3 == refused.exit_code
    assert {("web", "M0", None): 0} == numbers(refused)
    assert {"amazon-us": "4 of 10 listings would become 0: look at the stock counts, or use --force"} == {
        s["channel"]: s["reason"] for s in refused.json()["skipped"] if s["channel"] == "amazon-us"
    }
    assert (1, None) == (alone.exit_code, alone.batch)
    assert {f"M{i}": 0 for i in range(4)} == amazon(forced)


def test_a_few_zeros_and_small_shops_pass(tmp_path):
    """Three of ten is still usual; under ten listings nobody is asked."""
    seeds = shop_of(tmp_path)
    many(seeds, 10)
    seeds.imported("amazon-us")
    sync(seeds.shop)
    zero(seeds, 3)
    three = sync(seeds.shop)
    zero_rest = [seeds.count(f"M{i}", "NJ", 0, "2026-11-19T13:00:00Z") for i in range(3, 10)]
    rest = sync(seeds.shop)  # seven are above 0

    assert (0, 3) == (three.exit_code, len(amazon(three)))
    assert (0, len(zero_rest)) == (rest.exit_code, len(amazon(rest)))


def test_a_number_remembers_which_orders_it_knew(seeds):
    """The watermark beside each number is the newest order time of that channel's files."""
    sync(seeds.shop)
    with seeds.shop.store.read() as conn:
        rows = conn.execute("SELECT DISTINCT channel, as_of FROM published").fetchall()

    assert [("amazon-us", "2026-11-19T13:00:00Z")] == [tuple(row) for row in rows]


def test_unknown_channel_is_a_mistake_of_words(seeds):
    """The nearest known name is offered."""
    with pytest.raises(UnknownChannel, match="did you mean `amazon-us`"):
        sync(seeds.shop, ["amazon-u"])


EXPORT = (
    "Handle,Title,Option1 Name,Option1 Value,SKU,HS Code,COO,Location,Bin name,Incoming (not editable),"
    "Unavailable (not editable),Committed (not editable),Available (not editable),On hand (current),On hand (new)\n"
    '0017-mug,"Mug, ""blue""",Title,Default Title,0017,,,Los Angeles,,0,1,2,5,8,\n'
    '0017-mug,"Mug, ""blue""",Title,Default Title,0017,,,Newark Warehouse,,0,0,0,3,3,\n'
    "0017-mug,Mug,Title,Default Title,0017,,,Corner,,0,0,0,3,3,7\n"
    "tee,Tee,Size,L,-,,,Newark Warehouse,,0,0,0,3,3,\n"
    "tee,Tee,Size,L,-,,,Los Angeles,,not stocked,not stocked,not stocked,not stocked,not stocked,not stocked\n"
    "cap,Cap,Size,M,UNKNOWN,,,Newark Warehouse,,0,0,0,3,3,\n"
)
OLD_EXPORT = (
    "Handle,Title,Option1 Name,Option1 Value,SKU,HS Code,COO,Location,Incoming,Unavailable,Committed,Available,On hand\n"
    "0017-mug,Mug,Title,Default Title,0017,,,Los Angeles,0,0,2,5,8\n"
)


@pytest.fixture
def shopify(tmp_path):
    """A mug in two places, one waiting, and a tee known by title alone."""
    seeds = shop_of(tmp_path)
    seeds.products("0017", "TEE-L")
    seeds.count("0017", "CA", 5)
    seeds.count("0017", "NJ", 4)
    seeds.count("TEE-L", "NJ", 6)
    seeds.listings("site", ("Tee / L", "TEE-L"), ("0017", None))
    seeds.imported("site")
    seeds.order("web", "W1", "0017", 1)
    return seeds


def export(seeds, text, name="inventory.csv", ago=timedelta(hours=1)):
    path = seeds.shop.root / "templates" / "site" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, newline="")
    at = (seeds.shop.now - ago).timestamp()
    os.utime(path, (at, at))
    return path


def test_shopify_gets_its_own_export_back_with_on_hand_filled_in(shopify):
    """Sellable there + committed + unavailable; what waits comes off the last place; nothing else in a row changes."""
    export(shopify, EXPORT)
    report = sync(shopify.shop, ["site"])
    written = (shopify.shop.root / report.documents[0].path).read_text()
    head, *rows = written.splitlines()

    assert EXPORT.splitlines()[0] == head
    assert [
        '0017-mug,"Mug, ""blue""",Title,Default Title,0017,,,Los Angeles,,0,1,2,5,8,7',  # 5 - 1 safety + 1 + 2
        '0017-mug,"Mug, ""blue""",Title,Default Title,0017,,,Newark Warehouse,,0,0,0,3,3,3',  # 4 - 1 waiting
        "tee,Tee,Size,L,-,,,Newark Warehouse,,0,0,0,3,3,6",
    ] == rows
    assert {("site", "0017", "CA"): 7, ("site", "0017", "NJ"): 3, ("site", "Tee / L", "NJ"): 6} == numbers(report)
    assert (
        "first publish: on_hand 9, reserved 0, safety_stock 1, soft 1, buffer 0; here 4 + committed 2 + unavailable 1"
        == report.json()["changes"][0]["reason"]
    )
    assert ["site: no location is called `Corner` there: its rows stay as they are"] == report.notes
    assert [("UNKNOWN", "not mapped to a sku")] == [(u["listing_sku"], u["reason"]) for u in report.json()["unpublished"]]


def test_shopify_again_only_rows_that_changed(shopify):
    """The same export and the same stock: no file; one sale: one row."""
    export(shopify, EXPORT)
    sync(shopify.shop, ["site"])
    again = sync(shopify.shop, ["site"])
    shopify.order("web", "W2", "0017", 1)
    moved = sync(shopify.shop, ["site"])

    assert [] == again.documents
    assert {("site", "0017", "NJ"): 2} == numbers(moved)


def test_older_inventory_exports_work_as_well(shopify):
    """Without `(new)`: `On hand` itself is filled in."""
    export(shopify, OLD_EXPORT)
    report = sync(shopify.shop, ["site"])
    rows = (shopify.shop.root / report.documents[0].path).read_text().splitlines()

    assert "0017-mug,Mug,Title,Default Title,0017,,,Los Angeles,0,0,2,5,6" == rows[1]
    assert [("Tee / L", "not in the newest export")] == [(u["listing_sku"], u["reason"]) for u in report.json()["unpublished"]]


def test_the_newest_export_is_taken(shopify):
    """Of two files the newer one; the name decides nothing."""
    export(shopify, OLD_EXPORT, "z.csv", timedelta(hours=2))
    export(shopify, EXPORT, "a.csv")

    assert 3 == len(numbers(sync(shopify.shop, ["site"])))


def test_a_variant_mapped_by_its_name_in_orders_needs_no_second_mapping(shopify):
    """Order files say `Tee - L`, the export says `Tee` and `L`: one mapping is enough."""
    shopify.execute("UPDATE listings SET listing_sku = 'Tee - L' WHERE listing_sku = 'Tee / L'")
    (shopify.shop.root / "oms.toml").touch()
    downloaded = shopify.shop.root / "inventory_export.csv"
    downloaded.write_text(EXPORT, newline="")
    import_files(shopify.shop, [downloaded], Wishes(channel="site"))
    report = sync(shopify.shop, ["site"])

    assert 6 == numbers(report)["site", "Tee - L", "NJ"]
    assert ["UNKNOWN"] == [each["listing_sku"] for each in report.json()["unpublished"]]


@pytest.mark.parametrize(("ago", "said"), [(None, "no inventory export"), (timedelta(hours=30), "older than the limit")])
def test_without_a_fresh_export_shopify_is_skipped_and_named(shopify, ago, said):
    """Others are written; what to do is said."""
    if ago:
        export(shopify, EXPORT, ago=ago)
    shopify.imported("web")
    shopify.listings("web", ("0017", None))
    report = sync(shopify.shop)

    assert 3 == report.exit_code
    assert [("web", "0017", None)] == list(numbers(report))
    assert said in next(s["reason"] for s in report.json()["skipped"] if s["channel"] == "site")


def test_an_old_export_can_be_forced(shopify):
    """A person's word is enough."""
    export(shopify, EXPORT, ago=timedelta(hours=30))

    assert 3 == len(numbers(sync(shopify.shop, ["site"], force=True)))


def test_a_stock_number_is_explained_down_to_the_row_of_the_file(seeds):
    """Count with file and line, what is set aside, who waits, and each channel's arithmetic."""
    routed = seeds.order("web", "W1", "A", 3)
    seeds.reserve(routed, "A", "NJ", 2)
    sync(seeds.shop)
    story = explain_stock(seeds.shop, "A")
    place = {p["location"]: p for p in story.json()["stock"]}["NJ"]
    channel = {c["channel"]: c for c in story.json()["channels"]}["amazon-us"]

    assert (4, 2, 2) == (place["on_hand"], place["reserved"], place["available"])
    assert (4, "inbox/stock.csv", 2) == (place["count"]["quantity"], place["count"]["file"], place["count"]["row"])
    assert [("web", "W1", 2)] == [(a["channel"], a["order_ref"], a["quantity"]) for a in place["allocations"]]
    assert [("web", "W1", 1)] == [(w["channel"], w["order_ref"], w["quantity"]) for w in story.json()["soft"]]
    assert [{"sku": "A", "units": 1, "pool": 6, "soft": 1, "buffer": 0, "net": 5}] == channel["parts"]
    assert 5 == channel["ats"]
    assert [("A", 5, 5), ("A-TWO", 2, 2)] == [(x["listing_sku"], x["ats"], x["published"]) for x in channel["listings"]]
    assert "  A: max(0, pool 6 - soft 1 - buffer 0) = 5" in story.lines()


def test_a_kit_is_explained_by_its_components(seeds):
    """The scarcest component is visible."""
    seeds.products(kits=[("KIT", "A", 2), ("KIT", "B", 1)])
    seeds.count("B", "NJ", 3)
    story = explain_stock(seeds.shop, "KIT")
    channel = {c["channel"]: c for c in story.json()["channels"]}["amazon-us"]

    assert [{"sku": "A", "units": 2}, {"sku": "B", "units": 1}] == story.json()["kit"]
    assert 3 == channel["ats"]
    assert "kit: min(8 // 2, 3 // 1) = 3" in channel["arithmetic"]


def test_what_shopify_holds_back_hides_no_closed_shop(shopify):
    """Each of ten listings has a unit committed to an order: on hand stays 1 where nothing is for sale any more."""
    skus = [f"SKU-{number}" for number in range(10)]
    rows = [f"h-{sku},{sku},Title,Default Title,{sku},,,Newark Warehouse,0,0,1,5,6" for sku in skus]
    export(shopify, "\n".join([OLD_EXPORT.splitlines()[0], *rows]) + "\n")
    shopify.products(*skus)
    shopify.listings("site", *((sku, None) for sku in skus))
    for sku in skus:
        shopify.count(sku, "NJ", 5)
    sync(shopify.shop, ["site"])
    for sku in skus:
        shopify.count(sku, "NJ", 0, at="2026-11-19T09:00:00Z")
    refused = sync(shopify.shop, ["site"])

    assert ["10 of 10 listings would become 0: look at the stock counts, or use --force"] == [s.reason for s in refused.skipped]
