"""
How a table fits a terminal: what stays on one line, what is folded at its words, and, where words would have to be broken,
what moves to lines of its own below the row.
"""

from collections.abc import Iterator, Sequence

from rich.cells import cell_len

#: Columns are three characters apart. What is folded gets as much as the roomy one where there is room, no less than the
#: fair one for the sake of another column, and at worst the least.
_GAP, _ROOMY, _FAIR, _LEAST = 3, 24, 16, 8
#: What moves below a row stands in from the margin; the row's own columns stand nearer then.
_INDENT, _NEAR = "     ", 2


def widths(rows: Sequence[Sequence[str]]) -> list[int]:
    """How wide each column is, the heading among `rows`."""
    return [max(max(map(cell_len, cell.splitlines()), default=0) for cell in column) for column in zip(*rows, strict=True)]


def _room(wide: Sequence[int], width: int) -> int:
    """What a table of `width` has for the cells of so many columns: a margin on both sides, gaps between."""
    return width - 2 - _GAP * (len(wide) - 1)


def whole(rows: Sequence[Sequence[str]], width: int) -> list[bool]:
    """Which columns stay on one line: the narrow ones, as many as fit; texts are folded before order numbers are."""
    wide = widths(rows)
    available = _room(wide, width)
    fitting = [most for most in range(_ROOMY, _LEAST, -1) if sum(min(each, most) for each in wide) <= available]
    fair = [most for most in fitting if most >= _FAIR] or fitting[:1] or [_LEAST]
    return max((_kept(wide, available, most) for most in fair), key=sum)


def _kept(wide: Sequence[int], available: int, folded: int) -> list[bool]:
    """Which columns stay on one line where a folded one gets `folded`."""
    needed = sum(min(each, folded) for each in wide)
    kept = [False] * len(wide)
    for index in sorted(range(len(wide)), key=lambda index: wide[index]):
        needed += wide[index] - min(wide[index], folded)
        if needed > available:
            break
        kept[index] = True
    return kept


def breaks_words(rows: Sequence[Sequence[str]], width: int) -> bool:
    """True where columns of a table of `width` would be too narrow for an order number, a sku or a time in them."""
    wide, kept = widths(rows), whole(rows, width)
    rest = _room(wide, width) - sum(each for each, stays in zip(wide, kept, strict=True) if stays)
    narrow = [index for index, stays in enumerate(kept) if not stays]
    for index in sorted(narrow, key=lambda index: wide[index]):
        share = min(wide[index], rest // (len(narrow) or 1))
        if any(cell_len(word) > share for row in rows[1:] for word in row[index].split()):
            return True
        rest, narrow = rest - share, narrow[1:]
    return False


def stacked(rows: Sequence[Sequence[str]], width: int, right: Sequence[bool]) -> Iterator[tuple[str, bool]]:
    """
    The lines of a table whose widest columns stand below each row, as "heading value"; rows[0] are the headings.

    The first two columns stay where they fit, and of the others as many as do. With each line whether it is the heading.
    """
    wide = widths(rows)
    beside = list(range(len(wide)))
    while sum(wide[index] + _NEAR for index in beside) > width and len(beside) > 1:
        beside.remove(max(beside[2:] or beside[1:], key=lambda index: wide[index]))
    headings = rows[0]
    for number, row in enumerate(rows):
        cells = [_aligned(row[index], wide[index], right[index]) for index in beside]
        yield (" " + (" " * _NEAR).join(cells)).rstrip(), number == 0
        if number == 0:
            continue
        below = [f"{headings[index]} {row[index]}" for index in range(len(wide)) if index not in beside and row[index]]
        if below:
            yield from ((line, False) for line in _wrapped(" · ".join(below), width))


def _aligned(text: str, width: int, right: bool) -> str:
    fill = " " * max(0, width - cell_len(text))
    return fill + text if right else text + fill


def _wrapped(text: str, width: int) -> Iterator[str]:
    """`text` in lines of `width`, broken between words; a word longer than a line stays whole, so that it can be copied."""
    line = _INDENT
    for word in text.split():
        if line.strip() and cell_len(line) + cell_len(word) > width:
            yield line.rstrip()
            line = _INDENT
        line += word + " "
    if line.strip():
        yield line.rstrip()
