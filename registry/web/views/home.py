"""The first page, and the ones that explain."""

from typing import Any

from django.db import DatabaseError, connection
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from analysis import catalog
from analysis.matching import task_names
from analysis.metrics import METRICS
from registry.models import Finding
from registry.visibility import public_claims, public_findings, public_repos, public_runs
from registry.web.claims import compare, tolerance_of
from registry.web.scales import Scale, stated
from registry.web.states import STATES, VERDICTS

SHOWN = 8
MISMATCHES_READ = 200  # the newest ones, among which the biggest gaps are looked for
COUNTED = 100_000  # beyond this a count says "more than"


def _capped(rows: "QuerySet[object]") -> str:  # type: ignore[type-var]
    """Count up to a bound, which keeps the page quick at millions of rows."""
    number = rows.order_by()[: COUNTED + 1].count()
    return f"{COUNTED:,}+" if number > COUNTED else f"{number:,}"


def _biggest_gaps(mismatches: list[Finding]) -> list[Finding]:
    """Return the newest finding of each claim, the widest gap first, in shares of its scale."""
    gaps: dict[int, tuple[float, Finding]] = {}
    for finding in mismatches:
        claim = finding.run.claim
        said = stated(claim) if claim else None
        if claim is None or said is None or finding.value is None or claim.pk in gaps:
            continue
        span = Scale(said.metric).span or abs(said.value) or 1.0
        gaps[claim.pk] = (abs(finding.value - said.value) / span, finding)
    return [finding for _, finding in sorted(gaps.values(), key=lambda gap: -gap[0])][:SHOWN]


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show what there is: counts, the biggest gaps, the newest findings."""
    findings = public_findings().select_related("run__revision__repo", "run__claim")
    findings = findings.defer("envelope").order_by("-pk")
    mismatches = findings.filter(verdict__in=["overstated", "understated"])
    counts = (
        ("models", _capped(public_repos().listed())),
        ("claims", _capped(public_claims())),
        ("findings", _capped(public_findings())),
        ("runs under way", _capped(public_runs().filter(status__in=["queued", "running"]))),
    )
    return render(
        request,
        "home_show.html",
        {
            "counts": counts,
            "is_empty": counts[0][1] == "0",
            "newest": [_line(finding) for finding in findings[:SHOWN]],
            "gaps": [_line(found) for found in _biggest_gaps(list(mismatches[:MISMATCHES_READ]))],
        },
    )


def _line(finding: Finding) -> dict[str, object]:
    state = STATES[finding.verdict]
    claim = finding.run.claim
    shown = compare(claim, finding, state, tolerance_of(finding))
    return {"finding": finding, "run": finding.run, "state": state, "comparison": shown}


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
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        response = HttpResponse("The database does not answer.\n", status=503)
    else:
        response = HttpResponse("ok\n")
    response.headers["Content-Type"] = "text/plain; charset=utf-8"
    response.headers["Cache-Control"] = "no-store"
    return response
