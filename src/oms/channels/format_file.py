"""A format file as a checked value: every key of the TOML, its type, its default, and what is wrong with one."""

import tomllib
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

import polars as pl
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from oms.channels import answers, fields
from oms.channels.answers import AnswerFile
from oms.config_values import Currency, Zone
from oms.errors import ConfigError
from oms.sheets.columns import Bound, Column, typed
from oms.sheets.layout import Encoding, unknown
from oms.words import _, nearest

OTHERS = ("3pl-orders", "export")  # files that we write
#: Of each group a format must have one.
NEEDED: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "orders": (("order_ref",), ("placed_at",), ("sku", "catalogue_id", "title"), ("quantity",)),
    "stock": (("sku",), ("on_hand",)),
    "tracking": (("order_ref",), ("tracking",), ("carrier",)),
}
#: What each kind of format may have.
ALLOWED: Mapping[str, tuple[str, ...]] = {
    "orders": tuple(sorted(set(fields.ORDER_FIELDS) - {"shop"})),
    "stock": fields.STOCK,
    "tracking": fields.TRACKING,
}


def _time_format(form: str) -> str:
    try:
        read = datetime.strptime(datetime(2026, 11, 22, 14, 5, 6).strftime(form), form)  # noqa: DTZ001, DTZ007 - a probe
    except ValueError:
        read = datetime.min  # noqa: DTZ901 - no such day
    if (read.year, read.month, read.day) != (2026, 11, 22):
        raise ValueError(_('not a format of dates: write it like "%d.%m.%Y %H:%M"'))
    return form


