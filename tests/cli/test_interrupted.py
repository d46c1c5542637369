"""Ctrl-C: exit code 130, and never a traceback, however early it comes."""

import subprocess
import sys

import pytest

#: Python that presses Ctrl-C at the moment in which a module is looked for, then runs `oms --version`.
PRESSED = """
import sys

class Keys:
    def find_spec(self, name, *_rest):
        if name == {module!r}:
            raise KeyboardInterrupt

sys.meta_path.insert(0, Keys())
sys.argv = ["oms", "--version"]
from oms.__main__ import main
main()
"""


@pytest.mark.parametrize("module", ["oms.cli", "typer", "oms.errors", "oms.cli.safety"])
def test_interrupted_while_it_loads(module: str) -> None:
    """Before the command line is even read."""
    done = subprocess.run(
        [sys.executable, "-c", PRESSED.format(module=module)], capture_output=True, text=True, timeout=60, check=False
    )

    assert (130, "", "") == (done.returncode, done.stdout, done.stderr)
