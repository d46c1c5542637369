"""
Every error `oms` expects, in one tree; each knows its exit code.

    OmsError                      1  failed, nothing changed
    ├── UsageError                2  wrong words on the command line
    │   └── ConfigError           2  oms.toml or a format file cannot be used
    ├── UnreadableFile            1  a file as a whole cannot be taken
    │   ├── UnknownHeadings          nobody recognises it
    │   ├── AmbiguousFile            two readers recognise it
    │   └── OverLimit                larger than `[limits]` allows
    ├── UnknownOrder, UnknownSku, UnknownLocation, UnknownBatch, AmbiguousRef
    ├── Refused                   1  a guard or a rule says no
    └── WorkspaceLocked           4  another oms holds the workspace

What is wrong with a single row is never an exception: it is a row of the `rejected` frame (model/frames.py).
"""


class OmsError(Exception):
    """An expected failure: one sentence for the user, and what to do about it."""

    exit_code = 1

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(OmsError):
    """The command line asks for something that does not exist or does not fit together."""

    exit_code = 2


class ConfigError(UsageError):
    """`oms.toml` or a format file is wrong: names file, key, value and the nearest known key."""


class UnreadableFile(OmsError):
    """A file as a whole cannot be read; other files of the same command still can."""


class UnknownHeadings(UnreadableFile):
    """No channel and none of our own kinds recognises the headings."""


class AmbiguousFile(UnreadableFile):
    """More than one reader, or more than one channel, could have written the file."""


class OverLimit(UnreadableFile):
    """The file is larger than `[limits]` allows, or would unpack to more."""


class UnknownOrder(OmsError):
    """No order has this order_ref or channel order id."""


class AmbiguousRef(OmsError):
    """Several orders share the order_ref: say `channel/order_ref`."""


class UnknownSku(OmsError):
    """The sku is not one of ours."""


class UnknownLocation(UsageError):
    """The location is not in `oms.toml`."""


class UnknownChannel(UsageError):
    """The channel is not in `oms.toml`."""


class UnknownBatch(OmsError):
    """No batch has this number."""


class Refused(OmsError):
    """A rule or a guard of the domain says no, naming what stands in the way."""


class WorkspaceLocked(OmsError):
    """Another oms is writing to this workspace."""

    exit_code = 4
