"""
Bar: sync of 200k listings on each of 8 channels, 1 % of them changed, in at most 5 s, whole process.

    python -m tests.benchmarks.sync_many [LISTINGS]

Floor, measured in the same run: only reading the listings and the published numbers row by row through sqlite3.
"""

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from oms import config_file
from oms.model.times import iso, parse_iso
from oms.store.db import Store

CHANNELS = 8
ROUNDS = 3
NOW = parse_iso("2026-11-19T14:00:00Z")
CONFIG = "".join(
    f'[[locations]]\ncode = "{code}"\ncountry = "US"\nsafety_stock = 1\n' for code in ("CA", "NJ", "TX")
) + "".join(
    f'[[channels]]\nname = "channel-{n}"\nkind = "{"amazon" if n % 2 else "generic"}"\nbuffer = 1\n' for n in range(CHANNELS)
)


def build(root: Path, listings: int) -> Store:
    """A store with a sku, stock at three places and a listing on every channel for each of `listings`."""
    (root / "oms.toml").write_text(CONFIG)
    store = Store(root)
    skus = [f"SKU-{n:07d}" for n in range(listings)]
    with store.write("import", NOW, config=config_file.parse(CONFIG)) as batch:
        conn = batch.conn
        conn.executemany("INSERT INTO products (sku) VALUES (?)", ((sku,) for sku in skus))
        conn.executemany(
            "INSERT INTO stock (sku, location, on_hand, reserved) VALUES (?, ?, ?, 0)",
            ((sku, place, len(sku) + n % 40) for n, sku in enumerate(skus) for place in ("CA", "NJ", "TX")),
        )
        for channel in (f"channel-{n}" for n in range(CHANNELS)):
            conn.execute(
                "INSERT INTO files_in (batch_id, path, sha256, kind, format, channel, as_of, rows, report) "
                "VALUES (?, 'orders.csv', 'x', 'orders', 'orders', ?, ?, 1, '{}')",
                (batch.id, channel, iso(NOW)),
            )
            conn.executemany(
                "INSERT INTO listings (channel, listing_sku, sku) VALUES (?, ?, ?)",
                ((channel, f"{channel}-{sku}" if n % 2 else sku, sku if n % 2 else None) for n, sku in enumerate(skus)),
            )
    return store


def change(store: Store, listings: int, seed: int) -> None:
    """Move the stock of 1 % of the skus."""
    chosen = random.Random(seed).sample(range(listings), listings // 100)
    with store.write("count", NOW, config=config_file.parse(CONFIG)) as batch:
        batch.conn.executemany("UPDATE stock SET on_hand = on_hand + 3 WHERE sku = ?", ((f"SKU-{n:07d}",) for n in chosen))


def oms(root: Path, *words: str) -> tuple[float, str]:
    """Seconds and output of one run."""
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "oms", *words], cwd=root, env=os.environ | {"OMS_NOW": iso(NOW)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return time.perf_counter() - began, done.stderr


def floor(store: Store) -> float:
    """Seconds to read what must be compared, as rows."""
    began = time.perf_counter()
    with store.read() as conn:
        conn.row_factory = None
        conn.execute("SELECT channel, listing_sku, sku, quantity FROM listings").fetchall()
        conn.execute("SELECT channel, listing_sku, quantity FROM published").fetchall()
    return time.perf_counter() - began


def main(listings: int) -> None:
    """Print seconds and the ratio to the floor."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        store = build(root, listings)
        first, _said = oms(root, "sync")
        changed, floors = [], []
        for round_ in range(ROUNDS):
            change(store, listings, round_)
            floors.append(floor(store))
            seconds, said = oms(root, "sync")
            changed.append(seconds)
        nothing, _said = oms(root, "sync")
        print(said.strip().splitlines()[-1])
        median, least = statistics.median(changed), statistics.median(floors)
        print(f"{listings} listings x {CHANNELS} channels: first {first:.1f} s, nothing changed {nothing:.1f} s")
        print(f"1 % changed: {median:.2f} s (bar 5 s), {median / least:.2f}x of reading the rows ({least:.2f} s)")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
