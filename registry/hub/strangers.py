"""A batch of repos that the mirror has never met → tables, by COPY straight into them.

In a first pass over a hub nearly every page is such a batch, and no merge is needed then: ids are
taken from the sequences first, and so all rows can be written at once. What is stored is the same
as by the merge, value for value.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from django.db import DataError, IntegrityError, connection, transaction
from django.db.backends.utils import CursorWrapper

from registry.hub.bookkeeping import priority
from registry.hub.copying import (
    CARD_FIELDS,
    CLAIM_FIELDS,
    FILE_FIELDS,
    NULL,
    card_cells,
    cells,
    claim_cells,
    file_cells,
    path_lines,
)
from registry.hub.records import Read, RepoRow, RevisionRow

# Keys and names come as one text, which costs a fraction of a list: none of them has a space.
# Ids for all, or no row where one of them is known. Asked under the lock of the hub's writers.
_IDS = """
SELECT ARRAY(SELECT nextval('registry_repo_id_seq') FROM generate_series(1, %(repos)s)),
    ARRAY(SELECT nextval('registry_revision_id_seq') FROM generate_series(1, %(revisions)s))
WHERE NOT EXISTS (
        SELECT 1 FROM registry_repo
        WHERE hub_id = %(hub)s AND hub_key = ANY(string_to_array(%(keys)s, ' ')))
    AND NOT EXISTS (
        SELECT 1 FROM registry_repo
        WHERE hub_id = %(hub)s AND state = 'present'
            AND name = ANY(string_to_array(%(names)s, ' ')))
