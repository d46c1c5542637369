"""Lists of returns that `ReturnList` reads: Amazon's two reports, TikTok Shop's export, Shopee's export."""

import polars as pl

from oms.channels.base import Reader
from oms.channels.returns_list import ReturnList
from oms.channels.seller_center import Price
from oms.sheets.columns import Amount, CurrencyCode, Moment, Text, Whole

_STATUS = pl.col("status").str.to_lowercase()
_REFUSED = "reject|cancel|denied|declined|withdrawn"

#: What came back to Amazon's own warehouses, a row a unit (its licence plate). It is theirs to look at and to count.
FBA = ReturnList(
    "amazon-fba-returns", "amazon",
    {
        "return_id": Text("license-plate-number", "LPN", identifier=True),
        "order_ref": Text("order-id", "amazon-order-id", identifier=True),
        "listing_sku": Text("sku", "merchant-sku", identifier=True),
        "title": Text("product-name"), "quantity": Whole("quantity", least=1),
        "reason": Text("reason"), "disposition": Text("detailed-disposition"), "status": Text("status"),
        "requested_at": Moment("return-date"), "received_at": Moment("return-date"),
    },
    lambda h: {"return_date", "order_id", "sku", "quantity"} <= h
    and bool({"license_plate_number", "detailed_disposition"} & h),
    withdrawn=pl.lit(False), called="FBA",
)  # fmt: skip

#: Returns of what the seller shipped. `Return delivery date` is the day on which the parcel arrived.
MFN = ReturnList(
    "amazon-mfn-returns", "amazon",
    {
        "return_id": Text("Amazon RMA ID", "Merchant RMA ID", identifier=True), "order_ref": Text("Order ID", identifier=True),
        "listing_sku": Text("Merchant SKU", identifier=True), "sku_id": Text("ASIN", guarded=True), "title": Text("Item Name"),
        "quantity": Whole("Return quantity", least=1), "reason": Text("Return Reason"),
        "status": Text("Return request status"), "requested_at": Moment("Return request date"),
        "received_at": Moment("Return delivery date", end_of_day=True),
        "refunded": Amount("Refunded Amount"), "currency": CurrencyCode("Currency code"),
    },
    lambda h: {"order_id", "return_request_date", "return_quantity"} <= h and bool({"amazon_rma_id", "merchant_sku"} & h),
    withdrawn=_STATUS.str.contains(_REFUSED),
)  # fmt: skip

_MONEY_ONLY = "only the money goes back"

#: `Return unit price` is what is refunded of the whole return. Nothing in the file says that the goods have arrived.
TIKTOK = ReturnList(
    "tiktok-returns", "tiktok",
    {
        "return_id": Text("Return Order ID", identifier=True), "order_ref": Text("Order ID", identifier=True),
        "listing_sku": Text("Seller SKU", identifier=True, missing=("-", "--")), "sku_id": Text("SKU ID", identifier=True),
        "title": Text("Product Name"), "quantity": Whole("Return Quantity", "Quantity", least=1),
        "reason": Text("Return Reason"), "status": Text("Return Status"), "substatus": Text("Return Sub Status"),
        "type": Text("Return Type"), "requested_at": Moment("Time Requested"),
        "refunded": Price("Return unit price", "Refund Amount"),
    },
    lambda h: {"return_order_id", "order_id", "return_status"} <= h,
    withdrawn=_STATUS.str.contains(_REFUSED), slashed=True,
    ignoring={_MONEY_ONLY: pl.col("type").str.to_lowercase().str.contains(r"refund[_ ]only|^refund$")},
)  # fmt: skip

SHOPEE = ReturnList(
    "shopee-returns", "shopee",
    {
        "return_id": Text("Return ID", "Return Request ID", "Mã yêu cầu trả hàng", identifier=True),
        "order_ref": Text("Order ID", "Mã đơn hàng", identifier=True),
        "listing_sku": Text("SKU Reference No.", "Variation SKU", "SKU phân loại", identifier=True),
        "title": Text("Product Name", "Tên sản phẩm"),
        "quantity": Whole("Return Quantity", "Returned quantity", "Số lượng Hoàn", least=1),
        "reason": Text("Return Reason", "Lí do Trả hàng/Hoàn tiền", "Lý do Trả hàng/Hoàn tiền"),
        "status": Text("Return Status", "Trạng thái trả hàng"), "type": Text("Solution", "Return Solution", "Phương án"),
        "requested_at": Moment("Return Request Time", "Return Creation Time", "Thời gian khiếu nại"),
        "refunded": Price("Refund Amount", "Total Refund Amount", "Tổng số tiền Hoàn trả"),
    },
    lambda h: ({"mã_đơn_hàng", "trạng_thái_trả_hàng"} <= h and bool({"số_lượng_hoàn", "sku_phân_loại"} & h))
    or ({"order_id", "return_status", "return_id"} <= h and bool({"sku_reference_no.", "variation_sku"} & h)),
    withdrawn=_STATUS.str.contains(_REFUSED + "|hủy|huỷ|từ chối"), by_order=True, slashed=True,
    ignoring={_MONEY_ONLY: pl.col("type").str.to_lowercase().str.contains(r"^(refund only|(chỉ )?hoàn tiền( ngay)?)$")},
)  # fmt: skip

READERS: tuple[Reader, ...] = (FBA, MFN, TIKTOK, SHOPEE)
