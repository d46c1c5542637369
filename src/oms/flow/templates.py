"""
Templates: TOML files in `formats/` of the workspace that say how a file is written. Ours ship with oms, in data/formats.

What is wrong with one is said at once, by file and key, before anything is written.
"""

import tomllib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from oms.errors import ConfigError
from oms.sheets.layout import Column
from oms.words import _, nearest

Template = TypeVar("Template", bound=BaseModel)


def ours(model: type[Template], name: str) -> Template:
    """The template that ships as data/formats/NAME.toml."""
    text = files("oms.data").joinpath("formats", f"{name}.toml").read_text("utf-8")
    return parse(model, text, f"{name}.toml", hint="")


def own(model: type[Template], root: Path, name: str, *, hint: str) -> Template | None:
    """The seller's template formats/NAME.toml, None where there is none; ConfigError with `hint` where it cannot be used."""
    path = root / "formats" / f"{name}.toml"
    file = f"formats/{name}.toml"
    try:
        return parse(model, path.read_text("utf-8-sig"), file, hint=hint)
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        raise ConfigError(_("{file}: not UTF-8 text", file=file), _("save it as UTF-8")) from None


def parse(model: type[Template], text: str, file: str, *, hint: str) -> Template:
    """`text` as a template; ConfigError that names every key in which it is wrong."""
    try:
        return model.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(_("{file}: not TOML: {error}", file=file, error=error)) from None
    except ValidationError as error:
        known = (*model.model_fields, *Column.model_fields)
        raise ConfigError("\n".join(f"{file}: {_problem(dict(each), known)}" for each in error.errors()), hint) from None


def _problem(problem: Mapping[str, Any], known: Sequence[str]) -> str:
    key = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "missing":
        return _("{key}: is missing", key=key)
    if problem["type"] == "extra_forbidden":
        return _("{key}: no such key{near}", key=key, near=nearest(str(problem["loc"][-1]), known))
    what = str(problem["msg"]).removeprefix("Value error, ")
    return f"{key}: {what[:1].lower()}{what[1:]}" if key else what
