"""
WooCommerce orders, as the two families of export plugins write them: WooCommerce itself has no orders export.

WebToffee: one row an order, its items in numbered columns (`Product Item 1 SKU` …) or in one cell `line_items`.
AlgolPlus: one row a line under labels for people (`Order Number`, `Item Name`, `Quantity (- Refund)` …). Both leave the
choice of columns to the seller: they are bound by name. There is no line id. Times are the site's, without a zone.
A shop that ships to the billing address may leave the shipping address blank: then the billing one is taken, whole.
"""

import re

import polars as pl

from oms.channels.base import Context, Reader
from oms.channels.declared import ITEMS, OrderSheet
from oms.channels.fields import CANCELLED, ON_HOLD, READY, REFUNDED, SHIPPED, UNPAID, column
from oms.sheets.columns import Bound, Legend, OneOf, Text, Whole, complain, normal, normals
from oms.sheets.read import Sheet
from oms.words import _

_WORDS = {
    UNPAID: ("pending", "pending payment", "checkout-draft", "draft", "zahlung ausstehend", "pendiente de pago",
             "pagamento pendente", "attente paiement", "in attesa di pagamento", "待付款", "等待付款"),
    READY: ("processing", "in bearbeitung", "procesando", "processando", "en cours", "in lavorazione", "处理中", "正在处理"),
    ON_HOLD: ("on-hold", "on hold", "in wartestellung", "en espera", "aguardando", "en attente", "in sospeso", "保留"),
    SHIPPED: ("completed", "shipped", "abgeschlossen", "fertiggestellt", "completado", "concluído", "terminée", "completato",
              "已完成"),
    CANCELLED: ("cancelled", "canceled", "failed", "trash", "storniert", "fehlgeschlagen", "cancelado", "fallido",
                "malsucedido", "annulée", "échouée", "annullato", "fallito", "已取消", "失败"),
    REFUNDED: ("refunded", "rückerstattet", "reembolsado", "remboursée", "rimborsato", "已退款"),
}  # fmt: skip
_STATUS = {word: state for state, words in _WORDS.items() for word in words}
_STATUS |= {f"wc-{word}": state for word, state in _STATUS.items() if word.isascii() and " " not in word}

_ADDRESS = ("first_name", "last_name", "name", "company", "address1", "address2", "city", "region", "postcode", "country")


def _contact(form: str, **headings: tuple[str, ...]) -> Legend:
    """The shipping and the billing address in one plugin's spelling; `form` holds `{of}` and `{what}`."""
    found: Legend = {}
    for of, prefix in (("shipping", ""), ("billing", "billing_")):
        found = {**found, **{prefix + field: column(field, *(form.format(of=of, what=what) for what in spellings))
                             for field, spellings in headings.items()}}  # fmt: skip
    return found


_ORDER: Legend = {
    "order_ref": column("order_ref", "order_number", "Order Number", "order_id", "Order ID"),
    "channel_order_id": column("channel_order_id", "order_id", "Order ID"),
    "placed_at": column("placed_at", "order_date", "Order Date", "date", "date_created"),
    "paid_at": column("paid_at", "paid_date", "Paid Date"),
    "shipped_at": column("shipped_at", "completed_date", "Completed Date"),
    "changed_at": column("changed_at", "modified_date", "Modified Date", "Order Modified Date"),
    "status": OneOf("status", "order_status", "Order Status", words=_STATUS),
    "currency": column("currency", "order_currency", "Order Currency", "Currency"),
    "total": column("total", "order_total", "Order Total Amount", "Order Total"),
    "subtotal": column("subtotal", "order_subtotal", "Order Subtotal Amount", "Order Subtotal"),
    "discount": column("discount", "discount_total", "cart_discount", "Cart Discount Amount"),
    "shipping": column("shipping", "shipping_total", "order_shipping", "Order Shipping Amount"),
    "tax": column("tax", "tax_total", "total_tax", "Order Total Tax Amount", "Order Tax Amount"),
    "refunded": column("refunded", "refunded_total", "total_refunded", "Order Refund Amount"),
    "method": Text("payment_method", "payment_method_title", "Payment Method Title", "Payment Method"),
    "method_title": Text("payment_method_title", "Payment Method Title"),
    "service": Text("shipping_method", "shipping_method_title", "Shipping Method Title", "Shipping Method"),
    "note": Text("customer_note", "Customer Note", "customer_message"),
    "email": Text("billing_email", "customer_email", "Email (Billing)", "Customer Email"),
}
_PEOPLE = _contact(
    "{of}_{what}", first_name=("first_name",), last_name=("last_name",), name=("name",), company=("company",),
    address1=("address_1", "address"), address2=("address_2",), city=("city",), region=("state",), postcode=("postcode",),
    country=("country",), phone=("phone",),
)  # fmt: skip
_LABELLED = _contact(
    "{what} ({of})", first_name=("First Name",), last_name=("Last Name",), name=("Full Name",), company=("Company",),
    address1=("Address 1", "Address 1&2"), address2=("Address 2",), city=("City",),
    region=("State Code", "State Name", "State"), postcode=("Postcode",),
    country=("Country Code", "Country Name", "Country"), phone=("Phone",),
)  # fmt: skip

