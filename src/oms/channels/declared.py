"""
An orders file by its declarations alone: one row a line (or a unit), what it says of its order taken once.

A channel whose export is such a file declares a legend over the fields below and is done; the formats of a seller's own
(custom.py) fill the same declarations from TOML. Fields of an order: order_ref, channel_order_id, placed_at, paid_at,
shipped_at, cancelled_at, refunded_at, changed_at, ship_by, currency, status, payment_status, method, service, tags, note,
subtotal, discount, shipping, tax, total, refunded, and the contact. Of a line: line_ref, sku, catalogue_id, title,
variant, barcode, quantity, refunded_quantity, unit_price, line_total, line_before, line_discount, line_tax,
line_shipping, fulfilment, line_note.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from oms.channels.base import Context, Reading, key_lines, newest, number_orders, order_reading, spotless
from oms.channels.countries import alpha2_all
from oms.channels.declared_orders import CONTACT, EVENTS, orders_of
from oms.channels.fields import CANCELLED, FIELDS, GONE, READY, REFUNDED, SHIPPED
from oms.channels.own_kind import days_alone
from oms.model.frames import REJECTED, empty
from oms.sheets.columns import Bound, Legend, bind, complain, typed
from oms.sheets.read import Sheet
from oms.words import _

#: `row` of the n-th item of a row of the file is `row * ITEMS + n` where a row holds several items.
ITEMS = 10_000
#: Of these, all rows of an order must say the same: else two orders stand under one number.
_AGREED = ("currency", "total", "name", "address1", "postcode", "country")
_MADE = "\x00"  # before the name of a column that the file does not have: a constant of the format

Rows = Callable[[pl.DataFrame, Context], pl.DataFrame]


def _as_it_is(rows: pl.DataFrame, context: Context) -> pl.DataFrame:
    return rows


def _the_same(sheet: Sheet) -> Sheet:
    return sheet


def _nothing_more(headings: tuple[str, ...]) -> set[str]:
    return set()


def _no_rows(rows: pl.DataFrame, context: Context) -> dict[str, pl.Series]:
    return {}


def _no_doubts(rows: pl.DataFrame, bound: Bound) -> list[pl.DataFrame]:
    return []


def _no_notes(rows: pl.DataFrame, context: Context) -> Sequence[str]:
    return ()


@dataclass(frozen=True)
class OrderSheet:
    """
    A reader of one such file.

    `unit_rows`: a row is one unit, there is no quantity. `first_row`: the order number and all that is the order's
    stand on its first row only. `items`: a row of the file is a whole order; `prepare` makes a row of each of its items
    (see ITEMS). `sums`: the order's amounts are those of its lines. `wanted` are headings to load beside the declared
    ones, `derive` changes the typed rows, `leave_out` names rows that are no lines, by reason, `doubt` complains.
    """

    format: str
    legend: Legend
    signs: Callable[[frozenset[str]], bool]
    channel_kind: str | None = None
    unit_rows: bool = False
    first_row: bool = False
    items: bool = False
    sums: bool = False
    whole_orders: bool = False
    timezone: str | None = None
    currency: str | None = None
    keep: bool = False  # the file is the form in which the channel wants its answer
    constants: Mapping[str, str] = field(default_factory=dict)  # field -> the same text in every row
    prepare: Callable[[Sheet], Sheet] = _the_same
    wanted: Callable[[tuple[str, ...]], set[str]] = _nothing_more
    derive: Rows = _as_it_is
    leave_out: Callable[[pl.DataFrame, Context], dict[str, pl.Series]] = _no_rows
    doubt: Callable[[pl.DataFrame, Bound], list[pl.DataFrame]] = _no_doubts
    notes: Callable[[pl.DataFrame, Context], Sequence[str]] = _no_notes
    kind: str = "orders"

    def recognises(self, headings: frozenset[str]) -> bool:
        """Whether a file with these normalised headings is of this kind."""
        return self.signs(headings)

    def columns(self, headings: tuple[str, ...]) -> set[str]:
        """The declared ones."""
        return set(bind(self.legend, headings).headings.values()) | self.wanted(headings)

    @property
    def group(self) -> Callable[[tuple[str, ...]], str | None] | None:
        """The column with the order number; where only a first row has it, the file is read whole."""
        if self.first_row:
            return None
        return lambda headings: bind(self.legend, headings).headings.get("order_ref")

    def read(self, sheet: Sheet, context: Context) -> Reading:
        """The file as frames."""
        timezone, currency = self.timezone or context.timezone, self.currency or context.currency
        bound, ready = self._bound(self.prepare(sheet))
        ready = replace(ready, frame=days_alone(ready.frame, bound, sheet.peek))
        codes = typed(ready.frame, bound.only("currency"), timezone=timezone, currency=currency).frame["currency"]
        cells = typed(ready.frame, bound, timezone=timezone, currency=currency, currencies=codes)
        rows = cells.frame
        if self.first_row:
            rows = rows.sort("row").with_columns(pl.col("order_ref").forward_fill())
        rows = number_orders(rows, "order_ref").with_columns(pl.col("currency").fill_null(currency))
        rows = self.derive(_complete(rows), context)
        rows = rows.with_columns(alpha2_all(rows["country"]).alias("country"))
        ignored = self.leave_out(rows, context)
        rows, again, contrary = _repeated(_without(rows, ignored), bound)
        ignored[_("the same line again")] = again
        said = rows.filter(pl.col("order_no").is_not_null())
        lines = _priced(_counted(said, bound, unit_rows=self.unit_rows, status_of_order=self.first_row))
        complaints = [cells.rejected, contrary, *_missing(rows, lines, cells.rejected, bound, self.unit_rows),
                      _disagreements(said, bound), *self.doubt(rows, bound)]  # fmt: skip
        complaints = [_named(each) for each in complaints]
        orders = orders_of(lines, bound, sums=self.sums)
        if self.unit_rows:
            lines = _gathered(lines, complaints)
        keyed = key_lines(_as_lines(lines))
        numbers = rows.select("row", "order_no")
        if self.items:  # back to the rows of the file
            at = pl.col("row") // ITEMS
            orders, keyed, numbers = orders.with_columns(at), keyed.with_columns(at), numbers.with_columns(at)
            complaints = [each.with_columns(at) for each in complaints]
            numbers = numbers.unique("row", keep="first", maintain_order=True)
            left_out = {reason: (each // ITEMS).unique().sort() for reason, each in ignored.items()}
            # A row of the file is left out where none of its items is read.
            ignored = {reason: each.filter(~each.is_in(numbers["row"].implode())) for reason, each in left_out.items()}
        as_of = _as_of(ready, bound, orders, context)
        if as_of is None:  # days alone: when something happened is the file's own time
            orders = orders.with_columns(updated_at=pl.lit(None, pl.String))
        keys = sheet.frame.select("row").join(numbers, on="row", how="left", maintain_order="left")
        reading = order_reading(
            format=self.format, sheet=sheet, keys=keys, orders=orders, lines=keyed, complaints=complaints,
            ignored=ignored, as_of=as_of, whole_orders=self.whole_orders,
            notes=tuple(self.notes(said, context)),
        )  # fmt: skip
        return replace(reading, keep=self.keep)

    def _bound(self, sheet: Sheet) -> tuple[Bound, Sheet]:
        """The legend over the headings and the constants, and the sheet with a column for each constant."""
        bound = bind(self.legend, [name for name in sheet.frame.columns if name != "row"])
        made = {_MADE + name: text for name, text in self.constants.items()}
        frame = sheet.frame.with_columns(pl.lit(text, pl.String).alias(name) for name, text in made.items())
        return (
            Bound({**FIELDS, **bound.legend}, {**bound.headings, **{name.removeprefix(_MADE): name for name in made}}),
            Sheet(sheet.peek, frame, sheet.rejected, sheet.notes),
        )


def _named(complaints: pl.DataFrame) -> pl.DataFrame:
    """Complaints about the text that the format gives for a column go by the name of the field."""
    return complaints.with_columns(pl.col("column").str.strip_prefix(_MADE))


def _as_lines(rows: pl.DataFrame) -> pl.DataFrame:
    """LINES has some names in common with the order's own fields."""
    return rows.with_columns(discount="line_discount", tax="line_tax", note="line_note")


