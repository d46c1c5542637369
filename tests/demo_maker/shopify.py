# ruff: noqa: E501
# Rows and headings of made-up data read best as rows and headings, as long as they are.
"""The Shopify exports of the invented shop: orders of two days, the later edit of them, and the inventory."""

import csv
import io
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from random import Random

from tests.demo_maker.catalogue import BY_SKU, KIT_TITLES, KITS, PRODUCTS, money
from tests.demo_maker.people import Person

EASTERN = timezone(timedelta(hours=-5))
ORDER_COLUMNS = """Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,Shipping,\
Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,Lineitem price,\
Lineitem compare at price,Lineitem sku,Lineitem requires shipping,Lineitem taxable,Lineitem fulfillment status,Billing Name,\
Billing Street,Billing Address1,Billing Address2,Billing Company,Billing City,Billing Zip,Billing Province,Billing Country,\
Billing Phone,Shipping Name,Shipping Street,Shipping Address1,Shipping Address2,Shipping Company,Shipping City,Shipping Zip,\
Shipping Province,Shipping Country,Shipping Phone,Notes,Note Attributes,Cancelled at,Payment Method,Payment Reference,\
Refunded Amount,Vendor,Outstanding Balance,Employee,Location,Device ID,Id,Tags,Risk Level,Source,Lineitem discount,Tax 1 Name,\
Tax 1 Value,Tax 2 Name,Tax 2 Value,Tax 3 Name,Tax 3 Value,Tax 4 Name,Tax 4 Value,Tax 5 Name,Tax 5 Value,Phone,Receipt Number,\
Duties,Billing Province Name,Shipping Province Name,Payment ID,Payment Terms Name,Next Payment Due At,Payment References\
""".split(",")
INVENTORY_COLUMNS = """Handle,Title,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Option3 Name,Option3 Value,SKU,HS Code,COO,\
Location,Bin name,Incoming (not editable),Unavailable (not editable),Committed (not editable),Available (not editable),\
On hand (current),On hand (new)""".split(",")
#: Locations as the shop's admin spells them, with our code.
PLACES = {"Newark 3PL": "NJ", "Los Angeles Warehouse": "CA", "Corner Shop": "SHOP"}
_TAX = {"NJ": 6625, "NY": 8875, "CA": 9500, "PA": 6000, "IL": 10250, "WA": 10350, "TX": 8250}
_STATES = {
    "AZ": "Arizona", "CA": "California", "CO": "Colorado", "CT": "Connecticut", "DC": "District of Columbia", "FL": "Florida",
    "GA": "Georgia", "IA": "Iowa", "ID": "Idaho", "IL": "Illinois", "IN": "Indiana", "KY": "Kentucky", "LA": "Louisiana",
    "MA": "Massachusetts", "MD": "Maryland", "ME": "Maine", "MI": "Michigan", "MN": "Minnesota", "MO": "Missouri",
    "NC": "North Carolina", "NE": "Nebraska", "NJ": "New Jersey", "NM": "New Mexico", "NV": "Nevada", "NY": "New York",
    "OH": "Ohio", "OK": "Oklahoma", "OR": "Oregon", "PA": "Pennsylvania", "RI": "Rhode Island", "SC": "South Carolina",
    "TN": "Tennessee", "TX": "Texas", "UT": "Utah", "VA": "Virginia", "VT": "Vermont", "WA": "Washington", "WI": "Wisconsin",
}  # fmt: skip


@dataclass(frozen=True)
class Sale:
    """One order of the web shop."""

    number: int
    person: Person
    placed_at: datetime
    lines: dict[str, int]
    financial: str = "paid"
    method: str = "Shopify Payments"
    shipping: str = "Standard Shipping"
    fulfilled_at: datetime | None = None
    cancelled_at: datetime | None = None
    refunded: int = 0
    notes: str = ""
    tags: str = ""
    risk: str = "Low"
    code: str = ""
    attributes: str = ""
    quoted_zip: bool = False
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """As the admin shows it."""
        return f"#{self.number}"


def priced(sku: str) -> tuple[str, int]:
    """Title and price in cents of a sku or kit."""
    if sku in KITS:
        return KIT_TITLES[sku]
    return BY_SKU[sku].title, BY_SKU[sku].price


