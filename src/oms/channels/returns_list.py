"""
Lists of returns, by their declarations: a row says what of an order comes back, and how far it is.

What is back is in quarantine: somebody has to look at it before it is stock, so no list of returns adds to what may be
sold. Where only the money goes back, nothing returns. A request that was refused or taken back is withdrawn.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from oms.channels.base import Context, Reading, newest, spotless, table_reading
from oms.channels.day_first import DAY_FIRST, YEAR_FIRST, Decision, ambiguous, decide
from oms.channels.own_kind import REPEATED, place_called
from oms.model.frames import RETURNS
from oms.model.times import iso
from oms.sheets.columns import Legend, Moment, bind, complain, typed
from oms.sheets.read import Sheet
from oms.words import _

_TIMES = ("requested_at", "received_at")
_CONTENT = (
    "order_ref", "listing_sku", "quantity", "reason", "requested_at", "received_at", "withdrawn", "refunded",
)  # fmt: skip


@dataclass(frozen=True)
class ReturnList:
    """
    A list of returns. `legend` fields: return_id, order_ref, line_ref, listing_sku, sku_id (where there is no sku), title,
    quantity, reason, requested_at, received_at, status, type, refunded, currency, disposition
    (how it looked to whoever took it in).

    `withdrawn` says of which rows nothing comes (any more), `ignoring` of which nothing ever was to come, by the name that
    the report of an import gives it. `called` is the location where they arrive, if oms.toml has one of that name.
    """

    format: str
    channel_kind: str
    legend: Legend
    signs: Callable[[frozenset[str]], bool]
    withdrawn: pl.Expr
    ignoring: Mapping[str, pl.Expr] = field(default_factory=dict)
    called: str | None = None
    by_order: bool = False  # known by order and sku: the channel's orders speak of the same returns
    slashed: bool = False  # `03/08/2026`: what stands first depends on the market
    kind: str = "returns"

    def recognises(self, headings: frozenset[str]) -> bool:
        """As its signs say."""
        return self.signs(headings)

    def columns(self, headings: tuple[str, ...]) -> set[str]:
        """The declared ones."""
        return set(bind(self.legend, headings).headings.values())

    def read(self, sheet: Sheet, context: Context) -> Reading:
        """The file as RETURNS."""
        bound = bind(self.legend, sheet.peek.headings)
        decision = self._decision(sheet, bound.headings, context) if self.slashed else None
        if self.slashed:
            formats = decision.formats if decision else DAY_FIRST + YEAR_FIRST
            dated = {name: Moment(*self.legend[name].headings, formats=formats) for name in _TIMES if name in bound}
            bound = bind({**self.legend, **dated}, sheet.peek.headings)
        currencies = None
        if "currency" in bound:
            first = typed(sheet.frame, bound.only("currency"), timezone="UTC", currency=context.currency)
            currencies = first.frame["currency"]
        cells = typed(sheet.frame, bound, timezone=context.timezone, currency=context.currency, currencies=currencies)
        table = self._described(cells.frame, context)
        ignored = {reason: table.filter(when.fill_null(False))["row"] for reason, when in self.ignoring.items()}
        out = pl.concat([pl.Series("row", [], pl.Int64), *ignored.values()])
        table = table.filter(~pl.col("row").is_in(out.implode()))
        fine = spotless(table, cells.rejected)
        names = {name: bound.headings.get(name, name) for name in self.legend}
        sku = names["listing_sku"]
        complaints = [
            cells.rejected, *self._undecided(sheet, bound.headings, decision),
            complain(fine, pl.col("order_ref").is_null(), names["order_ref"], _("is blank")),
            complain(fine, pl.col("listing_sku").is_null(), sku, _("neither sku nor product name")),
            complain(fine, pl.col("quantity").is_null(), names["quantity"], _("is blank")),
        ]  # fmt: skip
        bad = pl.concat([each["row"] for each in complaints]).unique()
        keyed, again = _keyed(table.filter(~pl.col("row").is_in(bad.implode())), self.by_order)
        return table_reading(
            format=self.format, kind=self.kind, schema=RETURNS, sheet=sheet, table=keyed, complaints=complaints,
            ignored={**ignored, REPEATED: again}, as_of=newest(table, list(_TIMES), context.now),
        )  # fmt: skip

    def _described(self, cells: pl.DataFrame, context: Context) -> pl.DataFrame:
        """Blank words of status say nothing; nothing is back later than now."""
        place = place_called(context.config, self.called, context) if self.called else None
        spare = [pl.col(name) for name in ("sku_id", "title") if name in self.legend]
        now = iso(context.now)
        currency = pl.col("currency") if "currency" in self.legend else pl.lit(None, pl.String)
        return cells.with_columns(
            listing_sku=pl.coalesce("listing_sku", *spare),
            quantity=pl.col("quantity") if "quantity" in self.legend else pl.lit(1, pl.Int64),
            withdrawn=self.withdrawn.fill_null(False),
            reason=pl.concat_str("reason", "disposition", separator=", ", ignore_nulls=True).replace("", None)
            if "disposition" in self.legend
            else pl.col("reason"),
            received_at=pl.when(pl.col("received_at") > now).then(pl.lit(now)).otherwise("received_at")
            if "received_at" in self.legend
            else pl.lit(None, pl.String),
            refunded=pl.col("refunded").abs() if "refunded" in self.legend else pl.lit(None, pl.Int64),
            currency=currency.fill_null(context.currency),
            location=pl.coalesce(pl.lit(context.location, pl.String), pl.lit(place, pl.String)),
        )  # fmt: skip

    def _decision(self, sheet: Sheet, headings: Mapping[str, str], context: Context) -> Decision | None:
        dates = sheet.frame.select(pl.col(headings[name]).alias(name) for name in _TIMES if name in headings)
        zone = context.channel.timezone if context.channel else None
        return decide(dates, countries=(), languages=(), zone=zone, after=(_TIMES,)) if dates.width else None

    def _undecided(self, sheet: Sheet, headings: Mapping[str, str], decision: Decision | None) -> Sequence[pl.DataFrame]:
        """Where nobody can say which day a date is, its row is refused."""
        if decision is None or decision.day_first is not None:
            return ()
        hint = _("give the channel its `timezone` in oms.toml, or export a longer period: a day after the 12th decides")
        return [
            complain(sheet.frame, ambiguous(headings[name]), headings[name], decision.why, hint, pl.col(headings[name]))
            for name in _TIMES if name in headings
        ]  # fmt: skip


def _keyed(table: pl.DataFrame, by_order: bool) -> tuple[pl.DataFrame, pl.Series]:
    """
    `table` with return_ref, unique in it, and the rows that say all of an earlier one again.

    Rows of one return and sku are told apart by what they say, so that their order in the file does not matter. An amount
    that stands on several rows of a return is that of the whole return: it is taken once.
    """
    day = pl.col("requested_at").str.slice(0, 10)
    named = (
        pl.col("order_ref")
        if by_order
        else pl.coalesce("return_id", pl.concat_str("order_ref", day, separator=" ", ignore_nulls=True))
    )
    table = table.with_columns(_return=named).sort("row")
    content = ("_return", *(("return_id",) if by_order else ()), *(name for name in _CONTENT if name in table.columns))
    first = table.filter(pl.struct(content).is_first_distinct())
    again = table.join(first.select("row"), on="row", how="anti")["row"]
    base = pl.concat_str("_return", "listing_sku", separator="/")
    ordered = first.with_columns(_base=base).sort("_base", *content)
    ordered = ordered.with_columns(_n=pl.int_range(1, pl.len() + 1).over("_base"))
    suffix = pl.when(pl.col("_n") > 1).then(pl.concat_str(pl.lit("#"), pl.col("_n").cast(pl.String))).otherwise(pl.lit(""))
    once = pl.when(pl.struct("_return", "refunded").is_first_distinct()).then("refunded")
    return ordered.with_columns(return_ref=pl.concat_str("_base", suffix), refunded=once).sort("row"), again
