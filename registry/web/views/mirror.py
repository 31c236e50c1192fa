"""Where the mirror stands."""

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from registry.hub import status
from registry.models import Sync
from registry.web.states import STATES, State

PROBLEMS = 20
SHOWN = {
    Sync.Status.RUNNING: (STATES["running"], "Running"),
    Sync.Status.DONE: (STATES["confirmed"], "Done"),
    Sync.Status.STOPPED: (STATES["inconclusive"], "Stopped"),
}


@require_safe
def mirror_show(request: HttpRequest) -> HttpResponse:
    """Show passes, the work list, the budget and the newest problems."""
    try:
        found = status.status()
        problems = list(status.public_problems().order_by("-pk")[:PROBLEMS])
    except OperationalError:
        sentence = "Where the mirror stands could not be read in time. Try again in a moment."
        return render(request, "mirror_show.html", {"sentence": sentence}, status=503)
    context = {
        "mirror": found,
        "running": found.running,
        "passes": [(one, *_state(one.status)) for one in found.passes],
        "reasons": [(name, count) for name, count in found.errands.reasons.items() if count],
        "problems": problems,
    }
    return render(request, "mirror_show.html", context)


def _state(name: str) -> tuple[State, str]:
    return SHOWN[Sync.Status(name)]
