"""
What leaves, from what a tracking row says: pure decisions over one order at a time.

The fact is (order, tracking, line): said again it changes nothing. A row without sku covers all units being picked at
its location, else all reserved there; a row with sku and quantity covers that many, of a kit what lies there. An order
of which everything left in one parcel (from the row's location), and whose only row now says another number, has had its
number corrected; a number that was corrected is never taken for a new one.
"""

from collections.abc import Iterable, Sequence

from oms.core.parcels import Complaint, Correction, Item, Leaving, Line, Notice, Open, Order, Plan, Remark, Sent
from oms.words import _


def decide(order: Order, notices: Sequence[Notice], plan: Plan) -> None:
    """Decide the rows of one order, in their order, and add what follows to `plan`."""
    said = {_same(notice.tracking) for notice in notices}
    news = [notice for notice in notices if _known(order, notice) is None]
    for notice in notices:
        known = _known(order, notice)
        if known is not None:
            _note_carrier(order, notice, known, plan)
            continue
        if _same(notice.tracking) in order.replaced:
            _say_replaced(order, notice, plan)
            continue
        if order.closed:
            plan.complaints.append(_complaint(notice, "order_ref", order.ref, order.closed, ""))
            continue
        alone = {_same(each.tracking) for each in news if each.location == notice.location} == {_same(notice.tracking)}
        _decide_new(order, notice, said if alone else None, plan)


def _say_replaced(order: Order, notice: Notice, plan: Plan) -> None:
    """An old file again: the number it says was corrected since."""
    plan.unchanged += 1
    plan.remarks.append(Remark("replaced", order.ref, _(
        "`{tracking}` of `{ref}` was corrected since: the new number stays", tracking=notice.tracking, ref=order.ref,
    )))  # fmt: skip


