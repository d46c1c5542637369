"""What a person counted, found, received or carried over, entered in the ledger. Kits have no stock of their own."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from oms.errors import Refused, UsageError
from oms.flow.stock import stock_row
from oms.model.states import Move
from oms.model.times import iso, zone
from oms.store import ledger, transfers
from oms.store.batch import Batch
from oms.words import _

if TYPE_CHECKING:
    from oms.flow.shop import Shop  # brings the checked configuration, which looking does without


@dataclass(frozen=True)
class ChangeReport:
    """What a person's entry did: `moves` entered, `stock` rows before and after, orders that lost their allocation."""

    batch: int
    moves: list[dict[str, Any]]
    stock: list[dict[str, Any]]
    given_back: list[dict[str, Any]]
    received: list[dict[str, Any]] = field(default_factory=list)  # ticked off of what was expected
    sent: list[dict[str, Any]] = field(default_factory=list)  # on its way now
    notes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    exit_code: int = 0

    def json(self) -> dict[str, Any]:
        """Keys: batch, moves, stock (with on_hand_before), given_back, received, sent, notes, warnings."""
        return {
            "batch": self.batch, "moves": self.moves, "stock": self.stock, "given_back": self.given_back,
            "received": self.received, "sent": self.sent, "notes": self.notes, "warnings": self.warnings,
        }  # fmt: skip


def count(shop: "Shop", sku: str, quantity: int, location: str, at: str | None = None, dry_run: bool = False) -> ChangeReport:
    """
    Say what is there: now, or `at` a time (a date alone: the end of that day there; never later than now).

    What happened after that time still counts, whichever arrived first. Raises UnknownSku, UnknownLocation, UsageError.
    """
    place = shop.config.location(location)
    if quantity < 0:
        raise UsageError(_("a count is 0 or more, not {quantity}", quantity=quantity),
                         _("take units away with: oms stock adjust {sku} {quantity} --location {location}",
                           sku=sku, quantity=quantity, location=location))  # fmt: skip
    counted_at = _counted_at(shop, at, shop.config.zone_of(place))
    notes = [] if counted_at is None else [_("counted as of {time}", time=counted_at)]
    received: list[dict[str, Any]] = []

    def enter(batch: Batch) -> list[str]:
        new, arrived = ledger.count(batch, sku, location, quantity, counted_at)
        if not new:
            notes.append(_("unchanged: this count is known"))
        received.extend(_ticked(each.expected_on, each.reference, each.source, each.units) for each in arrived)
        return []

    return _change(shop, "count", [(sku, location)], enter, dry_run, notes, received)


def _counted_at(shop: "Shop", at: str | None, zone_name: str) -> str | None:
    if at is None:
        return None
    from oms.flow.ship_order import moment

    return min(moment(at, zone_name), iso(shop.now))


def adjust(shop: "Shop", sku: str, by: int, location: str, reason: str = "", dry_run: bool = False) -> ChangeReport:
    """Add or take away units that were found, broken or lost. Below zero becomes a shortfall."""
    shop.config.location(location)
    if by == 0:
        raise UsageError(_("nothing to adjust: 0 units"), _("say how many were found (+2) or lost (-2)"))

    def enter(batch: Batch) -> list[str]:
        ledger.add(batch, Move.ADJUSTMENT, sku, location, by, reason or None)
        return []

    return _change(shop, "adjust", [(sku, location)], enter, dry_run)


def _ticked(expected_on: str, reference: str, source: str | None, units: int) -> dict[str, Any]:
    """An element of `received[]`."""
    return {"expected_on": expected_on, "reference": reference, "source": source, "quantity": units}


def receive(
    shop: "Shop", sku: str, quantity: int, location: str, reference: str | None = None, counted: bool = False,
    dry_run: bool = False,
) -> ChangeReport:  # fmt: skip
    """
    Take in goods, and tick off what was expected there; with a `reference`, what carries it.

    What comes of a transfer is carried over, not bought. `counted`: a count has the units already, so they are ticked off and
    nothing else. Refused for a transfer of which a count has found everything.
    """
    shop.config.location(location)
    _at_least_one(quantity)
    received: list[dict[str, Any]] = []

    def enter(batch: Batch) -> list[str]:
        found = transfers.counted_already(batch.conn, sku, location, reference)
        if found is not None and reference is not None:
            raise Refused(
                _("nothing of `{reference}` is on its way any more: a count of {day} has its {sku}", reference=reference,
                  day=found["at"][:10], sku=sku),
                _("if more came: oms stock adjust {sku} +N --location {location}", sku=sku, location=location),
            )  # fmt: skip
        ticked = ledger.receive_expected(batch, sku, location, reference, quantity)
        received.extend(_ticked(row["expected_on"], row["reference"], row["source"], row["quantity"]) for row in ticked)
        beyond = quantity - sum(row["quantity"] for row in received)
        if counted:
            return [] if not beyond else [_("{units} of {sku} were not expected", units=beyond, sku=sku)]
        _take_in(batch, sku, location, quantity, reference, received)
        if reference is not None and beyond:
            return [_("{units} of {sku} were not expected under reference `{reference}`",
                      units=beyond, sku=sku, reference=reference)]  # fmt: skip
        if found is not None:
            return [_("a count has the {units} of `{reference}` already: if it is these that came, take this back with: "
                      "oms undo {batch}", units=found["units"], reference=found["reference"], batch=batch.id)]  # fmt: skip
        return []

    return _change(shop, "receive", [(sku, location)], enter, dry_run, received=received)


