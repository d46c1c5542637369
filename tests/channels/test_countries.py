"""Countries as people write them are countries."""

import polars as pl
import pytest

from oms.channels.countries import alpha2, alpha2_all


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("US", "US"), ("us", "US"), ("United States", "US"), ("U.S.A.", "US"), ("美国", "US"), ("UK", "GB"), ("England", "GB"),
        ("中国", "CN"), ("中國大陸", "CN"), ("Deutschland", "DE"), ("德國", "DE"), ("Bosnia and Herzegovina", "BA"),
        ("  New   Zealand ", "NZ"), ("ＪＰ", "JP"), ("Côte d'Ivoire", "CI"), ("Narnia", "Narnia"), ("XX", "XX"),
    ],
)  # fmt: skip
def test_names_and_codes(written, code):
    """English, Chinese and their own names; what nobody knows stays as it stands."""
    assert code == alpha2(written)


def test_a_column_of_them():
    """Missing stays missing."""
    assert ["FR", None, "FR"] == alpha2_all(pl.Series(["France", None, "法国"])).to_list()
