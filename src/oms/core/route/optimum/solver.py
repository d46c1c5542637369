"""
HiGHS (highs.dev, MIT), the way routing uses it: one thread, no clock, and a status that is looked at after every run.

A limit in seconds would make results depend on the machine, so searches are limited by nodes. Changing `threads` later in a
process makes HiGHS return without a result and without an error, hence one thread everywhere.
"""

from collections.abc import Callable
from typing import NamedTuple

import highspy
import numpy as np

from oms.core.route.optimum.items import Floats, Ints


class Rows(NamedTuple):
    """Constraints: lower <= sum of amounts <= upper."""

    lower: Floats
    upper: Floats


class Columns(NamedTuple):
    """Variables between 0 and 1: cost, and entries sorted by column as (column, row, amount)."""

    cost: Floats
    column: Ints
    row: Ints
    amount: Floats


class Solved(NamedTuple):
    """Values by column and prices by row; what one more of a row's right side would change the cost by."""

    objective: float
    values: Floats
    duals: Floats


#: Programs with more columns than this need not be solved nearer to their optimum than `CLOSE`, relative.
EXACT, CLOSE = 2_000, 1e-4


#: Costs are whole minor units: what differs by less is equal.
HALF = 0.5


class SolverFailed(AssertionError):
    """HiGHS stopped without an answer."""


class _Quiet(highspy.Highs):
    """HiGHS 1.16 greets on standard output when callbacks are enabled, before it can be told not to; nobody calls back here."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]

    def enableCallbacks(self) -> None:
        """Do without."""


def _highs() -> highspy.Highs:
    highs = _Quiet()
    for name, value in (("output_flag", False), ("threads", 1), ("parallel", "off"), ("random_seed", 0)):
        highs.setOptionValue(name, value)
    return highs


class Program:
    """A linear program that grows by columns."""

    def __init__(self, rows: Rows, columns: Columns) -> None:
        self._highs = _highs()
        self._highs.setOptionValue("solver", "simplex")
        self._highs.passModel(_model(rows, columns, integer=False))

    def add(self, columns: Columns) -> None:
        """More columns."""
        count = len(columns.cost)
        if count:
            zero, one = np.zeros(count), np.ones(count)
            self._highs.addCols(count, columns.cost, zero, one, len(columns.row), _starts(columns)[:-1],
                                columns.row.astype(np.int32), columns.amount)  # fmt: skip

    def solve(self) -> Solved:
        """The optimum."""
        self._highs.run()
        _expect(self._highs, {highspy.HighsModelStatus.kOptimal})
        found = self._highs.getSolution()
        return Solved(self._highs.getInfo().objective_function_value, np.array(found.col_value), np.array(found.row_dual))

    def duals_of(self, cost: Callable[[Ints], Floats]) -> Floats:
        """
        Prices by row of the optimum that was found, as if columns cost what `cost` says of some of them: what one more of a
        row's right side would change that cost by, as the optimum changes with it. (HiGHS does not tell mypy of these two.)
        """
        _status, variables = self._highs.getBasicVariables()  # type: ignore[attr-defined]
        basic = np.array(variables, np.int64)
        paid, columns = np.zeros(len(basic)), basic >= 0  # the others are slacks, and cost nothing
        paid[columns] = cost(basic[columns])
        _status, found = self._highs.getBasisTransposeSolve(paid)  # type: ignore[attr-defined]
        return np.array(found)


class Decided(NamedTuple):
    """Values 0 or 1 by column, and what no solution costs less than."""

    values: Floats
    bound: float


def solve_integer(rows: Rows, columns: Columns, known: Floats, nodes: int) -> Decided:
    """The best solution found in at most `nodes` nodes; never worse than `known`, which is one."""
    found, told, bound = _searched(rows, columns, nodes, known)
    # HiGHS 1.16 may lose a constant between the program and what its presolve leaves of it. It then takes what it began with
    # for the optimum, and tells a cost that is not its own.
    if found is not None and abs(columns.cost @ found - told) > HALF:
        found, told, bound = _searched(rows, columns, nodes)
    if found is None or abs(columns.cost @ found - told) > HALF:
        return Decided(known, -np.inf)
    return Decided(found if columns.cost @ found <= columns.cost @ known else known, bound)


def _searched(
    rows: Rows, columns: Columns, nodes: int, known: Floats | None = None
) -> tuple[Floats | None, float, float]:  # fmt: skip
    """
    What HiGHS finds, beginning with `known`, what it says that costs, and what it says nothing costs less than; None where it
    finds nothing.
    """
    highs = _highs()
    gap = 0.0 if len(columns.cost) <= EXACT else CLOSE
    for name, value in (("mip_rel_gap", gap), ("mip_abs_gap", HALF), ("mip_max_nodes", nodes)):
        highs.setOptionValue(name, value)
    highs.passModel(_model(rows, columns, integer=True))
    if known is not None:
        start = highspy.HighsSolution()
        start.col_value = known.tolist()
        highs.setSolution(start)
    highs.run()
    status = highspy.HighsModelStatus
    _expect(highs, {status.kOptimal, status.kSolutionLimit, status.kIterationLimit})
    values = np.round(np.array(highs.getSolution().col_value))
    info = highs.getInfo()
    return values if len(values) == len(columns.cost) else None, info.objective_function_value, info.mip_dual_bound


def _expect(highs: highspy.Highs, wanted: set[highspy.HighsModelStatus]) -> None:
    status = highs.getModelStatus()
    if status not in wanted:
        raise SolverFailed(f"HiGHS ended with {status}")


def _model(rows: Rows, columns: Columns, integer: bool) -> highspy.HighsLp:
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(columns.cost), len(rows.lower)
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = columns.cost, np.zeros(lp.num_col_), np.ones(lp.num_col_)
    lp.row_lower_, lp.row_upper_ = rows.lower, rows.upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = _starts(columns)
    lp.a_matrix_.index_ = columns.row.astype(np.int32)
    lp.a_matrix_.value_ = columns.amount
    if integer:
        lp.integrality_ = [highspy.HighsVarType.kInteger] * lp.num_col_
    return lp


def _starts(columns: Columns) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    counts = np.bincount(columns.column, minlength=len(columns.cost))
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
