"""One file a channel: their spelling <-> our nouns. `READERS` are the kinds of file `oms import` takes."""

from oms.channels import amazon, shopify
from oms.channels.base import Reader
from oms.errors import AmbiguousFile, UnknownHeadings
from oms.sheets.columns import normals
from oms.sheets.read import Peek
from oms.words import _

READERS: tuple[Reader, ...] = (*amazon.READERS, *shopify.READERS)

SHOWN = 30  # headings that a message repeats


def recognise(peek: Peek, as_kind: str | None = None) -> Reader:
    """
    The one reader for a file with the headings of `peek`; `as_kind` is what the user says it is.

    Raises:
        UnknownHeadings: nobody knows the headings; the message names them.
        AmbiguousFile: more than one reader does; the message names them.
    """
    headings = normals(peek.headings)
    able = [reader for reader in READERS if reader.recognises(headings)]
    if as_kind is not None:
        able = [reader for reader in able if as_kind in (reader.kind, reader.format)]
    if len(able) == 1:
        return able[0]
    if able:
        names = " or ".join(f"`{reader.format}`" for reader in able)
        raise AmbiguousFile(
            _("{file}: could be {formats}", file=peek.path.name, formats=names), _("say which with `--as`")
        )
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
