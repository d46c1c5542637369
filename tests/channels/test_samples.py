"""Every file of the samples: who reads it, and that all of its rows are accounted for."""

from pathlib import Path

import pytest

from oms.channels import FALLBACKS, READERS
from oms.errors import UnreadableFile
from oms.sheets.columns import normals
from oms.sheets.read import peek

from .reading import LIMITS, read

#: Which format each sample is of; None: nobody reads it, and the message says so.
FORMATS = {
    "3pl/jc_flexport_inbound.csv": None,
    "3pl/jc_flexport_levels.csv": "flexport-levels",
    "3pl/jc_flexport_orders.csv": None,
    "amazon/all_orders_demo_de.txt": "amazon-all-orders",
    "amazon/jc_amazon_orders.csv": "amazon-all-orders",
    "amazon/jc_awd_report.csv": "amazon-awd-stock",
    "amazon/fba_returns_sample.txt": "amazon-fba-returns",
    "amazon/jc_fba_report.csv": "amazon-fba-stock",
    "amazon/mfn_returns_sample.txt": "amazon-mfn-returns",
    "amazon/unshipped_us_fixture.txt": "amazon-unshipped",
    "ebay/us_12col_rows.csv": "ebay-orders",
    "ebay/us_80col_header.csv": "ebay-orders",
    "ebay/us_built_full_layout.csv": "ebay-orders",
    "etsy/sold_order_items_us.csv": "etsy-order-items",
    "etsy/sold_orders_us.csv": None,
    "generic/generic_orders.csv": "oms-orders",
    "lazada/header_only.csv": "lazada-orders",
    "shopee/mass_update_sales_info.csv": "shopee-stock",
    "shopee/my_orderSalesReport.xlsx": "shopee-orders",
    "shopify/bd_cod_03.csv": "shopify-orders",
    "shopify/bd_cod_10.csv": "shopify-orders",
    "shopify/bd_cod_15.csv": "shopify-orders",
    "shopify/gocommerce_fixture.csv": "shopify-orders",
    "shopify/inventory_real_shape.csv": "shopify-inventory",
    "shopify/ltv_sample.csv": "shopify-orders",
    "square/items-2026-05.csv": "square-items",
    "square/items-2026-06-12-2026-06-17.csv": "square-items",
    "square/items-2026-06-17-2026-06-21.csv": "square-items",
    "square/items_with_refund_and_sku.csv": "square-items",
    "temu/en_header_only.csv": "temu-orders",
    "temu/zh_semi_managed_33.csv": "temu-orders",
    "tiktok/id_orders.csv": "tiktok-orders",
    "tiktok/jc_fbt_inventory.csv": "tiktok-fbt-stock",
    "tiktok/jc_tiktok_orders.csv": "tiktok-orders",
    "tiktok/jc_tiktok_sales.csv": None,
    "tiktok/jc_tiktok_shop_orders.csv": "tiktok-orders",
    "tiktok/tiktok_desc_row_dates.tsv": "tiktok-orders",
    "tiktok/us_orders_fixture.csv": "tiktok-orders",
    "walmart/jc_walmart_inventory.csv": "walmart-wfs-stock",
    "walmart/orders_fixture.csv": "walmart-orders",
    "woocommerce/order_item_columns.csv": "woocommerce-orders",
}
#: What others wrote wrong in theirs: rows that are rejected.
REJECTED = {"amazon/unshipped_us_fixture.txt": 1, "tiktok/us_orders_fixture.csv": 1}


@pytest.mark.parametrize(("name", "format"), FORMATS.items())
def test_every_sample_is_what_it_is(samples: Path, name: str, format: str | None) -> None:
    """Known by exactly one reader, its rows taken, rejected or ignored; or refused with a word about what to do."""
    path = samples / "channels" / name
    if format is None:
        with pytest.raises(UnreadableFile) as refused:
            read(path)
        assert refused.value.hint
        return
    headings = normals(peek(path, LIMITS).headings)
    able = [reader.format for reader in READERS if reader.recognises(headings)]
    able = able or [next(reader.format for reader in FALLBACKS if reader.recognises(headings))]
    reading = read(path)
    taken = reading.rows - reading.rows_rejected - sum(reading.ignored.values())

    assert able == [format] == [reading.format]
    assert reading.rows_rejected == REJECTED.get(name, 0)
    assert taken == reading.table.height if reading.kind != "orders" else taken >= reading.orders.height
    assert reading.rows == 0 or taken > 0


def test_no_sample_is_forgotten(samples: Path) -> None:
    """A new file of the samples gets its line here."""
    folder = samples / "channels"
    found = {path.relative_to(folder).as_posix() for path in folder.glob("*/*")}

    assert found == set(FORMATS)
