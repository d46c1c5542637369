"""
Wrong words on the command line, said like every other error.

typer raises an exception of its own for each kind; it shows them in a box that no script can read and with the words of
the library underneath. Here each becomes a UsageError: what was wrong, and what to write instead.
"""

import difflib
import re
from typing import Any

from oms.errors import UsageError
from oms.words import _

#: What the library says -> what a seller understands. The first match counts.
_INSTEAD = (
    (r"valid integer", _("not a whole number")),
    (r"valid (?:number|decimal)", _("not a number")),
    (r"greater than or equal to (?P<least>\S+)", _("must be {least} or more")),
    (r"less than or equal to (?P<most>\S+)", _("must be {most} or less")),
)


def in_our_words(error: Any) -> UsageError | None:
    """`error` (one of typer's) as ours; None where it is no complaint but a help screen."""
    kind = type(error).__name__
    if kind == "NoArgsIsHelpError":
        return None
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "oms"
    see = _("see: {command} --help", command=path)
    if kind == "NoSuchOption":
        return _no_option(error, context, path, see)
    if kind == "MissingParameter":
        return UsageError(_("{what} is missing", what=_name(error.param)), _usage(context) or see)
    if kind == "BadParameter":
        return _bad_value(error, see)
    said = str(error.message)
    if match := re.match(r"No such command '(?P<word>.*?)'\.", said):
        return _no_command(match["word"], context, path, see)
    if match := re.match(r"Got unexpected extra arguments? ?(?:\(s\) )?\((?P<words>.*)\)", said):
        return UsageError(_("too many words: `{words}`", words=match["words"]), _usage(context) or see)
    if match := re.match(r"Option '(?P<name>.*?)' requires an argument", said):
        return UsageError(_("{option} needs a value", option=match["name"]), see)
    return UsageError(said[:1].lower() + said[1:].rstrip("."), see)


def _usage(context: Any) -> str | None:
    if context is None:
        return None
    usage = " ".join(context.get_usage().split()).removeprefix("Usage: ")
    return _("usage: {usage}", usage=re.sub(r"{(.*?)}", lambda word: word[1].upper(), usage))


def _name(param: Any) -> str:
    """`--goal`, or the word of the usage line."""
    return str(param.opts[0] if param.param_type_name == "option" else param.display_name_raw.upper())


def _bad_value(error: Any, see: str) -> UsageError:
    problems = error.__cause__.errors() if hasattr(error.__cause__, "errors") else []
    what = str(problems[0]["msg"] if problems else error.message).removeprefix("Value error, ")
    for pattern, instead in _INSTEAD:
        if match := re.search(pattern, what):
            what = instead.format(**match.groupdict())
            break
    else:
        what = re.sub(r"^'.*?' is ", "", what).replace("'", "`").rstrip(".")
        what = what[:1].lower() + what[1:]
    value = f" `{problems[0]['input']}`" if problems and isinstance(problems[0]["input"], str | int | float) else ""
    name = _name(error.param) if error.param is not None else _("value")
    return UsageError(f"{name}{value}: {what}", see)


def _no_option(error: Any, context: Any, path: str, see: str) -> UsageError:
    word = str(error.option_name)
    if context is not None and context.parent is None and word in ("-w", "--workspace", "--json", "--dry-run", "--wait"):
        return UsageError(_("{option} stands before the command", option=word),
                          _("write it after: {command} COMMAND {option}", command=path, option=word))  # fmt: skip
    near = difflib.get_close_matches(word, _options(context), 1)
    return UsageError(
        _("no option `{option}`", option=word),
        _("did you mean `{near}`? {see}", near=near[0], see=see) if near else see,
    )


def _options(context: Any) -> list[str]:
    if context is None:
        return []
    return [name for param in context.command.get_params(context) for name in param.opts if name.startswith("--")]


def _no_command(word: str, context: Any, path: str, see: str) -> UsageError:
    names = [] if context is None else list(context.command.list_commands(context))
    near = difflib.get_close_matches(word, names, 1)
    return UsageError(
        _("no command `{word}`", word=word),
        _("did you mean: {command} {near}", command=path, near=near[0]) if near else see,
    )
