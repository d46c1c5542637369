"""What a newer file changes in an order, by the stage each line has reached."""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from oms.core.change_set import ChangeSet, SaidLine, StoredLine
from oms.core.changes import CONTACT, FIELDS, compare
from oms.core.line_changes import match_lines
from oms.model.states import Reason

BLANK = dict.fromkeys((*FIELDS, *CONTACT, "channel_order_id", "cancelled_at", "updated_at"))
ORDER: dict[str, Any] = {
    **BLANK, "order_ref": "1001", "as_of": "2026-11-18T10:00:00Z", "payment": "paid", "delivered": 0, "no_address": 0,
}  # fmt: skip
SAID = {**ORDER, "cancelled": False}


def stored(
    sku: str = "MUG", ordered: int = 5, cancelled: int = 0, recalled: int = 0, shipped: int = 0, reserved: int = 0,
    picking: int = 0, line_id: int = 1, ref: str | None = None, position: int = 0,
) -> StoredLine:  # fmt: skip
    return StoredLine(line_id, ref or f"{sku}#1", ref is not None, f"{sku}#1", position, sku, sku.title(), ordered,
                      cancelled, recalled, shipped, reserved, picking)  # fmt: skip


def said(sku: str = "MUG", quantity: int = 5, cancelled: int = 0, shipped: int = 0, ref: str | None = None,
         key: str | None = None, position: int = 0) -> SaidLine:  # fmt: skip
    return SaidLine(ref, key or f"{sku}#1", position, sku, sku.title(), quantity, cancelled, shipped)


def change(
    lines: list[StoredLine], file: list[SaidLine], order: dict[str, Any] | None = None,
    says: dict[str, Any] | None = None, older: bool = False, whole: bool = True,
) -> ChangeSet:  # fmt: skip
    return compare({**ORDER, **(order or {})}, dict.fromkeys(CONTACT) | {"erased": 0}, lines,
                   {**SAID, **(says or {})}, file, older=older, whole_orders=whole)  # fmt: skip


def counters(found: ChangeSet) -> list[tuple[int, int, int, int, int]]:
    return [(c.ordered, c.cancelled, c.recalled, c.shipped, c.released) for c in found.lines]


def test_the_same_again_changes_nothing() -> None:
    """A file that says what is known is no change."""
    assert change([stored(reserved=5)], [said()]).is_empty()


def test_a_cut_before_picking_takes_effect_at_once() -> None:
    """Five become three: two are cancelled and two reserved units are free again."""
    assert counters(change([stored(reserved=5)], [said(quantity=3)])) == [(5, 2, 0, 0, 2)]


def test_a_cut_of_waiting_units_releases_nothing() -> None:
    """What was never reserved is cut first."""
    assert counters(change([stored(reserved=3)], [said(quantity=3)])) == [(5, 2, 0, 0, 0)]


def test_a_cut_after_picking_is_a_recall_and_the_counters_stand() -> None:
    """What is at the bench is recalled, not cancelled."""
    found = change([stored(picking=5)], [said(quantity=3)])

    assert counters(found) == [(5, 0, 2, 0, 0)]
    assert list(found.holds) == [Reason.RECALL]


def test_a_recall_is_told_once() -> None:
    """The same cut in the next file recalls nothing more."""
    assert change([stored(picking=5, recalled=2)], [said(quantity=3)]).is_empty()


def test_a_recall_taken_back_orders_nothing_new() -> None:
    """Five again after three: the recall goes, the order is as before."""
    assert counters(change([stored(picking=5, recalled=2)], [said(quantity=5)])) == [(5, 0, 0, 0, 0)]


def test_a_cut_beyond_what_is_free_cancels_the_free_and_recalls_the_rest() -> None:
    """Two reserved are cancelled and given back, two of three picked are recalled."""
    assert counters(change([stored(reserved=2, picking=3)], [said(quantity=1)])) == [(5, 2, 2, 0, 2)]


def test_a_cancelled_order_gives_back_everything_reserved() -> None:
    """Cancelled on the channel before picking: nothing will leave."""
    found = change([stored(reserved=5)], [said()], says={"cancelled": True, "cancelled_at": "2026-11-18T11:00:00Z"})

    assert counters(found) == [(5, 5, 0, 0, 5)]
    assert found.fields["cancelled_at"] == "2026-11-18T11:00:00Z"


