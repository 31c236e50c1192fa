"""Asks a network about many texts at once, and reads what it answers.

A search is a generator: it yields the texts that it wants to know about and is sent the logits.
What it does next follows from its own answers alone, so texts of many searches can share a batch,
and each text has the same fate in any batch. A search that ends makes room for the next one at
once, so batches are full until no search is left.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Generic, TypeVar

import numpy as np

from analysis.arrays import NumpyArray
from analysis.contract import CheckError

T = TypeVar("T", str, tuple[str, str])  # a text, or a pair of them
R = TypeVar("R")

Ask = Callable[[Sequence[T]], NumpyArray]  # n texts → (n, classes) logits

BATCH = 256
NO_CLASS = -1


@dataclass(frozen=True, slots=True)
class Question(Generic[T]):
    """Some texts, at least one, each made only when it is asked."""

    count: int
    text: Callable[[int], T]


Search = Generator[Question[T], NumpyArray, R]


def ask_all(ask: Ask[T], texts: Iterable[T], batch: int = BATCH) -> NumpyArray:
    """Ask about texts in full batches: (n, classes) float64; the texts are made as they go."""
    left = iter(texts)
    answers: list[NumpyArray] = []
    while asked := list(islice(left, batch)):
        answers.append(_answered(ask, asked))
        if answers[-1].shape[1] != answers[0].shape[1]:
            raise CheckError("The network answers with different numbers of classes.")
    return np.concatenate(answers) if answers else np.zeros((0, 2))


def classes_of(logits: NumpyArray) -> NumpyArray:
    """Give the class of each row, NO_CLASS where it is no answer: (n,) int64.

    A row is no answer where a number is NaN, or where the largest is infinite.
    """
    is_missing = np.isnan(logits).any(1) | ~np.isfinite(logits.max(1, initial=-np.inf))
    return np.where(is_missing, NO_CLASS, logits.argmax(1)).astype(np.int64)


@dataclass(slots=True)
class _Waiting(Generic[T, R]):
    """A search, what it asked for last, and the answers that came so far."""

    place: int
    search: Search[T, R]
    question: Question[T] = field(init=False)
    rows: list[NumpyArray] = field(default_factory=list)


def run_searches(
    ask: Ask[T], searches: Iterable[Search[T, R]], batch: int = BATCH
) -> Iterator[tuple[int, R]]:
    """Run all searches; yield (place of the search, its result) as they end.

    Raises CheckError where the network does not answer with one row of logits a text.
    """
    if batch < 1:
        raise ValueError("a batch has at least one text")
    left = enumerate(searches)
    queue: deque[tuple[_Waiting[T, R], int]] = deque()
    while True:
        while len(queue) < batch and (begun := next(left, None)) is not None:
            place, search = begun
            yield from _go_on(_Waiting(place, search), queue)
        if not queue:
            return
        going = [queue.popleft() for _ in range(min(batch, len(queue)))]
        logits = _answered(ask, [waiting.question.text(number) for waiting, number in going])
        for (waiting, _), row in zip(going, logits, strict=True):
            waiting.rows.append(row)
            if len(waiting.rows) == waiting.question.count:
                yield from _go_on(waiting, queue)


def _go_on(
    waiting: _Waiting[T, R], queue: deque[tuple[_Waiting[T, R], int]]
) -> Iterator[tuple[int, R]]:
    """Tell a search what it asked for; queue what it asks for next, or yield its result."""
    try:
        if waiting.rows:
            waiting.question = waiting.search.send(np.stack(waiting.rows))
        else:
            waiting.question = next(waiting.search)
    except StopIteration as end:
        yield waiting.place, end.value
        return
    waiting.rows = []
    queue.extend((waiting, number) for number in range(waiting.question.count))


def _answered(ask: Ask[T], texts: Sequence[T]) -> NumpyArray:
    logits = np.asarray(ask(texts))
    if logits.ndim != 2 or len(logits) != len(texts) or logits.dtype.kind not in "fiu":
        raise CheckError(f"The network did not answer {len(texts):,} texts with rows of numbers.")
    if logits.shape[1] < 2:
        raise CheckError("The network has one output: there is no class that could change.")
    return logits.astype(np.float64)
