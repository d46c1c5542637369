"""`oms template` writes an empty file that import takes, and overwrites nothing."""

from openpyxl import load_workbook

from tests.conftest import Oms


def test_a_template_goes_to_stdout_or_to_a_file(oms: Oms) -> None:
    """The headings of the kind, a row that explains them."""
    shown = oms("template", "stock").stdout
    written = oms("template", "stock", "-o", "stock.csv")

    assert "sku,on_hand,location,counted_at" == shown.splitlines()[0]
    assert "stock.csv\n" == written.stdout
    assert shown.splitlines() == (oms.root / "stock.csv").read_text("utf-8-sig").splitlines()


def test_a_workbook_goes_to_a_file_of_its_kind(oms: Oms) -> None:
    """KIND.xlsx in this folder."""
    oms.ok("template", "rates", "--xlsx")
    sheet = load_workbook(oms.root / "rates.xlsx").active

    assert sheet is not None
    assert "carrier" in [cell.value for cell in sheet[1]]


def test_a_template_overwrites_nothing(oms: Oms) -> None:
    """The seller's file stays."""
    (oms.root / "stock.csv").write_text("mine")
    result = oms("template", "stock", "-o", "stock.csv")

    assert (1, "mine") == (result.exit_code, (oms.root / "stock.csv").read_text())
    assert "stock.csv exists already" in result.stderr


def test_an_unknown_kind_names_the_known_ones(oms: Oms) -> None:
    """Exit 2, and what there is."""
    result = oms("template", "socks")

    assert 2 == result.exit_code
    assert "products" in result.stderr
