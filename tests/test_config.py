"""oms.toml: what is wrong is said with its key, its value and what to write; what is set on the command line stays TOML."""

import tomllib
from datetime import timedelta

import pytest

from oms.config_file import parse, set_value
from oms.errors import ConfigError

GOOD = """
[business]
name = "Blue Door"     # what buyers read
[[locations]]
code = "NJ"
country = "US"
[[channels]]
name = "web"
kind = "generic"
"""

WRONG = [
    ('[pick]\nmax_age = "999999999999d"', '`pick.max_age` `999999999999d`: not a length of time: write "24h", "7d" or "90m"'),
    ('[pick]\nmax_age = "-1h"', '`pick.max_age` `-1h`: not a length of time: write "24h", "7d" or "90m"'),
    ('[fx]\nJPY = "-1"', "`fx.JPY` `-1`: a rate is more than 0"),
    ('[fx]\nJPY = "0"', "`fx.JPY` `0`: a rate is more than 0"),
    ('[fx]\nJPY = "abc"', '`fx.JPY` `abc`: not a rate: write what one unit is worth, "0.0066"'),
    ('[fx]\nYEN = "0.0066"', '`fx.YEN.[key]` `YEN`: not a currency: use an ISO 4217 code like "USD"'),
    ('[routing]\nwait_penalty = "1e30"', "`routing.wait_penalty` `1e30`: more than a billion: nothing costs that"),
    ('[routing]\nsplit_penalty = "-1"', "`routing.split_penalty` `-1`: an amount of money is 0 or more"),
    ('[routing]\ngoal = "cheap"', "`routing.goal` `cheap`: is one of `cost`, `distance`, `ranked`"),
    ("[routing]\nmax_parcels = 0", "`routing.max_parcels` `0`: must be 1 or more"),
    ('[routing]\ngaol = "cost"', "`routing.gaol`: unknown key, did you mean `goal`?"),
    ("verify = 3", "`verify` `3`: is a table: write [table] on a line of its own, or { key = \"value\" }"),
    ('[[locations]]\ncode = ".."\ncountry = "US"',
     '`locations....code` `..`: has no spaces, does not begin with a dot, and none of / \\ : * ? " < > |'),
    ('[[locations]]\ncode = "NJ"\ncountry = "US"', "locations: `NJ` stands twice"),
    ('[[channels]]\nname = "b"\nkind = "generic"\npriority = "high"',
     "`channels.b.priority` `high`: is a whole number, without quotes"),
    ('[[routing.rules]]\nname = "eu"', "`routing.rules.eu`: says nothing: add only, never, never_carriers, prefer, max_km, "
                                       "priority, ship_complete, max_parcels or min_value"),
    ('[[routing.rules]]\nname = "eu"\nonly = ["NY"]', "routing.rules.eu.only: no location `NY`, did you mean `NJ`?"),
    ('[[routing.rules]]\nname = "eu"\nmax_km = 5\nchannels = ["wed"]',
     "routing.rules.eu.channels: no channel `wed`, did you mean `web`?"),
    ('[[routing.rules]]\nname = "eu"\nmax_km = 5\ncountry = "DE"',
     "`routing.rules.eu.country`: unknown key, did you mean `countries`?"),
    ('[[routing.rules]]\nname = "eu"\nmax_km = 5\n[[routing.rules]]\nname = "eu"\nmax_km = 6',
     "routing.rules: `eu` stands twice"),
]  # fmt: skip


@pytest.mark.parametrize(("more", "what"), WRONG)
def test_what_is_wrong_is_said_in_one_line(more: str, what: str) -> None:
    """Key, value, and what to write instead; never a word of the library underneath."""
    text = more + GOOD if more.startswith("verify") else GOOD + more
    with pytest.raises(ConfigError) as refused:
        parse(text)

    assert f"oms.toml: {what}" == refused.value.message


def test_the_united_kingdom_is_gb() -> None:
    """As everybody writes it, in places and in rules: orders and rate cards come as GB."""
    toml = '[[locations]]\ncode = "LDN"\ncountry = "UK"\n[[routing.rules]]\nname = "r"\ncountries = ["uk"]\nonly = ["LDN"]\n'
    config = parse(toml, "oms.toml")

    assert ("GB", ("GB",)) == (config.locations[0].country, config.routing.rules[0].countries)


def test_lengths_of_time() -> None:
    """Minutes, hours, days, weeks."""
    config = parse(GOOD + '[pick]\nmax_age = "90m"\n[sync]\nmax_age = "2w"')

    assert (timedelta(minutes=90), timedelta(days=14)) == (config.pick.max_age, config.sync.max_age)


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("locations.NJ.cutoff", "14:00", "14:00"),
        ("locations.NJ.closed", '["2027-02-05"]', ["2027-02-05"]),
        ("business.name", 'Ada = "Fox" # & Sons', 'Ada = "Fox" # & Sons'),
        ("routing.split_penalty", "1.50", 1.5),
        ("channels.web.services", '{ "*" = "Standard" }', {"*": "Standard"}),
        ("pick.slips", "false", False),
    ],
)
def test_a_key_is_set_as_it_was_typed(key: str, value: str, expected: object) -> None:
    """TOML where it is TOML, else text; the file can be read afterwards, with its comments."""
    text = set_value(GOOD, key, value)
    here = tomllib.loads(text)
    for part in key.split("."):
        here = here[0] if isinstance(here, list) else here
        here = here.get(part, here)

    assert expected == here
    assert "# what buyers read" in text


@pytest.mark.parametrize("key", ["business.name.x", "business.name.x.y"])
def test_a_value_has_no_keys(key: str) -> None:
    """Setting a key below a value is refused, not a traceback."""
    with pytest.raises(ConfigError, match="is a value, not a table"):
        set_value(GOOD, key, "1")
