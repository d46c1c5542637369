"""Packing slips: one printable HTML file a location, one page an order, the order_ref as a barcode."""

from importlib.resources import files
from string import Template

import polars as pl

from oms.config import Config, Location
from oms.core.pick import local_time
from oms.flow.barcodes import STYLE, symbols
from oms.words import _

#: What a page says of its order, the same on each of its picks.
_ORDER = ("channel", "order_ref", "placed_at", "service", "delivery", "gift", "note", "parcel_with")
_PERSON = ("name", "company", "address1", "address2", "postcode", "city", "region", "country")


def slips_html(picks: pl.DataFrame, contacts: pl.DataFrame, config: Config, location: Location) -> bytes:
    """
    The slips of one location: `picks` (store.picking.PICKS, in the order of the pages), `contacts` (CONTACTS).

    Everything a seller's data says passes escaping; the file needs nothing from outside.
    """
    orders = (
        picks.select("order_id", *_ORDER, lines=_line())
        .group_by("order_id", maintain_order=True)
        .agg(pl.col(_ORDER).first(), pl.col("lines").str.join(""))
        .join(contacts.select("order_id", *_PERSON), on="order_id", how="left", maintain_order="left")
        .with_columns(local_time("placed_at", config.zone_of(location), "%Y-%m-%d"), _address().alias("address"))
    )
    pages = orders.with_columns(symbols(orders["order_ref"]).alias("symbol")).select(_page(config.business.name))
    frame = Template(files("oms.data").joinpath("slips.html").read_text("utf-8"))
    above, below = frame.substitute(
        language="zh-CN" if config.business.language == "zh" else "en",
        title=_markup(_("Packing slips {location}", location=location.code)),
        symbols=STYLE,
        pages="\0",
    ).split("\0")
    return "".join([above, *pages.to_series(), below]).encode()


def _page(business: str) -> pl.Expr:
    facts = [_said("channel"), _said("placed_at"), _said("service"),
             pl.when(pl.col("delivery") == "pickup").then(pl.lit(_("customer collects")))]  # fmt: skip
    # The slip travels with the parcel: tags are for the bench alone and stay on the pick list.
    shared = pl.when(pl.col("parcel_with").is_not_null()).then(
        pl.format(_("in one parcel with {refs}", refs="{}"), "parcel_with")
    )  # fmt: skip
    remarks = [shared, pl.when("gift").then(pl.lit(_("GIFT"))), _said("note")]
    headings = "".join(f"<th>{_markup(word)}</th>" for word in (_("quantity"), _("sku"), _("title")))
    return _text(
        f"<section>\n<header><div><h1>{_markup(business)}</h1><small>", _escaped(_joined(facts, " · ")),
        "</small></div>\n<div>", pl.col("symbol"), "<h2>", _escaped(pl.col("order_ref")), "</h2></div></header>\n",
        _where(pl.col("address"), "<address>", "</address>\n"),
        f"<table><tr>{headings}</tr>\n", pl.col("lines"), "</table>\n",
        _where(_escaped(_joined(remarks, "\n")), '<p class="k">', "</p>\n"), "</section>\n",
    )  # fmt: skip


def _line() -> pl.Expr:
    kit = pl.when(pl.col("line_sku") != pl.col("sku")).then(pl.format(_("kit {sku}", sku="{}"), "line_sku"))
    remark = _joined([kit, _said("variant"), _said("line_note")], " · ")
    return _text(
        "<tr><td>", pl.col("quantity").cast(pl.String), "</td><td>", _escaped(pl.col("sku")), "</td><td>",
        _escaped(pl.col("title")), _where(_escaped(remark), "<br/><small>", "</small>"), "</td></tr>\n",
    )  # fmt: skip


def _address() -> pl.Expr:
    town = _joined([_said(name) for name in ("postcode", "city", "region")], " ")
    street = [_said(name) for name in ("name", "company", "address1", "address2")]
    return _escaped(_joined([*street, town, _said("country")], "\n"))


def _said(name: str) -> pl.Expr:
    """The column, NULL where it is empty."""
    return pl.when(pl.col(name) != "").then(name)


def _joined(texts: list[pl.Expr], separator: str) -> pl.Expr:
    """Those of `texts` that say something, with `separator` between them; NULL where none does."""
    joined = pl.concat_str(texts, separator=separator, ignore_nulls=True)
    return pl.when(joined != "").then(joined)


def _where(text: pl.Expr, before: str, after: str) -> pl.Expr:
    """`text` between its tags; NULL where there is none."""
    return pl.concat_str(pl.lit(before), text, pl.lit(after))


def _text(*parts: pl.Expr | str) -> pl.Expr:
    """Markup and columns one after the other, leaving out what is NULL."""
    return pl.concat_str([pl.lit(part) if isinstance(part, str) else part for part in parts], ignore_nulls=True)


def _escaped(text: pl.Expr) -> pl.Expr:
    return text.str.replace_many(["&", "<", ">"], ["&amp;", "&lt;", "&gt;"])


def _markup(text: str) -> str:
    return str(pl.select(_escaped(pl.lit(text))).item())
