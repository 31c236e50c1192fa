"""The list of runs, and a run's evidence."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from analysis import catalog
from analysis import options as schema
from registry import keysets
from registry.models import Claim, Finding, Run
from registry.tickets import RUNS
from registry.visibility import public_runs, shows_text
from registry.web import datasets, drawings, evidence, pictures
from registry.web.claims import (
    Comparison,
    compare,
    read_tolerance,
    replays,
    tolerance_of,
    unclaimed,
)
from registry.web.live import allow, stream_of
from registry.web.looks import Looks, drawn, read_looks
from registry.web.scales import Scale, stated
from registry.web.signatures import signature_of
from registry.web.staff import is_staff
from registry.web.states import STATES, State, finding_of, state_of

PAGE_SIZE = 50
REFRESH_S = 4
NEWEST = keysets.Order("newest", ("id",), descending=True)


@require_safe
def run_list(request: HttpRequest) -> HttpResponse:
    """List runs, the newest first."""
    status = request.GET.get("status", "")
    status = status if status in Run.Status.values else ""
    runs = public_runs().for_pages().defer("finding__evidence", "finding__envelope")
    asked = keysets.question({"status": [status]})
    context: dict[str, Any] = {
        "status": status,
        "statuses": [(value, STATES.get(value)) for value in Run.Status.values],
    }
    try:
        page = keysets.page(
            runs.filter(status=status) if status else runs,
            NEWEST,
            size=PAGE_SIZE,
            cursor=request.GET.get("cursor", ""),
            asked=asked,
        )
    except keysets.BadCursor as error:
        return render(request, "run_list.html", context | {"sentence": str(error)}, status=400)
    rows = [(run, state_of(run, finding_of(run))) for run in page.rows]
    return render(request, "run_list.html", context | {"page": page, "rows": rows})


@require_safe
def run_show(request: HttpRequest, number: int) -> HttpResponse:
    """Show a run: what it found and how, or where it stands."""
    runs = public_runs().select_related("revision__repo__hub", "claim", "finding")
    run = runs.filter(pk=number).first()
    if run is None:
        raise Http404("There is no run of this number.")
    finding = finding_of(run)
    state = state_of(run, finding)
    check = catalog.entries().get(run.check_id)
    context: dict[str, Any] = {
        "run": run,
        "repo": run.revision.repo,
        "claim": run.claim,
        "dataset": _dataset(run),
        "finding": finding,
        "state": state,
        "check": check,
        "asked": schema.said(check.options, run.options) if check else "",
        "may_change": is_staff(request),
        "shows_text": shows_text(run.revision.repo),
        "follows": "follow" in request.GET and not run.has_ended,
        "stream": "" if run.has_ended else stream_of(request, RUNS, run.pk),
        "place": _place(run),
        "replays": run.options.get("replay_of") if replays(run) else None,
    }
    if finding is not None:
        context |= _found(run.claim, finding, state)
    response = render(request, "run_show.html", context)
    allow(response, context["stream"])
    if context["follows"]:  # only where the reader asked for it, and without a script
        response.headers["Refresh"] = str(REFRESH_S)
    return response


def _found(claim: Claim | None, finding: Finding, state: State) -> dict[str, Any]:
    """Return what a finding says, and what it says so by."""
    stored = finding.evidence if isinstance(finding.evidence, dict) else {}
    return {
        "comparison": _comparison(claim, finding, state),
        "sections": evidence.laid_out(stored),
        "assumptions": evidence.assumptions(stored),
        "files": evidence.files_read(stored),
        "signature": signature_of(finding),
        "looks": _looks(claim, finding),
        "drawings": drawings.of(stored),
        "pictures": pictures.of(finding),
    }


def _dataset(run: Run) -> str:
    """Return the name of the page of the dataset that the claim is on; "" for none."""
    claim = run.claim
    if claim is None:
        return ""
    claim.revision = run.revision  # the same, and its repo is there
    return datasets.with_pages([claim]).get(claim.pk, "")


def _comparison(claim: Claim | None, finding: Finding, state: State) -> Comparison:
    if claim is None:
        return unclaimed(finding)
    return compare(claim, finding, state, tolerance_of(finding))


def _looks(claim: Claim | None, finding: Finding) -> Looks | None:
    """Return the drawing of how the verdict came about."""
    said = stated(claim) if claim else None
    if said is None:
        return None
    near = read_tolerance(tolerance_of(finding))
    evidence = finding.evidence if isinstance(finding.evidence, dict) else {}
    return drawn(read_looks(evidence), said.value, near, Scale(said.metric))


def _place(run: Run) -> int | None:
    """Return how many runs stand before this one in its queue, itself included."""
    if run.status != Run.Status.QUEUED:
        return None
    waiting = Run.objects.filter(status=Run.Status.QUEUED, queue=run.queue)
    return waiting.filter(pk__lte=run.pk).count()
