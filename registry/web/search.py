"""The list of models: its rows, and its facets as links."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Case, Count, F, Q, When

from registry.models import Claim, Listing, Repo, Run
from registry.search import Question
from registry.search.facets import FACETS
from registry.search.tally import SHOWN, Choice
from registry.visibility import public_repos
from registry.web.states import STATES, State

# What a list is sorted by stands in its rows, where it does not anyway.
EXTRA = {
    "parameters": "Parameters",
    "likes": "Likes",
    "trending": "Trending",
    "gap": "Biggest gap",
    "created": "Created",
}


# What the rows show; the other columns are long.
_COLUMNS = (
    *("name", "gate", "is_disabled", "state", "is_private", "pipeline_tag", "library", "licence"),
    *("downloads", "likes", "trending", "hub_created_at", "hub_modified_at"),
)


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
        links = [_link(question, choice, choice.value in chosen) for choice in kept]
        there = {choice.value for choice in kept}
        links += [
            _link(question, Choice(key, value, 0), is_chosen=True)
            for value in sorted(chosen - there)
        ]
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


def _link(question: Question, choice: Choice, is_chosen: bool) -> Link:
    about = "~" if choice.is_estimate else ""
    return Link(
        FACETS[choice.facet].word(choice.value),
        f"{about}{choice.n:,}",
        question.toggled(choice.facet, choice.value).query(),
        is_chosen,
    )


@dataclass(frozen=True, slots=True)
class RepoRow:
    """A repo with the number of its head's claims, and how they stand."""

    repo: Repo
    listing: Listing
    claims: int
    tally: list[tuple[State, int]] = field(default_factory=list)

    @property
    def gap(self) -> str:
        """The biggest overstatement, in points of the metric's span; empty where there is none."""
        return f"{self.listing.gap / 10:.1f} points" if self.listing.gap > 0 else ""


def repo_rows(listings: Sequence[Listing]) -> list[RepoRow]:
    """Read what a page's rows show: three queries, however many rows."""
    keys = [listing.pk for listing in listings]
    # A listing may be a moment older than its repo.
    repos = public_repos().listed().only(*_COLUMNS).in_bulk(keys)
    claims = dict(
        Claim.objects.standing()
        .filter(revision__repo__in=keys)
        .values_list("revision__repo")
        .annotate(Count("pk"))
    )
    states = tallies(Q(revision__repo__in=keys))
    return [
        RepoRow(repos[key], listing, claims.get(key, 0), states.get(key, []))
        for key, listing in zip(keys, listings, strict=True)
        if key in repos
    ]


def tallies(which: Q) -> dict[int, list[tuple[State, int]]]:
    """Count the newest answer to each claim or check of the heads, by repo and state."""
    newest = (
        Run.objects.filter(which, revision__sha=F("revision__repo__head_sha"))
        .annotate(has_none=Case(When(finding=None, then=1), default=0))
        .order_by("revision", "claim", "check_id", "has_none", "-pk")
        .distinct("revision", "claim", "check_id")
        .values_list("revision__repo", "finding__verdict", "status")
    )
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    for repo, verdict, status in newest:
        counts[repo][verdict or status] += 1
    order = list(STATES)
    return {
        repo: [
            (STATES[key], number)
            for key, number in sorted(counter.items(), key=lambda item: order.index(item[0]))
        ]
        for repo, counter in counts.items()
    }
