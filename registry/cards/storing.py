"""Rendered cards, kept beside the cards: made when somebody looks first, and when they are old."""

import hashlib
import json
import logging

from django.db import DatabaseError, transaction
from django.utils.timezone import now

from registry.cards.rendering import VERSION, Mark, render
from registry.models import Card, Claim, RenderedCard, Revision

log = logging.getLogger(__name__)

README = "README.md"
MOST_MARKS = 500


def rendered(revision: Revision, card: Card) -> RenderedCard:
    """Return the card as HTML; rendered and stored where that was not done yet, or is old.

    A page never fails because it could not be stored, for instance as the revision goes meanwhile.
    """
    marks = _marks(revision)
    base = f"{revision.repo.hub.url.rstrip('/')}/{revision.repo.name}/blob/{revision.sha}/"
    taken = _digest(card.text, base, marks)
    known = RenderedCard.objects.filter(revision=revision, version=VERSION, taken=taken).first()
    if known is not None:
        return known
    made = render(card.text, base=base, marks=marks)
    fresh = RenderedCard(
        revision=revision,
        version=VERSION,
        taken=taken,
        html=made.html,
        notes=list(made.notes),
        marked=list(made.marked),
        rendered_at=now(),
    )
    try:
        with transaction.atomic():
            RenderedCard.objects.bulk_create(
                [fresh],
                update_conflicts=True,
                unique_fields=["revision"],
                update_fields=["version", "taken", "html", "notes", "marked", "rendered_at"],
            )
    except DatabaseError as error:
        log.info("the card of revision %s is not stored: %s", revision.pk, error)
    return fresh


def _marks(revision: Revision) -> list[Mark]:
    """Return the claims that stand on a line of the card."""
    found = Claim.objects.filter(revision=revision, file=README, line__isnull=False)
    rows = found.order_by("pk").values_list("pk", "line", "value_text")[:MOST_MARKS]
    return [Mark(pk, line, value) for pk, line, value in rows if line is not None]


def _digest(text: str, base: str, marks: list[Mark]) -> str:
    stated = [base, [[mark.claim, mark.line, mark.value] for mark in marks]]
    whole = json.dumps(stated) + text
    return hashlib.sha256(whole.encode(errors="backslashreplace")).hexdigest()
