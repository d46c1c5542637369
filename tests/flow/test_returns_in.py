"""Goods that come back by post: what the channels' lists of returns say, and what it does not do to stock."""

from oms.flow.glance import glance
from oms.flow.look import show
from oms.flow.undo import undo
from tests.conftest import Desk

ORDERS = (
    "amazon-order-id\tpurchase-date\tlast-updated-date\torder-status\tfulfillment-channel\tsales-channel\tsku\tproduct-name\t"
    "item-status\tquantity\tcurrency\titem-price\n"
    "111-1\t2026-11-01T10:00:00+00:00\t2026-11-03T10:00:00+00:00\tShipped\tMerchant\tAmazon.com\tMUG\tMug\tShipped\t2\tUSD\t29.80\n"
    "111-2\t2026-11-01T10:00:00+00:00\t2026-11-03T10:00:00+00:00\tShipped\tAmazon\tAmazon.com\tMUG\tMug\tShipped\t1\tUSD\t14.90\n"
)
HEAD = (
    "Order ID\tReturn request date\tReturn request status\tAmazon RMA ID\tCurrency code\tMerchant SKU\tItem Name\t"
    "Return quantity\tReturn Reason\tReturn delivery date\tRefunded Amount\n"
)
FBA = (
    "return-date\torder-id\tsku\tquantity\tdetailed-disposition\treason\tlicense-plate-number\n"
    "2026-11-10T10:00:00+00:00\t111-2\tMUG\t1\tSELLABLE\tUNWANTED_ITEM\tLPN1\n"
)


def asked(order: str = "111-1", status: str = "Approved", back: str = "", refunded: str = "", quantity: int = 1) -> str:
    rma = f"RMA{order}"
    return f"{order}\t10-Nov-2026\t{status}\t{rma}\tUSD\tMUG\tMug\t{quantity}\tTOO-SMALL\t{back}\t{refunded}\n"


def returned(desk: Desk) -> list[tuple[object, ...]]:
    return desk.rows("SELECT o.order_ref, l.returned FROM lines l JOIN orders o ON o.id = l.order_id ORDER BY 1")


def test_what_is_asked_for_is_expected_and_what_arrived_is_in_quarantine(desk: Desk) -> None:
    """A newer list says more of the same return; no stock comes of it."""
    desk.stock("MUG", "NJ", 5)
    desk.import_text(ORDERS, "orders.txt")
    first = desk.import_text(HEAD + asked(), "mfn.txt").files[0]
    expected = returned(desk)
    second = desk.import_text(HEAD + asked(back="16-Nov-2026", refunded="14.90"), "mfn2.txt").files[0]
    third = desk.import_text(HEAD + asked(), "mfn3.txt").files[0]

    assert (first.kind, first.format, first.new) == ("returns", "amazon-mfn-returns", 1)
    assert (second.updated, third.unchanged) == (1, 1)
    assert (expected, returned(desk)) == ([("111-1", 0), ("111-2", 0)], [("111-1", 1), ("111-2", 0)])
    assert desk.rows("SELECT return_ref, refunded FROM returns") == [("RMA111-1/MUG", 1490)]
    assert desk.rows("SELECT disposition FROM return_lines") == [("quarantine",)]
    assert desk.rows("SELECT on_hand FROM stock WHERE sku = 'MUG'") == [(5,)]


def test_a_return_that_is_refused_is_forgotten(desk: Desk) -> None:
    """Unless the goods are back already."""
    desk.import_text(ORDERS, "orders.txt")
    desk.import_text(HEAD + asked(), "mfn.txt")
    report = desk.import_text(HEAD + asked(status="Denied"), "mfn2.txt").files[0]

    assert (report.updated, desk.rows("SELECT * FROM returns")) == (1, [])


def test_returns_before_their_orders_find_them_later(desk: Desk) -> None:
    """The same file again, once the orders are there."""
    early = desk.import_text(FBA, "fba.txt").files[0]
    desk.import_text(ORDERS, "orders.txt")
    late = desk.import_text(FBA, "fba.txt").files[0]

    assert early.new == 1
    assert any("not here" in note for note in early.notes)
    assert (late.updated, late.notes) == (1, [])
    assert returned(desk) == [("111-1", 0), ("111-2", 1)]


