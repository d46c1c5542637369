"""What is where, and the ledger of a sku. Kits have no stock of their own: they show their components."""

from dataclasses import dataclass, field
from typing import Any

from oms.flow.glance import Glance
from oms.model.states import Move
from oms.store import ledger

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
        rows = [stock_row(row, view.safety) for row in ledger.stock_rows(conn, wanted, location, short)]
        counted = {row["sku"] for row in rows}
        missing = [] if wanted is None or short else [each for each in wanted if each not in counted]
        coming = [] if sku is None else [
            {key: row[key] for key in ("sku", "location", "quantity", "expected_on", "reference", "source")}
            for row in ledger.expected(conn, wanted or [], location)
        ]  # fmt: skip
        return StockReport(rows, coming, missing)


def stock_row(row: Any, safety: dict[str, int]) -> dict[str, Any]:
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
