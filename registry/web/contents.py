"""The order of the documents of docs/, and where each stands in it."""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from registry.web import manual

FILE = "contents.toml"


@dataclass(frozen=True, slots=True)
class Group:
    """A part of the table of contents; ``pages`` are paths below docs/."""

    title: str
    pages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """The documents before and after one; "" at the ends."""

    group: str
    before: str
    after: str


def groups() -> Sequence[Group]:
    """Return the groups in their order."""
    return _read((manual.ROOT / FILE).stat().st_mtime_ns)


@lru_cache(maxsize=2)
def _read(_: int) -> tuple[Group, ...]:
    found = tomllib.loads((manual.ROOT / FILE).read_text())
    return tuple(Group(one["title"], tuple(one["pages"])) for one in found["group"])


def about(path: str) -> str:
    """Say in a few words what a document tells; "" where nothing is said of it."""
    return _about((manual.ROOT / FILE).stat().st_mtime_ns).get(path, "")


@lru_cache(maxsize=2)
def _about(_: int) -> dict[str, str]:
    return dict(tomllib.loads((manual.ROOT / FILE).read_text()).get("about", {}))


def paths() -> Iterator[str]:
    """Return all documents in their order."""
    for group in groups():
        yield from group.pages


def place(path: str) -> Place:
    """Return where a document stands; nowhere where it is not listed."""
    listed = list(paths())
    if path not in listed:
        return Place("", "", "")
    at = listed.index(path)
    group = next(group.title for group in groups() if path in group.pages)
    return Place(
        group,
        listed[at - 1] if at else "",
        listed[at + 1] if at + 1 < len(listed) else "",
    )
