"""Orders in: identity, repeats, older over newer, and edits by the stage they find."""

from tests.channel_files import all_orders, shopify, unshipped
from tests.conftest import Desk

MUG = {"ref": "#1001", "id": "9001", "lines": [("MUG", 2), ("CUP", 1)]}


def statuses(desk: Desk) -> dict[str, str]:
    return dict(desk.rows("SELECT order_ref, status FROM orders"))


def holds(desk: Desk, ref: str) -> list[str]:
    found = desk.rows("SELECT reason FROM holds h JOIN orders o ON o.id = h.order_id WHERE order_ref = ? AND released = 0 "
                      "ORDER BY 1", ref)  # fmt: skip
    return [reason for (reason,) in found]


def ready(desk: Desk) -> None:
    for sku in ("MUG", "CUP"):
        desk.stock(sku, "NJ", 10)


def test_an_order_is_its_lines_and_its_buyer(desk: Desk) -> None:
    """Continuation rows are lines of one order, and the buyer's zip keeps its zero."""
    ready(desk)
    report = desk.import_text(shopify(MUG))

    assert (report.exit_code, report.files[0].new, report.files[0].rows) == (0, 1, 2)
    assert desk.rows("SELECT sku, ordered FROM lines ORDER BY position") == [("MUG", 2), ("CUP", 1)]
    assert desk.rows("SELECT name, postcode, country FROM contacts") == [("Ada Boon", "07030", "US")]
    assert statuses(desk) == {"#1001": "ready"}


def test_the_same_file_again_changes_nothing(desk: Desk) -> None:
    """By its bytes, and by what it says under another name."""
    ready(desk)
    desk.import_text(shopify(MUG))
    before = desk.dump()
    again = desk.import_text(shopify(MUG))
    renamed = desk.import_text(shopify(MUG) + "\n", "other.csv")

    assert (again.files[0].unchanged, renamed.files[0].unchanged) == (1, 1)
    assert before == desk.dump()


def test_an_unmapped_line_holds_its_order_and_no_other(desk: Desk) -> None:
    """One unknown sku never stops the file; the hold goes when the sku is known."""
    ready(desk)
    desk.import_text(shopify(MUG, {"ref": "#1002", "id": "9002", "lines": [("VASE", 1)]}))
    first = holds(desk, "#1002"), holds(desk, "#1001")
    desk.stock("VASE", "NJ", 1)

    assert first == (["unmapped_sku"], [])
    assert holds(desk, "#1002") == []
    assert desk.rows("SELECT sku FROM lines WHERE listing_sku = 'VASE'") == [("VASE",)]


def test_a_cut_before_picking_frees_the_stock_at_once(desk: Desk) -> None:
    """Two mugs become one: one is cancelled, one reservation is given back."""
    ready(desk)
    desk.import_text(shopify(MUG))
    desk.reserve("#1001", "NJ")
    report = desk.import_text(shopify(MUG | {"lines": [("MUG", 1), ("CUP", 1)]}), "later.csv")

    assert report.files[0].updated == 1
    assert desk.rows("SELECT ordered, cancelled FROM lines WHERE sku = 'MUG'") == [(2, 1)]
    assert desk.rows("SELECT on_hand, reserved FROM stock WHERE sku = 'MUG'") == [(10, 1)]


def test_a_cut_after_picking_is_recalled_and_held(desk: Desk) -> None:
    """At the bench the counters stand and the order is held."""
    ready(desk)
    desk.import_text(shopify(MUG))
    desk.reserve("#1001", "NJ", picking=True)
    desk.import_text(shopify(MUG | {"lines": [("MUG", 1), ("CUP", 1)]}), "later.csv")

    assert desk.rows("SELECT ordered, cancelled, recalled FROM lines WHERE sku = 'MUG'") == [(2, 0, 1)]
    assert holds(desk, "#1001") == ["recall"]
    assert desk.rows("SELECT reserved FROM stock WHERE sku = 'MUG'") == [(2,)]


def test_an_order_cancelled_after_routing_gives_everything_back(desk: Desk) -> None:
    """Cancelled on the channel before picking: nothing is reserved any more, and it never wakes again."""
    ready(desk)
    desk.import_text(shopify(MUG))
    desk.reserve("#1001", "NJ")
    desk.import_text(shopify(MUG | {"Cancelled at": "2026-11-18 12:00:00 -0500"}), "later.csv")
    cancelled = statuses(desk)["#1001"]
    desk.import_text(shopify(MUG | {"created": "2026-11-18 13:00:00 -0500"}), "latest.csv")

    assert (cancelled, statuses(desk)["#1001"]) == ("cancelled", "cancelled")
    assert desk.rows("SELECT sum(reserved) FROM stock") == [(0,)]


