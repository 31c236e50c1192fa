"""Batches of what was read → tables: COPY into temporary tables, then one merge a table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils.timezone import now

from registry.hub import bookkeeping, copying, history, statements, strangers
from registry.hub.records import Read

LOCK = 0x41737362  # with the hub's number: one writer to a hub at a time


@dataclass(frozen=True, slots=True)
class Known:
    """A row of the mirror as a pass needs it to see whether a repo changed.

    ``is_met`` says that this pass has stored it already.
    """

    hub_key: str
    name: str
    is_present: bool
    head_sha: str
    read_sha: str
    modified_at: datetime | None
    has_card: bool
    has_config: bool
    is_met: bool


@dataclass(frozen=True, slots=True)
class Stored:
    """Positions in the batch of the repos that were new, and of those that changed."""

    created: frozenset[int]
    changed: frozenset[int]


class Store:
    """Writes what was read of one hub. ``met`` names the working table of a pass, or is empty.

    Changes are told of the pass ``sync_id`` at the time of ``clock``.

    Passes and readers of details may write at the same time: each transaction waits for the one
    before it, so none can lock the rows of two others crosswise.
    """

    def __init__(
        self,
        hub_id: int,
        met: str = "",
        *,
        sync_id: int | None = None,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self.clock = clock
        self._hub_id = hub_id
        self._sync_id = sync_id
        self._met = connection.ops.quote_name(met) if met else ""

    def open(self, *, fresh: bool) -> None:
        """Make the working table; ``fresh`` forgets what an earlier try met."""
        with connection.cursor() as cursor:
            if fresh:
                cursor.execute(bookkeeping.DROP_MET.format(met=self._met))
            cursor.execute(bookkeeping.CREATE_MET.format(met=self._met))

    def close(self) -> None:
        """Drop the working table."""
        with connection.cursor() as cursor:
            cursor.execute(bookkeeping.DROP_MET.format(met=self._met))

    def known(self, keys: Sequence[str], names: Sequence[str]) -> list[Known]:
        """Return the rows that have one of these keys, or are present under one of these names."""
        statement = bookkeeping.KNOWN.format(
            is_met="m.repo_id IS NOT NULL" if self._met else "false",
            join_met=f"LEFT JOIN {self._met} m ON m.repo_id = r.id" if self._met else "",
        )
        with connection.cursor() as cursor:
            cursor.execute(statement, self._values(keys=list(keys), names=list(names)))
            return [Known(*row) for row in cursor.fetchall()]

    def meet(self, names: Sequence[str]) -> None:
        """Take note of repos that the hub listed, but in a way that could not be read."""
        if self._met and names:
            with connection.cursor() as cursor:
                cursor.execute(
                    bookkeeping.MEET_NAMED.format(met=self._met), self._values(names=list(names))
                )

    @transaction.atomic
    def write(self, reads: Sequence[Read], at: datetime) -> Stored:
        """Merge a batch, keys and names in it being unique; raise django.db's errors."""
        with connection.cursor() as cursor:
            self._lock(cursor)
            if strangers.store(cursor, self._hub_id, self._met, reads, at):
                return Stored(frozenset(range(len(reads))), frozenset())
            return self._merge(cursor, reads, at)

    def _merge(self, cursor: CursorWrapper, reads: Sequence[Read], at: datetime) -> Stored:
        values = self._values(now=at)
        cursor.execute(statements.INCOMING)
        _copy(cursor, reads)
        for statement in (statements.AUTHORS, statements.ADOPT, statements.KNOWN_IDS):
            cursor.execute(statement, values)
        is_compared = bool(cursor.rowcount) and _told_before(cursor, values)
        cursor.execute(statements.RELEASE, values)
        is_taken = bool(cursor.rowcount)
        cursor.execute(statements.REPOS, values)
        written = cursor.fetchall()
        created = frozenset(n for n, is_new in written if is_new)
        changed = {n for n, _ in written}
        if any(read.revision is not None for read in reads):
            changed |= _write_revisions(cursor, values)
        if is_taken:
            cursor.execute(history.REPLACED, values)
        if created:
            cursor.execute(history.FIRST_COUNTED, values | {"created": sorted(created)})
        for statement in history.AFTER if is_compared else ():
            cursor.execute(statement, values)
        self._note(cursor, values | {"changed": sorted(changed)})
        return Stored(created, frozenset(changed) - created)

    def link_edges(self, names: Sequence[str] | None = None) -> int:
        """Point edges at parents that came after their children; return how many.

        ``names`` are the parents that may have come; None looks at all.
        """
        known = None if names is None else list(names)
        with transaction.atomic(), connection.cursor() as cursor:
            self._lock(cursor)
            cursor.execute(statements.LINK_EDGES, self._values(names=known))
            return int(cursor.rowcount)

    def mark_gone(self, begun: datetime, at: datetime) -> int:
        """Mark what a pass that began at ``begun`` has not met; return how many.

        Right after a complete listing only.
        """
        statement = bookkeeping.MARK_GONE.format(met=self._met)
        return self._marked(statement, self._values(now=at, begun=begun))

    def mark_named_gone(self, name: str, at: datetime) -> int:
        """Mark a repo that the hub says it does not have; return 1, or 0 where none was there."""
        return self._marked(bookkeeping.MARK_NAMED_GONE, self._values(now=at, name=name))

    def _marked(self, statement: str, values: Mapping[str, Any]) -> int:
        with transaction.atomic(), connection.cursor() as cursor:
            self._lock(cursor)
            cursor.execute(statement, values)
            return int(cursor.fetchone()[0])

    def _lock(self, cursor: CursorWrapper) -> None:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, self._hub_id])

    def _note(self, cursor: CursorWrapper, values: Mapping[str, Any]) -> None:
        """Keep the work list, the read side of search and the working table in step."""
        cursor.execute(bookkeeping.ERRANDS, values)
        cursor.execute(bookkeeping.DONE, values)
        if values["changed"]:
            cursor.execute(bookkeeping.STALE, values)
        if self._met:
            cursor.execute(bookkeeping.MEET.format(met=self._met))

    def _values(self, **more: Any) -> dict[str, Any]:
        return {"hub": self._hub_id, "sync": self._sync_id} | more


