"""What is where, and what a person counted, found, received or carried over. Kits have no stock of their own."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from oms.errors import Refused, UsageError
from oms.flow.glance import Glance
from oms.model.states import Move
from oms.model.times import iso
from oms.store import ledger
from oms.store.batch import Batch
from oms.words import _

if TYPE_CHECKING:
    from oms.flow.shop import Shop  # brings the checked configuration, which looking does without

_ROW = ("sku", "location", "on_hand", "reserved", "available", "incoming")


@dataclass(frozen=True)
class StockReport:
    """Stock rows; `expected` is what is on its way, `never_counted` skus without a row."""

    stock: list[dict[str, Any]]
    expected: list[dict[str, Any]] = field(default_factory=list)
    never_counted: list[str] = field(default_factory=list)
    exit_code: int = 0

    def json(self) -> dict[str, Any]:
        """Keys: stock, expected, never_counted."""
        return {"stock": self.stock, "expected": self.expected, "never_counted": self.never_counted}


def stock(
    view: Glance, sku: str | None = None, location: str | None = None, low: bool = False, short: bool = False
) -> StockReport:
    """
    On hand, reserved and available, a row for every (sku, location) ever counted or moved.

    A kit shows its components. `low`: only skus with nothing left to offer; `short`: only where more was sold than counted.
    """
    if location is not None:
        view.check_location(location)
    with view.store.read() as conn:
        wanted: list[str] | None = None
        if sku is not None:
            wanted = ledger.components(conn, ledger.known_sku(conn, sku)) or [sku]
        if low:
            wanted = [each for each in ledger.low_skus(conn) if wanted is None or each in wanted]
        rows = [_row(row, view.safety) for row in ledger.stock_rows(conn, wanted, location, short)]
        counted = {row["sku"] for row in rows}
        missing = [] if wanted is None or short else [each for each in wanted if each not in counted]
        coming = [] if sku is None else [
            {key: row[key] for key in ("sku", "location", "quantity", "expected_on", "reference")}
            for row in ledger.expected(conn, wanted or [], location)
        ]  # fmt: skip
        return StockReport(rows, coming, missing)


def _row(row: Any, safety: dict[str, int]) -> dict[str, Any]:
    """An element of `stock[]`."""
    return {name: row[name] for name in _ROW} | {
        "safety_stock": safety.get(row["location"], 0), "shortfall": row["shortfall"], "title": row["title"],
    }  # fmt: skip


@dataclass(frozen=True)
class LedgerReport:
    """The moves of a sku as they happened, each with the balance after it, and what was set aside of it."""

    sku: str
    moves: list[dict[str, Any]]
    allocations: list[dict[str, Any]]
    exit_code: int = 0

    def json(self) -> dict[str, Any]:
        """Keys: sku, moves, allocations."""
        return {"sku": self.sku, "moves": self.moves, "allocations": self.allocations}


def log(view: Glance, sku: str, location: str | None = None) -> LedgerReport:
    """The ledger of one sku: what moved it, in which batch, from which file or order."""
    if location is not None:
        view.check_location(location)
    with view.store.read() as conn:
        ledger.known_sku(conn, sku)
        moves: list[dict[str, Any]] = []
        balances: dict[str, int] = {}
        for row in ledger.moves(conn, sku, location):
            before = 0 if row["kind"] == Move.COUNT else balances.get(row["location"], 0)
            balances[row["location"]] = before + row["quantity"]
            move = {key: row[key] for key in row.keys() if key != "id"}  # noqa: SIM118 - a sqlite3.Row
            moves.append(move | {"balance": balances[row["location"]]})
        return LedgerReport(sku, moves, [dict(row) for row in ledger.allocations(conn, sku, location)])


@dataclass(frozen=True)
class ChangeReport:
    """What a person's entry did: `moves` entered, `stock` rows before and after, orders that lost their allocation."""

    batch: int
    moves: list[dict[str, Any]]
    stock: list[dict[str, Any]]
    given_back: list[dict[str, Any]]
    received: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    exit_code: int = 0

    def json(self) -> dict[str, Any]:
        """Keys: batch, moves, stock (with on_hand_before), given_back, received, notes, warnings."""
        return {
            "batch": self.batch, "moves": self.moves, "stock": self.stock, "given_back": self.given_back,
            "received": self.received, "notes": self.notes, "warnings": self.warnings,
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

    def enter(batch: Batch) -> list[str]:
        if not ledger.count(batch, sku, location, quantity, counted_at):
            notes.append(_("unchanged: this count is known"))
        return []

    return _change(shop, "count", [(sku, location)], enter, dry_run, notes)


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


def receive(
    shop: "Shop", sku: str, quantity: int, location: str, reference: str | None = None, dry_run: bool = False
) -> ChangeReport:
    """Take in goods, and tick off what was expected there; with a `reference`, what carries it."""
    shop.config.location(location)
    _at_least_one(quantity)
    received: list[dict[str, Any]] = []

    def enter(batch: Batch) -> list[str]:
        ledger.add(batch, Move.RECEIPT, sku, location, quantity, reference)
        received.extend(dict(row) for row in ledger.receive_expected(batch, sku, location, reference, quantity))
        beyond = quantity - sum(row["quantity"] for row in received)
        if reference is not None and beyond:
            return [_("{units} of {sku} were not expected under reference `{reference}`",
                      units=beyond, sku=sku, reference=reference)]  # fmt: skip
        return []

    return _change(shop, "receive", [(sku, location)], enter, dry_run, received=received)


def transfer(
    shop: "Shop", sku: str, quantity: int, source: str, target: str, force: bool = False, dry_run: bool = False
) -> ChangeReport:
    """
    Carry units from one location to another.

    Refused where fewer are available at the source than that, because the others are promised; `force` takes them.
    """
    shop.config.location(source)
    shop.config.location(target)
    _at_least_one(quantity)
    if source == target:
        raise UsageError(_("from {source} to {target} is no way at all", source=source, target=target))

    def enter(batch: Batch) -> list[str]:
        free = ledger.available(batch.conn, sku, source)
        if free < quantity and not force:
            raise Refused(
                _("only {free} of {sku} are available at {source}, not {quantity}",
                  free=free, sku=sku, source=source, quantity=quantity),
                _("see who holds the others with: oms stock log {sku} --location {source}; take them with --force",
                  sku=sku, source=source),
            )  # fmt: skip
        ledger.add(batch, Move.TRANSFER, sku, source, -quantity, _("to {target}", target=target))
        ledger.add(batch, Move.TRANSFER, sku, target, quantity, _("from {source}", source=source))
        return []

    return _change(shop, "transfer", [(sku, source), (sku, target)], enter, dry_run)


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
            _row(row, safety) | {"on_hand_before": before.get(row["location"], 0)}
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
        return ChangeReport(done, moves, rows, lost, list(received), [*notes, *told], warnings)
