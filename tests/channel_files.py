"""Small files of the channels' shapes, written by the tests that read them. Invented people only."""

import csv
import io
from typing import Any

SHOPIFY_ORDER = {
    "Email": "ada@example.com", "Financial Status": "paid", "Fulfillment Status": "unfulfilled", "Currency": "USD",
    "Subtotal": "20.00", "Shipping": "5.00", "Taxes": "0.00", "Total": "25.00", "Shipping Method": "Standard",
    "Shipping Name": "Ada Boon", "Shipping Address1": "1 Mill Lane", "Shipping City": "Hoboken", "Shipping Zip": "'07030",
    "Shipping Province": "NJ", "Shipping Country": "US", "Payment Method": "Card", "Risk Level": "Low",
}  # fmt: skip
SHOPIFY = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Currency,Subtotal,Shipping,Taxes,Total,"
    "Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,"
    "Lineitem fulfillment status,Shipping Name,Shipping Address1,Shipping Address2,Shipping City,Shipping Zip,"
    "Shipping Province,Shipping Country,Shipping Phone,Notes,Cancelled at,Payment Method,Refunded Amount,Id,Tags,"
    "Risk Level,Lineitem discount"
).split(",")
UNSHIPPED = (
    "order-id,order-item-id,purchase-date,payments-date,reporting-date,promise-date,days-past-promise,buyer-email,buyer-name,"
    "buyer-phone-number,sku,product-name,quantity-purchased,quantity-shipped,quantity-to-ship,ship-service-level,"
    "recipient-name,ship-address-1,ship-address-2,ship-address-3,ship-city,ship-state,ship-postal-code,ship-country"
).split(",")
ALL_ORDERS = (
    "amazon-order-id,merchant-order-id,purchase-date,last-updated-date,order-status,fulfillment-channel,sales-channel,"
    "ship-service-level,product-name,sku,asin,item-status,quantity,currency,item-price,ship-city,ship-state,"
    "ship-postal-code,ship-country"
).split(",")


def shopify(*orders: dict[str, Any]) -> str:
    """
    An orders export. Each order: ref, id, lines [(sku, quantity) or (sku, quantity, fulfilled)], created, and columns by name.
    """
    rows = []
    for number, order in enumerate(orders):
        created = order.get("created", "2026-11-18 09:00:00 -0500")
        for index, line in enumerate(order["lines"]):
            sku, quantity, *rest = line
            row = {
                "Name": order["ref"], "Created at": created, "Lineitem quantity": quantity, "Lineitem name": f"{sku} title",
                "Lineitem price": "10.00", "Lineitem sku": sku, "Lineitem discount": "0.00",
                "Lineitem fulfillment status": "fulfilled" if rest and rest[0] else "pending",
            }  # fmt: skip
            if index == 0:
                more = {k: v for k, v in order.items() if k in SHOPIFY}
                row |= SHOPIFY_ORDER | {"Id": order.get("id", str(9000 + number)), "Paid at": created} | more
            rows.append(row)
    return _table(SHOPIFY, rows, ",")


def unshipped(*lines: dict[str, Any]) -> str:
    """An unshipped orders report; each line: order, item, sku, quantity and columns by name."""
    rows = []
    for line in lines:
        rows.append({
            "order-id": line["order"], "order-item-id": line["item"], "purchase-date": "2026-11-18T15:00:00+00:00",
            "payments-date": "2026-11-18T15:00:00+00:00", "reporting-date": "2026-11-18T16:00:00+00:00",
            "promise-date": "2026-11-21T06:59:59+00:00", "days-past-promise": "-2", "buyer-email": "x1@example.com",
            "buyer-name": "Bo Lind", "sku": line["sku"], "product-name": f"{line['sku']} title",
            "quantity-purchased": line["quantity"], "quantity-shipped": 0, "quantity-to-ship": line["quantity"],
            "ship-service-level": "Standard", "recipient-name": "Bo Lind", "ship-address-1": "88 Broad St",
            "ship-city": "Tucson", "ship-state": "AZ", "ship-postal-code": "85701", "ship-country": "US",
        } | {k: v for k, v in line.items() if k in UNSHIPPED})  # fmt: skip
    return _table(UNSHIPPED, rows, "\t")


def all_orders(*lines: dict[str, Any]) -> str:
    """An all-orders report; each line: order, sku, quantity and columns by name."""
    rows = []
    for line in lines:
        rows.append({
            "amazon-order-id": line["order"], "purchase-date": "2026-11-18T15:00:00+00:00",
            "last-updated-date": "2026-11-18T15:30:00+00:00", "order-status": "Unshipped",
            "fulfillment-channel": "Merchant", "sales-channel": "Amazon.com", "ship-service-level": "Standard",
            "product-name": f"{line['sku']} title", "sku": line["sku"], "item-status": "Unshipped",
            "quantity": line["quantity"], "currency": "USD", "item-price": "20.00", "ship-city": "Tucson",
            "ship-state": "AZ", "ship-postal-code": "85701", "ship-country": "US",
        } | {k: v for k, v in line.items() if k in ALL_ORDERS})  # fmt: skip
    return _table(ALL_ORDERS, rows, "\t")


def _table(headings: list[str], rows: list[dict[str, Any]], separator: str) -> str:
    text = io.StringIO()
    if separator == "\t":
        text.write("\t".join(headings) + "\n")
        text.writelines("\t".join(str(row.get(name, "")) for name in headings) + "\n" for row in rows)
    else:
        writer = csv.DictWriter(text, headings, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return text.getvalue()
