"""
Import of many order lines against the raw floor: python -m tests.benchmarks.import_lines [LINES] [--memory]

The floor reads the same columns with polars, makes the same rows without checking anything, and puts them by
`executemany` into the same tables with the same indexes. Whole processes, one after the other, medians of ROUNDS.
With `--memory` it prints the peak memory for LINES and for four times as many instead.
"""

import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import polars as pl

from oms.store.db import Store
from tests.benchmarks.files import shopify_lines, write

DATA = Path(__file__).parent.parent / "data"
ROUNDS = 3
SKUS = 2000
OMS_NOW = "2026-11-19T14:00:00Z"


def raw(csv: Path, folder: Path) -> None:
    """The floor: read, shape, executemany, commit."""
    store = Store(folder)
    with store.read():
        pass
    wanted = ["Name", "Id", "Email", "Created at", "Financial Status", "Currency", "Subtotal", "Shipping", "Taxes", "Total",
              "Shipping Method", "Risk Level", "Lineitem quantity", "Lineitem name", "Lineitem price", "Lineitem sku",
              "Lineitem discount", "Shipping Name", "Shipping Address1", "Shipping City", "Shipping Zip",
              "Shipping Province", "Shipping Country", "Shipping Phone"]  # fmt: skip
    frame = pl.read_csv(csv, columns=wanted, infer_schema=False)
    money = ["Subtotal", "Shipping", "Taxes", "Total", "Lineitem price", "Lineitem discount"]
    frame = frame.with_columns(
        *((pl.col(c).cast(pl.Float64) * 100).round().cast(pl.Int64) for c in money),
        pl.col("Lineitem quantity").cast(pl.Int64),
        pl.col("Created at").str.to_datetime("%Y-%m-%d %H:%M:%S %z").dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
        pl.col("Shipping Zip").str.strip_chars_start("'"),
        order_id=pl.col("Id").is_not_null().cum_sum().cast(pl.Int64),
    )
    orders = frame.filter(pl.col("Id").is_not_null())
    conn = sqlite3.connect(folder / "oms.db", isolation_level=None)
    conn.execute("PRAGMA journal_mode = WAL")
    conn.execute("PRAGMA foreign_keys = ON")
    conn.execute("PRAGMA cache_size = -65536")
    conn.execute("BEGIN IMMEDIATE")
    conn.execute("INSERT INTO channels VALUES ('site', 'shopify', '{}')")
    conn.executemany(
        "INSERT INTO orders (id, channel, order_ref, channel_order_id, as_of, placed_at, payment, currency, subtotal, "
        "shipping, tax, total, service, risk) VALUES (?, 'site', ?, ?, '2026', ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        orders.select("order_id", "Name", "Id", "Created at", "Financial Status", "Currency", "Subtotal", "Shipping",
                      "Taxes", "Total", "Shipping Method", "Risk Level").iter_rows(),
    )  # fmt: skip
    conn.executemany(
        "INSERT INTO contacts (order_id, name, phone, email, address1, city, region, postcode, country) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        orders.select("order_id", "Shipping Name", "Shipping Phone", "Email", "Shipping Address1", "Shipping City",
                      "Shipping Province", "Shipping Zip", "Shipping Country").iter_rows(),
    )  # fmt: skip
    conn.executemany(
        "INSERT INTO lines (order_id, line_ref, has_channel_ref, line_key, position, listing_sku, title, ordered, unit_price, "
        "discount, sku) VALUES (?, ?, 0, ?, 0, ?, ?, ?, ?, ?, ?)",
        frame.select("order_id", "Lineitem sku", pl.col("Lineitem sku").alias("key"), pl.col("Lineitem sku").alias("listing"),
                     "Lineitem name", "Lineitem quantity", "Lineitem price", "Lineitem discount",
                     pl.col("Lineitem sku").alias("sku")).iter_rows(),
    )  # fmt: skip
    conn.execute("COMMIT")
    conn.close()


