"""`oms doctor`: prove on the live store what oms promises; `--repair` puts right what follows from facts."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from oms.flow.settle import settle
from oms.flow.shop import Shop
from oms.store import checks
from oms.words import _


@dataclass(frozen=True)
class Check:
    """A promise, and whether it holds here."""

    name: str
    ok: bool
    detail: str

    def json(self) -> dict[str, Any]:
        """An element of `checks[]`."""
        return {"name": self.name, "ok": self.ok, "detail": self.detail}


@dataclass(frozen=True)
class DoctorReport:
    """All checks; after a repair, how the store is now and which files were written again."""

    checks: list[Check]
    batch: int | None = None
    documents: list[dict[str, Any]] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether every promise holds."""
        return all(check.ok for check in self.checks)

    @property
    def exit_code(self) -> int:
        """1 when a promise does not hold."""
        return 0 if self.ok else 1

    def json(self) -> dict[str, Any]:
        """Keys: ok, checks, batch (of the repair), documents (written again)."""
        return {
            "ok": self.ok, "checks": [check.json() for check in self.checks], "batch": self.batch,
            "documents": self.documents,
        }  # fmt: skip


def _quietly(done: int) -> None:
    """Progress that nobody watches."""


def doctor(shop: Shop, repair: bool = False, dry_run: bool = False, progress: Callable[[int], Any] = _quietly) -> DoctorReport:
    """
    Prove stock, counters, documents and statuses; `progress` gets 1 for each check done.

    `repair` finishes interrupted files, writes missing documents again and derives stock, holds and statuses anew, in one
    batch; what somebody changed in a document by hand is kept beside it. Facts are never invented: a contradiction
    between facts stays reported.
    """
    found, broken = _prove(shop, progress)
    report = DoctorReport(found)
    if not repair or report.ok or dry_run:
        return report
    documents = shop.store.finish_documents(shop.wait)
    with shop.store.write("doctor", shop.now, config=shop.config, words=shop.words, wait=shop.wait) as batch:
        for document in broken:
            path = shop.root / document.path
            if path.exists():
                batch.move_file(path, path.with_name(f"{path.stem}.changed{path.suffix}"))
            checks.write_again(batch, document.id)
        checks.touch_everything(batch)
        settle(batch, shop.config)
        batch.summary({"repaired": [check.name for check in found if not check.ok]})
        batch.event("repaired", detail={"checks": [check.name for check in found if not check.ok]})
        written = [{"path": document.path, "recovered": True} for document in broken]
    found, _broken = _prove(shop, progress)
    return DoctorReport(found, batch.id, [document.json() for document in documents] + written)


def _prove(shop: Shop, progress: Callable[[int], Any]) -> tuple[list[Check], list[checks.Kept]]:
    """Every check, and the documents whose file is missing or changed."""
    found = []
    with shop.store.read() as conn:
        found.append(_listed("integrity", checks.integrity(conn)))
        progress(1)
        found.append(_listed("foreign_keys", checks.foreign_keys(conn)))
        progress(1)
        for name, sql in checks.PROOFS:
            found.append(_check(name, *checks.offenders(conn, sql)))
            progress(1)
        kept = list(checks.documents(conn))
        found.append(_listed("documents", [each.path for each in kept if not each.sound]))
        progress(1)
        waiting = {row[0] for row in conn.execute("SELECT document_id FROM pending_files WHERE document_id IS NOT NULL")}
        broken = [each for each in kept if each.latest and each.sound and each.id not in waiting
                  and not _stands(shop.root / each.path, each.sha256)]  # fmt: skip
        found.append(_listed("files", [_broken(shop.root, each.path) for each in broken]))
        progress(1)
        short, n = checks.shortfalls(conn)
    with shop.store.write("doctor", shop.now, config=shop.config, wait=shop.wait, dry_run=True) as batch:
        found.append(_check("holds", *checks.holds_as_derived(batch, lambda: settle(batch, shop.config))))
        progress(1)
    found.append(Check("shortfall", True, _told(short, n)))
    return found, broken


def _stands(path: Path, sha256: str) -> bool:
    """Whether the file on disk is the document."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() == sha256
    except FileNotFoundError:
        return False


def _broken(root: Path, path: str) -> str:
    return _("changed: {path}", path=path) if (root / path).exists() else _("missing: {path}", path=path)


def _listed(name: str, problems: Iterable[str]) -> Check:
    problems = list(problems)
    return _check(name, problems[: checks.NAMED], len(problems))


def _check(name: str, problems: list[str], n: int) -> Check:
    return Check(name, n == 0, _told(problems, n))


def _told(problems: list[str], n: int) -> str:
    """The first few problems, and how many more."""
    more = [_("and {n} more", n=n - len(problems))] if n > len(problems) else []
    return "; ".join([*problems, *more])
