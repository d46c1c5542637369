"""
Writes the files of `oms demo` (src/oms/data/demo/inbox): python -m tests.make_demo

The same every time. What came first is made up here; what comes back during the day (tracking of the 3PL, the later
export of the web shop) answers what the morning's routing and picking did, so the morning is really run.
"""

import sys
from pathlib import Path
from random import Random

from tests.demo_maker import answers, catalogue, first_day, others, shopify
from tests.demo_maker.people import Person, crowd

ROOT = Path(__file__).parents[1]
INBOX = ROOT / "src/oms/data/demo/inbox"
SEED = 20261119


def morning() -> tuple[dict[str, bytes], list[shopify.Sale], list[Person]]:
    """The files that lie in the inbox when the day begins, by name; the web shop's orders, and who orders later."""
    random = Random(SEED)
    people = crowd(185, random)
    stock = catalogue.stock()
    sales = shopify.sales(people[:100], random)
    listed = dict.fromkeys((*catalogue.BY_SKU, *catalogue.KITS), shopify.PLACES)
    files = {
        "products.csv": catalogue.products_csv(catalogue.BY_SKU),
        "kits.csv": catalogue.kits_csv(catalogue.KITS),
        "listings.csv": catalogue.listings_csv(),
        "stock.csv": catalogue.stock_csv(stock, catalogue.COUNTED),
        "incoming.csv": catalogue.incoming_csv(),
        "rates.csv": catalogue.rates_csv(),
        "orders_export.csv": shopify.orders_csv(sales),
        "amazon-unshipped.txt": others.amazon_report(people[100:170], random),
        "till-items.csv": others.till_csv(random),
        "wholesale.csv": others.trade_csv(people[170:180], random),
        "inventory_export.csv": shopify.inventory_csv(stock, sales, listed),
    }
    return files, sales, people[180:]


def main() -> None:
    """Write all files."""
    files, sales, later = morning()
    files |= answers.day_after_morning(files, (INBOX.parent / "oms.toml").read_bytes(), sales, later)
    INBOX.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (INBOX / name).write_bytes(data)
        sys.stdout.write(f"{name}\t{len(data)} bytes\t{data.count(bytes([10]))} lines\n")
    for name, data in first_day.files().items():
        path = ROOT / "examples/first-day" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


if __name__ == "__main__":
    main()
