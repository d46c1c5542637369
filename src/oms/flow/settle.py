"""
What every batch ends with: from the facts it wrote, derive mapping, stock, holds and statuses of what it touched.
"""

import json

import polars as pl

from oms.config import Config
from oms.core import verify
from oms.store.balances import derive_stock
from oms.store.batch import Batch
from oms.store.holds import derive_holds, note_open_orders, open_contacts, possible_duplicates, touch_held_by
from oms.store.mapping import book_counter_sales, map_lines
from oms.store.status import count_lines, derive_statuses
from oms.store.tallies import derive_tallies, note_services
from oms.words import _

#: A word of an order that could be the ref of another channel's order: long enough not to be met by chance.
_REF = r"[0-9A-Za-z][0-9A-Za-z-]{8,}[0-9A-Za-z]"


def settle(batch: Batch, config: Config) -> None:
    """Derive everything that follows from facts, for the orders and stock that `batch` touched."""
    map_lines(batch)
    book_counter_sales(batch)
    derive_stock(batch)
    touch_held_by(batch)
    count_lines(batch)
    note_open_orders(batch.conn)
    duplicates = _duplicates(batch)
    if duplicates.height:  # the later of two orders is held, whichever came first
        batch.touch_orders("SELECT value FROM json_each(?)", (json.dumps(duplicates["order_id"].to_list()),))
        count_lines(batch)
        note_open_orders(batch.conn)
    derive_holds(batch, config.verify.accept_cod, _addresses(batch, config), duplicates)
    derive_statuses(batch)
    derive_tallies(batch)
    note_services(batch)


def settle_reservations(batch: Batch) -> None:
    """As `settle`, where units were set aside or given back and nothing else: mapping and holds do not follow from that."""
    derive_stock(batch)
    settle_statuses(batch)


def settle_statuses(batch: Batch) -> None:
    """As `settle`, where nothing changed but how far set-aside units are: neither stock nor holds follow from that."""
    count_lines(batch)
    derive_statuses(batch)
    derive_tallies(batch)


def _addresses(batch: Batch, config: Config) -> pl.DataFrame:
    platform = [channel.name for channel in config.channels if channel.labels_itself]
    contacts = open_contacts(batch.conn, platform)
    reported = contacts.filter(pl.col("no_address") == 0)
    history = contacts.filter(pl.col("no_address") == 1).select(
        "order_id", detail=pl.lit(_("known only from a report without addresses"))
    )
    return pl.concat([verify.address_problems(reported), history])


def _duplicates(batch: Batch) -> pl.DataFrame:
    orders = possible_duplicates(batch.conn)
    return verify.duplicates(
        orders.with_columns(pl.col("open") == 1, mentions=pl.col("words").str.extract_all(_REF)).drop("words")
    )