def test_a_removed_line_is_cancelled_and_the_others_stay_themselves(desk: Desk) -> None:
    """A Shopify export names every line: what is missing was removed."""
    ready(desk)
    desk.import_text(shopify(MUG))
    lines = desk.rows("SELECT id FROM lines WHERE sku = 'CUP'")
    desk.import_text(shopify(MUG | {"lines": [("CUP", 1)]}), "later.csv")

    assert desk.rows("SELECT sku, ordered, cancelled FROM lines ORDER BY position") == [("MUG", 2, 2), ("CUP", 1, 0)]
    assert desk.rows("SELECT id FROM lines WHERE sku = 'CUP'") == lines


def test_an_added_line_joins_its_order(desk: Desk) -> None:
    """A line that the newer file adds is mapped and waits to be routed."""
    ready(desk)
    desk.import_text(shopify(MUG | {"lines": [("MUG", 2)]}))
    desk.import_text(shopify(MUG), "later.csv")

    assert desk.rows("SELECT sku, ordered FROM lines ORDER BY position") == [("MUG", 2), ("CUP", 1)]


def test_an_older_file_never_overwrites_a_newer_one(desk: Desk) -> None:
    """Yesterday's export, imported late, changes no quantity and no address."""
    ready(desk)
    newer = MUG | {"lines": [("MUG", 5), ("CUP", 1)], "Shipping City": "Newark"}
    late = {"ref": "#1009", "id": "9009", "lines": [("MUG", 1)], "created": "2026-11-18 13:00:00 -0500"}
    desk.import_text(shopify(newer, late))
    report = desk.import_text(shopify(MUG), "older.csv")

    assert report.files[0].unchanged == 1
    assert desk.rows("SELECT ordered FROM lines WHERE sku = 'MUG' AND ordered > 1") == [(5,)]
    assert desk.rows("SELECT city FROM contacts LIMIT 1") == [("Newark",)]


def test_the_channels_own_id_decides(desk: Desk) -> None:
    """The same name with another id is another order; an order known by name alone takes its id on."""
    ready(desk)
    desk.import_text(shopify(MUG | {"id": ""}))
    desk.import_text(shopify(MUG), "later.csv")
    desk.import_text(shopify(MUG | {"id": "9777"}), "other.csv")

    assert desk.rows("SELECT order_ref, channel_order_id FROM orders ORDER BY id") == [("#1001", "9001"), ("#1001", "9777")]


def test_fulfilled_at_first_sight_moves_no_stock(desk: Desk) -> None:
    """History is history."""
    ready(desk)
    desk.import_text(shopify(MUG | {"Fulfillment Status": "fulfilled", "lines": [("MUG", 2, True), ("CUP", 1, True)]}))

    assert statuses(desk) == {"#1001": "shipped"}
    assert desk.rows("SELECT on_hand FROM stock WHERE sku = 'MUG'") == [(10,)]


def test_shipped_elsewhere_takes_what_we_held(desk: Desk) -> None:
    """The channel says it left without our tracking: our reservation leaves stock, and the journal says so."""
    ready(desk)
    desk.import_text(shopify(MUG))
    desk.reserve("#1001", "NJ")
    gone = {"Fulfillment Status": "fulfilled", "Fulfilled at": "2026-11-18 12:00:00 -0500",
            "lines": [("MUG", 2, True), ("CUP", 1, True)]}  # fmt: skip
    desk.import_text(shopify(MUG | gone), "later.csv")

    assert statuses(desk) == {"#1001": "shipped"}
    assert desk.rows("SELECT sku, on_hand, reserved FROM stock ORDER BY sku") == [("CUP", 9, 0), ("MUG", 8, 0)]
    assert desk.rows("SELECT kind FROM events WHERE kind = 'shipped_elsewhere'") == [("shipped_elsewhere",)]


def test_amazons_reports_describe_one_set_of_lines_in_any_order(desk: Desk) -> None:
    """History first or unshipped first: the same two lines, with their item ids."""
    ready(desk)
    lines = [{"order": "113-1", "item": "501", "sku": "MUG", "quantity": 1},
             {"order": "113-1", "item": "502", "sku": "MUG", "quantity": 1}]  # fmt: skip
    history = all_orders(*lines)
    desk.import_text(history, "all.txt")
    only_history = holds(desk, "113-1")
    desk.import_text(unshipped(*lines), "unshipped.txt")
    desk.import_text(history, "all.txt")

    assert only_history == ["address"]
    assert desk.rows("SELECT line_ref, ordered, cancelled FROM lines ORDER BY 1") == [("501", 1, 0), ("502", 1, 0)]
    assert holds(desk, "113-1") == []


def test_unpaid_waits_and_goes_on_when_paid(desk: Desk) -> None:
    """Payment is verified, never taken."""
    ready(desk)
    desk.import_text(shopify(MUG | {"Financial Status": "pending", "Paid at": ""}))
    unpaid = statuses(desk)["#1001"], holds(desk, "#1001")
    desk.import_text(shopify(MUG), "later.csv")

    assert unpaid == ("unpaid", ["unpaid"])
    assert (statuses(desk)["#1001"], holds(desk, "#1001")) == ("ready", [])


