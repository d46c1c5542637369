"""
Stock reports of other people's warehouses, by their declarations: a row says how much of a thing they hold.

The warehouse is a location of oms.toml: the one that the row's own words name (its `channel_names`, name or code), else
the one that is called as the report is (`FBA`), else `--location`. Things are named as the channel names them; which
sku that is, the listings say. What is on its way or damaged cannot be sold and is not counted. What is promised to buyers
is counted where those are our orders, and not where the channel ships for itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import polars as pl

from oms.channels.base import Context, Reading, newest, spotless, table_reading
from oms.channels.own_kind import REPEATED, days_alone, place_called, repeats
from oms.errors import UnreadableFile
from oms.model.frames import LEVELS
from oms.model.times import iso
from oms.sheets.columns import Legend, bind, complain, typed
from oms.sheets.read import Sheet
from oms.words import _


@dataclass(frozen=True)
class Levels:
    """
    A stock report. `legend` fields: listing_sku, on_hand, counted_at, place, and others that `ignoring` looks at.

    `places` are what a row's warehouse may be called, most exact first; `called` is what all of them are (None: the file
    may be anybody's). `identity` are the fields that tell two rows apart that add up; a row that says all of them again
    is a repetition. `ignoring` is what is no stock to sell, by the name that the report of an import gives it.
    """

    format: str
    legend: Legend
    signs: Callable[[frozenset[str]], bool]
    called: str | None
    channel_kind: str | None = None
    places: tuple[pl.Expr, ...] = ()
    identity: tuple[str, ...] = ("listing_sku",)
    ignoring: Mapping[str, pl.Expr] = field(default_factory=dict)
    derive: Callable[[pl.DataFrame], pl.DataFrame] | None = None
    kind: str = "stock"
    elsewhere: bool = True  # the channel ships from there, for orders of its own
    upstream: bool = False  # what lies there goes on to the place from which the channel ships

    def recognises(self, headings: frozenset[str]) -> bool:
        """As its signs say."""
        return self.signs(headings)

    def columns(self, headings: tuple[str, ...]) -> set[str]:
        """The declared ones."""
        return set(bind(self.legend, headings).headings.values())

    def read(self, sheet: Sheet, context: Context) -> Reading:
        """The file as LEVELS. Raises UnreadableFile where nobody can say which location it is about."""
        bound = bind(self.legend, sheet.peek.headings)
        cells = typed(days_alone(sheet.frame, bound, sheet.peek), bound, timezone=context.timezone, currency=context.currency)
        table = cells.frame if self.derive is None else self.derive(cells.frame)
        ignored = {reason: table.filter(when.fill_null(False))["row"] for reason, when in self.ignoring.items()}
        out = pl.concat([pl.Series("row", [], pl.Int64), *ignored.values()])
        table = table.filter(~pl.col("row").is_in(out.implode()))
        table, unknown = self._placed(table, sheet, context)
        fine = spotless(table, cells.rejected)
        sku = bound.headings.get("listing_sku", "SKU")
        quantity = next((bound.headings[name] for name in ("on_hand", "available") if name in bound), "on_hand")
        now = iso(context.now)
        table = table.with_columns(counted_at=pl.when(pl.col("counted_at") > now).then(pl.lit(now)).otherwise("counted_at"))
        complaints = [
            cells.rejected, unknown,
            complain(fine, pl.col("listing_sku").is_null(), sku, _("is blank")),
            complain(fine, pl.col("on_hand").is_null(), quantity, _("is blank")),
            complain(fine, pl.col("on_hand") < 0, quantity, _("a count cannot be below zero"), value=pl.col("on_hand")),
        ]  # fmt: skip
        said = dict.fromkeys((*self.identity, "location", "counted_at"))
        again, contrary = repeats(table.select("row", *said, "on_hand"), list(said), quantity, complaints)
        return table_reading(
            format=self.format, kind=self.kind, schema=LEVELS, sheet=sheet, table=table,
            complaints=[*complaints, contrary], ignored={**ignored, REPEATED: again},
            as_of=None if table["counted_at"].null_count() else newest(table, ["counted_at"], context.now),
            notes=self._notes(table, context),
        )  # fmt: skip

    def _placed(self, table: pl.DataFrame, sheet: Sheet, context: Context) -> tuple[pl.DataFrame, pl.DataFrame]:
        """`table` with location codes, and complaints about rows whose warehouse nobody knows."""
        names = pl.concat_str(*self.places, pl.lit(self.called, pl.String), separator="\n", ignore_nulls=True)
        said = table.with_columns(said=names)
        codes: dict[str, str | None] = {}
        for words in said["said"].unique().sort().to_list():
            known = (place_called(context.config, name, context) for name in words.split("\n"))
            codes[words] = next((code for code in known if code is not None), context.location or self._own(context))
        if any(codes) and not any(codes.values()):
            raise self._nowhere(sheet, min(filter(None, codes)).split("\n")[0])
        code = pl.col("said").replace_strict(list(codes), list(codes.values()), default=None, return_dtype=pl.String)
        placed = said.with_columns(location=code)
        hint = _("give a location of oms.toml that name, or say which with --location")
        nowhere = pl.col("location").is_null() & (pl.col("said") != "")
        name = pl.col("said").str.split("\n").list.first()
        return placed, complain(placed, nowhere, self._place(sheet), _("no location of this name"), hint, name)

    def _own(self, context: Context) -> str | None:
        """The channel's own warehouse, where oms.toml has one: whatever the file calls it."""
        if context.channel is None or not self.elsewhere or self.upstream:
            return None
        own = [place.code for place in context.config.locations if place.channel == context.channel.name]
        return own[0] if len(own) == 1 else None

    def _nowhere(self, sheet: Sheet, first: str) -> UnreadableFile:
        names = " or ".join(f"`{name}`" for name in dict.fromkeys((first, self.called)) if name)
        message = _("{file}: no location is called {names}", file=sheet.peek.path.name, names=names)
        if self.called is None:
            return UnreadableFile(message, _("say which with --location, or give a location of oms.toml that name"))
        return UnreadableFile(
            message,
            _('say which with --location, or add to oms.toml: [[locations]] code = "{code}" country = "…" '
              "ships = false (nothing of yours leaves from there)", code=self.called.replace(" ", "-")),
        )  # fmt: skip

    def _place(self, sheet: Sheet) -> str:
        """What the file calls the column of its warehouses."""
        bound = bind(self.legend, sheet.peek.headings).headings
        return next((bound[name] for name in ("place", "facility", "country") if name in bound), "location")

    def _notes(self, table: pl.DataFrame, context: Context) -> tuple[str, ...]:
        if not self.elsewhere:
            return ()
        config = context.config
        places = [config.location(code) for code in table["location"].drop_nulls().unique().sort()]
        ours = [place.code for place in places if place.ships and place.channel is None]
        said = _("{codes}: this is stock that the channel ships; without `ships = false` in oms.toml other orders are "
                 "routed from there and other channels offer it", codes=", ".join(ours))  # fmt: skip
        return (said,) if ours else ()
