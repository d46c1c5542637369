"""Carriers: one spelling each, and numbers that look like theirs."""

import pytest

from oms.core import carriers


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("ups", "UPS"),
        ("UPS® Ground", "UPS"),
        ("U.P.S.", "UPS"),
        ("UPS Mail Innovations", "UPS Mail Innovations"),
        ("usps_priority_mail", "USPS"),
        ("Stamps.com", "USPS"),
        ("FedEx Home Delivery®", "FedEx"),
        ("DHL Express Worldwide", "DHL Express"),
        ("DHL eCommerce US", "DHL eCommerce"),
        ("dhl", "DHL"),
        ("Royal Mail Tracked 24", "Royal Mail"),
        ("royalmail", "Royal Mail"),
        ("Hermes UK", "Evri"),
        ("顺丰速运", "SF Express"),
        ("顺丰标快", "SF Express"),
        ("順豐速運", "SF Express"),
        ("中国邮政", "China Post"),
        ("邮政EMS", "EMS"),
        ("云途物流", "YunExpress"),
        ("递四方", "4PX"),
        ("燕文", "Yanwen"),
        ("菜鸟", "Cainiao"),
        ("京东快递", "JD Logistics"),
        ("AMZL", "Amazon Logistics"),
        ("  Bob's   Vans ", "Bob's Vans"),
    ],
)
def test_a_carrier_has_one_spelling(written: str, name: str) -> None:
    """Whatever a 3PL writes, with its service or in Chinese; an unknown one stays as it was written."""
    assert name == carriers.normalise(written)


@pytest.mark.parametrize(
    ("carrier", "number"),
    [
        ("UPS", "1Z999AA10123456784"),
        ("UPS", "1z 999 aa1 01 2345 6784"),
        ("USPS", "9205590164917312751089"),
        ("USPS", "420221539205590164917312751089"),
        ("USPS", "LZ123456785US"),
        ("FedEx", "986578788855"),
        ("DHL Express", "3318810025"),
        ("DPD", "01234567890123"),
        ("GLS", "12345678901"),
        ("Royal Mail", "RB123456785GB"),
        ("China Post", "LX473124829CN"),
        ("YunExpress", "YT2112345678901234"),
        ("4PX", "4PX3000123456789CN"),
        ("SF Express", "SF1234567890123"),
        ("Yanwen", "UM123456785YP"),
        ("Cainiao", "LP00123456789012"),
        ("Amazon Logistics", "TBA123456789012"),
    ],
)
def test_numbers_of_a_carrier_look_like_it(carrier: str, number: str) -> None:
    """Length, letters and check digit fit."""
    assert carriers.fits(carrier, number) is True


@pytest.mark.parametrize(
    ("carrier", "number"),
    [
        ("UPS", "1Z999AA10123456785"),
        ("USPS", "9205590164917312751080"),
        ("FedEx", "986578788856"),
        ("Royal Mail", "RB123456784GB"),
        ("China Post", "LX473124829US"),
        ("SF Express", "1Z999AA10123456784"),
        ("Amazon Logistics", "9205590164917312751089"),
    ],
)
def test_a_slip_of_the_finger_shows(carrier: str, number: str) -> None:
    """A wrong digit or another carrier's number does not fit."""
    assert carriers.fits(carrier, number) is False


def test_of_an_unknown_carrier_nothing_is_said() -> None:
    """Neither right nor wrong."""
    assert carriers.fits("Bob's Vans", "1") is None


def test_what_spreadsheets_do_to_numbers() -> None:
    """Wrappings are taken off; a rounded number is seen."""
    assert ["9400100000", "9400100000", "TBA1", "42"] == [
        carriers.clean(each) for each in ("'9400 1000 00", '="9400100000"', " TBA1\n", "42.0")
    ]
    assert [True, True, True, False, False] == [
        carriers.damaged(each) for each in ("9.4E+21", "9,40011E21", "9E+21", "12E45", "1Z999E101")
    ]


def test_no_name_means_two_carriers() -> None:
    """The aliases of the table do not overlap."""
    words = [(carriers._key(word), c.name) for c in carriers.CARRIERS for word in {c.name, *c.aliases}]
    twice = {key for key, _name in words if len({name for known, name in words if known == key}) > 1}

    assert set() == twice
