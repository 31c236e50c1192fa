"""The card of a model, as safe HTML, with what could be read from it beside it."""

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest

from registry import cards
from registry.models import Card, Claim, Revision
from registry.visibility import shows_text
from registry.web.parts.shown import Shown

MOST_NOTES = 20
ATTRIBUTES = (
    ("license", "Licence"),
    ("pipeline_tag", "Task"),
    ("library_name", "Library"),
    ("language", "Language"),
    ("datasets", "Datasets"),
    ("metrics", "Metrics"),
    ("base_model", "Base model"),
    ("base_model_relation", "Relation to it"),
    ("model-index", "Results (model-index)"),
)

SOURCES = {
    Claim.Source.MODEL_INDEX: "From the model-index",
    Claim.Source.EVAL_RESULTS: "From results files",
    Claim.Source.TABLE: "From tables in the text",
}


def build(_: HttpRequest, shown: Shown) -> dict[str, Any]:
    """Return the card where it may be repeated, and what was read from it."""
    card: Card | None = getattr(shown.revision, "card", None)
    if shown.revision is None or card is None or not shows_text(shown.repo):
        return {}
    context = {
        **_attributes(card.front_matter),
        **_claims(shown.revision),
    }
    return context | ({"rendered": cards.rendered(shown.revision, card)} if card.text else {})


def _attributes(front: Any) -> dict[str, Any]:
    """Return what the card declares of the attributes that people look for, and which it leaves."""
    given = front if isinstance(front, dict) else {}
    said = [(title, _said(given.get(key))) for key, title in ATTRIBUTES]
    return {
        "is_read": True,
        "attributes": [(title, value) for title, value in said if value],
        "undeclared": [title for title, value in said if not value],
    }


def _said(value: Any) -> str:
    if isinstance(value, list):
        named = [str(one) for one in value if isinstance(one, str | int | float)]
        return ", ".join(named[:MOST_NOTES]) or (f"{len(value)} entries" if value else "")
    return str(value) if isinstance(value, str | int | float) else "given" if value else ""


def _claims(revision: Revision) -> dict[str, Any]:
    """Return how many claims were read from where, and why some were not."""
    stated = Claim.objects.filter(revision=revision)
    sources = stated.values("source").annotate(
        read=Count("pk", filter=Q(problem="")), unread=Count("pk", filter=~Q(problem=""))
    )
    unread = stated.exclude(problem="").order_by("pk").only("problem", "line", "file")
    return {
        "sources": [
            (SOURCES[Claim.Source(one["source"])], one["read"], one["unread"])
            for one in sources.order_by("source")
        ],
        "unread": unread[:MOST_NOTES],
    }
