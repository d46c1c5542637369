"""
The best routing so far: a column an order, and what is left of each scarce resource.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from oms.core.route.optimum.items import Floats, Ints
from oms.core.route.optimum.pool import Pool


class Incumbent:
    """
    A routing of the kernel's orders. Orders are numbered by their position in `kernel.orders` here.

    Columns of an order stand together, the best at `prices` first.
    """

    def __init__(self, pool: Pool, prices: Floats, choice: Sequence[int]) -> None:
        """`choice`: a column for each order; together they keep to the limits."""
        self.pool, self.prices = pool, prices
        kernel = pool.kernel
        position = np.full(max(kernel.orders) + 1, -1)
        position[kernel.orders] = np.arange(len(kernel.orders))
        self.owner = position[pool.order]
        self.reduced = pool.reduced(prices)
        ranked = np.lexsort((np.arange(len(pool)), self.reduced, self.owner))
        starts = np.searchsorted(self.owner[ranked], np.arange(len(kernel.orders) + 1))
        self._ranked, self._starts = ranked, starts
        self.best = self.reduced[ranked[starts[:-1]]]
        self.entries = np.concatenate([[0], np.cumsum(np.bincount(pool.column, minlength=len(pool)))])
        self._resources, self._amounts = pool.resource.tolist(), pool.amount.tolist()
        self._ends = self.entries.tolist()
        self.choice = np.array(choice, np.int64)
        self.left = np.where(kernel.scarce, kernel.limits, 0).astype(np.int64)
        self.holders: dict[int, set[int]] = {}
        for order, column in enumerate(self.choice.tolist()):
            self._book(order, column, 1)

    def columns(self, order: int) -> Ints:
        """The columns of an order, best first."""
        return self._ranked[self._starts[order] : self._starts[order + 1]]

    def uses(self, column: int) -> Iterable[tuple[int, int]]:
        """(resource, amount) of a column."""
        part = slice(self._ends[column], self._ends[column + 1])
        return zip(self._resources[part], self._amounts[part], strict=True)

    def fits(self, order: int, column: int) -> bool:
        """Whether an order can change to a column while all others stay."""
        own = dict(self.uses(int(self.choice[order])))
        return all(amount < 0 or self.left[resource] + own.get(resource, 0) >= amount for resource, amount in self.uses(column))

    def change(self, order: int, column: int) -> None:
        """Give an order another column."""
        self._book(order, int(self.choice[order]), -1)
        self.choice[order] = column
        self._book(order, column, 1)

    def _book(self, order: int, column: int, sign: int) -> None:
        for resource, amount in self.uses(column):
            self.left[resource] -= sign * amount
            if sign > 0:
                self.holders.setdefault(resource, set()).add(order)
            else:
                self.holders[resource].discard(order)

    @property
    def goal(self) -> int:
        """What is looked for the least of."""
        return int(self.pool.goal[self.choice].sum())

    @property
    def cost(self) -> int:
        """What all orders cost, stickiness included."""
        return int(self.pool.cost[self.choice].sum())

    @property
    def waits(self) -> int:
        """What all that waits costs, by weight."""
        return int(self.pool.waits[self.choice].sum())

    def slack(self) -> Floats:
        """By order: how much dearer its column is than its best one, at the prices."""
        slack: Floats = np.maximum(0.0, self.reduced[self.choice] - self.best)
        return slack

    def waste(self) -> Floats:
        """By resource: what is left of it, at its price. Slack and waste together are the gap to the bound of the prices."""
        waste: Floats = self.left * self.prices
        return waste


def round_shares(pool: Pool, shares: Floats, prices: Floats, base: Sequence[int]) -> Incumbent:
    """`base`: a column for each order that all could have at once, where each starts from."""
    routing = Incumbent(pool, prices, base)
    surest = np.zeros(len(base))
    np.maximum.at(surest, routing.owner, shares)
    for order in np.argsort(-surest, kind="stable").tolist():
        mine = routing.columns(order)
        # By share in tenths: what is split evenly goes by the prices, which `columns` are ordered by.
        for column in mine[np.argsort(-np.round(shares[mine], 1), kind="stable")].tolist():
            if column == routing.choice[order]:
                break
            if routing.fits(order, column):
                routing.change(order, column)
                break
    return routing
