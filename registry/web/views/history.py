"""What changed in all models."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from registry import keysets
from registry.models import Change
from registry.visibility import public_changes
from registry.web.changes import page_of


@require_safe
def change_list(request: HttpRequest) -> HttpResponse:
    """List what changed in all models, the newest first; ``kind=alerts`` what asks for a look."""
    kind = request.GET.get("kind", "")
    kind = kind if kind == "alerts" or kind in Change.What.values else ""
    changes = public_changes().select_related("repo")
    if kind:
        changes = changes.filter(what__in=Change.ALERTS if kind == "alerts" else [kind])
    context: dict[str, Any] = {"kind": kind, "kinds": _kinds()}
    status = 200
    try:
        context |= page_of(request, changes, {"kind": [kind]})
    except keysets.BadCursor as error:
        context["sentence"], status = str(error), 400
    return render(request, "change_list.html", context, status=status)


def _kinds() -> Sequence[tuple[str, str]]:
    shown = (Change.What.GONE, Change.What.RENAMED, Change.What.LICENCE, Change.What.CLAIMS)
    return (("", "all"), ("alerts", "names that changed hands"), *((w, w.label) for w in shown))
