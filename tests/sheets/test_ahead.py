"""Pieces made ahead in a thread: the same pieces, in the same order, with the same errors."""

from collections.abc import Iterator
from threading import Event

import pytest

from oms.errors import UnreadableFile
from oms.sheets.ahead import ahead


def test_the_pieces_come_as_they_would_without_it() -> None:
    """Reading ahead changes neither which pieces come nor their order."""
    assert list(ahead(range(5))) == [0, 1, 2, 3, 4]
    assert list(ahead([])) == []


def test_only_one_piece_waits() -> None:
    """However slow loading is, no more than one piece stands ready beside the one that is worked on."""
    made: list[int] = []
    ready = Event()

    def pieces() -> Iterator[int]:
        for number in range(4):
            made.append(number)
            if number == 1:
                ready.set()
            yield number

    taken = ahead(pieces())
    next(taken)
    ready.wait(5)

    assert made == [0, 1]


def test_an_error_arises_at_the_piece_that_has_it() -> None:
    """What is wrong with a later piece is said there, after the pieces before it were handed on."""

    def pieces() -> Iterator[int]:
        yield 1
        raise UnreadableFile("broken")

    taken = ahead(pieces())
    first = next(taken)

    assert first == 1
    with pytest.raises(UnreadableFile, match="broken"):
        next(taken)
