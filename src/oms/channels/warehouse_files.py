"""
Stock reports that `Levels` reads: Amazon FBA, TikTok Shop FBT, Walmart WFS, Flexport (Deliverr), and Shopify's inventory
export where `--as stock` says that it is a count and not the form in which stock goes back.
"""

import polars as pl

from oms.channels.base import Reader
from oms.channels.levels import Levels
from oms.sheets.columns import Moment, Text, Whole


def _sku(heading: str, *aliases: str) -> Text:
    return Text(heading, *aliases, identifier=True, missing=("-", "--"))


_CONDITION = pl.col("condition").str.to_lowercase()
_FBA_PLACES = (pl.concat_str(pl.lit("FBA "), pl.col("country")), pl.lit("FBA"))

#: Seller Central's inventory pages and its reports (Manage FBA Inventory, Amazon Fulfilled Inventory), whose names differ.
FBA = Levels(
    "amazon-fba-stock",
    {
        "listing_sku": _sku("Merchant SKU", "sku", "seller-sku", "Seller SKU"),
        "fnsku": Text("FNSKU", "fulfillment-channel-sku"),
        "country": Text("Country", "Marketplace"),
        "on_hand": Whole("Available", "afn-fulfillable-quantity", "Quantity Available", "Available Quantity"),
        "condition": Text("Warehouse-Condition-code", "detailed-disposition"),
        "counted_at": Moment("snapshot-date", "Snapshot Date", end_of_day=True),
    },
    lambda h: bool({"fnsku", "fulfillment_channel_sku"} & h)
    and bool({"merchant_sku", "sku", "seller_sku"} & h)
    and bool({"available", "afn_fulfillable_quantity", "quantity_available", "available_quantity"} & h),
    "FBA",
    "amazon",
    _FBA_PLACES,
    ignoring={"not sellable": _CONDITION.is_not_null() & (_CONDITION != "sellable")},
)  # fmt: skip

#: The upstream warehouse (AWD): its units go on to FBA and cannot be sold from where they are.
AWD = Levels(
    "amazon-awd-stock",
    {"listing_sku": _sku("SKU"), "on_hand": Whole("Available in AWD (units)"),
     "counted_at": Moment("Snapshot Date", end_of_day=True)},
    lambda h: {"sku", "available_in_awd_(units)"} <= h,
    "AWD", "amazon",
)  # fmt: skip

FBT = Levels(
    "tiktok-fbt-stock",
    {
        "listing_sku": _sku("Reference code", "Seller SKU"),
        "place": Text("Warehouse name", "Warehouse"),
        "on_hand": Whole("Available inventory", "Available"),
        "counted_at": Moment("Snapshot Date", end_of_day=True),
    },
    lambda h: {"goods_id", "reference_code", "available_inventory"} <= h,
    "FBT", "tiktok", (pl.col("place"),),
)  # fmt: skip

WFS = Levels(
    "walmart-wfs-stock",
    {"listing_sku": _sku("SKU"), "on_hand": Whole("Available units"), "counted_at": Moment("Snapshot Date", end_of_day=True)},
    lambda h: {"sku", "available_units"} <= h and bool({"item_id", "inbound_units", "gtin"} & h),
    "WFS", "walmart",
)  # fmt: skip

#: One row a facility and pack; a 3PL of one's own, so what stands there may be routed.
FLEXPORT = Levels(
    "flexport-levels",
    {
        "listing_sku": _sku("MSKU"),
        "facility": Text("Facility"), "country": Text("Facility Location"),
        "on_hand": Whole("DTC Total Quantity"),
        "counted_at": Moment("Snapshot Date", end_of_day=True),
    },
    lambda h: {"dsku", "msku", "dtc_total_quantity"} <= h,
    "Flexport", None,
    (pl.col("facility"), pl.concat_str(pl.lit("Flexport "), pl.col("country")), pl.col("country"), pl.lit("Deliverr")),
    elsewhere=False,
)  # fmt: skip


def _counted(table: pl.DataFrame) -> pl.DataFrame:
    """
    Named as the form names a variant; what is there is what is available and what is promised or set apart.

    Available may be below zero where more was sold than there is; on hand is not.
    """
    named = pl.concat_str("title", "option1", "option2", "option3", separator=" / ", ignore_nulls=True)
    parts = pl.col("available") + pl.col("committed").fill_null(0) + pl.col("unavailable").fill_null(0)
    return table.with_columns(
        listing_sku=pl.coalesce("sku", pl.when(named != "").then(named), "handle"),
        stocked=pl.coalesce("stated", "available").is_not_null(),
        on_hand=pl.coalesce("stated", parts),
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
    "Shopify", "shopify", (pl.col("place"),),
    ignoring={"not stocked there": ~pl.col("stocked")}, derive=_counted, elsewhere=False,
)  # fmt: skip

READERS: tuple[Reader, ...] = (FBA, AWD, FBT, WFS, FLEXPORT)
FALLBACKS: tuple[Reader, ...] = (SHOPIFY,)
