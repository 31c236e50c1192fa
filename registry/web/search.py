"""The list of models: its rows, and its facets as links."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from urllib.parse import quote_plus

from django.db import connection

from registry.models import Listing
from registry.search import Question
from registry.search.facets import FACETS
from registry.search.tally import SHOWN, Choice
from registry.web.states import STATES, State

# What a list is sorted by stands in its rows, where it does not anyway.
EXTRA = {
    "parameters": "Parameters",
    "likes": "Likes",
    "trending": "Trending",
    "gap": "Biggest gap",
    "created": "Created",
}


# All that the rows show, in one statement: the repo, how many claims of its head could be read, and
# for each claim or check of the head the newest answer, a finding before a run that has none yet.
_SHOWN = """
SELECT r.id, r.name, r.state, r.gate, r.is_disabled, r.pipeline_tag, r.library, r.licence,
    r.downloads, r.likes, r.trending, r.hub_created_at, r.hub_modified_at,
    CASE WHEN v.id IS NULL THEN 0 ELSE (
        SELECT count(*) FROM registry_claim c
        WHERE c.revision_id = v.id AND c.problem = '') END,
    CASE WHEN v.id IS NULL THEN '{}' ELSE ARRAY(
        SELECT state FROM (
            SELECT DISTINCT ON (u.claim_id, u.check_id) COALESCE(f.verdict, u.status) AS state
            FROM registry_run u LEFT JOIN registry_finding f ON f.run_id = u.id
            WHERE u.revision_id = v.id
            ORDER BY u.claim_id, u.check_id, f.id IS NULL, u.id DESC) newest) END
FROM registry_repo r
LEFT JOIN registry_revision v ON v.repo_id = r.id AND v.sha = r.head_sha AND r.head_sha <> ''
WHERE r.id = ANY(%s::bigint[]) AND r.state = 'present' AND NOT r.is_private
"""


@dataclass(frozen=True, slots=True)
class Link:
    """A choice of a facet: the query with it, or without it where it is chosen."""

    word: str
    count: str
    query: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class FacetLinks:
    """A facet as the page shows it; ``more`` is the query that shows more of its values."""

    key: str
    title: str
    links: list[Link]
    more: str = ""


def facet_links(
    question: Question, counted: Mapping[str, Sequence[Choice]], opened: str = ""
) -> list[FacetLinks]:
    """Return the facets that have values; ``opened`` is the one that shows all that were read."""
    shown = []
    for key, choices in counted.items():
        chosen = set(question.values(key))
        kept = _kept(choices, chosen, is_open=key == opened)
        links = _links(question, key, kept, chosen)
        there = {choice.value for choice in kept}
        missing = [Choice(key, value, 0) for value in sorted(chosen - there)]
        links += _links(question, key, missing, chosen)
        if links:
            is_cut = key != opened and len(kept) >= SHOWN and not FACETS[key].words
            more = _joined(question.query(), f"more={key}") if is_cut else ""
            shown.append(FacetLinks(key, FACETS[key].title, links, more))
    return shown


def _joined(*queries: str) -> str:
    return "&".join(query for query in queries if query)


def _kept(choices: Sequence[Choice], chosen: set[str], *, is_open: bool) -> list[Choice]:
    return [
        choice
        for place, choice in enumerate(choices)
        if is_open or place < SHOWN or choice.value in chosen
    ]


def _links(question: Question, key: str, choices: Sequence[Choice], chosen: set[str]) -> list[Link]:
    facet = FACETS[key]
    toggled = _toggles(question, key, chosen)
    return [
        Link(
            facet.word(choice.value),
            f"{'~' if choice.is_estimate else ''}{choice.n:,}",
            toggled(choice.value),
            choice.value in chosen,
        )
        for choice in choices
    ]


def _toggles(question: Question, key: str, chosen: set[str]) -> Callable[[str], str]:
    """Return what gives the query with a value chosen, or not any more, as `Question.toggled`.

    Values are many: what their queries share is made once.
    """
    mark = "\0"  # stands for the values
    before, _, after = question.with_values(key, [mark]).query().partition(quote_plus(mark))

    def toggled(value: str) -> str:
        values = sorted(chosen ^ {value})
        if not values:
            return question.with_values(key, ()).query()
        return before + f"&{key}=".join(map(quote_plus, values)) + after

    return toggled


class ListedRepo(NamedTuple):
    """What a row shows of its repo."""

    pk: int
    name: str
    state: str
    gate: str
    is_disabled: bool
    pipeline_tag: str
    library: str
    licence: str
    downloads: int
    likes: int
    trending: float
    hub_created_at: datetime | None
    hub_modified_at: datetime | None


@dataclass(frozen=True, slots=True)
class RepoRow:
    """A repo with the number of its head's claims, and how they stand."""

    repo: ListedRepo
    listing: Listing
    claims: int
    tally: list[tuple[State, int]] = field(default_factory=list)

    @property
    def gap(self) -> str:
        """The biggest overstatement, in points of the metric's span; empty where there is none."""
        return f"{self.listing.gap / 10:.1f} points" if self.listing.gap > 0 else ""


def repo_rows(listings: Sequence[Listing]) -> list[RepoRow]:
    """Read what a page's rows show: one query, however many rows."""
    keys = [listing.pk for listing in listings]
    with connection.cursor() as cursor:
        cursor.execute(_SHOWN, ["{" + ",".join(map(str, keys)) + "}"])
        found = {row[0]: row for row in cursor.fetchall()}
    rows = []
    for listing in listings:
        if row := found.get(listing.pk):  # a listing may be a moment older than its repo
            *repo, claims, states = row
            rows.append(RepoRow(ListedRepo(*repo), listing, claims, _tally(states)))
    return rows


_PLACES = {key: place for place, key in enumerate(STATES)}


def _tally(states: Sequence[str]) -> list[tuple[State, int]]:
    counter = Counter(states)
    return [(STATES[key], counter[key]) for key in sorted(counter, key=_PLACES.__getitem__)]