def test_a_bad_row_rejects_its_whole_order_and_mends(desk: Desk) -> None:
    """The rejects file has the shape of the input: mend it, import it, done."""
    ready(desk)
    text = shopify(MUG | {"lines": [("MUG", "many"), ("CUP", 1)]}, {"ref": "#1002", "id": "9002", "lines": [("CUP", 1)]})
    report = desk.import_text(text)
    file = report.files[0]
    rejects = (desk.root / str(file.rejects_file)).read_text(encoding="utf-8-sig")
    mended = desk.import_text(rejects.replace("many", "3"), "mended.csv")

    assert (report.exit_code, file.new, file.rejected, file.rows_rejected) == (3, 1, 1, 2)
    assert (file.problems[0]["row"], file.problems[0]["column"], file.problems[0]["value"]) == (2, "Lineitem quantity", "many")
    assert (mended.exit_code, mended.files[0].new) == (0, 1)
    assert desk.rows("SELECT sum(ordered) FROM lines") == [(5,)]


def test_a_connectors_copy_is_held_as_a_duplicate(desk: Desk) -> None:
    """An Amazon order that an app copied into the web shop is not shipped twice."""
    ready(desk)
    desk.import_text(unshipped({"order": "113-4521987-1234501", "item": "501", "sku": "MUG", "quantity": 1}), "u.txt")
    desk.import_text(shopify(MUG | {"Notes": "Amazon 113-4521987-1234501", "lines": [("MUG", 1)]}))

    assert holds(desk, "#1001") == ["duplicate"]
    assert holds(desk, "113-4521987-1234501") == []


def test_an_orders_discount_is_shared_over_its_lines(desk: Desk) -> None:
    """Ten dollars off three lines: to the cent, and what nobody said stays unknown."""
    ready(desk)
    order = MUG | {"lines": [("MUG", 1), ("CUP", 1), ("MUG", 1)], "Discount Amount": "10.00"}
    desk.import_text(shopify(order))
    none = unshipped({"order": "113-1", "item": "501", "sku": "MUG", "quantity": 1})
    desk.import_text(none, "u.txt")

    assert desk.rows("SELECT discount FROM lines ORDER BY order_id, position") == [(334,), (333,), (333,), (None,)]


def test_no_two_lines_of_an_order_share_a_name(desk: Desk) -> None:
    """One more mug as a line of its own, before the old one in the file: the old line keeps name and units."""
    ready(desk)
    desk.import_text(shopify(MUG))
    longer = shopify(MUG | {"lines": [("MUG", 1), ("MUG", 2), ("CUP", 1)]})
    desk.import_text(longer, "later.csv")
    before = desk.dump()
    again = desk.import_text(longer + "\n", "again.csv")

    assert desk.rows("SELECT line_ref, ordered, cancelled FROM lines WHERE sku = 'MUG' ORDER BY id") == [
        ("MUG#1", 2, 0), ("MUG#2", 1, 0),
    ]  # fmt: skip
    assert (again.files[0].unchanged, desk.dump()) == (1, before)


def test_an_old_file_again_takes_back_no_edit(desk: Desk) -> None:
    """Both exports name the same newest time: the one that was imported last is the newer, whichever is read again."""
    ready(desk)
    broken = {"ref": "#1009", "id": "9009", "lines": [("MUG", "many")]}  # a file with a rejected row is always read again
    first, edited = shopify(MUG, broken), shopify(MUG | {"lines": [("MUG", 1), ("CUP", 1)]}, broken)
    desk.import_text(first, "first.csv")
    desk.import_text(edited, "edited.csv")
    before = desk.dump()
    again = [desk.import_text(text, name).files[0].updated for text, name in ((first, "first.csv"), (edited, "edited.csv"))]

    assert (again, desk.dump()) == ([0, 0], before)


def test_a_restocked_line_of_nothing_is_a_cancelled_line(desk: Desk) -> None:
    """Shopify says 0 of a line that was taken back: the rest of the order comes in."""
    ready(desk)
    text = shopify(MUG | {"lines": [("MUG", 2), ("CUP", 0, True)]})
    report = desk.import_text(text.replace(",fulfilled", ",restocked"))

    assert (report.exit_code, statuses(desk)) == (0, {"#1001": "ready"})


def test_the_counts_of_a_file_add_up_whatever_its_kind(desk: Desk) -> None:
    """`orders` is new + updated + unchanged + rejected; of a file without orders it counts rows."""
    told = desk.import_text("sku,title\nMUG,Mug\nCUP,Cup\n", "products.csv").json()["files"][0]

    assert 2 == told["orders"] == told["new"] == told["rows"]
