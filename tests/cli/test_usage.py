"""Wrong words on the command line: one sentence, what to write instead, exit code 2."""

import re

import pytest
from typer.main import get_command

from oms.cli import app
from tests import make_reference
from tests.conftest import Oms

WRONG = [
    ("rout", "no command `rout`", "did you mean: oms route"),
    ("map sugest", "no command `sugest`", "did you mean: oms map suggest"),
    ("xyzzy", "no command `xyzzy`", "see: oms --help"),
    ("route --goal cheap", "--goal `cheap`: not one of `cost`, `distance`, `ranked`", "see: oms route --help"),
    ("route --gaol cost", "no option `--gaol`", "did you mean `--goal`? see: oms route --help"),
    ("undo x", "BATCH `x`: not a whole number", "see: oms undo --help"),
    ("import --wait -1", "--wait `-1`: must be 0 or more", "see: oms import --help"),
    ("import --wait soon", "--wait `soon`: not a number", "see: oms import --help"),
    ("import --channel", "--channel needs a value", "see: oms --help"),
    ("route all", "too many words: `all`", "usage: oms route [OPTIONS]"),
    ("map set", "CHANNEL is missing", "usage: oms map set [OPTIONS] CHANNEL LISTING SKU"),
    ("hold 1", "--reason is missing", "usage: oms hold [OPTIONS] REF"),
    ("-w . status", "-w stands before the command", "write it after: oms COMMAND -w"),
]


@pytest.mark.parametrize(("words", "what", "hint"), WRONG)
def test_wrong_words_are_said_like_every_other_error(oms: Oms, words: str, what: str, hint: str) -> None:
    """One `error:` line, one `hint:` line, nothing on stdout."""
    result = oms(*words.split())

    assert (2, "") == (result.exit_code, result.stdout)
    assert f"error: {what}\n\nhint: {hint}\n" == result.stderr


def test_a_program_gets_json_also_for_wrong_words(oms: Oms) -> None:
    """With --json, stdout is one document whatever was wrong."""
    result = oms("route", "--goal", "cheap", "--json")

    assert 2 == result.exit_code
    assert {
        "error": "--goal `cheap`: not one of `cost`, `distance`, `ranked`", "hint": "see: oms route --help",
    } == result.json  # fmt: skip


def test_a_group_without_a_command_shows_what_it_has(oms: Oms) -> None:
    """`oms map` is a question, not a mistake in its words."""
    result = oms("map")

    assert 2 == result.exit_code
    assert "suggest" in result.stdout + result.stderr


def test_nothing_of_a_help_text_is_taken_for_markup() -> None:
    """A table of oms.toml in brackets would vanish from the screen: keys are written as `oms config set` takes them."""
    said = [
        (name, text)
        for name, command in make_reference.commands(get_command(app), "oms")
        for text in (command.help or "", *(getattr(param, "help", None) or "" for param in command.params))
    ]

    assert [] == [(name, text) for name, text in said if re.search(r"\[/?[a-z]", text)]
