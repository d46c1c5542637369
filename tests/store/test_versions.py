"""A store outlives the program that wrote it: older ones are brought up to date, newer ones are left alone."""

import sqlite3

import pytest

from oms.flow.pick import pick_orders
from oms.flow.route import route_orders
from oms.flow.ship_order import ship_order
from oms.flow.undo import undo
from tests.channel_files import shopify
from tests.conftest import Desk, Oms


@pytest.mark.parametrize("words", ["status", "orders", "import stock.csv", "route", "doctor", "backup", "log", "undo 1"])
def test_a_store_of_a_newer_oms_is_left_alone(oms: Oms, words: str) -> None:
    """What a newer version wrote may mean what this one does not know: it neither reads nor writes it."""
    oms.ok("import", oms.write("stock.csv", "sku,on_hand,location\nMUG,5,NJ\n"))
    conn = sqlite3.connect(oms.root / "oms.db")
    conn.execute("PRAGMA user_version = 99")
    conn.close()
    before = (oms.root / "oms.db").read_bytes()

    result = oms(*words.split(), "--json")

    assert 1 == result.exit_code
    assert "oms.db: a newer oms has written this store (version 99, this one knows 5)" == result.json["error"]
    assert before == (oms.root / "oms.db").read_bytes()


#: How version 1 remembered an allocation that was changed: all of it, whatever changed.
WHOLE = """
CREATE TRIGGER changed_allocations AFTER UPDATE ON allocations
WHEN OLD.id <= (SELECT last_id FROM floors WHERE name = 'allocations') AND OLD.state IS NOT NEW.state
BEGIN
    INSERT INTO changes (batch_id, name, row_id, before) VALUES ((SELECT max(id) FROM batches), 'allocations', OLD.id,
        json_object('id', OLD.id, 'batch_id', OLD.batch_id, 'order_id', OLD.order_id, 'line_id', OLD.line_id,
            'sku', OLD.sku, 'location', OLD.location, 'quantity', OLD.quantity, 'state', OLD.state, 'count_id', OLD.count_id,
            'carrier', OLD.carrier, 'service', OLD.service, 'ship_on', OLD.ship_on, 'distance_km', OLD.distance_km,
            'distance_level', OLD.distance_level, 'cost', OLD.cost, 'detail', OLD.detail));
END
"""


def test_what_an_older_oms_did_is_taken_back_by_this_one(desk: Desk) -> None:
    """Orders picked by version 1 and shipped by version 2 are reserved again after both are undone."""
    desk.stock("MUG", "NJ", 5)
    desk.import_text(shopify({"ref": "#1001", "id": "9001", "lines": [("MUG", 2)]}))
    desk.reserve("#1001", "NJ")
    reserved = desk.rows("SELECT * FROM allocations")
    older = sqlite3.connect(desk.root / "oms.db", isolation_level=None)
    older.executescript(f"DROP TRIGGER changed_allocations; DROP TRIGGER moved_allocations; {WHOLE}")
    older.close()
    pick = pick_orders(desk.shop, force=True).batch or 0
    older = sqlite3.connect(desk.root / "oms.db", isolation_level=None)
    older.execute("DELETE FROM _sqlite_migrations WHERE name LIKE 'version_2%'")
    older.execute("PRAGMA user_version = 1")
    older.close()
    ship_order(desk.shop, "#1001", tracking="1Z999", carrier="UPS")
    undo(desk.shop, pick, cascade=True)
    remembered = desk.rows(
        "SELECT before ->> '$.sku', before ->> '$.state' FROM changes WHERE name = 'allocations' ORDER BY id"
    )

    assert [("MUG", "reserved"), (None, "picking")] == remembered[:2]
    assert reserved == desk.rows("SELECT * FROM allocations")


def test_a_store_of_version_2_learns_when_goods_are_expected(desk: Desk) -> None:
    """What waited there waits on; the next routing says the day, and an undo takes it back."""
    desk.import_text(shopify({"ref": "#1001", "id": "9001", "lines": [("MUG", 2)]}))
    desk.stock("MUG", "NJ", 0)
    route_orders(desk.shop)
    older = sqlite3.connect(desk.root / "oms.db", isolation_level=None)
    for name in ("changed", "removed"):
        older.execute(f"DROP TRIGGER {name}_waiting")
    older.execute("ALTER TABLE waiting DROP COLUMN expected_on")
    older.execute("DELETE FROM _sqlite_migrations WHERE name LIKE 'version_3%'")
    older.execute("PRAGMA user_version = 2")
    older.close()

    desk.import_text("sku,quantity,expected_on,location\nMUG,4,2026-11-25,NJ\n", "incoming.csv")
    batch = route_orders(desk.shop).batch or 0

    assert [("no_stock", "2026-11-25")] == desk.rows("SELECT reason, expected_on FROM waiting")
    undo(desk.shop, batch)
    assert [("no_stock", None)] == desk.rows("SELECT reason, expected_on FROM waiting")
