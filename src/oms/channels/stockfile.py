"""
Stock files in each channel's own shape: `writer_of` and `FORMS` say which, by the kind of channel.

A channel that takes a table gets a `Table`: its declaration is the file. A channel that takes back the file it handed out
has a form (forms.py). What has no upload for stock gets ours: listing_sku, quantity, as_of.

Skus stand in these files exactly as the channel spells them: a sku made safe for spreadsheets would be nobody's.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

import polars as pl

from oms.channels import ebay_stock, lazada, shopee, tiktok
from oms.channels.answers import AnswerFile
from oms.channels.custom import Format
from oms.channels.forms import FormReader
from oms.channels.shopify_stock import InventoryForm
from oms.config import Channel, Config, Location
from oms.sheets.write import csv_bytes

SKU, QUANTITY, BLANK = pl.col("listing_sku"), pl.col("quantity"), pl.lit("")


@dataclass(frozen=True)
class Asked:
    """What a writer may know beside the numbers. `as_of`: up to when the channel's orders were known (UTC text)."""

    channel: Channel
    config: Config
    as_of: str | None


class Writer(Protocol):
    """Writes stock files from `rows`: listing_sku, place ('' or a location), quantity."""

    @property
    def ending(self) -> str: ...  # of the files

    def fits(self, listing_sku: pl.Expr) -> pl.Expr:
        """Whether a sku can stand in the file."""

    def files(self, rows: pl.DataFrame, asked: Asked) -> Iterator[tuple[str, bytes]]:
        """Files: what stands behind the name, and the bytes."""


@dataclass(frozen=True)
class Table:
    """A delimited table, one row a listing: heading -> what stands under it."""

    columns: Mapping[str, pl.Expr]
    ending: str = "csv"
    delimiter: str = ","
    quoting: bool = True
    encoding: str = "utf-8"

    def fits(self, listing_sku: pl.Expr) -> pl.Expr:
        """Without quotes, a delimiter cannot stand in a cell."""
        return pl.lit(True) if self.quoting else ~listing_sku.str.contains(f"[{self.delimiter}\r\n]")

    def files(self, rows: pl.DataFrame, asked: Asked) -> Iterator[tuple[str, bytes]]:
        """One file."""
        known = rows.with_columns(as_of=pl.lit(asked.as_of, pl.String))
        table = known.select(each.alias(heading) for heading, each in self.columns.items())
        yield (
            "",
            csv_bytes(
                table, delimiter=self.delimiter, newline="\n", encoding=self.encoding, neutralise=False, quoting=self.quoting
            ),
        )


@dataclass(frozen=True)
class OwnTable:
    """The stock file that a format of the seller's own describes."""

    form: AnswerFile
    ending: str = "csv"

    def fits(self, listing_sku: pl.Expr) -> pl.Expr:
        """Every sku does."""
        return pl.lit(True)

    def files(self, rows: pl.DataFrame, asked: Asked) -> Iterator[tuple[str, bytes]]:
        """One file."""
        yield "", self.form.written(rows.with_columns(as_of=pl.lit(asked.as_of, pl.String)), neutralise=False)


class ListingsFeed:
    """Amazon's JSON_LISTINGS_FEED 2.0: a patch of `fulfillment_availability` a listing."""

    ending = "json"
    most = 25_000  # messages in a feed

    def fits(self, listing_sku: pl.Expr) -> pl.Expr:
        """Every sku does."""
        return pl.lit(True)

    def files(self, rows: pl.DataFrame, asked: Asked) -> Iterator[tuple[str, bytes]]:
        """A feed for every 25,000 listings."""
        header = {"sellerId": asked.channel.seller_id, "version": "2.0"}
        for number, part in enumerate(rows.iter_slices(self.most), 1):
            told = part.select("listing_sku", "quantity").iter_rows()
            messages = [self._message(at, sku, quantity) for at, (sku, quantity) in enumerate(told, 1)]
            text = json.dumps({"header": header, "messages": messages}, ensure_ascii=False, indent=1)
            yield "" if number == 1 else f"-{number}", text.encode() + b"\n"

    @staticmethod
    def _message(number: int, sku: str, quantity: int) -> dict[str, object]:
        value = [{"fulfillment_channel_code": "DEFAULT", "quantity": quantity}]
        patch = {"op": "replace", "path": "/attributes/fulfillment_availability", "value": value}
        return {
            "messageId": number, "sku": sku, "operationType": "PATCH", "productType": "PRODUCT", "patches": [patch],
        }  # fmt: skip


