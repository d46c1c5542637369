# ruff: noqa: E501
# Rows and headings of made-up data read best as rows and headings, as long as they are.
"""What the invented shop sells: products, kits, listings, stock, what is on its way, and its own rate card."""

import base64
import csv
import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass

COUNTED = {
    "NJ": "2026-11-18T18:00:00-05:00",
    "CA": "2026-11-18T17:30:00-08:00",
    "SHOP": "2026-11-18T13:00:00-05:00",
}


@dataclass(frozen=True)
class Product:
    """One sku: grams, millimetres, cents."""

    sku: str
    title: str
    weight_g: int
    size_mm: tuple[int, int, int]
    cost: int
    price: int


def _family(
    stem: str, title: str, variants: str, weight_g: int, size_mm: tuple[int, int, int], cost: int, price: int
) -> list[Product]:
    words = dict(part.split("=") for part in variants.split(", "))
    return [Product(f"{stem}-{code}", f"{title}, {word}", weight_g, size_mm, cost, price) for code, word in words.items()]


PRODUCTS: list[Product] = [
    *_family("MUG", "Stoneware mug", "RED=red, BLUE=blue, WHITE=white, GREEN=green", 380, (120, 95, 105), 390, 1600),
    *_family("CANDLE", "Soy candle", "FIG=fig, CEDAR=cedar, LINEN=linen, AMBER=amber", 430, (90, 90, 110), 520, 2200),
    *_family("TOWEL", "Linen tea towel", "NAT=natural, STRIPE=striped, CHECK=checked", 150, (250, 180, 20), 310, 1400),
    *_family("PLANTER", "Terracotta planter", "S=small, M=medium, L=large", 900, (160, 160, 150), 480, 1900),
    *_family("NOTE", "Notebook A5", "DOT=dotted, RULED=ruled, PLAIN=plain", 240, (215, 150, 18), 260, 1200),
    *_family("PEN", "Brass pen", "BLACK=black ink, BLUE=blue ink", 45, (145, 20, 20), 410, 1800),
    *_family("TOTE", "Canvas tote", "NAT=natural, NAVY=navy", 210, (300, 260, 25), 350, 1800),
    *_family("TEA", "Loose tea 100 g", "MINT=mint, EARL=earl grey, SENCHA=sencha, ROOIBOS=rooibos", 140, (80, 80, 120), 280, 1100),
    *_family("SOAP", "Bar soap", "OAT=oat, LEMON=lemon, ROSE=rose", 120, (80, 55, 30), 150, 700),
    *_family("BOARD", "Cutting board", "OAK=oak, WALNUT=walnut", 1250, (380, 240, 25), 1400, 4200),
    *_family("VASE", "Glass vase", "SMOKE=smoke, CLEAR=clear", 780, (140, 140, 260), 890, 3400),
    *_family("THROW", "Wool throw", "GREY=grey, RUST=rust", 1400, (400, 300, 120), 2400, 7900),
    *_family("CUSHION", "Cushion cover", "GREY=grey, RUST=rust", 320, (330, 300, 40), 620, 2600),
    *_family("LAMP", "Table lamp", "RATTAN=rattan, BRASS=brass", 2100, (300, 300, 420), 3100, 9800),
    *_family("CLOCK", "Wall clock", "OAK=oak", 950, (310, 310, 60), 1700, 5400),
    *_family("FRAME", "Picture frame", "A5=A5, A4=A4", 520, (330, 240, 25), 540, 2100),
    *_family("COASTER", "Set of four coasters", "CORK=cork, SLATE=slate", 280, (105, 105, 40), 330, 1500),
    *_family("BOWL", "Stoneware bowl", "S=small, M=medium, L=large", 650, (190, 190, 90), 510, 2000),
    *_family("PLATE", "Stoneware plate", "S=small, L=large", 590, (240, 240, 30), 460, 1800),
    *_family("JAR", "Storage jar", "500=500 ml, 1000=1 l", 470, (110, 110, 160), 390, 1500),
    *_family("TEAPOT", "Teapot", "BLUE=blue, WHITE=white", 1050, (230, 150, 150), 1150, 4600),
    Product("SPOON-OLIVE", "Olive wood spoon", 90, (300, 60, 25), 220, 900),
    Product("00417", "Garden twine 80 m", 170, (70, 70, 90), 140, 600),
    *_family("PUZZLE", "Puzzle 500 pieces", "CITY=city, COAST=coast", 560, (270, 200, 55), 690, 2400),
    *_family("CARD", "Greeting card", "BDAY=birthday, THANKS=thanks", 25, (180, 130, 5), 60, 450),
    Product("HOOK-BRASS", "Brass wall hook", 130, (60, 50, 90), 240, 1100),
    Product("MATCHES-LONG", "Long matches in a jar", 160, (70, 70, 110), 190, 850),
]  # fmt: skip
BY_SKU = {product.sku: product for product in PRODUCTS}

