"""A small day, command by command, for the tests that make it die: files, commands, and what must be the same afterwards."""

import hashlib
import shutil
import sqlite3
from pathlib import Path

from tests.channel_files import shopify, unshipped
from tests.conftest import DATA, Oms

PRODUCTS = "sku,title,weight_g\nMUG,Mug,350\nCUP,Cup,200\nBOWL,Bowl,500\n"
KITS = "kit_sku,sku,quantity\nSET,MUG,1\nSET,CUP,2\n"
STOCK = "sku,location,on_hand,counted_at\n" + "".join(
    f"{sku},{place},{n},2026-11-18T12:00:00Z\n" for sku, place, n in
    (("MUG", "NJ", 6), ("CUP", "NJ", 8), ("BOWL", "NJ", 2), ("MUG", "CA", 4), ("BOWL", "CA", 3))
)  # fmt: skip
ORDERS = shopify(
    {"ref": "#1001", "id": "9001", "lines": [("MUG", 2), ("CUP", 1)]},
    {"ref": "#1002", "id": "9002", "lines": [("SET", 1)], "Shipping Zip": "90012", "Shipping Province": "CA"},
    {"ref": "#1003", "id": "9003", "lines": [("VASE", 1)]},
    {"ref": "#1004", "id": "9004", "lines": [("BOWL", "four")]},
)
AMAZON = unshipped(
    {"order": "113-4521987-1234501", "item": "501", "sku": "BOWL", "quantity": 2},
    {"order": "113-4521987-1234502", "item": "502", "sku": "MUG", "quantity": 1},
)
LATER = shopify(
    {"ref": "#1001", "id": "9001", "lines": [("MUG", 1), ("CUP", 1)]},
    {"ref": "#1002", "id": "9002", "lines": [("SET", 1)], "Shipping Zip": "90012", "Shipping Province": "CA",
     "Cancelled at": "2026-11-18 15:00:00 -0500"},
)  # fmt: skip
TRACKING = "order_ref,tracking,carrier,location\n113-4521987-1234502,1Z999AA10123456784,UPS,{place}\n"

FILES = {
    "inbox/products.csv": PRODUCTS, "inbox/kits.csv": KITS, "inbox/stock.csv": STOCK, "inbox/orders.csv": ORDERS,
    "inbox/unshipped.txt": AMAZON, "later.csv": LATER,
}  # fmt: skip
#: The commands of the day, in order.
DAY = (
    ("import", "inbox", "--move"),
    ("map", "set", "site", "VASE", "BOWL"),
    ("stock", "adjust", "MUG", "-1", "--location", "NJ"),
    ("route",),
    ("import", "later.csv"),
    ("pick", "--force"),
    ("ship", "113-4521987-1234502", "--tracking", "1Z999AA10123456784", "--carrier", "UPS"),
    ("confirm",),
    ("sync", "--force"),
    ("undo", "9", "--cascade"),
)
_FACTS = ("products", "kit_components", "listings", "orders", "contacts", "lines", "line_units", "holds", "stock", "moves",
          "allocations", "waiting", "parcels", "parcel_lines", "confirmations", "published")  # fmt: skip
_NAMES = {"id", "batch_id", "file_id", "order_id", "line_id", "allocation_id", "parcel_id", "count_id", "document_id"}


def begin(root: Path) -> Oms:
    """A workspace with the day's files and nothing done."""
    root.mkdir(parents=True)
    (root / "oms.toml").write_text((DATA / "oms.toml").read_text(encoding="utf-8"), encoding="utf-8")
    oms = Oms(root)
    for name, text in FILES.items():
        oms.write(name, text)
    return oms


def copy(source: Path, target: Path) -> Oms:
    """A workspace as another one stands."""
    shutil.copytree(source, target)
    return Oms(target)


def facts(root: Path) -> dict[str, list[tuple[object, ...]]]:
    """What the store holds, whichever batch wrote it."""
    conn = sqlite3.connect(root / "oms.db")
    found = {}
    for table in _FACTS:
        names = [row[1] for row in conn.execute(f"PRAGMA table_info({table})") if row[1] not in _NAMES]
        found[table] = sorted(conn.execute(f"SELECT {', '.join(names)} FROM {table}").fetchall(), key=repr)
    conn.close()
    return found


def files(root: Path) -> dict[str, str]:
    """Every file a person sees, by the hash of its bytes."""
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.name.startswith((".oms", "oms.db"))
    }
