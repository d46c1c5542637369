"""A stock number, down to the rows of the files behind it, and what each channel may sell of it."""

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

import polars as pl

from oms.config import Channel
from oms.errors import UnknownSku
from oms.flow import offers
from oms.flow.shop import Shop
from oms.store import publishing, stock_story
from oms.words import _


@dataclass(frozen=True)
class StockStory:
    """
    Why the numbers of a sku are what they are.

    `draws`: what one unit takes (a kit's components, else itself). `stock`: each place with its count, the moves after
    it and what is set aside. `soft`: who waits without a place. `channels`: the arithmetic of each channel.
    """

    sku: str
    title: str | None
    active: bool
    draws: dict[str, int]
    stock: list[dict[str, Any]]
    soft: list[dict[str, Any]]
    channels: list[dict[str, Any]]
    exit_code: int = 0

    def json(self) -> dict[str, Any]:
        """Keys: sku, title, active, kit, stock, soft, channels."""
        kit = [{"sku": sku, "units": units} for sku, units in self.draws.items()] if self._is_kit() else []
        return {"sku": self.sku, "title": self.title, "active": self.active, "kit": kit, "stock": self.stock,
                "soft": self.soft, "channels": self.channels}  # fmt: skip

    def lines(self) -> list[str]:
        """The story as a person reads it."""
        said = [self.sku if self.title is None else f"{self.sku}  {self.title}"]
        if not self.active:
            said.append(_("not active: channels are told 0"))
        if self._is_kit():
            said.append(_("a kit of {parts}", parts=", ".join(f"{n} x {sku}" for sku, n in self.draws.items())))
        for place in self.stock:
            said += ["", *_place_lines(place)]
        if not self.stock:
            said += ["", _("never counted and never moved anywhere")]
        if self.soft:
            said += ["", _("waiting without a location (soft)")]
            said += [f"  {w['quantity']} x {w['sku']}  {w['channel']}/{w['order_ref']}  {w['status']}  {_source(w)}".rstrip()
                     for w in self.soft]  # fmt: skip
        for channel in self.channels:
            said += ["", f"{channel['channel']}  ats {channel['ats']}", *(f"  {line}" for line in channel["arithmetic"])]
        return said

    def _is_kit(self) -> bool:
        return self.draws != {self.sku: 1}


def explain_stock(shop: Shop, sku: str) -> StockStory:
    """Where the stock of `sku` comes from and what each channel may sell of it; UnknownSku when it is not one of ours."""
    with shop.store.read() as conn:
        product = publishing.product(conn, sku)
        if product is None:
            raise UnknownSku(_("no sku `{sku}`", sku=sku), _("list skus with: oms stock"))
        draws = publishing.components(conn, sku)
        facts = offers.facts(shop, conn, list(draws))
        soft = [dict(row) for row in stock_story.unallocated(conn, list(draws), offers.unpaid_since(shop))]
        sold = _sold(conn, sku)
        channels = [_channel(shop, facts, channel, draws, bool(product["active"]), sold.get(channel.name, []))
                    for channel in shop.config.channels]  # fmt: skip
        return StockStory(sku, product["title"], bool(product["active"]), draws, _stock(shop, conn, draws), soft, channels)


def _sold(conn: sqlite3.Connection, sku: str) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in publishing.listings_of(conn, sku):
        told = json.loads(row["published"])
        found.setdefault(row["channel"], []).append({
            "listing_sku": row["listing_sku"], "quantity": row["quantity"],
            "published": sum(told.values()) if told else None,
        })  # fmt: skip
    return found


def _stock(shop: Shop, conn: sqlite3.Connection, draws: dict[str, int]) -> list[dict[str, Any]]:
    safety = {location.code: location.safety_stock for location in shop.config.locations}
    told = []
    for row in stock_story.places(conn, list(draws)):
        count = None
        if row["count_id"] is not None:
            count = {"quantity": row["counted"], "at": row["counted_at"], "file": row["file"], "row": row["row"],
                     "batch": row["batch"], "command": row["command"]}  # fmt: skip
        moves = stock_story.moves_after(conn, row["sku"], row["location"], row["count_id"])
        allocations = stock_story.open_allocations(conn, row["sku"], row["location"])
        told.append({
            "sku": row["sku"], "location": row["location"], "on_hand": row["on_hand"], "reserved": row["reserved"],
            "available": row["on_hand"] - row["reserved"], "shortfall": row["shortfall"],
            "safety_stock": safety.get(row["location"], 0), "count": count, "moves": [dict(move) for move in moves],
            "allocations": [dict(allocation) for allocation in allocations],
        })  # fmt: skip
    return told


