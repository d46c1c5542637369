"""
Which places an order would rather leave from: each rank below the first counts more than any order costs.

So a preference decides wherever plans fill the same, among plans that suit it alike the cost decides, and whoever plans or
bounds needs to know nothing but a parcel's price. What is told of a cost leaves it out: nobody pays it.
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple


class Preference(NamedTuple):
    """`prefer` of a rule, for one order: the rank of each place among those that may send it, 0 first."""

    rule: str  # empty: the nearest place, where the buyer collects
    ranks: tuple[int, ...]


def preferences(
    wanted: Sequence[tuple[str, Sequence[Collection[str]]]], codes: Sequence[str], candidates: Sequence[int]
) -> tuple[Preference, ...]:
    """
    The preferences that tell `candidates` apart, in the order of the file.

    `wanted`: rule and its tiers, the best first; places in none of them come last.
    """
    found = []
    for rule, tiers in wanted:
        tier = [next((n for n, among in enumerate(tiers) if code in among), len(tiers)) for code in codes]
        used = sorted({tier[place] for place in candidates})
        if len(used) > 1:
            ranks = tuple(used.index(tier[n]) if n in candidates else 0 for n in range(len(codes)))
            found.append(Preference(rule, ranks))
    return tuple(found)


def surcharges(wanted: Sequence[Preference], dearest: int, parcels: int) -> tuple[int, ...]:
    """
    What a parcel counts more by place, so that the ranks of up to `parcels` parcels are compared rule by rule.

    `dearest`: no plan of an order costs more; rounded up to a power of two.
    """
    step = 1 << max(0, dearest).bit_length()
    sums = [0] * len(wanted[0].ranks)
    for each in reversed(wanted):
        sums = [total + step * rank for total, rank in zip(sums, each.ranks, strict=True)]
        step *= max(each.ranks) * parcels + 1
    return tuple(sums)
