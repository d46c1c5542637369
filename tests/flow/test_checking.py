"""`oms config check`: what is allowed but unwise, said before it costs money."""

from oms.flow.checking import check_config
from tests.conftest import Desk

TOML = """
[[locations]]
code = "NJ"
country = "US"

[[channels]]
name = "bazaar"
kind = "generic"
services = { "Std" = "Standard", "*" = "Next day" }

[routing]
wait_penalty = "25.00"
"""
RATES = "location,carrier,service,country,weight_from_g,weight_to_g,price,per_kg,currency\n"


def warned(desk: Desk, rates: str, toml: str = TOML, products: str = "") -> list[str]:
    """The warnings about this oms.toml beside this rate card."""
    (desk.root / "oms.toml").write_text(toml, "utf-8")
    if rates:
        assert 0 == desk.import_text(RATES + rates, "rates.csv").exit_code
    if products:
        assert 0 == desk.import_text("sku,weight_g\n" + products, "products.csv").exit_code
    return check_config(desk.shop).warnings


def test_nothing_is_said_where_all_is_well(desk: Desk) -> None:
    """A card whose dearest row costs what waiting costs is in order; so is a shop without a card."""
    toml = TOML.replace("Next day", "Standard")

    assert [] == warned(desk, "", toml)
    assert [] == warned(desk, "NJ,UPS,Standard,US,0,1000,25.00,0,\n", toml)


def test_a_pickup_where_nobody_hands_out_is_told(desk: Desk) -> None:
    """At a place without `pickup`, or at the nearest of none: those orders would wait for ever."""
    toml = TOML.replace('"Std" = "Standard", "*" = "Next day"', '"At the shop" = "pickup:NJ", "Collect" = "pickup"')

    assert [
        "channels.bazaar.services: `At the shop` is collected at `NJ`, which has no pickup = true, or is not among the "
        "channel's locations",
        "channels.bazaar.services: `Collect` is `pickup`, and none of the channel's locations has pickup = true: "
        "such orders wait",
    ] == warned(desk, "", toml)
    assert [] == warned(desk, "", toml.replace('code = "NJ"', 'code = "NJ"\npickup = true'))


def test_a_language_without_messages_is_told(desk: Desk) -> None:
    """Who asks for Chinese learns that it is English that comes, and is not left to wonder."""
    toml = TOML.replace("Next day", "Standard")

    assert ["business.language `zh`: messages are not translated yet, they come in English"] == warned(
        desk, "", '[business]\nlanguage = "zh"\n' + toml)  # fmt: skip


def test_a_wait_penalty_below_the_dearest_shipment_is_told(desk: Desk) -> None:
    """The dearest is that of the heaviest thing sold, not of a ton that nobody sends."""
    toml = TOML.replace("Next day", "Standard")
    rates = "NJ,UPS,Standard,US,0,1000,5.00,0,\n*,UPS,Standard,CA,1000,900000,20.00,10,\n"

    assert [] == warned(desk, rates, toml, "MUG,400\n")
    assert [
        "routing.wait_penalty 25.00 is less than the dearest shipment, 30.00 by UPS Standard: "
        "what can be shipped is shipped all the same"
    ] == warned(desk, rates, toml, "MUG,400\nANVIL,2000\n")  # 20.00 + 1 kg at 10.00
    assert [] == warned(desk, rates, toml.replace('wait_penalty = "25.00"', ""), "ANVIL,2000\n")


def test_what_does_not_fit_the_rate_card_is_named(desk: Desk) -> None:
    """Words for services, places and currencies that the other side does not know."""
    warned(desk, "MOON,DHL,Standard,US,0,1000,5.00,0,\n", TOML.replace('"NJ"', '"MOON"'))
    rates = "NJ,UPS,Standard,US,0,1000,5.00,0,\nNJ,Yamato,Standard,JP,0,1000,900,0,JPY\n"

    assert [
        "[fx] does not know JPY: 1 row of the rate card cannot be used",
        "no location `MOON`: 1 row of the rate card for it",
        "channels.bazaar.services: `Next day` is not in the rate card",
    ] == warned(desk, rates)
