"""
`oms import`: any file in, each its own unit, all of them one batch.

Recognise every file first, without the lock; then read and load them in the order of their kinds (products before
stock before orders before tracking); settle once. A file that cannot be read takes nothing from the others.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from oms.channels.base import Context, Reading
from oms.channels.custom import load as load_formats
from oms.errors import OmsError, UnreadableFile, UsageError
from oms.flow import pieces
from oms.flow.import_report import FileReport, ImportReport
from oms.flow.loading import Incoming, load
from oms.flow.recognising import Recognised, Wishes, files_in, recognise, shown, together
from oms.flow.rejects import write_rejects
from oms.flow.settle import settle
from oms.flow.ship_order import moment
from oms.flow.shop import Shop
from oms.model.frames import KINDS
from oms.model.times import iso
from oms.store import files as known
from oms.store.batch import Batch
from oms.words import _
from oms.workspace import CONFIG_NAME

#: Complaints that a report spells out; the rejects file holds all of them.
SHOWN = 1000


def import_files(
    shop: Shop, paths: Sequence[Path], wishes: Wishes, *, move: bool = False, dry_run: bool = False,
    progress: Callable[[int], None] = lambda steps: None,
) -> ImportReport:  # fmt: skip
    """
    Import files and folders; see `ImportReport`. Raises UsageError for an unknown channel, location or kind.
    """
    if wishes.channel is not None:
        shop.config.channel(wishes.channel)
    if wishes.location is not None:
        shop.config.location(wishes.location)
    if wishes.as_of is not None:
        counted_at(wishes.as_of, shop.config.business.timezone)
    formats = load_formats(shop.root)
    report = ImportReport()
    report.warnings = [each.error.message for each in formats.unusable if not each.draft]
    if not dry_run:  # files of the inbox that a crash left where they were must be gone before they are looked for
        report.recovered = [document.json() for document in shop.store.finish_documents(shop.wait)]
    recognised = []
    for path in files_in(shop.root, paths):
        found = FileReport(shown(shop.root, path))
        report.files.append(found)
        try:
            recognised.append((recognise(shop, path, wishes, formats), found))
        except OmsError as error:
            found.error, found.hint = error.message, error.hint
        progress(1)
    if not recognised:
        return report
    recognised = list(zip(together([file for file, _found in recognised]), [found for _file, found in recognised], strict=True))
    recognised.sort(key=lambda both: KINDS.index(both[0].reader.kind))
    with shop.store.write("import", shop.now, config=shop.config, words=shop.words, wait=shop.wait, dry_run=dry_run) as batch:
        report.recovered += [document.json() for document in batch.recovered]
        for file, found in recognised:
            batch.conn.execute("SAVEPOINT file")
            try:
                _import_one(shop, batch, file, found, wishes)
                batch.conn.execute("RELEASE file")
                if move:
                    _move_when_done(shop, batch, file.path)
            except UnreadableFile as error:
                batch.conn.execute("ROLLBACK TO file")
                batch.conn.execute("RELEASE file")
                found.error, found.hint = error.message, error.hint
            progress(1)
        if all(found.error is not None for found in report.files):
            batch.dry_run = True  # nothing was read: leave no batch behind
        else:
            settle(batch, shop.config)
            report.batch = batch.id
        report.holds = known.open_holds(batch.conn)
        batch.summary({name: sum(getattr(f, name) for f in report.files) for name in ("new", "updated", "rejected")})
    return report


def _import_one(shop: Shop, batch: Batch, file: Recognised, found: FileReport, wishes: Wishes) -> None:
    config, reader, channel = shop.config, file.reader, file.channel
    found.kind, found.format, found.encoding = reader.kind, reader.format, file.peek.encoding
    found.channel, found.location = channel.name if channel else None, wishes.location
    changed_at = datetime.fromtimestamp(int(file.path.stat().st_mtime), UTC)
    sha256 = _sha256(file.path)
    settings = _settings(shop.root)
    before = known.known_file(batch.conn, sha256, found.channel, wishes.location)
    told = _report_of(before)
    mtime = iso(changed_at)
    where = config.location(wishes.location) if wishes.location else channel
    asked = min(counted_at(wishes.as_of, config.zone_of(where)), iso(shop.now)) if wishes.as_of else None
    repeated = (
        before is not None and before["format"] == reader.format and told.get("asked") == asked
        and (reader.kind == "orders" or told.get("mtime") == mtime)
    )  # fmt: skip
    remembered = {"mtime": mtime, "asked": asked, "settings": settings}
    if before is not None and repeated and told.get("settings") == settings and not told.get("rejected") \
            and reader.kind not in ("template", "tracking", "returns"):  # fmt: skip
        _say_unchanged(batch, found, before, told, sha256, remembered)
        return
    context = Context(channel, config.zone_of(channel), config.currency_of(channel), config, wishes.location, shop.now)
    content = pieces.read(reader, file.peek, config.limits, context)
    reading = content.whole
    as_of = asked or reading.as_of or (before["as_of"] if before is not None and repeated else None)
    as_of = as_of or min(mtime, iso(shop.now))
    file_id = known.note_file(
        batch, path=found.file, sha256=sha256, kind=reader.kind, format=reader.format, channel=found.channel,
        location=wishes.location, as_of=as_of, rows=reading.rows, report={},
    )  # fmt: skip
    loaded = load(batch, config, Incoming(content, file.path, channel, wishes.location, file_id, as_of, _there(shop, wishes)))
    _fill(found, reading, as_of, content.damages)
    found.new, found.updated, found.unchanged = loaded.counts["new"], loaded.counts["updated"], loaded.counts["unchanged"]
    found.returns = loaded.counts["returns"]
    rows = reading.rejected_rows
    if loaded.rejected.height:
        rows = rows.append(loaded.rejected["row"]).unique().sort()
        found.rows_rejected = found.rejected = len(rows)
        found.problems += loaded.rejected.head(SHOWN).to_dicts()
    found.notes += loaded.notes
    if len(rows):
        found.rejects_file = write_rejects(batch, file.peek, config.limits, rows, reading.rejected.vstack(loaded.rejected))
    known.save_report(batch, file_id, found.json() | remembered | {"problems": []})


def _settings(root: Path) -> str:
    """What a file's meaning depends on beside the file: oms.toml and the formats."""
    found = hashlib.sha256((root / CONFIG_NAME).read_bytes())
    for path in sorted((root / "formats").glob("*.toml")):
        found.update(path.name.encode() + path.read_bytes())
    return found.hexdigest()


