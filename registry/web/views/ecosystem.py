"""The measures of the ecosystem: an overview, and a page for each."""

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from registry.ecosystem import reading
from registry.ecosystem.measures import MEASURES
from registry.web import plots


@require_safe
def measure_list(request: HttpRequest) -> HttpResponse:
    """List all measures with their newest answer, beside that of 2022."""
    newest = reading.newest()
    rows = [
        (measure, found, plots.headline(measure, found) if found else None)
        for measure in reading.all_measures()
        for found in [newest.get(measure.id)]
    ]
    at = max((one.at for one in newest.values()), default=None)
    return render(request, "measure_list.html", {"rows": rows, "at": at})


@require_safe
def measure_show(request: HttpRequest, id: str) -> HttpResponse:
    """Show a measure: definition, newest answer or that of a day, breakdown, series."""
    measure = MEASURES.get(id)
    if measure is None:
        raise Http404("There is no measure of this name.")
    day = _day(request.GET.get("date", ""))
    of = reading.taken(id, day)
    if of is None and day is not None:
        raise Http404(f"{measure.title} was not measured as of {day}.")
    points = reading.series(id)
    context: dict[str, Any] = {
        "measure": measure,
        "of": of,
        "day": day,
        "points": points[::-1],
        "line": plots.line(measure, points),
    }
    if of is not None:
        parts = reading.breakdown(measure, of)
        context |= {
            "whole": plots.headline(measure, of),
            "plots": [plots.bars(measure, part, rows) for part, rows in parts],
        }
    return render(request, "measure_show.html", context)


def _day(text: str) -> date | None:
    """Read a day; raise Http404 for what is none."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Http404("A day is written as 2026-11-22.") from error