def _take_in(
    batch: Batch, sku: str, location: str, quantity: int, reference: str | None, received: Sequence[dict[str, Any]]
) -> None:  # fmt: skip
    """Enter what came: of transfers by the place it left, all else as goods received."""
    for row in received:
        if row["source"] is not None:
            note = _("from {source}, {reference}", source=row["source"], reference=row["reference"])
            ledger.add(batch, Move.TRANSFER, sku, location, row["quantity"], note)
            quantity -= row["quantity"]
    if quantity:
        ledger.add(batch, Move.RECEIPT, sku, location, quantity, reference)


def transfer(
    shop: "Shop", sku: str, quantity: int, source: str, target: str, expected: str | None = None, reference: str | None = None,
    force: bool = False, dry_run: bool = False,
) -> ChangeReport:  # fmt: skip
    """
    Carry units from one location to another: at once, or so that they are `expected` there on a day (YYYY-MM-DD).

    What is expected has left the source and is on its way, under `reference` (transfer-BATCH where absent), until it is
    received or counted there. Refused where fewer are available at the source than that, because the others are promised;
    `force` takes them.
    """
    shop.config.location(source)
    shop.config.location(target)
    _at_least_one(quantity)
    if source == target:
        raise UsageError(_("from {source} to {target} is no way at all", source=source, target=target))
    day = None if expected is None else _coming(shop, expected, target)
    if day is None and reference is not None:
        raise UsageError(_("`--reference` names what is on its way: say when it is `--expected`"))
    sent: list[dict[str, Any]] = []

    def enter(batch: Batch) -> list[str]:
        free = ledger.available(batch.conn, sku, source)
        if free < quantity and not force:
            raise Refused(
                _("only {free} of {sku} are available at {source}, not {quantity}",
                  free=free, sku=sku, source=source, quantity=quantity),
                _("see who holds the others with: oms stock log {sku} --location {source}; take them with --force",
                  sku=sku, source=source),
            )  # fmt: skip
        if day is None:
            ledger.add(batch, Move.TRANSFER, sku, source, -quantity, _("to {target}", target=target))
            ledger.add(batch, Move.TRANSFER, sku, target, quantity, _("from {source}", source=source))
            return []
        called = reference or f"transfer-{batch.id}"
        ledger.add(batch, Move.TRANSFER, sku, source, -quantity, _("to {target}, {reference}", target=target, reference=called))
        transfers.send(batch, sku, source, target, quantity, day, called)
        sent.append({"sku": sku, "location": target, "quantity": quantity, "expected_on": day, "reference": called,
                     "source": source})  # fmt: skip
        return []

    return _change(shop, "transfer", [(sku, source), (sku, target)], enter, dry_run, sent=sent)


def _coming(shop: "Shop", expected: str, target: str) -> str:
    """The day as the store writes it; UsageError for what is no day, or one that has passed."""
    try:
        day = date.fromisoformat(expected)
    except ValueError:
        raise UsageError(_("`{day}`: not a day", day=expected), _("write it as 2026-11-30")) from None
    if day < shop.now.astimezone(zone(shop.config.zone_of(shop.config.location(target)))).date():
        raise UsageError(_("{day} has passed", day=expected), _("leave `--expected` out where the units are there already"))
    return day.isoformat()


def _at_least_one(quantity: int) -> None:
    if quantity < 1:
        raise UsageError(_("a quantity is 1 or more, not {quantity}", quantity=quantity))


def _change(
    shop: "Shop",
    verb: str,
    pairs: Sequence[tuple[str, str]],
    enter: Callable[[Batch], list[str]],
    dry_run: bool,
    notes: Sequence[str] = (),
    received: Sequence[dict[str, Any]] = (),
    sent: Sequence[dict[str, Any]] = (),
) -> ChangeReport:
    """Enter moves in one batch, settle, and tell what became of the stock rows of `pairs` and of the orders on them."""
    from oms.flow.settle import settle  # brings polars, which looking does without

    safety = {place.code: place.safety_stock for place in shop.config.locations}
    with shop.store.write(
        f"stock-{verb}", shop.now, config=shop.config, words=shop.words, wait=shop.wait, dry_run=dry_run, once=True
    ) as batch:
        sku = ledger.countable_sku(batch.conn, pairs[0][0])
        before = {row["location"]: row["on_hand"] for row in ledger.stock_rows(batch.conn, [sku])}
        done = batch.repeats or batch.id
        told = [] if batch.repeats is None else [_("done already, in batch {batch}, which nobody saw end", batch=done)]
        warnings = enter(batch) if batch.repeats is None else []
        settle(batch, shop.config)
        places = {location for _sku, location in pairs}
        rows = [
            stock_row(row, safety) | {"on_hand_before": before.get(row["location"], 0)}
            for row in ledger.stock_rows(batch.conn, [sku]) if row["location"] in places
        ]  # fmt: skip
        warnings += [
            _("{sku} at {location} is short of {units}: more left than was counted",
              sku=sku, location=row["location"], units=row["shortfall"])
            for row in rows if row["shortfall"]
        ]  # fmt: skip
        lost = [
            {key: row[key] for key in ("channel", "order_ref", "sku", "location")} | json.loads(row["detail"])
            for row in ledger.given_back(batch)
        ]
        moves = [
            {key: row[key] for key in ("sku", "location", "kind", "quantity", "at", "note")}
            for row in ledger.moves(batch.conn, sku, batch_id=done)
        ]
        batch.summary({"sku": sku} | {row["location"]: row["on_hand"] for row in rows})
        return ChangeReport(done, moves, rows, lost, list(received), list(sent), [*notes, *told], warnings)
