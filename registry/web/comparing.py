"""Models side by side: what is known of them, what each claims, what was measured."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import or_
from urllib.parse import quote_plus

from django.db.models import Q

from registry.converters import fits_sha
from registry.dates import day_words
from registry.models import Repo, Revision
from registry.visibility import public_repos, public_revisions
from registry.web.compared_claims import Claimed, Line
from registry.web.paging import Stretch, stretch

MOST = 6
PAGE_SIZE = 50  # claims
LONGEST_NAME = 400  # a longer one is no name


@dataclass(frozen=True, slots=True)
class Column:
    """A model as it was asked for: ``name`` or ``name@sha``; a sentence where there is none."""

    asked: str
    name: str
    repo: Repo | None
    revision: Revision | None
    sentence: str
    without: str  # the query of the same page without it


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that is known of each model; a text for each column, empty where unknown."""

    name: str
    texts: list[str]
    differs: bool


@dataclass(frozen=True)
class Compared:
    """Everything that is known of the models. Lines are made where they are looked at."""

    columns: list[Column]
    left_out: list[str]
    names: list[str]
    claimed: Claimed
    is_of_differences: bool = False  # what is the same everywhere is left out

    @cached_property
    def facts(self) -> list[Fact]:
        """Return what is known beside claims, and how many of those there are."""
        found = [*_facts(self.columns), self._counts()]
        return [fact for fact in found if fact.differs or not self.is_of_differences]

    @cached_property
    def lines(self) -> list[Line]:
        """Return a line for each thing that is claimed."""
        found = self.claimed.lines(self.claimed.things)
        return [line for line in found if line.differs] if self.is_of_differences else found

    def page(self, asked: str) -> tuple[Stretch, list[Line]]:
        """Return the page that an address names, and its lines."""
        if self.is_of_differences:
            place = stretch(asked, PAGE_SIZE, len(self.lines))
            return place, self.lines[place.start : place.end]
        things = self.claimed.things
        place = stretch(asked, PAGE_SIZE, len(things))
        return place, self.claimed.lines(things[place.start : place.end])

    def _counts(self) -> Fact:
        texts = [
            said if column.revision else ""
            for column, said in zip(self.columns, self.claimed.counts, strict=True)
        ]
        return Fact("Claims", texts, len(set(texts)) > 1)


def query(asked: Sequence[str], **more: str) -> str:
    """Write what is asked for as a query."""
    parts = [f"m={quote_plus(name, safe='/@')}" for name in asked]
    return "&".join([*parts, *(f"{name}={value}" for name, value in more.items())])


def compare(asked: Iterable[str], *, differences: bool = False) -> Compared:
    """Put at most six models side by side: a fixed number of queries, however many they are."""
    names = (name.replace("\0", "").strip()[:LONGEST_NAME] for name in asked)
    wanted = list(dict.fromkeys(name for name in names if name))
    shown, left_out = wanted[:MOST], wanted[MOST:]
    columns = _columns(shown)
    claimed = Claimed.of([(column.name, column.revision) for column in columns])
    return Compared(columns, left_out, shown, claimed, differences)


def _columns(wanted: Sequence[str]) -> list[Column]:
    parted = [(asked, *_parted(asked)) for asked in wanted]
    repos: dict[str, Repo] = {}
    found = public_repos().filter(name__in=[name for _, name, _ in parted]).select_related("author")
    for repo in found.order_by("synced_at", "pk"):
        held = repos.get(repo.name)
        if held is None or held.state != Repo.State.PRESENT or repo.state == Repo.State.PRESENT:
            repos[repo.name] = repo
    commits = _commits([(repos[name], sha) for _, name, sha in parted if name in repos])
    return [
        _column(asked, name, sha, repos.get(name), commits, wanted) for asked, name, sha in parted
    ]


def _parted(asked: str) -> tuple[str, str]:
    """Part ``name@sha``; what follows the sign is no commit unless it may be one."""
    name, _, sha = asked.rpartition("@")
    return (name, sha) if name and fits_sha(sha) else (asked, "")


def _commits(wanted: Iterable[tuple[Repo, str]]) -> dict[tuple[int, str], list[Revision]]:
    """Find the commits that are asked for, the heads where none is, by repo and what was asked."""
    keys = {(repo.pk, sha): repo for repo, sha in wanted}
    if not keys:
        return {}
    chosen = [
        Q(repo=pk, sha__startswith=sha) if sha else Q(repo=pk, sha=repo.head_sha)
        for (pk, sha), repo in keys.items()
    ]
    found = list(public_revisions().filter(reduce(or_, chosen)).order_by("-pk")[:100])
    by_key: dict[tuple[int, str], list[Revision]] = {}
    for (pk, sha), repo in keys.items():
        for revision in found:
            if revision.repo_id == pk and revision.sha.startswith(sha or repo.head_sha):
                revision.repo = repo
                by_key.setdefault((pk, sha), []).append(revision)
    return by_key


def _column(
    asked: str,
    name: str,
    sha: str,
    repo: Repo | None,
    commits: Mapping[tuple[int, str], list[Revision]],
    wanted: Sequence[str],
) -> Column:
    without = query([other for other in wanted if other != asked])
    if repo is None:
        sentence = "No model of this name is mirrored here."
        return Column(asked, name, None, None, sentence, without)
    found = commits.get((repo.pk, sha), [])
    sentence = ""
    if len(found) > 1:
        found, sentence = [], "Several commits begin so. Write more digits of it."
    elif not found:
        sentence = (
            "No such commit of this model is mirrored here."
            if sha
            else "Only its record is mirrored yet; its card and files were not read."
        )
    return Column(asked, name, repo, found[0] if found else None, sentence, without)


def _facts(columns: Sequence[Column]) -> list[Fact]:
    facts = []
    for name, text in _FACTS.items():
        texts = [
            text(column.repo, column.revision) if column.repo is not None else ""
            for column in columns
        ]
        facts.append(Fact(name, texts, len(set(texts)) > 1))
    return facts


def _day(repo: Repo) -> str:
    return day_words(repo.hub_modified_at) if repo.hub_modified_at else ""


def _parameters(repo: Repo, revision: Revision | None) -> str:
    found = (revision.parameters if revision else None) or repo.parameters
    return f"{found:,}" if found else ""


_FACTS: dict[str, Callable[[Repo, Revision | None], str]] = {
    "Task": lambda repo, _: repo.pipeline_tag,
    "Library": lambda repo, _: repo.library,
    "Licence": lambda repo, _: repo.licence,
    "Architecture": lambda _, revision: revision.architecture if revision else "",
    "Parameters": _parameters,
    "Access": lambda repo, _: "open" if repo.gate == Repo.Gate.OPEN else "gated",
    "Requests at the hub, 30 days": lambda repo, _: f"{repo.downloads:,}",
    "Updated": lambda repo, _: _day(repo),
}
