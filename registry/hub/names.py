"""Names as hubs give them: repo ids, revisions, paths. A name is data, never a place on disk."""

import re
from collections.abc import Sequence
from urllib.parse import quote

from registry.hub.problems import BadName

PATH_LIMIT = 1000
PATH_BYTES = 2000  # an entry of a PostgreSQL index holds 2,704

# Clients take names of 96 characters without "--"; hubs still list older ones that have more than
# 250, and as data they do no harm.
_SEGMENT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*", re.ASCII)
_NAME = re.compile(rf"{_SEGMENT.pattern}(?:/{_SEGMENT.pattern})?", re.ASCII)
_REVISION = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._/+@-]{0,199}", re.ASCII)
_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
# What nearly all files are called: such a name needs no closer look.
_PLAIN_PATH = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_+=-]*(?:[./][A-Za-z0-9_+=-]+){0,20}", re.ASCII)
# Many of them, one a line, in one look; possessive, so that a line that is not plain costs little.
_PLAIN_PATHS = re.compile(
    r"(?:\.?[A-Za-z0-9_][A-Za-z0-9_+=-]*+(?:[./][A-Za-z0-9_+=-]++)*+\n)*+", re.ASCII
)
_UNWRITABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_SHOWN = 80


def shown(name: object) -> str:
    """Return a hostile name as a short printable piece of a sentence."""
    text = name if isinstance(name, str) else repr(name)
    return ascii(text if len(text) <= _SHOWN else text[:_SHOWN] + "…").strip("'\"")


def repo_fault(name: str, limit: int) -> str:
    """Return why ``name`` cannot be a repo's, as the end of a sentence; empty where it can."""
    if len(name) <= limit and _NAME.fullmatch(name) and ".." not in name:
        return ""
    if len(name) > limit:
        return f"is longer than {limit} characters"
    segments = name.split("/")
    if not all(_SEGMENT.fullmatch(segment) for segment in segments) or len(segments) > 2:
        return "is not of the form name or owner/name"
    if ".." in name:
        return "contains .."
    return ""


def path_fault(path: str) -> str:
    """Return why ``path`` cannot be a file's in a repo; empty where it can."""
    if len(path) <= PATH_LIMIT and _PLAIN_PATH.fullmatch(path):
        return ""
    if not path or len(path) > PATH_LIMIT:
        return "is empty" if not path else f"is longer than {PATH_LIMIT} characters"
    if _UNWRITABLE.search(path):
        return "has control characters or is not UTF-8"
    if not path.isascii() and len(path.encode()) > PATH_BYTES:
        return f"is longer than {PATH_BYTES} bytes"
    if "\\" in path:
        return "has a backslash"
    if path.startswith("/") or any(part in {"", ".", ".."} for part in path.split("/")):
        return "leaves its folder"
    return ""


def good_paths(paths: Sequence[str]) -> tuple[str, ...]:
    """Return those that can be a file's in a repo, each once, in order: ``path_fault``."""
    lines = "\n".join(paths) + "\n"
    if (
        lines.count("\n") != len(paths)
        or (len(lines) > PATH_LIMIT and max(map(len, paths)) > PATH_LIMIT)
        or not _PLAIN_PATHS.fullmatch(lines)
    ):
        paths = [path for path in paths if not path_fault(path)]
    return tuple(dict.fromkeys(paths))


def is_sha(text: str) -> bool:
    """Say whether ``text`` is a full commit id."""
    return _SHA.fullmatch(text) is not None


def quoted_repo(name: str, limit: int = 400) -> str:
    """Return a repo id as a part of an address; raise BadName."""
    fault = repo_fault(name, limit)
    if fault:
        raise BadName(f"The repo name {shown(name)} {fault}.")
    return name


def quoted_revision(revision: str) -> str:
    """Return a branch, tag, ref or commit id as one segment of an address; raise BadName."""
    if not _REVISION.fullmatch(revision) or ".." in revision:
        raise BadName(f"The revision {shown(revision)} is no name of a branch, tag or commit.")
    return quote(revision, safe="")


def quoted_path(path: str) -> str:
    """Return a file path as the rest of an address; raise BadName."""
    fault = path_fault(path)
    if fault:
        raise BadName(f"The file name {shown(path)} {fault}.")
    return quote(path, safe="/")
