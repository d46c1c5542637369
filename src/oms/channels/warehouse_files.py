"""
Stock reports that `Levels` reads: Amazon FBA, TikTok Shop FBT, Walmart WFS, Flexport (Deliverr), and Shopify's inventory
export where `--as stock` says that it is a count and not the form in which stock goes back.
"""

import re

import polars as pl

from oms.channels.base import Reader
from oms.channels.levels import Levels
from oms.channels.own_words import AVAILABLE, FOREIGN, HELD, PROMISED, spelled
from oms.channels.shopify_inventory import variant_name
from oms.sheets.columns import Moment, Text, Whole, normals


def _sku(heading: str, *aliases: str) -> Text:
    return Text(heading, *aliases, identifier=True, missing=("-", "--"))


_CONDITION = pl.col("condition").str.to_lowercase()
_FBA_PLACES = (pl.concat_str(pl.lit("FBA "), pl.col("country")), pl.lit("FBA"))

_FBA_COUNT = ("Available", "afn-fulfillable-quantity", "Quantity Available", "Available Quantity",
              "quantity-for-local-fulfillment")  # fmt: skip

#: Seller Central's inventory pages and its reports (Manage FBA Inventory, Amazon Fulfilled Inventory), whose names differ.
FBA = Levels(
    "amazon-fba-stock",
    {
        "listing_sku": _sku("Merchant SKU", "sku", "seller-sku", "Seller SKU"),
        "fnsku": Text("FNSKU", "fulfillment-channel-sku"),
        "country": Text("Country", "Marketplace"),
        "on_hand": Whole(*_FBA_COUNT),
        "condition": Text("Warehouse-Condition-code", "detailed-disposition"),
        "counted_at": Moment("snapshot-date", "Snapshot Date", end_of_day=True),
    },
    lambda h: bool({"fnsku", "fulfillment_channel_sku"} & h)
    and bool({"merchant_sku", "sku", "seller_sku"} & h)
    and bool(normals(_FBA_COUNT) & h),
    "FBA",
    "amazon",
    _FBA_PLACES,
    ("listing_sku", "fnsku", "condition", "country"),
    ignoring={"not sellable": _CONDITION.is_not_null() & (_CONDITION != "sellable")},
)  # fmt: skip

#: The upstream warehouse (AWD): its units go on to FBA and cannot be sold from where they are.
AWD = Levels(
    "amazon-awd-stock",
    {"listing_sku": _sku("SKU"), "on_hand": Whole("Available in AWD (units)"),
     "counted_at": Moment("Snapshot Date", end_of_day=True)},
    lambda h: {"sku", "available_in_awd_(units)"} <= h,
    "AWD", "amazon", upstream=True,
)  # fmt: skip

FBT = Levels(
    "tiktok-fbt-stock",
    {
        "listing_sku": _sku("Reference code", "Seller SKU"),
        "goods": Text("Goods ID", guarded=True),
        "place": Text("Warehouse name", "Warehouse"),
        "on_hand": Whole("Available inventory"),
        "counted_at": Moment("Snapshot Date", end_of_day=True),
    },
    lambda h: {"goods_id", "reference_code", "available_inventory"} <= h,
    "FBT", "tiktok", (pl.col("place"),), ("listing_sku", "goods", "place"),
)  # fmt: skip

WFS = Levels(
    "walmart-wfs-stock",
    {"listing_sku": _sku("SKU"), "item": Text("Item ID", guarded=True), "on_hand": Whole("Available units"),
     "counted_at": Moment("Snapshot Date", end_of_day=True)},
    lambda h: {"sku", "available_units"} <= h and bool({"item_id", "inbound_units", "gtin"} & h),
    "WFS", "walmart", identity=("listing_sku", "item"),
)  # fmt: skip

#: One row a facility and pack; a 3PL of one's own, so what stands there may be routed.
FLEXPORT = Levels(
    "flexport-levels",
    {
        "listing_sku": _sku("MSKU"), "dsku": Text("DSKU"),
        "facility": Text("Facility"), "country": Text("Facility Location"),
        "on_hand": Whole("DTC Total Quantity"),
        "counted_at": Moment("Snapshot Date", end_of_day=True),
    },
    lambda h: {"dsku", "msku", "dtc_total_quantity"} <= h,
    "Flexport", None,
    (pl.col("facility"), pl.concat_str(pl.lit("Flexport "), pl.col("country")), pl.col("country"), pl.lit("Deliverr")),
    ("listing_sku", "dsku", "facility", "country"), elsewhere=False,
)  # fmt: skip


def _counted(table: pl.DataFrame) -> pl.DataFrame:
    """
    Named as the form names a variant; counted is what is available and what is promised, not what is set apart.

    Available may be below zero where more was sold than there is; what lies there is not.
    """
    parts = pl.col("available") + pl.col("committed").fill_null(0)
    return table.with_columns(
        listing_sku=pl.coalesce("sku", variant_name(), "handle"),
        stocked=pl.coalesce("stated", "available").is_not_null(),
        on_hand=pl.coalesce(pl.col("stated") - pl.col("unavailable").fill_null(0), parts),
    )


