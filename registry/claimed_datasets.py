"""Which datasets claims name, and how many claims name each: bounded work, however many claims.

The index on the dataset is walked from one name to the next, so a page costs as many steps as it
has rows, not as many as there are claims.
"""

from dataclasses import dataclass
from typing import Any, cast

from django.db import connection

from registry import keysets

MOST = 1_000  # claims that are counted of a dataset
BY_NAME = keysets.Order("id", ("id",))

_WALK = """
WITH RECURSIVE names(dataset) AS (
    (SELECT dataset FROM registry_claim WHERE dataset {beyond} %(start)s
     ORDER BY dataset {way} LIMIT 1)
    UNION ALL
    SELECT (SELECT c.dataset FROM registry_claim c WHERE c.dataset {beyond} names.dataset
            ORDER BY c.dataset {way} LIMIT 1)
    FROM names WHERE names.dataset IS NOT NULL
)
"""
_NAMED = "WITH names(dataset) AS (SELECT %(start)s::varchar)\n"
_COUNT = """
SELECT names.dataset, counted.n, coalesce(label.n, 0)
FROM names
CROSS JOIN LATERAL (SELECT count(*) AS n FROM (
    SELECT 1 FROM registry_claim c
    JOIN registry_revision r ON r.id = c.revision_id
    JOIN registry_repo p ON p.id = r.repo_id
    WHERE c.dataset = names.dataset AND NOT p.is_private LIMIT %(most)s
) AS first_ones) AS counted
LEFT JOIN registry_label label ON label.facet = 'dataset' AND label.value = names.dataset
WHERE names.dataset <> '' AND counted.n > 0
LIMIT %(size)s
"""


@dataclass(frozen=True, slots=True)
class ClaimedDataset:
    """A dataset as claims name it. ``repos`` were counted with the facets of search."""

    id: str
    claims: int
    claims_are_capped: bool
    repos: int


@dataclass(frozen=True, slots=True)
class Datasets:
    """A page of datasets, with the cursors of the pages around it."""

    rows: list[ClaimedDataset]
    next: str
    previous: str


def page(size: int, cursor: str, asked: str) -> Datasets:
    """Return a page of datasets by name. Raises BadCursor."""
    backwards, key = keysets.read(cursor, BY_NAME, asked)
    walk = _WALK.format(beyond="<" if backwards else ">", way="DESC" if backwards else "ASC")
    found = _read(walk + _COUNT, str(key[0]) if key else "", size + 1)
    shown: keysets.Page[Any] = keysets.shown(
        cast("list[Any]", found),
        BY_NAME,
        size=size,
        cursor=cursor,
        asked=asked,
        backwards=backwards,
    )
    return Datasets(shown.rows, shown.next, shown.previous)


def named(name: str) -> ClaimedDataset | None:
    """Return the dataset of this name; None where no public claim names it."""
    if not name or "\0" in name:
        return None
    found = _read(_NAMED + _COUNT, name, 1)
    return found[0] if found else None


def _read(statement: str, start: str, size: int) -> list[ClaimedDataset]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"start": start, "size": size, "most": MOST + 1})
        rows = cursor.fetchall()
    return [ClaimedDataset(name, min(n, MOST), n > MOST, repos) for name, n, repos in rows]