_SPECIAL = {
    3: {"lines": {"CLOCK-OAK": 1, "LAMP-BRASS": 1}},
    9: {"lines": {"LAMP-RATTAN": 1}, "notes": "No rush, happy to wait for the lamp"},
    14: {"financial": "pending", "method": "Bank Deposit"},
    17: {"quoted_zip": True},
    21: {"financial": "voided", "cancelled": 95},
    26: {"lines": {"THROW-RUST": 1, "TEAPOT-BLUE": 1}, "notes": "Gift for a wedding, one parcel if you can"},
    31: {"risk": "High"},
    38: {"shipping": "Express Shipping", "tags": "vip"},
    44: {"lines": {"GIFT-TEATIME": 1, "CARD-BDAY": 1}, "attributes": "Gift message: Many happy returns!", "tags": "gift"},
    52: {"lines": {"BOARD-WALNUT": 1, "PUZZLE-COAST": 2}},
    57: {"shipping": "Express Shipping"},
    63: {"chinese": True, "lines": {"TEAPOT-WHITE": 1, "TEA-SENCHA": 3, "TEA-MINT": 1}},
    70: {"lines": {"PLANTER-L": 12, "PLANTER-M": 6}, "tags": "landscaper", "notes": "Ring before delivery"},
    78: {"lines": {"CLOCK-OAK": 1, "VASE-SMOKE": 1, "CANDLE-AMBER": 2}},
    85: {"lines": {"GIFT-COSY": 1, "THROW-RUST": 1}},
}  # fmt: skip
_SCARCE_STEMS = ("LAMP", "THROW-RUST", "TEAPOT-BLUE", "CLOCK", "VASE-SMOKE", "BOARD-WALNUT", "PUZZLE-COAST")


def everyday(random: Random) -> dict[str, int]:
    """One to four lines of what there is plenty of."""
    choices = [p.sku for p in PRODUCTS if not p.sku.startswith(_SCARCE_STEMS)] + ["GIFT-WRITER", "GIFT-SOAPS", "SET-MUGS-4"]
    skus = random.sample(choices, random.choice([1, 1, 1, 2, 2, 3, 4]))
    return {sku: random.choice([1, 1, 1, 2, 2, 3]) for sku in skus}


def sales(people: list[Person], random: Random) -> list[Sale]:
    """The orders of 17 to 19 November, oldest first."""
    found = []
    at = datetime(2026, 11, 17, 7, 12, tzinfo=EASTERN)
    for number, person in enumerate(people):
        at += timedelta(seconds=random.randint(300, 3050))
        sale = Sale(2101 + number, person, at, everyday(random))
        special = dict(_SPECIAL.get(number, {}))
        if special.pop("chinese", False):
            sale = replace(sale, person=replace(person, name="林晓雯", email="lin.xiaowen@example.com", street="38-12 Prince St",
                                                street2="4F", city="Flushing", state="NY", postcode="11354"))  # fmt: skip
        if special.get("quoted_zip"):
            sale = replace(sale, person=replace(person, city="Cambridge", state="MA", postcode="02139"))
        if "cancelled" in special:
            sale = replace(sale, cancelled_at=at + timedelta(minutes=special.pop("cancelled")))
        if number < 2:  # sent the day before yesterday, before this workspace was there
            sale = replace(sale, fulfilled_at=at + timedelta(hours=5))
        if random.random() < 0.12:
            sale = replace(sale, code="THANKS10")
        found.append(replace(sale, **special))
    return found


