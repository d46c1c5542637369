"""Workbooks as marketplaces hand them out: another sheet that is not shown, a validation, styles, key columns."""

import io
import zipfile
from pathlib import Path

import openpyxl
from openpyxl.styles import Font, PatternFill, Protection
from openpyxl.worksheet.datavalidation import DataValidation

TIKTOK = [
    ["product_id", "product_name", "sku_id", "variation_value", "price", "quantity", "seller_sku"],
    ["V3", "batch_edit", "a1b2", None, None, None, None],
    ["Product ID", "Product name", "SKU ID", "Variation", "Price", "Quantity", "Seller SKU"],
    ["Required"] * 7,
    ["Not editable"] * 4 + ["A number", "A whole number", "Text"],
    ["1729400000000000001", "Enamel mug", "1729500000000000001", "Blue", "39.90", 4, "0017"],
    ["1729400000000000001", "Enamel mug", "1729500000000000002", "Red", "39.90", "7", "TEE-L"],
    ["1729400000000000002", "Candle & <wick>", "1729500000000000003", None, "25.00", None, "NOBODY"],
]
TIKTOK_PLACES = [
    [*row[:5], one, two, row[6]]
    for row, one, two in zip(
        TIKTOK,
        ["quantity_7001", None, "Los Angeles", "Required", "A whole number", 4, 1, 1],
        ["quantity_7002", None, "Newark Warehouse", "Required", "A whole number", 3, 1, 1],
        strict=True,
    )
]
LAZADA = [
    ["Product ID", "catId", "Product Name", "sku.skuId", "Shop SKU", "Price", "SellerSKU", "Pusat gudang",
     "Variations Combo", "tr(s-wb-product@md5key)"],
    ["Product ID", "Category", "Name", "SKU ID", "Shop SKU", "Price", "Seller SKU", "Quantity", "Variations", "key"],
    ["Not editable"] * 10,
    [None] * 9 + [" "],
    ["3700000001", 62041, "Enamel mug", "19500000001", "X1", "39.90", "0017", 4, "Blue", "0f3a"],
    ["3700000002", 62042, "Shirt", "19500000002", "X2", "19.90", "TEE-L", 1, "L", "77c1"],
]  # fmt: skip
SHOPEE = [
    ["et_title_product_id", "et_title_product_name", "et_title_variation_id", "et_title_variation_name",
     "et_title_parent_sku", "et_title_variation_sku", "et_title_variation_price", "et_title_variation_stock"],
    ["sales_info", "220408_floatingstock", 0, 1000001, "{}", None, None, None],
    ["Product ID", "Product Name", "Variation ID", "Variation Name", "Parent SKU", "SKU", "Price", "Stock"],
    ["Not editable"] * 8,
    [None] * 7 + ["required"],
    [None] * 7 + ["a whole number"],
    ["50562805590", "Enamel mug", "0", None, "0017", None, "39.90", 4],
    ["50562805591", "Shirt", "400000000001", "L", "TEE", "TEE-L", "19.90", 0],
]  # fmt: skip


def handed_out(rows: list[list[object]], title: str = "Template", *, before: int = 0) -> bytes:
    """A workbook with `rows` on its sheet, `before` empty columns left of them, and all that must survive around it."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append([None] * before + row)
    for cell in sheet[len(rows)]:
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="FFEECC")
    sheet.protection.sheet = True
    sheet.cell(len(rows), before + 1).protection = Protection(locked=False)
    rule = DataValidation(type="whole", operator="between", formula1="0", formula2="9999")
    rule.add("F6:H999")
    sheet.add_data_validation(rule)
    sheet.column_dimensions["C"].hidden = True
    other = book.create_sheet("Brand")
    other["A1"] = "No brand"
    other.sheet_state = "veryHidden"
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def parts(package: bytes) -> dict[str, bytes]:
    """The entries of a package, in their order."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return {entry.filename: archive.read(entry) for entry in archive.infolist()}


def with_part(package: bytes, name: str, data: bytes) -> bytes:
    """`package` with another entry `name`."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry, old in parts(package).items():
            archive.writestr(entry, data if entry == name else old)
    return out.getvalue()


def column(data: bytes | Path, letter: str) -> list[object]:
    """The cells of a column of the shown sheet."""
    source = data if isinstance(data, Path) else io.BytesIO(data)
    return [cell.value for cell in openpyxl.load_workbook(source).worksheets[0][letter]]
