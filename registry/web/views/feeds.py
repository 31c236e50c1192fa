"""Atom feeds: of a search, of a model, of an owner, of what was found."""

from urllib.parse import quote

from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from registry.models import Finding, Repo
from registry.outages import is_outage
from registry.search import Question
from registry.visibility import public_repos
from registry.web import atom, news
from registry.web.sent import sent
from registry.web.templatetags.around import feed_of
from registry.web.templatetags.assay import repo_url

KEPT_S = 300


def _answer(request: HttpRequest, feed: atom.Feed) -> HttpResponse:
    return sent(request, atom.write(feed), atom.CONTENT_TYPE, max_age_s=KEPT_S)


def _of_search(request: HttpRequest, question: Question, path: str, title: str) -> HttpResponse:
    query = question.query()
    page = reverse("web:repo-list") + (f"?{query}" if query else "")
    try:
        entries = news.of_search(question)
    except OperationalError as error:
        if is_outage(error):
            raise
        text = "This search took too long and was stopped. Add a task, or more words.\n"
        return HttpResponse(text, status=503, content_type="text/plain; charset=utf-8")
    return _answer(request, atom.Feed.of(title, path, page, entries))


@require_safe
def search_feed(request: HttpRequest) -> HttpResponse:
    """Tell new commits and findings of the models of a search: the parameters are the list's."""
    question = Question.read(request.GET)
    query = Question(question.text, question.chosen).query()
    path = reverse("web:search-feed") + (f"?{query}" if query else "")
    title = question.sentence().partition(";")[0]
    return _of_search(request, question, path, f"Assay: {title}")


@require_safe
def author_feed(request: HttpRequest, name: str) -> HttpResponse:
    """Tell new commits and findings of the models of an owner."""
    if not public_repos().listed().filter(author__name=name).exists():
        raise Http404("No model of this owner is mirrored here.")
    question = Question(chosen=(("author", (name,)),))
    path = reverse("web:author-feed", args=[name])
    return _of_search(request, question, path, f"Assay: models of {name}")


@require_safe
def repo_feed(request: HttpRequest, name: str = "", number: int = 0) -> HttpResponse:
    """Tell what was found of a model and what changed in it."""
    found = list(public_repos().named(name)[:10] if name else public_repos().filter(pk=number))
    if not found:
        raise Http404("No such model is mirrored here.")
    found.sort(key=lambda repo: repo.state != Repo.State.PRESENT)
    repo = found[0]
    title, entries = f"Assay: {repo.name}", news.of_repo(repo)
    return _answer(request, atom.Feed.of(title, feed_of(repo), repo_url(repo), entries))


@require_safe
def finding_feed(request: HttpRequest) -> HttpResponse:
    """Tell the newest findings; with a verdict, for instance ``fail``, those of it."""
    verdict = request.GET.get("verdict", "")
    if verdict and verdict not in Finding.Verdict.values:
        said = f"Say one of: {', '.join(Finding.Verdict.values)}.\n"
        return HttpResponse(said, status=400, content_type="text/plain; charset=utf-8")
    title = f"Assay: newest findings{f', {verdict}' if verdict else ''}"
    path = reverse("web:finding-feed") + (f"?verdict={quote(verdict)}" if verdict else "")
    page = reverse("web:run-list")
    return _answer(request, atom.Feed.of(title, path, page, news.findings(verdict)))
