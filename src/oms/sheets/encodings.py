"""
Which encoding a text file is in: BOM, then strict UTF-8, then the candidates by validity and likeness, then a detector.

Only the first two are certain. Detectors are wrong on files that are nearly all ASCII (a single Chinese name among
400 rows), so the candidates are judged on the lines that have other bytes, and the choice is reported as a guess.
"""

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass

from oms.words import _

CANDIDATES = ("cp932", "gb18030", "cp1252")
JUDGED_LINES = 4000
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MOSTLY = 9  # good characters a bad one, to call a text UTF-8 that was damaged
_LIKELY = 0.5  # of 1: below, none of the candidates is believed


@dataclass(frozen=True)
class Encoding:
    """An encoding, the bytes of BOM before the text, and whether it is only our guess: UTF-8 with damage is one too."""

    name: str
    bom: int = 0
    guessed: bool = False

    @property
    def note(self) -> str | None:
        """What the user should know of it."""
        if not self.guessed:
            return None
        if self.name == "utf-8":
            return _("some bytes are not UTF-8: they stand as `\ufffd`")
        return _("encoding guessed as {encoding}: look at names with accents", encoding=self.name)


def encoding_of(sample: bytes, candidates: Sequence[str] = CANDIDATES, *, cut: bool = False) -> Encoding:
    """The encoding of a file that begins with `sample`; `cut`: the file goes on, the last character may be half."""
    marked = 0
    for bom, name in _BOMS:
        if sample.startswith(bom):
            if name != "utf-8":
                return Encoding(name, len(bom))
            marked = len(bom)
    try:
        codecs.getincrementaldecoder("utf-8")("strict").decode(sample, final=not cut)
    except UnicodeDecodeError:
        text = sample.decode("utf-8", "replace")
        damaged = text.count("\ufffd")
        strange = sum(1 for character in text if ord(character) > 127) - damaged
        if marked or strange >= _MOSTLY * damaged:
            return Encoding("utf-8", marked, guessed=True)
        return Encoding(_guess(sample, candidates, cut), guessed=True)
    return Encoding("utf-8", marked)


def _guess(sample: bytes, candidates: Sequence[str], cut: bool) -> str:
    if cut:
        sample = sample[: sample.rfind(b"\n") + 1] or sample
    strange = [line for line in sample.splitlines() if not line.isascii()][:JUDGED_LINES]
    judged = b"\n".join(strange)
    scores = {name: score for name in candidates if (score := _likeness(judged, name)) is not None}
    best = max(scores, key=lambda name: (scores[name], -list(candidates).index(name)), default=None)
    if best is not None and scores[best] >= _LIKELY:
        return best
    from charset_normalizer import from_bytes

    found = from_bytes(judged).best()
    return found.encoding if found is not None else best or "iso-8859-1"


def _likeness(sample: bytes, name: str) -> float | None:
    """How much `sample` looks like text people write in this encoding, 0 to 1; None when it cannot be decoded."""
    try:
        text = sample.decode(name)
    except (UnicodeDecodeError, LookupError):
        return None
    strange = [character for character in text if ord(character) > 127]
    if not strange:
        return 0.0
    if name in ("cp1252", "iso-8859-1", "latin-1", "iso-8859-15", "cp1250"):
        return _western(text) / len(strange)
    return sum(_eastern(character, name) for character in strange) / len(strange)


#: One or two accented letters beside a plain one ("Müller", "naïve"), or a single sign ("5 €", "30 °").
_LETTER = "[À-ÖØ-öø-ÿŠšŽžŒœŸ]{1,2}"
_ACCENTED = re.compile(rf"(?<![^\x00-\x7f])(?:(?<=[A-Za-z]){_LETTER}|{_LETTER}(?=[A-Za-z]))(?![^\x00-\x7f])")
_SIGN = re.compile(r"(?<![^\x00-\x7f])[€£¥§©®°±²³´·º½¼¾ª«»¿¡‘’“”–—…™\xa0](?![^\x00-\x7f])")


def _western(text: str) -> float:
    letters = sum(len(found) for found in _ACCENTED.findall(text))
    return letters + 0.8 * len(_SIGN.findall(text))


def _eastern(character: str, name: str) -> float:
    code = ord(character)
    if 0xFF61 <= code <= 0xFF9F:  # half-width katakana: a byte of nearly anything else
        return 0.3
    if 0x3000 <= code <= 0x30FF or 0xFF01 <= code <= 0xFF5E:
        return 1.0 if name in ("cp932", "shift_jis", "euc_jp") or code < 0x3040 or code > 0xFF00 else 0.5
    try:
        lead = character.encode(name)[0]
    except UnicodeEncodeError:
        return 0.0
    if name in ("cp932", "shift_jis"):
        return 1.0 if 0x88 <= lead <= 0x97 else 0.4 if 0x4E00 <= code <= 0x9FFF else 0.1
    if name in ("gb18030", "gbk", "gb2312"):
        return 1.0 if 0xB0 <= lead <= 0xD7 and character.encode(name)[1] >= 0xA1 else 0.4 if lead >= 0xD8 else 0.1
    if name in ("big5", "cp950"):
        return 1.0 if 0xA4 <= lead <= 0xC6 else 0.4
    return 0.5
