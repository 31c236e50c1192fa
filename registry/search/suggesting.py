"""What a reader who types is offered: at most ten names, and what a misspelt word may mean.

Names that begin so go first, with or without their owner, then names that have the words. Each
part looks at a bounded number of rows, and the server ends what takes too long: whoever types does
not wait for suggestions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import OperationalError, connection

from registry.models import Repo
from registry.search import plans, words
from registry.search.find import Search
from registry.search.question import LONGEST_TEXT, Question

MOST = 10
WITHIN_MS = 150
_BEGIN = 200  # names that begin so, in their order: with more, the popular ones are looked for
_WALKED = 5_000  # of the most popular

_BY_NAME = """
(SELECT repo_id, downloads_key FROM registry_listing
    WHERE base >= %(from)s AND base < %(to)s ORDER BY base, repo_id LIMIT %(most)s)
UNION
(SELECT repo_id, downloads_key FROM registry_listing
    WHERE folded >= %(from)s AND folded < %(to)s ORDER BY folded, repo_id LIMIT %(most)s)
"""
_BY_DOWNLOADS = """
SELECT repo_id, downloads_key FROM (
    SELECT repo_id, base, folded, downloads_key FROM registry_listing
    ORDER BY downloads_key DESC, repo_id DESC LIMIT %(walked)s
) popular
WHERE (base >= %(from)s AND base < %(to)s) OR (folded >= %(from)s AND folded < %(to)s)
"""


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Models, the likeliest first, and the text as it was perhaps meant."""

    repos: tuple[Repo, ...] = ()
    meant: str = ""


def suggest(text: str) -> Suggestions:
    """Return what begins so or has the words; nothing where that takes too long."""
    question = Question.read({"q": text[:LONGEST_TEXT], "sort": "relevance"})
    if not question.words:
        return Suggestions()
    numbers: list[int] = []
    meant = None
    try:
        numbers = _beginning(words.fold(question.text))
        if len(numbers) < MOST:
            search = Search(question, page_size=MOST, counts=False, within_ms=WITHIN_MS)
            found = [row.pk for row in search.page().rows]
            numbers = list(dict.fromkeys([*numbers, *found]))[:MOST]
            meant = search.meant() if not found or search.containing else None
    except OperationalError:
        pass  # what was found until then
    return Suggestions(tuple(_read(numbers)), meant.text if meant else "")


def _beginning(name: str) -> list[int]:
    values: dict[str, Any] = {"from": name, "to": name + "\U0010ffff", "most": _BEGIN + 1}
    with plans.running(within_ms=WITHIN_MS):
        rows = _rows(_BY_NAME, values)
        if len(rows) > _BEGIN:
            rows = _rows(_BY_DOWNLOADS, values | {"walked": _WALKED}) + rows
    newest = sorted(dict(rows).items(), key=lambda row: (-row[1], -row[0]))
    return [number for number, _ in newest[:MOST]]


def _rows(sql: str, values: Any) -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        found: list[tuple[int, int]] = cursor.fetchall()
    return found


def _read(numbers: Sequence[int]) -> list[Repo]:
    """Read the repos in this order; one that went private meanwhile is left out."""
    shown = ("name", "state", "pipeline_tag", "downloads")
    found = Repo.objects.listed().filter(pk__in=numbers, is_private=False).only(*shown).in_bulk()
    return [found[number] for number in numbers if number in found]