#: kit -> its components; a kit has no stock of its own.
KITS = {
    "GIFT-TEATIME": {"TEAPOT-WHITE": 1, "TEA-EARL": 1, "MUG-WHITE": 2},
    "GIFT-COSY": {"CANDLE-CEDAR": 1, "MATCHES-LONG": 1, "THROW-GREY": 1},
    "GIFT-WRITER": {"NOTE-DOT": 1, "PEN-BLACK": 1},
    "SET-MUGS-4": {"MUG-RED": 1, "MUG-BLUE": 1, "MUG-WHITE": 1, "MUG-GREEN": 1},
    "GIFT-SOAPS": {"SOAP-OAT": 1, "SOAP-LEMON": 1, "SOAP-ROSE": 1},
}
KIT_TITLES = {
    "GIFT-TEATIME": ("Teatime gift box", 8900),
    "GIFT-COSY": ("Cosy evening gift box", 9900),
    "GIFT-WRITER": ("Writer's gift box", 2800),
    "SET-MUGS-4": ("Four mugs, one of each colour", 5600),
    "GIFT-SOAPS": ("Three soaps", 1900),
}

#: What is scarce today: units at NJ, CA, SHOP. Everything else has plenty.
SCARCE = {
    "LAMP-RATTAN": (0, 0, 0),  # sold out; more is on its way
    "LAMP-BRASS": (0, 7, 0),
    "THROW-RUST": (8, 0, 0),
    "TEAPOT-BLUE": (0, 9, 0),
    "CLOCK-OAK": (6, 0, 0),
    "VASE-SMOKE": (0, 10, 5),
    "BOARD-WALNUT": (9, 0, 2),
    "PUZZLE-COAST": (0, 8, 0),
}


def stock() -> dict[tuple[str, str], int]:
    """(sku, location) -> units counted."""
    found = {}
    for number, product in enumerate(PRODUCTS):
        counter = 16 + number * 5 % 9 if product.sku in TILL else 9 + number * 5 % 9 if number % 3 else 0
        plenty = (60 + number * 7 % 55, 45 + number * 11 % 40, counter)
        for location, units in zip(("NJ", "CA", "SHOP"), SCARCE.get(product.sku, plenty), strict=True):
            if location != "SHOP" or units:
                found[product.sku, location] = units
    return found


INCOMING = [
    ("LAMP-RATTAN", 24, "2026-11-27", "NJ", "PO-2026-081"),
    ("THROW-RUST", 40, "2026-12-01", "NJ", "PO-2026-081"),
    ("TEAPOT-BLUE", 30, "2026-12-03", "CA", "PO-2026-084"),
    ("CLOCK-OAK", 20, "2026-12-03", "CA", "PO-2026-084"),
]

#: Amazon's spelling of a listing -> (sku or kit, units of it in one listing).
AMAZON = {
    **{f"BD-{p.sku}": (p.sku, 1) for p in PRODUCTS if p.sku.split("-")[0] in ("MUG", "CANDLE", "NOTE", "BOARD", "VASE", "PUZZLE")},
    "BD-SOAP-3PK": ("GIFT-SOAPS", 1),
    "BD-MUGSET4": ("SET-MUGS-4", 1),
    "BD-TEA-EARL-2PK": ("TEA-EARL", 2),
    "BD-TOWEL-NAT-2PK": ("TOWEL-NAT", 2),
    "BD-TWINE": ("00417", 1),
    "BD-LAMP-BRASS": ("LAMP-BRASS", 1),
    "BD-LAMP-RATTAN": ("LAMP-RATTAN", 1),
}  # fmt: skip
#: On Amazon since yesterday; nobody has said yet what it is.
AMAZON_UNMAPPED = "Towel_Check"

