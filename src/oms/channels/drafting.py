"""
A draft of a format for a file that nobody knows: columns guessed by their headings, then by what their cells look like.

Nothing of it is believed until a person has looked: what is unsure says so in a comment, and no cell but the words of a
status column gets into the draft.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from oms.channels import fields
from oms.channels.drafting_words import ALIASES, ROOTS, STATES
from oms.channels.fields import CANCELLED, DELIVERED, ON_HOLD, READY, SHIPPED, UNPAID
from oms.channels.format_file import ALLOWED, NEEDED, checked
from oms.channels.own_words import LOOSE, PAYMENT, STATUS, STRICT
from oms.errors import ConfigError
from oms.sheets.columns import CurrencyCode, Moment, bind, normal, typed
from oms.sheets.read import Sheet
from oms.words import _

_OURS = {
    "open": READY, "cancelled": CANCELLED, "shipped": SHIPPED, "delivered": DELIVERED, "on_hold": ON_HOLD, "unpaid": UNPAID,
}  # fmt: skip
_FORMS = (
    "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y", "%d.%m.%y", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y",
    "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%Y %I:%M %p", "%m/%d/%Y", "%d-%m-%Y %H:%M:%S", "%d-%m-%Y %H:%M",
    "%d-%m-%Y", "%m-%d-%Y", "%d/%m/%y", "%m/%d/%y", "%Y%m%d%H%M%S", "%Y%m%d",
)  # fmt: skip
_MOST_WORDS = 25
_READ = frozenset(name for allowed in ALLOWED.values() for name in allowed)
_MONEY = r"^[^\d\-(]{0,4}[-(]?\d[\d.,' ]*[^\d]{0,4}$"


@dataclass
class Guess:
    """What a column seems to be, and why that is not sure."""

    field: str
    heading: str
    unsure: str | None = None
    formats: tuple[str, ...] = ()
    decimal: str = "."


@dataclass
class Draft:
    """The text of a format file, and what in it somebody has to look at."""

    text: str
    kind: str
    unsure: list[str] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)  # field -> heading
    draft: bool = False  # something needed is missing: it says of itself that it is not used


def draft(sheet: Sheet, zone: str) -> Draft:
    """A format for files like `sheet`; `zone` is that of times without one."""
    headings = sheet.peek.headings
    named = _by_heading(headings)
    kind = _kind(named)
    guesses = {name: guess for name, guess in named.items() if name in ALLOWED[kind]}
    _by_cells(sheet.frame, headings, guesses, kind)
    for guess in guesses.values():
        _look_closer(sheet.frame[guess.heading], guess)
    return _written(sheet, kind, guesses, zone)


def _by_heading(headings: Sequence[str]) -> dict[str, Guess]:
    """Whole headings first, then headings that contain a known word."""
    spellings: dict[str, str] = {}
    for words in (STRICT, LOOSE, {name: tuple(text.split("|")) for name, text in ALIASES.items()}):
        for name, aliases in words.items():
            for alias in (name, *aliases) if name in _READ else ():
                spellings.setdefault(_plain(alias), name)
    found: dict[str, Guess] = {}
    for heading in headings:
        meant = spellings.get(_plain(heading))
        if meant is not None and meant not in found:
            found[meant] = Guess(meant, heading)
    taken = {guess.heading for guess in found.values()}
    by_length = sorted((word for word in spellings if len(word) > 2), key=lambda word: (-len(word), word))
    for heading in headings:
        if heading in taken:
            continue
        plain = f" {_plain(heading)} "
        match = next((word for word in by_length if f" {word} " in plain), None)
        if match is not None and spellings[match] not in found:
            found[spellings[match]] = Guess(spellings[match], heading, _("by a part of its heading"))
    return found


def _plain(heading: str) -> str:
    """A heading as words: brackets, dots and signs of numbers gone."""
    return " ".join(re.findall(r"\w+", normal(heading).replace("_", " ")))


def _kind(named: dict[str, Guess]) -> str:
    if "tracking" in named and "order_ref" in named and not {"placed_at", "address1", "unit_price"} & named.keys():
        return "tracking"
    if "on_hand" in named and "sku" in named and "order_ref" not in named:
        return "stock"
    return "orders"


def _by_cells(frame: pl.DataFrame, headings: Sequence[str], guesses: dict[str, Guess], kind: str) -> None:
    """Fill needed fields that no heading named, from columns that are nobody's yet."""
    taken = {guess.heading for guess in guesses.values()}
    free = [heading for heading in headings if heading not in taken and not re.match(r"column \d+$", heading)]
    looks = {
        "placed_at": _are_times, "currency": _are_currencies, "country": _are_countries, "quantity": _are_counts,
        "on_hand": _are_counts, "order_ref": _are_references,
    }  # fmt: skip
    for name, look in looks.items():
        if name in guesses or name not in ALLOWED[kind]:
            continue
        match = next((heading for heading in free if look(_filled(frame[heading]))), None)
        if match is not None:
            guesses[name] = Guess(name, match, _("by its cells"))
            free.remove(match)


