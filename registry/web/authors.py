"""How the claims of an author's models stand: of the models on a page, and of all of them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from registry.models import Author, Repo
from registry.web.states import STATES, State

MOST_CLAIMS = 20_000  # beyond this a sum says "at least"

# The claims of the heads of some repos, each with its newest answer.
_STANDING = """
SELECT s.repo_id, COALESCE(a.verdict, 'none'), count(*) FROM (
    SELECT c.id, r.id AS repo_id
    FROM registry_repo r
    JOIN registry_revision v ON v.repo_id = r.id AND v.sha = r.head_sha
    JOIN registry_claim c ON c.revision_id = v.id
    WHERE {which} AND NOT r.is_private AND r.state = 'present' AND c.problem = ''
    LIMIT %(most)s
) s LEFT JOIN LATERAL (
    SELECT f.verdict FROM registry_run u JOIN registry_finding f ON f.run_id = u.id
    WHERE u.claim_id = s.id ORDER BY u.id DESC LIMIT 1
) a ON true GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Row:
    """A model with the number of its claims, and how they stand."""

    repo: Repo
    claims: int
    tally: list[tuple[State, int]]


@dataclass(frozen=True, slots=True)
class Standing:
    """The same of all models of an author; ``is_cut`` where there are more claims than counted."""

    claims: int
    measured: int
    tally: list[tuple[State, int]]
    is_cut: bool


def rows(repos: Sequence[Repo]) -> list[Row]:
    """Return the rows of a page: one query, however many."""
    counted: dict[int, Counter[str]] = {}
    for repo, verdict, number in _counted("r.id = ANY(%(keys)s)", [repo.pk for repo in repos]):
        counted.setdefault(repo, Counter())[verdict] += number
    found = [(repo, counted.get(repo.pk, Counter())) for repo in repos]
    return [Row(repo, counter.total(), _tally(counter)) for repo, counter in found]


def standing(authors: Sequence[Author]) -> Standing:
    """Return how all claims of these authors stand: one query."""
    counter: Counter[str] = Counter()
    keys = [author.pk for author in authors]
    for _, verdict, number in _counted("r.author_id = ANY(%(keys)s)", keys):
        counter[verdict] += number
    total = counter.total()
    return Standing(total, total - counter["none"], _tally(counter), total >= MOST_CLAIMS)


def _counted(which: str, keys: list[int]) -> list[tuple[int, str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(_STANDING.format(which=which), {"keys": keys, "most": MOST_CLAIMS})
        return list(cursor.fetchall())


def _tally(counter: Counter[str]) -> list[tuple[State, int]]:
    return [(state, counter[key]) for key, state in STATES.items() if counter[key]]
