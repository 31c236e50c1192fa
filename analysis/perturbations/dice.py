"""Chance that follows from the seed, the text and what it is for alone, never from its batch."""

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """Draws for one end. Only what Python promises to keep from version to version is used."""

    def __init__(self, seed: int, text_id: int, *purpose: int | str) -> None:
        key = ":".join(map(str, (seed, text_id, *purpose)))
        self._random = random.Random(key)  # noqa: S311 - no secret

    def below(self, count: int) -> int:
        """Draw a whole number from 0 to ``count`` - 1."""
        return int(self._random.random() * count)

    def some(self, values: Sequence[T], count: int) -> list[T]:
        """Draw ``count`` of the values, or all of them, each once, in the order drawn."""
        left = list(values)
        drawn = []
        for _ in range(min(count, len(left))):
            place = self.below(len(left))
            left[place], left[-1] = left[-1], left[place]
            drawn.append(left.pop())
        return drawn
