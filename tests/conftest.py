"""What all tests share: a workspace on disk, the command in this process and as a program, the samples where there are some."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

DATA = Path(__file__).parent / "data"
NOW = "2026-11-19T14:00:00Z"


@dataclass(frozen=True)
class Result:
    """What a run of `oms` left behind."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        """Its one JSON document."""
        return json.loads(self.stdout)


@dataclass
class Oms:
    """A workspace, and `oms` run in it as a program of its own."""

    root: Path
    now: str = NOW

    def __call__(self, *words: str | Path, env: dict[str, str] | None = None) -> Result:
        done = subprocess.run(
            [sys.executable, "-m", "oms", *map(str, words)],
            cwd=self.root, env=self.environment(env), capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert "Traceback" not in done.stderr, done.stderr
        return Result(done.returncode, done.stdout, done.stderr)

    def environment(self, more: dict[str, str] | None = None) -> dict[str, str]:
        """The environment of a run: a fixed clock, no workspace but this one."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("OMS_") and not k.startswith("COV")}
        return kept | {"OMS_NOW": self.now, "COLUMNS": "120"} | (more or {})

    def ok(self, *words: str | Path) -> Any:
        """Run with --json, expect exit 0, return the document."""
        result = self(*words, "--json")
        assert result.exit_code == 0, result.stdout + result.stderr
        return result.json

    def write(self, name: str, text: str, encoding: str = "utf-8") -> Path:
        """Write a file of the workspace."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode(encoding))
        os.utime(path, (1763500000, 1763500000))  # 2025-11-18: never later than the fixed clock
        return path


@pytest.fixture
def workspace(tmp_path: Path) -> Callable[[str], Oms]:
    """Make a workspace with this oms.toml."""

    def make(config: str) -> Oms:
        root = tmp_path / "shop"
        root.mkdir(exist_ok=True)
        (root / "oms.toml").write_text(config, encoding="utf-8")
        return Oms(root)

    return make


@pytest.fixture
def oms(workspace: Callable[[str], Oms]) -> Oms:
    """Two warehouses and a shop, three channels; a rate card that ships anywhere."""
    return workspace((DATA / "oms.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def samples() -> Iterator[Path]:
    """The folder of real and reconstructed channel files, where OMS_SAMPLES names one."""
    named = os.environ.get("OMS_SAMPLES")
    if not named or not Path(named).is_dir():
        pytest.skip("OMS_SAMPLES names no folder of samples")
    yield Path(named)
