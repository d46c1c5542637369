"""
The lines of a text file as UTF-8: all of it, or a piece; decoded where it is written otherwise.
"""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import IO

from oms.errors import UnreadableFile
from oms.sheets.encodings import Encoding, encoding_of
from oms.sheets.headings import SAMPLE, Peek
from oms.words import _


@dataclass(frozen=True)
class Lines:
    """Lines of a file: all of it, or a piece that begins with line `first`."""

    source: Path | bytes
    skip: int  # lines above the data
    first: int  # number of the first line of data

    def open(self) -> IO[bytes]:
        """The lines of data as bytes."""
        file: IO[bytes] = BytesIO(self.source) if isinstance(self.source, bytes) else self.source.open("rb")
        for _line in range(self.skip):
            file.readline()
        return file

    def numbered(self) -> Iterator[tuple[int, bytes]]:
        """Each line of data with its number in the file."""
        with self.open() as file:
            yield from enumerate(file, self.first)


def lines_of(peek: Peek) -> Lines:
    """The data of a file; UnicodeDecodeError where a guessed encoding turns out wrong further down."""
    plain = peek.encoding == "utf-8" and not peek.guessed and peek.line_end == "\n"
    return Lines(peek.path if plain else utf8_of(peek), peek.data_row - 1, peek.data_row)


def look_again(peek: Peek) -> Peek:
    """The encoding does not hold beyond the sample: judge it by all of the file."""
    content = peek.path.read_bytes()
    again = encoding_of(content)
    if again.name != "utf-8":
        try:
            content.decode(again.name)
        except UnicodeDecodeError:
            again = Encoding("iso-8859-1", guessed=True)  # which takes any byte
    notes = (again.note,) if again.note else ()
    return replace(peek, encoding=again.name, guessed=True, bom=again.bom, notes=notes)


def is_utf8(peek: Peek) -> bool:
    """Whether the file can be read as it is, in pieces."""
    if peek.encoding != "utf-8" or peek.guessed or peek.line_end != "\n":
        return False
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    try:
        with peek.path.open("rb") as file:
            while piece := file.read(SAMPLE << 2):
                decoder.decode(piece)
    except UnicodeDecodeError:
        return False
    return True


def utf8_of(peek: Peek) -> bytes:
    """The file as UTF-8 with `\\n` as line end, piece by piece."""
    try:
        damaged = peek.encoding == "utf-8" and peek.guessed
        decoder = codecs.getincrementaldecoder(peek.encoding)("replace" if damaged else "strict")
        out = bytearray()
        with peek.path.open("rb") as file:
            file.seek(peek.bom)
            while piece := file.read(SAMPLE):
                out += decoder.decode(piece).encode()
            out += decoder.decode(b"", True).encode()
    except UnicodeDecodeError as error:
        if peek.guessed:
            raise
        raise UnreadableFile(
            _("{file}: not text in {encoding}, byte {at}", file=peek.path.name, encoding=peek.encoding, at=error.start),
            _("export the file again as UTF-8"),
        ) from error
    if peek.line_end == "\r":
        return bytes(out).replace(b"\r", b"\n")
    return bytes(out)


def size_of(source: Path | bytes) -> int:
    """In bytes."""
    return len(source) if isinstance(source, bytes) else source.stat().st_size


def count_lines(data: Lines) -> tuple[int, bool]:
    """How many lines, and whether the last one ends."""
    count, last = 0, b"\n"
    with data.open() as file:
        while piece := file.read(SAMPLE << 2):
            count += piece.count(b"\n")
            last = piece[-1:]
    return count + (last != b"\n"), last == b"\n"
