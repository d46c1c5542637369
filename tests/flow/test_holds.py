"""Holds go when their cause is gone, whichever file or count brings that."""

from tests.channel_files import shopify
from tests.conftest import Desk

MUG = {"ref": "#1001", "id": "9001", "lines": [("MUG", 3)]}
WHOLESALE = (
    "order_ref,placed_at,sku,quantity,name,email,address1,city,region,postcode,country\n"
    "W-7,2026-11-18T12:00:00-05:00,MUG,3,Ada Boon,ada@example.com,1 Mill Lane,Hoboken,NJ,07030,US\n"
)


def holds(desk: Desk) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {ref: [] for (ref,) in desk.rows("SELECT order_ref FROM orders")}
    for ref, reason in desk.rows("SELECT order_ref, reason FROM holds h JOIN orders o ON o.id = h.order_id "
                                 "WHERE released = 0 ORDER BY 1, 2"):  # fmt: skip
        found[ref].append(reason)
    return found


def test_a_recall_that_is_taken_back_holds_no_more(desk: Desk) -> None:
    """The buyer wants one less, then all three again, while they lie at the bench."""
    desk.stock("MUG", "NJ", 10)
    desk.import_text(shopify(MUG))
    desk.reserve("#1001", "NJ", picking=True)
    desk.import_text(shopify(MUG | {"lines": [("MUG", 2)]}), "cut.csv")
    recalled = holds(desk)
    desk.import_text(shopify(MUG | {"created": "2026-11-18 09:30:00 -0500"}), "again.csv")

    assert recalled == {"#1001": ["recall"]}
    assert holds(desk) == {"#1001": []}
    assert desk.rows("SELECT status FROM orders") == [("picking",)]


def test_units_that_are_found_again_hold_no_more(desk: Desk) -> None:
    """A count takes a unit from the bench, a better count brings it back."""
    desk.stock("MUG", "NJ", 10)
    desk.import_text(shopify(MUG))
    desk.reserve("#1001", "NJ", picking=True)
    desk.stock("MUG", "NJ", 2, "2026-11-19T10:00:00Z")
    short = holds(desk)
    desk.stock("MUG", "NJ", 10, "2026-11-19T11:00:00Z")

    assert short == {"#1001": ["short"]}
    assert holds(desk) == {"#1001": []}


def test_the_later_of_two_equal_orders_is_held_whichever_came_first(desk: Desk) -> None:
    """The copy was imported before the order it copies."""
    desk.stock("MUG", "NJ", 10)
    desk.import_text(WHOLESALE, "wholesale.csv")
    desk.import_text(shopify(MUG))

    assert holds(desk) == {"#1001": [], "W-7": ["duplicate"]}


def test_a_duplicate_of_a_cancelled_order_is_none(desk: Desk) -> None:
    """The first of the two is cancelled: the second may ship."""
    desk.stock("MUG", "NJ", 10)
    desk.import_text(shopify(MUG))
    desk.import_text(WHOLESALE, "wholesale.csv")
    held = holds(desk)
    desk.import_text(shopify(MUG | {"Cancelled at": "2026-11-18 13:00:00 -0500"}), "cancelled.csv")

    assert held == {"#1001": [], "W-7": ["duplicate"]}
    assert holds(desk) == {"#1001": [], "W-7": []}


def test_a_gift_card_in_the_order_is_nothing_to_ship(desk: Desk) -> None:
    """Its line was fulfilled at once or never is: the order is as far as its goods are."""
    desk.stock("MUG", "NJ", 10)
    cards = [shopify({"ref": ref, "id": ref, "lines": [("MUG", 1), ("CARD", 1, sent)]}) for ref, sent in
             (("#1", True), ("#2", False))]  # fmt: skip
    for number, text in enumerate(cards):
        head, *rows = text.splitlines()
        needs = ["Lineitem requires shipping", "true", "false"]
        desk.import_text("\n".join(f"{row},{more}" for row, more in zip([head, *rows], needs, strict=True)), f"{number}.csv")
    before = desk.rows("SELECT order_ref, status FROM orders ORDER BY 1")
    gone = {"Fulfillment Status": "partial", "Fulfilled at": "2026-11-18 12:00:00 -0500"}
    text = shopify({"ref": "#2", "id": "#2", "lines": [("MUG", 1, True), ("CARD", 1)]} | gone)
    desk.import_text(text, "gone.csv")

    assert before == [("#1", "ready"), ("#2", "ready")]
    assert desk.rows("SELECT order_ref, status FROM orders ORDER BY 1") == [("#1", "ready"), ("#2", "shipped")]
