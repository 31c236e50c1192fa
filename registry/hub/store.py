"""Batches of what was read → tables: COPY into temporary tables, then one merge a table."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from registry.hub import statements
from registry.hub.records import Read, RepoRow, RevisionRow

_Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """A row of the mirror as a pass needs it to see whether a repo changed."""

    hub_key: str
    name: str
    is_present: bool
    head_sha: str
    modified_at: datetime | None
    problem: str


@dataclass(frozen=True, slots=True)
class Stored:
    """Positions in the batch of the repos that were new, and of those that changed."""

    created: frozenset[int]
    changed: frozenset[int]


class Store:
    """Writes what was read of one hub. ``met`` names the working table of a pass, or is empty."""

    def __init__(self, hub_id: int, met: str = "") -> None:
        self._hub_id = hub_id
        self._met = connection.ops.quote_name(met) if met else ""

    def open(self, *, fresh: bool) -> None:
        """Make the working table; ``fresh`` forgets what an earlier try met."""
        with connection.cursor() as cursor:
            if fresh:
                cursor.execute(statements.DROP_MET.format(met=self._met))
            cursor.execute(statements.CREATE_MET.format(met=self._met))

    def close(self) -> None:
        """Drop the working table."""
        with connection.cursor() as cursor:
            cursor.execute(statements.DROP_MET.format(met=self._met))

    def known(self, keys: Sequence[str], names: Sequence[str]) -> list[Known]:
        """Return the rows that have one of these keys, or are present under one of these names."""
        with connection.cursor() as cursor:
            cursor.execute(statements.KNOWN, self._values(keys=list(keys), names=list(names)))
            return [Known(*row) for row in cursor.fetchall()]

    def met_before(self, keys: Sequence[str], names: Sequence[str]) -> list[tuple[str, str]]:
        """Return key and name of those that this pass has met, by key or by name."""
        if not self._met:
            return []
        with connection.cursor() as cursor:
            cursor.execute(
                statements.MET_BEFORE.format(met=self._met),
                self._values(keys=list(keys), names=list(names)),
            )
            return [(str(key), str(name)) for key, name in cursor.fetchall()]

    def meet(self, names: Sequence[str]) -> None:
        """Take note of repos that the hub listed, but in a way that could not be read."""
        if self._met and names:
            with connection.cursor() as cursor:
                cursor.execute(
                    statements.MEET_NAMED.format(met=self._met), self._values(names=list(names))
                )

    @transaction.atomic
    def write(self, reads: Sequence[Read], at: datetime) -> Stored:
        """Merge a batch, keys and names in it being unique; raise django.db's errors."""
        values = self._values(now=at)
        with connection.cursor() as cursor:
            cursor.execute(statements.INCOMING)
            _copy_all(cursor, reads)
            for statement in (statements.AUTHORS, statements.ADOPT, statements.RELEASE):
                cursor.execute(statement, values)
            cursor.execute(statements.REPOS, values)
            written = cursor.fetchall()
            cursor.execute(statements.REPO_IDS, values)
            created = frozenset(n for n, is_new in written if is_new)
            changed = {n for n, _ in written}
            if any(read.revision is not None for read in reads):
                changed |= self._write_revisions(cursor, values)
            if self._met:
                cursor.execute(statements.MEET.format(met=self._met))
        return Stored(created, frozenset(changed) - created)

    def link_edges(self, names: Sequence[str] | None = None) -> int:
        """Point edges at parents that came after their children; return how many.

        ``names`` are the parents that may have come; None looks at all.
        """
        known = None if names is None else list(names)
        with connection.cursor() as cursor:
            cursor.execute(statements.LINK_EDGES, self._values(names=known))
            return int(cursor.rowcount)

    def mark_gone(self, begun: datetime, at: datetime) -> int:
        """Mark what a pass that began at ``begun`` has not met; return how many.

        Right after a complete listing only.
        """
        values = self._values(now=at, begun=begun)
        with connection.cursor() as cursor:
            cursor.execute(statements.MARK_GONE.format(met=self._met), values)
            return int(cursor.rowcount)

    def _write_revisions(self, cursor: CursorWrapper, values: Mapping[str, Any]) -> set[int]:
        changed = set(_positions(cursor, statements.REVISIONS, values))
        cursor.execute(statements.REVISION_IDS, values)
        for statement in (
            statements.CARDS,
            statements.STALE_FILES,
            statements.FILES,
            statements.STALE_CLAIMS,
            statements.CLAIMS,
            statements.STALE_EDGES,
            statements.EDGES,
        ):
            changed |= _positions(cursor, statement, values)
        return changed

    def _values(self, **more: Any) -> dict[str, Any]:
        return {"hub": self._hub_id} | more


