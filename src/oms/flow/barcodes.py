"""
Order numbers as symbols a scanner reads, drawn inline in a page: Code 128, or a QR code where it lacks a character.

All at once, as columns: a symbol is put together from the parts that its characters share.
"""

import itertools

import polars as pl
from barcode.charsets.code128 import CODES, STOP


def _stroke(pattern: str) -> str:
    """Modules as strokes, from the left edge of the first to the right edge of the last: it can stand anywhere in a path."""
    runs = ((colour, len(list(run))) for colour, run in itertools.groupby(pattern))
    return "".join(f"h{width}" if colour == "1" else f"m{width} 0" for colour, width in runs)


MODULE_MM = 0.33  # the narrowest bar; all else is in modules
HEIGHT = 42
QUIET = 10  # white on each side, as the standard wants

#: What a page with symbols needs in its style: a bar is a stroke as high as the symbol.
STYLE = f"""svg {{ height: {HEIGHT * MODULE_MM:.2f}mm; display: block }}
.bars {{ stroke: #000; stroke-width: {HEIGHT}; shape-rendering: crispEdges }}"""

_DRAWABLE = "^[ -~]+$"
_PAIRS = "((?:[0-9]{2}){2,})$"
_TEXTS = {chr(code + 32): code for code in range(95)}
_STROKES = {code: _stroke(pattern) for code, pattern in enumerate(CODES)}
_START_B, _START_C, _TO_C = 104, 105, 99
_SYMBOLS = {"ref": pl.String, "symbol": pl.String}


def symbols(refs: pl.Series) -> pl.Series:
    """
    Each of `refs` (String, not NULL) as `<svg>`: HTML that needs STYLE and nothing from outside.

    The same ref gives the same symbol, always.
    """
    unique = pl.DataFrame({"ref": refs.unique(maintain_order=True)})
    drawable = pl.col("ref").str.contains(_DRAWABLE)
    others = unique.filter(~drawable)["ref"].to_list()
    found = pl.concat(
        [
            _code_128(unique.filter(drawable)),
            pl.DataFrame({"ref": others, "symbol": [_qr(ref) for ref in others]}, schema=_SYMBOLS),
        ]
    )
    return pl.DataFrame({"ref": refs}).join(found, on="ref", how="left", maintain_order="left")["symbol"]


def _code_128(refs: pl.DataFrame) -> pl.DataFrame:
    """The frame `refs` (ref) with the symbol of each (_SYMBOLS)."""
    code = pl.col("code")
    # The check character is the sum of all codes, each times its place; the first one counts once as well.
    check = (code * pl.int_ranges(0, code.list.len())).list.sum() + code.list.first()
    bars = code.list.eval(pl.element().replace_strict(_STROKES, return_dtype=pl.String)).list.join("")
    coded = (
        refs.select("ref", code=_codes())
        .with_columns(pl.concat_list(code, check % 103))
        .select("ref", bars=bars, width=11 * code.list.len() + 13 + 2 * QUIET)
    )
    millimetres = (pl.col("width") * MODULE_MM).round(1)
    svg = pl.concat_str(
        pl.lit('<svg class="bars" viewBox="0 0 '), "width", pl.lit(f' {HEIGHT}" width="'), millimetres,
        pl.lit(f'mm"><path d="M{QUIET} {HEIGHT // 2}'), "bars", pl.lit(f'{_stroke(STOP + "11")}"/></svg>'),
    )  # fmt: skip
    return coded.select("ref", symbol=svg)


def _codes() -> pl.Expr:
    """The codes of `ref` from its start to its last character: code set B, and C for an even run of digits at its end."""
    ref = pl.col("ref")
    pairs = ref.str.extract(_PAIRS).fill_null("")
    texts = ref.str.head(ref.str.len_bytes() - pairs.str.len_bytes())
    whole, mixed = texts == "", (texts != "") & (pairs != "")
    start = pl.when(whole).then(_START_C).otherwise(_START_B).cast(pl.Int64)
    return pl.concat_list(
        start,
        texts.str.split("").list.eval(pl.element().replace_strict(_TEXTS, return_dtype=pl.Int64)),
        pl.when(mixed).then(pl.lit([_TO_C])).otherwise(pl.lit([], pl.List(pl.Int64))),
        pairs.str.extract_all("..").list.eval(pl.element().cast(pl.Int64)),
    )


def _qr(ref: str) -> str:
    import segno

    return segno.make(ref, micro=False).svg_inline(scale=2)
