"""What changed in a model, and what it was on a day."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.timezone import now

from registry import history
from registry.dates import day_words, moment_words
from registry.models import Repo
from registry.visibility import public_changes
from registry.web import plots
from registry.web.changes import page_of
from registry.web.parts.shown import Shown

SHOWN_POINTS = 60
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
    "datasets": "Datasets",
    "tags": "Tags",
}


def build(request: HttpRequest, shown: Shown) -> dict[str, Any]:
    """Return a page of changes, the counters over time, and the day that was asked for."""
    repo = shown.repo
    points = history.series(repo.pk)
    counts = [(point.day, float(point.downloads)) for point in points]
    changes = public_changes().filter(repo=repo)
    return {
        "today": now().date().isoformat(),
        **_on_day(repo, request.GET.get("day", "")),
        **page_of(request, changes, {"repo": [str(repo.pk)]}),
        "line": plots.steps("Requests", counts, now().date()),
        "points": list(reversed(points[-SHOWN_POINTS:])),
        "more_points": max(len(points) - SHOWN_POINTS, 0),
    }


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
    return {"day": text, "on": day_words(day), "state": state, "state_rows": rows}


def _shown(value: Any) -> str:
    if isinstance(value, datetime):
        return moment_words(value)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return f"{value:,}" if isinstance(value, int) else str(value or "")