def _channel(
    shop: Shop, facts: offers.Facts, channel: Channel, draws: dict[str, int], active: bool,
    listings: list[dict[str, Any]],
) -> dict[str, Any]:  # fmt: skip
    """The arithmetic of one channel, line by line, as numbers and as text."""
    pool = facts.pool(channel)
    left = {row["sku"]: row for row in pool.left.iter_rows(named=True)}
    none = {"pool": 0, "soft": 0, "buffer": channel.buffer if isinstance(channel.buffer, int) else 0, "net": 0}
    safety = {location.code: location.safety_stock for location in shop.config.locations}
    parts, said = [], [_("sells from {locations}", locations=", ".join(pool.offer.locations) or _("nowhere"))]
    for sku, units in draws.items():
        part = {name: left.get(sku, none)[name] for name in ("pool", "soft", "buffer", "net")}
        for place in pool.free.filter(pl.col("sku") == sku).sort("location").iter_rows(named=True):
            said.append(
                _("{sku} {location}: max(0, on_hand {on_hand} - reserved {reserved} - safety_stock {safety}) = {free}",
                  safety=safety.get(place["location"], 0), **place)
            )  # fmt: skip
        percent = f" ({channel.buffer})" if isinstance(channel.buffer, str) else ""
        said.append(_("{sku}: max(0, pool {pool} - soft {soft} - buffer {buffer}{percent}) = {net}",
                      sku=sku, percent=percent, **part))  # fmt: skip
        parts.append({"sku": sku, "units": units, **part})
    whole = min(part["net"] // part["units"] for part in parts)
    if len(parts) > 1 or parts[0]["units"] > 1:
        said.append(_("kit: min({each}) = {whole}", whole=whole,
                      each=", ".join(f"{part['net']} // {part['units']}" for part in parts)))  # fmt: skip
    shown = _capped(whole, channel.max_listed) if active else 0
    if active and shown < whole:
        said.append(_("max_listed {limit}: {shown}", limit=channel.max_listed, shown=shown))
    for listing in listings:
        number = _capped(whole // listing["quantity"], channel.max_listed) if active else 0
        listing["ats"] = number
        pack = _(" (packs of {count})", count=listing["quantity"]) if listing["quantity"] > 1 else ""
        told = _("never published")
        if listing["published"] is not None:
            told = _("published {count}", count=listing["published"])
            if channel.kind == "shopify":
                told += _(" as Shopify's on hand: with the units it calls committed and unavailable")
        said.append(_("listing `{listing}`{pack}: {number}, {told}", listing=listing["listing_sku"], pack=pack,
                      number=number, told=told))  # fmt: skip
    if not listings:
        said.append(_("no listing of it: not published here"))
    return {"channel": channel.name, "locations": list(pool.offer.locations), "parts": parts, "ats": shown,
            "max_listed": channel.max_listed, "listings": listings, "arithmetic": said}  # fmt: skip


def _capped(number: int, limit: int | None) -> int:
    return number if limit is None else min(number, limit)


def _place_lines(place: dict[str, Any]) -> list[str]:
    said = [_("{sku} at {location}: on_hand {on_hand}, reserved {reserved}, available {available}", **place)]
    count = place["count"]
    if count is None:
        said.append("  " + _("never counted"))
    else:
        said.append("  " + _("{at}  count       {quantity}  {source}", at=count["at"], quantity=count["quantity"],
                             source=_source(count)))  # fmt: skip
    for move in place["moves"]:
        order = f"{move['channel']}/{move['order_ref']}  " if move["order_ref"] else ""
        said.append(f"  {move['at']}  {move['kind']:<10}{move['quantity']:+3d}  {order}{_source(move)}".rstrip())
    if place["shortfall"]:
        said.append("  " + _("sold or sent {count} more than was there", count=place["shortfall"]))
    for held in place["allocations"]:
        said.append(f"  {held['state']} {held['quantity']}  {held['channel']}/{held['order_ref']}")
    return said


def _source(row: dict[str, Any]) -> str:
    """The file and line, else the command, behind a number."""
    if row.get("file"):
        return f"{row['file']}:{row['row']}" if row.get("row") else str(row["file"])
    note = f" ({row['note']})" if row.get("note") else ""
    return _("batch {batch} {command}", batch=row["batch"], command=row["command"]) + note if row.get("batch") else ""
