"""
Our own counts: one row a sku and location, or one column a location.

`counted_at` without a time is the end of that day where it was counted; nothing was counted later than now.
"""

import difflib
import re

import polars as pl

from oms.channels.base import Context, Reading, newest, table_reading
from oms.channels.own_kind import (
    COMMENT,
    REPEATED,
    File,
    OwnReader,
    blanks,
    comments,
    days_alone,
    place_called,
    place_codes,
    repeats,
    ticked,
    times_there,
)  # fmt: skip
from oms.channels.own_words import FOREIGN, HELD, LOOSE, REASON, STRICT, TOTALS, has, has_any, named, spelled
from oms.errors import UnknownHeadings
from oms.model.frames import STOCK
from oms.model.times import iso
from oms.sheets.columns import Moment, Text, Whole, bind, complain, normal, typed
from oms.sheets.read import Sheet
from oms.words import _

_LEGEND = {
    "sku": named(Text, "sku", identifier=True),
    "on_hand": named(Whole, "on_hand", least=None),
    "location": named(Text, "location"),
    "counted_at": named(Moment, "counted_at", end_of_day=True),
}


def _counts(file: File) -> Reading:
    cells = typed(file.frame, file.bound, timezone="UTC", currency="USD")
    table, unknown = place_codes(file, cells.frame)
    counted_at, wrong = times_there(file, "counted_at", table.select("row", "location"))
    table = table.with_columns(_past(counted_at.alias("counted_at"), file.context))
    rest = cells.rejected.filter(pl.col("column") != file.heading("counted_at"))
    complaints = [rest, unknown, wrong, *blanks(file, table, "sku", "on_hand"),
                  below_zero(table, file.heading("on_hand"))]  # fmt: skip
    again, contrary = repeats(
        table.select("row", "sku", "location", "counted_at", "on_hand"), ["sku", "location", "counted_at"],
        file.heading("on_hand"), complaints,
    )  # fmt: skip
    return table_reading(
        format="oms-stock", kind="stock", schema=STOCK, sheet=file.sheet, table=table,
        complaints=[*complaints, contrary], ignored={**file.ignored, REPEATED: again},
        as_of=_as_of(table, file.context), notes=file.notes,
    )  # fmt: skip


def _as_of(table: pl.DataFrame, context: Context) -> str | None:
    """The newest count; None where a row says no time: its time is the file's, not another row's."""
    return None if table["counted_at"].null_count() else newest(table, ["counted_at"], context.now)


def below_zero(table: pl.DataFrame, column: str) -> pl.DataFrame:
    """Complaints about negative counts."""
    hint = _("count again; what was sold and not counted is shown by `oms status`")
    return complain(table, pl.col("on_hand") < 0, column, _("a count cannot be below zero"), hint, pl.col("on_hand"))


def _past(times: pl.Series, context: Context) -> pl.Series:
    now = iso(context.now)
    frame = times.to_frame("at")
    return frame.select(pl.when(pl.col("at") > now).then(pl.lit(now)).otherwise("at").alias("counted_at")).to_series()


