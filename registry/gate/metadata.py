"""The optional file beside a repository's folder that says what its files cannot."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from registry.gate.documents import Unreadable, load_json
from registry.gate.query import EXPANDABLE
from registry.gate.scan import Seen, open_seen
from registry.gate.source import MAIN, Kind

MAX_METADATA = 4 << 20
MAX_REF = 200

# What only the files can say, and what is no attribute of the repository.
_DERIVED = frozenset({"id", "modelId", "author", "sha", "siblings"})


@dataclass(slots=True)
class Metadata:
    """What was read: values to lay over the derived ones, extra refs, and what was no use."""

    values: dict[str, Any] = field(default_factory=dict)
    branches: tuple[str, ...] = (MAIN,)
    tags: tuple[str, ...] = ()
    problems: list[str] = field(default_factory=list)


def read_metadata(seen: Seen | str | None, kind: Kind) -> Metadata:
    """Read a metadata file; an absent one (None) says nothing.

    One that cannot be read (a text says why) may have said that the repository is gated, so then
    it counts as such.
    """
    if seen is None:
        return Metadata()
    if isinstance(seen, str):
        return _closed(seen)
    try:
        with open(open_seen(seen), "rb") as file:  # noqa: PTH123 - a descriptor
            text = file.read(MAX_METADATA + 1)
        document = load_json(text) if len(text) <= MAX_METADATA else None
    except OSError as error:
        return _closed(f"cannot be read: {error.strerror or error}")
    except Unreadable as error:
        return _closed(str(error))
    if not isinstance(document, dict):
        return _closed("is not an object of at most 4 MiB")
    return _sift(document, kind)


def _closed(problem: str) -> Metadata:
    reason = f"{problem}; until it can be read the files count as gated"
    return Metadata(values={"gated": "manual"}, problems=[reason])


def _sift(document: Mapping[str, Any], kind: Kind) -> Metadata:
    found = Metadata()
    for key, value in document.items():
        if key == "branches":
            found.branches = (MAIN, *_refs(value, found, key))
        elif key in {"tags_refs", "tag_refs"}:
            found.tags = _refs(value, found, key)
        elif key in _DERIVED or key not in EXPANDABLE[kind] | {"_id", "securityRepoStatus"}:
            found.problems.append(f"has {key[:40]!r}, which cannot be set")
        elif key in _CLEANERS:
            cleaned = _CLEANERS[key](value)
            if cleaned is None:
                found.problems.append(f"has a {key!r} that makes no sense")
            else:
                found.values[key] = cleaned
        else:
            found.values[key] = value
    return found


def _refs(value: Any, found: Metadata, key: str) -> tuple[str, ...]:
    names = value if isinstance(value, list) else []
    good = [n for n in names if isinstance(n, str) and 0 < len(n) <= MAX_REF and n.isprintable()]
    if not isinstance(value, list) or len(good) < len(names):
        found.problems.append(f"has {key!r} that are no list of names")
    return tuple(dict.fromkeys(name for name in good if name != MAIN))


def _number(value: Any) -> int | float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _moment(value: Any) -> str | None:
    try:
        datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return str(value)


def _tags(value: Any) -> list[str] | None:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return value
    return None


def _gated(value: Any) -> str | bool:
    if value is False:
        return False
    return "auto" if value == "auto" else "manual"  # unless it says so, the files are not open


def _closed_unless_false(value: Any) -> bool:
    return value is not False


_CLEANERS: Mapping[str, Callable[[Any], Any]] = {
    "_id": _text,
    "createdAt": _moment,
    "disabled": _closed_unless_false,
    "downloads": _number,
    "downloadsAllTime": _number,
    "gated": _gated,
    "lastModified": _moment,
    "library_name": _text,
    "likes": _number,
    "pipeline_tag": _text,
    "private": _closed_unless_false,
    "tags": _tags,
    "trendingScore": _number,
    "usedStorage": _number,
}