class GoogleFeeds:
    """Merchant Center: a supplemental feed of what is sold online, a local inventory feed of what stands in the shops."""

    ending = "txt"
    _availability = pl.when(QUANTITY > 0).then(pl.lit("in_stock")).otherwise(pl.lit("out_of_stock"))
    _online = Table({"id": SKU, "availability": _availability, "quantity": QUANTITY}, "txt", "\t", quoting=False)
    _local = Table(
        {"store_code": pl.col("store"), "id": SKU, "quantity": QUANTITY, "availability": _availability}, "txt", "\t",
        quoting=False,
    )  # fmt: skip

    def fits(self, listing_sku: pl.Expr) -> pl.Expr:
        """An id has at most 50 characters."""
        return self._online.fits(listing_sku) & (listing_sku.str.len_chars() <= 50)

    def files(self, rows: pl.DataFrame, asked: Asked) -> Iterator[tuple[str, bytes]]:
        """Of both, what there is something to say in."""
        online, shops = rows.filter(pl.col("place") == ""), rows.filter(pl.col("place") != "")
        if online.height:
            yield from self._online.files(online, asked)
        if shops.height:
            store = pl.col("place").replace({place.code: _store_code(place, asked.channel) for place in asked.config.locations})
            for _suffix, data in self._local.files(shops.with_columns(store=store), asked):
                yield "-local", data


def _store_code(place: Location, channel: Channel) -> str:
    """As the Business Profile spells it: `channel_names` of the location, else its code."""
    return place.channel_names.get(channel.name) or place.channel_names.get(channel.kind) or place.code


PRICE_AND_QUANTITY = Table(
    {
        "sku": SKU, "price": BLANK, "minimum-seller-allowed-price": BLANK, "maximum-seller-allowed-price": BLANK,
        "quantity": QUANTITY, "handling-time": BLANK, "fulfillment-channel": BLANK,
    },
    "txt", "\t", quoting=False,
)  # fmt: skip
LISTINGS_FEED = ListingsFeed()
PLAIN = Table({"listing_sku": SKU, "quantity": QUANTITY, "as_of": pl.col("as_of")})

#: Kind of channel -> who writes its file where no form of the channel is filled in. All others: PLAIN.
WRITERS: Mapping[str, Writer] = {
    "amazon": PRICE_AND_QUANTITY,
    "ebay": ebay_stock.Revise(),
    "woocommerce": Table({"SKU": SKU, "In stock?": (QUANTITY > 0).cast(pl.Int8), "Stock": QUANTITY}),
    "walmart": Table({"SKU": SKU, "Quantity": QUANTITY}),
    "google": GoogleFeeds(),
}
#: Kind of channel -> who understands the form it hands out.
FORMS: Mapping[str, FormReader] = {
    "shopify": InventoryForm(),
    "tiktok": tiktok.STOCK,
    "lazada": lazada.STOCK,
    "shopee": shopee.STOCK,
    "ebay": ebay_stock.ACTIVE_LISTINGS,
}
#: Kinds whose numbers are also those of single shops.
BY_SHOP = ("google",)


def writer_of(channel: Channel, own: Format | None = None) -> Writer | None:
    """
    Who writes the stock file of `channel` where no form of its own is filled in; None where it needs one.

    `own`: the seller's format that is its kind.
    """
    if own is not None and own.form.stock_file is not None:
        return OwnTable(own.form.stock_file)
    if channel.stock_file == "listings-feed":
        return LISTINGS_FEED
    if channel.kind in WRITERS:
        return WRITERS[channel.kind]
    return None if channel.kind in FORMS else PLAIN
