"""Which conditions of a question the index is asked for, and what that costs, as estimated.

The index of words and labels is quick where few rows fit. Two things in it cost more than they
save: a beginning of a word (all rows of all its words are collected first), and what very many
rows have (nearly all of that list is read, to find a few rows in it). Where the other conditions
leave few rows, these are looked at in the rows instead. How many rows conditions leave together is
known from the sample.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from registry.models import SearchCount
from registry.search import sample
from registry.search.asked import LIVE, Asked, literal

# Microseconds, measured on 2.5 million warm rows.
_ROW = 1.8  # to fetch a row that the index names, and look at it
_WALKED = 1.0  # the same along the index of an order
_BEGUN = 0.33  # to collect one row of a beginning
_POSTED = 0.05  # to find a row of one word or label among those of another
_PASSED = 0.0065  # to pass by a row of the other's list: it is read page by page
_PAGE = 30.0  # and such a page, of some thousands of rows


@dataclass(frozen=True, slots=True)
class Way:
    """A condition in SQL, with its parameters; the part that the index does not see is marked."""

    sql: str
    values: Sequence[Any]
    cost_us: float


@dataclass(frozen=True, slots=True)
class _Part:
    sql: str
    value: str
    n: float  # rows, about
    places: int
    is_begun: bool = False

    @property
    def alone_us(self) -> float:
        return self.n * (_ROW + (_BEGUN if self.is_begun else 0))

    def price_us(self, others: float) -> float:
        if self.is_begun:
            return self.n * _BEGUN
        longer, shorter = max(self.n, others), min(self.n, others)
        return shorter * _POSTED + min(longer * _PASSED, shorter * _PAGE)


def walk_us(rows: int, total: int, size: int) -> float:
    """Return what it costs to walk until so many rows were met, out of ``size`` in ``total``."""
    return rows * total / max(1, size) * _WALKED


def way(asked: Asked, count: SearchCount) -> Way:
    """Choose what the index is asked for."""
    if asked.is_empty or asked.is_whole or not count.total:
        sql, values = asked.condition()
        return Way(sql, values, asked.most(count.total) * _ROW)
    rarest = min(asked.groups, key=asked.n_of, default="")
    if rarest and asked.n_of(rarest) <= LIVE:
        parts = _parts(asked, None, count)
        one = parts.pop(list(asked.groups).index(rarest))
        return _joined([one], parts, one.n * _ROW)
    return _cheapest(_parts(asked, sample.last(count), count), count.sample_weight)


def _cheapest(parts: Sequence[_Part], weight: float) -> Way:
    """Begin with the part that is cheapest alone; add others where they save more than they cost.

    The greedy choice is good enough: parts are few, and the first one decides.
    """
    first, *others = sorted(parts, key=lambda part: part.alone_us)
    others.sort(key=lambda part: part.is_begun)  # what is marked as a beginning may do for it
    used, left = [first], []
    cost, candidates, places = first.alone_us - first.n * _ROW, first.n, first.places
    for part in others:
        together = ((places & part.places).bit_count() + 1) * weight
        price = part.price_us(first.n)
        if (candidates - together) * _ROW > price:
            cost, candidates, places = cost + price, together, places & part.places
            used.append(part)
        else:
            left.append(part)
    return _joined(used, left, cost + candidates * _ROW)


def _joined(used: Sequence[_Part], left: Sequence[_Part], cost_us: float) -> Way:
    conditions = [part.sql for part in used] + [f"({part.sql}) IS TRUE" for part in left]
    return Way(" AND ".join(conditions), [part.value for part in (*used, *left)], cost_us)


def _parts(asked: Asked, of_all: sample.Sample | None, count: SearchCount) -> list[_Part]:
    found = _groups(asked, of_all, count)
    for query in asked.queries:
        for word in query.split(" & "):
            places = of_all.places([], [word]) if of_all else 0
            n = (places.bit_count() + 1) * count.sample_weight
            found.append(_Part("tokens @@ %s::tsquery", word, n, places, word.endswith("*")))
    return found


def _groups(asked: Asked, of_all: sample.Sample | None, count: SearchCount) -> list[_Part]:
    return [
        _Part(
            "labels && %s::int[]",
            literal(ids),
            sum(ids.values()),
            of_all.places([ids], []) if of_all else 0,
        )
        for ids in asked.groups.values()
    ]
