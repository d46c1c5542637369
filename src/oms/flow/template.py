"""`oms template KIND`: an empty file of one of our own kinds, each column explained."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oms.errors import Refused
from oms.sheets.template import template_bytes
from oms.words import _
from oms.workspace import write_private


@dataclass(frozen=True)
class TemplateReport:
    """The template's bytes, and the file they were written to where one was asked for."""

    kind: str
    data: bytes
    path: Path | None
    exit_code: int = 0

    def json(self) -> dict[str, Any]:
        """Keys: kind, path, text (of a CSV that went to no file)."""
        return {
            "kind": self.kind,
            "path": None if self.path is None else str(self.path),
            "text": self.data.decode("utf-8-sig") if self.path is None else None,
        }


def template(kind: str, path: Path | None = None, xlsx: bool = False, dry_run: bool = False) -> TemplateReport:
    """
    An empty CSV, or with `xlsx` (or a path that says so) a workbook, of `kind`; to `path` where given.

    A workbook always goes to a file, KIND.xlsx in this folder where no path is given. Refused where the file exists.
    """
    workbook = xlsx or (path is not None and path.suffix.lower() == ".xlsx")
    target = path or (Path(f"{kind}.xlsx") if workbook else None)
    data = template_bytes(kind, "xlsx" if workbook else "csv")
    if target is not None:
        if target.exists():
            raise Refused(_("{file} exists already", file=target), _("name another file with -o"))
        if not dry_run:
            write_private(target, data)
    return TemplateReport(kind, data, target)