def test_an_order_cancelled_by_an_older_file_is_cancelled() -> None:
    """Cancelled never goes back, whatever the file; nor does an older file wake it."""
    assert counters(change([stored()], [said()], says={"cancelled": True}, older=True)) == [(5, 5, 0, 0, 0)]
    assert change([stored(cancelled=5)], [said()], order={"cancelled_at": "2026-11-18T11:00:00Z"}).is_empty()


def test_an_older_file_changes_no_quantity_and_no_address() -> None:
    """Yesterday's export does not undo today's edit."""
    known = dict.fromkeys(CONTACT) | {"city": "Newark", "erased": 0}
    says = {**SAID, "city": "Trenton", "note": "old"}
    found = compare({**ORDER, "note": "new"}, known, [stored()], says, [said(quantity=3)], older=True, whole_orders=True)

    assert found.is_empty()


def test_more_after_picking_is_held() -> None:
    """Two more of a line that is being picked: ordered, and held for a person."""
    found = change([stored(picking=5)], [said(quantity=7)])

    assert counters(found) == [(7, 0, 0, 0, 0)]
    assert list(found.holds) == [Reason.CHANGED_AFTER_PICK]


def test_a_line_missing_from_a_whole_file_was_removed() -> None:
    """A Shopify export names every line; an unshipped report does not."""
    lines = [stored(), stored("CUP", line_id=2, position=1)]

    assert counters(change(lines, [said()])) == [(5, 5, 0, 0, 0)]
    assert change(lines, [said()], whole=False).is_empty()


def test_a_line_cancelled_item_by_item_is_not_woken_by_a_partial_report() -> None:
    """Amazon: item cancelled, then an unshipped report made before it."""
    assert change([stored(cancelled=5)], [said()], whole=False).is_empty()


def test_units_shipped_on_the_channel_are_shipped() -> None:
    """The channel says two left without us."""
    assert counters(change([stored(reserved=5)], [said(shipped=2)])) == [(5, 0, 0, 2, 0)]


def test_the_echo_of_our_own_confirmation_moves_nothing() -> None:
    """We shipped five, the channel repeats it."""
    assert change([stored(shipped=5)], [said(shipped=5)]).is_empty()


def test_paid_comes_true_and_stays() -> None:
    """Paid never goes back to unpaid."""
    assert change([stored()], [said()], {"payment": "unpaid"}).fields == {"payment": "paid"}
    assert change([stored()], [said()], {"payment": "paid"}, {"payment": "unpaid"}).is_empty()


def test_blank_and_masked_never_overwrite_a_buyer() -> None:
    """A masked name and an empty street leave what is known."""
    known = dict.fromkeys(CONTACT) | {"erased": 0, "name": "Ada Boon", "address1": "1 Mill Lane"}
    found = compare(ORDER, known, [stored()], {**SAID, "name": "A** B***", "address1": " "}, [said()],
                    older=False, whole_orders=True)  # fmt: skip

    assert found.is_empty()


def test_an_erased_buyer_stays_erased() -> None:
    """A re-import does not bring personal data back."""
    known = dict.fromkeys(CONTACT) | {"erased": 1}
    found = compare(ORDER, known, [stored()], {**SAID, "name": "Ada Boon"}, [said()], older=False, whole_orders=True)

    assert found.is_empty()


def test_a_new_address_is_routed_again_before_picking_and_held_after() -> None:
    """The parcel goes elsewhere: release what is reserved; at the bench, hold."""
    before = change([stored(reserved=5)], [said()], says={"postcode": "90001"})
    after = change([stored(picking=5)], [said()], says={"postcode": "90001"})

    assert (before.release_all, list(before.holds)) == (True, [])
    assert list(after.holds) == [Reason.CHANGED_AFTER_PICK]


def test_lines_match_by_id_then_content_and_take_the_id_on() -> None:
    """A line known from the history report is the same line in the unshipped report, which has its id."""
    found = change([stored()], [said(ref="52011", key="MUG#1")])

    assert found.lines[0].facts == {"line_ref": "52011", "has_channel_ref": 1}


def test_two_ids_are_two_lines() -> None:
    """Equal content with different ids is not one line."""
    pairs, gone, added = match_lines([stored(ref="1")], [said(ref="2")])

    assert (pairs, len(gone), len(added)) == ([], 1, 1)