def _without(rows: pl.DataFrame, ignored: Mapping[str, pl.Series]) -> pl.DataFrame:
    out = pl.concat([pl.Series("row", [], pl.Int64), *ignored.values()])
    return rows.filter(~pl.col("row").is_in(out.implode())) if len(out) else rows


def _complete(rows: pl.DataFrame) -> pl.DataFrame:
    """`name` from first and last name where there is no whole one; the lines of an address."""
    both = pl.concat_str("first_name", "last_name", separator=" ", ignore_nulls=True)
    more = pl.concat_str("address2", "address3", separator=", ", ignore_nulls=True)
    return rows.with_columns(
        name=pl.coalesce("name", pl.when(both != "").then(both)),
        address2=pl.when(more != "").then(more),
    )


def _repeated(rows: pl.DataFrame, bound: Bound) -> tuple[pl.DataFrame, pl.Series, pl.DataFrame]:
    """Lines with one line_ref: the same again is left out, two that differ are complained about."""
    nobody = pl.Series("row", [], pl.Int64)
    if "line_ref" not in bound:
        return rows, nobody, empty(REJECTED)
    key = ["order_ref", "line_ref"]
    known = rows.filter(pl.col("line_ref").is_not_null() & pl.col("order_ref").is_not_null())
    twice = known.filter(pl.len().over(key) > 1)
    if twice.is_empty():
        return rows, nobody, empty(REJECTED)
    content = [name for name in twice.columns if name not in ("row", "order_no")]
    twice = twice.sort("row").with_columns(differs=pl.struct(content).n_unique().over(key) > 1)
    same = twice.filter(~pl.col("differs")).filter(pl.int_range(pl.len()).over(key) > 0)["row"]
    what = _("another row of the same order has this line and says something else")
    contrary = complain(twice, pl.col("differs"), bound.headings["line_ref"], what, value=pl.col("line_ref"))
    return rows.filter(~pl.col("row").is_in(same.implode())), same, contrary


