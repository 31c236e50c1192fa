"""Batches that fit: the longest first, so that little is padded and too much shows at once.

How many items go together follows from a budget of size (tokens, samples of sound, pixels) that is
halved when memory does not suffice; what was learnt is kept for the next window of rows.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from analysis.loading.foreign import OutOfMemory

T = TypeVar("T")


class Batches:
    """Cuts items into batches of at most ``budget`` in padded size and ``largest`` in number."""

    def __init__(self, *, budget: int, largest: int) -> None:
        self._budget = budget
        self.largest = largest

    def each(
        self, sizes: Sequence[int], run: Callable[[list[int]], T]
    ) -> Iterator[tuple[list[int], T]]:
        """Run all items; yield (their places, what ``run`` gave for those places).

        Places come longest first and each exactly once. Raises OutOfMemory where one item alone
        does not fit.
        """
        order = sorted(range(len(sizes)), key=lambda place: -sizes[place])
        done = 0
        while done < len(order):
            fitting = self._budget // max(1, sizes[order[done]])
            places = order[done : done + max(1, min(self.largest, fitting))]
            try:
                answer = run(places)
            except OutOfMemory:
                if len(places) == 1:
                    raise
                self.largest = len(places) // 2
                self._budget = max(1, self._budget // 2)
                continue
            yield places, answer
            done += len(places)
