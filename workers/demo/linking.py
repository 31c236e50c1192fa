"""Datasets that somebody else has on disk, linked into the demo hub."""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

from workers.demo.faults import DemoError
from workers.demo.staging import draft_of, link_tree, remove

SEGMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}")


def link_datasets(hub: Path, source: Path | None, before: Mapping[str, str]) -> dict[str, str]:
    """Make the linked datasets of ``hub`` those of ``source``; give them with their fingerprints.

    ``before`` is what the last call gave: what is in it and unchanged stays, what is no longer
    wanted goes. The hub's own datasets are never replaced. Raises DemoError when ``source`` is
    not a folder.
    """
    wanted = _repos(source) if source else {}
    for repo in sorted(set(before) - set(wanted)):
        if _is_repo_id(repo):
            remove(hub / repo)
    linked = {}
    for repo, folder in wanted.items():
        target = hub / repo
        if target.exists() and repo not in before:
            continue  # one of the hub's own
        mark = fingerprint(folder)
        if before.get(repo) != mark or not target.exists():
            with draft_of(target) as draft:
                link_tree(folder, draft)
        linked[repo] = mark
    return linked


def fingerprint(folder: Path) -> str:
    """A digest of the names, sizes and times of a folder's files: changes when a file does."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            stat = path.stat()
            line = f"{path.relative_to(folder)}\0{stat.st_size}\0{stat.st_mtime_ns}\n"
            digest.update(line.encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _repos(source: Path) -> dict[str, Path]:
    if not source.is_dir():
        raise DemoError(f"{source} is not a folder of datasets.")
    found = {}
    for folder in sorted(source.glob("*/*")):
        repo = f"{folder.parent.name}/{folder.name}"
        if _is_repo_id(repo) and folder.is_dir() and not folder.is_symlink():
            found[repo] = folder
    return found


def _is_repo_id(text: str) -> bool:
    parts = text.split("/")
    return len(parts) == 2 and all(SEGMENT.fullmatch(part) for part in parts)
