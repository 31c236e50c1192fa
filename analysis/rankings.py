"""Ranks with ties: what measurements can tell apart, and what they cannot.

Two networks tie when the interval of their difference includes 0. For proportions of n samples it
is the hybrid score interval of Newcombe, "Interval estimation for the difference between
independent proportions: comparison of eleven methods", Statistics in Medicine 17 (1998), 873-890,
method 10: with p1 > p2 and Wilson's bounds l and u of each, its lower end is

    p1 - p2 - sqrt((p1 - l1)^2 + (u2 - p2)^2)

For all else two networks tie when their own intervals meet, which says "tie" more often than a test
of the difference would. The samples of two networks are mostly the same ones, so that their answers
agree more often than independent ones: that, too, makes for more ties, never for fewer.

Ties are not transitive: A may tie with B and B with C while A is ahead of C. Hence each network has
a range of ranks instead of a group: from one more than there are networks clearly ahead of it, to
the number of those that are not clearly behind it.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from analysis.verdicts import wilson

# Metrics whose value is a share of n samples that are each right or wrong.
PROPORTIONS = frozenset(
    {"accuracy", "acc_norm", "exact_match", "hit_rate_at_k", "robust_accuracy", "top5_accuracy"}
)


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of a network, in the metric's own scale; ``key`` says of which.

    Without bounds the value is taken as exact; ``n`` is the number of samples, where known.
    """

    key: int
    value: float
    low: float | None = None
    high: float | None = None
    n: int | None = None


@dataclass(frozen=True, slots=True)
class Ranked:
    """A measurement with the ranks that it may have, both from 1; one rank where they are equal."""

    measured: Measured
    first: int
    last: int

    @property
    def words(self) -> str:
        """Write the ranks: ``1`` or ``2–5``."""
        return str(self.first) if self.first == self.last else f"{self.first}–{self.last}"


@dataclass(frozen=True, slots=True)
class _Bounds:
    value: float  # greater is better, whatever the metric says
    low: float
    high: float
    is_proportion: bool


def newcombe(p1: float, n1: int, p2: float, n2: int) -> tuple[float, float]:
    """Give the 95 % hybrid score interval of ``p1 - p2``, two independent proportions."""
    l1, u1 = wilson(p1 * n1, n1)
    l2, u2 = wilson(p2 * n2, n2)
    difference = p1 - p2
    return (
        difference - math.hypot(p1 - l1, u2 - p2),
        difference + math.hypot(u1 - p1, p2 - l2),
    )


def ranked(
    measured: Iterable[Measured], *, metric: str = "", higher_is_better: bool = True
) -> list[Ranked]:
    """Return measurements, the best value first, with the range of ranks of each.

    ``metric`` is the id of the metric, which tells whether values are proportions. Equal values
    keep the order of their keys. Values that are not finite are left out.
    """
    sign = 1.0 if higher_is_better else -1.0
    found = [one for one in measured if math.isfinite(one.value)]
    found.sort(key=lambda one: (-sign * one.value, one.key))
    bounds = [_bounds(one, metric, sign) for one in found]
    ahead, behind = [0] * len(found), [0] * len(found)
    for i, better in enumerate(bounds):
        for j in range(i + 1, len(bounds)):
            if not _tie(better, bounds[j]):
                ahead[j] += 1
                behind[i] += 1
    return [
        Ranked(one, ahead[place] + 1, len(found) - behind[place]) for place, one in enumerate(found)
    ]


def are_apart(
    best: Measured, others: Sequence[Measured], *, metric: str, higher_is_better: bool
) -> list[bool]:
    """Say of each of the others whether ``best`` is told apart from it."""
    sign = 1.0 if higher_is_better else -1.0
    first = _bounds(best, metric, sign)
    pairs = [(first, _bounds(other, metric, sign)) for other in others]
    return [not _tie(*sorted(pair, key=lambda one: -one.value)) for pair in pairs]


def _bounds(one: Measured, metric: str, sign: float) -> _Bounds:
    """Return the bounds of a value: Wilson's for a proportion of n, else those that it has."""
    if metric in PROPORTIONS and one.n and 0.0 <= one.value <= 1.0:
        low, high = wilson(one.value * one.n, one.n)
        return _turned(one.value, low, high, sign, is_proportion=True)
    low = one.value if one.low is None else min(one.low, one.value)
    high = one.value if one.high is None else max(one.high, one.value)
    return _turned(one.value, low, high, sign, is_proportion=False)


def _turned(value: float, low: float, high: float, sign: float, *, is_proportion: bool) -> _Bounds:
    ends = sorted((sign * low, sign * high))
    return _Bounds(sign * value, ends[0], ends[1], is_proportion)


def _tie(better: _Bounds, worse: _Bounds) -> bool:
    """Say whether the interval of the difference includes 0; ``better`` has the greater value."""
    difference = better.value - worse.value
    if better.is_proportion and worse.is_proportion:
        return difference <= math.hypot(better.value - better.low, worse.high - worse.value)
    return better.low <= worse.high
