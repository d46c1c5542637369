"""
What every key of `oms.toml` means: for `oms config keys`, and for the tables of docs/reference/config.md, which
`python -m tests.make_reference` writes from here. Which keys there are, and their defaults, is config.py's to say.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from oms.config import Business, Channel, FallbackRate, Limits, Location, Pick, Routing, RoutingRule, Sync, Table, Verify
from oms.errors import UsageError
from oms.words import _, nearest


@dataclass(frozen=True)
class Key:
    """One key: the table it stands in, what it takes, what it is where it is absent (None: it is needed), what it means."""

    section: str
    key: str
    type: str
    default: str | None
    meaning: str

    def json(self) -> dict[str, Any]:
        """Keys: section, key, type, default, meaning."""
        return {"section": self.section, "key": self.key, "type": self.type, "default": self.default, "meaning": self.meaning}


#: The tables of the file, as their headings are written; `[fx]` has keys of the seller's own.
SECTIONS: Mapping[str, type[Table]] = {
    "business": Business, "locations": Location, "channels": Channel, "routing": Routing, "routing.fallback_rate": FallbackRate,
    "routing.rules": RoutingRule,    "verify": Verify, "pick": Pick, "sync": Sync, "limits": Limits,
}  # fmt: skip
#: Tables that may stand more than once.
REPEATED = ("locations", "channels", "routing.rules")


def every_key() -> Iterator[Key]:
    """Every key, in the order of the file."""
    for section, told in _told().items():
        if section == "fx":
            yield from (Key("fx", key, kind, _("none"), meaning) for key, (kind, meaning) in told.items())
            continue
        for key, field in SECTIONS[section].model_fields.items():
            kind, meaning = told[key]
            default = None if field.is_required() else _absent(section).get(key) or _written(field.default)
            yield Key(section, key, kind, default, meaning)


def find(word: str) -> list[Key]:
    """
    The keys of the table or with the dotted name `word`, spelled as in the file or for `oms config set`
    (`channels.amazon-us.buffer`); UsageError with the nearest table or key where there is none.
    """
    every = list(every_key())
    wanted = word.strip().strip("[]")
    first, _dot, last = wanted.partition(".")
    last = last.rpartition(".")[2]
    chosen = [key for key in every if key.section == wanted]
    chosen = chosen or [key for key in every if (key.section.partition(".")[0], key.key) == (first, last)]
    chosen = chosen or [key for key in every if key.key == wanted]
    if not chosen:
        sections = list(dict.fromkeys(key.section for key in every))
        known = [*sections, *dict.fromkeys(key.key for key in every), *(f"{key.section}.{key.key}" for key in every)]
        raise UsageError(_("no table or key `{word}` in oms.toml{near}", word=word, near=nearest(wanted, known)),
                         _("tables: {sections}", sections=", ".join(sections)))  # fmt: skip
    return chosen


def heading(section: str) -> str:
    """The line that begins `section` in the file."""
    return f"[[{section}]]" if section in REPEATED else f"[{section}]"


def _written(value: object) -> str:
    """A default as it would be written in the file."""
    if value is None:
        return _("none")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, timedelta):
        days, seconds = divmod(int(value.total_seconds()), 86_400)
        return f'"{days}d"' if days > 1 and not seconds else f'"{(days * 86_400 + seconds) // 3600}h"'
    if isinstance(value, (str, Decimal)):
        return f'"{value}"'
    if isinstance(value, int):
        return f"{value:_}"
    return "[]" if value == () else "{}" if value == {} else str(value)


def _absent(section: str) -> dict[str, str]:
    """What stands for an absent key, where its default says less than words do."""
    if section == "locations":
        return {"timezone": _("the business's"), "working_days": _("Monday to Friday"), "daily_capacity": _("no limit"),
                "format": _("ours")}  # fmt: skip
    if section == "channels":
        return {"timezone": _("the business's"), "currency": _("the business's"), "locations": _("every place that ships"),
                "max_listed": _("no limit"), "label": _("by kind"), "stock_file": '`"price-and-quantity"`'}  # fmt: skip
    return {}


def _told() -> dict[str, dict[str, tuple[str, str]]]:
    """Of each key its type and its meaning; a function, so that they are told in the language of the day."""
    text, whole, flag, money = _("text"), _("whole number"), _("true or false"), _("money")
    zone, currency, length, table = _("zone name"), _("ISO 4217 code"), _("length of time"), _("table")
    return {
        "business": {
            "name": (text, _("printed on packing slips")),
            "currency": (currency, _("costs and rate cards are in it; other currencies need `[fx]`")),
            "timezone": (zone, _("the zone of every place and channel that names none")),
            "language": (_("`en` or `zh`"), _("the language of messages; so far all of them are in English")),
        },
        "locations": {
            "code": (_("text without spaces"), _("the short name in your files: `NJ`")),
            "name": (text, _("as people read it; a channel that names places is matched on it")),
            "channel_names": (table, _("what a channel calls this place, where it spells it otherwise: "
                                       '`{ site = "Newark" }`; by the name of the channel or its kind')),
            "kind": (_("`warehouse`, `store` or `3pl`"), _("a 3PL gets an order file beside its pick list and slips")),
            "country": (_("two letters"), _("where it is")),
            "region": (text, _("state or province")),
            "city": (text, _("measured from where there is no postcode")),
            "postcode": (text, _("distances are measured from here")),
            "latitude": (_("number, -90 to 90"), _("instead of the postcode, together with `longitude`")),
            "longitude": (_("number, -180 to 180"), _("instead of the postcode, together with `latitude`")),
            "ships": (flag, _("may ship parcels")),
            "pickup": (flag, _("buyers may collect here")),
            "returns": (flag, _("takes returns; nothing asks for it yet")),
            "cutoff": (_("time of day"), _("local; a later order leaves on the next working day")),
            "timezone": (zone, _("the zone of `cutoff` and of counts that name none")),
            "working_days": (_("list of `mon` … `sun`"), _("days on which parcels leave")),
            "closed": (_("list of days or ranges"), _('`"2026-11-26"` or `"2027-02-05/2027-02-12"`')),
            "daily_capacity": (whole, _("orders that can leave on one day")),
            "handling": (money, _("cost of a parcel, beside the carrier's price")),
            "handling_unit": (money, _("cost of a unit in it")),
            "safety_stock": (whole, _("units of each sku never offered to a channel")),
            "routing_reserve": (whole, _("units of each sku never routed; kept for the counter")),
            "format": (text, _("the 3PL's order file: a file in `formats/`, or `amazon-mcf`, which comes with oms")),
            "channel": (_("name of a channel"),
                        _("whose own warehouse this is (FBA): it sends nothing of that channel, and nothing of one that makes "
                          "its own labels; its order file names that channel's listings")),
        },
        "channels": {
            "name": (_("text without spaces"), _("your name for this account: `amazon-us`")),
            "kind": (_("kind of channel"), _("whose files it has: `amazon`, `shopify` …, `generic`, or a file in `formats/`")),
            "timezone": (zone, _("for times in its files that carry no zone")),
            "currency": (currency, _("for amounts in its files that name none")),
            "locations": (_("list of codes"), _("whose stock it may sell, and from where its orders go out")),
            "buffer": (_('number or `"10%"`'), _("units of each sku kept back from this channel")),
            "max_listed": (whole, _("never offer more than this")),
            "priority": (whole, _("higher is served first when stock is short")),
            "services": (table, _("the channel's word for a service → the word in your rate card, or `pickup` or "
                                  "`pickup:SHOP` where the buyer collects; `\"*\"` is the rest")),
            "label": (_("`own` or `platform`"),
                      _("who makes the shipping label; `platform` for tiktok, shopee, lazada and temu")),
            "ship_complete": (flag, _("the whole order waits for its last line")),
            "allow_partial": (flag, _("whether some units of a line leave before the others; else it goes whole or waits")),
            "handling_days": (whole, _("working days until `ship_by`, where the file gives none")),
            "stock_file": (_("`price-and-quantity` or `listings-feed`"), _("Amazon: the file that `oms sync` writes")),
            "seller_id": (text, _("Amazon: your merchant token; a listings feed needs it")),
            "marketplace_id": (text, _("Amazon: the marketplace that an order for its warehouse names, `ATVPDKIKX0DER`")),
        },
        "routing": {
            "goal": (_("`cost`, `distance` or `ranked`"), _("what the plan makes least")),
            "split_penalty": (money, _("for each parcel of an order after its first, on top of its own cost")),
            "late_penalty": (money, _("for each parcel and day after `ship_by`")),
            "wait_penalty": (money, _("for each line left waiting; what can be shipped is shipped all the same")),
            "max_parcels": (_("1 to 10"), _("parcels of one order at most")),
            "volumetric_divisor": (whole, _("mm³ per gram: a parcel weighs at least its volume divided by this")),
            "stickiness": (money, _("what moving an order that is routed already must save")),
            "fallback_rate": (table, _('`{ base = "8.00", per_km = "0.002", per_kg = "1.00" }` where no row of the rate card '
                                       "matches")),
            "ranking": (_("list of codes"), _('the order of places for `goal = "ranked"`, and the last tie-break')),
            "consolidate": (flag, _("orders of one buyer to one address go in one parcel, where that costs less")),
            "transfer_cost": (money, _("what carrying a unit from one of your places to another costs; `oms route --report` "
                                       "names transfers that save more")),
            "rules": (_("list of tables"), _("`[[routing.rules]]`, below")),
        },
        "routing.fallback_rate": {
            "base": (money, _("price of a parcel")),
            "per_km": (money, _("for each kilometre between the places")),
            "per_kg": (money, _("for each kilogram of the parcel")),
        },
        "routing.rules": {
            "name": (_("text without spaces"), _("what `oms explain` calls it")),
            "channels": (_("list of channel names"), _("filter: orders of these channels")),
            "countries": (_("list of two letters"), _("filter: orders that go there")),
            "postcodes": (_("list of texts"), _("filter: postcodes that begin so, without spaces and hyphens")),
            "services": (_("list of texts"), _("filter: what the buyer ordered, in the channel's words")),
            "tags": (_("list of texts"), _("filter: orders with any of these tags")),
            "skus": (_("list of texts"), _("filter: orders with any of these skus; `*` and `?` stand for anything")),
            "value_under": (money, _("filter: orders whose total is less")),
            "value_over": (money, _("filter: orders whose total is more")),
            "unit_over_g": (whole, _("filter: orders with a unit that weighs more, in grams")),
            "unit_over_mm": (whole, _("filter: orders with a unit whose longest side is more, in millimetres")),
            "address_line_over": (whole, _("filter: orders with an address line of more characters")),
            "only": (_("list of codes"), _("they leave from these places alone")),
            "never": (_("list of codes"), _('they never leave from these; `["*"]`: from nowhere')),
            "never_carriers": (_("list of texts"), _("carriers of the rate card that never take them")),
            "max_km": (_("number"), _("they leave from no place farther from the buyer; nor from one whose distance nobody "
                                      "knows")),
            "priority": (whole, _("added to the channel's: higher is served first when stock is short")),
            "ship_complete": (flag, _("in place of the channel's")),
            "prefer": (_("list of codes"), _("they leave from the first of these that fills as much, whatever it costs; a list "
                                            "in the list: places of equal rank")),
            "max_parcels": (_("1 to 10"), _("in place of that of `[routing]`; of several rules the least")),
            "min_value": (money, _("they part only where the goods of each part, what waits included, are worth this")),
        },
        "verify": {
            "accept_cod": (_("list of channel names"), _("whose cash-on-delivery orders may ship unpaid")),
            "unpaid_hold": (length, _("how long an unpaid order keeps its stock from being offered")),
        },
        "pick": {
            "max_age": (length, _("no picking for a channel whose orders were imported longer ago; a cancel may be waiting")),
            "slips": (flag, _("write packing slips")),
        },
        "fx": {"JPY": (_("rate"), _('what one unit of that currency is worth in the business currency: `JPY = "0.0066"`'))},
        "sync": {
            "oversell_risk": (_("above 0, below 1"), _('kept for `buffer = "auto"`, which is not built yet')),
            "guard_zeroed": (_("0 to 1"),
                             _("refuse a stock file that would set more than this share of a channel's listings to 0")),
            "max_age": (length, _("no stock file for a channel whose orders were imported longer ago")),
        },
        "limits": {
            "file_mb": (whole, _("the largest file, unpacked; guards against workbooks that unpack to gigabytes")),
            "rows": (whole, _("the most rows in a file")),
            "columns": (whole, _("the most columns in a file")),
        },
    }  # fmt: skip