def _one_or_more(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _as_table(value: object) -> object:
    return {"heading": value} if isinstance(value, (str, list)) else value


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ColumnFormat(_Table):
    """Where a field stands and how it is written, or the text it has in every row."""

    heading: Annotated[tuple[str, ...], BeforeValidator(_one_or_more)] = ()
    value: str | None = None
    formats: Annotated[tuple[Annotated[str, AfterValidator(_time_format)], ...], BeforeValidator(_one_or_more)] = ()
    decimal: Literal[".", ","] = "."
    missing: Annotated[tuple[str, ...], BeforeValidator(_one_or_more)] = ()

    @model_validator(mode="after")
    def _one_of_both(self) -> "ColumnFormat":
        if bool(self.heading) == (self.value is not None):
            raise ValueError(_("a column has either `heading` or `value`"))
        return self


ColumnTable = Annotated[ColumnFormat, BeforeValidator(_as_table)]
State = Literal["ready", "shipped", "cancelled", "unpaid", "on_hold", "delivered"]


class FormatFile(_Table):
    """A file of `formats/` that says how to read a file of orders, stock or tracking."""

    kind: Literal["orders", "stock", "tracking"]
    draft: bool = False  # not finished: no file is read by it
    recognise: Annotated[tuple[str, ...], BeforeValidator(_one_or_more)] = Field(min_length=1)
    encodings: tuple[Encoding, ...] = ()
    delimiter: str | None = Field(None, min_length=1, max_length=1)
    zone: Zone | None = None
    currency: Currency | None = None
    row: Literal["line", "unit"] = "line"
    order_columns: Literal["repeat", "first"] = "repeat"
    whole_orders: bool = False
    columns: dict[str, ColumnTable]
    statuses: dict[str, State] = {}
    payments: dict[str, Literal["paid", "unpaid", "cod"]] = {}
    external: tuple[str, ...] = ()  # words under `fulfilment` of goods in the marketplace's own warehouse
    stock_file: AnswerFile | None = None
    tracking_file: AnswerFile | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> "FormatFile":
        allowed = ALLOWED[self.kind]
        for name in self.columns:
            if name not in allowed:
                raise ValueError(_("columns.{key}: no such field of {kind}{near}", key=name, kind=self.kind,
                                   near=nearest(name, allowed)))  # fmt: skip
        for group in NEEDED[self.kind]:
            if group == ("quantity",) and self.row == "unit":
                if "quantity" in self.columns:
                    raise ValueError(_('columns.quantity: row = "unit" says that a row is one unit'))
            elif not any(name in self.columns for name in group):
                raise ValueError(_("columns.{key}: is missing", key=_(" or columns.").join(group)))
        for name, words, key in (("status", self.statuses, "statuses"), ("payment_status", self.payments, "payments"),
                                 ("fulfilment", self.external, "external")):  # fmt: skip
            if (name in self.columns) != bool(words):
                raise ValueError(_("{key}: columns.{name} and its words come together", key=key, name=name))
        for name, given in self.columns.items():
            if given.value is not None:
                _check_constant(name, given.value, self)
            if given.formats and name not in (*fields.MOMENTS, "counted_at"):
                raise ValueError(_("columns.{key}.formats: is for times", key=name))
        for key, answer, values in (("stock_file", self.stock_file, answers.STOCK),
                                    ("tracking_file", self.tracking_file, answers.TRACKING)):  # fmt: skip
            if answer is not None and self.kind != "orders":
                raise ValueError(_('{key}: is for kind = "orders", which makes a kind of channel', key=key))
            if answer is not None and (problem := unknown(answer.columns, values)) is not None:
                raise ValueError(f"{key}.columns {problem}")
        return self


def _check_constant(name: str, value: str, form: FormatFile) -> None:
    """A text that stands for a whole column must be one that the column understands."""
    frame = pl.DataFrame({"text": [value], "row": [1]}, schema={"text": pl.String, "row": pl.Int64})
    bound = Bound({name: column_of(name, ColumnFormat(heading=("text",)), form)}, {name: "text"})
    if typed(frame, bound, timezone="UTC", currency=form.currency or "USD").rejected.height:
        raise ValueError(_("columns.{key}.value `{value}`: {what}", key=name, value=value, what=bound.legend[name].what))


def column_of(name: str, given: ColumnFormat, form: FormatFile) -> Column:
    words: dict[str, Mapping[str, str]] = {
        "status": form.statuses, "payment_status": form.payments, "fulfilment": dict.fromkeys(form.external, "external"),
    }  # fmt: skip
    return fields.column(
        name, *(given.heading or (name,)), formats=given.formats, decimal=given.decimal, words=words.get(name),
        missing=given.missing,
    )  # fmt: skip


def checked(text: str, file: str) -> FormatFile | None:
    """
    The format in the text of `file`; None for what is no format to read (a template of files that we write).

    Raises ConfigError naming file, key and the nearest known key, for every problem at once.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(_("{file}: not TOML: {error}", file=file, error=error)) from None
    if raw.get("kind") in OTHERS:
        return None
    try:
        return FormatFile.model_validate(raw)
    except ValidationError as error:
        problems = [f"{file}: {_problem(dict(problem))}" for problem in error.errors()]
        hint = _("`oms format keys` explains every key, `oms format new FILE` drafts one")
        raise ConfigError("\n".join(problems), hint) from None


def _problem(problem: Mapping[str, Any]) -> str:
    where = [str(part) for part in problem["loc"] if part != "function-before[_as_table(), ColumnFormat]"]
    key, value = ".".join(where), problem["input"]
    known = tuple(ColumnFormat.model_fields if where[:1] == ["columns"] else FormatFile.model_fields)
    if problem["type"] == "missing":
        return _("{key}: is missing", key=key)
    if problem["type"] == "extra_forbidden":
        return _("{key}: no such key{near}", key=key, near=nearest(where[-1], known))
    if problem["type"] == "literal_error":
        choices = tuple(str(problem["ctx"]["expected"]).replace(" or ", ", ").replace("'", "").split(", "))
        return _("{key} `{value}`: none of {choices}{near}", key=key, value=value, choices=", ".join(choices),
                 near=nearest(str(value), choices))  # fmt: skip
    what = str(problem["msg"]).removeprefix("Value error, ")
    what = what[:1].lower() + what[1:]
    shown = f" `{value}`" if isinstance(value, (str, int, float)) else ""
    return f"{key}{shown}: {what}" if key else what
