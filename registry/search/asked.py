"""A question with its labels looked up, and about how many rows fit it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import QuerySet

from registry.models import Listing, ListingSample, SearchCount
from registry.search import sample
from registry.search.facets import FACETS

LIVE = 1_000  # rows whose labels are read for one answer, as estimated
MOST_LIVE = 2 * LIVE  # and what an estimate may be wrong by

_GROUPS = """
SELECT w.facet, l.id, l.n FROM unnest(%s::text[], %s::text[]) w (facet, value)
JOIN registry_label l ON l.facet = w.facet AND l.value = w.value
"""

Row = TypeVar("Row", Listing, ListingSample)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its labels looked up: by facet their ids, each with its count."""

    groups: Mapping[str, Mapping[int, int]]
    queries: tuple[str, ...] = ()  # tsqueries that must all hold
    has_no_words: bool = False  # there is a text, but no letter or digit in it

    @property
    def is_empty(self) -> bool:
        """Say whether nothing can fit, because a chosen value or the text means nothing here."""
        return self.has_no_words or not all(self.groups.values())

    @property
    def is_whole(self) -> bool:
        """Say whether everything fits."""
        return not (self.groups or self.queries or self.has_no_words)

    def n_of(self, facet: str) -> int:
        """Return how many rows have one of a facet's chosen values, at most."""
        return sum(self.groups[facet].values())

    def most(self, total: int) -> int:
        """Return how many rows may fit at most, as of the last count."""
        return min((self.n_of(facet) for facet in self.groups), default=total)

    def without(self, facet: str) -> "Asked":
        """Return it without one facet's filter."""
        kept = {key: ids for key, ids in self.groups.items() if key != facet}
        return Asked(kept, self.queries, self.has_no_words)

    def of(self, rows: "QuerySet[Row]") -> "QuerySet[Row]":
        """Narrow listings, or the sample of them."""
        if self.is_empty:
            return rows.none()
        for ids in self.groups.values():
            rows = rows.filter(labels__overlap=list(ids))
        for query in self.queries:
            rows = rows.filter(tokens__has=query)
        return rows

    def condition(self) -> tuple[str, list[Any]]:
        """Return the same in SQL, with its parameters."""
        if self.is_empty:
            return "false", []
        parts = ["labels && %s::int[]"] * len(self.groups)
        parts += ["tokens @@ %s::tsquery"] * len(self.queries)
        values = [*(literal(ids) for ids in self.groups.values()), *self.queries]
        return " AND ".join(parts) or "true", values

    @property
    def one_group(self) -> tuple[str, Mapping[int, int]] | None:
        """The only filter, where it is one of labels."""
        if self.queries or len(self.groups) != 1:
            return None
        return next(iter(self.groups.items()))


@dataclass(frozen=True, slots=True)
class Size:
    """How many rows fit: exactly as of the last count, or about so many."""

    n: int
    is_exact: bool


def literal(numbers: Iterable[int]) -> str:
    """Return an array as PostgreSQL writes it: quicker than what looks at each item's type."""
    return "{" + ",".join(map(str, numbers)) + "}"


def groups_read(chosen: Sequence[tuple[str, Sequence[str]]]) -> tuple[str, list[Any]]:
    """Return what looks up the labels of chosen values, as SQL with its parameters."""
    wanted = [(key, value) for key, values in chosen for value in values]
    return _GROUPS, [[key for key, _ in wanted], [value for _, value in wanted]]


def groups_of(
    chosen: Sequence[tuple[str, Sequence[str]]], rows: Iterable[tuple[Any, ...]]
) -> dict[str, dict[int, int]]:
    """Return by facet the labels that were found, with their counts; unknown values have none."""
    groups: dict[str, dict[int, int]] = {key: {} for key, _ in chosen}
    for facet, number, n in rows:
        groups[facet][number] = n
    return groups


def size_of(asked: Asked, count: SearchCount) -> Size:
    """Return about how many rows fit; costs a look at the sample at most."""
    if asked.is_empty:
        return Size(0, True)
    if asked.is_whole:
        return Size(count.total, True)
    one = asked.one_group
    if one and (len(one[1]) == 1 or not FACETS[one[0]].has_many):
        return Size(sum(one[1].values()), True)
    most = asked.most(count.total)
    if most <= LIVE:
        return Size(most, False)  # at most so many: few enough to look at
    found = sample.last(count).places(asked.groups.values(), asked.queries)
    return Size(min(most, round(found.bit_count() * count.sample_weight)), False)