def completed(line: Line, sent: Iterable[Sent]) -> int:
    """Whole line units that have left: a kit unit only with its last component."""
    units: dict[str, int] = {}
    for each in sent:
        if each.line_id == line.id:
            units[each.sku] = units.get(each.sku, 0) + each.units
    return min((units.get(sku, 0) // per_unit for sku, per_unit in line.units.items()), default=0)


def _same(tracking: str) -> str:
    return tracking.upper()


def _known(order: Order, notice: Notice) -> Sent | None:
    """What already left of this order under the row's number, if that is all the row says."""
    sent = _sent(order, notice)
    if not sent or notice.sku is None:
        return sent[0] if sent else None
    by_line = _by_line_name(order, notice.sku)
    sent = [s for s in sent if (s.line_id in by_line if by_line is not None else s.sku == notice.sku)]
    if not sent or notice.quantity is None:
        return sent[0] if sent else None
    if by_line is None:
        already = sum(s.units for s in sent)
    else:
        already = sum(_completed_here(order, line_id, sent) for line_id in by_line)
    return sent[0] if already >= notice.quantity else None


def _sent(order: Order, notice: Notice) -> list[Sent]:
    """What already left of this order under the row's number, from its place where it names one."""
    sent = [s for s in order.sent if _same(s.tracking) == _same(notice.tracking)]
    return sent if notice.location is None else [s for s in sent if s.location in (notice.location, None)]


def _completed_here(order: Order, line_id: int, sent: list[Sent]) -> int:
    """Line units of which `sent` holds all that lies at its location: a kit's other components may lie elsewhere."""
    units: dict[str, int] = {}
    for each in sent:
        if each.line_id == line_id:
            units[each.sku] = units.get(each.sku, 0) + each.units
    places = {each.location for each in sent}
    line = order.lines[line_id]
    here = units.keys() | {each.sku for each in order.open if each.line_id == line_id and each.location in places}
    return min((units.get(sku, 0) // line.units[sku] for sku in here if sku in line.units), default=0)


def _by_line_name(order: Order, word: str) -> list[int] | None:
    """The lines that a listing_sku, kit or line_ref names; None where `word` is a sku that lines draw themselves."""
    if any(word in line.units for line in order.lines.values()):
        return None
    return [line.id for line in order.lines.values() if word in line.names]


def _note_carrier(order: Order, notice: Notice, known: Sent, plan: Plan) -> None:
    """The number is known; perhaps its carrier was wrong."""
    if known.parcel_id is None or known.carrier == notice.carrier:
        plan.unchanged += 1
        return
    plan.corrections.append(Correction(order.id, known.parcel_id, notice, known.tracking))
    plan.remarks.append(Remark("corrected", order.ref, _(
        "`{ref}`: the carrier of `{tracking}` is now `{carrier}`, was `{before}`", ref=order.ref,
        tracking=notice.tracking, carrier=notice.carrier, before=known.carrier)))  # fmt: skip
    _rename(order, known.parcel_id, notice)


def _rename(order: Order, parcel_id: int, notice: Notice) -> None:
    for sent in order.sent:
        if sent.parcel_id == parcel_id:
            sent.tracking, sent.carrier = notice.tracking, notice.carrier


def _decide_new(order: Order, notice: Notice, said: set[str] | None, plan: Plan) -> None:
    if not order.open:
        _nothing_open(order, notice, said, plan)
        return
    by_line = _by_line_name(order, notice.sku) if notice.sku is not None else None
    wanted = [
        each for each in order.open
        if notice.sku is None or (each.line_id in by_line if by_line is not None else each.sku == notice.sku)
    ]  # fmt: skip
    if not wanted:
        known = by_line or any(notice.sku in line.units for line in order.lines.values())
        what = (
            _("nothing of `{sku}` in `{ref}` is reserved or picked", sku=notice.sku, ref=order.ref)
            if known else _("`{ref}` has no line with `{sku}`", sku=notice.sku, ref=order.ref)
        )  # fmt: skip
        plan.complaints.append(
            _complaint(notice, "sku", notice.sku or "", what, _("see its lines: oms show {ref}", ref=order.ref))
        )
        return
    places = sorted({each.location for each in wanted})
    if notice.location is None and len(places) > 1:
        plan.complaints.append(
            _complaint(notice, "location", "", _("leaves from {places}, say which", places=_and(places)),
                       _("add the column location, or say --location"))
        )  # fmt: skip
        return
    location = notice.location or places[0]
    here = [each for each in wanted if each.location == location]
    if not here:
        plan.complaints.append(
            _complaint(notice, "location", location, _("nothing of `{ref}` leaves from {location}: it is at {places}",
                       ref=order.ref, location=location, places=_and(places)), _("say the place it left"))
        )  # fmt: skip
        return
    taken = _take(order, notice, by_line, here)
    if isinstance(taken, Complaint):
        plan.complaints.append(taken)
        return
    _leave(order, notice, location, taken, plan)


def _take(order: Order, notice: Notice, by_line: list[int] | None, here: list[Open]) -> list[tuple[Open, int]] | Complaint:
    """Which units of which allocations a row covers; those being picked first."""
    first = sorted(here, key=lambda each: (not each.picking, each.line_id, each.sku, each.id))
    if notice.sku is None or notice.quantity is None:
        picked = [each for each in first if each.picking]
        return [(each, each.quantity) for each in picked or first]
    if by_line is None:
        sent = _already(order, notice, {notice.sku})
        return _draw(notice, order, first, {(None, notice.sku): notice.quantity - sent})
    missing = notice.quantity - _already_complete(order, notice, by_line)
    wanted: dict[tuple[int | None, str], int] = {}
    lying = {(each.line_id, each.sku) for each in here}
    for line_id in by_line:
        line = order.lines[line_id]
        units = min(missing, line.left)
        missing -= units
        wanted |= {
            (line_id, sku): units * per_unit for sku, per_unit in line.units.items() if units and (line_id, sku) in lying
        }
    if missing:
        return _too_many(notice, order, notice.quantity - missing)
    return _draw(notice, order, first, wanted)


def _already(order: Order, notice: Notice, skus: set[str]) -> int:
    return sum(s.units for s in _sent(order, notice) if s.sku in skus)


def _already_complete(order: Order, notice: Notice, by_line: list[int]) -> int:
    sent = _sent(order, notice)
    return sum(_completed_here(order, line_id, sent) for line_id in by_line)


def _draw(
    notice: Notice, order: Order, first: list[Open], wanted: dict[tuple[int | None, str], int]
) -> list[tuple[Open, int]] | Complaint:
    taken = []
    for (line_id, sku), units in wanted.items():
        left = units
        for each in first:
            if each.sku == sku and line_id in (None, each.line_id) and left:
                taken.append((each, min(left, each.quantity)))
                left -= min(left, each.quantity)
        if left:
            return _too_many(notice, order, units - left)
    return taken


def _too_many(notice: Notice, order: Order, possible: int) -> Complaint:
    what = _("only {count} of `{sku}` in `{ref}` can leave", count=max(0, possible), sku=notice.sku, ref=order.ref)
    return _complaint(notice, "quantity", str(notice.quantity), what,
                      _("see what is left: oms show {ref}", ref=order.ref))  # fmt: skip


def _leave(order: Order, notice: Notice, location: str, taken: list[tuple[Open, int]], plan: Plan) -> None:
    items = []
    complete_before = {each.line_id: completed(order.lines[each.line_id], order.sent) for each, _units in taken}
    for each, units in taken:
        each.quantity -= units
        order.sent.append(Sent(None, notice.tracking, notice.carrier, location, each.line_id, each.sku, units))
    # The line units that a parcel completes are booked once a line, on its first item.
    complete_now = {
        line_id: min(completed(order.lines[line_id], order.sent) - before, order.lines[line_id].left)
        for line_id, before in complete_before.items()
    }
    for each, units in taken:
        quantity = complete_now.pop(each.line_id, 0)
        items.append(Item(each.id, each.line_id, each.sku, units, quantity, each.service))
        if quantity:
            line = order.lines[each.line_id]
            order.lines[line.id] = Line(line.id, line.units, line.left - quantity, line.names)
    plan.leaving.append(Leaving(order.id, notice, location, tuple(items)))
    order.open = [each for each in order.open if each.quantity]
    if not all(each.picking for each, _units in taken):
        plan.remarks.append(Remark("not_picked", order.ref, _(
            "`{ref}` was shipped without a pick list", ref=order.ref)))  # fmt: skip
    if "recall" in order.holds:
        plan.remarks.append(Remark("recall", order.ref, _(
            "`{ref}` was called back and left all the same: expect a return", ref=order.ref)))  # fmt: skip
    elif order.holds:
        plan.remarks.append(Remark("held", order.ref, _(
            "`{ref}` was shipped although it is held: {reasons}", ref=order.ref,
            reasons=", ".join(order.holds))))  # fmt: skip


def _nothing_open(order: Order, notice: Notice, said: set[str] | None, plan: Plan) -> None:
    """
    Nothing is reserved or picked: the number of the only parcel was corrected, or the row cannot be.

    `said`: all numbers of the order's rows; None where this is not the only new one of its location.
    """
    parcels = {sent.parcel_id: sent for sent in order.sent}
    here = [sent for sent in parcels.values() if notice.location in (None, sent.location)]
    only = here[0] if len(here) == 1 and here[0].parcel_id is not None else None
    left = any(line.left for line in order.lines.values())
    if only is not None and only.parcel_id is not None and not left and said and _same(only.tracking) not in said:
        plan.corrections.append(Correction(order.id, only.parcel_id, notice, only.tracking))
        plan.remarks.append(Remark("corrected", order.ref, _(
            "`{ref}` left as `{before}`: taken as corrected to `{tracking}`", ref=order.ref,
            before=only.tracking or "-", tracking=notice.tracking)))  # fmt: skip
        _rename(order, only.parcel_id, notice)
        return
    if left:
        what = _("nothing of `{ref}` is reserved or picked", ref=order.ref)
        hint = _("route it first: oms route")
    elif parcels:
        numbers = ", ".join(f"`{sent.tracking}`" for sent in parcels.values())
        what = _("nothing of `{ref}` is left for this number: it left as {numbers}", ref=order.ref, numbers=numbers)
        hint = _("several parcels: say sku and quantity of each; a correction: oms ship {ref} --tracking NEW "
                 "--replaces OLD", ref=order.ref)  # fmt: skip
    else:
        what = _("`{ref}` was shipped before its orders were imported here", ref=order.ref)
        hint = ""
    plan.complaints.append(_complaint(notice, "tracking", notice.tracking, what, hint))


def _complaint(notice: Notice, column: str, value: str, what: str, hint: str) -> Complaint:
    return Complaint(notice.row, column, value, what, hint)


def _and(places: list[str]) -> str:
    if len(places) == 1:
        return places[0]
    return _("{first} and {last}", first=", ".join(places[:-1]), last=places[-1])
