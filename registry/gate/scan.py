"""What lies in a repository folder right now: names, sizes, times. No content is read."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from registry.gate.names import why_unsafe

# What version control and download tools leave behind; never part of a repository.
IGNORED_FOLDERS = frozenset({".git", ".cache"})


@dataclass(frozen=True, slots=True)
class Seen:
    """A regular file as it was seen; ``location`` is its real path, free of symbolic links."""

    path: str
    location: str
    device: int
    inode: int
    size: int
    mtime_ns: int
    ctime_ns: int

    @property
    def identity(self) -> tuple[int, int, int, int, int]:
        """What differs as soon as the file was replaced or written to."""
        return (self.device, self.inode, self.size, self.mtime_ns, self.ctime_ns)

    def is_still(self, status: os.stat_result) -> bool:
        """Say whether ``status`` is that of the same file, unchanged."""
        return self.identity == (
            status.st_dev,
            status.st_ino,
            status.st_size,
            status.st_mtime_ns,
            status.st_ctime_ns,
        )


@dataclass(frozen=True, slots=True)
class Listing:
    """The files of a folder in the order of their paths, and why others were left out."""

    files: tuple[Seen, ...]
    skipped: tuple[tuple[str, str], ...] = ()


def scan(folder: Path, root: Path) -> Listing:
    """List the files below ``folder`` that may be served.

    A symbolic link to a file is followed where it ends inside ``root`` (a real path); a link to a
    folder never, so that no link can lead in circles. What vanishes meanwhile is left out.
    """
    files: list[Seen] = []
    skipped: list[tuple[str, str]] = []
    for path, entry in _walk(folder, skipped):
        reason = why_unsafe(path)
        if reason:
            skipped.append((path, reason))
            continue
        try:
            found = see(path, entry.path, root)
        except OSError:
            continue
        if isinstance(found, Seen):
            files.append(found)
        else:
            skipped.append((path, found))
    files.sort(key=lambda seen: seen.path)
    return Listing(tuple(files), tuple(skipped))


def open_seen(seen: Seen) -> int:
    """Open a seen file for reading and return the descriptor; raise OSError where it changed."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    descriptor = os.open(seen.location, flags)
    if not seen.is_still(os.fstat(descriptor)):
        os.close(descriptor)
        raise FileChanged(seen.path)
    return descriptor


class FileChanged(OSError):  # noqa: N818 - reads as what happened
    """The file is no longer what was seen."""


def _walk(folder: Path, skipped: list[tuple[str, str]]) -> Iterator[tuple[str, os.DirEntry[str]]]:
    pending = [("", str(folder))]
    while pending:
        prefix, location = pending.pop()
        try:
            entries = list(os.scandir(location))
        except OSError as error:
            skipped.append((prefix or ".", f"cannot be listed: {error.strerror}"))
            continue
        for entry in entries:
            path = prefix + entry.name
            if not _is_folder(entry):
                yield path, entry
            elif entry.name not in IGNORED_FOLDERS:
                pending.append((path + "/", entry.path))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def see(path: str, location: str, root: Path) -> Seen | str:
    """Look at one file; return a reason where it is not served. Raises OSError."""
    status = os.lstat(location)
    if stat.S_ISLNK(status.st_mode):
        location = os.path.realpath(location)
        if not is_inside(location, root):
            return "is a symbolic link that leaves the served folder"
        status = os.lstat(location)
    if not stat.S_ISREG(status.st_mode):
        return "is not a regular file"
    return Seen(
        path,
        location,
        status.st_dev,
        status.st_ino,
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
    )


def is_inside(location: str, root: Path) -> bool:
    """Say whether a real path lies below the real path ``root``."""
    return location.startswith(str(root).rstrip("/") + "/")
