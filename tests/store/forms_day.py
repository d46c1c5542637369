"""A second day, of what goes out in a channel's own files: forms that are filled, exports, repairs, drafts of formats."""

from pathlib import Path

from tests.channels.stock_books import LAZADA, handed_out
from tests.conftest import DATA, Oms

WALMART = (DATA / "channels" / "walmart" / "orders_clean.csv").read_text(encoding="utf-8")
FILES = {
    "inbox/products.csv": "sku,title\nMUG-BLU,Mug\nTEA-SEN,Tea\nCANDLE,Candle\n0017,Enamel mug\nTEE-L,Shirt\n3-4,Spoon\n",
    "inbox/stock.csv": "sku,location,on_hand,counted_at\n" + "".join(
        f"{sku},NJ,9,2026-11-18T12:00:00Z\n" for sku in ("MUG-BLU", "TEA-SEN", "CANDLE", "0017", "TEE-L")
    ),
    "inbox/mart/orders.csv": WALMART,
    "damaged.csv": "order_ref,placed_at,sku,quantity,name,address1,city,region,postcode,country\n"
                   "W-1,2026-11-18 09:12:00,4-Mar,1,Ada Boon,1 Mill Lane,Hoboken,NJ,7030,US\n",
    "strange.csv": "Order,Date,Foo,Qty\n1001,2026-11-20,abc,1\n",
}  # fmt: skip
#: The commands of the day, in order.
DAY = (
    ("import", "inbox", "--move"),
    ("route",),
    ("ship", "1087000000001", "--tracking", "1Z999AA10123456784", "--carrier", "UPS"),
    ("confirm",),
    ("sync", "--force"),
    ("export",),
    ("export", "--all", "--as", "csv", "-o", "whole"),
    ("import", "damaged.csv", "--repair", "--channel", "web"),
    ("format", "new", "strange.csv", "--name", "strange"),
)
#: Files that each of them must have written, so that the day is what it says.
WRITTEN = (
    "templates/laz/book.xlsx", None, None, "confirm-mart.csv", "stock-laz.xlsx", "daily-orders.csv", "whole/orders.csv",
    "repaired/damaged.csv", "formats/strange.toml",
)  # fmt: skip


def begin(root: Path) -> Oms:
    """A workspace with the day's files and nothing done."""
    root.mkdir(parents=True)
    toml = (DATA / "oms.toml").read_text(encoding="utf-8")
    for name, kind in (("mart", "walmart"), ("laz", "lazada")):
        toml += f'\n[[channels]]\nname = "{name}"\nkind = "{kind}"\nlocations = ["NJ"]\n'
    (root / "oms.toml").write_text(toml, encoding="utf-8")
    oms = Oms(root)
    for name, text in FILES.items():
        oms.write(name, text)
    book = root / "inbox" / "laz" / "book.xlsx"
    book.parent.mkdir(parents=True)
    book.write_bytes(handed_out(LAZADA))
    return oms
