"""The first page, and the ones that explain."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from analysis import catalog
from analysis.matching import task_names
from analysis.metrics import METRICS
from registry.web import overview, standing
from registry.web.states import STATES, VERDICTS


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show what there is, claims against measurements, the biggest gaps, the newest findings."""
    if overview.is_empty():
        return render(request, "home_show.html", {"is_empty": True})
    told = overview.told()
    context = {
        "counts": overview.counts(),
        "newest": overview.newest(),
        "gaps": overview.widest(told),
        "cloud": overview.scatter(told),
        "looked_at": len(told),
    }
    return render(request, "home_show.html", context)


def _tasks() -> list[dict[str, Any]]:
    """Return what is known of each task: what goes in and out, its other names, its metrics."""
    return [
        {
            "id": task,
            "about": entry.about,
            "names": task_names.NAMES.get(task, ()),
            "metrics": sorted(
                (METRICS[metric].name for metric in catalog.metrics_of(task)), key=str.casefold
            ),
        }
        for task, entry in sorted(catalog.TASKS.items())
    ]


@require_safe
def check_list(request: HttpRequest) -> HttpResponse:
    """List the checks of the catalog."""
    checks = sorted(catalog.entries().values(), key=lambda check: check.id)
    context = {"checks": checks, "tasks": _tasks(), "verdicts": VERDICTS}
    return render(request, "check_list.html", context)


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """Say what this is."""
    return render(request, "about_show.html", {"states": STATES.values()})


@require_safe
def problem_list(request: HttpRequest) -> HttpResponse:
    """Explain the API's problem types."""
    return render(request, "problem_list.html")


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Answer 200 while the database answers."""
    if standing.has_database():
        response = HttpResponse("ok\n")
    else:
        response = HttpResponse("The database does not answer.\n", status=503)
    response.headers["Content-Type"] = "text/plain; charset=utf-8"
    response.headers["Cache-Control"] = "no-store"
    return response
