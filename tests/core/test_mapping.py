"""What a listing could be, how sure that is, and what contradicts itself in a mapping."""

import random

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms.core.mapping import suggest
from oms.core.mapping_check import doubts
from oms.core.titles import alike
from oms.model.gtin import is_gtin

PRODUCTS = (
    ("MUG-RED", "Stoneware mug, red", "4006381333931"), ("MUG-BLUE", "Stoneware mug, blue", None),
    ("TOWEL-CHECK", "Linen tea towel, checked", None), ("SPOON-4", "Oak spoon, set of 4", None),
    ("TEA-EARL", "Earl Grey tea, 100 g", None), ("茶杯-红", "红色茶杯", None),
)  # fmt: skip


def products(*rows):
    return pl.DataFrame(rows or PRODUCTS, schema=dict.fromkeys(("sku", "title", "barcode"), pl.String), orient="row")


def mapped(*rows):
    schema = {"listing_sku": pl.String, "sku": pl.String, "quantity": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def suggested(listing_sku, title=None, barcode=None, known=None, elsewhere=()):
    """sku, quantity, sure, because of one listing."""
    schema = dict.fromkeys(("channel", "listing_sku", "title", "barcode"), pl.String) | {"open_units": pl.Int64}
    listing = pl.DataFrame([("site", listing_sku, title, barcode, 1)], schema=schema, orient="row")
    found = suggest(listing, products() if known is None else known, mapped(*elsewhere))
    return found.select("sku", "quantity", "sure", "because").row(0)


@pytest.mark.parametrize("spelled", ["mug_red", "Mug Red", "ＭＵＧ－ＲＥＤ", "mugred"])
def test_case_width_and_punctuation_are_forgiven_in_suggestions(spelled):
    """`mug_red` and full-width `ＭＵＧ－ＲＥＤ` are surely MUG-RED; still a person says so."""
    assert ("MUG-RED", 1, "sure", "same sku, spelled otherwise") == suggested(spelled)


def test_the_same_barcode_is_the_same_thing():
    """Whatever it is called, with or without the zero before it."""
    assert ("MUG-RED", 1, "sure", "same barcode") == suggested("whatever", "nothing alike", "04006381333931")


def test_a_spelling_and_a_barcode_that_quarrel_decide_nothing():
    """Spelled like one sku, with the barcode of another: both are named, none is chosen."""
    assert (None, None, None, "spelled like MUG-BLUE, barcode of MUG-RED") == suggested("mug blue", None, "4006381333931")


@pytest.mark.parametrize("listing", ["MUG-RED-2PK", "mug_red 2pk", "MUG-RED-x2", "MUG-RED 2x", "MUG-RED-PACK2"])
def test_a_pack_of_a_sku_is_so_many_of_it(listing):
    """`MUG-RED-2PK` is two of MUG-RED."""
    assert ("MUG-RED", 2, "likely", "same sku, in packs") == suggested(listing)


@pytest.mark.parametrize(
    ("title", "quantity"),
    [("Stoneware Mug Red (Pack of 3)", 3), ("Red stoneware mug x 6", 6), ("2 x stoneware mug, red", 2),
     ("Stoneware mug, red", 1), ("stoneware mug red 2件装", 2)],
)  # fmt: skip
def test_a_title_says_how_many(title, quantity):
    """Multipacks are suggested with their quantity."""
    sku, many, _sure, _because = suggested("B0C1", title)

    assert ("MUG-RED", quantity) == (sku, many)


def test_a_product_that_counts_as_many_itself_is_one():
    """Our `Oak spoon, set of 4` is the set already."""
    assert ("SPOON-4", 1) == suggested("B0C2", "Oak Spoon Set of 4")[:2]


def test_a_title_says_how_much_alike_it_is():
    """Word order, plurals, more words and a slip of the pen cost a little, and are said."""
    assert ("TOWEL-CHECK", 1, "likely", "title 100 % alike") == suggested("T1", "checked tea towels linen")
    assert ("TOWEL-CHECK", "likely") == suggested("T2", "Linnen Tea Towel, Checked")[::2]
    assert ("TEA-EARL", "perhaps") == suggested("T3", "Earl Grey loose leaf gift tin 100 g organic")[::2]


def test_chinese_titles_are_compared_by_their_characters():
    """红色茶杯 in a longer title is the red cup."""
    assert "茶杯-红" == suggested("C1", "家用红色陶瓷茶杯")[0]


def test_two_titles_as_much_alike_decide_nothing():
    """`Stoneware mug` is the red one or the blue one: a person knows."""
    assert (None, None, None, "title as much like MUG-BLUE as MUG-RED") == suggested("M1", "Stoneware mug")


def test_nothing_alike_is_no_suggestion():
    """Better none than a wild one."""
    assert (None, None, None, None) == suggested("X1", "Garden hose, 20 m")


def test_what_a_listing_is_elsewhere_it_is_here():
    """The same listing mapped on another channel, as two of it."""
    found = suggested("BD-77", "Something", elsewhere=[("bd_77", "MUG-BLUE", 2)])

    assert ("MUG-BLUE", 2, "sure", "another channel's listing of this name") == found


def test_channels_that_disagree_decide_nothing():
    """One name, two skus on two other channels: no suggestion by that name."""
    assert suggested("BD-77", "Hose", elsewhere=[("bd_77", "MUG-BLUE", 2), ("BD-77", "MUG-RED", 1)])[0] is None


@given(st.randoms(use_true_random=False), st.lists(st.text(max_size=12), max_size=6))
def test_the_order_of_products_never_matters(rng, titles):
    """The same titles give the same answer, always."""
    rows = [*PRODUCTS, *((f"S{at}", title, None) for at, title in enumerate(titles))]
    shuffled = list(rows)
    rng.shuffle(shuffled)
    wanted = pl.DataFrame({"at": [0, 1], "title": ["stoneware mug red", " ".join(titles)]}, schema_overrides={"at": pl.Int64})

    assert alike(wanted, products(*rows)).equals(alike(wanted, products(*shuffled)))


def test_many_listings_and_products_are_matched_rightly():
    """Of 300 listings with shuffled words and a shop's name in front, hardly any is suggested wrongly."""
    rng = random.Random(3)
    words = [["stoneware", "linen", "oak", "glass"], ["mug", "towel", "bowl", "vase", "tray"], ["red", "blue", "ochre"],
             ["small", "large", "12oz", "50x70 cm"]]  # fmt: skip
    titles = [" ".join((a, b, c, d)) for a in words[0] for b in words[1] for c in words[2] for d in words[3]]
    known = products(*((f"S{at:03d}", title, None) for at, title in enumerate(titles)))
    wanted = [rng.randrange(len(titles)) for _ in range(300)]
    said = []
    for at in wanted:
        parts = titles[at].split(" ")
        rng.shuffle(parts)
        said.append("Corner Shop " + " ".join(parts).title())
    schema = dict.fromkeys(("channel", "listing_sku", "title", "barcode"), pl.String) | {"open_units": pl.Int64}
    listings = pl.DataFrame([("site", f"L{at}", title, None, 0) for at, title in enumerate(said)], schema=schema, orient="row")
    found = suggest(listings, known, mapped())["sku"].to_list()

    assert [f"S{at:03d}" for at in wanted] == found


LISTED = ("channel", "listing_sku", "sku", "barcode")


def checked(listings, kits=(), ours=(("MUG", None, True), ("CUP", None, True)), stocked=("MUG", "CUP")):
    """problem, listing_sku, sku of everything doubtful."""
    found = doubts(
        pl.DataFrame(listings, schema=dict.fromkeys(LISTED, pl.String), orient="row"),
        pl.DataFrame(ours, schema={"sku": pl.String, "barcode": pl.String, "active": pl.Boolean}, orient="row"),
        pl.DataFrame(kits, schema={"kit_sku": pl.String, "sku": pl.String}, orient="row"),
        pl.Series("sku", stocked, pl.String),
    )
    return found.select("problem", "listing_sku", "sku").rows()


def test_a_mapping_in_order_has_no_doubts():
    """Own names, other names, one thing on two channels under one name."""
    assert [] == checked([("site", "MUG", None, None), ("web", "M-1", "MUG", None), ("site", "M-1", "MUG", None)])


def test_one_listing_on_two_skus_is_found():
    """`m-1` and `M 1` of one channel are the same listing to everybody but a computer."""
    assert [("one listing, two skus", "M 1", "CUP"), ("one listing, two skus", "m-1", "MUG")] == sorted(
        checked([("site", "m-1", "MUG", None), ("site", "M 1", "CUP", None)])
    )


def test_a_listing_named_like_another_sku_is_found():
    """A row that says `CUP` is a MUG wins over the name: was it meant?"""
    assert [("named like another sku", "CUP", "MUG")] == checked([("site", "CUP", "MUG", None)])


def test_one_name_with_two_meanings_on_two_channels_is_found():
    """M-1 is the mug here and the cup there."""
    found = checked([("site", "M-1", "MUG", None), ("web", "M-1", "CUP", None)])

    assert [("another sku on another channel", "M-1", "MUG"), ("another sku on another channel", "M-1", "CUP")] == found


def test_dead_skus_are_found():
    """Nobody ever counted or received a CUP: neither its listing nor a kit of it can ever be sold."""
    kits = [("SET", "MUG"), ("SET", "CUP")]
    ours = (("MUG", None, True), ("CUP", None, True), ("SET", None, True))

    assert [("never stocked", "C-1", "CUP"), ("kit of a part never stocked", None, "SET")] == checked(
        [("site", "C-1", "CUP", None), ("site", "SET", None, None)], kits, ours, ("MUG",)
    )
    assert [] == checked([("site", "C-1", "CUP", None)], kits, ours, ())


def test_wrong_and_shared_barcodes_are_found():
    """A check digit that fails, on a listing and on a product; one barcode on two skus. Others' own codes pass."""
    ours = (
        ("MUG", "4006381333931", True),
        ("CUP", "04006381333931", True),
        ("JUG", "4006381333932", True),
        ("POT", "A-77", True),
    )
    found = checked([("site", "MUG", None, "96385075")], ours=ours)

    assert [
        ("barcode with a wrong check digit", "MUG", None), ("barcode with a wrong check digit", None, "JUG"),
        ("one barcode, two skus", None, "MUG"), ("one barcode, two skus", None, "CUP"),
    ] == found  # fmt: skip


@pytest.mark.parametrize("code", ["4006381333931", "036000291452", "96385074", "00012345600012"])
def test_gtins_prove_themselves(code):
    """GTIN-13, -12, -8 and -14; with another last digit they do not."""
    assert is_gtin(code)
    assert not is_gtin(code[:-1] + str((int(code[-1]) + 1) % 10))
    assert not is_gtin(code[:7])
