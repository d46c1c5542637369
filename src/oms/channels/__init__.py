"""One file a channel: their spelling <-> our nouns. `READERS` are the kinds of file `oms import` takes."""

from oms.channels import amazon, own, shopify, square
from oms.channels.base import Reader
from oms.errors import AmbiguousFile, UnknownHeadings
from oms.sheets.columns import normals
from oms.sheets.read import Peek
from oms.words import _

READERS: tuple[Reader, ...] = (*amazon.READERS, *shopify.READERS, *square.READERS, *own.READERS)
#: Asked one after the other where none of READERS knows a file.
FALLBACKS: tuple[Reader, ...] = own.FALLBACKS

SHOWN = 30  # headings that a message repeats


def recognise(peek: Peek, as_kind: str | None = None) -> Reader:
    """
    The one reader for a file with the headings of `peek`; `as_kind` is what the user says it is.

    Raises:
        UnknownHeadings: nobody knows the headings; the message names them.
        AmbiguousFile: more than one reader does; the message names them.
    """
    headings = normals(peek.headings)
    able: list[Reader] = []
    for readers in (READERS, *((reader,) for reader in FALLBACKS)):
        able = [r for r in readers if as_kind in (None, r.kind, r.format) and r.recognises(headings)]
        if able:
            break
    if len(able) == 1:
        return able[0]
    if able:
        names = " or ".join(f"`{reader.format}`" for reader in able)
        raise AmbiguousFile(
            _("{file}: could be {formats}", file=peek.path.name, formats=names), _("say which with `--as`")
        )
    if (lacking := own.nearly(peek, as_kind)) is not None:
        raise lacking
    shown = ", ".join(f"`{heading}`" for heading in peek.headings[:SHOWN])
    more = _(" and {count} more", count=len(peek.headings) - SHOWN) if len(peek.headings) > SHOWN else ""
    hint = _("`oms template KIND` writes an empty file of each of our own kinds")
    if as_kind is not None:
        message = _("{file}: not `{kind}`, by its headings: {headings}", file=peek.path.name, kind=as_kind,
                    headings=shown + more)  # fmt: skip
        raise UnknownHeadings(message, hint)
    raise UnknownHeadings(
        _("{file}: nobody knows these headings: {headings}", file=peek.path.name, headings=shown + more), hint
    )
