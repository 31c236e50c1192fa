"""Whether this server works, for people. Programs read /healthz."""

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_safe

from registry.version import VERSION
from registry.web import standing
from registry.web.states import STATES

_STATES = {True: STATES["confirmed"], False: STATES["dead"], None: STATES["none"]}
_WORDS = {True: "Up", False: "Away", None: "Not known"}


@require_safe
def status_show(request: HttpRequest) -> HttpResponse:
    """Show which parts answer, what waits and how old things are."""
    try:
        found = standing.standing()
    except DatabaseError:
        found = standing.without_database()
    context = {
        "standing": found,
        "parts": [(part, _STATES[part.is_up], _WORDS[part.is_up]) for part in found.parts],
        "version": VERSION,
    }
    status = 200 if found.facts else 503
    response = render(request, "status_show.html", context, status=status)
    add_never_cache_headers(response)
    return response
