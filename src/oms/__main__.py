"""The command `oms`, and `python -m oms`."""

import sys


def main() -> None:
    """Run the command line; interrupted while it is still being loaded, it ends as it does later: 130, nothing said."""
    try:
        from oms.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
