"""Facets with counts: how many of what is asked for carry which label.

The choices of a facet are counted without the facet's own filter, so that one sees what else there
is. Where the counts come from, by what they cost:

- nothing asked: the labels' own counts, which each process keeps until the next count;
- one common label: the pairs;
- few rows: counted now;
- else: the sample, times what a row of it stands for. Such counts are estimates and say so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from django.db import connection
from django.db.models import QuerySet

from registry.models import Label, Listing, ListingSample, SearchCount
from registry.search import plans
from registry.search.counts import COMMON
from registry.search.facets import FACETS

LIVE = 1_000  # rows whose labels are counted for one answer
ENOUGH = 400  # rows of the sample that tell how many fit, to a twentieth
SHOWN = 8  # values of a facet
MANY = 100  # of one that was opened
_CANDIDATES = 600  # the commonest labels among the hits; nobody shows more

_TOP = """
SELECT w.facet, l.value, l.id, l.n FROM unnest(%s::text[]) w (facet) CROSS JOIN LATERAL (
    SELECT value, id, n FROM registry_label k WHERE k.facet = w.facet AND k.n > 0
    ORDER BY k.n DESC LIMIT %s) l
"""
_RANKED = """
SELECT facet, value, id, n FROM (
    SELECT l.facet, l.value, l.id, c.n,
        row_number() OVER (PARTITION BY l.facet ORDER BY c.n DESC, l.value) AS place
    FROM ({counts}) c JOIN registry_label l ON l.id = c.label WHERE l.facet = ANY(%s)
) ranked WHERE place <= %s OR id = ANY(%s)
"""
_HITS = """
SELECT label, count(*) AS n FROM ({hits}) hit, unnest(hit.labels) AS label
GROUP BY label ORDER BY 2 DESC LIMIT {most}
"""
_PAIRS = """
SELECT other AS label, sum(n) AS n FROM registry_labelpair WHERE given = ANY(%s) GROUP BY other
"""


Row = TypeVar("Row", Listing, ListingSample)


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a facet with its count."""

    facet: str
    value: str
    n: int
    is_estimate: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its labels looked up: by facet their ids, each with its count."""

    groups: Mapping[str, Mapping[int, int]]
    query: str = ""  # tsquery
    has_no_words: bool = False  # there is a text, but no letter or digit in it

    @property
    def is_empty(self) -> bool:
        """Say whether nothing can fit, because a chosen value or the text means nothing here."""
        return self.has_no_words or not all(self.groups.values())

    @property
    def is_whole(self) -> bool:
        """Say whether everything fits."""
        return not (self.groups or self.query or self.has_no_words)

    def without(self, facet: str) -> "Asked":
        """Return it without one facet's filter."""
        kept = {key: ids for key, ids in self.groups.items() if key != facet}
        return Asked(kept, self.query, self.has_no_words)

    def of(self, rows: "QuerySet[Row]") -> "QuerySet[Row]":
        """Narrow listings, or the sample of them."""
        if self.is_empty:
            return rows.none()
        for ids in self.groups.values():
            rows = rows.filter(labels__overlap=list(ids))
        return rows.filter(tokens__has=self.query) if self.query else rows

    @property
    def one_group(self) -> tuple[str, Mapping[int, int]] | None:
        """The only filter, where it is one of labels."""
        if self.query or len(self.groups) != 1:
            return None
        return next(iter(self.groups.items()))


