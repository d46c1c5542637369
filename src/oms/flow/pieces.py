"""
A long file, read piece by piece before any of it is loaded: what is said of a file is said of all of it.

Only once the last piece is read it is known as of when the file speaks and what in it is rejected. Until they are loaded, one
by one, the pieces lie compressed in memory, a twentieth of what they take as frames.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import chain

import polars as pl

from oms.channels.base import Context, Reader, Reading, merged, read_parts
from oms.config import Limits
from oms.flow.cells import noticed
from oms.model.frames import LINES, ORDERS, empty
from oms.sheets.read import Peek


@dataclass(frozen=True)
class Read:
    """A file, read: `whole` says everything but the orders and lines, which come piece by piece."""

    whole: Reading
    orders: int
    damages: dict[str, int]  # what a spreadsheet may have changed, by what it did
    _packed: tuple[tuple[bytes, bytes], ...]

    def pieces(self) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
        """The frames ORDERS and LINES of each piece, in the order of the file."""
        if not self._packed:
            yield self.whole.orders, self.whole.lines
        for orders, lines in self._packed:
            yield _unpacked(orders), _unpacked(lines)


def read(reader: Reader, peek: Peek, limits: Limits, context: Context) -> Read:
    """Read the file of `peek`; a file of one piece is handed on as it is."""
    parts = read_parts(reader, peek, limits, context)
    first, second = next(parts), next(parts, None)
    if second is None:
        return Read(first, first.orders.height, noticed(first), ())
    readings: list[Reading] = []
    packed: list[tuple[bytes, bytes]] = []
    orders, damages = 0, Counter[str]()
    for reading in chain([first, second], parts):
        orders += reading.orders.height
        damages.update(noticed(reading))
        packed.append((_packed(reading.orders), _packed(reading.lines)))
        readings.append(replace(reading, orders=empty(ORDERS), lines=empty(LINES)))
    return Read(merged(readings), orders, dict(damages), tuple(packed))


def _packed(frame: pl.DataFrame) -> bytes:
    out = BytesIO()
    frame.write_ipc(out, compression="zstd")
    return out.getvalue()


def _unpacked(data: bytes) -> pl.DataFrame:
    return pl.read_ipc(data)
