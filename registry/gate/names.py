"""Which repository ids and file names are served. Every other name is skipped, with a reason."""

import re

MAX_NAME = 96
MAX_OLD_NAME = 255  # hubs still have ids from before there was a limit
MAX_SEGMENT_BYTES = 255
MAX_PATH_BYTES = 2_000  # percent-encoded three times as long, still within one request line

# The words that begin the hub's own addresses.
RESERVED = frozenset({"api", "datasets", "spaces", "models"})

_SEGMENT = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?")
_CHARACTERS = re.compile(r"[A-Za-z0-9._-]+")
# Nearly every file name there is, so that the slower questions are seldom asked.
_PLAIN = re.compile(r"\.?\w[\w.-]{0,63}(?:/\.?\w[\w.-]{0,63}){0,9}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_DRIVE = re.compile(r"[A-Za-z]:")


def is_repo_id(repo_id: str) -> bool:
    """Say whether ``repo_id`` is ``name`` or ``namespace/name`` as hub clients accept it."""
    return (
        is_listed_id(repo_id)
        and all(
            len(segment) <= MAX_NAME and _SEGMENT.fullmatch(segment)
            for segment in repo_id.split("/")
        )
        and "--" not in repo_id
        and ".." not in repo_id
        and not repo_id.endswith(".git")
    )


def is_listed_id(repo_id: str) -> bool:
    """Say whether a hub may list ``repo_id``: some are longer than clients accept, or have "--"."""
    segments = repo_id.split("/")
    return (
        len(segments) <= 2
        and segments[0] not in RESERVED
        and all(
            len(segment) <= MAX_OLD_NAME
            and _CHARACTERS.fullmatch(segment)
            and segment not in {".", ".."}
            for segment in segments
        )
    )


def why_unsafe(path: str) -> str:
    """Return why ``path`` (relative, with slashes) is not served; empty where it may be."""
    if _PLAIN.fullmatch(path):
        return ""
    if not path or path.startswith("/"):
        return "is not a relative path"
    if _CONTROL.search(path):
        return "has control characters or is not UTF-8"
    if "\\" in path or _DRIVE.match(path):
        return "reads as a Windows path"
    segments = path.split("/")
    if any(segment in {"", ".", ".."} for segment in segments):
        return "has an empty or dotted part"
    if any(len(segment.encode()) > MAX_SEGMENT_BYTES for segment in segments):
        return "has a part longer than 255 bytes"
    if len(path.encode()) > MAX_PATH_BYTES:
        return "is longer than 2,000 bytes"
    return ""
