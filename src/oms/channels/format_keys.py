"""What the keys of a format file mean, for `oms format keys`; which there are is format_file.py's and fields.py's to say."""

from collections.abc import Iterator, Sequence

from oms.channels.answers import STOCK, TRACKING
from oms.channels.format_file import ALLOWED, NEEDED
from oms.config_keys import Key
from oms.words import _


def every_key() -> Iterator[Key]:
    """The keys of the file, those of a column, and the fields that a column may be, kind by kind."""
    tables = {"": _file(), "columns.FIELD": _column(), "stock_file": _answer(), "tracking_file": _answer(),
              "stock_file.columns": _answer_column(STOCK), "tracking_file.columns": _answer_column(TRACKING)}  # fmt: skip
    for section, told in tables.items():
        for key, (kind, default, meaning) in told.items():
            yield Key(section, key, kind, default, meaning)
    for kind, fields in ALLOWED.items():
        needed = {field for group in NEEDED[kind] for field in group if len(group) == 1}
        for field in fields:
            yield Key("columns", field, _("heading"), None if field in needed else _("none"), _("of {kind}", kind=kind))


def _file() -> dict[str, tuple[str, str | None, str]]:
    words, none = _("table of words"), _("none")
    return {
        "kind": (_("`orders`, `stock` or `tracking`"), None, _("what the file holds")),
        "draft": (_("true or false"), "false", _("`true`: not finished, and no file is read by it")),
        "recognise": (_("list of headings"), None, _("a file that has all of them is of this format")),
        "encodings": (_("list of encodings"), "[]", _('what to try where a file is not UTF-8: `"gb18030"`, `"cp1252"` …')),
        "delimiter": (_("one sign"), none, _("the sign between cells, where it is none of `,` tab `;` `|`")),
        "zone": (_("zone name"), _("the channel's"), _("of times without an offset")),
        "currency": (_("ISO 4217 code"), _("the channel's"), _("of amounts, where there is no such column")),
        "row": (_("`line` or `unit`"), '"line"', _("`unit`: a row is one unit, and there is no quantity")),
        "order_columns": (_("`repeat` or `first`"), '"repeat"',
                          _("`first`: what is the order's stands on the first of its rows only")),
        "whole_orders": (_("true or false"), "false", _("`true`: a line that is missing from a newer file was removed")),
        "columns": (_("table"), None, _("our field = its heading, a list of headings, or a table")),
        "statuses": (words, "{}", _("words under `status` = ready, shipped, delivered, cancelled, unpaid or on_hold")),
        "payments": (words, "{}", _("words under `payment_status` = paid, unpaid or cod")),
        "external": (_("list of words"), "[]", _("words under `fulfilment` of goods in the marketplace's own warehouse")),
        "stock_file": (_("table"), _("ours"), _("the file that `oms sync` writes for a channel of this kind")),
        "tracking_file": (_("table"), _("ours"), _("the file that `oms confirm` writes for a channel of this kind")),
    }  # fmt: skip


def _column() -> dict[str, tuple[str, str | None, str]]:
    return {
        "heading": (_("text or list"), _("none"), _("the heading; of a list, the first that is there counts")),
        "value": (_("text"), _("none"), _("the same text in every row, instead of a heading")),
        "formats": (_("text or list"), "[]", _('how times are written: `"%d.%m.%Y %H:%M"`')),
        "decimal": (_("`.` or `,`"), '"."', _("`,` where 1.234,50 is written")),
        "missing": (_("text or list"), "[]", _("words that stand for an empty cell")),
    }


def _answer() -> dict[str, tuple[str, str | None, str]]:
    return {
        "delimiter": (_("one sign"), '","', _("the sign between cells")),
        "encoding": (_("encoding"), '"utf-8"', _("what the file is written in")),
        "header": (_("true or false"), "true", _("`false`: no line of headings")),
        "columns": (_("list of tables"), None, _("the columns from left to right")),
    }


def _answer_column(values: Sequence[str]) -> dict[str, tuple[str, str | None, str]]:
    return {
        "heading": (_("text"), None, _("the heading as it is written")),
        "value": (_("text"), _("none"), _("one of {values}", values=", ".join(values))),
        "text": (_("text"), _("none"), _("the same text in every row, instead of a value")),
    }
