"""One step ahead: while one piece of a file is worked on, the next is made ready on another core."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")


def ahead(items: Iterable[Item]) -> Iterator[Item]:
    """
    The same items, each made in a thread while the caller works on the one before; never more than one waits.

    polars and SQLite let other threads run while they work. What making an item raises is raised where it is asked for.
    """
    source = iter(items)
    with ThreadPoolExecutor(1) as worker:
        coming = worker.submit(lambda: next(source, None))
        while (item := coming.result()) is not None:
            coming = worker.submit(lambda: next(source, None))
            yield item
