"""A command that dies at any point leaves the store as before or as after; the same command again completes it."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.benchmarks import kills
from tests.conftest import Oms
from tests.store import forms_day
from tests.store.day import DAY, begin, copy, facts, files

KILLED = 137
KILLS = 50


def stages(root: Path, now: Oms, day: Sequence[Sequence[str]]) -> list[Path]:
    """The workspace before each command of a day, and after the last."""
    found = [now.root]
    for number, words in enumerate(day, 1):
        after = copy(found[-1], root / str(number))
        done = after(*words)
        assert done.exit_code in (0, 3), (words, done.stderr)
        found.append(after.root)
    return found


@pytest.fixture(scope="module")
def mornings(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Of the day of orders."""
    root = tmp_path_factory.mktemp("day")
    return stages(root, begin(root / "0"), DAY)


@pytest.fixture(scope="module")
def other_mornings(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Of the day of forms and exports."""
    root = tmp_path_factory.mktemp("forms")
    return stages(root, forms_day.begin(root / "0"), forms_day.DAY)


def deaths(before: Path, after: Path, words: Sequence[str], tmp_path: Path) -> int:
    """
    Die at the first, second, third … point of a command, then run it again: as if nothing had happened.

    Returns how many points there are.
    """
    wanted = (facts(after), files(after))
    point = 0
    while True:
        point += 1
        oms = copy(before, tmp_path / str(point))
        crashed = oms(*words, env={"OMS_CRASH_AT": str(point)})
        if crashed.exit_code != KILLED:
            return point - 1
        again = oms(*words)

        assert again.exit_code in (0, 3), (point, again.stderr)
        assert (facts(oms.root), files(oms.root)) == wanted, point
        assert oms("doctor").exit_code == 0


@pytest.mark.xdist_group("crashes")
@pytest.mark.parametrize("number", range(len(DAY)), ids=[" ".join(words[:2]) for words in DAY])
def test_a_crash_at_every_commit_and_rename_is_mended_by_the_same_command(
    mornings: list[Path], tmp_path: Path, number: int
) -> None:
    """Die at the first, second, third … point; then run the same command again: as if nothing had happened."""
    # at least the commit is passed twice: before and after
    assert deaths(mornings[number], mornings[number + 1], DAY[number], tmp_path) > 1


@pytest.mark.xdist_group("crashes")
@pytest.mark.parametrize("number", range(len(forms_day.DAY)), ids=[" ".join(words[:2]) for words in forms_day.DAY])
def test_a_crash_while_files_are_written_is_mended_by_the_same_command(
    other_mornings: list[Path], tmp_path: Path, number: int
) -> None:
    """Forms that were filled, exports, repaired copies, drafts: whole or not there, never half."""
    before, after, written = *other_mornings[number : number + 2], forms_day.WRITTEN[number]

    assert written is None or [name for name in files(after).keys() - files(before).keys() if name.endswith(written)]
    assert deaths(before, after, forms_day.DAY[number], tmp_path) > 0


@pytest.mark.xdist_group("kills")
def test_killed_at_random_moments_the_day_ends_the_same(tmp_path: Path) -> None:
    """`kill -9` at random moments, each followed by the same command: the day ends as it would have."""
    report = kills.run(tmp_path, KILLS, seed=20261119)

    assert report.different == []
    assert report.died > 0
