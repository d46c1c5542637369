"""Large files of the channels' real shapes, made from nothing: invented people, a fixed seed."""

import random
from pathlib import Path

import polars as pl

SHOPIFY = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,Shipping,Taxes,"
    "Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,Lineitem price,"
    "Lineitem compare at price,Lineitem sku,Lineitem requires shipping,Lineitem taxable,Lineitem fulfillment status,"
    "Billing Name,Billing Street,Billing Address1,Billing Address2,Billing Company,Billing City,Billing Zip,Billing Province,"
    "Billing Country,Billing Phone,Shipping Name,Shipping Street,Shipping Address1,Shipping Address2,Shipping Company,"
    "Shipping City,Shipping Zip,Shipping Province,Shipping Country,Shipping Phone,Notes,Note Attributes,Cancelled at,"
    "Payment Method,Payment Reference,Refunded Amount,Vendor,Outstanding Balance,Employee,Location,Device ID,Id,Tags,"
    "Risk Level,Source,Lineitem discount,Tax 1 Name,Tax 1 Value,Tax 2 Name,Tax 2 Value,Tax 3 Name,Tax 3 Value,Tax 4 Name,"
    "Tax 4 Value,Tax 5 Name,Tax 5 Value,Phone,Receipt Number,Duties,Billing Province Name,Shipping Province Name,Payment ID,"
    "Payment Terms Name,Next Payment Due At,Payment References"
).split(",")
ZIPS = (("07030", "Hoboken", "NJ"), ("90012", "Los Angeles", "CA"), ("60601", "Chicago", "IL"), ("10003", "New York", "NY"),
        ("73301", "Austin", "TX"), ("98101", "Seattle", "WA"), ("33101", "Miami", "FL"), ("80202", "Denver", "CO"))  # fmt: skip


def shopify_lines(lines: int, skus: int = 2000, seed: int = 7, changed: float = 0.0, first: int = 0) -> pl.DataFrame:
    """
    A Shopify export of `lines` lines, 1.7 an order, every cell text; `changed` of the orders buy one unit more;
    orders are numbered from `first`.
    """
    rng = random.Random(seed)
    sizes = []
    left = lines
    while left > 0:
        sizes.append(min(left, rng.choices((1, 2, 3, 4), (55, 25, 12, 8))[0]))
        left -= sizes[-1]
    blank = [None] * lines
    columns: dict[str, list[str | None]] = {name: list(blank) for name in SHOPIFY}
    weights = [1 / (rank + 1) for rank in range(skus)]
    chosen = rng.choices(range(skus), weights, k=lines)
    row = 0
    edits = random.Random(seed + 1)
    for number, size in enumerate(sizes, first):
        postcode, city, region = ZIPS[number % len(ZIPS)]
        more = edits.random() < changed
        minute = number % 500_000
        created = f"2026-11-{1 + minute // 50_000:02d} {minute // 60 % 24:02d}:{minute % 60:02d}:00 -0500"
        first = {
            "Email": f"buyer{number}@example.com", "Financial Status": "paid", "Paid at": created,
            "Fulfillment Status": "unfulfilled", "Currency": "USD", "Subtotal": f"{20 * size}.00", "Shipping": "5.00",
            "Taxes": "1.60", "Total": f"{20 * size + 6}.60", "Discount Amount": "0.00", "Shipping Method": "Standard",
            "Billing Name": "Ada Boon", "Billing Street": f"{number} Mill Lane", "Billing City": city, "Billing Zip": postcode,
            "Shipping Name": f"Ada Boon {number}", "Shipping Address1": f"{number} Mill Lane", "Shipping City": city,
            "Shipping Street": f"{number} Mill Lane", "Shipping Zip": f"'{postcode}", "Shipping Province": region,
            "Shipping Country": "US", "Shipping Phone": f"+1201555{number % 10000:04d}", "Payment Method": "Card",
            "Id": str(5_000_000_000 + number), "Risk Level": "Low", "Source": "web",
        }  # fmt: skip
        for name, value in first.items():
            columns[name][row] = value
        for line in range(size):
            sku = chosen[row]
            columns["Name"][row] = f"#{1001 + number}"
            columns["Created at"][row] = created
            columns["Lineitem quantity"][row] = str(1 + (more and line == 0))
            columns["Lineitem name"][row] = f"Mug {sku}"
            columns["Lineitem price"][row] = "20.00"
            columns["Lineitem sku"][row] = f"SKU-{sku:05d}"
            columns["Lineitem fulfillment status"][row] = "pending"
            columns["Lineitem discount"][row] = "0.00"
            row += 1
    return pl.DataFrame(columns, schema=dict.fromkeys(SHOPIFY, pl.String))


def write(frame: pl.DataFrame, path: Path) -> Path:
    """Write a frame as CSV."""
    frame.write_csv(path)
    return path
