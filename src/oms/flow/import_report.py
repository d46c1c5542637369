"""What `oms import` says afterwards: of each file, and of the command."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class FileReport:
    """What became of one file."""

    file: str
    kind: str | None = None
    channel: str | None = None
    location: str | None = None
    format: str | None = None
    as_of: str | None = None
    encoding: str | None = None
    rows: int = 0
    rows_rejected: int = 0
    ignored: dict[str, int] = field(default_factory=dict)
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    returns: int = 0
    rejects_file: str | None = None
    problems: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    error: str | None = None
    hint: str | None = None

    def json(self) -> dict[str, Any]:
        """As in `files[]`."""
        if self.error is not None:
            return {"file": self.file, "error": self.error, "hint": self.hint}
        accepted = self.rows - self.rows_rejected - sum(self.ignored.values())
        found = {name: value for name, value in vars(self).items() if name not in ("error", "hint")}
        return found | {
            "rows_accepted": accepted,
            "orders": self.new + self.updated + self.unchanged + self.rejected,  # rows, of kinds without orders
        }


@dataclass
class ImportReport:
    """What `oms import` did."""

    files: list[FileReport] = field(default_factory=list)
    batch: int | None = None
    holds: dict[str, int] = field(default_factory=dict)
    recovered: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)  # of format files that cannot be used

    @property
    def exit_code(self) -> int:
        """0; 1 when no file could be imported; 3 when some input was rejected."""
        failed = [file for file in self.files if file.error is not None]
        if failed and len(failed) == len(self.files):
            return 1
        return 3 if failed or any(file.rejected or file.rows_rejected for file in self.files) else 0

    def json(self) -> dict[str, Any]:
        """Keys of the contract: batch, files[], holds; documents and warnings where there are any."""
        found: dict[str, Any] = {"batch": self.batch, "files": [file.json() for file in self.files], "holds": self.holds}
        more = {"documents": self.recovered, "warnings": self.warnings}
        return found | {name: value for name, value in more.items() if value}
