# ruff: noqa: E501
# Rows and headings of made-up data read best as rows and headings, as long as they are.
"""Invented buyers: real towns and postcodes, made-up names and streets, example.com mails, 555-01xx phones."""

from dataclasses import dataclass
from random import Random

_FIRST = """Ada Amos Anya Arlo Beatriz Bram Callum Carmen Cleo Dara Dmitri Edith Elias Esme Farid Fern Gwen Hana Hugo Ines Ivo
Jonas Jun Kaia Kofi Leda Linus Lotte Mabel Marek Mina Nadia Nico Noor Odile Omar Otis Paloma Petra Quinn Rafael Reza Rosalind
Rufus Saskia Selma Silas Sunniva Tariq Tess Thora Ulla Vera Viggo Wanda Wim Yara Yusuf Zelda Zeno""".split()
_LAST = """Abernathy Adeyemi Albrecht Amato Anand Ashdown Baptiste Barrow Bergstrom Bianchi Calloway Castellan Chowdhury Cordova
Dempsey Devereux Duarte Eastman Ellery Fairbank Falk Fontaine Gallagher Ghosh Grantham Halvorsen Hargrove Hidalgo Ishikawa Jankowski
Kessler Kimura Lachance Lindqvist Lombardi Maddox Marchetti Mbeki Moreau Nakamura Novak Okafor Ostrander Pemberton Petrov Quigley
Ramires Renshaw Sandoval Schuyler Sorensen Takahashi Thackeray Underhill Valdez Vanterpool Whitlock Yamada Yardley Zielinski""".split()
_STREETS = """Alder Birch Cedar Chestnut Clover Elm Fern Harbor Hawthorn Hickory Juniper Lantern Larch Linden Maple Meadow Mill
Orchard Pine Quarry River Sycamore Tamarack Walnut Willow""".split()
_KINDS = ("St", "Ave", "Ln", "Rd", "Ct", "Way")

#: city, state, postcode, area code
_TOWNS = [
    tuple(line.split("|"))
    for line in """\
Portland|ME|04101|207
Burlington|VT|05401|802
Cambridge|MA|02139|617
Providence|RI|02903|401
Hartford|CT|06103|860
Brooklyn|NY|11215|718
Flushing|NY|11354|718
Ithaca|NY|14850|607
Hoboken|NJ|07030|201
Princeton|NJ|08540|609
Philadelphia|PA|19103|215
Pittsburgh|PA|15213|412
Baltimore|MD|21201|410
Washington|DC|20009|202
Richmond|VA|23220|804
Raleigh|NC|27601|919
Charleston|SC|29401|843
Savannah|GA|31401|912
Atlanta|GA|30307|404
Miami|FL|33130|305
Tampa|FL|33602|813
Nashville|TN|37203|615
Louisville|KY|40202|502
Columbus|OH|43215|614
Cleveland|OH|44113|216
Ann Arbor|MI|48104|734
Detroit|MI|48226|313
Indianapolis|IN|46204|317
Chicago|IL|60614|312
Milwaukee|WI|53202|414
Madison|WI|53703|608
Minneapolis|MN|55401|612
Des Moines|IA|50309|515
Saint Louis|MO|63103|314
Kansas City|MO|64108|816
Omaha|NE|68102|402
Tulsa|OK|74103|918
Dallas|TX|75201|214
Austin|TX|78704|512
Houston|TX|77006|713
San Antonio|TX|78205|210
New Orleans|LA|70130|504
Denver|CO|80202|303
Boulder|CO|80302|303
Santa Fe|NM|87501|505
Phoenix|AZ|85004|602
Tucson|AZ|85701|520
Salt Lake City|UT|84101|801
Boise|ID|83702|208
Las Vegas|NV|89101|702
Reno|NV|89501|775
Los Angeles|CA|90026|213
Pasadena|CA|91101|626
San Diego|CA|92101|619
Santa Barbara|CA|93101|805
San Francisco|CA|94110|415
Oakland|CA|94607|510
Berkeley|CA|94704|510
Sacramento|CA|95814|916
Eugene|OR|97401|541
Portland|OR|97205|503
Seattle|WA|98103|206
Tacoma|WA|98402|253
Spokane|WA|99201|509""".splitlines()
]


@dataclass(frozen=True)
class Person:
    """A buyer, and where the parcel goes."""

    name: str
    email: str
    phone: str
    street: str
    street2: str
    city: str
    state: str
    postcode: str


def crowd(count: int, random: Random) -> list[Person]:
    """`count` buyers of different names."""
    names = random.sample([(first, last) for first in _FIRST for last in _LAST], count)
    found = []
    for number, (first, last) in enumerate(names):
        city, state, postcode, area = random.choice(_TOWNS)
        street = f"{random.randint(2, 990)} {random.choice(_STREETS)} {random.choice(_KINDS)}"
        street2 = random.choice(["", "", "", f"Apt {random.randint(1, 40)}"])
        mail = f"{first}.{last}@example.com".lower()
        found.append(
            Person(f"{first} {last}", mail, f"+1{area}55501{number % 100:02d}", street, street2, city, state, postcode)
        )
    return found
