"""What a crash left unwritten is finished by whatever writes next, which says so."""

import sqlite3
from pathlib import Path

import pytest

from tests.channel_files import shopify


def crashed(oms) -> Path:
    """An import that died between its commit and its rejects file."""
    order = {"ref": "#1001", "id": "9001", "lines": [("MUG", "many")]}
    found = oms("import", oms.write("inbox/orders.csv", shopify(order, order | {"ref": "#1", "lines": [("MUG", 1)]})), "--json")
    path = oms.root / found.json["files"][0]["rejects_file"]
    path.unlink()
    with sqlite3.connect(oms.root / "oms.db") as conn:
        conn.execute("INSERT INTO pending_files (document_id) SELECT id FROM documents")
    conn.close()
    return path


@pytest.mark.parametrize(
    "words",
    [("verify",), ("route",), ("hold", "#1", "--reason", "wait"), ("map", "set", "site", "MUG", "CUP"), ("import", "inbox")],
)
def test_every_command_that_writes_says_what_it_finished(oms, words):
    """In `documents[]`, as recovered; in words on stderr."""
    oms.write("inbox/stock.csv", "sku,on_hand,location\nCUP,4,NJ\n")
    oms("import", oms.root / "inbox/stock.csv")
    path = crashed(oms)
    found = oms(*words, "--json").json

    assert path.exists()
    assert [str(path.relative_to(oms.root))] == [each["path"] for each in found["documents"] if each.get("recovered")]


def test_a_person_is_told_too(oms):
    """One line a file."""
    path = crashed(oms)
    result = oms("verify")

    assert f"note: {path.relative_to(oms.root)}: finished for a command that was interrupted" in result.stderr
