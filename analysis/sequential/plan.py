"""What all ways to judge a claim early have in common."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Protocol

from analysis.arrays import NumpyArray

ALPHA = 0.05  # how often a verdict may be wrong, over all looks of a run together
LOOKS = 50  # that are kept at most


class Standing(StrEnum):
    """Where the metric of the whole split lies, as far as it is certain."""

    OPEN = "open"
    INSIDE = "inside"
    BELOW = "below"
    ABOVE = "above"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run asks, fixed before its first sample.

    ``low`` and ``high`` are the claim with its tolerance: between them it holds. ``span`` is what
    the metric can be. ``population`` counts the units of the whole split. With ``may_stop`` False
    the run reads on whatever is certain.
    """

    claim: float
    low: float
    high: float
    span: tuple[float, float]
    population: int
    seed: int = 0
    alpha: float = ALPHA
    may_stop: bool = True

    def stand(self, low: float, high: float) -> Standing:
        """Hold an interval against the claim."""
        if self.low <= low and high <= self.high:
            return Standing.INSIDE
        # An end of an interval by betting was itself refuted.
        if high <= self.low:
            return Standing.BELOW
        return Standing.ABOVE if low >= self.high else Standing.OPEN


@dataclass(frozen=True, slots=True)
class Look:
    """What was known after ``n`` units."""

    n: int
    estimate: float
    low: float
    high: float


class Sequence(Protocol):
    """Judges while rows come in. The answer does not depend on how they are cut into pieces.

    ``n`` is how many rows count: those behind the one that decided do not.
    """

    method: ClassVar[str]
    standing: Standing
    n: int
    looks: list[Look]

    def add(self, rows: NumpyArray) -> None:
        """Take the next rows, in the order of the split's permutation."""

    def interval(self) -> tuple[float, float]:
        """Say between what the metric of the whole split lies; called once, after the last row."""
