"""
A whole day against the script a seller would write: python -m tests.benchmarks.day [LINES]

The script reads the export with pandas, goes through it row by row, takes the cheapest place that has stock by distance and
weight as `oms` prices them, and writes pick lists and a stock file; it stores nothing, sends each line on its own, and a
second run sells everything twice. `oms` imports, routes, picks and
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
#: Where the script finds what `oms` brings with it: the middle of each postcode that is asked for.
ZIPS = {"07001": "40.58,-74.27", "90001": "33.97,-118.25", "07030": "40.74,-74.03", "90012": "34.06,-118.24",
        "60601": "41.89,-87.62", "10003": "40.73,-73.99", "73301": "30.33,-97.77", "98101": "47.61,-122.34",
        "33101": "25.77,-80.20", "80202": "39.75,-104.99"}  # fmt: skip
DATA = Path(__file__).parent.parent / "data"
SCRIPT = """
from math import asin, cos, radians, sin, sqrt
import pandas as pd

orders = pd.read_csv("orders.csv", dtype=str)
whole = ["Financial Status", "Shipping Zip", "Shipping Country"]  # only on the first line of an order
orders[whole] = orders.groupby("Name")[whole].ffill()
orders = orders[(orders["Financial Status"] == "paid") & (orders["Shipping Country"] == "US")]
kg = {r.sku: int(r.weight_g) / 1000 for r in pd.read_csv("products.csv", dtype=str).itertuples()}
stock = {(r.sku, r.location): int(r.on_hand) for r in pd.read_csv("stock.csv", dtype=str).itertuples()}
spots = {r.zip: (float(r.lat), float(r.lon)) for r in pd.read_csv("zips.csv", dtype=str).itertuples()}
places = {"NJ": ("07001", 1.10, 0.20), "CA": ("90001", 0.90, 0.0)}  # zip, handling of a parcel and of a unit

def km(a, b):
    (x, y), (u, v) = map(lambda spot: map(radians, spot), (spots[a], spots[b]))
    return 12742 * asin(sqrt(sin((u - x) / 2) ** 2 + cos(x) * cos(u) * sin((v - y) / 2) ** 2))

picks = []
for _, row in orders.iterrows():
    sku, units, to = row["Lineitem sku"], int(row["Lineitem quantity"]), row["Shipping Zip"].lstrip("'")
    best = None
    for place, (at, parcel, unit) in places.items():
        if stock.get((sku, place), 0) >= units:
            price = 6.00 + 0.001 * km(at, to) + 1.00 * kg[sku] * units + parcel + unit * units
            if best is None or price < best[0]:
                best = price, place
    if best:
        stock[sku, best[1]] -= units
        picks.append((best[1], sku, row["Name"], units, row["Lineitem name"], row["Shipping Name"], to))
names = ["location", "sku", "order", "quantity", "title", "to", "zip"]
for place, rows in pd.DataFrame(picks, columns=names).sort_values(names[:3]).groupby("location"):
    rows.to_csv(f"picks-{place}.csv", index=False)
left = pd.DataFrame([(sku, units) for (sku, _), units in stock.items()], columns=["sku", "quantity"])
left.groupby("sku", as_index=False).sum().to_csv("stock-left.csv", index=False)
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
        zips = "zip,lat,lon\n" + "".join(f"{code},{at}\n" for code, at in ZIPS.items())
        texts = {"products.csv": products, "stock.csv": stock, "inventory.csv": template, "zips.csv": zips}
        for name, text in texts.items():
            (root / name).write_text(text, encoding="utf-8")
        seconds("-m", "oms", "import", "products.csv", "stock.csv", "inventory.csv", cwd=root)
        day = {
            "import": seconds("-m", "oms", "import", "orders.csv", cwd=root),
            "route": seconds("-m", "oms", "route", cwd=root),
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
