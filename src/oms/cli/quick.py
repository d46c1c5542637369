"""
Commands that appear at once.

typer builds a pydantic adapter for every option that is not a flag, given or not, and loading pydantic takes as long as
everything else that a looking command does. What was not given, and text, needs no adapter.
"""

from pathlib import Path
from typing import Any


class _WhenNeeded:
    """Stands where typer keeps a parameter's adapter, and lets it build the adapter only for a value that needs one."""

    def __init__(self, annotation: object, many: bool) -> None:
        self.annotation = annotation
        self.many = many

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """`value` as its command takes it."""
        if value is None:
            return () if self.many else None
        if not self.many and value is param.default and type(value) is self.annotation:
            return value
        if not self.many and isinstance(value, str) and self.annotation in (str, Path):
            return Path(value) if self.annotation is Path else value
        param._runtime_param = None
        return param.get_runtime_param().coerce(value, param=param, ctx=ctx)


def hasten(command: Any, context: Any) -> None:
    """
    Make `command` build adapters only when needed.

    Lives from inner names of typer 0.29; where they are others, it does nothing and commands only start slower.
    """
    for param in command.get_params(context):
        if hasattr(param, "get_runtime_param") and getattr(param, "_runtime_param", ()) is None:
            annotation = getattr(getattr(param, "type_descriptor", None), "annotation", None)
            param._runtime_param = _WhenNeeded(annotation, bool(getattr(param, "multiple", False)) or param.nargs == -1)
