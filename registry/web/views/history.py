"""What changed: of one model, and of all."""

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.http import require_safe

from registry import history, keysets
from registry.models import Change, Repo
from registry.visibility import public_changes, public_repos
from registry.web import plots
from registry.web.changes import tell

PAGE_SIZE = 50
SHOWN_POINTS = 60
NEWEST = keysets.Order("newest", ("id",), descending=True)
LABELS = {
    "state": "State",
    "name": "Name",
    "head_sha": "Commit",
    "gate": "Access",
    "pipeline_tag": "Task",
    "library": "Library",
    "licence": "Licence",
    "model_type": "Architecture",
    "parameters": "Parameters",
    "hub_modified_at": "Last change at the hub",
    "datasets": "Data sets",
    "tags": "Tags",
}


@require_safe
def repo_history(request: HttpRequest, name: str) -> HttpResponse:
    """Show what changed in the model that carries this name, and what it was on a day."""
    found = list(public_repos().named(name).select_related("hub", "author")[:10])
    if not found:
        raise Http404("No model of this name is mirrored here.")
    found.sort(key=lambda repo: repo.state != Repo.State.PRESENT)
    return _history(request, found[0])


@require_safe
def repo_history_by_number(request: HttpRequest, number: int) -> HttpResponse:
    """Show what changed in a model, whatever its name."""
    repo = public_repos().select_related("hub", "author").filter(pk=number).first()
    if repo is None:
        raise Http404("No model of this number is mirrored here.")
    return _history(request, repo)


def _history(request: HttpRequest, repo: Repo) -> HttpResponse:
    context: dict[str, Any] = {"repo": repo, "today": now().date().isoformat()}
    context |= _on_day(repo, request.GET.get("day", ""))
    changes = public_changes().filter(repo=repo)
    status = _page(request, context, changes, {"repo": [str(repo.pk)]})
    points = history.series(repo.pk)
    counts = [(point.day, float(point.downloads)) for point in points]
    context["line"] = plots.steps("Downloads", counts, now().date())
    context["points"] = list(reversed(points[-SHOWN_POINTS:]))
    context["more_points"] = max(len(points) - SHOWN_POINTS, 0)
    return render(request, "repo_history.html", context, status=status)


def _on_day(repo: Repo, text: str) -> dict[str, Any]:
    """Return what the page says of the day that was asked for."""
    if not text:
        return {}
    day = history.read_day(text)
    if day is None:
        return {"day": "", "day_sentence": "That is no day. Write it as 2026-01-31."}
    state = history.states([repo], day).get(repo.pk)
    if state is None:
        sentence = f"The mirror saw this model first on {repo.first_seen_at:%-d %B %Y}."
        return {"day": text, "day_sentence": sentence}
    rows = [(LABELS["state"], state.state)]
    rows += [
        (LABELS[name], _shown(value)) for name, value in state.attributes.items() if name in LABELS
    ]
    return {"day": text, "state": state, "state_rows": rows}


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return f"{value:,}" if isinstance(value, int) else str(value or "")


@require_safe
def change_list(request: HttpRequest) -> HttpResponse:
    """List what changed in all models, the newest first; ``kind=alerts`` what asks for a look."""
    kind = request.GET.get("kind", "")
    kind = kind if kind == "alerts" or kind in Change.What.values else ""
    changes = public_changes().select_related("repo")
    if kind:
        changes = changes.filter(what__in=Change.ALERTS if kind == "alerts" else [kind])
    context: dict[str, Any] = {"kind": kind, "kinds": _kinds()}
    status = _page(request, context, changes, {"kind": [kind]})
    return render(request, "change_list.html", context, status=status)


def _kinds() -> Sequence[tuple[str, str]]:
    shown = (Change.What.GONE, Change.What.RENAMED, Change.What.LICENCE, Change.What.CLAIMS)
    return (("", "all"), ("alerts", "names that changed hands"), *((w, w.label) for w in shown))


def _page(
    request: HttpRequest, context: dict[str, Any], changes: Any, asked: dict[str, list[str]]
) -> int:
    """Put a page of changes into the context; return the status."""
    try:
        page = keysets.page(
            changes,
            NEWEST,
            size=PAGE_SIZE,
            cursor=request.GET.get("cursor", ""),
            asked=keysets.question(asked),
        )
    except keysets.BadCursor as error:
        context["sentence"] = str(error)
        return 400
    context |= {"page": page, "told": [tell(change) for change in page.rows]}
    return 200
