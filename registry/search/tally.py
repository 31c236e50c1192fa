"""Facets with counts: how many of what is asked for carry which label.

The choices of a facet are counted without the facet's own filter, so that one sees what else there
is. Where the counts come from, by what they cost:

- nothing asked: the labels' own counts, which each process keeps until the next count;
- one common label: the pairs;
- few rows: their labels, read once;
- else: the sample, times what a row of it stands for. Such counts are estimates and say so.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection

from registry.models import SearchCount
from registry.search import sample, ways
from registry.search.asked import LIVE, MOST_LIVE, Asked, Size, literal, size_of
from registry.search.counts import COMMON
from registry.search.facets import FACETS

_DEAR_US = 36_000  # to read the labels of rows: the sample must do
SHOWN = 8  # values of a facet
MANY = 100  # of one that was opened
_CANDIDATES = 600  # the commonest labels among the hits; nobody shows more
_REMEMBERED = 50_000  # labels whose names a process knows

_TOP = """
SELECT w.facet, l.value, l.n FROM unnest(%s::text[]) w (facet) CROSS JOIN LATERAL (
    SELECT value, id, n FROM registry_label k WHERE k.facet = w.facet AND k.n > 0
    ORDER BY k.n DESC LIMIT %s) l
"""
_PAIRS = """
SELECT other, sum(n)::bigint FROM registry_labelpair WHERE given = ANY(%s::int[]) GROUP BY other
"""


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a facet with its count."""

    facet: str
    value: str
    n: int
    is_estimate: bool = False


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which facets, how many values of each, and labels that are wanted however rare they are."""

    facets: Sequence[str]
    most: int
    always: list[int] = field(default_factory=list)


def choices(
    asked: Asked,
    size: Size,
    count: SearchCount,
    wanted: tuple[Sequence[str], int],
    hits: Sequence[str] | None = None,
) -> dict[str, list[Choice]]:
    """Return the commonest values of facets among the rows that fit, and what is chosen.

    ``wanted`` are the facets and how many values of each; ``hits`` are the labels of all rows that
    fit, each row's as text, where they were read already.
    """
    facets, most = wanted
    found: dict[str, list[Choice]] = {}
    others = [facet for facet in facets if facet not in asked.groups]
    if others:
        found |= _counted(asked, size, count, _Wanted(others, most), hits)
    for facet in asked.groups:
        if facet in facets:
            rest = asked.without(facet)
            one = _Wanted([facet], most, list(asked.groups[facet]))
            found |= _counted(rest, size_of(rest, count), count, one)
    return {facet: found.get(facet, []) for facet in facets}


def _counted(
    asked: Asked,
    size: Size,
    count: SearchCount,
    wanted: _Wanted,
    hits: Sequence[str] | None = None,
) -> dict[str, list[Choice]]:
    if asked.is_empty:
        return {}
    if asked.is_whole:
        return _whole(count, wanted)
    one = asked.one_group
    if one and min(one[1].values()) >= COMMON:
        is_sum = FACETS[one[0]].has_many and len(one[1]) > 1  # who has two is counted twice
        weight = count.pair_weight
        numbers = _pairs(list(one[1]))
        return _ranked(numbers, wanted, count, weight, is_estimate=is_sum or weight > 1)
    if hits is None and size.n <= LIVE:
        hits = _labels(asked, count)
    if hits is not None:
        return _ranked(_tallied(hits), wanted, count, 1.0)
    return _sampled(asked, count, wanted)


def _sampled(asked: Asked, count: SearchCount, wanted: _Wanted) -> dict[str, list[Choice]]:
    of_all = sample.last(count)
    mask = of_all.places(asked.groups.values(), asked.queries)
    weight, is_estimate = count.sample_weight, count.sample_weight > 1
    return {
        facet: [
            Choice(facet, value, round(n * weight), is_estimate)
            for value, n in of_all.commonest(facet, mask, wanted.most, wanted.always)
        ]
        for facet in wanted.facets
    }


def _tallied(hits: Sequence[str]) -> dict[int, int]:
    """Count labels in arrays as PostgreSQL writes them."""
    joined = "".join(hits).replace("}{", ",").strip("{}")
    numbers = Counter(joined.split(","))
    del numbers[""]  # of an empty array
    return {int(label): n for label, n in numbers.items()}


def _labels(asked: Asked, count: SearchCount) -> list[str] | None:
    """Return the labels of all rows that fit; None where that is dear, or they are too many."""
    way = ways.way(asked, count)
    if way.cost_us > _DEAR_US:
        return None
    sql = f"SELECT labels::text FROM registry_listing WHERE {way.sql} LIMIT %s"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [*way.values, MOST_LIVE + 1])
        found = [labels for (labels,) in cursor.fetchall()]
    return found if len(found) <= MOST_LIVE else None


def _pairs(given: list[int]) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(_PAIRS, [literal(given)])
        return dict(cursor.fetchall())


_last: dict[int, tuple[datetime, dict[str, list[Choice]]]] = {}


def _whole(count: SearchCount, wanted: _Wanted) -> dict[str, list[Choice]]:
    known = _last.get(wanted.most)
    if known is None or known[0] != count.counted_at:
        shown = [key for key, facet in FACETS.items() if facet.is_shown]
        found: dict[str, list[Choice]] = {}
        with connection.cursor() as cursor:
            cursor.execute(_TOP, [shown, wanted.most])
            for facet, value, n in sorted(cursor.fetchall(), key=lambda row: (-row[2], row[1])):
                found.setdefault(facet, []).append(Choice(facet, value, n))
        known = _last[wanted.most] = (count.counted_at, found)
    return {facet: list(known[1].get(facet, [])) for facet in wanted.facets}


def _ranked(
    numbers: Mapping[int, int],
    wanted: _Wanted,
    count: SearchCount,
    weight: float,
    *,
    is_estimate: bool = False,
) -> dict[str, list[Choice]]:
    """Return the commonest of the labels that were counted, by facet."""
    top = numbers
    if len(numbers) > _CANDIDATES:
        top = dict(Counter(numbers).most_common(_CANDIDATES))
    always = {label for label in wanted.always if label in numbers}
    names = _names([*top, *always], count)
    found: dict[str, list[tuple[int, str, int]]] = {facet: [] for facet in wanted.facets}
    for label, (facet, value) in names.items():
        if facet in found:
            found[facet].append((-numbers[label], value, label))
    return {
        facet: [
            Choice(facet, value, round(-n * weight), is_estimate)
            for place, (n, value, label) in enumerate(sorted(of_it))
            if place < wanted.most or label in always
        ]
        for facet, of_it in found.items()
        if of_it
    }


_known: dict[str, datetime] = {}  # of which count the names are
_known_names: dict[int, tuple[str, str]] = {}


def _names(labels: Sequence[int], count: SearchCount) -> dict[int, tuple[str, str]]:
    if _known.get("last") != count.counted_at or len(_known_names) > _REMEMBERED:
        _known_names.clear()
        _known_names.update(sample.last(count).names)
        _known["last"] = count.counted_at
    missing = [label for label in labels if label not in _known_names]
    if missing:
        with connection.cursor() as cursor:
            _known_names.update(sample.named(cursor, missing))
    return {label: known for label in labels if (known := _known_names.get(label))}
