"""What is asked of the list of models. Everything of it stands in the address.

One class for pages, API and scans: it reads the parameters, says in words what they mean, and
gives the condition. Several values of one facet mean any of them, several facets all of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import QueryDict

from registry import keysets
from registry.models import Label, Listing
from registry.search import words
from registry.search.facets import FACETS, LONGEST_VALUE

LONGEST_TEXT = 200  # characters
MOST_CHOICES = 20  # values of one facet

USUAL_SORT = "downloads"
_NEWEST_FIRST = {
    "downloads": "downloads_key",
    "likes": "likes_key",
    "trending": "trending_key",
    "updated": "updated",
    "created": "created",
    "parameters": "parameters",
    "gap": "gap",
    "relevance": "downloads_key",
}
ORDERS: Mapping[str, keysets.Order] = {
    name: keysets.Order(name, (column, "repo_id"), descending=True)
    for name, column in _NEWEST_FIRST.items()
} | {"name": keysets.Order("name", ("folded", "repo_id"))}
SORTS = {
    "downloads": "Most requests at the hub",
    "relevance": "Best match",
    "trending": "Trending",
    "likes": "Most likes",
    "updated": "Last updated",
    "created": "Newest",
    "parameters": "Most parameters",
    "gap": "Biggest gap",
    "name": "Name",
}
_IN_WORDS = {
    "downloads": "most requests at the hub first",
    "relevance": "best match first",
    "trending": "trending first",
    "likes": "most likes first",
    "updated": "last updated first",
    "created": "newest first",
    "parameters": "most parameters first",
    "gap": "biggest gap between claim and measure first",
    "name": "by name",
}
# Names that addresses have had: they go on to work.
_FORMER_SORTS = {"modified": "updated", "-downloads": "downloads"}


class BadQuestion(ValueError):  # noqa: N818 - reads as what it is
    """A parameter makes no sense; the message says so in one sentence."""

    def __init__(self, parameter: str, sentence: str) -> None:
        super().__init__(sentence)
        self.parameter = parameter


@dataclass(frozen=True, slots=True)
class Chip:
    """A part of the question in words, and the query of the question without it."""

    words: str
    query: str


@dataclass(frozen=True, slots=True)
class Question:
    """A search: text, chosen values by facet, and an order."""

    text: str = ""
    chosen: tuple[tuple[str, tuple[str, ...]], ...] = ()  # in the order of the facets
    sort: str = USUAL_SORT

    @classmethod
    def read(cls, source: str | Mapping[str, Any], *, strict: bool = False) -> Self:
        """Read a query string, or the parameters of a request.

        What makes no sense is left out; ``strict`` raises BadQuestion instead. Parameters that
        are none of a question's (a cursor, a limit) are not looked at.
        """
        asked = _parameters(source)
        texts = asked.get("q", [])
        text = _text(texts[-1] if texts else "", strict=strict)
        chosen = []
        for key in FACETS:
            values = _values(key, asked.get(key, []), strict=strict)
            if values:
                chosen.append((key, values))
        return cls(text, tuple(chosen), _sort(asked.get("sort", []), strict=strict))

    @property
    def is_narrowed(self) -> bool:
        """Say whether anything is left out of the list."""
        return bool(self.text or self.chosen)

    @property
    def words(self) -> list[str]:
        """The folded words that a row must have."""
        return words.of_query(self.text)

    @property
    def order(self) -> keysets.Order:
        """How the rows are sorted."""
        return ORDERS[self.sort]

    def values(self, facet: str) -> tuple[str, ...]:
        """Return what is chosen of a facet."""
        return dict(self.chosen).get(facet, ())

    def with_values(self, facet: str, values: Iterable[str]) -> Self:
        """Return the question with other choices in one facet."""
        kept = dict(self.chosen) | {facet: tuple(sorted(set(values)))}
        ordered = tuple((key, kept[key]) for key in FACETS if kept.get(key))
        return replace(self, chosen=ordered)

    def toggled(self, facet: str, value: str) -> Self:
        """Return the question with a value chosen, or not any more."""
        return self.with_values(facet, set(self.values(facet)) ^ {value})

    def query(self) -> str:
        """Return the canonical query string: the same question, the same string."""
        pairs = [("q", self.text)] if self.text else []
        pairs += [(key, value) for key, values in self.chosen for value in values]
        pairs += [("sort", self.sort)] if self.sort != USUAL_SORT else []
        return urlencode(pairs)

    def digest(self) -> str:
        """Return what cursors are bound to."""
        return keysets.question({"query": [self.query()]})

    def chips(self) -> list[Chip]:
        """Return what narrows the list, each with the query that takes it away."""
        said = []
        if self.text:
            said.append(Chip(f"has “{self.text}”", replace(self, text="").query()))
        for key, values in self.chosen:
            facet = FACETS[key]
            said += [
                Chip(facet.says.format(facet.word(value)), self.toggled(key, value).query())
                for value in values
            ]
        return said

    def sentence(self) -> str:
        """Say the question in one English sentence."""
        parts = [f"with the words “{self.text}”"] if self.text else []
        for key, values in self.chosen:
            facet = FACETS[key]
            said = " or ".join(facet.word(value) for value in values)
            parts.append(facet.says.format(said))
        narrowed = f": {', '.join(parts)}" if parts else ""
        return f"Models{narrowed}; {_IN_WORDS[self.sort]}."

    def label_groups(self) -> list[list[int]]:
        """Return the label ids of each chosen facet: one query; an unknown value has none."""
        if not self.chosen:
            return []
        wanted = [(key, value) for key, values in self.chosen for value in values]
        rows = Label.objects.filter(
            facet__in=[key for key, _ in wanted], value__in=[value for _, value in wanted]
        ).values_list("facet", "value", "id")
        known = {(facet, value): number for facet, value, number in rows}
        return [
            [known[key, value] for value in values if (key, value) in known]
            for key, values in self.chosen
        ]

    def listings(self, groups: Sequence[Sequence[int]] | None = None) -> "QuerySet[Listing]":
        """Select what is asked for; ``groups`` are the label groups where they are known."""
        found = Listing.objects.all()
        for group in self.label_groups() if groups is None else groups:
            found = found.filter(labels__overlap=list(group)) if group else found.none()
        if self.text:
            query = words.condition(self.words)
            found = found.filter(tokens__has=query) if query else found.none()
        return found

    def repo_ids(self, *, after: int = 0, limit: int = 1000) -> list[int]:
        """Return the next repos that are asked for, by ascending id: for walks over all of them.

        The order of the question has no say. Call again with the last id until none comes.
        """
        rows = self.listings().filter(repo_id__gt=after).order_by("repo_id")
        return list(rows.values_list("repo_id", flat=True)[:limit])


def _parameters(source: str | Mapping[str, Any]) -> dict[str, list[str]]:
    if isinstance(source, str):
        source = QueryDict(source)
    if isinstance(source, QueryDict):
        return {name: [str(value) for value in values] for name, values in source.lists()}
    return {
        name: [value] if isinstance(value, str) else [str(one) for one in value]
        for name, value in source.items()
    }


def _text(text: str, *, strict: bool) -> str:
    if strict and (len(text) > LONGEST_TEXT or "\0" in text):
        raise BadQuestion("q", f"Say at most {LONGEST_TEXT} characters, without NUL.")
    return " ".join(text.replace("\0", "")[:LONGEST_TEXT].split())


def _values(key: str, values: Sequence[str], *, strict: bool) -> tuple[str, ...]:
    facet = FACETS[key]
    kept = []
    for value in values:
        problem = ""
        if "\0" in value or len(value) > LONGEST_VALUE:
            problem = f"Say at most {LONGEST_VALUE} characters, without NUL."
        elif facet.words and value not in facet.words:
            problem = f"Say one of: {', '.join(facet.words)}."
        if strict and problem:
            raise BadQuestion(key, problem)
        if value and not problem:
            kept.append(value)
    if strict and len(set(kept)) > MOST_CHOICES:
        raise BadQuestion(key, f"Choose at most {MOST_CHOICES} values.")
    return tuple(sorted(set(kept))[:MOST_CHOICES])


def _sort(values: Sequence[str], *, strict: bool) -> str:
    name = values[-1] if values else ""
    name = _FORMER_SORTS.get(name, name) or USUAL_SORT
    if name not in ORDERS:
        if strict:
            raise BadQuestion("sort", f"Say one of: {', '.join(ORDERS)}.")
        return USUAL_SORT
    return name