class WideStock:
    """
    One row a sku, one column a location called by its code or name.

    Headings alone do not say which columns are locations, so this reader is asked last.
    """

    format = "oms-stock-wide"
    kind = "stock"
    channel_kind: str | None = None

    def recognises(self, headings: frozenset[str]) -> bool:
        """A sku, at least one column nobody knows, and nothing that makes it another kind of file."""
        others = headings - _BESIDES
        return has_any(headings, "sku") and bool(others) and not others & _KNOWN and not headings & FOREIGN

    def columns(self, headings: tuple[str, ...]) -> set[str]:
        """All of them: any may be a location."""
        return set(headings)

    def read(self, sheet: Sheet, context: Context) -> Reading:
        """The file as STOCK. Raises UnknownHeadings when a column of numbers is no location."""
        legend = {name: _LEGEND[name] for name in ("sku", "counted_at")}
        bound = bind(legend, sheet.peek.headings)
        said = comments(sheet, bound)
        frame = days_alone(sheet.frame.filter(~pl.col("row").is_in(said.implode())), bound, sheet.peek)
        places = self._places(sheet, frame, context)
        known = {*bound.headings.values(), *places}
        others = [name for name in sheet.peek.headings if name not in known and not re.match(r"column \d+$", name)]
        notes = (_("columns left out: {columns}", columns=ticked(others)),) if others else ()
        tables, complaints = [], []
        for heading, code in places.items():
            one = {**legend, "on_hand": Whole(heading, least=None)}
            headings = {**bound.headings, "on_hand": heading}
            file = File(sheet, type(bound)(one, headings), frame, context, {}, ())
            cells = typed(frame, file.bound, timezone="UTC", currency="USD")
            here = cells.frame.with_columns(location=pl.lit(code))
            counted_at, wrong = times_there(file, "counted_at", here.select("row", "location"))
            here = here.with_columns(_past(counted_at.alias("counted_at"), context))
            rest = cells.rejected.filter(pl.col("column") != file.heading("counted_at"))
            complaints += [rest, wrong, *blanks(file, here, "sku"), below_zero(here, heading)]
            tables.append(here.select(*STOCK))
        counts = pl.concat(tables)
        again, contrary = self._repeats(tables, list(places), bound.headings["sku"], complaints)
        blank = frame.select("row").join(counts.filter(pl.col("on_hand").is_not_null()), on="row", how="anti")
        bad = pl.concat([each["row"] for each in complaints]).unique()
        nothing = blank.filter(~pl.col("row").is_in(bad.implode()))["row"]
        return table_reading(
            format=self.format, kind="stock", schema=STOCK, sheet=sheet,
            table=counts.filter(pl.col("on_hand").is_not_null()).sort("row", "location"),
            complaints=[*complaints, contrary],
            ignored={COMMENT: said, REPEATED: again, "nothing counted": nothing},
            as_of=_as_of(counts, context), notes=notes,
        )  # fmt: skip

    def _repeats(
        self, tables: list[pl.DataFrame], headings: list[str], column: str, complaints: list[pl.DataFrame]
    ) -> tuple[pl.Series, pl.DataFrame]:
        """Whole rows of the file against each other."""
        wide = tables[0].select("row", "sku", "counted_at", pl.col("on_hand").alias(headings[0]))
        for heading, table in zip(headings[1:], tables[1:], strict=True):
            wide = wide.with_columns(table["on_hand"].alias(heading))
        return repeats(wide, ["sku", "counted_at"], column, complaints)

    def _places(self, sheet: Sheet, frame: pl.DataFrame, context: Context) -> dict[str, str]:
        """Heading -> location code. A column of numbers that is no location is an error: its stock would be lost."""
        places: dict[str, str] = {}
        strange: list[str] = []
        for heading in sheet.peek.headings:
            if normal(heading) in _BESIDES:
                continue
            code = place_called(context.config, heading, context)
            if code in places.values():
                raise UnknownHeadings(
                    _("{file}: `{heading}` is a second column for {code}", file=sheet.peek.path.name, heading=heading,
                      code=code), _("keep one of the two"),
                )  # fmt: skip
            if code is not None:
                places[heading] = code
            elif normal(heading) not in TOTALS and _numbers(frame[heading]):
                strange.append(heading)
        codes = context.config.location_codes
        if strange or not places:
            near = difflib.get_close_matches(strange[0], codes, 1, 0.5) if strange else []
            meant = _(", did you mean `{code}`?", code=near[0]) if near else ""
            found = strange or [name for name in sheet.peek.headings if normal(name) not in _BESIDES]
            raise UnknownHeadings(
                _("{file}: no location is called {headings}{near}", file=sheet.peek.path.name,
                  headings=ticked(found[:30]), near=meant),
                _("a count has the headings sku and on_hand, or one column a location ({codes}); "
                  "a list of products is imported with `--as products`",
                  codes=", ".join(codes) or _("none in oms.toml")),
            )  # fmt: skip
        return places


def _numbers(cells: pl.Series) -> bool:
    filled = cells.drop_nulls().str.strip_chars().replace("", None).drop_nulls()
    return len(filled) > 0 and bool(filled.str.contains(r"^[+-]?[\d.,]+$").all())


#: What may stand in a wide count beside the locations.
_BESIDES = spelled("sku", "title", "variant", "barcode", "counted_at", "note") | {REASON}
_KNOWN = spelled(*STRICT, *LOOSE)

STOCK_LONG = OwnReader(
    "stock", _LEGEND,
    lambda h: has_any(h, "sku") and has(h, "on_hand") and not has_any(h, "order_ref") and not h & (FOREIGN | HELD),
    (("sku",), ("on_hand",)), _counts,
)  # fmt: skip
STOCK_WIDE = WideStock()
