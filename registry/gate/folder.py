"""Repositories out of a folder on disk, always as the folder is now."""

import io
import json
import logging
import os
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from registry.gate.attributes import Described, describe
from registry.gate.digests import Digests, is_settled
from registry.gate.errors import RepoBusy, RepoNotFound
from registry.gate.gitobjects import blob_id, commit_id, is_lfs, pointer, tree_ids
from registry.gate.layout import Place, locate, places
from registry.gate.metadata import Metadata, read_metadata
from registry.gate.names import why_unsafe
from registry.gate.query import Query, SortKey
from registry.gate.scan import IGNORED_FOLDERS, FileChanged, Listing, Seen, open_seen, scan, see
from registry.gate.source import Kind, Row, Snapshot, StoredFile

logger = logging.getLogger(__name__)

# Looking at a folder again may take at most a tenth of the time, but an old view never lasts long.
LOOK_SHARE = 10
LOOK_AT_MOST_S = 2.0
ATTEMPTS = 5


class FolderSource:
    """Serves ``<root>/models``, ``<root>/datasets`` and ``<root>/spaces``; see docs/hub.md.

    ``store`` is a file that keeps the hashes of large files. Raises NotADirectoryError.
    """

    def __init__(self, root: Path, store: Path | None = None) -> None:
        self.root = Path(os.path.realpath(root))
        if not self.root.is_dir():
            raise NotADirectoryError(f"{root} is not a folder")
        self._digests = Digests(store)
        self._repos: dict[tuple[Kind, str], _FolderRepo] = {}
        self._told: set[str] = set()

    def has(self, kind: Kind, repo_id: str) -> bool:
        """Say whether the folder has such a repository."""
        return locate(self.root, kind, repo_id) is not None

    def snapshot(self, kind: Kind, repo_id: str, *, fresh: bool = False) -> Snapshot:
        """Return the commit that the folder is now; raise RepoNotFound or RepoBusy."""
        place = locate(self.root, kind, repo_id)
        if place is None:
            raise RepoNotFound(repo_id)
        return self._repo(kind, place).snapshot(fresh=fresh)

    def is_behind(self, snapshot: Snapshot, path: str) -> bool:
        """Look for one file, which costs next to nothing: clients ask for many that are absent."""
        place = locate(self.root, snapshot.kind, snapshot.repo_id)
        if place is None or path in snapshot.files or why_unsafe(path):
            return False
        if IGNORED_FOLDERS & set(path.split("/")):
            return False
        try:
            return isinstance(see(path, str(place.folder / path), self.root), Seen)
        except OSError:
            return False

    def open(self, snapshot: Snapshot, file: StoredFile) -> io.RawIOBase:
        """Open a file, checked to be the one that was hashed; raise FileChanged."""
        seen = file.locator
        if not isinstance(seen, Seen):
            raise TypeError(f"{file.path} does not come from a folder")
        try:
            return open(open_seen(seen), "rb", buffering=0)  # noqa: PTH123 - a descriptor
        except OSError as error:
            raise FileChanged(f"{snapshot.repo_id}: {file.path}") from error

    def rows(self, kind: Kind, query: Query) -> Iterator[Row]:
        """Yield what matches; private repositories never."""
        found: list[_FolderRow] = []
        for repo in self._all(kind):
            info = repo.info()
            key = query.key(info)
            if not info["private"] and query.is_behind(key) and query.matches(info):
                found.append(_FolderRow(key, repo))
        yield from sorted(found, key=lambda row: row.key, reverse=query.descending)

    def warm(self) -> None:
        """Hash everything, so that the first caller need not wait for it."""
        for kind in Kind:
            for repo in self._all(kind):
                try:
                    repo.snapshot()
                except RepoBusy as error:
                    logger.warning("%s", error)

    def _all(self, kind: Kind) -> Iterator["_FolderRepo"]:
        for place in places(self.root, kind):
            if isinstance(place, str):
                self._tell(f"{kind}s: {place}")
            else:
                yield self._repo(kind, place)

    def _repo(self, kind: Kind, place: Place) -> "_FolderRepo":
        key = (kind, place.repo_id)
        repo = self._repos.get(key)
        if repo is None or repo.place != place:
            repo = self._repos[key] = _FolderRepo(kind, place, self)
        return repo

    def _tell(self, line: str) -> None:
        if line not in self._told and len(self._told) < 100_000:
            self._told.add(line)
            logger.warning("%s", line)

    def tell(self, kind: Kind, repo_id: str, path: str, reason: str) -> None:
        """Log once why a file is left out or of no use."""
        shown = path.encode("unicode_escape", "replace").decode()[:300]
        self._tell(f"{kind} {repo_id}: {shown} {reason}")

    def digest(self, seen: Seen, *, lfs: bool) -> str:
        """Return the hash of a file; raise OSError."""
        return self._digests.of(seen, lfs=lfs)


