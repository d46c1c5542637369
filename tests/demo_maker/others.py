# ruff: noqa: E501, DTZ001
# Rows and headings of made-up data read best as rows and headings, as long as they are.
"""What came from Amazon, from the till, and from the trade agent."""

import csv
import io
from datetime import datetime, timedelta, timezone
from random import Random

from tests.demo_maker.catalogue import AMAZON, AMAZON_UNMAPPED, BY_SKU, TILL, money, token
from tests.demo_maker.people import Person
from tests.demo_maker.shopify import priced

PACIFIC = timezone(timedelta(hours=-8))
AMAZON_COLUMNS = """order-id order-item-id purchase-date payments-date reporting-date promise-date days-past-promise buyer-email \
buyer-name buyer-phone-number sku product-name quantity-purchased quantity-shipped quantity-to-ship ship-service-level \
recipient-name ship-address-1 ship-address-2 ship-address-3 ship-city ship-state ship-postal-code ship-country is-business-order \
purchase-order-number price-designation is-buyer-requested-cancellation""".split()
TILL_COLUMNS = """Date,Time,Time Zone,Category,Item,Qty,Price Point Name,SKU,Modifiers Applied,Gross Sales,Discounts,Net Sales,Tax,\
Transaction ID,Payment ID,Device Name,Notes,Details,Event Type,Location,Dining Option,Customer ID,Customer Name,\
Customer Reference ID,Unit,Count,GTIN,Itemization Type,Fulfillment Note,Channel,Token,Card Brand,PAN Suffix""".split(",")


def amazon_report(people: list[Person], random: Random) -> bytes:
    """The unshipped orders report: tabs, no quotes, no prices."""
    usual = [sku for sku in AMAZON if not AMAZON[sku][0].startswith(("LAMP", "VASE-SMOKE", "BOARD-WALNUT", "PUZZLE-COAST"))]
    special = {
        5: [("BD-LAMP-BRASS", 1)],
        11: [(AMAZON_UNMAPPED, 1)],
        19: [("BD-VASE-SMOKE", 1), ("BD-BOARD-WALNUT", 1)],
        33: [(AMAZON_UNMAPPED, 2), ("BD-MUG-RED", 1)],
        47: [("BD-PUZZLE-COAST", 1)],
    }
    rows = []
    at = datetime(2026, 11, 17, 14, 3, tzinfo=PACIFIC)
    for number, person in enumerate(people):
        at += timedelta(seconds=random.randint(500, 3150))
        lines = special.get(number) or [
            (random.choice(usual), random.choice([1, 1, 1, 1, 2])) for _each in range(random.choice([1, 1, 1, 2]))
        ]
        expedited = number % 17 == 8
        promise = (at + timedelta(days=1 if expedited else 2)).replace(hour=23, minute=59, second=59)
        for position, (sku, quantity) in enumerate(dict(lines).items()):
            ours, units = AMAZON.get(sku, ("TOWEL-CHECK", 1))
            title = priced(ours)[0] + (f" (pack of {units})" if units > 1 else "")
            rows.append([
                f"111-{4200171 + number * 733:07d}-{2600439 + number * 991:07d}", f"{60031700000000 + number * 1709 + position:014d}",
                _iso(at), _iso(at + timedelta(minutes=31)), _iso(at + timedelta(minutes=52)), _iso(promise), "-1",
                f"buyer{number:04d}@marketplace.example.com", person.name, person.phone.replace("+1", "+1 ") + f" ext. {20000 + number}",
                sku, title, str(quantity), "0", str(quantity), "Expedited" if expedited else "Standard",
                person.name, person.street, person.street2, "", person.city, person.state, person.postcode, "US",
                "true" if number == 25 else "false", "PO-5517" if number == 25 else "", "",
                "true" if number == 29 else "false",
            ])  # fmt: skip
    return ("\n".join("\t".join(row) for row in [AMAZON_COLUMNS, *rows]) + "\n").encode()


