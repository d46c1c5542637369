"""
Barcodes that carry a check digit: GTINs of 8, 12, 13 or 14 digits (GS1 General Specifications, 7.9).

Counted from the right, the digits weigh 1, 3, 1, 3 …; their sum is a multiple of ten.
"""

LENGTHS = (8, 12, 13, 14)


def fits(digits: str) -> bool:
    """Whether `digits`, with zeros before it, ends in its right check digit."""
    return sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(reversed(digits))) % 10 == 0


def is_gtin(text: str) -> bool:
    """Whether `text` is a whole GTIN whose check digit is right."""
    return len(text) in LENGTHS and text.isascii() and text.isdigit() and fits(text)
