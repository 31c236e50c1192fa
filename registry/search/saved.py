"""How many models are new in searches that somebody keeps: one statement for a page of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import OperationalError, connection

from registry.models import Listing, SavedSearch
from registry.search import plans, words
from registry.search.asked import Asked, groups_of
from registry.search.question import Question

LOOKED_AT = 5_000  # of the models since the last look, the oldest, for each search
COUNTED = 100
WITHIN_MS = 1_000  # for all searches of a page together

_LABELS = """
SELECT DISTINCT l.facet, l.id, l.n, l.value
FROM unnest(%s::text[], %s::text[]) w (facet, value)
JOIN registry_label l ON l.facet = w.facet AND l.value = w.value
"""
# The inner part walks along the primary key and ends after so many rows, whatever is asked.
_NEW = """
(SELECT %s::bigint, count(*) FILTER (WHERE fits), count(*) FROM (
    SELECT ({condition}) IS TRUE AS fits FROM registry_listing
    WHERE repo_id > %s ORDER BY repo_id LIMIT %s) walked)
"""


@dataclass(frozen=True, slots=True)
class New:
    """How many models of a search are new."""

    n: int
    is_more: bool = False  # there may be more than that

    def __str__(self) -> str:
        return f"{self.n:,}{'+' if self.is_more else ''}"


def last_number() -> int:
    """Return the greatest number of a listed model."""
    return Listing.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def new(searches: Sequence[SavedSearch]) -> dict[int, New]:
    """Count what is new in each search; nothing where that takes too long."""
    if not searches:
        return {}
    questions = {one.pk: Question.read(one.query) for one in searches}
    asked = [
        (facet, value)
        for question in questions.values()
        for facet, values in question.chosen
        for value in values
    ]
    read = _LABELS, [[facet for facet, _ in asked], [value for _, value in asked]]
    try:
        with plans.running(read, within_ms=WITHIN_MS) as (labels,):
            parts: list[str] = []
            given: list[Any] = []
            for one in searches:
                condition, of_condition = _asked(questions[one.pk], labels).condition()
                parts.append(_NEW.format(condition=condition))
                given += [one.pk, *of_condition, one.seen, LOOKED_AT + 1]
            with connection.cursor() as cursor:
                cursor.execute(" UNION ALL ".join(parts), given)
                return {number: _new(n, walked) for number, n, walked in cursor.fetchall()}
    except OperationalError:
        return {}


def _asked(question: Question, labels: Sequence[tuple[str, int, int, str]]) -> Asked:
    """Return the question with its labels, out of those of all questions."""
    mine = [
        (facet, number, n) for facet, number, n, value in labels if value in question.values(facet)
    ]
    queries = tuple(words.conditions(question.words))
    groups = groups_of(question.chosen, mine)
    return Asked(groups, queries, bool(question.text and not queries))


def _new(n: int, walked: int) -> New:
    return New(min(n, COUNTED), is_more=n > COUNTED or walked > LOOKED_AT)
