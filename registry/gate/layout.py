"""Which folder is which repository.

Below the served folder lie ``models/``, ``datasets/`` and ``spaces/``. A folder directly in one
of them is a repository with a one-segment id where it directly holds one of MARKERS; otherwise
it is a namespace, and every folder in it is a repository. Metadata lies beside a repository's
folder, as ``<folder>.json``.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from registry.gate.names import is_repo_id
from registry.gate.scan import IGNORED_FOLDERS, is_inside
from registry.gate.source import Kind

# Files that every repository has one of, and a namespace none.
MARKERS = ("README.md", "config.json", ".gitattributes")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a repository lies: its folder as a real path, and its metadata file, if any."""

    repo_id: str
    folder: Path
    metadata: Path


def places(root: Path, kind: Kind) -> Iterator[Place | str]:
    """Yield each repository of a kind, and a plain sentence for each folder that is none."""
    top = root / f"{kind}s"
    for name in _folders(top):
        if _is_repo(top, name):
            yield _place(root, top / name, name)
            continue
        for inner in _folders(top / name):
            yield _place(root, top / name / inner, f"{name}/{inner}")


def locate(root: Path, kind: Kind, repo_id: str) -> Place | None:
    """Return the place of one repository; None where there is none of that id."""
    if not is_repo_id(repo_id):
        return None
    top = root / f"{kind}s"
    name, _, inner = repo_id.partition("/")
    if not (top / repo_id).is_dir() or _is_repo(top, name) != (not inner):
        return None
    found = _place(root, top / repo_id, repo_id)
    return found if isinstance(found, Place) else None


def _is_repo(top: Path, name: str) -> bool:
    for marker in MARKERS:
        # "config.json" may also be the metadata of a repository called "config"
        beside = top / name / marker.removesuffix(".json")
        if (top / name / marker).is_file() and not (marker.endswith(".json") and beside.is_dir()):
            return True
    return False


def _folders(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return sorted(
                entry.name
                for entry in entries
                if entry.name not in IGNORED_FOLDERS and entry.is_dir()
            )
    except OSError:
        return []


def _place(root: Path, folder: Path, repo_id: str) -> Place | str:
    shown = repo_id.encode("unicode_escape", "replace").decode()
    if not is_repo_id(repo_id):
        return f"{shown} is not a repository id; the folder is not served"
    real = os.path.realpath(folder)
    if not is_inside(real, root):
        return f"{shown} is a symbolic link that leaves the served folder; it is not served"
    metadata = folder.parent / f"{folder.name}.json"
    return Place(repo_id, Path(real), metadata)
