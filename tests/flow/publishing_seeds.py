"""A store with facts put into it as an import would, for publishing."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from oms import config_file
from oms.flow.settle import settle
from oms.flow.shop import Shop
from oms.model.times import iso, parse_iso

NOW = parse_iso("2026-11-19T14:00:00Z")
CONFIG = """
[[locations]]
code = "CA"
name = "Los Angeles"
country = "US"
safety_stock = 1

[[locations]]
code = "NJ"
name = "Newark"
channel_names = {{ site = "Newark Warehouse" }}
country = "US"

[[locations]]
code = "SHOP"
country = "US"
ships = false

[[channels]]
name = "amazon-us"
kind = "amazon"
locations = ["CA", "NJ"]
{amazon}

[[channels]]
name = "site"
kind = "shopify"
locations = ["CA", "NJ"]

[[channels]]
name = "web"
kind = "generic"
locations = ["NJ"]

[[channels]]
name = "till"
kind = "square"
locations = ["SHOP"]
"""


@dataclass
class Seeds:
    """Facts put into a store as an import would."""

    shop: Shop

    def _write(self, command="import"):
        return self.shop.store.write(command, self.shop.now, config=self.shop.config)

    def products(self, *skus, kits=()):
        with self._write() as batch:
            batch.conn.executemany(
                "INSERT OR IGNORE INTO products (sku) VALUES (?)", [(sku,) for sku in (*skus, *(k for k, _s, _q in kits))]
            )
            batch.conn.executemany("INSERT INTO kit_components (kit_sku, sku, quantity) VALUES (?, ?, ?)", kits)

    def count(self, sku, location, on_hand, at="2026-11-19T08:00:00Z"):
        with self._write() as batch:
            cursor = batch.conn.execute(
                "INSERT INTO files_in (batch_id, path, sha256, kind, format, as_of, rows, report) "
                "VALUES (?, 'inbox/stock.csv', 'x', 'stock', 'stock', ?, 1, '{}')",
                (batch.id, at),
            )
            batch.conn.execute(
                "INSERT INTO moves (batch_id, sku, location, kind, quantity, happened_at, tie, file_id, row) "
                "VALUES (?, ?, ?, 'count', ?, ?, 1, ?, 2)",
                (batch.id, sku, location, on_hand, at, cursor.lastrowid),
            )
            batch.touch_stock("VALUES (?, ?)", (sku, location))
            settle(batch, self.shop.config)

    def imported(self, channel, ago=timedelta(hours=1)):
        """An import of the channel's orders; returns its batch."""
        with self.shop.store.write("import", self.shop.now - ago, config=self.shop.config) as batch:
            batch.conn.execute(
                "INSERT INTO files_in (batch_id, path, sha256, kind, format, channel, as_of, rows, report) "
                "VALUES (?, 'inbox/orders.csv', 'x', 'orders', 'orders', ?, ?, 1, '{}')",
                (batch.id, channel, iso(self.shop.now - ago)),
            )
            return batch.id

    def listings(self, channel, *rows):
        with self._write() as batch:
            batch.conn.executemany(
                "INSERT INTO listings (channel, listing_sku, sku, quantity) VALUES (?, ?, ?, ?)",
                [(channel, *(*row, 1)[:3]) for row in rows],
            )

    def order(
        self, channel, ref, listing_sku, quantity, payment="paid", placed_at="2026-11-19T09:00:00Z", external_line=0,
        **columns,
    ):  # fmt: skip
        """An order of one line."""
        order = {
            "channel": channel, "order_ref": ref, "as_of": placed_at, "placed_at": placed_at, "payment": payment,
        } | columns  # fmt: skip
        with self._write() as batch:
            cursor = batch.conn.execute(
                f"INSERT INTO orders ({', '.join(order)}) VALUES ({', '.join('?' * len(order))})", tuple(order.values())
            )
            batch.conn.execute(
                "INSERT INTO contacts (order_id, name, address1, city, region, postcode, country) "
                "VALUES (?, 'Ada Example', '1 Sample Street', 'Albany', 'NY', '12207', 'US')",
                (cursor.lastrowid,),
            )
            batch.conn.execute(
                "INSERT INTO lines (order_id, line_ref, has_channel_ref, line_key, position, listing_sku, ordered, external) "
                "VALUES (?, '1', 0, '1', 0, ?, ?, ?)",
                (cursor.lastrowid, listing_sku, quantity, external_line),
            )
            batch.touch_orders("VALUES (?)", (cursor.lastrowid,))
            settle(batch, self.shop.config)
            return int(cursor.lastrowid)

    def reserve(self, order_id, sku, location, quantity, state="reserved"):
        with self._write("route") as batch:
            batch.conn.execute(
                "INSERT INTO allocations (batch_id, order_id, line_id, sku, location, quantity, state) "
                "SELECT ?, order_id, id, ?, ?, ?, ? FROM lines WHERE order_id = ?",
                (batch.id, sku, location, quantity, state, order_id),
            )
            batch.touch_stock("VALUES (?, ?)", (sku, location))
            batch.touch_orders("VALUES (?)", (order_id,))
            settle(batch, self.shop.config)

    def execute(self, sql, *parameters):
        with self._write() as batch:
            batch.conn.execute(sql, parameters)


def shop_of(tmp_path: Path, amazon: str = "", more: str = "") -> Seeds:
    """A shop of four channels; `amazon`: further keys of amazon-us, `more`: further tables."""
    return Seeds(Shop(tmp_path, config_file.parse(CONFIG.format(amazon=amazon) + more), NOW))
