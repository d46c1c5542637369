"""
`oms.toml` as a file: read and checked, with errors that name file, key, value and the nearest known key; edited with its
comments kept. Reading needs only the standard library and pydantic.
"""

import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from oms.config import CHANNEL_KINDS, Channel, Config, FallbackRate, Location, RoutingRule, nearest
from oms.errors import ConfigError
from oms.words import _


def load(path: Path) -> Config:
    """
    Read and check `oms.toml`.

    Raises ConfigError listing every problem: key, value, what is wrong and the nearest known key.
    """
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(_("{file}: not UTF-8 text", file=path), _("save it as UTF-8")) from error
    return parse(text, str(path))


def parse(text: str, name: str = "oms.toml", formats: tuple[str, ...] | None = None) -> Config:
    """Check the text of an `oms.toml` called `name`; `formats` are the names of the files in formats/."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(_("{file}: not TOML: {error}", file=name, error=error)) from error
    try:
        config = Config.model_validate(raw)
    except ValidationError as error:
        problems = [_problem(problem, raw) for problem in error.errors()]
        raise ConfigError("\n".join(f"{name}: {problem}" for problem in problems),
                          _("`oms config keys` explains every key")) from error  # fmt: skip
    if formats is None:
        folder = Path(name).parent / "formats"
        formats = tuple(sorted(file.stem for file in folder.glob("*.toml"))) if folder.is_dir() else ()
    kinds = CHANNEL_KINDS + formats
    for channel in config.channels:
        if channel.kind not in kinds:
            raise ConfigError(
                _("{file}: channels.{name}.kind `{kind}`: no such kind of channel{near}",
                  file=name, name=channel.name, kind=channel.kind, near=nearest(channel.kind, kinds)),
                _("kinds: {kinds}", kinds=", ".join(kinds)),
            )  # fmt: skip
    return config


def _problem(problem: Any, raw: dict[str, Any]) -> str:
    """One line for one pydantic complaint: key, value, what is wrong, the nearest known key."""
    where = problem["loc"]
    key = ".".join(_part(raw, where, index) for index in range(len(where)))
    if problem["type"] == "extra_forbidden":
        near = nearest(str(where[-1]), _known_keys(where[:-1]))
        return _("`{key}`: unknown key{near}", key=key, near=near)
    if problem["type"] == "missing":
        return _("`{key}`: is missing", key=key)
    message = _message(problem)
    value = problem["input"]
    shown = "" if isinstance(value, (dict, list, tuple)) or not key else f" `{value}`"
    return f"`{key}`{shown}: {message}" if key else message


def _message(problem: Any) -> str:
    """What is wrong, in words for a seller; pydantic's own where we have no better ones."""
    kind, about = problem["type"], problem.get("ctx", {})
    if kind in ("model_type", "dict_type", "model_attributes_type"):
        return _('is a table: write [table] on a line of its own, or { key = "value" }')
    if kind in ("tuple_type", "list_type"):
        return _('is a list: write ["one", "two"], or [[table]] where each entry has keys of its own')
    if kind == "string_type":
        return _('is text: write it between quotes, "like this"')
    if kind in ("int_type", "int_parsing", "int_from_float"):
        return _("is a whole number, without quotes")
    if kind in ("float_type", "float_parsing"):
        return _("is a number, without quotes")
    if kind in ("bool_type", "bool_parsing"):
        return _("is true or false, without quotes")
    if kind == "literal_error":
        return _("is one of {words}", words=about["expected"].replace(" or ", ", ").replace("'", "`"))
    if kind == "greater_than_equal":
        return _("must be {least} or more", least=about["ge"])
    if kind == "less_than_equal":
        return _("must be {most} or less", most=about["le"])
    if kind == "string_pattern_mismatch":
        return _('has no spaces, does not begin with a dot, and none of / \\ : * ? " < > |')
    message = str(problem["msg"]).removeprefix("Value error, ")
    return message[:1].lower() + message[1:]


def _part(raw: Any, where: tuple[Any, ...], index: int) -> str:
    """A list index as the code or name that stands there, a key as itself."""
    part = where[index]
    if not isinstance(part, int):
        return str(part)
    try:
        for step in where[: index + 1]:
            raw = raw[step]
        return str(raw.get("code") or raw.get("name") or part)
    except (KeyError, IndexError, TypeError, AttributeError):
        return str(part)


def _known_keys(where: tuple[Any, ...]) -> list[str]:
    model: Any = Config
    tables = {"locations": Location, "channels": Channel, "fallback_rate": FallbackRate, "rules": RoutingRule}
    for part in where:
        if isinstance(part, int):
            continue
        model = tables.get(part) or (model.model_fields[part].annotation if part in model.model_fields else None)
        if not hasattr(model, "model_fields"):
            return []
    return list(model.model_fields)


def set_value(text: str, key: str, value: str) -> str:
    """
    The text of an `oms.toml` with `key` set to `value`, comments and layout kept.

    `key` is dotted: `routing.goal`, `channels.amazon-us.buffer`, `locations.NJ.cutoff` (an entry of a list is named by
    its code or name). `value` is TOML (`2`, `true`, `["NJ"]`), else it is taken as text.
    """
    import tomlkit

    document = tomlkit.parse(text)
    parts = key.split(".")
    here: Any = document
    for part in parts[:-1]:
        if isinstance(here, list):
            entry = next((e for e in here if part in (e.get("code"), e.get("name"))), None)
            if entry is None:
                raise ConfigError(_("`{key}`: nothing is called `{part}`", key=key, part=part))
            here = entry
        else:
            if not isinstance(here, dict):
                break
            if part not in here:
                here[part] = tomlkit.table()
            here = here[part]
    if isinstance(here, list):
        raise ConfigError(_("`{key}`: name a key of the entry, as in `{key}.KEY`", key=key))
    if not isinstance(here, dict):
        raise ConfigError(_("`{key}`: `{parent}` is a value, not a table", key=key, parent=".".join(parts[:-1])))
    here[parts[-1]] = _parsed(value)
    return tomlkit.dumps(document)


def _parsed(value: str) -> Any:
    """`value` as TOML where it is TOML, else as text: `14:00` and `Blue Door` need no quotes on the command line."""
    import tomlkit

    try:
        tomllib.loads(f"value = {value}")
    except tomllib.TOMLDecodeError:
        return value
    return tomlkit.value(value)
