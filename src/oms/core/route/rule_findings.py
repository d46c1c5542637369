"""What is odd about the seller's rules taken together: one that another makes needless, two that leave no place."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations

from oms.core.route.rulings import Rule

ADDS_NOTHING = "adds_nothing"  # the second says nothing that the first does not say of all its orders
NEVER_HEARD = "never_heard"  # the first comes before the second and sets the same thing for all its orders
CONTRADICT = "contradict"  # an order that fits both leaves from nowhere

_LISTS = ("channels", "countries", "postcodes", "services", "tags", "skus")
_MOST = ("value_under",)
_LEAST = ("value_over", "unit_over_g", "unit_over_mm", "address_line_over")
#: Filters of which an order has one value, so that two lists without a common entry share no order.
_SINGLE = ("channels", "countries", "services")


@dataclass(frozen=True)
class Finding:
    """What is odd, and the rules it is about, in the order in which the kind names them."""

    kind: str
    rules: tuple[str, ...]


def findings(rules: Sequence[Rule], codes: Sequence[str]) -> list[Finding]:
    """What can be said of rules without looking at an order; `codes` are all locations."""
    found = []
    for first, second in permutations(rules, 2):
        if not covers(first, second):
            continue
        earlier = rules.index(first) < rules.index(second)
        if _says_all(first, second, codes) and (earlier or not second.prefer) and not (covers(second, first) and not earlier):
            found.append(Finding(ADDS_NOTHING, (first.name, second.name)))
        elif earlier and _outshouts(first, second):
            found.append(Finding(NEVER_HEARD, (first.name, second.name)))
    for first, second in combinations(rules, 2):
        left = [set(codes) - set(rule.bars(codes)) for rule in (first, second)]
        if all(left) and not left[0] & left[1] and _may_meet(first, second):
            found.append(Finding(CONTRADICT, (first.name, second.name)))
    return found


def covers(wide: Rule, narrow: Rule) -> bool:
    """Whether every order that fits `narrow` surely fits `wide`, as their filters are written."""
    for name in _LISTS:
        wanted, given = _words(wide, name), _words(narrow, name)
        if wanted and not (given and given <= wanted):
            return False
    for name in _MOST:
        most, own = getattr(wide, name), getattr(narrow, name)
        if most is not None and (own is None or own > most):
            return False
    for name in _LEAST:
        least, own = getattr(wide, name), getattr(narrow, name)
        if least is not None and (own is None or own < least):
            return False
    return True


def _says_all(first: Rule, second: Rule, codes: Sequence[str]) -> bool:
    """Whether all that `second` says is said by `first` too."""
    near = first.max_metres is not None and (second.max_metres is None or first.max_metres <= second.max_metres)
    return (
        set(second.bars(codes)) <= set(first.bars(codes))
        and _folded(second.never_carriers) <= _folded(first.never_carriers)
        and (second.max_metres is None or near)
        and (not second.prefer or second.prefer == first.prefer)
        and (second.max_parcels is None or (first.max_parcels or second.max_parcels + 1) <= second.max_parcels)
        and (second.min_value is None or (first.min_value or -1) >= second.min_value)
        and all(
            getattr(second, name) is None or getattr(first, name) == getattr(second, name)
            for name in ("priority", "ship_complete")
        )
    )  # fmt: skip


def _outshouts(first: Rule, second: Rule) -> bool:
    return any(
        None not in (getattr(first, name), getattr(second, name)) and getattr(first, name) != getattr(second, name)
        for name in ("priority", "ship_complete")
    )


def _may_meet(first: Rule, second: Rule) -> bool:
    """Whether an order may fit both."""
    for name in _SINGLE:
        one, other = _words(first, name), _words(second, name)
        if one and other and not one & other:
            return False
    for rule, another in ((first, second), (second, first)):
        if None not in (rule.value_under, another.value_over) and (rule.value_under or 0) <= (another.value_over or 0) + 1:
            return False
    if first.postcodes and second.postcodes:
        pairs = ((a, b) for a in _words(first, "postcodes") for b in _words(second, "postcodes"))
        return any(a.startswith(b) or b.startswith(a) for a, b in pairs)
    return True


def _words(rule: Rule, name: str) -> set[str]:
    words: Collection[str] = getattr(rule, name)
    return set(words) if name in ("channels", "skus") else _folded(words)


def _folded(words: Collection[str]) -> set[str]:
    return {word.strip().casefold() for word in words}
