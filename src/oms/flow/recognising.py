"""Which files a user means, which reader each of them takes, and whose each of them is: all that needs no store."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from oms.channels import look
from oms.channels import recognise as reader_of
from oms.channels.base import Reader
from oms.channels.custom import Formats, Unusable
from oms.config import Channel
from oms.errors import AmbiguousFile, UnknownHeadings, UnreadableFile
from oms.flow.mojibake import read_headings
from oms.flow.shop import Shop
from oms.sheets import guard
from oms.sheets.columns import normals
from oms.sheets.read import Peek, peek
from oms.words import _


@dataclass(frozen=True)
class Wishes:
    """What the user said about the files of one command."""

    channel: str | None = None
    location: str | None = None
    kind: str | None = None
    as_of: str | None = None  # a time or a day, as the person wrote it


@dataclass(frozen=True)
class Recognised:
    """A file we know how to read."""

    path: Path
    peek: Peek
    reader: Reader
    channel: Channel | None


def files_in(root: Path, paths: Sequence[Path]) -> list[Path]:
    """The files that `paths` name: a folder stands for the files in it and in its folders, except what is done."""
    found: list[Path] = []
    for path in paths:
        if not path.is_dir():
            found.append(path)
            continue
        for each in sorted(path.rglob("*")):
            inside = each.relative_to(path).parts
            hidden = any(part.startswith((".", "~$")) for part in inside)
            if each.is_file() and not hidden and "done" not in inside[:-1]:
                found.append(each)
    return list(dict.fromkeys(found))


def shown(root: Path, path: Path) -> str:
    """`path` relative to the workspace where it lies in it, else as it was given."""
    try:
        return path.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        return str(path)


def recognise(shop: Shop, path: Path, wishes: Wishes, formats: Formats) -> Recognised:
    """
    How `path` is to be read, and whose it is.

    Raises UnreadableFile (AmbiguousFile, UnknownHeadings, OverLimit) where the file or its owner is not clear.
    """
    guard.check(path, shop.config.limits)
    try:
        seen, reader = known_as(shop, path, wishes, formats)
    except UnknownHeadings as error:
        if misread(shop, path, wishes, formats) is None:
            raise
        raise UnknownHeadings(
            error.message,
            _("they were read in the wrong encoding and saved like that: oms import --repair {file} reads them again",
              file=shown(shop.root, path)),
        ) from error  # fmt: skip
    return Recognised(path, seen, reader, channel_of(shop, path, reader, wishes))


def known_as(shop: Shop, path: Path, wishes: Wishes, formats: Formats) -> tuple[Peek, Reader]:
    """
    How `path` is written and who reads it, as `channels.look` does it.

    A file for which a format was made that cannot be used is refused: it must not be taken for something else. A draft
    stands in nobody's way.
    """
    meant = next((each for each in formats.unusable if each.name == wishes.kind), None)
    if meant is not None:
        raise _not_used(path, meant)
    try:
        seen, reader = look(path, shop.config.limits, formats.usable, wishes.kind)
    except UnknownHeadings as error:
        headings = normals(peek(path, shop.config.limits).headings)
        meant = next((each for each in formats.unusable if each.is_for(headings)), None)
        if meant is not None:
            raise _not_used(path, meant) from error
        raise
    headings = normals(seen.headings)
    meant = next((each for each in formats.unusable if each.is_for(headings) and not each.draft), None)
    if meant is not None and wishes.kind != reader.format:
        raise _not_used(path, meant)
    return seen, reader


def _not_used(path: Path, meant: Unusable) -> UnreadableFile:
    return UnreadableFile(_("{file}: {problem}", file=path.name, problem=meant.error.message), meant.error.hint)


def misread(shop: Shop, path: Path, wishes: Wishes, formats: Formats) -> tuple[Peek, Reader, str] | None:
    """
    How a file with headings that nobody knows is written, its reader, and the encoding in which its headings are known.

    None where there is no such encoding.
    """
    seen = peek(path, shop.config.limits)
    own = [form.reader for form in formats.usable]
    for encoding, headings in read_headings(seen.headings).items():
        try:
            return seen, reader_of(replace(seen, headings=headings), wishes.kind, own), encoding
        except UnreadableFile:
            continue
    return None


def together(files: Sequence[Recognised]) -> list[Recognised]:
    """The files of one command, each with the reader that it takes beside the others of its channel."""
    formats: dict[str | None, set[str]] = {}
    for file in files:
        formats.setdefault(_name(file), set()).add(file.reader.format)
    return [
        replace(file, reader=beside(formats[_name(file)]))
        if (beside := getattr(file.reader, "beside", None)) is not None
        else file
        for file in files
    ]


def _name(file: Recognised) -> str | None:
    return file.channel.name if file.channel else None


def channel_of(shop: Shop, path: Path, reader: Reader, wishes: Wishes) -> Channel | None:
    """Whose file it is: `--channel`, the folder of the inbox, else the only channel that could have written it."""
    config = shop.config
    names = {channel.name: channel for channel in config.channels}
    named = wishes.channel
    if named is None and path.resolve().parent.parent == (shop.root / "inbox").resolve():
        named = path.resolve().parent.name if path.resolve().parent.name in names else None
    if named is not None:
        channel = config.channel(named)
        if reader.channel_kind not in (None, channel.kind):
            raise UnreadableFile(
                _("{file}: a file of {kind}, and channel `{channel}` is {other}", file=path.name,
                  kind=reader.channel_kind, channel=named, other=channel.kind),
                _("name the channel it comes from with --channel"),
            )  # fmt: skip
        return channel
    if reader.channel_kind is None and reader.kind != "orders":
        return None
    able = [c for c in config.channels if c.kind == (reader.channel_kind or "generic")]
    if not able and reader.channel_kind is None:
        able = list(config.channels)
    if len(able) == 1:
        return able[0]
    if not able:
        kind = reader.channel_kind or "generic"
        raise UnreadableFile(
            _("{file}: {format}, but oms.toml has no channel of kind {kind}", file=path.name, format=reader.format, kind=kind),
            _('add to oms.toml: [[channels]] name = "{kind}" kind = "{kind}"', kind=kind),
        )
    raise AmbiguousFile(
        _("{file}: could be from {names}", file=path.name, names=", ".join(f"`{c.name}`" for c in able)),
        _("say which with --channel"),
    )
