"""Content hashes of files, computed once for as long as the file stays as it is."""

import fcntl
import hashlib
import json
import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from registry.gate.gitobjects import blob_header
from registry.gate.scan import FileChanged, Seen, open_seen

logger = logging.getLogger(__name__)

CHUNK = 1 << 20
# Hashing less than this is quicker than looking it up in a file.
KEPT_SIZE = 4 << 20
# Clocks of file systems tick as slowly as this: a second write within one tick leaves no trace.
TICK_NS = 50_000_000
MAX_STORE = 64 << 20
MAX_KNOWN = 1_000_000

Key = tuple[int, int, int, int, int, bool]


class Digests:
    """Hashes by file identity: git blob ids of plain files, SHA-256 of LFS files.

    Safe for many threads; with a ``store``, also shared by processes and kept over restarts, so
    that a large file is read once. A store that cannot be written costs the sharing only.
    """

    def __init__(self, store: Path | None = None) -> None:
        self._known: dict[Key, str] = {}
        self._busy: dict[Key, threading.Lock] = {}
        self._guard = threading.Lock()
        self._store = _Store(store) if store is not None else None

    def of(self, seen: Seen, *, lfs: bool) -> str:
        """Return the hash in hex; raise FileChanged, or OSError where it cannot be read."""
        key = (*seen.identity, lfs)
        known = self._known.get(key)
        if known is not None:
            return known
        with self._guard:
            lock = self._busy.setdefault(key, threading.Lock())
        try:
            with lock:
                return self._known.get(key) or self._compute(key, seen, lfs)
        finally:
            with self._guard:
                self._busy.pop(key, None)

    def _compute(self, key: Key, seen: Seen, lfs: bool) -> str:
        settled = is_settled(seen)
        if self._store is None or seen.size < KEPT_SIZE:
            digest = _hash(seen, lfs)
        else:
            with self._store.locked():
                self._known.update(self._store.news())
                digest = self._known.get(key) or _hash(seen, lfs)
                if settled and key not in self._known:
                    self._store.add(key, digest)
        if settled:
            if len(self._known) > MAX_KNOWN:
                self._known.clear()
            self._known[key] = digest
        return digest


def is_settled(seen: Seen) -> bool:
    """Say whether another write to this file would show in its times."""
    return abs(time.time_ns() - seen.ctime_ns) > TICK_NS


def _hash(seen: Seen, lfs: bool) -> str:
    if lfs:
        digest = hashlib.sha256()
    else:
        digest = hashlib.sha1(blob_header(seen.size), usedforsecurity=False)
    descriptor = open_seen(seen)
    try:
        while chunk := os.read(descriptor, CHUNK):
            digest.update(chunk)
        if not seen.is_still(os.fstat(descriptor)):
            raise FileChanged(seen.path)
    finally:
        os.close(descriptor)
    return digest.hexdigest()


class _Store:
    """An append-only file of hashes, one JSON line each, locked while a large file is read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._position = 0

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the file for this process alone; go on without where it cannot be opened."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            logger.warning("Hashes are not kept in %s: %s", self._path, error.strerror)
            yield
            return
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def news(self) -> dict[Key, str]:
        """Return the hashes that were added since the last look; skip lines that are broken."""
        found: dict[Key, str] = {}
        try:
            with self._path.open("rb") as lines:
                lines.seek(self._position)
                for line in lines:
                    self._position += len(line)
                    try:
                        *key, digest = json.loads(line)
                        device, inode, size, mtime, ctime, lfs = key
                    except (ValueError, TypeError):
                        continue
                    found[(device, inode, size, mtime, ctime, bool(lfs))] = str(digest)
        except OSError:
            return {}
        return found

    def add(self, key: Key, digest: str) -> None:
        """Append a hash; start over where the file has grown beyond all use."""
        line = json.dumps([*key, digest]).encode() + b"\n"
        try:
            if self._path.stat().st_size > MAX_STORE:
                self._path.write_bytes(b"")
                self._position = 0
            with self._path.open("ab") as lines:
                lines.write(line)
        except OSError as error:
            logger.warning("A hash is not kept in %s: %s", self._path, error.strerror)
