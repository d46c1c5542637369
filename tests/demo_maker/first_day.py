# ruff: noqa: E501
# Rows and headings of made-up data read best as rows and headings, as long as they are.
"""The files of examples/first-day: nine orders on three channels, two places, one split, one wait, one surprise."""

from datetime import datetime
from random import Random

from tests.demo_maker.catalogue import BY_SKU, kits_csv, money, products_csv, stock_csv, table
from tests.demo_maker.others import AMAZON_COLUMNS
from tests.demo_maker.people import Person, crowd
from tests.demo_maker.shopify import EASTERN, Sale, inventory_csv, orders_csv

SKUS = ("MUG-RED", "MUG-BLUE", "CANDLE-FIG", "NOTE-DOT", "PEN-BLACK", "00417")
KITS = {"GIFT-WRITER": {"NOTE-DOT": 1, "PEN-BLACK": 1}}
STOCK = {
    ("MUG-RED", "HOME"): 24, ("MUG-RED", "NJ"): 0, ("MUG-BLUE", "HOME"): 18, ("MUG-BLUE", "NJ"): 30,
    ("CANDLE-FIG", "NJ"): 40, ("NOTE-DOT", "HOME"): 12, ("NOTE-DOT", "NJ"): 60, ("PEN-BLACK", "NJ"): 25,
    ("PEN-BLACK", "HOME"): 6, ("00417", "HOME"): 0,
}  # fmt: skip
PLACES = {"Garage": "HOME", "Newark 3PL": "NJ"}


def files() -> dict[str, bytes]:
    """Files of the example by their path in it; what arrives later lies outside the inbox."""
    people = crowd(9, Random(7))
    at = [datetime(2026, 11, 18, 9 + hour, 10 + 4 * hour, tzinfo=EASTERN) for hour in range(9)]
    sales = [
        Sale(1001, people[0], at[0], {"MUG-RED": 1, "CANDLE-FIG": 1}),
        Sale(1002, people[1], at[2], {"CANDLE-FIG": 2}, financial="pending", method="Bank Deposit"),
        Sale(1003, people[2], at[3], {"GIFT-WRITER": 1}, attributes="Gift message: Write soon!", tags="gift"),
        Sale(1004, people[3], at[6], {"MUG-BLUE": 2}),
    ]
    return {
        "products.csv": products_csv(SKUS),
        "kits.csv": kits_csv(KITS),
        "stock.csv": stock_csv(STOCK, dict.fromkeys(("HOME", "NJ"), "2026-11-17T19:00:00-05:00")),
        "rates.csv": table("location,carrier,service,country,postcode_prefix,weight_from_g,weight_to_g,price", [
            [place, carrier, "Standard", "US", prefix, str(least), str(most), money(price + far * step)]
            for place, near in (("HOME", "1"), ("NJ", "0"))
            for carrier, least, most, price, step in (
                ("USPS", 0, 500, 520, 40), ("USPS", 500, 2000, 780, 95), ("UPS", 0, 2000, 840, 60), ("UPS", 2000, 15000, 1190, 130),
            )
            for prefix, far in [(near, 0), ("", 4), ("8", 7), ("9", 8)]
        ]),
        "inbox/orders_export.csv": orders_csv(sales),
        "inbox/amazon-unshipped.txt": _amazon(people[4:7]),
        "inbox/fairs.csv": table(
            "order_ref,placed_at,sku,quantity,unit_price,payment_status,name,address1,city,region,postcode,country",
            [_fair("F-7", at[4], "MUG-RED", "6", people[7]), _fair("F-7", at[4], "MUG-BLUE", "6", people[7]),
             _fair("F-8", at[5], "00417", "4", people[8])],
        ),
        "inbox/inventory_export.csv": inventory_csv(STOCK, sales, dict.fromkeys((*SKUS, *KITS), PLACES)),
    }  # fmt: skip


def _amazon(people: list[Person]) -> bytes:
    rows = []
    for number, (person, sku, quantity) in enumerate(
        zip(people, ("MUG-BLUE", "MUG-RED-2PK", "PEN-BLACK"), (1, 1, 2), strict=True)
    ):
        title = "Stoneware mug, red (pack of 2)" if sku == "MUG-RED-2PK" else BY_SKU[sku].title
        day = f"2026-11-18T{6 + number:02d}:20:41-08:00"
        rows.append([
            f"111-52001{number}7-310048{number}", f"6003180000{number}042", day, day, day, "2026-11-20T23:59:59-08:00", "-1",
            f"buyer{number}@marketplace.example.com", person.name, person.phone, sku, title, str(quantity), "0", str(quantity),
            "Standard", person.name, person.street, person.street2, "", person.city, person.state, person.postcode, "US",
            "false", "", "", "false",
        ])  # fmt: skip
    return ("\n".join("\t".join(row) for row in [AMAZON_COLUMNS, *rows]) + "\n").encode()


def _fair(ref: str, at: datetime, sku: str, quantity: str, person: Person) -> list[str]:
    price = money(BY_SKU[sku].price * 6 // 10)
    return [ref, f"{at:%Y-%m-%d %H:%M}", sku, quantity, price, "paid", person.name, person.street, person.city, person.state,
            person.postcode, "US"]  # fmt: skip
