"""The catalogue of what a user reads: every message passes `_`, so that Chinese is a translation and not a rewrite."""

import gettext
from collections.abc import Sequence
from functools import cache
from pathlib import Path

_language = "en"


def speak(language: str) -> None:
    """Choose the language of all messages from now on: "en" or "zh" (`[business] language`)."""
    global _language
    _language = language


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("oms", Path(__file__).parent / "locale", [language], fallback=True)


def _(message: str, **values: object) -> str:
    """Translate `message`, then fill its `{named}` places; values are a seller's data and are never translated."""
    text = _catalogue(_language).gettext(message)
    return text.format(**values) if values else text


def plural(one: str, many: str, count: int, **values: object) -> str:
    """`one` or `many` for so many things, in the language's own way of counting; `{count}` is the number."""
    return _catalogue(_language).ngettext(one, many, count).format(count=count, **values)


def nearest(word: str, known: Sequence[str]) -> str:
    """ ", did you mean `…`?" where one of `known` looks like `word`, else nothing."""
    import difflib  # only a wrong word needs it

    close = difflib.get_close_matches(word, known, 1, 0.5)
    return _(", did you mean `{close}`?", close=close[0]) if close else ""


def spoken(language: str) -> bool:
    """Whether there is a catalogue of messages for `language`; English needs none."""
    return language == "en" or bool(gettext.find("oms", Path(__file__).parent / "locale", [language]))
