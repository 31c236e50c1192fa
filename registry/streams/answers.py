"""What the tools of the MCP server say: the rows of the API, bounded, by public rules only."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import close_old_connections, connection, transaction
from rest_framework.exceptions import APIException

from analysis import catalog
from registry import keysets
from registry.api.serializers import (
    ClaimSerializer,
    FindingDetailSerializer,
    FindingSerializer,
    RepoDetailSerializer,
    RepoSerializer,
)
from registry.api.views import revision_named
from registry.models import Card, Claim, Edge, File, Finding, Repo, Revision
from registry.search import BadQuestion, Question, Search
from registry.streams.quoting import LONGEST_TEXT, NOTICE, parted, shown
from registry.visibility import public_claims, public_findings, public_repos, shows_text

SLOWEST_MS = 2000
MOST = 50  # rows of a list
COMPARED = 6
FACETS = ("task", "library", "licence", "verdict")
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")


class CannotSay(Exception):  # noqa: N818 - reads as the answer
    """The question cannot be answered; the message says why in one sentence."""


@contextmanager
def reading() -> Iterator[None]:
    """Read, within a time, in a transaction that cannot write."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET TRANSACTION READ ONLY; SET LOCAL statement_timeout = {SLOWEST_MS}")
        yield


def answer(**said: Any) -> dict[str, Any]:
    """Return a whole answer, with what must be known about it first."""
    return {"notice": NOTICE} | said


def _revision(name: str, sha: str = "") -> Revision:
    try:
        return revision_named(name, sha)
    except APIException as error:
        detail: Any = error.detail
        said = next(iter(detail.values()))[0] if isinstance(detail, Mapping) else detail
        raise CannotSay(str(said)) from error


def _page_of(path: str) -> str:
    return f"{settings.ASSAY_PUBLIC_URL.rstrip('/')}{path}"


def search_models(
    query: str, chosen: Mapping[str, str], sort: str, limit: int, cursor: str
) -> dict[str, Any]:
    """Find models."""
    asked: dict[str, list[str]] = {"q": [query]} if query else {}
    asked |= {name: [value] for name, value in chosen.items() if value}
    asked |= {"sort": [sort]} if sort else {}
    try:
        question = Question.read(asked, strict=True)
        with reading():
            page = Search(question, page_size=limit, counts=False).page(cursor)
        with reading():
            keys = [row.pk for row in page.rows]
            repos = public_repos().select_related("hub", "author").in_bulk(keys)
    except (BadQuestion, keysets.BadCursor) as error:
        raise CannotSay(str(error)) from error
    rows = [repos[key] for key in keys if key in repos]
    return answer(models=[parted(RepoSerializer(row).data) for row in rows], next_cursor=page.next)


def get_model(name: str, revision: str) -> dict[str, Any]:
    """Describe one model: what its hub says, its card, what was measured."""
    with reading():
        found = _revision(name, revision)
        repo = public_repos().select_related("hub", "author").get(pk=found.repo_id)
        findings = public_findings().filter(run__revision=found)
        newest = list(_with_repo(findings)[:MOST])
        said = parted(
            RepoDetailSerializer(repo).data,
            revision=found.sha,
            page=_page_of(f"/models/-/{repo.pk}"),
            claims=min(public_claims().filter(revision=found)[:1000].count(), 1000),
        )
        said["untrusted"]["card"] = _card(found, repo)
    return answer(model=said, findings=[_finding(one) for one in newest])


def _card(revision: Revision, repo: Repo) -> str | None:
    """Return the card's beginning; nothing of a repo whose files are gated."""
    if not shows_text(repo):
        return None
    text = Card.objects.filter(revision=revision).values_list("text", flat=True).first()
    return shown(text, LONGEST_TEXT) if text else None


def _with_repo(findings: "Any") -> "Any":
    few = findings.select_related("run__revision__repo").defer("evidence", "envelope")
    return few.order_by("-pk")


def _finding(finding: Finding) -> dict[str, Any]:
    return parted(FindingSerializer(finding).data)


def _answers(claims: Sequence[Claim]) -> dict[int, Finding]:
    """Return the newest finding of each claim; one that only repeats a run does not count."""
    found = public_findings().filter(run__claim__in=claims)
    found = found.exclude(run__options__has_key="replay_of")
    newest = found.order_by("run__claim_id", "-pk").distinct("run__claim_id")
    rows = newest.select_related("run__revision__repo").defer("evidence", "envelope")
    return {one.run.claim_id: one for one in rows if one.run.claim_id}


