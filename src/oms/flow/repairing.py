"""
`oms import --repair`: what a spreadsheet did to a file, and what stood there before, where that can be proven.

Nothing is imported and the store is only read. Of each damaged file a patch is written (a CSV: file, row, column, value,
repaired, why); a repaired copy only where every damage of the file is proven.
"""

import codecs
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import polars as pl

from oms.channels.base import Reader
from oms.channels.custom import Formats
from oms.channels.custom import load as load_formats
from oms.channels.legends import bound_of
from oms.core.damage import Known
from oms.errors import OmsError, UnknownHeadings
from oms.flow.cells import PATCH, Facts, damaged
from oms.flow.mojibake import read_headings, read_text
from oms.flow.recognising import Wishes, channel_of, files_in, known_as, misread, shown
from oms.flow.shop import Shop
from oms.sheets import guard
from oms.sheets.read import Peek, Sheet, load
from oms.sheets.write import csv_bytes
from oms.store import known_names
from oms.words import _
from oms.workspace import write_private

FOLDER = "repaired"
#: Damages that a report spells out; the patch has all of them.
SHOWN = 1000


@dataclass
class FileRepair:
    """What was found in one file."""

    file: str
    format: str | None = None
    channel: str | None = None
    damaged: int = 0
    proven: int = 0
    patch: str | None = None
    repaired: str | None = None
    damages: list[dict[str, Any]] = field(default_factory=list)
    kinds: dict[str, int] = field(default_factory=dict)
    error: str | None = None
    hint: str | None = None

    def json(self) -> dict[str, Any]:
        """As in `files[]`: file and error, hint; or format, channel, damaged, proven, patch, repaired, kinds, damages[]."""
        if self.error is not None:
            return {"file": self.file, "error": self.error, "hint": self.hint}
        return {name: value for name, value in vars(self).items() if name not in ("error", "hint")}


@dataclass
class RepairReport:
    """What `oms import --repair` found and wrote."""

    files: list[FileRepair] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        """0; 1 when no file could be read; 3 when something could not be read or proven."""
        failed = [file for file in self.files if file.error is not None]
        if failed and len(failed) == len(self.files):
            return 1
        return 3 if failed or any(file.damaged > file.proven for file in self.files) else 0

    def json(self) -> dict[str, Any]:
        """Keys: files[]."""
        return {"files": [file.json() for file in self.files]}


def repair_files(shop: Shop, paths: Sequence[Path], wishes: Wishes, *, dry_run: bool = False) -> RepairReport:
    """Look for damage in files and folders; write patches and repaired copies to `repaired/`."""
    if wishes.channel is not None:
        shop.config.channel(wishes.channel)
    formats = load_formats(shop.root)
    report = RepairReport()
    for path in files_in(shop.root, paths):
        found = FileRepair(shown(shop.root, path))
        report.files.append(found)
        try:
            _repair_one(shop, path, wishes, formats, found, dry_run=dry_run)
        except OmsError as error:
            found.error, found.hint = error.message, error.hint
    return report


def _repair_one(
    shop: Shop, path: Path, wishes: Wishes, formats: Formats, found: FileRepair, *, dry_run: bool
) -> None:  # fmt: skip
    guard.check(path, shop.config.limits)
    seen, reader, encoding = _recognised(shop, path, wishes, formats)
    found.format = reader.format
    channel = channel_of(shop, path, reader, wishes)
    found.channel = channel.name if channel else None
    sheet = load(seen, shop.config.limits)
    facts, texts = _facts(shop, found.channel)
    named = _named(seen, encoding)
    mojibake = read_text(_renamed(sheet.frame, seen, named), texts, encoding)
    raw = _raw(_renamed(_stored(seen, sheet), seen, named), mojibake.frame)
    changes = pl.concat([
        _of_headings(seen, named), mojibake.changes,
        damaged(mojibake.frame, raw, bound_of(reader, named.headings), facts),
    ]).unique(["row", "column"], keep="first", maintain_order=True)  # fmt: skip
    found.damaged, found.proven = changes.height, changes["repaired"].count()
    found.kinds = dict(sorted(Counter(changes["why"]).items()))
    found.damages = [_told(damage) for damage in changes.head(SHOWN).to_dicts()]
    if not found.damaged:
        return
    whole = found.damaged == found.proven and sheet.rejected.is_empty()
    name = found.file.replace("/", "-").removeprefix("inbox-") if not Path(found.file).is_absolute() else path.name
    patch = shop.root / FOLDER / f"{name}.patch.csv"
    found.patch = shown(shop.root, patch)
    copy = shop.root / FOLDER / f"{Path(name).stem}.{'txt' if seen.delimiter == chr(9) else 'csv'}"
    found.repaired = shown(shop.root, copy) if whole else None
    if dry_run:
        return
    table = changes.select(pl.lit(found.file).alias("file"), "row", "column", "value", "repaired", "why")
    write_private(patch, csv_bytes(table, bom=True))
    if whole:
        write_private(copy, _repaired(raw, changes, seen))
        os.utime(copy, (path.stat().st_atime, path.stat().st_mtime))  # what the file speaks of is as old as it was