#: The till knows its items by token only.
TILL = ["MUG-RED", "MUG-BLUE", "CANDLE-FIG", "CANDLE-LINEN", "TOWEL-STRIPE", "SOAP-OAT", "SOAP-ROSE", "CARD-BDAY",
        "CARD-THANKS", "PEN-BLACK", "NOTE-RULED", "TEA-MINT", "TEA-SENCHA", "VASE-SMOKE"]  # fmt: skip


def token(sku: str) -> str:
    """The till's catalogue id of a sku, made up from its spelling."""
    return base64.b32encode(hashlib.sha256(sku.encode()).digest()).decode()[:24]


def barcode(sku: str) -> str:
    """An EAN-13 of the range kept for use inside a shop (20…), with its check digit."""
    body = f"20{4170000 + [p.sku for p in PRODUCTS].index(sku) * 37:010d}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body))
    return body + str(-total % 10)


#: Zone of a US postcode's first digit, from each location.
_ZONES = {
    "NJ": {"0": 2, "1": 2, "2": 3, "3": 5, "4": 4, "5": 5, "6": 5, "7": 6, "8": 7, "9": 8},
    "SHOP": {"0": 2, "1": 1, "2": 3, "3": 5, "4": 4, "5": 5, "6": 5, "7": 6, "8": 7, "9": 8},
    "CA": {"0": 8, "1": 8, "2": 8, "3": 7, "4": 7, "5": 6, "6": 6, "7": 5, "8": 4, "9": 2},
}
_STEPS = (250, 500, 1000, 2000, 4000, 8000, 15000, 30000)
#: carrier, service, cents at the start, per zone, per step; extra cents a kilogram over 4 kg; days
_CARRIERS = (
    ("USPS", "Standard", 395, 12, 130, 70, 3),
    ("UPS", "Standard", 610, 28, 75, 45, 2),
    ("UPS", "Expedited", 1290, 85, 190, 95, 1),
)


def _rates() -> list[list[str]]:
    """Rows of the rate card: made-up prices with the shape of real ones."""
    rows = []
    for location, zones in _ZONES.items():
        for carrier, service, start, per_zone, per_step, per_kg, days in _CARRIERS:
            for prefix, zone in zones.items():
                least = 0
                for step, most in enumerate(_STEPS):
                    price = start + zone * per_zone * (1 + step // 2) + step * per_step
                    rows.append([location, carrier, service, "US", prefix, str(least), str(most), money(price),
                                 money(per_kg if most > 4000 else 0), "USD", str(days), str(days + zone // 3)])  # fmt: skip
                    least = most
    return rows


def money(cents: int) -> str:
    """Cents as `12.30`."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def table(heading: str, rows: list[list[str]]) -> bytes:
    """A CSV file."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(heading.split(","))
    writer.writerows(rows)
    return out.getvalue().encode()


def products_csv(skus: Iterable[str]) -> bytes:
    """Sizes, weights, costs."""
    return table("sku,title,barcode,weight_g,length_mm,width_mm,height_mm,cost,currency", [
        [p.sku, p.title, barcode(p.sku), str(p.weight_g), *map(str, p.size_mm), money(p.cost), "USD"] for p in map(BY_SKU.__getitem__, skus)
    ])  # fmt: skip


def kits_csv(kits: dict[str, dict[str, int]]) -> bytes:
    """A row a component."""
    return table("kit_sku,sku,quantity", [[kit, sku, str(n)] for kit, parts in kits.items() for sku, n in parts.items()])


def listings_csv() -> bytes:
    """What Amazon and the till call our skus."""
    rows = [["amazon-us", listing, sku, str(n)] for listing, (sku, n) in AMAZON.items()]
    return table("channel,listing_sku,sku,quantity", rows + [["till", token(sku), sku, "1"] for sku in TILL])


def stock_csv(counts: dict[tuple[str, str], int], counted: dict[str, str]) -> bytes:
    """Counts, each with the time its place was counted."""
    return table(
        "sku,location,on_hand,counted_at", [[sku, place, str(n), counted[place]] for (sku, place), n in counts.items()]
    )


def incoming_csv() -> bytes:
    """What is on its way."""
    return table(
        "sku,quantity,expected_on,location,reference", [[sku, str(n), day, place, ref] for sku, n, day, place, ref in INCOMING]
    )


def rates_csv() -> bytes:
    """The rate card."""
    return table(
        "location,carrier,service,country,postcode_prefix,weight_from_g,weight_to_g,price,per_kg,currency,days_min,days_max",
        _rates(),
    )
