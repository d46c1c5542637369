"""A small shop whose orders are routed already: what pick, ship and confirm start from."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from oms.config_file import parse
from oms.flow.settle import settle
from oms.flow.shop import Shop
from oms.store.batch import Batch

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)

TOML = """
[business]
name = "Blue Door Goods"
currency = "USD"
timezone = "America/New_York"

[[locations]]
code = "NJ"
name = "Newark 3PL"
kind = "3pl"
country = "US"

[[locations]]
code = "CA"
name = "Oakland"
country = "US"

[[channels]]
name = "amazon-us"
kind = "amazon"
timezone = "America/Los_Angeles"

[[channels]]
name = "site"
kind = "shopify"

[[channels]]
name = "tiktok"
kind = "tiktok"

[[channels]]
name = "bazaar"
kind = "generic"
ship_complete = true

[[channels]]
name = "till"
kind = "square"
"""


class Desk:
    """The shop, and facts put into its store as importing and routing would."""

    def __init__(self, root: Path, toml: str = TOML, now: datetime = NOW) -> None:
        (root / "oms.toml").write_text(toml, "utf-8")
        formats = tuple(path.stem for path in (root / "formats").glob("*.toml"))
        self.shop = Shop(root, parse(toml, formats=formats), now)

    def write(self) -> Any:
        """A write block of an import two hours ago."""
        return self.shop.store.write("import", self.shop.now.replace(hour=13), config=self.shop.config)

    def imported(self, channel: str, at: datetime) -> None:
        """The channel's orders were imported then."""
        with self.shop.store.write("import", at, config=self.shop.config) as batch:
            self._file(batch, channel)

    def _file(self, batch: Batch, channel: str) -> None:
        batch.conn.execute(
            "INSERT INTO files_in (batch_id, path, sha256, kind, format, channel, as_of, rows, report) "
            "VALUES (?, 'inbox/orders.csv', '', 'orders', 'generic', ?, ?, 1, '{}')",
            (batch.id, channel, batch.at),
        )

    def count(self, sku: str, location: str, on_hand: int, at: str = "2026-11-20T08:00:00Z") -> None:
        """So many were counted there."""
        with self.write() as batch:
            batch.conn.execute("INSERT OR IGNORE INTO products (sku, title) VALUES (?, ?)", (sku, f"The {sku}"))
            batch.conn.execute(
                "INSERT INTO moves (batch_id, sku, location, kind, quantity, happened_at, tie) "
                "VALUES (?, ?, ?, 'count', ?, ?, 1)",
                (batch.id, sku, location, on_hand, at),
            )
            batch.touch_stock("VALUES (?, ?)", (sku, location))
            settle(batch, self.shop.config)

    def kit(self, kit_sku: str, **components: int) -> None:
        """A kit of so many of each."""
        with self.write() as batch:
            batch.conn.execute("INSERT INTO products (sku, title) VALUES (?, ?)", (kit_sku, f"The kit {kit_sku}"))
            for sku, quantity in components.items():
                batch.conn.execute(
                    "INSERT INTO kit_components (kit_sku, sku, quantity) VALUES (?, ?, ?)", (kit_sku, sku, quantity)
                )

    def order(self, ref: str, lines: dict[str, int], channel: str = "site", **fields: Any) -> int:
        """An order of so many of each listing, with an invented buyer; not routed yet."""
        known = {"order_ref": ref, "channel": channel, "as_of": "2026-11-22T12:00:00Z", "payment": "paid",
                 "placed_at": "2026-11-21T18:30:00Z", "currency": "USD"} | fields  # fmt: skip
        with self.write() as batch:
            self._file(batch, channel)
            cursor = batch.conn.execute(
                f"INSERT INTO orders ({', '.join(known)}) VALUES ({', '.join('?' * len(known))})", tuple(known.values())
            )
            order_id = int(cursor.lastrowid or 0)
            batch.conn.execute(
                "INSERT INTO contacts (order_id, name, phone, email, address1, city, region, postcode, country) "
                "VALUES (?, '林小雨', '+12015550123', 'rain@example.com', '12 Elm St', 'Newark', 'NJ', '07102', 'US')",
                (order_id,),
            )
            named = channel.startswith(("amazon", "walmart"))  # their lines have numbers of their own
            for position, (listing, quantity) in enumerate(lines.items()):
                batch.conn.execute(
                    "INSERT INTO lines (order_id, line_ref, has_channel_ref, line_key, position, listing_sku, title, "
                    "ordered) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    (order_id, f"{ref}-{position}", named, f"{listing}#1", position, listing,
                     f"The {listing}", quantity),
                )  # fmt: skip
            batch.conn.execute(  # as importing does: lines are mapped as they come
                "UPDATE lines SET sku = listing_sku WHERE order_id = ? AND listing_sku IN (SELECT sku FROM products)",
                (order_id,),
            )
            batch.touch_orders("VALUES (?)", (order_id,))
            settle(batch, self.shop.config)
        return order_id

    def reserve(self, ref: str, location: str, sku: str, quantity: int, state: str = "reserved") -> None:
        """What routing would have done: so many of `sku` for the order's line that draws it."""
        with self.shop.store.write("route", self.shop.now.replace(hour=14), config=self.shop.config) as batch:
            batch.conn.execute(
                "INSERT INTO allocations (batch_id, order_id, line_id, sku, location, quantity, state, service, count_id) "
                "SELECT ?, o.id, l.id, ?, ?, ?, ?, 'Ground', (SELECT count_id FROM stock WHERE sku = ? AND location = ?) "
                "FROM orders o JOIN lines l ON l.order_id = o.id JOIN line_units u ON u.line_id = l.id "
                "WHERE o.order_ref = ? AND u.sku = ? LIMIT 1",
                (batch.id, sku, location, quantity, state, sku, location, ref, sku),
            )
            batch.touch_orders("SELECT id FROM orders WHERE order_ref = ?", (ref,))
            batch.touch_stock("VALUES (?, ?)", (sku, location))
            settle(batch, self.shop.config)

    def picking(self, ref: str, location: str, sku: str, quantity: int) -> None:
        """As `reserve`, and taken off the shelf."""
        self.reserve(ref, location, sku, quantity, "picking")

    def rows(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """What the store says."""
        with self.shop.store.read() as conn:
            return [tuple(row) for row in conn.execute(sql, parameters)]

    def status(self, ref: str) -> str:
        """The order's status."""
        return str(self.rows("SELECT status FROM orders WHERE order_ref = ?", ref)[0][0])

    def stock(self, sku: str, location: str) -> tuple[int, int]:
        """(on_hand, reserved)."""
        on_hand, reserved = self.rows("SELECT on_hand, reserved FROM stock WHERE sku = ? AND location = ?", sku, location)[0]
        return on_hand, reserved
