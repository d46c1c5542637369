"""Where an address is, and how sharply that is known."""

import pytest

from oms.core.distance import blunter, distance_km, name_key, postcode_key
from oms.flow.geo import atlas


def test_great_circle() -> None:
    """A degree of the equator is 111.195 km, from there to the pole 10,007.557 km; nothing is 0."""
    assert 111.195 == round(distance_km(0, 0, 0, 1), 3)
    assert 10007.557 == round(distance_km(0, 33, 90, -118), 3)
    assert 0 == distance_km(12.5, 7.25, 12.5, 7.25)
    assert 20015 == round(distance_km(0, 0, 0, 180))


@pytest.mark.parametrize(
    ("address", "level"),
    [
        (("US", None, None, "07001"), "postcode"),
        (("us", None, None, "07001-1234"), "postcode"),
        (("US", "NY", "New York", "10149"), "prefix"),  # a zip without an area: the mean of 101
        (("US", "OR", "Portland", None), "city"),
        (("US", "Oregon", "Nowhere at all", "*****"), "region"),
        (("US", None, None, None), "country"),
        (("GB", None, None, "SW1A 1AA"), "prefix"),
        (("CN", "广东省", "深圳市", None), "city"),
        (("CN", "广东省", None, None), "region"),
        (("SG", None, None, "018956"), "country"),
        (("VN", None, "Hanoi", "100000"), "city"),
    ],
)
def test_levels(address: tuple[str | None, ...], level: str) -> None:
    """The exact postcode, else its longest known prefix, else city, region, country."""
    spot = atlas().find(*address)

    assert spot is not None
    assert level == spot.level


def test_the_region_tells_two_towns_apart() -> None:
    """Portland in Maine is not Portland in Oregon."""
    oregon, maine = atlas().find("US", "OR", "Portland", None), atlas().find("US", "ME", "Portland", None)

    assert oregon is not None
    assert maine is not None
    assert (-123, -70) == (round(oregon.longitude), round(maine.longitude))


def test_british_outward_codes_are_whole() -> None:
    """N1 1AA lies in N1 (Islington), not in N11 (Friern Barnet)."""
    assert atlas().find("GB", None, None, "N1 1AA") == atlas().find("GB", None, None, "N1")
    assert atlas().find("GB", None, None, "N11 1AA") == atlas().find("GB", None, None, "N11")


def test_nowhere_is_nowhere() -> None:
    """Without a country, or in one nobody knows, there is no spot."""
    assert atlas().find(None, None, None, "07001") is None
    assert atlas().find("ZZ", None, None, "1") is None


def test_spellings() -> None:
    """Postcodes and names match whatever their case, accents and hyphens."""
    assert "SW1A1AA" == postcode_key("sw1a 1aa")
    assert "100001" == postcode_key("100-001")
    assert "sao paulo" == name_key("São-Paulo")
    assert "city" == blunter("postcode", "city") == blunter("city", "coordinates")
