"""Product exports of Shopify and WooCommerce: our products, with what a parcel needs to know of them."""

import pytest

from oms.errors import UnknownHeadings

from .own_desk import SAMPLES, complaints, read

VALUES = ("sku", "title", "barcode", "weight_g", "length_mm", "height_mm", "cost", "currency")


def test_shopify_variants_are_products():
    """The title stands on the first row only; grams are rounded up, 0 is unknown; a wrong barcode is left out and told."""
    reading = read(SAMPLES / "shopify" / "products_clean.csv")

    assert [
        ("MUG-BLU", "Enamel mug / Blue", "4006381333931", 350, None, None, 420, "USD"),
        ("MUG-RED", "Enamel mug / Red", None, 351, None, None, None, None),
        ("TEA-1", "Assam, loose", None, None, None, None, None, None),
    ] == reading.table.select(VALUES).rows()
    assert {"a picture": 1, "a variant without SKU": 1} == reading.ignored
    assert ("1 barcode fails its check digit and is left out: MUG-RED",) == reading.notes


def test_shopify_newer_headings_and_what_is_wrong_under_them():
    """Named by row; of two rows that contradict each other none is taken; a sku that a spreadsheet changed is no blank one."""
    reading = read(SAMPLES / "shopify" / "products_hostile.csv")

    assert [("MUG-BLU", "Enamel mug / Blue", "not a code"), ("PLATE", "Plate", None)] == reading.table.select(
        "sku", "title", "barcode"
    ).rows()
    assert [(3, "Cost per item"), (4, "Weight value (grams)"), (5, "SKU"), (6, "SKU"), (7, "SKU")] == [
        (row, column) for row, column, *_rest in complaints(reading)
    ]


def test_woocommerce_writes_its_unit_into_the_heading():
    """Kilograms and centimetres, with a point or a comma; what stands for its variations is no product."""
    reading = read(SAMPLES / "woocommerce" / "products_clean.csv")

    assert [
        ("TEA-SEN", "Sencha", None, 100, 80, 125, None, None),
        ("MUG-BLU", "Mug - Blue", "4006381333931", 350, None, None, None, None),
    ] == reading.table.select(VALUES).rows()
    assert {"a product without SKU": 1, "stands for its variations, or for products of another shop": 1} == reading.ignored


def test_a_report_of_sales_is_no_list_of_products(tmp_path):
    """It names skus and titles too; taken for products it would make skus that nobody declared."""
    path = tmp_path / "shipped.txt"
    path.write_text("amazon-order-id\tshipment-date\tsku\tproduct-name\tquantity-shipped\tcurrency\n1\t2\tMUG\tMug\t1\tUSD\n")

    with pytest.raises(UnknownHeadings, match="nobody knows these headings"):
        read(path)


def test_a_list_of_what_is_on_sale_is_no_count(tmp_path):
    """A marketplace's list of offers has skus and quantities; taken for a 3PL's stock it would overwrite the shelf."""
    path = tmp_path / "active.csv"
    path.write_text("Item number,Title,Custom label (SKU),Available quantity,Start price,Sold quantity\n1,Mug,MUG,3,9.00,1\n")

    with pytest.raises(UnknownHeadings, match="nobody knows these headings"):
        read(path)