def timed(*words: str, cwd: Path) -> tuple[float, float, int]:
    """Seconds, CPU-seconds and peak memory in MB of a whole process."""
    script = (
        "import resource, subprocess, sys\n"
        "code = subprocess.run(sys.argv[1:]).returncode\n"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "print(used.ru_utime + used.ru_stime, used.ru_maxrss // 1024, file=sys.stderr)\n"
        "sys.exit(code)"
    )
    started = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", script, sys.executable, *words], cwd=cwd, check=True, text=True,
                          capture_output=True, env={"OMS_NOW": OMS_NOW, "PATH": "/usr/bin:/bin"})  # fmt: skip
    cpu, peak = done.stderr.strip().splitlines()[-1].split()
    return time.perf_counter() - started, float(cpu), int(peak)


def workspace(root: Path) -> Path:
    """A workspace with the skus of the file."""
    root.mkdir()
    (root / "oms.toml").write_text((DATA / "oms.toml").read_text(encoding="utf-8"), encoding="utf-8")
    products = "sku,title,weight_g\n" + "".join(f"SKU-{n:05d},Mug {n},300\n" for n in range(SKUS))
    (root / "products.csv").write_text(products)
    timed("-m", "oms", "import", "products.csv", cwd=root)
    return root


def memory(lines: int) -> None:
    """Print the peak memory of importing `lines` and four times as many, beside the sizes of the files."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        csv = folder / "orders.csv"
        peaks, sizes = [], []
        for piece in range(4):
            with csv.open("ab") as file:
                shopify_lines(lines, SKUS, first=piece * lines).write_csv(file, include_header=piece == 0)
            if piece in (0, 3):
                root = workspace(folder / f"oms{piece}")
                with (root / "oms.toml").open("a") as settings:
                    settings.write("\n[limits]\nfile_mb = 100000\nrows = 100000000\n")
                peaks.append(timed("-m", "oms", "import", str(csv), cwd=root)[-1])
                sizes.append(csv.stat().st_size)
    print(f"{lines} lines {peaks[0]} MB, {4 * lines} lines {peaks[1]} MB: {peaks[1] / peaks[0]:.2f} times, "
          f"the file {sizes[1] / sizes[0]:.2f} times")  # fmt: skip


def _column(found: dict[str, list[tuple[float, float]]], place: int) -> dict[str, list[float]]:
    return {name: [each[place] for each in times] for name, times in found.items()}


def main(lines: int) -> None:
    """Print the ratios."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        csv = write(shopify_lines(lines, SKUS), folder / "orders.csv")
        changed = write(shopify_lines(lines, SKUS, changed=0.01), folder / "changed.csv")
        renamed = write(shopify_lines(lines, SKUS).with_columns(Vendor=pl.lit("x")), folder / "same.csv")
        found: dict[str, list[tuple[float, float]]] = {}
        peak = 0
        for round_ in range(ROUNDS):
            floor = folder / f"raw{round_}"
            floor.mkdir()
            *took, _memory = timed("-m", "tests.benchmarks.import_lines", "raw", str(csv), str(floor), cwd=Path.cwd())
            found.setdefault("raw floor", []).append((took[0], took[1]))
            root = workspace(folder / f"oms{round_}")
            for name, file in (("fresh", csv), ("same bytes again", csv), ("same orders, other bytes", renamed),
                               ("1 % changed", changed)):  # fmt: skip
                seconds, cpu, memory = timed("-m", "oms", "import", str(file), cwd=root)
                found.setdefault(name, []).append((seconds, cpu))
                peak = max(peak, memory)
    medians = [{name: statistics.median(times) for name, times in _column(found, place).items()} for place in (0, 1)]
    for median, unit in zip(medians, ("s", "CPU-s"), strict=True):
        print(f"{lines} lines, medians of {ROUNDS}: " + ", ".join(f"{name} {n:.2f} {unit}" for name, n in median.items()))
    pairs = [("fresh", "raw floor"), *((name, "fresh") for name in list(found)[2:])]
    for one, other in pairs:
        wall, cpu = (median[one] / median[other] for median in medians)
        print(f"{one} / {other}".ljust(37) + f"{wall:.2f} wall, {cpu:.2f} CPU")
    print(f"peak memory                          {peak} MB")


if __name__ == "__main__":
    if sys.argv[1:2] == ["raw"]:
        raw(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        counts = [int(word) for word in sys.argv[1:] if not word.startswith("-")]
        (memory if "--memory" in sys.argv else main)(counts[0] if counts else 1_000_000)
