"""The mixed list pages of P2: each with its address, and with the plain SQL of its rows."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from registry import keysets
from registry.models import Label, Listing, SearchWord
from registry.search.question import ORDERS, Question

DEPTHS = (0.001, 0.01, 0.1, 0.3, 0.6, 0.95)  # of the rows of the whole list


@dataclass(frozen=True, slots=True)
class Page:
    """A page to be asked for."""

    kind: str
    address: str
    question: Question
    cursor: str = ""

    def by_hand(self) -> tuple[str, tuple[Any, ...]]:
        """Return what a person would write for the rows: one statement, no counts, no facets."""
        order = self.question.order
        sign = "-" if order.descending else ""
        rows = self.question.listings().order_by(*(sign + column for column in order.columns))
        sql, params = rows.values("repo_id", "folded")[:25].query.sql_with_params()
        return sql, params


def pages(number: int, seed: int) -> list[Page]:
    """Return so many pages, the kinds taking turns; another seed, other pages."""
    draw = random.Random(seed)  # noqa: S311
    vocabulary = list(SearchWord.objects.order_by("-n").values_list("word", flat=True)[:20_000])
    common = _labels()
    kinds = list(_kinds(draw, vocabulary, common))
    chosen = []
    for turn in range(number):
        kind, make = kinds[turn % len(kinds)]
        chosen.append(_page(kind, make(), draw, is_api=turn % 5 == 4))
    return chosen


def _labels() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for facet in (
        "task",
        "library",
        "licence",
        "language",
        "dataset",
        "architecture",
        "size",
        "format",
        "gated",
        "claims",
        "verdict",
    ):
        top = Label.objects.filter(facet=facet, n__gt=0).order_by("-n")
        found[facet] = list(top.values_list("value", flat=True)[:60])
    return {facet: values for facet, values in found.items() if values}


def _kinds(
    draw: random.Random, words: list[str], labels: dict[str, list[str]]
) -> Iterator[tuple[str, Any]]:
    def word(first: int = 0, last: int = 20_000) -> str:
        return words[draw.randrange(first, min(last, len(words)))]

    def narrowed(*facets: str) -> list[tuple[str, str]]:
        return [(facet, draw.choice(labels[facet])) for facet in facets if facet in labels]

    def facets(number: int) -> list[tuple[str, str]]:
        return narrowed(*draw.sample(sorted(labels), number))

    def typo() -> str:
        right = word(0, 2_000)
        at = draw.randrange(1, len(right))
        return right[: at - 1] + right[at] + right[at - 1] + right[at + 1 :]

    sorts = sorted(ORDERS)
    yield "whole list", list
    yield "a sort", lambda: [("sort", draw.choice(sorts))]
    yield "deep", lambda: [("sort", draw.choice(sorts)), ("depth", str(draw.choice(DEPTHS)))]
    yield "a word", lambda: [("q", word())]
    yield "a common word", lambda: [("q", word(0, 40))]
    yield "two words", lambda: [("q", f"{word(0, 400)} {word(0, 400)}")]
    yield "common words", lambda: [("q", f"{word(0, 60)} {word(0, 60)}")]
    yield "a prefix", lambda: [("q", word(0, 5_000)[: draw.randint(3, 5)])]
    yield "a typo", lambda: [("q", typo())]
    yield "one facet", lambda: facets(1)
    yield "two facets", lambda: facets(2)
    yield "four facets", lambda: facets(4)
    yield "many values", lambda: narrowed("task", "task", "task", "licence", "licence")
    yield "word and facet", lambda: [("q", word(0, 1_000)), *facets(1)]
    yield "facet and sort", lambda: [*facets(1), ("sort", draw.choice(sorts))]
    yield "words, facets, sort", lambda: [
        ("q", word(0, 200)), *facets(2), ("sort", draw.choice(sorts)),
    ]  # fmt: skip
    yield "deep in a facet", lambda: [
        *narrowed("task"), ("depth", str(draw.choice(DEPTHS))),
    ]  # fmt: skip
    yield "best match", lambda: [("q", word(0, 3_000)), ("sort", "relevance")]


def _page(kind: str, pairs: list[tuple[str, str]], draw: random.Random, *, is_api: bool) -> Page:
    asked: dict[str, list[str]] = {}
    for name, value in pairs:
        asked.setdefault(name, []).append(value)
    depth = float(asked.pop("depth", ["0"])[0])
    question = Question.read(asked)
    cursor = _cursor(question, depth) if depth else ""
    base = "/api/v1/repos?limit=25&count=1&" if is_api else "/models?"
    address = base + question.query() + (f"&cursor={cursor}" if cursor else "")
    return Page(f"{kind}, API" if is_api else kind, address, question, cursor)


def _cursor(question: Question, depth: float) -> str:
    """Return a cursor so deep in the whole list; found by offset, which no page does."""
    order = question.order
    sign = "-" if order.descending else ""
    ordered = Listing.objects.order_by(*(sign + column for column in order.columns))
    row = ordered[int(Listing.objects.count() * depth)]
    return keysets.cursor_at(row, order, question.digest())
