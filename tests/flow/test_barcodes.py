"""Barcodes of slips: what a scanner reads is the order's number."""

import re

import polars as pl
import pytest
from barcode.charsets.code128 import CODES, STOP, B
from barcode.codex import Code128

from oms.flow.barcodes import QUIET, symbols

REFS = [
    "#1001",
    "114-1234567-1234567",
    "12345678",
    "580123456789012345",
    "12345",
    "1",
    "A&B<3>",
    "240415ABCDEFGH12",
    "~ !",
    "a1234",
]


def modules(symbol: str) -> str:
    """The modules that the bars of `symbol` draw, 1 for black, without the quiet zones."""
    width = int(re.search(r'viewBox="0 0 (\d+) ', symbol)[1])  # type: ignore[index]
    path = re.search(r'd="M(\d+) \d+(.*?)"', symbol)
    assert path is not None
    drawn = "".join(("1" if dark else "0") * int(dark or light) for dark, light in re.findall(r"h(\d+)|m(\d+) 0", path[2]))

    assert (QUIET, width - 2 * QUIET) == (int(path[1]), len(drawn))
    return drawn


def scanned(drawn: str) -> str:
    """What a scanner makes of `drawn`: code sets B and C, the check character proven."""
    assert drawn.endswith(STOP + "11")
    body = drawn.removesuffix(STOP + "11")
    start, *codes, check = [CODES.index(body[at : at + 11]) for at in range(0, len(body), 11)]

    assert check == (start + sum(place * code for place, code in enumerate(codes, 1))) % 103
    letters = {code: letter for letter, code in B.items() if len(letter) == 1}
    text, pairs = "", start == 105
    for code in codes:
        if not pairs and code == 99:
            pairs = True
        else:
            text += f"{code:02d}" if pairs else letters[code]
    return text


@pytest.mark.parametrize("ref", REFS)
def test_a_scanner_reads_the_orders_number(ref: str) -> None:
    """Every printable ASCII text, digits at its end two by two."""
    symbol = symbols(pl.Series([ref]))[0]

    assert ref == scanned(modules(symbol))


@pytest.mark.parametrize("ref", ["12345678", "#A-X"])
def test_symbols_are_as_short_as_those_of_a_known_maker(ref: str) -> None:
    """Module by module the same, where nothing is to be chosen."""
    symbol = symbols(pl.Series([ref]))[0]

    assert Code128(ref).build()[0] == modules(symbol)


def test_what_code_128_lacks_is_a_qr_code() -> None:
    """Chinese numbers have symbols too, each at its place."""
    found = symbols(pl.Series(["单-7", "#1001", "单-7"]))

    assert found[0] == found[2] != found[1]
    assert "qrline" in found[0]
    assert 'class="bars"' in found[1]
