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
STOCK = "sku,location,on_hand\nMUG,NJ,5\nCUP,NJ,3\nMUG-B,CA,2\n"


@pytest.fixture(scope="module")
def shop_folder(tmp_path_factory):
    """A workspace with every channel and some stock, to be copied for each file."""
    root = tmp_path_factory.mktemp("fuzz") / "shop"
    root.mkdir()
    (root / "oms.toml").write_text(CONFIG, encoding="utf-8")
    stock = root / "stock.csv"
    stock.write_text(STOCK, encoding="utf-8")
    os.utime(stock, (1763500000, 1763500000))
    import_files(open_shop(root, NOW), [stock], Wishes())
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