def _filled(cells: pl.Series) -> pl.Series:
    return cells.str.strip_chars().replace("", None).drop_nulls()


def _are(cells: pl.Series, pattern: str) -> bool:
    return len(cells) > 0 and bool(cells.str.contains(pattern).all())


def _are_times(cells: pl.Series) -> bool:
    return len(cells) > 0 and not _are(cells, r"^\d+$") and _forms(cells) is not None


def _are_currencies(cells: pl.Series) -> bool:
    return _are(cells, "^[A-Z]{3}$") and _understood(cells, CurrencyCode("cell"))


def _are_countries(cells: pl.Series) -> bool:
    return _are(cells, "^[A-Z]{2}$")


def _are_counts(cells: pl.Series) -> bool:
    return _are(cells, r"^\d{1,4}$")


def _are_references(cells: pl.Series) -> bool:
    return _are(cells, r"^[A-Za-z#]*[\w\-/]*\d{3,}[\w\-/]*$") and cells.n_unique() > 1


def _understood(cells: pl.Series, column: CurrencyCode | Moment) -> bool:
    frame = pl.DataFrame({"cell": cells, "row": range(len(cells))}, schema_overrides={"row": pl.Int64})
    return typed(frame, bind({"value": column}, ("cell",)), timezone="UTC", currency="USD").rejected.is_empty()


def _forms(cells: pl.Series) -> tuple[str, ...] | None:
    """The formats that read all of these times; none needed for ISO times; None where nothing does."""
    if _understood(cells, Moment("cell")):
        return ()
    able = tuple(form for form in _FORMS if cells.str.to_datetime(form, strict=False).null_count() == 0)
    return able or None


def _look_closer(cells: pl.Series, guess: Guess) -> None:
    """How times and amounts of a column are written."""
    some = _filled(cells)
    if guess.field in (*fields.MOMENTS, "counted_at") and len(some):
        forms = _forms(some)
        if forms is None:
            guess.unsure = _("no known way to write a time: say its formats")
        elif forms:
            guess.formats = forms[:1]
            if len(forms) > 1:
                guess.unsure = _("could also be {forms}", forms=", ".join(forms[1:]))
    if guess.field in (*fields.AMOUNTS, "cost") and len(some):
        if _are(some, _MONEY) and some.str.contains(r",\d{1,2}\D*$").any():
            guess.decimal = ","
        elif not _are(some, _MONEY):
            guess.unsure = _("not all of its cells are amounts")


def _written(sheet: Sheet, kind: str, guesses: dict[str, Guess], zone: str) -> Draft:
    found = Draft("", kind, columns={name: guess.heading for name, guess in guesses.items()})
    needed = [next(name for name in group if name in guesses) for group in NEEDED[kind] if guesses.keys() & set(group)]
    marks = list(dict.fromkeys(guesses[name].heading for name in needed)) or list(sheet.peek.headings[:3])
    lines = [
        _("# Drafted from {file}. Look at every line, then: oms format check NAME {file}", file=sheet.peek.path.name),
        f'kind = "{kind}"',
        f"recognise = {_list(marks)}  " + _("# a file with all of these headings is of this format"),
    ]
    if sheet.peek.guessed:
        lines.append(f"encodings = {_list([sheet.peek.encoding])}  " + _("# guessed: look at names with accents"))
        found.unsure.append(_("encoding guessed as {encoding}", encoding=sheet.peek.encoding))
    lines.append(f"zone = {_quoted(zone)}  " + _("# of times without an offset"))
    if kind == "orders":
        lines += _order_keys(sheet, guesses, found)
    lines += ["", "[columns]"]
    for group in NEEDED[kind]:
        unit_rows = group == ("quantity",) and "quantity" not in guesses
        if not unit_rows and not any(name in guesses for name in group):
            given = '{ value = "DHL" }' if group == ("carrier",) else '"…"'
            lines.append(f"# {group[0]} = {given}  " + _("# needed, and no column looks like it"))
            found.unsure.append(_("{field}: no column looks like it", field=group[0]))
    for name in ALLOWED[kind] if kind != "orders" else fields.ORDER_FIELDS:
        if name in guesses and not (name in fields.WORDS and not _words(sheet.frame, guesses[name])):
            lines.append(_column_line(guesses[name], found))
    if kind == "orders" and "country" not in guesses:
        lines.append('# country = { value = "US" }  ' + _("# where all orders go to one country"))
    left = [heading for heading in sheet.peek.headings if heading not in found.columns.values()]
    if left:
        lines.append(_("# not used: {headings}", headings=", ".join(json.dumps(h, ensure_ascii=False) for h in left)))
    lines += _word_tables(sheet.frame, guesses, found)
    found.text = "\n".join(lines) + "\n"
    try:
        checked(found.text, "")
    except ConfigError:  # it lacks something: until that stands there, nothing is read by it
        found.draft = True
        lines[1:1] = ["draft = true  " + _("# not finished: take this line out when `oms format check` finds nothing")]
        found.text = "\n".join(lines) + "\n"
    return found


