"""The list of models: what may be asked of it, and what its rows show."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self
from urllib.parse import urlencode

from django.db import connection, transaction
from django.db.models import Case, Count, F, Q, Value, When
from django.db.models.functions import Coalesce

from registry import keysets
from registry.models import Claim, Finding, Repo, Run
from registry.models.repos import RepoQuerySet
from registry.visibility import public_repos
from registry.web.states import STATES, VERDICTS, State

PAGE_SIZE = 25
LONGEST_TEXT = 200
MOST_WORDS = 8
SLOWEST_MS = 2_000  # of one statement; the page says so instead of waiting longer
_BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)

ORDERS = {
    "downloads": keysets.Order("downloads", ("downloads", "id"), descending=True),
    "modified": keysets.Order("modified", ("modified", "id"), descending=True),
    "name": keysets.Order("name", ("name", "id")),
}
SORTS = (("downloads", "Most downloads"), ("modified", "Last updated"), ("name", "Name"))

# One step of the index a task, instead of a walk over all rows.
_TASKS = """
WITH RECURSIVE task(name) AS (
    (SELECT pipeline_tag FROM registry_repo
     WHERE pipeline_tag > '' AND NOT is_private ORDER BY pipeline_tag LIMIT 1)
  UNION ALL
    SELECT (SELECT pipeline_tag FROM registry_repo
            WHERE pipeline_tag > task.name AND NOT is_private ORDER BY pipeline_tag LIMIT 1)
    FROM task WHERE task.name IS NOT NULL
)
SELECT name FROM task WHERE name IS NOT NULL LIMIT 300
"""


@dataclass(frozen=True, slots=True)
class Search:
    """What is asked of the list. Everything of it stands in the address."""

    text: str = ""
    task: str = ""
    verdict: str = ""
    sort: str = "downloads"

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Self:
        """Read an address; what makes no sense is left out."""
        verdict, sort = query.get("verdict", ""), query.get("sort", "")
        return cls(
            text=query.get("q", "").replace("\0", "")[:LONGEST_TEXT].strip(),
            task=query.get("task", "").replace("\0", "")[:LONGEST_TEXT],
            verdict=verdict if any(verdict == state.key for state in VERDICTS) else "",
            sort=sort if sort in ORDERS else "downloads",
        )

    @property
    def is_narrowed(self) -> bool:
        """Say whether anything is left out of the list."""
        return bool(self.text or self.task or self.verdict)

    def query(self, **changes: str) -> str:
        """Return the query of an address, without what is usual anyway."""
        asked = {"q": self.text, "task": self.task, "verdict": self.verdict, "sort": self.sort}
        asked |= changes
        kept = {name: value for name, value in asked.items() if value and value != "downloads"}
        return urlencode(kept)

    def chips(self) -> list[tuple[str, str]]:
        """Return what narrows the list, in words, with the query that takes it away."""
        verdict = STATES[self.verdict].word.lower() if self.verdict else ""
        said = (
            ("q", f"name has “{self.text}”" if self.text else ""),
            ("task", f"task {self.task}" if self.task else ""),
            ("verdict", f"a claim is {verdict}" if verdict else ""),
        )
        return [(words, self.query(**{name: ""})) for name, words in said if words]

    def repos(self) -> RepoQuerySet:
        """Select what is asked for."""
        repos = public_repos().listed().select_related("hub")
        for word in self.text.split()[:MOST_WORDS]:
            repos = repos.filter(name__icontains=word)
        if self.task:
            repos = repos.filter(pipeline_tag=self.task)
        if self.verdict:
            found = Finding.objects.filter(
                verdict=self.verdict, run__revision__sha=F("run__revision__repo__head_sha")
            )
            repos = repos.filter(pk__in=found.values("run__revision__repo"))
        if self.sort == "modified":
            repos = repos.annotate(modified=Coalesce("hub_modified_at", Value(_BEFORE_ALL)))
        return repos

    def page(self, cursor: str) -> keysets.Page[Repo]:
        """Return a page. Raises BadCursor, and OperationalError when it takes too long."""
        asked = keysets.question({"query": [self.query()]})
        order = ORDERS[self.sort]
        with statements_within(SLOWEST_MS):
            return keysets.page(self.repos(), order, size=PAGE_SIZE, cursor=cursor, asked=asked)


@contextmanager
def statements_within(limit_ms: int) -> Iterator[None]:
    """Cancel a statement that takes longer; it then raises OperationalError."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(limit_ms)])
        yield


def tasks() -> list[str]:
    """Return the tasks that occur, by name."""
    with connection.cursor() as cursor:
        cursor.execute(_TASKS)
        return [name for (name,) in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class RepoRow:
    """A repo with the number of its head's claims, and how they stand."""

    repo: Repo
    claims: int
    tally: list[tuple[State, int]] = field(default_factory=list)


def repo_rows(repos: Sequence[Repo]) -> list[RepoRow]:
    """Count claims and states for the repos of a page: two queries, however many rows."""
    keys = [repo.pk for repo in repos]
    claims = dict(
        Claim.objects.standing()
        .filter(revision__repo__in=keys)
        .values_list("revision__repo")
        .annotate(Count("pk"))
    )
    states = tallies(Q(revision__repo__in=keys))
    return [RepoRow(repo, claims.get(repo.pk, 0), states.get(repo.pk, [])) for repo in repos]


def tallies(which: Q) -> dict[int, list[tuple[State, int]]]:
    """Count the newest answer to each claim or check of the heads, by repo and state."""
    newest = (
        Run.objects.filter(which, revision__sha=F("revision__repo__head_sha"))
        .annotate(has_none=Case(When(finding=None, then=1), default=0))
        .order_by("revision", "claim", "check_id", "has_none", "-pk")
        .distinct("revision", "claim", "check_id")
        .values_list("revision__repo", "finding__verdict", "status")
    )
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    for repo, verdict, status in newest:
        counts[repo][verdict or status] += 1
    order = list(STATES)
    return {
        repo: [
            (STATES[key], number)
            for key, number in sorted(counter.items(), key=lambda item: order.index(item[0]))
        ]
        for repo, counter in counts.items()
    }
