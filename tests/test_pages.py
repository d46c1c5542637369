"""The pages: every session is replayed, every link leads somewhere, every command and every key is described."""

import re
import tomllib
from pathlib import Path

import pytest

from oms import config_file, config_keys, errors
from oms.config import CHANNEL_KINDS, Config
from tests import make_reference, sessions

_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")


@pytest.mark.parametrize(
    "page", [page for page in sessions.pages() if sessions.commands(page.read_text("utf-8"))],
    ids=lambda page: page.relative_to(sessions.ROOT).as_posix(),
)  # fmt: skip
def test_page_shows_what_the_commands_print(page: Path, tmp_path: Path) -> None:
    """Whoever types what a page says sees what the page shows."""
    session = sessions.Session(tmp_path)
    different = [
        f"{page.name}:{command.line}: $ {command.words}\n" + "\n".join(printed)
        for command in sessions.commands(page.read_text("utf-8"))
        if not sessions.same(command.output, printed := session.run(command))
    ]

    assert [] == different, "refresh them with: python -m tests.make_pages"


@pytest.mark.parametrize(
    "page", [page for page in sessions.pages() if "[[channels]]" in page.read_text("utf-8")],
    ids=lambda page: page.relative_to(sessions.ROOT).as_posix(),
)  # fmt: skip
def test_configuration_on_a_page_is_in_order(page: Path) -> None:
    """Whoever copies a block of `oms.toml` from a page has one that is taken, given the locations it names."""
    for block in re.findall(r"```toml\n(.*?)```", page.read_text("utf-8"), flags=re.DOTALL):
        if "[[channels]]" not in block or re.search(r"^kind = \"(?:orders|stock|tracking|export|3pl-orders)\"", block, re.M):
            continue
        raw = tomllib.loads(block)
        named = {code for channel in raw["channels"] for code in channel.get("locations", ())}
        missing = sorted(named - {place["code"] for place in raw.get("locations", ())})
        places = "".join(f'[[locations]]\ncode = "{code}"\ncountry = "US"\n' for code in missing)
        own = tuple(channel["kind"] for channel in raw["channels"] if channel["kind"] not in CHANNEL_KINDS)

        assert len(raw["channels"]) == len(config_file.parse(places + block, page.name, own).channels)


def test_links_lead_somewhere() -> None:
    """Every relative link of every page names a file, and every #heading stands in it."""
    broken = []
    for page in sessions.pages():
        for link in _LINK.findall(re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)):
            if link.startswith(("http://", "https://", "mailto:")):
                continue
            name, _hash, heading = link.partition("#")
            target = (page.parent / name).resolve() if name else page
            if not target.exists() or (heading and heading not in _headings(target)):
                broken.append(f"{page.relative_to(sessions.ROOT)}: {link}")

    assert [] == broken


def _headings(page: Path) -> set[str]:
    found = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


def test_every_page_can_be_found() -> None:
    """No page lies in docs/ without a link from another page."""
    linked = {
        (page.parent / link.partition("#")[0]).resolve()
        for page in sessions.pages()
        for link in _LINK.findall(page.read_text("utf-8"))
    }
    lost = [
        page.relative_to(sessions.ROOT).as_posix() for page in sessions.pages()
        if page.resolve() not in linked and page != sessions.ROOT / "README.md"
    ]  # fmt: skip

    assert [] == lost


def test_command_reference_is_what_the_commands_say() -> None:
    """docs/reference/commands.md has every command and option; python -m tests.make_reference writes it."""
    assert make_reference.reference() == make_reference.PAGE.read_text("utf-8")


def test_every_kind_of_error_is_explained() -> None:
    """docs/reference/errors.md names every error that a command may end with."""
    page = (sessions.ROOT / "docs/reference/errors.md").read_text("utf-8")
    kinds = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, errors.OmsError)]

    assert [] == [kind.__name__ for kind in kinds if kind is not errors.OmsError and f"`{kind.__name__}`" not in page]


def test_every_key_is_explained() -> None:
    """docs/reference/config.md has a section for every table of oms.toml, a row for every key; make_reference writes them."""
    page = make_reference.CONFIG_PAGE.read_text("utf-8")
    missing = [name for name in Config.model_fields if not re.search(rf"^## `\[+{name}\]+`$", page, re.MULTILINE)]

    assert [] == missing
    assert make_reference.config_reference(page) == page
    assert [] == [key for key in config_keys.every_key() if f"| `{key.key}` | " not in page]
