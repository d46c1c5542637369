"""What comes back during the day: it answers what the morning's routing and picking did, so the morning is really run."""

import csv
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from oms.core.carriers import check_mod10, check_ups
from tests.demo_maker.catalogue import table
from tests.demo_maker.others import AMAZON_UNMAPPED
from tests.demo_maker.people import Person
from tests.demo_maker.shopify import EASTERN, Sale, everyday, orders_csv, priced

MORNING = datetime.fromisoformat("2026-11-19T14:00:00+00:00")
SLOW = 5  # orders that the 3PL does not get out today


def day_after_morning(files: dict[str, bytes], config: bytes, sales: list[Sale], people: list[Person]) -> dict[str, bytes]:
    """The 3PL's tracking file and the web shop's later export."""
    with tempfile.TemporaryDirectory() as folder:
        plan, bench = _morning(Path(folder), files, config)
    placed: dict[str, set[str]] = {}
    for row in plan:
        if row["channel"] == "site":
            placed.setdefault(row["order_ref"], set()).add(row["location"])
    cut = next(s for s in sales[30:] if placed.get(s.name) == {"NJ"} and s.lines and max(s.lines.values()) >= 2 and not s.code)
    gone = next(s for s in sales[40:] if placed.get(s.name) == {"CA"} and len(s.lines) == 1)
    shipped = [row for row in bench if (row["channel"], row["order_id"]) != ("site", cut.name)]
    return {
        "tracking.csv": _tracking(shipped, plan),
        "orders_export-evening.csv": orders_csv([*_edited(cut, gone), *_new(people, sales[-1].number)]),
    }


def _morning(root: Path, files: dict[str, bytes], config: bytes) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """What was routed where, and the order file of the 3PL."""
    (root / "inbox").mkdir()
    (root / "oms.toml").write_bytes(config)
    for name, data in files.items():
        (root / "inbox" / name).write_bytes(data)
        os.utime(root / "inbox" / name, (MORNING.timestamp(), MORNING.timestamp()))
    _oms(root, "import")
    _oms(root, "map", "set", "amazon-us", AMAZON_UNMAPPED, "TOWEL-CHECK")
    plan = _oms(root, "route")["assignments"]
    documents = _oms(root, "pick", "--location", "NJ")["documents"]
    path = next(d["path"] for d in documents if Path(d["path"]).name == "orders-NJ.csv")
    with (root / path).open(encoding="utf-8-sig", newline="") as file:
        return plan, list(csv.DictReader(file))


def _oms(root: Path, *words: str) -> Any:
    environment = os.environ | {"OMS_NOW": MORNING.isoformat(), "OMS_WORKSPACE": str(root)}
    done = subprocess.run(
        [sys.executable, "-m", "oms", *words, "--json"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 3), done.stderr
    return json.loads(done.stdout)


def _tracking(bench: list[dict[str, str]], plan: list[dict[str, Any]]) -> bytes:
    carriers = {(row["channel"], row["order_ref"]): row["carrier"] for row in plan if row["location"] == "NJ"}
    orders = sorted({(row["channel"], row["order_id"].removeprefix("'")) for row in bench})
    at = datetime(2026, 11, 19, 12, 5, tzinfo=EASTERN)
    rows = []
    for number, (channel, ref) in enumerate(orders[:-SLOW]):
        carrier = carriers[channel, ref]
        at += timedelta(seconds=97)
        rows.append([ref, channel, "NJ", carrier, _number(carrier, number), at.isoformat()])
    return table("order_ref,channel,location,carrier,tracking,shipped_at", rows)


def _number(carrier: str, number: int) -> str:
    """An invented tracking number with the right check digit."""
    if carrier == "UPS":
        body, check = f"1Z00BD1703{4100000 + number * 31:07d}", check_ups
    else:
        body, check = f"94001100{7300000000000 + number * 7919:013d}", check_mod10
    return next(body + digit for digit in "0123456789" if check(body + digit))


def _edited(cut: Sale, gone: Sale) -> list[Sale]:
    """One buyer takes one fewer, another changes their mind."""
    sku = max(cut.lines, key=lambda sku: cut.lines[sku])
    fewer = replace(cut, lines=cut.lines | {sku: cut.lines[sku] - 1}, financial="partially_refunded", refunded=priced(sku)[1])
    at = datetime(2026, 11, 19, 15, 42, 8, tzinfo=EASTERN)
    return [fewer, replace(gone, financial="voided", cancelled_at=at)]


def _new(people: list[Person], last: int) -> list[Sale]:
    random = Random(1630)
    at = datetime(2026, 11, 19, 9, 24, tzinfo=EASTERN)
    return [
        Sale(last + 1 + number, person, at + timedelta(minutes=71 * number), everyday(random))
        for number, person in enumerate(people)
    ]
