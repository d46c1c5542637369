"""
Runs every session of the pages and writes what is printed now in place: python -m tests.make_pages [PAGE…]

What tests/test_pages.py would complain about is mended; read the difference before you commit it.
"""

import sys
import tempfile
from pathlib import Path

from tests import sessions


def main(names: list[str]) -> None:
    """Refresh the named pages, else all."""
    for page in [Path(name).resolve() for name in names] or sessions.pages():
        text = page.read_text("utf-8")
        if not sessions.commands(text):
            continue
        with tempfile.TemporaryDirectory() as folder:
            session = sessions.Session(Path(folder))
            printed = [session.run(command) for command in sessions.commands(text)]
        renewed = sessions.refreshed(text, printed)
        if renewed != text:
            page.write_text(renewed, "utf-8")
            sys.stdout.write(f"{page.relative_to(sessions.ROOT)}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
