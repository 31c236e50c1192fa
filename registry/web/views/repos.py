"""The list of models, and a model's page."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from registry import keysets, marks, past_claims
from registry.models import Edge, Listing, Mark, Repo, Revision
from registry.search import SORTS, Question, Search
from registry.visibility import public_repos, public_revisions, shows_text
from registry.web import claims, other_checks, snippets
from registry.web.claims import ClaimRow
from registry.web.search import EXTRA, facet_links, repo_rows
from registry.web.staff import is_staff
from registry.web.states import STATES
from registry.web.templatetags.assay import repo_url, revision_url

MOST_CLAIMS = 200
MOST_FILES = 200
MOST_EDGES = 50
MOST_MARKS = 20
CARD_SHOWN = 20_000  # characters


@require_safe
def repo_list(request: HttpRequest) -> HttpResponse:
    """List models."""
    question = Question.read(request.GET)
    opened = request.GET.get("more", "")
    context: dict[str, Any] = {"question": question, "sorts": SORTS}
    status = 200
    try:
        context |= _found(question, request.GET.get("cursor", ""), opened)
    except keysets.BadCursor as error:
        context["sentence"], status = str(error), 400
    except OperationalError:
        context["sentence"] = (
            "This search took too long and was stopped. Add a task, or more words."
        )
        status = 503
    if not context.get("rows"):
        context["is_mirrored"] = public_repos().exists()
        context["is_listed"] = Listing.objects.exists()
    return render(request, "repo_list.html", context, status=status)


def _found(question: Question, cursor: str, opened: str) -> dict[str, Any]:
    """Return the rows of a page, how many there are in all, and the facets."""
    search = Search(question)
    context: dict[str, Any] = {"extra_title": EXTRA.get(question.sort, "")}
    page: keysets.Page[Listing] | None = None
    try:
        with search.running():
            page = search.page(cursor)
            context |= {"page": page, "rows": repo_rows(page.rows)}
            context["count"], counted = search.counted(more=opened)
        context["facets"] = facet_links(question, counted, opened)
    except OperationalError:
        if page is None or "rows" not in context:
            raise
        context["no_counts"] = True  # the rows are there; what is beside them can wait
    context["containing"] = search.containing
    if question.text and (not page.rows or search.containing):
        context["meant"] = search.meant()
    return context


@require_safe
def repo_show(request: HttpRequest, name: str) -> HttpResponse:
    """Show the model that carries this name, at its head."""
    found = list(public_repos().named(name).select_related("hub", "author")[:10])
    if not found:
        raise Http404("No model of this name is mirrored here.")
    found.sort(key=lambda repo: repo.state != Repo.State.PRESENT)
    return _show(request, found[0], _head(found[0]), namesakes=found[1:])


@require_safe
def repo_by_number(request: HttpRequest, number: int) -> HttpResponse:
    """Show a model by its number, whatever its name; go to the name where it still has it."""
    repo = public_repos().select_related("hub", "author").filter(pk=number).first()
    if repo is None:
        raise Http404("No model of this number is mirrored here.")
    return _show(request, repo, _head(repo), namesakes=[])


@require_safe
def revision_show(request: HttpRequest, name: str, sha: str) -> HttpResponse:
    """Show one commit of a model: the permanent address."""
    wanted = public_revisions().filter(repo__name=name, sha__startswith=sha)
    found = list(wanted.select_related("repo__hub", "repo__author", "card").order_by("-pk")[:2])
    if not found or (len(found) > 1 and found[0].sha != found[1].sha):
        raise Http404("No such commit of this model is mirrored here.")
    if found[0].sha != sha:
        return redirect(revision_url(found[0]))
    return _show(request, found[0].repo, found[0], namesakes=[])


def _head(repo: Repo) -> Revision | None:
    heads = repo.revisions.filter(sha=repo.head_sha) if repo.head_sha else repo.revisions.all()
    head = heads.select_related("card").order_by("-pk").first()
    if head is not None:
        head.repo = repo
    return head


@dataclass(frozen=True, slots=True)
class Card:
    """The verdict card: how many claims stand how."""

    measured: int
    total: int
    counts: list[tuple[Any, int, float, float]]


def _verdict_card(rows: Sequence[ClaimRow]) -> Card:
    counter = Counter(row.state.key for row in rows)
    start, counts = 0.0, []
    for key, state in STATES.items():
        if counter[key]:
            share = 100 * counter[key] / len(rows)
            counts.append((state, counter[key], round(start, 3), round(share, 3)))
            start += share
    measured = sum(1 for row in rows if row.finding is not None)
    return Card(measured, len(rows), counts)


def _show(
    request: HttpRequest, repo: Repo, revision: Revision | None, *, namesakes: Sequence[Repo]
) -> HttpResponse:
    context: dict[str, Any] = {
        "repo": repo,
        "revision": revision,
        "is_head": revision is None or revision.sha == repo.head_sha,
        "namesakes": namesakes,
        "shows_text": shows_text(repo),
        "address": repo_url(repo),
    }
    if revision is not None:
        may_ask = is_staff(request) and not repo.is_private
        context |= _contents(revision, may_ask=may_ask) | _lineage(revision) | _marks(revision)
    return render(request, "repo_show.html", context)


def _contents(revision: Revision, *, may_ask: bool) -> dict[str, Any]:
    """Return claims, files and card of a revision: a fixed number of queries."""
    stated = list(revision.claims.order_by("pk")[: MOST_CLAIMS + 1])
    for claim in stated:
        claim.revision = revision
    runs = list(claims.answers(revision))
    readable = [claim for claim in stated[:MOST_CLAIMS] if not claim.problem]
    rows = claims.rows(readable, runs, past_claims.carried_over(revision, readable))
    files = list(revision.files.order_by("path")[: MOST_FILES + 1])
    card = getattr(revision, "card", None)
    return {
        "rows": rows,
        "verdict_card": _verdict_card(rows),
        "unread": [claim for claim in stated[:MOST_CLAIMS] if claim.problem],
        "more_claims": len(stated) > MOST_CLAIMS,
        "past_claims": claims.past_rows(past_claims.past_claims(revision)),
        "checks": other_checks.of(runs, with_forms=may_ask),
        "files": files[:MOST_FILES],
        "more_files": len(files) > MOST_FILES,
        "card": card,
        "card_text": card.text[:CARD_SHOWN] if card and shows_text(revision.repo) else "",
        "snippet": snippets.pinned(revision),
        "api_call": snippets.api_call(revision),
    }


def _marks(revision: Revision) -> dict[str, Any]:
    """Return the marks that a revision carries, and those whose owners say that it is theirs."""
    own = Mark.objects.filter(home=revision.repo_id, withdrawn_at=None).select_related("owner")
    return {
        "standing": marks.standing(revision),
        "own_marks": own.exclude(state=Mark.State.REFUSED).order_by("pk")[:MOST_MARKS],
    }


def _lineage(revision: Revision) -> dict[str, Any]:
    """Return the declared parents of a revision and the children of its repo."""
    parents = revision.parents.select_related("parent").order_by("parent_name")[:MOST_EDGES]
    children = (
        Edge.objects.filter(parent=revision.repo_id, child__repo__is_private=False)
        .filter(child__repo__state=Repo.State.PRESENT)
        .select_related("child__repo")
        .order_by("-child__repo__downloads", "pk")[: MOST_EDGES + 1]
    )
    found = list(children)
    return {
        "parents": [edge for edge in parents if not (edge.parent and edge.parent.is_private)],
        "children": found[:MOST_EDGES],
        "more_children": len(found) > MOST_EDGES,
    }