"""
_AUTHORS = """
WITH fresh AS (
    INSERT INTO registry_author (hub_id, name, kind, hub_key)
    SELECT %(hub)s::bigint, t.name, 'unknown', '' FROM string_to_table(%(authors)s, ' ') t(name)
    WHERE NOT EXISTS (
        SELECT 1 FROM registry_author a WHERE a.hub_id = %(hub)s AND a.name = t.name)
    ORDER BY t.name
    ON CONFLICT (hub_id, name) DO NOTHING
    RETURNING name, id
)
SELECT name, id FROM fresh UNION ALL
SELECT name, id FROM registry_author
WHERE hub_id = %(hub)s AND name = ANY(string_to_array(%(authors)s, ' '))
"""
_PARENTS = """
SELECT name, id FROM registry_repo
WHERE hub_id = %(hub)s AND state = 'present' AND name = ANY(string_to_array(%(parents)s, ' '))
"""

_ROWS = 200  # written at once
_REPO = (
    *("id", "hub_id", "hub_key", "name", "author_id", "gate", "is_private", "is_disabled"),
    *("head_sha", "pipeline_tag", "library", "licence", "tags", "datasets", "languages", "papers"),
    *("model_type", "parameters", "downloads", "likes", "trending", "hub_created_at"),
    *("hub_modified_at", "refs", "problem", "state", "read_sha", "first_seen_at", "synced_at"),
)
_REVISION = (
    *("id", "repo_id", "sha", "config", "architecture", "parameters", "has_tree", "security"),
    "seen_at",
)
_CARD = ("revision_id", *CARD_FIELDS)
_FILE = ("revision_id", *FILE_FIELDS)
_CLAIM = ("revision_id", *CLAIM_FIELDS)
_EDGE = ("child_id", "parent_name", "parent_id", "relation", "basis")
_SERIES = ("repo_id", "quarter", "days", "downloads", "likes", "trending")
_ERRAND = ("repo_id", "reason", "priority", "attempts", "worker", "wanted_at")


def store(
    cursor: CursorWrapper, hub_id: int, met: str, reads: Sequence[Read], at: datetime
) -> bool:
    """Store a batch of strangers; False, with nothing done, where the merge must have it.

    The caller holds the lock of the hub's writers. ``met`` is the quoted name of the pass's
    working table, or empty.
    """
    rows = [read.row for read in reads if read.row is not None and _is_bare(read.row)]
    if len(rows) < len(reads):
        return False
    try:
        with transaction.atomic():
            batch = _Batch.of(cursor, hub_id, reads, rows, at)
            if batch is None:
                return False
            for table, columns, lines in batch.tables(met):
                _copy(cursor, table, columns, lines)
    except (DataError, IntegrityError):
        return False  # whatever the matter is: the merge says it, if it is one there
    return True


def _is_bare(row: RepoRow) -> bool:
    """Say whether a row is as a listing gives it: of a repo that was not read in full."""
    return row.read_sha is None and row.adopts is None


@dataclass(frozen=True, slots=True)
class _Batch:
    """The rows of a batch, with all ids that they need."""

    hub_id: int
    at: datetime
    repos: Sequence[tuple[int, RepoRow]]
    revisions: Sequence[tuple[int, int, RevisionRow]]  # (its id, that of its repo, the row)
    authors: Mapping[str | None, int]
    parents: Mapping[str, int]

    @classmethod
    def of(
        cls,
        cursor: CursorWrapper,
        hub_id: int,
        reads: Sequence[Read],
        rows: Sequence[RepoRow],
        at: datetime,
    ) -> "_Batch | None":
        """Take ids; None where a key or a name is known, or an author cannot be had."""
        has_revision = [read for read in reads if read.revision is not None]
        keys = [row.hub_key for row in rows]
        names = " ".join([row.name for row in rows])
        asked: dict[str, int | str] = {"hub": hub_id, "keys": " ".join(keys), "names": names}
        asked |= {"repos": len(rows), "revisions": len(has_revision)}
        cursor.execute(_IDS, asked)
        ids = cursor.fetchone()
        if ids is None:
            return None
        # In the order of keys, as the merge does: the index is then written from left to right.
        order = sorted(range(len(rows)), key=keys.__getitem__)
        of_read = dict(zip(order, ids[0], strict=True))
        numbered = [(of_read[n], rows[n]) for n in order]
        ordered = ((of_read[n], reads[n].revision) for n in order)
        pairs = [(repo, revision) for repo, revision in ordered if revision is not None]
        revisions = [(new, *pair) for new, pair in zip(ids[1], pairs, strict=True)]
        wanted = {row.author for row in rows if row.author is not None}
        cursor.execute(_AUTHORS, {"hub": hub_id, "authors": " ".join(sorted(wanted))})
        authors = dict(cursor.fetchall())
        if len(authors) < len(wanted):
            return None  # somebody else is storing one at this moment
        parents = _parents(cursor, hub_id, revisions) | {row.name: new for new, row in numbered}
        return cls(hub_id, at, numbered, revisions, authors, parents)

    def tables(self, met: str) -> Iterator[tuple[str, Sequence[str], Iterator[str]]]:
        """Yield (table, columns, pieces of COPY text)."""
        yield "registry_repo", _REPO, self._repos()
        yield "registry_revision", _REVISION, self._revisions()
        yield "registry_card", _CARD, self._cards()
        yield "registry_file", _FILE, self._files()
        yield "registry_claim", _CLAIM, self._claims()
        yield "registry_edge", _EDGE, self._edges()
        yield "registry_counterseries", _SERIES, self._series()
        yield "registry_errand", _ERRAND, self._errands()
        yield "registry_stalelisting", ("repo_id",), self._ids()
        if met:
            yield met, ("repo_id",), self._ids()

    def _ids(self) -> Iterator[str]:
        yield "".join([f"{repo}\n" for repo, _ in self.repos])

    def _repos(self) -> Iterator[str]:
        at = self.at.isoformat()
        end = f"\tpresent\t\t{at}\t{at}\n"
        authors = self.authors
        for repo, row in self.repos:
            values = (
                *(repo, self.hub_id, row.hub_key, row.name, authors.get(row.author)),
                *(row.gate or "open", row.is_private or False, row.is_disabled or False),
                *(row.head_sha or "", row.pipeline_tag or "", row.library or ""),
                *(row.licence or "", row.tags or [], row.datasets or [], row.languages or []),
                *(row.papers or [], row.model_type or "", row.parameters, row.downloads or 0),
                *(row.likes or 0, row.trending or 0, row.created_at, row.modified_at),
                *(row.refs or "{}", row.problem or ""),
            )
            yield cells(values) + end

    def _revisions(self) -> Iterator[str]:
        end = f"\t{self.at.isoformat()}\n"
        for new, repo, row in self.revisions:
            values = (
                *(new, repo, row.sha, row.config, row.architecture, row.parameters),
                *(row.has_tree, row.security or "{}"),
            )
            yield cells(values) + end

    def _cards(self) -> Iterator[str]:
        for new, _, row in self.revisions:
            if row.card is not None:
                _, *rest = card_cells(row.card)
                yield cells((new, row.card.text or "", *rest)) + "\n"

    def _files(self) -> Iterator[str]:
        for new, _, row in self.revisions:
            if row.paths:
                yield path_lines(new, row.paths)
            for file in row.files:
                yield cells((new, *file_cells(file))) + "\n"

    def _claims(self) -> Iterator[str]:
        for new, _, row in self.revisions:
            for claim in row.claims:
                yield cells((new, *claim_cells(claim))) + "\n"

    def _edges(self) -> Iterator[str]:
        for new, _, row in self.revisions:
            for edge in row.edges:
                parent = self.parents.get(edge.parent_name, NULL)
                yield f"{new}\t{edge.parent_name}\t{parent}\t{edge.relation}\tdeclared\n"

    def _series(self) -> Iterator[str]:
        """Write the first point of each counter: ``history.FIRST_COUNTED``."""
        day = self.at.astimezone(UTC).date()
        quarter = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        begin = f"{quarter}\t{{{(day - quarter).days}}}"
        for repo, row in self.repos:
            counts = f"{{{row.downloads or 0}}}\t{{{row.likes or 0}}}\t{{{row.trending or 0}}}"
            yield f"{repo}\t{begin}\t{counts}\n"

    def _errands(self) -> Iterator[str]:
        """Write the errands of repos that were never read: ``bookkeeping.ERRANDS``."""
        end = f"\t0\t\t{self.at.isoformat()}\n"
        for repo, row in self.repos:
            reason = "again" if row.problem else "new"
            yield f"{repo}\t{reason}\t{priority(reason, row.downloads or 0)}{end}"


def _parents(
    cursor: CursorWrapper, hub_id: int, revisions: Sequence[tuple[int, int, RevisionRow]]
) -> dict[str, int]:
    names = {edge.parent_name for _, _, row in revisions for edge in row.edges}
    if not names:
        return {}
    cursor.execute(_PARENTS, {"hub": hub_id, "parents": " ".join(sorted(names))})
    return dict(cursor.fetchall())


def _copy(cursor: CursorWrapper, table: str, columns: Sequence[str], lines: Iterator[str]) -> None:
    piece = "".join(islice(lines, _ROWS))
    if not piece:
        return
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    with connection.wrap_database_errors, cursor.copy(statement) as copy:
        while piece:  # in pieces, so that the database has some to work on while others are written
            copy.write(piece)
            piece = "".join(islice(lines, _ROWS))