def _counted(rows: pl.DataFrame, bound: Bound, *, unit_rows: bool, status_of_order: bool) -> pl.DataFrame:
    """What was ordered, what left, what never will."""
    own = pl.col("status").forward_fill().over("order_no") if status_of_order else pl.col("status")
    if "status" in bound:
        # A line without a word has that of its order, where all others agree on one.
        only = pl.when(pl.col("status").n_unique().over("order_no") <= 2).then(pl.col("status").max().over("order_no"))
        own = pl.coalesce(own, only)
    state = own.fill_null(READY)
    left = pl.col("shipped_at").is_not_null()
    state = pl.when(state == REFUNDED).then(pl.when(left).then(pl.lit(SHIPPED)).otherwise(pl.lit(CANCELLED))).otherwise(state)
    if "status" not in bound:
        state = pl.when(pl.col("cancelled_at").is_not_null()).then(pl.lit(CANCELLED)).when(left).then(pl.lit(SHIPPED))
        state = state.otherwise(pl.lit(READY))
    back = pl.col("refunded_quantity").fill_null(0).abs()
    ordered = pl.lit(1, pl.Int64) if unit_rows else pl.col("quantity")
    called = pl.concat_str("title", "variant", separator=" / ", ignore_nulls=True)
    rows = rows.with_columns(state=state, back=back).with_columns(
        quantity=pl.when(pl.col("state") == CANCELLED).then(ordered.fill_null(0)).otherwise(ordered)
    )
    gone = pl.col("state").is_in(GONE)
    back = pl.min_horizontal("back", "quantity")
    return rows.with_columns(
        back=back,
        cancelled=pl.when(pl.col("state") == CANCELLED).then("quantity").otherwise(back),
        shipped=pl.when(gone).then(pl.col("quantity") - back).otherwise(0),
        external=(pl.col("fulfilment") == "external").fill_null(False),
        listing_sku=pl.coalesce("sku", "catalogue_id", pl.when(pl.col("title").is_not_null()).then(called)),
    )


