"""A command that dies at any point leaves the store as before or as after; the same command again completes it."""

from pathlib import Path

import pytest

from tests.benchmarks import kills
from tests.store.day import DAY, begin, copy, facts, files

KILLED = 137
KILLS = 50


@pytest.fixture(scope="module")
def mornings(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The workspace before each command of the day, and after the last."""
    root = tmp_path_factory.mktemp("day")
    now = begin(root / "0")
    stages = [now.root]
    for number, words in enumerate(DAY, 1):
        after = copy(stages[-1], root / str(number))
        done = after(*words)
        assert done.exit_code in (0, 3), (words, done.stderr)
        stages.append(after.root)
    return stages


@pytest.mark.xdist_group("crashes")
@pytest.mark.parametrize("number", range(len(DAY)), ids=[" ".join(words[:2]) for words in DAY])
def test_a_crash_at_every_commit_and_rename_is_mended_by_the_same_command(
    mornings: list[Path], tmp_path: Path, number: int
) -> None:
    """Die at the first, second, third … point; then run the same command again: as if nothing had happened."""
    words, wanted = DAY[number], (facts(mornings[number + 1]), files(mornings[number + 1]))
    point = 0
    while True:
        point += 1
        oms = copy(mornings[number], tmp_path / str(point))
        crashed = oms(*words, env={"OMS_CRASH_AT": str(point)})
        if crashed.exit_code != KILLED:
            break
        again = oms(*words)

        assert again.exit_code in (0, 3), (point, again.stderr)
        assert (facts(oms.root), files(oms.root)) == wanted, point
        assert oms("doctor").exit_code == 0
    assert point > 2  # at least the commit was passed twice: before and after


@pytest.mark.xdist_group("kills")
def test_killed_at_random_moments_the_day_ends_the_same(tmp_path: Path) -> None:
    """`kill -9` at random moments, each followed by the same command: the day ends as it would have."""
    report = kills.run(tmp_path, KILLS, seed=20261119)

    assert report.different == []
    assert report.died > 0
