"""Build a folder beside its place and move it there whole, one builder at a time."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# The folders that have a draft in this process now, for abandon_drafts.
_being_built: list[Path] = []


@contextmanager
def only_builder(folder: Path) -> Iterator[None]:
    """Hold the builder's lock of ``folder``; wait while another process holds it.

    The kernel frees the lock when its holder dies, so a killed build never blocks the next one.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(_beside(folder, "lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


@contextmanager
def draft_of(folder: Path) -> Iterator[Path]:
    """Give an empty folder to fill; it takes the place of ``folder`` when the block ends well.

    When the block raises, the draft is removed and ``folder`` stays as it was. Call it under
    ``only_builder``: what a killed build left behind is tidied up first.
    """
    draft = _beside(folder, "building")
    _tidy_up(folder)
    _being_built.append(folder)
    try:
        draft.mkdir(parents=True)
        yield draft
        if folder.exists():
            folder.rename(_beside(folder, "old"))
        draft.rename(folder)
    finally:
        _tidy_up(folder)
        _being_built.remove(folder)


def abandon_drafts() -> None:
    """End every draft of this process as if its block had raised.

    For a signal handler that then ends the process. Raising from it instead would go through
    libraries that are half imported, and some of them abort.
    """
    for folder in _being_built:
        _tidy_up(folder)


def write_whole(path: Path, text: str) -> None:
    """Write ``text`` so that a reader sees the old file or the new one, never a part of it."""
    draft = _beside(path, "writing")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def link_tree(source: Path, target: Path) -> None:
    """Make ``target`` a copy of the folder ``source`` that shares its bytes where the disk allows.

    Symbolic links are left out: a folder of repos must not lead out of itself.
    """
    target.mkdir(parents=True, exist_ok=True)
    for entry in sorted(source.iterdir()):
        if entry.is_symlink():
            continue
        if entry.is_dir():
            link_tree(entry, target / entry.name)
        elif entry.is_file():
            link_file(entry, target / entry.name)


def link_file(source: Path, target: Path) -> None:
    """Hard-link one file, or copy it where the disk cannot link."""
    try:
        os.link(source, target)
    except OSError:  # another disk, or one without links
        shutil.copyfile(source, target)


def remove(folder: Path) -> None:
    """Remove a folder and all in it; nothing happens when it is not there."""
    if folder.exists():
        shutil.rmtree(folder)


def _tidy_up(folder: Path) -> None:
    """Remove the draft and end the swap: without a new folder the old one returns, else it goes."""
    remove(_beside(folder, "building"))
    old = _beside(folder, "old")
    if old.exists() and not folder.exists():
        old.rename(folder)
    remove(old)


def _beside(path: Path, purpose: str) -> Path:
    return path.with_name(f".{path.name}.{purpose}")
