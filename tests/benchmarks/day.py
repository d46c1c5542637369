"""
A whole day against the script a seller would write: python -m tests.benchmarks.day [LINES]

The script reads the export with pandas, goes through it row by row, takes the cheapest place that has stock, and writes a
pick list and a stock file; it stores nothing, and a second run sells everything twice. `oms` imports, routes, picks and
syncs, stored and safe against crashes. Whole processes, one after the other.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.files import shopify_lines, write

SKUS = 2000
PLACES = ("CA", "NJ")
INVENTORY = ("Handle", "Title", "Option1 Name", "Option1 Value", "SKU", "HS Code", "COO", "Location", "Incoming", "Unavailable",
             "Committed", "Available", "On hand")  # fmt: skip
DATA = Path(__file__).parent.parent / "data"
SCRIPT = """
import sys
import pandas as pd
orders = pd.read_csv("orders.csv", dtype=str)
stock = {(r.sku, r.location): int(r.on_hand) for r in pd.read_csv("stock.csv", dtype=str).itertuples()}
cost = {"CA": 6.0, "NJ": 5.0}
picks = []
for _, row in orders.iterrows():
    sku, wanted = row["Lineitem sku"], int(row["Lineitem quantity"])
    able = [place for place in ("NJ", "CA") if stock.get((sku, place), 0) >= wanted]
    if able:
        place = min(able, key=cost.get)
        stock[sku, place] -= wanted
        picks.append((row["Name"], sku, wanted, place))
pd.DataFrame(picks, columns=["order", "sku", "quantity", "location"]).to_csv("picks.csv", index=False)
left = [(sku, place, units) for (sku, place), units in stock.items()]
pd.DataFrame(left, columns=["sku", "location", "quantity"]).to_csv("left.csv", index=False)
"""


def seconds(*words: str, cwd: Path) -> float:
    """Wall seconds of a whole process."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("OMS_")} | {"OMS_NOW": "2026-11-19T14:00:00Z"}
    started = time.perf_counter()
    done = subprocess.run([sys.executable, *words], cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 3):
        raise SystemExit(f"{words}: {done.stderr}")
    return time.perf_counter() - started


def main(lines: int) -> None:
    """Print both days and their ratio."""
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        (root / "oms.toml").write_text((DATA / "oms.toml").read_text(encoding="utf-8"), encoding="utf-8")
        write(shopify_lines(lines, SKUS), root / "orders.csv")
        products = "sku,title,weight_g\n" + "".join(f"SKU-{n:05d},Mug {n},300\n" for n in range(SKUS))
        stock = "sku,location,on_hand,counted_at\n" + "".join(
            f"SKU-{n:05d},{place},{lines // (n + 1) + 20},2026-11-01T00:00:00Z\n" for n in range(SKUS) for place in PLACES
        )
        template = ",".join(INVENTORY) + "\n" + "".join(
            f"mug-{n},Mug {n},Title,Default Title,SKU-{n:05d},,,{place},0,0,0,0,0\n" for n in range(SKUS)
            for place in ("Newark 3PL", "Los Angeles")
        )  # fmt: skip
        for name, text in (("products.csv", products), ("stock.csv", stock), ("inventory.csv", template)):
            (root / name).write_text(text, encoding="utf-8")
        seconds("-m", "oms", "import", "products.csv", "stock.csv", "inventory.csv", cwd=root)
        day = {
            "import": seconds("-m", "oms", "import", "orders.csv", cwd=root),
            "route": seconds("-m", "oms", "route", "--json", cwd=root),
            "pick": seconds("-m", "oms", "pick", "--force", cwd=root),
            "sync": seconds("-m", "oms", "sync", "--force", cwd=root),
        }
        try:
            import pandas  # noqa: F401 - only to know whether it is there
        except ImportError:
            script = None
        else:
            script = seconds("-c", SCRIPT, cwd=root)
    whole = sum(day.values())
    print(f"{lines} lines: " + ", ".join(f"{name} {spent:.2f} s" for name, spent in day.items()) + f", whole {whole:.2f} s")
    if script is None:
        print("the seller's script needs pandas, which is not installed: no ratio")
    else:
        print(f"script {script:.2f} s, day / script {whole / script:.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
