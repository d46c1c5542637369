"""
Reading XLSX reports of 100,000 lines against the plain read: python -m tests.benchmarks.sheets [LINES]

The plain read is what `fastexcel` needs to hand over the sheet as text. Ours guards the file, finds out whose it is, reads
it and makes orders and lines of it. CPU seconds of whole processes, one after the other, the least of ROUNDS; the seconds
that Python and the libraries take to start are taken off both.
"""

import random
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import fastexcel
import polars as pl

from oms.channels import look
from oms.channels.base import read_file
from oms.sheets import guard
from oms.sheets.write import xlsx_bytes
from tests.channels.reading import CONTEXT, LIMITS

ROUNDS = 3
BAR = 3.0
DATA = Path(__file__).parent.parent / "data" / "channels"
SAMPLES = {"tiktok": "tiktok/orders_clean.csv", "shopee": "shopee/orders_clean.csv"}


def report(sample: str, lines: int, seed: int = 5) -> pl.DataFrame:
    """A report with the columns of a sample: its first rows again and again, with other orders, skus and times."""
    text = pl.read_csv(DATA / sample, infer_schema=False)
    explained = text.filter(pl.col("Order ID").str.starts_with("Platform"))
    rows = text.filter(~pl.col("Order ID").str.starts_with("Platform")).head(1)
    rng = random.Random(seed)
    numbers = pl.Series([at for at in range(lines) for _ in range(rng.choice((1, 1, 2)))][:lines])
    days = pl.Series([f"{rng.randint(1, 19):02d}" for _ in range(lines)])
    clock = pl.Series([f"{rng.randint(0, 23):02d}:{rng.randint(0, 59):02d}" for _ in range(lines)])
    skus = pl.Series([f"MUG-{rng.randint(1, 2000):05d}" for _ in range(lines)])
    many = pl.DataFrame({name: pl.Series([rows[name][0]]).new_from_index(0, lines) for name in rows.columns})
    if "SKU ID" in many.columns:
        changed = {"Order ID": numbers + 583812345000000000, "Seller SKU": skus}
        at = days + "/11/2026 " + clock
        changed |= {"Created Time": at + ":11", "Paid Time": at + ":52"}
    else:
        changed = {"Order ID": "261114" + (10_000_000 + numbers).cast(pl.String), "SKU Reference No.": skus}
        at = "2026-11-" + days + " " + clock
        changed |= {"Order Creation Date": at, "Order Paid Time": at}
    many = many.with_columns(series.cast(pl.String).alias(name) for name, series in changed.items())
    return pl.concat([explained, many]).fill_null("")


def plain(path: Path) -> None:
    """The floor: the cells of the first sheet as text."""
    print(fastexcel.read_excel(path).load_sheet(0, header_row=None, dtypes="string").to_polars().height)


def ours(path: Path) -> None:
    """The reading of `oms import`, up to the store."""
    guard.check(path, LIMITS)
    seen, reader = look(path, LIMITS)
    print(read_file(reader, seen, LIMITS, CONTEXT).lines.height)


def start(path: Path) -> None:
    """What both have loaded before they begin."""
    print(path.name)


def cpu(what: str, path: Path) -> float:
    """CPU seconds of a process, the least of ROUNDS."""
    found = []
    for _ in range(ROUNDS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.sheets", what, str(path)], check=True, stdout=subprocess.DEVNULL
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        found.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(found)


def main(lines: int) -> None:
    """Print the ratios."""
    with tempfile.TemporaryDirectory() as temporary:
        for name, sample in SAMPLES.items():
            path = Path(temporary) / f"{name}.xlsx"
            path.write_bytes(xlsx_bytes({"OrderSKUList": report(sample, lines)}))
            begun = cpu("start", path)
            floor, read = cpu("plain", path) - begun, cpu("ours", path) - begun
            print(
                f"{name}: {lines} lines, plain {floor:.2f} CPU-s, ours {read:.2f} CPU-s, ratio {read / floor:.2f} (bar {BAR})"
            )


if __name__ == "__main__":
    modes = {"plain": plain, "ours": ours, "start": start}
    if sys.argv[1:2] and sys.argv[1] in modes:
        modes[sys.argv[1]](Path(sys.argv[2]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
