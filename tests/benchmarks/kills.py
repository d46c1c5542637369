"""
`kill -9` at random moments: python -m tests.benchmarks.kills N

The day of tests/store/day.py, every command killed again and again and then run once more; afterwards the store and
the files must be those of a day without kills.
"""

import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.conftest import Oms
from tests.store.day import DAY, begin, facts, files

#: Undo names a batch by its number, which depends on how often a command was run.
COMMANDS = DAY[:-1]


@dataclass
class Report:
    """
    How many commands died, how many ended before their kill, and what differs from a quiet day.

    A command whose result somebody has read has ended, though its process may still be there to kill.
    """

    died: int = 0
    ended: int = 0
    different: list[str] = field(default_factory=list)


def run(folder: Path, kills: int, seed: int) -> Report:
    """A quiet day and a day with about `kills` kills in `folder`, compared."""
    quiet = begin(folder / "quiet")
    longest = []
    for words in COMMANDS:
        started = time.monotonic()
        _must_end(quiet, words)
        longest.append(time.monotonic() - started)
    rng = random.Random(seed)
    killed, report = begin(folder / "killed"), Report()
    share = -(-kills // len(COMMANDS))
    for words, seconds in zip(COMMANDS, longest, strict=True):
        died = ended = 0
        last_died = False
        # A stock entry that ended is done: once more would be another one. Everything else may be repeated.
        while died < share and ended < share and not (ended and words[0] == "stock"):
            before = died
            if _ends_before(killed, words, rng.uniform(0.3, 1.0) * seconds):
                ended += 1
            else:
                died += 1
            last_died = died > before
        # A kill leaves papers for the next command to finish: look at the day only after one that was left alone.
        if not ended or (last_died and words[0] != "stock"):
            _must_end(killed, words)
        report.died, report.ended = report.died + died, report.ended + ended
    expected, found = _state(quiet), _state(killed)
    report.different = sorted(name for name in expected | found if expected.get(name) != found.get(name))
    doctor = killed("doctor")
    if doctor.exit_code:
        report.different.append(doctor.stdout)
    return report


def _state(oms: Oms) -> dict[str, object]:
    """Facts by table, files by content: folders carry the number of a batch, which a repeated command changes."""
    named = {path.split("/", 2)[-1] if path.startswith("outbox/") else path for path in files(oms.root)}
    return facts(oms.root) | {"file " + name.split("-", 4)[-1]: True for name in sorted(named)}


def _must_end(oms: Oms, words: tuple[str, ...]) -> None:
    done = oms(*words)
    if done.exit_code not in (0, 3):
        raise AssertionError((words, done.exit_code, done.stderr))


def _ends_before(oms: Oms, words: tuple[str, ...], seconds: float) -> bool:
    """Run the command and kill it after so many seconds; True when it had told its result, or ended, by itself."""
    with tempfile.TemporaryFile() as told:
        process = subprocess.Popen(
            [sys.executable, "-m", "oms", *words], cwd=oms.root, env=oms.environment(), stdout=told,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            process.wait(seconds)
            return True
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return told.seek(0, 2) > 0


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory() as temporary:
        result = run(Path(temporary), wanted, seed=wanted)
    print(f"{result.died} killed, {result.ended} ended first, {len(result.different)} differences {result.different}")
    sys.exit(bool(result.different))
