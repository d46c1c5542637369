"""
Which line of a file is which line of the store, and what it changes there, by the stage the line has reached.

Before picking a cut takes effect at once; after picking it is a recall and the counters stand.
"""

from collections.abc import Sequence

from oms.core.change_set import LineChange, SaidLine, StoredLine

_LINE_FACTS = ("title", "variant", "barcode", "note", "unit_price", "discount", "tax")


def match_lines(
    stored: Sequence[StoredLine], said: Sequence[SaidLine]
) -> tuple[list[tuple[StoredLine, SaidLine]], list[StoredLine], list[SaidLine]]:
    """
    Which said line is which stored one: by the channel's id, then by content (the same number of units first), then by
    sku or title, position last.

    Returns the pairs, the stored lines nobody speaks of, and the said lines nobody knows.
    """
    left, new = list(stored), list(said)
    pairs: list[tuple[StoredLine, SaidLine]] = []
    ways = (_same_id, _same_content_and_units, _same_content, _same_article_and_place, _same_article, _same_title_and_place)
    for same in ways:
        for line in list(new):
            found = next((known for known in left if same(known, line)), None)
            if found is not None:
                pairs.append((found, line))
                left.remove(found)
                new.remove(line)
    return sorted(pairs, key=lambda both: both[0].position), left, new


def _same_id(known: StoredLine, line: SaidLine) -> bool:
    return line.line_ref is not None and known.has_channel_ref and known.line_ref == line.line_ref


def _could_be(known: StoredLine, line: SaidLine) -> bool:
    """Two lines with ids of the channel that are not equal are two lines, whatever else they share."""
    return line.line_ref is None or not known.has_channel_ref


def _same_content_and_units(known: StoredLine, line: SaidLine) -> bool:
    """Occurrences are counted anew in each file: of two lines of one sku, each stays the one that is as large."""
    same = _content(known.line_key) == _content(line.line_key) and known.net == line.quantity - line.cancelled
    prices = {facts["unit_price"] for facts in (known.facts, line.facts) if facts.get("unit_price") is not None}
    return same and len(prices) < 2 and _could_be(known, line)


def _content(line_key: str) -> str:
    return line_key.rpartition("#")[0]


def _same_content(known: StoredLine, line: SaidLine) -> bool:
    return _could_be(known, line) and known.line_key == line.line_key


def _same_article(known: StoredLine, line: SaidLine) -> bool:
    return _could_be(known, line) and known.listing_sku == line.listing_sku


def _same_article_and_place(known: StoredLine, line: SaidLine) -> bool:
    return _same_article(known, line) and known.title == line.title and known.position == line.position


def _same_title_and_place(known: StoredLine, line: SaidLine) -> bool:
    same = known.title is not None and known.title == line.title and known.position == line.position
    return same and _could_be(known, line)


def missing(known: StoredLine) -> SaidLine:
    return SaidLine(None, known.line_key, known.position, known.listing_sku, known.title, 0, 0, 0)


def line_change(known: StoredLine, said: SaidLine, *, cancelled: bool, older: bool, whole_orders: bool) -> LineChange:
    change = LineChange(known, known.ordered, known.cancelled, known.recalled, known.shipped)
    wanted = 0 if cancelled else said.quantity - said.cancelled
    explicit = cancelled or said.cancelled > 0
    if wanted < known.net and (explicit or not older):
        _cut(change, known.net - wanted)
    elif wanted > known.net and not older and (known.net > 0 or whole_orders) and not cancelled:
        _raise(change, wanted - known.net)
    left = change.ordered - change.cancelled - change.shipped
    change.shipped += max(0, min(left, said.shipped - change.shipped))
    change.recalled = min(change.recalled, change.ordered - change.cancelled)
    fits = max(0, change.ordered - change.cancelled - change.recalled - known.picking - known.shipped)
    if change.recalled and not known.picking:
        fits = max(0, change.ordered - change.cancelled - known.shipped)
    change.released = max(0, known.reserved - fits)
    change.facts = {
        name: said.facts.get(name) for name in _LINE_FACTS
        if said.facts.get(name) is not None and said.facts.get(name) != known.facts.get(name)
        and (not older or known.facts.get(name) is None)
    }  # fmt: skip
    if said.line_ref is not None and not known.has_channel_ref:
        change.facts |= {"line_ref": said.line_ref, "has_channel_ref": 1}
    return change


def _cut(change: LineChange, units: int) -> None:
    """Units that have not been picked are cancelled; those at the bench or gone are recalled."""
    known = change.line
    free = max(0, known.ordered - known.cancelled - max(known.shipped + known.picking, known.recalled))
    cancelled = min(units, free)
    change.cancelled += cancelled
    change.recalled += units - cancelled


def _raise(change: LineChange, units: int) -> None:
    """A recall that is taken back comes first; cancelled units stay cancelled, more are ordered."""
    unrecalled = min(units, change.recalled)
    change.recalled -= unrecalled
    change.ordered += units - unrecalled