_ITEM = re.compile(r"^(?:product|line)_item_(\d+)_(.+)$")
#: The words after `Product Item 1 `, and before the colon in a cell `line_items`.
_ITEM_FIELDS = {
    "title": ("name", "product_name"), "catalogue_id": ("id", "product_id", "variation_id"), "sku": ("sku",),
    "quantity": ("quantity", "qty"), "line_total": ("total",), "line_before": ("subtotal", "sub_total"),
    "refunded_quantity": ("refunded", "refunded_quantity"),
}  # fmt: skip
_CELL = ("line_items", "line_item", "order_items")
_OF_ITEM: Legend = {name: column(name, f"item {name}") for name in _ITEM_FIELDS}
_KEY = "|".join(sorted({word for words in _ITEM_FIELDS.values() for word in words} | {"item_id", "order_item_id"}))


def _filled(heading: str) -> pl.Expr:
    return pl.col(heading).str.strip_chars().fill_null("") != ""


def _numbered(headings: tuple[str, ...]) -> dict[int, dict[str, str]]:
    """The numbered columns: number of the item -> field -> heading."""
    found: dict[int, dict[str, str]] = {}
    fields = {word: name for name, words in reversed(_ITEM_FIELDS.items()) for word in words}
    for heading in headings:
        if (match := _ITEM.match(normal(heading))) and (name := fields.get(match[2])):
            found.setdefault(int(match[1]), {}).setdefault(name, heading)
    return found


def _cell(headings: tuple[str, ...]) -> str | None:
    return next((heading for heading in headings if normal(heading) in _CELL), None)


def _item_columns(headings: tuple[str, ...]) -> set[str]:
    numbered = {heading for item in _numbered(headings).values() for heading in item.values()}
    cell = _cell(headings)
    return numbered | ({cell} if cell else set())


