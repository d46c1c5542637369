"""A store outlives the program that wrote it: older ones are brought up to date, newer ones are left alone."""

import sqlite3

import pytest

from tests.conftest import Oms


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
    assert "oms.db: a newer oms has written this store (version 99, this one knows 1)" == result.json["error"]
    assert before == (oms.root / "oms.db").read_bytes()
