"""Amazon as a 3PL of the seller's own shop, as examples/mcf sets it up."""

import shutil
from pathlib import Path

from oms.flow.pick import pick_orders
from oms.flow.route import route_orders
from tests.conftest import Desk

EXAMPLE = Path(__file__).parents[2] / "examples" / "mcf"


def test_amazon_sends_what_the_shop_sold_and_nothing_that_needs_another_label(tmp_path: Path) -> None:
    """The shop's order is in Amazon's order file, tab separated and in Latin-1; TikTok's waits for the rule."""
    desk = Desk(shutil.copytree(EXAMPLE, tmp_path / "shop"))
    for name, channel in (("products.csv", None), ("rates.csv", None), ("fba.txt", "amazon-us")):
        assert 0 == desk.import_text((EXAMPLE / name).read_text("utf-8"), name, channel=channel).exit_code
    orders = (EXAMPLE / "orders.csv").read_text("utf-8").replace("Ida Fox", "Renée Fox")
    desk.import_text(orders, "orders.csv", channel="site")
    other = orders.replace("1001,", "T1,").replace("Renée Fox,1 Elm Rd", "Bo Lee,2 Oak Rd").replace("MUG,2", "MUG,1")
    desk.import_text(other, "tiktok.csv", channel="tiktok")

    report = route_orders(desk.shop)

    assert [("site", "1001", "FBA")] == [(a["channel"], a["order_ref"], a["location"]) for a in report.json()["assignments"]]
    assert [("T1", "rule")] == [(w["order_ref"], w["reason"]) for w in report.json()["waiting"]]
    picked = pick_orders(desk.shop, force=True)
    path = next(each.path for each in picked.documents if each.kind == "orders")
    head, row = ((desk.root / path).read_bytes().decode("latin-1")).splitlines()
    told = dict(zip(head.split("\t"), row.split("\t"), strict=True))
    assert ("1001", "MUG", "2", "Standard", "Renée Fox", "Ship") == tuple(
        told[name] for name in ("MerchantFulfillmentOrderID", "MerchantSKU", "Quantity", "DeliverySLA", "AddressName",
                                "FulfillmentAction")
    )  # fmt: skip
