"""Repositories of which only the metadata is held: gzipped JSON lines ``{id, info, card}``.

The records are unpacked once into an unnamed temporary file; memory holds ids, sort values and an
index of labels. A card whose text begins with "Error:" is what a crawler stored in place of an
absent one, so that repository has no README.md.
"""

import gzip
import io
import json
import logging
import os
import re
import tempfile
import zlib
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from registry.gate.documents import Unreadable, front_matter, plain
from registry.gate.errors import EntryNotFound, RepoNotFound
from registry.gate.gitobjects import EMPTY_BLOB, blob_id, tree_ids
from registry.gate.names import is_listed_id, why_unsafe
from registry.gate.query import NUMERIC_SORTS, Query, SortKey, labels_of, sort_value
from registry.gate.source import Kind, Row, Snapshot, StoredFile

logger = logging.getLogger(__name__)

CARD = "README.md"
NO_CARD = "Error:"
MAX_LINE = 64 << 20
# Below this share of all records, sorting the matches is quicker than walking the whole order.
FEW = 0.1

_COMMIT = re.compile(r"[0-9a-f]{40}")


class RecordsSource:
    """Serves records: their listing, their detail, and README.md; no other byte of a model.

    In the tree every other file has size 0 and the id of an empty blob, because neither is known.
    Raises OSError where a file of records cannot be read.
    """

    def __init__(self, paths: list[Path]) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the source
        self._ids: list[str] = []
        self._rows: dict[str, int] = {}
        self._infos = array("Q")
        self._cards = array("Q")
        self._ends = array("Q")
        self._labels: dict[str, array[int]] = {}
        self._authors: dict[str, array[int]] = {}
        self._tasks: dict[str, array[int]] = {}
        self._keys: list[frozenset[str]] = []
        self._known_keys: dict[frozenset[str], frozenset[str]] = {}
        self._orders: dict[str, array[int]] = {}
        self._columns: dict[str, Any] = {
            "createdAt": [],
            "downloads": array("d"),
            "lastModified": [],
            "likes": array("d"),
            "trendingScore": array("d"),
        }
        try:
            for path in paths:
                self._load(path)
            self._file.flush()
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        """Give the temporary file back."""
        self._file.close()

    def __len__(self) -> int:
        return len(self._ids)

    def has(self, kind: Kind, repo_id: str) -> bool:
        """Say whether there is a record of this id."""
        return kind is Kind.MODEL and repo_id in self._rows

    def snapshot(self, kind: Kind, repo_id: str, *, fresh: bool = False) -> Snapshot:
        """Return what the record says; raise RepoNotFound. Records never change."""
        if not self.has(kind, repo_id):
            raise RepoNotFound(repo_id)
        number = self._rows[repo_id]
        info = json.loads(self.info(number))
        names = [sibling["rfilename"] for sibling in info.pop("siblings")]
        files = {name: StoredFile(name, 0, EMPTY_BLOB) for name in sorted(names)}
        card = self._card(number)
        if card:
            files[CARD] = StoredFile(CARD, len(card), blob_id(card), locator=number)
        else:
            files.pop(CARD, None)
        folders = tree_ids({path: file.oid for path, file in files.items()})
        date = str(info.get("lastModified") or "1970-01-01T00:00:00.000Z")
        ordered = dict(sorted(files.items()))
        return Snapshot(kind, repo_id, info["sha"], date, info, ordered, folders)

    def is_behind(self, snapshot: Snapshot, path: str) -> bool:
        """Records never change."""
        return False

    def open(self, snapshot: Snapshot, file: StoredFile) -> io.RawIOBase:
        """Open the card; raise EntryNotFound for every other file."""
        if not isinstance(file.locator, int):
            raise EntryNotFound(
                f"{file.path} of {snapshot.repo_id} is not held here: only its card is",
                snapshot.sha,
            )
        return _Text(self._card(file.locator))

    def rows(self, kind: Kind, query: Query) -> Iterator[Row]:
        """Yield the matching records in order."""
        if kind is not Kind.MODEL or query.served:
            return
        rest = query.gated is not None or query.parameters is not None
        for number in self._ordered(query):
            repo_id = self._ids[number]
            if not all(part in repo_id.lower() for part in query.search):
                continue
            if not rest or query.matches_rest(json.loads(self.info(number))):
                yield _RecordRow(self._key(query.sort, number), self, number)

    def info(self, number: int) -> bytes:
        """Return the whole info of one record as JSON."""
        start = self._infos[number]
        return os.pread(self._file.fileno(), self._cards[number] - start, start)

    def keys(self, number: int) -> frozenset[str]:
        """Return the keys of one record's info."""
        return self._keys[number]

    def _card(self, number: int) -> bytes:
        start = self._cards[number]
        return os.pread(self._file.fileno(), self._ends[number] - start, start)

    def _key(self, sort: str, number: int) -> SortKey:
        return (self._columns[sort][number], self._ids[number])

    def _ordered(self, query: Query) -> Iterator[int]:
        chosen = self._chosen(query)

        def key(number: int) -> SortKey:
            return self._key(query.sort, number)

        if chosen is not None and len(chosen) < FEW * len(self._ids):
            few = sorted(chosen, key=key, reverse=query.descending)
            yield from (number for number in few if query.is_behind(key(number)))
            return
        order = self._order(query.sort)
        if query.descending:
            end = len(order) if query.after is None else bisect_left(order, query.after, key=key)
            walk: Iterator[int] = (order[place] for place in range(end - 1, -1, -1))
        else:
            start = 0 if query.after is None else bisect_right(order, query.after, key=key)
            walk = (order[place] for place in range(start, len(order)))
        yield from (number for number in walk if chosen is None or number in chosen)

    def _chosen(self, query: Query) -> set[int] | None:
        lists = [self._labels.get(label, array("I")) for label in query.labels]
        if query.pipeline_tag:
            lists.append(self._tasks.get(query.pipeline_tag, array("I")))
        if query.author:
            lists.append(self._authors.get(query.author, array("I")))
        if not lists:
            return None
        return set.intersection(*(set(numbers) for numbers in lists))

    def _order(self, sort: str) -> "array[int]":
        order = self._orders.get(sort)
        if order is None:
            numbers = range(len(self._ids))
            order = array("I", sorted(numbers, key=lambda number: self._key(sort, number)))
            self._orders[sort] = order
        return order

    def _load(self, path: Path) -> None:
        with gzip.open(path, "rb") as lines:
            number = 0
            try:
                while line := lines.readline(MAX_LINE):
                    number += 1
                    try:
                        self._add(line)
                    except Unreadable as error:
                        logger.warning("%s, line %d: %s", path.name, number, error)
            except (EOFError, zlib.error, gzip.BadGzipFile) as error:
                logger.warning("%s ends after line %d: %s", path.name, number, error)

    def _add(self, line: bytes) -> None:
        info, card = _parsed(line)
        repo_id = str(info["id"])
        if repo_id in self._rows:
            raise Unreadable(f"a record of {repo_id} was read before")
        number = len(self._ids)
        self._rows[repo_id] = number
        self._ids.append(repo_id)
        written = _written(info)
        start = self._file.tell()
        self._file.write(written)
        self._file.write(card)
        self._infos.append(start)
        self._cards.append(start + len(written))
        self._ends.append(start + len(written) + len(card))
        for sort, column in self._columns.items():
            value = sort_value(sort, info)
            column.append(float(value) if sort in NUMERIC_SORTS else value)
        keys = frozenset(info)
        self._keys.append(self._known_keys.setdefault(keys, keys))
        for label in labels_of(info):
            self._labels.setdefault(label, array("I")).append(number)
        if isinstance(info.get("pipeline_tag"), str):
            self._tasks.setdefault(info["pipeline_tag"], array("I")).append(number)
        if "/" in repo_id:
            author = repo_id.partition("/")[0]
            self._authors.setdefault(author, array("I")).append(number)


