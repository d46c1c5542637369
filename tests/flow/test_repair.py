"""`oms import --repair`: a patch of everything, a copy only of what is proven, and the store untouched."""

import csv
import io
import os
from pathlib import Path

import openpyxl
import pytest

from oms.flow.importing import import_files
from oms.flow.recognising import Wishes
from oms.flow.repairing import RepairReport, repair_files
from oms.sheets import read as reading
from tests.channel_files import shopify
from tests.conftest import Desk

ORDER = "order_ref,placed_at,sku,quantity,unit_price,name,address1,city,region,postcode,country\n"
WHO = "2026-11-10 10:00:00,{sku},1,{price},Ada Boon,1 Mill Lane,Hoboken,NJ,{postcode},US\n"


def goods(desk: Desk) -> None:
    desk.import_text('sku,title,barcode\n3-4,"Mug, red",4006381333931\n007,Spoon,036000291452\nMUG,红色茶杯,\n', "products.csv")


def looked_at(desk: Desk, data: str | bytes, name: str = "file.csv", **wishes: str) -> RepairReport:
    path = desk.root / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    os.utime(path, (1763500000, 1763500000))
    return repair_files(desk.shop, [path], Wishes(**wishes))


def patch(desk: Desk, report: RepairReport) -> list[tuple[str, ...]]:
    """row, column, value, repaired of the patch."""
    text = (desk.root / str(report.files[0].patch)).read_text("utf-8-sig")
    return [(row["row"], row["column"], row["value"], row["repaired"]) for row in csv.DictReader(io.StringIO(text))]


def test_what_is_proven_comes_back_and_is_imported(desk: Desk) -> None:
    """A day that was a sku, a zip without its zero: patch and copy are written, and the copy imports as what it was."""
    goods(desk)
    text = ORDER + "A1," + WHO.format(sku="4-Mar", price="10.00", postcode="7030")
    text += "A2," + WHO.format(sku="7", price="10.00", postcode="07030")
    before = desk.dump()
    report = looked_at(desk, text, channel="web")
    copy = desk.root / "repaired" / "file.csv"
    untouched = before == desk.dump()
    imported = import_files(desk.shop, [copy], Wishes(channel="web"))

    assert untouched
    assert (0, 3, 3, "repaired/file.csv") == (
        report.exit_code, report.files[0].damaged, report.files[0].proven, report.files[0].repaired,
    )  # fmt: skip
    assert [("2", "postcode", "7030", "07030"), ("2", "sku", "4-Mar", "3-4"), ("3", "sku", "7", "007")] == patch(desk, report)
    assert (0, 2) == (imported.exit_code, imported.files[0].new)
    assert [("3-4",), ("007",)] == desk.rows("SELECT sku FROM lines ORDER BY id")
    assert 1763500000 == int(copy.stat().st_mtime)


def test_one_unproven_cell_and_there_is_no_copy(desk: Desk) -> None:
    """All in the patch, what nobody can prove without a repair."""
    goods(desk)
    text = ORDER + "A1," + WHO.format(sku="4-Mar", price="1.00", postcode="7030")
    text += "A2," + WHO.format(sku="5-Apr", price="1.00", postcode="07030")
    report = looked_at(desk, text, channel="web")

    assert (3, 3, 2, None) == (
        report.exit_code, report.files[0].damaged, report.files[0].proven, report.files[0].repaired,
    )  # fmt: skip
    assert ("3", "sku", "5-Apr", "") in patch(desk, report)
    assert not (desk.root / "repaired" / "file.csv").exists()


def test_a_dry_run_writes_nothing(desk: Desk) -> None:
    """It says what it would write."""
    goods(desk)
    path = desk.root / "file.csv"
    path.write_text(ORDER + "A1," + WHO.format(sku="4-Mar", price="1.00", postcode="07030"), "utf-8")
    report = repair_files(desk.shop, [path], Wishes(channel="web"), dry_run=True)

    assert ("repaired/file.csv.patch.csv", "repaired/file.csv") == (report.files[0].patch, report.files[0].repaired)
    assert not (desk.root / "repaired").exists()


