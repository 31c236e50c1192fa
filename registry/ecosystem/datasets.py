"""The tally of claims on each dataset, made anew from the claims: in the background, by one."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.db.models import Value
from django.db.models.functions import Lower

from analysis.matching.known_datasets import known_dataset
from registry import locks
from registry.models import Claim, DatasetTally

MOST_PARTS = 100
CHUNK = 2_000
LOOKED_AT = 5_000  # claims on a dataset that has no tally yet
TIMEOUT_S = 900
_LOCK = 0x64617461  # any number that nobody else takes: "data"

# The readable claims that the heads of public repos make on a dataset, each with its newest answer.
_COUNTED = """
WITH answer AS (
    SELECT DISTINCT ON (u.claim_id) u.claim_id, f.verdict
    FROM registry_run u JOIN registry_finding f ON f.run_id = u.id
    WHERE u.claim_id IS NOT NULL AND {answers} ORDER BY u.claim_id, u.id DESC
), standing AS (
    SELECT c.id, c.dataset, c.metric, c.config, c.split
    FROM registry_claim c JOIN registry_revision v ON v.id = c.revision_id
    JOIN registry_repo r ON r.id = v.repo_id AND r.head_sha = v.sha
    WHERE NOT r.is_private AND r.state = 'present' AND c.problem = '' AND {claims}
)
SELECT lower(s.dataset), min(s.dataset), s.metric, s.config, s.split, count(*), count(a.verdict),
    count(*) FILTER (WHERE a.verdict = 'confirmed'),
    count(*) FILTER (WHERE a.verdict = 'overstated'),
    count(*) FILTER (WHERE a.verdict = 'understated')
FROM standing s LEFT JOIN answer a ON a.claim_id = s.id
GROUP BY lower(s.dataset), s.metric, s.config, s.split
"""

_WRITE = """
INSERT INTO registry_datasettally
    (folded, name, claims, measured, confirmed, overstated, understated, parts)
SELECT * FROM unnest(%s::text[], %s::text[], %s::int[], %s::int[], %s::int[], %s::int[], %s::int[],
    %s::text[]::jsonb[])
ON CONFLICT (folded) DO UPDATE SET name = EXCLUDED.name, claims = EXCLUDED.claims,
    measured = EXCLUDED.measured, confirmed = EXCLUDED.confirmed,
    overstated = EXCLUDED.overstated, understated = EXCLUDED.understated, parts = EXCLUDED.parts
WHERE (registry_datasettally.*) IS DISTINCT FROM (EXCLUDED.*)
"""


@dataclass(slots=True)
class Tally:
    """What was counted of one dataset; ``parts`` as in DatasetTally."""

    folded: str
    name: str
    counts: list[int] = field(default_factory=lambda: [0] * 5)
    parts: list[list[Any]] = field(default_factory=list)

    def as_row(self) -> DatasetTally:
        """Return the row that would keep it."""
        columns = dict(zip(_COLUMNS, self.counts, strict=True))
        return DatasetTally(folded=self.folded, name=self.name, parts=self.parts, **columns)


def folded(name: str) -> str:
    """Return the one spelling of a dataset: that of its id at the hub, in lower case."""
    lower = name.strip().lower()
    known = known_dataset(lower) if lower else None
    return known.id.lower() if known and not known.id.endswith("*") else lower


def own_name(name: str) -> str:
    """Return a dataset's id at the hub where that is known, else the name as it is written."""
    known = known_dataset(name)
    return known.id if known and not known.id.endswith("*") else name.strip()


def names(name: str) -> set[str]:
    """Return a dataset's own name and all others that it is known by, with their capitals."""
    known = known_dataset(name)
    if known is None or known.id.endswith("*"):
        return {name.strip()}
    return {name.strip(), known.id, *known.aliases}


def spellings(name: str) -> list[str]:
    """Return all spellings of a dataset, in lower case."""
    return sorted({one.lower() for one in names(name)})


def folds(name: str) -> list[Lower]:
    """Return all spellings as the database writes small letters, which an index of claims knows."""
    return [Lower(Value(one)) for one in sorted({name, *names(name)})]


def recount() -> int:
    """Make all tallies anew; return how many there are, -1 while another process does the same.

    Rows that did not change are not written; those of datasets that nobody names any more go.
    """
    with locks.held(_LOCK) as is_free:
        if not is_free:
            return -1
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = '{TIMEOUT_S}s'")
            cursor.execute(_COUNTED.format(claims="c.dataset <> ''", answers="true"))
            tallies = gathered(cursor.fetchall())
        for start in range(0, len(tallies), CHUNK):
            _write(tallies[start : start + CHUNK])
        kept = [tally.folded for tally in tallies]
        DatasetTally.objects.exclude(folded__in=kept).delete()
        return len(tallies)


def tally_of(name: str) -> Tally | None:
    """Return the tally of a dataset; counted now, of some of its claims, where there is none yet.

    None where no claim names it.
    """
    stored = DatasetTally.objects.filter(folded=folded(name)[:300]).first()
    if stored is not None:
        counts = [getattr(stored, column) for column in _COLUMNS]
        return Tally(stored.folded, stored.name, counts, stored.parts)
    named = Claim.objects.alias(folded=Lower("dataset")).filter(folded__in=folds(name))
    keys = list(named.values_list("pk", flat=True)[:LOOKED_AT])
    if not keys:
        return None
    statement = _COUNTED.format(claims="c.id = ANY(%(keys)s)", answers="u.claim_id = ANY(%(keys)s)")
    with connection.cursor() as cursor:
        cursor.execute(statement, {"keys": keys})
        found = gathered(cursor.fetchall())
    return found[0] if found else None


_COLUMNS = ("claims", "measured", "confirmed", "overstated", "understated")


def gathered(rows: Iterable[Sequence[Any]]) -> list[Tally]:
    """Put the counts of all spellings and parts of each dataset together."""
    tallies: dict[str, Tally] = {}
    for lower, name, metric, config, split, *counts in rows:
        key = folded(lower)
        known = known_dataset(key)
        tally = tallies.setdefault(
            key, Tally(key, known.id if known and key == known.id.lower() else name)
        )
        tally.counts = [sum(pair) for pair in zip(tally.counts, counts, strict=True)]
        tally.parts.append([metric, config, split, counts[0], counts[1]])
    for tally in tallies.values():
        tally.parts.sort(key=lambda part: (-part[4], -part[3], part[:3]))
        del tally.parts[MOST_PARTS:]
    return list(tallies.values())


def _write(tallies: Sequence[Tally]) -> None:
    columns: list[list[Any]] = [[one.folded for one in tallies], [one.name for one in tallies]]
    columns += [[one.counts[place] for one in tallies] for place in range(len(_COLUMNS))]
    columns.append([json.dumps(one.parts) for one in tallies])
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, columns)