def _report_of(row: Any) -> dict[str, Any]:
    return dict(json.loads(row["report"])) if row is not None else {}


def _fill(found: FileReport, reading: Reading, as_of: str, damages: dict[str, int]) -> None:
    found.rows, found.rows_rejected, found.ignored = reading.rows, reading.rows_rejected, dict(reading.ignored)
    found.rejected = reading.orders_rejected if reading.kind == "orders" else reading.rows_rejected
    found.problems = reading.rejected.head(SHOWN).to_dicts()
    found.notes, found.as_of = list(reading.notes), as_of
    if damages:
        said = ", ".join(f"{what}: {count}" for what, count in damages.items())
        found.notes.append(_("a spreadsheet may have changed it ({damages}): oms import --repair {file} says what can be put "
                             "right", damages=said, file=found.file))  # fmt: skip


def _say_unchanged(
    batch: Batch, found: FileReport, before: Any, told: dict[str, Any], sha256: str, remembered: dict[str, Any]
) -> None:
    """The same bytes as before, for the same channel and place: nothing to read again."""
    found.rows, found.as_of, found.ignored = before["rows"], before["as_of"], dict(told.get("ignored", {}))
    found.unchanged = told["new"] + told["updated"] + told["unchanged"]
    found.notes = [_("the same file as in batch {batch}", batch=before["batch_id"])]
    known.note_file(
        batch, path=found.file, sha256=sha256, kind=before["kind"], format=before["format"], channel=found.channel,
        location=found.location, as_of=before["as_of"], rows=before["rows"], report=found.json() | remembered,
    )  # fmt: skip


def _move_when_done(shop: Shop, batch: Batch, path: Path) -> None:
    """After the commit, a file of the inbox goes to inbox/done/, under its own name or one that is free."""
    inbox = (shop.root / "inbox").resolve()
    source = path.resolve()
    if not source.is_relative_to(inbox):
        raise UsageError(_("{file}: --move is for files in inbox/", file=path.name))
    target = inbox / "done" / source.relative_to(inbox)
    if target.exists():
        target = target.with_name(f"{target.stem}-{batch.id:04d}{target.suffix}")
    batch.move_file(source, target)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _there(shop: Shop, wishes: Wishes) -> dict[str, str]:
    """What `--as-of` is at each location: a day ends there when it ends there."""
    if wishes.as_of is None:
        return {}
    at = wishes.as_of
    return {place.code: min(counted_at(at, shop.config.zone_of(place)), iso(shop.now)) for place in shop.config.locations}


def counted_at(given: str, zone_name: str) -> str:
    """
    `--as-of` as UTC text; one without a zone is of `zone_name`, a day alone is its end. UsageError where it is no time.
    """
    try:
        return moment(given, zone_name)
    except UsageError:
        raise UsageError(_("--as-of `{value}`: not an ISO-8601 time", value=given),
                         _("for example 2026-11-19T14:00:00Z, or 2026-11-19 for the end of that day")) from None  # fmt: skip