def _positions(cursor: CursorWrapper, statement: str, values: Mapping[str, Any]) -> frozenset[int]:
    cursor.execute(statement, values)
    return frozenset(n for (n,) in cursor.fetchall())


def _copy_all(cursor: CursorWrapper, reads: Sequence[Read]) -> None:
    rows = [(n, read.row) for n, read in enumerate(reads) if read.row is not None]
    revisions = [(n, read.revision) for n, read in enumerate(reads) if read.revision is not None]
    _copy(cursor, "incoming_repo", _REPO_COLUMNS, ((n, *_REPO_VALUES(row)) for n, row in rows))
    _copy(cursor, "incoming_revision", _REVISION_COLUMNS, map(_revision, revisions))
    _copy(cursor, "incoming_card", _CARD_COLUMNS, _cards(revisions))
    _copy(cursor, "incoming_file", _FILE_COLUMNS, _files(revisions))
    _copy(cursor, "incoming_claim", ("n", "position", *_CLAIM_COLUMNS), _claims(revisions))
    _copy(cursor, "incoming_edge", ("n", "parent_name", "relation"), _edges(revisions))


def _copy(cursor: CursorWrapper, table: str, columns: Sequence[str], rows: Iterable[_Row]) -> None:
    """COPY rows into a temporary table; faults of the data come as django.db's errors."""
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    with connection.wrap_database_errors, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


_REPO_FIELDS = tuple(RepoRow.__dataclass_fields__)
_REPO_COLUMNS = ("n", *_REPO_FIELDS)
_REPO_VALUES = attrgetter(*_REPO_FIELDS)
_REVISION_COLUMNS = ("n", "sha", "config", "architecture", "parameters", "has_tree", "has_claims")
_CLAIM_COLUMNS = (
    *("key", "source", "file", "path", "line", "raw", "task", "dataset", "dataset_name"),
    *("config", "split", "dataset_revision", "metric", "metric_name", "value_text", "value"),
    *("args", "problem"),
)
_CARD_COLUMNS = ("n", "text", "front_matter", "has_front_matter", "problem")
_FILE_COLUMNS = ("n", "path", "size", "git_oid", "sha256")

_Revisions = Sequence[tuple[int, RevisionRow]]


def _revision(pair: tuple[int, RevisionRow]) -> _Row:
    n, row = pair
    parts = (row.sha, row.config, row.architecture, row.parameters, row.has_tree, row.has_claims)
    return (n, *parts)


def _cards(revisions: _Revisions) -> Iterator[_Row]:
    for n, revision in revisions:
        card = revision.card
        if card is not None:
            yield n, card.text, card.front_matter, card.has_front_matter, card.problem


def _files(revisions: _Revisions) -> Iterator[_Row]:
    for n, revision in revisions:
        for file in revision.files:
            yield n, file.path, file.size, file.oid, file.sha256


def _claims(revisions: _Revisions) -> Iterator[_Row]:
    for n, revision in revisions:
        for position, claim in enumerate(revision.claims):
            yield (n, position, *(claim[name] for name in _CLAIM_COLUMNS))


def _edges(revisions: _Revisions) -> Iterator[_Row]:
    for n, revision in revisions:
        for edge in revision.edges:
            yield n, edge.parent_name, edge.relation
