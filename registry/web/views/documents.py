"""The documentation: all documents, one of them, words in them."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from registry.web import doc_pages, doc_search


@require_safe
def doc_home(request: HttpRequest) -> HttpResponse:
    """List the documents, or where the words stand that somebody looks for."""
    asked = request.GET.get("q", "").replace("\0", "").strip()[: doc_search.LONGEST]
    context = {
        "asked": asked,
        "hits": [(hit, address_of(hit.section.path)) for hit in doc_search.find(asked)],
        "most": doc_search.MOST,
        "groups": doc_pages.side("", address_of),
    }
    return render(request, "doc_home.html", context)


@require_safe
def doc_show(request: HttpRequest, path: str) -> HttpResponse:
    """Show a document."""
    page = doc_pages.page(f"{path}.md", address_of)
    if page is None:
        raise Http404("There is no document of this name.")
    return render(request, "doc_show.html", {"page": page})


def address_of(path: str) -> str:
    """Return the address of a document as a page of the documentation."""
    return reverse("web:doc-show", args=[path.removesuffix(".md")])
