"""
Shipment confirmations in each channel's own shape.

Amazon: the tab-separated file of POST_FLAT_FILE_FULFILLMENT_DATA, its carrier codes as in the shipping schema
(`CarrierCode` of amzn-base.xsd), in Japan below two rows of its template and in cp932; Shopify has no upload of its own:
the shape that fulfilment apps read. Walmart takes its order sheet back (walmart.py). Everybody else gets the generic one.
"""

import polars as pl

from oms.channels.custom import Format
from oms.model.frames import Schema
from oms.model.times import zone
from oms.sheets.write import csv_bytes

#: One row a (parcel, order, line). `line_ref` NULL where the channel gave no line id; times UTC text.
CONFIRMATIONS: Schema = {
    "order_ref": pl.String, "line_ref": pl.String, "listing_sku": pl.String, "title": pl.String,
    "variant": pl.String, "quantity": pl.Int64, "carrier": pl.String, "service": pl.String, "tracking": pl.String,
    "shipped_at": pl.String, "placed_at": pl.String,
}  # fmt: skip

#: Kinds of channel that nobody tells about shipments.
SILENT = ("square", "google")

#: Our spelling of a carrier -> Amazon's code. Any other is `Other` with its name.
AMAZON_CODES = {
    "UPS": "UPS", "UPS Mail Innovations": "UPS Mail Innovations", "USPS": "USPS", "FedEx": "FedEx", "DHL": "DHL",
    "DHL Express": "DHL", "DHL eCommerce": "DHL Global Mail", "DPD": "DPD", "GLS": "GLS", "Royal Mail": "Royal Mail",
    "Parcelforce": "Parcelforce", "Yodel": "Yodel", "Hermes": "Hermes Logistik Gruppe",
    "Deutsche Post": "Deutsche Post", "TNT": "TNT", "La Poste": "La Poste", "Chronopost": "Chronopost",
    "Poste Italiane": "Poste Italiane", "Canada Post": "Canada Post", "Yamato Transport": "YamatoTransport",
    "Sagawa Express": "SagawaExpress", "OnTrac": "OnTrac", "LaserShip": "Lasership", "Aramex": "Aramex",
    "Delhivery": "Delhivery", "India Post": "India Post",
}  # fmt: skip

#: Our spelling -> the name that makes Shopify link the number, where it differs.
SHOPIFY_NAMES = {"Amazon Logistics": "Amazon", "DHL": "DHL Express", "Japan Post": "Japan Post (EN)"}


#: Above the headings of Amazon's Japanese template: which template it is, and what the columns are called there.
_JAPANESE = (
    ("TemplateType=OrderFulfillment", "Version=2011.1102", "この行はAmazonが使用しますので変更や削除しないでください。"),
    (
        "注文番号",
        "注文商品番号",
        "出荷数",
        "出荷日",
        "配送業者コード",
        "配送業者名",
        "お問い合わせ伝票番号",
        "配送方法",
        "代金引換",
    ),
)


def confirmation(kind: str, rows: pl.DataFrame, zone_name: str, currency: str, own: Format | None = None) -> tuple[str, bytes]:
    """
    The confirmation file for a channel of `kind`: (extension, bytes).

    `rows`: CONFIRMATIONS. `zone_name`, `currency`: the channel's, for the times of Amazon's file and its country. `own`:
    the seller's format that is its kind.
    """
    if own is not None and own.form.tracking_file is not None:
        return "csv", own.form.tracking_file.written(rows, neutralise=True)
    if kind == "amazon":
        return "txt", _amazon_japan(rows, zone_name) if currency == "JPY" else _amazon(rows, zone_name)
    if kind == "shopify":
        return "csv", _shopify(rows)
    return "csv", csv_bytes(
        rows.select("order_ref", "line_ref", "listing_sku", "quantity", "carrier", "tracking", "shipped_at")
    )


def _amazon(rows: pl.DataFrame, zone_name: str) -> bytes:
    return csv_bytes(_amazon_rows(rows, zone_name, "%Y-%m-%dT%H:%M:%S%:z"), delimiter="\t", quoting=False)


def _amazon_japan(rows: pl.DataFrame, zone_name: str) -> bytes:
    table = _amazon_rows(rows, zone_name, "%Y-%m-%d").with_columns(pl.lit("").alias("cod-collection-method"))
    above = "".join("\t".join(cells) + "\t" * (table.width - len(cells)) + "\r\n" for cells in _JAPANESE)
    return above.encode("cp932") + csv_bytes(table, delimiter="\t", quoting=False, encoding="cp932")


def _amazon_rows(rows: pl.DataFrame, zone_name: str, form: str) -> pl.DataFrame:
    zone(zone_name)
    code = pl.col("carrier").replace_strict(AMAZON_CODES, default="Other", return_dtype=pl.String)
    # Amazon refuses a shipment from before the order; clocks differ.
    left = pl.max_horizontal("shipped_at", "placed_at").str.to_datetime("%Y-%m-%dT%H:%M:%SZ", time_zone="UTC")
    return rows.select(
        pl.col("order_ref").alias("order-id"),
        pl.col("line_ref").alias("order-item-id"),
        "quantity",
        left.dt.convert_time_zone(zone_name).dt.strftime(form).alias("ship-date"),
        code.alias("carrier-code"),
        pl.when(code == "Other").then("carrier").alias("carrier-name"),
        pl.col("tracking").alias("tracking-number"),
        pl.col("service").alias("ship-method"),
    )


def _shopify(rows: pl.DataFrame) -> bytes:
    variant = pl.when(pl.col("variant").str.len_chars() > 0).then(pl.col("variant"))
    name = pl.concat_str(["title", variant], separator=" - ", ignore_nulls=True)
    return csv_bytes(
        rows.select(
            pl.col("order_ref").alias("Name"),
            pl.col("tracking").alias("Tracking Number"),
            pl.col("carrier").replace(SHOPIFY_NAMES).alias("Tracking Company"),
            name.alias("Lineitem name"),
            pl.col("listing_sku").alias("Lineitem sku"),
            pl.col("quantity").alias("Quantity"),
        )
    )
