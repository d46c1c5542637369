"""Money as integer minor units of a currency. Exponents: ISO 4217 (2026); what is not listed has two digits."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

#: Currencies whose minor unit is not a hundredth.
EXPONENTS = {
    "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0, "UGX": 0,
    "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
    "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
    "CLF": 4, "UYW": 4,
}  # fmt: skip

CURRENCIES = frozenset(
    """AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLF
    CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF
    IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK
    MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR
    SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYI UYU UYW
    UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG""".split()
)


def exponent(currency: str) -> int:
    """Digits behind the point in `currency`."""
    return EXPONENTS.get(currency, 2)


def minor(amount: Decimal | str, currency: str) -> int:
    """`amount` of `currency` in minor units, half-up: minor("1.10", "USD") == 110."""
    return int((Decimal(amount) * 10 ** exponent(currency)).quantize(Decimal(1), ROUND_HALF_UP))


def decimal_text(amount_minor: int, currency: str) -> str:
    """Minor units as a decimal string: decimal_text(110, "USD") == "1.10"."""
    digits = EXPONENTS.get(currency, 2)
    if not digits:
        return str(amount_minor)
    whole, part = divmod(abs(amount_minor), 10**digits)
    return f"{'-' if amount_minor < 0 else ''}{whole}.{part:0{digits}d}"


def spread(total: int, weights: Sequence[int]) -> list[int]:
    """
    Share `total` minor units over `weights` by largest remainder; the parts sum to `total` exactly.

    Equal remainders go to the earlier weight. All-zero weights share evenly.
    """
    if not weights:
        return []
    if not any(weights):
        weights = [1] * len(weights)
    whole = sum(weights)
    parts = [total * weight // whole for weight in weights]
    remainders = [(-(total * weight % whole), index) for index, weight in enumerate(weights)]
    for _, index in sorted(remainders)[: total - sum(parts)]:
        parts[index] += 1
    return parts