@dataclass(frozen=True, slots=True)
class _RecordRow:
    """A record in a listing."""

    key: SortKey
    source: RecordsSource
    number: int

    def render(self, fields: frozenset[str]) -> bytes:
        """Return its JSON; as it is kept, without parsing, where everything is asked for."""
        info = self.source.info(self.number)
        if self.source.keys(self.number) <= fields:
            return info
        shown = {key: value for key, value in json.loads(info).items() if key in fields}
        return json.dumps(shown, separators=(",", ":")).encode()


class _Text(io.RawIOBase):
    """Bytes that are at hand, as an open file without a descriptor."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self._content = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self._content.read(size)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._content.seek(offset, whence)


def _loaded(line: bytes) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"is not JSON ({type(error).__name__})") from error


def _parsed(line: bytes) -> tuple[dict[str, Any], bytes]:
    """Return the info as it is served and the card; raise Unreadable."""
    record = _loaded(line)
    if not isinstance(record, dict) or not isinstance(record.get("info"), dict):
        raise Unreadable("is no record with an info")
    repo_id = record.get("id")
    if not isinstance(repo_id, str) or not is_listed_id(repo_id):
        raise Unreadable("has no repository id")
    info = {**record["info"], "id": repo_id}
    sha = info.get("sha")
    if not isinstance(sha, str) or _COMMIT.fullmatch(sha) is None:
        raise Unreadable(f"{repo_id} has no commit")
    if info.get("private"):
        raise Unreadable(f"{repo_id} is private")
    info["siblings"] = _siblings(info)
    card = record.get("card")
    if not isinstance(card, str) or card.startswith(NO_CARD):
        return info, b""
    try:
        head = front_matter(card)
    except Unreadable:
        head = {}  # the card itself is served, so whoever reads it finds the reason
    if head and "cardData" not in info:
        info["cardData"] = head
    return info, card.encode("utf-8", "surrogatepass")


def _written(info: dict[str, Any]) -> bytes:
    try:
        return json.dumps(info, separators=(",", ":"), allow_nan=False).encode()
    except (ValueError, RecursionError):  # infinities, absurd depth: rare, so looked for late
        return json.dumps(plain(info), separators=(",", ":"), allow_nan=False).encode()


def _siblings(info: Mapping[str, Any]) -> list[dict[str, str]]:
    siblings = info.get("siblings")
    names = [
        sibling.get("rfilename")
        for sibling in (siblings if isinstance(siblings, list) else [])
        if isinstance(sibling, dict)
    ]
    return [{"rfilename": name} for name in names if isinstance(name, str) and not why_unsafe(name)]
