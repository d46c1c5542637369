"""
Where a crash is possible, by name: the tests make `oms` die at each of them and prove that nothing is half done.

`OMS_CRASH_AT=3` ends the process at the third point it passes, as `kill -9` would. Unset, a point costs nothing.
"""

import os

_passed = 0


def point(name: str) -> None:
    """A moment between two steps that must hold together; `name` is for the reader of the code."""
    global _passed
    wanted = os.environ.get("OMS_CRASH_AT")
    if wanted is None:
        return
    _passed += 1
    if _passed == int(wanted):
        os._exit(137)