def _items(sheet: Sheet) -> Sheet:
    """A row for each item of an order (see declared.ITEMS), one without items for an order that has none."""
    headings = tuple(name for name in sheet.frame.columns if name != "row")
    others = [name for name in headings if name not in _item_columns(headings)]
    parts = [
        sheet.frame.filter(pl.any_horizontal(_filled(heading) for heading in item.values())).select(
            *others, pl.col("row") * ITEMS + number,
            *(pl.col(item[name]).alias(f"item {name}") if name in item else _nothing(name) for name in _ITEM_FIELDS),
        )
        for number, item in sorted(_numbered(headings).items()) if number < ITEMS // 2
    ]  # fmt: skip
    if cell := _cell(headings):
        known = pl.concat([sheet.frame.select("row").clear(), *(part.select(pl.col("row") // ITEMS) for part in parts)])
        parts.append(_listed(sheet.frame.join(known, on="row", how="anti", maintain_order="left"), cell, others))
    found = pl.concat([part.select("row") // ITEMS for part in parts]) if parts else sheet.frame.select("row").clear()
    bare = sheet.frame.join(found, on="row", how="anti", maintain_order="left")
    parts.append(bare.select(*others, pl.col("row") * ITEMS, *map(_nothing, _ITEM_FIELDS)))
    return Sheet(sheet.peek, pl.concat(parts).sort("row"), sheet.rejected, sheet.notes)


def _nothing(name: str) -> pl.Expr:
    return pl.lit(None, pl.String).alias(f"item {name}")


def _listed(frame: pl.DataFrame, cell: str, others: list[str]) -> pl.DataFrame:
    """
    The items of cells like `name:Mug|sku:M-1|quantity:2|total:9.00||name:Tea|…`; `;` and line ends part items as well.

    An item begins where one of the words stands that began the first: names may hold any sign.
    """
    first = pl.col(cell).str.strip_chars().str.extract(rf"(?i)^({_KEY})\s*:", 1).str.to_lowercase()
    some = frame.filter(_filled(cell)).with_columns(first=first)
    parts = []
    for word in some["first"].drop_nulls().unique().sort():
        parted = pl.col(cell).str.replace_all(rf"(?i)\s*(?:\|\||;|\r?\n)\s*({word}\s*:)", "\x1e$1").str.split("\x1e")
        parts.append(some.filter(pl.col("first") == word).with_columns(item=parted))
    # Not understood: the cell stands as an item without a quantity, and is complained about.
    parts.append(some.filter(pl.col("first").is_null()).with_columns(item=pl.concat_list(pl.lit(None, pl.String))))
    every = pl.concat(parts).explode("item").with_columns(number=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("row"))
    return every.select(
        *others, pl.col("row") * ITEMS + ITEMS // 2 + pl.col("number"),
        *(_said(words).alias(f"item {name}") for name, words in _ITEM_FIELDS.items()),
    )  # fmt: skip


def _said(words: tuple[str, ...]) -> pl.Expr:
    """What stands after one of `words` in an item, up to the next word."""
    found = [
        pl.col("item").str.extract(rf"(?is)(?:^|\|)\s*{word}\s*:(.*?)(?:\|\s*[a-z_ ]+\s*:|\|*\s*$)", 1).str.strip_chars()
        for word in words
    ]
    return pl.coalesce(pl.when(each != "").then(each) for each in found)


def _at_home(rows: pl.DataFrame, context: Context) -> pl.DataFrame:
    """The billing address where there is no shipping address; how it is paid by id and title."""
    shipped_to = pl.any_horizontal(pl.col(name).is_not_null() for name in ("address1", "city", "postcode"))
    both = pl.concat_str("billing_first_name", "billing_last_name", separator=" ", ignore_nulls=True)
    rows = rows.with_columns(billing_name=pl.coalesce("billing_name", pl.when(both != "").then(both)))
    return rows.with_columns(
        *(
            pl.when(shipped_to).then(pl.col(name)).otherwise(pl.coalesce(f"billing_{name}", name)).alias(name)
            for name in ("name", "company", "address1", "address2", "city", "region", "postcode", "country")
        ),
        phone=pl.coalesce("phone", "billing_phone"),
        method=pl.concat_str("method", "method_title", separator=" ", ignore_nulls=True),
        shipped_at=pl.when(pl.col("status") == SHIPPED).then("shipped_at"),
    )


def _empty_orders(rows: pl.DataFrame, context: Context) -> dict[str, pl.Series]:
    """Carts that were never filled or paid, and orders that stand in the file again, word for word."""
    bare = pl.all_horizontal(pl.col(name).is_null() for name in ("quantity", "sku", "title", "catalogue_id"))
    idle = pl.col("status").is_in([UNPAID, CANCELLED, REFUNDED]).fill_null(False)
    content = [name for name in rows.columns if name not in ("row", "order_no")]
    known = rows.filter(pl.col("order_ref").is_not_null()).with_columns(at=pl.col("row") // ITEMS, item=pl.col("row") % ITEMS)
    again = known.filter(pl.col("at").n_unique().over("order_ref") > 1).with_columns(
        same=pl.len().over(*content, "item") == pl.col("at").n_unique().over("order_ref"),
        first=pl.col("at").min().over("order_ref"),
    )
    whole = again.filter(pl.col("same").all().over("order_ref") & (pl.col("at") > pl.col("first")))
    return {
        _("an order without items that nobody paid"): rows.filter(bare & idle)["row"],
        _("the same order again"): whole["row"],
    }


def _twice(rows: pl.DataFrame, bound: Bound) -> list[pl.DataFrame]:
    """One order number on two rows that differ, items without a quantity."""
    at = pl.col("row") // ITEMS
    numbered = pl.col("order_ref").is_not_null()
    what, hint = _("another row has this order number and says something else"), _("export the orders again")
    return [complain(rows, numbered & (at.n_unique().over("order_ref") > 1), bound.headings["order_ref"], what, hint)]


def _is_orders(h: frozenset[str]) -> bool:
    named = bool({"order_id", "order_number"} & h) and bool({"order_date", "order_total"} & h)
    return named and any(_ITEM.match(name) or name in _CELL for name in h)


_LINE: Legend = {
    "sku": column("sku", "SKU", "Product SKU"),
    "catalogue_id": column("catalogue_id", "Product Id", "Product Variation Id"),
    "title": column("title", "Item Name", "Product Name", "Name"),
    "variant": column("variant", "Product Variation"),
    "net_quantity": Whole("Quantity (- Refund)"),
    "quantity": column("quantity", "Quantity", "Qty"),
    "item": Text("Item #"),
    "unit_price": column("unit_price", "Item Cost"),
    "line_before": column("line_before", "Order Line Subtotal"),
    "line_tax": column("line_tax", "Order Line Tax"),
}
_LABELS = normals(("Item #", "Quantity (- Refund)", "Item Cost"))


def _net(rows: pl.DataFrame, context: Context) -> pl.DataFrame:
    """`Quantity (- Refund)` is what is left of `Quantity`; alone, 0 is a line that was refunded whole."""
    net, quantity = pl.col("net_quantity"), pl.col("quantity")
    rows = rows.with_columns(
        quantity=pl.coalesce(quantity, net),
        refunded_quantity=pl.when(quantity.is_not_null() & net.is_not_null()).then(quantity - net),
        status=pl.when((net == 0) & quantity.is_null()).then(pl.lit(CANCELLED)).otherwise("status"),
    )
    return _at_home(rows, context)


def _same_items(rows: pl.DataFrame, context: Context) -> dict[str, pl.Series]:
    """`Item #` counts the items of an order: the same one again was pasted in twice."""
    content = [name for name in rows.columns if name not in ("row", "order_no")]
    known = rows.filter(pl.col("item").is_not_null() & pl.col("order_ref").is_not_null()).sort("row")
    return {_("the same item again"): known.filter(pl.int_range(pl.len()).over(content) > 0)["row"]}


def _is_lines(h: frozenset[str]) -> bool:
    people = any(name.endswith(("_(billing)", "_(shipping)")) for name in h)
    sold = bool(normals(_LINE["title"].headings) & h) or "sku" in h
    counted = bool({"quantity", "qty", "quantity_(_refund)"} & h)
    return "order_number" in h and sold and counted and (people or bool(_LABELS & h))


ORDERS = OrderSheet(
    "woocommerce-orders", {**_ORDER, **_PEOPLE, **_OF_ITEM}, _is_orders, channel_kind="woocommerce", items=True,
    prepare=_items, wanted=_item_columns, derive=_at_home, leave_out=_empty_orders, doubt=_twice,
)  # fmt: skip
LINES = OrderSheet(
    "woocommerce-lines", {**_ORDER, **_LABELLED, **_LINE}, _is_lines, channel_kind="woocommerce", derive=_net,
    leave_out=_same_items,
)  # fmt: skip
READERS: tuple[Reader, ...] = (ORDERS, LINES)