def test_a_removed_line_does_not_shift_the_others() -> None:
    """Of MUG, CUP, BOWL the CUP goes: MUG and BOWL stay themselves."""
    lines = [stored("MUG", line_id=1), stored("CUP", line_id=2, position=1), stored("BOWL", line_id=3, position=2)]
    pairs, gone, _added = match_lines(lines, [said("MUG"), said("BOWL", position=1)])

    assert [(known.listing_sku, line.listing_sku) for known, line in pairs] == [("MUG", "MUG"), ("BOWL", "BOWL")]
    assert [line.listing_sku for line in gone] == ["CUP"]


@given(st.data())
def test_counters_hold_whatever_a_file_says(data: st.DataObject) -> None:
    """ordered >= cancelled + shipped and recalled <= ordered - cancelled, after any change; saying it again is no change."""
    n = st.integers(0, 6)
    ordered = data.draw(st.integers(1, 6))
    cancelled = data.draw(st.integers(0, ordered))
    shipped = data.draw(st.integers(0, ordered - cancelled))
    picking = data.draw(st.integers(0, ordered - cancelled - shipped))
    reserved = data.draw(st.integers(0, ordered - cancelled - shipped - picking))
    line = stored("MUG", ordered, cancelled, data.draw(st.integers(0, picking + shipped)), shipped, reserved, picking)
    quantity = data.draw(n)
    file = said(quantity=quantity, cancelled=data.draw(st.integers(0, quantity)), shipped=data.draw(n))
    found = change([line], [file], says={"cancelled": data.draw(st.booleans())}, older=data.draw(st.booleans()),
                   whole=data.draw(st.booleans()))  # fmt: skip

    for c in found.lines:
        assert c.ordered >= c.cancelled + c.shipped
        assert 0 <= c.recalled <= c.ordered - c.cancelled
        assert c.cancelled >= line.cancelled
        assert c.shipped >= line.shipped
        assert 0 <= c.released <= line.reserved
        assert line.reserved - c.released + line.picking <= c.ordered - c.cancelled - line.shipped


def test_a_second_line_of_a_sku_leaves_the_first_one_alone() -> None:
    """The buyer adds one more mug as a line of its own: the three at the bench stay three."""
    found = change([stored(ordered=3, picking=3)], [said(quantity=1), said(quantity=3, key="MUG#2", position=1)])

    assert (found.lines, [line.quantity for line in found.added]) == ([], [1])
    assert list(found.holds) == [Reason.CHANGED_AFTER_PICK]


def test_of_two_lines_of_a_sku_the_removed_one_goes() -> None:
    """One mug and three mugs; the line of one is removed: the line of three is not touched."""
    one, three = stored(ordered=1, line_id=1), replace(stored(ordered=3, line_id=2, position=1), line_key="MUG#2")
    found = change([one, three], [said(quantity=3)])

    assert [(c.line.id, c.cancelled) for c in found.lines] == [(1, 1)]


def test_an_older_file_fills_what_nobody_said() -> None:
    """The prices come with yesterday's report: they were unknown and are taken; what is known stays."""
    lines = [replace(stored(), facts={"unit_price": None, "title": "Mug"})]
    file = [replace(said(), facts={"unit_price": 900, "title": "Old name"})]
    found = change(lines, file, {"total": None, "subtotal": 4500}, {"total": 5000, "subtotal": 4000}, older=True)

    assert (found.fields, found.lines[0].facts) == ({"total": 5000}, {"unit_price": 900})
    assert counters(found) == [(5, 0, 0, 0, 0)]


def test_an_older_file_fills_the_street_of_the_same_place_only() -> None:
    """A report without streets came first; the older one has the street, unless it is of another town."""
    known = dict.fromkeys(CONTACT) | {"city": "Reno", "erased": 0}
    same = {"city": "RENO", "address1": "2 Oak St", "name": "Bea Cole"}
    moved = {"city": "Elko", "address1": "9 Pine St", "name": "Bea Cole"}
    fills = [
        compare(ORDER, known, [stored()], {**SAID, **each}, [said()], older=True, whole_orders=True).contact
        for each in (same, moved)
    ]

    assert fills == [{"name": "Bea Cole", "address1": "2 Oak St"}, {"name": "Bea Cole"}]


def test_a_masked_name_overwrites_nothing() -> None:
    """One star is a mask too."""
    known = dict.fromkeys(CONTACT) | {"name": "李小明", "erased": 0}
    found = compare(ORDER, known, [stored()], {**SAID, "name": "李*"}, [said()], older=False, whole_orders=True)

    assert found.is_empty()