@dataclass(frozen=True, slots=True)
class _View:
    """A folder at one moment: its files, its metadata file, and what they say."""

    listing: Listing
    beside: Seen | str | None
    info: Mapping[str, Any]
    metadata: Metadata


class _FolderRepo:
    """One repository folder, looked at again when it is asked for."""

    def __init__(self, kind: Kind, place: Place, source: FolderSource) -> None:
        self.kind = kind
        self.place = place
        self._source = source
        # two locks: what a repository says can be asked for while a large file of it is hashed
        self._looking = threading.Lock()
        self._hashing = threading.Lock()
        self._view: _View | None = None
        self._good_until = 0.0
        self._hashed: tuple[_View, Snapshot] | None = None

    def info(self) -> Mapping[str, Any]:
        """Return what is said of it, without anything that takes hashing."""
        return self._look(fresh=False).info

    def snapshot(self, *, fresh: bool = False) -> Snapshot:
        """Return the commit that the folder is now; raise RepoBusy."""
        with self._hashing:
            for attempt in range(ATTEMPTS):
                view = self._look(fresh=fresh or attempt > 0)
                if self._hashed is not None and self._hashed[0] is view:
                    return self._hashed[1]
                settled = all(is_settled(seen) for seen in view.listing.files)
                try:
                    snapshot = self._hash(view)
                except FileChanged:
                    continue
                if settled:
                    self._hashed = (view, snapshot)
                return snapshot
        raise RepoBusy(f"The files of {self.place.repo_id} are being changed; try again")

    def _look(self, *, fresh: bool) -> _View:
        with self._looking:
            # one cheap question each time, so that closing a repository works at once
            beside = _beside(self.place, self._source.root)
            view = self._view
            started = time.monotonic()
            is_known = view is not None and view.beside == beside
            if view is not None and is_known and started < self._good_until and not fresh:
                return view
            listing = scan(self.place.folder, self._source.root)
            took = time.monotonic() - started
            if view is None or not is_known or view.listing != listing:
                view = self._view = self._describe(listing, beside)
            self._good_until = time.monotonic() + min(LOOK_AT_MOST_S, LOOK_SHARE * took)
            return view

    def _describe(self, listing: Listing, beside: Seen | str | None) -> _View:
        by_path = {seen.path: seen for seen in listing.files}

        def read(path: str, limit: int) -> bytes:
            with open(open_seen(by_path[path]), "rb") as file:  # noqa: PTH123 - a descriptor
                return file.read(limit)

        described: Described = describe(self.kind, self.place.repo_id, listing.files, read)
        metadata = read_metadata(beside, self.kind)
        problems = [*listing.skipped, *described.problems]
        problems += [(self.place.metadata.name, problem) for problem in metadata.problems]
        for path, reason in problems:
            self._source.tell(self.kind, self.place.repo_id, path, reason)
        return _View(listing, beside, {**described.info, **metadata.values}, metadata)

    def _hash(self, view: _View) -> Snapshot:
        files: dict[str, StoredFile] = {}
        for seen in view.listing.files:
            try:
                files[seen.path] = self._stored(seen)
            except FileNotFoundError as error:
                raise FileChanged(seen.path) from error
            except FileChanged:
                raise
            except OSError as error:
                reason = f"cannot be read: {error.strerror}"
                self._source.tell(self.kind, self.place.repo_id, seen.path, reason)
        folders = tree_ids({path: file.oid for path, file in files.items()})
        return Snapshot(
            kind=self.kind,
            repo_id=self.place.repo_id,
            sha=commit_id(folders[""]),
            date=str(view.info["lastModified"]),
            info=view.info,
            files=files,
            folders=folders,
            branches=view.metadata.branches,
            tags=view.metadata.tags,
        )

    def _stored(self, seen: Seen) -> StoredFile:
        if not is_lfs(seen.path, seen.size):
            return StoredFile(
                seen.path, seen.size, self._source.digest(seen, lfs=False), locator=seen
            )
        sha256 = self._source.digest(seen, lfs=True)
        oid = blob_id(pointer(sha256, seen.size))
        return StoredFile(seen.path, seen.size, oid, sha256, locator=seen)


@dataclass(frozen=True, slots=True)
class _FolderRow:
    """A repository of the folder in a listing."""

    key: SortKey
    repo: _FolderRepo

    def render(self, fields: frozenset[str]) -> bytes:
        """Return its JSON; hashes the files only where the commit is asked for."""
        info = {key: value for key, value in self.repo.info().items() if key in fields}
        if fields & {"sha", "siblings"}:
            snapshot = self.repo.snapshot()
            info["sha"] = snapshot.sha
            info["siblings"] = [{"rfilename": path} for path in snapshot.files]
        shown = {key: value for key, value in info.items() if key in fields}
        return json.dumps(shown, separators=(",", ":"), allow_nan=False).encode()


def _beside(place: Place, root: Path) -> Seen | str | None:
    try:
        return see(place.metadata.name, str(place.metadata), root)
    except FileNotFoundError:
        return None
    except OSError as error:
        return f"cannot be read: {error.strerror}"
