"""What all tests share: a workspace on disk, the command in this process and as a program, the samples where there are some."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import settings

from oms.flow.import_report import ImportReport
from oms.flow.importing import import_files
from oms.flow.recognising import Wishes
from oms.flow.settle import settle
from oms.flow.shop import Shop, open_shop
from oms.store.catalog import load_counts
from oms.store.files import note_file
from oms.store.schema import UNDOABLE

# A busy machine is no failure: nothing here is timed. A clean machine judges a change, not its luck: there a commit gets the
# same examples every time; everybody else looks at new ones in every run.
settings.register_profile("oms", deadline=None)
settings.register_profile("clean", deadline=None, derandomize=True, database=None, print_blob=True)
settings.load_profile("clean" if os.environ.get("CI") else "oms")

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
def samples() -> Path:
    """The folder of real and reconstructed channel files, where OMS_SAMPLES names one."""
    named = os.environ.get("OMS_SAMPLES")
    if not named or not Path(named).is_dir():
        pytest.skip("OMS_SAMPLES names no folder of samples")
    return Path(named)


@dataclass
class Desk:
    """A workspace driven in this process: files written, flows called, facts read."""

    root: Path
    now: datetime = datetime(2026, 11, 19, 14, tzinfo=UTC)

    @property
    def shop(self) -> Shop:
        """The workspace as a flow takes it."""
        return open_shop(self.root, self.now)

    def import_text(self, text: str, name: str = "file.csv", **wishes: Any) -> ImportReport:
        """Write a file and import it."""
        path = self.root / name
        path.write_text(text, encoding="utf-8")
        os.utime(path, (1763500000, 1763500000))
        return import_files(self.shop, [path], Wishes(**wishes))

    def rows(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """What the store says."""
        with self.shop.store.read() as conn:
            return [tuple(row) for row in conn.execute(sql, parameters)]

    def dump(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every fact and derived value, without the log: two equal dumps are one state."""
        names = (*UNDOABLE, "stock")
        return {name: self.rows(f"SELECT * FROM {name} ORDER BY id") for name in names if name != "files_in"}

    def stock(self, sku: str, location: str, on_hand: int, counted_at: str = "2026-11-18T12:00:00Z") -> None:
        """Count a sku, as a file would."""
        shop = self.shop
        table = pl.DataFrame(
            {"row": [2], "sku": [sku], "location": [location], "on_hand": [on_hand], "counted_at": [counted_at]}
        )
        with shop.store.write("import", shop.now, config=shop.config) as batch:
            file_id = note_file(
                batch, path="stock.csv", sha256=f"{sku}{location}{counted_at}{on_hand}", kind="stock", format="oms-stock",
                channel=None, location=None, as_of=counted_at, rows=1, report={},
            )  # fmt: skip
            load_counts(batch, table, file_id)
            settle(batch, shop.config)

    def reserve(self, order_ref: str, location: str, picking: bool = False) -> None:
        """Allocate every open line of an order at one place, as routing (and picking) would."""
        shop = self.shop
        with shop.store.write("route", shop.now, config=shop.config) as batch:
            batch.conn.execute(
                "INSERT INTO allocations (batch_id, order_id, line_id, sku, location, quantity, state, count_id) "
                "SELECT ?, o.id, l.id, u.sku, ?, (l.ordered - l.cancelled - l.shipped) * u.units, ?, s.count_id "
                "FROM orders o JOIN lines l ON l.order_id = o.id JOIN line_units u ON u.line_id = l.id "
                "LEFT JOIN stock s ON s.sku = u.sku AND s.location = ? "
                "WHERE o.order_ref = ? AND l.ordered > l.cancelled + l.shipped",
                (batch.id, location, "picking" if picking else "reserved", location, order_ref),
            )
            batch.touch_orders("SELECT id FROM orders WHERE order_ref = ?", (order_ref,))
            batch.touch_stock("SELECT sku, location FROM allocations WHERE batch_id = ?", (batch.id,))
            settle(batch, shop.config)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """The workspace of `oms`, driven in this process."""
    root = tmp_path / "shop"
    root.mkdir(exist_ok=True)
    (root / "oms.toml").write_text((DATA / "oms.toml").read_text(encoding="utf-8"), encoding="utf-8")
    return Desk(root)