def _order_keys(sheet: Sheet, guesses: dict[str, Guess], found: Draft) -> list[str]:
    lines = []
    if "quantity" not in guesses:
        lines.append('row = "unit"  ' + _("# unsure: no column of quantities, so that a row is one unit"))
        found.unsure.append(_("quantity: no column looks like it, so that a row is one unit"))
    if "order_ref" in guesses:
        cells = sheet.frame[guesses["order_ref"].heading].str.strip_chars().fill_null("")
        if (cells == "").any() and cells.head(1).item() != "":
            lines.append('order_columns = "first"  ' + _("# the order stands on the first of its rows only"))
            found.unsure.append(_("the order number is blank on some rows: taken as further lines of the order above"))
    lines.append("whole_orders = false  " + _("# true: a line missing from a newer file was removed"))
    return lines


def _column_line(guess: Guess, found: Draft) -> str:
    options = [f"heading = {_quoted(guess.heading)}"]
    if guess.formats:
        options.append(f"formats = {_list(guess.formats)}")
    if guess.decimal == ",":
        options.append('decimal = ","')
    value = _quoted(guess.heading) if len(options) == 1 else "{ " + ", ".join(options) + " }"
    comment = ""
    if guess.unsure:
        comment = "  " + _("# unsure: {why}", why=guess.unsure)
        found.unsure.append(f"{guess.field} = {guess.heading}: {guess.unsure}")
    return f"{guess.field} = {value}{comment}"


def _words(frame: pl.DataFrame, guess: Guess) -> list[str]:
    """The words of a column, where they are few enough to be a vocabulary."""
    words = _filled(frame[guess.heading]).unique().sort().to_list()
    return words if len(words) <= _MOST_WORDS else []


def _word_tables(frame: pl.DataFrame, guesses: dict[str, Guess], found: Draft) -> list[str]:
    states = {word: state for state, text in STATES.items() for word in text.split("|")}
    states |= {word: _OURS[state] for word, state in STATUS.items()}
    payments = {**PAYMENT, "bezahlt": "paid", "unbezahlt": "unpaid", "offen": "unpaid", "payé": "paid", "pagado": "paid"}
    lines: list[str] = []
    for name, table, known, unknown in (
        ("status", "statuses", states, ON_HOLD),
        ("payment_status", "payments", payments, UNPAID),
    ):
        words = _words(frame, guesses[name]) if name in guesses else []
        if words:
            lines += ["", f"[{table}]  " + _word_hint(table)]
        for word in words:
            state = known.get(" ".join(word.casefold().replace("_", " ").split()))
            comment = "" if state else "  " + _("# unsure: nobody knows this word")
            root = next((meant for root, meant in ROOTS if name == "status" and re.search(root, word.casefold())), unknown)
            lines.append(f"{_quoted(word)} = {_quoted(state or root)}{comment}")
            if not state:
                found.unsure.append(_("{field} `{word}`: nobody knows this word", field=name, word=word))
    return lines


def _word_hint(table: str) -> str:
    choices = "ready, shipped, delivered, cancelled, unpaid, on_hold" if table == "statuses" else "paid, unpaid, cod"
    return _("# each is one of {choices}; a word that is not here rejects its order", choices=choices)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _list(texts: Sequence[str]) -> str:
    return "[" + ", ".join(map(_quoted, texts)) + "]"
