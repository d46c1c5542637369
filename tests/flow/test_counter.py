"""Sales over a counter: they leave their shop at once, whatever was counted, and come back in quarantine."""

from tests.conftest import Desk

HEAD = (
    "Date,Time,Time Zone,Category,Item,Qty,Price Point Name,SKU,Modifiers Applied,Gross Sales,Discounts,Net Sales,Tax,"
    "Transaction ID,Payment ID,Device Name,Notes,Details,Event Type,Location,Dining Option,Customer ID,Customer Name,"
    "Customer Reference ID,Unit,Count,GTIN,Itemization Type,Fulfillment Note,Channel,Token,Card Brand,PAN Suffix\n"
)


def sale(transaction: str, item: str = "Mug", quantity: int = 1, sku: str = "", day: str = "2026-11-18", event: str = "Payment",
         place: str = "Corner Shop", time: str = "10:00:00") -> str:  # fmt: skip
    gross = f"${8 * quantity}.00" if quantity > 0 else f"-${-8 * quantity}.00"
    return (
        f"{day},{time},Eastern Time (US & Canada),None,{item},{quantity}.0,Regular,{sku},,{gross},$0.00,{gross},$0.00,"
        f"{transaction},P-{transaction},Till,,,{event},{place},,,,,ea,1,,Physical Good,,{place},TOK-{item.upper()},,\n"
    )


def on_hand(desk: Desk) -> list[tuple[object, ...]]:
    return desk.rows("SELECT location, on_hand, shortfall FROM stock WHERE sku = 'MUG' ORDER BY 1")


def mapped(desk: Desk) -> None:
    desk.import_text("channel,listing_sku,sku\ntill,TOK-MUG,MUG\n", "listings.csv")


def test_a_sale_leaves_its_shop_at_once(desk: Desk) -> None:
    """Two equal rows of one transaction are two sales."""
    desk.stock("MUG", "SHOP", 5)
    mapped(desk)
    report = desk.import_text(HEAD + sale("T1") + sale("T1") + sale("T2", quantity=2))

    assert (report.exit_code, report.files[0].rows, report.files[0].new) == (0, 3, 2)
    assert on_hand(desk) == [("SHOP", 1, 0)]
    assert desk.rows("SELECT DISTINCT status FROM orders") == [("shipped",)]


def test_the_same_sales_again_are_no_new_sales(desk: Desk) -> None:
    """Overlapping exports count every sale once."""
    desk.stock("MUG", "SHOP", 5)
    mapped(desk)
    desk.import_text(HEAD + sale("T1") + sale("T2"))
    report = desk.import_text(HEAD + sale("T2") + sale("T3"), "next.csv")

    assert (report.files[0].new, report.files[0].unchanged) == (1, 1)
    assert on_hand(desk) == [("SHOP", 2, 0)]


def test_sold_more_than_counted_is_a_shortfall_never_refused(desk: Desk) -> None:
    """The goods are gone: stock is nothing, and the shop is short of two."""
    desk.stock("MUG", "SHOP", 1)
    mapped(desk)
    desk.import_text(HEAD + sale("T1", quantity=3))

    assert on_hand(desk) == [("SHOP", 0, 2)]


def test_a_sale_before_the_count_takes_nothing_away(desk: Desk) -> None:
    """The count knew it already, whichever came in first."""
    mapped(desk)
    desk.stock("MUG", "SHOP", 5)
    desk.import_text(HEAD + sale("T1", day="2026-11-17") + sale("T2"))

    assert on_hand(desk) == [("SHOP", 4, 0)]


def test_a_late_count_resurrects_nothing(desk: Desk) -> None:
    """Counted at noon, sold at three, the count imported last: the sale stands."""
    mapped(desk)
    desk.stock("MUG", "SHOP", 9, counted_at="2026-11-17T12:00:00Z")
    desk.import_text(HEAD + sale("T1", time="15:00:00"))
    desk.stock("MUG", "SHOP", 5)

    assert on_hand(desk) == [("SHOP", 4, 0)]


def test_a_sale_is_taken_from_stock_when_its_item_is_mapped(desk: Desk) -> None:
    """No sku at the till: sold already, subtracted once its listing is known."""
    desk.stock("MUG", "SHOP", 5)
    desk.import_text(HEAD + sale("T1", quantity=2))
    before = on_hand(desk)
    mapped(desk)

    assert (before, on_hand(desk)) == ([("SHOP", 5, 0)], [("SHOP", 3, 0)])


def test_a_refund_is_back_in_quarantine_not_in_stock(desk: Desk) -> None:
    """With or without the sale; once, however often the file comes."""
    desk.stock("MUG", "SHOP", 5)
    mapped(desk)
    text = HEAD + sale("T9", quantity=-1, event="Refund") + sale("T1")
    desk.import_text(text)
    desk.import_text(text.replace("Till", "Till 2"), "again.csv")

    assert on_hand(desk) == [("SHOP", 4, 0)]
    assert desk.rows(
        "SELECT r.location, l.quantity, l.disposition FROM returns r JOIN return_lines l ON l.return_id = r.id"
    ) == [("SHOP", 1, "quarantine")]


def test_a_web_order_gives_way_to_the_counter(desk: Desk) -> None:
    """Reserved for the web, sold over the counter: the reservation is given back, and the order waits."""
    desk.stock("MUG", "SHOP", 1)
    mapped(desk)
    desk.import_text(
        "order_ref,placed_at,sku,quantity,name,address1,city,region,postcode,country\n"
        "W1,2026-11-18T13:00:00Z,MUG,1,Ada Boon,1 Mill Lane,Hoboken,NJ,07030,US\n", "web.csv", channel="web",
    )  # fmt: skip
    desk.reserve("W1", "SHOP")
    desk.import_text(HEAD + sale("T1"), "till.csv")

    assert on_hand(desk) == [("SHOP", 0, 0)]
    assert desk.rows("SELECT state FROM allocations") == [("released",)]
    assert desk.rows("SELECT status FROM orders WHERE order_ref = 'W1'") == [("ready",)]


def test_a_shop_nobody_knows_is_named(desk: Desk) -> None:
    """The message says how to tell oms which location it is; --location says it for one file."""
    (desk.root / "oms.toml").write_text((desk.root / "oms.toml").read_text().replace('locations = ["SHOP"]', ""))
    report = desk.import_text(HEAD + sale("T1", place="Winter Fair"))

    assert report.exit_code == 1
    assert "Winter Fair" in str(report.files[0].error)
    assert "channel_names" in str(report.files[0].hint)
    assert desk.import_text(HEAD + sale("T1", place="Winter Fair"), location="SHOP").exit_code == 0
