"""When what waits for stock may expect it: goods that are on their way, given to the orders in their order of service."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date


@dataclass
class Shipment:
    """Units of a sku that are on their way to a location; None: nobody said where to."""

    sku: str
    location: str | None
    units: int
    expected_on: date


def expected_days(
    waiting: Iterable[tuple[Collection[str], str, int]], shipments: Iterable[Shipment]
) -> list[date | None]:  # fmt: skip
    """
    Of each row of `waiting` (places it may leave from, sku, units short; first served first) the day on which the last of its
    units is expected; None where too few are on their way to its places. A row that must go short takes nothing.
    """
    on_their_way: dict[str, list[Shipment]] = {}
    for each in sorted(shipments, key=lambda s: (s.expected_on, s.location is None, s.location or "")):
        on_their_way.setdefault(each.sku, []).append(Shipment(each.sku, each.location, each.units, each.expected_on))
    found: list[date | None] = []
    for places, sku, short in waiting:
        usable = [
            s for s in on_their_way.get(sku, ())
            if s.units > 0 and (s.location is None or s.location in places)
        ]  # fmt: skip
        if sum(s.units for s in usable) < short:
            found.append(None)
            continue
        day = None
        for shipment in usable:
            if short <= 0:
                break
            taken = min(short, shipment.units)
            shipment.units -= taken
            short -= taken
            day = shipment.expected_on
        found.append(day)
    return found
