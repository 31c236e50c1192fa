"""Batches that fit: the longest first, so that little is padded and too much shows at once.

How many items go together follows from a budget of size (tokens, samples of sound, pixels) that is
halved when memory does not suffice; what was learnt is kept for the next window of rows. Before the
first batch, a few items are asked for twice: a network that answers otherwise the second time has
no accuracy that could be claimed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from analysis.contract import CheckError
from analysis.loading.foreign import OutOfMemory
from analysis.loading.precision import HalfPrecision

T = TypeVar("T")

ASKED_TWICE = 4  # items
# Two passes of one batch on one device differ by nothing, or by the order of sums on a GPU: by a
# hundredth of a number, or by a thousandth of the largest one.
_OF_EACH, _OF_LARGEST = 1e-2, 1e-3


class Batches:
    """Cuts items into batches of at most ``budget`` in padded size and ``largest`` in number.

    With ``half``, answers are rows of scores, and what it leaves certain is asked for in 16 bits.
    """

    def __init__(self, *, budget: int, largest: int, half: HalfPrecision | None = None) -> None:
        self._budget = budget
        self.largest = largest
        self._half = half
        self._is_steady = False

    def each(
        self, sizes: Sequence[int], run: Callable[[list[int]], T]
    ) -> Iterator[tuple[list[int], T]]:
        """Run all items; yield (their places, what ``run`` gave for those places).

        Places come longest first and each exactly once. Raises OutOfMemory where one item alone
        does not fit.
        """
        order = sorted(range(len(sizes)), key=lambda place: -sizes[place])
        self._vet(order, run)
        done = 0
        while done < len(order):
            fitting = self._budget // max(1, sizes[order[done]])
            places = order[done : done + max(1, min(self.largest, fitting))]
            try:
                answer = self._answered(places, run)
            except OutOfMemory:
                if len(places) == 1:
                    raise
                self.largest = len(places) // 2
                self._budget = max(1, self._budget // 2)
                continue
            yield places, answer
            done += len(places)

    def _answered(self, places: list[int], run: Callable[[list[int]], T]) -> T:
        if self._half is None:
            return run(places)
        rows: Any = run  # scores, where there is a half precision
        answer: Any = self._half.rows(
            len(places), lambda chosen: rows([places[place] for place in chosen])
        )
        found: T = answer
        return found

    def _vet(self, order: Sequence[int], run: Callable[[list[int]], T]) -> None:
        """Ask for the shortest items twice; raise CheckError where the answers differ."""
        if self._is_steady or not order:
            return
        few = list(order[-ASKED_TWICE:])
        try:
            first = run(few)
        except OutOfMemory:
            few = few[-1:]
            first = run(few)
        require_alike(first, run(few))
        self._is_steady = True


def require_alike(first: Any, second: Any) -> None:
    """Raise CheckError unless two answers to the same question are the same."""
    if not is_alike(first, second):
        raise CheckError(
            "The network answers differently when it is asked the same thing twice, so there is"
            " no figure that a claim could be held against."
        )


def is_alike(first: Any, second: Any) -> bool:
    """Say whether two answers to the same question are the same, but for the noise of sums.

    Answers are tensors, arrays, numbers, texts, and lists, tuples and mappings of them.
    """
    if isinstance(first, Mapping):
        return first.keys() == second.keys() and all(is_alike(first[k], second[k]) for k in first)
    if isinstance(first, list | tuple):
        return len(first) == len(second) and all(map(is_alike, first, second))
    if first is None or isinstance(first, str | bytes | bool):
        return bool(first == second)
    a, b = (np.asarray(getattr(x, "numpy", lambda x=x: x)()) for x in (first, second))
    if a.shape != b.shape:
        return False
    if a.dtype.kind not in "fc":
        return bool((a == b).all())
    largest = float(np.max(np.abs(a), initial=0.0, where=np.isfinite(a)))
    return bool(np.allclose(a, b, rtol=_OF_EACH, atol=_OF_LARGEST * largest, equal_nan=True))
