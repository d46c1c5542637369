"""
What it weighs that something waits, when it is decided who does.

It is not only a matter of cost. A line of a higher priority weighs as much more, within a priority the order of service
decides between equals, and a unit left behind weighs something though its line waits anyway: a part of a line is sent where
that can be.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from oms.core.route.orders import Order, Prepared
from oms.core.route.plans import Fill, Parcels, got

#: By how much more the waiting of the first in the order of service counts than that of the last. A tenth would make a batch up
#: to 0.4 % dearer.
SENIORITY = 0.001


@dataclass(frozen=True)
class Patience:
    """By order (number in Prepared.orders); money is minor units."""

    price: Mapping[int, int]  # what a line of it costs that waits
    told: Mapping[int, int]  # the same without what is there only because rules prefer other places
    weight: Mapping[int, int]  # its price counts so often when it is decided who waits
    urgency: Mapping[int, float]  # the same, and a little more for those who are served first
    rest: int  # what a line unit weighs that stays behind

    def cost(self, number: int, lines: int) -> int:
        """What so many waiting lines of an order cost."""
        return self.price[number] * lines

    def weighs(self, number: int, lines: int, units: int) -> int:
        """What so many waiting lines of an order, with so many units in all, are taken to cost by who decides."""
        return round(self.price[number] * lines * self.urgency[number]) + self.rest * units


def patience_of(
    prepared: Prepared, numbers: Sequence[int], price: Mapping[int, int], told: Mapping[int, int], rest: int
) -> Patience:  # fmt: skip
    """`numbers`: the orders that compete, in the order of service."""
    levels = sorted({prepared.orders[n].priority for n in numbers})
    weight = {n: 1 + levels.index(prepared.orders[n].priority) for n in numbers}
    last = max(1, len(numbers) - 1)
    urgency = {n: weight[n] + SENIORITY * (1 - place / last) for place, n in enumerate(numbers)}
    return Patience(price, told, weight, urgency, rest)


def left_behind(order: Order, parcels: Parcels) -> tuple[int, int]:
    """Lines of an order that wait with a plan, and the line units that do."""
    fill = Fill.of(order, got(order, parcels))
    return fill.waiting, Fill.full(order).done - fill.done