def _recognised(
    shop: Shop, path: Path, wishes: Wishes, formats: Formats
) -> tuple[Peek, Reader, str | None]:  # fmt: skip
    """How a file is written, its reader, and the encoding in which its headings become known, where they were not."""
    try:
        return (*known_as(shop, path, wishes, formats), None)
    except UnknownHeadings:
        if (found := misread(shop, path, wishes, formats)) is None:
            raise
        return found


def _named(seen: Peek, encoding: str | None) -> Peek:
    return seen if encoding is None else replace(seen, headings=read_headings(seen.headings)[encoding])


def _renamed(frame: pl.DataFrame, seen: Peek, named: Peek) -> pl.DataFrame:
    return frame.rename(dict(zip(seen.headings, named.headings, strict=True)))


def _of_headings(seen: Peek, named: Peek) -> pl.DataFrame:
    """PATCH of the headings that were read wrongly."""
    why = _("a heading that was read in the wrong encoding: read again it is known")
    rows = [(seen.header_row, now, was, now, why, False)
            for was, now in zip(seen.headings, named.headings, strict=True) if was != now]  # fmt: skip
    return pl.DataFrame(rows, schema=PATCH, orient="row")


def _stored(seen: Peek, sheet: Sheet) -> pl.DataFrame:
    """The cells with the digits that a workbook keeps of long numbers, not in scientific notation."""
    if seen.cells is None:
        return sheet.frame
    cells = seen.cells.rename(dict(zip(seen.cells.columns, seen.headings, strict=False)))
    return cells.join(sheet.frame.select("row"), on="row", how="semi").select(sheet.frame.columns)


def _raw(stored: pl.DataFrame, read: pl.DataFrame) -> pl.DataFrame:
    """`read`, with the digits of `stored` where a workbook keeps a long number."""
    digits = pl.col("digits").str.contains(r"^\d{16,}$")
    return read.with_columns(
        pl.DataFrame({"digits": stored[name], "text": read[name]})
        .select(pl.when(digits).then("digits").otherwise("text"))
        .to_series()
        .alias(name)
        for name in read.columns
        if name != "row"
    )


def _repaired(raw: pl.DataFrame, changes: pl.DataFrame, seen: Peek) -> bytes:
    """The whole table with the repaired cells, in the file's own shape, as UTF-8."""
    frame = raw
    for (name,), cells in changes.filter(pl.col("row") >= seen.data_row).group_by("column", maintain_order=True):
        fixed = frame.select("row").join(cells.select("row", "repaired"), on="row", how="left", maintain_order="left")
        frame = frame.with_columns(pl.coalesce(fixed["repaired"], pl.col(str(name))).alias(str(name)))
    text = frame.drop("row").write_csv(
        separator=seen.delimiter or ",",
        quote_style="never" if seen.kind == "text" and not seen.quoting else "necessary",
    )
    return codecs.BOM_UTF8 + text.encode()


def _facts(shop: Shop, channel: str | None) -> tuple[Facts, frozenset[str]]:
    """What the store knows; and all skus and titles."""
    with shop.store.read() as conn:
        skus, titles = known_names.skus(conn), known_names.titles(conn)
        facts = Facts(
            orders=Known.of(known_names.order_numbers(conn, channel)), lines=Known.of(known_names.line_numbers(conn, channel)),
            skus=Known.of(skus), barcodes=Known.of(known_names.barcodes(conn)),
        )  # fmt: skip
    return facts, frozenset((*skus, *titles))


def _told(damage: dict[str, Any]) -> dict[str, Any]:
    """A damage as a message may tell it: what says where somebody lives stands in the patch alone."""
    hidden = ("value", "repaired") if damage["private"] else ()
    return {name: None if name in hidden else value for name, value in damage.items() if name != "private"}
