"""
Carriers by any of their names, and what their tracking numbers look like.

One spelling a carrier, whatever the 3PL or the seller writes (`UPS Ground`, `顺丰速运`). A number that does not look
like its carrier's is worth a warning, never a refusal: carriers change their formats without telling anybody.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

Check = Callable[[str], bool]


@dataclass(frozen=True)
class Form:
    """A shape of tracking numbers: a pattern of the whole number in capitals, and its check digit if it has one."""

    pattern: str
    check: Check | None = None

    def fits(self, number: str) -> bool:
        """Whether `number`, in capitals and without separators, has this shape."""
        return re.fullmatch(self.pattern, number) is not None and (self.check is None or self.check(number))


@dataclass(frozen=True)
class Carrier:
    """`name` is how we spell it; no `forms` = any number will do."""

    name: str
    aliases: tuple[str, ...] = ()
    forms: tuple[Form, ...] = ()


def check_ups(number: str) -> bool:
    """1Z…: letters count (code - 63) mod 10, every second character twice, mod 10."""
    values = [int(c) if c.isdigit() else (ord(c) - 63) % 10 for c in number[2:-1]]
    total = sum(value * (2 if place % 2 else 1) for place, value in enumerate(values))
    return number[-1].isdigit() and (10 - total % 10) % 10 == int(number[-1])


def check_mod10(number: str) -> bool:
    """GS1 style: weights 3, 1, 3 … from the right, mod 10 (USPS Publication 199, FedEx Ground)."""
    body = [int(c) for c in number[:-1]]
    total = sum(value * (3 if place % 2 == 0 else 1) for place, value in enumerate(reversed(body)))
    return (10 - total % 10) % 10 == int(number[-1])


def check_usps(number: str) -> bool:
    """IMpb, without the routing part `420` + ZIP in front, which the check digit does not cover."""
    length = 22 if len(number) in (30, 34) else len(number)
    return check_mod10(number[-length:])


def check_fedex_express(number: str) -> bool:
    """12 digits: weights 3, 1, 7 repeated, mod 11, mod 10."""
    total = sum(int(c) * (3, 1, 7)[place % 3] for place, c in enumerate(number[:11]))
    return total % 11 % 10 == int(number[11])


def check_mod7(number: str) -> bool:
    """The number before its last digit, mod 7 (DHL Express air waybills, Yamato, Sagawa)."""
    return int(number[:-1]) % 7 == int(number[-1])


def check_s10(number: str) -> bool:
    """UPU S10: two letters, eight digits, check digit, two letters; weights 8 6 4 2 3 5 9 7, mod 11."""
    total = sum(int(c) * weight for c, weight in zip(number[2:10], (8, 6, 4, 2, 3, 5, 9, 7), strict=True))
    check = {10: 0, 11: 5}.get(11 - total % 11, 11 - total % 11)
    return check == int(number[10])


def s10(country: str = "[A-Z]{2}") -> Form:
    """Postal items of `country` (two letters, or a pattern of them)."""
    return Form(rf"[A-Z]{{2}}\d{{9}}{country}", check_s10)


S10 = s10()
DIGITS12_MOD7 = Form(r"\d{12}", check_mod7)

CARRIERS = (
    Carrier("UPS", ("United Parcel Service", "UPS US", "联合包裹"), (
        Form(r"1Z[0-9A-Z]{15}\d", check_ups), Form(r"\d{9}"), Form(r"\d{12}"), Form(r"T\d{10}"), Form(r"\d{18}"))),
    Carrier("UPS Mail Innovations", ("UPSMI",), (Form(r"(92|93|94)\d{20}|92\d{24}|MI\d{6}[0-9A-Z]+"),)),
    Carrier("USPS", ("US Postal Service", "United States Postal Service", "US Mail", "Stamps.com", "Endicia",
                     "美国邮政"), (
        Form(r"(420\d{5}(\d{4})?)?9[1-5]\d{20}", check_usps), Form(r"9[1-5]\d{24}"),
        Form(r"420\d{5}(\d{4})?9[1-5]\d{24}"),
        Form(r"\d{20}", check_mod10), S10)),
    Carrier("FedEx", ("Federal Express", "FDX", "FedEx SmartPost", "FedExSP", "联邦快递", "联邦"), (
        Form(r"\d{12}", check_fedex_express), Form(r"\d{15}", check_mod10), Form(r"\d{20}"), Form(r"\d{22}"),
        Form(r"\d{34}"), Form(r"DT\d{12}"))),
    Carrier("DHL Express", ("DHL International", "DHL快递", "敦豪", "中外运敦豪"), (
        Form(r"\d{10}", check_mod7), Form(r"JJ?D\d{16,20}"), Form(r"3S[0-9A-Z]{8,14}"), Form(r"[A-Z]{3}\d{7}"))),
    Carrier("DHL eCommerce", ("DHL Global Mail", "DHLGM"), (
        Form(r"(GM|LX|RX|UV|CN|SG|TH|IN|HK|MY)[0-9A-Z]{8,39}"), Form(r"(420\d{5}(\d{4})?)?9[1-5]\d{20}", check_usps),
        Form(r"\d{10}|\d{14}|\d{16}"))),
    Carrier("DHL", ("DHL Paket", "DHL Parcel", "DHL Germany"), (
        Form(r"\d{10}", check_mod7), Form(r"\d{12}|\d{16}|\d{18}|\d{20}"), Form(r"JJ?D\d{14,20}"),
        Form(r"3S[0-9A-Z]{8,14}"), Form(r"[A-Z]{3}\d{7}"), Form(r"GM\d{16,20}"), S10)),
    Carrier("DPD", ("DPD UK", "DPD Local", "DPDgroup", "Dynamic Parcel Distribution"), (
        Form(r"\d{10}|\d{14}|\d{15}"), Form(r"\d{14}[0-9A-Z]"), Form(r"\d{27}[0-9A-Z]?"))),
    Carrier("GLS", ("General Logistics Systems", "GLS Germany"), (
        Form(r"\d{8}|\d{10,12}|\d{14}|\d{20}"), Form(r"[0-9A-Z]{8}"))),
    Carrier("Royal Mail", ("RoyalMail", "英国皇家邮政", "皇家邮政"), (
        s10("GB"), Form(r"\d{16}|\d{21}"), Form(r"[0-9A-F]{21}"), Form(r"[0-9A-Z]{16}"))),
    Carrier("Parcelforce", ("Parcel Force",), (s10("GB"), Form(r"[A-Z]{2}\d{7,10}"))),
    Carrier("Evri", ("Hermes UK", "MyHermes"), (Form(r"[0-9A-Z]\d{15}|[A-Z]\d{2}[0-9A-Z]{13}"),)),
    Carrier("Hermes", ("Hermes Logistik Gruppe", "HLG", "Hermes Germany"), (Form(r"\d{14}|H\d{19}"),)),
    Carrier("Yodel", (), (Form(r"JJ?D\d{16}"), Form(r"JJ?D[0-9A-Z]{14,18}"))),
    Carrier("Deutsche Post", ("DP", "德国邮政"), (S10, Form(r"[0-9A-F]{20}"), Form(r"A[0-9A-F]{19}"))),
    Carrier("TNT", ("TNT Express",), (Form(r"\d{9}"), Form(r"GE\d{9}[A-Z]{2}"))),
    Carrier("La Poste", ("Colissimo", "La Poste Colissimo"), (Form(r"\d[A-Z]\d{11}"), Form(r"\d{13,15}"), S10)),
    Carrier("Chronopost", (), (Form(r"[A-Z]{2}\d{9}[A-Z]{2}"), Form(r"\d{15}|\d{13}"))),
    Carrier("Poste Italiane", ("SDA",), (S10, Form(r"[0-9A-Z]{12,13}"))),
    Carrier("Correos", ("Correos Express",), (S10, Form(r"[A-Z]{2}[0-9A-Z]{9,21}"), Form(r"\d{16}"))),
    Carrier("PostNL", ("Post NL",), (Form(r"3S[0-9A-Z]{8,14}"), S10)),
    Carrier("Canada Post", ("Postes Canada", "加拿大邮政"), (Form(r"\d{16}"), s10("CA"))),
    Carrier("Australia Post", ("AusPost", "澳洲邮政"), (s10("AU"), Form(r"[0-9A-Z]{10,23}"))),
    Carrier("Japan Post", ("日本郵便", "日本邮政"), (Form(r"\d{11,12}"), s10("JP"))),
    Carrier("Yamato Transport", ("Yamato", "Kuroneko", "ヤマト運輸"), (DIGITS12_MOD7,)),
    Carrier("Sagawa Express", ("Sagawa", "佐川急便"), (DIGITS12_MOD7,)),
    Carrier("Amazon Logistics", ("Amazon", "AMZL", "Amazon Shipping", "Amazon Logistics UK", "Amazon Logistics US",
                                 "亚马逊物流"), (
        Form(r"TB[ACM]\d{12}"), Form(r"[A-Z]{2}\d{10}"), Form(r"UK\d{9,10}"), Form(r"(CC|AZ|RB)[0-9A-Z]{9,12}"))),
    Carrier("OnTrac", (), (Form(r"[CD]\d{14}"), Form(r"1LS\d{8,15}[0-9-]*"))),
    Carrier("LaserShip", ("Laser Ship",), (Form(r"(1LS|LX|LS|LW)[0-9A-Z-]{8,20}"),)),
    Carrier("UniUni", (), (Form(r"UU[0-9A-Z]{10,20}"),)),
    Carrier("YunExpress", ("Yun Express", "YunTu", "云途", "云途物流"), (Form(r"Y[TU]\d{16}"), S10)),
    Carrier("4PX", ("4PX Express", "递四方", "递四方速递"), (Form(r"4PX\d{10,13}(CN)?"), Form(r"LA\d{9}CN"), S10,
                                                             Form(r"(UK|GE|FR|US)[0-9A-Z]{10,20}"))),
    Carrier("SF Express", ("SF", "SF International", "ShunFeng", "顺丰", "顺丰速运", "顺丰快递", "顺丰国际", "順豐",
                           "順豐速運"),
            (Form(r"SF\d{12,15}"), Form(r"\d{12}|\d{15}"))),
    Carrier("China Post", ("ChinaPost", "China EMS", "ePacket", "E邮宝", "中国邮政", "中國郵政", "邮政",
                           "邮政小包"),
            (s10("CN"), Form(r"\d{13}"))),
    Carrier("EMS", ("Express Mail Service", "邮政EMS", "中国邮政EMS"), (Form(r"E[A-Z]\d{9}[A-Z]{2}", check_s10),
                                                                       Form(r"\d{13}"))),
    Carrier("Hongkong Post", ("Hong Kong Post", "香港邮政", "香港郵政"), (s10("HK"),)),
    Carrier("Yanwen", ("Yanwen Logistics", "Yanwen Express", "燕文", "燕文物流"), (
        Form(r"[A-Z]{2}\d{9}YP"), Form(r"(YW|VR|Y)[0-9A-Z]{9,20}"), Form(r"S\d{13,18}"), S10)),
    Carrier("Cainiao", ("AliExpress Standard Shipping", "菜鸟", "菜鸟物流", "菜鸟裹裹", "菜鳥"), (
        Form(r"LP\d{14,17}"), Form(r"CN[0-9A-Z]{10,24}"), Form(r"CAINIAO[0-9A-Z]+"), S10)),
    Carrier("CNE Express", ("CNE", "递一"), (Form(r"3A[0-9A-Z]{10,16}"), S10)),
    Carrier("SunYou", ("Sun You", "顺友", "顺友物流"), (Form(r"SY[A-Z]{0,3}\d{8,15}"), S10)),
    Carrier("WanB Express", ("WanB", "万邦", "万邦速达"), (Form(r"(SBX|SDH|WNB)[0-9A-Z]{8,20}"), S10)),
    Carrier("YTO Express", ("YTO", "圆通", "圆通速递", "圓通"), (Form(r"YT\d{13}"), Form(r"[A-Z]?\d{10,18}"))),
    Carrier("ZTO Express", ("ZTO", "中通", "中通快递"), (Form(r"\d{12,15}"), Form(r"ZT[0-9A-Z]{10,16}"))),
    Carrier("STO Express", ("STO", "申通", "申通快递"), (Form(r"\d{12,15}"), Form(r"STO\d{10,15}"))),
    Carrier("Yunda Express", ("Yunda", "韵达", "韵达快递", "韻達"), (Form(r"\d{13,15}"),)),
    Carrier("JD Logistics", ("JD", "JDL", "京东", "京东物流", "京东快递"), (Form(r"JD[0-9A-Z]{10,18}(-\d+-\d+-?)?"),)),
    Carrier("Deppon", ("德邦", "德邦快递"), (Form(r"(DPK)?\d{8,15}"),)),
    Carrier("J&T Express", ("J&T", "JNT", "JT Express", "极兔", "极兔速递"), (Form(r"(JT|JX|JP|JD|J)?\d{10,15}"),)),
    Carrier("Ninja Van", ("NinjaVan",)),
    Carrier("Shopee Xpress", ("SPX", "SPX Express", "Shopee Express", "虾皮物流")),
    Carrier("Lazada Logistics", ("LEX", "LGS", "Lazada Express")),
    Carrier("Aramex", (), (Form(r"\d{10,12}|\d{20}"),)),
    Carrier("Delhivery", (), (Form(r"\d{11,14}"),)),
    Carrier("India Post", (), (s10("IN"),)),
)  # fmt: skip


def _key(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


_BY_KEY = {_key(word): carrier for carrier in CARRIERS for word in (carrier.name, *carrier.aliases)}
_CJK_KEYS = sorted((key for key in _BY_KEY if not key.isascii()), key=lambda key: (-len(key), key))


@cache
def find(text: str) -> Carrier | None:
    """
    The carrier that `text` names, with or without a service behind it (`UPS Ground` is UPS); None for one unknown.
    """
    words = re.split(r"[\s_/(),:;-]+", text.strip())
    for count in range(len(words), 0, -1):
        carrier = _BY_KEY.get(_key("".join(words[:count])))
        if carrier is not None:
            return carrier
    whole = _key(text)
    return next((_BY_KEY[key] for key in _CJK_KEYS if whole.startswith(key)), None)


def normalise(text: str) -> str:
    """Our spelling of the carrier `text`; one unknown stays as it was written, with single spaces."""
    carrier = find(text)
    return carrier.name if carrier else " ".join(text.split())


def fits(carrier: str, tracking: str) -> bool | None:
    """Whether `tracking` looks like a number of `carrier`; None where we do not know its numbers."""
    known = find(carrier)
    if known is None or not known.forms:
        return None
    number = re.sub(r"[\s.-]", "", tracking).upper()
    return any(form.fits(number) for form in known.forms)


def clean(tracking: str) -> str:
    """
    A tracking number without what spreadsheets and people put around it: spaces, a leading apostrophe, `="…"`, a `.0`.
    """
    text = "".join(tracking.split())
    wrapped = re.fullmatch(r'="(.*)"', text)
    text = wrapped[1] if wrapped else text.lstrip("'’")
    return text[:-2] if re.fullmatch(r"\d+\.0", text) else text


def damaged(tracking: str) -> bool:
    """Whether a spreadsheet has rounded the number away: `9.4E+21`."""
    return re.fullmatch(r"\d([.,]\d+[eE]\+?|[eE]\+)\d{1,3}", "".join(tracking.split())) is not None