@dataclass(frozen=True, slots=True)
class Size:
    """How many rows fit: exactly as of the last count, or about so many, or at least."""

    n: int
    is_exact: bool


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which facets, how many values of each, and labels that are wanted however rare they are."""

    facets: Sequence[str]
    most: int
    always: list[int] = field(default_factory=list)


def groups_of(chosen: Sequence[tuple[str, Sequence[str]]]) -> dict[str, dict[int, int]]:
    """Look up the labels of chosen values, with their counts: one query; unknown ones are none."""
    groups: dict[str, dict[int, int]] = {key: {} for key, _ in chosen}
    if not chosen:
        return groups
    wanted = {(key, value) for key, values in chosen for value in values}
    rows = Label.objects.filter(
        facet__in=list(groups), value__in=[value for _, value in wanted]
    ).values_list("facet", "value", "id", "n")
    for facet, value, number, n in rows:
        if (facet, value) in wanted:
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
    first = asked.of(ListingSample.objects.order_by("place")).values("place")[:ENOUGH]
    sql, params = first.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*), max(place) FROM ({sql}) first", params)  # noqa: S608
        hits, last = cursor.fetchone() or (0, 0)
    if hits < ENOUGH:
        return Size(round(hits * count.sample_weight), False)
    return Size(round(count.total * ENOUGH / last), False)


def choices(
    asked: Asked, size: Size, count: SearchCount, facets: Sequence[str], most: int = SHOWN
) -> dict[str, list[Choice]]:
    """Return the commonest values of these facets among the rows that fit, and what is chosen."""
    found: dict[str, list[Choice]] = {}
    others = [facet for facet in facets if facet not in asked.groups]
    if others:
        found |= _counted(asked, size, count, _Wanted(others, most))
    for facet in asked.groups:
        if facet in facets:
            rest = asked.without(facet)
            wanted = _Wanted([facet], most, list(asked.groups[facet]))
            found |= _counted(rest, size_of(rest, count), count, wanted)
    return {facet: found.get(facet, []) for facet in facets}


def _counted(
    asked: Asked, size: Size, count: SearchCount, wanted: _Wanted
) -> dict[str, list[Choice]]:
    if asked.is_empty:
        return {}
    if asked.is_whole:
        return _whole(count, wanted)
    one = asked.one_group
    if one and min(one[1].values()) >= COMMON:
        is_sum = FACETS[one[0]].has_many and len(one[1]) > 1  # who has two is counted twice
        weight = count.pair_weight
        return _choices(_PAIRS, [list(one[1])], wanted, weight, is_estimate=is_sum or weight > 1)
    if size.n <= LIVE:
        plans.use(plans.GATHER)
        counts, values = _of_hits(asked.of(Listing.objects.order_by()), 2 * LIVE)
        return _choices(counts, values, wanted, 1.0)
    plans.use(plans.FREE)
    counts, values = _of_hits(asked.of(ListingSample.objects.order_by("place")), LIVE)
    weight = max(count.sample_weight, size.n / LIVE)
    return _choices(counts, values, wanted, weight, is_estimate=True)


_last: dict[int, tuple[datetime, dict[str, list[Choice]]]] = {}


def _whole(count: SearchCount, wanted: _Wanted) -> dict[str, list[Choice]]:
    known = _last.get(wanted.most)
    if known is None or known[0] != count.counted_at:
        shown = [key for key, facet in FACETS.items() if facet.is_shown]
        with connection.cursor() as cursor:
            cursor.execute(_TOP, [shown, wanted.most])
            rows = cursor.fetchall()
        known = (count.counted_at, _grouped(rows, 1.0, is_estimate=False))
        _last[wanted.most] = known
    return {facet: list(known[1].get(facet, [])) for facet in wanted.facets}


def _of_hits(rows: "QuerySet[Row]", most: int) -> tuple[str, list[Any]]:
    sql, params = rows.values("labels")[:most].query.sql_with_params()
    return _HITS.format(hits=sql, most=_CANDIDATES), list(params)


def _choices(
    counts: str, values: list[Any], wanted: _Wanted, weight: float, *, is_estimate: bool = False
) -> dict[str, list[Choice]]:
    with connection.cursor() as cursor:
        cursor.execute(
            _RANKED.format(counts=counts),
            [*values, list(wanted.facets), wanted.most, wanted.always],
        )
        return _grouped(cursor.fetchall(), weight, is_estimate=is_estimate)


def _grouped(
    rows: Sequence[tuple[str, str, int, int]], weight: float, *, is_estimate: bool
) -> dict[str, list[Choice]]:
    found: dict[str, list[Choice]] = {}
    for facet, value, _, n in sorted(rows, key=lambda row: (-row[3], row[1])):
        choice = Choice(facet, value, round(int(n) * weight), is_estimate)
        found.setdefault(facet, []).append(choice)
    return found
