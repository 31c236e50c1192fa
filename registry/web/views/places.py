"""Where models meet: those of an author, and those that contain a file."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from registry import keysets
from registry.models import Author, File, Repo
from registry.visibility import public_findings, public_repos
from registry.web import authors, overview

PAGE_SIZE = 50
NEWEST = 6
BY_DOWNLOADS = keysets.Order("downloads", ("downloads", "id"), descending=True)
BY_AGE = keysets.Order("newest", ("id",), descending=True)
_DIGITS = frozenset("0123456789abcdef")


@require_safe
def author_show(request: HttpRequest, name: str) -> HttpResponse:
    """Show the models of an author, how their claims stand, and the newest findings."""
    known = list(Author.objects.filter(name=name).select_related("hub").order_by("pk")[:10])
    repos = public_repos().filter(author__in=[author.pk for author in known])
    if not known or not repos.exists():
        raise Http404("No model of an author of this name is mirrored here.")
    context: dict[str, Any] = {"name": name, "authors": known}
    try:
        page = keysets.page(
            repos.filter(state=Repo.State.PRESENT),
            BY_DOWNLOADS,
            size=PAGE_SIZE,
            cursor=request.GET.get("cursor", ""),
            asked=keysets.question({"author": [name]}),
        )
    except keysets.BadCursor as error:
        context["sentence"] = str(error)
        return render(request, "author_show.html", context, status=400)
    newest = public_findings().filter(run__revision__repo__author__in=known)
    shown = newest.select_related("run__revision__repo", "run__claim").defer("envelope", "evidence")
    context |= {
        "page": page,
        "rows": authors.rows(page.rows),
        "standing": authors.standing(known),
        "newest": overview.lines(list(shown.order_by("-pk")[:NEWEST])),
    }
    return render(request, "author_show.html", context)


@require_safe
def hash_find(request: HttpRequest) -> HttpResponse:
    """Show the form that takes a SHA-256, or lead to the page of the one that is asked for."""
    asked = request.GET.get("sha256", "").strip()
    if not asked:
        return render(request, "hash_show.html")
    digest = read_digest(asked)
    if digest is None:
        context = {"asked": asked[:200], "sentence": _MALFORMED}
        return render(request, "hash_show.html", context, status=400)
    return redirect("web:hash-show", digest)


@require_safe
def hash_show(request: HttpRequest, digest: str) -> HttpResponse:
    """Show every public model that contains the file of this SHA-256; none is an answer, too."""
    read = read_digest(digest)
    if read is None:
        context = {"asked": digest[:200], "sentence": _MALFORMED}
        return render(request, "hash_show.html", context, status=400)
    if read != digest:
        return redirect("web:hash-show", read)
    files = File.objects.filter(sha256=read, revision__repo__is_private=False)
    context = {"asked": read, "digest": read}
    try:
        page = keysets.page(
            files.select_related("revision__repo").exclude(sha256=""),
            BY_AGE,
            size=PAGE_SIZE,
            cursor=request.GET.get("cursor", ""),
            asked=keysets.question({"sha256": [read]}),
        )
    except keysets.BadCursor as error:
        context["sentence"] = str(error)
        return render(request, "hash_show.html", context, status=400)
    return render(request, "hash_show.html", context | {"page": page, "files": page.rows})


_MALFORMED = "A SHA-256 has 64 digits from 0 to 9 and a to f; sha256sum prints it for a file."


def read_digest(text: str) -> str | None:
    """Read a SHA-256 as people write it, with its name before it or in capitals; None for none."""
    digest = text.strip().lower().removeprefix("sha256").lstrip(":- ")
    return digest if len(digest) == 64 and set(digest) <= _DIGITS else None
