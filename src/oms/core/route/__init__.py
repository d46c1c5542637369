"""
Routing: which location sends which units of which order, with whom, at what cost.

`route` decides; `problem.Problem` says what about, `decision.Decision` what came out.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from oms.core.route.crowd import serve
from oms.core.route.decision import Decision, decision_of
from oms.core.route.greedy import decide
from oms.core.route.orders import prepare
from oms.core.route.problem import Problem
from oms.core.route.terms import TermsBook

__all__ = ["Decision", "Problem", "route"]


def route(problem: Problem) -> Decision:
    """
    Serve the orders in the order of service, each with the best plan for what is left.

    Deterministic: the order of the rows of the frames says nothing. A second run on the outcome changes nothing.
    """
    with _no_collection():
        book = TermsBook(problem)
        crowd = serve(problem, book)
        return decision_of(problem, crowd, decide(prepare(crowd.left, book)))


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
