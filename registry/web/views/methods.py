"""What each check does, by its version."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from analysis import catalog
from registry.web import manual


@require_safe
def check_show(request: HttpRequest, check: str, version: int | None = None) -> HttpResponse:
    """Show the method of a check, and whether it is still the one of the version asked for."""
    entry = catalog.entries().get(check)
    if entry is None:
        raise Http404("There is no check of this name.")
    if version is not None and not 1 <= version <= entry.version:
        raise Http404(
            f"There is no version {version} of this check; the newest is {entry.version}."
        )
    method = manual.render(f"checks/{entry.id}.md", address_of)
    context = {
        "entry": entry,
        "version": version,
        "is_older": version is not None and version < entry.version,
        "method": method,
        "toc": manual.contents(method) if method else (),
    }
    return render(request, "check_show.html", context)


def address_of(path: str) -> str:
    """Return the address of a document of docs/: a check's own page, or that of the manual."""
    name = path.removeprefix("checks/").removesuffix(".md")
    if path.startswith("checks/") and name in catalog.entries():
        return reverse("web:check-show", args=[name])
    return reverse("web:doc-show", args=[path.removesuffix(".md")])
