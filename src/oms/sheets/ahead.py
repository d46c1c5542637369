"""One step ahead: while one piece of a file is worked on, the next is made ready on another core."""

from collections.abc import Iterable, Iterator
from itertools import islice
from threading import Thread
from typing import Generic, TypeVar

Item = TypeVar("Item")


def ahead(items: Iterable[Item]) -> Iterator[Item]:
    """
    The same items, each made in a thread while the caller works on the one before; never more than one waits.

    polars and SQLite let other threads run while they work. What making an item raises is raised where it is asked for.
    A caller may stop early, or be interrupted: there is nothing to clean up, the thread ends with the item it makes.
    """
    source = iter(items)
    coming = _Making(source)
    while coming.is_there():
        made, coming = coming, _Making(source)
        yield made.taken()


class _Making(Thread, Generic[Item]):
    """The next item of `source`, being made."""

    def __init__(self, source: Iterator[Item]) -> None:
        super().__init__()
        self._source = source
        self._made: list[Item] = []
        self._error: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            self._made = list(islice(self._source, 1))
        except BaseException as error:  # noqa: BLE001 - raised again where the item is asked for
            self._error = error

    def is_there(self) -> bool:
        """Waits for it; False after the last."""
        self.join()
        if self._error is not None:
            raise self._error
        return bool(self._made)

    def taken(self) -> Item:
        """The item, of which nothing is kept here: whoever took it decides how long its memory is needed."""
        return self._made.pop()
