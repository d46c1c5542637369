"""
Routing: which location sends which units of which order, with whom, at what cost.

`route` decides; `problem.Problem` says what about, `decision.Decision` what came out.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from oms.core.route.checker import check
from oms.core.route.crowd import serve
from oms.core.route.decision import Decision, decision_of
from oms.core.route.greedy import Days, decide
from oms.core.route.opposition import anyone_opposed, supply_alone
from oms.core.route.orders import prepare
from oms.core.route.problem import Problem
from oms.core.route.retelling import retold
from oms.core.route.terms import TermsBook

__all__ = ["DEFAULT_EFFORT", "Decision", "Problem", "route"]

#: How hard contested orders are looked at: not at all (0), or more and more (1 to 3).
DEFAULT_EFFORT = 1

#: What deciding together is done with; there are machines on which it cannot be loaded.
_SOLVER = ("highspy", "numpy")


def route(problem: Problem, effort: int = DEFAULT_EFFORT, *, again: bool = False) -> Decision:
    """
    Serve the orders in the order of service, each with the best plan for what is left; where orders stand in each other's
    way, find plans for all of them together that cost less.

    Deterministic: the order of the rows of the frames says nothing. A second run on the outcome changes nothing: unless
    something is new, orders that have a plan are not decided together once more, except `again`. Orders of one buyer
    (`Problem.buyers`) go in one parcel where that costs less. What stays is told anew where its cost is another now.
    """
    with _no_collection():
        book = TermsBook(problem)
        decision = _decided(problem, book, effort, again)
        if problem.buyers.height:
            from oms.core.route.joining import consolidate

            decision = consolidate(problem, book, decision, lambda rest: _decided(rest, TermsBook(rest), effort, again))
        decision = replace(decision, retold=retold(problem, book, decision))
        check(problem, decision)
        return decision


def _decided(problem: Problem, book: TermsBook, effort: int, again: bool) -> Decision:
    crowd = serve(problem, book, parting=effort > 0)
    prepared = prepare(crowd.left, book)
    days = Days(prepared)
    served = decide(prepared)
    decision = decision_of(problem, crowd, served)
    if effort and problem.rules.goal == "cost":
        days.restore()
        alone = supply_alone(problem, served.prepared)
        if not anyone_opposed(served.prepared, alone, [plan.parcels for plan in served.plans]):
            return replace(decision, lower_bound=decision.total, greedy=decision.total, contested=0)
        if not again and decision.assignments.is_empty() and decision.released.is_empty():
            return decision  # nothing is new: they have been decided together before
        try:
            from oms.core.route.contest import settle_contest
        except ImportError as error:
            if (error.name or "").split(".")[0] not in _SOLVER:
                raise
            from oms.core.route.swaps import settle_by_swaps

            return settle_by_swaps(problem, crowd, served, decision)
        decision = settle_contest(problem, book, crowd, served, decision, effort)
    return decision


@contextmanager
def _no_collection() -> Iterator[None]:
    """Hundreds of thousands of small values that all live to the end: looking for garbage among them costs a quarter."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