def till_csv(random: Random) -> bytes:
    """Items detail of the shop's till, newest first; the clerk rang one vase up twice, and one candle came back."""
    rows: list[dict[str, str]] = []

    def ring(at: datetime, sale: str, sku: str, quantity: int, event: str = "Payment") -> None:
        product = BY_SKU[sku]
        title, _comma, variant = product.title.partition(", ")
        gross = product.price * quantity
        tax = (gross * 8875 + 50_000) // 100_000
        rows.append({
            "Date": at.strftime("%Y-%m-%d"), "Time": at.strftime("%H:%M:%S"), "Time Zone": "Eastern Time (US & Canada)",
            "Category": "None", "Item": title, "Qty": f"{quantity}.0", "Price Point Name": variant.capitalize() or "Regular",
            "Gross Sales": _dollars(gross), "Discounts": "$0.00", "Net Sales": _dollars(gross), "Tax": _dollars(tax),
            "Transaction ID": sale, "Payment ID": sale[::-1], "Device Name": "Counter 1",
            "Event Type": event, "Location": "Corner Shop", "Unit": "ea", "Count": f"{quantity}.0",
            "Itemization Type": "Physical Good" if event == "Payment" else "", "Channel": "Blue Door Goods" if event == "Payment" else "",
            "Token": token(sku), "Card Brand": "Visa", "PAN Suffix": "0000",
        })  # fmt: skip

    at = datetime(2026, 11, 18, 10, 20, 11)
    for number in range(21):
        at += timedelta(seconds=random.randint(420, 1980))
        sale = f"till{2026111800 + number * 61:d}x{'abcdefghjkmnpqrstuvwxyz'[number]}7"
        if number == 6:
            ring(at, sale, "VASE-SMOKE", 1)
            ring(at, sale, "VASE-SMOKE", 1)
            continue
        if number == 14:
            ring(at, sale, "CANDLE-FIG", -1, "Refund")
            continue
        for sku in random.sample([sku for sku in TILL if sku != "VASE-SMOKE"], random.choice([1, 1, 2, 2, 3])):
            ring(at, sale, sku, random.choice([1, 1, 1, 2]))
    out = io.StringIO()
    writer = csv.DictWriter(out, TILL_COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(sorted(rows, key=lambda row: (row["Date"], row["Time"]), reverse=True))
    return out.getvalue().encode()


_TRADE = [
    ("W-3301", "Harbor Stationers", {"NOTE-DOT": 12, "PEN-BLACK": 6}), ("W-3302", "晨光家居", {"TEAPOT-WHITE": 4, "TEA-SENCHA": 12}),
    ("W-3303", "Quarry Street Gifts", {"CANDLE-FIG": 10, "CANDLE-CEDAR": 10, "MATCHES-LONG": 10}),
    ("W-3304", "Larch & Sons", {"BOARD-OAK": 4, "SPOON-OLIVE": 10}), ("W-3305", "Meadow Florist", {"PLANTER-S": 8, "00417": 12}),
    ("W-3306", "The Paper Lantern", {"CARD-BDAY": 24, "CARD-THANKS": 24}), ("W-3307", "青禾茶室", {"TEA-EARL": 10, "TEA-ROOIBOS": 10}),
    ("W-3308", "Sycamore Interiors", {"CUSHION-GREY": 6, "THROW-GREY": 3}), ("W-3309", "Orchard Baths", {"SOAP-OAT": 15, "SOAP-ROSE": 15}),
    ("W-3310", "Juniper Kitchen", {"BOWL-M": 12, "PLATE-L": 12}),
]  # fmt: skip


def trade_csv(people: list[Person], random: Random) -> bytes:
    """The trade agent's sheet: Chinese headings, saved by a Chinese Excel (GBK); one quantity is in cartons."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(
        "订单号 下单时间 货号 商品名称 数量 单价 币种 付款状态 收件人 电话 地址 城市 州 邮编 国家 物流方式 备注".split()
    )
    at = datetime(2026, 11, 18, 9, 30)
    for (ref, name, lines), person in zip(_TRADE, people, strict=True):
        at += timedelta(minutes=random.randint(15, 90))
        for sku, quantity in lines.items():
            title, price = priced(sku)
            many = "2箱" if (ref, sku) == ("W-3308", "CUSHION-GREY") else quantity
            writer.writerow([ref, at.strftime("%Y-%m-%d %H:%M"), sku, title, many, money(price * 6 // 10), "USD", "已付款", name,
                             person.phone, person.street, person.city, person.state, person.postcode, "美国", "Standard",
                             "请附发货单" if ref == "W-3302" else ""])  # fmt: skip
    return out.getvalue().encode("gb18030")


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + "-08:00"


def _dollars(cents: int) -> str:
    return ("-" if cents < 0 else "") + f"${abs(cents) / 100:,.2f}"
