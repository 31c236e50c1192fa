"""The folder of exports as pages and API see it. Names come from outside: nothing is joined unseen.

An export is a folder named by its time, ``20261122T023000Z``, with a manifest that names its files.
What is being written has a name that begins with a dot, and is not there for anybody.
"""

import json
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

_NAME = re.compile(r"[0-9]{8}T[0-9]{6}Z")
_FILE = re.compile(r"[a-z][a-z0-9-]{0,60}\.(parquet|ndjson\.gz|json)")
_PATTERN = "%Y%m%dT%H%M%SZ"
MANIFEST = "manifest.json"
UNFINISHED = ".unfinished-"
_MANIFEST_LIMIT = 4 << 20  # bytes


@dataclass(frozen=True, slots=True)
class Export:
    """A finished export."""

    name: str
    manifest: dict[str, Any]

    @property
    def at(self) -> datetime:
        """Return when it was begun."""
        return datetime.strptime(self.name, _PATTERN).replace(tzinfo=UTC)

    @property
    def files(self) -> list[dict[str, Any]]:
        """Return its files: file, table, rows, bytes, sha256."""
        return list(self.manifest["files"])

    @property
    def bytes(self) -> int:
        """Return the size of all its files."""
        return sum(int(one["bytes"]) for one in self.files)


def place() -> Path:
    """Return the folder."""
    return Path(settings.ASSAY_EXPORTS)


def name_of(at: datetime) -> str:
    """Return the name of an export that begins at a time."""
    return at.astimezone(UTC).strftime(_PATTERN)


def listed(folder: Path | None = None) -> list[Export]:
    """Return the finished exports, the newest first."""
    folder = folder or place()
    if not folder.is_dir():
        return []
    names = sorted(
        (one.name for one in folder.iterdir() if _NAME.fullmatch(one.name)), reverse=True
    )
    return [found for name in names if (found := named(name, folder)) is not None]


def named(name: str, folder: Path | None = None) -> Export | None:
    """Return the export of this name, or of the newest one for ``latest``; None for no such."""
    if name == "latest":
        return next(iter(listed(folder)), None)
    if not _NAME.fullmatch(name):
        return None
    path = (folder or place()) / name / MANIFEST
    try:
        if path.is_symlink() or path.stat().st_size > _MANIFEST_LIMIT:
            return None
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(manifest, dict) or not isinstance(manifest.get("files"), list):
        return None
    return Export(name, manifest)


def file_of(export: Export, file: str, folder: Path | None = None) -> tuple[Path, str] | None:
    """Return path and SHA-256 of a file of an export; None for one that its manifest lacks."""
    if not _FILE.fullmatch(file):
        return None
    path = (folder or place()) / export.name / file
    digests = {str(one["file"]): str(one["sha256"]) for one in export.files}
    if path.is_symlink() or not path.is_file():
        return None
    if file == MANIFEST:
        return path, f"{export.name}-{path.stat().st_size}"
    return (path, digests[file]) if file in digests else None


def sweep(folder: Path) -> list[str]:
    """Remove what killed exports left; return the names. Only while nobody writes."""
    left = [one for one in folder.iterdir() if one.name.startswith(UNFINISHED)]
    for one in left:
        shutil.rmtree(one) if one.is_dir() and not one.is_symlink() else one.unlink()
    return [one.name for one in left]


def prune(folder: Path, days: int, at: datetime) -> list[str]:
    """Remove exports older than so many days, but never the newest; return the names."""
    old: Sequence[Export] = [
        one for one in listed(folder)[1:] if one.at < at - timedelta(days=days)
    ]
    for one in old:
        # Hidden first: a reader sees all of an export, or nothing of it.
        hidden = folder / f"{UNFINISHED}{one.name}"
        (folder / one.name).rename(hidden)
        shutil.rmtree(hidden)
    return [one.name for one in old]
