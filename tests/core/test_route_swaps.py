"""Where the solver cannot be loaded: orders that compete are served one after another, then in pairs."""

import os
import subprocess
import sys
from pathlib import Path

from hypothesis import given

from oms.core.route import Decision, Problem, route
from oms.core.route.checker import check
from oms.core.route.crowd import serve
from oms.core.route.decision import decision_of
from oms.core.route.greedy import Days, decide
from oms.core.route.orders import prepare
from oms.core.route.swaps import settle_by_swaps
from oms.core.route.terms import TermsBook
from tests.benchmarks.contested import contested
from tests.core.test_route_optimum import short
from tests.core.test_route_properties import filled, problems

HIDDEN = """
import sys
sys.modules["highspy"] = None
from oms.core.route import route
from tests.benchmarks.contested import contested
found = route(contested(200, 5))
print(found.total, found.greedy, found.lower_bound, found.unsolved)
"""


def by_swaps(given: Problem) -> Decision:
    """What is decided without the solver."""
    book = TermsBook(given)
    crowd = serve(given, book)
    prepared = prepare(crowd.left, book)
    days = Days(prepared)
    served = decide(prepared)
    greedy = decision_of(given, crowd, served)
    days.restore()
    return settle_by_swaps(given, crowd, served, greedy)


def test_without_the_solver_pairs_are_swapped() -> None:
    """Cheaper than one after another, nobody knows how far from the best, and it says so."""
    root = Path(__file__).parents[2]
    ran = subprocess.run([sys.executable, "-c", HIDDEN], capture_output=True, text=True, check=True,
                         env=os.environ | {"PYTHONPATH": str(root)}, cwd=root)  # fmt: skip
    total, greedy, bound, unsolved = ran.stdout.split()

    assert int(total) < 0.98 * int(greedy)
    assert ("None", "True") == (bound, unsolved)


def test_with_the_solver_nobody_swaps() -> None:
    """Orders are decided together."""
    assert not route(contested(60, 4)).unsolved


@given(problems(goals=("cost",)))
def test_never_worse_than_one_after_another(given: Problem) -> None:
    """Neither dearer nor filling less, and possible."""
    swapped, apart = by_swaps(given), route(given, 0)
    check(given, swapped)

    assert swapped.total <= apart.total
    assert (short(swapped), -filled(swapped, given)) <= (short(apart), -filled(apart, given))