def orders_csv(orders: list[Sale]) -> bytes:
    """`orders_export.csv`, newest first: the order's own columns on its first row only."""
    out = io.StringIO()
    writer = csv.DictWriter(out, ORDER_COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    for sale in sorted(orders, key=lambda sale: -sale.number):
        for position, (sku, quantity) in enumerate(sale.lines.items()):
            title, price = priced(sku)
            row = {
                "Name": sale.name, "Email": sale.person.email, "Created at": _time(sale.placed_at),
                "Lineitem quantity": quantity, "Lineitem name": title.replace(", ", " - "), "Lineitem price": money(price),
                "Lineitem sku": sku, "Lineitem requires shipping": "true", "Lineitem taxable": "true",
                "Lineitem fulfillment status": "fulfilled" if sale.fulfilled_at else "pending",
                "Vendor": "Blue Door Goods", "Lineitem discount": "0.00",
            }  # fmt: skip
            writer.writerow(row | (_order(sale) if position == 0 else {}))
    return out.getvalue().encode()


def _order(sale: Sale) -> dict[str, str]:
    gross = sum(priced(sku)[1] * quantity for sku, quantity in sale.lines.items())
    discount = gross // 10 if sale.code else 0
    subtotal = gross - discount
    shipping = 1495 if sale.shipping.startswith("Express") else 0 if subtotal >= 7500 else 595
    per_mille = _TAX.get(sale.person.state, 0)
    tax = (subtotal * per_mille + 50_000) // 100_000
    total = subtotal + shipping + tax
    person = sale.person
    street = ", ".join(part for part in (person.street, person.street2) if part)
    address = {
        "Name": person.name, "Street": street, "Address1": person.street, "Address2": person.street2, "City": person.city,
        "Zip": f"'{person.postcode}" if sale.quoted_zip or person.postcode.startswith("0") else person.postcode,
        "Province": person.state, "Country": "US", "Phone": person.phone, "Province Name": _STATES[person.state],
    }  # fmt: skip
    paid = sale.financial in ("paid", "refunded", "partially_refunded")
    return {
        "Financial Status": sale.financial, "Paid at": _time(sale.placed_at + timedelta(seconds=2)) if paid else "",
        "Fulfillment Status": "fulfilled" if sale.fulfilled_at else "unfulfilled",
        "Fulfilled at": _time(sale.fulfilled_at) if sale.fulfilled_at else "",
        "Accepts Marketing": "no", "Currency": "USD", "Subtotal": money(subtotal), "Shipping": money(shipping),
        "Taxes": money(tax), "Total": money(total), "Discount Code": sale.code, "Discount Amount": money(discount),
        "Shipping Method": sale.shipping, "Notes": sale.notes, "Note Attributes": sale.attributes,
        "Cancelled at": _time(sale.cancelled_at) if sale.cancelled_at else "", "Payment Method": sale.method,
        "Payment Reference": f"r{sale.number * 7919:x}.1" if paid else "", "Refunded Amount": money(sale.refunded),
        "Outstanding Balance": money(0 if paid or sale.cancelled_at else total), "Id": str(6_021_000_000_000 + sale.number * 4099),
        "Tags": sale.tags, "Risk Level": sale.risk, "Source": "web", "Phone": person.phone, "Payment ID": f"r{sale.number * 7919:x}.1",
        "Tax 1 Name": f"{_STATES[person.state]} State Tax {per_mille / 1000:g}%" if tax else "", "Tax 1 Value": money(tax) if tax else "",
        **{f"Billing {key}": value for key, value in address.items()}, **{f"Shipping {key}": value for key, value in address.items()},
    }  # fmt: skip


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S %z")


def inventory_csv(stock: dict[tuple[str, str], int], orders: list[Sale], listed: dict[str, dict[str, str]]) -> bytes:
    """
    The inventory export: a row a variant and place; what is committed there as the admin guesses it, at the last warehouse.

    `listed`: sku -> the places it is sold from, as the admin spells them -> our code. A kit is stocked nowhere.
    """
    out = io.StringIO()
    writer = csv.DictWriter(out, INVENTORY_COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    committed: dict[str, int] = {}
    for sale in orders:
        for sku, quantity in {} if sale.cancelled_at or sale.fulfilled_at else sale.lines.items():
            committed[sku] = committed.get(sku, 0) + quantity
    for sku, places in listed.items():
        title, _price = priced(sku)
        stem, _comma, option = title.partition(", ")
        for place, code in places.items():
            there = stock.get((sku, code)) if sku not in KITS else 0 if code != "SHOP" else None
            row = {"Handle": stem.lower().replace(" ", "-").replace("'", ""), "Title": stem, "SKU": sku, "Location": place,
                   "Option1 Name": "Kind" if option else "Title", "Option1 Value": option or "Default Title"}  # fmt: skip
            if there is None:
                writer.writerow(row | {"Available (not editable)": "not stocked", "On hand (current)": "not stocked"})
                continue
            promised = min(there, committed.get(sku, 0)) if code == "NJ" else 0
            writer.writerow(row | {
                "Incoming (not editable)": 0, "Unavailable (not editable)": 0, "Committed (not editable)": promised,
                "Available (not editable)": there - promised, "On hand (current)": there,
            })  # fmt: skip
    return out.getvalue().encode()