def test_a_healthy_file_is_left_alone(desk: Desk) -> None:
    """Nothing found, nothing written."""
    goods(desk)
    report = looked_at(desk, ORDER + "A1," + WHO.format(sku="3-4", price="1.00", postcode="07030"), channel="web")

    assert (0, 0, None) == (report.exit_code, report.files[0].damaged, report.files[0].patch)
    assert not (desk.root / "repaired").exists()


def test_tracking_finds_its_order_again(desk: Desk) -> None:
    """A 3PL opened the list in a spreadsheet: the order number in scientific notation is the only one we have like it."""
    goods(desk)
    desk.import_text(shopify({"ref": "583812345678900101", "id": "1", "lines": [("MUG", 1)]}))
    report = looked_at(desk, "order_ref,tracking,carrier\n5.83812E+17,1Z999AA10123456784,UPS\n")

    assert [("2", "order_ref", "5.83812E+17", "583812345678900101")] == patch(desk, report)


def test_a_workbook_says_which_numbers_it_cut(desk: Desk) -> None:
    """Stored as a number, an order id of 18 digits lost its end; its first 15 digits are those of one order."""
    goods(desk)
    orders = [{"ref": f"5838123456789{n}0101", "id": str(n), "lines": [("MUG", 1)]} for n in (1, 2)]
    desk.import_text(shopify(*orders))
    book = openpyxl.Workbook()
    book.active.append(["order_ref", "tracking", "carrier"])
    book.active.append([583812345678910101, "1Z999AA10123456784", "UPS"])
    data = io.BytesIO()
    book.save(data)
    report = looked_at(desk, data.getvalue(), "tracking.xlsx")

    assert ["583812345678910101"] == [repaired for _row, _column, _value, repaired in patch(desk, report)]
    assert "583812345678910101" in (desk.root / "repaired" / "tracking.csv").read_text("utf-8-sig")


def test_cut_numbers_that_nobody_knows_are_said(desk: Desk) -> None:
    """A whole column of zeros after the fifteenth digit is no chance, and nothing to guess from."""
    rows = "".join(f"58381234567890{n}000," + WHO.format(sku="MUG", price="1.00", postcode="07030") for n in range(1, 5))
    report = looked_at(desk, ORDER + rows, channel="web")

    assert (4, 0) == (report.files[0].damaged, report.files[0].proven)


@pytest.mark.parametrize(("encoding", "damaged"), [("gb18030", 9), ("utf-8", 9)])
def test_headings_prove_how_a_file_was_read_wrongly(desk: Desk, encoding: str, damaged: int) -> None:
    """Nobody knows `¶©µ¥ºÅ`; read again it is 订单号, and so is the rest of the file."""
    goods(desk)
    text = "订单号,下单时间,货号,品名,数量,收件人,国家\nA1,2026-11-10 10:00:00,MUG,红色茶杯,1,王小明,中国\n"
    report = looked_at(desk, text.encode(encoding).decode("latin-1"), channel="web")

    assert ("oms-orders", report.files[0].damaged) == (report.files[0].format, report.files[0].proven)
    assert text == (desk.root / "repaired" / "file.csv").read_text("utf-8-sig")
    assert damaged < report.files[0].damaged


def test_an_import_says_that_headings_were_read_wrongly(desk: Desk) -> None:
    """Nobody knows them as they stand; the hint names what reads them again."""
    path = desk.root / "file.csv"
    path.write_text("订单号,下单时间,货号,数量,国家\nA1,2026-11-10,MUG,1,US\n".encode("gb18030").decode("latin-1"), "utf-8")
    (file,) = import_files(desk.shop, [path], Wishes(channel="web")).files

    assert "oms import --repair file.csv" in str(file.hint)