_NOT_STOCKED = ("not stocked",)

#: Asked only where nobody else is meant: without `--as stock` the file is the form for `oms sync`.
SHOPIFY = Levels(
    "shopify-inventory-count",
    {
        "handle": Text("Handle"), "title": Text("Title"),
        "option1": Text("Option1 Value", missing=("Default Title",)), "option2": Text("Option2 Value"),
        "option3": Text("Option3 Value"),
        "sku": _sku("SKU"), "listing_sku": _sku("SKU"), "place": Text("Location"),
        "stated": Whole("On hand (current)", "On hand", least=None, missing=_NOT_STOCKED),
        "available": Whole("Available (not editable)", "Available", least=None, missing=_NOT_STOCKED),
        "committed": Whole("Committed (not editable)", "Committed", missing=_NOT_STOCKED),
        "unavailable": Whole("Unavailable (not editable)", "Unavailable", missing=_NOT_STOCKED),
        "on_hand": Whole("On hand (current)", "On hand", least=None, missing=_NOT_STOCKED),
        "counted_at": Moment("Snapshot Date", end_of_day=True),
    },
    lambda h: {"handle", "title", "sku", "location"} <= h and any(name.startswith(("on_hand", "available")) for name in h),
    "Shopify", "shopify", (pl.col("place"),), ("listing_sku", "handle", "place"),
    ignoring={"not stocked there": ~pl.col("stocked")}, derive=_counted, elsewhere=False,
)  # fmt: skip

_ON_HAND = ("On Hand", "Quantity On Hand", "Qty On Hand", "On Hand Quantity", "On Hand Qty", "QOH", "Stock On Hand",
            "Onhand", "Physical Quantity", "Total On Hand", "在库数量", "在庫數量", "实际库存", "實際庫存",
            "库存总量")  # fmt: skip

_SKU = (
    "sku",
    "Item SKU",
    "Product SKU",
    "SKU Code",
    "SKU Number",
    "Merchant SKU",
    "Item Code",
    "Item Number",
    "Item #",
    "Item No",
    "Product Code",
    "Part Number",
    "Stock Code",
    "货号",
    "貨號",
    "商品编码",
    "商品編碼",
    "库存SKU",
)
_COUNTED = normals(_ON_HAND) - {"on_hand"}
#: Headings that only an export of something else has.
_OTHERS = (
    FOREIGN
    | spelled("order_ref", "tracking", "carrier", "expected_on", "listing_sku", "kit_sku", "unit_price", "price", "address1")
    | {"listing_site"}
)
#: A marketplace's list of what is on sale has skus and quantities too, but no warehouse asks a price.
_OF_A_LISTING = re.compile(r"(?:^|_)(?:price|bids|watchers|listing|listed|marketplace)(?:_|$)")


def _lying_there(table: pl.DataFrame) -> pl.DataFrame:
    """What is available, and what the warehouse keeps for parcels that have not left: ours know of those themselves."""
    parts = pl.col("available") + pl.col("promised").fill_null(0)
    both = pl.when(pl.col("promised").is_not_null()).then(parts)
    return table.with_columns(on_hand=pl.coalesce(both, "on_hand", "available"))


#: A shipping tool or a 3PL: no two write the same headings. One row a sku, or a sku and bin or lot; rows add up.
THREE_PL = Levels(
    "3pl-stock",
    {
        "listing_sku": Text(*_SKU, identifier=True, missing=("-", "--")),
        "place": Text("Warehouse", "Warehouse Name", "Warehouse Code", "Facility", "Facility Name", "Fulfillment Center",
                      "Location", "Location Name", "Location Code", "仓库", "倉庫", "仓库名称"),
        "bin": Text("Bin", "Bin Location", "Bin Name", "Location", "Location Name", "库位", "货位"),
        "lot": Text("Lot", "Lot Number", "Lot Code", "Batch", "Expiration Date", "批次"),
        "state": Text("Condition", "Inventory Status", "Stock Status"),
        "available": Whole(*AVAILABLE, least=None), "promised": Whole(*PROMISED),
        "on_hand": Whole(*_ON_HAND, least=None),
        "counted_at": Moment("Snapshot Date", "As Of", "As Of Date", "Report Date", "counted_at", "Count Date",
                             "盘点时间", end_of_day=True),
    },
    lambda h: bool(normals(_SKU) & h) and bool((HELD | _COUNTED) & h)
    and not h & _OTHERS and not any(map(_OF_A_LISTING.search, h)),
    None, None, (pl.col("place"),), ("listing_sku", "place", "bin", "lot", "state"), derive=_lying_there, elsewhere=False,
    ignoring={"not sellable": pl.col("state").str.to_lowercase().str.contains("damag|defect|quarantine|unsell|expired")},
)  # fmt: skip

READERS: tuple[Reader, ...] = (FBA, AWD, FBT, WFS, FLEXPORT)
FALLBACKS: tuple[Reader, ...] = (SHOPIFY, THREE_PL)