def _priced(rows: pl.DataFrame) -> pl.DataFrame:
    """
    The unit price from the price of the line, where only that stands there.

    `line_before` is the line before its discount, `line_total` after it. Where a price does not divide, the unit price
    is rounded up and the line gets the difference as a discount: quantity x unit_price - discount is what the file says.
    """
    quantity = pl.col("quantity")
    whole = pl.coalesce("line_before", "line_total")
    unit = pl.when((quantity > 0) & (whole >= 0)).then((whole + quantity - 1) // quantity)
    rows = rows.with_columns(unit_price=pl.coalesce("unit_price", unit))
    net = pl.when(pl.col("line_total").is_not_null() & (quantity > 0)).then(
        pl.col("unit_price") * quantity - pl.col("line_total")
    )
    return rows.with_columns(line_discount=pl.coalesce(pl.col("line_discount").abs(), pl.when(net > 0).then(net)))


def _missing(
    rows: pl.DataFrame, lines: pl.DataFrame, rejected: pl.DataFrame, bound: Bound, unit_rows: bool
) -> list[pl.DataFrame]:
    """What is missing from a row, where the cell itself was not complained about already."""
    nameless, fine = spotless(rows, rejected), spotless(lines, rejected)
    column = {name: bound.headings.get(name, name) for name in bound.legend}
    found = [
        complain(nameless, pl.col("order_ref").is_null(), column["order_ref"], _("no order number in this row")),
        complain(fine, pl.col("listing_sku").is_null(), column["sku" if "sku" in bound else "title"],
                 _("neither a sku nor a title")),
    ]  # fmt: skip
    if not unit_rows:
        nothing = (pl.col("quantity") == 0) & (pl.col("state") != CANCELLED)
        found += [
            complain(fine, pl.col("quantity").is_null(), column["quantity"], _("no quantity")),
            complain(fine, nothing, column["quantity"],
                     _("nothing was ordered: quantity 0 on an open line"), value=pl.lit("0")),
        ]  # fmt: skip
    if "placed_at" in bound:
        placed = pl.col("placed_at").max().over("order_no").is_null()
        found.append(complain(fine, placed, column["placed_at"], _("the order does not say when it was placed")))
    return found


def _disagreements(rows: pl.DataFrame, bound: Bound) -> pl.DataFrame:
    """Rows of one order that say different things of it: neither is for us to choose."""
    found = [empty(REJECTED)]
    what, hint = _("rows of one order number say different things"), _("are these two orders, or is it the line's?")
    for name in _AGREED:
        if name in bound or (name == "name" and "first_name" in bound):
            differs = pl.col(name).drop_nulls().n_unique().over("order_no") > 1
            heading = bound.headings.get(name) or bound.headings.get("last_name", name)
            value = None if name in CONTACT else pl.col(name)
            found.append(complain(rows, differs, heading, what, hint, None if name == "total" else value))
    return pl.concat(found)


def _gathered(lines: pl.DataFrame, complaints: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Rows of one unit each as lines: those with an id of their own stay, equal ones are counted."""
    bad = pl.concat([each["row"] for each in complaints])
    own = pl.col("line_ref").is_not_null() | pl.col("row").is_in(bad.implode())
    units = lines.filter(~own)
    key = ["order_no", "listing_sku", "title", "variant", "unit_price"]
    counted = units.group_by(key, maintain_order=True).agg(
        pl.col("row").min(),
        *(pl.col(name).sum() for name in ("quantity", "cancelled", "shipped")),
        *(pl.when(pl.col(name).is_not_null().any()).then(pl.col(name).sum()).alias(name)
          for name in ("line_discount", "line_tax")),
        *(pl.col(name).drop_nulls().min() for name in ("sku", "barcode", "line_note")),
        pl.col("external").all(),
    )  # fmt: skip
    return pl.concat([lines.filter(own), counted], how="diagonal").sort("row")


def _as_of(sheet: Sheet, bound: Bound, orders: pl.DataFrame, context: Context) -> str | None:
    """
    The newest event of the file; None where all of them are days without a time.

    A day is no time to tell an older file from a newer one: then the file's own time does.
    """
    events = [bound.headings[name] for name in EVENTS if name in bound and not bound.headings[name].startswith(_MADE)]
    timed = [pl.col(heading).str.contains(r"\d:\d\d|^\d{5}\.\d").any() for heading in events]
    if not timed or not sheet.frame.select(pl.any_horizontal(timed)).item():
        return None
    return newest(orders, ["updated_at"], context.now)
