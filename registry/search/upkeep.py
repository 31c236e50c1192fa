"""Keeps the listings as the other tables are. What was changed is named in StaleListing.

Taking the stale ids away and writing their listings is one transaction: killed at any point, it
has done all of a chunk or nothing. One process at a time does this, by an advisory lock; another
one finds it taken and leaves.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from registry import locks
from registry.models import Listing
from registry.search import counts, indexes, statements
from registry.search.rows import Draft, draft, found_at

log = logging.getLogger(__name__)

CHUNK = 2_000  # repos a transaction: some megabytes, and a second or so
REBUILT = 10_000
MOST_AT_ONCE = 50_000  # repos a call of the schedule
_LOCK = 0x6C697374  # "list"; the key of the advisory lock
SMALL = 20_000  # listings up to which everything is counted anew after each refresh


def refresh(*, most: int | None = None) -> int:
    """Make the listings of stale repos anew, at most ``most``; return of how many repos.

    Does nothing while another process does the same.
    """
    done = 0
    with alone() as is_mine:
        if not is_mine:
            return 0
        while most is None or done < most:
            taken = _refresh_chunk(CHUNK if most is None else min(CHUNK, most - done))
            done += taken
            if not taken:
                break
        if done and counts.total_at_most(SMALL):
            counts.recount()
    return done


def keep_fresh() -> int:
    """Refresh for a while, and count anew where that is due: what a schedule calls each moment.

    Returns of how many repos the listings were made anew.
    """
    done = refresh(most=MOST_AT_ONCE)
    if counts.is_due():
        with alone() as is_mine:
            if is_mine:
                for name in indexes.make():
                    log.warning("the index %s was missing, and was made", name)
                counts.recount()
    return done


def rebuild(*, on_progress: Any = None) -> int:
    """Make all listings anew, in place: pages go on to work. Returns how many repos were read.

    Rows that are right are not written. An empty table is filled first and indexed then.
    """
    done, after = 0, 0
    with alone() as is_mine:
        if not is_mine:
            return 0
        is_bulk = not Listing.objects.exists()
        if is_bulk:
            indexes.drop()
        while True:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statements.NEXT_REPOS, {"after": after, "most": REBUILT})
                repos = [repo for (repo,) in cursor.fetchall()]
                write(cursor, repos)
            if not repos:
                break
            done, after = done + len(repos), repos[-1]
            if on_progress:
                on_progress(done)
        with connection.cursor() as cursor:
            cursor.execute(statements.DROP_FOREIGN)
            indexes.make()
            cursor.execute("ANALYZE registry_listing, registry_label")
        counts.recount()
    return done


@contextmanager
def alone() -> Iterator[bool]:
    """Hold the lock of the listings for the block; yield False where another process has it."""
    with locks.held(_LOCK) as is_mine:
        yield is_mine


@transaction.atomic
def _refresh_chunk(most: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statements.TAKE_STALE, {"most": most})
        repos = [repo for (repo,) in cursor.fetchall()]
        write(cursor, repos)
    return len(repos)


def write(cursor: CursorWrapper, repos: Sequence[int]) -> None:
    """Write the listings of these repos, and remove those of repos that are not listed any more."""
    if not repos:
        return
    drafts = _drafts(cursor, repos)
    ids = _label_ids(cursor, {label for one in drafts for label in one.labels})
    cursor.execute(statements.INCOMING)
    cursor.execute(statements.EMPTY_INCOMING)
    copied = f"COPY incoming_listing ({', '.join(statements.COLUMNS)}) FROM STDIN"
    with connection.wrap_database_errors, cursor.copy(copied) as copy:
        for one in drafts:
            copy.write_row(one.row(ids))
    cursor.execute(statements.DROP_GONE, {"repos": list(repos)})
    cursor.execute(statements.WRITE)


def _drafts(cursor: CursorWrapper, repos: Sequence[int]) -> list[Draft]:
    cursor.execute(statements.FACTS, {"repos": list(repos)})
    facts = cursor.fetchall()
    heads = [row[18] for row in facts if row[18] is not None]
    cursor.execute(statements.FINDINGS, {"heads": heads})
    found = found_at(cursor.fetchall())
    return [draft(row, found) for row in facts]


def _label_ids(
    cursor: CursorWrapper, wanted: Iterable[tuple[str, str]]
) -> Mapping[tuple[str, str], int]:
    pairs = sorted(wanted)
    values = {
        "facets": [facet for facet, _ in pairs],
        "values": [value for _, value in pairs],
    }
    cursor.execute(statements.NEW_LABELS, values)
    cursor.execute(statements.LABEL_IDS, values)
    return {(facet, value): number for facet, value, number in cursor.fetchall()}
