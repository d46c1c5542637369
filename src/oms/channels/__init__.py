"""One file a channel: their spelling <-> our nouns. `READERS` are the kinds of file `oms import` takes."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from oms.channels import (
    amazon,
    ebay,
    ebay_stock,
    erp,
    etsy,
    lazada,
    own,
    return_files,
    shipment_files,
    shop_catalogs,
    shopee,
    shopify,
    square,
    temu,
    tiktok,
    walmart,
    warehouse_files,
    woocommerce,
)
from oms.channels.base import Reader
from oms.channels.custom import Format
from oms.channels.legends import Nearly, bound_of, nearly
from oms.config import Limits
from oms.errors import AmbiguousFile, UnknownHeadings
from oms.sheets.columns import normals
from oms.sheets.encodings import CANDIDATES, Encoding
from oms.sheets.headings import DELIMITERS
from oms.sheets.read import Peek, peek
from oms.words import _

READERS: tuple[Reader, ...] = (
    *amazon.READERS, *shopify.READERS, *square.READERS, *woocommerce.READERS, *walmart.READERS, *erp.READERS, *own.READERS,
    *tiktok.READERS, *lazada.READERS, *shopee.READERS,
    *temu.READERS, *ebay.READERS, *ebay_stock.READERS, *etsy.READERS, *warehouse_files.READERS,
    *return_files.READERS, *shop_catalogs.READERS,
)  # fmt: skip
#: Asked one after the other where none of READERS knows a file.
FALLBACKS: tuple[Reader, ...] = (*shipment_files.FALLBACKS, *warehouse_files.FALLBACKS, *own.FALLBACKS)

SHOWN = 30  # headings that a message repeats
#: Kinds that take many a file: another one that knows so many and twice as many of its headings is meant.
_OURS: tuple[Reader, ...] = (*own.READERS, *own.FALLBACKS)
_CLEAR = 6


def look(path: Path, limits: Limits, formats: Sequence[Format] = (), as_kind: str | None = None) -> tuple[Peek, Reader]:
    """
    How `path` is written and the one reader for it, the seller's own `formats` among them.

    A format that says how its files are written is tried with that where the file says nothing to anybody otherwise.
    Raises UnknownHeadings and AmbiguousFile as `recognise` does.
    """
    seen = peek(path, limits)
    try:
        reader = recognise(seen, as_kind, [form.reader for form in formats])
    except UnknownHeadings:
        ways = [form for form in formats if form.encodings or form.delimiter]
        again = [(_told(_written_as(path, limits, form), form), form.reader) for form in ways]
        able = [
            (other, r) for other, r in again if as_kind in (None, r.kind, r.format) and r.recognises(normals(other.headings))
        ]
        if not able:
            raise
        return able[0] if len(able) == 1 else _ambiguous(path, [r for _other, r in able])
    known = next((form for form in formats if form.reader is reader), None)
    if known is not None and known.encodings and seen.guessed:
        seen = _told(seen if seen.encoding in known.encodings else _written_as(path, limits, known), known)
    return seen, reader


def _written_as(path: Path, limits: Limits, form: Format) -> Peek:
    delimiters = (form.delimiter,) if form.delimiter else DELIMITERS
    return peek(path, limits, form.encodings or CANDIDATES, delimiters)


def _told(seen: Peek, form: Format) -> Peek:
    """`seen` without the remark that its encoding is a guess, where the format says it."""
    guess = Encoding(seen.encoding, guessed=True).note
    return replace(seen, notes=tuple(note for note in seen.notes if note != guess or seen.encoding not in form.encodings))


def _ambiguous(path: Path, able: Sequence[Reader]) -> NoReturn:
    names = " or ".join(f"`{reader.format}`" for reader in able)
    raise AmbiguousFile(_("{file}: could be {formats}", file=path.name, formats=names), _("say which with `--as`"))


def _known(reader: Reader, peek: Peek) -> int:
    return len(set(bound_of(reader, peek.headings).headings.values()))


def _lacks(peek: Peek, near: Nearly) -> UnknownHeadings:
    return UnknownHeadings(
        _("{file}: as {format} it lacks {missing}; found: {headings}", file=peek.path.name, format=near.reader.format,
          missing=_(" or ").join(f"`{each}`" for each in near.lacks),
          headings=", ".join(f"`{each}`" for each in peek.headings[:SHOWN])),
        _("export it again with all of its columns; if it is another kind of file: oms format new FILE"),
    )  # fmt: skip


def recognise(peek: Peek, as_kind: str | None = None, extra: Sequence[Reader] = ()) -> Reader:
    """
    The one reader for a file with the headings of `peek`; `as_kind` is what the user says it is, `extra` are readers
    beside the built-in ones.

    Raises:
        UnknownHeadings: nobody knows the headings; the message names them.
        AmbiguousFile: more than one reader does; the message names them.
    """
    headings = normals(peek.headings)
    able: list[Reader] = []
    for readers in ((*READERS, *extra), *((reader,) for reader in FALLBACKS)):
        able = [r for r in readers if as_kind in (None, r.kind, r.format) and r.recognises(headings)]
        if able:
            break
    channels = [r for r in able if r.channel_kind is not None and r in READERS]
    if len(channels) == 1 and len(able) > 1 and all(r in _OURS or r is channels[0] for r in able):
        able = channels  # our own kinds are everybody's, and less exact
    if len(able) > 1 and as_kind is None and all(r in READERS for r in able):
        most, second = sorted((_known(r, peek) for r in able), reverse=True)[:2]
        if most >= max(_CLEAR, 2 * second):
            able = [r for r in able if _known(r, peek) == most]
    near = None if as_kind else nearly(peek.headings, [r for r in (*READERS, *FALLBACKS) if r not in _OURS])
    if len(able) == 1:
        if near is not None and able[0] in _OURS and near.knows >= max(_CLEAR, 2 * _known(able[0], peek)):
            raise _lacks(peek, near)
        return able[0]
    if able:
        _ambiguous(peek.path, able)
    ours = own.nearly(peek, as_kind)
    if near is not None and (ours is None or near.knows > ours[0]):
        raise _lacks(peek, near)
    if ours is not None:
        raise ours[1]
    shown = ", ".join(f"`{heading}`" for heading in peek.headings[:SHOWN])
    more = _(" and {count} more", count=len(peek.headings) - SHOWN) if len(peek.headings) > SHOWN else ""
    unread = "".join(f"; {note}" for note in peek.notes) if peek.kind == "workbook" else ""
    hint = _("`oms format new FILE` drafts a format for files like it; `oms template KIND` writes an empty file of our own")
    if as_kind is not None:
        message = _("{file}: not `{kind}`, by its headings: {headings}", file=peek.path.name, kind=as_kind,
                    headings=shown + more + unread)  # fmt: skip
        raise UnknownHeadings(message, hint)
    raise UnknownHeadings(
        _("{file}: nobody knows these headings: {headings}", file=peek.path.name, headings=shown + more + unread), hint
    )
