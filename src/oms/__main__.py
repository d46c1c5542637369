"""The command `oms`, and `python -m oms`."""

import gc
import os
import sys


def main() -> None:
    """Run the command line; interrupted while it is still being loaded, it ends as it does later: 130, nothing said."""
    gc.disable()  # a command is short, and what it makes lives to its end: looking for garbage finds none
    code: str | int | None = 0
    try:
        from oms.cli import main as run

        run()
    except KeyboardInterrupt:
        code = 130
    except SystemExit as ended:
        code = ended.code or 0
    _end(code)


def _end(code: str | int | None) -> None:
    """
    End with `code`, at once where nothing is left to say: everything is on disk by now, and taking what is in memory apart
    takes longer than many a command.
    """
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        sys.exit(code)
    if isinstance(code, int):
        os._exit(code)
    sys.exit(code)


if __name__ == "__main__":
    main()
