"""Text that was read in the wrong encoding and saved like that: `CafÃ©`, `ºìÉ«` for 红色. One cause for a whole file."""

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from oms.core.damage import read_again
from oms.flow.cells import PATCH
from oms.words import _

#: What was read as Latin-1, likeliest first: UTF-8 proves itself, as hardly anything else is UTF-8.
ENCODINGS = ("utf-8", "gb18030")
_SAID = {"utf-8": "UTF-8", "gb18030": "GBK"}
_COMMON = 0.8  # of the characters: the common ones of GB2312, where it was GBK


@dataclass(frozen=True)
class Reading:
    """How wrongly read text is to be read again; `changes` is PATCH."""

    frame: pl.DataFrame
    changes: pl.DataFrame


def read_headings(headings: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """What the headings are in each encoding in which they are something else."""
    found = {}
    for encoding in ENCODINGS:
        said = [read_again(heading, encoding) for heading in headings]
        again = tuple(heading for heading in said if heading is not None)
        if len(again) == len(headings) and again != headings and len(set(again)) == len(again):
            found[encoding] = again
    return found


def read_text(frame: pl.DataFrame, known: Collection[str], proven: str | None) -> Reading:
    """
    `frame` with its texts read again, where all of them were read wrongly in one way.

    `proven` is the encoding that the headings proved; `known` are skus and titles: one of them among the texts proves it
    too.
    """
    names = [name for name in frame.columns if name != "row"]
    strange = pl.concat([frame[name].drop_nulls().rename("text") for name in names]).unique().sort()
    strange = strange.filter(~strange.str.contains(r"^[\x00-\x7f]*$"))
    for encoding in ENCODINGS if proven is None else (proven,):
        again = {text: read_again(text, encoding) for text in strange}
        if not again or None in again.values() or (encoding != "utf-8" and not _is_chinese("".join(map(str, again.values())))):
            continue
        sure = proven == encoding or encoding == "utf-8" or any(str(text).strip() in known for text in again.values())
        why = _("{encoding} that was read as Latin-1", encoding=_SAID[encoding])
        if not sure:
            why = _("{what}; no sku or title that is known proves it", what=why)
        table = pl.DataFrame({"value": list(again), "repaired": [str(text) if sure else None for text in again.values()]},
                             schema={"value": pl.String, "repaired": pl.String})  # fmt: skip
        changes = [_changes(frame, name, table, why) for name in names]
        if sure:
            frame = frame.with_columns(pl.col(name).replace(dict(again)) for name in names)
        return Reading(frame, pl.concat(changes))
    return Reading(frame, pl.DataFrame(schema=PATCH))


def _changes(frame: pl.DataFrame, name: str, table: pl.DataFrame, why: str) -> pl.DataFrame:
    cells = frame.select("row", value=pl.col(name)).join(table, on="value", maintain_order="left")
    return cells.select("row", column=pl.lit(name), value="value", repaired="repaired", why=pl.lit(why), private=pl.lit(True))


def _is_chinese(text: str) -> bool:
    """Whether a text is made of common characters: nearly any two bytes are some character of GBK."""
    strange = [character for character in text if not character.isascii()]
    common = 0
    for character in strange:
        try:
            lead = character.encode("gb2312")[0]
        except UnicodeEncodeError:
            continue
        common += 0xA1 <= lead <= 0xA3 or 0xB0 <= lead <= 0xD7
    return bool(strange) and common >= _COMMON * len(strange)
