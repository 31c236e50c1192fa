"""Entries of a commit's tree: one folder or everything below it, page by page."""

import base64
import binascii
from bisect import bisect_right
from collections.abc import Iterable
from typing import Any

from registry.gate.errors import BadQuery, EntryNotFound
from registry.gate.source import Snapshot, StoredFile

PAGE = 1_000
EXPANDED_PAGE = 50


def paths_below(snapshot: Snapshot, folder: str, *, recursive: bool) -> list[str]:
    """Return the paths in a folder (the root is ``""``), sorted; raise EntryNotFound."""
    if folder not in snapshot.folders:
        raise EntryNotFound(f"{folder} is no folder of {snapshot.repo_id}", snapshot.sha)
    prefix = f"{folder}/" if folder else ""
    below = [
        path
        for path in (*snapshot.files, *snapshot.folders)
        if path and path.startswith(prefix) and (recursive or "/" not in path[len(prefix) :])
    ]
    return sorted(below)


def page(paths: list[str], cursor: str, limit: int) -> tuple[list[str], str]:
    """Return the paths behind ``cursor`` and the next cursor, empty on the last page."""
    start = 0
    if cursor:
        try:
            last = base64.urlsafe_b64decode(cursor.encode("ascii")).decode()
        except (ValueError, binascii.Error) as error:
            raise BadQuery("The cursor is none of this server's") from error
        start = bisect_right(paths, last)
    shown = paths[start : start + limit]
    if not shown or start + limit >= len(paths):
        return shown, ""
    return shown, base64.urlsafe_b64encode(shown[-1].encode()).decode()


def entries(snapshot: Snapshot, paths: Iterable[str], *, expand: bool) -> list[dict[str, Any]]:
    """Return the tree entries of those paths that exist, with the last commit if ``expand``."""
    found = []
    for path in paths:
        entry = _entry(snapshot, path)
        if entry is None:
            continue
        if expand:
            entry["lastCommit"] = last_commit(snapshot)
        found.append(entry)
    return found


def sibling(file: StoredFile) -> dict[str, Any]:
    """Return a file as a detail call with ``blobs`` lists it."""
    shown: dict[str, Any] = {"rfilename": file.path, "size": file.size, "blobId": file.oid}
    if file.sha256:
        shown["lfs"] = _lfs(file, "sha256")
    return shown


def last_commit(snapshot: Snapshot) -> dict[str, str]:
    """Return the only commit there is."""
    return {"id": snapshot.sha, "title": "Served from a folder", "date": snapshot.date}


def _entry(snapshot: Snapshot, path: str) -> dict[str, Any] | None:
    file = snapshot.files.get(path)
    if file is not None:
        entry: dict[str, Any] = {"type": "file", "oid": file.oid, "size": file.size, "path": path}
        if file.sha256:
            entry["lfs"] = _lfs(file, "oid")
        return entry
    if path and path in snapshot.folders:
        return {"type": "directory", "oid": snapshot.folders[path], "size": 0, "path": path}
    return None


def _lfs(file: StoredFile, name: str) -> dict[str, Any]:
    return {name: file.sha256, "size": file.size, "pointerSize": file.pointer_size}
