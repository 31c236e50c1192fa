"""Claimed against measured, as dots: arithmetic only, the drawing is in the template."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from registry.web.states import STATES, State

SIZE, PAD = 300.0, 10.0  # of the drawing, in its own units
_SHAPES = {"overstated": "down", "understated": "up"}


@dataclass(frozen=True, slots=True)
class Dot:
    """One claim, in shares of its metric's span."""

    claimed: float
    measured: float
    state: State


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a dot stands; ``shape`` tells its verdict apart without colour."""

    x: float
    y: float
    tone: str
    shape: str


@dataclass(frozen=True, slots=True)
class Cloud:
    """The spots, the ends of both axes, and the words that say the same."""

    spots: list[Spot]
    first: str
    last: str
    words: str
    counts: list[tuple[State, int]]


def cloud(dots: Sequence[Dot]) -> Cloud:
    """Lay dots over a square whose diagonal is where claims hold; below it they promise too much.

    The axes end at 100 % and begin at the whole ten per cent below what lies lowest.
    """
    lowest = min(min(dot.claimed, dot.measured) for dot in dots)
    start = max(0.0, min(math.floor(lowest * 10 - 1e-9) / 10, 0.9))

    def at(value: float) -> float:
        share = min(max((value - start) / (1 - start), 0.0), 1.0)
        return PAD + share * (SIZE - 2 * PAD)

    spots = [
        Spot(
            round(at(dot.claimed), 1),
            round(SIZE - at(dot.measured), 1),
            dot.state.tone,
            _SHAPES.get(dot.state.key, "round"),
        )
        for dot in dots
    ]
    counter = Counter(dot.state.key for dot in dots)
    counts = [(STATES[key], counter[key]) for key in STATES if counter[key]]
    said = ", ".join(f"{number} {state.word.lower()}" for state, number in counts)
    words = f"Claimed against measured, {len(dots)} claims: {said}."
    return Cloud(spots, f"{100 * start:.0f} %", "100 %", words, counts)
