"""`oms format keys` tells, without any page at hand, what a file in formats/ may say."""

from oms.channels.answers import AnswerFile
from oms.channels.format_file import ALLOWED, ColumnFormat, FormatFile
from oms.channels.format_keys import every_key
from oms.sheets.layout import Column
from tests.conftest import Oms


def test_every_key_of_a_format_is_told() -> None:
    """What format_file.py knows and what is explained are the same keys; what is needed is said to be."""
    told = [(key.section, key.key) for key in every_key() if key.type and key.meaning]
    needed = {key.key for key in every_key() if key.section == "" and key.default is None}

    assert list(FormatFile.model_fields) == [key for section, key in told if section == ""]
    assert sorted(ColumnFormat.model_fields) == sorted(key for section, key in told if section == "columns.FIELD")
    assert sum(map(len, ALLOWED.values())) == len([key for section, key in told if section == "columns"])
    for answer in ("stock_file", "tracking_file"):
        assert list(AnswerFile.model_fields) == [key for section, key in told if section == answer]
        assert list(Column.model_fields) == [key for section, key in told if section == f"{answer}.columns"]
    assert {name for name, field in FormatFile.model_fields.items() if field.is_required()} == needed


def test_a_wrong_format_names_the_command(oms: Oms) -> None:
    """Who installed by pip has no docs folder: the hint is a command, and the command answers."""
    oms.write("formats/otto.toml", 'kind = "orders"\nrecognize = "x"\n')

    assert "`oms format keys` explains every key" in oms("format", "check", "otto").stderr
    assert "recognise" in [key["key"] for key in oms.ok("format", "keys")["keys"]]
