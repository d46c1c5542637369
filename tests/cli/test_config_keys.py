"""`oms config keys` tells, without any page at hand, what oms.toml may say."""

from pathlib import Path

from oms import config_keys
from oms.config import Config
from tests.conftest import Oms


def test_every_key_of_the_file_is_told_with_its_meaning() -> None:
    """What config.py knows and what is explained are the same keys."""
    told = {(key.section, key.key) for key in config_keys.every_key() if key.type and key.meaning}
    known = {(name, key) for name, table in config_keys.SECTIONS.items() for key in table.model_fields}
    tables = {name.partition(".")[0] for name in config_keys.SECTIONS} | {"fx"}

    assert known == {each for each in told if each[0] != "fx"}
    assert set(Config.model_fields) == tables
    assert [] == [section for section, said in config_keys._told().items() if section != "fx"
                  for key in said if key not in config_keys.SECTIONS[section].model_fields]  # fmt: skip


def test_a_table_or_a_key_can_be_asked_for(oms: Oms) -> None:
    """As it is spelled in the file, and as `oms config set` spells it; no workspace is needed."""
    (oms.root / "oms.toml").unlink()

    assert ["base", "per_km", "per_kg"] == [key["key"] for key in oms.ok("config", "keys", "routing.fallback_rate")["keys"]]
    assert oms.ok("config", "keys", "[[channels]]") == oms.ok("config", "keys", "channels")
    assert [{"section": "channels", "key": "buffer", "type": 'number or `"10%"`', "default": "0",
             "meaning": "units of each sku kept back from this channel"}] == oms.ok(
        "config", "keys", "channels.amazon-us.buffer")["keys"]  # fmt: skip
    assert "section\tkey\ttype\tdefault\tmeaning" == oms("config", "keys").stdout.splitlines()[0]


def test_an_unknown_table_names_the_nearest(oms: Oms) -> None:
    """Exit 2, and the tables there are."""
    result = oms("config", "keys", "rooting")

    assert 2 == result.exit_code
    assert "no table or key `rooting` in oms.toml, did you mean `routing`?" in result.stderr


def test_an_error_in_the_file_names_the_command(oms: Oms) -> None:
    """Who installed by pip has no docs folder: the hint is a command."""
    oms.write("oms.toml", "[routing]\ngaol = 1\n")

    assert "hint: `oms config keys` explains every key" in oms("config", "check").stderr


def test_no_message_sends_to_a_page_that_a_pip_user_has_not() -> None:
    """The package carries no docs/: what it says names commands."""
    sources = Path(config_keys.__file__).parent.rglob("*.*")
    said = [path.name for path in sources if path.suffix in (".py", ".toml", ".html") and path.name != "config_keys.py"
            and "docs/" in path.read_text("utf-8")]  # fmt: skip

    assert [] == said
