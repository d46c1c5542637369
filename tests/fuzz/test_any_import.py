"""The whole import, on files that went through many hands."""

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms.errors import OmsError
from oms.flow.doctor import doctor
from oms.flow.importing import import_files
from oms.flow.recognising import Wishes
from oms.flow.repairing import repair_files
from oms.flow.shop import open_shop
from oms.model.frames import KINDS
from tests.fuzz.damage import files, tries

NOW = datetime(2026, 11, 19, 14, tzinfo=UTC)
CHANNELS = (
    "amazon",
    "shopify",
    "tiktok",
    "temu",
    "lazada",
    "shopee",
    "ebay",
    "etsy",
    "woocommerce",
    "walmart",
    "square",
    "generic",
)
CONFIG = (Path(__file__).parent.parent / "data" / "oms.toml").read_text(encoding="utf-8").split("[[channels]]")[0] + "".join(
    f'\n[[channels]]\nname = "{kind}"\nkind = "{kind}"\n' for kind in CHANNELS
)
PRODUCTS = "sku,title,barcode\n3-4,Mug,4006381333931\n007,红色茶杯,036000291452\n1234567890123456,Cup,\n"
STOCK = "sku,location,on_hand\nMUG,NJ,5\nCUP,NJ,3\nMUG-B,CA,2\n"


@pytest.fixture(scope="module")
def shop_folder(tmp_path_factory):
    """A workspace with every channel and some stock, to be copied for each file."""
    root = tmp_path_factory.mktemp("fuzz") / "shop"
    root.mkdir()
    (root / "oms.toml").write_text(CONFIG, encoding="utf-8")
    for name, text in (("stock.csv", STOCK), ("products.csv", PRODUCTS)):
        (root / name).write_text(text, encoding="utf-8")
        os.utime(root / name, (1763500000, 1763500000))
    import_files(open_shop(root, NOW), [root / "stock.csv", root / "products.csv"], Wishes())
    return root


@tries(35)
@given(several=st.lists(files(), min_size=1, max_size=2), channel=st.sampled_from((None, None, *CHANNELS)),
       kind=st.sampled_from((None, None, None, *KINDS)))  # fmt: skip
def test_no_file_breaks_an_import(shop_folder, several, channel, kind):
    """No traceback, no row lost, and afterwards the store proves what it says."""
    root = shop_folder.parent / "copy"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(shop_folder, root)
    paths = []
    for number, file in enumerate(several):
        path = root / f"{number}-{file.name}"
        path.write_bytes(file.data)
        os.utime(path, (1763500000, 1763500000))
        paths.append(path)
    shop = open_shop(root, NOW)
    try:
        report = import_files(shop, paths, Wishes(channel=channel, location="NJ", kind=kind))
    except OmsError:
        return
    for file in report.files:
        if file.error is None:
            accepted = file.json()["rows_accepted"]

            assert accepted >= 0
            assert file.rows == accepted + file.rows_rejected + sum(file.ignored.values())

    # A file that says more was refunded than paid contradicts itself: doctor reports that, and rightly.
    assert [] == [check for check in doctor(shop).checks if not check.ok and check.name != "refunds"]


@tries(35)
@given(file=files(), channel=st.sampled_from((None, "generic", *CHANNELS)))
def test_no_file_breaks_a_repair(shop_folder, file, channel):
    """Whatever is in it, damage is named in words; a copy is written only where all of it is proven, and can be read."""
    path = shop_folder.parent / f"damaged-{file.name}"
    path.write_bytes(file.data)
    shop = open_shop(shop_folder, NOW)
    try:
        (found,) = repair_files(shop, [path], Wishes(channel=channel)).files
    except OmsError:
        return
    assert 0 <= found.proven <= found.damaged
    assert (found.patch is not None) == (found.error is None and found.damaged > 0)
    if found.repaired is not None:
        copy = shop_folder / found.repaired
        again = repair_files(shop, [copy], Wishes(channel=channel)).files[0]

        assert found.damaged == found.proven
        assert again.format == found.format
