"""The list of models, and the pages of a model."""

from typing import Any

from django.db import OperationalError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from registry import keysets
from registry.models import Listing, Repo, Revision
from registry.outages import is_outage
from registry.search import SORTS, Question, Search
from registry.visibility import public_repos, public_revisions, shows_text
from registry.web.addresses import Address
from registry.web.parts import PARTS, Shown, tabs
from registry.web.search import EXTRA, facet_links, repo_rows


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
    except OperationalError as error:
        if is_outage(error):
            raise
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
def repo_show(request: HttpRequest, name: str, part: str = "") -> HttpResponse:
    """Show a part of the model that carries this name, at its head."""
    found = list(public_repos().named(name).select_related("hub", "author")[:10])
    if not found:
        raise Http404("No model of this name is mirrored here.")
    found.sort(key=lambda repo: repo.state != Repo.State.PRESENT)
    repo = found[0]
    return _show(request, Shown(repo, _head(repo, part), Address(repo), found[1:]), part)


@require_safe
def repo_by_number(request: HttpRequest, number: int, part: str = "") -> HttpResponse:
    """Show a part of a model by its number, whatever its name."""
    repo = public_repos().select_related("hub", "author").filter(pk=number).first()
    if repo is None:
        raise Http404("No model of this number is mirrored here.")
    return _show(request, Shown(repo, _head(repo, part), Address(repo, by_number=True)), part)


@require_safe
def revision_show(request: HttpRequest, name: str, sha: str, part: str = "") -> HttpResponse:
    """Show a part of a model at one commit: the permanent address."""
    wanted = public_revisions().filter(repo__name=name, sha__startswith=sha)
    wanted = _lean(wanted, part).select_related("repo__hub", "repo__author", "card")
    found = list(wanted.order_by("-pk")[:2])
    if not found or (len(found) > 1 and found[0].sha != found[1].sha):
        raise Http404("No such commit of this model is mirrored here.")
    address = Address(found[0].repo, sha=found[0].sha)
    if found[0].sha != sha:
        return redirect(address.to(part))
    return _show(request, Shown(found[0].repo, found[0], address), part)


def _head(repo: Repo, part: str) -> Revision | None:
    heads = repo.revisions.filter(sha=repo.head_sha) if repo.head_sha else repo.revisions.all()
    head = _lean(heads, part).select_related("card").order_by("-pk").first()
    if head is not None:
        head.repo = repo
    return head


def _lean(revisions: "QuerySet[Revision]", part: str) -> "QuerySet[Revision]":
    """Leave out what only the card's own page reads: a card may be a megabyte long."""
    return revisions if part == "card" else revisions.defer("card__text", "card__front_matter")


def _show(request: HttpRequest, shown: Shown, name: str) -> HttpResponse:
    """Show a part of a model; a cursor of another list is answered by a sentence."""
    part = PARTS.get(name)
    if part is None:
        raise Http404("A model has no such page.")
    revision, repo = shown.revision, shown.repo
    context: dict[str, Any] = {
        "repo": repo,
        "revision": revision,
        "card": getattr(revision, "card", None),
        "part": part,
        "tabs": tabs(shown, name),
        "address": shown.address,
        "canonical": shown.canonical(name),
        "newest": shown.address.newest().to(name),
        "is_head": revision is None or revision.sha == repo.head_sha,
        "namesakes": shown.namesakes,
        "shows_text": shows_text(repo),
    }
    status = 200
    try:
        context |= part.build(request, shown)
    except keysets.BadCursor as error:
        context["sentence"], status = str(error), 400
    return render(request, part.template, context, status=status)
