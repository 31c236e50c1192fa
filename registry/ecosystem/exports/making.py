"""Writes an export: all tables as of one moment, not to be seen until it is whole."""

import gzip
import json
import os
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils.timezone import now

from registry.ecosystem.exports import folder as folders
from registry.ecosystem.exports import parquet
from registry.ecosystem.exports.folder import MANIFEST, UNFINISHED, Export
from registry.ecosystem.exports.parquet import HashedFile, Written
from registry.ecosystem.exports.tables import CHANGES_OF_A_DAY, SCHEMA_VERSION, TABLES
from registry.ecosystem.measuring import Busy, exclusive

__all__ = ["Busy", "make"]

_LOCK = 0x6578706F  # any number that nobody else takes: "expo"
MOST_DAYS = 31  # of changes that one export catches up with

LICENCE = (
    "Metadata of models, cards and claims are their authors' and their hub's: see the column "
    "licence of the table repos; many state none. What Assay measured and counted may be used "
    "under Apache-2.0, the licence of Assay."
)

Shown = Callable[[str, int], None]


def make(
    out: Path | None = None, *, at: datetime | None = None, on_table: Shown = lambda *_: None
) -> Export:
    """Write an export and remove old ones; return it. Raises measuring.Busy and OSError."""
    at, place = at or now(), out or folders.place()
    place.mkdir(parents=True, exist_ok=True)
    with exclusive(_LOCK, "Somebody else is writing an export now."):
        folders.sweep(place)
        name = folders.name_of(at)
        unfinished = place / f"{UNFINISHED}{name}"
        unfinished.mkdir()
        try:
            manifest = _write(unfinished, at, _days(place, at), on_table)
            _store_manifest(unfinished, manifest)
            unfinished.rename(place / name)
        except BaseException:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise
        _sync_folder(place)
        folders.prune(place, settings.ASSAY_EXPORT_DAYS, at)
    return Export(name, manifest)


def _days(place: Path, at: datetime) -> list[date]:
    """Return the whole days whose changes no export has yet: yesterday, and what was missed."""
    yesterday = at.astimezone(UTC).date() - timedelta(days=1)
    before = next(iter(folders.listed(place)), None)
    last = before.manifest.get("changes_to") if before else None
    first = yesterday if last is None else date.fromisoformat(last) + timedelta(days=1)
    first = min(max(first, yesterday - timedelta(days=MOST_DAYS - 1)), yesterday)
    return [first + timedelta(days=n) for n in range((yesterday - first).days + 1)]


def _write(folder: Path, at: datetime, days: list[date], on_table: Shown) -> dict[str, Any]:
    """Write all files as of one moment; return the manifest."""
    files: list[dict[str, Any]] = []
    tables: dict[str, Any] = {}
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SET LOCAL statement_timeout = 0")
        for table in TABLES:
            written = parquet.write(table, folder)
            rows = sum(one.rows for one in written)
            files += [_file(one, table.name) for one in written]
            tables[table.name] = {
                "about": table.about,
                "rows": rows,
                "columns": {one.name: one.kind for one in table.columns},
            }
            on_table(table.name, rows)
        files += [_file(_write_changes(folder, day), "changes of a day") for day in days]
    _sync_folder(folder)
    return {
        "schema_version": SCHEMA_VERSION,
        "at": at.astimezone(UTC).isoformat(timespec="seconds"),
        "changes_to": days[-1].isoformat(),
        "licence": LICENCE,
        "tables": tables,
        "files": files,
    }


def _file(one: Written, table: str) -> dict[str, Any]:
    return {
        "file": one.file,
        "table": table,
        "rows": one.rows,
        "bytes": one.size,
        "sha256": one.sha256,
    }


def _write_changes(folder: Path, day: date) -> Written:
    """Write the changes of a day, UTC, one JSON object a line."""
    begin = datetime.combine(day, time(), UTC)
    name, rows = f"changes-{day}.ndjson.gz", 0
    target = HashedFile(folder / name)
    packed = gzip.GzipFile("", "wb", fileobj=target, mtime=0)
    with target, packed, connection.chunked_cursor() as cursor:
        cursor.execute(CHANGES_OF_A_DAY, [begin, begin + timedelta(days=1)])
        while found := cursor.fetchmany(500):
            rows += len(found)
            for row in found:
                packed.write(_line(*row))
    return Written(name, rows, target.size, target.sha256)


def _line(
    id: int, repo_id: int, hub: str, repo: str, at: datetime, what: str, old: str, new: str
) -> bytes:
    known = {
        "id": id,
        "repo_id": repo_id,
        "hub": hub,
        "repo": repo,
        "at": at.astimezone(UTC).isoformat(),
        "what": what,
    }
    head = json.dumps(known, ensure_ascii=False)[:-1]
    # The database has JSON already: taking it apart would only cost time.
    return f'{head}, "old": {old or "null"}, "new": {new or "null"}}}\n'.encode()


def _store_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    with HashedFile(folder / MANIFEST) as target:
        target.write((json.dumps(manifest, ensure_ascii=False, indent=1) + "\n").encode())
    _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk, too."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