def _told_before(cursor: CursorWrapper, values: Mapping[str, Any]) -> bool:
    """Write down what the merge will change; say whether a commit is to be compared after it."""
    for statement in history.BEFORE:
        cursor.execute(statement, values)
    return bool(cursor.rowcount)


def _write_revisions(cursor: CursorWrapper, values: Mapping[str, Any]) -> set[int]:
    """Merge revisions and what belongs to them; return the positions of those that changed."""
    cursor.execute(history.BEFORE_REVISIONS, values)
    changed = set(_positions(cursor, statements.REVISIONS, values))
    cursor.execute(statements.REVISION_IDS, values)
    has_known = bool(cursor.rowcount)
    if not has_known:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM incoming_revision WHERE NOT is_new)")
        has_known = bool(cursor.fetchone()[0])
    for statement in statements.NEW:
        cursor.execute(statement, values)
    if has_known:
        cursor.execute(statements.YIELD, values)
        for statement in statements.KNOWN:
            changed |= _positions(cursor, statement, values)
    return changed


def _positions(cursor: CursorWrapper, statement: str, values: Mapping[str, Any]) -> frozenset[int]:
    cursor.execute(statement, values)
    return frozenset(n for (n,) in cursor.fetchall())


def _copy(cursor: CursorWrapper, reads: Sequence[Read]) -> None:
    """COPY a batch into the temporary tables; faults of the data come as django.db's errors."""
    for table, rows in copying.tables(reads):
        if rows:
            statement = f"COPY {table} ({', '.join(copying.COLUMNS[table])}) FROM STDIN"
            with connection.wrap_database_errors, cursor.copy(statement) as copy:
                copy.write(rows)