def get_claims(name: str, revision: str, limit: int, after: int) -> dict[str, Any]:
    """List what a model claims, each claim with the newest answer to it."""
    with reading():
        found = _revision(name, revision)
        claims = public_claims().filter(revision=found, pk__gt=after).order_by("pk")
        rows = list(claims.select_related("revision__repo")[: limit + 1])
        answers = _answers(rows[:limit])
    told = [_claim(one, answers.get(one.pk)) for one in rows[:limit]]
    more = rows[limit - 1].pk if len(rows) > limit else None
    return answer(revision=found.sha, claims=told, next_after=more)


def _claim(claim: Claim, finding: Finding | None) -> dict[str, Any]:
    row = dict(ClaimSerializer(claim).data)
    row["claimed"] = row.pop("value")  # the author's number, beside those that were measured
    return parted(row, finding=_finding(finding) if finding else None)


def get_finding(number: int) -> dict[str, Any]:
    """Return a finding with its evidence."""
    with reading():
        found = public_findings().select_related("run__revision__repo").filter(pk=number).first()
        if found is None:
            raise CannotSay("There is no finding of this number.")
        row = dict(FindingDetailSerializer(found).data)
    is_signed = bool(row.pop("envelope"))
    row.pop("pictures")
    page = _page_of(f"/runs/{found.run_id}")
    return answer(finding=parted(row, is_signed=is_signed, page=page))


def compare_models(names: Sequence[str]) -> dict[str, Any]:
    """Lay models side by side: what they are, claim, and were found to be."""
    columns = []
    with reading():
        for name in dict.fromkeys(names):
            found = _revision(name)
            repo = public_repos().select_related("hub", "author").get(pk=found.repo_id)
            claims = list(
                public_claims()
                .filter(revision=found)
                .select_related("revision__repo")
                .order_by("pk")[:20]
            )
            answers = _answers(claims)
            others = public_findings().filter(run__revision=found, run__claim=None)
            columns.append(
                parted(
                    RepoSerializer(repo).data,
                    claims=[_claim(one, answers.get(one.pk)) for one in claims],
                    findings=[_finding(one) for one in _with_repo(others)[:10]],
                )
            )
    return answer(models=columns)


def lookup_hash(sha256: str) -> dict[str, Any]:
    """Say which mirrored files have this digest."""
    digest = sha256.strip().lower().removeprefix("sha256:")
    if not _SHA256.match(digest):
        raise CannotSay("A SHA-256 has 64 hexadecimal digits.")
    with reading():
        files = File.objects.filter(sha256=digest, revision__repo__is_private=False)
        rows = list(files.select_related("revision__repo").order_by("id")[: MOST + 1])
    told = [
        parted(
            {"repo": file.revision.repo.name, "path": file.path},
            repo_id=file.revision.repo_id,
            revision=file.revision.sha,
            is_head=file.revision.sha == file.revision.repo.head_sha,
            size=file.size,
        )
        for file in rows[:MOST]
    ]
    return answer(sha256=digest, files=told, has_more=len(rows) > MOST)


def get_lineage(name: str, limit: int) -> dict[str, Any]:
    """Return what a model was made from, and what was made from it."""
    with reading():
        found = _revision(name)
        parents = found.parents.select_related("parent").order_by("parent_name")[:limit]
        above = [edge for edge in parents if not (edge.parent and edge.parent.is_private)]
        children = Edge.objects.filter(parent=found.repo_id, child__repo__is_private=False)
        children = children.filter(child__repo__state=Repo.State.PRESENT)
        below = list(
            children.select_related("child__repo").order_by("-child__repo__downloads", "pk")[
                : limit + 1
            ]
        )
    return answer(
        revision=found.sha,
        parents=[_edge(edge, edge.parent_name, edge.parent_id) for edge in above],
        children=[_edge(edge, edge.child.repo.name, edge.child.repo_id) for edge in below[:limit]],
        has_more_children=len(below) > limit,
    )


def _edge(edge: Edge, name: str, repo_id: int | None) -> dict[str, Any]:
    return parted({"repo": name}, repo_id=repo_id, relation=edge.relation, basis=edge.basis)


def list_checks() -> dict[str, Any]:
    """List the checks that there are."""
    return {
        "checks": [
            {
                "id": one.id,
                "version": one.version,
                "title": one.title,
                "about": one.about,
                "needs_claim": one.needs_claim,
                "queue": str(one.queue),
                "options": [
                    {
                        "name": option.name,
                        "kind": str(option.kind),
                        "about": option.help or option.title,
                    }
                    for option in one.options
                ],
            }
            for one in catalog.entries().values()
        ]
    }


def from_a_thread(act: Any, *arguments: Any) -> dict[str, Any]:
    """Answer from a thread of its own, whose connection may have been lost."""
    close_old_connections()
    found: dict[str, Any] = act(*arguments)
    return found
