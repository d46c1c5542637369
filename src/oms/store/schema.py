"""What the tables of `oms.db` mean to undo: which are taken back, and what in them is nobody's deed."""

#: Tables whose rows a batch makes or changes and undo takes back, parents before children.
UNDOABLE = (
    "files_in", "products", "kit_components", "listings", "orders", "contacts", "lines", "line_units", "holds",
    "incoming", "rates", "allocations", "parcels", "parcel_lines", "moves", "waiting", "confirmations", "returns",
    "return_lines", "published", "cursors", "warehouse_listings",
)  # fmt: skip

#: Those of them that came after version 2, which made the others remember.
LATER = ("warehouse_listings",)

#: Columns that follow from others: a change in them alone is nobody's deed, so it is neither recorded nor a conflict.
DERIVED = {"orders": {"status", "as_of", "content_hash", "format"}}

#: Columns that change by the hundred thousand with nothing else in the row: a change remembers them without the rest.
ALONE = {"allocations": {"state"}}

#: Tables that settling writes anew; later batches touching them does not stand in the way of undoing an earlier one.
SETTLED = ("holds", "waiting", "line_units")
