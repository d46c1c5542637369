"""
Bar: `oms --help`, and `oms status` on a store of 1M order lines, in at most 2.5x the time of `python -c "import typer"`.

    python -m tests.benchmarks.start_up [LINES]

The commands and the floor are run in turn, in one process each; medians of ROUNDS.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.files import shopify_lines

ROUNDS = 15
CONFIG = """
[[locations]]
code = "NJ"
country = "US"

[[channels]]
name = "site"
kind = "shopify"
timezone = "America/New_York"
"""
FLOOR = [sys.executable, "-c", "import typer"]
COMMANDS = {
    "oms --help": ["--help"],
    "oms status": ["status"],
    "oms status --json": ["status", "--json"],
    "oms show REF": ["show", "#1001"],
    "oms stock": ["stock"],
    "oms log": ["log"],
}


def run(words: list[str], root: Path) -> float:
    """Seconds of one run."""
    started = time.perf_counter()
    subprocess.run(words, cwd=root, env=os.environ | {"OMS_NOW": "2026-12-01T08:00:00Z"}, check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    return time.perf_counter() - started


def main(lines: int) -> None:
    """Build the store, measure, print the ratios."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "oms.toml").write_text(CONFIG)
        shopify_lines(lines).write_csv(root / "orders.csv")
        seconds = run([sys.executable, "-m", "oms", "import", "orders.csv"], root)
        (root / "orders.csv").unlink()
        print(f"{lines} lines imported in {seconds:.1f} s")
        taken: dict[str, list[float]] = {name: [] for name in ("floor", *COMMANDS)}
        for _round in range(ROUNDS):
            taken["floor"].append(run(FLOOR, root))
            for name, words in COMMANDS.items():
                taken[name].append(run([sys.executable, "-m", "oms", *words], root))
        floor = statistics.median(taken["floor"])
        for name, seconds_each in taken.items():
            median = statistics.median(seconds_each)
            print(f"{name:20} {median * 1000:6.0f} ms  {median / floor:.2f}x")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