def test_an_import_says_that_a_spreadsheet_was_there(desk: Desk) -> None:
    """A zip without its zero and a day that was a sku are imported as they stand, and said."""
    goods(desk)
    text = ORDER + "A1," + WHO.format(sku="4-Mar", price="1.00", postcode="7030")
    (note,) = desk.import_text(text, channel="web").files[0].notes

    assert "postcodes without their zeros: 1, days made of skus: 1" in note
    assert "oms import --repair file.csv" in note


def test_an_import_says_so_of_a_file_that_comes_in_pieces(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Large files are read piece by piece; what was done to them is counted over all."""
    goods(desk)
    monkeypatch.setattr(reading, "PART_ROWS", 4)
    monkeypatch.setattr(reading, "WHOLE_BYTES", 0)
    rows = (f"A{n}," + WHO.format(sku="4-Mar" if n % 5 == 0 else "MUG", price="1.00", postcode="7030") for n in range(20))
    (note,) = desk.import_text(ORDER + "".join(rows), channel="web").files[0].notes

    assert "postcodes without their zeros: 20, days made of skus: 4" in note


def test_a_known_title_proves_gbk(desk: Desk) -> None:
    """English headings prove nothing; 红色茶杯 is one of our titles. Without it, nothing is repaired."""
    goods(desk)
    wrong = "红色茶杯".encode("gb18030").decode("latin-1")
    other = "蓝色茶壶".encode("gb18030").decode("latin-1")
    known = looked_at(desk, f"sku,title,weight_g\nMUG,{wrong},300\n")
    unknown = looked_at(desk, f"sku,title,weight_g\nMUG,{other},300\n")

    assert ((1, 1), (1, 0)) == tuple((r.files[0].damaged, r.files[0].proven) for r in (known, unknown))


def test_accents_are_no_damage(desk: Desk) -> None:
    """Zoë and Müller are names."""
    report = looked_at(desk, "sku,title,weight_g\nMUG,Zoë's mug,300\nCUP,Müller cup £5,300\n")

    assert 0 == report.files[0].damaged


def test_messages_never_say_where_somebody_lives(desk: Desk) -> None:
    """A postcode stands in the patch alone."""
    goods(desk)
    report = looked_at(desk, ORDER + "A1," + WHO.format(sku="MUG", price="1.00", postcode="7030"), channel="web")

    assert "7030" not in str(report.json())
    assert [("2", "postcode", "7030", "07030")] == patch(desk, report)


def test_decimal_commas_are_told_from_thousands(desk: Desk) -> None:
    """Beside `12,50`, `2,979` is a little under three."""
    text = ORDER.replace(",", ";") + "".join(
        f"A{n};" + WHO.format(sku="MUG", price="X", postcode="07030").replace(",", ";").replace("X", price)
        for n, price in enumerate(("12,50", "2,979"))
    )
    report = looked_at(desk, text, channel="web")

    assert [("2", "unit_price", "12,50", "12.50"), ("3", "unit_price", "2,979", "2.979")] == patch(desk, report)
    assert "A1;" in (desk.root / "repaired" / "file.csv").read_text("utf-8-sig")


def test_files_that_nobody_reads_are_named(desk: Desk, tmp_path: Path) -> None:
    """The others are looked at all the same."""
    goods(desk)
    bad = tmp_path / "odd.csv"
    bad.write_text("colour,shape\nred,round\n", "utf-8")
    good = desk.root / "file.csv"
    good.write_text(ORDER + "A1," + WHO.format(sku="MUG", price="1.00", postcode="07030"), "utf-8")
    report = repair_files(desk.shop, [bad, good], Wishes(channel="web"))

    assert (3, [True, False]) == (report.exit_code, [file.error is not None for file in report.files])
    assert 1 == repair_files(desk.shop, [bad], Wishes()).exit_code
