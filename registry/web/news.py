"""What is new, as entries of feeds: findings, changes, new commits. Each has a key for ever."""

from collections.abc import Iterable

from django.db import connection
from django.db.models import QuerySet

from registry.models import Change, Finding, Repo
from registry.search import Question, Search
from registry.search.asked import literal
from registry.visibility import public_changes, public_findings, public_repos
from registry.web.addresses import Address
from registry.web.atom import MOST_ENTRIES, Entry
from registry.web.changes import tell
from registry.web.states import STATES
from registry.web.templatetags.assay import repo_url

LOOKED_AT = 500  # the newest findings of all models, among which those of a search are looked for


def findings(verdict: str = "") -> list[Entry]:
    """Return the newest findings, or those of one verdict."""
    found = _read(public_findings())
    found = found.filter(verdict=verdict) if verdict else found
    return [of_finding(finding) for finding in found.order_by("-pk")[:MOST_ENTRIES]]


def of_repo(repo: Repo) -> list[Entry]:
    """Return what was found of a model, and what changed in it."""
    numbers = public_findings().filter(run__revision__repo=repo).values_list("pk", flat=True)
    # By number first: ordered together, they would be looked for among all findings there are.
    newest = sorted(numbers, reverse=True)[:MOST_ENTRIES]
    found = [of_finding(finding) for finding in _read(Finding.objects.filter(pk__in=newest))]
    changes = list(public_changes().filter(repo=repo).order_by("-pk")[:MOST_ENTRIES])
    for change in changes:
        change.repo = repo
    return [*found, *map(of_change, changes)]


def of_search(question: Question) -> list[Entry]:
    """Return new commits and findings of the models of a search. Raises OperationalError.

    The commits are those of the models that were updated last, the findings those among the last
    few hundred of all.
    """
    by_update = Question(question.text, question.chosen, sort="updated")
    search = Search(by_update, page_size=MOST_ENTRIES, counts=False)
    with search.running():
        listed = search.page().rows
        recent = list(
            public_findings()
            .order_by("-pk")
            .values_list("pk", "run__revision__repo_id")[:LOOKED_AT]
        )
        fits = _fitting(search, {repo for _, repo in recent})
        numbers = [number for number, repo in recent if repo in fits][:MOST_ENTRIES]
        found = [of_finding(one) for one in _read(Finding.objects.filter(pk__in=numbers))]
        repos = public_repos().listed().filter(pk__in=[row.pk for row in listed])
        return [*found, *(of_commit(repo) for repo in repos)]


def _fitting(search: Search, repos: Iterable[int]) -> set[int]:
    """Return which of these few repos a search is content with: each row is looked at."""
    condition, values = search.asked.condition()
    sql = "SELECT repo_id FROM registry_listing WHERE repo_id = ANY(%s::bigint[])"
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} AND ({condition}) IS TRUE", [literal(repos), *values])
        return {number for (number,) in cursor.fetchall()}


def _read(found: "QuerySet[Finding]") -> "QuerySet[Finding]":
    return found.select_related("run__revision__repo").defer("evidence", "envelope")


def of_finding(finding: Finding) -> Entry:
    """Tell a finding."""
    run = finding.run
    return Entry(
        f"finding:{finding.pk}",
        f"{run.revision.repo.name}: {STATES[finding.verdict].word}, by {run.check_id}",
        finding.created_at,
        f"/runs/{run.pk}",
        f"{finding.summary} At commit {run.revision.sha[:12]}.",
        finding.verdict,
    )


def of_change(change: Change) -> Entry:
    """Tell a change of a model that the mirror saw."""
    told = tell(change)
    return Entry(
        f"change:{change.pk}",
        f"{change.repo.name}: {told.headline}",
        change.at,
        Address(change.repo).to("history"),
        "; ".join(told.details),
        str(change.what),
    )


def of_commit(repo: Repo) -> Entry:
    """Tell the newest commit of a model."""
    what = " · ".join(said for said in (repo.pipeline_tag, repo.library, repo.licence) if said)
    head = f"commit {repo.head_sha[:12]}" if repo.head_sha else "listed"
    return Entry(
        f"model:{repo.pk}:{repo.head_sha or 'listed'}",
        f"{repo.name}: {head}",
        repo.hub_modified_at or repo.first_seen_at,
        repo_url(repo),
        what,
        "commit",
    )
