"""What the endpoints serve from: a folder, records, later the mirror of another hub."""

import heapq
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from registry.gate.errors import RepoNotFound
from registry.gate.gitobjects import pointer

if TYPE_CHECKING:
    from registry.gate.query import Query

MAIN = "main"


class Kind(StrEnum):
    """What a repository holds; its plural is part of the hub's addresses."""

    MODEL = "model"
    DATASET = "dataset"
    SPACE = "space"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of one commit. ``oid`` is its git blob id; ``sha256`` is set for LFS files only.

    ``locator`` is whatever the source needs to open it again.
    """

    path: str
    size: int
    oid: str
    sha256: str = ""
    locator: object = field(default=None, repr=False, compare=False)

    @property
    def etag(self) -> str:
        """What clients name the bytes by."""
        return self.sha256 or self.oid

    @property
    def pointer_size(self) -> int:
        """Bytes of the text that stands for an LFS file in git."""
        return len(pointer(self.sha256, self.size))


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One commit of a repository: its files in the order of their paths, and what is said of it.

    ``info`` has the hub's own key names, without ``siblings``; ``folders`` maps each folder (the
    root is ``""``) to its tree id; ``branches`` and ``tags`` all name this commit.
    """

    kind: Kind
    repo_id: str
    sha: str
    date: str
    info: Mapping[str, Any]
    files: Mapping[str, StoredFile]
    folders: Mapping[str, str]
    branches: Sequence[str] = (MAIN,)
    tags: Sequence[str] = ()


class Row(Protocol):
    """A repository in a listing."""

    @property
    def key(self) -> tuple[float | str, str]:
        """What the listing is sorted by, then the id."""

    def render(self, fields: frozenset[str]) -> bytes:
        """Return a JSON object of those of ``fields`` that are known, besides the id."""


class Source(Protocol):
    """Where repositories come from. Every method may be called by many threads at once."""

    def has(self, kind: Kind, repo_id: str) -> bool:
        """Say whether there is such a repository, private ones included."""

    def snapshot(self, kind: Kind, repo_id: str, *, fresh: bool = False) -> Snapshot:
        """Return the present commit, looked at anew if ``fresh``; raise RepoNotFound, RepoBusy."""

    def is_behind(self, snapshot: Snapshot, path: str) -> bool:
        """Say whether something lies at a path that the snapshot, an older look, has not seen."""

    def open(self, snapshot: Snapshot, file: StoredFile) -> io.RawIOBase:
        """Open a file of the snapshot; raise FileChanged where its bytes are gone by now."""

    def rows(self, kind: Kind, query: "Query") -> Iterator[Row]:
        """Yield the public repositories that match, in order, from behind the cursor on."""


class Combined:
    """Several sources as one; where two have the same id, the first one has it."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = tuple(sources)

    def has(self, kind: Kind, repo_id: str) -> bool:
        """Say whether one of them has it."""
        return any(source.has(kind, repo_id) for source in self._sources)

    def snapshot(self, kind: Kind, repo_id: str, *, fresh: bool = False) -> Snapshot:
        """Return the snapshot of the first source that has the repository."""
        return self._owner(kind, repo_id).snapshot(kind, repo_id, fresh=fresh)

    def is_behind(self, snapshot: Snapshot, path: str) -> bool:
        """Ask where the repository comes from."""
        return self._owner(snapshot.kind, snapshot.repo_id).is_behind(snapshot, path)

    def open(self, snapshot: Snapshot, file: StoredFile) -> io.RawIOBase:
        """Open the file where the repository comes from."""
        return self._owner(snapshot.kind, snapshot.repo_id).open(snapshot, file)

    def rows(self, kind: Kind, query: "Query") -> Iterator[Row]:
        """Merge the listings of all sources."""
        listings = [self._own_rows(i, kind, query) for i in range(len(self._sources))]
        return heapq.merge(*listings, key=lambda row: row.key, reverse=query.descending)

    def _own_rows(self, position: int, kind: Kind, query: "Query") -> Iterator[Row]:
        earlier = self._sources[:position]
        for row in self._sources[position].rows(kind, query):
            if not any(source.has(kind, row.key[1]) for source in earlier):
                yield row

    def _owner(self, kind: Kind, repo_id: str) -> Source:
        for source in self._sources:
            if source.has(kind, repo_id):
                return source
        raise RepoNotFound(repo_id)