def test_more_never_comes_back_than_was_sold(desk: Desk) -> None:
    """Whatever the list says."""
    desk.import_text(ORDERS, "orders.txt")
    desk.import_text(HEAD + asked(back="16-Nov-2026", quantity=7), "mfn.txt")

    assert returned(desk)[0] == ("111-1", 2)


def test_show_tells_of_returns(desk: Desk) -> None:
    """Expected, then where they stand."""
    desk.import_text(ORDERS, "orders.txt")
    desk.import_text(HEAD + asked(), "mfn.txt")
    expected = show(glance(desk.root, desk.now), "111-1").json()["returns"]
    desk.import_text(HEAD + asked(back="16-Nov-2026", refunded="14.90"), "mfn2.txt")
    back = show(glance(desk.root, desk.now), "111-1").json()["returns"]

    assert [(one["state"], one["quantity"], one["reason"]) for one in expected] == [("expected", 1, "TOO-SMALL")]
    assert [(one["state"], one["refunded"]) for one in back] == [("quarantine", "14.90")]


def test_undo_takes_returns_back(desk: Desk) -> None:
    """As if the list had never been read."""
    desk.import_text(ORDERS, "orders.txt")
    before = desk.dump()
    report = desk.import_text(HEAD + asked(back="16-Nov-2026"), "mfn.txt")
    undo(desk.shop, report.batch or 0)

    assert before == desk.dump()


SEA = """
[[channels]]
name = "laz"
kind = "lazada"
timezone = "Asia/Singapore"
currency = "SGD"
[[channels]]
name = "shp"
kind = "shopee"
timezone = "Asia/Singapore"
currency = "SGD"
"""


def test_lazada_says_unit_by_unit_what_comes_back(desk: Desk) -> None:
    """On its way, back, lost: the status of the unit."""
    (desk.root / "oms.toml").write_text((desk.root / "oms.toml").read_text() + SEA)
    head = "orderItemId,orderNumber,sellerSku,createTime,updateTime,itemName,unitPrice,paidPrice,status,refundAmount\n"

    def unit(number: int, status: str) -> str:
        return f"90000000000{number},7000001,MUG,01 Nov 2026 10:00,1{number} Nov 2026 10:00,Mug,9.90,9.90,{status},\n"

    first = desk.import_text(head + unit(1, "shipped_back") + unit(2, "returned") + unit(3, "delivered"), "laz.csv")
    desk.import_text(head + unit(1, "lost_by_3pl") + unit(2, "returned") + unit(3, "delivered"), "laz2.csv")

    assert first.files[0].returns == 2
    assert desk.rows("SELECT return_ref, received_at FROM returns") == [("7000001/900000000002", "2026-11-12T02:00:00Z")]
    assert desk.rows("SELECT returned FROM lines ORDER BY line_ref") == [(0,), (1,), (0,)]
    assert desk.rows("SELECT * FROM stock") == []


def test_orders_and_returns_of_shopee_speak_of_one_return(desk: Desk) -> None:
    """The order export says how many, the list of returns why: it is one return."""
    (desk.root / "oms.toml").write_text((desk.root / "oms.toml").read_text() + SEA)
    orders = (
        "Order ID,Order Status,Return / Refund Status,Order Creation Date,Order Paid Time,Ship Time,SKU Reference No.,"
        "Product Name,Deal Price,Quantity,Returned quantity,Total Amount\n"
        "2611100AAAA001,Completed,Request Approved,2026-11-01 10:00,2026-11-01 10:01,2026-11-02 10:00,MUG,Mug,9.90,2,1,19.80\n"
    )
    asked = (
        "Return ID,Order ID,SKU Reference No.,Product Name,Return Request Time,Return Quantity,Return Reason,Return Status\n"
        "R1,2611100AAAA001,MUG,Mug,2026-11-15 09:10,1,Damaged,Approved\n"
    )
    first = desk.import_text(orders, "shp.csv").files[0]
    second = desk.import_text(asked, "returns.csv").files[0]

    assert (first.returns, second.format, second.updated) == (1, "shopee-returns", 1)
    assert desk.rows("SELECT return_ref, reason, received_at FROM returns JOIN return_lines ON returns.id = return_id") == [
        ("2611100AAAA001/MUG", "Damaged", None)
    ]
